"""From sized plans to a week's need, from scheduled people back to open windows, and more of them where too few were open.

Laws:
- people beyond the plan sit at the windows of which the smallest part is open;
- windows are added where fresh weeks missed the target, to those that were really open: to a missed hour and to the half-hour
  before it, in which its queue begins; for a missed theme, to the whole day;
- where no such half-hour can get one, nothing is added: more windows for hours that hold would help nobody who waited;
- of groups of windows that one gets more which serves the theme that was called in time least often.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from simulation.setting import Setting, Shift
from simulation.sizing.groups import Frame, Group, Numbers, frame_of
from simulation.sizing.labour import LabourRules
from simulation.sizing.longer import DayKind
from simulation.sizing.need import Need
from simulation.sizing.plan import Checked, SizedSlot
from simulation.sizing.search import MOST, STEEP
from simulation.sizing.shifts import Schedule
from simulation.table import Days
from simulation.waits import SLOT_MIN

Slots = tuple[SizedSlot, ...]
"""Windows wanted on the days of one kind."""
LONGEST_CLOSURE_MIN: Final = 180
"""A closed midday is a break for whoever works before and after it, up to here."""
HAIR: Final = 0.004
"""An hour that holds by no more than this gets a window, too, once others have missed: other weeks would tell it missed."""


def need_of(kinds: Sequence[DayKind], plans: Sequence[Slots]) -> Need:
    """Put the plans of the kinds of days into one week; an open hall has one window at least."""
    slots = [slot.from_min // SLOT_MIN for plan in plans for slot in plan]
    first, last = min(slots), max(slots)
    numbers = [[0] * (last - first + 1) for _ in range(7)]
    for kind, plan in zip(kinds, plans, strict=True):
        for slot in plan:
            for weekday in kind.weekdays:
                numbers[weekday - 1][slot.from_min // SLOT_MIN - first] = max(1, slot.windows)
    return Need(first * SLOT_MIN, SLOT_MIN, tuple(map(tuple, numbers)))


def with_closures(rules: LabourRules, kinds: Sequence[DayKind]) -> LabourRules:
    """Let people have their break while the hall is closed at midday, however long that is."""
    lengths = set(rules.breaks.lengths_min)
    for kind in kinds:
        spans = kind.setting.plan.hours.days[kind.weekdays[0] - 1]
        gaps = [after.from_min - before.to_min for before, after in pairwise(spans)]
        lengths |= {gap for gap in gaps if gap <= LONGEST_CLOSURE_MIN}
    return msgspec.structs.replace(
        rules, breaks=msgspec.structs.replace(rules.breaks, lengths_min=tuple(sorted(lengths)))
    )


# ---- people at windows ----


def scheduled(kind: DayKind, plan: Slots, found: Schedule) -> Setting:
    """Return the days of a kind with as many windows as people were scheduled: the plan's, and the surplus spread."""
    frame = frame_of(kind.setting)
    wanted = {slot.from_min // SLOT_MIN: slot.by_group for slot in plan}
    shifts: list[Shift] = []
    for weekday in kind.weekdays:
        by_slot = [_spread(frame, wanted[slot], _people_at(found, weekday, slot)) for slot in frame.slots]
        numbers: Numbers = tuple(zip(*by_slot, strict=True))
        alone = msgspec.structs.replace(frame, sessions={weekday: frame.sessions[weekday]})
        shifts += alone.roster(numbers, kind.setting.roster).shifts
    return msgspec.structs.replace(
        kind.setting, roster=msgspec.structs.replace(kind.setting.roster, shifts=tuple(shifts))
    )


def _people_at(found: Schedule, weekday: int, slot: int) -> int:
    return found.cover[weekday - 1][slot - found.need.first_min // SLOT_MIN]


def _spread(frame: Frame, wanted: Sequence[int], people: int) -> tuple[int, ...]:
    """Give people beyond the plan to the groups with the smallest part of their windows open."""
    numbers = list(wanted)
    for _ in range(people - sum(wanted)):
        free = [place for place, group in enumerate(frame.groups) if numbers[place] < group.size]
        if free:
            numbers[min(free, key=lambda place: (numbers[place] / frame.groups[place].size, place))] += 1
    return tuple(numbers)


# ---- more of them ----


def with_more(kind: DayKind, plan: Slots, found: Schedule, table: Days, checks: Sequence[Checked]) -> Slots:
    """Return a plan with more windows where the scheduled cover missed; the same one where none can be added."""
    frame = frame_of(kind.setting)
    missing = _missing(frame, checks)
    slots: list[SizedSlot] = []
    for own in plan:
        slot = own.from_min // SLOT_MIN
        if slot not in missing:
            slots.append(own)
            continue
        short, themes = missing[slot]
        # Where weekdays have other people, the day with the fewest is what missed.
        open_now = _spread(frame, own.by_group, min(_people_at(found, day, slot) for day in kind.weekdays))
        more = _one_more(frame.groups, open_now, short, _helpers(kind, frame.groups, table, themes))
        slots.append(own if more is None else SizedSlot(own.from_min, own.to_min, sum(more), more))
    return tuple(slots)


def is_more_where_missed(kind: DayKind, plan: Slots, more: Slots, checks: Sequence[Checked]) -> bool:
    """Return whether a half-hour that a check missed in has more windows, and not only hours that hold by a hair."""
    frame = frame_of(kind.setting)
    missed = {slot for check in checks if not check.holds for slot in _slots_of(frame, check)}
    return any(new != old and old.from_min // SLOT_MIN in missed for new, old in zip(more, plan, strict=True))


def _missing(frame: Frame, checks: Sequence[Checked]) -> dict[int, tuple[float, frozenset[str]]]:
    """Return the half-hours that want more windows: by how much they missed, and which themes did."""
    found: dict[int, tuple[float, frozenset[str]]] = {}
    for check in checks:
        short = check.wanted - check.found.value
        if short > (-HAIR if check.kind == "hour" else 0):
            for slot in _slots_of(frame, check):
                before, themes = found.get(slot, (0.0, frozenset[str]()))
                own = themes if check.kind == "hour" else themes | {check.name}
                found[slot] = (max(before, short), own)
    return found


def _slots_of(frame: Frame, check: Checked) -> Iterator[int]:
    if check.kind != "hour":
        yield from frame.slots
        return
    own = [slot for slot in frame.slots if slot * SLOT_MIN // 60 == int(check.name[:2])]
    if own[0] - 1 in frame.slots:
        yield own[0] - 1
    yield from own


def _helpers(kind: DayKind, groups: Sequence[Group], table: Days, themes: frozenset[str]) -> list[int]:
    """Return the groups that serve one of the themes, or else the one called in time least often; those with most items first."""
    shares = {code: one.kept / one.counted for code, one in table.by_theme.items() if one.counted}
    asked = themes or {min(shares, key=lambda code: shares[code])}
    codes = {item.code for item in kind.setting.plan.catalog.items if item.theme in asked}
    own = [place for place, group in enumerate(groups) if group.items & codes]
    return sorted(own, key=lambda place: (-len(groups[place].items & codes), -groups[place].size))


def _one_more(
    groups: Sequence[Group], open_now: tuple[int, ...], short: float, helpers: Sequence[int]
) -> tuple[int, ...] | None:
    """Return the open windows by group with some more of the first helpers that have any; None where all are open."""
    for place in helpers:
        size, before = groups[place].size, open_now[place]
        if before < size:
            more = min(size, before + max(1, round(before * min(MOST, STEEP * short))))
            return (*open_now[:place], more, *open_now[place + 1 :])
    return None

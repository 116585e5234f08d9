"""Windows that are alike form a group; a staffing says how many of each group are open in each half-hour.

Alike are windows with the same items of their own, the same others with which they help, and the same rule for helping:
which of them is open does not matter to anybody.
"""

from collections.abc import Iterator, Sequence

import msgspec

from hall.catalog import HelpRule, Serves, items_of
from hall.ids import MINUTE_MS, ItemCode, WindowCode
from simulation.setting import Roster, Setting, Shift
from simulation.twin import Twin
from simulation.waits import SLOT_MIN

Numbers = tuple[tuple[int, ...], ...]
"""Open windows by group and open half-hour."""
Span = tuple[int, int]
"""Minutes after local midnight."""


class Group(msgspec.Struct, frozen=True):
    """Windows alike, in the order in which they open."""

    windows: tuple[WindowCode, ...]
    serves: Serves
    items: frozenset[ItemCode]
    """Their own and those with which they help, of the items that anybody comes for."""

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.windows)


class Frame(msgspec.Struct, frozen=True):
    """What all staffings of a hall share: its groups, its open half-hours, and its sessions by weekday."""

    groups: tuple[Group, ...]
    slots: tuple[int, ...]
    """Half-hours after midnight in which the hall is open on some of the dates, ascending."""
    sessions: dict[int, tuple[Span, ...]]
    """By weekday, 1 is Monday."""
    wanted: frozenset[ItemCode]

    @property
    def full(self) -> Numbers:
        """All windows, always."""
        return tuple((group.size,) * len(self.slots) for group in self.groups)

    def covers(self, numbers: Numbers) -> bool:
        """Return whether in each half-hour some open window serves each item that people come for."""
        for place in range(len(self.slots)):
            served = frozenset[ItemCode]().union(
                *(group.items for group, own in zip(self.groups, numbers, strict=True) if own[place])
            )
            if not self.wanted <= served:
                return False
        return True

    def hours(self, numbers: Numbers) -> float:
        """Return the window-hours of a day, the mean over the weekdays of the dates."""
        total = sum(
            own[place] * (end - start)
            for weekday in self.sessions
            for place, start, end in self.pieces(weekday)
            for own in numbers
        )
        return total / 60 / len(self.sessions)

    def pieces(self, weekday: int) -> Iterator[tuple[int, int, int]]:
        """Yield the open stretches of a weekday, cut at half-hours: (place of the half-hour, start, end)."""
        for place, slot in enumerate(self.slots):
            for opens, closes in self.sessions[weekday]:
                start, end = max(opens, slot * SLOT_MIN), min(closes, (slot + 1) * SLOT_MIN)
                if end > start:
                    yield place, start, end

    def roster(self, numbers: Numbers, like: Roster) -> Roster:
        """Return the roster of a staffing; what its windows serve stays as it is."""
        alike: dict[tuple[Span, ...], list[int]] = {}
        for weekday, spans in self.sessions.items():
            alike.setdefault(spans, []).append(weekday)
        shifts = [
            shift
            for weekdays in alike.values()
            for group, own in zip(self.groups, numbers, strict=True)
            for shift in _shifts(group, own, tuple(self.pieces(weekdays[0])), tuple(weekdays))
        ]
        return msgspec.structs.replace(like, shifts=tuple(shifts))


def _shifts(
    group: Group, own: Sequence[int], pieces: Sequence[tuple[int, int, int]], weekdays: tuple[int, ...]
) -> Iterator[Shift]:
    for number, window in enumerate(group.windows):
        stretches: list[list[int]] = []
        for place, start, end in pieces:
            if own[place] <= number:
                continue
            if stretches and stretches[-1][1] == start:
                stretches[-1][1] = end
            else:
                stretches.append([start, end])
        for start, end in stretches:
            yield Shift(window=window, from_min=start, to_min=end, weekdays=weekdays)


def frame_of(setting: Setting) -> Frame:
    """Find the groups and the open half-hours of a hall."""
    sessions = _sessions(setting)
    slots = {
        slot
        for spans in sessions.values()
        for opens, closes in spans
        for slot in range(opens // SLOT_MIN, -(-closes // SLOT_MIN))
    }
    wanted = frozenset(code for code, share in setting.mix.items if share > 0)
    return Frame(_groups(setting, wanted), tuple(sorted(slots)), sessions, wanted)


def _groups(setting: Setting, wanted: frozenset[ItemCode]) -> tuple[Group, ...]:
    catalog = setting.plan.catalog
    skills = {skill.window: skill for skill in setting.roster.skills}
    alike: dict[tuple[frozenset[str], frozenset[str], HelpRule], list[WindowCode]] = {}
    serves: dict[WindowCode, Serves] = {}
    for window in catalog.windows:
        skill = skills.get(window.code)
        serves[window.code] = window.serves if skill is None else skill.serves
        own = items_of(serves[window.code], catalog) & wanted
        others = items_of(window.helps if skill is None else skill.helps, catalog) & wanted
        if own | others:
            alike.setdefault((own, others, window.help_rule), []).append(window.code)
    return tuple(
        Group(tuple(codes), serves[codes[0]], own | others)
        for (own, others, _), codes in sorted(alike.items(), key=lambda one: -len(one[1]))
    )


def _sessions(setting: Setting) -> dict[int, tuple[Span, ...]]:
    twin = Twin(setting)
    found: dict[int, set[Span]] = {}
    for number in range(len(setting.dates)):
        day = twin.day(number)
        found.setdefault(day.weekday, set()).update(
            (
                (session.open_ms - day.midnight_ms) // MINUTE_MS,
                (session.close_ms - day.midnight_ms) // MINUTE_MS,
            )
            for session in day.sessions
        )
    return {weekday: tuple(sorted(spans)) for weekday, spans in sorted(found.items())}

"""Skills of windows: as they are, one theme each, two themes each, some comprehensive ones among them, or all comprehensive.

Each design has the hall's number of windows, divided over its groups by the work that they have; each is sized for the same
target on the same days, and all are lived through by the same people. How many comprehensive ones are enough is asked by
several shares of them. Two themes at each window, in a ring, bring most of what
comprehensive windows bring (W. Jordan, S. Graves, Management Science 41, 1995).
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from hall.catalog import Serves, Text, items_of
from hall.ids import ThemeCode
from simulation.errors import SimulationError
from simulation.intervals import Floats, Interval, share_difference_of, unit_of
from simulation.setting import Setting, Skill
from simulation.sizing.errors import BadGroups, TargetOutOfReach
from simulation.sizing.plan import SizedPlan
from simulation.twin import Twin

SHARES: Final = (0.25,)
"""Of comprehensive windows in the mixed designs, where nobody asks for others."""
STREAM_DAYS: Final = 3


class Design(msgspec.Struct, frozen=True):
    """What each group of windows serves, and its part of the windows."""

    name: Text
    serves: tuple[Serves, ...]
    parts: tuple[float, ...]
    themes_each: float


class Designed(msgspec.Struct, frozen=True, kw_only=True):
    """A design that was sized; ``plan`` is None where it misses the target with all windows."""

    name: Text
    themes_each: float
    groups: int
    comprehensive: int
    """Windows that serve everything, of all that the hall has."""
    window_hours: float | None
    most: int | None
    """Windows open at once."""
    worst_pct: Interval | None
    change_pct: Interval | None
    """The day's share called in time, less that of the hall as it is, in points."""
    note: Text
    plan: SizedPlan | None


def designs_of(setting: Setting, shares: Sequence[float] = SHARES) -> tuple[Design, ...]:
    """Return the designs for the themes that people come for, with such shares of comprehensive windows; raises BadGroups
    where there is only one theme.
    """
    works = _works(setting)
    themes = list(works)
    if len(themes) < 2:
        raise BadGroups(why_zh="只有一个主题，没有可比的技能方案", why_en="with one theme there is no choice of skills")
    total = sum(works.values())
    parts = tuple(works[theme] / total for theme in themes)
    pairs = [(theme, themes[(place + 1) % len(themes)]) for place, theme in enumerate(themes)]
    everything = Serves(everything=True)
    themed = tuple(Serves((theme,)) for theme in themes)
    found = [
        Design(Text("主题窗口：每窗一个主题", "themed: one theme each"), themed, parts, 1.0),
        *(_mixed(themed, parts, share) for share in sorted(set(shares))),
        Design(Text("全部综合窗口", "all comprehensive"), (everything,), (1.0,), float(len(themes))),
    ]
    if len(themes) > 2:
        two = Design(
            Text("每窗两个主题", "two themes each"),
            tuple(Serves(pair) for pair in pairs),
            tuple((parts[place] + parts[(place + 1) % len(themes)]) / 2 for place in range(len(themes))),
            2.0,
        )
        found.insert(1, two)
    return tuple(found)


def _mixed(themed: tuple[Serves, ...], parts: tuple[float, ...], share: float) -> Design:
    return Design(
        Text(f"主题窗口加 {share:.0%} 综合", f"themed, {share:.0%} comprehensive"),
        (*themed, Serves(everything=True)),
        (*(part * (1 - share) for part in parts), share),
        1 - share + share * len(themed),
    )


def with_design(setting: Setting, design: Design) -> Setting:
    """Return the hall with its windows divided over a design's groups."""
    windows = setting.plan.catalog.windows
    own = [
        serves
        for serves, number in zip(design.serves, divided(len(windows), design.parts), strict=True)
        for _ in range(number)
    ]
    # The hall refuses to let a window serve what it serves already.
    skills = tuple(
        Skill(window.code, serves)
        for window, serves in zip(windows, own, strict=True)
        if (window.serves, window.helps) != (serves, Serves())
    )
    return msgspec.structs.replace(setting, roster=msgspec.structs.replace(setting.roster, skills=skills))


def divided(windows: int, parts: Sequence[float]) -> tuple[int, ...]:
    """Divide windows by parts, each at least one (largest remainders); raises BadGroups where they do not suffice."""
    if windows < len(parts):
        raise BadGroups(
            why_zh=f"{windows} 个窗口不够分给 {len(parts)} 组",
            why_en=f"{windows} windows are too few for {len(parts)} groups",
        )
    free = windows - len(parts)
    wished = [free * part / sum(parts) for part in parts]
    numbers = [int(one) for one in wished]
    rest = sorted(range(len(parts)), key=lambda place: (numbers[place] - wished[place], place))
    for place in rest[: free - sum(numbers)]:
        numbers[place] += 1
    return tuple(number + 1 for number in numbers)


def sized_designs(
    setting: Setting,
    present: SizedPlan,
    size_one: Callable[[Setting], SizedPlan],
    rows_of: Callable[[Setting], tuple[Floats, Floats]],
    *,
    shares: Sequence[float] = SHARES,
) -> tuple[Designed, ...]:
    """Size each design, and let the same people live through all of them; the hall as it is, sized already, comes first.

    ``rows_of`` returns (called in time, counted) of each of some days under the roster of a setting.
    """
    base = rows_of(msgspec.structs.replace(setting, roster=present.roster))
    found = [_designed(_as_it_is(setting), setting, present, None)]
    for design in designs_of(setting, shares):
        hall = with_design(setting, design)
        try:
            plan = size_one(hall)
        except TargetOutOfReach as error:
            found.append(_unreached(design, hall, error))
            continue
        own = rows_of(msgspec.structs.replace(hall, roster=plan.roster))
        change = share_difference_of(own, base, block=unit_of(len(own[0]), setting.strata))
        found.append(_designed(design, hall, plan, _points(change)))
    return tuple(found)


def _as_it_is(setting: Setting) -> Design:
    """Return what the hall's windows serve now."""
    serves = _served(setting)
    catalog = setting.plan.catalog
    theme_of = {item.code: item.theme for item in catalog.items}
    themes = [len({theme_of[code] for code in items_of(one, catalog)}) for one in serves]
    groups = tuple(dict.fromkeys(serves))
    return Design(
        Text("现行窗口", "as the windows are"),
        groups,
        tuple(serves.count(one) / len(serves) for one in groups),
        sum(themes) / len(themes),
    )


def _served(setting: Setting) -> list[Serves]:
    skills = {skill.window: skill.serves for skill in setting.roster.skills}
    return [skills.get(window.code, window.serves) for window in setting.plan.catalog.windows]


def _comprehensive(setting: Setting) -> int:
    catalog = setting.plan.catalog
    return sum(len(items_of(serves, catalog)) == len(catalog.items) for serves in _served(setting))


def _designed(design: Design, hall: Setting, plan: SizedPlan, change: Interval | None) -> Designed:
    return Designed(
        name=design.name,
        themes_each=design.themes_each,
        groups=len(design.serves),
        comprehensive=_comprehensive(hall),
        window_hours=plan.window_hours,
        most=max(slot.windows for slot in plan.slots),
        worst_pct=_points(plan.worst),
        change_pct=change,
        note=Text("", "") if plan.held else Text("未达标", "missed"),
        plan=plan,
    )


def _unreached(design: Design, hall: Setting, error: SimulationError) -> Designed:
    return Designed(
        name=design.name, themes_each=design.themes_each, groups=len(design.serves), comprehensive=_comprehensive(hall),
        window_hours=None, most=None, worst_pct=None, change_pct=None, note=Text(error.text("zh"), error.text("en")),
        plan=None,
    )  # fmt: skip


def _works(setting: Setting) -> dict[ThemeCode, float]:
    """Return the service time that each theme brings, in the plan's order, from some days' people."""
    theme_of = {item.code: item.theme for item in setting.plan.catalog.items}
    works = {theme.code: 0.0 for theme in setting.plan.catalog.themes}
    twin = Twin(setting)
    for day in range(STREAM_DAYS):
        people = twin.people(day)
        for items, times in zip(people.items, people.service_ms, strict=True):
            for item, time in zip(items, times, strict=True):
                works[theme_of[item.code]] += time
    return {theme: work for theme, work in works.items() if work > 0}


def _points(one: Interval) -> Interval:
    return Interval(100 * one.value, 100 * one.low, 100 * one.high, one.blocks)

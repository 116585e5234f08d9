"""Which windows serve what: so many windows in so many specialised groups, in one comprehensive group, or as the plan has them.

Groups are made from a hall's own items: those of one theme and department stand together, and each group gets about the same
load (share of visits × mean time). Real departments differ in size; equal ones are an assumption, and a mild one, since unequal
groups wait longer.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from hall.catalog import HelpRule, Serves, Text, Window, WindowKind, items_of
from hall.ids import ItemCode
from hall.policy import Plan, faults_of_plan
from simulation.setting import Roster, Setting, Shift
from simulation.sizing.errors import BadGroups

WINDOWS_LIMIT: Final = 2_000
_STRUCTURE: Final = re.compile(r"^(\d+)(?:/(\d+))?$")


class Group(msgspec.Struct, frozen=True):
    """Windows that serve the same."""

    count: int
    serves: Serves
    helps: Serves = Serves()
    help_rule: HelpRule = HelpRule()
    kind: WindowKind = "comprehensive"


class Structure(msgspec.Struct, frozen=True):
    """Windows of a hall by what they serve."""

    name: Text
    groups: tuple[Group, ...]

    @property
    def windows(self) -> int:
        """How many windows."""
        return sum(group.count for group in self.groups)

    def with_windows(self, count: int) -> "Structure":
        """Return the same groups with another number of windows, shared out as before; each keeps one at least."""
        numbers = shared_out(count, [group.count for group in self.groups])
        groups = [msgspec.structs.replace(one, count=own) for one, own in zip(self.groups, numbers, strict=True)]
        return Structure(self.name, tuple(groups))


def structure_of(text: str, setting: Setting) -> Structure:
    """Read ``plan``, ``59`` (comprehensive windows) or ``92/23`` (windows in specialised groups); raises BadGroups."""
    if text == "plan":
        return _structure_of_plan(setting.plan)
    found = _STRUCTURE.match(text)
    if found is None:
        raise BadGroups(
            why_zh=f"「{text}」应写成 plan、59 或 92/23", why_en=f"{text}: write plan, 59 or 92/23 (windows/groups)"
        )
    windows, groups = int(found[1]), int(found[2] or 1)
    if not 1 <= groups <= windows <= WINDOWS_LIMIT:
        raise BadGroups(
            why_zh=f"「{text}」：组数须在 1 与窗口数之间，窗口至多 {WINDOWS_LIMIT} 个",
            why_en=f"{text}: groups lie between 1 and the number of windows, windows are {WINDOWS_LIMIT} at most",
        )
    if groups == 1:
        name = Text(f"{windows} 个综合窗口", f"{windows} comprehensive windows")
        return Structure(name, (Group(windows, Serves(everything=True)),))
    name = Text(f"{windows} 个专窗，分 {groups} 组", f"{windows} specialised windows in {groups} groups")
    return Structure(name, _specialised(setting, windows, groups))


def placed(setting: Setting, structure: Structure) -> Setting:
    """Return the setting with these windows, all of them staffed whenever the hall is open; raises BadGroups."""
    plan = setting.plan
    area = plan.catalog.areas[0].code
    windows = tuple(
        Window(f"W{number:03d}", str(number), area, group.kind, group.serves, group.helps, group.help_rule)
        for number, group in enumerate((one for one in structure.groups for _ in range(one.count)), 1)
    )
    changed = msgspec.structs.replace(plan, catalog=msgspec.structs.replace(plan.catalog, windows=windows))
    faults = faults_of_plan(changed)
    if faults:
        raise BadGroups(why_zh="；".join(faults[:3]), why_en="; ".join(faults[:3]))
    shifts = tuple(
        Shift(window=window.code, from_min=span.from_min, to_min=span.to_min, weekdays=(weekday,))
        for window in windows
        for weekday, spans in enumerate(plan.hours.days, 1)
        for span in spans
    )
    return msgspec.structs.replace(setting, plan=changed, roster=Roster(name=structure.name.en, shifts=shifts))


def breadth_of(structure: Structure, plan: Plan) -> dict[ItemCode, int]:
    """Return of how many items the most specialised window is that serves each item."""
    found: dict[ItemCode, int] = {}
    for group in structure.groups:
        own = items_of(group.serves, plan.catalog)
        for code in own:
            found[code] = min(found.get(code, len(own)), len(own))
    return found


def shared_out(total: int, weights: Sequence[float]) -> list[int]:
    """Share whole numbers out in proportion, one at least to each; largest remainders first (Hamilton's method)."""
    if total < len(weights):
        raise BadGroups(
            why_zh=f"{total} 个窗口分不到 {len(weights)} 组",
            why_en=f"{total} windows are too few for {len(weights)} groups",
        )
    left, whole = total - len(weights), float(sum(weights))
    exact = [left * weight / whole for weight in weights]
    numbers = [int(one) for one in exact]
    order = sorted(range(len(weights)), key=lambda place: (numbers[place] - exact[place], place))
    for place in order[: left - sum(numbers)]:
        numbers[place] += 1
    return [1 + number for number in numbers]


def _structure_of_plan(plan: Plan) -> Structure:
    counts: dict[Group, int] = {}
    for window in plan.catalog.windows:
        alike = Group(1, window.serves, window.helps, window.help_rule, window.kind)
        counts[alike] = counts.get(alike, 0) + 1
    total = len(plan.catalog.windows)
    name = Text(f"本场景的 {total} 个窗口", f"the scenario's own {total} windows")
    return Structure(name, tuple(msgspec.structs.replace(one, count=count) for one, count in counts.items()))


def _specialised(setting: Setting, windows: int, groups: int) -> tuple[Group, ...]:
    """Cut the hall's items, in the order of themes and departments, into groups of about equal load."""
    loads = _loads(setting)
    if len(loads) < groups:
        raise BadGroups(
            why_zh=f"{len(loads)} 个事项分不成 {groups} 组", why_en=f"{len(loads)} items make no {groups} groups"
        )
    left, cut = sum(loads.values()), list[tuple[ItemCode, ...]]()
    waiting = list(loads)
    for number in range(groups):
        own, held = [waiting.pop(0)], 0.0
        wanted = left / (groups - number)
        held = loads[own[0]]
        last = number == groups - 1
        while waiting and (last or (len(waiting) >= groups - number and held + loads[waiting[0]] / 2 <= wanted)):
            held += loads[waiting[0]]
            own.append(waiting.pop(0))
        left -= held
        cut.append(tuple(own))
    numbers = shared_out(windows, [1.0] * groups)
    return tuple(Group(count, Serves(items=own), kind="specialised") for count, own in zip(numbers, cut, strict=True))


def _loads(setting: Setting) -> dict[ItemCode, float]:
    """Return the load of every item; a theme's items stand together, and in it those whose first keyword is the same.

    The halls that come with the product name the department there.
    """
    catalog, shares = setting.plan.catalog, dict(setting.mix.items)
    means = {code: mean for code, mean, _ in setting.service.of_items}
    themes = [theme.code for theme in catalog.themes]
    order = sorted(
        range(len(catalog.items)),
        key=lambda place: (
            themes.index(catalog.items[place].theme), catalog.items[place].keywords.partition(" ")[0], place,
        ),
    )  # fmt: skip
    items = [catalog.items[place] for place in order]
    return {one.code: shares.get(one.code, 0.0) * means.get(one.code, one.service_ms) for one in items}

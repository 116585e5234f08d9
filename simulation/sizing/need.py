"""How many windows are needed in each step of time of a week, and which shifts a day could have."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from simulation.scenario_checks import clock
from simulation.sizing.errors import BadNeed
from simulation.sizing.labour import DAY_MIN, WEEK_DAYS, Break, Contract, LabourRules
from simulation.waits import SLOT_MIN

LATEST_MIN: Final = 30 * 60
NEED_LIMIT: Final = 2_000
"""No hall has more windows."""
WEEKDAYS_ZH: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEKDAYS_EN: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Need(msgspec.Struct, frozen=True):
    """Windows wanted per step of time, Monday first, each day from ``first_min`` on (minutes after midnight)."""

    first_min: int
    step_min: int
    numbers: tuple[tuple[int, ...], ...]

    @property
    def slots(self) -> int:
        """How many steps a day has."""
        return len(self.numbers[0])

    def at_min(self, slot: int) -> int:
        """Return when a step begins."""
        return self.first_min + slot * self.step_min

    def when(self, places: Sequence[tuple[int, int]]) -> str:
        """Name some steps (day, slot) for people, runs of them joined."""
        return ", ".join(
            f"{WEEKDAYS_ZH[day]} {WEEKDAYS_EN[day]} {clock(self.at_min(first))}–{clock(self.at_min(last + 1))}"
            for day, first, last in _runs(places)
        )


class WorkShift(msgspec.Struct, frozen=True, order=True):
    """A day's work in minutes after midnight; without a break ``break_to_min`` is ``break_from_min``."""

    from_min: int
    to_min: int
    break_from_min: int = 0
    break_to_min: int = 0
    break_paid: bool = False

    @property
    def work_min(self) -> int:
        """Minutes at the window."""
        return self.to_min - self.from_min - (self.break_to_min - self.break_from_min)

    @property
    def paid_min(self) -> int:
        """Minutes that are paid."""
        return self.to_min - self.from_min if self.break_paid else self.work_min

    def works_at(self, start_min: int, end_min: int) -> bool:
        """Return whether all of a step of time is work."""
        rests = self.break_from_min < end_min and start_min < self.break_to_min
        return self.from_min <= start_min and end_min <= self.to_min and not rests


def check_need(need: Need) -> None:
    """Raise BadNeed unless the need is a week of whole numbers within a day's steps."""
    if need.step_min < 5 or need.first_min < 0:
        raise BadNeed(
            why_zh="步长至少 5 分钟，起点不得为负", why_en="steps are at least 5 minutes, the first not negative"
        )
    if len(need.numbers) != WEEK_DAYS or len({len(day) for day in need.numbers}) != 1:
        raise BadNeed(why_zh="须为七天，每天步数相同", why_en="seven days with equally many steps are wanted")
    if need.at_min(need.slots) > LATEST_MIN:
        raise BadNeed(why_zh="超出一天", why_en="it reaches beyond the day")
    lowest, highest = min(map(min, need.numbers), default=0), max(map(max, need.numbers), default=0)
    if lowest < 0 or highest > NEED_LIMIT:
        raise BadNeed(why_zh=f"人数须在 0 到 {NEED_LIMIT} 之间", why_en=f"numbers lie between 0 and {NEED_LIMIT}")
    if highest == 0:
        raise BadNeed(why_zh="没有任何需求", why_en="nothing is needed")


def shifts_of(need: Need, day: int, contract: Contract, rules: LabourRules) -> list[WorkShift]:
    """Return the shifts that a contract allows on a day, between its first and last step of need.

    Unless the rules allow it, none begins or ends in a closure between them, nor begins with one or ends with one.
    """
    wanted = [slot for slot, number in enumerate(need.numbers[day]) if number]
    if not wanted:
        return []
    opens, closes = need.at_min(wanted[0]), need.at_min(wanted[-1] + 1)
    found = []
    for start in range(-(-opens // rules.start_step_min) * rules.start_step_min, closes, rules.start_step_min):
        for work in range(contract.shortest_min, contract.longest_min + 1, rules.length_step_min):
            found += [
                shift for shift in _with_breaks(start, work, rules.breaks, need.step_min) if shift.to_min <= closes
            ]
    return [
        shift
        for shift in found
        if _is_useful(shift, need, day) and (rules.edges_while_closed or _is_open_at_edges(shift, need, day))
    ]


def _with_breaks(start: int, work: int, rule: Break, step_min: int) -> Iterator[WorkShift]:
    if work <= rule.after_min:
        yield WorkShift(start, start + work)
        return
    for before in range(step_min, work, step_min):
        for length in rule.lengths_min:
            at = start + before
            if rule.earliest_min <= before <= rule.latest_min and rule.from_min <= at and at + length <= rule.to_min:
                yield WorkShift(start, start + work + length, at, at + length, rule.paid)


def _is_useful(shift: WorkShift, need: Need, day: int) -> bool:
    return any(
        number and shift.works_at(need.at_min(slot), need.at_min(slot + 1))
        for slot, number in enumerate(need.numbers[day])
    )


def _is_open_at_edges(shift: WorkShift, need: Need, day: int) -> bool:
    """Return whether windows are wanted in the shift's first minute and in its last one."""
    return all(
        need.numbers[day][(minute - need.first_min) // need.step_min] for minute in (shift.from_min, shift.to_min - 1)
    )


def pay_of(shift: WorkShift, day: int, contract: Contract, rules: LabourRules) -> float:
    """Return what a shift costs beside the salary and the cost of a person: paid hours, and premiums by the minute."""
    base = 0.0 if contract.salaried else shift.paid_min / 60
    for premium in rules.premiums:
        if day + 1 in premium.weekdays:
            inside = _common(shift.from_min, shift.to_min, premium.from_min, premium.to_min)
            if not shift.break_paid:
                inside -= _common(shift.break_from_min, shift.break_to_min, premium.from_min, premium.to_min)
            base += premium.extra * inside / 60
    return base * contract.per_hour


def premium_at(start_min: int, day: int, rules: LabourRules) -> float:
    """Return the part of an hour's pay that premiums add in a half-hour; a time after midnight is of the day before."""
    end_min = start_min + SLOT_MIN
    return sum(
        premium.extra * _common(start_min, end_min, premium.from_min, premium.to_min) / SLOT_MIN
        for premium in rules.premiums
        if day + 1 in premium.weekdays
    )


def _common(start: int, end: int, other_start: int, other_end: int) -> int:
    """Return the minutes that two spans share; premiums to midnight reach past it."""
    last = LATEST_MIN if other_end == DAY_MIN else other_end
    return max(0, min(end, last) - max(start, other_start))


def _runs(places: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    begun: tuple[int, int, int] | None = None
    for day, slot in sorted(places):
        if begun is not None and begun[0] == day and begun[2] == slot - 1:
            begun = (day, begun[1], slot)
            continue
        if begun is not None:
            yield begun
        begun = (day, slot, slot)
    if begun is not None:
        yield begun

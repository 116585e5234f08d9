"""Work after closing: clerks serve whoever holds a number (:attr:`simulation.setting.Behaviour.overtime_ms`), and are paid for it.

Laws:
- what counts is the time of windows after the day's last planned half-hour, as simulated;
- it is paid on top of the schedule, by the hour, with the premium for overtime and those of that time of day;
- whoever begins late or is off the next day stays longest: a rest counts as shortened only where that does not help.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from hall.ids import MINUTE_MS
from simulation.intervals import Floats, Interval, number_of
from simulation.sizing.labour import DAY_MIN, WEEK_DAYS, LabourRules
from simulation.sizing.longer import DayKind
from simulation.sizing.need import premium_at
from simulation.sizing.shifts import Schedule
from simulation.table import Days
from simulation.waits import SLOT_MIN, SLOTS

HOUR_MS: Final = 60 * MINUTE_MS


class Overtime(msgspec.Struct, frozen=True, kw_only=True):
    """Work after closing in a week."""

    hours: Interval
    """Of all windows together."""
    cost: Interval
    premium: float
    """The part of an hour's pay that is added for it, those of the time of day left out."""
    early_people: int
    """Who close on a day and work on the next one, over the days of a week."""
    rest_broken_pct: float
    """Of their nights: the rest between shifts is shorter than the rules have it."""


def overtime_of(
    kinds: Sequence[DayKind], tables: Sequence[Days], found: Schedule, rules: LabourRules, *, pay_per_hour: float
) -> Overtime:
    """Return what simulated weeks say of the work after closing under a schedule."""
    weeks = tables[0].count // len(kinds[0].weekdays)
    hours, cost = np.zeros(weeks), np.zeros(weeks)
    early = broken = 0
    for kind, table in zip(kinds, tables, strict=True):
        over_ms, windows = (
            table.slots(name).reshape(weeks, len(kind.weekdays), SLOTS) for name in ("slot_over_ms", "slot_over")
        )
        for place, weekday in enumerate(kind.weekdays):
            closes = _closes_min(found, weekday - 1)
            later = range(closes // SLOT_MIN, SLOTS)
            own = over_ms[:, place, later.start :] / HOUR_MS
            rates = [1 + rules.overtime_premium + premium_at(slot * SLOT_MIN, weekday - 1, rules) for slot in later]
            hours += own.sum(axis=1)
            cost += own @ np.array(rates) * _pay_of(found, weekday - 1, closes, rules) * pay_per_hour
            slacks = _slacks(found, weekday - 1, closes, rules)
            early += sum(slack is not None for slack in slacks)
            broken += _broken(slacks, windows[:, place], closes)
    return Overtime(
        hours=number_of(hours),
        cost=number_of(cost),
        premium=rules.overtime_premium,
        early_people=early,
        rest_broken_pct=100 * broken / (weeks * early) if early else 0.0,
    )


def _closes_min(found: Schedule, day: int) -> int:
    """Return the end of a day's last planned half-hour."""
    last = max(slot for slot, number in enumerate(found.need.numbers[day]) if number)
    return found.need.at_min(last + 1)


def _pay_of(found: Schedule, day: int, closes: int, rules: LabourRules) -> float:
    """Return the mean pay of an hour of those who work until closing."""
    per_hour = {contract.code: contract.per_hour for contract in rules.contracts}
    shifts = ((person.contract, person.days[day]) for person in found.people)
    paid = [per_hour[contract] for contract, shift in shifts if shift is not None and shift.to_min >= closes]
    assert paid, "somebody works in the last planned half-hour"
    return sum(paid) / len(paid)


def _slacks(found: Schedule, day: int, closes: int, rules: LabourRules) -> list[int | None]:
    """Return by how many minutes each who closes may stay and still have the rest, who may stay longest first; None: any."""
    rest = {contract.code: contract.rest_min for contract in rules.contracts}
    slacks: list[int | None] = []
    for person in found.people:
        shift, after = person.days[day], person.days[(day + 1) % WEEK_DAYS]
        if shift is not None and shift.to_min >= closes:
            slacks.append(None if after is None else after.from_min + DAY_MIN - shift.to_min - rest[person.contract])
    return sorted(slacks, key=lambda one: -DAY_MIN if one is None else -one)


def _broken(slacks: Sequence[int | None], windows: Floats, closes: int) -> int:
    """Return how many rests are shortened: more windows are still at work than people who may stay so long."""
    return sum(
        int((windows[:, min(SLOTS - 1, (closes + slack) // SLOT_MIN)] > place).sum())
        for place, slack in enumerate(slacks)
        if slack is not None
    )

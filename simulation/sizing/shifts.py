"""Weekly shifts and breaks for a need per step of time, at least cost under labour rules: an integer programme.

Columns count people: how many have each shift on each day, and how many pass each day of each lawful week
(:mod:`simulation.sizing.weeks`). The answer says its bound and gap; where nothing fits it says which half-hours and why.
"""

import math
import time
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from hall.catalog import Text
from simulation.sizing.errors import NoScheduleInTime, NoShiftFits, TooFewPeople
from simulation.sizing.labour import WEEK_DAYS, Contract, LabourRules, check_rules
from simulation.sizing.need import Need, WorkShift, check_need, pay_of, shifts_of
from simulation.sizing.solver import Answer, Programme, solve
from simulation.sizing.weeks import Arc, Binding, Label, arcs_of, binding_of, label_of, paths_of

TIME_LIMIT_S: Final = 60.0
GAP: Final = 0.002
"""A fifth of a per cent of the cost is less than any need is known."""


class Person(msgspec.Struct, frozen=True):
    """Somebody's week, Monday first; None is a day off."""

    contract: str
    days: tuple[WorkShift | None, ...]

    @property
    def work_min(self) -> int:
        """Minutes at the window in a week."""
        return sum(shift.work_min for shift in self.days if shift is not None)


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """A week's shifts for all people, and how good they are."""

    people: tuple[Person, ...]
    need: Need
    cover: tuple[tuple[int, ...], ...]
    """People at windows per day and step."""
    paid_min: int
    cost: float
    """In the unit of the contracts' pay."""
    bound: float
    """No schedule under these rules costs less."""
    gap: float
    status: Literal["optimal", "feasible"]
    """Optimal, or the best found within the time limit or the wanted gap."""
    seconds: float
    rules: Text
    basis: str

    @property
    def needed_min(self) -> int:
        """Minutes of windows wanted in a week."""
        return sum(map(sum, self.need.numbers)) * self.need.step_min


class _Part(msgspec.Struct):
    """One contract's place in the programme."""

    contract: Contract
    shifts: list[list[WorkShift]]
    binding: Binding
    columns: list[list[int]]
    """Of shifts, per day."""
    arcs: list[tuple[Arc, int]]
    people: list[int]
    """Columns of the arcs that leave Monday's start: their sum is the number of people."""


def schedule(need: Need, rules: LabourRules, *, time_limit_s: float = TIME_LIMIT_S, gap: float = GAP) -> Schedule:
    """Return the cheapest shifts; raises BadNeed, BadLabourRules, NoShiftFits, TooFewPeople and NoScheduleInTime."""
    check_need(need)
    check_rules(rules)
    began = time.monotonic()
    programme = Programme([], [], [])
    parts = [_part_of(contract, need, rules, programme) for contract in rules.contracts]
    _check_covered(parts, need, rules)
    _cover_rows(programme, parts, need)
    _people_rows(programme, parts)
    answer = solve(programme, time_limit_s=time_limit_s, gap=gap)
    if answer.status == "infeasible":
        raise TooFewPeople(when=need.when(_missing(need, rules, time_limit_s)))
    if answer.status == "unknown":
        raise NoScheduleInTime(seconds=round(time_limit_s))
    return _schedule_of(answer, parts, need, rules, time.monotonic() - began)


# ---- the programme ----


def _part_of(contract: Contract, need: Need, rules: LabourRules, programme: Programme) -> _Part:
    """Add a contract's columns, and the rows that join shifts to lawful weeks."""
    shifts = [shifts_of(need, day, contract, rules) for day in range(WEEK_DAYS)]
    binding = binding_of(contract, shifts)
    columns = [
        [programme.column(pay_of(shift, day, contract, rules)) for shift in day_shifts]
        for day, day_shifts in enumerate(shifts)
    ]
    labels = [[label_of(shift, day, contract, shifts, binding) for shift in shifts[day]] for day in range(WEEK_DAYS)]
    arcs = arcs_of(contract, [sorted(set(day)) for day in labels], binding)
    salary = contract.week_min / 60 * contract.per_hour if contract.salaried else 0.0
    placed = [(arc, programme.column(salary + contract.per_person if arc.day == 0 else 0.0)) for arc in arcs]
    for day in range(WEEK_DAYS):
        for label in sorted(set(labels[day])):
            terms = [(column, 1.0) for column, own in zip(columns[day], labels[day], strict=True) if own == label]
            terms += [(column, -1.0) for arc, column in placed if arc.day == day and arc.label == label]
            programme.row(0, 0, terms)
    _conserve(programme, placed)
    return _Part(contract, shifts, binding, columns, placed, [column for arc, column in placed if arc.day == 0])


def _conserve(programme: Programme, placed: Sequence[tuple[Arc, int]]) -> None:
    """Whoever ends a day in a state begins the next one in it."""
    terms: dict[tuple[int, object], list[tuple[int, float]]] = {}
    for arc, column in placed:
        if arc.day > 0:
            terms.setdefault((arc.day, arc.start), []).append((column, -1.0))
        if arc.day < WEEK_DAYS - 1:
            terms.setdefault((arc.day + 1, arc.end), []).append((column, 1.0))
    for row in terms.values():
        programme.row(0, 0, row)


def _cover_rows(
    programme: Programme, parts: Sequence[_Part], need: Need, short: dict[tuple[int, int], int] | None = None
) -> None:
    """At each step at least as many people work as are needed; ``short`` are columns of people who are missing."""
    for day, slot in _wanted(need):
        terms = [
            (column, 1.0)
            for part in parts
            for column, shift in zip(part.columns[day], part.shifts[day], strict=True)
            if shift.works_at(need.at_min(slot), need.at_min(slot + 1))
        ]
        if short is not None:
            terms.append((short[day, slot], 1.0))
        programme.row(need.numbers[day][slot], math.inf, terms)


def _people_rows(programme: Programme, parts: Sequence[_Part]) -> None:
    for part in parts:
        if part.contract.people_max is not None:
            programme.row(-math.inf, part.contract.people_max, [(column, 1.0) for column in part.people])
        if part.contract.share_max < 1:
            others = [
                (column, -part.contract.share_max) for other in parts if other is not part for column in other.people
            ]
            own = [(column, 1.0 - part.contract.share_max) for column in part.people]
            programme.row(-math.inf, 0, own + others)


def _wanted(need: Need) -> list[tuple[int, int]]:
    return [(day, slot) for day in range(WEEK_DAYS) for slot in range(need.slots) if need.numbers[day][slot]]


# ---- what does not fit ----


def _check_covered(parts: Sequence[_Part], need: Need, rules: LabourRules) -> None:
    """Refuse a need that no shift reaches, whoever works it."""
    bare = [
        (day, slot)
        for day, slot in _wanted(need)
        if not any(
            shift.works_at(need.at_min(slot), need.at_min(slot + 1)) for part in parts for shift in part.shifts[day]
        )
    ]
    if bare:
        shortest = min(part.contract.shortest_min for part in parts) / 60
        edges = not rules.edges_while_closed
        raise NoShiftFits(
            when=need.when(bare),
            why_zh=f"最短班次 {shortest:g} 小时，且须避开休息并在当天需求时段之内"
            + ("，不得在闭厅时段开始或结束" if edges else ""),
            why_en=f"the shortest shift has {shortest:g} h of work and lies within the day's need, its break outside"
            + (", nor begins or ends while the hall is closed" if edges else ""),
        )


def _missing(need: Need, rules: LabourRules, time_limit_s: float) -> list[tuple[int, int]]:
    """Return the steps at which people are missing when as few as possible are."""
    programme = Programme([], [], [])
    parts = [_part_of(contract, need, rules, programme) for contract in rules.contracts]
    programme.costs = [0.0] * len(programme.costs)
    short = {place: programme.column(1.0) for place in _wanted(need)}
    _cover_rows(programme, parts, need, short)
    _people_rows(programme, parts)
    answer = solve(programme, time_limit_s=time_limit_s, gap=GAP)
    return [place for place, column in short.items() if answer.values and answer.values[column]]


# ---- the answer ----


def _schedule_of(answer: Answer, parts: Sequence[_Part], need: Need, rules: LabourRules, seconds: float) -> Schedule:
    people = [person for part in parts for person in _people_of(answer, part)]
    contracts = {contract.code: contract for contract in rules.contracts}
    paid = sum(paid_min_of(person, contracts[person.contract]) for person in people)
    assert answer.status in ("optimal", "feasible")
    return Schedule(
        people=tuple(people),
        need=need,
        cover=cover_of(people, need),
        paid_min=paid,
        cost=answer.cost,
        bound=answer.bound,
        gap=answer.gap,
        status="optimal" if answer.status == "optimal" else "feasible",
        seconds=seconds,
        rules=rules.name,
        basis=rules.basis,
    )


def _people_of(answer: Answer, part: _Part) -> list[Person]:
    """Give each person of the flow the shifts of the days, in a fixed order."""
    ready: dict[tuple[int, Label], list[WorkShift]] = {}
    for day in range(WEEK_DAYS):
        for column, shift in zip(part.columns[day], part.shifts[day], strict=True):
            label = label_of(shift, day, part.contract, part.shifts, part.binding)
            ready.setdefault((day, label), []).extend([shift] * answer.values[column])
    weeks = paths_of([(arc, answer.values[column]) for arc, column in part.arcs])
    people = [
        Person(
            part.contract.code,
            tuple(None if label is None else ready[day, label].pop(0) for day, label in enumerate(week)),
        )
        for week in weeks
    ]
    assert not any(ready.values()), "every shift has its person"
    return people


def paid_min_of(person: Person, contract: Contract) -> int:
    """Return the minutes of somebody's week that are paid."""
    return contract.week_min if contract.salaried else sum(one.paid_min for one in person.days if one is not None)


def cover_of(people: Sequence[Person], need: Need) -> tuple[tuple[int, ...], ...]:
    """Return how many people are at windows at each step of each day."""
    return tuple(
        tuple(
            sum(
                shift is not None and shift.works_at(need.at_min(slot), need.at_min(slot + 1))
                for shift in (person.days[day] for person in people)
            )
            for slot in range(need.slots)
        )
        for day in range(WEEK_DAYS)
    )

"""The weeks that a contract allows, as a network: each whole path from Monday to Sunday is one person's lawful week.

A state holds only what can still bind: days worked, minutes worked, the earliest start of tomorrow, the days in a row. The
week repeats itself, so that Sunday is followed by the same Monday. Flows in a network without cycles fall apart into whole
paths (L. Ford, D. Fulkerson, Flows in Networks, 1962), so the programme counts people and still every person's week is kept.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from simulation.sizing.errors import BadLabourRules
from simulation.sizing.labour import DAY_MIN, WEEK_DAYS, Contract
from simulation.sizing.need import WorkShift

OFF: Final = -1
ARCS_LIMIT: Final = 60_000
"""Larger networks take the solver longer than anybody waits."""


class State(msgspec.Struct, frozen=True, order=True):
    """What is known of a person after some days; facts that cannot bind stay at 0."""

    days: int = 0
    minutes: int = 0
    earliest_min: int = 0
    """Of the next day's start."""
    run: int = 0
    """Days in a row up to now."""
    lead: int = OFF
    """Days in a row from Monday on; OFF while the first run lasts."""
    monday_min: int = OFF
    """Monday's start, where Sunday's end can come too near."""


class Label(msgspec.Struct, frozen=True, order=True):
    """Shifts that are alike to the network."""

    minutes: int
    from_min: int
    earliest_min: int


class Arc(msgspec.Struct, frozen=True):
    """One day of somebody's week; ``label`` is None on a day off."""

    day: int
    start: State
    label: Label | None
    end: State


class Binding(msgspec.Struct, frozen=True):
    """Which rules can bind at all, given the shifts there are."""

    days: bool
    minutes: bool
    earliest: tuple[tuple[int, ...], ...]
    """After each day: when the next one may begin, all cases, 0 for any time; one case alone does not bind."""
    row: bool


def binding_of(contract: Contract, shifts: Sequence[Sequence[WorkShift]]) -> Binding:
    """Find the rules that need a place in the state."""
    longest = [max((one.work_min for one in day), default=0) for day in shifts]
    at_most = sum(sorted(longest, reverse=True)[: contract.days_week])
    open_days = sum(bool(day) for day in shifts)
    earliest = tuple(
        tuple(sorted({0, *(_earliest_min(one, shifts[(day + 1) % WEEK_DAYS], contract) for one in shifts[day])}))
        for day in range(WEEK_DAYS)
    )
    # Seven days of work in a week would be a row without an end.
    row = contract.days_in_row < contract.days_week or contract.days_week == WEEK_DAYS
    return Binding(contract.days_week < open_days, at_most > contract.week_min, earliest, row)


def _earliest_min(shift: WorkShift, next_day: Sequence[WorkShift], contract: Contract) -> int:
    """Return the first start of the next day after the rest; 0 if that is no later than all."""
    rested = shift.to_min + contract.rest_min - DAY_MIN
    starts = sorted({one.from_min for one in next_day})
    allowed = [start for start in starts if start >= rested]
    if len(allowed) == len(starts):
        return 0
    return allowed[0] if allowed else 2 * DAY_MIN


def label_of(
    shift: WorkShift, day: int, contract: Contract, shifts: Sequence[Sequence[WorkShift]], binding: Binding
) -> Label:
    """Return what the network needs to know of a shift."""
    before = binding.earliest[(day - 1) % WEEK_DAYS]
    return Label(
        shift.work_min if binding.minutes else 0,
        max(one for one in before if one <= shift.from_min),
        _earliest_min(shift, shifts[(day + 1) % WEEK_DAYS], contract),
    )


def arcs_of(contract: Contract, labels: Sequence[Sequence[Label]], binding: Binding) -> list[Arc]:
    """Return all days of all lawful weeks that have work at all."""
    layers: list[list[Arc]] = []
    states = [State()]
    for day in range(WEEK_DAYS):
        layer = [arc for state in states for arc in _from(state, day, contract, labels[day], binding)]
        layers.append(layer)
        if sum(map(len, layers)) > ARCS_LIMIT:
            raise BadLabourRules(
                entry=f"contracts {contract.code}",
                why_zh="可能的班次组合过多，请加大 start_step_min 或 length_step_min",
                why_en="too many weeks are possible; widen start_step_min or length_step_min",
            )
        states = sorted({arc.end for arc in layer})
    good = {state for state in states if _is_lawful(state, contract, binding)}
    kept: list[Arc] = []
    for layer in reversed(layers):
        alive = [arc for arc in layer if arc.end in good]
        good = {arc.start for arc in alive}
        kept = alive + kept
    return kept


def _from(state: State, day: int, contract: Contract, labels: Sequence[Label], binding: Binding) -> Iterator[Arc]:
    lead = state.run if binding.row and state.lead == OFF else state.lead
    yield Arc(day, state, None, State(state.days, state.minutes, 0, 0, lead, state.monday_min))
    for label in labels:
        days = state.days + 1 if binding.days else 1
        minutes, run = state.minutes + label.minutes, state.run + 1 if binding.row else 0
        if days > contract.days_week or minutes > contract.week_min or label.from_min < state.earliest_min:
            continue
        if binding.row and run > contract.days_in_row:
            continue
        monday = label.from_min if day == 0 and len(binding.earliest[-1]) > 1 else state.monday_min
        yield Arc(day, state, label, State(days, minutes, label.earliest_min, run, state.lead, monday))


def _is_lawful(state: State, contract: Contract, binding: Binding) -> bool:
    """Return whether a week has work, and may follow itself."""
    if state.days == 0:
        return False
    if state.monday_min != OFF and state.monday_min < state.earliest_min:
        return False
    if not binding.row:
        return True
    if state.lead == OFF:
        return False
    return state.lead + state.run <= contract.days_in_row


def paths_of(flows: Sequence[tuple[Arc, int]]) -> Iterator[tuple[Label | None, ...]]:
    """Take whole weeks out of a flow, one person at a time, in a fixed order."""
    left = [count for _, count in flows]
    leaving: dict[tuple[int, State], list[int]] = {}
    for number, (arc, _) in enumerate(flows):
        leaving.setdefault((arc.day, arc.start), []).append(number)
    while any(left[number] for number in leaving.get((0, State()), ())):
        state, week = State(), list[Label | None]()
        for day in range(WEEK_DAYS):
            number = next(one for one in leaving[day, state] if left[one])
            left[number] -= 1
            week.append(flows[number][0].label)
            state = flows[number][0].end
        yield tuple(week)

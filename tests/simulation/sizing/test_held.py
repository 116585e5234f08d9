"""`onewindow hours` until it holds: windows added where fresh weeks missed the target, and judged again."""

from collections.abc import Callable
from typing import Final

import pytest

from simulation.sizing import hours as hours_module
from simulation.sizing.errors import TooFewPeople
from simulation.sizing.hours import Effort, Wish, hours
from simulation.sizing.labour import DEFAULT_RULES, LabourRules
from simulation.sizing.longer import (
    Extension,
)
from simulation.sizing.need import Need
from simulation.sizing.ranges import Range
from simulation.sizing.shifts import Schedule, schedule
from simulation.sizing.staffing import Target
from tests.simulation.sizing.test_hours import village

HARD: Final = Wish(
    extension=Extension(evening="20:00"), moved={"evening": Range(20, 20)}, rules=DEFAULT_RULES,
    target=Target(share=0.9, within_min=10),
)  # fmt: skip
QUICK: Final = Effort(search_days=4, fresh_days=4, weeks=12, solver_s=20)
"""Few days of search: what is sized on them misses on other weeks."""


def test_windows_are_added_where_fresh_weeks_missed_until_others_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """The need only grows, by what is said; each judgement has weeks of its own; without additions the same week misses."""
    found = hours(village(), HARD, QUICK)
    monkeypatch.setattr(hours_module, "ROUNDS", 0)
    bare = hours(village(), HARD, QUICK)

    grown = [(one, before) for one, before in zip(found.cases, bare.cases, strict=True) if one.rounds]
    assert grown, "some week missed at first"
    for one, before in grown:
        assert not before.cover_held
        assert before.ended == "rounds"
        assert (one.ended == "held") == one.cover_held
        assert one.cover_held
        pairs = [
            (own, was)
            for day, other in zip(one.need, before.need, strict=True)
            for own, was in zip(day, other, strict=True)
        ]
        assert all(own >= was for own, was in pairs)
        assert one.added_hours == sum(own - was for own, was in pairs) / 2 == one.window_hours - before.window_hours > 0
        assert one.worst_hour_pct > before.worst_hour_pct


def test_people_that_the_rules_do_not_allow_are_not_added(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first schedule stays, and says that it misses and why."""
    monkeypatch.setattr(hours_module, "schedule", one_schedule())
    found = hours(village(), HARD, QUICK)

    missed = [one for one in found.cases if not one.cover_held]
    assert missed, "some week missed at first"
    assert {(one.ended, one.rounds, one.added_hours) for one in missed} == {("people", 0, 0.0)}


def one_schedule() -> Callable[..., Schedule]:
    """Return a solver that finds one schedule for each opening and closing time, and nobody for a second one."""
    known: set[int] = set()

    def solve(need: Need, rules: LabourRules, *, time_limit_s: float, gap: float) -> Schedule:
        if need.slots in known:
            raise TooFewPeople(when="Mon")
        known.add(need.slots)
        return schedule(need, rules, time_limit_s=time_limit_s, gap=gap)

    return solve

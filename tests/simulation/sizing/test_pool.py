"""The quick way of a search is the twin, visitor by visitor, where windows come and go; elsewhere it is not taken."""

import msgspec
import numpy as np
import pytest

from hall.ids import MINUTE_MS
from simulation.roster import duties_of
from simulation.setting import Behaviour, Roster, Setting
from simulation.sizing.groups import Numbers
from simulation.sizing.pool import called_ms, crowd_of, is_simple
from simulation.sizing.target import Target
from simulation.sizing.trials import Hall
from tests.simulation.sizing.halls import morning, two_themes

FALLING: Numbers = ((12, 9, 5, 7, 4, 2),)
WITH_A_BREAK: Numbers = ((6, 9, 0, 3, 8, 5),)


@pytest.mark.parametrize("numbers", [FALLING, WITH_A_BREAK])
@pytest.mark.parametrize("at_close", ["serve", "stop"])
@pytest.mark.parametrize("gap_ms", [0, 9_000])
def test_every_visitor_is_called_when_the_twin_calls_them(numbers: Numbers, at_close: str, gap_ms: int) -> None:
    setting = morning(behaviour=Behaviour(walk_ms=25_000, gap_ms=gap_ms, overtime_ms=20 * MINUTE_MS))
    hall = Hall(setting, Target())
    roster = hall.frame.roster(numbers, Roster(shifts=(), at_close=at_close))  # type: ignore[arg-type]  # a literal
    hall.twin.setting = msgspec.structs.replace(setting, roster=roster)
    for day in range(6):
        world = hall.twin.world(day)
        world.run()
        duties = list(duties_of(roster, hall.twin.day(day)).values())
        crowd = crowd_of(setting, world.people, hall.layout)

        expected = [ticket.first_called_ms for ticket in world.state.tickets.values()]
        assert called_ms(crowd, duties, setting.behaviour.overtime_ms) == expected
        assert len(expected) > 40


def test_the_rows_of_both_ways_are_the_same() -> None:
    hall = Hall(morning(), Target(p90_min=20.0))
    roster = hall.frame.roster(FALLING, hall.setting.roster)

    for day in range(4):
        assert np.array_equal(hall.lived(roster, day), hall.passed(roster, day))


@pytest.mark.parametrize(
    ("setting", "simple"),
    [
        (morning(), True),
        (two_themes(), False),
        (morning(behaviour=Behaviour(missed=0.1)), False),
        (morning(behaviour=Behaviour(patience_ms=MINUTE_MS)), False),
        (morning(booked=two_themes().booked), False),
    ],
)
def test_a_hall_with_rules_at_work_is_no_such_pool(setting: Setting, simple: bool) -> None:
    assert is_simple(setting, Hall(setting, Target()).frame) is simple

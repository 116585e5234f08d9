"""A hall that could not receive people blames nobody for not having come: its timer says how late it may be."""

import pytest

from hall import commands as cmd
from hall.booking_time import UNSERVED
from hall.decide import next_deadline
from hall.ids import MINUTE_MS, Ms
from hall.policy import MissedRule
from tests.support.booked_hall import BookedHall, booking_rules, slot

LEEWAY_MS: Ms = MINUTE_MS
EXPECTED_MS: Ms = 30 * MINUTE_MS
"""So long after the slot visitors are expected, by the rules of the example."""


def tick(hall: BookedHall, at_ms: Ms) -> None:
    """Let the timer come, that is never later than the leeway while it runs."""
    hall.now = at_ms
    hall.do(cmd.Tick, actor="timer:", leeway_ms=LEEWAY_MS)


@pytest.mark.parametrize(("late_ms", "state"), [(0, "NO_SHOW"), (LEEWAY_MS, "NO_SHOW"), (LEEWAY_MS + 1, "BOOKED")])
def test_who_does_not_come_is_a_no_show_only_if_the_timer_ran(late_ms: Ms, state: str) -> None:
    """A takeover within the leeway changes nothing."""
    hall = BookedHall()
    name = hall.book("p1", slot=1)

    tick(hall, slot(1) + EXPECTED_MS + late_ms)

    assert hall.of(name).state == state
    assert hall.of(name).is_affected == (state == "BOOKED")


def test_who_was_expected_while_nothing_ran_may_still_check_in_and_is_not_late() -> None:
    hall = BookedHall()
    name = hall.book("p1", slot=1)
    tick(hall, slot(5))

    hall.now = slot(6)
    hall.check_in(name)

    assert hall.of(name).reason == UNSERVED
    assert (hall.of(name).state, hall.of(name).punctuality) == ("CHECKED_IN", "in_grace")


def test_what_nothing_minded_excuses_all_whose_slot_has_begun_and_nobody_else() -> None:
    """The second could have come until five minutes from now, but the hall was shut for most of that time."""
    hall = BookedHall()
    first, second, third = hall.book("p1", slot=1), hall.book("p2", slot=2), hall.book("p3", slot=3)

    tick(hall, slot(2) + EXPECTED_MS - 5 * MINUTE_MS)

    assert [hall.of(name).is_affected for name in (first, second, third)] == [True, True, False]
    tick(hall, slot(3) + EXPECTED_MS)
    assert [hall.of(name).state for name in (first, second, third)] == ["BOOKED", "BOOKED", "NO_SHOW"]


def test_holds_run_out_while_nothing_runs() -> None:
    hall = BookedHall()
    hall.now = slot(0) - 2 * EXPECTED_MS
    held, booked = hall.hold("A", at=2), hall.book("p1", slot=1)

    tick(hall, slot(4))

    assert hall.of(held).state == "EXPIRED"
    assert hall.of(booked).is_affected


def test_a_day_whose_end_nothing_minded_cancels_for_who_did_not_come() -> None:
    hall = BookedHall()
    early, late = hall.book("p1", slot=1), hall.book("p2", slot=4)
    tick(hall, slot(1) + EXPECTED_MS)

    tick(hall, hall.state.end_day_ms + LEEWAY_MS)

    assert hall.state.is_ended
    assert [hall.of(name).state for name in (early, late)] == ["NO_SHOW", "CANCELLED"]


@pytest.mark.parametrize(("late_ms", "state"), [(0, "NO_SHOW"), (LEEWAY_MS, "NO_SHOW"), (LEEWAY_MS + 1, "CHECKED_IN")])
def test_who_could_not_come_back_after_a_missed_call_is_no_no_show(late_ms: Ms, state: str) -> None:
    """The ticket is over all the same; it could not wait for ever."""
    hall = BookedHall(booking_rules(), missed=MissedRule(timeout_ms=20 * MINUTE_MS))
    name = hall.book("p1", slot=1)
    hall.now = slot(1)
    number = hall.check_in(name)
    hall.open("1")
    hall.misses_next("1")
    until_ms = next_deadline(hall.state)
    assert until_ms is not None

    tick(hall, until_ms + late_ms)

    assert hall.ticket(number).state == "ABANDONED"
    assert hall.of(name).state == state


def test_a_guide_who_gives_somebody_up_makes_a_no_show_whenever_the_timer_ran() -> None:
    hall = BookedHall()
    name = hall.book("p1", slot=1)
    hall.now = slot(1)
    number = hall.check_in(name)
    hall.open("1")
    hall.misses_next("1")

    hall.abandon(number)

    assert hall.of(name).state == "NO_SHOW"


def test_a_timer_that_says_nothing_of_itself_is_never_late() -> None:
    """So are those of older logs, and simulated ones."""
    hall = BookedHall()
    name = hall.book("p1", slot=1)

    hall.to(8)

    assert hall.of(name).state == "NO_SHOW"

"""Calling: given who waits and which windows are there, when somebody calls, then whom, and why."""

import pytest

from hall import commands as cmd
from hall import events as ev
from hall.catalog import HelpRule, Serves, Window
from hall.policy import Calling
from hall.step import next_deadline
from tests.support.halls import (
    OPEN_MS,
    Hall,
    assert_called,
    assert_state,
    assert_window,
    helping,
    policy,
    refused,
)

# ---- call next ----


def test_the_first_in_order_is_called_and_the_call_says_why() -> None:
    """S16: rule and candidates, the first of each line that the window compared."""
    hall = Hall(open="1")
    first, other, _ = hall.takes("B", "A", "B")

    hall.call("1")

    assert_called(hall, first, window="1")
    assert_window(hall, "1", "CALLING", number=first)
    call = hall.ticket(first).call
    assert call is not None
    assert sorted(call.candidates) == sorted([hall.ticket(first).id, hall.ticket(other).id])


def test_a_window_calls_only_what_it_serves() -> None:
    hall = Hall(open="2 3")
    hall.takes("A", "B")

    hall.call("3")
    hall.call("2")

    assert_called(hall, "B001", window="3")
    assert_called(hall, "A001", window="2")


def test_with_nobody_waiting_the_window_asks_and_the_next_arrival_is_called_at_once() -> None:
    hall = Hall(open="2")

    hall.call("2")
    assert hall.events == (ev.WindowAsked("2", stays=True),)
    assert_window(hall, "2", "IDLE", asking=True)
    hall.call("2")
    hall.take("B")
    assert_window(hall, "2", "IDLE", asking=True)
    number = hall.take("A")

    assert isinstance(hall.events[-1], ev.TicketCalled)
    assert_called(hall, number, window="2")
    assert_window(hall, "2", "CALLING", number=number)


def test_a_hall_may_want_a_key_press_instead() -> None:
    hall = Hall(policy(calling=Calling(idle="on_key")), open="2")

    hall.call("2")
    assert hall.events == (ev.WindowAsked("2", stays=False),)
    number = hall.take("A")
    assert_state(hall, number, "WAITING")
    hall.call("2")

    assert_called(hall, number, window="2")


def test_a_free_ticket_goes_to_the_most_specialised_window() -> None:
    hall = Hall(open="1 2 4")
    for window in ("1", "2", "4"):
        hall.call(window)

    assert_called(hall, hall.take("A2"), window="4")
    assert_called(hall, hall.take("A2"), window="2")
    assert_called(hall, hall.take("A2"), window="1")


def test_among_equals_it_goes_to_the_window_idle_longest() -> None:
    equal = tuple(Window(code, code, "a1") for code in ("1", "2", "3"))
    hall = Hall(windows=equal, open="1 2 3")
    for window in ("2", "3", "1"):
        hall.call(window)

    for window in ("2", "3", "1"):
        assert_called(hall, hall.take("A"), window=window)


def test_one_new_window_may_call_for_everybody_who_waits_after_a_change() -> None:
    """A window that serves more from now on gets who waits for it at once."""
    hall = Hall(open="3")
    hall.call("3")
    hall.takes("A", "A")

    hall.serve("3", Serves(themes=("general",)))

    assert_called(hall, "A001", window="3")


# ---- helping ----


def test_a_window_helps_others_when_nothing_of_its_own_waits() -> None:
    hall = Hall(windows=(helping("1", ("B",), ("A",)), Window("2", "2", "a1")), open="1")
    hall.takes("A", "B")

    hall.call("1")
    assert_called(hall, "B001", window="1", rule="order")
    hall.start("1")
    hall.finish("1", and_next=True)

    assert_called(hall, "A001", window="1", rule="help_idle")


def test_a_window_helps_those_who_waited_too_long_before_its_own() -> None:
    """The rule names the wait; who waited shorter is left to the others."""
    hall = Hall(windows=(helping("1", ("B",), ("A",), after_ms=60_000), Window("2", "2", "a1")), open="1")
    hall.takes("A", "B")

    hall.wait(50)
    hall.call("1")
    assert_called(hall, "B001", window="1", rule="order")
    hall.start("1")
    hall.take("B")
    hall.wait(8)
    hall.finish("1", and_next=True)

    assert_called(hall, "A001", window="1", rule="help_waited")


def test_the_hall_says_when_an_asking_window_may_begin_to_help_and_a_tick_lets_it() -> None:
    hall = Hall(windows=(helping("1", ("B",), ("A",), after_ms=60_000), Window("2", "2", "a1")), open="1")
    hall.call("1")
    number = hall.take("A")
    assert_state(hall, number, "WAITING")

    deadline = next_deadline(hall.state)
    assert deadline == hall.now + 60_000
    hall.wait(59.999)
    seq = hall.state.seq
    assert hall.tick() == ()
    assert hall.state.seq == seq
    hall.wait(0.001)
    hall.tick()

    assert_called(hall, number, window="1", rule="help_waited")
    assert next_deadline(hall.state) == hall.state.end_day_ms


def test_nobody_asks_for_help_where_the_rule_is_idle() -> None:
    hall = Hall(windows=(helping("1", ("B",), ("A",)), Window("2", "2", "a1")), open="1")
    hall.call("1")
    assert next_deadline(hall.state) == hall.state.end_day_ms

    assert_called(hall, hall.take("A"), window="1", rule="help_idle")


def test_a_window_of_its_own_comes_before_one_that_helps() -> None:
    windows = (helping("1", ("B",), ("A",)), Window("2", "2", "a1"))
    hall = Hall(windows=windows, open="1 2")
    hall.call("1")
    hall.call("2")

    assert_called(hall, hall.take("A"), window="2", rule="order")
    hall.now = OPEN_MS + 1
    assert_called(hall, hall.take("A"), window="1", rule="help_idle")


def test_helping_is_changed_for_today_by_the_manager() -> None:
    hall = Hall(open="3")
    hall.call("3")

    hall.serve("3", Serves(themes=("tax",)), helps=Serves(items=("A",)), help_rule=HelpRule("idle"))

    assert_called(hall, hall.take("A"), window="3", rule="help_idle")


# ---- chosen ----


@pytest.mark.parametrize("how", ["WAITING", "MISSED", "HELD"])
def test_a_chosen_one_is_called_with_a_reason(how: str) -> None:
    hall = Hall(open="1 2")
    hall.takes("A", "A", "A")
    if how == "MISSED":
        assert hall.misses_next("1") == "A001"
    elif how == "HELD":
        hall.serves_next("2")
        hall.hold("2")
    number = "A003" if how == "WAITING" else "A001"

    hall.choose("1", number, reason="returning")

    assert_called(hall, number, window="1", rule="chosen")
    assert hall.events[0].reason == "returning"  # type: ignore[union-attr]  # it is the call


def test_a_withdrawn_call_leaves_a_chosen_one_where_it_was_called_from() -> None:
    """A missed one is missed again, a held one is held where it was held, and waits no shorter."""
    hall = Hall(open="1 2")
    hall.takes("A", "A")
    assert hall.misses_next("1") == "A001"
    assert hall.serves_next("2") == "A002"
    hall.hold("2")

    hall.choose("1", "A001")
    hall.withdraw("A001")
    assert_state(hall, "A001", "MISSED")
    hall.wait(10)
    hall.choose("1", "A002")
    hall.withdraw("A002")
    assert_state(hall, "A002", "HELD", window="2")
    hall.wait(10)
    hall.resume("2", "A002")
    assert hall.ticket("A002").hold_ms == 20_000


def test_a_held_one_whose_window_closed_meanwhile_is_held_by_the_hall() -> None:
    hall = Hall(open="1 2")
    hall.take("A")
    hall.serves_next("2")
    hall.hold("2")

    hall.choose("1", "A001")
    hall.close("2")
    hall.withdraw("A001")
    assert_state(hall, "A001", "HELD", window="")
    hall.resume("1", "A001")

    assert_called(hall, "A001", window="1", rule="resumed")


def test_a_window_chooses_only_what_it_can_do_and_when_it_may_call() -> None:
    hall = Hall(open="2 3")
    number = hall.take("A")
    hall.take("B")

    with refused("CANNOT_SERVE", window="3"):
        hall.choose("3", number)
    with refused("REASON_NEEDED"):
        hall.choose("2", number, reason="")
    with refused("UNKNOWN_REASON", reason="whim"):
        hall.choose("2", number, reason="whim")
    hall.drain("2")
    with refused("WINDOW_DRAINING", window="2"):
        hall.choose("2", number)


# ---- the clerk is gone ----


def test_the_guide_withdraws_the_call_of_a_clerk_who_is_gone() -> None:
    """The ticket returns to its place, the boards forget the call: it never happened."""
    hall = Hall(open="1")
    hall.takes("A", "A")
    hall.call("1")

    with refused("TICKET_ELSEWHERE", number="A001"):
        hall.withdraw("A001", actor="clerk:2")
    hall.withdraw("A001")

    assert hall.line("1") == ["A001", "A002"]
    assert_window(hall, "1", "IDLE")
    assert not hall.state.calls
    ticket = hall.ticket("A001")
    assert (ticket.calls, ticket.first_called_ms, ticket.misses) == (0, 0, 0)


def test_only_the_clerk_of_a_window_calls_there() -> None:
    hall = Hall(open="1 2")
    hall.take("A")

    with refused("NOT_SIGNED_IN", window="1"):
        hall.at("1", cmd.CallNext, actor="clerk:2")
    with refused("WINDOW_CLOSED", window="3"):
        hall.call("3")
    with refused("UNKNOWN_WINDOW", window="9"):
        hall.call("9")
    hall.call("1")
    with refused("WINDOW_BUSY", window="1", number="A001"):
        hall.call("1")
    hall.pause("2")
    with refused("WINDOW_PAUSED", window="2"):
        hall.call("2")
    hall.open("2")
    hall.drain("2")
    with refused("WINDOW_DRAINING", window="2"):
        hall.call("2")

"""Calling: given who waits and which windows are there, when somebody calls, then whom, and why."""

import pytest

from hall import commands as cmd
from hall import events as ev
from hall.catalog import HelpRule, Serves, Window
from hall.policy import Calling, MissedRule
from hall.step import next_deadline
from tests.support.halls import (
    OPEN_MS,
    Hall,
    assert_called,
    assert_state,
    assert_window,
    helping,
    plan,
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


# ---- recall, start, miss ----


def test_a_recall_rings_again_after_its_cooldown_and_up_to_its_limit() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.call("1")
    first_ring = hall.ticket(number).ring

    hall.wait(15)
    with refused("RECALL_TOO_SOON", wait_s=5):
        hall.recall("1")
    hall.wait(4.2)
    with refused("RECALL_TOO_SOON", wait_s=1):
        hall.recall("1")
    hall.wait(0.8)
    hall.recall("1")
    hall.wait(20)
    hall.recall("1")
    hall.wait(20)
    with refused("RECALL_LIMIT", limit=3):
        hall.recall("1")

    ticket = hall.ticket(number)
    assert (ticket.call_no, ticket.calls, ticket.ring) == (3, 1, first_ring + 2)
    record = hall.state.calls[ticket.entry_ring]
    assert (record.ring, record.call_no, record.at_ms) == (ticket.ring, 3, ticket.last_call_ms)
    assert ticket.called_ms == OPEN_MS


def test_boards_remember_the_latest_calls_and_a_forgotten_one_comes_back_with_its_recall() -> None:
    hall = Hall(policy(calling=Calling(recent=2)), open="1 2 3")
    for item, window in (("A", "1"), ("A", "2"), ("B", "3")):
        hall.take(item)
        hall.call(window)
    assert [one.number for one in hall.state.calls.values()] == ["A002", "B001"]

    hall.wait(20)
    hall.recall("1")

    assert [one.number for one in hall.state.calls.values()] == ["B001", "A001"]
    assert list(hall.state.calls) == sorted(hall.state.calls)
    hall.withdraw("A001")
    assert [one.number for one in hall.state.calls.values()] == ["B001"]


def test_boards_remember_fewer_calls_when_the_plan_says_so() -> None:
    hall = Hall(open="1")
    for number in hall.takes("A", "A", "A", "A"):
        assert hall.serves_next("1") == number
        hall.finish("1")

    hall.change_plan(plan(policy(calling=Calling(recent=2))))
    hall.take("A")
    hall.call("1")

    assert [one.number for one in hall.state.calls.values()] == ["A004", "A005"]


def test_the_walk_ends_where_the_service_starts() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.call("1")
    hall.wait(25)

    hall.start("1")
    hall.wait(300)
    hall.finish("1")

    ticket = hall.ticket(number)
    assert (ticket.walk_ms, ticket.service_ms, ticket.state) == (25_000, 300_000, "DONE")
    assert hall.state.calls[ticket.entry_ring].state == "ended"


def test_the_first_item_action_starts_the_service_where_the_hall_allows_it() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.call("1")

    hall.result(number, 0, "referred")

    assert_window(hall, "1", "SERVING", number=number)
    hall.change_plan(plan(policy(calling=Calling(start_implied=False))))
    hall.finish("1")
    number = hall.take("A")
    hall.call("1")
    with refused("WRONG_STATE", number=number, state="CALLED"):
        hall.result(number, 0)
    with refused("WRONG_STATE", number=number, state="CALLED"):
        hall.finish("1")
    assert_window(hall, "1", "CALLING", number=number)


def test_a_miss_needs_the_least_calls_and_the_least_seconds() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.call("1")

    hall.wait(40)
    with refused("MISS_TOO_SOON", calls=2, seconds=30):
        hall.miss("1")
    hall.recall("1")
    hall.miss("1")

    assert_state(hall, number, "MISSED")
    assert_window(hall, "1", "IDLE")
    assert hall.state.calls[hall.ticket(number).entry_ring].state == "missed"


def test_a_second_call_does_not_shorten_the_least_seconds() -> None:
    hall = Hall(policy(calling=Calling(recall_cooldown_ms=5_000)), open="1")
    hall.take("A")
    hall.call("1")
    hall.wait(5)
    hall.recall("1")
    hall.wait(24)

    with refused("MISS_TOO_SOON"):
        hall.miss("1")
    hall.wait(1)
    hall.miss("1", and_next=True)

    assert_window(hall, "1", "IDLE", asking=True)


def test_miss_and_next_is_one_command() -> None:
    hall = Hall(policy(calling=Calling(miss_calls=1, miss_ms=0)), open="1")
    hall.takes("A", "A")
    hall.call("1")

    hall.miss("1", and_next=True)

    assert [type(event) for event in hall.events] == [ev.TicketMissed, ev.TicketCalled]
    assert_called(hall, "A002", window="1")


# ---- rejoin, abandon ----


def test_who_missed_rejoins_behind_the_next_three() -> None:
    hall = Hall(open="1")
    hall.takes("A", "A", "A", "A", "A", "A")
    missed = hall.misses_next("1")

    hall.rejoin(missed)

    assert hall.line("1") == ["A002", "A003", "A004", "A001", "A005", "A006"]


def test_where_fewer_wait_the_place_is_behind_all_of_them() -> None:
    hall = Hall(open="1")
    hall.takes("A", "A", "A")
    missed = hall.misses_next("1")
    hall.rejoin(missed)
    assert hall.line("1") == ["A002", "A003", "A001"]

    assert hall.serves_next("1") == "A002"
    hall.finish("1")
    assert hall.serves_next("1") == "A003"
    hall.finish("1")
    assert hall.misses_next("1") == "A001"
    hall.rejoin("A001")
    hall.take("A")
    assert hall.line("1") == ["A001", "A004"]


def test_who_rejoins_lets_people_of_the_same_moment_pass() -> None:
    hall = Hall(open="1")
    for _ in range(5):
        hall.take("A")
    missed = hall.misses_next("1")

    hall.rejoin(missed)

    assert hall.line("1") == ["A002", "A003", "A004", "A005", "A001"]


def test_a_hall_may_send_who_missed_to_the_end_or_away() -> None:
    hall = Hall(policy(missed=MissedRule("end")), open="1")
    hall.takes("A", "A", "A", "A", "A", "A")
    missed = hall.misses_next("1")
    hall.rejoin(missed)
    assert hall.line("1")[-1] == missed

    hall = Hall(policy(missed=MissedRule("void")), open="1")
    hall.take("A")
    missed = hall.misses_next("1")
    with refused("REJOIN_NOT_ALLOWED"):
        hall.rejoin(missed)


def test_beyond_the_limit_of_rejoins_a_miss_gives_the_person_up() -> None:
    hall = Hall(policy(missed=MissedRule(limit=1)), open="1")
    number = hall.take("A", person="p1")

    hall.misses_next("1")
    hall.rejoin(number)
    hall.misses_next("1")

    assert_state(hall, number, "ABANDONED")
    assert hall.ticket(number).reason == "rejoin_limit"
    assert hall.take("A", person="p1") == "A002"


def test_a_lower_limit_of_rejoins_holds_for_those_who_missed_before() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.misses_next("1")
    hall.rejoin(number)
    hall.misses_next("1")

    hall.change_plan(plan(policy(missed=MissedRule(limit=1))))

    with refused("REJOIN_LIMIT", limit=1):
        hall.rejoin(number)


def test_who_missed_is_given_up_after_an_hour_by_the_timer_or_before_by_a_person() -> None:
    hall = Hall(open="1")
    hall.takes("A", "A")
    first = hall.misses_next("1")
    second = hall.misses_next("1")
    assert next_deadline(hall.state) == hall.ticket(first).missed_ms + 3_600_000

    hall.abandon(second)
    hall.wait(3_600 - 30)
    hall.tick()

    assert hall.events == (ev.TicketAbandoned(hall.ticket(first).id, "timeout"),)
    assert_state(hall, second, "ABANDONED")
    with refused("WRONG_STATE", state="ABANDONED"):
        hall.abandon(second)


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

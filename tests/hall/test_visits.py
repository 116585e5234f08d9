"""A visit after the call: holds, results, the end, and what is said of it afterwards."""

import pytest

from hall import events as ev
from hall.policy import HoldRule
from hall.state import entry_state, last_op
from tests.support.halls import OPEN_MS, Hall, assert_called, assert_state, assert_window, policy, refused

# ---- hold and resume ----


def test_a_held_person_is_taken_back_and_the_hold_is_neither_waiting_nor_service() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.serves_next("1")
    hall.wait(60)
    hall.hold("1", "fetch_copy", due_ms=hall.now + 600_000)
    assert_window(hall, "1", "IDLE")
    hall.wait(600)

    hall.resume("1", number)
    assert_called(hall, number, window="1", rule="resumed")
    hall.wait(5)
    hall.start("1")
    hall.wait(30)
    hall.finish("1")

    ticket = hall.ticket(number)
    assert (ticket.service_ms, ticket.hold_ms, ticket.walk_ms) == (90_000, 600_000, 5_000)
    assert (ticket.hold_reason, ticket.hold_due_ms) == ("fetch_copy", OPEN_MS + 660_000)


def test_a_window_holds_several_up_to_the_limit_and_with_a_reason() -> None:
    hall = Hall(policy(hold=HoldRule(per_window=2, reasons=("fill_form",))), open="1")
    hall.takes("A", "A", "A")
    hall.serves_next("1")
    with refused("REASON_NEEDED"):
        hall.hold("1", "")
    with refused("UNKNOWN_REASON", reason="other"):
        hall.hold("1", "other")
    hall.hold("1", "fill_form", and_next=True)
    assert_called(hall, "A002", window="1")
    with refused("WRONG_STATE", number="A002", state="CALLED"):
        hall.hold("1", "fill_form")
    hall.start("1")
    hall.hold("1", "fill_form")
    hall.serves_next("1")

    with refused("HOLD_LIMIT", limit=2):
        hall.hold("1", "fill_form")


@pytest.mark.parametrize(
    ("place", "line"),
    [("front", ["A001", "A002", "A003"]), ("original", ["A001", "A002", "A003"]), ("back", ["A002", "A003", "A001"])],
)
def test_a_held_person_may_go_back_to_the_line(place: str, line: list[str]) -> None:
    hall = Hall(open="1")
    hall.takes("A", "A", "A")
    hall.serves_next("1")
    hall.hold("1")

    hall.resume("1", "A001", to_line=True, place=place)

    assert hall.line("2") == line
    assert_window(hall, "1", "IDLE")


def test_a_hold_belongs_to_its_window_until_that_closes() -> None:
    hall = Hall(open="1 2")
    number = hall.take("A")
    hall.serves_next("1")
    hall.hold("1")
    with refused("TICKET_ELSEWHERE", number=number):
        hall.resume("2", number)
    with refused("UNKNOWN_TICKET"):
        hall.resume("2", "A999")
    with refused("WINDOW_CLOSED", window="3"):
        hall.resume("3", number)

    hall.close("1")

    assert hall.events == (ev.HoldMovedToHall(hall.ticket(number).id, "1"), ev.WindowClosed("1"))
    hall.resume("2", number)
    assert_called(hall, number, window="2", rule="resumed")


def test_a_busy_window_takes_nobody_back_but_a_draining_one_does() -> None:
    hall = Hall(open="1")
    hall.takes("A", "A")
    hall.serves_next("1")
    hall.hold("1")
    hall.call("1")
    with refused("WINDOW_BUSY", number="A002"):
        hall.resume("1", "A001")
    hall.start("1")
    hall.finish("1")
    hall.drain("1")

    hall.resume("1", "A001")

    assert_window(hall, "1", "DRAINING", number="A001")
    hall.start("1")
    hall.finish("1", and_next=True)
    assert_window(hall, "1", "DRAINING")


def test_a_window_that_closes_on_a_resumed_call_moves_that_hold_to_the_hall_too() -> None:
    """Otherwise the person would be held by a window where nobody sits."""
    hall = Hall(open="1 2")
    number = hall.take("A")
    hall.serves_next("1")
    hall.hold("1")
    hall.resume("1", number)

    hall.close("1")

    assert_state(hall, number, "HELD", window="")
    hall.resume("2", number)
    assert_called(hall, number, window="2", rule="resumed")


def test_a_pause_on_a_resumed_call_keeps_the_hold() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.serves_next("1")
    hall.hold("1")
    hall.resume("1", number)

    hall.pause("1")

    assert_state(hall, number, "HELD", window="1")


def test_the_hold_of_another_window_returns_there_when_the_caller_closes() -> None:
    hall = Hall(open="1 2")
    number = hall.take("A")
    hall.serves_next("1")
    hall.hold("1")
    hall.choose("2", number)

    hall.close("2")

    assert_state(hall, number, "HELD", window="1")


def test_a_held_person_whose_items_all_have_results_is_still_somebodys() -> None:
    """Nothing is left to do but to finish: whoever could do the items may call."""
    hall = Hall(open="1")
    number = hall.take("A")
    hall.serves_next("1")
    hall.hold("1")
    hall.result(number, 0)

    hall.resume("1", number, to_line=True)
    hall.call("1")

    assert_called(hall, number, window="1")


# ---- results and the end ----


def test_entries_read_as_open_served_or_done_by_the_state_of_the_visit() -> None:
    hall = Hall(open="1")
    number = hall.take("A", "B", "C")
    ticket = hall.ticket(number)
    assert [entry_state(ticket, index) for index in range(3)] == ["OPEN"] * 3
    hall.serves_next("1")
    assert [entry_state(ticket, index) for index in range(3)] == ["SERVING", "OPEN", "OPEN"]

    hall.result(number, 0, "supplement_due", due_date="2026-12-01", materials=("photo",))
    assert [entry_state(ticket, index) for index in range(3)] == ["SUPPLEMENT_DUE", "SERVING", "OPEN"]
    hall.result(number, 1, "refused")
    hall.finish("1")

    assert [entry_state(ticket, index) for index in range(3)] == ["SUPPLEMENT_DUE", "REFUSED", "DONE"]
    assert (ticket.entries[0].due_date, ticket.entries[0].materials) == ("2026-12-01", ("photo",))


def test_a_finish_may_insist_on_a_result_for_every_item() -> None:
    hall = Hall(open="1")
    number = hall.take("A", "C")
    hall.serves_next("1")

    with refused("ITEMS_OPEN", item="A, C", item_zh="身份证、过户", item_en="Identity card, House transfer"):
        hall.finish("1", result="")
    hall.result(number, 0)
    hall.result(number, 1)
    hall.finish("1", result="")
    assert_state(hall, number, "DONE")


def test_a_result_names_an_entry_and_a_date_where_materials_are_owed() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.serves_next("1")

    with refused("UNKNOWN_ENTRY", index=1):
        hall.result(number, 1)
    with refused("DUE_DATE_NEEDED"):
        hall.result(number, 0, "supplement_due")
    for date in ("soon", "20261201", "2026-02-30"):
        with refused("BAD_RESULT"):
            hall.result(number, 0, "supplement_due", due_date=date)
    with refused("TICKET_ELSEWHERE"):
        hall.result(number, 0, actor="clerk:2")


def test_finish_and_next_is_one_command() -> None:
    """One row of the log: no other window can call in between."""
    hall = Hall(open="1 2")
    hall.takes("A", "A")
    hall.serves_next("1")
    seq = hall.state.seq

    hall.finish("1", and_next=True)

    assert hall.state.seq == seq + 1
    assert [type(event) for event in hall.events] == [ev.TicketFinished, ev.TicketCalled]
    assert_called(hall, "A002", window="1")
    hall.finish("1", and_next=True)
    assert [type(event) for event in hall.events] == [ev.ServiceStarted, ev.TicketFinished, ev.WindowAsked]
    assert_window(hall, "1", "IDLE", asking=True)
    assert (hall.desk("1").done, last_op(hall.desk("1")), last_op(hall.desk("2"))) == (
        2,
        "window.finish",
        "window.open",
    )
    assert last_op(hall.desk("3")) == ""


def test_a_window_without_a_ticket_has_nothing_to_finish() -> None:
    hall = Hall(open="1")

    with refused("NO_TICKET", window="1"):
        hall.finish("1")
    with refused("NO_TICKET", window="1"):
        hall.start("1")
    with refused("WINDOW_CLOSED", window="2"):
        hall.finish("2")


@pytest.mark.parametrize("state", ["WAITING", "MISSED", "HELD"])
def test_who_is_not_at_a_window_may_give_the_number_back(state: str) -> None:
    hall = Hall(open="1")
    number = hall.take("A", person="p1")
    if state == "MISSED":
        hall.misses_next("1")
    elif state == "HELD":
        hall.serves_next("1")
        hall.hold("1")

    hall.cancel(number, "came_another_day")

    assert_state(hall, number, "CANCELLED")
    assert hall.ticket(number).reason == "came_another_day"
    with refused("WRONG_STATE", state="CANCELLED"):
        hall.cancel(number)
    hall.take("A", person="p1")


def test_who_is_called_or_served_cannot_give_the_number_back() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.call("1")

    with refused("WRONG_STATE", number=number, state="CALLED"):
        hall.cancel(number)
    with refused("UNKNOWN_TICKET"):
        hall.cancel("A999")


def test_a_supervisor_corrects_what_a_final_ticket_says() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    with refused("NOT_FINAL", number=number):
        hall.correct(number, state="DONE")
    hall.serves_next("1")
    hall.finish("1")

    with refused("REASON_NEEDED"):
        hall.correct(number, reason="", state="CANCELLED")
    with refused("NO_CHANGE"):
        hall.correct(number, state="DONE")
    with refused("UNKNOWN_ENTRY", index=1):
        hall.correct(number, entry=1, result="refused")
    with refused("DUE_DATE_NEEDED"):
        hall.correct(number, entry=0, result="supplement_due")
    with refused("UNKNOWN_TICKET"):
        hall.correct("A999", state="DONE")
    hall.correct(number, entry=0, result="supplement_due", due_date="2026-12-01")
    hall.correct(number, state="ABANDONED")

    assert_state(hall, number, "ABANDONED")
    assert hall.ticket(number).entries[0].state == "SUPPLEMENT_DUE"
    assert hall.state.totals["DONE"] == 0


def test_each_item_of_a_finished_visit_is_rated_once() -> None:
    hall = Hall(open="1")
    number = hall.take("A", "B", "C")
    with refused("NOT_RATABLE"):
        hall.rate(number)
    hall.serves_next("1")
    hall.result(number, 1, "referred")
    hall.finish("1")

    hall.rate(number, 0, "very_satisfied")
    with refused("ALREADY_RATED"):
        hall.rate(number, 0)
    with refused("NOT_RATABLE"):
        hall.rate(number, 1)
    with refused("UNKNOWN_ENTRY", index=3):
        hall.rate(number, 3)
    with refused("UNKNOWN_TICKET"):
        hall.rate("A999")
    hall.rate(number, 2, "dissatisfied")

    assert [one.rating for one in hall.ticket(number).entries] == ["very_satisfied", "", "dissatisfied"]


def test_the_same_item_on_two_numbers_of_a_person_is_open_until_both_are_closed() -> None:
    """One of two cases of an item is split off: whoever of the two ends first, the person waits for the item still."""
    hall = Hall(open="1")
    parent = hall.take("A", "A", person="p1")
    child = hall.split(parent, 1)
    hall.cancel(child)
    with refused("ALREADY_WAITING", number=parent):
        hall.take("A", person="p1")

    hall.serves_next("1")
    hall.finish("1")
    hall.take("A", person="p1")


def test_an_item_that_a_merge_brings_twice_is_open_until_both_are_closed() -> None:
    hall = Hall(open="1")
    first = hall.take("A", person="p1")
    second = hall.take("B", person="p1")
    hall.merge(second, hall.take("A", person="p2"))
    hall.take("A", person="p2")

    hall.cancel(first)
    with refused("ALREADY_WAITING", number=second):
        hall.take("A", person="p1")
    hall.cancel(second)
    hall.take("A", person="p1")


def test_a_finish_that_is_undone_beside_a_new_number_leaves_both_open() -> None:
    hall = Hall(open="1")
    first = hall.take("A", person="p1")
    hall.serves_next("1")
    hall.finish("1")
    second = hall.take("A", person="p1")
    hall.undo("1")

    hall.cancel(second)
    with refused("ALREADY_WAITING", number=first):
        hall.take("A", person="p1")

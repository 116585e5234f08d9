"""Where a visit goes: to other items, windows, areas and halls, with more or fewer items, as one ticket or as two."""

import pytest

from hall import commands as cmd
from hall import events as ev
from hall.catalog import Serves
from hall.policy import Issuing, Quota
from hall.state import entry_state
from tests.support.halls import OPEN_MS, Hall, assert_called, assert_state, assert_window, policy, refused

# ---- transfer ----


@pytest.mark.parametrize(
    ("place", "line"),
    [("front", ["A001", "B001", "B002"]), ("original", ["B001", "A001", "B002"]), ("back", ["B001", "B002", "A001"])],
)
@pytest.mark.parametrize("where", [{"to_item": "B"}, {"to_window": "3"}])
def test_a_transfer_goes_to_front_original_place_or_back(place: str, line: list[str], where: dict[str, str]) -> None:
    """Same ticket, first arrival kept, hop recorded."""
    hall = Hall(open="2")
    _, number, _ = hall.takes("B", "A", "B")
    hall.serves_next("2")
    hall.add(number, "B")
    hall.wait(60)

    hall.transfer(number, place=place, reason="counter_three", **where)

    assert hall.line("3") == line
    assert_window(hall, "2", "IDLE")
    ticket = hall.ticket(number)
    assert (ticket.arrived_ms, ticket.service_ms, ticket.waiting_since_ms) == (OPEN_MS + 1_000, 60_000, hall.now)
    assert [(hop.window, hop.to, hop.reason) for hop in ticket.hops] == [
        ("2", "".join(where.values()), "counter_three")
    ]


def test_front_is_before_people_with_credit_of_the_same_lane() -> None:
    hall = Hall()
    hall.takes("A", "A")
    hall.take("A", klass="elder")
    hall.take("A", klass="priority")

    hall.transfer("A002", to_area="a1", place="front")

    assert hall.line("2") == ["A004", "A002", "A003", "A001"]


def test_the_front_of_an_empty_line_is_now() -> None:
    hall = Hall(open="1")
    number = hall.take("A", "B")
    hall.serves_next("1")
    hall.wait(9)

    hall.transfer(number, to_item="B", place="front")

    assert hall.ticket(number).due_ms == hall.now


def test_a_transfer_to_an_area_stays_there_while_somebody_there_serves_it() -> None:
    hall = Hall(open="1 2 4")
    number = hall.take("A2")

    hall.transfer(number, to_area="a2")
    hall.call("1")
    hall.call("2")
    assert_state(hall, number, "WAITING")
    hall.call("4")
    assert_called(hall, number, window="4")


def test_an_area_that_stops_serving_it_lets_the_others_call() -> None:
    hall = Hall(open="2")
    number = hall.take("A2")
    hall.transfer(number, to_area="a2")
    hall.call("2")

    hall.serve("4", Serves(items=("B",)))

    assert_called(hall, number, window="2")


def test_an_asking_window_calls_who_is_transferred_to_it() -> None:
    hall = Hall(open="1 3")
    number = hall.take("A", "B")
    hall.serves_next("1")
    hall.call("3")

    hall.transfer(number, to_window="3", actor="clerk:1")

    assert_called(hall, number, window="3")


def test_a_transfer_to_another_hall_ends_the_visit_here_and_refers_what_is_open() -> None:
    hall = Hall(open="1")
    number = hall.take("A", "B", person="p1")
    hall.serves_next("1")
    hall.result(number, 0)

    hall.transfer(number, to_hall="futian", linked="ticket-there", reason="not_here")

    ticket = hall.ticket(number)
    assert (ticket.state, ticket.linked_hall, ticket.linked) == ("DONE", "futian", "ticket-there")
    assert [one.state for one in ticket.entries] == ["DONE", "REFERRED"]
    assert hall.events[0].entries == (("B", 1),)  # type: ignore[union-attr]  # it is the referral
    assert_window(hall, "1", "IDLE")
    hall.take("B", person="p1")


def test_somebody_who_waits_may_be_sent_to_another_hall() -> None:
    hall = Hall()
    number = hall.take("A")

    hall.transfer(number, to_hall="futian", linked="ticket-there")

    assert_state(hall, number, "DONE")


def test_an_item_that_is_done_decides_no_more_where_somebody_waits() -> None:
    """Sent to the windows of A, done there, held, and back to the line: now B decides."""
    hall = Hall(open="1 2 3")
    number = hall.take("B", "A")
    hall.transfer(number, to_item="A")
    assert hall.serves_next("2") == number
    hall.result(number, 1)
    hall.hold("2")

    hall.resume("2", number, to_line=True)
    hall.call("3")

    assert_called(hall, number, window="3")


def test_a_transfer_names_one_target_that_somebody_serves() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    with refused("BAD_TRANSFER"):
        hall.transfer(number)
    with refused("BAD_TRANSFER"):
        hall.transfer(number, to_item="A", to_window="1")
    with refused("BAD_TRANSFER"):
        hall.transfer(number, to_hall="longgang", linked="x")
    with refused("BAD_TRANSFER"):
        hall.transfer(number, to_hall="futian")
    with refused("UNKNOWN_ITEM", item="Z"):
        hall.transfer(number, to_item="Z")
    with refused("UNKNOWN_WINDOW", window="9"):
        hall.transfer(number, to_window="9")
    with refused("UNKNOWN_AREA", area="a9"):
        hall.transfer(number, to_area="a9")
    with refused("CANNOT_SERVE", window="3"):
        hall.transfer(number, to_window="3")
    with refused("NOBODY_SERVES_THERE", item="A", item_zh="身份证", area="a2"):
        hall.transfer(number, to_area="a2")
    hall.serves_next("1")
    with refused("TICKET_ELSEWHERE", number=number):
        hall.transfer(number, to_window="2", actor="clerk:2")
    hall.result(number, 0)
    with refused("NOTHING_OPEN", number=number):
        hall.transfer(number, to_window="2")
    hall.finish("1")
    with refused("WRONG_STATE", state="DONE"):
        hall.transfer(number, to_window="2")


# ---- transfer to an item that the ticket does not have ----


def test_a_transfer_to_another_item_adds_it_and_the_ticket_waits_for_it() -> None:
    """The wrong item was chosen at the kiosk: one command puts it right, and the first window has nobody."""
    hall = Hall(open="2 3")
    number = hall.take("A")
    hall.serves_next("2")

    hall.transfer(number, to_item="B", reason="needs_other_item", actor="clerk:2")

    added, sent = hall.events
    assert added == ev.ItemsAdded(hall.ticket(number).id, (("B", 1),))
    assert (sent.window, sent.to_item, sent.reason) == ("2", "B", "needs_other_item")  # type: ignore[union-attr]
    assert [one.item for one in hall.ticket(number).entries] == ["A", "B"]
    assert_window(hall, "2", "IDLE")
    hall.call("2")
    assert_state(hall, number, "WAITING")
    hall.call("3")
    assert_called(hall, number, window="3")


def test_who_waits_is_sent_to_another_item_at_the_wanted_place() -> None:
    hall = Hall()
    hall.takes("B", "B")
    number = hall.take("A")

    hall.transfer(number, to_item="B", place="front")

    assert hall.line("3") == [number, "B001", "B002"]


def test_a_visit_whose_items_are_all_done_may_go_on_to_another_item() -> None:
    hall = Hall(open="1 3")
    number = hall.take("A")
    hall.serves_next("1")
    hall.result(number, 0)

    hall.transfer(number, to_item="B")
    hall.call("3")

    assert_called(hall, number, window="3")
    assert [one.state for one in hall.ticket(number).entries] == ["DONE", "OPEN"]


def test_an_item_gets_on_a_ticket_by_a_transfer_only_where_it_may_be_added() -> None:
    """The checks of adding, in true sentences; whatever is refused leaves the ticket as it was (the driver looks)."""
    hall = Hall(policy(issuing=Issuing(max_items=2)))
    number, full, other = hall.take("A", person="p1"), hall.take("A", "A2"), hall.take("B", person="p1")
    hall.issue(False, "C")
    hall.serve("1", Serves(items=("A", "C")))
    hall.serve("3", Serves(items=("B",)))

    with refused("UNKNOWN_ITEM", item="Z"):
        hall.transfer(number, to_item="Z")
    with refused("NOBODY_SERVES", item="B2", item_zh="完税"):
        hall.transfer(number, to_item="B2")
    with refused("TOO_MANY_ITEMS", limit=2):
        hall.transfer(full, to_item="B")
    with refused("ITEM_STOPPED", item="C", item_zh="过户"):
        hall.transfer(number, to_item="C")
    with refused("ITEM_STOPPED", item="C"):
        hall.add(number, "C")
    with refused("ALREADY_WAITING", number=other):
        hall.transfer(number, to_item="B")


def test_an_open_item_that_nobody_serves_any_more_is_no_target() -> None:
    hall = Hall()
    number = hall.take("C")
    hall.serve("1", Serves(items=("A",)))

    with refused("NOBODY_SERVES", item="C"):
        hall.transfer(number, to_item="C")


def test_an_item_added_by_a_transfer_counts_against_its_quota() -> None:
    """As with every added item, staff may go beyond the quota."""
    hall = Hall(policy(quotas=(Quota(item="B", morning=1),)))
    number = hall.take("A")

    hall.transfer(number, to_item="B")

    with refused("QUOTA_FULL", item="B"):
        hall.take("B")
    hall.transfer(hall.take("A"), to_item="B")
    assert hall.state.issued[0, False] == 2


def test_a_transfer_to_another_item_is_not_undone() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.serves_next("1")

    hall.transfer(number, to_item="B", actor="clerk:1")

    with refused("NOT_UNDOABLE"):
        hall.undo("1")


# ---- a transfer instead of a wrong item ----


def test_a_wrong_item_is_put_down_by_the_transfer_that_takes_its_place() -> None:
    """Nobody counts it as done afterwards: one command refers it, adds the right one and sends the visitor on."""
    hall = Hall(open="1 3")
    number = hall.take("A")
    hall.serves_next("1")

    hall.transfer(number, to_item="B", instead_of="A", reason="needs_other_item", actor="clerk:1")

    ticket = hall.ticket(number)
    put_down, added, sent = hall.events
    assert put_down == ev.ItemResultSet(ticket.id, 0, "referred")
    assert added == ev.ItemsAdded(ticket.id, (("B", 1),))
    assert isinstance(sent, ev.TicketTransferred)
    assert [(one.item, one.state) for one in ticket.entries] == [("A", "REFERRED"), ("B", "OPEN")]
    assert hall.serves_next("3") == number
    hall.finish("3")
    assert [entry_state(ticket, index) for index in (0, 1)] == ["REFERRED", "DONE"]


def test_a_wrong_item_may_be_replaced_before_the_service_and_by_an_item_of_the_ticket() -> None:
    hall = Hall(open="1 3")
    number = hall.take("A", "B")
    with refused("WRONG_STATE", number=number, state="WAITING"):
        hall.transfer(number, to_item="B", instead_of="A")
    hall.call("1")

    hall.transfer(number, to_item="B", instead_of="A")

    assert [one.state for one in hall.ticket(number).entries] == ["REFERRED", "OPEN"]
    hall.call("3")
    assert_called(hall, number, window="3")


def test_only_an_open_item_gives_way_and_only_to_another_item() -> None:
    hall = Hall(open="1")
    number = hall.take("A", "B")
    hall.serves_next("1")
    hall.result(number, 0)

    with refused("ITEM_NOT_OPEN", number=number, item="A"):
        hall.transfer(number, to_item="C", instead_of="A")
    with refused("UNKNOWN_ITEM", item="Z"):
        hall.transfer(number, to_item="C", instead_of="Z")
    with refused("BAD_TRANSFER"):
        hall.transfer(number, to_item="B", instead_of="B")
    with refused("BAD_TRANSFER"):
        hall.transfer(number, to_window="2", instead_of="B")


def test_a_replaced_item_is_taken_up_again_by_a_transfer_back_since_transfers_have_no_undo() -> None:
    hall = Hall(open="1 3")
    number = hall.take("A", person="p1")
    hall.serves_next("1")
    hall.transfer(number, to_item="B", instead_of="A", actor="clerk:1")

    with refused("NOT_UNDOABLE"):
        hall.undo("1")
    assert hall.serves_next("3") == number
    hall.transfer(number, to_item="A", instead_of="B")

    entries = [(one.item, one.state) for one in hall.ticket(number).entries]
    assert entries == [("A", "REFERRED"), ("B", "REFERRED"), ("A", "OPEN")]
    assert hall.serves_next("1") == number


# ---- add, split, merge ----


def test_added_items_move_a_waiting_person_to_windows_that_do_it_all() -> None:
    hall = Hall(open="1 2")
    number = hall.take("A", person="p1")

    hall.add(number, "B*2")
    hall.call("2")
    assert_state(hall, number, "WAITING")
    with refused("ALREADY_WAITING", number=number):
        hall.take("B", person="p1")
    with refused("ALREADY_WAITING", number=number):
        hall.add(number, "A")
    hall.call("1")

    assert_called(hall, number, window="1")
    with refused("TICKET_ELSEWHERE"):
        hall.add(number, "C", actor="clerk:2")
    hall.add(number, "C", actor="clerk:1")
    assert [one.item for one in hall.ticket(number).entries] == ["A", "B", "C"]


def test_items_that_no_window_does_together_wait_for_the_first_of_them() -> None:
    hall = Hall(open="2 3")
    hall.serve("1", Serves(themes=("house",)))
    number = hall.take("B", "A")

    hall.call("2")
    hall.call("3")

    assert_called(hall, number, window="3")


def test_a_split_keeps_arrival_place_and_person() -> None:
    hall = Hall()
    parent = hall.take("A", "B", "C", person="p1")
    hall.wait(60)
    hall.takes("B")

    child = hall.split(parent, 1, 2, 1)

    assert child == "B002"
    born = hall.ticket(child)
    assert (born.arrived_ms, born.parent, born.person) == (OPEN_MS, hall.ticket(parent).id, "p1")
    assert hall.line("3") == ["B001"]
    assert hall.line("1") == ["A001", "B002", "B001"]
    assert [one.item for one in hall.ticket(parent).entries] == ["A"]
    with refused("ALREADY_WAITING", number=child):
        hall.take("B", person="p1")


def test_a_split_while_served_sends_the_rest_to_another_window() -> None:
    hall = Hall(open="1")
    parent = hall.take("A", "B")
    hall.serves_next("1")
    hall.result(parent, 0)

    child = hall.split(parent, 1, actor="clerk:1")

    assert_state(hall, child, "WAITING")
    assert_window(hall, "1", "SERVING", number=parent)


def test_a_split_leaves_and_takes_at_least_one_open_item() -> None:
    hall = Hall(open="1")
    number = hall.take("A", "B")
    for entries in ((), (0, 1)):
        with refused("NOTHING_TO_SPLIT"):
            hall.split(number, *entries)
    for entry in (-1, 2):
        with refused("UNKNOWN_ENTRY", index=entry):
            hall.split(number, entry)
    with refused("TICKET_EXISTS"):
        hall.on(number, cmd.SplitTicket, child=hall.ticket(number).id, entries=(0,))
    hall.serves_next("1")
    with refused("TICKET_ELSEWHERE"):
        hall.split(number, 0, actor="clerk:2")
    hall.result(number, 0)
    with refused("UNKNOWN_ENTRY", index=0):
        hall.split(number, 0)
    hall.transfer(number, to_item="B")
    with refused("NOTHING_TO_SPLIT"):
        hall.split(number, 1)


def test_a_merge_leaves_one_survivor_at_the_earlier_place() -> None:
    hall = Hall()
    first, _, last = hall.takes("A", "A", "B")

    hall.merge(last, first)

    assert hall.line("1") == [last, "A002"]
    assert_state(hall, first, "CANCELLED")
    assert (hall.ticket(first).reason, hall.ticket(first).linked) == ("merged", hall.ticket(last).id)
    assert [one.item for one in hall.ticket(last).entries] == ["B", "A"]


def test_a_merge_across_lanes_keeps_the_place_of_the_survivor() -> None:
    hall = Hall(open="1")
    ordinary = hall.take("A")
    hall.wait(60)
    urgent = hall.take("A", klass="priority")
    hall.call("1")

    hall.merge(urgent, ordinary)

    assert hall.ticket(urgent).due_ms == hall.now
    assert_called(hall, urgent, window="1")


def test_what_cannot_be_merged() -> None:
    hall = Hall(policy(issuing=Issuing(max_items=2)), open="1")
    one, other, third = hall.takes("A", "B", "B2")
    with refused("SAME_TICKET"):
        hall.merge(one, one)
    hall.call("1")
    with refused("WRONG_STATE", number=one, state="CALLED"):
        hall.merge(other, one)
    with refused("TICKET_ELSEWHERE"):
        hall.on(one, cmd.MergeTickets, merged=hall.ticket(other).id, actor="clerk:2")
    hall.merge(one, other)
    with refused("TOO_MANY_ITEMS", limit=2):
        hall.merge(one, third)
    with refused("TOO_MANY_ITEMS", limit=2):
        hall.add(one, "C")

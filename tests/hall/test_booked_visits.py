"""Stories of booked visits: from the hold to the call, moving, waiting for a place, closing slots, coming late or never."""

import pytest

from hall import booking_commands as bcmd
from hall import booking_events as bev
from hall import commands as cmd
from hall import events as ev
from hall.booking import Limits
from hall.decide import next_deadline
from hall.feed import View, answer, ticket_view
from hall.feed_booking import appointment_view, booked_counts, slots_view
from hall.feed_staff import render
from hall.figures import figures_of
from hall.ids import DAY_MS, MINUTE_MS
from hall.policy import Calling, MissedRule
from tests.support.booked_hall import CITIZEN, RELEASED, BookedHall, booking_rules, slot
from tests.support.halls import OPEN_MS, Hall, refused

MANAGER = "manager:m"
NEXT_DAY = bcmd.BookingPlace("longgang", "2026-11-24", "booking-77")


def test_a_day_that_is_opened_before_its_date_sells_and_does_not_end_early() -> None:
    """The log starts with the first booking; numbers are given out only on the day; the timer does not end it before."""
    hall = BookedHall(before_ms=5 * DAY_MS)
    hall.book("p1", slot=3)

    with refused("HALL_CLOSED"):
        hall.arrive("walk-in-01", "A")
    assert next_deadline(hall.state) == slot(3) + 30 * MINUTE_MS
    hall.now = next_deadline(hall.state) or 0
    hall.tick()
    assert not hall.state.is_ended
    assert hall.of("booking-0001").state == "NO_SHOW"


def test_a_booked_visitor_in_time_is_called_before_walk_ins_who_came_after_the_slot() -> None:
    hall = BookedHall()
    name = hall.book("p1", slot=1)
    hall.to(1)
    hall.now += MINUTE_MS
    hall.arrive("walk-in-01", "A")
    hall.now += MINUTE_MS

    number = hall.check_in("", code=f"code-{name}")

    assert number == "P001"
    assert hall.line("1") == ["P001", "A001"]
    assert hall.of(name).punctuality == "in_grace"


def test_an_early_visitor_waits_for_the_slot_even_before_an_idle_window() -> None:
    """Parked until the slot, then called at once; the wait counts from the slot."""
    hall = BookedHall()
    name = hall.book("p1", slot=2)
    hall.to(1)
    hall.open("1")
    hall.at("1", cmd.CallNext)

    hall.check_in(name)

    ticket = hall.state.tickets[f"ticket-of-{name}"]
    assert (ticket.state, hall.line("1")) == ("WAITING", [])
    view = ticket_view(hall.state, ticket.id)
    assert view["ahead"] is None
    assert view["booking"]["not_before_ms"] == slot(2)
    assert next_deadline(hall.state) == slot(2)
    hall.to(2)
    assert ticket.state == "CALLED"
    assert [type(event) for event in hall.events] == [bev.TicketEligible, ev.TicketCalled]
    assert figures_of(hall.commits, [hall.plan]).visits()[0].wait_ms == 0


def test_an_early_ticket_is_neither_split_nor_merged_before_its_slot() -> None:
    hall = BookedHall()
    name = hall.book("p1", "A", "A2", slot=2)
    hall.to(1)
    hall.check_in(name)
    hall.arrive("walk-in-01", "A")

    with refused("TICKET_EARLY"):
        hall.on("P001", cmd.SplitTicket, child="child-0001", entries=(0,))
    with refused("TICKET_EARLY"):
        hall.on("A001", cmd.MergeTickets, merged=f"ticket-of-{name}")
    hall.cancel("P001")
    assert next_deadline(hall.state) == hall.state.end_day_ms


def test_a_late_visitor_waits_like_everybody_from_now_on() -> None:
    hall = BookedHall()
    name = hall.book("p1", slot=1)
    hall.to(1)
    hall.arrive("walk-in-01", "A")
    hall.now += 11 * MINUTE_MS

    assert hall.check_in(name) == "A002"
    assert hall.line("1") == ["A001", "A002"]
    assert hall.of(name).punctuality == "late"


def test_an_absent_visitor_is_a_no_show_only_after_the_grace_and_may_appeal() -> None:
    hall = BookedHall(booking_rules(no_shows=()))
    name = hall.book("p1", slot=1)
    hall.to(1)
    hall.now = slot(2) - 1
    hall.tick()
    assert hall.of(name).state == "BOOKED"

    hall.to(2)

    assert hall.of(name).state == "NO_SHOW"
    with refused("REASON_NEEDED"):
        hall.do(bcmd.Appeal, appointment=name, reason="", actor=MANAGER)
    with refused("UNKNOWN_BOOKING"):
        hall.do(bcmd.Appeal, appointment="nobody", reason="ill", actor=MANAGER)
    hall.do(bcmd.Appeal, appointment=name, reason="ill", actor=MANAGER)
    with refused("NO_CHANGE"):
        hall.do(bcmd.Appeal, appointment=name, reason="ill", actor=MANAGER)
    assert hall.of(name).is_excused


def test_who_misses_a_call_in_time_is_a_no_show_and_undo_takes_it_back() -> None:
    hall = BookedHall(calling=Calling(miss_calls=1, miss_ms=0), missed=MissedRule(limit=0))
    name = hall.book("p1", slot=1)
    hall.to(1)
    hall.check_in(name)
    hall.open("1")
    hall.at("1", cmd.CallNext)

    hall.at("1", cmd.MissTicket)

    assert hall.of(name).state == "NO_SHOW"
    hall.undo("1")
    assert (hall.of(name).state, hall.state.tickets[hall.of(name).ticket].state) == ("CHECKED_IN", "CALLED")


def test_who_was_called_late_is_no_no_show_for_not_coming() -> None:
    """The hall ran late: that is never the visitor's fault."""
    hall = BookedHall(calling=Calling(miss_calls=1, miss_ms=0), missed=MissedRule(limit=0))
    name = hall.book("p1", slot=1)
    hall.to(1)
    hall.check_in(name)
    hall.now += 11 * MINUTE_MS
    hall.open("1")
    hall.at("1", cmd.CallNext)

    hall.at("1", cmd.MissTicket)

    assert hall.of(name).state == "CHECKED_IN"


def test_cancelled_places_return_after_their_random_delay_only() -> None:
    hall = BookedHall()
    for number in range(4):
        hall.book(f"p{number}", slot=1)
    hall.do(bcmd.CancelBooking, appointment="booking-0001", return_delay_ms=90_000, actor=CITIZEN)

    with refused("SLOT_FULL"):
        hall.hold(at=1)
    assert next_deadline(hall.state) == hall.now + 90_000
    hall.now += 90_000
    hall.tick()
    hall.hold(at=1)


def test_a_hold_runs_out_and_its_place_returns_after_a_delay() -> None:
    hall = BookedHall()
    name = hall.hold(return_delay_ms=60_000)
    hall.now += 5 * MINUTE_MS
    hall.tick()

    assert hall.of(name).state == "EXPIRED"
    assert hall.state.bookings.taken["main", slot(1)] == 1
    assert hall.code(bcmd.ConfirmBooking, appointment=name, booker=bcmd.Booker("p1"), code="c") == "HOLD_EXPIRED"


def test_several_items_and_quantities_take_the_places_of_following_slots() -> None:
    """A visit of 70 minutes keeps a window for three slots of 30; a package takes places of both groups."""
    hall = BookedHall()
    long = hall.book("p1", "A*7", slot=1)
    both = hall.book("p2", "C", "A", slot=4)

    assert hall.of(long).takes == (("main", slot(1), 3), ("main", slot(2), 3), ("main", slot(3), 1))
    assert hall.of(both).takes == (("house", slot(4), 1), ("main", slot(4), 1))
    with refused("SLOT_FULL"):
        hall.hold("A*2", at=2)


def test_a_channel_sells_no_more_than_its_share() -> None:
    hall = BookedHall()
    hall.hold("C", channel="partner")

    with refused("SLOT_FULL"):
        hall.hold("C", channel="partner")
    hall.hold("C")


def test_moving_within_the_day_is_one_step_and_keeps_what_both_slots_share() -> None:
    hall = BookedHall()
    name = hall.book("p1", "A*6", slot=1)

    hall.do(
        bcmd.RescheduleBooking,
        appointment=name,
        slot_ms=slot(2),
        release_ms=RELEASED,
        return_delay_ms=60_000,
        actor=CITIZEN,
    )

    assert hall.of(name).takes == (("main", slot(2), 3), ("main", slot(3), 3))
    assert (hall.of(name).version, hall.of(name).moves) == (2, 1)
    assert hall.state.bookings.taken["main", slot(1)] == 3
    with refused("TOO_LATE_TO_BOOK"):
        hall.do(bcmd.RescheduleBooking, appointment=name, slot_ms=hall.now, release_ms=RELEASED, actor="guide:g")
    with refused("UNKNOWN_SLOT"):
        hall.do(bcmd.RescheduleBooking, appointment=name, slot_ms=slot(2) + 1, release_ms=RELEASED, actor="guide:g")
    with refused("UNKNOWN_BOOKING"):
        hall.do(bcmd.RescheduleBooking, appointment="nobody", slot_ms=slot(2), release_ms=RELEASED, actor="guide:g")


def test_moving_to_another_day_frees_the_old_place_only_when_the_new_one_is_sure() -> None:
    old, new = BookedHall(), BookedHall()
    name = old.book("p1", slot=1)
    source = bcmd.BookingPlace("longgang", "2026-11-23", name)
    asked = {"appointment": "booking-77", "source": source, "items": (cmd.WantedItem("A"),), "slot_ms": slot(2),
             "booker": bcmd.Booker("p1"), "code": "code-77", "release_ms": RELEASED, "actor": CITIZEN}  # fmt: skip

    with refused("MOVE_LIMIT"):
        new.do(bcmd.MoveIn, **{**asked, "moves": 3})
    with refused("PERSON_NEEDED"):
        new.do(bcmd.MoveIn, **{**asked, "moves": 1, "booker": bcmd.Booker()})
    with refused("NOT_RELEASED"):
        new.do(bcmd.MoveIn, **{**asked, "moves": 1, "release_ms": OPEN_MS})
    new.do(bcmd.MoveIn, **{**asked, "moves": 1})
    old.do(bcmd.MoveOut, appointment=name, target=NEXT_DAY, actor=CITIZEN)

    assert (new.of("booking-77").state, old.of(name).state) == ("BOOKED", "RESCHEDULED")
    assert old.state.bookings.taken["main", slot(1)] == 0
    assert appointment_view(old.state, name)["target"]["date"] == "2026-11-24"  # type: ignore[index]
    with refused("WRONG_BOOKING_STATE"):
        old.do(bcmd.MoveOut, appointment=name, target=NEXT_DAY, actor=CITIZEN)


def test_a_move_that_comes_too_late_is_refused_at_the_old_place() -> None:
    hall = BookedHall()
    name = hall.book("p1", slot=6)
    hall.to(3)

    with refused("MOVE_TOO_LATE"):
        hall.do(bcmd.MoveOut, appointment=name, target=NEXT_DAY, actor=CITIZEN)
    hall.do(bcmd.CancelBooking, appointment=name, actor="timer:")


def full_with_waiting(**facts: object) -> tuple[BookedHall, str, str]:
    hall = BookedHall(**facts)  # type: ignore[arg-type]
    for number in range(4):
        hall.book(f"p{number}", slot=1)
    return hall, hall.queue_up("w1"), hall.queue_up("w2", "A2")


def test_a_free_place_is_offered_to_one_person_at_a_time() -> None:
    """First come; who lets it go or does not answer passes it on; who accepts has it."""
    hall, first, second = full_with_waiting()
    assert appointment_view(hall.state, second)["ahead"] == 1  # type: ignore[index]
    hall.do(bcmd.CancelBooking, appointment="booking-0001", actor=CITIZEN)
    assert (hall.of(first).state, hall.of(second).state) == ("OFFERED", "WAITLISTED")
    with refused("SLOT_FULL"):
        hall.hold(at=1)

    hall.do(bcmd.AnswerOffer, appointment=first, accepts=False, actor=CITIZEN)
    assert (hall.of(first).state, hall.of(second).state) == ("CANCELLED", "OFFERED")
    hall.do(bcmd.AnswerOffer, appointment=second, accepts=True, actor=CITIZEN)
    assert hall.of(second).state == "BOOKED"
    with refused("WRONG_BOOKING_STATE"):
        hall.do(bcmd.AnswerOffer, appointment=second, accepts=True, actor=CITIZEN)


def test_an_offer_runs_out_and_goes_on_and_the_waitlist_ends_with_its_wish() -> None:
    hall, first, second = full_with_waiting()
    hall.do(bcmd.CancelBooking, appointment="booking-0001", actor=CITIZEN)
    hall.now += 15 * MINUTE_MS
    hall.tick()
    assert (hall.of(first).state, hall.of(second).state) == ("EXPIRED", "OFFERED")
    third = hall.queue_up("w3")
    hall.now = slot(1) + 1

    hall.tick()

    assert hall.of(third).state == "EXPIRED"
    assert hall.code(bcmd.AnswerOffer, appointment=first, accepts=True) == "OFFER_EXPIRED"


def test_the_waitlist_refuses_what_can_never_come() -> None:
    hall = BookedHall()

    with refused("UNKNOWN_SLOT"):
        hall.queue_up("w1", at=1.1, until=1.2)
    with refused("TOO_LONG_FOR_SLOT"):
        hall.queue_up("w1", "A*6", at=17, until=18)
    with refused("NOT_RELEASED"):
        hall.queue_up("w1", release_ms=OPEN_MS)
    for number in range(4):
        hall.book(f"p{number}", slot=1)
    with refused("PERSON_NEEDED"):
        hall.queue_up("")


def test_limits_hold_for_phones_and_devices_and_over_days() -> None:
    """The server counts elsewhere, the hall counts its own."""
    hall = BookedHall(booking_rules(phone=Limits(day=1), device=Limits(week=2)))
    hall.hold(booker=bcmd.Booker(phone="t1"))

    with refused("LIMIT_DAY"):
        hall.hold("A2", booker=bcmd.Booker(phone="t1"), at=2)
    with refused("LIMIT_WEEK"):
        hall.hold(booker=bcmd.Booker(device="d1"), facts=bcmd.BookerFacts(device=bcmd.Counts(week=2)))
    with refused("SAME_ITEM_BOOKED"):
        hall.hold(person="p1", facts=bcmd.BookerFacts(open_items=("A",)))
    with refused("LIMIT_OPEN"):
        name = hall.hold("A2", at=3)
        hall.confirm(name, "p1", facts=bcmd.BookerFacts(bcmd.Counts(open=2)))


def test_views_show_what_is_free_and_what_may_be_done() -> None:
    hall = BookedHall()
    assert booked_counts(hall.state) is None
    name, held = hall.book("p1", slot=1), hall.hold(at=2)
    hall.do(bcmd.CloseSlots, group="main", from_ms=slot(5), to_ms=slot(6), reason="power", actor=MANAGER)

    slots = slots_view(hall.state, [("A", 2)])
    view, other = appointment_view(hall.state, name), appointment_view(hall.state, held)

    assert slots is not None
    assert view is not None
    assert other is not None
    assert slots["slots"][1]["free"] == 3
    assert (slots["slots"][5]["closed"], slots["slots"][5]["why"]) == (True, "SLOT_CLOSED")
    assert slots_view(hall.state, [("B2", 1)]) is None
    assert view["can"] == ["check-in", "cancel", "move"]
    assert other["until_ms"] == hall.now + 5 * MINUTE_MS
    assert appointment_view(hall.state, "nobody") is None
    manager = render(hall.state, View("manager"))
    assert manager is not None
    assert manager["booked"]["expected"] == 1


def test_answers_hold_the_booking_and_the_ticket() -> None:
    hall = BookedHall()
    name = hall.hold()
    held = hall.commits[-1]
    assert answer(hall.state, held.command, held.events)["appointment"]["state"] == "SLOT_HELD"
    hall.confirm(name, "p1")
    hall.to(1)
    hall.check_in("", code=f"code-{name}", ticket="ticket-0001")

    arrived = hall.commits[-1]
    shown = answer(hall.state, arrived.command, arrived.events)

    assert (shown["appointment"]["id"], shown["ticket"]["number"]) == (name, "P001")
    with refused("TICKET_EXISTS"):
        other = hall.book("p2", slot=2)
        hall.check_in(other, ticket="ticket-0001")


def test_a_code_must_be_that_of_the_booking() -> None:
    hall = BookedHall()
    name = hall.book("p1", slot=1)
    waiting = hall.hold(at=1)
    hall.to(1)

    assert hall.code(bcmd.CheckIn, appointment=name, code="wrong", ticket="ticket-0001") == "UNKNOWN_BOOKING"
    assert hall.code(bcmd.CheckIn, appointment=waiting, ticket="ticket-0001") == "HOLD_EXPIRED"


def test_figures_tell_how_far_both_guarantees_were_kept() -> None:
    hall = BookedHall()
    in_time, late, left = hall.book("p1", slot=1), hall.book("p2", slot=1), hall.book("p3", slot=1)
    hall.to(1)
    for name in (in_time, late, left):
        hall.check_in(name)
    hall.open("1")
    hall.at("1", cmd.CallNext)
    hall.cancel("P003")
    hall.now += 11 * MINUTE_MS

    hall.tick()
    figures = figures_of(hall.commits, [hall.plan]).report()["booked"]

    assert figures["on_time"] == {"n": 1, "kept": 1, "pct": 100.0}  # type: ignore[index]
    hall.now += 1
    hall.open("2")
    figures = figures_of(hall.commits, [hall.plan]).report()["booked"]
    assert figures["on_time"] == {"n": 2, "kept": 1, "pct": 50.0}  # type: ignore[index]
    assert figures["made"] == 3  # type: ignore[index]
    assert "booked" not in figures_of([], [hall.plan]).report()


def test_slots_cannot_be_edited_where_nothing_is_booked() -> None:
    hall = Hall()

    with refused("UNKNOWN_GROUP"):
        hall.do(bcmd.CloseSlots, from_ms=0, to_ms=1, reason="power", actor=MANAGER)


@pytest.mark.parametrize("order", [1, 2])
def test_two_early_visitors_of_one_moment_together_keep_the_bound(order: int) -> None:
    """Both become eligible in one tick; the second sees whom the first has passed."""
    hall = BookedHall(booking_rules(max_passed=1), places=8, credit_ms=60 * MINUTE_MS)
    names = [hall.book(f"p{number}", slot=2) for number in range(3)][::order]
    hall.to(1)
    for name in names:
        hall.check_in(name)
    hall.now += MINUTE_MS
    hall.arrive("walk-in-01", "A")

    hall.to(2)

    assert hall.line("1").index("A001") == 1

"""The auditor finds every way in which a log could break the laws of bookings."""

from typing import Any

import msgspec
import pytest

from hall import booking_commands as bcmd
from hall import booking_events as bev
from hall import commands as cmd
from hall import events as ev
from hall.audit import audit
from hall.audit_booking import BookingBook
from hall.booking import Limits
from hall.events import Commit
from hall.ids import MINUTE_MS, Ms
from hall.policy import Calling, MissedRule
from tests.support.booked_hall import CITIZEN, BookedHall, booking_rules, slot

OPENING, FIRST, SECOND = slot(0), slot(1), slot(2)
ENTRIES = (("A", 1),)
SOMEBODY = bcmd.Booker("p1", "t1", "d1")
FACTS = bcmd.BookerFacts()


def held(name: str, start: Ms = FIRST, *, places: int = 1, booker: bcmd.Booker = SOMEBODY, **more: Any) -> bev.SlotHeld:
    channel = more.get("channel", "phone")
    takes = ((more.get("group", "main"), start, places),) if places else ()
    return bev.SlotHeld(name, more.get("entries", ENTRIES), start, takes, channel, booker, FACTS, 0, start, 0)


def confirmed(name: str, absent_ms: Ms = SECOND, booker: bcmd.Booker = SOMEBODY) -> bev.BookingConfirmed:
    return bev.BookingConfirmed(name, booker, f"code-{name}", FACTS, absent_ms)


def faults(*events: ev.AnyEvent, at_ms: Ms = OPENING, known: bool = True) -> list[str]:
    """Enter a day's opening and one commit for each event; return what is found, with its law."""
    hall = BookedHall(booking_rules(person=Limits(open=2), phone=Limits(), device=Limits()))
    book = BookingBook(hall.state.plans if known else {})
    opening = hall.commits[0]
    found = list(book.enter(opening))
    for number, event in enumerate(events):
        commit = msgspec.structs.replace(opening, seq=number + 2, at_ms=at_ms, events=(event,))
        found += list(book.enter(commit))
    return [f"{law}: {reason}" for law, reason in found]


CHECKED_IN = (held("b1"), confirmed("b1"), bev.BookingCheckedIn("b1", "t1", "early", slot(1)))
BROKEN: dict[str, tuple[tuple[ev.AnyEvent, ...], str]] = {
    "a fifth place of four": (tuple(held(f"b{n}", booker=bcmd.Booker(f"p{n}")) for n in range(5)), "S6: slot"),
    "more than a channel's share": (
        tuple(held(f"b{n}", booker=bcmd.Booker(f"p{n}"), group="house", entries=(("C", 1),), channel="partner") for n in range(2)),
        "by partner: 2 of 1",
    ),
    "a slot that there is not": ((held("b1", slot(1) + 1),), "S6: slot"),
    "a group that there is not": ((held("b1", group="none"),), "S6: slot"),
    "no place at all": ((held("b1", places=0),), "S6: a booking takes no place"),
    "a third open booking of one person": (
        tuple(held(f"b{n}", slot(n), booker=bcmd.Booker("p1")) for n in range(3)),
        "S6: a person has 3 bookings, 2 are allowed",
    ),
    "confirmed twice": ((held("b1"), confirmed("b1"), confirmed("b1")), "S5: BookingConfirmed: booking b1 is BOOKED"),
    "out of nowhere": ((confirmed("b1"),), "S5: BookingConfirmed: booking b1 is unknown"),
    "checked in twice": ((*CHECKED_IN, CHECKED_IN[2]), "S5: BookingCheckedIn"),
    "one ticket for two": (
        (*CHECKED_IN, held("b2"), confirmed("b2"), bev.BookingCheckedIn("b2", "t1", "in_grace", slot(1))),
        "S6: ticket t1 is that of booking b1 already",
    ),
    "called before the slot": ((*CHECKED_IN, ev.TicketCalled("t1", "1", "order", ("t1",))), "S5: ticket t1 is called"),
    "in line before the slot": ((*CHECKED_IN, bev.TicketEligible("t1", 0)), "S5: ticket t1 stands in line"),
    "in line without a booking": ((bev.TicketEligible("t1", 0),), "S5: ticket t1 stands in line"),
    "a no-show too soon": ((held("b1"), confirmed("b1"), bev.BookingNoShow("b1", "absent")), "S5: booking b1 is no no-show"),
    "a no-show by the hall's fault": (
        (held("b1"), confirmed("b1", 1), bev.BookingAffected("b1", "power"), bev.BookingNoShow("b1", "absent")),
        "S5: booking b1 is no no-show",
    ),
    "returned too soon": (
        (held("b1"), bev.BookingCancelled("b1", "visitor", "", slot(3)), bev.PlacesReturned(1)),
        "S6: places 1 return before their delay is over",
    ),
    "returned twice": (
        (held("b1"), bev.BookingCancelled("b1", "visitor", "", 1), bev.PlacesReturned(1), bev.PlacesReturned(1)),
        "S6: places 1 return that nobody released",
    ),
    "returned out of nowhere": ((bev.PlacesReturned(1),), "S6: places 1 return"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_planted_fault_is_found_and_named(fault: str) -> None:
    events, reason = BROKEN[fault]

    found = faults(*events)

    assert any(reason in one for one in found), found


def test_sound_events_are_no_faults_and_nothing_is_counted_without_the_plan() -> None:
    assert faults(*CHECKED_IN) == []
    assert faults(held("b1"), confirmed("b1"), bev.BookingNoShow("b1", "absent"), at_ms=slot(2)) == []
    five = [held(f"b{n}", booker=bcmd.Booker(f"p{n}")) for n in range(5)]
    assert faults(*five, known=False) == []


def test_an_edited_slot_is_judged_by_its_edit_and_a_move_by_what_it_adds() -> None:
    edit = bev.SlotsSet("main", ((slot(1), 5),), None, False, "")
    five = [held(f"b{n}", booker=bcmd.Booker(f"p{n}")) for n in range(5)]
    move = bev.BookingRescheduled("b0", slot(2), (("main", slot(2), 1),), 2, "visitor", "", 0, slot(3))

    assert faults(edit, *five, confirmed("b0", booker=bcmd.Booker("p0")), move) == []
    assert faults(bev.SlotsSet("gone", ((slot(1), 5),), None, True, "")) == []


def test_a_whole_day_with_an_undone_miss_and_a_changed_plan_is_sound() -> None:
    hall = BookedHall(calling=Calling(miss_calls=1, miss_ms=0), missed=MissedRule(limit=0))
    name, other = hall.book("p1", slot=1), hall.book("p2", "A*5", slot=2)
    hall.do(bcmd.RescheduleBooking, appointment=other, slot_ms=slot(3), release_ms=0, return_delay_ms=9, actor=CITIZEN)
    hall.to(1)
    hall.change_sessions((0, 8))
    policy = msgspec.structs.replace(hall.plan.policy, version="2")
    hall.change_plan(msgspec.structs.replace(hall.plan, policy=policy))
    hall.check_in(name)
    hall.open("1")
    hall.at("1", cmd.CallNext)
    hall.at("1", cmd.MissTicket)
    hall.undo("1")
    hall.now += MINUTE_MS
    hall.at("1", cmd.StartService)
    hall.undo("1")
    hall.at("1", cmd.MissTicket)
    hall.end_day()

    assert list(audit(hall.commits, hall.state.plans)) == []
    assert hall.of(name).state == "NO_SHOW"
    assert isinstance(hall.commits[0], Commit)

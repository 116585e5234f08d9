"""Who books on a demo day, and what the comparison finds when a booking goes wrong: each law is broken once, on purpose."""

from statistics import mean

from msgspec.structs import replace

from hall import booking_events as bev
from hall.booking import Booking, BookingGroup
from hall.booking_commands import Booker, BookerFacts
from hall.catalog import Text
from hall.commands import EndDay
from hall.events import AnyEvent, Commit, DayOpened
from hall.ids import MINUTE_MS
from hall.opening import Session
from hall.policy import Policy
from server.demo.arrivals import BOOKED_EARLY_MS, Visitor, visitors
from server.demo.bookers import person
from server.demo.compare import Log, booked_twice, doubled, unbooked
from server.demo.history import Operation
from server.demo.sales import Sales
from tests.server.demo.test_arrivals import expected, hall_facts
from tests.support.plans import NINE_MS, small_plan

SLOT_MS = NINE_MS + 60 * MINUTE_MS
PLACES = 2


def drawn() -> list[Visitor]:
    return [one for seed in range(6) for one in visitors(hall_facts(), expected(), seed=seed)]


def test_as_many_book_and_fail_to_come_as_the_preset_assumes():
    """Shares of all who wish to come; their punctuality is spread around some minutes before the slot."""
    everybody, demand = drawn(), expected().demand
    plans = [one.booking for one in everybody if one.booking is not None]

    assert abs(len(plans) / len(everybody) - demand.booked_share) < 0.03
    assert abs(sum(not one.comes for one in plans) / len(plans) - demand.no_show_share) < 0.03
    assert abs(mean(one.before_ms for one in plans) - BOOKED_EARLY_MS) < MINUTE_MS
    assert {one.by for one in plans} == {"code", "qr", "phone"}
    assert {one.then for one in plans} == {"", "lapses", "cancels", "moves"}
    assert any(one.before_ms < -10 * MINUTE_MS for one in plans), "nobody is late"


def test_only_ordinary_visitors_book_and_no_two_of_them_share_a_phone():
    """The priority lane needs no booking; limits per person, phone and device are met by different people."""
    booked = [one for one in drawn() if one.booking is not None]

    assert {one.klass for one in booked} == {"ordinary"}
    keys = [tuple(person(f"visitor-{number:05d}").values()) for number in range(50)]
    assert all(len(set(column)) == 50 for column in zip(*keys, strict=True))


def test_a_booking_that_the_log_does_not_have_is_found():
    """Told of ten o'clock, and the log has eleven."""
    log = Log({}, set(), {("a", SLOT_MS)})

    assert unbooked([_told("book.confirm", "a", SLOT_MS)], log) == []
    assert "S2" in unbooked([_told("book.confirm", "a", SLOT_MS + 1)], log)[0]
    assert "S2" in unbooked([_told("book.move", "b", SLOT_MS)], log)[0]


def test_who_holds_two_bookings_is_found_and_who_gave_one_back_is_not():
    """A cancelled booking makes room for another."""
    twice = [_told("book.confirm", "a", SLOT_MS), _told("book.confirm", "b", SLOT_MS)]
    changed = [twice[0], _told("book.cancel", "a", SLOT_MS), twice[1], _told("book.move", "b", SLOT_MS)]

    assert "S6" in booked_twice(twice)[0]
    assert booked_twice(changed) == []


def test_a_booking_that_came_to_two_numbers_is_found():
    """By its tickets, and by the number."""
    came = [_told("check-in", "a", SLOT_MS, ticket=name, number="P001") for name in ("t1", "t2")]

    assert "S6" in booked_twice(came)[0]
    assert "S1" in doubled(came)[0]


def test_a_slot_sold_beyond_its_places_is_found_and_a_place_given_back_is_not():
    """Two places, three bookings; the third may come when one has gone."""
    full = [_held("a"), _held("b")]

    assert _sales(*full).findings == []
    assert "S6" in _sales(*full, _held("c")).findings[0]
    assert _sales(*full, bev.BookingCancelled("a", "visitor", "", 0), _held("c")).findings == []
    assert _sales(*full, bev.BookingExpired("a", "hold", 0), _held("c")).findings == []


def test_places_are_those_that_a_manager_gave_the_slot():
    """More places are sold without a finding."""
    more = bev.SlotsSet("all", ((SLOT_MS, 3),), None, False, "busy")

    assert _sales(more, _held("a"), _held("b"), _held("c")).findings == []


def test_what_was_booked_is_known_with_its_slot():
    """Confirmed, and moved later."""
    moved = bev.BookingRescheduled(
        "a", SLOT_MS + 30 * MINUTE_MS, (("all", SLOT_MS + 30 * MINUTE_MS, 1),), 2, "visitor", "", 0, 0
    )
    confirmed = bev.BookingConfirmed("a", Booker("p"), "code", BookerFacts(), 0)

    assert _sales(_held("a"), confirmed, moved).booked == {("a", SLOT_MS), ("a", SLOT_MS + 30 * MINUTE_MS)}


def _told(op: str, name: str, slot_ms: int, **more: str) -> Operation:
    return Operation(
        id=f"demo-{op}-{name}-{more.get('ticket')}", op=op, who="visitor-1", invoked_ns=1, completed_ns=2, outcome="ok",
        appointment=name, slot_ms=slot_ms, **more,
    )  # fmt: skip


def _held(name: str) -> bev.SlotHeld:
    takes = (("all", SLOT_MS, 1),)
    return bev.SlotHeld(name, (("id-card", 1),), SLOT_MS, takes, "phone", Booker(name), BookerFacts(), 0, SLOT_MS, 0)


def _sales(*events: AnyEvent) -> Sales:
    """Fold a day of one group with two places in each slot."""
    group = BookingGroup("all", Text("全部"), places=PLACES)
    plan = replace(small_plan(), policy=Policy("1", booking=Booking((group,))))
    opened = DayOpened(
        "longgang", "2026-11-23", "workday", (Session(NINE_MS, NINE_MS + 8 * 60 * MINUTE_MS),), "plan", 0, 0, None
    )
    sales = Sales()
    for seq, event in enumerate((opened, *events), 1):
        sales.add(_commit(seq, event), {"plan": plan})
    return sales


def _commit(seq: int, event: AnyEvent) -> Commit:
    command = EndDay(command_id=f"c-{seq}", at_ms=NINE_MS, actor="manager:m")
    return Commit(
        seq=seq, command_id=command.command_id, at_ms=NINE_MS, actor=command.actor, plan="plan", request="",
        command=command, events=(event,),
    )  # fmt: skip

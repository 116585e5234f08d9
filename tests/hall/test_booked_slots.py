"""Stories of slots: closing and editing them, other plans and hours, the end of the day; nobody is silently lost."""

import msgspec
import pytest

from hall import booking_commands as bcmd
from hall import booking_events as bev
from hall import commands as cmd
from hall.appointments import preview
from hall.catalog import Text
from hall.feed_booking import appointment_view, calendar_view, slots_view
from hall.figures import figures_of
from hall.ids import MINUTE_MS
from hall.policy import VisitorClass
from tests.support.booked_hall import CITIZEN, RELEASED, BookedHall, booking_policy, booking_rules, slot
from tests.support.halls import plan, refused

MANAGER = "manager:m"
NEXT_DAY = bcmd.BookingPlace("longgang", "2026-11-24", "booking-77")


def made(hall: BookedHall, kind: type) -> list[object]:
    return [event for event in hall.events if isinstance(event, kind)]


def full_with_waiting(**facts: object) -> tuple[BookedHall, str, str]:
    hall = BookedHall(**facts)  # type: ignore[arg-type]
    for number in range(4):
        hall.book(f"p{number}", slot=1)
    return hall, hall.queue_up("w1"), hall.queue_up("w2", "A2")


def test_closing_slots_lists_moves_or_cancels_and_loses_nobody() -> None:
    for then, state in (("list", "BOOKED"), ("move", "BOOKED"), ("cancel", "CANCELLED")):
        hall = BookedHall()
        name, held = hall.book("p1", slot=1), hall.hold(at=1)

        hall.do(bcmd.CloseSlots, from_ms=slot(1), to_ms=slot(2), then=then, reason="power", actor=MANAGER)

        assert hall.of(held).state == "CANCELLED"
        assert hall.of(name).state == state
        assert hall.of(name).is_affected == (then == "list")
        assert hall.of(name).slot_ms == (slot(0) if then == "move" else slot(1))


def test_a_listed_booking_is_never_a_no_show_and_never_late() -> None:
    hall = BookedHall()
    name, other = hall.book("p1", slot=1), hall.book("p2", slot=1)
    hall.do(bcmd.CloseSlots, group="main", from_ms=slot(1), to_ms=slot(2), reason="power", actor=MANAGER)
    assert calendar_view(hall.state)["affected"][0]["id"] == name

    hall.do(bcmd.RescheduleBooking, appointment=other, slot_ms=slot(4), release_ms=RELEASED, actor=CITIZEN)
    assert hall.of(other).moves == 0, "the hall's move is not the visitor's"
    hall.to(3)
    assert hall.of(name).state == "BOOKED"
    hall.check_in(name)
    assert hall.of(name).punctuality == "in_grace"


def test_fewer_windows_displace_the_latest_bookings_to_the_nearest_free_slot() -> None:
    """Four places on three windows; without two of them one is left: three of four move, at most to what is free."""
    hall = BookedHall()
    names = [hall.book(f"p{number}", slot=1) for number in range(4)]
    full = [hall.book(f"q{number}", slot=at) for number, at in enumerate((0, 0, 0, 2, 2, 2, 2))]

    hall.do(
        bcmd.CloseSlots,
        group="main",
        from_ms=slot(1),
        to_ms=slot(2),
        windows=3,
        then="move",
        reason="ill",
        actor=MANAGER,
    )

    assert [hall.slot_ms(name) for name in names] == [slot(1), slot(0), slot(3), slot(3)]
    assert {hall.of(name).state for name in full} == {"BOOKED"}
    assert made(hall, bev.SlotsSet)[0].slots == ((slot(1), 1),)  # type: ignore[attr-defined]


def test_closing_twice_displaces_nobody_twice_and_closed_slots_may_vanish() -> None:
    """Edits of slots and groups that a later plan or later hours do not have are passed over."""
    hall = BookedHall()
    name = hall.book("p1", slot=1)
    closing = {"reason": "power", "actor": MANAGER}
    hall.do(bcmd.CloseSlots, from_ms=slot(1), to_ms=slot(2), **closing)
    hall.do(bcmd.CloseSlots, from_ms=slot(1), to_ms=slot(3), **closing)
    assert made(hall, bev.BookingAffected) == []
    assert hall.of(name).is_affected

    hall.do(bcmd.CloseSlots, group="house", from_ms=slot(17), to_ms=slot(18), **closing)
    hall.change_sessions((0, 8))
    booking = hall.plan.policy.booking
    assert booking is not None
    only_main = msgspec.structs.replace(booking, groups=booking.groups[:1])
    hall.change_plan(
        msgspec.structs.replace(hall.plan, policy=msgspec.structs.replace(hall.plan.policy, booking=only_main))
    )
    assert slots_view(hall.state, [("C", 1)]) is None


def test_closing_the_same_windows_again_displaces_nobody_else() -> None:
    """Who was told that the place cannot be kept takes none of what is left."""
    hall = BookedHall()
    names = [hall.book(f"p{number}", slot=1) for number in range(4)]
    closing = {"group": "main", "from_ms": slot(1), "to_ms": slot(2), "reason": "ill", "actor": MANAGER}

    for windows, left in ((1, 3), (1, 3), (2, 2)):
        hall.do(bcmd.CloseSlots, windows=windows, **closing)

        assert hall.state.bookings.edits["main", slot(1)].places == left
        assert [name for name in names if not hall.of(name).is_affected] == names[:left]


@pytest.mark.parametrize("then", ["list", "move", "cancel"])
def test_who_still_has_room_in_the_slot_is_not_displaced(then: str) -> None:
    """A long visit goes, and with it more than was too much: whoever booked later stays and is told nothing."""
    hall = BookedHall()
    first = hall.book("p1", slot=1)
    long = hall.book("p2", "A*2", slot=1)
    last = hall.book("p3", slot=1)
    assert sum(places for _, _, places in hall.of(long).takes) == 2

    hall.do(
        bcmd.CloseSlots, group="main", from_ms=slot(1), to_ms=slot(2), windows=2, then=then, reason="ill",
        actor=MANAGER,
    )  # fmt: skip

    named = [event.appointment for event in hall.events if not isinstance(event, bev.SlotsSet)]  # type: ignore[union-attr]
    assert named == [long]
    assert (hall.of(first).version, hall.of(last).version) == (1, 1)


def test_a_place_that_rests_displaces_nobody() -> None:
    """A released place counts as taken until it returns, but it is nobody's."""
    hall = BookedHall()
    gone, kept = hall.book("p1", slot=1), hall.book("p2", slot=1)
    hall.do(bcmd.CancelBooking, appointment=gone, return_delay_ms=60_000, actor=CITIZEN)

    change = preview(hall.state, "main", [slot(1)], 0)[0]

    assert (change.taken, change.over, change.appointments) == (2, 2, (kept,))


def test_only_the_lane_of_the_booked_is_looked_at_and_chosen_calls_are_not_the_bookings_fault() -> None:
    later = VisitorClass("later", Text("最后", "Last"), lane=2)
    usual = booking_policy(booking_rules(grace_ms=30 * MINUTE_MS))
    hall = BookedHall(plan=plan(msgspec.structs.replace(usual, classes=(*usual.classes, later))))
    name = hall.book("p1", slot=1)
    hall.to(1)
    hall.arrive("walk-in-01", "A")
    hall.take("A", klass="later")
    hall.now += MINUTE_MS
    hall.check_in(name)
    assert hall.state.bookings.passed == {}
    hall.open("1")

    hall.at("1", cmd.CallChosen, ticket=f"ticket-of-{name}", reason="other")

    figures = figures_of(hall.commits, [hall.plan]).report()["booked"]
    assert figures["walk_ins_passed"]["times"] == 0  # type: ignore[index]


def test_who_finds_no_other_place_is_listed() -> None:
    hall = BookedHall()
    name = hall.book("p1", "A*6", "C", slot=1)

    hall.do(bcmd.CloseSlots, from_ms=slot(0), to_ms=slot(18), then="move", reason="power", actor=MANAGER)

    assert hall.of(name).is_affected
    with refused("UNKNOWN_SLOT"):
        hall.do(bcmd.CloseSlots, from_ms=0, to_ms=1, reason="power", actor=MANAGER)
    with refused("REASON_NEEDED"):
        hall.do(bcmd.CloseSlots, from_ms=0, to_ms=1, reason="", actor=MANAGER)
    with refused("UNKNOWN_GROUP"):
        hall.do(bcmd.CloseSlots, group="x", from_ms=0, to_ms=1, reason="power", actor=MANAGER)
    with refused("UNKNOWN_SLOT"):
        hall.do(bcmd.SetSlots, group="main", from_ms=0, to_ms=1, places=1, actor=MANAGER)


def test_a_move_by_the_hall_finds_room_for_every_group_of_the_visit() -> None:
    hall = BookedHall()
    name = hall.book("p1", "C", "A", slot=1)
    for number in range(4):
        hall.book(f"q{number}", slot=0)

    hall.do(bcmd.CloseSlots, group="house", from_ms=slot(1), to_ms=slot(2), then="move", reason="ill", actor=MANAGER)

    assert hall.of(name).takes == (("house", slot(2), 1), ("main", slot(2), 1))


def test_editing_slots_shows_first_who_would_be_affected() -> None:
    hall = BookedHall()
    names = [hall.book(f"p{number}", slot=1) for number in range(3)]

    change = preview(hall.state, "main", [slot(1)], 1)[0]
    assert (change.before, change.after, change.taken, change.over) == (4, 1, 3, 2)
    assert change.appointments == (names[2], names[1])
    hall.do(
        bcmd.SetSlots, group="main", from_ms=slot(1), to_ms=slot(2), places=1, channels=(("phone", 1),), actor=MANAGER
    )
    with refused("SLOT_FULL"):
        hall.hold()
    assert preview(hall.state, "main", [slot(1)], -1)[0].after == 4
    hall.do(bcmd.SetSlots, group="main", from_ms=slot(1), to_ms=slot(2), places=None, actor=MANAGER)
    hall.hold()


def test_more_places_are_offered_to_the_waitlist_first() -> None:
    hall, first, second = full_with_waiting()

    hall.do(bcmd.SetSlots, group="main", from_ms=slot(1), to_ms=slot(2), places=5, actor=MANAGER)

    assert (hall.of(first).state, hall.of(second).state) == ("OFFERED", "WAITLISTED")


def test_another_plan_must_keep_what_is_booked() -> None:
    hall = BookedHall()
    cancelled = hall.book("p2", "C", slot=2)
    hall.do(bcmd.CancelBooking, appointment=cancelled, actor=CITIZEN)
    hall.book("p1", slot=1)
    booking = hall.plan.policy.booking
    assert booking is not None
    without = msgspec.structs.replace(booking, groups=booking.groups[1:])

    for policy in (
        msgspec.structs.replace(hall.plan.policy, booking=None),
        msgspec.structs.replace(hall.plan.policy, booking=without),
    ):
        with refused("PLAN_INVALID"):
            hall.change_plan(msgspec.structs.replace(hall.plan, policy=policy))
    only_main = msgspec.structs.replace(booking, groups=booking.groups[:1])
    policy = msgspec.structs.replace(hall.plan.policy, booking=only_main)
    hall.change_plan(msgspec.structs.replace(hall.plan, policy=policy))
    assert "can" not in (appointment_view(hall.state, cancelled) or {})
    hall.change_sessions((0, 8))


def test_the_end_of_the_day_leaves_no_open_booking() -> None:
    """Absent ones are no-shows; whose slot has not come is cancelled by the hall."""
    hall = BookedHall()
    past, coming, held = hall.book("p1", slot=1), hall.book("p2", slot=6), hall.hold(at=7)
    hall.now = slot(2)

    hall.end_day()

    assert [hall.of(name).state for name in (past, coming, held)] == ["NO_SHOW", "CANCELLED", "EXPIRED"]
    assert slots_view(hall.state, [("A", 1)]) is None
    hall.do(bcmd.Appeal, appointment=past, reason="the hall closed", actor=MANAGER)

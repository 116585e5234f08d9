"""Every refusal of bookings happens, with its coded sentences in both languages, and changes nothing (the driver looks)."""

from collections.abc import Callable

import pytest

from hall import booking_commands as bcmd
from hall import commands as cmd
from hall.booking import BookingRules, Limits, NoShowRule
from hall.booking_refusals import APPOINTMENT_NAMES, BOOKING_REFUSALS
from hall.bookings import APPOINTMENT_STATES
from hall.errors import Refusal
from hall.ids import DAY_MS, MINUTE_MS
from tests.support.booked_hall import CITIZEN, BookedHall, booking_rules, slot
from tests.support.halls import OPEN_MS, Hall, Refused, refused

Story = Callable[[], object]
ELSEWHERE = bcmd.BookingPlace("nanshan", "2026-11-24", "booking-9")


def full(**facts: object) -> BookedHall:
    """Four of four places of slot 1 are booked."""
    hall = BookedHall(**facts)  # type: ignore[arg-type]
    for number in range(4):
        hall.book(f"full{number}", slot=1)
    return hall


def offered() -> tuple[BookedHall, str]:
    """Somebody cancelled; the place is offered to who waited for it."""
    hall = full()
    name = hall.queue_up("w1")
    hall.do(bcmd.CancelBooking, appointment="booking-0001", actor=CITIZEN)
    return hall, name


def moved(times: int) -> BookedHall:
    hall = BookedHall(booking_rules(max_moves=times))
    name = hall.book("p1", slot=2)
    for number in range(times + 1):
        hall.do(bcmd.RescheduleBooking, appointment=name, slot_ms=slot(3 + number), release_ms=0, actor=CITIZEN)
    return hall


def late_change(make: type[bcmd.AtAppointment], **fields: object) -> None:
    hall = BookedHall()
    name = hall.book("p1", slot=6)
    hall.to(3)
    hall.do(make, appointment=name, actor=CITIZEN, **fields)


def holds(times: int) -> None:
    hall = BookedHall()
    for number in range(times):
        hall.hold(booker=bcmd.Booker(device="d1"), at=number + 1)


def no_longer_held() -> None:
    hall = BookedHall()
    name = hall.hold()
    hall.now += 5 * MINUTE_MS
    hall.confirm(name, "p1")


def late_answer() -> None:
    hall, name = offered()
    hall.now += 15 * MINUTE_MS
    hall.do(bcmd.AnswerOffer, appointment=name, accepts=True, actor=CITIZEN)


def closed() -> None:
    hall = BookedHall()
    hall.do(bcmd.CloseSlots, from_ms=slot(1), to_ms=slot(2), reason="power", actor="manager:m")
    hall.hold(at=1)


def second(**fields: object) -> None:
    hall = BookedHall(booking_rules(person=Limits(**fields)))  # type: ignore[arg-type]
    hall.book("p1", slot=1)
    hall.book("p1", "A2", slot=2)


def twice_the_same() -> None:
    hall = BookedHall(booking_rules(person=Limits()))
    hall.book("p1", slot=1)
    hall.book("p1", slot=2)


def banned() -> None:
    facts = bcmd.BookerFacts(no_shows=(OPEN_MS - 20 * DAY_MS, OPEN_MS - 10 * DAY_MS))
    BookedHall().hold(person="p1", facts=facts)


def checks_in(at: float, **fields: object) -> BookedHall:
    hall = BookedHall()
    name = hall.book("p1", slot=4)
    hall.to(at)
    hall.check_in(name, **fields)
    return hall


def used() -> None:
    checks_in(4).check_in("booking-0001", ticket="another-ticket")


def cancelled() -> None:
    hall = BookedHall()
    name = hall.book("p1")
    hall.do(bcmd.CancelBooking, appointment=name, actor=CITIZEN)
    hall.check_in(name)


def lapsed() -> None:
    hall = BookedHall()
    name = hall.book("p1", slot=1)
    hall.to(2)
    hall.check_in(name)


def early_ticket() -> None:
    hall = checks_in(3)
    hall.open("1")
    hall.at("1", cmd.CallChosen, ticket="ticket-of-booking-0001", reason="other")


def shorter_day() -> None:
    hall = BookedHall()
    hall.book("p1", slot=10)
    hall.change_sessions((0, 4))


def no_waitlist(most: int) -> None:
    hall = full(rules=booking_rules(max_waitlist=most))
    for number in range(most + 1):
        hall.queue_up(f"w{number}")


def no_bookings() -> None:
    hall = Hall()
    hall.do(bcmd.HoldSlot, appointment="b1", items=(), slot_ms=0, release_ms=0, actor=CITIZEN)


STORIES: dict[str, Story] = {
    "BOOKING_OFF": no_bookings,
    "NOT_BOOKABLE": lambda: BookedHall().hold("B2"),
    "NOT_RELEASED": lambda: BookedHall().hold(release_ms=OPEN_MS),
    "TOO_LATE_TO_BOOK": lambda: BookedHall(before_ms=-DAY_MS // 48).hold(at=1),
    "UNKNOWN_SLOT": lambda: BookedHall().hold(at=1.5),
    "SLOT_FULL": lambda: full().hold(),
    "SLOT_CLOSED": closed,
    "TOO_LONG_FOR_SLOT": lambda: BookedHall().hold("A*6", at=17),
    "BOOKING_EXISTS": lambda: _twice(),
    "BAD_CODE": lambda: _confirm(code=""),
    "PERSON_NEEDED": lambda: _confirm(booker=bcmd.Booker(phone="t1")),
    "HOLD_EXPIRED": no_longer_held,
    "TOO_MANY_HELD": lambda: holds(3),
    "LIMIT_OPEN": lambda: second(open=1),
    "LIMIT_DAY": lambda: second(day=1),
    "LIMIT_WEEK": lambda: second(week=1),
    "LIMIT_MONTH": lambda: second(month=1),
    "SAME_ITEM_BOOKED": twice_the_same,
    "BANNED": banned,
    "UNKNOWN_BOOKING": lambda: BookedHall().check_in("nobody"),
    "WRONG_BOOKING_STATE": lambda: _held(bcmd.MoveOut, target=ELSEWHERE),
    "CANCEL_TOO_LATE": lambda: late_change(bcmd.CancelBooking),
    "MOVE_TOO_LATE": lambda: late_change(bcmd.RescheduleBooking, slot_ms=slot(9), release_ms=0),
    "MOVE_LIMIT": lambda: moved(1),
    "NOT_A_NO_SHOW": lambda: _held(bcmd.Appeal, reason="ill"),
    "WAITLIST_OFF": lambda: no_waitlist(0),
    "WAITLIST_FULL": lambda: no_waitlist(1),
    "SLOTS_FREE": lambda: BookedHall().queue_up("w1"),
    "OFFER_EXPIRED": late_answer,
    "WRONG_HALL": lambda: checks_in(4, hall="nanshan"),
    "WRONG_DAY": lambda: checks_in(4, date="2026-11-24"),
    "CHECK_IN_TOO_EARLY": lambda: checks_in(1),
    "CODE_USED": used,
    "CODE_CANCELLED": cancelled,
    "CODE_LAPSED": lapsed,
    "TICKET_EARLY": early_ticket,
    "UNKNOWN_GROUP": lambda: _set(group="none"),
    "BAD_SLOT_PLACES": lambda: _set(places=-1),
    "SLOTS_BOOKED": shorter_day,
}


def _twice() -> None:
    hall = BookedHall()
    hall.hold(appointment="booking-x")
    hall.hold(appointment="booking-x", at=2)


def _confirm(**fields: object) -> None:
    hall = BookedHall()
    hall.confirm(hall.hold(), "p1", **fields)


def _held(make: type[bcmd.AtAppointment], **fields: object) -> None:
    hall = BookedHall()
    hall.do(make, appointment=hall.hold(), actor=CITIZEN, **fields)


def _set(**fields: object) -> None:
    given = {"group": "main", "from_ms": slot(0), "to_ms": slot(3), "places": 1, "actor": "manager:m", **fields}
    BookedHall().do(bcmd.SetSlots, **given)


@pytest.mark.parametrize("code", STORIES)
def test_every_refusal_of_a_booking_happens_and_says_all_its_facts(code: str) -> None:
    with refused(code):
        STORIES[code]()


def test_the_table_of_booking_refusals_holds_what_can_happen_and_nothing_else() -> None:
    assert set(STORIES) == set(BOOKING_REFUSALS)


def test_every_state_of_a_booking_has_a_name_for_people() -> None:
    assert set(APPOINTMENT_NAMES) == set(APPOINTMENT_STATES)
    assert Refusal("WRONG_BOOKING_STATE", {"booking_state": "NO_SHOW"}).zh == "该预约现在是「爽约」，不能这样操作"
    assert "FROZEN" in Refusal("WRONG_BOOKING_STATE", {"booking_state": "FROZEN"}).en


def test_a_ban_names_the_date_on_which_it_ends() -> None:
    with pytest.raises(Refused) as caught:
        banned()

    assert caught.value.refusal.zh == "因多次爽约，2027-05-12 08:30 前不能预约；如有异议可申诉"


def test_where_the_limit_is_no_minutes_the_beginning_of_the_slot_is_named() -> None:
    """Nobody is told to come at least 0 minutes before."""
    rules = booking_rules(lead_ms=0, cancel_before_ms=0, move_before_ms=0)
    hall = BookedHall(rules)
    name = hall.book("p1", slot=1)
    hall.now = slot(1) + 1
    told = []
    for make, fields in (
        (bcmd.HoldSlot, {"appointment": "late", "items": (hall.wanted("A"),), "slot_ms": slot(1), "release_ms": 0}),
        (bcmd.RescheduleBooking, {"appointment": name, "slot_ms": slot(4), "release_ms": 0}),
        (bcmd.CancelBooking, {"appointment": name}),
    ):
        with pytest.raises(Refused) as caught:
            hall.do(make, actor=CITIZEN, **fields)
        told.append((caught.value.refusal.code, caught.value.refusal.zh, caught.value.refusal.en))

    assert told == [
        ("TOO_LATE_TO_BOOK", "该时段已开始，不能再预约", "This slot has begun and can no longer be booked"),
        ("MOVE_TOO_LATE", "预约时段已开始，不能再改期", "The slot has begun; it is too late to move"),
        ("CANCEL_TOO_LATE", "预约时段已开始，不能再取消", "The slot has begun; it is too late to cancel"),
    ]


def test_general_refusals_hold_for_bookings_too() -> None:
    """Nothing chosen, too much, unknown items, bad quantities, an unpublished year, an ended day."""
    hall = BookedHall()

    assert hall.code(bcmd.HoldSlot, appointment="b", items=(), slot_ms=slot(1), release_ms=0) == "NO_ITEMS"
    many = tuple(cmd.WantedItem("A") for _ in range(21))
    assert hall.code(bcmd.HoldSlot, appointment="b", items=many, slot_ms=slot(1), release_ms=0) == "TOO_MANY_ITEMS"
    for item, code in (("Z", "UNKNOWN_ITEM"), ("A*100", "BAD_QUANTITY")):
        wanted = (hall.wanted(item),)
        assert hall.code(bcmd.HoldSlot, appointment="b", items=wanted, slot_ms=slot(1), release_ms=0) == code
    wanted = (hall.wanted("A"),)
    assert (
        hall.code(bcmd.HoldSlot, appointment="b", items=wanted, slot_ms=slot(1), release_ms=None)
        == "CALENDAR_UNPUBLISHED"
    )
    name = hall.book("p1")
    same = {"slot_ms": slot(1), "release_ms": 0}
    assert hall.code(bcmd.RescheduleBooking, appointment=name, **same) == "NO_CHANGE"
    hall.end_day()
    for make, fields in (
        (bcmd.HoldSlot, {"items": wanted, "slot_ms": slot(1), "release_ms": 0}),
        (bcmd.CancelBooking, {}),
        (bcmd.CheckIn, {"ticket": "t1"}),
    ):
        assert hall.code(make, appointment=name, **fields) == "DAY_ENDED"
    closing = {"from_ms": slot(1), "to_ms": slot(2), "reason": "power"}
    assert hall.code(bcmd.CloseSlots, **closing) == "DAY_ENDED"
    assert hall.code(bcmd.SetSlots, group="main", from_ms=0, to_ms=1, places=1) == "DAY_ENDED"


def test_rules_of_no_shows_are_those_of_the_hall() -> None:
    """One no-show closes for a day where the hall says so; an exempt person books."""
    rules = BookingRules(no_shows=(NoShowRule(1, 10, 30),))
    facts = bcmd.BookerFacts(no_shows=(OPEN_MS - 2 * DAY_MS,))
    hall = BookedHall(rules)

    with refused("BANNED"):
        hall.hold(person="p1", facts=facts)
    hall.hold(person="p2", facts=bcmd.BookerFacts(no_shows=facts.no_shows, is_exempt=True))

"""How bookings follow from events: one small function per event, no decisions."""

from collections.abc import Callable
from typing import Any

from hall import booking_events as bev
from hall.appointments import grids_of
from hall.booking_commands import AppointmentId, Booker
from hall.booking_events import Entries, Take
from hall.booking_time import OF_APPOINTMENT, OF_RETURN, OF_TICKET, remind
from hall.bookings import Appointment, AppointmentState, keys_of
from hall.fairness import count_passed
from hall.ids import Ms
from hall.moves import enter_line, leave_line, next_order
from hall.roots import Event
from hall.slots import SlotEdit
from hall.state import HallDay

# ---- moves ----


def _add(state: HallDay, one: Appointment) -> None:
    bookings = state.bookings
    bookings.is_used = True
    bookings.appointments[one.id] = one
    bookings.totals[one.state] += 1
    _know(state, one)
    _take(state, one.takes, one.channel, step=1)
    _due(state, one, one.deadline_ms)


def _know(state: HallDay, one: Appointment) -> None:
    """Let a booking be found by its booker and by its code."""
    bookings = state.bookings
    for key in keys_of(one.booker):
        bookings.of_booker.setdefault(key, []).append(one)
    if one.code:
        bookings.of_code[one.code] = one.id


def _take(state: HallDay, takes: tuple[Take, ...], channel: str, *, step: int) -> None:
    bookings = state.bookings
    for group, start, places in takes:
        bookings.taken[group, start] = bookings.taken.get((group, start), 0) + step * places
        key = (group, start, channel)
        bookings.taken_by[key] = bookings.taken_by.get(key, 0) + step * places
    if step < 0:
        bookings.freed = True


def _release(state: HallDay, takes: tuple[Take, ...], channel: str, returns_ms: Ms) -> None:
    """Give places back: at once, or after their delay."""
    bookings = state.bookings
    if returns_ms <= state.at_ms:
        _take(state, takes, channel, step=-1)
    elif takes:
        bookings.returns += 1
        bookings.returning[bookings.returns] = (returns_ms, channel, takes)
        remind(bookings, returns_ms, OF_RETURN, "", bookings.returns)


def _turn(state: HallDay, one: Appointment, into: AppointmentState, *, due_ms: Ms = 0) -> None:
    totals = state.bookings.totals
    totals[one.state] -= 1
    totals[into] += 1
    one.state = into
    _due(state, one, due_ms)


def _due(state: HallDay, one: Appointment, due_ms: Ms) -> None:
    one.deadline_ms = due_ms
    if due_ms:
        remind(state.bookings, due_ms, OF_APPOINTMENT, one.id)


def _of(state: HallDay, name: AppointmentId) -> Appointment:
    return state.bookings.appointments[name]


def _made(
    state: HallDay, name: AppointmentId, into: AppointmentState, entries: Entries, channel: str, booker: Booker
) -> Appointment:
    bookings = state.bookings
    group = grids_of(state).of_item[entries[0][0]]
    return Appointment(name, len(bookings.appointments) + 1, into, entries, group, channel, booker)


# ---- selling ----


def on_held(state: HallDay, event: bev.SlotHeld) -> None:
    """A place is held."""
    one = _made(state, event.appointment, "SLOT_HELD", event.entries, event.channel, event.booker)
    one.slot_ms, one.takes = event.slot_ms, event.takes
    one.deadline_ms, one.return_delay_ms = event.until_ms, event.return_delay_ms
    _add(state, one)


def on_confirmed(state: HallDay, event: bev.BookingConfirmed) -> None:
    """The held place is booked, by who is known now."""
    one = _of(state, event.appointment)
    for key in keys_of(one.booker):
        state.bookings.of_booker[key].remove(one)
    one.booker, one.code = event.booker, event.code
    _know(state, one)
    _turn(state, one, "BOOKED", due_ms=event.absent_ms)


def on_moved_in(state: HallDay, event: bev.BookingMovedIn) -> None:
    """A booking of elsewhere has a place here."""
    one = _made(state, event.appointment, "BOOKED", event.entries, event.channel, event.booker)
    one.slot_ms, one.takes, one.code = event.slot_ms, event.takes, event.code
    one.moves, one.source, one.deadline_ms = event.moves, event.source, event.absent_ms
    _add(state, one)


def on_waitlisted(state: HallDay, event: bev.BookingWaitlisted) -> None:
    """Somebody queues for a full day."""
    one = _made(state, event.appointment, "WAITLISTED", event.entries, event.channel, event.booker)
    one.from_ms, one.to_ms, one.code, one.deadline_ms = event.from_ms, event.to_ms, event.code, event.to_ms
    _add(state, one)
    state.bookings.waitlist[one.id] = one


def on_offered(state: HallDay, event: bev.SlotOffered) -> None:
    """A place is kept for one of the waitlist."""
    one = _of(state, event.appointment)
    del state.bookings.waitlist[one.id]
    one.slot_ms, one.takes = event.slot_ms, event.takes
    one.version += 1
    _take(state, one.takes, one.channel, step=1)
    _turn(state, one, "OFFERED", due_ms=event.until_ms)


def on_offer_accepted(state: HallDay, event: bev.OfferAccepted) -> None:
    """The offered place is booked."""
    _turn(state, _of(state, event.appointment), "BOOKED", due_ms=event.absent_ms)


# ---- changing ----


def on_rescheduled(state: HallDay, event: bev.BookingRescheduled) -> None:
    """Another slot; what it no longer takes is released."""
    one = _of(state, event.appointment)
    left = {(group, start): places for group, start, places in one.takes}
    more: list[Take] = []
    for group, start, places in event.takes:
        kept = left.get((group, start), 0)
        left[group, start] = max(0, kept - places)
        if places > kept:
            more.append((group, start, places - kept))
    _take(state, tuple(more), one.channel, step=1)
    fewer = tuple([(group, start, places) for (group, start), places in left.items() if places])
    _release(state, fewer, one.channel, event.returns_ms)
    one.slot_ms, one.takes, one.version = event.slot_ms, event.takes, event.version
    one.moves += event.by == "visitor"
    one.is_affected, one.reason = False, event.reason
    _due(state, one, event.absent_ms)


def on_moved_out(state: HallDay, event: bev.BookingMovedOut) -> None:
    """The booking has gone to another day or hall."""
    one = _of(state, event.appointment)
    one.target = event.target
    _give_up(state, one, "RESCHEDULED", event.returns_ms)


def on_cancelled(state: HallDay, event: bev.BookingCancelled) -> None:
    """The booking is given up."""
    one = _of(state, event.appointment)
    one.reason = event.reason
    _give_up(state, one, "CANCELLED", event.returns_ms)


def on_expired(state: HallDay, event: bev.BookingExpired) -> None:
    """Nobody confirmed or answered in time."""
    one = _of(state, event.appointment)
    one.reason = event.cause
    _give_up(state, one, "EXPIRED", event.returns_ms)


def on_no_show(state: HallDay, event: bev.BookingNoShow) -> None:
    """Nobody came, or nobody answered a call that was in time."""
    one = _of(state, event.appointment)
    one.reason = event.cause
    takes, channel = one.takes, one.channel
    if event.cause == "absent":
        one.takes = ()
        _release(state, takes, channel, 0)
    _turn(state, one, "NO_SHOW")


def undo_no_show(state: HallDay, event: bev.BookingNoShow) -> None:
    """The call was not missed after all (undo at the window)."""
    one = _of(state, event.appointment)
    one.reason = ""
    _turn(state, one, "CHECKED_IN")


def on_excused(state: HallDay, event: bev.BookingExcused) -> None:
    """The no-show no longer counts."""
    one = _of(state, event.appointment)
    one.is_excused, one.reason = True, event.reason


def on_affected(state: HallDay, event: bev.BookingAffected) -> None:
    """The hall cannot keep it: nobody waits for the visitor any more, so nobody can be late."""
    one = _of(state, event.appointment)
    one.is_affected, one.reason = True, event.reason
    one.version += 1
    _due(state, one, 0)


def _give_up(state: HallDay, one: Appointment, into: AppointmentState, returns_ms: Ms) -> None:
    takes, channel = one.takes, one.channel
    one.takes = ()
    one.version += 1
    state.bookings.waitlist.pop(one.id, None)
    _release(state, takes, channel, returns_ms)
    _turn(state, one, into)


# ---- arriving ----


def on_checked_in(state: HallDay, event: bev.BookingCheckedIn) -> None:
    """The visitor is here; an early ticket leaves its line for the one that nobody calls."""
    bookings = state.bookings
    one = _of(state, event.appointment)
    ticket = state.tickets[event.ticket]
    one.ticket, one.punctuality, one.checked_in_ms = event.ticket, event.punctuality, state.at_ms
    bookings.punctual[event.punctuality] += 1
    bookings.of_ticket[ticket.id] = one
    _turn(state, one, "CHECKED_IN")
    if event.punctuality == "early":
        leave_line(state, ticket)
        bookings.early[ticket.id] = event.eligible_ms
        enter_line(state, ticket)
        remind(bookings, event.eligible_ms, OF_TICKET, ticket.id)
    elif event.punctuality == "in_grace":
        count_passed(state, ticket)


def on_eligible(state: HallDay, event: bev.TicketEligible) -> None:
    """The slot has come: the ticket waits from now on, behind those who may not be passed."""
    ticket = state.tickets[event.ticket]
    leave_line(state, ticket)
    del state.bookings.early[ticket.id]
    ticket.due_ms = event.due_ms
    ticket.order = next_order(state)
    ticket.waiting_since_ms = state.at_ms
    ticket.touched = state.seq
    enter_line(state, ticket)
    count_passed(state, ticket)


# ---- slots ----


def on_returned(state: HallDay, event: bev.PlacesReturned) -> None:
    """Released places are on sale again."""
    _, channel, takes = state.bookings.returning.pop(event.number)
    _take(state, takes, channel, step=-1)


def on_slots_set(state: HallDay, event: bev.SlotsSet) -> None:
    """Slots have other places."""
    bookings = state.bookings
    bookings.is_used = True
    bookings.edition += 1
    for start, places in event.slots:
        bookings.edits[event.group, start] = SlotEdit(places, event.channels, event.is_closed)


BOOKING_HANDLERS: dict[type[Event], Callable[[HallDay, Any], None]] = {
    bev.SlotHeld: on_held,
    bev.BookingConfirmed: on_confirmed,
    bev.BookingMovedIn: on_moved_in,
    bev.BookingMovedOut: on_moved_out,
    bev.BookingRescheduled: on_rescheduled,
    bev.BookingCancelled: on_cancelled,
    bev.BookingExpired: on_expired,
    bev.BookingWaitlisted: on_waitlisted,
    bev.SlotOffered: on_offered,
    bev.OfferAccepted: on_offer_accepted,
    bev.BookingCheckedIn: on_checked_in,
    bev.TicketEligible: on_eligible,
    bev.BookingNoShow: on_no_show,
    bev.BookingExcused: on_excused,
    bev.PlacesReturned: on_returned,
    bev.SlotsSet: on_slots_set,
    bev.BookingAffected: on_affected,
}

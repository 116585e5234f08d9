"""What a hall-day's bookings leave for the counting over days and halls: pure functions of the state and of events.

A trace stands under each key of its booker (person, phone, device) as long as the booking counts for one of the limits.
"""

from collections.abc import Sequence

from hall.appointments import rules_of
from hall.booking_commands import AppointmentId, CheckIn, ConfirmBooking
from hall.booking_events import BookingNoShow
from hall.bookings import COUNTED_STATES, Appointment, keys_of
from hall.commands import AnyCommand, TakeTicket, UndoLast, WantedItem
from hall.events import AnyEvent
from hall.state import HallDay
from server.ledger.port import Trace

Before = dict[AppointmentId, list[str]]
"""Bookings that a command may change without an event that names them, or whose booker it may replace, with their keys."""


def keys_before(state: HallDay, command: AnyCommand) -> Before:
    """Return what the traces of a command need to know of the state before it."""
    match command:
        case ConfirmBooking():
            names = [command.appointment]
        case UndoLast():
            desk = state.desks.get(command.window)
            last = desk.last_events if desk is not None else ()
            names = [event.appointment for event in last if isinstance(event, BookingNoShow)]
        case _:
            return {}
    known = (state.bookings.appointments.get(name) for name in names)
    return {one.id: keys_of(one.booker) for one in known if one is not None}


def traces_after(state: HallDay, stream: str, events: Sequence[AnyEvent], *, before: Before) -> tuple[Trace, ...]:
    """Return the traces of all bookings that events touched, as they are now; none if nothing happened."""
    if not state.bookings.is_used or not events:
        return ()
    named = [name for event in events if (name := getattr(event, "appointment", ""))]
    found: list[Trace] = []
    for name in dict.fromkeys([*before, *named]):
        one = state.bookings.appointments[name]
        keys = keys_of(one.booker)
        found += [_trace(stream, one, key) for key in keys]
        found += [Trace(key, stream, name, "") for key in before.get(name, ()) if key not in keys]
    return tuple(found)


def traces_of(state: HallDay, stream: str) -> tuple[Trace, ...]:
    """Return all traces that stand after a whole log, in the ledger's order."""
    found = [_trace(stream, one, key) for one in state.bookings.appointments.values() for key in keys_of(one.booker)]
    return tuple(sorted((one for one in found if one.state), key=lambda one: (one.key, one.stream, one.appointment)))


def _trace(stream: str, one: Appointment, key: str) -> Trace:
    state = one.state if one.state in COUNTED_STATES else ""
    return Trace(key, stream, one.id, state, one.slot_ms, tuple([code for code, _ in one.entries]), one.is_excused)


def ticket_of_check_in(state: HallDay, command: CheckIn) -> TakeTicket | None:
    """Return the taking of a number whose wait a booked visitor has now; None for who waits for the slot first."""
    one = state.bookings.appointments.get(command.appointment or state.bookings.of_code.get(command.code, ""))
    if one is None or one.state != "BOOKED" or command.at_ms < one.slot_ms:
        return None
    rules = rules_of(state, one.group)
    is_late = command.at_ms > one.slot_ms + rules.grace_ms and not one.is_affected
    return TakeTicket(
        command_id=command.command_id, at_ms=command.at_ms if is_late else one.slot_ms, actor=command.actor,
        ticket=command.ticket, items=tuple([WantedItem(code, quantity) for code, quantity in one.entries]),
        klass=rules.late_klass if is_late else rules.klass, channel=command.channel,
    )  # fmt: skip

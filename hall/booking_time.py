"""What becomes due by itself among bookings: holds and offers that run out, no-shows, returning places, early visitors.

Deadlines stand in a heap; what no longer holds is passed over when it comes to the top. The heap follows from the state and
is no part of what is true.
"""

from collections.abc import Iterator
from heapq import heappop, heappush

from hall import booking_events as bev
from hall.bookings import Appointment, Bookings, Deadline
from hall.ids import Ms, TicketId
from hall.state import HallDay

UNSERVED = "unserved"
"""Reason of what nobody could come to, since nothing ran that would have taken it in."""

OF_APPOINTMENT, OF_RETURN, OF_TICKET = 0, 1, 2
"""Kinds of deadlines: a booking's own, places that return, a ticket whose slot comes."""


def remind(bookings: Bookings, at_ms: Ms, kind: int, name: str, number: int = 0) -> None:
    """Remember that something becomes due."""
    heappush(bookings.deadlines, (at_ms, kind, name, number))


def booking_deadline(state: HallDay) -> Ms | None:
    """Return when the first of all things among bookings becomes due."""
    heap = state.bookings.deadlines
    while heap and not _holds(state, heap[0]):
        heappop(heap)
    return heap[0][0] if heap else None


def due_events(state: HallDay, at_ms: Ms, leeway_ms: Ms | None = None) -> tuple[bev.BookingEvent, ...]:
    """Return what is due among bookings and places, in the order in which it became due.

    Who did not come is a no-show if the hall could have taken the visitor in. Where its timer did not run, all whose slot has
    begun are put down as affected instead: they may still check in, and nobody of them is late.
    """
    is_served = _is_served(state, at_ms, leeway_ms)
    events: list[bev.BookingEvent] = []
    for _, kind, name, number in _due(state, at_ms):
        if kind == OF_APPOINTMENT:
            one = state.bookings.appointments[name]
            if is_served or one.state != "BOOKED":
                events.append(_end(one, at_ms=at_ms))
        elif kind == OF_RETURN:
            events.append(bev.PlacesReturned(number))
    if not is_served:
        events += [bev.BookingAffected(one.id, UNSERVED) for one in _expected(state) if one.slot_ms <= at_ms]
    return tuple(events)


def due_tickets(state: HallDay, at_ms: Ms) -> list[TicketId]:
    """Return the early tickets whose slot has come, in the order of their slots and arrivals."""
    names = [name for _, kind, name, _ in _due(state, at_ms) if kind == OF_TICKET]
    return sorted(names, key=lambda name: (state.bookings.early[name], state.tickets[name].order))


def endings(state: HallDay, at_ms: Ms, leeway_ms: Ms | None = None) -> tuple[bev.BookingEvent, ...]:
    """Return how bookings end with the day: what nobody used expires; whom the hall let wait in vain is cancelled by it."""
    is_served = _is_served(state, at_ms, leeway_ms)
    events: list[bev.BookingEvent] = []
    for one in state.bookings.appointments.values():
        if one.state == "BOOKED":
            absent = is_served and not one.is_affected and one.deadline_ms <= at_ms
            events.append(
                bev.BookingNoShow(one.id, "absent") if absent else bev.BookingCancelled(one.id, "hall", "day_ended", 0)
            )
        elif one.state in ("SLOT_HELD", "OFFERED", "WAITLISTED"):
            events.append(bev.BookingExpired(one.id, "day_ended", 0))
    return tuple(events)


def _expected(state: HallDay) -> list[Appointment]:
    """Return who has booked, has not come, and would be a no-show one day."""
    return [one for one in state.bookings.appointments.values() if one.state == "BOOKED" and not one.is_affected]


def _is_served(state: HallDay, at_ms: Ms, leeway_ms: Ms | None) -> bool:
    """Say whether the timer has minded the moments until which visitors were expected."""
    if leeway_ms is None:
        return True
    appointments = state.bookings.appointments
    due = _due(state, at_ms - leeway_ms - 1)
    return not any(kind == OF_APPOINTMENT and appointments[name].state == "BOOKED" for _, kind, name, _ in due)


def _end(one: Appointment, *, at_ms: Ms) -> bev.BookingEvent:
    match one.state:
        case "SLOT_HELD":
            return bev.BookingExpired(one.id, "hold", returns_at(at_ms, one.return_delay_ms))
        case "OFFERED":
            return bev.BookingExpired(one.id, "offer", 0)
        case "WAITLISTED":
            return bev.BookingExpired(one.id, "waitlist", 0)
        case _:
            return bev.BookingNoShow(one.id, "absent")


def returns_at(at_ms: Ms, delay_ms: Ms) -> Ms:
    """Return when released places return; 0: at once."""
    return at_ms + delay_ms if delay_ms > 0 else 0


def _due(state: HallDay, at_ms: Ms) -> list[Deadline]:
    """Return what holds of the heap up to a moment, each once."""
    return list(dict.fromkeys(sorted(one for one in _until(state.bookings.deadlines, at_ms) if _holds(state, one))))


def _holds(state: HallDay, entry: Deadline) -> bool:
    at_ms, kind, name, number = entry
    bookings = state.bookings
    if kind == OF_APPOINTMENT:
        return bookings.appointments[name].deadline_ms == at_ms
    if kind == OF_RETURN:
        return number in bookings.returning
    return name in bookings.early and state.tickets[name].state == "WAITING"


def _until(heap: list[Deadline], at_ms: Ms) -> Iterator[Deadline]:
    """Yield the entries of a heap up to a moment without looking at the rest."""
    places = [0]
    while places:
        place = places.pop()
        if place < len(heap) and heap[place][0] <= at_ms:
            yield heap[place]
            places += (2 * place + 1, 2 * place + 2)

"""Whose turn is near, by estimated minutes rather than places: each is told once for each wait."""

from collections.abc import Callable, Iterable

from hall.commands import Told
from hall.ids import Ms
from hall.state import HallDay
from server.contacts.book import Contacts
from server.outbox.days import Day
from server.outbox.plan import Message, near_message, ticket_of
from server.outbox.sending import places_of


def near_messages(
    stream: str,
    day: Day,
    contacts: Contacts,
    wait_of: Callable[[HallDay, str], Told | None],
    *,
    near_ms: Ms,
    at_ms: Ms,
) -> list[Message]:
    """Return a message for everybody who waits, can be reached, was not told for this wait, and is near (P50)."""
    found = []
    for subject in _reachable(stream, day.state, contacts):
        ticket = day.state.tickets.get(ticket_of(day.state, subject))
        if ticket is None or ticket.state != "WAITING" or ticket.id in day.state.bookings.early:
            continue
        if (subject, day.since.get(ticket.id, 0)) in day.told_near:
            continue
        told = wait_of(day.state, ticket.id)
        if told is not None and told.p50_ms <= near_ms:
            found.append(near_message(stream, day.state, day.since, subject=subject, at_ms=at_ms))
    return found


def _reachable(stream: str, state: HallDay, contacts: Contacts) -> Iterable[str]:
    """List bookings that are checked in, and tickets, with contact data."""
    booked = {one.id for one in state.bookings.of_ticket.values()}
    reached = {one for one in booked if any(contacts.has(*place) for place in places_of(stream, one, state))}
    tickets = [one for one in contacts.known(stream) if one in state.tickets]
    return sorted({*reached, *tickets})

"""Where a visit goes on that was sent to another hall: its name, and the number there once the linked ticket is made."""

from hall.feed import hall_of
from hall.ids import HallId
from hall.state import HallDay, Ticket
from server.api.house import House
from server.api.submit import Json, day_of_ticket
from server.outcomes import CommandError
from server.problems import Problem


async def onward(house: House, hall: HallId, ticket: Ticket) -> Json | None:
    """Return the other hall and the ticket there (null until it is made), or None for a visit that stayed."""
    if not ticket.linked_hall:
        return None
    state = await _state_there(house, ticket)
    made = None if state is None else _made(state, hall, ticket)
    return {
        "hall": {"code": ticket.linked_hall, "name": None} if state is None else hall_of(state),
        "ticket": None if made is None else {"id": made.id, "number": made.number},
    }


async def _state_there(house: House, ticket: Ticket) -> HallDay | None:
    """Return the other hall's day; None where it cannot be read now."""
    try:
        state = (await day_of_ticket(house, ticket.linked_hall, ticket.linked)).view_state()
    except (CommandError, Problem):
        return None
    return state if state.is_open else None


def _made(state: HallDay, hall: HallId, ticket: Ticket) -> Ticket | None:
    """Return the linked ticket; one that does not say that it comes from here is somebody else's."""
    found = state.tickets.get(ticket.linked)
    if found is None or found.origin is None or (found.origin.hall, found.origin.ticket) != (hall, ticket.id):
        return None
    return found

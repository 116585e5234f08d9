"""Taking the last command of a window back: which events can be reversed, and how.

The compensating event names the commit; what it changed is remembered at the window (``Desk.last_events``), from the
live command and from the replayed one alike. Reversal runs the inverse of each event, last first.
"""

from collections.abc import Callable
from typing import Any

from hall import booking_events as bev
from hall import events as ev
from hall import moves
from hall.commands import UndoLast
from hall.evolve_booking import undo_no_show
from hall.ids import TicketId
from hall.state import Desk, HallDay, Ticket, TicketState

UNDOABLE = (
    ev.TicketCalled,
    ev.ServiceStarted,
    ev.TicketMissed,
    ev.TicketAbandoned,
    ev.TicketHeld,
    ev.TicketFinished,
    ev.WindowAsked,
    ev.WindowPaused,
    ev.WindowDraining,
    bev.BookingNoShow,
)


def has_step(desk: Desk) -> bool:
    """Return whether the window did anything that is not undone already."""
    return bool(_own_events(desk)) and not isinstance(desk.last_command, UndoLast)


def can_take_back(desk: Desk) -> bool:
    """Return whether the window's last step can be reversed: all that its command did, and nothing one-way came after."""
    is_last = desk.one_way_seq <= desk.last_seq
    return has_step(desk) and is_last and all(isinstance(event, UNDOABLE) for event in _own_events(desk))


def step_tickets(desk: Desk) -> list[TicketId]:
    """Return the tickets of the window's last step, in the order of its events."""
    return [ticket for event in _own_events(desk) if (ticket := getattr(event, "ticket", ""))]


def is_untouched(state: HallDay, desk: Desk) -> bool:
    """Return whether nothing happened since to the window or to the tickets of its last command, the plan included."""
    named = (state.tickets[ticket] for ticket in step_tickets(desk))
    return desk.touched == desk.last_seq and all(
        ticket.touched == desk.last_seq and _has_place(state, ticket) for ticket in named
    )


def _has_place(state: HallDay, ticket: Ticket) -> bool:
    """Return whether the plan in force has what a ticket is for and where it was sent; a visit that is over may have lost it."""
    index = state.index
    return (
        all(one.item in index.items for one in ticket.entries)
        and ticket.klass in index.classes
        and (not ticket.to_window or ticket.to_window in state.desks)
        and (not ticket.to_area or ticket.to_area in index.areas)
    )


def take_back(state: HallDay, desk: Desk) -> None:
    """Reverse the events of the window's last command, the last one first."""
    for event in reversed(_own_events(desk)):
        _INVERSES[type(event)](state, event)


def _own_events(desk: Desk) -> tuple[ev.AnyEvent, ...]:
    """Leave out calls to other windows that the passing of time made possible in the same step."""
    return tuple([event for event in desk.last_events if getattr(event, "window", desk.code) == desk.code])


def _not_called(state: HallDay, event: ev.TicketCalled) -> None:
    moves.free_desk(state, state.desks[event.window])
    moves.uncall(state, state.tickets[event.ticket])


def _not_started(state: HallDay, event: ev.ServiceStarted) -> None:
    ticket = state.tickets[event.ticket]
    ticket.walk_ms -= ticket.serving_since_ms - ticket.called_ms
    if ticket.started_ms == ticket.serving_since_ms:
        ticket.started_ms = 0
    _back_to_desk(state, event, "CALLED")


def _not_missed(state: HallDay, event: ev.TicketMissed) -> None:
    ticket = state.tickets[event.ticket]
    del state.missed[ticket.id]
    ticket.misses -= 1
    ticket.missed_ms = 0
    _back_to_desk(state, event, "CALLED")


def _not_abandoned(state: HallDay, event: ev.TicketAbandoned) -> None:
    ticket = state.tickets[event.ticket]
    moves.turn(state, ticket, "MISSED")
    moves.open_for_person(state, ticket)
    ticket.finished_ms, ticket.reason = 0, ""
    state.missed[ticket.id] = ticket


def _not_held(state: HallDay, event: ev.TicketHeld) -> None:
    ticket = state.tickets[event.ticket]
    del state.held[ticket.id]
    ticket.service_ms -= ticket.held_since_ms - ticket.serving_since_ms
    ticket.hold_reason, ticket.hold_due_ms = "", None
    _back_to_desk(state, event, "SERVING")


def _not_finished(state: HallDay, event: ev.TicketFinished) -> None:
    ticket = state.tickets[event.ticket]
    ticket.service_ms -= ticket.finished_ms - ticket.serving_since_ms
    ticket.finished_ms = 0
    state.desks[event.window].done -= 1
    _back_to_desk(state, event, "SERVING")
    moves.open_for_person(state, ticket)


def _not_asked(state: HallDay, event: ev.WindowAsked) -> None:
    desk = state.desks[event.window]
    if desk.asking:
        desk.asking = False
        del state.asking[desk.code]


def _not_stopped(state: HallDay, event: ev.WindowPaused | ev.WindowDraining) -> None:
    desk = state.desks[event.window]
    was = desk.stood
    desk.state, desk.then, desk.reason, desk.since_ms = was.state, was.then, was.reason, was.since_ms
    if was.asking:
        desk.asking = True
        state.asking[desk.code] = desk


def _back_to_desk(state: HallDay, event: Any, into: TicketState) -> None:
    """Bind a ticket to the window again that it left."""
    desk, ticket = state.desks[event.window], state.tickets[event.ticket]
    desk.ticket = ticket
    moves.turn(state, ticket, into)
    moves.mark_call(state, ticket, "calling" if into == "CALLED" else "serving")
    if desk.state != "DRAINING":
        desk.state = "CALLING" if into == "CALLED" else "SERVING"


_INVERSES: dict[type[ev.Event], Callable[[HallDay, Any], None]] = {
    ev.TicketCalled: _not_called,
    ev.ServiceStarted: _not_started,
    ev.TicketMissed: _not_missed,
    ev.TicketAbandoned: _not_abandoned,
    ev.TicketHeld: _not_held,
    ev.TicketFinished: _not_finished,
    ev.WindowAsked: _not_asked,
    ev.WindowPaused: _not_stopped,
    ev.WindowDraining: _not_stopped,
    bev.BookingNoShow: undo_no_show,
}

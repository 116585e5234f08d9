"""What follows from a step by itself among bookings, one event after the other on the state that the one before left.

Early visitors whose slot has come stand in line; who missed a call that was in time is a no-show; places that came free are
offered to the waitlist, to one person each.
"""

from hall import booking_events as bev
from hall import commands as cmd
from hall import events as ev
from hall.appointments import first_fit, grids_of
from hall.booking_time import due_tickets
from hall.bookings import Appointment
from hall.evolve_booking import BOOKING_HANDLERS
from hall.fairness import fair_due
from hall.ids import Ms
from hall.state import HallDay


def what_follows(
    state: HallDay, command: cmd.AnyCommand, events: tuple[ev.AnyEvent, ...]
) -> tuple[bev.BookingEvent, ...]:
    """Let happen what follows from a command's events, and return it."""
    if state.is_ended:
        return ()
    made: list[bev.BookingEvent] = []
    if type(command) is cmd.Tick:
        for name in due_tickets(state, command.at_ms):
            _let(state, bev.TicketEligible(name, fair_due(state, state.tickets[name])), made)
    for event in events:
        if type(event) is ev.TicketAbandoned:
            one = state.bookings.of_ticket.get(event.ticket)
            if one is not None and _was_called_in_time(state, one) and _could_return(state, one, command):
                _let(state, bev.BookingNoShow(one.id, "missed", event.ticket), made)
    if state.bookings.waitlist:
        _offer(state, command.at_ms, made)
    return tuple(made)


def _let(state: HallDay, event: bev.BookingEvent, made: list[bev.BookingEvent]) -> None:
    BOOKING_HANDLERS[type(event)](state, event)
    made.append(event)


def _was_called_in_time(state: HallDay, one: Appointment) -> bool:
    """Return whether the hall kept its own promise; who was called late may have had to leave."""
    ticket = state.tickets[one.ticket]
    rules = grids_of(state).groups[one.group].rules
    return ticket.first_called_ms <= max(one.slot_ms, one.checked_in_ms) + rules.fairness.on_time_ms


def _could_return(state: HallDay, one: Appointment, command: cmd.AnyCommand) -> bool:
    """Return whether who missed the call could come back until given up: nobody is taken in while the timer rests."""
    if type(command) is not cmd.Tick or command.leeway_ms is None:
        return True
    until_ms = state.tickets[one.ticket].missed_ms + state.plan.policy.missed.timeout_ms
    return command.at_ms <= until_ms + command.leeway_ms


def _offer(state: HallDay, at_ms: Ms, made: list[bev.BookingEvent]) -> None:
    """Offer free places in the order of the waitlist; one pass is enough, since an offer only takes places away."""
    grids = grids_of(state)
    if not state.bookings.freed:
        return
    state.bookings.freed = False
    for one in list(state.bookings.waitlist.values()):
        grid = grids.groups[one.group]
        first_ms = max(one.from_ms, at_ms + grid.rules.lead_ms + 1)
        starts = [start for start in grid.starts if first_ms <= start < one.to_ms]
        found = first_fit(state, one.entries, starts, channel=one.channel)
        if found is not None:
            until_ms = min(at_ms + grid.rules.offer_ms, found[0])
            _let(state, bev.SlotOffered(one.id, found[0], found[1], until_ms), made)

"""Where a ticket is sent: to an item, a window, an area of the hall, or to another hall.

An item that is not open on the ticket is added by the same command: who chose a wrong one at the kiosk is sent on in one step.
The wrong one stays open beside it, or is put down as referred where the command says that the new one stands instead of it.
"""

from hall import commands as cmd
from hall import events as ev
from hall.decide_ticket import Decision, added, after_leaving, named, not_addable, not_here, place_of, ticket_meant
from hall.errors import Refusal, refuse
from hall.state import HallDay, Ticket, open_items

Wanted = tuple[cmd.WantedItem, ...]


def transfer(state: HallDay, command: cmd.TransferTicket) -> Decision:
    """Send a ticket to an item, a window, an area or another hall."""
    ticket = ticket_meant(state, command, ("WAITING", "CALLED", "SERVING"))
    if isinstance(ticket, Refusal):
        return ticket
    more = _more(ticket, command)
    refusal = (
        not_here(state, ticket, command.actor) or _bad_target(state, command) or _not_instead(state, ticket, command)
    )
    if refusal is not None:
        return refusal
    if not open_items(ticket) and not more:
        return refuse("NOTHING_OPEN", number=ticket.number)
    if command.to_hall:
        return _refer(state, ticket, command)
    if state.is_ended:
        return refuse("DAY_ENDED")
    refusal = not_addable(state, ticket, more, actor=command.actor) if more else None
    windows = _target_windows(state, ticket, command)
    if refusal is None and not windows:
        refusal = _nobody_there(state, ticket, command)
    if refusal is not None:
        return refusal
    due_ms = place_of(state, ticket, command.place, windows=windows, at_ms=command.at_ms)
    window = _left(ticket)
    sent = ev.TicketTransferred(
        ticket.id, window, command.to_window, command.to_area, command.to_item, ticket.lane, due_ms, command.reason
    )
    put_down = _put_down(ticket, command.instead_of)
    return (*put_down, *([added(ticket, more)] if more else ()), sent, *after_leaving(state, window))


def _refer(state: HallDay, ticket: Ticket, command: cmd.TransferTicket) -> tuple[ev.AnyEvent, ...]:
    left = tuple([(one.item, one.quantity) for one in ticket.entries if one.state == "OPEN"])
    window = _left(ticket)
    return (
        ev.TicketReferred(ticket.id, window, command.to_hall, command.linked, left, command.reason),
        *after_leaving(state, window),
    )


def _left(ticket: Ticket) -> str:
    return ticket.window if ticket.state != "WAITING" else ""


def _more(ticket: Ticket, command: cmd.TransferTicket) -> Wanted:
    """Return the item that the ticket gets by being sent to it, if any."""
    is_new = command.to_item and command.to_item not in open_items(ticket)
    return (cmd.WantedItem(command.to_item),) if is_new else ()


def _bad_target(state: HallDay, command: cmd.TransferTicket) -> Refusal | None:
    targets = [one for one in (command.to_item, command.to_window, command.to_area, command.to_hall) if one]
    if len(targets) != 1 or command.to_hall == state.hall or (command.to_hall and not command.linked):
        return refuse("BAD_TRANSFER")
    if command.to_item and command.to_item not in state.index.items:
        return refuse("UNKNOWN_ITEM", item=command.to_item)
    if command.to_window and command.to_window not in state.desks:
        return refuse("UNKNOWN_WINDOW", window=command.to_window)
    if command.to_area and command.to_area not in state.index.areas:
        return refuse("UNKNOWN_AREA", area=command.to_area)
    return None


def _not_instead(state: HallDay, ticket: Ticket, command: cmd.TransferTicket) -> Refusal | None:
    wrong = command.instead_of
    if not wrong:
        return None
    if ticket.state == "WAITING":
        # Results are for who stands at a window.
        return refuse("WRONG_STATE", number=ticket.number, state=ticket.state)
    if not command.to_item or wrong == command.to_item:
        return refuse("BAD_TRANSFER")
    if wrong not in state.index.items:
        return refuse("UNKNOWN_ITEM", item=wrong)
    return None if wrong in open_items(ticket) else refuse("ITEM_NOT_OPEN", number=ticket.number, **named(state, wrong))


def _put_down(ticket: Ticket, wrong: str) -> tuple[ev.AnyEvent, ...]:
    """Refer the first open entry of an item that was chosen wrongly: nothing of it was done."""
    if not wrong:
        return ()
    index = next(index for index, one in enumerate(ticket.entries) if one.item == wrong and one.state == "OPEN")
    return (ev.ItemResultSet(ticket.id, index, "referred"),)


def _nobody_there(state: HallDay, ticket: Ticket, command: cmd.TransferTicket) -> Refusal:
    """Say who does not serve what comes next: the window, the windows of the area, or none of the hall."""
    if command.to_window:
        return refuse("CANNOT_SERVE", window=command.to_window)
    if command.to_area:
        return refuse("NOBODY_SERVES_THERE", **named(state, open_items(ticket)[0]), area=command.to_area)
    return refuse("NOBODY_SERVES", **named(state, command.to_item))


def _target_windows(state: HallDay, ticket: Ticket, command: cmd.TransferTicket) -> int:
    """Return the windows that may call the ticket there; a window may be chosen for any open item."""
    if command.to_window:
        bit = state.desks[command.to_window].bit
        able = [state.index.signature((item,)) for item in open_items(ticket)]
        return bit if any(bit & (own | helping) for own, helping in able) else 0
    if command.to_item:
        return state.index.signature((command.to_item,))[0]
    return state.index.signature(open_items(ticket))[0] & state.index.areas[command.to_area]

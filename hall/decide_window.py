"""What may happen at windows: every row of the window's command table. Pure: reads the state, returns events."""

from hall import commands as cmd
from hall import events as ev
from hall.catalog import items_of
from hall.decide_ticket import (
    Decision,
    after_leaving,
    early_refusal,
    holds_to_hall,
    named,
    not_meant,
    place_of,
    ticket_in,
    withdrawn,
)
from hall.errors import Refusal, refuse
from hall.ids import role_of
from hall.order import choose
from hall.state import Desk, HallDay, Ticket, items_to_do, open_items, signature_of
from hall.undo import can_take_back, has_step, is_untouched, step_tickets

MANAGERS = ("manager", "network", "admin")
"""Roles that may open, close, pause and drain windows where they do not sit."""

# ---- calling and serving ----


def call_next(state: HallDay, command: cmd.CallNext) -> Decision:
    """Call the next in the order of service, or say that nobody fitting waits."""
    desk = _free_desk(state, command.window, command.actor)
    if isinstance(desk, Refusal):
        return desk
    return (_next_call(state, desk, command),)


def _next_call(state: HallDay, desk: Desk, command: cmd.Command) -> ev.AnyEvent:
    call = choose(state, desk, at_ms=command.at_ms)
    return call or ev.WindowAsked(desk.code, state.plan.policy.calling.idle == "at_once")


def call_chosen(state: HallDay, command: cmd.CallChosen) -> Decision:
    """Call one out of order, with a reason code."""
    desk = _free_desk(state, command.window, command.actor, draining=True)
    if isinstance(desk, Refusal):
        return desk
    ticket = ticket_in(state, command.ticket, ("WAITING", "MISSED", "HELD"))
    if isinstance(ticket, Refusal):
        return ticket
    if not command.reason:
        return refuse("REASON_NEEDED")
    if command.reason not in state.plan.policy.chosen_reasons:
        return refuse("UNKNOWN_REASON", reason=command.reason)
    if ticket.state != "HELD" and desk.state == "DRAINING":
        return refuse("WINDOW_DRAINING", window=desk.code)
    refusal = early_refusal(state, ticket) or _cannot_serve(state, desk, ticket)
    if refusal is not None:
        return refusal
    return (ev.TicketCalled(ticket.id, desk.code, "chosen", (ticket.id,), command.reason),)


def recall(state: HallDay, command: cmd.RecallTicket) -> Decision:
    """Call once more: not too soon, not too often."""
    ticket = _ticket_at(state, command, state_name="CALLED")
    if isinstance(ticket, Refusal):
        return ticket
    calling = state.plan.policy.calling
    if ticket.call_no >= calling.recall_limit:
        return refuse("RECALL_LIMIT", limit=calling.recall_limit)
    left_ms = ticket.last_call_ms + calling.recall_cooldown_ms - command.at_ms
    if left_ms > 0:
        return refuse("RECALL_TOO_SOON", wait_s=-(-left_ms // 1000))
    return (ev.CallRepeated(ticket.id, command.window, ticket.call_no + 1),)


def start(state: HallDay, command: cmd.StartService) -> Decision:
    """The person is here."""
    ticket = _ticket_at(state, command, state_name="CALLED")
    if isinstance(ticket, Refusal):
        return ticket
    return (ev.ServiceStarted(ticket.id, command.window),)


def miss(state: HallDay, command: cmd.MissTicket) -> Decision:
    """Nobody came, after the least calls and seconds; beyond the rejoin limit the ticket is given up."""
    ticket = _ticket_at(state, command, state_name="CALLED")
    if isinstance(ticket, Refusal):
        return ticket
    policy = state.plan.policy
    calling = policy.calling
    if ticket.call_no < calling.miss_calls or command.at_ms < ticket.called_ms + calling.miss_ms:
        return refuse("MISS_TOO_SOON", calls=calling.miss_calls, seconds=calling.miss_ms // 1000)
    missed: tuple[ev.AnyEvent, ...] = (ev.TicketMissed(ticket.id, command.window),)
    if ticket.rejoins >= policy.missed.limit:
        missed += (ev.TicketAbandoned(ticket.id, "rejoin_limit"),)
    elif state.is_ended:
        missed += (ev.TicketExpired(ticket.id),)
    return missed + _then(state, command.window, command, and_next=command.and_next)


def hold(state: HallDay, command: cmd.HoldTicket) -> Decision:
    """Park the person."""
    ticket = _ticket_at(state, command, state_name="SERVING")
    if isinstance(ticket, Refusal):
        return ticket
    rule = state.plan.policy.hold
    if command.reason not in rule.reasons:
        return refuse("UNKNOWN_REASON", reason=command.reason) if command.reason else refuse("REASON_NEEDED")
    if sum(1 for held in state.held.values() if held.window == command.window) >= rule.per_window:
        return refuse("HOLD_LIMIT", limit=rule.per_window)
    held_event = ev.TicketHeld(ticket.id, command.window, command.reason, command.due_ms)
    if state.desks[command.window].then == "close":
        moved = (ev.HoldMovedToHall(ticket.id, command.window), *after_leaving(state, command.window))
        return (held_event, *moved)
    return (held_event, *_then(state, command.window, command, and_next=command.and_next))


def resume(state: HallDay, command: cmd.ResumeTicket) -> Decision:
    """Take a held person back: called to this window, or to the line."""
    ticket = ticket_in(state, command.ticket, ("HELD",))
    if isinstance(ticket, Refusal):
        return ticket
    desk = _own_desk(state, command.window, command.actor)
    if isinstance(desk, Refusal):
        return desk
    if ticket.window not in ("", desk.code):
        return refuse("TICKET_ELSEWHERE", number=ticket.number)
    if command.to_line:
        if state.is_ended:
            return refuse("DAY_ENDED")
        own, helping = signature_of(state, ticket)
        due_ms = place_of(state, ticket, command.place, windows=own | helping, at_ms=command.at_ms)
        return (ev.TicketRequeued(ticket.id, "resumed", ticket.klass, ticket.lane, due_ms),)
    free = _free_desk(state, command.window, command.actor, draining=True)
    if isinstance(free, Refusal):
        return free
    return (ev.TicketCalled(ticket.id, desk.code, "resumed", (ticket.id,)),)


def finish(state: HallDay, command: cmd.FinishTicket) -> Decision:
    """The visit is done; with ``and_next`` the next is called in the same command."""
    ticket = _ticket_at(state, command)
    if isinstance(ticket, Refusal):
        return ticket
    desk = state.desks[command.window]
    events: tuple[ev.AnyEvent, ...] = (ev.TicketFinished(ticket.id, desk.code),)
    if ticket.state == "CALLED":
        if not state.plan.policy.calling.start_implied:
            return refuse("WRONG_STATE", number=ticket.number, state=ticket.state)
        events = (ev.ServiceStarted(ticket.id, desk.code), *events)
    if not command.result and (left := open_items(ticket)):
        return refuse("ITEMS_OPEN", **named(state, *left))
    if desk.state != "DRAINING" and command.and_next and not state.is_ended:
        return (*events, _next_call(state, desk, command))
    return (*events, *after_leaving(state, desk.code))


def _then(state: HallDay, window: str, command: cmd.Command, *, and_next: bool) -> tuple[ev.AnyEvent, ...]:
    """Return what follows when the ticket has left: a draining window closes or pauses, others may call the next."""
    desk = state.desks[window]
    if desk.state == "DRAINING":
        return after_leaving(state, window)
    if and_next and not state.is_ended:
        return (_next_call(state, desk, command),)
    return ()


def undo(state: HallDay, command: cmd.UndoLast) -> Decision:
    """Take the last command of this window back: within the time, and only if nothing touched it since."""
    desk = _own_desk(state, command.window, command.actor)
    if isinstance(desk, Refusal):
        return desk
    last = desk.last_command
    if last is None or not has_step(desk):
        return refuse("NOTHING_TO_UNDO")
    if command.ticket and command.ticket not in step_tickets(desk):
        return refuse("UNDO_TOUCHED")
    if not can_take_back(desk):
        return refuse("NOT_UNDOABLE")
    limit_ms = state.plan.policy.calling.undo_ms
    if command.at_ms > last.at_ms + limit_ms:
        return refuse("UNDO_TOO_LATE", seconds=limit_ms // 1000)
    if not is_untouched(state, desk):
        return refuse("UNDO_TOUCHED")
    return (ev.StepUndone(desk.code, desk.last_seq),)


# ---- opening and closing ----


def open_window(state: HallDay, command: cmd.OpenWindow) -> Decision:
    """Sign in: one clerk at a window, one window for a clerk (managers may sit at several); go on after a pause."""
    desk = state.desks.get(command.window)
    if desk is None:
        return refuse("UNKNOWN_WINDOW", window=command.window)
    if desk.state in ("PAUSED", "DRAINING"):
        if desk.clerk != command.actor and role_of(command.actor) not in MANAGERS:
            return refuse("WINDOW_TAKEN", window=desk.code)
        return (ev.WindowOpened(desk.code, desk.clerk),)
    if state.is_ended:
        return refuse("DAY_ENDED")
    if desk.state != "CLOSED":
        code = "WINDOW_OPEN" if desk.clerk == command.actor else "WINDOW_TAKEN"
        return refuse(code, window=desk.code)
    if role_of(command.actor) not in MANAGERS:
        for other in state.desks.values():
            if other.clerk == command.actor:
                return refuse("CLERK_ELSEWHERE", window=other.code)
    return (ev.WindowOpened(desk.code, command.actor),)


def close_window(state: HallDay, command: cmd.CloseWindow) -> Decision:
    """Leave: a called ticket returns to its place; a served one is finished first, or handed over."""
    desk = _desk_to_stop(state, command)
    if isinstance(desk, Refusal):
        return desk
    if desk.ticket is not None and desk.ticket.state == "SERVING" and not command.hand_over:
        return (ev.WindowDraining(desk.code, "close"),)
    left = _leave_ticket(state, desk, at_ms=command.at_ms)
    if isinstance(left, Refusal):
        return left
    ticket = desk.ticket
    if ticket is not None and ticket.state == "CALLED" and ticket.called_from == "HELD":
        left += (ev.HoldMovedToHall(ticket.id, desk.code),) if ticket.held_at == desk.code else ()
    return (*left, *holds_to_hall(state, desk.code), ev.WindowClosed(desk.code))


def pause_window(state: HallDay, command: cmd.PauseWindow) -> Decision:
    """Stop for a while; tickets as with close."""
    desk = _desk_to_stop(state, command)
    if isinstance(desk, Refusal):
        return desk
    if desk.state == "PAUSED":
        return refuse("WINDOW_PAUSED", window=desk.code)
    if desk.ticket is not None and desk.ticket.state == "SERVING" and not command.hand_over:
        return (ev.WindowDraining(desk.code, "pause", command.reason),)
    left = _leave_ticket(state, desk, at_ms=command.at_ms)
    if isinstance(left, Refusal):
        return left
    return (*left, ev.WindowPaused(desk.code, command.reason))


def drain_window(state: HallDay, command: cmd.DrainWindow) -> Decision:
    """Call nobody any more."""
    desk = _desk_to_stop(state, command)
    if isinstance(desk, Refusal):
        return desk
    if desk.state == "DRAINING" and not desk.then:
        return refuse("WINDOW_DRAINING", window=desk.code)
    return (ev.WindowDraining(desk.code, ""),)


def serve(state: HallDay, command: cmd.ServeAt) -> Decision:
    """Change what a window serves and helps with."""
    desk = state.desks.get(command.window)
    if desk is None:
        return refuse("UNKNOWN_WINDOW", window=command.window)
    catalog = state.plan.catalog
    themes = {theme.code for theme in catalog.themes}
    for serves in (command.serves, command.helps):
        for code in serves.items:
            if code not in state.index.items:
                return refuse("UNKNOWN_ITEM", item=code)
        for code in serves.themes:
            if code not in themes:
                return refuse("UNKNOWN_ITEM", item=code)
    if not items_of(command.serves, catalog):
        return refuse("NOTHING_SERVED")
    if (command.serves, command.helps, command.help_rule) == (desk.serves, desk.helps, desk.help_rule):
        return refuse("NO_CHANGE")
    return (ev.ServiceChanged(desk.code, command.serves, command.helps, command.help_rule),)


# ---- shared ----


def _leave_ticket(state: HallDay, desk: Desk, *, at_ms: int) -> Decision:
    """Take the window's ticket away: a call is withdrawn, a service handed over to the front of the line."""
    ticket = desk.ticket
    if ticket is None:
        return ()
    if ticket.state == "CALLED":
        return withdrawn(state, ticket, "window_stopped")
    if state.is_ended:
        return refuse("DAY_ENDED")
    own, helping = state.index.signature(items_to_do(ticket))
    due_ms = place_of(state, ticket, "front", windows=own | helping, at_ms=at_ms)
    return (ev.TicketTransferred(ticket.id, desk.code, "", "", "", ticket.lane, due_ms, "handed_over"),)


def _desk_to_stop(state: HallDay, command: cmd.AboutTicket) -> Desk | Refusal:
    window, actor = command.window, command.actor
    desk = state.desks.get(window)
    if desk is None:
        return refuse("UNKNOWN_WINDOW", window=window)
    if desk.state == "CLOSED":
        return refuse("WINDOW_CLOSED", window=window)
    if desk.clerk != actor and role_of(actor) not in MANAGERS:
        return refuse("NOT_SIGNED_IN", window=window)
    return not_meant(state, window, command.ticket) or desk


def _own_desk(state: HallDay, window: str, actor: str) -> Desk | Refusal:
    """Return the open window at which the actor is signed in, or the refusal."""
    desk = state.desks.get(window)
    if desk is None:
        return refuse("UNKNOWN_WINDOW", window=window)
    if desk.clerk != actor:
        return refuse("WINDOW_CLOSED" if desk.state == "CLOSED" else "NOT_SIGNED_IN", window=window)
    return desk


def _free_desk(state: HallDay, window: str, actor: str, *, draining: bool = False) -> Desk | Refusal:
    """Return a window of one's own that may call now, or the refusal; held people may be called while draining."""
    desk = _own_desk(state, window, actor)
    if isinstance(desk, Refusal) or desk.state == "IDLE":
        return desk if isinstance(desk, Refusal) or not state.is_ended or draining else refuse("DAY_ENDED")
    if desk.ticket is not None:
        return refuse("WINDOW_BUSY", window=window, number=desk.ticket.number)
    if desk.state == "DRAINING":
        return desk if draining else refuse("WINDOW_DRAINING", window=window)
    return refuse("WINDOW_PAUSED", window=window)


def _ticket_at(state: HallDay, command: cmd.AboutTicket, *, state_name: str = "") -> Ticket | Refusal:
    desk = _own_desk(state, command.window, command.actor)
    if isinstance(desk, Refusal):
        return desk
    refusal = not_meant(state, desk.code, command.ticket)
    if refusal is not None:
        return refusal
    ticket = desk.ticket
    if ticket is None:
        return refuse("NO_TICKET", window=desk.code)
    if state_name and ticket.state != state_name:
        return refuse("WRONG_STATE", number=ticket.number, state=ticket.state)
    return ticket


def _cannot_serve(state: HallDay, desk: Desk, ticket: Ticket) -> Refusal | None:
    """Refuse a window that cannot do any open item of the ticket (a ticket sent to another window included)."""
    able = (state.index.signature((item,)) for item in items_to_do(ticket))
    if any(desk.bit & (own | helping) for own, helping in able):
        return None
    return refuse("CANNOT_SERVE", window=desk.code)

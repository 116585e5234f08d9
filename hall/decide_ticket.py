"""What may happen to tickets: every row of the ticket's command table. Pure: reads the state, returns events."""

from collections.abc import Callable, Sequence
from datetime import date
from operator import attrgetter

from hall import commands as cmd
from hall import events as ev
from hall.errors import Fact, Refusal, refuse
from hall.ids import TIMER, Ms, role_of
from hall.issuing import full_quota, in_break
from hall.numbering import next_number
from hall.order import due_after, due_in_front
from hall.slots import local_text
from hall.state import FINAL_STATES, HallDay, Ticket, credit_of, entry_state, key_of, signature_of

Decision = tuple[ev.AnyEvent, ...] | Refusal
SUPERVISORS = ("guide", "manager", "network", "admin")
"""Roles that may act on tickets at windows where they do not sit."""


def take(state: HallDay, command: cmd.TakeTicket) -> Decision:
    """Take a number: an open hall, known items that somebody serves, a free quota, one open ticket per person and item."""
    at_ms = command.at_ms
    if not state.issue_from_ms <= at_ms < state.issue_until_ms or not state.issuing or state.is_ended:
        return _not_issuing(state, at_ms)
    index = state.index
    name = command.klass
    klass = index.classes.get(name)
    if klass is None:
        return refuse("UNKNOWN_CLASS", **{"class": name})
    if command.ticket in state.tickets:
        return refuse("TICKET_EXISTS")
    items = command.items
    refusal = _bad_items(state, items, have=0) or _not_now(state, command)
    if refusal is not None:
        return refusal
    number, series, count = next_number(state, items[0].code, name)
    origin = command.origin
    return (
        ev.TicketTaken(
            command.ticket, number, series, count, tuple(map(_pair, items)), name,
            command.channel, command.person, klass.lane, at_ms - klass.credit_ms,
            at_ms if origin is None else origin.arrived_ms, command.told, origin,
        ),
    )  # fmt: skip


_pair: Callable[[cmd.WantedItem], tuple[str, int]] = attrgetter("code", "quantity")


def _not_issuing(state: HallDay, at_ms: Ms) -> Refusal:
    if state.is_ended:
        return refuse("DAY_ENDED")
    if not state.issuing:
        return refuse("ISSUING_STOPPED")
    later = [session.open_ms for session in state.sessions if session.open_ms > at_ms]
    opens_ms = later[0] if later else state.next_open_ms
    return refuse("HALL_CLOSED") if opens_ms is None else refuse("HALL_CLOSED", next_open_ms=opens_ms)


def _not_now(state: HallDay, command: cmd.TakeTicket) -> Refusal | None:
    issuing = state.plan.policy.issuing
    if command.channel == "phone" and not issuing.remote:
        return refuse("REMOTE_NOT_ALLOWED")
    if not issuing.in_breaks and in_break(state, command.at_ms):
        return _not_issuing(state, command.at_ms)
    if state.index.quotas:
        full = _full_quota(state, command)
        if full is not None:
            return full
    if command.person and issuing.one_open_per_person:
        return _already_waiting(state, command.person, command.items)
    return None


def _bad_items(state: HallDay, items: tuple[cmd.WantedItem, ...], *, have: int) -> Refusal | None:
    issuing = state.plan.policy.issuing
    if not items:
        return refuse("NO_ITEMS")
    if have + len(items) > issuing.max_items:
        return refuse("TOO_MANY_ITEMS", limit=issuing.max_items)
    signatures = state.index.signatures
    for wanted in items:
        signature = signatures.get(wanted.code)
        if signature is None:
            return refuse("UNKNOWN_ITEM", item=wanted.code)
        if not 1 <= wanted.quantity <= issuing.max_quantity:
            return refuse("BAD_QUANTITY", limit=issuing.max_quantity)
        if not signature[0]:
            return refuse("NOBODY_SERVES", **named(state, wanted.code))
        if state.stopped_items and wanted.code in state.stopped_items:
            return refuse("ITEM_STOPPED", **named(state, wanted.code)) if have else refuse("ISSUING_STOPPED")
    return None


def _full_quota(state: HallDay, command: cmd.TakeTicket) -> Refusal | None:
    full = full_quota(state, command.items, command.at_ms)
    if full is None:
        return None
    facts: dict[str, Fact] = {**named(state, full.item), "limit": full.limit}
    if full.again_ms is not None:
        facts |= {"from_ms": full.again_ms, "since": local_text(full.again_ms, state.plan.zone)}
    return refuse("QUOTA_FULL", **facts)


def _already_waiting(state: HallDay, person: str, items: Sequence[cmd.WantedItem]) -> Refusal | None:
    for item in items:
        held = state.open_of_person.get((person, item.code))
        if held is not None:
            return refuse("ALREADY_WAITING", number=state.tickets[held].number, ticket=held)
    return None


# ---- a ticket that exists ----


def report_slip(state: HallDay, command: cmd.ReportSlip) -> Decision:
    """Printed or failed; a failed print is repeated with the same number."""
    ticket = _open_ticket(state, command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    return (ev.SlipReported(ticket.id, command.printed),)


def rejoin(state: HallDay, command: cmd.RejoinTicket) -> Decision:
    """Come back after a miss, by the hall's rule."""
    ticket = ticket_in(state, command.ticket, ("MISSED",))
    if isinstance(ticket, Refusal):
        return ticket
    rule = state.plan.policy.missed
    if rule.rejoin == "void":
        return refuse("REJOIN_NOT_ALLOWED")
    if ticket.rejoins >= rule.limit:
        return refuse("REJOIN_LIMIT", limit=rule.limit)
    due_ms = command.at_ms
    if rule.rejoin == "after_k":
        due_ms = _due_behind(state, ticket, first=True, places=rule.places, at_ms=command.at_ms)
    return (ev.TicketRequeued(ticket.id, "rejoined", ticket.klass, ticket.lane, due_ms),)


def delay(state: HallDay, command: cmd.DelayTicket) -> Decision:
    """Let some people pass."""
    ticket = ticket_in(state, command.ticket, ("WAITING",))
    if isinstance(ticket, Refusal):
        return ticket
    rule = state.plan.policy.delay
    if ticket.delays >= rule.limit:
        return refuse("DELAY_LIMIT", limit=rule.limit)
    if not 1 <= command.places <= rule.max_places:
        return refuse("BAD_PLACES", limit=rule.max_places)
    due_ms = _due_behind(state, ticket, first=False, places=command.places, at_ms=ticket.due_ms)
    return (ev.TicketRequeued(ticket.id, "delayed", ticket.klass, ticket.lane, max(due_ms, ticket.due_ms)),)


def _due_behind(state: HallDay, ticket: Ticket, *, first: bool, places: int, at_ms: Ms) -> Ms:
    primary, helpers = signature_of(state, ticket)
    after = (ticket.lane, -(2**62), 0) if first else key_of(ticket)
    return due_after(state, primary | helpers, lane=ticket.lane, after=after, places=places, at_ms=at_ms)


def cancel(state: HallDay, command: cmd.CancelTicket) -> Decision:
    """Give the number back."""
    ticket = ticket_in(state, command.ticket, ("WAITING", "MISSED", "HELD"))
    if isinstance(ticket, Refusal):
        return ticket
    return (ev.TicketCancelled(ticket.id, command.reason),)


def abandon(state: HallDay, command: cmd.AbandonTicket) -> Decision:
    """Give a missed person up."""
    ticket = ticket_in(state, command.ticket, ("MISSED",))
    if isinstance(ticket, Refusal):
        return ticket
    return (ev.TicketAbandoned(ticket.id, command.reason),)


def reclass(state: HallDay, command: cmd.ReclassTicket) -> Decision:
    """Another class, with a reason: lane and credit as if it had been so from the arrival."""
    ticket = ticket_in(state, command.ticket, ("WAITING",))
    if isinstance(ticket, Refusal):
        return ticket
    if not command.reason:
        return refuse("REASON_NEEDED")
    klass = state.class_of(command.klass)
    if klass is None:
        return refuse("UNKNOWN_CLASS", **{"class": command.klass})
    if command.klass == ticket.klass:
        return refuse("NO_CHANGE")
    due_ms = ticket.due_ms + credit_of(state, ticket) - klass.credit_ms
    return (ev.TicketRequeued(ticket.id, "reclassed", klass.code, klass.lane, due_ms),)


def add_items(state: HallDay, command: cmd.AddItems) -> Decision:
    """More items in the same visit."""
    ticket = ticket_meant(state, command, ("WAITING", "CALLED", "SERVING", "HELD"))
    if isinstance(ticket, Refusal):
        return ticket
    refusal = not_addable(state, ticket, command.items, actor=command.actor)
    if refusal is not None:
        return refusal
    return (added(ticket, command.items),)


def split(state: HallDay, command: cmd.SplitTicket) -> Decision:
    """Open entries leave for a new ticket; at least one stays."""
    ticket = ticket_in(state, command.ticket, ("WAITING", "SERVING"))
    if isinstance(ticket, Refusal):
        return ticket
    if state.is_ended:
        return refuse("DAY_ENDED")
    if command.child in state.tickets:
        return refuse("TICKET_EXISTS")
    wanted = tuple(sorted(set(command.entries)))
    for index in wanted:
        if not 0 <= index < len(ticket.entries) or ticket.entries[index].state != "OPEN":
            return refuse("UNKNOWN_ENTRY", index=index)
    if not wanted or len(wanted) >= len(ticket.entries):
        return refuse("NOTHING_TO_SPLIT")
    if ticket.state == "WAITING" and all(
        one.state != "OPEN" for index, one in enumerate(ticket.entries) if index not in wanted
    ):
        return refuse("NOTHING_TO_SPLIT")
    refusal = not_here(state, ticket, command.actor) or early_refusal(state, ticket)
    if refusal is not None:
        return refusal
    number, series, count = next_number(state, ticket.entries[wanted[0]].item, ticket.klass)
    return (ev.TicketSplit(ticket.id, command.child, number, series, count, wanted),)


def merge(state: HallDay, command: cmd.MergeTickets) -> Decision:
    """Two tickets of one visit become one, at the earlier place."""
    ticket = ticket_in(state, command.ticket, ("WAITING", "CALLED", "SERVING"))
    if isinstance(ticket, Refusal):
        return ticket
    if command.merged == command.ticket:
        return refuse("SAME_TICKET")
    merged = ticket_in(state, command.merged, ("WAITING",))
    if isinstance(merged, Refusal):
        return merged
    refusal = not_here(state, ticket, command.actor) or early_refusal(state, ticket) or early_refusal(state, merged)
    if refusal is not None:
        return refusal
    limit = state.plan.policy.issuing.max_items
    if len(ticket.entries) + len(merged.entries) > limit:
        return refuse("TOO_MANY_ITEMS", limit=limit)
    due_ms = min(ticket.due_ms, merged.due_ms) if ticket.lane == merged.lane else ticket.due_ms
    return (ev.TicketsMerged(ticket.id, merged.id, due_ms),)


def place_of(state: HallDay, ticket: Ticket, place: cmd.Place, *, windows: int, at_ms: Ms) -> Ms:
    """Return the due moment for front, original or back among the people who wait for these windows."""
    if place == "front":
        return due_in_front(state, windows, lane=ticket.lane, at_ms=at_ms)
    return ticket.due_ms if place == "original" else at_ms


def withdraw(state: HallDay, command: cmd.WithdrawCall) -> Decision:
    """Take a call back: the clerk of the window, or a guide when the clerk is gone."""
    ticket = ticket_meant(state, command, ("CALLED",))
    if isinstance(ticket, Refusal):
        return ticket
    refusal = not_here(state, ticket, command.actor)
    if refusal is not None:
        return refusal
    return withdrawn(state, ticket, command.reason)


def item_result(state: HallDay, command: cmd.SetItemResult) -> Decision:
    """How an entry ended; the first result implies the start where the hall allows it."""
    ticket = ticket_meant(state, command, ("CALLED", "SERVING", "HELD"))
    if isinstance(ticket, Refusal):
        return ticket
    refusal = not_here(state, ticket, command.actor) or _bad_result(ticket, command)
    if refusal is not None:
        return refusal
    result = ev.ItemResultSet(ticket.id, command.entry, command.result, command.due_date, command.materials)
    if ticket.state != "CALLED":
        return (result,)
    if not state.plan.policy.calling.start_implied:
        return refuse("WRONG_STATE", number=ticket.number, state=ticket.state)
    return (ev.ServiceStarted(ticket.id, ticket.window), result)


def _bad_result(ticket: Ticket, command: cmd.SetItemResult) -> Refusal | None:
    if not 0 <= command.entry < len(ticket.entries):
        return refuse("UNKNOWN_ENTRY", index=command.entry)
    if command.result == "supplement_due" and not command.due_date:
        return refuse("DUE_DATE_NEEDED")
    if command.due_date and not is_date(command.due_date):
        return refuse("BAD_RESULT")
    return None


def is_date(text: str) -> bool:
    """Return whether a text is a date like 2026-11-30."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def correct(state: HallDay, command: cmd.CorrectTicket) -> Decision:
    """Change what a final ticket says, with a reason."""
    ticket = state.tickets.get(command.ticket)
    if ticket is None:
        return refuse("UNKNOWN_TICKET")
    if ticket.state not in FINAL_STATES:
        return refuse("NOT_FINAL", number=ticket.number)
    if not command.reason:
        return refuse("REASON_NEEDED")
    if not command.result and command.state in ("", ticket.state):
        return refuse("NO_CHANGE")
    if command.result and not 0 <= command.entry < len(ticket.entries):
        return refuse("UNKNOWN_ENTRY", index=command.entry)
    if (command.result == "supplement_due" or command.due_date) and not is_date(command.due_date):
        return refuse("DUE_DATE_NEEDED")
    return (
        ev.TicketCorrected(ticket.id, command.reason, command.state, command.entry, command.result, command.due_date),
    )


def rate(state: HallDay, command: cmd.RateTicket) -> Decision:
    """Rate one entry of a finished ticket, once."""
    ticket = state.tickets.get(command.ticket)
    if ticket is None:
        return refuse("UNKNOWN_TICKET")
    if not 0 <= command.entry < len(ticket.entries):
        return refuse("UNKNOWN_ENTRY", index=command.entry)
    if ticket.entries[command.entry].rating:
        return refuse("ALREADY_RATED")
    if ticket.state != "DONE" or entry_state(ticket, command.entry) == "REFERRED":
        return refuse("NOT_RATABLE")
    return (ev.TicketRated(ticket.id, command.entry, command.level),)


# ---- shared ----


def not_addable(state: HallDay, ticket: Ticket, items: tuple[cmd.WantedItem, ...], *, actor: str) -> Refusal | None:
    """Refuse items that a ticket cannot get besides; they count against quotas, but staff may go beyond them."""
    refusal = _bad_items(state, items, have=len(ticket.entries)) or not_here(state, ticket, actor)
    if refusal is None and ticket.person and state.plan.policy.issuing.one_open_per_person:
        return _already_waiting(
            state, ticket.person, [one for one in items if not _is_given_up(state, ticket, one.code)]
        )
    return refusal


def _is_given_up(state: HallDay, ticket: Ticket, item: str) -> bool:
    """Return whether it is this ticket that holds the item, and only as referred: it may be taken up again."""
    held = state.open_of_person.get((ticket.person, item))
    return held == ticket.id and all(one.state == "REFERRED" for one in ticket.entries if one.item == item)


def added(ticket: Ticket, items: tuple[cmd.WantedItem, ...]) -> ev.ItemsAdded:
    """Return the event that puts items on a ticket."""
    return ev.ItemsAdded(ticket.id, tuple(map(_pair, items)))


def named(state: HallDay, *items: str) -> dict[str, str]:
    """Return the facts that name items: their codes, and their names in both languages."""
    names = [state.index.items[code].name for code in items]
    return {
        "item": ", ".join(items),
        "item_zh": "、".join(name.zh for name in names),
        "item_en": ", ".join(name.en or name.zh for name in names),
    }


def withdrawn(state: HallDay, ticket: Ticket, reason: str) -> tuple[ev.AnyEvent, ...]:
    """Take a call back; the ticket is again where it was called from, or expires there if the day has ended."""
    taken_back = ev.CallWithdrawn(ticket.id, ticket.window, reason)
    if state.is_ended and ticket.called_from != "HELD":
        return (taken_back, ev.TicketExpired(ticket.id))
    return (taken_back,)


def after_leaving(state: HallDay, window: str) -> tuple[ev.AnyEvent, ...]:
    """Return what a window does when its ticket has left: close or pause, if that was asked; no window does nothing."""
    desk = state.desks.get(window)
    match desk.then if desk is not None else "":
        case "close":
            return (*holds_to_hall(state, window), ev.WindowClosed(window))
        case "pause":
            return (ev.WindowPaused(window, state.desks[window].reason),)
        case _:
            return ()


def holds_to_hall(state: HallDay, window: str) -> tuple[ev.AnyEvent, ...]:
    """Return the events that let any window take back the people whom this window holds."""
    return tuple([ev.HoldMovedToHall(ticket.id, window) for ticket in state.held.values() if ticket.window == window])


def ticket_in(state: HallDay, ticket_id: str, states: tuple[str, ...]) -> Ticket | Refusal:
    """Return a ticket that is in one of these states, or the refusal."""
    ticket = state.tickets.get(ticket_id)
    if ticket is None:
        return refuse("UNKNOWN_TICKET")
    if ticket.state not in states:
        return refuse("WRONG_STATE", number=ticket.number, state=ticket.state)
    return ticket


def ticket_meant(state: HallDay, command: cmd.OnTicket, states: tuple[str, ...]) -> Ticket | Refusal:
    """Return a ticket that is in one of these states, and at the window that the command means, if any."""
    if command.at_window:
        if command.at_window not in state.desks:
            return refuse("UNKNOWN_WINDOW", window=command.at_window)
        refusal = not_meant(state, command.at_window, command.ticket)
        if refusal is not None:
            return refusal
    return ticket_in(state, command.ticket, states)


def not_meant(state: HallDay, window: str, ticket_id: str) -> Refusal | None:
    """Refuse what means another ticket than the one at the window: two pages may show it, and one was quicker."""
    there = state.desks[window].ticket
    if not ticket_id or (there is not None and there.id == ticket_id):
        return None
    meant = state.tickets.get(ticket_id)
    return refuse("UNKNOWN_TICKET") if meant is None else refuse("TICKET_ELSEWHERE", number=meant.number)


def early_refusal(state: HallDay, ticket: Ticket) -> Refusal | None:
    """Refuse what a ticket cannot be used for before the slot of its booking."""
    return refuse("TICKET_EARLY", number=ticket.number) if ticket.id in state.bookings.early else None


def _open_ticket(state: HallDay, ticket_id: str) -> Ticket | Refusal:
    return ticket_in(state, ticket_id, ("WAITING", "CALLED", "SERVING", "HELD", "MISSED"))


def not_here(state: HallDay, ticket: Ticket, actor: str) -> Refusal | None:
    """Refuse a clerk who does not sit where the ticket is; supervisors may; waiting tickets are everybody's."""
    if ticket.state not in ("CALLED", "SERVING"):
        return None
    if state.desks[ticket.window].clerk == actor or role_of(actor) in SUPERVISORS or actor == TIMER:
        return None
    return refuse("TICKET_ELSEWHERE", number=ticket.number)

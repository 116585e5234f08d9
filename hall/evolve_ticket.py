"""How tickets follow from events: one small function per event, made of the moves of :mod:`hall.moves`."""

import msgspec

from hall import events as ev
from hall.moves import (
    close_ticket,
    closed_for_person,
    count_quotas,
    enter_line,
    free_desk,
    go_one_way,
    handed_for_person,
    leave_line,
    line_now,
    mark_call,
    move_place,
    next_order,
    open_for_person,
    route_again,
    set_down,
    set_entry,
    stand_in,
    turn,
    uncall,
)
from hall.state import CallRecord, Entry, EntryState, HallDay, Hop, Ticket, credit_of

_RESULTS: dict[str, EntryState] = {
    "done": "DONE",
    "supplement_due": "SUPPLEMENT_DUE",
    "referred": "REFERRED",
    "refused": "REFUSED",
}
"""States of entries by the written results."""


def on_taken(state: HallDay, event: ev.TicketTaken) -> None:
    """A new ticket waits."""
    entries = event.entries
    made = (Entry(*entries[0]),) if len(entries) == 1 else tuple([Entry(item, quantity) for item, quantity in entries])
    state.orders = order = state.orders + 1
    name = event.ticket
    ticket = Ticket(name, event.number, order, event.klass, event.channel, event.person, event.lane, event.due_ms,
                    event.arrived_ms, made, state.at_ms, state.seq, event.told, event.origin)  # fmt: skip
    state.tickets[name] = ticket
    state.totals["WAITING"] += 1
    state.series[event.series] = event.count
    if event.origin is not None:
        ticket.taken_ms = state.at_ms
    if state.index.quotas:
        count_quotas(state, ticket, made, step=1)
    if event.person:
        open_for_person(state, ticket)
    stand_in(state, ticket, line_now(state, ticket))


def on_slip(state: HallDay, event: ev.SlipReported) -> None:
    """The slip came out or not."""
    ticket = state.tickets[event.ticket]
    ticket.slip = "printed" if event.printed else "failed"
    ticket.touched = state.seq


def on_called(state: HallDay, event: ev.TicketCalled) -> None:
    """A ticket is called to a window."""
    ticket = state.tickets[event.ticket]
    desk = state.desks[event.window]
    at_ms = state.at_ms
    ticket.called_from = was = ticket.state
    if was == "WAITING":
        leave_line(state, ticket)
    else:
        set_down(state, ticket)
        ticket.held_at = ticket.window if was == "HELD" else ""
    state.totals[was] -= 1
    state.totals["CALLED"] += 1
    ticket.state = "CALLED"
    ticket.touched = desk.touched = state.seq
    ticket.window = event.window
    ticket.call = event
    ticket.call_no = 1
    ticket.calls += 1
    ticket.called_ms = ticket.last_call_ms = at_ms
    if not ticket.first_called_ms:
        ticket.first_called_ms = at_ms
    state.rings = ticket.ring = ticket.entry_ring = ring = state.rings + 1
    desk.ticket = ticket
    desk.since_ms = at_ms
    if desk.state != "DRAINING":
        desk.state = "CALLING"
    if desk.asking:
        desk.asking = False
        del state.asking[desk.code]
    calls = state.calls
    calls[ring] = CallRecord(ticket.id, ticket.number, event.window, 1, ring, at_ms, "calling")
    while len(calls) > state.recent_calls:
        del calls[next(iter(calls))]


def on_recalled(state: HallDay, event: ev.CallRepeated) -> None:
    """A call is repeated: the same entry on the boards with a new ring; one that they forgot is the newest again."""
    ticket = state.tickets[event.ticket]
    ticket.call_no = event.call_no
    ticket.last_call_ms = state.at_ms
    state.rings += 1
    ticket.ring = state.rings
    ticket.touched = state.desks[event.window].touched = state.seq
    record = state.calls.get(ticket.entry_ring)
    if record is None:
        ticket.entry_ring = state.rings
        record = CallRecord(ticket.id, ticket.number, event.window, 1, 0, 0, "calling")
        state.calls[ticket.entry_ring] = record
        while len(state.calls) > state.recent_calls:
            del state.calls[next(iter(state.calls))]
    record.call_no, record.ring, record.at_ms = event.call_no, state.rings, state.at_ms


def on_withdrawn(state: HallDay, event: ev.CallWithdrawn) -> None:
    """A call is taken back: the ticket is again where it was called from."""
    ticket = state.tickets[event.ticket]
    free_desk(state, state.desks[event.window])
    uncall(state, ticket)


def on_started(state: HallDay, event: ev.ServiceStarted) -> None:
    """The walk ends, the service begins."""
    ticket = state.tickets[event.ticket]
    desk = state.desks[event.window]
    at_ms = state.at_ms
    totals = state.totals
    totals["CALLED"] -= 1
    totals["SERVING"] += 1
    ticket.state = "SERVING"
    ticket.touched = desk.touched = state.seq
    ticket.walk_ms += at_ms - ticket.called_ms
    ticket.serving_since_ms = at_ms
    if not ticket.started_ms:
        ticket.started_ms = at_ms
    if desk.state != "DRAINING":
        desk.state = "SERVING"
    record = state.calls.get(ticket.entry_ring)
    if record is not None:
        record.state = "serving"


def on_finished(state: HallDay, event: ev.TicketFinished) -> None:
    """The visit is done."""
    ticket = state.tickets[event.ticket]
    desk = state.desks[event.window]
    at_ms = state.at_ms
    totals = state.totals
    totals["SERVING"] -= 1
    totals["DONE"] += 1
    ticket.state = "DONE"
    ticket.touched = desk.touched = state.seq
    ticket.service_ms += at_ms - ticket.serving_since_ms
    ticket.finished_ms = desk.since_ms = at_ms
    desk.ticket = None
    desk.done += 1
    if desk.state != "DRAINING":
        desk.state = "IDLE"
    record = state.calls.get(ticket.entry_ring)
    if record is not None:
        record.state = "ended"
    if ticket.person:
        closed_for_person(state, ticket)


def on_missed(state: HallDay, event: ev.TicketMissed) -> None:
    """Nobody came."""
    ticket = state.tickets[event.ticket]
    free_desk(state, state.desks[event.window])
    mark_call(state, ticket, "missed")
    turn(state, ticket, "MISSED")
    ticket.missed_ms = state.at_ms
    ticket.misses += 1
    state.missed[ticket.id] = ticket


def on_requeued(state: HallDay, event: ev.TicketRequeued) -> None:
    """The ticket waits at another place."""
    ticket = state.tickets[event.ticket]
    set_down(state, ticket)
    if ticket.state != "WAITING":
        ticket.waiting_since_ms = state.at_ms
    if event.cause == "rejoined":
        ticket.rejoins += 1
    elif event.cause == "delayed":
        ticket.delays += 1
    turn(state, ticket, "WAITING")
    ticket.klass = event.klass
    lets_pass = event.cause in ("rejoined", "delayed")
    move_place(state, ticket, lane=event.lane, due_ms=event.due_ms, lets_pass=lets_pass)
    enter_line(state, ticket)


def on_abandoned(state: HallDay, event: ev.TicketAbandoned) -> None:
    """A missed person is given up."""
    ticket = state.tickets[event.ticket]
    ticket.reason = event.reason
    close_ticket(state, ticket, "ABANDONED")


def on_held(state: HallDay, event: ev.TicketHeld) -> None:
    """The person is parked; the clock of holding runs, not that of waiting."""
    ticket = state.tickets[event.ticket]
    set_down(state, ticket)
    mark_call(state, ticket, "ended")
    turn(state, ticket, "HELD")
    ticket.held_since_ms = state.at_ms
    ticket.hold_reason = event.reason
    ticket.hold_due_ms = event.due_ms
    state.held[ticket.id] = ticket


def on_hold_moved(state: HallDay, event: ev.HoldMovedToHall) -> None:
    """Any window may take the held person back."""
    ticket = state.tickets[event.ticket]
    ticket.window = ""
    ticket.touched = state.seq


def on_transferred(state: HallDay, event: ev.TicketTransferred) -> None:
    """The ticket waits elsewhere."""
    ticket = state.tickets[event.ticket]
    go_one_way(state, ticket)
    set_down(state, ticket)
    if ticket.entry_ring:
        mark_call(state, ticket, "ended")
    if ticket.state != "WAITING":
        ticket.waiting_since_ms = state.at_ms
    turn(state, ticket, "WAITING")
    target = event.to_window or event.to_area or event.to_item
    ticket.hops = (*ticket.hops, Hop(state.at_ms, event.window, target, event.reason))
    ticket.to_window, ticket.to_area, ticket.to_item = event.to_window, event.to_area, event.to_item
    move_place(state, ticket, lane=event.lane, due_ms=event.due_ms)
    enter_line(state, ticket)


def on_referred(state: HallDay, event: ev.TicketReferred) -> None:
    """The visit goes on in another hall."""
    ticket = state.tickets[event.ticket]
    go_one_way(state, ticket)
    ticket.entries = tuple(
        [msgspec.structs.replace(one, state="REFERRED") if one.state == "OPEN" else one for one in ticket.entries]
    )
    ticket.linked_hall, ticket.linked, ticket.reason = event.hall, event.linked, event.reason
    close_ticket(state, ticket, "DONE")


def on_items_added(state: HallDay, event: ev.ItemsAdded) -> None:
    """More entries; a waiting ticket moves to the line of those who can do it all."""
    ticket = state.tickets[event.ticket]
    go_one_way(state, ticket)
    added = tuple([Entry(item, quantity) for item, quantity in event.entries])
    ticket.entries += added
    count_quotas(state, ticket, added, step=1)
    open_for_person(state, ticket)
    route_again(state, ticket)


def on_split(state: HallDay, event: ev.TicketSplit) -> None:
    """Some entries go on as a ticket of their own, with the arrival and the place of the parent."""
    parent = state.tickets[event.ticket]
    go_one_way(state, parent)
    taken = tuple([parent.entries[number] for number in event.entries])
    parent.entries = tuple([one for number, one in enumerate(parent.entries) if number not in event.entries])
    route_again(state, parent)
    child = Ticket(event.child, event.number, next_order(state), parent.klass, parent.channel, parent.person, parent.lane,
                   parent.due_ms, parent.arrived_ms, taken, state.at_ms, state.seq, parent.told, parent.origin)  # fmt: skip
    child.parent = parent.id
    child.credit_ms = parent.credit_ms
    child.taken_ms = parent.taken_ms
    state.tickets[child.id] = child
    state.totals["WAITING"] += 1
    state.series[event.series] = event.count
    handed_for_person(state, parent, child)
    enter_line(state, child)


def on_merged(state: HallDay, event: ev.TicketsMerged) -> None:
    """One ticket takes over what is open on another; of two credits the place holds what brought it there."""
    survivor, merged = state.tickets[event.ticket], state.tickets[event.merged]
    if survivor.lane == merged.lane:
        since_ms = min(one.due_ms + credit_of(state, one) for one in (survivor, merged))
        survivor.credit_ms = since_ms - event.due_ms
    moved = merged.entries
    go_one_way(state, survivor)
    close_ticket(state, merged, "CANCELLED")
    merged.reason = "merged"
    merged.linked = survivor.id
    was_waiting = survivor.state == "WAITING"
    if was_waiting:
        leave_line(state, survivor)
    survivor.entries += moved
    count_quotas(state, merged, moved, step=-1)
    count_quotas(state, survivor, moved, step=1)
    survivor.due_ms = event.due_ms
    survivor.touched = state.seq
    open_for_person(state, survivor)
    if was_waiting:
        enter_line(state, survivor)


def on_item_result(state: HallDay, event: ev.ItemResultSet) -> None:
    """An entry ended."""
    ticket = state.tickets[event.ticket]
    go_one_way(state, ticket)
    set_entry(ticket, event.entry, state=_RESULTS[event.result], due_date=event.due_date, materials=event.materials)
    ticket.touched = state.seq


def on_cancelled(state: HallDay, event: ev.TicketCancelled) -> None:
    """The number was given back; so is its place in the quota."""
    ticket = state.tickets[event.ticket]
    ticket.reason = event.reason
    close_ticket(state, ticket, "CANCELLED")
    count_quotas(state, ticket, ticket.entries, step=-1)


def on_expired(state: HallDay, event: ev.TicketExpired) -> None:
    """The day ended first."""
    close_ticket(state, state.tickets[event.ticket], "EXPIRED")


def on_corrected(state: HallDay, event: ev.TicketCorrected) -> None:
    """A final ticket says something else now."""
    ticket = state.tickets[event.ticket]
    if "CANCELLED" in (event.state, ticket.state) and event.state not in ("", ticket.state):
        count_quotas(state, ticket, ticket.entries, step=-1 if event.state == "CANCELLED" else 1)
    if event.state:
        turn(state, ticket, event.state)  # type: ignore[arg-type]  # decide lets only final states through
    if event.result:
        set_entry(ticket, event.entry, state=_RESULTS[event.result], due_date=event.due_date)
    ticket.reason = event.reason
    ticket.touched = state.seq


def on_rated(state: HallDay, event: ev.TicketRated) -> None:
    """An entry has its rating."""
    ticket = state.tickets[event.ticket]
    set_entry(ticket, event.entry, rating=event.level)
    ticket.touched = state.seq

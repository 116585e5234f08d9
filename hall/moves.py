"""The few moves that everything at tickets is made of: entering and leaving a line, binding to a window, changing state.

A move keeps the laws of :mod:`hall.state`; which moves an event means stands in :mod:`hall.evolve_ticket`, which moves take it
back in :mod:`hall.undo`.
"""

import msgspec

from hall.ids import Ms
from hall.state import FINAL_STATES, Desk, Entry, HallDay, Line, Ticket, TicketState, line_for, signature_of

# ---- lines, windows, states ----


def enter_line(state: HallDay, ticket: Ticket) -> None:
    """Put a ticket in the line of its signature, at the place that its key says."""
    stand_in(state, ticket, line_now(state, ticket))


def line_now(state: HallDay, ticket: Ticket) -> Line:
    """Return the line of a ticket; that of a single item is remembered for whoever was sent nowhere in particular."""
    if len(ticket.entries) != 1 or ticket.to_window or ticket.to_area or ticket.id in state.bookings.early:
        return line_for(state, *signature_of(state, ticket))
    item = ticket.entries[0].item
    line = state.line_of_item.get(item)
    if line is None:
        line = state.line_of_item[item] = line_for(state, *signature_of(state, ticket))
    return line


def stand_in(state: HallDay, ticket: Ticket, line: Line) -> None:
    """Put a ticket in this line; most people come last."""
    people = line.people
    entry = (ticket.lane, ticket.due_ms, ticket.order, ticket)
    if people and entry < people[-1]:
        people.insert(line.position((ticket.lane, ticket.due_ms, ticket.order)), entry)
    else:
        people.append(entry)
    ticket.line = line.index
    state.nonempty |= line.bit


def leave_line(state: HallDay, ticket: Ticket) -> None:
    """Take a ticket out of its line."""
    line = state.lines[ticket.line]
    people = line.people
    if people[0][2] == ticket.order:
        del people[0]
    else:
        del people[line.position((ticket.lane, ticket.due_ms, ticket.order))]
    if not people:
        state.nonempty ^= line.bit
    ticket.line = -1


def turn(state: HallDay, ticket: Ticket, into: TicketState) -> None:
    """Change the state of a ticket, with the totals."""
    totals = state.totals
    totals[ticket.state] -= 1
    totals[into] += 1
    ticket.state = into
    ticket.touched = state.seq


def set_down(state: HallDay, ticket: Ticket) -> None:
    """Take a ticket away from wherever it is now: line, window, hold or the missed ones."""
    was = ticket.state
    if was == "WAITING":
        leave_line(state, ticket)
    elif was == "CALLED" or was == "SERVING":
        if was == "SERVING":
            ticket.service_ms += state.at_ms - ticket.serving_since_ms
        free_desk(state, state.desks[ticket.window])
    elif was == "HELD":
        ticket.hold_ms += state.at_ms - ticket.held_since_ms
        del state.held[ticket.id]
    else:
        assert was == "MISSED", f"{ticket.number} is {was}: final is final"
        del state.missed[ticket.id]


def go_one_way(state: HallDay, ticket: Ticket) -> None:
    """Remember at a ticket's window that what happens to it now has no way back."""
    if ticket.state in ("CALLED", "SERVING", "HELD") and ticket.window:
        state.desks[ticket.window].one_way_seq = state.seq


def free_desk(state: HallDay, desk: Desk) -> None:
    """Leave a window without a ticket; a draining window stays draining."""
    desk.ticket = None
    desk.touched = state.seq
    desk.since_ms = state.at_ms
    if desk.state != "DRAINING":
        desk.state = "IDLE"


def mark_call(state: HallDay, ticket: Ticket, mark: str) -> None:
    """Say on the boards how the ticket's call went on; a withdrawn call leaves them."""
    record = state.calls.get(ticket.entry_ring)
    if record is not None and record.ticket == ticket.id:
        if mark == "withdrawn":
            del state.calls[ticket.entry_ring]
        else:
            record.state = mark  # type: ignore[assignment]  # callers name one of the four states


def open_for_person(state: HallDay, ticket: Ticket) -> None:
    """Remember a person's open ticket per item."""
    if ticket.person:
        for entry in ticket.entries:
            key = (ticket.person, entry.item)
            if state.open_of_person.setdefault(key, ticket.id) != ticket.id:
                _share(state, key)


def handed_for_person(state: HallDay, ticket: Ticket, child: Ticket) -> None:
    """Remember that items of a person went from one ticket to another, which may leave the same item on both."""
    if ticket.person:
        for entry in child.entries:
            key = (ticket.person, entry.item)
            if state.open_of_person.get(key) == ticket.id and all(one.item != entry.item for one in ticket.entries):
                state.open_of_person[key] = child.id
            else:
                _share(state, key)


def closed_for_person(state: HallDay, ticket: Ticket) -> None:
    """Forget a person's open ticket per item, unless another one has the item too."""
    for entry in ticket.entries:
        key = (ticket.person, entry.item)
        if key in state.shared:
            _share(state, key)
        elif state.open_of_person.get(key) == ticket.id:
            del state.open_of_person[key]


def _share(state: HallDay, key: tuple[str, str]) -> None:
    """Let the first of several open tickets stand for a person's item: a split, a merge or an undo may leave the same on two."""
    state.shared.add(key)
    person, item = key
    first = next((one.id for one in state.tickets.values() if one.person == person and _is_open_for(one, item)), None)
    if first is None:
        state.open_of_person.pop(key, None)
    else:
        state.open_of_person[key] = first


def _is_open_for(ticket: Ticket, item: str) -> bool:
    return ticket.state not in FINAL_STATES and any(one.item == item for one in ticket.entries)


def close_ticket(state: HallDay, ticket: Ticket, into: TicketState) -> None:
    """Bring a ticket to a final state from wherever it is."""
    set_down(state, ticket)
    if ticket.entry_ring:
        mark_call(state, ticket, "ended")
    turn(state, ticket, into)
    ticket.finished_ms = state.at_ms
    if ticket.person:
        closed_for_person(state, ticket)


def next_order(state: HallDay) -> int:
    """Return a new place among equals, behind everybody."""
    state.orders += 1
    return state.orders


# ---- what a ticket says ----


def set_entry(ticket: Ticket, index: int, **changes: object) -> None:
    """Replace one entry of a ticket."""
    changed = msgspec.structs.replace(ticket.entries[index], **changes)
    ticket.entries = (*ticket.entries[:index], changed, *ticket.entries[index + 1 :])


def move_place(state: HallDay, ticket: Ticket, *, lane: int, due_ms: Ms, lets_pass: bool = False) -> None:
    """Give a ticket a new key, behind its equals; who keeps lane and due keeps the place, but not to let others pass."""
    if lets_pass or (lane, due_ms) != (ticket.lane, ticket.due_ms):
        ticket.lane, ticket.due_ms, ticket.credit_ms = lane, due_ms, None
        ticket.order = next_order(state)


def route_again(state: HallDay, ticket: Ticket) -> None:
    """Let a waiting ticket stand in the line that its entries and target ask for now."""
    ticket.touched = state.seq
    if ticket.state == "WAITING":
        leave_line(state, ticket)
        enter_line(state, ticket)


def uncall(state: HallDay, ticket: Ticket) -> None:
    """Put a called ticket back where it was called from, its place unchanged; boards forget the call."""
    mark_call(state, ticket, "withdrawn")
    into = ticket.called_from
    turn(state, ticket, into)
    ticket.entry_ring = 0
    if into == "WAITING":
        enter_line(state, ticket)
    elif into == "HELD":
        ticket.hold_ms -= ticket.called_ms - ticket.held_since_ms
        holder = state.desks.get(ticket.held_at)
        ticket.window = ticket.held_at if holder is not None and holder.state != "CLOSED" else ""
        state.held[ticket.id] = ticket
    else:
        state.missed[ticket.id] = ticket
    ticket.calls -= 1
    if not ticket.calls:
        ticket.first_called_ms = ticket.called_ms = ticket.last_call_ms = 0


def count_quotas(state: HallDay, ticket: Ticket, entries: tuple[Entry, ...], *, step: int) -> None:
    """Count entries of a ticket against the quotas of their items, in the half-day in which it was taken."""
    afternoon = (ticket.taken_ms or ticket.arrived_ms) >= state.half_day_ms
    for entry in entries:
        for quota in state.index.quotas.get(entry.item, ()):
            state.issued[quota, afternoon] = state.issued.get((quota, afternoon), 0) + step

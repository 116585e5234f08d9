"""What anybody sees of bookings: the places of a day, one appointment, the counts for staff. Pure functions of the state.

No names and no pseudonyms. When released places return is nobody's to see, so they read as taken until they do.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from hall.appointments import fit, free_places, grids_of
from hall.bookings import OPEN_STATES, Appointment
from hall.errors import Refusal
from hall.ids import ItemCode
from hall.slots import Grid
from hall.state import HallDay, Ticket, not_due

Json = dict[str, Any]
MAX_LISTED = 200
"""Longest list of bookings in a view."""


def slots_view(state: HallDay, items: Sequence[tuple[ItemCode, int]], channel: str = "phone") -> Json | Refusal | None:
    """Show the slots in which a visit with these (item, quantity) may begin, and what is free; None: not bookable here.

    ``free``: places that the channel may still sell in that slot; ``fits``: whether the whole visit finds its places;
    ``why``: the refusal if not. The same until the next commit, whatever the time: past slots are the caller's to leave out.
    """
    grids = grids_of(state)
    if not items or state.is_ended or any(code not in grids.of_item for code, _ in items):
        return None
    entries = tuple(items)
    grid = grids.groups[grids.of_item[entries[0][0]]]
    return {
        "date": state.date,
        "group": grid.code,
        "slot_ms": grid.slot_ms,
        "places_needed": sum(grids.needs(entries).values()),
        "lead_ms": grid.rules.lead_ms,
        "waitlist": len(state.bookings.waitlist) < grid.rules.max_waitlist,
        "slots": [_slot(state, grid, start, entries, channel) for start in grid.starts],
    }


def _slot(state: HallDay, grid: Grid, start: int, entries: tuple[tuple[ItemCode, int], ...], channel: str) -> Json:
    found = fit(state, entries, start, channel=channel)
    return {
        "start_ms": start,
        "end_ms": start + grid.slot_ms,
        "places": grid.places[start],
        "free": 0 if start in grid.closed else free_places(state, grid, start, channel),
        "closed": start in grid.closed,
        "fits": not isinstance(found, Refusal),
        "why": found.code if isinstance(found, Refusal) else None,
    }


def appointment_view(state: HallDay, name: str) -> Json | None:
    """Show a booking to the person who holds it, or None where there is no such booking."""
    one = state.bookings.appointments.get(name)
    if one is None:
        return None
    grid = grids_of(state).groups.get(one.group)
    ticket = state.tickets.get(one.ticket)
    return {
        "id": one.id,
        "hall": {
            "code": state.hall,
            "name": {"zh": state.plan.name.zh, "en": state.plan.name.en or state.plan.name.zh},
        },
        "date": state.date,
        "state": one.state,
        "version": one.version,
        "items": [_entry(state, code, quantity) for code, quantity in one.entries],
        "channel": one.channel,
        "slot_ms": one.slot_ms or None,
        "until_ms": one.deadline_ms if one.state in ("SLOT_HELD", "OFFERED", "WAITLISTED") else None,
        "wish": {"from_ms": one.from_ms, "to_ms": one.to_ms} if one.to_ms else None,
        "ahead": _ahead(state, one) if one.state == "WAITLISTED" else None,
        "ticket": None if ticket is None else {"id": ticket.id, "number": ticket.number},
        "punctuality": one.punctuality or None,
        "affected": one.is_affected,
        "excused": one.is_excused,
        "reason": one.reason or None,
        "source": None if one.source is None else msgspec.structs.asdict(one.source),
        "target": None if one.target is None else msgspec.structs.asdict(one.target),
        **({} if grid is None else _limits(one, grid)),
    }


def _entry(state: HallDay, code: ItemCode, quantity: int) -> Json:
    item = state.index.items.get(code)
    zh, en = (code, code) if item is None else (item.name.zh, item.name.en or item.name.zh)
    return {"code": code, "name": {"zh": zh, "en": en}, "quantity": quantity}


def _limits(one: Appointment, grid: Grid) -> Json:
    """Say until when a booking may be changed and used; of a booking that still can be."""
    rules = grid.rules
    if one.state != "BOOKED":
        return {"can": ["cancel"] if one.state in OPEN_STATES else []}
    moves_left = max(0, rules.max_moves - one.moves)
    return {
        "end_ms": one.slot_ms + grid.slot_ms,
        "cancel_until_ms": one.slot_ms - rules.cancel_before_ms,
        "move_until_ms": one.slot_ms - rules.move_before_ms,
        "moves_left": moves_left,
        "check_in_from_ms": one.slot_ms - rules.early_ms,
        "in_time_until_ms": one.slot_ms + rules.grace_ms,
        "absent_ms": one.deadline_ms or None,
        "can": ["check-in", "cancel", *(["move"] if moves_left or one.is_affected else [])],
    }


def _ahead(state: HallDay, one: Appointment) -> int:
    return sum(1 for other in state.bookings.waitlist.values() if other.order < one.order)


def booked_counts(state: HallDay) -> Json | None:
    """Count today's booked visits for staff; None on days without bookings."""
    bookings = state.bookings
    if not bookings.is_used:
        return None
    totals, punctual = bookings.totals, bookings.punctual
    return {
        "expected": totals["BOOKED"],
        "checked_in": totals["CHECKED_IN"],
        "early": punctual["early"],
        "in_grace": punctual["in_grace"],
        "late": punctual["late"],
        "no_show": totals["NO_SHOW"],
        "cancelled": totals["CANCELLED"] + totals["RESCHEDULED"],
        "held": totals["SLOT_HELD"],
        "waitlisted": totals["WAITLISTED"],
        "offered": totals["OFFERED"],
        "not_due": not_due(state),
    }


def calendar_view(state: HallDay) -> Json:
    """Show a manager each slot's places and load, whom the hall cannot keep, and the day's no-shows."""
    bookings = state.bookings
    every = list(bookings.appointments.values())
    return {
        "counts": booked_counts(state),
        "groups": {code: _load(state, grid) for code, grid in grids_of(state).groups.items()},
        "affected": [appointment_view(state, one.id) for one in every if one.is_affected and one.state == "BOOKED"][
            :MAX_LISTED
        ],
        "no_shows": [appointment_view(state, one.id) for one in every if one.state == "NO_SHOW"][:MAX_LISTED],
    }


def _load(state: HallDay, grid: Grid) -> list[Json]:
    taken = state.bookings.taken
    return [
        {
            "start_ms": start,
            "end_ms": start + grid.slot_ms,
            "places": grid.places[start],
            "taken": taken.get((grid.code, start), 0),
            "closed": start in grid.closed,
            "edited": (grid.code, start) in state.bookings.edits,
        }
        for start in grid.starts
    ]


def booking_of(state: HallDay, ticket: Ticket) -> Json | None:
    """Say which booking a ticket comes from, and from when on an early one is called."""
    one = state.bookings.of_ticket.get(ticket.id)
    if one is None:
        return None
    not_before = state.bookings.early.get(ticket.id)
    return {"id": one.id, "slot_ms": one.slot_ms, "punctuality": one.punctuality, "not_before_ms": not_before}

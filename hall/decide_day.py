"""What bookings ask of a day's plan and opening times: none of them may lose its place unseen."""

from collections.abc import Sequence

from hall.appointments import capacity_of, stranded_by
from hall.bookings import COUNTED_STATES
from hall.capacity import Capacity
from hall.errors import Refusal, refuse
from hall.opening import Session
from hall.policy import Plan
from hall.slots import Grids
from hall.state import HallDay


def plan_against_bookings(state: HallDay, plan: Plan) -> list[str]:
    """List what another plan would take away from bookings: their items, their group, the length of its slots."""
    bookings = state.bookings
    if not bookings.is_used:
        return []
    faults = []
    grids = Grids(Capacity(plan), state.sessions, bookings.edits)
    kept = {code for code, grid in grids.groups.items() if code in _slot_lengths(state, grid.slot_ms)}
    for one in bookings.appointments.values():
        if one.state not in COUNTED_STATES:
            continue
        faults += [f"item {code} is booked" for code, _ in one.entries if code not in grids.of_item]
        if one.group not in kept or grids.of_item.get(one.entries[0][0]) != one.group:
            faults.append(f"group {one.group} is booked")
    return sorted(set(faults))[:20]


def sessions_against_bookings(state: HallDay, sessions: Sequence[Session]) -> Refusal | None:
    """Refuse opening times that leave bookings without their slot; those slots are closed first."""
    if not state.bookings.is_used:
        return None
    stranded = stranded_by(state, Grids(capacity_of(state), sessions, state.bookings.edits))
    return refuse("SLOTS_BOOKED", count=len(stranded)) if stranded else None


def _slot_lengths(state: HallDay, slot_ms: int) -> list[str]:
    """Return the groups of the plan in force whose slots have this length."""
    booking = state.plan.policy.booking
    return [group.code for group in booking.groups if group.slot_ms == slot_ms] if booking is not None else []

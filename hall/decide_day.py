"""What a change of a day's plan and opening times comes to: no booking may lose its place unseen, no day ends unseen."""

from collections.abc import Sequence

from hall.appointments import capacity_of, stranded_by
from hall.bookings import COUNTED_STATES
from hall.capacity import Capacity
from hall.commands import ChangePlan
from hall.errors import Refusal, refuse
from hall.ids import Ms
from hall.opening import DayMoments, Session
from hall.policy import Plan
from hall.slots import Grids
from hall.state import HallDay


def goes_by(state: HallDay, command: ChangePlan) -> bool:
    """Say whether a day goes by this plan and these moments already."""
    if command.plan != state.plan_hash:
        return False
    now = DayMoments(state.half_day_ms, state.end_day_ms, state.next_open_ms)
    return moments_after(state, command) in (None, now)


def moments_after(state: HallDay, command: ChangePlan) -> DayMoments | None:
    """Return the moments that hold after a change of the plan, or None if it says nothing of them."""
    wanted = command.moments
    if wanted is None:
        return None
    end_ms = end_after(state, wanted.end_day_ms, sessions=state.sessions, at_ms=command.at_ms)
    return DayMoments(wanted.half_day_ms, end_ms, wanted.next_open_ms)


def end_after(state: HallDay, wanted_ms: Ms, *, sessions: Sequence[Session], at_ms: Ms) -> Ms:
    """Return when a day then ends by itself: not before the last closing, and as before if that would be over already.

    The end cannot be undone; a change of settings does not bring it about at once.
    """
    end_ms = max(wanted_ms, sessions[-1].close_ms) if sessions else wanted_ms
    return end_ms if end_ms > at_ms else state.end_day_ms


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

"""The figures of booked visits, and the only definition of each.

- **on time**: the share of booked visitors who came before their slot or in the grace and whose first call that stands came at
  most the rules' ``on_time_ms`` after the slot (after the check-in, if that was later). Who was not called counts as soon as
  that time is over; who gave the number back before does not count.
- **walk-ins passed**: how many bookings were called before a waiting walk-in who had come earlier, by windows whose own items
  the walk-in has; chosen calls, transfers, and walk-ins who let others pass or missed a call left out.
- **no-shows**: absent ones and those who missed a call that was in time; excused ones are counted apart.
"""

from typing import Any

from hall.appointments import grids_of
from hall.bookings import Appointment
from hall.dayfold import DayFold
from hall.feed_booking import booked_counts
from hall.ids import Ms, TicketId
from hall.state import FINAL_STATES


def booked_figures(fold: DayFold) -> dict[str, Any] | None:
    """Return the figures of a day's bookings; None of a day without."""
    state = fold.state
    counts = booked_counts(state)
    if counts is None:
        return None
    used = [one for one in state.bookings.appointments.values() if one.ticket]
    timely = [one for one in used if one.punctuality != "late"]
    kept = [found for one in timely if (found := _was_on_time(fold, one)) is not None]
    passed = _passed(fold)
    booking = state.plan.policy.booking
    fairness = booking.rules.fairness if booking is not None else None
    return {
        "made": sum(1 for one in state.bookings.appointments.values() if _was_made(one)),
        **counts,
        "excused": sum(one.is_excused for one in state.bookings.appointments.values()),
        "on_time": {
            "n": len(kept),
            "kept": sum(kept),
            "pct": round(1_000 * sum(kept) / len(kept)) / 10 if kept else None,
        },
        "goal": None if fairness is None else {"on_time_ms": fairness.on_time_ms, "on_time_pct": fairness.on_time_pct},
        "walk_ins_passed": {
            "n": len(passed),
            "times": sum(passed.values()),
            "most": max(passed.values(), default=0),
            "bound": None if fairness is None else fairness.max_passed,
        },
    }


def _was_made(one: Appointment) -> bool:
    """Return whether a booking was more than held, wished for or offered."""
    return bool(one.code and one.slot_ms) and one.state not in ("OFFERED", "EXPIRED")


def _was_on_time(fold: DayFold, one: Appointment) -> bool | None:
    """Return whether a booked visitor was called in time; None while nobody can say."""
    call = fold.first_call(one.ticket) if one.ticket in fold.calls_of else None
    ticket = fold.state.tickets[one.ticket]
    limit_ms: Ms = (
        max(one.slot_ms, one.checked_in_ms) + grids_of(fold.state).groups[one.group].rules.fairness.on_time_ms
    )
    if call is not None:
        return call.at_ms <= limit_ms
    until_ms = ticket.finished_ms if ticket.state in FINAL_STATES else fold.state.at_ms
    return False if until_ms > limit_ms else None


def _passed(fold: DayFold) -> dict[TicketId, int]:
    booked = fold.state.bookings.of_ticket
    found: dict[TicketId, int] = {}
    for call in fold.calls:
        if call.stands and call.ticket in booked:
            for one in call.passed:
                if one.by in ("order", "class") and one.ticket not in booked:
                    found[one.ticket] = found.get(one.ticket, 0) + 1
    return found

"""When numbers are given out, and which quota keeps one back until when."""

from collections.abc import Sequence
from typing import NamedTuple

from hall.commands import WantedItem
from hall.ids import ItemCode, Ms
from hall.opening import session_at
from hall.state import HallDay


class FullQuota(NamedTuple):
    """No number is left of an item in this half-day."""

    item: ItemCode
    limit: int
    again_ms: Ms | None
    """When numbers for the same visit are given out again; None where nobody knows the next opening."""


def in_break(state: HallDay, at_ms: Ms) -> bool:
    """Return whether the hall has opened today and is between two sessions."""
    return at_ms >= state.sessions[0].open_ms and session_at(state.sessions, at_ms) is None


def full_quota(state: HallDay, items: Sequence[WantedItem], at_ms: Ms) -> FullQuota | None:
    """Return the first of these items whose quota of this half-day has no room for them."""
    afternoon = at_ms >= state.half_day_ms
    over = _over(state, items, afternoon=afternoon)
    if over is None:
        return None
    item, limit = over
    later_ms = None if afternoon or _over(state, items, afternoon=True) else _after_half_day(state)
    return FullQuota(item, limit, state.next_open_ms if later_ms is None else later_ms)


def _over(state: HallDay, items: Sequence[WantedItem], *, afternoon: bool) -> tuple[ItemCode, int] | None:
    """Return the first item that passes a quota of a half-day, with the limit."""
    wanted: dict[int, int] = {}
    for item in items:
        for number in state.index.quotas.get(item.code, ()):
            wanted[number] = wanted.get(number, 0) + 1
            quota = state.plan.policy.quotas[number]
            most = quota.afternoon if afternoon else quota.morning
            if most is not None and state.issued.get((number, afternoon), 0) + wanted[number] > most:
                return item.code, most
    return None


def _after_half_day(state: HallDay) -> Ms | None:
    """Return the first moment of the second half-day at which the hall gives numbers today."""
    later = [one.open_ms for one in state.sessions if one.open_ms > state.half_day_ms]
    return next((at_ms for at_ms in (state.half_day_ms, *later) if _gives(state, at_ms)), None)


def _gives(state: HallDay, at_ms: Ms) -> bool:
    is_within = at_ms < state.issue_until_ms
    return is_within and (state.plan.policy.issuing.in_breaks or not in_break(state, at_ms))

"""A hall whose windows are all alike, first come first served, as a recursion over its visitors: the search's quick way.

The recursion is that of J. Kiefer and J. Wolfowitz, Transactions of the American Mathematical Society 78 (1955), with windows
that come and go: whoever comes next is called by the window that is free first. It knows nothing of the hall's rules, so it
is used only where it calls everybody at the very moment at which the twin does; whoever uses it compares the two.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heapreplace

import msgspec
import numpy as np

from hall.ids import MINUTE_MS, Ms
from simulation.demand import Day
from simulation.intervals import Floats
from simulation.people import People
from simulation.roster import Duty, duties_of, window_ms
from simulation.setting import Setting
from simulation.sizing.groups import Frame
from simulation.sizing.measure import Layout, Whole


class Crowd(msgspec.Struct):
    """The visitors of a day as the recursion needs them."""

    at_ms: list[Ms]
    holds_ms: list[Ms]
    """How long each keeps a window: walk, service, and the gap after it."""
    themes: Whole
    gap_ms: Ms


def is_simple(setting: Setting, frame: Frame) -> bool:
    """Return whether a hall could be such a pool: nobody leaves, misses a call, books, or goes before others."""
    behaviour = setting.behaviour
    classes = {one.code: (one.lane, one.credit_ms) for one in setting.plan.policy.classes}
    lanes = {classes.get(code) for code, share in setting.demand.classes if share > 0}
    alike = len(frame.groups) == 1 and len(lanes) == 1
    return alike and setting.booked is None and behaviour.missed == 0 and behaviour.patience_ms == 0


def crowd_of(setting: Setting, people: People, layout: Layout) -> Crowd:
    """Take from a day's people what the recursion needs."""
    served = [sum(times) for times in people.service_ms]
    holds = [walk + own + setting.behaviour.gap_ms for walk, own in zip(people.walk_ms, served, strict=True)]
    themes = np.array([layout.theme_of[items[0].code] for items in people.items], dtype=np.int64)
    return Crowd(people.at_ms, holds, themes, setting.behaviour.gap_ms)


def called_ms(crowd: Crowd, duties: Sequence[Sequence[Duty]], overtime_ms: Ms) -> list[Ms]:
    """Return when each visitor is called, 0 for never."""
    # (free from, who asks first of those free at once, this stretch of work, all later ones of the window, since when it
    # was idle first in this stretch, 0: never). Windows that come together ask in the order in which they left before,
    # those that leave idle at once in the order in which they were idle first; those that never were open come first.
    free = [(own[0].from_ms, (0, 0, number), own[0], tuple(own[1:]), 0) for number, own in enumerate(duties)]
    heapify(free)
    called, number = [], len(free)
    for arrived, hold in zip(crowd.at_ms, crowd.holds_ms, strict=True):
        while free and not _calls(free[0][0], free[0][2], arrived, overtime_ms):
            # This stretch of work is over; the window comes back for the next one that is not.
            since, _, duty, later, idle = free[0]
            ahead = [one for one in later if one.to_ms > since]
            number += 1
            if ahead:
                asks = (max(since, duty.to_ms), idle or since, number)
                heapreplace(free, (max(since, ahead[0].from_ms), asks, ahead[0], tuple(ahead[1:]), 0))
            else:
                heappop(free)
        if not free:
            called.append(0)
            continue
        since, _, duty, later, idle = free[0]
        at = since
        if arrived > since:
            at, idle = arrived, idle or since
        called.append(at)
        number += 1
        heapreplace(free, (at + hold, (0, 0, number), duty, later, idle))
    return called


def _calls(since: Ms, duty: Duty, arrived: Ms, overtime_ms: Ms) -> bool:
    """Return whether a window that is free since a moment still calls somebody: at work, or serving out those who wait."""
    if since < duty.to_ms and arrived < duty.to_ms:
        return True
    return duty.serves_out and arrived <= since < duty.to_ms + overtime_ms


def passed(setting: Setting, layout: Layout, day: Day, crowd: Crowd) -> Floats:
    """Return the row of a day by the recursion."""
    duties = duties_of(setting.roster, day)
    called = np.array(called_ms(crowd, list(duties.values()), setting.behaviour.overtime_ms), dtype=np.int64)
    arrived = np.array(crowd.at_ms, dtype=np.int64)
    until = np.where(called > 0, called, day.end_day_ms)
    busy_ms = sum(hold - crowd.gap_ms for hold, at in zip(crowd.holds_ms, called.tolist(), strict=True) if at)
    tail = (0, 0, busy_ms, window_ms(duties), len(crowd.at_ms), 0, 0)
    return layout.row((arrived - day.midnight_ms) // MINUTE_MS, crowd.themes, until - arrived, called > 0, tail)

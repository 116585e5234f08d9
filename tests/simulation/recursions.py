"""Waits without a hall: each discipline as a recursion over its customers, in the arithmetic of whatever the times are.

First come first served is the recursion of J. Kiefer and J. Wolfowitz, Transactions of the American Mathematical Society 78
(1955): whoever comes next takes the window that is free first. Customers come ascending; a window is taken for ``seizes``.
"""

from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heapreplace
from typing import TypeVar

Time = TypeVar("Time", int, float)


def first_come(arrivals: Sequence[Time], seizes: Sequence[Time], windows: int, opens: Time) -> list[Time]:
    """Return when each is called."""
    free = [opens] * windows
    heapify(free)
    called = []
    for arrived, seize in zip(arrivals, seizes, strict=True):
        at = free[0] if free[0] > arrived else arrived
        called.append(at)
        heapreplace(free, at + seize)
    return called


def first_come_in_shifts(
    arrivals: Sequence[Time], seizes: Sequence[Time], shifts: Sequence[tuple[Time, Time]]
) -> list[Time]:
    """Return when each is called at windows that work from one moment until another; nobody is called after it.

    Of several free windows the one idle longest calls, then the first of the list.
    """
    free = [(begins, place, ends) for place, (begins, ends) in enumerate(shifts)]
    heapify(free)
    called = []
    for arrived, seize in zip(arrivals, seizes, strict=True):
        while max(arrived, free[0][0]) >= free[0][2]:
            heappop(free)
        since, place, ends = free[0]
        called.append(max(arrived, since))
        heapreplace(free, (called[-1] + seize, place, ends))
    return called


def with_patience(
    arrivals: Sequence[Time], seizes: Sequence[Time], patience: Sequence[Time], windows: int, opens: Time
) -> list[Time | None]:
    """Return when each is called, None for whoever leaves before: they take no window from those behind them."""
    free = [opens] * windows
    heapify(free)
    called: list[Time | None] = []
    for arrived, seize, endures in zip(arrivals, seizes, patience, strict=True):
        at = free[0] if free[0] > arrived else arrived
        if at - arrived >= endures:
            called.append(None)
            continue
        called.append(at)
        heapreplace(free, at + seize)
    return called


def first_lane_first(
    arrivals: Sequence[Time], seizes: Sequence[Time], lanes: Sequence[int], windows: int, opens: Time
) -> list[Time]:
    """Return when each is called where a lower lane goes first and nobody's service is interrupted."""
    free = [opens] * windows
    heapify(free)
    waiting: tuple[deque[int], ...] = tuple(deque() for _ in range(max(lanes) + 1))
    called = [opens] * len(arrivals)

    def call_until(moment: Time | None) -> None:
        """Give windows that become free by then to those who wait."""
        while any(waiting) and (moment is None or free[0] <= moment):
            one = next(line for line in waiting if line).popleft()
            called[one] = free[0]
            heapreplace(free, called[one] + seizes[one])

    for one, arrived in enumerate(arrivals):
        call_until(arrived)
        if free[0] <= arrived:
            called[one] = arrived
            heapreplace(free, arrived + seizes[one])
        else:
            waiting[lanes[one]].append(one)
    call_until(None)
    return called

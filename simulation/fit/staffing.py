"""When windows were open, as shifts: a window has one where it was open on most days of a weekday."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from simulation.fit.observations import DayObserved

STEP_MIN: Final = 5
"""Windows open and close within minutes of their time; finer steps would take that for the roster."""
STEPS: Final = 30 * 60 // STEP_MIN
LEAST_SHIFT_MIN: Final = 30
"""Shorter openings are somebody who filled in; a roster has no such shifts."""

Marks = npt.NDArray[np.bool_]


class Staffed(msgspec.Struct, frozen=True):
    """Windows that had the same shift on the same weekdays (1 is Monday), in minutes after local midnight."""

    windows: tuple[str, ...]
    from_min: int
    to_min: int
    weekdays: tuple[int, ...]
    days: int
    """On which it rests."""


def staffed_of(days: Sequence[DayObserved]) -> tuple[Staffed, ...]:
    """Return the shifts that most days of each weekday had."""
    by_weekday: dict[int, list[DayObserved]] = {}
    for day in days:
        by_weekday.setdefault(date.fromisoformat(day.date).isoweekday(), []).append(day)
    weekdays: dict[tuple[str, int, int], list[int]] = {}
    for weekday, own in sorted(by_weekday.items()):
        for window in sorted({span[0] for day in own for span in day.spans}):
            for start, end in _usual(own, window):
                weekdays.setdefault((window, start, end), []).append(weekday)
    windows: dict[tuple[int, int, tuple[int, ...]], list[str]] = {}
    for (window, start, end), on in weekdays.items():
        windows.setdefault((start, end, tuple(on)), []).append(window)
    return tuple(
        Staffed(tuple(sorted(codes)), start, end, on, sum(len(by_weekday[weekday]) for weekday in on))
        for (start, end, on), codes in sorted(windows.items())
    )


def _usual(days: Sequence[DayObserved], window: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches for which a window was open on more than half of the days."""
    open_on = sum((_marks(day, window).astype(np.int64) for day in days), start=np.zeros(STEPS, dtype=np.int64))
    usual = np.concatenate([[False], 2 * open_on > len(days), [False]])
    edges = np.flatnonzero(usual[1:] != usual[:-1]).tolist()
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if (last - first) * STEP_MIN >= LEAST_SHIFT_MIN:
            yield first * STEP_MIN, last * STEP_MIN


def _marks(day: DayObserved, window: str) -> Marks:
    """Mark the steps for most of which a window was open; who serves out after closing has no longer shift."""
    marks = np.zeros(STEPS, dtype=np.bool_)
    for code, start, end in day.spans:
        if code == window:
            until = min(end, day.closes_min) if start < day.closes_min else end
            marks[round(start / STEP_MIN) : round(until / STEP_MIN)] = True
    return marks

"""Arrivals as they are fitted: how many came in each slot of each day.

A day is a row, a slot a column. Days on which the hall was closed are no rows; a slot in which it was closed has zeros.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MINUTES_A_DAY = 24 * 60


class Counts:
    """Arrivals of some days: ``n`` (days × slots), the weekday of each day (0 is Monday), and where the slots lie."""

    def __init__(self, dates: Sequence[str], n: Floats, *, first_min: int, slot_min: int) -> None:
        """Keep what was counted; ``first_min`` is the beginning of the first slot in minutes after local midnight."""
        assert n.shape[0] == len(dates), "a row for each day"
        self.dates = tuple(dates)
        self.n = n
        self.first_min = first_min
        self.slot_min = slot_min
        self.weekdays = np.array([date.fromisoformat(day).weekday() for day in dates], dtype=np.int64)

    @property
    def days(self) -> int:
        """How many days were counted."""
        return len(self.dates)

    @property
    def slots(self) -> int:
        """How many slots a day has."""
        return int(self.n.shape[1])

    def only(self, rows: npt.NDArray[np.bool_]) -> "Counts":
        """Return the days that are marked."""
        kept = [day for day, is_kept in zip(self.dates, rows, strict=True) if is_kept]
        return Counts(kept, self.n[rows], first_min=self.first_min, slot_min=self.slot_min)

    def drawn(self, rows: npt.NDArray[np.int64]) -> "Counts":
        """Return days by their places, some of them several times (for resampling)."""
        return Counts([self.dates[row] for row in rows], self.n[rows], first_min=self.first_min, slot_min=self.slot_min)


def counted(arrivals: Mapping[str, Iterable[float]], *, first_min: int, last_min: int, slot_min: int = 30) -> Counts:
    """Count arrivals (date → minutes after local midnight) into slots; who comes outside counts in the nearest slot."""
    assert 0 <= first_min < last_min <= 2 * MINUTES_A_DAY, (first_min, last_min)
    edges = np.arange(first_min, last_min + slot_min, slot_min, dtype=np.float64)
    dates = sorted(arrivals)
    n = np.zeros((len(dates), len(edges) - 1))
    for row, day in enumerate(dates):
        minutes = np.clip(np.fromiter(arrivals[day], dtype=np.float64), edges[0], np.nextafter(edges[-1], 0))
        n[row] = np.histogram(minutes, edges)[0]
    return Counts(dates, n, first_min=first_min, slot_min=slot_min)

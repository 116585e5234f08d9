"""Waits of many days as counts: those called at once, then by whole minute, so that years take no more room than days.

Most people of a hall with windows to spare are called in the very second: a minute's share between 0 and 1 would tell half of
them a wait of half a minute that nobody had.
"""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from hall.ids import MINUTE_MS, Ms

SLOT_MIN: Final = 30
SLOTS: Final = 60
"""Half-hours from midnight; six hours past midnight is as late as a hall may close."""
BINS: Final = 242
"""Called at once, then whole minutes of wait; the last one holds all longer ones."""
AT_ONCE_MS: Final[Ms] = 1_000
"""Below this nobody waited: the moment in which a number becomes a call."""

Whole = NDArray[np.int64]


class Waits(msgspec.Struct):
    """Waits of many days: how many, by half-hour of arrival and bin."""

    counts: Whole

    @classmethod
    def empty(cls) -> "Waits":
        """Return waits of no day."""
        return cls(np.zeros((SLOTS, BINS), dtype=np.int64))

    def add(self, other: "Waits") -> None:
        """Put other days' waits to these."""
        self.counts += other.counts

    def percentile_min(self, share: float, slots: slice = slice(None)) -> float | None:
        """Return the wait in minutes that ``share`` of the called in some half-hours do not exceed, interpolated."""
        found = float(quantiles_min(self.counts[slots].sum(axis=0, keepdims=True), share)[0])
        return None if np.isnan(found) else found


def bins_of(waited_ms: Whole) -> Whole:
    """Return the bin of each wait, given in milliseconds."""
    return np.where(waited_ms < AT_ONCE_MS, 0, np.minimum(waited_ms // MINUTE_MS + 1, BINS - 1)).astype(np.int64)


def quantiles_min(counts: Whole, share: float) -> NDArray[np.float64]:
    """Return the quantile of each row of bins in minutes, interpolated inside a minute; NaN where nobody was called."""
    totals = counts.sum(axis=1)
    edges = np.cumsum(counts, axis=1)
    wanted = share * totals
    number = np.minimum((edges < wanted[:, None]).sum(axis=1), BINS - 1)
    rows = np.arange(len(counts))
    inside = counts[rows, number]
    before = edges[rows, number] - inside
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(inside > 0, (wanted - before) / inside, 0.0)
    found = np.where(number > 0, number - 1 + part, 0.0)
    return np.where(totals > 0, found, np.nan)

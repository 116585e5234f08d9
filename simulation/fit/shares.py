"""Shares of visits, with intervals that know that visits of one day resemble each other.

The interval is Clopper and Pearson's (Biometrika 26, 1934) for the number of visits that the days are worth: the visits
divided by the design effect, the variance of the days' shares over that of independent visits (Kish, "Survey Sampling",
1965), never less than 1. Visits for what no log shows have the share that Good (Biometrika 40, 1953) found: about as many
as there were visits for something that was seen once.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec
import numpy as np
from scipy import stats

from simulation.fit.counts import Floats
from simulation.fit.estimate import ENDS, Estimate

_Key = TypeVar("_Key", str, int)


class Mixed(msgspec.Struct, frozen=True):
    """Shares of items that sum to 1; ``unseen`` is what those together have that no visit was for."""

    shares: dict[str, Estimate]
    unseen: float


def share_of(parts: Sequence[tuple[int, int]]) -> Estimate | None:
    """Return the share of (some, all) of each day; None of nothing."""
    found = shares_of([{1: some, 0: every - some} for some, every in parts])
    if not found:
        return None
    n = sum(every for _, every in parts)
    return found[1] if 1 in found else _estimate(0, n, 1.0)


def shares_of(days: Sequence[Mapping[_Key, int]]) -> dict[_Key, Estimate]:
    """Return the shares of counted things over all days, by their names; nothing if nothing was counted."""
    keys = sorted({key for day in days for key, count in day.items() if count})
    if not keys:
        return {}
    counts = np.array([[day.get(key, 0) for key in keys] for day in days], dtype=np.float64)
    effect = design_effect(counts)
    total = int(counts.sum())
    return {
        key: _estimate(int(count), total, effect) for key, count in zip(keys, counts.sum(axis=0).tolist(), strict=True)
    }


def design_effect(counts: Floats) -> float:
    """Return by how much shares vary more between days (rows) than independent visits would; at least 1."""
    sizes = counts.sum(axis=1)
    kept = counts[sizes > 0]
    if len(kept) < 2 or counts.shape[1] < 2:
        return 1.0
    expected = sizes[sizes > 0][:, None] * (kept.sum(axis=0) / kept.sum())
    square = float(((kept - expected) ** 2 / expected).sum())
    free = float((len(kept) - 1) * (counts.shape[1] - 1))
    return max(1.0, square / free)


def with_unseen(shares: Mapping[str, Estimate], codes: Iterable[str]) -> Mixed:
    """Give items that no visit was for their part of the unseen share, alike; the others give it up."""
    known = [code for code in codes if code not in shares]
    if not shares or not known:
        return Mixed(dict(shares), 0.0)
    total = next(iter(shares.values())).n
    seen_once = sum(round(one.value * total) == 1 for one in shares.values())
    unseen = min(0.5, max(1, seen_once) / (total + 1))
    most = float(stats.beta.ppf(ENDS[1] / 100, 1, total))
    kept = {
        code: Estimate(one.value * (1 - unseen), one.low * (1 - unseen), one.high, one.n)
        for code, one in shares.items()
    }
    nothing = Estimate(unseen / len(known), 0.0, max(most, unseen / len(known)), 0)
    return Mixed({**kept, **dict.fromkeys(known, nothing)}, unseen)


def _estimate(some: int, every: int, effect: float) -> Estimate:
    worth = every / effect
    part = some / effect
    low = float(stats.beta.ppf(ENDS[0] / 100, part, worth - part + 1)) if some else 0.0
    high = float(stats.beta.ppf(ENDS[1] / 100, part + 1, worth - part)) if some < every else 1.0
    return Estimate(some / every, low, high, every)

"""How sure a simulated figure is: means and shares over days with 95 % intervals, differences of plans, control variates.

The unit is the block of days: days of a block share the strata of the day's factor (a Latin hypercube), so they are not
independent of each other, and blocks are. Without strata a block is one day. Shares are ratios of sums; their variance is
that of the linearised ratio (W. Cochran, Sampling Techniques, 3rd edition 1977, section 6.4). The control variate is the
number of visitors, whose mean is known: what a figure owes to more or fewer people than expected is taken out (S. Lavenberg
and P. Welch, Management Science 27, 1981).
"""

import math
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
LEVEL: Final = 0.95
LEAST_BLOCKS: Final = 2
"""Fewer say nothing of how sure a figure is."""
FEW_BLOCKS: Final = 4
"""Of fewer blocks the spread is hardly known; days taken singly then give longer intervals than strata would, never shorter."""


class Interval(msgspec.Struct, frozen=True):
    """A figure with its 95 % interval; ``low`` and ``high`` are NaN with fewer than two blocks."""

    value: float
    low: float
    high: float
    blocks: int

    @property
    def half_width(self) -> float:
        """Half of its length."""
        return (self.high - self.low) / 2


def mean_of(values: Floats, *, block: int = 1, control: Floats | None = None) -> Interval:
    """Estimate the mean of a figure of days.

    ``control``: a figure of the same days whose mean is 0 over all chance.
    """
    units = _blocks(values, block)
    if control is None:
        return _interval(units, free=len(units) - 1)
    beside = _blocks(control, block)
    spread = float(((beside - beside.mean()) ** 2).sum())
    if len(units) <= LEAST_BLOCKS or spread <= 0:
        return _interval(units, free=len(units) - 1)
    slope = float(((beside - beside.mean()) * (units - units.mean())).sum()) / spread
    left = units - slope * beside
    found = _interval(left, free=len(units) - 2)
    # The mean of the control is estimated beside the slope: Lavenberg and Welch's factor.
    widen = float(np.sqrt(1 + len(units) * beside.mean() ** 2 / spread))
    return Interval(
        found.value, found.value - found.half_width * widen, found.value + found.half_width * widen, len(units)
    )


def number_of(values: Floats, *, block: int = 1, control: Floats | None = None) -> Interval:
    """Estimate the mean of what is never negative, people or minutes: its interval ends at none."""
    found = mean_of(values, block=block, control=control)
    # NaN, of too few blocks, stays NaN.
    value, low, high = np.maximum(0.0, [found.value, found.low, found.high])
    return Interval(float(value), float(low), float(high), found.blocks)


def share_of(part: Floats, whole: Floats, *, block: int = 1) -> Interval:
    """Estimate a share: the sum of ``part`` over that of ``whole``; days without any count for nothing.

    What is beyond all of it (windows that work long after closing) is no share of it, and its interval may be beyond, too.
    """
    parts, wholes = _blocks(part, block), _blocks(whole, block)
    total = float(wholes.sum())
    if total <= 0:
        return Interval(float("nan"), float("nan"), float("nan"), len(parts))
    ratio = float(parts.sum()) / total
    left = (parts - ratio * wholes) / wholes.mean()
    error = _interval(left, free=len(parts) - 1)
    # NaN, of too few blocks, stays NaN.
    most = 1.0 if ratio <= 1 else math.inf
    low, high = np.clip([ratio - error.half_width, ratio + error.half_width], 0.0, most)
    return Interval(ratio, float(low), float(high), len(parts))


def unit_of(days: int, strata: int) -> int:
    """Return how many days make a unit: a block of strata, or one day where there are few blocks."""
    return strata if days // strata >= FEW_BLOCKS else 1


def difference_of(after: Floats, before: Floats, *, block: int = 1) -> Interval:
    """Estimate by how much a figure differs between two plans that met the same people on the same days."""
    return mean_of(after - before, block=block)


def share_difference_of(after: tuple[Floats, Floats], before: tuple[Floats, Floats], *, block: int = 1) -> Interval:
    """Estimate by how much a share (part, whole) differs between two plans on the same days."""
    found, lefts = [], []
    for part, whole in (after, before):
        parts, wholes = _blocks(part, block), _blocks(whole, block)
        ratio = float(parts.sum() / wholes.sum()) if wholes.sum() > 0 else float("nan")
        found.append(ratio)
        lefts.append((parts - ratio * wholes) / wholes.mean())
    error = _interval(lefts[0] - lefts[1], free=len(lefts[0]) - 1)
    value = found[0] - found[1]
    return Interval(value, value - error.half_width, value + error.half_width, len(lefts[0]))


def _blocks(values: Floats, block: int) -> Floats:
    """Return the means of whole blocks; days after the last whole one are left out, or stand alone if there is none."""
    whole = len(values) // block
    if block <= 1 or whole == 0:
        return np.asarray(values, dtype=np.float64)
    return np.asarray(values[: whole * block].reshape(whole, block).mean(axis=1), dtype=np.float64)


def _interval(units: Floats, *, free: int) -> Interval:
    value = float(units.mean()) if len(units) else float("nan")
    if len(units) < LEAST_BLOCKS or free < 1:
        return Interval(value, float("nan"), float("nan"), len(units))
    reach = float(stats.t.ppf((1 + LEVEL) / 2, free) * units.std(ddof=1) / np.sqrt(len(units)))
    return Interval(value, value - reach, value + reach, len(units))

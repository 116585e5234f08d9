"""How many come, when, and how much that varies from day to day and from slot to slot.

The model: N[d, s] is Poisson with mean μ[w, s] · D_d · S_{d,s}. μ is the rate of slot s on weekday w, D the factor of the
whole day (mean 1, coefficient of variation ``day_cv``), S that of a slot (mean 1, ``slot_cv``). Both are needed: counts of
real halls and call centres vary several times as much as a Poisson process (Avramidis, Deslauriers and L'Ecuyer,
Management Science 50 (2004), "Modeling daily arrivals to a telephone call center"; Jongbloed and Koole 2001).

Estimates by moments, so that nothing is iterated:

- profiles of weekdays, shrunk to the profile of all days by what their own days teach (empirical Bayes);
- slot_cv² = Σ((N - Fμ)² - Fμ) / Σ(Fμ)², F = day total ÷ expected total, corrected for the means that are estimated too;
- day_cv² = Var(F) within weekdays - the Poisson share 1/Σμ - the slots' share slot_cv² Σμ²/(Σμ)².

Days are the unit of every interval. Resampling four days of a weekday gave intervals that held the truth in 68 % of cases where
95 % were said, so the day factor's is that of a normal variance, and the rates' that of a mean of so many days.
"""

from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import stats

from simulation.fit.counts import Counts, Floats
from simulation.fit.estimate import ENDS, Z_95, Estimate

WEEKDAYS: Final = 7
LEAST_DAYS: Final = 2
"""Of one weekday, to say anything of how its days differ."""


class ArrivalFit(msgspec.Struct, frozen=True):
    """What was learnt of arrivals. ``rates``: weekday (0 is Monday) → people per hour in each slot."""

    first_min: int
    slot_min: int
    rates: dict[int, tuple[float, ...]]
    rates_low: dict[int, tuple[float, ...]]
    rates_high: dict[int, tuple[float, ...]]
    days: dict[int, int]
    day_cv: Estimate
    slot_cv: Estimate


class HeldOut(msgspec.Struct, frozen=True):
    """How days that the fit did not see lie within what it foretells (80 % ranges should hold 80 %)."""

    days: int
    slots: int
    inside_80_pct: float
    """Share of half-hours inside their 80 % range."""
    totals_inside_80_pct: float
    bias_pct: float
    """By how much all held-out days together are above the forecast."""
    poisson_inside_80_pct: float
    """The same share for a plain Poisson forecast: why the factors are needed."""


def fit_arrivals(counts: Counts) -> ArrivalFit:
    """Fit the model; raise ValueError if no weekday has two days."""
    if not any(np.sum(counts.weekdays == day) >= LEAST_DAYS for day in range(WEEKDAYS)):
        raise ValueError("arrivals need at least two days of one weekday")
    found = _moments(counts)
    per_hour = 60 / counts.slot_min
    present = sorted(found.means)
    days = {day: int(np.sum(counts.weekdays == day)) for day in present}
    ends = {day: _ends_of_means(found, day, days) for day in present}
    return ArrivalFit(
        first_min=counts.first_min,
        slot_min=counts.slot_min,
        rates={day: _rounded(found.means[day] * per_hour) for day in present},
        rates_low={day: _rounded(ends[day][0] * per_hour) for day in present},
        rates_high={day: _rounded(ends[day][1] * per_hour) for day in present},
        days=days,
        day_cv=found.day_cv(counts.days),
        slot_cv=found.slot_cv(counts.n.size),
    )


def check_held_out(counts: Counts, *, every: int = 5) -> HeldOut:
    """Fit without each ``every``-th day of every weekday and see where those days lie; raise ValueError without any."""
    held = held_out(counts.weekdays, every)
    if not np.any(held) or np.all(held):
        raise ValueError("too few days to hold some out")
    found = _moments(counts.only(~held))
    means, day_variance, slot_variance = found.means, found.day_variance, found.slot_variance
    seen = counts.only(held)
    known = np.array([day in means for day in seen.weekdays], dtype=np.bool_)
    seen = seen.only(known)
    mu = np.stack([means[day] for day in seen.weekdays])
    both = day_variance + slot_variance * (1 + day_variance)
    totals = mu.sum(axis=1)
    of_total = day_variance + slot_variance * (mu**2).sum(axis=1) / totals**2
    return HeldOut(
        days=seen.days,
        slots=int(seen.n.size),
        inside_80_pct=_inside(seen.n, mu, both),
        totals_inside_80_pct=_inside(seen.n.sum(axis=1), totals, of_total),
        bias_pct=float(100 * (seen.n.sum() / mu.sum() - 1)),
        poisson_inside_80_pct=_inside(seen.n, mu, 0.0),
    )


def dispersion(counts: Counts) -> dict[int, float]:
    """Return variance over mean of the counts of a slot on one weekday, averaged over slots (1 for a Poisson process)."""
    found = {}
    for day in range(WEEKDAYS):
        own = counts.n[counts.weekdays == day]
        if len(own) >= LEAST_DAYS:
            mean, variance = own.mean(axis=0), own.var(axis=0, ddof=1)
            found[day] = float(np.mean(variance[mean > 0] / mean[mean > 0]))
    return found


# ---- moments ----


class _Moments(msgspec.Struct, frozen=True):
    """The model's moments, with what their intervals need."""

    means: dict[int, Floats]
    weights: dict[int, float]
    """How much of a weekday's profile is its own; the rest is that of all days."""
    slot_variance: float
    slot_error: float
    """Standard error of the slot factor's variance, with days as the unit."""
    spread: float
    """Variance of day totals over expected totals, within weekdays."""
    noise: float
    """Its share that Poisson counts and slot factors make."""
    free: int
    """Degrees of freedom of ``spread``."""

    @property
    def day_variance(self) -> float:
        """The variance of the day factor."""
        return max(0.0, self.spread - self.noise)

    def day_cv(self, n: int) -> Estimate:
        """Return the day factor's CV; the interval is that of a normal variance."""
        low, high = (self.spread * self.free / stats.chi2.ppf(end / 100, self.free) - self.noise for end in ENDS[::-1])
        return Estimate(_root(self.day_variance), _root(low), _root(high), n)

    def slot_cv(self, n: int) -> Estimate:
        """Return the slot factor's CV."""
        error = Z_95 * self.slot_error
        return Estimate(
            _root(self.slot_variance), _root(self.slot_variance - error), _root(self.slot_variance + error), n
        )


def _moments(counts: Counts) -> _Moments:
    means, weights = _means(counts)
    mu = np.stack([means[day] for day in counts.weekdays])
    totals = mu.sum(axis=1)
    factors = counts.n.sum(axis=1) / totals
    per_weekday = np.bincount(counts.weekdays, minlength=WEEKDAYS)[counts.weekdays].astype(np.float64)
    several = per_weekday >= LEAST_DAYS
    expected = factors[:, None] * mu
    # What a day leaves of its own deviations: its weekday's level rests on it, the profile too, and its total takes one slot.
    left = 1 - 1 / np.maximum(per_weekday, LEAST_DAYS)
    profile = {day: _left(counts.weekdays, day, weights[day]) for day in means}
    free = np.array([profile[int(day)] for day in counts.weekdays]) * (1 - 1 / max(2, counts.slots))
    excess = ((counts.n - expected) ** 2 / free[:, None] - expected)[several].sum(axis=1)
    scale = (expected**2)[several].sum(axis=1)
    slot_variance = max(0.0, float(excess.sum() / scale.sum()))
    error = np.sqrt(((excess - slot_variance * scale) ** 2).sum()) / scale.sum()
    return _Moments(
        means=means,
        weights=weights,
        slot_variance=slot_variance,
        slot_error=float(error),
        spread=float(np.mean(((factors - 1) ** 2 / left)[several])),
        noise=float(np.mean((1 / totals + slot_variance * (mu**2).sum(axis=1) / totals**2)[several])),
        free=max(1, int(several.sum()) - len({int(day) for day in counts.weekdays[several]})),
    )


def _left(weekdays: npt.NDArray[np.int64], day: int, weight: float) -> float:
    """Return the share of a day's variance that is left around a profile which rests on it in part."""
    own, every = max(LEAST_DAYS, int(np.sum(weekdays == day))), len(weekdays)
    other = (1 - weight) / every
    mine = weight / own + other
    return 1 - 2 * mine + own * mine**2 + (every - own) * other**2


def _ends_of_means(found: _Moments, day: int, days: dict[int, int]) -> tuple[Floats, Floats]:
    """Return the ends of the interval of a weekday's mean counts: its level rests on its days, its profile on more."""
    mu, weight, own, every = found.means[day], found.weights[day], days[day], sum(days.values())
    level = mu**2 * (found.day_variance + 1 / mu.sum()) / own
    profile = (mu + mu**2 * found.slot_variance) * (weight / own + (1 - weight) / every)
    reach = float(stats.t.ppf(ENDS[1] / 100, found.free)) * np.sqrt(level + profile)
    return np.maximum(0.0, mu - reach), mu + reach


def _means(counts: Counts) -> tuple[dict[int, Floats], dict[int, float]]:
    """Return the mean counts of each slot by weekday (its own level, its profile shrunk to that of all days), and by how much."""
    shares = counts.n / np.maximum(1.0, counts.n.sum(axis=1, keepdims=True))
    common = counts.n.sum(axis=0) / max(1.0, float(counts.n.sum()))
    present = [day for day in range(WEEKDAYS) if np.any(counts.weekdays == day)]
    own = {day: shares[counts.weekdays == day] for day in present}
    sampling, between = _spreads(own, common)
    means, weights = {}, {}
    for day, rows in own.items():
        weight = weights[day] = between / max(1e-300, between + sampling / len(rows)) if len(own) > 1 else 1.0
        profile = weight * rows.mean(axis=0) + (1 - weight) * common
        means[day] = profile * float(counts.n[counts.weekdays == day].sum(axis=1).mean())
    return means, weights


def _spreads(own: dict[int, Floats], common: Floats) -> tuple[float, float]:
    """Return how day profiles vary within a weekday, and weekdays' true profiles around the common one."""
    within = [rows.var(axis=0, ddof=1).sum() for rows in own.values() if len(rows) >= LEAST_DAYS]
    sampling = float(np.mean(within)) if within else 0.0
    around = [((rows.mean(axis=0) - common) ** 2).sum() - sampling / len(rows) for rows in own.values()]
    return sampling, max(0.0, float(np.mean(around)))


def held_out(weekdays: npt.NDArray[np.int64], every: int) -> npt.NDArray[np.bool_]:
    """Mark each so-manieth day of every weekday, the last of each group, so that days before teach of days after."""
    marked = np.zeros(len(weekdays), dtype=np.bool_)
    for day in range(WEEKDAYS):
        rows = np.flatnonzero(weekdays == day)
        marked[rows[every - 1 :: every]] = True
    return marked


def _inside(seen: Floats, mean: Floats, variance: Floats | float) -> float:
    """Return the share of counts within the 80 % range of a gamma-mixed Poisson count of this mean and factor variance."""
    spread = np.broadcast_to(np.maximum(variance, 1e-9), mean.shape)
    shape = 1 / spread
    low = stats.nbinom.ppf(0.1, shape, shape / (shape + mean))
    high = stats.nbinom.ppf(0.9, shape, shape / (shape + mean))
    there = mean > 0
    return float(100 * np.mean(((low <= seen) & (seen <= high))[there]))


def _root(variance: float) -> float:
    return float(np.sqrt(max(0.0, variance)))


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)

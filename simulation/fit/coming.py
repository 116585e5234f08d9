"""Who comes: no-shows and punctuality of the booked, and the patience of those who wait.

Patience is seen through a curtain. Some give their number back (the moment is known), some are not there when called (it was
shorter than the wait, or they would not have come anyway), all others left the question open when they were called. With
patience of density f and survival S, a share p that does not come whatever the wait, and a share g of those whose patience
ends that gives the number back, a wait of t has the likelihood

    gave up   (1 - p) g f(t)
    absent    p + (1 - p)(1 - g)(1 - S(t))
    came      (1 - p) S(t)

maximised over p, g and the law: exponential (one parameter, the mean), or lognormal (mean and spread) where that is likelier
by more than its further parameter is worth (Akaike, IEEE Transactions on Automatic Control 19, 1974). Most people are called
long before their patience ends, so the mean of a lognormal rests on the impatient few; its interval says how far.
The likelihood has several hills (all who are absent may have lost patience, or none); the climb begins at the best of many
places. Intervals take the day as unit, and are no shorter than the likelihood's own: few leavings differ little by day.
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec
import numpy as np
from scipy import optimize, special

from simulation.fit.counts import Floats
from simulation.fit.estimate import Z_95, Estimate, by_days
from simulation.fit.observations import DayObserved

LEAST_LEFT: Final = 5
"""Fewer people whose patience ended say nothing of it, however many are absent anyway."""
BEGINS: Final = tuple(
    (mean_min, absent, back)
    for mean_min in (20.0, 60.0, 180.0, 600.0) for absent in (0.1, 0.5, 0.95) for back in (0.1, 0.5, 0.9, 0.99)
)  # fmt: skip
"""Where the likelihood is looked at first: mean patience, the part of the absent who would be so anyway, the share that gives
back."""
NEVER_MIN: Final = 100_000.0
"""A mean patience beyond this many minutes is "nobody leaves"."""
STEP: Final = 1e-4
"""Of the differences that curvature and slopes are taken from; parameters are logarithms and logits, of the order of 1."""


PatienceLaw = Literal["exponential", "lognormal"]


class PatienceFit(msgspec.Struct, frozen=True):
    """Mean patience in minutes, and the share that does not come when called, however short the wait."""

    mean_min: Estimate
    absent_share: Estimate
    gives_back: float
    """Of those whose patience ends: the share that gives the number back."""
    left: int
    waited: int
    law: PatienceLaw = "exponential"
    cv: float | None = None
    """Of the lognormal law."""


class BookedFit(msgspec.Struct, frozen=True):
    """How the booked behave. Offsets in minutes: negative is early."""

    no_show: Estimate
    offset_mean_min: Estimate
    offset_sd_min: Estimate


def fit_booked(days: Sequence[DayObserved], *, seed: int = 1) -> BookedFit | None:
    """Return how booked visitors came; None where too few were booked (fewer than two came)."""
    kept = [day for day in days if day.booked]
    offsets = sum(len(day.offsets) for day in kept)
    if offsets < 2:
        return None
    booked = sum(day.booked for day in kept)
    return BookedFit(
        no_show=by_days(kept, _no_show, n=booked, seed=seed),
        offset_mean_min=by_days(kept, lambda drawn: _offset(drawn)[0], n=offsets, seed=seed),
        offset_sd_min=by_days(kept, lambda drawn: _offset(drawn)[1], n=offsets, seed=seed),
    )


def fit_patience(days: Sequence[DayObserved]) -> PatienceFit | None:
    """Return the patience of walk-ins; None where too few left to say anything."""
    kept = [day for day in days if day.leavings]
    left = sum(1 for day in kept for one in day.leavings if one.end != "came")
    if left < LEAST_LEFT:
        return None
    waited = sum(len(day.leavings) for day in kept)
    law, point = _likeliest(kept)
    impatient = _impatient(point, _by_end(kept))
    if impatient < LEAST_LEFT or not _is_told(point, _by_end(kept)):
        return None
    errors = _errors(kept, point)
    absent, back = _shares(point[1:])
    logit = (float(point[1] - Z_95 * errors[1]), float(point[1] + Z_95 * errors[1]))
    mean, low, high = (min(NEVER_MIN, float(np.exp(point[0] + side * errors[0]))) for side in (0.0, -Z_95, Z_95))
    return PatienceFit(
        mean_min=Estimate(mean, low, high, round(impatient)),
        absent_share=Estimate(absent, _share(logit[0]), _share(logit[1]), waited),
        gives_back=back,
        left=left,
        waited=waited,
        law=law,
        cv=float(np.sqrt(np.expm1(np.exp(2 * point[SPREAD])))) if law == "lognormal" else None,
    )


def _no_show(days: Sequence[DayObserved]) -> float:
    return sum(day.no_shows for day in days) / max(1, sum(day.booked for day in days))


def _offset(days: Sequence[DayObserved]) -> tuple[float, float]:
    minutes = np.array([offset / 60_000 for day in days for offset in day.offsets], dtype=np.float64)
    if len(minutes) < 2:
        return 0.0, 0.0
    return float(minutes.mean()), float(minutes.std(ddof=1))


def _likeliest(days: Sequence[DayObserved]) -> tuple[PatienceLaw, Floats]:
    """Return the law and its point: log mean patience (min), the logit of the share that is absent anyway, that of the share
    that gives back, and of a lognormal the log of its spread.
    """
    waits = _by_end(days)

    def best(start: Floats) -> tuple[float, Floats]:
        found = optimize.minimize(lambda point: _loss(point, waits), start, method="Nelder-Mead", options=_EXACT)
        return float(found.fun), np.asarray(found.x, dtype=np.float64)

    loss, exponential = best(_begin(waits))
    other, lognormal = best(np.array([np.log(90.0), exponential[1], exponential[2], np.log(0.6)]))
    is_likelier = other + WORTH < loss and abs(lognormal[SPREAD]) < SPREAD_LIMIT
    return ("lognormal", lognormal) if is_likelier else ("exponential", exponential)


def _begin(waits: tuple[Floats, Floats, Floats]) -> Floats:
    """Return the likeliest of the places in :data:`BEGINS`."""
    gone = min(0.5, (len(waits[1]) + 0.5) / sum(len(one) + 1 for one in waits))
    points = [np.array([np.log(mean_min), _logit(gone * part), _logit(back)]) for mean_min, part, back in BEGINS]
    return min(points, key=lambda point: _loss(point, waits))


def _impatient(point: Floats, waits: tuple[Floats, Floats, Floats]) -> float:
    """Return how many the fit says left for impatience: who gave up, and their part of the absent."""
    absent, back = _shares(point[1:])
    lost = (1 - absent) * (1 - back) * (1 - _survival(point, waits[1]))
    return float(len(waits[0]) + (lost / np.maximum(absent + lost, 1e-300)).sum())


def _is_told(point: Floats, waits: tuple[Floats, Floats, Floats]) -> bool:
    """Tell whether anybody seems to lose patience: somebody gave up, or the absent waited longer than chance lets them."""
    gave_up, absent, came = (len(one) for one in waits)
    whatever = absent / (absent + came) if absent else 0.0
    nobody = -float(special.xlogy(absent, whatever) + special.xlog1py(came, -whatever))
    return gave_up > 0 or _loss(point, waits) + 2 * WORTH < nobody


SPREAD: Final = 3
"""Place of the lognormal's spread in a point."""
SPREAD_LIMIT: Final = 2.0
"""Logarithm of spreads of 0.14 and 7.4: beyond them the law is told by nothing but noise."""
WORTH: Final = 2.0
"""By how much a further parameter has to lower the loss; twice Akaike's 1, since days are not independent visits."""
_EXACT: Final = {"xatol": 1e-4, "fatol": 1e-6, "maxiter": 4_000}


def _loss(point: Floats, waits: tuple[Floats, Floats, Floats]) -> float:
    """Return the negative logarithm of the likelihood of waits (given back, absent, came)."""
    absent, back = _shares(point[1:])
    gave_up, missed, came = waits
    likely = (
        (1 - absent) * back * _density(point, gave_up),
        absent + (1 - absent) * (1 - back) * (1 - _survival(point, missed)),
        (1 - absent) * _survival(point, came),
    )
    return -float(sum(np.log(np.maximum(part, 1e-300)).sum() for part in likely))


def _survival(point: Floats, times: Floats) -> Floats:
    if len(point) <= SPREAD:
        return np.asarray(np.exp(-times / np.exp(point[0])), dtype=np.float64)
    return np.asarray(special.ndtr(-_standard(point, times)), dtype=np.float64)


def _density(point: Floats, times: Floats) -> Floats:
    if len(point) <= SPREAD:
        return np.asarray(np.exp(-times / np.exp(point[0]) - point[0]), dtype=np.float64)
    spread = np.exp(point[SPREAD]) * np.maximum(times, LEAST_MIN)
    return np.asarray(np.exp(-np.square(_standard(point, times)) / 2) / (ROOT_2_PI * spread), dtype=np.float64)


ROOT_2_PI: Final = float(np.sqrt(2 * np.pi))
LEAST_MIN: Final = 1e-3
"""A wait of no time has no logarithm."""


def _standard(point: Floats, times: Floats) -> Floats:
    sigma = np.exp(point[SPREAD])
    return np.asarray((np.log(np.maximum(times, LEAST_MIN)) - point[0] + sigma**2 / 2) / sigma, dtype=np.float64)


def _errors(days: Sequence[DayObserved], point: Floats) -> Floats:
    """Return the parameters' standard errors with the day as unit: the sandwich of White (Econometrica 48, 1980).

    They are no smaller than the likelihood's own.
    """
    every = _by_end(days)
    steps = STEP * np.eye(len(point))
    curvature = np.array(
        [
            [
                (_loss(point + a + b, every) - _loss(point + a - b, every)
                 - _loss(point - a + b, every) + _loss(point - a - b, every)) / (4 * STEP**2)
                for b in steps
            ]
            for a in steps
        ]
    )  # fmt: skip
    alone = [_by_end([day]) for day in days]
    slopes = np.array([[(_loss(point + a, own) - _loss(point - a, own)) / (2 * STEP) for a in steps] for own in alone])
    inverse = np.linalg.pinv(curvature)
    few = len(days) / max(1, len(days) - 1)
    by_day = np.diag(inverse @ (slopes.T @ slopes) @ inverse) * few
    return np.asarray(np.sqrt(np.maximum(0.0, np.maximum(by_day, np.diag(inverse)))), dtype=np.float64)


def _shares(point: Floats) -> tuple[float, float]:
    return _share(float(point[0])), _share(float(point[1]))


def _share(logit: float) -> float:
    return float(special.expit(logit))


def _logit(share: float) -> float:
    return float(special.logit(share))


def _by_end(days: Sequence[DayObserved]) -> tuple[Floats, Floats, Floats]:
    return _waits(days, "gave_up"), _waits(days, "absent"), _waits(days, "came")


def _waits(days: Sequence[DayObserved], end: str) -> Floats:
    return np.array([one.wait_ms / 60_000 for day in days for one in day.leavings if one.end == end], dtype=np.float64)

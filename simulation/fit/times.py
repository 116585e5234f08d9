"""How long things take: service of each item, shrunk towards its theme, and the walk to the window.

Service times are lognormal (Brown and others, "Statistical analysis of a telephone call center", JASA 100 (2005), found it for
calls; halls' times are as skewed). An item's log mean is drawn to that of its theme by as much as its own visits leave open:
w = τ² ÷ (τ² + s²/n), with s the spread of single visits and τ that of the items of a theme around it (empirical Bayes,
DerSimonian and Laird's moments for τ). Items without visits get the theme's value, and say so with n = 0.

Items are learnt from visits with one case. A visit with q cases takes 1 + m (q - 1) times as long; m is the least-squares line
through the origin over all such visits.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from simulation.fit.counts import Floats
from simulation.fit.estimate import Z_95, Estimate, by_days
from simulation.fit.observations import DayObserved

CV_WEIGHT: Final = 20.0
"""The spread of the theme counts as much as this many visits of the item."""


class ServiceFit(msgspec.Struct, frozen=True):
    """Service time of one case of an item, in ms: mean, and coefficient of variation."""

    item: str
    theme: str
    mean_ms: Estimate
    cv: float
    weight: float
    """How much of the estimate is the item's own: 0 is the theme alone, 1 the item alone."""


class ThemeFit(msgspec.Struct, frozen=True):
    """The typical item of a theme; ``between`` is how far its items differ (standard deviation of log means)."""

    theme: str
    mean_ms: float
    cv: float
    between: float
    n: int


def fit_services(
    days: Sequence[DayObserved], themes: Mapping[str, str]
) -> tuple[dict[str, ServiceFit], dict[str, ThemeFit]]:
    """Return the service times of all items (code → theme), and of the themes; raise ValueError without any visit."""
    logs = _logs(days, themes)
    if not any(len(values) for values in logs.values()):
        raise ValueError("no finished visit with a single item to learn service times from")
    every = np.concatenate([values for values in logs.values() if len(values)])
    items: dict[str, ServiceFit] = {}
    found: dict[str, ThemeFit] = {}
    for theme in sorted(set(themes.values())):
        own = {code: logs[code] for code, of_theme in sorted(themes.items()) if of_theme == theme}
        middle, sigma, tau = _theme(own, every)
        n = sum(len(values) for values in own.values())
        found[theme] = ThemeFit(theme, float(np.exp(middle + (sigma**2 + tau**2) / 2)), _cv(sigma), tau, n)
        for code, values in own.items():
            items[code] = _item(code, theme, values, middle=middle, sigma=sigma, tau=tau)
    return items, found


def fit_walk(days: Sequence[DayObserved], *, seed: int = 1) -> tuple[Estimate, float]:
    """Return the mean walk from the call to the window in ms, and its coefficient of variation; ValueError without any."""
    walks = np.array([walk for day in days for walk in day.walks], dtype=np.float64)
    if not len(walks):
        raise ValueError("nobody was called and came")
    kept = [np.array(day.walks, dtype=np.float64) for day in days if day.walks]
    mean = by_days(kept, lambda drawn: float(np.concatenate(drawn).mean()), n=len(walks), seed=seed)
    return mean, float(walks.std(ddof=1) / walks.mean()) if len(walks) > 1 else 0.0


def fit_more_units(days: Sequence[DayObserved], items: Mapping[str, ServiceFit], *, seed: int = 1) -> Estimate | None:
    """Return which part of the first case's time each further case takes; None where nobody brought several."""
    several = [
        [(quantity - 1, service / items[code].mean_ms.value - 1) for code, quantity, service in day.services
         if quantity > 1 and code in items]
        for day in days
    ]  # fmt: skip
    kept = [day for day in several if day]
    if not kept:
        return None

    def slope(drawn: Sequence[list[tuple[int, float]]]) -> float:
        pairs = [pair for day in drawn for pair in day]
        return max(0.0, sum(more * longer for more, longer in pairs) / sum(more**2 for more, _ in pairs))

    return by_days(kept, slope, n=sum(map(len, kept)), seed=seed)


def _logs(days: Sequence[DayObserved], themes: Mapping[str, str]) -> dict[str, Floats]:
    """Return the logarithms of the time of every item's visits with a single case."""
    found: dict[str, list[float]] = {code: [] for code in themes}
    for day in days:
        for code, quantity, service_ms in day.services:
            if code in found and quantity == 1 and service_ms > 0:
                found[code].append(float(np.log(service_ms)))
    return {code: np.array(values, dtype=np.float64) for code, values in found.items()}


def _theme(own: Mapping[str, Floats], every: Floats) -> tuple[float, float, float]:
    """Return the log mean of a theme's items, the spread of single visits, and that of the items' means."""
    known = [values for values in own.values() if len(values)]
    if not known:
        return float(every.mean()), float(every.std(ddof=1)) if len(every) > 1 else 0.0, 0.0
    free = sum(len(values) - 1 for values in known)
    squares = sum(float(((values - values.mean()) ** 2).sum()) for values in known)
    sigma = float(np.sqrt(squares / free)) if free else float(every.std(ddof=1))
    means = np.array([values.mean() for values in known])
    weights = np.array([len(values) for values in known], dtype=np.float64) / max(1e-12, sigma**2)
    middle = float(np.average(means, weights=weights))
    # DerSimonian and Laird: Q less its expectation, over what one unit of τ² adds to it.
    excess = float((weights * (means - middle) ** 2).sum()) - (len(known) - 1)
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    tau = float(np.sqrt(max(0.0, excess / scale))) if scale > 0 else 0.0
    spread = 1 / (tau**2 + 1 / weights)
    return float(np.average(means, weights=spread)), sigma, tau


def _item(code: str, theme: str, values: Floats, *, middle: float, sigma: float, tau: float) -> ServiceFit:
    n = len(values)
    weight = tau**2 / (tau**2 + sigma**2 / n) if n and tau else 0.0
    log_mean = weight * float(values.mean()) + (1 - weight) * middle if n else middle
    own = float(values.var(ddof=1)) if n > 1 else 0.0
    variance = ((n - 1) * own + CV_WEIGHT * sigma**2) / (n - 1 + CV_WEIGHT) if n > 1 else sigma**2
    # What is left open: the item's place around its theme, as far as its own visits do not tell it.
    open_ = np.sqrt(tau**2 * (1 - weight)) if tau else sigma / np.sqrt(max(1, n))
    log = log_mean + variance / 2
    # The mean of a lognormal has the error of its spread, too: var(s²/2) = s⁴/(2(n-1)).
    error = float(np.sqrt(open_**2 + variance**2 / (2 * (n - 1 + CV_WEIGHT))))
    ends = (float(np.exp(log - Z_95 * error)), float(np.exp(log + Z_95 * error)))
    mean = Estimate(float(np.exp(log)), *ends, n)
    return ServiceFit(code, theme, mean, _cv(float(np.sqrt(variance))), weight)


def _cv(sigma: float) -> float:
    return float(np.sqrt(np.expm1(sigma**2)))

"""Does a fit foretell days that it did not see? Arrivals, service times, and waits simulated with the windows of those days.

Every fifth day of each weekday (every fourth or third where there are no more) is held out, the rest is fitted. Service times of held-out visits are placed in the fitted law
of their item: 80 % should lie in its 80 % range. Waits are simulated often for each held-out day, with the windows that were
open on it; the day's own median and 90 % quantile should lie in the 80 % range of the simulated ones. The day factor is
widened by what the level of its weekday leaves open (the mean of n days: 1 + 1/n times the variance).
"""

from typing import Final

import msgspec
import numpy as np
from scipy import stats

from simulation.fit.arrivals import LEAST_DAYS, HeldOut, check_held_out, held_out
from simulation.fit.errors import FitError
from simulation.fit.logs import Seen
from simulation.fit.observations import DayObserved
from simulation.fit.scenario import form_of, setting_of, staffing_of
from simulation.fit.staffing import staffed_of
from simulation.fit.whole import HallFit, counts_of_days, fit_hall
from simulation.scenario_form import DaysForm, ScenarioForm
from simulation.twin import Twin
from simulation.waits import Waits, bins_of

EVERY: Final = 5
REPLICATIONS: Final = 12
"""Simulated days for each held-out one: ends of an 80 % range to about a quarter of its width."""
DAYS_AT_MOST: Final = 5
"""Held-out days whose waits are simulated: a large hall's cost several seconds each."""
QUANTILES: Final = (50, 90)


class ServiceCheck(msgspec.Struct, frozen=True):
    """Service times of held-out visits against the laws of their items."""

    visits: int
    inside_80_pct: float
    bias_pct: float
    """By how much all their time together is above the forecast."""


class WaitCheck(msgspec.Struct, frozen=True):
    """One quantile of the waits of one held-out day, in minutes, beside the 80 % range of simulated days."""

    date: str
    quantile: int
    seen_min: float
    low_min: float
    middle_min: float
    high_min: float

    @property
    def is_inside(self) -> bool:
        """Return whether the day lies in the range; waits are told to the half minute."""
        return self.low_min - 0.5 <= self.seen_min <= self.high_min + 0.5


class Checks(msgspec.Struct, frozen=True):
    """What held-out days say of a fit."""

    arrivals: HeldOut
    services: ServiceCheck
    waits: tuple[WaitCheck, ...]

    @property
    def waits_inside(self) -> int:
        """How many of the waits' quantiles lie in their range."""
        return sum(one.is_inside for one in self.waits)


class FitFile(msgspec.Struct, frozen=True):
    """A fit as it is kept in a file (JSON), with what held-out days say of it; None: not checked."""

    fit: HallFit
    held_out: Checks | None


def check_fit(seen: Seen, *, seed: int = 1) -> Checks | None:
    """Hold days out, fit the others and compare; None where no weekday has three days."""
    days = tuple(day for day in seen.days if day.arrivals)
    counts = counts_of_days(days)
    most = int(np.bincount(counts.weekdays).max())
    if most < LEAST_DAYS + 1:
        return None
    every = min(EVERY, most)
    held = held_out(counts.weekdays, every)
    known = tuple(day for day, is_held in zip(days, held, strict=True) if not is_held)
    new = tuple(day for day, is_held in zip(days, held, strict=True) if is_held)
    try:
        fit = fit_hall(Seen(seen.hall, seen.plan, known), seed=seed)
    except FitError:
        return None
    return Checks(
        arrivals=check_held_out(counts, every=every),
        services=_services(fit, new),
        waits=tuple(one for day in new[:DAYS_AT_MOST] for one in _waits(fit, seen, day, seed)),
    )


def _services(fit: HallFit, days: tuple[DayObserved, ...]) -> ServiceCheck:
    """Place every held-out visit with one case in the law of its item."""
    rows = [
        (service, fit.services[code].mean_ms.value, fit.services[code].cv)
        for day in days
        for code, quantity, service in day.services
        if quantity == 1 and code in fit.services
    ]
    if not rows:
        return ServiceCheck(0, 0.0, 0.0)
    seen, mean, cv = np.array(rows, dtype=np.float64).T
    variance = np.log1p(cv**2)
    place = stats.norm.cdf((np.log(seen / mean) + variance / 2) / np.sqrt(np.maximum(variance, 1e-12)))
    inside = float(100 * np.mean((place >= 0.1) & (place <= 0.9)))
    return ServiceCheck(len(rows), inside, float(100 * (seen.sum() / mean.sum() - 1)))


def _waits(fit: HallFit, seen: Seen, day: DayObserved, seed: int) -> list[WaitCheck]:
    """Simulate a held-out day with its own windows, and find its waits among those of the simulated days."""
    form = _form_of_day(fit, seen, day, seed)
    if form is None or not day.waits:
        return []
    twin = Twin(setting_of(form, seen.plan))
    drawn: dict[int, list[float]] = {quantile: [] for quantile in QUANTILES}
    for number in range(REPLICATIONS):
        waits = twin.run(number)[1]
        for quantile in QUANTILES:
            drawn[quantile].append(waits.percentile_min(quantile / 100) or 0.0)
    # Counted as simulated waits are: both quantiles have the same grain.
    real = Waits.empty()
    np.add.at(real.counts[0], bins_of(np.array([wait for _, wait in day.waits])), 1)
    found = []
    for quantile in QUANTILES:
        low, middle, high = (float(one) for one in np.percentile(drawn[quantile], (10, 50, 90)))
        found.append(WaitCheck(day.date, quantile, real.percentile_min(quantile / 100) or 0.0, low, middle, high))
    return found


def _form_of_day(fit: HallFit, seen: Seen, day: DayObserved, seed: int) -> ScenarioForm | None:
    """Return the scenario of one date; None where its weekday has other hours than most, or no window was open."""
    staffed = staffed_of([day])
    weekday = int(np.datetime64(day.date).astype("datetime64[D]").astype(int) + 3) % 7
    if not staffed or fit.opens.get(weekday) != (day.opens_min, day.closes_min):
        return None
    makeup = (day.date,) if day.kind == "makeup" else ()
    form = form_of(fit, seen.plan, weekdays=(weekday,))
    widened = form.demand.day_cv * float(np.sqrt(1 + 1 / fit.arrivals.days[weekday]))
    return msgspec.structs.replace(
        form,
        demand=msgspec.structs.replace(form.demand, day_cv=widened),
        days=DaysForm(dates=(day.date,), makeup=makeup),
        staffing=staffing_of(staffed),
        seed=seed,
        strata=REPLICATIONS,
    )

"""Simulated days as the studio's page shows them: every figure with its interval, and each half-hour with bands.

Quantiles of a half-hour's waits are those of all days together; their intervals come from resampling whole days (the
bootstrap of B. Efron, Annals of Statistics 7, 1979, with the day as unit). The queue is the mean number of people who wait,
those who leave before they are called among them.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from hall.ids import MINUTE_MS
from server.studio.worker.draft import drawn
from simulation.differences import differences_of
from simulation.intervals import Interval
from simulation.results import DayResult
from simulation.setting import Setting
from simulation.summary import summary_of
from simulation.table import Days, days_of
from simulation.twin import Twin
from simulation.waits import SLOT_MIN, Waits, Whole, quantiles_min

Json = dict[str, Any]
RESAMPLED: Final = 200
QUANTILES: Final = (0.5, 0.9)
ENDS: Final = (2.5, 97.5)
HOUR_MS: Final = 60 * MINUTE_MS
TellDays = Callable[[int], None]


class Lived(msgspec.Struct):
    """Simulated days of one setting: the table of all, and the waits of each."""

    setting: Setting
    days: Days
    waits: Whole
    """Days × half-hours × minutes."""


def live(settings: Sequence[Setting], count: int, tell: TellDays) -> list[Lived]:
    """Simulate the same days under several plans, in turn, so that progress is even; the same as ``simulate`` gives."""
    twins = [Twin(setting) for setting in settings]
    found: list[list[tuple[DayResult, Waits]]] = [[] for _ in twins]
    for number in range(count):
        for place, twin in enumerate(twins):
            found[place].append(twin.run(number))
            tell(number * len(twins) + place + 1)
    return [
        Lived(setting, days_of(own), np.stack([waits.counts for _, waits in own]))
        for setting, own in zip(settings, found, strict=True)
    ]


def side_of(lived: Lived, *, weekday: int, cost_per_hour: float | None) -> Json:
    """Return one plan's figures."""
    summary = summary_of(lived.setting, lived.days)
    hours = summary.window_hours
    roster = drawn(lived.setting.plan, lived.setting.roster.shifts, weekday)
    return {
        "name": lived.setting.roster.name,
        "figures": {
            "visitors": summary.visitors,
            "kept_pct": summary.kept_pct,
            "mean_wait_min": summary.mean_wait_min,
            "p50_min": _pooled(lived.waits, 0.5),
            "p90_min": _pooled(lived.waits, 0.9),
            "longest_min": summary.longest_min,
            "left": summary.left,
            "turned_away": summary.turned_away,
            "no_shows": summary.no_shows,
            "use_pct": summary.use_pct,
            "window_hours": hours,
            "cost": _times(hours, cost_per_hour) if cost_per_hour is not None else None,
        },
        "last_out": summary.last_out,
        "worst": summary.worst,
        "by_class": summary.by_class,
        "by_theme": summary.by_theme,
        "slots": list(_slots(lived, summary)),
        "start_min": roster.start_min,
        "groups": roster.groups,
    }


def changes_of(lived: Lived, base: Lived, *, cost_per_hour: float | None) -> Json:
    """Return by how much a plan differs from the first, on the same people."""
    found = differences_of(lived.setting.roster.name, base.setting, lived.days, base.days)
    changes: Json = {name: change for name, (_, change) in found.figures.items()}
    for name, share in (("p50_min", 0.5), ("p90_min", 0.9)):
        changes[name] = _pooled_change(lived.waits, base.waits, share)
    hours = found.figures["window_hours"][1]
    if cost_per_hour is not None and hours is not None:
        changes["cost"] = _times(hours, cost_per_hour)
    return changes


def _pooled_change(waits: Whole, base: Whole, share: float) -> Json:
    """Return the difference of a quantile over all days; both plans are drawn on the same days."""
    own, first = (one.sum(axis=1, keepdims=True) for one in (waits, base))
    value = quantiles_min(own.sum(axis=0), share) - quantiles_min(first.sum(axis=0), share)
    drawn_days = zip(_resampled(own), _resampled(first), strict=True)
    again = np.stack([quantiles_min(one, share) - quantiles_min(other, share) for one, other in drawn_days])
    return _interval(value[0], again[:, 0])


def basis_of(settings: Sequence[Setting]) -> list[Json]:
    """Return on what figures rest, each part once."""
    every = {one.about + one.text.zh: one for setting in settings for one in setting.assumptions}
    return [{"about": one.about, "basis": one.basis, "zh": one.text.zh, "en": one.text.en} for one in every.values()]


def _slots(lived: Lived, summary: Any) -> Iterator[Json]:
    bands = {share: _bands(lived.waits, share) for share in QUANTILES}
    queue = _queue(lived)
    for one in summary.slots:
        place = _place(one.time)
        yield {
            "time": one.time,
            "at_min": place * SLOT_MIN,
            "called": one.called,
            "kept_pct": one.kept_pct,
            "p50": bands[0.5][place],
            "p90": bands[0.9][place],
            "queue": round(float(queue[place]), 2),
        }


def _bands(waits: Whole, share: float) -> list[Json]:
    """Return the quantile of each half-hour with the interval that whole days leave open."""
    drawn_days = _resampled(waits)
    value = quantiles_min(waits.sum(axis=0), share)
    again = np.stack([quantiles_min(one, share) for one in drawn_days])
    return [_interval(value[slot], again[:, slot]) for slot in range(waits.shape[1])]


def _pooled(waits: Whole, share: float) -> Json:
    every = waits.sum(axis=1, keepdims=True)
    return _bands(every, share)[0]


def _resampled(waits: Whole) -> Iterator[Whole]:
    """Yield the waits of so many days drawn from these, often; the same days give the same draws."""
    chance = np.random.default_rng(len(waits))
    for _ in range(RESAMPLED):
        times = np.bincount(chance.integers(0, len(waits), len(waits)), minlength=len(waits))
        yield np.tensordot(times, waits, axes=1)


def _interval(value: float, again: NDArray[np.float64]) -> Json:
    known = again[~np.isnan(again)]
    if not len(known):
        return {"value": None, "low": None, "high": None}
    low, high = np.percentile(known, ENDS)
    return {"value": _rounded(value), "low": _rounded(low), "high": _rounded(high)}


def _queue(lived: Lived) -> NDArray[np.float64]:
    """Return the mean number of people who wait in each half-hour."""
    waiting_ms = lived.days.slots("slot_waiting_ms").mean(axis=0)
    return np.asarray(waiting_ms / (SLOT_MIN * MINUTE_MS), dtype=np.float64)


def _place(time: str) -> int:
    hours, _, minutes = time.partition(":")
    return (int(hours) * 60 + int(minutes)) // SLOT_MIN


def _times(one: Interval, factor: float) -> Interval:
    return Interval(one.value * factor, one.low * factor, one.high * factor, one.blocks)


def _rounded(value: float) -> float:
    return round(float(value), 2)

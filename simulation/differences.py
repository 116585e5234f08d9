"""By how much plans differ that met the same people on the same days: each figure with the interval of its difference."""

import msgspec
import numpy as np

from hall.ids import MINUTE_MS
from simulation.intervals import Floats, Interval, difference_of, number_of, share_difference_of, share_of, unit_of
from simulation.setting import Setting
from simulation.table import Days

HOUR_MS = 60 * MINUTE_MS
OF_A_DAY = (("p50_min", "p50_ms"), ("p90_min", "p90_ms"), ("longest_min", "longest_ms"))
"""Waits that half and nine in ten of a day's people did not exceed, and the longest of the day."""


class Difference(msgspec.Struct, frozen=True):
    """One plan: each figure, and how much it differs from the first plan's (None for the first itself)."""

    name: str
    days: int
    figures: dict[str, tuple[Interval, Interval | None]]


def differences_of(name: str, setting: Setting, days: Days, base: Days) -> Difference:
    """Hold a plan's days against those of the first plan, ``base``."""
    block = unit_of(days.count, setting.strata)
    is_first = days is base
    figures: dict[str, tuple[Interval, Interval | None]] = {
        "kept_pct": _share(("kept", "counted"), days, base, block, is_first=is_first),
        "use_pct": _share(("busy_ms", "planned_ms"), days, base, block, is_first=is_first),
    }
    hours = days.fact("planned_ms") / HOUR_MS, base.fact("planned_ms") / HOUR_MS
    for title, own, first in (
        ("visitors", days.fact("came"), base.fact("came")),
        ("mean_wait_min", day_waits(days), day_waits(base)),
        *((name, days.fact(fact) / MINUTE_MS, base.fact(fact) / MINUTE_MS) for name, fact in OF_A_DAY),
        ("left", days.fact("left") + days.fact("abandoned"), base.fact("left") + base.fact("abandoned")),
        ("turned_away", days.fact("turned_away"), base.fact("turned_away")),
        ("window_hours", *hours),
        *_cost(*hours, setting.roster.cost_per_hour),
        ("last_out_min", days.fact("last_out_min"), base.fact("last_out_min")),
    ):
        change = None if is_first else difference_of(own, first, block=block)
        figures[title] = (number_of(own, block=block), change)
    return Difference(name, days.count, figures)


def _cost(own: Floats, first: Floats, per_hour: float) -> list[tuple[str, Floats, Floats]]:
    """Return what the window-hours cost at the first plan's rate, where it states one."""
    return [("cost", own * per_hour, first * per_hour)] if per_hour else []


def _share(
    facts: tuple[str, str], days: Days, base: Days, block: int, *, is_first: bool
) -> tuple[Interval, Interval | None]:
    own, first = ((one.fact(facts[0]), one.fact(facts[1])) for one in (days, base))
    change = None if is_first else _percent(share_difference_of(own, first, block=block))
    return _percent(share_of(*own, block=block)), change


def day_waits(days: Days) -> Floats:
    """Return the mean wait of each day in minutes; a day on which nobody was called waited for nothing."""
    return np.asarray(days.fact("wait_ms") / np.maximum(days.fact("called"), 1) / MINUTE_MS, dtype=np.float64)


def _percent(one: Interval) -> Interval:
    return Interval(one.value * 100, one.low * 100, one.high * 100, one.blocks)

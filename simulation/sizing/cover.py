"""What a scheduled cover brought on simulated weeks: who came, how long they waited, and whether each hour kept the target.

Laws:
- the weeks are fresh: no search and no confirmation of a sizing has seen their days;
- an hour keeps the target as :mod:`simulation.sizing.plan` says it, with the week as unit;
- an hour in which hardly anybody comes says nothing.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import numpy as np

from hall.ids import MINUTE_MS
from simulation.intervals import Floats, Interval, number_of, share_of
from simulation.sizing.groups import frame_of
from simulation.sizing.longer import DayKind, NewTime
from simulation.sizing.plan import Checked
from simulation.sizing.target import Target
from simulation.table import Days
from simulation.waits import SLOT_MIN, SLOTS

FIRST_WEEK: Final = 100_000
"""Sizings number their days from 0 and stay below this, whatever the command's limits allow."""
LEAST_A_DAY: Final = 1.0
"""Visitors who count: an hour or a theme with fewer on the mean is not judged."""


class CoverCheck(msgspec.Struct, frozen=True):
    """A requirement, and what the scheduled cover of one kind of day makes of it."""

    weekdays: tuple[int, ...]
    """1 is Monday."""
    check: Checked

    @property
    def is_sure(self) -> bool:
        """Whether its whole interval meets it; a theme's share is summed over all days and has none."""
        return self.check.holds if self.check.kind == "theme" else self.check.is_sure


class Lived:
    """Simulated days of all kinds, added up to weeks."""

    def __init__(self, kinds: Sequence[DayKind], tables: Sequence[Days], times: Sequence[NewTime]) -> None:
        self._kinds, self._tables = kinds, tables
        self._new = {
            (one.weekday, slot) for one in times for slot in range(one.from_min // SLOT_MIN, one.to_min // SLOT_MIN)
        }

    def fact(self, name: str) -> Floats:
        """Return a fact of every week."""
        parts = [
            table.fact(name).reshape(-1, len(kind.weekdays)).sum(axis=1)
            for kind, table in zip(self._kinds, self._tables, strict=True)
        ]
        return np.asarray(np.sum(parts, axis=0), dtype=np.float64)

    def new(self, name: str) -> Floats:
        """Return a fact of the half-hours of the new times, of every week."""
        parts = []
        for kind, table in zip(self._kinds, self._tables, strict=True):
            wide = table.slots(name).reshape(-1, len(kind.weekdays), SLOTS)
            chosen = [[float((weekday, slot) in self._new) for slot in range(SLOTS)] for weekday in kind.weekdays]
            parts.append((wide * np.array(chosen)).sum(axis=(1, 2)))
        return np.asarray(np.sum(parts, axis=0), dtype=np.float64)

    def mean_wait(self) -> Interval:
        """Return the mean wait of a week, in minutes."""
        waits = self.fact("wait_ms") / np.maximum(self.fact("called"), 1) / MINUTE_MS
        return number_of(np.asarray(waits, dtype=np.float64))

    def last_out_min(self) -> dict[str, int]:
        """Return when the last visitor was out at the latest, by kind of weekday."""
        found: dict[str, int] = {}
        for kind, table in zip(self._kinds, self._tables, strict=True):
            if not table.fact("came").any():
                continue
            first = kind.weekdays[0]
            name = "workdays" if first < 6 else "saturday" if first == 6 else "sunday"
            found[name] = max(found.get(name, 0), int(table.fact("last_out_min").max()))
        return found

    def checks(self, target: Target) -> tuple[CoverCheck, ...]:
        """Return what the cover makes of a target's first limit, in every hour and of every theme."""
        found = [
            CoverCheck(kind.weekdays, check)
            for kind, table in zip(self._kinds, self._tables, strict=True)
            for check in (*_hours(kind, table, target), *_themes(table, target))
        ]
        return tuple(one for one in found if one.check.a_day >= LEAST_A_DAY)


def worst_of(checks: Sequence[CoverCheck]) -> CoverCheck | None:
    """Return the hour with the least share; None where no hour is judged."""
    hours = [one for one in checks if one.check.kind == "hour"]
    return min(hours, key=lambda one: one.check.found.value, default=None)


def _hours(kind: DayKind, table: Days, target: Target) -> Iterator[Checked]:
    """Yield the clock hours of a kind of day; who comes before the opening counts in the first one, as in sizings."""
    limit, days = target.limits[0], len(kind.weekdays)
    hours = tuple(dict.fromkeys(slot * SLOT_MIN // 60 for slot in frame_of(kind.setting).slots))
    places = np.clip(np.searchsorted(hours, np.arange(SLOTS) * SLOT_MIN // 60, side="right") - 1, 0, None)
    kept, counted = (table.slots(name).reshape(-1, days, SLOTS).sum(axis=1) for name in ("slot_kept", "slot_counted"))
    for place, hour in enumerate(hours):
        parts, wholes = (week[:, places == place].sum(axis=1) for week in (kept, counted))
        a_day = float(wholes.sum()) / table.count
        yield Checked(
            "hour", f"{hour:02}:00", limit.within_min, limit.share, share_of(parts, wholes), at_most=False, a_day=a_day
        )


def _themes(table: Days, target: Target) -> Iterator[Checked]:
    """Yield the themes of a hall that has several."""
    nothing = float("nan")
    for code, one in table.by_theme.items() if len(table.by_theme) > 1 else ():
        share = one.kept / one.counted if one.counted else nothing
        found = Interval(share, nothing, nothing, 0)
        within_min, wanted = target.limits[0].within_min, target.least_of_theme
        yield Checked("theme", code, within_min, wanted, found, at_most=False, a_day=one.counted / table.count)

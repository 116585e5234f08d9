"""The figures of many simulated days, one short row each: a thousand days take three megabytes, whatever happened on them."""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from simulation.results import DayResult, Share
from simulation.waits import SLOTS, Waits

Floats = NDArray[np.float64]

FACTS: Final = (
    "came", "expected", "factor", "called", "wait_ms", "kept", "counted", "done", "left", "abandoned", "expired",
    "turned_away", "booked", "no_shows", "busy_ms", "service_ms", "planned_ms", "last_out_min", "longest_ms",
    "p50_ms", "p90_ms", "absent",
)  # fmt: skip
BY_SLOT: Final = (
    "slot_called", "slot_wait_ms", "slot_kept", "slot_counted", "slot_over_ms", "slot_over", "slot_waiting_ms",
)  # fmt: skip
WIDTH: Final = len(FACTS) + len(BY_SLOT) * SLOTS


class Days(msgspec.Struct):
    """Rows of days in the order of their numbers, with what needs no row for each: waits, sums by class and theme."""

    first: int
    rows: Floats
    """Days × :data:`WIDTH`."""
    waits: Waits
    by_class: dict[str, Share]
    by_theme: dict[str, Share]

    @property
    def count(self) -> int:
        """How many days."""
        return len(self.rows)

    def fact(self, name: str) -> Floats:
        """Return a fact of every day."""
        return np.asarray(self.rows[:, FACTS.index(name)], dtype=np.float64)

    def slots(self, name: str) -> Floats:
        """Return a fact of every half-hour of every day (days × half-hours)."""
        start = len(FACTS) + BY_SLOT.index(name) * SLOTS
        return np.asarray(self.rows[:, start : start + SLOTS], dtype=np.float64)


def days_of(results: list[tuple[DayResult, Waits]]) -> Days:
    """Put days that follow each other into a table."""
    waits = Waits.empty()
    by_class: dict[str, Share] = {}
    by_theme: dict[str, Share] = {}
    for result, own in results:
        waits.add(own)
        add_shares(by_class, result.by_class)
        add_shares(by_theme, result.by_theme)
    rows = np.array([_row(result) for result, _ in results], dtype=np.float64).reshape(len(results), WIDTH)
    return Days(results[0][0].number if results else 0, rows, waits, by_class, by_theme)


def joined(parts: list[Days]) -> Days:
    """Put tables together, in the order of their days."""
    ordered = sorted(parts, key=lambda part: part.first)
    waits = Waits.empty()
    by_class: dict[str, Share] = {}
    by_theme: dict[str, Share] = {}
    for part in ordered:
        waits.add(part.waits)
        add_shares(by_class, part.by_class)
        add_shares(by_theme, part.by_theme)
    rows = np.concatenate([part.rows for part in ordered]) if ordered else np.zeros((0, WIDTH))
    return Days(ordered[0].first if ordered else 0, rows, waits, by_class, by_theme)


def add_shares(total: dict[str, Share], more: dict[str, Share]) -> None:
    """Add sums by name."""
    for name, share in more.items():
        total[name] = total[name] + share if name in total else share


def _row(one: DayResult) -> list[float]:
    facts = {
        "came": one.came, "expected": one.expected, "factor": one.factor, "called": one.all.called,
        "wait_ms": one.all.wait_ms, "kept": one.all.kept, "counted": one.all.counted, "done": one.done, "left": one.left,
        "abandoned": one.abandoned, "expired": one.expired, "turned_away": one.turned_away, "booked": one.booked,
        "no_shows": one.no_shows, "busy_ms": one.busy_ms, "service_ms": one.service_ms, "planned_ms": one.planned_ms,
        "last_out_min": one.last_out_min, "longest_ms": one.longest_ms,
        "p50_ms": one.p50_ms, "p90_ms": one.p90_ms, "absent": one.absent,
    }  # fmt: skip
    by_slot = (
        one.slot_called, one.slot_wait_ms, one.slot_kept, one.slot_counted, one.slot_over_ms, one.slot_over,
        one.slot_waiting_ms,
    )  # fmt: skip
    return [*(float(facts[name]) for name in FACTS), *(float(value) for slots in by_slot for value in slots)]

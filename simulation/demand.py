"""When people come: piecewise rates × the weekday × a factor of the day × a factor of each half-hour, never plain Poisson.

Counts of two half-hours of one real day move together (the day's factor) and vary by more than chance (the slot's): with
lognormal and gamma factors the counts are over-dispersed, as in every recorded hall.
"""

from collections.abc import Iterator

import msgspec
import numpy as np

from hall.ids import DAY_MS, MINUTE_MS, Ms
from hall.opening import DayKind, Session
from simulation.setting import Demand, Setting
from simulation.variates import Draws, day_factor, gamma_factors

VISITORS_LIMIT = 3_000_000
"""More than any hall-day; a scenario that asks for more is wrong, and memory ends there."""


class Day(msgspec.Struct, frozen=True):
    """A business date with its moments resolved."""

    number: int
    """Counts replications from 0."""
    date: str
    weekday: int
    """1 is Monday."""
    kind: DayKind
    midnight_ms: Ms
    sessions: tuple[Session, ...]
    half_day_ms: Ms
    end_day_ms: Ms

    def at_ms(self, minute: int) -> Ms:
        """Return the moment of a local minute; days of clock changes are not modelled (no hall of ours has any)."""
        return self.midnight_ms + minute * MINUTE_MS


class Moments(msgspec.Struct):
    """When visitors come, ascending; who of them booked."""

    at_ms: list[Ms]
    is_booked: list[bool]
    factor: float
    expected: float


class TooManyVisitors(Exception):
    """A day asks for more visitors than :data:`VISITORS_LIMIT`."""


def moments_of(setting: Setting, day: Day, draws: Draws) -> Moments:
    """Draw the moments of arrival of a day."""
    demand = setting.demand
    cells = [*_cells(demand, day)]
    means = np.array([mean for _, _, _, mean in cells])
    if means.sum() > VISITORS_LIMIT:
        raise TooManyVisitors(f"{means.sum():.0f} visitors expected, at most {VISITORS_LIMIT}")
    factor = day_factor(draws, cv=demand.day_cv, strata=setting.strata)
    slots = gamma_factors(draws.stream("slot"), demand.slot_cv, DAY_MS * 2 // MINUTE_MS // demand.slot_min)
    varied = means * factor * slots[[number for _, _, number, _ in cells]]
    counts = draws.stream("count").poisson(varied)
    starts = np.repeat([float(start) for start, _, _, _ in cells], counts)
    lengths = np.repeat([float(end - start) for start, end, _, _ in cells], counts)
    moments = np.sort(starts + lengths * draws.uniform("moment", len(starts))).astype(np.int64)
    booked = setting.booked.share if setting.booked is not None else 0.0
    is_booked = draws.uniform("booked", len(moments)) < booked
    return Moments(moments.tolist(), is_booked.tolist(), factor, float(means.sum()))


def expected_visits(demand: Demand, day: Day) -> float:
    """Return the mean number of visitors of a date over all its chance."""
    return sum(mean for _, _, _, mean in _cells(demand, day))


def _cells(demand: Demand, day: Day) -> Iterator[tuple[Ms, Ms, int, float]]:
    """Yield (start, end, slot, mean) of the times with one rate and one slot factor; the door queue is the first."""
    weekday = demand.by_weekday[day.weekday - 1]
    if demand.door > 0 and day.sessions:
        opens = day.sessions[0].open_ms
        yield opens - demand.door_min * MINUTE_MS, opens, 0, demand.door * weekday
    for piece in demand.pieces:
        start = piece.from_min
        while start < piece.to_min:
            number = start // demand.slot_min
            end = min(piece.to_min, (number + 1) * demand.slot_min)
            yield day.at_ms(start), day.at_ms(end), number, piece.per_hour * weekday * (end - start) / 60
            start = end

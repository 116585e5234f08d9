"""A sized plan: windows by half-hour, what they cost, and what fresh days said of them."""

import math

import msgspec

from hall.catalog import Text
from simulation.intervals import Interval
from simulation.setting import Assumption, Roster
from simulation.sizing.groups import Group


class SizedSlot(msgspec.Struct, frozen=True):
    """Windows wanted in a half-hour (or the part of it in which the hall is open), in minutes after local midnight."""

    from_min: int
    to_min: int
    windows: int
    by_group: tuple[int, ...]


class Checked(msgspec.Struct, frozen=True):
    """A requirement, and what fresh days say of it. Shares from 0 to 1."""

    kind: str
    """``hour``, ``theme``, ``booked`` or ``use``."""
    name: str
    """The hour (``10:00``) or the theme; empty for the whole day."""
    within_min: float
    wanted: float
    found: Interval
    at_most: bool
    a_day: float
    """Visitors a day who count (of ``use``: hours)."""

    @property
    def holds(self) -> bool:
        """Whether the figure itself meets it; where nobody came there is nothing to miss."""
        value = self.found.value
        return math.isnan(value) or (value <= self.wanted if self.at_most else value >= self.wanted)

    @property
    def is_sure(self) -> bool:
        """Whether its whole interval does."""
        if math.isnan(self.found.value):
            return True
        return self.found.high <= self.wanted if self.at_most else self.found.low >= self.wanted


class Today(msgspec.Struct, frozen=True):
    """The scenario's own roster, on the days of the search."""

    window_hours: float
    worst_hour: str
    worst: float


class SizedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of a sizing."""

    name: Text
    seed: int
    weekdays: tuple[int, ...]
    """Of the dates for which it is; 1 is Monday."""
    groups: tuple[Group, ...]
    """Windows alike; ``by_group`` of the slots counts them."""
    slots: tuple[SizedSlot, ...]
    roster: Roster
    """The plan as a roster of the scenario."""
    window_hours: float
    """A day."""
    worst_hour: str
    worst: Interval
    """The share called within the first limit in the hour in which it is least."""
    use: Interval
    visitors: Interval
    turned_away: Interval
    left: Interval
    checks: tuple[Checked, ...]
    held: bool
    """All requirements are met on the fresh days."""
    sure: bool
    """So are their 95 % intervals."""
    days: int
    """Fresh days on which it was confirmed."""
    search_days: int
    simulated: int
    """Days simulated in all, those of the search by the recursion included."""
    by_recursion: bool
    elapsed_s: float
    """Of all runs, where a sizing went on from a progress file; what a run that was killed did last is not in it."""
    now_s: float
    """Of these: of the last run."""
    runs: int
    confirm_s: float
    """Simulating the fresh days once, with as many processes, in whichever run that was."""
    cost: float | None
    """Of a day, where the scenario states what an hour of a window costs."""
    today: Today
    assumptions: tuple[Assumption, ...]

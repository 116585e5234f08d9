"""What a plan is sized for: shares called in time in every hour, percentiles, booked guarantees, a ceiling of use.

Every requirement is a share of two counts, so that one search and one kind of interval serve all of them: a P90 of at most
m minutes says that 90 % of the called waited no longer than m.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from simulation.sizing.errors import BadTarget

MARGIN: Final = 0.015
"""Plans are tuned to so much more than the target: what is best on the days of the search is a little worse on others."""
THEME_SLACK: Final = 0.1
"""A theme's share over the day may lie so far below the target of all visitors, or few visitors would pay for the others."""
LONGEST_MIN: Final = 240.0
"""Waits are told apart up to here."""


class Limit(msgspec.Struct, frozen=True):
    """A share of visitors called within so many minutes."""

    share: float
    within_min: float


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """The wanted service; shares from 0 to 1, times in minutes. At least one of ``share``, ``p50_min``, ``p90_min``."""

    share: float | None = 0.9
    """Called within ``within_min`` in every hour in which the hall is open."""
    within_min: float = 15.0
    p50_min: float | None = None
    p90_min: float | None = None
    booked_share: float | None = None
    """Of the booked visitors: called within ``booked_min`` of the slot, or of a later arrival."""
    booked_min: float = 10.0
    use_max: float | None = None
    """Windows are busy for no more than this share of their time."""
    theme_share: float | None = None
    """Called within the first limit, over the day, of each theme; None: as all, less :data:`THEME_SLACK`."""
    margin: float = MARGIN

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What holds in every hour, the most telling first."""
        found = [] if self.share is None else [Limit(self.share, self.within_min)]
        found += [] if self.p50_min is None else [Limit(0.5, self.p50_min)]
        found += [] if self.p90_min is None else [Limit(0.9, self.p90_min)]
        return tuple(found)

    @property
    def least_of_theme(self) -> float:
        """The share wanted of each theme over the day."""
        return self.limits[0].share - THEME_SLACK if self.theme_share is None else self.theme_share


def check_target(target: Target, *, books: bool) -> None:
    """Raise BadTarget for the first thing that nobody can mean; ``books``: some visitors of the scenario have bookings."""
    if not target.limits:
        raise BadTarget(why_zh="没有给出等候要求", why_en="it says nothing of waits")
    if target.booked_share is not None and not books:
        raise BadTarget(
            why_zh="情景里没有人预约，预约保证无从满足",
            why_en="nobody has a booking in this scenario, so there is no guarantee to keep",
        )
    for name, value in _shares(target):
        if not 0 < value < 1:
            raise BadTarget(why_zh=f"{name} 须在 0 与 100 % 之间", why_en=f"{name} must lie between 0 and 100 %")
    for limit in (*target.limits, Limit(0.5, target.booked_min)):
        if not 0 < limit.within_min <= LONGEST_MIN:
            raise BadTarget(
                why_zh=f"时间须在 0 到 {LONGEST_MIN:g} 分钟之间",
                why_en=f"times lie between 0 and {LONGEST_MIN:g} minutes",
            )
    if target.p50_min is not None and target.p90_min is not None and target.p50_min > target.p90_min:
        raise BadTarget(why_zh="P50 大于 P90", why_en="P50 is longer than P90")
    if not 0 <= target.margin < 0.5:
        raise BadTarget(why_zh="余量须在 0 到 50 个百分点之间", why_en="the margin must lie between 0 and 50 points")


def _shares(target: Target) -> Iterator[tuple[str, float]]:
    for name in ("share", "booked_share", "use_max", "theme_share"):
        value = getattr(target, name)
        if value is not None:
            yield name, value

"""What a simulated day says about a target, as one short row of counts: days add up, and every requirement is a share.

A row holds, for each limit of the target, how many visitors count and how many were called in time, by clock hour of arrival
and theme; then the booked visitors, and the windows' busy and planned time. Who left or was sent home after waiting longer
than the limit counts as not called in time, who left earlier does not count, as in :mod:`hall.figures`.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from hall.ids import MINUTE_MS, Ms
from hall.state import FINAL_STATES
from simulation.intervals import Floats
from simulation.people import People
from simulation.roster import duties_of, window_ms
from simulation.setting import Setting
from simulation.sizing.groups import Frame
from simulation.sizing.target import Target
from simulation.twin import Twin
from simulation.waits import SLOT_MIN

Whole = NDArray[np.int64]
TAIL: Final = ("booked", "booked_kept", "busy_ms", "planned_ms", "came", "turned_away", "left")
SHARE_MARGIN_OF_USE: Final = 0.005


class Demanded(msgspec.Struct, frozen=True):
    """A share that must be reached in some hours and themes, or (``at_most``) not passed."""

    kind: str
    """``hour``, ``theme``, ``booked`` or ``use``."""
    name: str
    """The hour or the theme."""
    within_min: float
    wanted: float
    part: tuple[int, ...]
    whole: tuple[int, ...]
    """Columns of a row."""
    at_most: bool = False

    def found(self, sums: Floats) -> float | None:
        """Return the share in sums of rows; None where nobody counts."""
        whole = float(sums[list(self.whole)].sum())
        return float(sums[list(self.part)].sum()) / whole if whole > 0 else None

    def slack(self, sums: Floats, margin: float) -> float:
        """Return by how much the requirement and a margin are more than met; negative: missed."""
        found = self.found(sums)
        if found is None:
            return 1.0
        if self.at_most:
            return self.wanted - min(margin, SHARE_MARGIN_OF_USE) - found
        # Of a margin, no more is taken than half of what is left to all.
        return found - self.wanted - min(margin, (1 - self.wanted) / 2)


class Layout:
    """Which column of a row holds what, for a hall and a target."""

    def __init__(self, setting: Setting, frame: Frame, target: Target) -> None:
        """Work the columns out once."""
        self.target = target
        self.hours = tuple(dict.fromkeys(slot * SLOT_MIN // 60 for slot in frame.slots))
        theme_of = {item.code: item.theme for item in setting.plan.catalog.items}
        self.themes = tuple(theme.code for theme in setting.plan.catalog.themes)
        number = {code: place for place, code in enumerate(self.themes)}
        self.theme_of = {code: number[theme] for code, theme in theme_of.items()}
        self.limits = tuple(round(limit.within_min * MINUTE_MS) for limit in target.limits)
        self.booked_ms: Ms = round(target.booked_min * MINUTE_MS)
        self.cells = len(self.hours) * len(self.themes)
        self.width = 2 * self.cells * len(self.limits) + len(TAIL)
        self.demands = tuple(self._demands(setting))

    def column(self, name: str) -> int:
        """Return the place of a fact of the whole day."""
        return self.width - len(TAIL) + TAIL.index(name)

    def cell(self, hour: int, theme: int, *, limit: int = 0, kept: bool = False) -> int:
        """Return the place of a count."""
        return (2 * limit + kept) * self.cells + hour * len(self.themes) + theme

    def _demands(self, setting: Setting) -> list[Demanded]:
        target, hours, themes = self.target, range(len(self.hours)), range(len(self.themes))
        found = [
            self._share("hour", f"{self.hours[hour]:02}:00", limit, [(hour, theme) for theme in themes], wanted.share)
            for limit, wanted in enumerate(target.limits)
            for hour in hours
        ]
        if len(themes) > 1:
            found += [
                self._share("theme", self.themes[theme], 0, [(hour, theme) for hour in hours], target.least_of_theme)
                for theme in themes
            ]
        if target.booked_share is not None and setting.booked is not None:
            ends = (self.column("booked_kept"),), (self.column("booked"),)
            found.append(Demanded("booked", "", target.booked_min, target.booked_share, *ends))
        if target.use_max is not None:
            ends = (self.column("busy_ms"),), (self.column("planned_ms"),)
            found.append(Demanded("use", "", 0.0, target.use_max, *ends, at_most=True))
        return found

    def _share(self, kind: str, name: str, limit: int, cells: Sequence[tuple[int, int]], wanted: float) -> Demanded:
        return Demanded(
            kind,
            name,
            self.target.limits[limit].within_min,
            wanted,
            tuple(self.cell(hour, theme, limit=limit, kept=True) for hour, theme in cells),
            tuple(self.cell(hour, theme, limit=limit) for hour, theme in cells),
        )

    def row(
        self, minutes: Whole, themes: Whole, waited_ms: Whole, called: NDArray[np.bool_], tail: Sequence[float]
    ) -> Floats:
        """Return the row of a day: of each visitor the minute of arrival, the theme, the wait, and whether they were called."""
        hours = np.clip(np.searchsorted(self.hours, minutes // 60, side="right") - 1, 0, None)
        places = hours * len(self.themes) + themes
        parts = []
        for limit in self.limits:
            within = waited_ms <= limit
            parts.append(np.bincount(places[called | ~within], minlength=self.cells))
            parts.append(np.bincount(places[called & within], minlength=self.cells))
        return np.concatenate([*parts, np.asarray(tail, dtype=np.float64)]).astype(np.float64)


def lived(twin: Twin, layout: Layout, number: int, people: People) -> Floats:
    """Simulate a day with the hall's own rules and return its row."""
    day, world = twin.day(number), twin.world(number, people=people)
    world.run()
    state, slots = world.state, world.appointments.slot_ms
    tickets = list(state.tickets.values())
    # Who has an appointment and comes early waits from the slot on.
    begins = {f"T-{place:07d}": slot for place, slot in slots.items()}
    fair = np.array([max(one.arrived_ms, begins.get(one.id, 0)) for one in tickets], dtype=np.int64)
    arrived = fair if world.appointments.by_rules else np.array([one.arrived_ms for one in tickets], dtype=np.int64)
    first = np.array([one.first_called_ms for one in tickets], dtype=np.int64)
    ends = np.array([one.finished_ms if one.state in FINAL_STATES else state.at_ms for one in tickets], dtype=np.int64)
    called = first > 0
    until = np.where(called, first, ends)
    booked = np.array([one.id in begins for one in tickets], dtype=np.bool_)
    late = until - fair > layout.booked_ms
    tail = (
        int((booked & (called | late)).sum()),
        int((booked & called & ~late).sum()),
        sum(one.service_ms + one.walk_ms for one in tickets),
        window_ms(duties_of(twin.setting.roster, day)),
        len(people) - people.shows.count(False),
        world.turned_away,
        state.totals["CANCELLED"] + state.totals["ABANDONED"],
    )
    themes = np.array([layout.theme_of[one.entries[0].item] for one in tickets], dtype=np.int64)
    return layout.row((arrived - day.midnight_ms) // MINUTE_MS, themes, until - arrived, called, tail)

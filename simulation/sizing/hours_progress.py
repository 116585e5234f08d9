"""How far the weeks of longer hours are: simulated days over all their sizings and schedules.

A sizing knows its days only when it is done; until then its own estimate counts, and before it has begun the mean of those
that are done. The last stage's end is the end of all.
"""

import time
from collections.abc import Sequence

from simulation.experiment import Progress, Tell
from simulation.sizing.trials import Progress as SizingProgress


class Stages:
    """Stages that follow each other: ``days`` of each where they are known beforehand, None for a sizing."""

    def __init__(self, tell: Tell | None, days: Sequence[int | None], *, guess: int) -> None:
        """``guess``: the days of a sizing as long as none is done."""
        self._tell, self._days, self._guess = tell, list(days), guess
        self._at, self._past, self._done = 0, 0, 0
        self._sized: list[int] = []
        self._began = time.monotonic()

    def sizing(self, now: SizingProgress) -> None:
        """A sizing goes on."""
        self._told(now.done, now.total)

    def simulating(self, now: Progress) -> None:
        """The simulation of a schedule goes on."""
        self._told(now.done, now.total)

    def end(self) -> None:
        """The stage is over; days that were kept by an earlier run count as done."""
        known = self._days[self._at]
        if known is None:
            self._sized.append(self._done)
        self._past += self._done if known is None else known
        self._at, self._done = self._at + 1, 0
        self._told(0, 0)

    def again(self, days: Sequence[int]) -> None:
        """More stages follow the one that ended last: what was simulated is simulated again under another schedule."""
        self._days[self._at : self._at] = days

    def _told(self, done: int, total: int) -> None:
        self._done = done
        if self._tell is None:
            return
        is_begun = total > 0
        usual = sum(self._sized) // len(self._sized) if self._sized else self._guess
        ahead = sum(usual if days is None else days for days in self._days[self._at + is_begun :])
        so_far, wanted = self._past + done, self._past + max(done, total) + ahead
        pace_s = (time.monotonic() - self._began) / so_far if so_far else None
        self._tell(Progress(so_far, wanted, None if pace_s is None else pace_s * (wanted - so_far)))

"""How fast the live halls answer: the last answers with their times, so that anybody can compare one stretch with another."""

import time
from collections import deque
from typing import Final

import msgspec

LIVE: Final = "/api/halls/"
BESIDE: Final = "/studio"
"""Requests of the studio are no live hall's."""
ANSWERS: Final = 20_000
"""As many as a busy district gives in some minutes; 0.6 MB."""


class Pace(msgspec.Struct, frozen=True):
    """Answers of a stretch of time: how many, and the times that half and 99 % of them did not exceed."""

    n: int
    p50_ms: float | None
    p99_ms: float | None


class Pulse:
    """The last answers of the live halls."""

    def __init__(self) -> None:
        """Begin with none."""
        self._answers: deque[tuple[float, float]] = deque(maxlen=ANSWERS)

    def note(self, path: str, began: float) -> None:
        """Note an answer to a request that began at this reading of :func:`time.perf_counter`."""
        if path.startswith(LIVE) and BESIDE not in path:
            now = time.perf_counter()
            self._answers.append((now, (now - began) * 1_000))

    def pace(self, first_s: float, last_s: float = 0.0) -> Pace:
        """Return the pace from so many seconds ago to so many seconds ago."""
        now = time.perf_counter()
        times = sorted(took for at, took in self._answers if now - first_s <= at <= now - last_s)
        if not times:
            return Pace(0, None, None)
        return Pace(len(times), _of(times, 0.5), _of(times, 0.99))


def _of(times: list[float], share: float) -> float:
    return round(times[min(len(times) - 1, int(share * len(times)))], 2)

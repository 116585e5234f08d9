"""Clocks: the only place where the live server learns the time. Rules never look at a clock; they are told."""

import time
from collections.abc import Callable, Iterable
from typing import Final, Protocol

import structlog

from hall.ids import Ms

log = structlog.get_logger(__name__)

BEHIND_MS: Final = 10_000
"""A clock that lags behind stored rows by less is one of several that NTP keeps together."""
NS_PER_MS = 1_000_000
MS_PER_SECOND = 1_000
LONGEST_SPEED = 3_600
"""A demo may run an hour a second; faster, timers of one second would jump over whole sessions."""


class Clock(Protocol):
    """Where the server's time comes from."""

    @property
    def speed(self) -> float:
        """How many of its seconds pass in a real one."""
        ...

    def now_ms(self) -> Ms:
        """Return the moment; it never goes back."""
        ...

    def seconds_until(self, at_ms: Ms) -> float:
        """Return the real seconds to wait until a moment, 0 if it has passed."""
        ...


class SystemClock:
    """The computer's clock. When it is set back, time stands still here until it has caught up."""

    speed = 1.0

    def __init__(self, read_ns: Callable[[], int] = time.time_ns) -> None:
        self._read_ns = read_ns
        self._last_ms: Ms = 0

    def now_ms(self) -> Ms:
        """Return the moment."""
        self._last_ms = max(self._last_ms, self._read_ns() // NS_PER_MS)
        return self._last_ms

    def seconds_until(self, at_ms: Ms) -> float:
        """Return the real seconds to wait."""
        return max(0.0, (at_ms - self.now_ms()) / MS_PER_SECOND)


class ScaledClock:
    """A demo's clock: begins at ``start_ms`` and runs ``speed`` times as fast as the real one.

    After a restart it is begun at the last moment of the log, so that the demo's day goes on where it was.
    """

    def __init__(self, start_ms: Ms, speed: float, *, monotonic_ns: Callable[[], int] = time.monotonic_ns) -> None:
        assert 0 < speed <= LONGEST_SPEED, speed
        self._start_ms = start_ms
        self._speed = speed
        self._monotonic_ns = monotonic_ns
        self._began_ns = monotonic_ns()

    @property
    def speed(self) -> float:
        """How many of its seconds pass in a real one."""
        return self._speed

    def now_ms(self) -> Ms:
        """Return the moment."""
        return self._start_ms + int((self._monotonic_ns() - self._began_ns) * self._speed) // NS_PER_MS

    def seconds_until(self, at_ms: Ms) -> float:
        """Return the real seconds to wait."""
        return max(0.0, (at_ms - self.now_ms()) / MS_PER_SECOND / self._speed)

    def change_speed(self, speed: float) -> None:
        """Go on from now at another speed."""
        assert 0 < speed <= LONGEST_SPEED, speed
        self._start_ms = self.now_ms()
        self._began_ns = self._monotonic_ns()
        self._speed = speed


def tell_if_behind(clock: Clock, stored: Iterable[Ms]) -> None:
    """Log how far a clock is behind the moments of stored rows: until it has caught up time stands still in their halls."""
    behind_ms = max(stored, default=0) - clock.now_ms()
    if behind_ms > BEHIND_MS:
        log.warning(
            "clock_behind_log", seconds=behind_ms // MS_PER_SECOND, advice="set the clock by NTP, then start again"
        )

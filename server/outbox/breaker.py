"""When a gateway is left alone: after failures in a row one message at a time asks whether it works again.

The failures of a gateway that is down are not the messages' fault and cost them nothing; and when it is back, it is
not met by everything at once.
"""

import random
import time
from collections.abc import Callable
from typing import Final, Literal

IN_A_ROW: Final = 3
"""Failures in a row after which a channel rests; one or two are a hiccup."""
FIRST_REST_S: Final = 1.0
LONGEST_REST_S: Final = 10.0
"""A gateway that works again is noticed after this, so that the outbox is empty within 30 s (law L6)."""
JITTER: Final = 0.2
"""Rests differ by a fifth, so that several servers do not ask at the same moment."""

Permit = Literal["open", "probe", "rest"]


class Breaker:
    """Watches one channel; in seconds of the computer, also where a demo's day runs faster."""

    def __init__(
        self, *, monotonic_s: Callable[[], float] = time.monotonic, chance: Callable[[], float] = random.random
    ) -> None:
        """Begin with trust."""
        self._monotonic_s, self._chance = monotonic_s, chance
        self._failures = 0
        self._rests = 0
        self._until_s = 0.0
        self._is_probing = False

    @property
    def is_resting(self) -> bool:
        """Say whether the channel is left alone."""
        return self._failures >= IN_A_ROW

    @property
    def lets_nobody_in(self) -> bool:
        """Say whether whoever asks now would be told to rest."""
        return self.is_resting and (self._is_probing or self._monotonic_s() < self._until_s)

    @property
    def rest_s(self) -> float:
        """Return the seconds until it is worth to look again."""
        return max(FIRST_REST_S, self._until_s - self._monotonic_s()) if self.is_resting else 0.0

    def enter(self) -> Permit:
        """Ask to send: ``probe`` for the one message that finds out whether the channel works again."""
        if not self.is_resting:
            return "open"
        if self.lets_nobody_in:
            return "rest"
        self._is_probing = True
        return "probe"

    def worked(self) -> None:
        """The gateway answered, whatever it said."""
        self._failures = self._rests = 0
        self._is_probing = False

    def failed(self) -> None:
        """It did not; the rest grows with each failed probe."""
        self._is_probing = False
        self._failures += 1
        if self.is_resting:
            rest_s = min(LONGEST_REST_S, FIRST_REST_S * 2 ** min(self._rests, 10))
            self._rests += 1
            self._until_s = self._monotonic_s() + spread(rest_s, self._chance())


def spread(seconds: float, chance: float) -> float:
    """Return a length that differs by up to a fifth; ``chance`` is 0 to 1."""
    return seconds * (1 - JITTER + 2 * JITTER * chance)

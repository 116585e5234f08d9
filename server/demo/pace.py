"""The hall's clock as its clients know it: the last moment that the server told, and how fast its time runs."""

import asyncio
import time
from collections.abc import Callable

from hall.ids import Ms

BACK_S = 1.0
"""A told moment may be this much (real seconds) behind the estimate: frames wait in busy queues. More is a restart."""
LONGEST_NAP_S = 5.0
"""Who sleeps looks at the clock at least this often, since the server's clock may have been set back by a restart."""


class Pace:
    """Estimates the server's clock between the moments that it tells."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Know nothing yet; :meth:`hear` begins."""
        self.speed = 1.0
        self.is_known = False
        self._monotonic = monotonic
        self._told_ms: Ms = 0
        self._heard_s = 0.0

    def hear(self, at_ms: Ms, speed: float | None = None) -> None:
        """Take a moment that the server told; delays make it late, so only a later one, or a much earlier one, counts.

        After a change of speed any moment counts: until it was told, the estimate ran at the wrong one.
        """
        now_s = self._monotonic()
        estimate_ms = self.now_ms()
        before, self.speed = self.speed, self.speed if speed is None else max(speed, 0.001)
        is_news = not self.is_known or self.speed != before
        if is_news or at_ms > estimate_ms or at_ms < estimate_ms - BACK_S * self.speed * 1000:
            self._told_ms, self._heard_s, self.is_known = at_ms, now_s, True
        else:
            self._told_ms, self._heard_s = estimate_ms, now_s

    def now_ms(self) -> Ms:
        """Return the hall's moment as well as it is known."""
        if not self.is_known:
            return 0
        return self._told_ms + int((self._monotonic() - self._heard_s) * self.speed * 1000)

    def real_s(self, length_ms: Ms) -> float:
        """Return how many real seconds a length of the hall's time takes."""
        return max(0.0, length_ms / 1000 / self.speed)

    async def until(self, at_ms: Ms) -> None:
        """Sleep until a moment of the hall's clock."""
        rest_ms = at_ms - self.now_ms()
        while rest_ms > 0:
            await asyncio.sleep(min(self.real_s(rest_ms), LONGEST_NAP_S))
            rest_ms = at_ms - self.now_ms()

    async def sleep(self, length_ms: Ms) -> None:
        """Sleep for a length of the hall's time."""
        await self.until(self.now_ms() + length_ms)

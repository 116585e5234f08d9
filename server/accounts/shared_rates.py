"""Rates of several nodes: each counts in its own memory and exchanges its counts through Redis once a second.

Nothing waits for Redis: a limit is compared with what is counted here and what the others were last known to have counted.
So a name that is asked at all nodes at once may exceed its limit by what they take in :data:`EVERY_S`, each. While Redis
is away every node counts alone; what was counted meanwhile is not told later, and the next minute begins with nothing.

Redis has a hash for each minute of the clock, in which each name's hash has its sum, and forgets it after two.
"""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.accounts.rates import BoundedStorage

log = structlog.get_logger(__name__)

WINDOW_S: Final = 60
"""All our limits are by the minute. Here it is the clock's, so that nodes mean the same."""
EVERY_S: Final = 1.0
CALL_S: Final = 1.0
"""How long an exchange may take; on a local network it takes milliseconds."""
SOCKET_S: Final = 5.0
"""The client's own time-out, longer than ours: it must not be the one that decides."""
KEPT_S: Final = 2 * WINDOW_S
NAMES_AT_ONCE: Final = 2_000
"""Names told in one exchange; what is counted for more of them within a second is known to this node alone."""
FAULTS: Final = (RedisError, OSError, TimeoutError)


class Told(NamedTuple):
    """What was counted here since the last exchange, in the minute that ends at ``until_s``."""

    until_s: float
    counts: dict[str, int]


class SharedStorage(BoundedStorage):
    """Counters of the clock's minutes that remember what is new, and learn what all nodes have counted together."""

    def __init__(self, now_s: Callable[[], float] = time.time) -> None:
        """Begin with nothing counted."""
        super().__init__(now_s)
        self._new: dict[str, int] = {}
        self._until_s = 0.0

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and remember to tell it."""
        count = super().incr(key, expiry, amount)
        if self._until_s != (until_s := self._ends_s(WINDOW_S)):
            # The minute before is over, for everybody.
            self._new, self._until_s = {}, until_s
        if key in self._new or len(self._new) < NAMES_AT_ONCE:
            self._new[key] = self._new.get(key, 0) + amount
        return count

    def take(self) -> Told:
        """Return what is new, once."""
        new, self._new = self._new, {}
        return Told(self._until_s, new)

    def learn(self, key: str, until_s: float, total: int) -> None:
        """Take what all nodes had counted of a name when it was told; what came here since then is added."""
        count, ends_s = self._counts.get(key, (0, 0.0))
        if ends_s == until_s:
            since = self._new.get(key, 0) if self._until_s == until_s else 0
            # Redis may have begun anew in between: nothing that was known is given up.
            self._counts[key] = (max(count, total + since), ends_s)

    def _ends_s(self, expiry: int) -> float:
        return (self._now_s() // expiry + 1) * expiry


class RedisSharing:
    """The exchange of one node; for one event loop."""

    def __init__(self, address: str, *, prefix: str = "onewindow", now_s: Callable[[], float] = time.time) -> None:
        """``address`` is ``redis://host:port/0``; nodes with the same prefix count together. Nothing is opened yet."""
        self.storage = SharedStorage(now_s)
        self.is_healthy = True
        self._prefix = prefix
        self._redis: Any = Redis.from_url(
            address, socket_timeout=SOCKET_S, socket_connect_timeout=CALL_S, retry=Retry(NoBackoff(), 0)
        )

    async def run(self) -> None:
        """Exchange once a second until cancelled."""
        mine = asyncio.current_task()
        assert mine is not None, "run is the whole of a task"
        try:
            # The client may take the cancellation for a time-out of its own.
            while not mine.cancelling():
                await asyncio.sleep(EVERY_S)
                await self.exchange()
        finally:
            await self.close()

    async def close(self) -> None:
        """Leave Redis."""
        with contextlib.suppress(*FAULTS):
            await self._redis.aclose()

    async def exchange(self) -> None:
        """Tell what is new and learn the sums; never fails, and takes no longer than :data:`CALL_S`."""
        told = self.storage.take()
        name = f"{self._prefix}:rates:{told.until_s:.0f}"
        calls = self._redis.pipeline(transaction=False)
        for key, count in told.counts.items():
            calls.hincrby(name, hashlib.sha256(key.encode()).hexdigest()[:32], count)
        # Also says whether Redis is there when there is nothing to tell.
        calls.expire(name, KEPT_S)
        try:
            async with asyncio.timeout(CALL_S):
                *totals, _ = await calls.execute()
        except FAULTS as failure:
            if self.is_healthy:
                log.warning("rates_alone", reason=str(failure) or type(failure).__name__)
            self.is_healthy = False
            return
        if not self.is_healthy:
            log.info("rates_shared_again")
        self.is_healthy = True
        for key, total in zip(told.counts, totals, strict=True):
            self.storage.learn(key, told.until_s, total)

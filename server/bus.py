"""The bus: tells who follows the log that there is more of it. It carries hints, never contents.

Laws, held by every backend and checked by one contract suite:

- after ``publish(stream, seq)`` every open subscription that follows the stream gets a hint with at least that seq, or a
  hint that something was lost (``missed``), after which it looks at the ledger itself;
- hints of one stream come with growing seq; several may be folded into the last;
- publishing never waits and never fails: a slow subscriber costs itself only.
"""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

STREAMS_LIMIT = 2_000
"""Most streams with an undelivered hint per subscription (135 halls fill a district); beyond it hints are dropped and
``missed`` is told."""

SUBSCRIPTIONS_LIMIT = 10_000
"""Most subscriptions at once: one per hall and part of the server, with room; more is a leak."""


class Hint(NamedTuple):
    """The stream stands at least at ``seq``."""

    stream: str
    seq: int


class Hints(NamedTuple):
    """What came since the last look; ``missed``: look at every stream that you follow."""

    hints: tuple[Hint, ...]
    missed: bool = False


class BusStatistics(msgspec.Struct, frozen=True):
    """Figures since the bus was made; ``subscriptions`` is now."""

    backend: str
    published: int = 0
    folded: int = 0
    """Hints that a later hint of the same stream replaced before they were read."""
    dropped: int = 0
    subscriptions: int = 0
    healthy: bool = True


class BusClosed(Exception):
    """The subscription or the whole bus was closed."""


class Subscription(Protocol):
    """One follower's view of the bus."""

    async def next(self) -> Hints:
        """Wait for hints and take all of them; raise :class:`BusClosed` after closing."""
        ...

    def close(self) -> None:
        """Stop following; doing it again is nothing."""
        ...


class Bus(Protocol):
    """Where hints go in and out."""

    def publish(self, stream: str, seq: int) -> None:
        """Tell all followers of a stream that it stands at ``seq``."""
        ...

    def subscribe(self, streams: Sequence[str] | None = None) -> Subscription:
        """Follow these streams, or all."""
        ...

    def statistics(self) -> BusStatistics:
        """Return the figures."""
        ...

    async def close(self) -> None:
        """End every subscription."""
        ...


class LocalBus:
    """The bus inside one process; for one event loop."""

    def __init__(self) -> None:
        self._followers: dict[str | None, list[LocalSubscription]] = {}
        self._published = 0
        self._folded = 0
        self._dropped = 0

    def publish(self, stream: str, seq: int) -> None:
        """Hand a hint to every follower, without waiting."""
        self._published += 1
        for key in (stream, None):
            for follower in self._followers.get(key, ()):
                self._hand(follower, stream, seq)

    def subscribe(self, streams: Sequence[str] | None = None) -> "LocalSubscription":
        """Follow these streams, or all."""
        assert self._open() < SUBSCRIPTIONS_LIMIT, "subscriptions leak"
        keys: tuple[str | None, ...] = (None,) if streams is None else tuple(dict.fromkeys(streams))
        subscription = LocalSubscription(self, keys)
        for key in keys:
            self._followers.setdefault(key, []).append(subscription)
        return subscription

    def statistics(self) -> BusStatistics:
        """Return the figures."""
        return BusStatistics("local", self._published, self._folded, self._dropped, self._open())

    def miss(self) -> None:
        """Tell every follower that hints were lost."""
        for follower in self._all():
            follower.miss()

    async def close(self) -> None:
        """End every subscription."""
        for follower in self._all():
            follower.close()

    def leave(self, subscription: "LocalSubscription") -> None:
        """Forget a subscription (called by its ``close``)."""
        for key in subscription.keys:
            rest = [other for other in self._followers.get(key, ()) if other is not subscription]
            if rest:
                self._followers[key] = rest
            else:
                self._followers.pop(key, None)

    def _hand(self, follower: "LocalSubscription", stream: str, seq: int) -> None:
        result = follower.hint(stream, seq)
        self._folded += result == "folded"
        self._dropped += result == "dropped"

    def _all(self) -> list["LocalSubscription"]:
        return list({id(one): one for followers in self._followers.values() for one in followers}.values())

    def _open(self) -> int:
        return len(self._all())


class LocalSubscription:
    """Hints for one follower: the newest seq per stream, so that it is bounded by the number of streams."""

    def __init__(self, bus: LocalBus, keys: tuple[str | None, ...]) -> None:
        self.keys = keys
        self._bus = bus
        self._newest: dict[str, int] = {}
        self._missed = False
        self._closed = False
        self._ready = asyncio.Event()

    def hint(self, stream: str, seq: int) -> str:
        """Keep a hint; say whether it was ``new``, ``folded`` into one of the stream, or ``dropped``."""
        known = self._newest.get(stream)
        if known is None and len(self._newest) >= STREAMS_LIMIT:
            self._missed = True
            return "dropped"
        self._newest[stream] = max(seq, known or 0)
        self._ready.set()
        return "new" if known is None else "folded"

    def miss(self) -> None:
        """Note that hints were lost."""
        self._missed = True
        self._ready.set()

    async def next(self) -> Hints:
        """Wait for hints and take all of them."""
        await self._ready.wait()
        if self._closed:
            raise BusClosed
        hints = Hints(tuple(Hint(stream, seq) for stream, seq in self._newest.items()), self._missed)
        self._newest, self._missed = {}, False
        self._ready.clear()
        return hints

    def close(self) -> None:
        """Stop following; who waits in ``next`` gets BusClosed."""
        self._closed = True
        self._ready.set()
        self._bus.leave(self)

"""The bus between nodes: hints through Redis streams. What Redis loses costs a look at the ledger, never a row.

Each node writes to a stream of its own, whose name holds a number drawn at its start (the epoch), under ids that it counts
itself: a client that repeats an entry, as redis-py does, is refused by Redis, and who reads sees a gap by the count. Each
node reads all others with one reader. Hints of its own it hands over at once, without Redis.

Losing Redis (gone, restarted, emptied) makes the bus unhealthy until both ways work again; then every follower is told
that hints were lost, and looks for itself.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from server.bus import BusStatistics, LocalBus, LocalSubscription

log = structlog.get_logger(__name__)
_T = TypeVar("_T")

CALL_SECONDS: Final = 2.0
"""How long any call may take; on a local network it takes a millisecond."""

BLOCK_MS: Final = 500
"""How long reading waits at the server: well below the deadline of a call, so that an idle bus is no broken one."""

SOCKET_SECONDS: Final = 5.0
"""The client's own time-out, longer than ours: it must not be the one that decides."""

BEAT_SECONDS: Final = 1.0
"""How often a node shows that it is there, with an entry that shows gaps at the end of its stream too."""

ALIVE_SECONDS: Final = 10
"""A node that has not shown itself for so long is not looked for any more."""

KEPT_SECONDS: Final = 60
"""A stream that nobody writes to goes after this."""

ENTRIES_LIMIT: Final = 1_000
"""Entries kept of a stream; whoever is further behind looks at the ledger."""

STREAMS_LIMIT: Final = 2_000
"""Most streams of one entry; with more of them the entry says that hints were lost."""

HEARD_LIMIT: Final = 20_000
"""Streams whose newest seq of other nodes is remembered, so that their hints are not sent back."""

REST_SECONDS: Final = 0.2
"""Rest after a failure, doubled up to :data:`LONGEST_REST_SECONDS`."""

LONGEST_REST_SECONDS: Final = 1.0

MISSED: Final = "*"
"""Field of an entry that says: look at everything."""

BEAT: Final = "-"
"""Field of an entry that says nothing but that its node is there."""

FAULTS: Final = (RedisError, OSError, TimeoutError)


@dataclass
class _Peer:
    """Another node: the number of its last entry that was read (-1: none yet), and when it was last seen."""

    cursor: int
    seen_at: float


class RedisBus:
    """The bus of one node among several. ``start`` before use, ``close`` at the end; for one event loop."""

    def __init__(self, address: str, *, prefix: str = "onewindow") -> None:
        """``address`` is ``redis://host:port/0``; nodes with the same prefix hear each other."""
        self._local = LocalBus()
        self._node = secrets.token_hex(8)
        self._prefix = prefix
        self._redis: Any = Redis.from_url(
            address,
            decode_responses=True,
            socket_timeout=SOCKET_SECONDS,
            socket_connect_timeout=CALL_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._pending: dict[str, int] = {}
        self._heard: dict[str, int] = {}
        self._more = asyncio.Event()
        self._number = 0
        self._peers: dict[str, _Peer] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._broken: dict[str, str] = {}
        # Told to the tasks beside their cancellation, which the client may take for a time-out of its own.
        self._is_closed = False

    def start(self) -> None:
        """Begin to send and to listen."""
        self._tasks = [
            asyncio.create_task(self._keep(self._send), name="bus: send"),
            asyncio.create_task(self._keep(self._listen), name="bus: listen"),
        ]

    def publish(self, stream: str, seq: int) -> None:
        """Hand a hint to the followers of this node at once and to the other nodes soon; never waits."""
        self._local.publish(stream, seq)
        if self._heard.get(stream, 0) >= seq:
            return
        if len(self._pending) >= STREAMS_LIMIT and stream not in self._pending:
            self._pending = {MISSED: 1}
        else:
            self._pending[stream] = max(seq, self._pending.get(stream, 0))
        self._more.set()

    def subscribe(self, streams: Sequence[str] | None = None) -> LocalSubscription:
        """Follow these streams, or all."""
        return self._local.subscribe(streams)

    def statistics(self) -> BusStatistics:
        """Return the figures."""
        return msgspec.structs.replace(self._local.statistics(), backend="redis", healthy=not self._broken)

    async def close(self) -> None:
        """Leave the other nodes and end every subscription; doing it again is nothing."""
        tasks, self._tasks, self._is_closed = self._tasks, [], True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._local.close()
        if tasks and not self._broken:
            with contextlib.suppress(*FAULTS):
                await _within(self._redis.zrem(self._nodes, self._node))
        with contextlib.suppress(*FAULTS):
            await _within(self._redis.aclose())

    # ---- both ways ----

    async def _keep(self, way: Any) -> None:
        """Go a way until it breaks, and go it again after a rest; say once that it broke and once that it works."""
        name, rest = way.__name__.strip("_"), REST_SECONDS
        while not self._is_closed:
            try:
                await way(name)
            except FAULTS as error:
                if name not in self._broken:
                    log.warning("bus_broken", way=name, reason=str(error) or type(error).__name__)
                    rest = REST_SECONDS
                self._broken[name] = str(error)
            await asyncio.sleep(rest)
            rest = min(2 * rest, LONGEST_REST_SECONDS)

    def _works(self, name: str) -> None:
        if self._broken.pop(name, None) is not None:
            log.info("bus_works_again", way=name)
            # Whatever was said meanwhile may be lost, here and at the others.
            self._local.miss()
            self._pending[MISSED] = 1

    # ---- sending ----

    async def _send(self, name: str) -> None:
        while not self._is_closed:
            if not self._pending:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._more.wait(), BEAT_SECONDS)
            self._more.clear()
            pending, self._pending = self._pending or {BEAT: 0}, {}
            try:
                await self._send_one(pending)
            except BaseException:
                # It may have arrived or not: the next entry says it again, under a number that shows a gap.
                for stream, seq in pending.items():
                    self._pending[stream] = max(seq, self._pending.get(stream, 0))
                raise
            self._works(name)

    async def _send_one(self, pending: Mapping[str, int]) -> None:
        self._number += 1
        stream = self._stream_of(self._node)
        call = self._redis.xadd(stream, dict(pending), id=f"{self._number}-0", maxlen=ENTRIES_LIMIT, approximate=True)
        try:
            await _within(call)
        except ResponseError as error:
            # The entry of this number is there already: the client has repeated it.
            if "equal or smaller" not in str(error):
                raise
        seconds, _ = await _within(self._redis.time())
        await _within(self._redis.zadd(self._nodes, {self._node: seconds}))
        await _within(self._redis.expire(stream, KEPT_SECONDS))

    # ---- listening ----

    async def _listen(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        look_at = 0.0
        while not self._is_closed:
            if loop.time() >= look_at:
                await self._find_peers()
                look_at = loop.time() + BEAT_SECONDS
            self._works(name)
            if not self._peers:
                await asyncio.sleep(BLOCK_MS / 1_000)
                continue
            cursors = {self._stream_of(node): f"{max(0, peer.cursor)}-0" for node, peer in self._peers.items()}
            found = await _within(self._redis.xread(cursors, count=ENTRIES_LIMIT, block=BLOCK_MS))
            for stream, entries in _pairs(found):
                self._hear(stream.rpartition(":")[2], entries)

    async def _find_peers(self) -> None:
        seconds, _ = await _within(self._redis.time())
        found = await _within(self._redis.zrange(self._nodes, seconds - ALIVE_SECONDS, "+inf", byscore=True))
        await _within(self._redis.zremrangebyscore(self._nodes, "-inf", seconds - KEPT_SECONDS))
        now = asyncio.get_running_loop().time()
        for node in found:
            if node != self._node:
                self._peers.setdefault(node, _Peer(-1, now)).seen_at = now
        # One that is not listed may only have been flushed away; it shows itself within a second.
        for node in [node for node, peer in self._peers.items() if now - peer.seen_at > ALIVE_SECONDS]:
            del self._peers[node]

    def _hear(self, node: str, entries: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        peer = self._peers[node]
        for entry, fields in entries:
            number = int(entry.partition("-")[0])
            if number != peer.cursor + 1:
                self._local.miss()
            peer.cursor = number
            for stream, seq in fields.items():
                if stream == MISSED:
                    self._local.miss()
                elif stream != BEAT:
                    self._note(stream, int(seq))

    def _note(self, stream: str, seq: int) -> None:
        if len(self._heard) >= HEARD_LIMIT:
            self._heard.clear()
        self._heard[stream] = max(seq, self._heard.get(stream, 0))
        self._local.publish(stream, seq)

    @property
    def _nodes(self) -> str:
        return f"{self._prefix}:nodes"

    def _stream_of(self, node: str) -> str:
        return f"{self._prefix}:hints:{node}"


async def _within(call: Awaitable[_T]) -> _T:
    """Wait for a call, within the deadline of all calls."""
    async with asyncio.timeout(CALL_SECONDS):
        return await call


def _pairs(found: Any) -> list[tuple[str, Any]]:
    """Return what XREAD gives, a list of pairs or a mapping, as pairs of stream and entries."""
    if not isinstance(found, Mapping):
        return list(found or ())
    # In the newer protocol each stream's entries come in a list of lists.
    return [
        (stream, entries[0] if entries and isinstance(entries[0], list) else entries)
        for stream, entries in found.items()
    ]

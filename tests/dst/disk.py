"""The simulated storage: durable after a sync, with an unsynced tail that a power cut loses, slow or failing when told so.

Rules of storing are those of the product's :class:`server.ledger.memory.MemoryLedger`, which passes the ledgers' contract;
what is simulated is the time between a write and its sync, and what a crash, a full disk or a lost connection does to it.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hall.policy import Plan
from server.ledger.memory import MemoryLedger
from server.ledger.port import (
    Batch,
    LedgerError,
    LedgerHealth,
    LedgerStatistics,
    Row,
    StorageFailed,
    StreamHead,
    Traced,
)

SYNC_S = (0.0005, 0.012)
"""A sync of an ordinary disk."""
SLOW_S = (0.3, 9.5)
"""A sync of a disk that is in trouble; beyond the runner's own limit of 8 s at times."""
REACH_S = 0.002
"""The longest way between a node and its storage."""

Note = Callable[..., None]
T = TypeVar("T")


@dataclass
class Writer:
    """One life of a node, as the storage knows it."""

    node: int
    life: int
    is_alive: bool = True


@dataclass
class _Write:
    writer: Writer
    batches: Sequence[Batch]
    done: asyncio.Future[None]


@dataclass
class Landed:
    """One append that became durable (law S17)."""

    writer: Writer
    stream: str
    first: int
    last: int


@dataclass
class Disk:
    """What outlives every node."""

    chance: random.Random
    note: Note
    store: MemoryLedger = field(default_factory=MemoryLedger)
    is_slow: bool = False
    is_failing: bool = False
    landed: list[Landed] = field(default_factory=list)
    heads: list[tuple[float, str, int]] = field(default_factory=list)
    """When a log stood where, for what screens must show by then."""
    stored: list[tuple[float, str, range]] = field(default_factory=list)
    """When which rows of a log became durable."""
    _waiting: list[_Write] = field(default_factory=list)
    _is_syncing: bool = False
    _timer: asyncio.TimerHandle | None = None

    async def append(self, writer: Writer, batches: Sequence[Batch]) -> None:
        """Write, sync together with whatever else waits, and return when it is durable."""
        loop = asyncio.get_running_loop()
        write = _Write(writer, batches, loop.create_future())
        self._waiting.append(write)
        if not self._is_syncing:
            self._is_syncing = True
            self._timer = loop.call_later(self._sync_s(), self._sync)
        await write.done

    def heal(self) -> None:
        """Work well from now on; a sync that took long is over at once."""
        self.is_slow = self.is_failing = False
        if self._is_syncing and self._timer is not None:
            self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_later(REACH_S, self._sync)

    def cut_power(self) -> None:
        """Lose what is not synced; some of it may have reached the disk all the same, in its order."""
        waiting, self._waiting = self._waiting, []
        survivors = self.chance.randint(0, len(waiting))
        self.note("power cut", unsynced=len(waiting), survived=survivors)
        for write in waiting[:survivors]:
            self._store(write)
        for write in waiting:
            if not write.done.done():
                write.done.set_exception(StorageFailed("the connection to the storage broke"))

    def _sync(self) -> None:
        waiting, self._waiting, self._is_syncing = self._waiting, [], False
        is_lost = self.is_failing and self.chance.random() < 0.5
        for write in waiting:
            fault = None if is_lost else self._store(write)
            if self.is_failing:
                fault = StorageFailed("input/output error")
            if write.done.done():
                continue
            if fault is None:
                write.done.set_result(None)
            else:
                write.done.set_exception(fault)

    def _store(self, write: _Write) -> LedgerError | None:
        """Store all of a write or nothing."""
        try:
            self.store.store(write.batches)
        except LedgerError as fault:
            return fault
        now = asyncio.get_running_loop().time()
        for batch in write.batches:
            if batch.rows:
                first, last = batch.rows[0].version, batch.rows[-1].version
                self.landed.append(Landed(write.writer, batch.stream, first, last))
                self.heads.append((now, batch.stream, last))
                self.stored.append((now, batch.stream, range(first, last + 1)))
                self.note("durable", stream=batch.stream, rows=f"{first}-{last}", node=write.writer.node)
        return None

    def _sync_s(self) -> float:
        return self.chance.uniform(*(SLOW_S if self.is_slow else SYNC_S))


class NodeLedger:
    """The storage as one life of a node reaches it: a :class:`server.ledger.port.Ledger`."""

    def __init__(self, disk: Disk, writer: Writer) -> None:
        self._disk = disk
        self._writer = writer

    async def append_many(self, batches: Sequence[Batch]) -> None:
        await self._reach()
        await self._disk.append(self._writer, [batch for batch in batches if batch.rows])
        await self._reach()

    async def read(self, stream: str, after: int = 0) -> AsyncIterator[Row]:
        await self._reach(reading=True)
        # As of one moment, as a page of a real storage is.
        for row in [row async for row in self._disk.store.read(stream, after)]:
            yield row

    async def find(self, stream: str, command_id: str) -> Row | None:
        return await self._asked(lambda store: store.find(stream, command_id))

    async def head(self, stream: str) -> StreamHead | None:
        return await self._asked(lambda store: store.head(stream))

    async def streams(self) -> tuple[StreamHead, ...]:
        return await self._asked(lambda store: store.streams())

    async def traces(self, keys: Sequence[str]) -> Traced:
        return await self._asked(lambda store: store.traces(keys))

    async def save_plan(self, plan: Plan) -> str:
        return await self._asked(lambda store: store.save_plan(plan))

    async def load_plan(self, name: str) -> Plan | None:
        return await self._asked(lambda store: store.load_plan(name))

    async def health(self) -> LedgerHealth:
        return LedgerHealth(ok=not self._disk.is_failing)

    def statistics(self) -> LedgerStatistics:
        return self._disk.store.statistics()

    async def close(self) -> None:
        """Nothing is open."""

    async def _asked(self, ask: Callable[[MemoryLedger], Awaitable[T]]) -> T:
        await self._reach(reading=True)
        return await ask(self._disk.store)

    async def _reach(self, *, reading: bool = False) -> None:
        """Take the way to the storage; a dead node never arrives, nor does an answer arrive at it."""
        await asyncio.sleep(self._disk.chance.uniform(0, REACH_S))
        if not self._writer.is_alive:
            await asyncio.get_running_loop().create_future()
        if reading and self._disk.is_failing and self._disk.chance.random() < 0.3:
            raise StorageFailed("cannot be read")

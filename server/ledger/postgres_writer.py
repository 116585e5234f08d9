"""The one writing connection of a node to PostgreSQL: whatever waits goes into one transaction.

Other nodes write to the same tables. What keeps them apart:

- the primary key (stream, version): of two who continue a stream, one is told;
- all who move guards take one lock first, so guards are compared with what is true and nobody waits in a circle;
- rows go in sorted, and after a conflict every append is tried in a transaction of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg
import msgspec
import structlog

from server.ledger.counting import Figures
from server.ledger.port import (
    GENESIS,
    Batch,
    CommandIdTaken,
    GuardMoved,
    LedgerError,
    LedgerHealth,
    LedgerStatistics,
    OtherHistory,
    StorageFailed,
    Trace,
    VersionConflict,
    faults_of_batch,
    guard_fault,
    moves_of,
)

log = structlog.get_logger(__name__)

Append = tuple[Batch, ...]
Head = tuple[int, str]
"""Version and hash of the last row of a stream."""

WAITING_LIMIT: Final = 10_000
"""Most appends that wait; each runner has one at a time, so this is far more than the halls of a province."""

GROUP_LIMIT: Final = 1_000
"""Most appends in one transaction, so that the first of them does not wait for ever."""

HEADS_LIMIT: Final = 10_000
"""Heads that are known, over two months of a district; beyond it they are looked up again."""

WRITE_SECONDS: Final = 5.0
"""How long a transaction may take; the runner gives a write 8 s."""

CONNECT_SECONDS: Final = 4.0
"""How long from the beginning of an outage writes wait for its end: a restart takes one to three seconds, and a hall whose
write failed is built anew from its whole log."""

AGAIN_SECONDS: Final = 0.5
"""How long later writes of an outage wait: they are answered soon, and tried again by who sent them."""

REST_SECONDS: Final = 0.05
"""Rest between two attempts to connect, doubled up to :data:`LONGEST_REST_SECONDS`."""

LONGEST_REST_SECONDS: Final = 0.2
"""An attempt is refused within a millisecond, and every hall waits for the one that is not."""

GUARDS_LOCK: Final = 0x6F77_0001
"""Name of the lock of all who move guards, released with the transaction."""

FAULTS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What a database that is gone, going or full raises."""

LOST: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    ConnectionError,
)
"""What says that the connection went, and not that the database refused."""

_STORED = """SELECT hash FROM unnest($1::text[], $2::bigint[]) AS w (s, v) JOIN commits ON stream = s AND version = v"""
_HEADS = """SELECT s, head.version, head.hash FROM unnest($1::text[]) AS s, LATERAL (
SELECT version, hash FROM commits WHERE stream = s ORDER BY version DESC LIMIT 1) AS head"""
_INSERT = """INSERT INTO commits (stream, version, at_ms, command_id, actor, body, hash)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bytea[], $7::text[])"""
_VERSIONS = "SELECT key, version FROM guards WHERE key = ANY($1::text[])"
_SET_GUARDS = """INSERT INTO guards (key, version) SELECT * FROM unnest($1::text[], $2::bigint[])
ON CONFLICT (key) DO UPDATE SET version = excluded.version"""
_DROP_TRACES = """DELETE FROM traces USING unnest($1::text[], $2::text[], $3::text[]) AS gone (key, stream, appointment)
WHERE traces.key = gone.key AND traces.stream = gone.stream AND traces.appointment = gone.appointment"""
_ADD_TRACES = """INSERT INTO traces (key, stream, appointment, state, slot_ms, items, is_excused)
SELECT key, stream, appointment, state, slot_ms, items::json, is_excused
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::boolean[])
AS new (key, stream, appointment, state, slot_ms, items, is_excused)"""


@dataclass
class GroupWriter:
    """Appends of one node, grouped; ``connect`` opens a connection."""

    connect: Callable[[], Awaitable[Any]]
    _waiting: list[tuple[Append, asyncio.Future[None]]] = field(default_factory=list)
    _heads: dict[str, Head] = field(default_factory=dict)
    _figures: Figures = field(default_factory=Figures)
    _connection: Any = None
    _task: asyncio.Task[None] | None = None
    _failed_at: float | None = None
    _lost_at: float | None = None
    """When the outage began that has not ended yet."""
    _reason: str = ""
    _is_closed: bool = False

    async def append(self, what: Append) -> None:
        """Write in a transaction shared with whatever else waits; return when it is durable, raise its conflict."""
        if self._is_closed:
            raise StorageFailed("日志已关闭 / this ledger is closed")
        if len(self._waiting) >= WAITING_LIMIT:
            raise StorageFailed(f"已有 {WAITING_LIMIT} 次写入在等待 / {WAITING_LIMIT} writes wait already")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Who asked may be gone by the time it fails; the failure is then nobody's.
        done.add_done_callback(lambda future: future.cancelled() or future.exception())
        self._waiting.append((what, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._serve(), name="ledger writer")
        await done

    async def stop(self) -> None:
        """Finish what waits and give the connection back."""
        self._is_closed = True
        if self._task is not None:
            await self._task
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close(timeout=1)

    def health(self, *, within: float) -> LedgerHealth:
        """Say whether writing failed last, ``within`` the latest seconds."""
        if self._failed_at is None or asyncio.get_running_loop().time() - self._failed_at > within:
            return LedgerHealth(ok=True)
        return LedgerHealth(ok=False, reason=self._reason)

    def statistics(self) -> LedgerStatistics:
        """Return the figures since the start."""
        return LedgerStatistics("postgresql", waiting=len(self._waiting), **vars(self._figures))

    # ---- the loop ----

    async def _serve(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP_LIMIT], self._waiting[GROUP_LIMIT:]
            appends = [append for append, _ in group]
            try:
                faults = await self._commit(appends)
            except FAULTS as error:
                faults = [self._fail(error)] * len(group)
            except BaseException:
                for _, done in group:
                    done.cancel()
                raise
            else:
                self._failed_at = None
                self._figures.count(appends, faults)
            for (_, done), fault in zip(group, faults, strict=True):
                if not done.done():
                    done.set_exception(fault) if fault is not None else done.set_result(None)

    async def _commit(self, appends: Sequence[Append]) -> list[LedgerError | None]:
        connection = await self._connected()
        try:
            return await self._written(connection, appends)
        except LOST:
            self._drop()
        # Their commit has arrived or not. What is stored has its row, by hash; only the others are written now.
        connection = await self._connected()
        async with asyncio.timeout(WRITE_SECONDS):
            stored = await _stored(connection, appends)
        left = [append for append in appends if not _is_in(append, stored)]
        faults = iter(await self._written(connection, left) if left else ())
        return [None if _is_in(append, stored) else next(faults) for append in appends]

    async def _written(self, connection: Any, appends: Sequence[Append]) -> list[LedgerError | None]:
        async with asyncio.timeout(WRITE_SECONDS):
            try:
                return await self._together(connection, appends)
            except asyncpg.UniqueViolationError:
                return [await self._alone(connection, append) for append in appends]

    async def _together(self, connection: Any, appends: Sequence[Append]) -> list[LedgerError | None]:
        """Write all appends that continue their streams, in one transaction; return for each its conflict, or None."""
        async with connection.transaction():
            guards = await _guards_of(connection, appends)
            heads = await self._heads_of(connection, appends)
            faults = [_fault_of(append, heads, guards) for append in appends]
            good = [batch for append, fault in zip(appends, faults, strict=True) if fault is None for batch in append]
            if good:
                await _write(connection, good, guards)
        if len(self._heads) > HEADS_LIMIT:
            self._heads.clear()
        self._heads.update(heads)
        return faults

    async def _alone(self, connection: Any, append: Append) -> LedgerError | None:
        """Write one append, with heads looked up; say which conflict it is."""
        for batch in append:
            self._heads.pop(batch.stream, None)
        try:
            return (await self._together(connection, [append]))[0]
        except asyncpg.UniqueViolationError as error:
            batch = append[0]
            if error.constraint_name == "commits_pkey":
                # Another node was faster by less than the look at the head.
                heads = await self._heads_of(connection, [append])
                return VersionConflict(batch.stream, batch.rows[0].version - 1, heads[batch.stream][0])
            return CommandIdTaken(batch.stream, "")

    async def _heads_of(self, connection: Any, appends: Sequence[Append]) -> dict[str, Head]:
        """Return where the streams stand; what is known is believed only where it fits, since the key fences that."""
        wanted: dict[str, int] = {}
        for append in appends:
            for batch in append:
                wanted.setdefault(batch.stream, batch.rows[0].version - 1)
        known = {stream: head for stream in wanted if (head := self._heads.get(stream)) and head[0] == wanted[stream]}
        unsure = [stream for stream in wanted if stream not in known]
        found = await connection.fetch(_HEADS, unsure) if unsure else ()
        return {
            **dict.fromkeys(unsure, (0, GENESIS)),
            **known,
            **{one["s"]: (one["version"], one["hash"]) for one in found},
        }

    async def _connected(self) -> Any:
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        # Behind a new connection there may be another server, which has not all that the former one had.
        self._heads.clear()
        loop = asyncio.get_running_loop()
        if self._lost_at is None:
            self._lost_at = loop.time()
        until = max(self._lost_at + CONNECT_SECONDS, loop.time() + AGAIN_SECONDS)
        rest = REST_SECONDS
        while True:
            try:
                self._connection = await self.connect()
            except FAULTS:
                if loop.time() + rest > until:
                    raise
            else:
                self._lost_at = None
                return self._connection
            await asyncio.sleep(rest)
            rest = min(2 * rest, LONGEST_REST_SECONDS)

    def _fail(self, error: BaseException) -> StorageFailed:
        self._drop()
        self._figures.failures += 1
        self._failed_at = asyncio.get_running_loop().time()
        self._reason = reason_of(error)
        log.error("ledger_write_failed", reason=self._reason)
        return StorageFailed(self._reason)

    def _drop(self) -> None:
        """Let the connection go, which may hold a half-dead transaction: the next write takes a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
        self._heads.clear()


async def _stored(connection: Any, appends: Sequence[Append]) -> set[str]:
    """Return which of the appends' first rows are there, by their hashes."""
    first = [append[0].rows[0] for append in appends]
    found = await connection.fetch(_STORED, [row.stream for row in first], [row.version for row in first])
    return {one["hash"] for one in found}


def _is_in(append: Append, stored: set[str]) -> bool:
    """Tell whether an append is there: all of it is, or nothing."""
    return append[0].rows[0].hash in stored


def reason_of(error: BaseException) -> str:
    """Return a failure in the database's words."""
    return str(error) or type(error).__name__


async def _guards_of(connection: Any, appends: Sequence[Append]) -> dict[str, int]:
    """Take the lock of guards if any are named, and return their versions."""
    keys = sorted({key for append in appends for batch in append for key in moves_of(batch)})
    if not keys:
        return {}
    await connection.execute("SELECT pg_advisory_xact_lock($1)", GUARDS_LOCK)
    return {**dict.fromkeys(keys, 0), **dict(await connection.fetch(_VERSIONS, keys))}


def _fault_of(append: Append, heads: dict[str, Head], guards: dict[str, int]) -> LedgerError | None:
    """Return the conflict of an append; without one, heads and guards move on."""
    ahead, moved = dict[str, Head](), dict[str, int]()
    for batch in append:
        version, last = ahead.get(batch.stream, heads[batch.stream])
        conflict = faults_of_batch(batch, version)
        if conflict is not None:
            return conflict
        if batch.previous not in ("", last):
            return OtherHistory(batch.stream, version)
        ahead[batch.stream] = batch.rows[-1].version, batch.rows[-1].hash
        fault: GuardMoved | None = guard_fault(moves_of(batch), {**guards, **moved})
        if fault is not None:
            return fault
        moved.update({key: moved.get(key, guards[key]) + 1 for key in moves_of(batch)})
    heads.update(ahead)
    guards.update(moved)
    return None


async def _write(connection: Any, batches: Sequence[Batch], guards: dict[str, int]) -> None:
    rows = sorted([row for batch in batches for row in batch.rows], key=lambda row: (row.stream, row.version))
    await connection.execute(_INSERT, *_columns([msgspec.structs.astuple(row) for row in rows]))
    moved = sorted({key for batch in batches for key in moves_of(batch)})
    if moved:
        await connection.execute(_SET_GUARDS, moved, [guards[key] for key in moved])
    last = {(one.key, one.stream, one.appointment): one for batch in batches for one in batch.traces}
    if last:
        await connection.execute(_DROP_TRACES, *_columns(sorted(last)))
    kept = [_values(one) for _, one in sorted(last.items()) if one.state]
    if kept:
        await connection.execute(_ADD_TRACES, *_columns(kept))


def _values(trace: Trace) -> tuple[object, ...]:
    items = msgspec.json.encode(trace.items).decode()
    return (trace.key, trace.stream, trace.appointment, trace.state, trace.slot_ms, items, trace.is_excused)


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]

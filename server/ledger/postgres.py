"""The ledger in PostgreSQL, for several nodes at once: one grouped connection writes, a few read.

``synchronous_commit=on``: without it power cuts lost 8,757 of 147,193 acknowledged rows. The tables are those of the
SQLite ledger, in a schema of their own, made by ``onewindow migrate``.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

import asyncpg
import msgspec
import structlog

from hall.policy import Plan, plan_hash
from server.ledger.grouped_reads import GroupedReads
from server.ledger.port import (
    Batch,
    LedgerHealth,
    LedgerStatistics,
    Row,
    StorageFailed,
    StreamHead,
    Trace,
    Traced,
)
from server.ledger.postgres_writer import FAULTS, GroupWriter, reason_of
from server.ledger.trace_reads import TraceReads

log = structlog.get_logger(__name__)

SCHEMA: Final = "ledger"
"""Where the tables of the log are; the other stores of the server have schemas beside it."""

PAGE_ROWS: Final = 1_000
"""Rows read in one go: about 1.5 MB."""

READERS: Final = 4
"""Connections that read: replays of a start share them, and requests are never behind more than three of them."""

CONNECT_SECONDS: Final = 2.0
"""How long connecting may take; on a local network it takes milliseconds."""

READ_SECONDS: Final = 5.0
"""How long one question may take."""

TRIES: Final = 3
"""How often a question is asked when connections break: once after a restart finds the old ones dead."""

REST_SECONDS: Final = 0.2
"""Rest before a question is asked again."""

FAILING_SECONDS: Final = 5.0
"""How long a failed write counts against the health of a ledger that answers questions."""

LOCK_MS: Final = 2_000
"""How long a write waits for another node that is in the middle of the same stream."""

FROZEN_MS: Final = 5_000
"""A node that stopped in the middle of a transaction loses it after this, and nobody waits for it any longer."""

_PAGE = """SELECT stream, version, at_ms, command_id, actor, body, hash FROM commits
WHERE stream = $1 AND version > $2 ORDER BY version LIMIT $3"""
_ANSWER = """SELECT stream, version, at_ms, command_id, actor, body, hash FROM commits
WHERE stream = $1 AND command_id = $2"""
_HEADS = """SELECT head.* FROM unnest($1::text[]) AS s, LATERAL (SELECT stream, version, at_ms, hash FROM commits
WHERE stream = s ORDER BY version DESC LIMIT 1) AS head"""
# From each stream to the next by the index: the rows between are not looked at.
_STREAMS = """WITH RECURSIVE names AS (
  (SELECT stream FROM commits ORDER BY stream LIMIT 1)
  UNION ALL SELECT (SELECT c.stream FROM commits c WHERE c.stream > names.stream ORDER BY c.stream LIMIT 1)
  FROM names WHERE names.stream IS NOT NULL)
SELECT head.* FROM names, LATERAL (SELECT stream, version, at_ms, hash FROM commits
WHERE commits.stream = names.stream ORDER BY version DESC LIMIT 1) AS head ORDER BY head.stream COLLATE "C\""""
# One statement, so that version and traces of a key are of one moment.
_TRACED = """SELECT guards.key AS guard, guards.version, traces.* FROM guards LEFT JOIN traces ON traces.key = guards.key
WHERE guards.key = ANY($1::text[])
ORDER BY guards.key COLLATE "C", traces.stream COLLATE "C", traces.appointment COLLATE "C\""""
_KEEP_PLAN = "INSERT INTO plans (name, body) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING"


class PostgresLedger:
    """The log of all nodes; nothing is opened before it is used."""

    def __init__(self, address: str, *, schema: str = SCHEMA) -> None:
        """``address`` is ``postgresql://user:password@host:port/database``."""
        self._address = address
        self._schema = schema
        self._writer = GroupWriter(self._connect)
        self._pool: Any = None
        self._opening = asyncio.Lock()
        self._heads: GroupedReads[StreamHead] = GroupedReads(self._read_heads, name="reads of heads")
        self._traces = TraceReads(self._read_traces)

    async def append_many(self, batches: Sequence[Batch]) -> None:
        """Store all batches or none; return when they are durable."""
        filled = tuple([batch for batch in batches if batch.rows])
        if filled:
            await self._writer.append(filled)

    async def read(self, stream: str, after: int = 0) -> AsyncIterator[Row]:
        """Stream the rows after a version, a page at a time."""
        while True:
            page = await self._fetch(_PAGE, stream, after, PAGE_ROWS)
            for found in page:
                yield Row(*found)
            if len(page) < PAGE_ROWS:
                return
            after = page[-1]["version"]

    async def find(self, stream: str, command_id: str) -> Row | None:
        """Return the row that answered a command."""
        found = await self._fetch(_ANSWER, stream, command_id)
        return Row(*found[0]) if found else None

    async def head(self, stream: str) -> StreamHead | None:
        """Return the last row without its body, read together with whoever else asks at the same time."""
        return await self._heads.of(stream)

    async def streams(self) -> tuple[StreamHead, ...]:
        """List the heads of all streams, by name."""
        return tuple([StreamHead(*found) for found in await self._fetch(_STREAMS)])

    async def traces(self, keys: Sequence[str]) -> Traced:
        """Return versions and traces of keys, read together with whoever else asks at the same time."""
        return await self._traces.of(keys)

    async def save_plan(self, plan: Plan) -> str:
        """Store a plan under the hash of its content."""
        name = plan_hash(plan)
        await self._fetch(_KEEP_PLAN, name, msgspec.json.encode(plan))
        return name

    async def load_plan(self, name: str) -> Plan | None:
        """Return the plan with this hash."""
        found = await self._fetch("SELECT body FROM plans WHERE name = $1", name)
        return msgspec.json.decode(found[0]["body"], type=Plan) if found else None

    async def health(self) -> LedgerHealth:
        """Say whether a question is answered now, and whether writes of the last moments worked."""
        try:
            await self._fetch("SELECT 1", tries=1)
        except StorageFailed as failure:
            return LedgerHealth(ok=False, reason=failure.reason)
        return self._writer.health(within=FAILING_SECONDS)

    def statistics(self) -> LedgerStatistics:
        """Return the figures since it was opened."""
        return self._writer.statistics()

    async def close(self) -> None:
        """Finish what waits and give all connections back; doing it again is nothing."""
        await self._writer.stop()
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.terminate()

    # ---- connections ----

    async def _connect(self) -> Any:
        return await asyncpg.connect(self._address, timeout=CONNECT_SECONDS, server_settings=self._session())

    async def _opened(self) -> Any:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._address,
                    min_size=0,
                    max_size=READERS,
                    timeout=CONNECT_SECONDS,
                    command_timeout=READ_SECONDS,
                    server_settings=self._session(),
                    reset=_keep,
                )
            return self._pool

    def _session(self) -> dict[str, str]:
        return {
            "application_name": "onewindow",
            "search_path": self._schema,
            "synchronous_commit": "on",
            "lock_timeout": str(LOCK_MS),
            "idle_in_transaction_session_timeout": str(FROZEN_MS),
        }

    async def _fetch(self, statement: str, *values: object, tries: int = TRIES) -> list[Any]:
        for number in range(1, tries + 1):
            try:
                pool = await self._opened()
                async with asyncio.timeout(READ_SECONDS):
                    found: list[Any] = await pool.fetch(statement, *values)
                    return found
            except FAULTS as error:
                if number == tries:
                    raise StorageFailed(reason_of(error)) from error
            await asyncio.sleep(REST_SECONDS)
        raise AssertionError("the last try returns or raises")

    async def _read_heads(self, streams: Sequence[str]) -> Mapping[str, StreamHead]:
        return {found["stream"]: StreamHead(*found) for found in await self._fetch(_HEADS, list(streams))}

    async def _read_traces(self, keys: Sequence[str]) -> Traced:
        versions = dict.fromkeys(keys, 0)
        traces: list[Trace] = []
        for found in await self._fetch(_TRACED, list(keys)):
            versions[found["guard"]] = found["version"]
            if found["appointment"] is not None:
                traces.append(_trace(found))
        return versions, tuple(traces)


async def _keep(_connection: Any) -> None:
    """Leave a connection as it is: questions change nothing of it, and resetting it would cost as much as they do."""


def _trace(found: Mapping[str, Any]) -> Trace:
    names = ("key", "stream", "appointment", "state", "slot_ms", "is_excused")
    items = tuple(msgspec.json.decode(found["items"], type=list[str]))
    return Trace(items=items, **{name: found[name] for name in names})

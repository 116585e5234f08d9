"""The ledger in memory: for the demo that keeps nothing, for the simulation's own logs and for tests. Product code."""

import asyncio
from collections import ChainMap
from collections.abc import AsyncIterator, Sequence

import msgspec

from hall.policy import Plan, plan_hash
from server.ledger.port import (
    Batch,
    CommandIdTaken,
    GuardMoved,
    LedgerHealth,
    LedgerStatistics,
    Row,
    StreamHead,
    Trace,
    Traced,
    VersionConflict,
    faults_of_batch,
    guard_fault,
    moves_of,
)


class MemoryLedger:
    """Streams as lists; lost when the process ends."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {}
        self._ids: dict[tuple[str, str], Row] = {}
        self._plans: dict[str, Plan] = {}
        self._guards: dict[str, int] = {}
        self._traces: dict[str, dict[tuple[str, str], Trace]] = {}
        self._statistics = LedgerStatistics("memory")

    async def append_many(self, batches: Sequence[Batch]) -> None:
        """Store all batches or none."""
        # Gives way once, as every real storage does: callers must not count on an append without a pause.
        await asyncio.sleep(0)
        self.store(batches)

    def store(self, batches: Sequence[Batch]) -> None:
        """Store all batches or none, at once; raise as :meth:`append_many` does."""
        batches = [batch for batch in batches if batch.rows]
        fault = self._fault_of(batches) or self._moved(batches)
        if fault is not None:
            self._count(conflicts=1)
            raise fault
        for batch in batches:
            self._rows.setdefault(batch.stream, []).extend(batch.rows)
            self._ids.update({(row.stream, row.command_id): row for row in batch.rows})
            for key in moves_of(batch):
                self._guards[key] = self._guards.get(key, 0) + 1
            for trace in batch.traces:
                self._keep(trace)
        self._count(appends=1, transactions=1, rows=sum(len(batch.rows) for batch in batches), largest_group=1)

    async def read(self, stream: str, after: int = 0) -> AsyncIterator[Row]:
        """Stream the rows after a version."""
        version = after
        while version < len(self._rows.get(stream, ())):
            yield self._rows[stream][version]
            version += 1

    async def find(self, stream: str, command_id: str) -> Row | None:
        """Return the row that answered a command."""
        return self._ids.get((stream, command_id))

    async def head(self, stream: str) -> StreamHead | None:
        """Return the last row without its body."""
        rows = self._rows.get(stream)
        return StreamHead(stream, rows[-1].version, rows[-1].at_ms, rows[-1].hash) if rows else None

    async def streams(self) -> tuple[StreamHead, ...]:
        """List the heads of all streams, by name."""
        lasts = [self._rows[stream][-1] for stream in sorted(self._rows)]
        return tuple(StreamHead(row.stream, row.version, row.at_ms, row.hash) for row in lasts)

    async def traces(self, keys: Sequence[str]) -> Traced:
        """Return versions and traces of keys."""
        wanted = sorted(set(keys))
        found = [one for key in wanted for _, one in sorted(self._traces.get(key, {}).items())]
        return {key: self._guards.get(key, 0) for key in wanted}, tuple(found)

    async def save_plan(self, plan: Plan) -> str:
        """Keep a plan under its hash."""
        name = plan_hash(plan)
        self._plans[name] = plan
        return name

    async def load_plan(self, name: str) -> Plan | None:
        """Return the plan with this hash."""
        return self._plans.get(name)

    async def health(self) -> LedgerHealth:
        """Memory works as long as we run."""
        return LedgerHealth(ok=True)

    def statistics(self) -> LedgerStatistics:
        """Return the figures since it was made."""
        return self._statistics

    async def close(self) -> None:
        """Keep everything: whoever still holds the object may read on."""

    def _fault_of(self, batches: Sequence[Batch]) -> VersionConflict | CommandIdTaken | None:
        heads: dict[str, int] = {}
        seen: set[tuple[str, str]] = set()
        for batch in batches:
            head = heads.get(batch.stream, len(self._rows.get(batch.stream, ())))
            conflict = faults_of_batch(batch, head)
            if conflict is not None:
                return conflict
            heads[batch.stream] = head + len(batch.rows)
            for row in batch.rows:
                key = (row.stream, row.command_id)
                if key in self._ids or key in seen:
                    return CommandIdTaken(*key)
                seen.add(key)
        return None

    def _moved(self, batches: Sequence[Batch]) -> GuardMoved | None:
        versions: ChainMap[str, int] = ChainMap({}, self._guards)
        for batch in batches:
            moves = moves_of(batch)
            fault = guard_fault(moves, versions)
            if fault is not None:
                return fault
            versions.update({key: versions.get(key, 0) + 1 for key in moves})
        return None

    def _keep(self, trace: Trace) -> None:
        of_key = self._traces.setdefault(trace.key, {})
        if trace.state:
            of_key[trace.stream, trace.appointment] = trace
        else:
            of_key.pop((trace.stream, trace.appointment), None)

    def _count(self, *, largest_group: int = 0, **more: int) -> None:
        before = self._statistics
        raised = {name: getattr(before, name) + number for name, number in more.items()}
        largest = max(before.largest_group, largest_group)
        self._statistics = msgspec.structs.replace(before, largest_group=largest, **raised)

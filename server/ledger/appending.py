"""Many appends in one statement: checked against what is known of their streams, all rows go in by one INSERT.

One statement per group instead of four per append, which took most of the writer's time with many halls. Heads and command
ids are known because this process is the only writer. The file fences all the same: SQLite tells in each transaction whether
another connection has written, and everything known is forgotten then.
"""

from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Connection

from server.ledger.filing import NAMES, Filing
from server.ledger.guarding import Guards
from server.ledger.port import Batch, CommandIdTaken, LedgerError, Row, faults_of_batch
from server.ledger.tables import commits
from server.ledger.tail import Tail

Append = tuple[Batch, ...]

_ROW = f"({', '.join('?' * len(Row.__struct_fields__))})"
_INTO = f"INTO {commits.name} ({NAMES}) VALUES"
_INSERTS = {count: f"INSERT OR ROLLBACK {_INTO} {', '.join([_ROW] * count)}" for count in (64, 32, 16, 8, 4, 2, 1)}
"""Many rows in one step: at each step this thread gives the interpreter away and, in a rush, waits to have it back. With OR
ROLLBACK, since SQLite keeps copies of changed pages for a statement that could be taken back by itself."""

BEGIN = "BEGIN IMMEDIATE"
"""Takes the right to write at once; said on the driver's cursor, since the layers above it cost as much as the rows."""


@dataclass(slots=True)
class _Stand:
    """Where a stream stands with what this group adds to it."""

    head: int
    stored: set[str]
    """Ids of commands that are answered in it."""
    added: set[str] = field(default_factory=set)

    def take(self, batch: Batch) -> LedgerError | None:
        """Go on by a batch; or return its conflict, and stay."""
        stream, version, stored, added = batch.stream, self.head, self.stored, self.added
        for row in batch.rows:
            version += 1
            command_id = row.command_id
            if row.version != version or row.stream != stream or command_id in stored or command_id in added:
                return self._conflict(batch, batch.rows[: version - self.head - 1])
            added.add(command_id)
        self.head = version
        return None

    def _conflict(self, batch: Batch, taken: Sequence[Row]) -> LedgerError:
        """Give back the rows that were taken, and return why all of them do not go in."""
        self.added.difference_update([row.command_id for row in taken])
        refused = batch.rows[len(taken)].command_id
        return faults_of_batch(batch, self.head) or CommandIdTaken(batch.stream, refused)

    def give_back(self, batch: Batch) -> None:
        """Stand again as before a batch that was taken last."""
        self.head -= len(batch.rows)
        self.added.difference_update([row.command_id for row in batch.rows])


class Appender:
    """Writes appends into an open transaction; the tail learns from its caller what became durable."""

    def __init__(self, tail: Tail, filing: Filing) -> None:
        """Know of the streams what ``tail`` does, and else what the file tells."""
        self._tail = tail
        self._filing = filing
        self._seen = -1
        """What SQLite last said of other connections' writes; it tells of changes alone, and to each connection another number."""
        self._stands: dict[str, _Stand] = {}

    def begin(self, connection: Connection) -> None:
        """Write through a new connection: nothing that was known before it counts, since somebody may have written meanwhile."""
        self._tail.forget()
        with closing(connection.connection.cursor()) as cursor:
            self._seen = _seen_by(cursor)

    def write(self, connection: Connection, appends: Sequence[Append]) -> list[LedgerError | None]:
        """Write all appends that continue their streams; return for each its conflict, or None."""
        cursor = connection.connection.cursor()
        try:
            seen = _seen_by(cursor)
            if seen != self._seen:
                # In spite of the lock file.
                self._tail.forget()
                self._seen = seen
            return self._written(connection, cursor, appends)
        finally:
            cursor.close()

    def _written(self, connection: Connection, cursor: Any, appends: Sequence[Append]) -> list[LedgerError | None]:
        batches = [batch for append in appends for batch in append]
        self._stands = self._standing(cursor, {batch.stream for batch in batches})
        guards = Guards(connection, batches)
        faults = [self._fault_of(append, guards) for append in appends]
        good = [batch for append, fault in zip(appends, faults, strict=True) if fault is None for batch in append]
        if good:
            _insert_all(cursor, [msgspec.structs.astuple(row) for batch in good for row in batch.rows])
            guards.write(connection, good)
        return faults

    def _fault_of(self, append: Append, guards: Guards) -> LedgerError | None:
        for number, batch in enumerate(append):
            fault = self._stands[batch.stream].take(batch)
            if fault is not None:
                self._give_back(append[:number])
                return fault
        moved = guards.move(append)
        if moved is not None:
            self._give_back(append)
        return moved

    def _give_back(self, taken: Sequence[Batch]) -> None:
        for batch in reversed(taken):
            self._stands[batch.stream].give_back(batch)

    def _standing(self, cursor: Any, streams: Collection[str]) -> dict[str, _Stand]:
        known = self._tail.standing(streams)
        return {stream: _Stand(*(known.get(stream) or self._asked(cursor, stream))) for stream in streams}

    def _asked(self, cursor: Any, stream: str) -> tuple[int, set[str]]:
        head = cursor.execute(self._filing.head, (stream,)).fetchone()
        ids = {one for (one,) in cursor.execute(self._filing.ids, (stream,))}
        self._tail.learn(stream, ids)
        return head[1] if head is not None else 0, ids


def _seen_by(cursor: Any) -> int:
    """Return the number that changes when another connection writes to the file."""
    seen: int = cursor.execute("PRAGMA data_version").fetchone()[0]
    return seen


def _insert_all(cursor: Any, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows in as few steps as there are ones in their number's binary form, or whole sixty-fours in it."""
    start = 0
    for count, statement in _INSERTS.items():
        while len(rows) - start >= count:
            cursor.execute(statement, tuple(chain.from_iterable(rows[start : start + count])))
            start += count

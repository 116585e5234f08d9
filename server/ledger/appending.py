"""Many appends in one statement: versions are checked against known heads, all rows go in by one INSERT.

One statement per group instead of four per append, which took most of the writer's time with many halls. The heads are
known because this process is the only writer; the primary key fences all the same, and when it objects the transaction
begins anew and every append is tried by itself, so that a conflict is its own only. Only then are there savepoints:
inside one SQLite keeps a copy of every page that it changes, a quarter of what a group costs.
"""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import IntegrityError

from server.ledger.guarding import Guards
from server.ledger.port import Batch, CommandIdTaken, LedgerError, Row, faults_of_batch
from server.ledger.tables import commits

Append = tuple[Batch, ...]

CONFLICTS = (IntegrityError, sqlite3.IntegrityError)
"""A key that is there already, from either layer."""

HEADS_LIMIT = 10_000
"""Heads that are known, over two months of a district; beyond it they are looked up again."""

_HEAD = select(commits.c.version).where(commits.c.stream == bindparam("of")).order_by(commits.c.version.desc()).limit(1)
_ROW = f"({', '.join('?' * len(Row.__struct_fields__))})"
_INTO = f"INTO {commits.name} ({', '.join(Row.__struct_fields__)}) VALUES"
_INSERT = f"INSERT {_INTO} {_ROW}"
_INSERTS = {count: f"INSERT OR ROLLBACK {_INTO} {', '.join([_ROW] * count)}" for count in (64, 32, 16, 8, 4, 2, 1)}
"""Many rows in one step: at each step this thread gives the interpreter away and, in a rush, waits to have it back. With OR
ROLLBACK, since SQLite keeps copies of changed pages for a statement that could be taken back by itself."""

BEGIN = "BEGIN IMMEDIATE"
"""Takes the right to write at once; said on the driver's cursor, since the layers above it cost as much as the rows."""


class Appender:
    """Writes appends into an open transaction; ``committed`` or ``forget`` must follow."""

    def __init__(self) -> None:
        self._heads: dict[str, int] = {}
        self._pending: dict[str, int] = {}

    def write(self, connection: Connection, appends: Sequence[Append]) -> list[LedgerError | None]:
        """Write all appends that continue their streams; return for each its conflict, or None.

        What the transaction did before may be taken back: appends come first in it.
        """
        self._pending = {}
        guards = Guards(connection, [batch for append in appends for batch in append])
        faults = [self._fault_of(connection, append, guards) for append in appends]
        good = [batch for append, fault in zip(appends, faults, strict=True) if fault is None for batch in append]
        if not good:
            return faults
        cursor = connection.connection.cursor()
        try:
            _insert_all(cursor, _rows_of(good))
            guards.write(connection, good)
            return faults
        except CONFLICTS:
            # Any other failure ends the whole transaction, as this one does already where a row is its cause.
            if connection.connection.in_transaction:
                cursor.execute("ROLLBACK")
            cursor.execute(BEGIN)
            return self._one_by_one(connection, cursor, appends)
        finally:
            cursor.close()

    def committed(self) -> None:
        """The transaction is durable: its heads are known from now on."""
        if len(self._heads) > HEADS_LIMIT:
            self._heads.clear()
        self._heads.update(self._pending)

    def forget(self) -> None:
        """The transaction failed: look heads up again."""
        self._heads.clear()

    def _one_by_one(self, connection: Connection, cursor: Any, appends: Sequence[Append]) -> list[LedgerError | None]:
        self._heads, self._pending = {}, {}
        return [self._alone(connection, cursor, append) for append in appends]

    def _alone(self, connection: Connection, cursor: Any, append: Append) -> LedgerError | None:
        before = dict(self._pending)
        guards = Guards(connection, append)
        fault = self._fault_of(connection, append, guards)
        if fault is not None:
            return fault
        cursor.execute("SAVEPOINT append")
        try:
            cursor.executemany(_INSERT, _rows_of(append))
            guards.write(connection, append)
        except CONFLICTS:
            cursor.execute("ROLLBACK TO append")
            self._pending = before
            fault = CommandIdTaken(append[0].stream, "")
        cursor.execute("RELEASE append")
        return fault

    def _fault_of(self, connection: Connection, append: Append, guards: Guards) -> LedgerError | None:
        heads: dict[str, int] = {}
        for batch in append:
            stream = batch.stream
            head = heads[stream] if stream in heads else self._head(connection, stream)
            conflict = faults_of_batch(batch, head)
            if conflict is not None:
                return conflict
            heads[stream] = head + len(batch.rows)
        moved = guards.move(append)
        if moved is None:
            self._pending.update(heads)
        return moved

    def _head(self, connection: Connection, stream: str) -> int:
        known = self._pending.get(stream, self._heads.get(stream))
        if known is None:
            found: int | None = connection.execute(_HEAD, {"of": stream}).scalar()
            known = self._heads[stream] = found or 0
        return known


def _rows_of(batches: Sequence[Batch]) -> list[tuple[object, ...]]:
    return [msgspec.structs.astuple(row) for batch in batches for row in batch.rows]


def _insert_all(cursor: Any, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows in as few steps as there are ones in their number's binary form, or whole sixty-fours in it."""
    start = 0
    for count, statement in _INSERTS.items():
        while len(rows) - start >= count:
            cursor.execute(statement, tuple(chain.from_iterable(rows[start : start + count])))
            start += count

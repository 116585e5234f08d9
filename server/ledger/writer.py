"""The one writing thread of a SQLite ledger: whatever waits goes into one transaction.

SQLite before 3.51.3 can rarely damage its write-ahead log when several connections write and checkpoint; so one
connection writes, and the same one checkpoints.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from server.ledger.appending import BEGIN, Append, Appender
from server.ledger.counting import Figures
from server.ledger.filing import Filing
from server.ledger.port import LedgerError, LedgerHealth, LedgerStatistics, StorageFailed
from server.ledger.tail import Tail

log = structlog.get_logger(__name__)

Work = Callable[[Connection], object]
"""Something else than an append in a transaction (a plan to keep)."""

WAITING_LIMIT = 10_000
"""Most jobs that wait; each runner has one at a time, so this is far more than the halls of a province."""

GROUP_LIMIT = 1_000
"""Most jobs in one transaction, so that the first of them does not wait for ever."""

CHECKPOINT_ROWS = 4_000
"""Rows between checkpoints: at about 1.1 KB a row in full groups the write-ahead log stays near 4 MB, SQLite's own default."""

JOIN_SECONDS = 30
"""How long closing waits for the last transaction; longer than any healthy disk."""


class _Job(msgspec.Struct, gc=False):
    what: Append | Work
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]
    fault: LedgerError | None = None


@dataclass
class Writer:
    """A thread with one connection; jobs come through a bounded queue and are answered on their event loops."""

    engine: Engine
    filing: Filing
    tail: Tail = field(default_factory=Tail)
    _jobs: queue.SimpleQueue[_Job | None] = field(default_factory=queue.SimpleQueue)
    _figures: Figures = field(default_factory=Figures)
    _health: LedgerHealth = field(default_factory=lambda: LedgerHealth(ok=True))
    _connection: Connection | None = None
    _checkpoints: int = 0
    _unchecked_rows: int = 0

    def __post_init__(self) -> None:
        """Append by what the tail knows."""
        self._appender = Appender(self.tail, self.filing)

    def start(self) -> None:
        """Open the connection, before anybody learns from the file what it must be told of; and start the thread."""
        self._connected()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def do(self, what: Append | Work) -> asyncio.Future[None]:
        """Write in a transaction shared with whatever else waits; done when it is durable, or with its conflict."""
        loop = asyncio.get_running_loop()
        if self._jobs.qsize() >= WAITING_LIMIT:
            raise StorageFailed(f"已有 {WAITING_LIMIT} 次写入在等待 / {WAITING_LIMIT} writes wait already")
        job = _Job(what, loop, loop.create_future())
        self._jobs.put(job)
        return job.done

    def stop(self) -> None:
        """Finish what waits, checkpoint and end the thread (blocks; call it in a thread)."""
        self._jobs.put(None)
        self._thread.join(JOIN_SECONDS)

    @property
    def health(self) -> LedgerHealth:
        """Whether the last transaction worked."""
        return self._health

    def statistics(self) -> LedgerStatistics:
        """Return the figures since the start."""
        figures = vars(self._figures)
        return LedgerStatistics("sqlite", waiting=self._jobs.qsize(), checkpoints=self._checkpoints, **figures)

    def _run(self) -> None:
        ended = False
        while not ended:
            group, ended = self._gather()
            if group:
                self._commit(group)
                self._answer(group)
            if self._unchecked_rows >= CHECKPOINT_ROWS or (ended and self._unchecked_rows):
                self._checkpoint(mode="TRUNCATE" if ended else "PASSIVE")
        self._drop_connection()

    def _gather(self) -> tuple[list[_Job], bool]:
        group: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            group.append(job)
            if len(group) == GROUP_LIMIT:
                return group, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit(self, group: list[_Job]) -> None:
        appends = [(job, job.what) for job in group if isinstance(job.what, tuple)]
        try:
            self._write(group, appends)
        except (DBAPIError, sqlite3.Error, OSError) as error:
            self._fail(group, _reason_of(error))
            return
        self._health = LedgerHealth(ok=True)
        batches = self._figures.count([append for _, append in appends], [job.fault for job, _ in appends])
        # Before anybody is answered: whoever has an answer finds its row.
        self.tail.add(batches)
        self._unchecked_rows += sum([len(batch.rows) for batch in batches])

    def _write(self, group: list[_Job], appends: Sequence[tuple[_Job, Append]]) -> None:
        # A failure in between drops the connection, and with it the transaction.
        connection = self._connected()
        cursor = connection.connection.cursor()
        cursor.execute(BEGIN)
        faults = self._appender.write(connection, [append for _, append in appends])
        for (job, _), fault in zip(appends, faults, strict=True):
            job.fault = fault
        for job in group:
            if not isinstance(job.what, tuple):
                job.what(connection)
        cursor.execute("COMMIT")
        cursor.close()

    def _fail(self, group: list[_Job], reason: str) -> None:
        # The connection may hold a half-dead transaction; a new one starts clean once the disk works again.
        self._drop_connection()
        self.tail.forget()
        self._figures.failures += 1
        self._health = LedgerHealth(ok=False, reason=reason)
        log.error("ledger_write_failed", reason=reason, appends=len(group))
        for job in group:
            job.fault = StorageFailed(reason)

    def _answer(self, group: list[_Job]) -> None:
        loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        for job in group:
            loops.setdefault(job.loop, []).append(job)
        for loop, jobs in loops.items():
            try:
                loop.call_soon_threadsafe(_resolve, jobs)
            except RuntimeError:
                # The loop that asked is closed: nobody waits for this answer any more; the rows stand.
                log.warning("ledger_answer_undelivered", appends=len(jobs))

    def _checkpoint(self, *, mode: str) -> None:
        # Tried again after as many more rows, whether it worked or not: rows are safe in the write-ahead log.
        self._unchecked_rows = 0
        try:
            # On the driver's cursor: SQLAlchemy would begin a transaction, and inside one no checkpoint runs.
            cursor = self._connected().connection.cursor()
            self._place(cursor)
            busy, pages, moved = cursor.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
            cursor.close()
        except (DBAPIError, sqlite3.Error, OSError) as error:
            log.warning("ledger_checkpoint_failed", reason=_reason_of(error))
            self._drop_connection()
            return
        self._checkpoints += 1
        if busy or moved < pages:
            log.info("ledger_checkpoint_partial", pages=pages, moved=moved)

    def _place(self, cursor: Any) -> None:
        """Note where the rows since the last time are; a failure drops the connection, and they are looked through meanwhile."""
        if self.filing.place:
            cursor.execute(BEGIN)
            for statement in self.filing.place:
                cursor.execute(statement)
            cursor.execute("COMMIT")

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self.engine.connect()
            self._appender.begin(self._connection)
        return self._connection

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


def _resolve(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.done.done():
            continue
        if job.fault is None:
            job.done.set_result(None)
        else:
            job.done.set_exception(job.fault)


def _reason_of(error: Exception) -> str:
    return str(error.orig) if isinstance(error, DBAPIError) else str(error)

"""The ledger in one SQLite file: the embedded default, for one process, needing nothing.

Write-ahead log, ``synchronous=FULL``: with NORMAL a power cut lost 3,466 of 148,474 acknowledged rows, with FULL none of
114,614. One connection writes (:mod:`server.ledger.writer`), one reads; a lock file keeps a second process out.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import disk_usage
from typing import Any, TypeVar

import msgspec
import structlog
from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

from hall.policy import Plan, plan_hash
from server.ledger.appending import BEGIN, Append
from server.ledger.copying import reading_address
from server.ledger.filing import NEW, PAGE_ROWS, Filing, filing_of
from server.ledger.guarding import traced
from server.ledger.lock import FileLock, lock_path
from server.ledger.port import (
    Batch,
    BrokenChain,
    LedgerHealth,
    LedgerStatistics,
    LedgerTooNew,
    Row,
    StorageFailed,
    StreamHead,
    Traced,
)
from server.ledger.tables import FILE_FORMAT, FORMAT, LedgerTables, plans
from server.ledger.tail import Tail
from server.ledger.trace_reads import TraceReads
from server.ledger.writer import Work, Writer

log = structlog.get_logger(__name__)

FILE_NAME = "ledger.db"
"""The ledger's file in a data folder."""

BUSY_MS = 5_000
"""How long SQLite waits for a lock; only a backup or a reader of another process can hold one."""

ROOM_BYTES = 1 << 20
"""Less free than this is a full disk: a start makes files of some 100 KB beside the ledger."""

T = TypeVar("T")
Page = Sequence[Sequence[Any]]

_COLUMNS = tuple[str, int, int, str, str, bytes, str]


class SqliteLedger:
    """A ledger file; made by :meth:`open` or, without the right to write, by :meth:`open_for_reading`."""

    def __init__(
        self, path: Path, *, reading: Engine, filing: Filing, writer: Writer | None, lock: FileLock | None
    ) -> None:
        self._path = path
        self._reading = reading
        self._filing = filing
        self._writer = writer
        self._tail = writer.tail if writer is not None else Tail()
        """Of this process alone, as the right to write is; who merely reads beside a writer asks the file for everything."""
        self._lock = lock
        # One thread: one reading connection, and replays do not fill the pool of others.
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="ledger-reader")
        self._traces = TraceReads(lambda keys: self._query(lambda connection: traced(connection, keys)))

    @classmethod
    def open(cls, path: Path) -> "SqliteLedger":
        """Open for writing; raise LedgerInUse, LedgerTooNew or StorageFailed."""
        lock = FileLock(lock_path(path))
        try:
            writing = _engine(path, read_only=False)
            filing = _prepare(writing, path)
            writer = Writer(writing, filing)
            writer.start()
        except BaseException:
            lock.release()
            raise
        log.info("ledger_opened", backend="sqlite", sqlite=sqlite3.sqlite_version, file=path.name)
        return cls(path, reading=_engine(path, read_only=True), filing=filing, writer=writer, lock=lock)

    @classmethod
    def open_for_reading(cls, path: Path) -> "SqliteLedger":
        """Open beside a running server, for audits and reports; appending raises StorageFailed."""
        if not path.is_file():
            raise StorageFailed(f"没有日志 / there is no ledger at {path}")
        reading = _engine(path, read_only=True)
        try:
            with reading.connect() as connection:
                filing = filing_of(connection)
        except DBAPIError as error:
            reading.dispose()
            raise StorageFailed(str(error.orig)) from error
        return cls(path, reading=reading, filing=filing, writer=None, lock=None)

    async def append_many(self, batches: Sequence[Batch]) -> None:
        """Store all batches or none; return when they are on disk."""
        await self._write(tuple([batch for batch in batches if batch.rows]))

    async def read(self, stream: str, after: int = 0) -> AsyncIterator[Row]:
        """Stream the rows after a version, a page at a time."""
        while True:
            latest = self._tail.after(stream, after)
            if latest is not None:
                for row in latest:
                    yield row
                return
            page = await self._page(stream, after)
            for row in _rows(page):
                yield row
            if len(page) < PAGE_ROWS:
                return
            after = page[-1][1]

    async def find(self, stream: str, command_id: str) -> Row | None:
        """Return the row that answered a command: rare, so it looks through the stream, unless it cannot be there."""
        if not self._tail.may_hold(stream, command_id):
            return None
        found = await self._query(
            lambda connection: connection.exec_driver_sql(self._filing.answer, (stream, command_id)).mappings().first()
        )
        return _row(found) if found is not None else None

    async def head(self, stream: str) -> StreamHead | None:
        """Return the last row without its body."""
        known = self._tail.head(stream)
        if known is not None:
            return known
        found = await self._query(lambda connection: connection.exec_driver_sql(self._filing.head, (stream,)).first())
        return StreamHead(*found) if found is not None else None

    async def streams(self) -> tuple[StreamHead, ...]:
        """List the heads of all streams, by name."""
        known = self._tail.heads()
        if known is not None:
            return known
        failures = self._tail.failures
        found = await self._query(lambda connection: connection.exec_driver_sql(self._filing.streams).all())
        heads = tuple([StreamHead(*one) for one in found])
        if self._writer is None:
            return heads
        self._tail.complete(heads, failures=failures)
        return self._tail.heads() or heads

    async def traces(self, keys: Sequence[str]) -> Traced:
        """Return versions and traces of keys, read together with whoever else asks at the same time."""
        return await self._traces.of(keys)

    async def save_plan(self, plan: Plan) -> str:
        """Store a plan under the hash of its content."""
        name, body = plan_hash(plan), msgspec.json.encode(plan)
        statement = insert(plans).prefix_with("OR IGNORE").values(name=name, body=body)
        await self._write(lambda connection: connection.execute(statement))
        return name

    async def load_plan(self, name: str) -> Plan | None:
        """Return the plan with this hash."""
        statement = select(plans.c.body).where(plans.c.name == name)
        body = await self._query(lambda connection: connection.execute(statement).scalar())
        return msgspec.json.decode(body, type=Plan) if body is not None else None

    async def health(self) -> LedgerHealth:
        """Say whether the last write worked and a read works now."""
        try:
            await self._query(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
        except StorageFailed as failure:
            return LedgerHealth(ok=False, reason=failure.reason)
        return self._writer.health if self._writer is not None else LedgerHealth(ok=True)

    def statistics(self) -> LedgerStatistics:
        """Return the figures since opening."""
        return self._writer.statistics() if self._writer is not None else LedgerStatistics("sqlite")

    async def close(self) -> None:
        """Finish what waits, checkpoint, and let file and lock go; doing it again is nothing."""
        writer, self._writer = self._writer, None
        await asyncio.to_thread(self._reader.shutdown)
        self._reading.dispose()
        if writer is not None:
            await asyncio.to_thread(writer.stop)
            writer.engine.dispose()
        if self._lock is not None:
            self._lock.release()

    def _write(self, what: Append | Work) -> asyncio.Future[None]:
        if self._writer is None:
            raise StorageFailed("日志已关闭或只读打开 / this ledger is closed or open for reading only")
        return self._writer.do(what)

    async def _page(self, stream: str, after: int) -> Page:
        return await self._query(lambda connection: _page(connection, self._filing.pages, (stream, after)))

    async def _query(self, ask: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._reading.connect() as connection:
                return ask(connection)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._reader, run)
        except (DBAPIError, RuntimeError) as error:
            # RuntimeError: the reading thread was shut down, that is, the ledger was closed.
            reason = error.orig if isinstance(error, DBAPIError) else error
            raise StorageFailed(str(reason)) from error


def _engine(path: Path, *, read_only: bool) -> Engine:
    place = reading_address(path) if read_only else f"file:{path.resolve()}?mode=rwc"
    address = f"sqlite:///{place}&uri=true"
    # isolation_level=None: the driver begins nothing by itself; who writes says BEGIN.
    options = {"check_same_thread": False, "isolation_level": None, "timeout": BUSY_MS / 1000}
    engine = create_engine(address, connect_args=options, pool_size=1, max_overflow=0)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in _READING if read_only else _WRITING:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


_READING = ("query_only=ON",)
_WRITING = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "wal_autocheckpoint=0",  # the writer checkpoints after it has answered, not while somebody waits
    "journal_size_limit=16777216",  # bytes; the write-ahead log shrinks to 16 MiB after a burst
)


def _prepare(engine: Engine, path: Path) -> Filing:
    """Make the tables of a new file, place what is not placed yet; refuse a file of a later format."""
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(BEGIN)
            found = connection.exec_driver_sql("PRAGMA user_version").scalar() or 0
            if found > FILE_FORMAT:
                raise LedgerTooNew(str(path), found, FILE_FORMAT)
            if not found:
                for statement in NEW:
                    connection.exec_driver_sql(statement)
            LedgerTables.metadata.create_all(connection)
            # An older file keeps its key and its indexes, and with them what earlier versions of the program rely on.
            connection.exec_driver_sql(f"PRAGMA user_version={max(found, FORMAT) if found else FILE_FORMAT}")
            filing = filing_of(connection)
            for statement in filing.place:
                connection.exec_driver_sql(statement)
    except DBAPIError as error:
        raise StorageFailed(_reason(error, path)) from error
    return filing


def _reason(error: DBAPIError, path: Path) -> str:
    """Return SQLite's words, and what they do not say: that there is no room for the files which it makes at the start."""
    words = str(error.orig)
    return f"磁盘已满 / the disk is full ({words})" if disk_usage(path.parent).free < ROOM_BYTES else words


def _page(connection: Connection, asked: Sequence[str], of: tuple[str, int]) -> Page:
    page: list[Sequence[Any]] = []
    try:
        connection.exec_driver_sql("BEGIN")
        try:
            for question in asked:
                # Plain tuples, at a third of the cost of mappings: a day may have a million rows.
                page += connection.exec_driver_sql(question, of).cursor.fetchall()
                if len(page) >= PAGE_ROWS:
                    break
        finally:
            # Between two looks rows may be placed.
            connection.exec_driver_sql("COMMIT")
    except sqlite3.Error as error:
        raise StorageFailed(str(error)) from error
    return page


def _rows(page: Page) -> Iterator[Row]:
    """Yield the rows of a page; their kinds are checked all at once, and one by one only to name the one that is wrong."""
    try:
        msgspec.convert(page, list[_COLUMNS], builtin_types=(bytes,))
    except msgspec.ValidationError:
        for columns in page:
            yield _row(dict(zip(Row.__struct_fields__, columns, strict=True)))
        return
    for columns in page:
        yield Row(*columns)


def _row(found: Mapping[Any, Any]) -> Row:
    try:
        # Checked, since SQLite keeps a text in a column of bytes if somebody else writes it there.
        return msgspec.convert(dict(found), Row, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise BrokenChain(found["stream"], found["version"], f"has a column of another kind: {error}") from error

"""The settings database: `config.db` of a data folder, or a PostgreSQL address. Halls' settings and accounts live in it.

* Every table of this database derives from :class:`ConfigTable`, so that one metadata (and one migration) covers it;
  the ledger is another database with its own metadata.
* SQLite: WAL, synchronous FULL (a power cut loses nothing acknowledged), foreign keys on, and exactly one writing
  connection: versions before 3.51.3 can corrupt the write-ahead log when several connections write or checkpoint.
  Readers are held to reading (`query_only`) and never checkpoint.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from sqlalchemy import MetaData, event, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlmodel import Session, SQLModel, create_engine

FILE_NAME = "config.db"
LOCK_WAIT_S = 15
"""A writer waits this long for the one before it; longer means a stuck disk, and the caller gets the error."""
READERS = 8
"""Reading connections; more readers wait their turn."""

# Names of constraints are written out, because a migration can only drop what has a name.
_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class ConfigTable(SQLModel):
    """Root of every table of the settings database."""

    metadata = MetaData(naming_convention=_NAMES)


class DatabaseUnavailable(Exception):
    """The settings database takes nothing at the moment: the disk is full or broken, or a writer does not end."""


class Database:
    """Sessions on the settings database: many readers, one writer at a time.

    ``place`` is a data folder or a SQLAlchemy address. Reading and writing take a connection only inside ``with``.
    """

    def __init__(self, place: Path | str) -> None:
        """Remember where; nothing is opened before the first session."""
        self.url = address_of(place)
        self._turn = Lock()
        if self.url.startswith("sqlite"):
            self.engine = _sqlite_engine(self.url, connections=1)
            event.listen(self.engine, "connect", _become_writer)
            event.listen(self.engine, "begin", _begin_writing)
            self._readers = _sqlite_engine(self.url, connections=READERS)
            event.listen(self._readers, "connect", _become_reader)
            event.listen(self._readers, "begin", _begin_reading)
        else:
            # As with a file: one writer at a time, over all nodes, and readers that see one moment.
            self.engine = create_engine(self.url, pool_pre_ping=True, pool_size=1, max_overflow=1)
            event.listen(self.engine, "begin", _wait_for_turn)
            self._readers = create_engine(
                self.url, pool_pre_ping=True, pool_size=READERS, max_overflow=0, isolation_level="REPEATABLE READ"
            )
        self.dialect = self.engine.dialect.name

    @property
    def is_missing(self) -> bool:
        """Whether it is a file that is not there; a session would make it."""
        file = self.engine.url.database
        return self.dialect == "sqlite" and file is not None and not Path(file).exists()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one moment of the database and changes nothing."""
        with _told_apart(), Session(self._readers, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield the writing session: committed as a whole when the block ends, rolled back when it raises."""
        if not self._turn.acquire(timeout=LOCK_WAIT_S):
            raise DatabaseUnavailable(f"the settings database was not free for {LOCK_WAIT_S} s")
        try:
            with _told_apart(), Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        finally:
            self._turn.release()

    def close(self) -> None:
        """Give all connections back."""
        self._readers.dispose()
        self.engine.dispose()


def address_of(place: Path | str) -> str:
    """Return the SQLAlchemy address of a data folder (its `config.db`), or the address itself."""
    if isinstance(place, str) and "://" in place:
        return place
    return f"sqlite:///{Path(place).absolute() / FILE_NAME}"


@contextmanager
def _told_apart() -> Iterator[None]:
    """Let callers tell a database that fails from a mistake of ours, without knowing the driver."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise DatabaseUnavailable(str(error)) from error


def _sqlite_engine(url: str, *, connections: int) -> Engine:
    return create_engine(
        url,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=LOCK_WAIT_S,
        # The driver's own transactions begin too late for schema changes; we begin ourselves.
        connect_args={"check_same_thread": False, "timeout": LOCK_WAIT_S, "isolation_level": None},
    )


def _wait_for_turn(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(current_schema()))"))


def _become_writer(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        _run(connection, f"PRAGMA {pragma}")


def _become_reader(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    for pragma in ("query_only=ON", "wal_autocheckpoint=0"):
        _run(connection, f"PRAGMA {pragma}")


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _run(connection: DBAPIConnection, statement: str) -> None:
    cursor = connection.cursor()
    cursor.execute(statement)
    cursor.close()

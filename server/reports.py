"""The tables of reports: a projection of the log, made to be dropped and made again at will.

Every row says what :mod:`hall.figures` says of a day; nothing here is the source of anything. A day's rows and how far
its log is in them (``days.seq``) change in one transaction, so a restart goes on exactly there.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import BigInteger, MetaData, bindparam, delete, event, insert, inspect
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Field, Session, SQLModel, create_engine, select

from hall.dayfold import Call, spent
from hall.figures import DEFINITION, Figures, Visit

FILE_NAME: Final = "reports.db"
LOCK_WAIT_S: Final = 15
"""A reader of the file (an export) may hold the writer up this long; then the projection tries again later."""


class ReportTable(SQLModel):
    """Root of every table of reports."""

    metadata = MetaData()


class DayRow(ReportTable, table=True):
    """A hall-day and how much of its log is in the tables."""

    __tablename__ = "days"

    stream: str = Field(primary_key=True, max_length=64)
    seq: int
    at_ms: int = Field(sa_type=BigInteger)
    definition: str = Field(max_length=40)
    final: bool


class TicketRow(ReportTable, table=True):
    """A ticket with its times; a time is null where there is none."""

    __tablename__ = "tickets"

    stream: str = Field(primary_key=True, max_length=64)
    ticket: str = Field(primary_key=True, max_length=40)
    number: str = Field(max_length=20)
    klass: str = Field(max_length=40)
    channel: str = Field(max_length=10)
    state: str = Field(max_length=10)
    items: str
    """``item×quantity``, separated by spaces."""
    first_window: str = Field(max_length=40)
    """Where its wait ended."""
    window: str = Field(max_length=40)
    arrived_ms: int = Field(sa_type=BigInteger)
    called_ms: int | None = Field(sa_type=BigInteger)
    finished_ms: int | None = Field(sa_type=BigInteger)
    told_p50_ms: int | None
    told_p80_ms: int | None
    calls: int
    recalls: int
    misses: int
    merged: bool


class CallRow(ReportTable, table=True):
    """A call to a window; ``stands`` is false if it was undone or withdrawn."""

    __tablename__ = "calls"

    stream: str = Field(primary_key=True, max_length=64)
    call: int = Field(primary_key=True)
    """Number of the call in its day."""
    seq: int
    at_ms: int = Field(sa_type=BigInteger)
    ticket: str = Field(max_length=40)
    window: str = Field(max_length=40)
    rule: str = Field(max_length=20)
    reason: str = Field(max_length=200)
    recalls: int
    passed: int
    stands: bool


class IntervalRow(ReportTable, table=True):
    """How long a ticket waited, walked, was served, was held."""

    __tablename__ = "intervals"

    stream: str = Field(primary_key=True, max_length=64)
    ticket: str = Field(primary_key=True, max_length=40)
    kind: str = Field(primary_key=True, max_length=10)
    ms: int


class RatingRow(ReportTable, table=True):
    """A rating of an item (好差评)."""

    __tablename__ = "ratings"

    stream: str = Field(primary_key=True, max_length=64)
    ticket: str = Field(primary_key=True, max_length=40)
    entry: int = Field(primary_key=True)
    item: str = Field(max_length=40)
    level: str = Field(max_length=30)


class WindowRow(ReportTable, table=True):
    """The time of a window up to ``days.at_ms``."""

    __tablename__ = "windows"

    stream: str = Field(primary_key=True, max_length=64)
    window: str = Field(primary_key=True, max_length=40)
    label: str = Field(max_length=40)
    open_ms: int
    busy_ms: int


TABLES: Final[tuple[type[ReportTable], ...]] = (DayRow, TicketRow, CallRow, IntervalRow, RatingRow, WindowRow)


class ReportsUnavailable(Exception):
    """The database of reports takes nothing at the moment: the disk is full, or somebody holds it."""


class Reports:
    """The database of reports; used by one thread at a time. Its failures are :class:`ReportsUnavailable`."""

    def __init__(self, place: Path | str) -> None:
        """``place`` is a data folder or a SQLAlchemy address; nothing is opened before :meth:`prepare`."""
        is_address = isinstance(place, str) and "://" in place
        self._url = str(place) if is_address else f"sqlite:///{Path(place).absolute() / FILE_NAME}"
        self._engine: Engine | None = None
        self._known: _Known = {}

    def prepare(self) -> None:
        """Open, make what is missing, and drop what an earlier definition of the figures or tables wrote."""
        is_sqlite = self._url.startswith("sqlite")
        options = {"check_same_thread": False, "timeout": LOCK_WAIT_S} if is_sqlite else {}
        self._engine = create_engine(self._url, connect_args=options, pool_pre_ping=not is_sqlite)
        if is_sqlite:
            event.listen(self._engine, "connect", _write_ahead)
        if _has_other_columns(self._engine):
            self.drop()
        ReportTable.metadata.create_all(self._engine)
        with Session(self._engine) as session:
            is_old = session.exec(select(DayRow).where(DayRow.definition != DEFINITION)).first() is not None
        if is_old:
            self.drop()

    def drop(self) -> None:
        """Remove every row; the projection makes them again."""
        engine = self._opened()
        ReportTable.metadata.drop_all(engine)
        ReportTable.metadata.create_all(engine)

    def seqs(self) -> dict[str, int]:
        """Return how much of each stream is in the tables."""
        with _told_apart(), Session(self._opened()) as session:
            return {row.stream: row.seq for row in session.exec(select(DayRow)).all()}

    def rows(self, table: type[ReportTable]) -> list[tuple[object, ...]]:
        """Return a whole table, ordered by its key; for exports and for comparing."""
        described = table.metadata.tables[str(table.__tablename__)]
        with self._opened().connect() as connection:
            found = connection.execute(described.select().order_by(*described.primary_key.columns)).all()
        return [tuple(row) for row in found]

    def write(self, stream: str, figures: Figures, *, after: int) -> None:
        """Bring a stream's rows from ``after`` to where ``figures`` stand, in one transaction."""
        state = figures.fold.state
        visits = figures.visits(after=after)
        changed = {visit.ticket for visit in visits}
        calls = [
            (number, call)
            for number, call in enumerate(figures.fold.calls)
            if call.seq > after or call.ticket in changed
        ]
        day = {"seq": figures.seq, "at_ms": state.at_ms, "definition": DEFINITION, "final": state.is_ended}
        with _told_apart(), self._opened().begin() as connection:
            replace = _Replace(connection, stream, self._known)
            replace.rows(TicketRow, "ticket", [_ticket_row(visit) for visit in visits], keys=changed)
            replace.rows(CallRow, "call", [_call_row(number, call) for number, call in calls])
            replace.rows(IntervalRow, "ticket", [row for one in visits for row in _interval_rows(one)], keys=changed)
            replace.rows(RatingRow, "ticket", [row for one in visits for row in _rating_rows(one)], keys=changed)
            replace.everything(WindowRow, _window_rows(figures))
            replace.everything(DayRow, [day])

    def close(self) -> None:
        """Give the connections back."""
        if self._engine is not None:
            self._engine.dispose()

    def _opened(self) -> Engine:
        assert self._engine is not None, "prepare() comes first"
        return self._engine


def _has_other_columns(engine: Engine) -> bool:
    """Tell whether a table was made by a version that had other columns; also where no day is in it yet."""
    found = inspect(engine)
    return any(
        {column["name"] for column in found.get_columns(name)} != set(table.columns.keys())
        for name, table in ReportTable.metadata.tables.items()
        if found.has_table(name)
    )


@contextmanager
def _told_apart() -> Iterator[None]:
    """Let the projector tell a database that fails from a mistake of ours, without knowing the driver."""
    try:
        yield
    except (OperationalError, IntegrityError) as error:
        # A key that is there already: another node has just written the same.
        raise ReportsUnavailable(str(error.orig)) from error


class _Replace:
    """Deletes rows by key and inserts them anew: the same statement on every SQL engine."""

    def __init__(self, connection: Connection, stream: str, known: "_Known") -> None:
        self._connection = connection
        self._stream = stream
        self._known = known

    def rows(
        self, table: type[ReportTable], key: str, rows: list[dict[str, object]], *, keys: Iterable[object] | None = None
    ) -> None:
        named = sorted({row[key] for row in rows} if keys is None else keys, key=str)
        self._each(table, key, [{key: one} for one in named])
        self._each(table, "", rows)

    def everything(self, table: type[ReportTable], rows: list[dict[str, object]]) -> None:
        self._each(table, "stream", [{}])
        self._each(table, "", rows)

    def _each(self, table: type[ReportTable], key: str, rows: list[dict[str, object]]) -> None:
        """Delete by a key, or insert where none is named."""
        if rows:
            made = self._known.get((table, key))
            if made is None:
                made = self._known[table, key] = _Prepared(table, key, self._connection.dialect)
            values = [made.values({"stream": self._stream, **row}) for row in rows]
            self._connection.exec_driver_sql(made.statement, values)


class _Prepared:
    """A statement in the driver's own words: building it anew took as long as what it does."""

    def __init__(self, table: type[ReportTable], key: str, dialect: Dialect) -> None:
        described = table.metadata.tables[str(table.__tablename__)]
        where = [described.c[name] == bindparam(name) for name in dict.fromkeys(("stream", key))] if key else []
        compiled = (delete(described).where(*where) if key else insert(described)).compile(dialect=dialect)
        self.statement = str(compiled)
        self._places = getattr(compiled, "positiontup", None)

    def values(self, row: dict[str, object]) -> Any:
        """Return a row as the driver takes it: some take values by place, the others by name."""
        return row if self._places is None else tuple([row[name] for name in self._places])


_Known = dict[tuple[type[ReportTable], str], _Prepared]
"""Statements that were made once, by table and by the key that is deleted, or nothing for an insert."""


def _ticket_row(visit: Visit) -> dict[str, object]:
    names = ("ticket", "number", "klass", "channel", "state", "first_window", "window", "arrived_ms", "called_ms", "finished_ms",
             "told_p50_ms", "told_p80_ms", "calls", "recalls", "misses")  # fmt: skip
    items = " ".join(f"{code}×{quantity}" for code, quantity in visit.items)
    return {name: getattr(visit, name) for name in names} | {"items": items, "merged": visit.is_merged}


def _call_row(number: int, call: Call) -> dict[str, object]:
    names = ("seq", "at_ms", "ticket", "window", "rule", "reason", "recalls", "stands")
    return {name: getattr(call, name) for name in names} | {"call": number, "passed": len(call.passed)}


_KINDS: Final[tuple[tuple[str, Callable[[Visit], int | None]], ...]] = (
    ("wait", lambda visit: visit.wait_ms),
    ("walk", lambda visit: visit.walk_ms),
    ("service", lambda visit: visit.service_ms),
    ("hold", lambda visit: visit.hold_ms),
)


def _interval_rows(visit: Visit) -> list[dict[str, object]]:
    found = [(kind, length(visit)) for kind, length in _KINDS]
    return [{"ticket": visit.ticket, "kind": kind, "ms": ms} for kind, ms in found if ms is not None]


def _rating_rows(visit: Visit) -> list[dict[str, object]]:
    return [
        {"ticket": visit.ticket, "entry": entry, "item": item, "level": level} for entry, item, level in visit.ratings
    ]


def _window_rows(figures: Figures) -> list[dict[str, object]]:
    state = figures.fold.state
    rows: list[dict[str, object]] = []
    for code, desk in state.desks.items():
        open_ms, busy_ms = spent(figures.fold.desk_times[code], state.at_ms)
        rows.append({"window": code, "label": desk.label, "open_ms": open_ms, "busy_ms": busy_ms})
    return rows


def _write_ahead(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Readers do not stop the writer. Losing the last second costs nothing here: it is made again from the log."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()

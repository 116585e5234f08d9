"""The file of messages, `outbox.db`: every message with its fate, and how far each log has been read.

New messages, what became void, and the place in the log are written in one transaction. The file holds no personal data.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, get_args

import msgspec
from sqlalchemy import BigInteger, Index, MetaData, func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col, delete, select

from hall.ids import Ms
from server.config.database import Database
from server.outbox.plan import Message

FILE_NAME: Final = "outbox.db"
DUE: Final = 500
"""Most messages of one round: some seconds of work, after which the urgent ones of the meantime come first again."""
LISTED: Final = 1_000
"""Most messages in one answer; counts are of all."""
CHUNK: Final = 400
"""Bookings named in one statement."""

State = Literal["waiting", "sent", "failed", "void", "quiet"]
"""``quiet``: waits for the end of the quiet hours; ``void``: no longer true or of no use, so not sent."""
STATES: Final[tuple[State, ...]] = get_args(State)
OPEN_STATES: Final = ("waiting", "quiet")


class OutboxTable(SQLModel):
    """Root of the tables of messages."""

    metadata = MetaData()


class MessageRow(OutboxTable, table=True):
    """A message and its fate."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_state_next", "state", "next_ms"),)

    stream: str = Field(primary_key=True, max_length=64)
    seq: int = Field(primary_key=True)
    kind: str = Field(primary_key=True, max_length=20)
    appointment: str = Field(primary_key=True, max_length=40)
    version: int
    at_ms: int = Field(sa_type=BigInteger)
    due_ms: int = Field(sa_type=BigInteger)
    end_ms: int = Field(sa_type=BigInteger)
    state: str = Field(max_length=8)
    attempts: int
    strikes: int
    """Attempts that failed while its channel worked for others."""
    next_ms: int = Field(sa_type=BigInteger)
    """When it is looked at next."""
    reason: str = Field(max_length=60)
    sent_ms: int | None = Field(sa_type=BigInteger)
    channel: str = Field(max_length=40)


class CursorRow(OutboxTable, table=True):
    """How far a log has been read."""

    __tablename__ = "cursors"

    stream: str = Field(primary_key=True, max_length=64)
    seq: int


class Entry(Message, frozen=True, kw_only=True):
    """A message with its fate."""

    state: State = "waiting"
    attempts: int = 0
    strikes: int = 0
    next_ms: Ms = 0
    reason: str = ""
    sent_ms: Ms | None = None
    channel: str = ""


_FIELDS: Final = Entry.__struct_fields__
_KEY: Final = ("stream", "seq", "kind", "appointment")


def entry_of(message: Message) -> Entry:
    """Return a new message, waiting."""
    return Entry(**msgspec.structs.asdict(message), next_ms=message.due_ms)


class OutboxStore:
    """Reads and writes the file; every method waits for the disk, so it belongs into a thread."""

    def __init__(self, place: Path | str) -> None:
        """``place`` is a data folder or a SQLAlchemy address; nothing is opened before :meth:`prepare`."""
        self._database = Database(place if isinstance(place, str) else f"sqlite:///{place.absolute() / FILE_NAME}")
        self._insert = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert

    def prepare(self) -> dict[str, int]:
        """Make the tables if they are not there; return how far each log has been read."""
        with self._database.write() as session:
            OutboxTable.metadata.create_all(session.connection())
        with self._database.read() as session:
            return {row.stream: row.seq for row in session.exec(select(CursorRow))}

    def record(self, cursors: Mapping[str, int], entries: Iterable[Entry] = (), fates: Iterable[Entry] = ()) -> None:
        """Write how far logs are read, new messages (known ones stay as they are), and what became of known ones."""
        with self._database.write() as session:
            for one in entries:
                statement = self._insert(MessageRow).values(**msgspec.structs.asdict(one))
                session.exec(statement.on_conflict_do_nothing())
            for one in fates:
                _write_fate(session, one)
            for stream, seq in cursors.items():
                session.merge(CursorRow(stream=stream, seq=seq))

    def due(self, now_ms: Ms) -> list[Entry]:
        """Return what is to be looked at by now, the least tried first."""
        statement = (
            select(MessageRow)
            .where(col(MessageRow.state).in_(OPEN_STATES), MessageRow.next_ms <= now_ms)
            .order_by(
                col(MessageRow.attempts), col(MessageRow.next_ms), col(MessageRow.seq), col(MessageRow.appointment)
            )
            .limit(DUE)
        )
        return self._entries(statement)

    def next_ms(self) -> Ms | None:
        """Return when the next message is to be looked at."""
        statement = select(func.min(MessageRow.next_ms)).where(col(MessageRow.state).in_(OPEN_STATES))
        with self._database.read() as session:
            return session.exec(statement).one()

    def open_of(self, stream: str, appointments: Sequence[str]) -> list[Entry]:
        """Return the open messages of some bookings of a hall-day."""
        found: list[Entry] = []
        for start in range(0, len(appointments), CHUNK):
            found += self._entries(
                select(MessageRow).where(
                    MessageRow.stream == stream,
                    col(MessageRow.state).in_(OPEN_STATES),
                    col(MessageRow.appointment).in_(appointments[start : start + CHUNK]),
                )
            )
        return found

    def of(self, stream: str, appointment: str) -> list[Entry]:
        """Return all messages of a booking, in the order in which they are due."""
        return self._entries(
            select(MessageRow)
            .where(MessageRow.stream == stream, MessageRow.appointment == appointment)
            .order_by(col(MessageRow.due_ms), col(MessageRow.seq), col(MessageRow.kind))
        )

    def get(self, key: tuple[str, int, str, str]) -> Entry | None:
        """Return one message."""
        with self._database.read() as session:
            row = session.get(MessageRow, key)
            return _entry(row) if row is not None else None

    def listed(self, streams: Sequence[str], state: str | None) -> tuple[list[Entry], dict[str, int]]:
        """Return the messages of some hall-days (in one state), and how many there are in each."""
        within = col(MessageRow.stream).in_(streams)
        statement = select(MessageRow).where(within).order_by(col(MessageRow.due_ms), col(MessageRow.seq)).limit(LISTED)
        if state is not None:
            statement = statement.where(MessageRow.state == state)
        return self._entries(statement), self._counts(within)

    def counts(self) -> dict[str, int]:
        """Return how many messages are in each state."""
        return self._counts(None)

    def prune(self, before_ms: Ms) -> int:
        """Forget messages that were final before a moment; return how many."""
        old = (col(MessageRow.end_ms) < before_ms) & col(MessageRow.state).not_in(OPEN_STATES)
        with self._database.write() as session:
            return int(session.exec(delete(MessageRow).where(old)).rowcount)

    def close(self) -> None:
        """Give all connections back."""
        self._database.close()

    def _entries(self, statement: Any) -> list[Entry]:
        with self._database.read() as session:
            return [_entry(row) for row in session.exec(statement)]

    def _counts(self, within: Any) -> dict[str, int]:
        statement = select(MessageRow.state, func.count()).group_by(MessageRow.state)
        if within is not None:
            statement = statement.where(within)
        with self._database.read() as session:
            return dict.fromkeys(STATES, 0) | dict(session.exec(statement).all())


def _entry(row: MessageRow) -> Entry:
    return msgspec.convert({name: getattr(row, name) for name in _FIELDS}, Entry)


def _write_fate(session: Session, one: Entry) -> None:
    fate = {name: getattr(one, name) for name in _FIELDS if name not in Message.__struct_fields__}
    which = [getattr(MessageRow, name) == getattr(one, name) for name in _KEY]
    session.exec(update(MessageRow).where(*which).values(**fate))

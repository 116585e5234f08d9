"""The file of contact data, `contacts.db`: rows that only this server's key can read, and when each must go.

One writing connection, every write on the disk before it counts. What is erased is overwritten in the file
(``secure_delete``) and in its write-ahead log.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import BigInteger, LargeBinary, MetaData, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Field, Session, SQLModel, col, delete, or_, select

from hall.ids import Ms
from server.config.database import Database

FILE_NAME: Final = "contacts.db"

Subject = tuple[str, str]
"""(stream, appointment or ticket)."""
Change = Callable[[Session], list[Subject]]
"""Something to write; returns whose rows are gone."""


class ContactTable(SQLModel):
    """Root of the tables of contact data."""

    metadata = MetaData()


class ContactRow(ContactTable, table=True):
    """How to reach whoever made a booking; ``sealed`` holds name, phone and WeChat id, encrypted."""

    __tablename__ = "contacts"

    stream: str = Field(primary_key=True, max_length=64)
    appointment: str = Field(primary_key=True, max_length=40)
    person: str = Field(index=True, max_length=40)
    """Pseudonym; empty where nobody said who it is."""
    telephone: str = Field(index=True, max_length=40)
    """Pseudonym of the phone number, so that all rows of a phone can be erased."""
    language: str = Field(max_length=2)
    sealed: bytes = Field(sa_type=LargeBinary)
    made_ms: int = Field(sa_type=BigInteger)
    keep_until_ms: int = Field(sa_type=BigInteger, index=True)


class ContactStore:
    """Reads and writes the file; every method waits for the disk, so it belongs into a thread."""

    def __init__(self, place: Path | str) -> None:
        """``place`` is a data folder or a SQLAlchemy address; nothing is opened before :meth:`prepare`."""
        self._database = Database(place if isinstance(place, str) else f"sqlite:///{place.absolute() / FILE_NAME}")
        self._is_file = self._database.dialect == "sqlite"
        if self._is_file:
            event.listen(self._database.engine, "connect", _overwrite_what_goes)

    def prepare(self) -> list[Subject]:
        """Make the tables if they are not there; return whose rows there are."""
        with self._database.write() as session:
            ContactTable.metadata.create_all(session.connection())
        with self._database.read() as session:
            return [(stream, name) for stream, name in session.exec(select(ContactRow.stream, ContactRow.appointment))]

    def made_since(self, at_ms: Ms) -> list[Subject]:
        """Return whose rows were written since a moment, by any node."""
        made = select(ContactRow.stream, ContactRow.appointment).where(col(ContactRow.made_ms) >= at_ms)
        with self._database.read() as session:
            return [(stream, name) for stream, name in session.exec(made)]

    def of(self, stream: str, appointment: str) -> ContactRow | None:
        """Return a row."""
        with self._database.read() as session:
            return session.get(ContactRow, (stream, appointment))

    def write(self, changes: Sequence[Change]) -> list[list[Subject]]:
        """Make changes in one transaction, in their order; return whose rows each of them took away."""
        with self._database.write() as session:
            gone = [change(session) for change in changes]
        if any(gone) and self._is_file:
            connection = self._database.engine.raw_connection()
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
        return gone

    def close(self) -> None:
        """Give all connections back."""
        self._database.close()


def keeping(row: ContactRow) -> Change:
    """Write a row, or write it anew."""

    def change(session: Session) -> list[Subject]:
        session.merge(row)
        return []

    return change


def erasing(stream: str, appointment: str) -> Change:
    """Take one row away."""
    return lambda session: _taken_away(
        session, (col(ContactRow.stream) == stream) & (col(ContactRow.appointment) == appointment)
    )


def erasing_person(pseudonym: str) -> Change:
    """Take away all rows of a person or a phone, by the pseudonym."""
    return lambda session: _taken_away(
        session, or_(col(ContactRow.person) == pseudonym, col(ContactRow.telephone) == pseudonym)
    )


def erasing_old(now_ms: Ms) -> Change:
    """Take away what has been kept long enough."""
    return lambda session: _taken_away(session, col(ContactRow.keep_until_ms) <= now_ms)


def _taken_away(session: Session, which: object) -> list[Subject]:
    found = session.exec(select(ContactRow.stream, ContactRow.appointment).where(which)).all()  # type: ignore[arg-type]
    session.exec(delete(ContactRow).where(which))  # type: ignore[arg-type]
    return [(stream, name) for stream, name in found]


def _overwrite_what_goes(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()

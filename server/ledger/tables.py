"""The ledger's tables: one definition for every SQL backend, but for the rows of a new SQLite file (:mod:`server.ledger.filing`).

Texts have no length here: a command's id is bounded where it comes in, and what the server makes of one may be longer.
"""

from sqlalchemy import JSON, BigInteger, LargeBinary, MetaData, Table, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

FORMAT = 2
"""Version of the tables; 2: guards and traces, made empty where they are missing."""

FILE_FORMAT = 4
"""Version of a new SQLite file; one with a greater one is refused. 3: the writer keeps command ids apart, not an index. 4: where
the rows of each stream are is noted at checkpoints (:mod:`server.ledger.filing`)."""


class LedgerTables(SQLModel):
    """Base with its own catalogue: other parts of the server keep their tables elsewhere."""

    metadata = MetaData()


class CommitRow(LedgerTables, table=True):
    """One answer of a hall-day."""

    __tablename__ = "commits"
    __table_args__ = (UniqueConstraint("stream", "command_id"),)

    stream: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=BigInteger)
    at_ms: int = Field(sa_type=BigInteger)
    command_id: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)
    hash: str = Field(sa_type=Text)


class PlanRow(LedgerTables, table=True):
    """A plan under the hash of its JSON form."""

    __tablename__ = "plans"

    name: str = Field(primary_key=True, sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)


class GuardRow(LedgerTables, table=True):
    """How often the bookings of a person, phone or device have changed."""

    __tablename__ = "guards"

    key: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(sa_type=BigInteger)


class TraceRow(LedgerTables, table=True):
    """A booking as the limits of its booker count it."""

    __tablename__ = "traces"

    key: str = Field(primary_key=True, sa_type=Text)
    stream: str = Field(primary_key=True, sa_type=Text)
    appointment: str = Field(primary_key=True, sa_type=Text)
    state: str = Field(sa_type=Text)
    slot_ms: int = Field(sa_type=BigInteger)
    items: list[str] = Field(sa_type=JSON)
    is_excused: bool


commits: Table = LedgerTables.metadata.tables["commits"]
plans: Table = LedgerTables.metadata.tables["plans"]
guards: Table = LedgerTables.metadata.tables["guards"]
traces: Table = LedgerTables.metadata.tables["traces"]

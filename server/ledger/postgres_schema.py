"""The ledger's tables in PostgreSQL: made once by ``onewindow migrate``, looked at by every start.

The schema carries the format of its tables, so that a node neither writes to tables that it does not know nor to none.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.schema import CreateSchema

from server.config.places import sync_address
from server.ledger.port import LedgerTooNew, StorageFailed
from server.ledger.postgres import SCHEMA
from server.ledger.tables import FORMAT, LedgerTables

KEY: Final = "key "
"""So begins the comment of a table that keeps the mark of the nodes' key."""
MIGRATING: Final = 0x6F77_0002
"""Name of the lock of whoever makes or changes tables: two that migrate at once do it one after the other."""


def prepare(address: str, *, schema: str = SCHEMA) -> None:
    """Make the tables where they are missing; raise LedgerTooNew or StorageFailed."""
    with _connected(address, schema) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": MIGRATING})
        connection.execute(CreateSchema(schema, if_not_exists=True))
        _check_not_newer(address, _format_of(connection, schema))
        LedgerTables.metadata.create_all(connection)
        connection.execute(text(f"COMMENT ON SCHEMA \"{schema}\" IS '{FORMAT}'"))


def check(address: str, *, schema: str = SCHEMA) -> None:
    """Raise StorageFailed if the tables are not there or older, LedgerTooNew if they are of a later version."""
    with _connected(address, schema) as connection:
        found = _format_of(connection, schema)
    _check_not_newer(address, found)
    if found < FORMAT:
        raise StorageFailed(
            "数据库尚未为本版本准备 / the database is not prepared for this version: run onewindow migrate"
        )


def make_schemas(address: str, schemas: Sequence[str]) -> None:
    """Make the schemas of the other stores where they are missing."""
    with _connected(address, SCHEMA) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": MIGRATING})
        for schema in schemas:
            connection.execute(CreateSchema(schema, if_not_exists=True))


def check_key(address: str, mark: str, *, is_first: bool = False) -> None:
    """Raise StorageFailed if the nodes use another key; ``is_first`` keeps the mark of this one if there is none yet."""
    with _connected(address, SCHEMA) as connection:
        found = _key_of(connection)
        if not found and is_first:
            connection.execute(text(f"COMMENT ON TABLE plans IS '{KEY}{mark}'"))
            return
    if found != mark:
        raise StorageFailed(
            "server.key 与数据库不符，请从其他节点复制 / "
            "server.key of this folder is not that of the database: copy it from another node"
        )


def key_mark(address: str) -> str:
    """Return the mark of the key that all nodes use; empty if none was bound yet."""
    with _connected(address, SCHEMA) as connection:
        return _key_of(connection)


def _key_of(connection: Connection) -> str:
    found: str | None = connection.execute(text("SELECT obj_description(to_regclass('plans'), 'pg_class')")).scalar()
    return (found or "").removeprefix(KEY)


@contextmanager
def _connected(address: str, schema: str) -> Iterator[Connection]:
    engine = create_engine(sync_address(address, schema))
    try:
        with engine.begin() as connection:
            yield connection
    except (OperationalError, ProgrammingError) as error:
        raise StorageFailed(str(error.orig).strip()) from error
    finally:
        engine.dispose()


def _format_of(connection: Connection, schema: str) -> int:
    statement = text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :name")
    found: str | None = connection.execute(statement, {"name": schema}).scalar()
    return int(found) if found is not None and found.isdecimal() else 0


def _check_not_newer(address: str, found: int) -> None:
    if found > FORMAT:
        raise LedgerTooNew(f"database {address.rpartition('/')[2]}", found, FORMAT)

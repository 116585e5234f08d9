"""Every kind of ledger, as tests open and open it again; and rows to put in."""

from collections.abc import Callable
from pathlib import Path

from server.ledger.chain import seal
from server.ledger.memory import MemoryLedger
from server.ledger.port import GENESIS, Batch, Ledger, Row
from server.ledger.postgres import PostgresLedger
from server.ledger.sqlite import SqliteLedger
from tests.support.postgres import shared_postgres

Opener = Callable[[], Ledger]
"""Opens the same storage each time."""


def memory_opener(_folder: Path) -> Opener:
    """Memory lives as long as the test."""
    kept = MemoryLedger()
    return lambda: kept


def sqlite_opener(folder: Path) -> Opener:
    """One file in a folder."""
    return lambda: SqliteLedger.open(folder / "ledger.db")


def postgres_opener(_folder: Path) -> Opener:
    """One schema of the tests' own PostgreSQL server."""
    server = shared_postgres()
    schema = server.ledger_schema()
    return lambda: PostgresLedger(server.address, schema=schema)


OPENERS: dict[str, Callable[[Path], Opener]] = {
    "memory": memory_opener,
    "postgres": postgres_opener,
    "sqlite": sqlite_opener,
}


def rows_of(stream: str, count: int, *, after: Row | None = None, body: bytes = b"{}") -> tuple[Row, ...]:
    """Make sealed rows that continue a stream."""
    previous = after.hash if after is not None else GENESIS
    first = after.version + 1 if after is not None else 1
    made: list[Row] = []
    for version in range(first, first + count):
        row = seal(previous, stream=stream, version=version, at_ms=1_000 + version,
                   command_id=f"command-{stream}-{version}", actor="clerk:w1", body=body)  # fmt: skip
        made.append(row)
        previous = row.hash
    return tuple(made)


def batch_of(stream: str, count: int, *, after: Row | None = None, body: bytes = b"{}") -> Batch:
    """Make a batch that continues a stream."""
    return Batch(stream, rows_of(stream, count, after=after, body=body))

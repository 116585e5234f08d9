"""Copies of SQLite files while they are in use, and whether a file is whole."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from server.ledger.port import StorageFailed

MAGIC: Final = b"SQLite format 3\x00"
"""The first 16 bytes of every SQLite file."""

PAGES_AT_ONCE: Final = 1_000
"""Pages copied between pauses (4 MB): writers are let in meanwhile."""

BUSY_SECONDS: Final = 10.0


def is_database(path: Path) -> bool:
    """Say whether a file is a SQLite database."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as it stands at one moment, beside its writer; raise StorageFailed if that fails."""
    try:
        with (
            closing(sqlite3.connect(f"file:{source.resolve()}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as reading,
            closing(sqlite3.connect(target)) as writing,
        ):
            reading.backup(writing, pages=PAGES_AT_ONCE)
            # One file without a log beside it: what is archived is all there is.
            writing.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise StorageFailed(f"{source.name}: {error}") from error


def fault_of_database(path: Path) -> str:
    """Return what is wrong with a database file, in SQLite's words; empty if it is whole."""
    try:
        with closing(sqlite3.connect(f"file:{path.resolve()}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == ("ok",) else str(found)

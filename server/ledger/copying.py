"""Copies of SQLite files while they are in use, and whether a file is whole."""

import os
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


def reading_address(path: Path) -> str:
    """Return the address by which SQLite reads a file.

    On a medium that takes no writes (a snapshot, a disk that failed) SQLite cannot make the files that belong beside it; there
    nobody changes anything, so it is read without them, unless rows stand in one that was left behind.
    """
    found = path.resolve()
    beside = found.with_name(f"{found.name}-wal")
    is_fixed = _takes_no_writes(found.parent) and not (beside.is_file() and beside.stat().st_size)
    return f"file:{found}?mode=ro{'&immutable=1' if is_fixed else ''}"


def _takes_no_writes(folder: Path) -> bool:
    return hasattr(os, "statvfs") and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as it stands at one moment, beside its writer; raise StorageFailed if that fails."""
    try:
        with (
            closing(sqlite3.connect(reading_address(source), uri=True, timeout=BUSY_SECONDS)) as reading,
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

"""How a SQLite file keeps rows and finds them again: what the ledger asks of a file, in SQLite's words.

Rows stand in the order of writing. Where those of each stream are is noted in ``places``, at each checkpoint for all rows
since the last and not in each commit: of a table that is sorted by stream every hall has a page of its own, so that a commit
of 64 halls wrote 64 pages beside the 16 of its rows. Whatever is not placed yet, the rows of a second of full load, is looked
through. Files of earlier formats keep the key that they were made with, and are placed from the start.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from server.ledger.port import Row
from server.ledger.tables import commits

PAGE_ROWS: Final = 1_000
"""Rows read in one go: short reads, so that a checkpoint is never kept waiting by a long replay."""

NAMES: Final = ", ".join(Row.__struct_fields__)
"""Columns of a row, in the order of :class:`Row`."""

NEW: Final = (
    # An id of its own: without one, SQLite's VACUUM may number rows anew.
    f"""CREATE TABLE {commits.name} (id INTEGER PRIMARY KEY, stream TEXT NOT NULL, version BIGINT NOT NULL,
at_ms BIGINT NOT NULL, command_id TEXT NOT NULL, actor TEXT NOT NULL, body BLOB NOT NULL, hash TEXT NOT NULL)""",
    "CREATE TABLE places (stream TEXT NOT NULL, version BIGINT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (stream, version)) "
    "WITHOUT ROWID",
    "CREATE TABLE placed (upto BIGINT NOT NULL)",
    "INSERT INTO placed VALUES (0)",
)
"""Tables of a new file; an older one has its rows under the key (stream, version)."""

PLACE: Final = (
    f"INSERT INTO places SELECT stream, version, id FROM {commits.name} WHERE id > (SELECT upto FROM placed) "
    "ORDER BY stream, version",
    f"UPDATE placed SET upto = coalesce((SELECT max(id) FROM {commits.name}), 0)",
)


@dataclass(frozen=True)
class Filing:
    """Questions about one file; each takes a stream, some a version or an id of a command behind it."""

    head: str
    """The latest row without its body."""
    pages: tuple[str, ...]
    """The next rows in order: what one question does not bring, the next does, in the same look at the file."""
    ids: str
    answer: str
    streams: str
    """The heads of all streams, by name."""
    place: tuple[str, ...] = ()
    """Note where rows are that are not placed yet."""


def filing_of(connection: Connection) -> Filing:
    """Return how an open file keeps its rows."""
    found = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'places'").scalar()
    return PLACED if found else KEYED


_NEWS = f"FROM {commits.name} WHERE id > (SELECT upto FROM placed) AND stream = ?1"
"""Rows of a stream that are not placed yet."""
# The columns come from the row itself, which the chain of hashes covers, not from the place that led to it.
_OLD = f"FROM places CROSS JOIN {commits.name} AS row ON row.id = places.id WHERE places.stream = ?1"
_OF_OLD = ", ".join(f"row.{name}" for name in Row.__struct_fields__)

# From each stream to the next by the key: the rows between, of years, are not looked at.
_NAMED = """WITH RECURSIVE names (stream) AS (SELECT min(stream) FROM {keyed}
UNION ALL SELECT (SELECT min(stream) FROM {keyed} WHERE stream > names.stream) FROM names WHERE stream NOT NULL)"""
_HEAD = f"SELECT stream, version, at_ms, hash FROM {commits.name} "

KEYED: Final = Filing(
    head=f"{_HEAD} WHERE stream = ? ORDER BY version DESC LIMIT 1",
    pages=(f"SELECT {NAMES} FROM {commits.name} WHERE stream = ? AND version > ? ORDER BY version LIMIT {PAGE_ROWS}",),
    ids=f"SELECT command_id FROM {commits.name} WHERE stream = ?",
    answer=f"SELECT {NAMES} FROM {commits.name} WHERE stream = ? AND command_id = ?",
    streams=f"""{_NAMED.format(keyed=commits.name)}
SELECT head.stream, head.version, head.at_ms, head.hash FROM names CROSS JOIN {commits.name} AS head
ON head.stream = names.stream
AND head.version = (SELECT max(version) FROM {commits.name} AS own WHERE own.stream = names.stream) ORDER BY head.stream""",
)
# The latest of a stream was written last: ids grow with its versions.
PLACED: Final = Filing(
    head=f"""{_HEAD} WHERE id = coalesce(
(SELECT max(id) {_NEWS}),
(SELECT id FROM places WHERE stream = ?1 ORDER BY version DESC LIMIT 1))""",
    # What is placed was written before what is not. One question for both costs a third more for each row.
    pages=(
        f"SELECT {_OF_OLD} {_OLD} AND places.version > ?2 ORDER BY places.version LIMIT {PAGE_ROWS}",
        f"SELECT {NAMES} {_NEWS} AND version > ?2 ORDER BY version LIMIT {PAGE_ROWS}",
    ),
    ids=f"SELECT command_id {_OLD} UNION ALL SELECT command_id {_NEWS}",
    answer=f"""SELECT {_OF_OLD} {_OLD} AND command_id = ?2
UNION ALL SELECT {NAMES} {_NEWS} AND command_id = ?2""",
    streams=f"""{_NAMED.format(keyed="places")}, latest (stream, id) AS (
SELECT names.stream, (SELECT id FROM places WHERE places.stream = names.stream ORDER BY version DESC LIMIT 1) FROM names
WHERE names.stream NOT NULL
UNION ALL SELECT stream, max(id) FROM {commits.name} WHERE id > (SELECT upto FROM placed) GROUP BY stream)
{_HEAD} WHERE id IN (SELECT max(id) FROM latest GROUP BY stream) ORDER BY stream""",
    place=PLACE,
)

"""What is special to the ledger in a file: durability settings, grouping, checkpoints, failing disks."""

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from server.ledger.filing import NAMES
from server.ledger.port import Batch, CommandIdTaken, LedgerTooNew, StorageFailed, VersionConflict
from server.ledger.sqlite import SqliteLedger
from server.ledger.writer import CHECKPOINT_ROWS
from tests.support.ledgers import batch_of, rows_of

A = "futian/2026-11-23"
BODY_BYTES = 700
PAGE_BYTES = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
async def ledger(path: Path) -> AsyncIterator[SqliteLedger]:
    opened = SqliteLedger.open(path)
    yield opened
    await opened.close()


async def test_every_commit_is_synced_to_disk(ledger: SqliteLedger):
    """WAL with synchronous=FULL (2): NORMAL loses acknowledged rows in a power cut."""
    found: list[object] = []

    def look(connection) -> int:
        names = ("journal_mode", "synchronous", "wal_autocheckpoint")
        found.extend(connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names)
        return 0

    await ledger._write(look)

    assert found == ["wal", 2, 0]


async def test_appends_that_wait_share_a_transaction(ledger: SqliteLedger):
    """300 halls append at once: a handful of transactions, each synced once."""
    await asyncio.gather(*(ledger.append_many([batch_of(f"hall{number}/2026-11-23", 2)]) for number in range(300)))

    statistics = ledger.statistics()
    assert (statistics.appends, statistics.rows) == (300, 600)
    assert statistics.transactions <= 10
    assert statistics.largest_group > 30


async def test_the_writer_checkpoints_and_the_log_beside_the_file_stays_small(ledger: SqliteLedger, path: Path):
    last = None
    for _ in range(6):
        batch = batch_of(A, CHECKPOINT_ROWS // 2, after=last, body=b"x" * 500)
        await ledger.append_many([batch])
        last = batch.rows[-1]

    assert ledger.statistics().checkpoints >= 2
    assert beside(path) < 8_000_000
    await ledger.close()
    assert beside(path) == 0


async def test_a_full_disk_refuses_and_a_freed_one_works_again(ledger: SqliteLedger, path: Path):
    """The error is typed, nothing of the append is there, and no restart is needed."""
    good = batch_of(A, 3)
    await ledger.append_many([good])

    with no_room_beyond(beside(path)):
        with pytest.raises(StorageFailed):
            await ledger.append_many([batch_of(A, 50, after=good.rows[-1], body=b"x" * 5_000)])
        health = await ledger.health()
        assert not health.ok
        assert health.reason
        assert len([row async for row in ledger.read(A)]) == 3

    await ledger.append_many([batch_of(A, 50, after=good.rows[-1], body=b"x" * 5_000)])
    assert (await ledger.health()).ok
    assert len([row async for row in ledger.read(A)]) == 53
    assert ledger.statistics().failures == 1


async def test_a_ledger_on_a_full_disk_is_not_opened_and_says_that_the_disk_is_full(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    """SQLite only speaks of an I/O error; the note of who holds the lock is no reason to fail."""
    await SqliteLedger.open(path).close()
    monkeypatch.setattr("server.ledger.sqlite.disk_usage", lambda _folder: SimpleNamespace(free=4_096))

    with no_room_beyond(0), pytest.raises(StorageFailed, match=r"磁盘已满 / the disk is full \(.+\)"):
        SqliteLedger.open(path)

    await SqliteLedger.open(path).close()


async def test_a_closed_ledger_answers_with_a_typed_error(path: Path):
    ledger = SqliteLedger.open(path)
    await ledger.close()
    await ledger.close()

    with pytest.raises(StorageFailed):
        await ledger.append_many([batch_of(A, 1)])
    with pytest.raises(StorageFailed):
        await ledger.streams()


async def test_a_ledger_open_for_reading_does_not_write(path: Path, ledger: SqliteLedger):
    await ledger.append_many([batch_of(A, 2)])
    reading = SqliteLedger.open_for_reading(path)

    with pytest.raises(StorageFailed):
        await reading.append_many([batch_of("nanshan/2026-11-23", 1)])
    assert [head.version for head in await reading.streams()] == [2]
    await reading.close()


async def test_a_closed_file_can_be_read_where_nobody_writes(path: Path):
    """The audit of a stopped server: no log beside the file, none is needed."""
    ledger = SqliteLedger.open(path)
    await ledger.append_many([batch_of(A, 2)])
    await ledger.close()

    reading = SqliteLedger.open_for_reading(path)
    assert [head.version for head in await reading.streams()] == [2]
    await reading.close()


def test_a_missing_file_is_not_made_by_reading(path: Path):
    with pytest.raises(StorageFailed):
        SqliteLedger.open_for_reading(path)
    assert not path.exists()


def test_a_file_of_a_later_format_is_refused_and_left_alone(path: Path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version=999")

    with pytest.raises(LedgerTooNew):
        SqliteLedger.open(path)
    with pytest.raises(LedgerTooNew):
        SqliteLedger.open(path)  # the lock was let go


OLDER = """CREATE TABLE commits (stream TEXT NOT NULL, version BIGINT NOT NULL, at_ms BIGINT NOT NULL,
command_id TEXT NOT NULL, actor TEXT NOT NULL, body BLOB NOT NULL, hash TEXT NOT NULL,
PRIMARY KEY (stream, version){})"""


@pytest.mark.parametrize(
    ("older", "afterwards", "indexes"),
    [(1, 2, ", UNIQUE (stream, command_id)"), (2, 2, ", UNIQUE (stream, command_id)"), (3, 3, "")],
)
async def test_a_file_of_an_older_format_goes_on_with_the_indexes_it_has(
    path: Path, older: int, afterwards: int, indexes: str
):
    """What is written to it keeps to the same laws, and the version of the program that made it can take it back."""
    rows = rows_of(A, 4)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(OLDER.format(indexes))
        connection.executemany(
            "INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?)", map(msgspec.structs.astuple, rows[:2])
        )
        connection.execute(f"PRAGMA user_version={older}")
        connection.commit()

    ledger = SqliteLedger.open(path)
    with pytest.raises(CommandIdTaken):
        await ledger.append_many([Batch(A, (msgspec.structs.replace(rows[2], command_id=rows[1].command_id),))])
    await ledger.append_many([Batch(A, rows[2:])])
    assert await ledger.find(A, rows[1].command_id) == rows[1]
    await ledger.close()

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (afterwards,)
        assert len(connection.execute("PRAGMA index_list(commits)").fetchall()) == (2 if indexes else 1)
        assert connection.execute("SELECT max(version) FROM commits").fetchone() == (4,)


async def test_a_commit_of_many_halls_writes_hardly_more_pages_than_its_rows_fill(
    ledger: SqliteLedger, path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A key or an index by stream has a page of each hall, and every commit would write all of them."""
    days = [rows_of(f"hall{number:02}/2026-11-23", 301, body=b"x" * BODY_BYTES) for number in range(64)]
    await asyncio.gather(*(ledger.append_many([Batch(day[0].stream, day[:300])]) for day in days))
    monkeypatch.setattr("server.ledger.writer.CHECKPOINT_ROWS", 10**9)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (4,)
        assert connection.execute("PRAGMA index_list(commits)").fetchall() == []
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    transactions = ledger.statistics().transactions

    await asyncio.gather(*(ledger.append_many([Batch(day[0].stream, day[300:])]) for day in days))

    assert ledger.statistics().transactions == transactions + 1
    assert beside(path) // PAGE_BYTES < 64 * 2 * BODY_BYTES // PAGE_BYTES
    assert [row async for row in ledger.read(days[7][0].stream)] == [*days[7]]


async def test_rows_that_somebody_else_wrote_are_a_conflict_and_spoil_nothing_beside_it(
    ledger: SqliteLedger, path: Path
):
    """Nobody should, with the lock file; if it happens SQLite tells, and everything is asked of the file again."""
    rows, other = rows_of(A, 3), batch_of("baoan/2026-11-23", 2)
    await ledger.append_many([Batch(A, rows[:1]), Batch(other.stream, other.rows[:1])])
    assert len(await ledger.streams()) == 2
    with closing(sqlite3.connect(path)) as connection:
        theirs = msgspec.structs.replace(rows[1], command_id="theirs")
        connection.execute(
            f"INSERT INTO commits ({NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?)", msgspec.structs.astuple(theirs)
        )
        connection.commit()

    results = await asyncio.gather(
        ledger.append_many([Batch(other.stream, other.rows[1:])]),
        ledger.append_many([Batch(A, rows[1:2])]),
        ledger.append_many([batch_of("nanshan/2026-11-23", 1)]),
        return_exceptions=True,
    )

    assert [type(result).__name__ for result in results] == ["NoneType", "VersionConflict", "NoneType"]
    assert [row async for row in ledger.read(A)] == [rows[0], theirs]
    assert {head.stream: head.version for head in await ledger.streams()} == {
        A: 2,
        other.stream: 2,
        "nanshan/2026-11-23": 1,
    }
    with pytest.raises(CommandIdTaken) as caught:
        await ledger.append_many([Batch(A, (msgspec.structs.replace(rows[2], command_id="theirs"),))])
    assert caught.value.command_id == "theirs"


async def test_rows_that_somebody_else_wrote_before_the_first_append_are_a_conflict_too(
    ledger: SqliteLedger, path: Path
):
    """The heads were asked for already; what they said is over."""
    rows = rows_of(A, 2)
    assert await ledger.streams() == ()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            f"INSERT INTO commits ({NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            msgspec.structs.astuple(msgspec.structs.replace(rows[0], command_id="theirs")),
        )
        connection.commit()

    with pytest.raises(VersionConflict):
        await ledger.append_many([Batch(A, rows[:1])])

    assert [row.command_id async for row in ledger.read(A)] == ["theirs"]


async def test_what_was_learned_before_the_connection_broke_counts_no_more(ledger: SqliteLedger, path: Path):
    """A failed write ends the writer's connection; what others write until there is a new one is seen by that."""
    rows = rows_of(A, 2)

    def fail(_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with pytest.raises(StorageFailed):
        await ledger._write(fail)
    assert await ledger.streams() == ()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            f"INSERT INTO commits ({NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?)", msgspec.structs.astuple(rows[0])
        )
        connection.commit()

    with pytest.raises(VersionConflict):
        await ledger.append_many([Batch(A, rows[:1])])
    assert [head.version for head in await ledger.streams()] == [1]


def test_a_file_that_is_no_database_is_refused(path: Path):
    path.write_bytes(b"this is a letter to my aunt" * 100)

    with pytest.raises(StorageFailed):
        SqliteLedger.open(path)


def beside(path: Path) -> int:
    """Return the size of the write-ahead log beside a file, in bytes."""
    log = Path(f"{path}-wal")
    return log.stat().st_size if log.exists() else 0


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size: real write errors, as a full disk gives them."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

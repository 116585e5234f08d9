"""Rows that are placed and rows that are not yet: whoever reads sees one log, whatever the moment, and after a crash too."""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from server.ledger.filing import KEYED, PAGE_ROWS, PLACED, filing_of
from server.ledger.memory import MemoryLedger
from server.ledger.port import Batch, Ledger, Row
from server.ledger.sqlite import SqliteLedger, _engine
from tests.support.ledgers import batch_of, rows_of

STREAMS = tuple(f"hall{number}/2026-11-23" for number in range(5))


async def told(ledger: Ledger) -> tuple[object, ...]:
    """Everything that a ledger tells of its streams, from several places on."""
    heads = await ledger.streams()
    rows = [[row async for row in ledger.read(stream, after)] for stream in STREAMS for after in (0, 3, 20)]
    found = [await ledger.find(stream, f"command-{stream}-{number}") for stream in STREAMS for number in (1, 17, 500)]
    return heads, rows, found, [await ledger.head(stream) for stream in STREAMS]


def not_placed(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(
            connection.execute("SELECT count(*) FROM commits WHERE id > (SELECT upto FROM placed)").fetchone()[0]
        )


async def test_readers_beside_a_writer_see_the_same_log_before_and_after_rows_are_placed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They know nothing but the file, and look at it after every few appends, some of which have just been placed."""
    monkeypatch.setattr("server.ledger.writer.CHECKPOINT_ROWS", 23)
    path, chance, plain = tmp_path / "ledger.db", random.Random(5), MemoryLedger()
    ledger = SqliteLedger.open(path)
    reader = SqliteLedger.open_for_reading(path)
    last: dict[str, Row] = {}
    seen = set()
    for _ in range(60):
        stream = chance.choice(STREAMS)
        batch = batch_of(stream, chance.randint(1, 6), after=last.get(stream))
        last[stream] = batch.rows[-1]
        await asyncio.gather(ledger.append_many([batch]), plain.append_many([batch]))
        seen.add(not_placed(path))
        assert await told(reader) == await told(ledger) == await told(plain)
    await reader.close()
    await ledger.close()

    assert len(seen) > 5
    assert not_placed(path) == 0


async def test_a_day_of_many_pages_is_read_in_order_across_the_place_where_placing_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.ledger.writer.CHECKPOINT_ROWS", 1_500)
    path, day = tmp_path / "ledger.db", rows_of(STREAMS[0], 3 * PAGE_ROWS + 7)
    ledger = SqliteLedger.open(path)
    for start in range(0, len(day), 999):
        await ledger.append_many([Batch(STREAMS[0], day[start : start + 999])])
    reader = SqliteLedger.open_for_reading(path)

    assert 0 < not_placed(path) < len(day)
    assert [row async for row in reader.read(STREAMS[0])] == [*day]
    assert [row async for row in reader.read(STREAMS[0], 2 * PAGE_ROWS)] == [*day[2 * PAGE_ROWS :]]
    await reader.close()
    await ledger.close()


async def test_rows_that_are_placed_while_a_page_is_read_are_neither_lost_nor_told_twice(tmp_path: Path) -> None:
    path, day = tmp_path / "ledger.db", rows_of(STREAMS[0], 12)
    ledger = SqliteLedger.open(path)
    await ledger.append_many([Batch(STREAMS[0], day)])
    reader = SqliteLedger.open_for_reading(path)
    left = not_placed(path)

    class AskedMeanwhile(tuple[str, ...]):
        """The questions of a page; before the last of them, all rows are placed."""

        def __iter__(self) -> Iterator[str]:
            yield self[0]
            with closing(sqlite3.connect(path)) as beside:
                for statement in PLACED.place:
                    beside.execute(statement)
                beside.commit()
            yield self[1]

    reader._filing = replace(PLACED, pages=AskedMeanwhile(PLACED.pages))
    assert [row async for row in reader.read(STREAMS[0])] == [*day]
    assert (left, not_placed(path)) == (12, 0)
    reader._filing = PLACED
    assert [row async for row in reader.read(STREAMS[0])] == [*day]
    await reader.close()
    await ledger.close()


async def test_what_a_crash_left_without_its_place_is_there_and_placed_by_the_next_start(tmp_path: Path) -> None:
    path, crashed = tmp_path / "ledger.db", tmp_path / "crashed.db"
    ledger, rows = SqliteLedger.open(path), rows_of(STREAMS[0], 40)
    await ledger.append_many([Batch(STREAMS[0], rows)])
    for end in ("", "-wal"):
        shutil.copy(f"{path}{end}", f"{crashed}{end}")
    await ledger.close()
    before = not_placed(crashed)

    again = SqliteLedger.open(crashed)
    found, after = [row async for row in again.read(STREAMS[0])], not_placed(crashed)
    await again.append_many([batch_of(STREAMS[0], 1, after=rows[-1])])
    await again.close()

    assert (before, after) == (40, 0)
    assert found == [*rows]


async def test_rows_stay_readable_where_placing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody holds the file, the disk is full: the rows are durable, and their places are noted later."""
    monkeypatch.setattr("server.ledger.writer.CHECKPOINT_ROWS", 5)
    path, rows = tmp_path / "ledger.db", rows_of(STREAMS[0], 20)
    ledger = SqliteLedger.open(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TRIGGER no_room BEFORE INSERT ON places BEGIN SELECT raise(ABORT, 'no room'); END")
    await ledger.append_many([Batch(STREAMS[0], rows[:10])])
    await ledger.append_many([Batch(STREAMS[0], rows[10:12])])
    assert not_placed(path) == 12
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER no_room")
    await ledger.append_many([Batch(STREAMS[0], rows[12:])])
    reader = SqliteLedger.open_for_reading(path)

    assert [row async for row in reader.read(STREAMS[0])] == [*rows]
    await ledger.close()
    await reader.close()
    assert not_placed(path) == 0


def test_an_older_file_is_known_by_what_it_has(tmp_path: Path) -> None:
    engine = _engine(tmp_path / "ledger.db", read_only=False)
    with engine.connect() as connection:
        assert filing_of(connection) is KEYED
        connection.exec_driver_sql("CREATE TABLE places (stream TEXT)")
        assert filing_of(connection) is PLACED
    engine.dispose()

"""What a ledger's only writer knows by heart, and when it must ask the file."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.ledger.filing import PLACED
from server.ledger.port import Row, StorageFailed, StreamHead
from server.ledger.sqlite import SqliteLedger
from server.ledger.tail import BYTES_LIMIT, ROWS_LIMIT, Tail
from tests.server.test_ledger_sqlite import beside, no_room_beyond
from tests.support.ledgers import batch_of

A, B = "futian/2026-11-23", "nanshan/2026-11-23"


def head_of(row: Row) -> StreamHead:
    return StreamHead(row.stream, row.version, row.at_ms, row.hash)


def test_the_latest_rows_are_told_and_older_ones_are_not():
    tail, first = Tail(), batch_of(A, 3)
    second = batch_of(A, 2, after=first.rows[-1])
    tail.add([second])

    assert tail.after(A, 5) == ()
    assert tail.after(A, 4) == [second.rows[1]]
    assert tail.after(A, 3) == [*second.rows]
    assert tail.after(A, 2) is None
    assert tail.after(B, 0) is None


def test_heads_are_told_when_all_are_known():
    """Before the file was asked there may be streams of other days."""
    tail, here, elsewhere = Tail(), batch_of(A, 2), batch_of(B, 1)
    tail.add([here])
    assert tail.heads() is None
    assert tail.head(A) == head_of(here.rows[-1])

    tail.complete([head_of(here.rows[0]), head_of(elsewhere.rows[0])], failures=0)

    # The file's head of A is older than what was appended since.
    assert tail.heads() == (head_of(here.rows[-1]), head_of(elsewhere.rows[0]))
    first = batch_of("baoan/2026-11-23", 1)
    tail.add([first])
    assert tail.heads() == (head_of(first.rows[0]), head_of(here.rows[-1]), head_of(elsewhere.rows[0]))


def test_a_failure_makes_everything_unknown_and_an_older_look_at_the_file_is_not_believed():
    tail = Tail()
    tail.add([batch_of(A, 2)])
    failures = tail.failures
    tail.forget()

    tail.complete([head_of(batch_of(A, 2).rows[-1])], failures=failures)

    assert (tail.heads(), tail.head(A), tail.after(A, 1)) == (None, None, None)


@pytest.mark.parametrize(("count", "body"), [(ROWS_LIMIT + 10, b"{}"), (20, b"x" * (BYTES_LIMIT // 10))])
def test_memory_is_bounded_by_rows_and_by_bytes(count: int, body: bytes):
    """The head stays known; the oldest rows are the file's again."""
    tail, other, many = Tail(), batch_of(B, 1), batch_of(A, count, body=body)
    tail.add([other])
    tail.add([many])

    assert tail.after(B, 0) is None
    assert tail.head(B) == head_of(other.rows[0])
    assert tail.after(A, 0) is None
    assert tail.after(A, count - 5) == [*many.rows[-5:]]


def test_ids_are_known_of_whole_streams_only():
    """Those of rows that were added do not say what came before them."""
    tail, first = Tail(), batch_of(A, 2)
    tail.add([first])
    assert not tail.standing([A])
    assert tail.may_hold(A, "unknown-id")

    tail.learn(A, {row.command_id for row in first.rows})
    tail.add([batch_of(A, 1, after=first.rows[-1])])

    assert tail.standing([A, B]) == {A: (3, {f"command-{A}-{number}" for number in (1, 2, 3)})}
    assert not tail.may_hold(A, "unknown-id")
    tail.forget()
    assert not tail.standing([A])


def test_beyond_the_limit_streams_that_came_first_lose_their_ids_and_the_one_in_use_keeps_them():
    tail, busy, streams = Tail(ids_limit=10), batch_of(A, 4), [f"hall{number}/2026-11-23" for number in range(3)]
    for batch in (busy, *(batch_of(stream, 3) for stream in streams)):
        tail.learn(batch.stream, set())
        tail.add([batch])

    assert list(tail.standing([A, *streams])) == streams

    tail.learn(A, {row.command_id for row in busy.rows})
    tail.add([batch_of(A, 20, after=busy.rows[-1])])

    assert list(tail.standing([A, *streams])) == [A]


def test_ids_that_are_learned_again_count_once():
    """A stream whose appends were refused has no head here, and its ids are asked of the file each time."""
    tail, other = Tail(ids_limit=10), batch_of("other/2026-11-23", 3)
    tail.learn(other.stream, set())
    tail.add([other])
    for _ in range(5):
        tail.learn(A, {"one", "two", "three"})
    tail.add([batch_of(A, 1)])

    assert other.stream in tail.standing([other.stream])


async def test_an_answer_is_found_where_ids_are_known_and_where_they_are_not(tmp_path: Path):
    path = tmp_path / "ledger.db"
    ledger, batch = SqliteLedger.open(path), batch_of(A, 3)
    await ledger.append_many([batch])
    reading = SqliteLedger.open_for_reading(path)

    for one in (ledger, reading):
        assert await one.find(A, batch.rows[0].command_id) == batch.rows[0]
        assert await one.find(A, "unknown-id") is None
        assert await one.find(B, batch.rows[0].command_id) is None
    await reading.close()
    await ledger.close()


async def test_followers_are_told_from_memory_what_the_file_holds(tmp_path: Path):
    path = tmp_path / "ledger.db"
    ledger, first = SqliteLedger.open(path), batch_of(A, ROWS_LIMIT)
    await ledger.append_many([first])
    more = batch_of(A, 50, after=first.rows[-1])
    await ledger.append_many([more, batch_of(B, 1)])

    reading = SqliteLedger.open_for_reading(path)
    for after in (0, 40, 60, ROWS_LIMIT, ROWS_LIMIT + 50):
        assert [row async for row in ledger.read(A, after)] == [row async for row in reading.read(A, after)]
    assert await ledger.streams() == await reading.streams() == await ledger.streams()
    assert await ledger.head(A) == await reading.head(A) == head_of(more.rows[-1])
    await reading.close()
    await ledger.close()


async def test_after_a_failed_write_the_file_is_asked(tmp_path: Path):
    path = tmp_path / "ledger.db"
    ledger, good = SqliteLedger.open(path), batch_of(A, 3)
    await ledger.append_many([good])
    assert len(await ledger.streams()) == 1

    with no_room_beyond(beside(path)), pytest.raises(StorageFailed):
        await ledger.append_many([batch_of(B, 50, body=b"x" * 5_000)])

    assert await ledger.streams() == (head_of(good.rows[-1]),)
    assert await ledger.head(B) is None
    assert [row async for row in ledger.read(A)] == [*good.rows]
    await ledger.close()


SHORT = ("SCAN names", "SCAN latest", "SCAN placed")
"""A line for each stream, or one in all."""


async def test_heads_of_years_are_found_without_a_look_at_every_row(tmp_path: Path):
    """Each step of the plan is a search by the index; a scan of the log would grow with its age."""
    path = tmp_path / "ledger.db"
    ledger = SqliteLedger.open(path)
    assert await ledger.streams() == ()
    for number in range(5):
        await ledger.append_many([batch_of(f"hall{number}/2026-11-23", 20)])
    with closing(sqlite3.connect(path)) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {PLACED.streams}")]

    assert any("SEARCH places USING PRIMARY KEY (stream>?)" in step for step in plan)
    assert not [step for step in plan if step.startswith("SCAN") and step not in SHORT]
    await ledger.close()

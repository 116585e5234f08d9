"""What several nodes on one PostgreSQL may rely on, beyond the contract of every ledger."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import msgspec
import pytest

from server.ledger.chain import seal, verified
from server.ledger.port import GENESIS, Batch, Guard, GuardMoved, LedgerError, Row, StorageFailed, VersionConflict
from server.ledger.postgres import PostgresLedger
from server.ledger.postgres_schema import check, prepare
from tests.support.ledgers import batch_of, rows_of
from tests.support.postgres import PostgresServer, shared_postgres

A = "futian/2026-11-23"
STREAMS = [f"hall{number}/2026-11-23" for number in range(6)]
SECONDS = 30
"""Bound of every wait here; a restart takes two."""


@pytest.fixture
async def nodes() -> AsyncIterator[list[PostgresLedger]]:
    server = shared_postgres()
    schema = server.ledger_schema()
    opened = [PostgresLedger(server.address, schema=schema) for _ in range(3)]
    yield opened
    for one in opened:
        await one.close()


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    server = PostgresServer(is_durable=True)
    server.start()
    yield server
    server.remove()


async def test_nodes_that_race_on_the_same_logs_lose_and_double_nothing(nodes: list[PostgresLedger]):
    """Each goes on from what it finds; orders of streams differ, and nobody waits in a circle."""
    stored: list[Row] = []

    async def write(number: int) -> None:
        order = STREAMS if number % 2 else STREAMS[::-1]
        for turn in range(15):
            await asyncio.gather(
                *(_append_somehow(nodes[number], stream, f"{number}-{turn}", stored) for stream in order)
            )

    async with asyncio.timeout(SECONDS):
        await asyncio.gather(*(write(number) for number in range(len(nodes))))

    assert len(stored) == 3 * 15 * len(STREAMS)
    for stream in STREAMS:
        rows = [row async for row in verified(nodes[0].read(stream))]
        assert sorted(row.hash for row in rows) == sorted(row.hash for row in stored if row.stream == stream)


async def test_what_one_node_wrote_another_reads_at_once(nodes: list[PostgresLedger]):
    batch = batch_of(A, 3)

    await nodes[0].append_many([batch])

    assert [row async for row in nodes[1].read(A)] == list(batch.rows)
    head = await nodes[2].head(A)
    assert head is not None
    assert head.version == 3


async def test_a_node_whose_head_is_old_is_told_the_right_one_and_may_go_on(nodes: list[PostgresLedger]):
    rows = rows_of(A, 4)
    await nodes[0].append_many([Batch(A, rows[:1])])
    await nodes[1].append_many([Batch(A, rows[1:2])])

    with pytest.raises(VersionConflict) as caught:
        await nodes[0].append_many([Batch(A, rows[1:2])])

    assert caught.value.found == 2
    await nodes[0].append_many([Batch(A, rows[2:])])


async def test_a_guard_moves_once_whichever_node_asks(nodes: list[PostgresLedger]):
    """Three nodes book for one person at one moment, in three halls: one booking."""
    batches = [msgspec.structs.replace(batch_of(stream, 1), guards=(Guard("p:anna", 0),)) for stream in STREAMS[:3]]

    results = await asyncio.gather(
        *(node.append_many([batch]) for node, batch in zip(nodes, batches, strict=True)), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in results) == ["GuardMoved", "GuardMoved", "NoneType"]
    assert {one.found for one in results if isinstance(one, GuardMoved)} == {1}


async def test_a_restart_of_the_database_loses_nothing_that_was_acknowledged(own_server: PostgresServer):
    """Writers go on meanwhile: what fails is tried again from what the ledger has."""
    prepare(own_server.address)
    ledger = PostgresLedger(own_server.address)
    stored: list[Row] = []
    is_over = asyncio.Event()

    async def write(stream: str) -> None:
        turn = 0
        while not is_over.is_set():
            await _append_somehow(ledger, stream, str(turn), stored)
            turn += 1

    writers = [asyncio.create_task(write(stream)) for stream in STREAMS]
    async with asyncio.timeout(SECONDS):
        await _until(lambda: len(stored) > 200)
        await asyncio.to_thread(own_server.stop)
        await asyncio.to_thread(own_server.start)
        before = len(stored)
        await _until(lambda: len(stored) > before + 200)
        is_over.set()
        await asyncio.gather(*writers)
    there = {row.hash for stream in STREAMS async for row in verified(ledger.read(stream))}
    assert {row.hash for row in stored} <= there
    assert (await ledger.health()).ok
    await ledger.close()


async def test_a_database_that_is_down_is_a_storage_failure_within_bounds(own_server: PostgresServer):
    prepare(own_server.address)
    ledger = PostgresLedger(own_server.address)
    await ledger.append_many([batch_of(A, 1)])
    await asyncio.to_thread(own_server.stop)

    async with asyncio.timeout(8):
        with pytest.raises(StorageFailed):
            await ledger.append_many([batch_of("other/2026-11-23", 1)])
        with pytest.raises(StorageFailed):
            await ledger.head(A)

    assert not (await ledger.health()).ok
    await ledger.close()


def test_a_database_that_nobody_prepared_is_refused_with_what_to_do():
    server = shared_postgres()
    with pytest.raises(StorageFailed, match="run onewindow migrate"):
        check(server.address, schema="nobody_made_this")
    schema = server.ledger_schema()
    check(server.address, schema=schema)
    prepare(server.address, schema=schema)


async def _append_somehow(ledger: PostgresLedger, stream: str, mark: str, stored: list[Row]) -> None:
    """Append one row after whatever is there, until it stands; note it when it was acknowledged."""
    for attempt in range(1_000):
        try:
            head = await ledger.head(stream)
            last = None
            if head is not None:
                [last] = [row async for row in ledger.read(stream, head.version - 1)][:1]
            row = _sealed(stream, last, f"{mark}-{attempt}")
            await ledger.append_many([Batch(stream, (row,))])
        except LedgerError:
            continue
        stored.append(row)
        return
    raise AssertionError("never came through")


def _sealed(stream: str, last: Row | None, mark: str) -> Row:
    version = last.version + 1 if last else 1
    return seal(
        last.hash if last else GENESIS, stream=stream, version=version, at_ms=version,
        command_id=f"{version}-{mark}", actor="clerk:w1", body=b"{}",
    )  # fmt: skip


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110  # what it waits for has no event
        await asyncio.sleep(0.01)

"""A database that goes away for a moment while nodes write: they wait for it, and write once what was on its way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from server.ledger.chain import verified
from server.ledger.port import StorageFailed
from server.ledger.postgres import PostgresLedger
from server.ledger.postgres_writer import GroupWriter
from tests.support.ledgers import batch_of, rows_of
from tests.support.postgres import shared_postgres

A, B, C = (f"{hall}/2026-11-23" for hall in ("futian", "luohu", "nanshan"))
AWAY_S = 1.2
"""As a restart: longer than writes of a long outage wait, shorter than those of a new one."""


class _Place:
    """A schema of a real database that can be made unreachable, and connections that can be cut in a transaction."""

    def __init__(self) -> None:
        server = shared_postgres()
        self.ledger = PostgresLedger(server.address, schema=server.ledger_schema())
        self.writer = GroupWriter(self._connect)
        self.refuses_until = 0.0
        self.cuts: list[str] = []
        """What happens to the next transactions: ``before`` or ``after`` they are committed, the connection goes."""

    async def _connect(self) -> Any:
        if asyncio.get_running_loop().time() < self.refuses_until:
            raise ConnectionRefusedError("the database starts")
        return _Cut(await self.ledger._connect(), self)

    def goes_away(self, seconds: float) -> None:
        self.refuses_until = asyncio.get_running_loop().time() + seconds


class _Cut:
    """A connection that goes as its place says."""

    def __init__(self, real: asyncpg.Connection, place: _Place) -> None:
        self._real, self._place = real, place

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        cut = self._place.cuts.pop(0) if self._place.cuts else ""
        async with self._real.transaction():
            yield
            if cut == "before":
                self._go()
        if cut == "after":
            self._go()

    def _go(self) -> None:
        self._real.terminate()
        self._place.goes_away(AWAY_S)
        raise ConnectionResetError("the database stops")


@pytest.fixture
async def place() -> AsyncIterator[_Place]:
    opened = _Place()
    yield opened
    await opened.writer.stop()
    await opened.ledger.close()


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_what_was_on_its_way_when_the_database_stopped_is_there_once_and_nobody_hears_of_it(
    place: _Place, cut: str
):
    """Whether its commit had arrived or not; who came during the outage waits for its end too."""
    await place.writer.append((batch_of(A, 1),))
    place.cuts = [cut]

    first = asyncio.create_task(place.writer.append((batch_of(B, 2),)))
    await asyncio.sleep(0.1)
    await asyncio.gather(first, place.writer.append((batch_of(C, 1),)))

    for stream, count in ((A, 1), (B, 2), (C, 1)):
        assert [row async for row in verified(place.ledger.read(stream))] == list(rows_of(stream, count))
    assert place.writer.health(within=60).ok
    assert place.writer.statistics().rows == 4


async def test_the_second_write_of_an_outage_waits_as_long_as_the_first(place: _Place):
    """Each would leave its hall to be built anew from its whole log."""
    await place.writer.append((batch_of(A, 1),))
    place.writer._connection.terminate()
    place.goes_away(AWAY_S)

    await place.writer.append((batch_of(B, 1),))
    place.writer._connection.terminate()
    place.goes_away(AWAY_S)

    await place.writer.append((batch_of(C, 1),))


async def test_a_long_outage_is_told_soon_and_its_end_is_noticed_at_once(
    place: _Place, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("server.ledger.postgres_writer.CONNECT_SECONDS", 0.3)
    monkeypatch.setattr("server.ledger.postgres_writer.AGAIN_SECONDS", 0.2)
    place.goes_away(1.0)
    loop = asyncio.get_running_loop()

    for stream in (A, B):
        began = loop.time()
        with pytest.raises(StorageFailed):
            await place.writer.append((batch_of(stream, 1),))
        assert loop.time() - began < 1
    assert not place.writer.health(within=60).ok
    await asyncio.sleep(max(0, place.refuses_until - loop.time()))
    await place.writer.append((batch_of(C, 1),))

    assert place.writer.health(within=60).ok

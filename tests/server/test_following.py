"""Two nodes on one ledger: each hears of what the other wrote, by the bus or, if that is silent, by looking."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from server.bus import Bus, LocalBus
from server.config.plans import FixedPlans
from server.ledger.memory import MemoryLedger
from server.ledger.port import Row
from server.registry import Halls
from tests.support.live import HALL, HandClock, call_next, open_window, send, take
from tests.support.plans import CALENDAR, DATE, small_plan


async def test_a_node_sees_at_once_what_another_node_wrote():
    bus = LocalBus()
    async with _nodes(bus, bus) as (first, second):
        await send(first.today(HALL), take(1), open_window(), call_next(1))
        await _until_equal(first, second)

        assert second.today(HALL).view_state().fingerprint() == first.today(HALL).view_state().fingerprint()


async def test_a_node_that_hears_nothing_looks_for_itself(monkeypatch: pytest.MonkeyPatch):
    """Each has a bus of its own, as if the one between them were down."""
    monkeypatch.setattr("server.following.LOOK_SECONDS", 0.01)
    async with _nodes(LocalBus(), LocalBus()) as (first, second):
        await send(first.today(HALL), take(1))
        await _until_equal(first, second)


async def test_a_node_that_followed_decides_at_the_first_attempt():
    bus = LocalBus()
    async with _nodes(bus, bus) as (first, second):
        await send(first.today(HALL), take(1), take(2))
        await _until_equal(first, second)
        conflicts = second.ledger.statistics().conflicts
        [commit] = await send(second.today(HALL), take(3))

        assert commit.refusal is None
        assert second.ledger.statistics().conflicts == conflicts


async def test_listeners_hear_of_what_another_node_wrote():
    """The screens of a node live on this."""
    bus, heard = LocalBus(), list[int]()
    async with _nodes(bus, bus) as (first, second):
        second.listeners.append(lambda _, commits: heard.extend(commit.seq for commit in commits))
        [commit] = await send(first.today(HALL), take(1))
        await _until_equal(first, second)

        assert heard == [commit.seq]


async def test_only_what_is_new_is_read():
    bus, ledger = LocalBus(), ReadLedger()
    async with _nodes(bus, bus, ledger=ledger) as (first, second):
        await send(first.today(HALL), *(take(number) for number in range(20)))
        await _until_equal(first, second)
        ledger.handed_out.clear()
        [commit] = await send(first.today(HALL), take(99))
        await _until_equal(first, second)

        assert ledger.handed_out == [commit.seq]


class ReadLedger(MemoryLedger):
    """Remembers which rows were handed out."""

    def __init__(self) -> None:
        super().__init__()
        self.handed_out: list[int] = []

    async def read(self, stream: str, after: int = 0) -> AsyncIterator[Row]:
        async for row in super().read(stream, after):
            self.handed_out.append(row.version)
            yield row


@asynccontextmanager
async def _nodes(*buses: Bus, ledger: MemoryLedger | None = None) -> AsyncIterator[Sequence[Halls]]:
    """Serve one hall by several nodes on one ledger."""
    shared = ledger or MemoryLedger()
    plans = FixedPlans({HALL: small_plan(HALL)}, calendar=CALENDAR)
    nodes = [Halls(shared, bus, HandClock(), plans, is_shared=True) for bus in buses]
    for node in nodes:
        await node.start()
    try:
        await _until_equal(*nodes)
        yield nodes
    finally:
        for node in nodes:
            await node.stop()


async def _until_equal(*nodes: Halls) -> None:
    """Wait until every node has seen the whole log; at most 5 s."""
    ledger = nodes[0].ledger
    async with asyncio.timeout(5):
        while True:
            head = await ledger.head(f"{HALL}/{DATE}")
            if head is not None and all(one.today(HALL).view_state().seq == head.version for one in nodes):
                return
            await asyncio.sleep(0.002)

"""Halls added while the server runs: served at once here, and soon on the other nodes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from server.bus import Bus, LocalBus
from server.config.database import DatabaseUnavailable
from server.config.plans import FixedPlans
from server.config.sections import HallFacts
from server.ledger.memory import MemoryLedger
from server.newcomers import Newcomers
from server.outcomes import UnknownHall
from server.registry import Halls
from tests.support.live import HALL, HandClock, send, take
from tests.support.plans import CALENDAR, small_plan

NEW = "new"
DEADLINE_S = 5


async def test_a_hall_that_is_added_is_served_and_open_at_once():
    """Welcoming again is nothing: it goes on with the same day."""
    async with _nodes(LocalBus()) as [(halls, newcomers)]:
        _add(halls)
        with pytest.raises(UnknownHall):
            halls.today(NEW)

        await asyncio.gather(newcomers.welcome(), newcomers.welcome())
        runner = halls.today(NEW)
        [commit] = await send(runner, take(1))
        await newcomers.welcome()

        assert commit.refusal is None
        assert halls.today(NEW) is runner
        assert halls.codes() == (HALL, NEW)


async def test_another_node_hears_of_a_new_hall_by_its_first_day():
    """Within the time that any other news takes."""
    bus = LocalBus()
    async with _nodes(bus, bus) as [(first, newcomers), (second, _)]:
        _add(first)
        await newcomers.welcome()

        await _until(lambda: second.day_of(NEW) is not None)
        await send(first.today(NEW), take(1))
        await _until(lambda: second.today(NEW).view_state().seq == first.today(NEW).view_state().seq)


async def test_another_node_that_hears_nothing_looks_at_the_settings(monkeypatch: pytest.MonkeyPatch):
    """Each has a bus of its own, as if the one between them were down; a look that fails is tried again."""
    monkeypatch.setattr("server.newcomers.LOOK_SECONDS", 0.01)
    async with _nodes(LocalBus(), LocalBus()) as [(first, newcomers), (second, _)]:
        plans = second.plans
        assert isinstance(plans, _Plans)
        plans.failures = 2
        _add(first)
        await newcomers.welcome()

        await _until(lambda: second.day_of(NEW) is not None)


async def test_a_log_of_no_hall_costs_one_look():
    """Logs that stay when their hall is not in these settings are not asked for with every hint."""
    bus = LocalBus()
    async with _nodes(bus) as [(halls, _)]:
        plans = halls.plans
        assert isinstance(plans, _Plans)
        looks = plans.looks
        for seq in range(1, 4):
            bus.publish("nowhere/2026-11-23", seq)
            await asyncio.sleep(0.05)

        assert plans.looks == looks + 1


class _Plans(FixedPlans):
    """Plans that count who looks, and fail when they are told to."""

    failures = 0
    looks = 0

    def halls(self) -> tuple[HallFacts, ...]:
        self.looks += 1
        if self.failures:
            self.failures -= 1
            raise DatabaseUnavailable("not now")
        return super().halls()


def _add(halls: Halls) -> None:
    plans = halls.plans
    assert isinstance(plans, FixedPlans)
    plans.plans[NEW] = small_plan(NEW)


@asynccontextmanager
async def _nodes(*buses: Bus) -> AsyncIterator[list[tuple[Halls, Newcomers]]]:
    """Run one node for each bus, on one ledger and with the same settings."""
    ledger, clock, settings = MemoryLedger(), HandClock(), {HALL: small_plan(HALL)}
    nodes = []
    async with asyncio.TaskGroup() as group:
        tasks = []
        for bus in buses:
            plans = _Plans(settings, calendar=CALENDAR)
            halls = Halls(ledger, bus, clock, plans, is_shared=True)
            await halls.start()
            newcomers = Newcomers(halls, ledger, bus)
            tasks.append(group.create_task(newcomers.follow()))
            nodes.append((halls, newcomers))
        await asyncio.sleep(0)
        yield nodes
        for task in tasks:
            task.cancel()
    for halls, _ in nodes:
        await halls.stop()


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110  # a state of the halls is waited for, which sets no event
            await asyncio.sleep(0.01)

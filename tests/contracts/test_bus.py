"""What every bus keeps to, whatever carries it."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable

import pytest

import server.bus
from server.bus import Bus, BusClosed, Hint, LocalBus
from server.bus_redis import RedisBus
from tests.support.redis import shared_redis


def redis_bus() -> RedisBus:
    opened = RedisBus(shared_redis().address, prefix=uuid.uuid4().hex)
    opened.start()
    return opened


OPENERS: dict[str, Callable[[], Bus]] = {"local": LocalBus, "redis": redis_bus}
SECONDS = 5.0
"""Bound of every wait here; hints come within milliseconds."""

A, B = "futian/2026-11-23", "nanshan/2026-11-23"


@pytest.fixture(params=sorted(OPENERS))
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    opened = OPENERS[request.param]()
    yield opened
    await opened.close()


async def test_a_follower_hears_of_its_stream(bus: Bus):
    subscription = bus.subscribe([A])

    bus.publish(A, 1)

    assert await newest(subscription, A, 1) == {A: 1}


async def test_a_follower_of_all_hears_of_every_stream(bus: Bus):
    subscription = bus.subscribe()

    bus.publish(A, 3)
    bus.publish(B, 7)

    assert await newest(subscription, B, 7, also={A: 3}) == {A: 3, B: 7}


async def test_a_follower_does_not_hear_of_other_streams(bus: Bus):
    subscription = bus.subscribe([A])

    bus.publish(B, 9)
    bus.publish(A, 1)

    assert await newest(subscription, A, 1) == {A: 1}


async def test_every_follower_hears(bus: Bus):
    subscriptions = [bus.subscribe([A]) for _ in range(10)]

    bus.publish(A, 4)

    assert [await newest(one, A, 4) for one in subscriptions] == [{A: 4}] * 10


async def test_who_waits_is_woken(bus: Bus):
    subscription = bus.subscribe([A])
    waiting = asyncio.create_task(subscription.next())
    await asyncio.sleep(0)

    bus.publish(A, 2)

    assert Hint(A, 2) in (await asyncio.wait_for(waiting, SECONDS)).hints


async def test_seqs_of_a_stream_only_grow(bus: Bus):
    """Whatever is published and folded: a later look never shows less."""
    subscription = bus.subscribe([A])
    seen = 0
    for seq in (1, 2, 5, 4, 9):
        bus.publish(A, seq)
        hints = await newest(subscription, A, max(seq, seen)) if seq > seen else {A: seen}
        assert hints[A] >= seen
        seen = hints[A]

    assert seen == 9


async def test_a_follower_who_sleeps_gets_the_newest_of_many(bus: Bus):
    """100,000 hints unread cost one entry per stream."""
    subscription = bus.subscribe()

    for seq in range(1, 50_001):
        bus.publish(A, seq)
        bus.publish(B, seq)

    assert await newest(subscription, A, 50_000, also={B: 50_000}) == {A: 50_000, B: 50_000}


async def test_a_closed_subscription_says_so(bus: Bus):
    subscription = bus.subscribe([A])
    waiting = asyncio.create_task(subscription.next())
    await asyncio.sleep(0)

    subscription.close()
    subscription.close()

    with pytest.raises(BusClosed):
        await asyncio.wait_for(waiting, SECONDS)
    with pytest.raises(BusClosed):
        await asyncio.wait_for(subscription.next(), SECONDS)
    assert bus.statistics().subscriptions == 0


async def test_closing_the_bus_ends_every_subscription(bus: Bus):
    subscriptions = [bus.subscribe([A]), bus.subscribe()]

    await bus.close()

    for subscription in subscriptions:
        with pytest.raises(BusClosed):
            await asyncio.wait_for(subscription.next(), SECONDS)


async def test_too_many_streams_unread_are_told_as_missed(bus: Bus, monkeypatch: pytest.MonkeyPatch):
    """At the limit hints are dropped, and the follower is told to look for itself."""
    monkeypatch.setattr(server.bus, "STREAMS_LIMIT", 10)
    subscription = bus.subscribe()

    for number in range(20):
        bus.publish(f"hall{number}/2026-11-23", 1)

    hints = await asyncio.wait_for(subscription.next(), SECONDS)
    assert hints.missed
    assert len(hints.hints) <= 10
    bus.publish(A, 1)
    assert not (await asyncio.wait_for(subscription.next(), SECONDS)).missed


async def newest(
    subscription: server.bus.Subscription, stream: str, seq: int, also: dict[str, int] | None = None
) -> dict[str, int]:
    """Read hints until a stream (and others) stand where they must; return the newest of each."""
    wanted = {stream: seq, **(also or {})}
    seen: dict[str, int] = {}
    async with asyncio.timeout(SECONDS):
        while any(seen.get(name, 0) < least for name, least in wanted.items()):
            for hint in (await subscription.next()).hints:
                assert hint.seq > seen.get(hint.stream, 0)
                seen[hint.stream] = hint.seq
    return seen

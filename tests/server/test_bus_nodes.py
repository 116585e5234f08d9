"""Several nodes on one Redis: hints cross, and whatever Redis loses is told as lost."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable

import pytest

from server.bus import Subscription
from server.bus_redis import RedisBus
from tests.support.redis import RedisServer

A, B = "futian/2026-11-23", "nanshan/2026-11-23"
SECONDS = 15.0
"""Bound of every wait here; finding each other takes a second, a restart another."""


@pytest.fixture
async def nodes(redis: RedisServer) -> AsyncIterator[tuple[RedisBus, RedisBus]]:
    prefix = uuid.uuid4().hex
    one, other = RedisBus(redis.address, prefix=prefix), RedisBus(redis.address, prefix=prefix)
    for bus in (one, other):
        bus.start()
    yield one, other
    for bus in (one, other):
        await bus.close()


async def test_a_hint_of_one_node_reaches_the_other_and_does_not_come_back(nodes: tuple[RedisBus, RedisBus]):
    one, other = nodes
    there = other.subscribe([A])
    await acquainted(one, other)

    one.publish(A, 7)

    assert await heard(there, A, 7)
    before = one.statistics().published
    other.publish(A, 7)
    other.publish(B, 1)
    here = one.subscribe([B])
    other.publish(B, 2)
    assert await heard(here, B, 2)
    # B came twice at most, and A, which this node had said itself, not at all.
    assert one.statistics().published - before <= 2


async def test_without_redis_a_node_goes_on_alone_and_recovers_by_itself(
    nodes: tuple[RedisBus, RedisBus], redis: RedisServer
):
    one, other = nodes
    there = other.subscribe()
    await acquainted(one, other)

    redis.stop()
    await until(lambda: not one.statistics().healthy and not other.statistics().healthy)
    own = one.subscribe([A])
    one.publish(A, 3)
    assert await heard(own, A, 3)

    await asyncio.to_thread(redis.start)
    await until(lambda: one.statistics().healthy and other.statistics().healthy)
    assert await missed_or_heard(there, A, 3)


async def test_an_emptied_redis_is_noticed_as_a_gap(nodes: tuple[RedisBus, RedisBus], redis: RedisServer):
    """Whatever was in it may never have been read: everybody is told to look."""
    one, other = nodes
    there = other.subscribe()
    await acquainted(one, other)

    redis.flush()
    one.publish(A, 5)
    redis.flush()

    assert await missed_or_heard(there, A, 5)
    one.publish(A, 6)
    assert await missed_or_heard(there, A, 6)


async def acquainted(one: RedisBus, other: RedisBus) -> None:
    """Wait until both hear each other."""
    here, there = one.subscribe(["hello"]), other.subscribe(["hello"])
    for number, (speaker, listener) in enumerate([(one, there), (other, here)]):
        said = 10 * (number + 1)
        async with asyncio.timeout(SECONDS):
            while True:
                speaker.publish("hello", said)
                try:
                    async with asyncio.timeout(0.2):
                        if any(hint.seq >= said for hint in (await listener.next()).hints):
                            break
                except TimeoutError:
                    said += 1
    here.close()
    there.close()


async def heard(subscription: Subscription, stream: str, seq: int) -> bool:
    async with asyncio.timeout(SECONDS):
        while True:
            if any(hint.stream == stream and hint.seq >= seq for hint in (await subscription.next()).hints):
                return True


async def missed_or_heard(subscription: Subscription, stream: str, seq: int) -> bool:
    async with asyncio.timeout(SECONDS):
        while True:
            news = await subscription.next()
            if news.missed or any(hint.stream == stream and hint.seq >= seq for hint in news.hints):
                return True


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not holds():  # noqa: ASYNC110  # a state is waited for, which sets no event
            await asyncio.sleep(0.02)

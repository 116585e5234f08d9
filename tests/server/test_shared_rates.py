"""Limits of several nodes: what one counts the others know within a second, and without Redis each counts alone."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import pytest

from server.accounts.authorise import NOBODY, Caller
from server.accounts.rates import Rates
from server.accounts.shared_rates import NAMES_AT_ONCE, RedisSharing, SharedStorage
from server.problems import Problem
from server.settings import Limits
from tests.support.ports import free_port
from tests.support.rates import Hand, failed
from tests.support.redis import RedisServer, shared_redis
from tests.support.server import Served, serving

LIMIT = 10
LIMITS = Limits(
    changes_per_address=LIMIT, changes_per_account=LIMIT, guesses_per_address=LIMIT, logins_per_minute=LIMIT
)
ADDRESS = "10.0.0.1"
SECONDS = 20.0


class Nodes:
    """Two nodes that exchange when they are told to."""

    def __init__(self, address: str) -> None:
        self.hand, prefix = Hand(), uuid4().hex
        self.sharing = [RedisSharing(address, prefix=prefix, now_s=self.hand) for _ in range(2)]
        self.rates = [Rates(LIMITS, self.hand, one) for one in self.sharing]

    async def exchange(self) -> None:
        """Let both tell and learn."""
        for one in self.sharing:
            await one.exchange()

    async def close(self) -> None:
        """Leave Redis."""
        for one in self.sharing:
            await one.close()

    def allowed(self, node: int, times: int = 2 * LIMIT) -> int:
        """Return how many changes of so many a node allows."""
        return sum(_allows(lambda: self.rates[node].changes(NOBODY, ADDRESS)) for _ in range(times))


@pytest.fixture
async def nodes() -> AsyncIterator[Nodes]:
    made = Nodes(shared_redis().address)
    yield made
    await made.close()


async def test_a_limit_holds_over_all_nodes(nodes: Nodes):
    """Six here are six there. Whoever comes back learns with the first exchange what was taken elsewhere."""
    assert nodes.allowed(0, 6) == 6
    assert nodes.allowed(1, 1) == 1
    await nodes.exchange()

    assert nodes.allowed(1) == LIMIT - 7
    await nodes.exchange()
    assert nodes.allowed(0, 1) == 1
    await nodes.exchange()
    assert nodes.allowed(0) == 0


async def test_what_comes_during_an_exchange_is_counted_once(nodes: Nodes):
    one = nodes.sharing[0]
    nodes.allowed(0, 3)
    told = one.storage.take()
    nodes.allowed(0, 2)
    (key,) = told.counts
    one.storage.learn(key, told.until_s, 3)

    assert one.storage.get(key) == 5
    await nodes.exchange()
    assert one.storage.get(key) == 5


async def test_the_clocks_minute_ends_for_all_nodes_at_once(nodes: Nodes):
    nodes.hand.now_s = 1_019.0
    nodes.allowed(0)
    nodes.allowed(1, 1)
    with pytest.raises(Problem) as refused:
        nodes.rates[0].changes(NOBODY, ADDRESS)
    assert refused.value.facts == {"retry_s": 1}
    told = nodes.sharing[1].storage.take()
    nodes.hand.now_s = 1_020.0

    assert nodes.allowed(0, 2) == 2
    assert nodes.sharing[0].storage.take().counts.popitem()[1] == 2
    # What is learned of the minute before changes nothing.
    nodes.allowed(1, 1)
    (key,) = told.counts
    nodes.sharing[1].storage.learn(key, told.until_s, 99)
    assert nodes.sharing[1].storage.get(key) == 1


async def test_wrong_guesses_at_one_node_are_known_at_the_other(nodes: Nodes):
    for _ in range(LIMIT):
        nodes.rates[0].guessed_wrong(ADDRESS)
    nodes.rates[1].guessed_wrong(ADDRESS)
    await nodes.exchange()

    assert not _allows(lambda: nodes.rates[1].guesses(ADDRESS))
    assert _allows(lambda: nodes.rates[1].guesses("10.0.0.2"))


async def test_failed_sign_ins_at_one_node_are_known_at_the_other(nodes: Nodes):
    """Right ones, and those under way, are told to nobody."""
    with nodes.rates[0].sign_in("wang", ADDRESS):
        await nodes.exchange()
    for node, times in ((0, LIMIT - 1), (1, 1)):
        for _ in range(times):
            assert failed(nodes.rates[node], "li") == "WRONG_PASSWORD"
    await nodes.exchange()

    assert failed(nodes.rates[1], "li") == "TOO_MANY"
    assert failed(nodes.rates[1], "wang") == "WRONG_PASSWORD"


async def test_redis_holds_neither_addresses_nor_accounts(nodes: Nodes):
    nodes.rates[0].changes(Caller("clerk", "wang-fang"), ADDRESS)
    nodes.allowed(0, 1)
    await nodes.exchange()

    client = nodes.sharing[0]._redis
    names = [name for name in await client.keys("*:rates:*") if nodes.sharing[0]._prefix.encode() in name]
    fields = [field for name in names for field in await client.hkeys(name)]
    assert len(fields) == 2
    assert not [field for field in fields if b"wang" in field or b"10.0" in field]
    assert [0 < await client.ttl(name) <= 120 for name in names] == [True]


async def test_a_redis_that_was_emptied_makes_nobody_forget(nodes: Nodes):
    nodes.allowed(0, 8)
    await nodes.exchange()
    await nodes.sharing[0]._redis.delete(*await nodes.sharing[0]._redis.keys(f"{nodes.sharing[0]._prefix}:*"))
    nodes.allowed(0, 1)
    await nodes.exchange()

    assert nodes.allowed(0) == LIMIT - 9


async def test_without_redis_each_node_counts_alone_and_says_so():
    nodes = Nodes(f"redis://127.0.0.1:{free_port()}/0")

    await nodes.exchange()
    assert nodes.allowed(0) == LIMIT
    await nodes.exchange()
    assert nodes.allowed(1) == LIMIT
    await nodes.close()
    assert [rates.statistics().healthy for rates in nodes.rates] == [False, False]
    assert nodes.rates[0].statistics().backend == "redis"


async def test_a_redis_that_says_nothing_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        one = RedisSharing(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        async with asyncio.timeout(SECONDS):
            await one.exchange()
            await one.close()

    assert not one.is_healthy


def test_what_is_told_at_once_is_bounded():
    storage = SharedStorage(Hand())
    for number in range(NAMES_AT_ONCE + 50):
        assert storage.incr(f"name {number}", 60) == 1

    assert len(storage.take().counts) == NAMES_AT_ONCE
    assert storage.take().counts == {}


def test_two_servers_share_a_limit_and_go_on_without_redis(tmp_path: Path, redis: RedisServer):
    """What one server counted, the other refuses; without Redis no request fails, and both say that they are alone."""
    with (
        serving(tmp_path / "a", limits=LIMITS, redis_url=redis.address) as one,
        serving(tmp_path / "b", limits=LIMITS, redis_url=redis.address) as other,
    ):
        both = (one, other)
        _until(lambda: all(_rates(node) == {"ok": True, "backend": "redis"} for node in both))
        # A minute may end in the middle of it; then somebody else is asked for.
        assert any(_refuses_early(one, other, who) for who in ("guide", "manager", "clerk01"))
        redis.stop()
        _until(lambda: all(_rates(node)["ok"] is False for node in both))
        codes = {_change(node) for node in both for _ in range(3 * LIMIT)}
        redis.start()
        _until(lambda: all(_rates(node)["ok"] is True for node in both))

    assert 429 in codes
    assert codes <= {409, 429}


def _refuses_early(one: Served, other: Served, who: str) -> bool:
    """Tell whether the second refuses somebody who asked it less often than the limit allows, but the first as well."""
    for _ in range(LIMIT):
        _change(one, who)
    for _ in range(LIMIT - 2):
        if _change(other, who) == 429:
            return True
        time.sleep(0.3)
    return False


def _change(served: Served, who: str = "guide") -> int:
    """Ask for a change that the hall refuses; return the status."""
    return served.call("tickets", {"items": [{"code": "nothing"}]}, who=who).status_code


def _rates(served: Served) -> dict[str, object]:
    found: dict[str, object] = served.client().get("/health").json()["rates"]
    return found


def _allows(act: Callable[[], None]) -> bool:
    try:
        act()
    except Problem as problem:
        return problem.code != "TOO_MANY"
    return True


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)

"""The simulated network: requests that are lost, late, doubled or answered in vain; feeds that break or fall silent."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from server.bus import BusStatistics, LocalBus, Subscription

HOP_S = (0.0005, 0.03)
"""The way through a hall's network."""
LATE_S = (0.2, 4.0)
"""A packet that was in trouble."""
SILENCE_S = 3.0
"""How long a client waits for an answer before it asks again."""

Note = Callable[..., None]


class Broken(Exception):
    """No answer came; whether the request arrived is not known."""


@dataclass
class Weather:
    """How bad the network is now: shares of what is lost, late or doubled. All zero once it has healed."""

    lost: float = 0.0
    answers_lost: float = 0.0
    late: float = 0.0
    doubled: float = 0.0
    hints_lost: float = 0.0
    hints_doubled: float = 0.0
    cut: frozenset[tuple[str, int]] = frozenset()
    """Clients and nodes between which nothing goes through."""

    def clear(self) -> None:
        """Heal."""
        self.lost = self.answers_lost = self.late = self.doubled = self.hints_lost = self.hints_doubled = 0.0
        self.cut = frozenset()


class Peer(Protocol):
    """A node, as the network sees it."""

    number: int
    life: int
    is_up: bool

    def spawn(self, work: Awaitable[object], name: str) -> None:
        """Do something as this node, until it dies."""
        ...


@dataclass
class Network:
    """Carries requests between clients and nodes, and hints between nodes."""

    chance: random.Random
    note: Note
    weather: Weather = field(default_factory=Weather)

    def hop_s(self) -> float:
        """Draw how long one way takes."""
        return self.chance.uniform(*(LATE_S if self.chance.random() < self.weather.late else HOP_S))

    def goes_through(self, client: str, node: int) -> bool:
        """Say whether there is a way at all."""
        return (client, node) not in self.weather.cut

    async def ask(self, client: str, node: Peer, serve: Callable[[], Awaitable[object]]) -> object:
        """Send a request and return its answer; raises :class:`Broken`."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[object] = loop.create_future()
        lives = 2 if self.chance.random() < self.weather.doubled else 1
        for number in range(lives):
            if self.goes_through(client, node.number) and self.chance.random() >= self.weather.lost:
                delay_s = self.hop_s() + number * self.chance.uniform(*LATE_S)
                loop.call_later(delay_s, self._arrive, client, node, serve, answer)
        try:
            async with asyncio.timeout(SILENCE_S):
                return await answer
        except TimeoutError:
            raise Broken from None

    def _arrive(
        self, client: str, node: Peer, serve: Callable[[], Awaitable[object]], answer: asyncio.Future[object]
    ) -> None:
        if node.is_up:
            node.spawn(self._serve(client, node, serve, answer), f"request of {client}")
        elif not answer.done():
            answer.set_exception(Broken())

    async def _serve(
        self, client: str, node: Peer, serve: Callable[[], Awaitable[object]], answer: asyncio.Future[object]
    ) -> None:
        life = node.life
        said = await serve()
        lost = self.chance.random() < self.weather.answers_lost
        if node.life == life and not lost and self.goes_through(client, node.number):
            asyncio.get_running_loop().call_later(self.hop_s(), _hand, answer, said)


def _hand(answer: asyncio.Future[object], said: object) -> None:
    if not answer.done():
        answer.set_result(said)


class NodeBus:
    """The bus as one node has it: its own subscriptions at once, those of the others after a way that may lose hints."""

    def __init__(self, network: Network, others: Callable[[], Sequence["NodeBus"]]) -> None:
        self.local = LocalBus()
        self._network = network
        self._others = others

    def publish(self, stream: str, seq: int) -> None:
        self.local.publish(stream, seq)
        network, loop = self._network, asyncio.get_running_loop()
        for other in self._others():
            times = 1 + (network.chance.random() < network.weather.hints_doubled)
            for _ in range(times):
                if network.chance.random() >= network.weather.hints_lost:
                    loop.call_later(network.hop_s(), other.local.publish, stream, seq)

    def subscribe(self, streams: Sequence[str] | None = None) -> Subscription:
        return self.local.subscribe(streams)

    def statistics(self) -> BusStatistics:
        return self.local.statistics()

    async def close(self) -> None:
        await self.local.close()

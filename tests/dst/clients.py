"""Clients as the real ones behave: they ask again under the same id until they are told, go to another node if one is silent."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from hall import commands as cmd
from hall.ids import HallId
from hall.state import HallDay
from tests.dst import door
from tests.dst.history import Act, History, Read, Reply
from tests.dst.node import Node
from tests.dst.wires import Broken, Network, Note

PATIENCE_S = (0.1, 0.7)
"""Rest before the same is asked again."""
LATE_REPEAT = 0.12
"""Share of acts that are sent once more long after they were answered."""

T = TypeVar("T")
Serve = Callable[[Node], Awaitable[Reply]]


@dataclass
class Town:
    """What all clients share."""

    nodes: Sequence[Node]
    network: Network
    history: History
    note: Note
    until_s: float = 0.0
    """When nobody begins anything new any more."""
    is_spread: bool = False
    """Clients go to any node, so that several serve one hall."""

    @property
    def is_open(self) -> bool:
        """Whether something new is begun."""
        return asyncio.get_running_loop().time() < self.until_s


@dataclass
class Client:
    """Somebody with a network and a habit of asking again."""

    name: str
    hall: HallId
    town: Town
    chance: random.Random
    gives_up: float = 0.0
    """Share of acts that are given up after a while without an answer."""
    _number: int = 0
    _node: int = 0
    _repeats: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.town.is_spread:
            self._node = self.chance.randrange(len(self.town.nodes))

    def key(self) -> str:
        """Return an id that no other act has."""
        self._number += 1
        return f"{self.name}-{self._number:05}"

    async def run(self) -> None:
        """Live until the town closes."""
        await asyncio.sleep(self.chance.uniform(0, 1.5))
        while self.town.is_open:
            await self.step()
            await asyncio.sleep(self.chance.uniform(0.05, 0.9))

    async def step(self) -> None:
        """Do one thing."""
        raise NotImplementedError

    async def do(self, asked: cmd.AnyCommand) -> Reply | None:
        """Have today decide something; None if that was given up."""
        op = type(asked).__name__
        return await self.ask(op, asked.command_id, lambda node: door.command(node, self.hall, asked))

    async def ask(self, op: str, key: str, serve: Serve) -> Reply | None:
        """Ask until there is an answer."""
        loop = asyncio.get_running_loop()
        act = self.town.history.begin(self.name, op, key, loop.time())
        self.town.note("asks", client=self.name, op=op, key=key)
        last_s = loop.time() + self.chance.uniform(1, 6) if self.chance.random() < self.gives_up else None
        while (reply := await self._once(serve)) is None:
            if last_s is not None and loop.time() > last_s:
                act.is_given_up = True
                return None
            await asyncio.sleep(self.chance.uniform(*PATIENCE_S))
        self._told(act, *reply)
        if self.chance.random() < LATE_REPEAT:
            task = loop.create_task(self._repeat(act, serve), name=f"late repeat of {self.name}")
            self._repeats.add(task)
            task.add_done_callback(self._repeats.discard)
        return reply[0]

    async def look(self, pick: Callable[[HallDay], T]) -> T | None:
        """Look at something of the open hall, as its page shows it; None if no node answers."""
        loop = asyncio.get_running_loop()
        invoked = loop.time()

        async def serve(node: Node) -> object:
            runner = node.halls.day_of(self.hall)
            if runner is None or not runner.view_state().is_open:
                return None
            # Picked now: a state goes on.
            return runner.stream, runner.view_state().seq, pick(runner.view_state())

        node = self.town.nodes[self._node]
        try:
            seen = await self.town.network.ask(self.name, node, lambda: serve(node))
        except Broken:
            self._elsewhere()
            return None
        if seen is None:
            return None
        stream, seq, picked = cast("tuple[str, int, T]", seen)
        self.town.history.reads.append(Read(stream, invoked, loop.time(), seq))
        return picked

    async def _once(self, serve: Serve) -> tuple[Reply, float] | None:
        """Ask once; return a definite answer, and when it was asked for."""
        node, asked = self.town.nodes[self._node], asyncio.get_running_loop().time()
        try:
            reply = await self.town.network.ask(self.name, node, lambda: door.answered(serve(node)))
        except Broken:
            self._elsewhere()
            return None
        assert isinstance(reply, Reply)
        if reply.kind == "trouble":
            self.town.note("trouble", client=self.name, code=reply.code)
            if self.chance.random() < 0.3:
                self._elsewhere()
            return None
        return reply, asked

    async def _repeat(self, act: Act, serve: Serve) -> None:
        await asyncio.sleep(self.chance.uniform(0.3, 5))
        reply = await self._once(serve)
        if reply is not None:
            self._told(act, *reply)

    def _told(self, act: Act, reply: Reply, asked: float) -> None:
        act.told(reply, asked, asyncio.get_running_loop().time())
        self.town.note("told", client=self.name, key=act.key, kind=reply.kind, code=reply.code, seq=reply.seq)

    def _elsewhere(self) -> None:
        self._node = (self._node + 1) % len(self.town.nodes)

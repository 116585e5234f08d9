"""A node: the product's halls, runners, timers, bookings and hub on the simulated storage, bus, network and clock."""

import asyncio
import contextvars
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hall.events import Commit
from hall.ids import HallId
from server.clock import SystemClock
from server.config.plans import PlanSource
from server.hub import Hub, tickets_in
from server.registry import Halls
from tests.dst.disk import Disk, NodeLedger, Writer
from tests.dst.loop import NS_PER_S
from tests.dst.wires import Network, NodeBus, Note

BOOT_S = (0.2, 1.0)
"""From the start of a process to its first step."""

_here: contextvars.ContextVar["Life | None"] = contextvars.ContextVar("node", default=None)


@dataclass(eq=False)
class Life:
    """One process of a node; its tasks end with it."""

    writer: Writer
    tasks: dict[asyncio.Task[object], None] = field(default_factory=dict)


@dataclass
class WallClock:
    """A computer's clock: wrong by some time, and set now and then."""

    base_ms: int
    skew_s: float = 0.0

    def read_ns(self) -> int:
        """Return what the computer believes."""
        now_s = asyncio.get_running_loop().time() + self.skew_s
        return self.base_ms * 1_000_000 + round(now_s * NS_PER_S)


@dataclass(eq=False)
class Node:
    """One computer that serves halls; it may die and come back."""

    number: int
    disk: Disk
    network: Network
    plans: PlanSource
    wall: WallClock
    note: Note
    chance: random.Random
    is_shared: bool
    others: Callable[[], Sequence["Node"]]
    life: int = 0
    is_up: bool = False
    _now: Life | None = None
    bus: NodeBus = field(init=False)
    halls: Halls = field(init=False)
    hub: Hub = field(init=False)
    on_death: list[Callable[[], None]] = field(default_factory=list)
    known_at: dict[tuple[str, int], float] = field(default_factory=dict)
    """When this life of the node first knew that a log stands where."""

    @property
    def is_running(self) -> bool:
        """Whether there is a process, ready or not."""
        return self._now is not None

    def boot(self) -> None:
        """Start the process."""
        self.life += 1
        self._now = Life(Writer(self.number, self.life))
        self.note("boot", node=self.number, life=self.life)
        self.spawn(self._live(self._now), f"node {self.number}")

    def crash(self, *, is_silent: bool = False) -> None:
        """End the process without a last word; of a whole computer that dies not even the connections tell."""
        life, self._now = self._now, None
        self.is_up = False
        if life is None:
            return
        self.note("crash", node=self.number, life=self.life)
        life.writer.is_alive = False
        # So that an answer on its way to nobody is not sent in the name of the next life.
        self.life += 1
        for task in list(life.tasks):
            task.cancel()
        ended, self.on_death = self.on_death, []
        for tell in () if is_silent else ended:
            tell()

    def spawn(self, work: Awaitable[object], name: str) -> None:
        """Do something in this process, until it ends."""
        context = contextvars.copy_context()
        context.run(_here.set, self._now)

        async def do() -> object:
            return await work

        task = asyncio.get_running_loop().create_task(do(), name=name, context=context)
        assert self._now is None or task in self._now.tasks, "a life knows its tasks"

    async def _live(self, life: Life) -> None:
        await asyncio.sleep(self.chance.uniform(*BOOT_S))
        clock = SystemClock(self.wall.read_ns)
        ledger = NodeLedger(self.disk, life.writer)
        self.bus = NodeBus(self.network, lambda: [one.bus for one in self.others() if one.is_up])
        self.halls = Halls(ledger, self.bus, clock, self.plans, is_shared=self.is_shared)
        hub = self.hub = Hub(self.halls.day_of, clock, version="simulated")
        self.known_at.clear()

        def moved(hall: HallId, commits: Sequence[Commit]) -> None:
            day = self.halls.day_of(hall)
            if day is not None:
                self.known_at.setdefault((day.stream, day.view_state().seq), asyncio.get_running_loop().time())
            hub.moved(hall, tickets_in(commits))

        self.halls.listeners.append(moved)
        try:
            await self.halls.start()
        except Exception as error:
            # Who watches a process starts it again if it could not start.
            self.note("start failed", node=self.number, error=repr(error))
            asyncio.get_running_loop().call_soon(self._again, life, context=contextvars.Context())
            return
        self.is_up = True
        self.note("up", node=self.number, life=self.life)
        await hub.beat()

    def _again(self, life: Life) -> None:
        if self._now is life:
            self.crash()
            self.boot()


def task_factory(loop: asyncio.AbstractEventLoop, coro: Any, **more: Any) -> asyncio.Task[Any]:
    """Make tasks that know whose they are."""
    task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **more)
    context = more.get("context")
    life = context[_here] if isinstance(context, contextvars.Context) and _here in context else _here.get()
    if life is not None:
        life.tasks[task] = None
        task.add_done_callback(lambda done: life.tasks.pop(done, None))
    return task

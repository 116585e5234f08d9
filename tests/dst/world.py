"""One run: a town of halls, nodes, clients and screens made from a seed, its faults, its healing, and what came of it."""

import asyncio
import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec
import structlog

from hall.booking import BookingRules, Limits, Release
from hall.feed import View
from hall.ids import MINUTE_MS
from hall.policy import Calling, Plan
from server.config.plans import FixedPlans
from tests.dst.bookers import Visitor
from tests.dst.clients import Client, Town
from tests.dst.disk import Disk
from tests.dst.faults import Faults
from tests.dst.history import History
from tests.dst.loop import VirtualLoop
from tests.dst.node import Node, WallClock
from tests.dst.people import Clerk, Kiosk
from tests.dst.screens import BEAT_S, Shower
from tests.dst.wires import Network
from tests.support.booked_days import FREE, bookable_plan
from tests.support.plans import CALENDAR, NINE_MS

HALLS = ("longgang", "nanshan")
BUSY_S = 12.0
"""How long people come and faults happen."""
TRUE_S = 5.0
"""Law L1: so long after the healing every screen is true."""
CUT_S = 10.0 + BEAT_S + 0.1
"""Law L4: a screen that takes nothing is cut within 10 s, counted from the beat at which the hub notices it; so exactly is
that looked at."""
LOOKS = 24
LOOK_S = 0.5
"""So often and in such steps the last answers are waited for, which law L3 wants within 10 s."""
SETTLED_S = 1.0
"""Rest after the last commit, in which screens and what goes on elsewhere arrive."""
BASE_MS = NINE_MS + 18 * MINUTE_MS
"""A quarter of an hour after the halls have opened; the first booked slots begin soon."""
BUGS = frozenset({"hall_day_stopped", "decision_failed", "listener_failed", "replay_failed_for_good"})
"""Messages of the program that report a bug of its own."""


@dataclass
class World:
    """Everything of one run."""

    seed: int
    loop: VirtualLoop
    is_traced: bool = False
    lines: list[str] = field(default_factory=list)
    bugs: list[str] = field(default_factory=list)
    silences: list[str] = field(default_factory=list)
    """Screens that said nothing of a dead link (law L8), and stuck ones that were not cut (law L4)."""
    healed_at: float = 0.0
    ended_at: float = 0.0
    history: History = field(default_factory=History)

    def __post_init__(self) -> None:
        chance = self.chance("world")
        self.nodes_count = chance.choice((1, 1, 2, 2, 3))
        self.is_spread = self.nodes_count > 1 and chance.random() < 0.6
        self.disk = Disk(self.chance("disk"), self.note)
        self.network = Network(self.chance("network"), self.note)
        self.nodes: list[Node] = []
        plans = _plans()
        for number in range(self.nodes_count):
            wall = WallClock(BASE_MS, chance.uniform(-5, 5))
            self.nodes.append(
                Node(number, self.disk, self.network, plans, wall, self.note, self.chance(f"node {number}"),
                     self.nodes_count > 1, self._others(number))
            )  # fmt: skip
        self.town = Town(self.nodes, self.network, self.history, self.note, BUSY_S, self.is_spread)
        self.clients = self._clients(chance)
        self.showers = self._showers(chance)
        self.faults = Faults(
            self.chance("faults"), self.nodes, self.disk, self.network, self.showers,
            [client.name for client in self.clients], self.note, self.chance("hangs"), self.nodes_count == 1,
        )  # fmt: skip

    def chance(self, name: str) -> random.Random:
        """Return a source of chance of its own for each part, so that one part does not move the others."""
        return random.Random(f"{self.seed}/{name}")

    def note(self, what: str, **facts: object) -> None:
        """Keep a line of the trace."""
        if self.is_traced:
            told = " ".join(f"{name}={value}" for name, value in facts.items())
            self.lines.append(f"{self.loop.time():9.4f} {what} {told}".rstrip())

    @property
    def digest(self) -> str:
        """What stands for the whole trace."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:16]

    def rows_of(self, stream: str, seconds: float) -> range:
        """Return the rows at which a log has stood in the last seconds of the run."""
        heads = [(at, seq) for at, name, seq in self.disk.heads if name == stream]
        before = [seq for at, seq in heads if at <= self.ended_at - seconds]
        return range(max(before, default=0), max((seq for _, seq in heads), default=0) + 1)

    async def live(self) -> None:
        """Let everything happen."""
        self.note("world", nodes=self.nodes_count, spread=self.is_spread, screens=len(self.showers))
        for node in self.nodes:
            node.boot()
        jobs = [client.run() for client in self.clients] + [shower.run() for shower in self.showers]
        tasks = [self.loop.create_task(job) for job in [*jobs, self._watch()]]
        await self.faults.run(BUSY_S)
        self.healed_at = self.loop.time()
        await asyncio.sleep(TRUE_S)
        for _ in range(LOOKS):
            if self._is_settled:
                break
            await asyncio.sleep(LOOK_S)
        await asyncio.sleep(max(0.0, self.faults.hung_until_s + TRUE_S - self.loop.time()))
        self.ended_at = self.loop.time()
        for task in tasks:
            if task.done():
                task.result()
            task.cancel()

    @property
    def _is_settled(self) -> bool:
        """Whether everybody has an answer, and what followed from it has had a moment to arrive."""
        last = self.disk.heads[-1][0] if self.disk.heads else 0.0
        is_answered = all(act.completed is not None or act.is_given_up for act in self.history.acts)
        return is_answered and self.loop.time() - last > SETTLED_S

    async def _watch(self) -> None:
        """Look every second whether screens say what they must."""
        while True:
            await asyncio.sleep(1)
            now = self.loop.time()
            for shower in self.showers:
                is_silent = now - shower.heard_at > 5 and shower.heard_at and not shower.link.is_stale
                if is_silent and not shower.is_hung:
                    self.silences.append(f"L8 {shower.name}: nothing came for {now - shower.heard_at:.1f} s, unsaid")
                if shower.pipe is not None and shower.pipe.full_s > CUT_S:
                    self.silences.append(f"L4 {shower.name}: stuck for {shower.pipe.full_s:.1f} s and not cut")

    def _others(self, number: int) -> Callable[[], list[Node]]:
        return lambda: [node for node in self.nodes if node.number != number]

    def _clients(self, chance: random.Random) -> list[Client]:
        def facts(name: str, hall: str) -> dict[str, Any]:
            gives_up = chance.choice((0.0, 0.3))
            return {"name": name, "hall": hall, "town": self.town, "chance": self.chance(name), "gives_up": gives_up}

        first, second = HALLS
        clients: list[Client] = [
            *(Kiosk(**facts(f"kiosk{number}", first)) for number in range(chance.choice((1, 2)))),
            *(
                Clerk(**facts(f"clerk{number}", first), window=f"W0{number + 1}", other_hall=second)
                for number in range(chance.choice((1, 2, 3)))
            ),
            *(Visitor(**facts(f"visitor{number}", first), halls=HALLS) for number in range(chance.choice((0, 1, 2)))),
        ]
        if chance.random() < 0.4:
            clients.append(Kiosk(**facts("kiosk-other", second)))
        return clients

    def _showers(self, chance: random.Random) -> list[Shower]:
        views = [View("board"), View("strip", "W01"), View("clerk", "W01"), View("area", "a1")]
        count = chance.choice((1, 2, 3, 4))
        return [
            Shower(f"screen{number}", HALLS[0], view, self.nodes, self.network, self.note,
                   self.chance(f"screen {number}"), now_node=chance.randrange(self.nodes_count))
            for number, view in enumerate(views[:count])
        ]  # fmt: skip


@contextmanager
def listening(world: World) -> Iterator[None]:
    """Take the program's own messages into the trace, and those that report a bug out of it."""

    def hear(_: Any, level: str, message: structlog.typing.EventDict) -> Any:
        event = str(message.get("event"))
        if event in BUGS:
            world.bugs.append(f"{event}: {message.get('stream')} {message.get('exc_info')!r}")
        if world.is_traced and level in ("warning", "error"):
            world.note("log", event=event, stream=message.get("stream"), reason=message.get("reason"))
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[hear], cache_logger_on_first_use=False)
    try:
        yield
    finally:
        structlog.configure(**before)


@cache
def _plans() -> FixedPlans:
    """Return the settings: two halls, few places, short times."""
    rules = msgspec.structs.replace(
        FREE, release=Release(horizon_days=20), person=Limits(open=2, day=1), lead_ms=MINUTE_MS, hold_ms=5_000,
        cancel_before_ms=0, move_before_ms=0, max_held=3, offer_ms=4_000,
    )  # fmt: skip
    return FixedPlans({code: _plan(code, rules) for code in HALLS}, calendar=CALENDAR)


def _plan(code: str, rules: BookingRules) -> Plan:
    plan = bookable_plan(code, rules, places=2)
    calling = Calling(recall_cooldown_ms=500, miss_ms=700, miss_calls=1)
    return msgspec.structs.replace(plan, policy=msgspec.structs.replace(plan.policy, calling=calling))

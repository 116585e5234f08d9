"""The faults of one run, drawn from its seed: what goes wrong, when, for how long; and the healing of all of it."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.dst.disk import Disk
from tests.dst.node import Node
from tests.dst.screens import Shower
from tests.dst.wires import Network, Note

PAUSE_S = (0.3, 3.0)
"""Rest between two faults."""
LASTS_S = (0.2, 4.0)
"""How long a fault lasts."""
HANGS = 0.4
"""Share of runs in which a screen hangs."""
HANGS_AT_S = (1.0, 10.0)
HANGS_S = (15.0, 30.0)
"""How long: beyond the 10 s within which the hub must cut it (L4), and beyond the healing of everything else."""
DOWN_S = (0.1, 3.0)
"""How long a computer stays away."""
JUMP_S = (-20.0, 40.0)
"""By how much a clock is set."""


@dataclass
class Faults:
    """Does harm until it is told to heal."""

    chance: random.Random
    nodes: Sequence[Node]
    disk: Disk
    network: Network
    showers: Sequence[Shower]
    clients: Sequence[str]
    note: Note
    hangs: random.Random
    """Of its own, so that runs in which no screen hangs are what they are without it."""
    is_embedded: bool
    """The storage is part of the one node: they lose power together."""
    counts: dict[str, int] = field(default_factory=dict)
    hung_until_s: float = 0.0
    """When the last hanging screen goes on, which no healing can do for it."""
    _ending: list[Callable[[], None]] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def run(self, until_s: float) -> None:
        """Do harm until a moment, then heal everything."""
        loop = asyncio.get_running_loop()
        kinds = self._kinds()
        if self.hangs.random() < HANGS:
            self._tasks.append(loop.create_task(self._hang(until_s), name="hang"))
        while loop.time() < until_s:
            await asyncio.sleep(min(self.chance.uniform(*PAUSE_S), max(0.0, until_s - loop.time())))
            if loop.time() < until_s:
                kind = self.chance.choice(kinds)
                self.note("fault", kind=kind.__name__)
                self.counts[kind.__name__] = self.counts.get(kind.__name__, 0) + 1
                self._tasks.append(loop.create_task(self._for_a_while(kind), name="fault"))
        self.heal()

    def heal(self) -> None:
        """End every fault and bring every computer back."""
        self.note("healed")
        for end in self._ending:
            end()
        self._ending.clear()
        self.network.weather.clear()
        self.disk.heal()
        for node in self.nodes:
            self._up(node)
        for shower in self.showers:
            if shower.pipe is not None and shower.pipe.is_full:
                shower.pipe.take_again()

    async def _hang(self, until_s: float) -> None:
        """Let a screen that follows stand still for longer than the hub may bear it."""
        loop, shower = asyncio.get_running_loop(), self.hangs.choice(self.showers)
        await asyncio.sleep(self.hangs.uniform(*HANGS_AT_S))
        while not shower.is_following and loop.time() < until_s:  # noqa: ASYNC110  # of many connections, no event
            await asyncio.sleep(self.hangs.uniform(0.05, 0.5))
        if not shower.is_following:
            return
        lasts_s = self.hangs.uniform(*HANGS_S)
        self.counts["hung_screen"] = 1
        self.hung_until_s = loop.time() + lasts_s
        shower.hang()
        await asyncio.sleep(lasts_s)
        shower.go_on()

    async def _for_a_while(self, kind: Callable[[], Callable[[], None]]) -> None:
        end = kind()
        self._ending.append(end)
        await asyncio.sleep(self.chance.uniform(*LASTS_S))
        if end in self._ending:
            self._ending.remove(end)
            end()

    def _kinds(self) -> list[Callable[[], Callable[[], None]]]:
        """Draw which kinds of faults this run has."""
        every: list[Callable[[], Callable[[], None]]] = [
            self.kill, self.power_cut, self.bad_weather, self.broken_links, self.dead_links, self.clock_jump,
            self.slow_disk, self.write_errors, self.both_restart, self.stuck_screen, self.no_hints,
        ]  # fmt: skip
        return self.chance.sample(every, self.chance.randint(1, len(every)))

    # ---- kinds: each returns what ends it ----

    def kill(self) -> Callable[[], None]:
        """A process is killed; what it had written is in the computer's memory and reaches the disk."""
        return self._down(self.chance.choice(self.nodes), is_silent=False)

    def power_cut(self) -> Callable[[], None]:
        """A computer loses power: a node with its disk, one of several nodes, or the storage of all."""
        if self.is_embedded:
            end = self._down(self.nodes[0], is_silent=True)
            self.disk.cut_power()
            return end
        if self.chance.random() < 0.5:
            self.disk.cut_power()
            return _nothing
        return self._down(self.chance.choice(self.nodes), is_silent=True)

    def bad_weather(self) -> Callable[[], None]:
        """Packets are lost, late and doubled."""
        weather, draw = self.network.weather, self.chance.random
        weather.lost, weather.answers_lost = draw() * 0.4, draw() * 0.5
        weather.late, weather.doubled = draw() * 0.3, draw() * 0.4
        weather.hints_lost, weather.hints_doubled = draw(), draw() * 0.5
        return weather.clear

    def broken_links(self) -> Callable[[], None]:
        """Connections of screens end."""
        for shower in self.showers:
            if shower.pipe is not None and self.chance.random() < 0.6:
                shower.pipe.close()
        return _nothing

    def dead_links(self) -> Callable[[], None]:
        """Between some and some nothing goes through, and nobody is told."""
        names = [*self.clients, *(shower.name for shower in self.showers)]
        pairs = [(name, node.number) for name in names for node in self.nodes]
        cut = frozenset(self.chance.sample(pairs, self.chance.randint(1, len(pairs))))
        self.network.weather.cut |= cut

        def mend() -> None:
            self.network.weather.cut -= cut

        return mend

    def clock_jump(self) -> Callable[[], None]:
        """A computer's clock is set."""
        self.chance.choice(self.nodes).wall.skew_s += self.chance.uniform(*JUMP_S)
        return _nothing

    def slow_disk(self) -> Callable[[], None]:
        """The storage takes seconds to sync."""
        self.disk.is_slow = True
        return self._disk_is_well

    def write_errors(self) -> Callable[[], None]:
        """The storage refuses writes, having done them or not, and some reads."""
        self.disk.is_failing = True
        return self._disk_is_well

    def both_restart(self) -> Callable[[], None]:
        """A node comes back while the storage does not work yet."""
        self.disk.is_failing = True
        self._down(self.chance.choice(self.nodes), is_silent=False)
        return self._disk_is_well

    def stuck_screen(self) -> Callable[[], None]:
        """A screen stops reading."""
        pipe = self.chance.choice(self.showers).pipe
        if pipe is None:
            return _nothing
        pipe.stop_reading()
        return pipe.take_again

    def no_hints(self) -> Callable[[], None]:
        """The bus loses everything."""
        self.network.weather.hints_lost = 1.0

        def mend() -> None:
            self.network.weather.hints_lost = 0.0

        return mend

    def _down(self, node: Node, *, is_silent: bool) -> Callable[[], None]:
        node.crash(is_silent=is_silent)
        asyncio.get_running_loop().call_later(self.chance.uniform(*DOWN_S), self._up, node)
        return _nothing

    def _up(self, node: Node) -> None:
        if not node.is_running:
            node.boot()

    def _disk_is_well(self) -> None:
        self.disk.is_slow = self.disk.is_failing = False


def _nothing() -> None:
    """It is over already."""

"""Screens: the product's link session in a shell that connects, breaks, stalls and falls silent as told."""

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from hall.feed import View
from hall.ids import HallId
from hall.link import NOTHING, ClientLink, Effect, Paint, Reconnect, Send, Stale
from hall.patch import JsonObject
from server.watch import Screen
from tests.dst.node import Node
from tests.dst.wires import Network, Note

TICK_S = 0.5
"""How often a screen looks at its watch."""
RESEND_S = 0.2
"""How often a packet that does not get through is sent again."""
OPEN_LIMIT_S = 5.0
"""A new connection on which nothing comes is as dead as an old one."""
DELAY_S = 0.25
"""Law L4: what the hub sends leaves no later than this, whatever other screens do."""
BEAT_S = 1.0
"""How often the hub sends a heartbeat, and so notices that a screen takes nothing."""
AT_ONCE = ("board", "area")
"""Views that follow every change at once; others may wait for their beat."""


class Applied(NamedTuple):
    """What a screen showed from a moment on: an entry of the history D."""

    at: float
    stream: str
    seq: int
    state: JsonObject


class _Frame(msgspec.Struct):
    """What the simulation looks at in a frame of the hub."""

    t: str
    seq: int = 0


@dataclass(eq=False)
class Pipe:
    """One connection between a screen and a node, both ways; a :class:`server.wire.Pipe`."""

    shower: "Shower"
    node: Node
    life: int
    is_open: bool = True
    is_full: bool = False
    screen: Screen | None = None
    _down: deque[bytes] = field(default_factory=deque)
    _up: deque[bytes] = field(default_factory=deque)
    _down_at: float = 0.0
    _up_at: float = 0.0
    _room: asyncio.Event = field(default_factory=asyncio.Event)
    full_since: float | None = None
    cut_s: float = 0.0
    """How long the screen had taken nothing when the hub cut it."""
    _offered_at: float | None = None
    _newest: int = 0

    # ---- the node's end ----

    def offer(self, frame: bytes) -> bool:
        """Take a frame, unless the screen does not read."""
        if not self.is_open or self.is_full:
            return False
        loop = asyncio.get_running_loop()
        self._note_delay(_payload(frame), loop.time())
        # In order, as in one stream of bytes.
        self._down_at = max(loop.time() + self.shower.network.hop_s(), self._down_at)
        self._down.append(_payload(frame))
        loop.call_at(self._down_at, self._arrive)
        return True

    async def drained(self) -> None:
        """Return when frames are taken again, or the connection is gone."""
        await self._room.wait()

    def cut(self) -> None:
        """End the connection."""
        self.cut_s = self.full_s
        self.close()

    @property
    def full_s(self) -> float:
        """How long the screen has taken nothing, while its node was there to notice."""
        is_full = self.full_since is not None and self.is_open and self._is_served()
        return asyncio.get_running_loop().time() - self.full_since if is_full and self.full_since is not None else 0.0

    def _note_delay(self, payload: bytes, now: float) -> None:
        """Note what left late: a beat, or the frame of a row that the node has known for a while."""
        self._note_silence(now)
        self._offered_at = now
        screen, frame = self.screen, msgspec.json.decode(payload, type=_Frame)
        if screen is None or frame.t != "delta" or screen.watched.view.kind not in AT_ONCE:
            return
        known_at = self.node.known_at.get((screen.watched.channel.stream, frame.seq), now)
        # What a screen asks for once more is old.
        is_new = frame.seq > max(self._newest, screen.joined_seq)
        if is_new and now - known_at > DELAY_S:
            self.shower.late.append(f"row {frame.seq} was sent {now - known_at:.2f} s after it was known")
        self._newest = max(self._newest, frame.seq)

    def _note_silence(self, now: float) -> None:
        """Note a beat that did not leave in time, where the node lives and the screen takes what it gets."""
        before = self._offered_at
        if before is not None and self._is_served() and now - before > BEAT_S + DELAY_S:
            self.shower.late.append(f"nothing was sent for {now - before:.2f} s")

    # ---- the screen's end ----

    def send(self, frame: bytes) -> None:
        """Send what the screen says."""
        loop = asyncio.get_running_loop()
        self._up_at = max(loop.time() + self.shower.network.hop_s(), self._up_at)
        self._up.append(frame)
        loop.call_at(self._up_at, self._say)

    def close(self) -> None:
        """End the connection; both ends learn of it after a while."""
        if not self.is_open:
            return
        loop = asyncio.get_running_loop()
        self._note_silence(loop.time())
        self.is_open = False
        self._room.set()
        loop.call_later(self.shower.network.hop_s(), self._leave)
        loop.call_later(self.shower.network.hop_s(), self.shower.lost, self)

    def stop_reading(self) -> None:
        """Leave everything unread."""
        if not self.is_full:
            self.is_full = True
            self.full_since, self._offered_at = asyncio.get_running_loop().time(), None

    def take_again(self) -> None:
        """Read again what was left, unless the screen hangs."""
        if self.shower.is_hung:
            return
        self.is_full = False
        self.full_since = None
        self._room.set()
        self._room = asyncio.Event()

    # ---- on the way ----

    def _arrive(self) -> None:
        if self.is_open and not self.shower.hears(self):
            # Sent again and again, as in one stream of bytes: nothing of it is left out.
            asyncio.get_running_loop().call_later(RESEND_S, self._arrive)
            return
        payload = self._down.popleft()
        if self.is_open:
            self.shower.receive(self, payload)

    def _say(self) -> None:
        if self.is_open and not self.shower.hears(self):
            asyncio.get_running_loop().call_later(RESEND_S, self._say)
            return
        frame = self._up.popleft()
        if not self.is_open or self.screen is None or not self._is_served():
            return
        refused = self.node.hub.receive(self.shower.hall, self.screen, frame)
        if refused is not None:
            self.shower.faults.append(f"refused a frame of the screen: {refused.reason}")
            self.close()

    def _leave(self) -> None:
        screen, self.screen = self.screen, None
        if screen is not None and self._is_served():
            self.node.hub.leave(self.shower.hall, screen)

    def _is_served(self) -> bool:
        return self.node.is_up and self.node.life == self.life


@dataclass(eq=False)
class Shower:
    """A screen of a hall."""

    name: str
    hall: HallId
    view: View
    nodes: Sequence[Node]
    network: Network
    note: Note
    chance: random.Random
    now_node: int = 0
    applied: list[Applied] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """What no screen should ever meet."""
    heard_at: float = 0.0
    """When something last came, as the network knows it."""
    asked_on_sound_link: int = 0
    late: list[str] = field(default_factory=list)
    """What the hub sent later than law L4 allows."""
    cuts_s: list[float] = field(default_factory=list)
    """How long it had taken nothing, each time that the hub cut it."""
    is_hung: bool = False
    """The whole screen stands still: it reads nothing, says nothing and does not even notice that it was cut."""
    pipe: Pipe | None = None
    link: ClientLink = field(init=False)
    _opened_at: float = 0.0
    _is_returning: bool = False
    _unread: list[tuple[Pipe, bytes]] = field(default_factory=list)

    async def run(self) -> None:
        """Follow the hall for ever."""
        loop = asyncio.get_running_loop()
        self.link = ClientLink(now_ms=self._now_ms())
        self.heard_at = loop.time()
        await asyncio.sleep(self.chance.uniform(0, 1))
        self._connect(self.link.seq)
        while True:
            await asyncio.sleep(TICK_S)
            if self.is_hung:
                continue
            self._do(self.link.tick(now_ms=self._now_ms()), self.pipe)
            silent_since = max(self._opened_at, self.heard_at)
            if self.pipe is not None and self.link.is_stale and loop.time() - silent_since > OPEN_LIMIT_S:
                self._leave()

    @property
    def is_following(self) -> bool:
        """Whether there is a connection on which the hub sends."""
        return self.pipe is not None and self.pipe.is_open and self.pipe.screen is not None

    def hang(self) -> None:
        """Stand still."""
        assert self.pipe is not None, "only who follows is missed by the hub"
        self.note("hangs", screen=self.name)
        self.is_hung = True
        self.pipe.stop_reading()

    def go_on(self) -> None:
        """Wake up: look at the watch, then at what has come and at what has become of the connection."""
        self.note("goes on", screen=self.name)
        self.is_hung = False
        pipe, unread = self.pipe, self._unread
        self._unread = []
        self._do(self.link.tick(now_ms=self._now_ms()), pipe)
        for source, payload in unread:
            self.receive(source, payload)
        if self.pipe is not None and self.pipe.is_open:
            self.pipe.take_again()
        elif self.pipe is not None:
            self.lost(self.pipe)

    def hears(self, pipe: Pipe) -> bool:
        """Say whether anything goes through; a half-open link looks open and is dead."""
        return self.network.goes_through(self.name, pipe.node.number)

    def receive(self, pipe: Pipe, payload: bytes) -> None:
        """Take a frame."""
        if self.is_hung:
            self._unread.append((pipe, payload))
        if self.is_hung or pipe is not self.pipe or not pipe.is_open:
            return
        self.heard_at = asyncio.get_running_loop().time()
        self._do(self.link.receive(payload, now_ms=self._now_ms()), pipe)

    def lost(self, pipe: Pipe) -> None:
        """Notice that a connection is closed."""
        if pipe.cut_s:
            self.cuts_s.append(pipe.cut_s)
        if pipe is self.pipe and not self.is_hung:
            self.pipe = None
            self._again()

    def _connect(self, since: int) -> None:
        node = self.nodes[self.now_node]
        asyncio.get_running_loop().call_later(self.network.hop_s(), self._arrive, node, since)

    def _arrive(self, node: Node, since: int) -> None:
        if self.pipe is not None:
            return
        is_there = node.is_up and self.network.goes_through(self.name, node.number)
        pipe = Pipe(self, node, node.life)
        if is_there:
            node.spawn(self._join(pipe, since), f"feed of {self.name}")
        else:
            self.now_node = (self.now_node + 1) % len(self.nodes)
            self._again()

    async def _join(self, pipe: Pipe, since: int) -> None:
        self.pipe, self._opened_at = pipe, asyncio.get_running_loop().time()
        self.link.opened(now_ms=self._now_ms())
        pipe.node.on_death.append(pipe.close)
        pipe.screen = pipe.node.hub.join(pipe, self.hall, self.view, since=since, device=self.name, kind="board")
        self.note("connected", screen=self.name, node=pipe.node.number, since=since)
        if pipe.screen is None:
            pipe.close()

    def _do(self, effects: Sequence[Effect], pipe: Pipe | None) -> None:
        for effect in effects:
            match effect:
                case Send(frame):
                    self._ask(frame, pipe)
                case Paint():
                    self._paint(pipe)
                case Stale():
                    self.note("stale", screen=self.name)
                    self._leave()
                case _:
                    pass

    def _leave(self) -> None:
        """Go on without a link that may never say that it is dead."""
        left, self.pipe = self.pipe, None
        if left is not None:
            left.close()
            self.now_node = (self.now_node + 1) % len(self.nodes)
        self._again()

    def _paint(self, pipe: Pipe | None) -> None:
        self.applied.append(Applied(self.heard_at, self.link._stream, self.link.seq, self.link.state))
        self.note("shows", screen=self.name, seq=self.link.seq)
        self._do(self.link.painted(), pipe)

    def _ask(self, frame: bytes, pipe: Pipe | None) -> None:
        if frame.startswith(b'{"t":"resume"'):
            self.asked_on_sound_link += 1
            self.note("asks again", screen=self.name, seq=self.link.seq)
        if pipe is not None:
            pipe.send(frame)

    def _again(self) -> None:
        if self._is_returning:
            return
        self._is_returning = True
        back: Reconnect = self.link.closed(jitter_permille=self.chance.randrange(1001))
        asyncio.get_running_loop().call_later(back.delay_ms / 1000, self._reconnect, back.since)

    def _reconnect(self, since: int) -> None:
        self._is_returning = False
        if self.pipe is None:
            self._connect(max(since, NOTHING))

    def _now_ms(self) -> int:
        return round(asyncio.get_running_loop().time() * 1000)


def _payload(frame: bytes) -> bytes:
    """Return what a WebSocket text frame of a server carries."""
    length = frame[1]
    return frame[2:] if length < 126 else frame[4:] if length == 126 else frame[10:]

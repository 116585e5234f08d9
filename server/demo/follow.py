"""A screen or console without pixels: keeps a view true over any number of connections, and checks what it is sent.

Law: a screen never goes back, and a delta continues what the screen has; where it does not, the screen asks (S12).
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from urllib.parse import urlencode

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from hall.link import ClientLink, Fresh, Paint, Reconnect, Ring, Send, Stale
from hall.patch import JsonObject
from server.demo.pace import Pace

OPEN_S = 10.0
"""A handshake that takes longer is given up."""
GIVES_UP_S = 3.0
"""After the banner a follower listens on for this long before it connects anew (in 5 s a dead link must be noticed, L8): on
a machine that cannot keep up, seventy followers that all come back at once would be the greater part of its work."""
LISTENS_S = 0.25
FINDINGS_LIMIT = 20
"""Per screen; a screen that finds more than this finds the same thing again and again."""


class Followed(msgspec.Struct):
    """Figures of one follower."""

    frames: int = 0
    connects: int = 0
    resumes: int = 0
    stale: int = 0
    rings: int = 0


class _Frame(msgspec.Struct, frozen=True):
    t: str
    at: int = 0
    seq: int = -1
    prev: int = -1
    speed: float = 0
    stream: str = ""


class Follower:
    """Follows one view. ``on_paint`` gets the state after every change, ``on_ring`` every call that sounds."""

    def __init__(
        self,
        base: str,
        query: dict[str, str],
        *,
        pace: Pace,
        token: str = "",
        screen: bool = False,
        on_paint: Callable[[JsonObject], None] | None = None,
        on_ring: Callable[[JsonObject], None] | None = None,
    ) -> None:
        """Remember what to follow; :meth:`run` does it."""
        self.name = ":".join(query[key] for key in ("view", "area", "window") if key in query)
        self.link = ClientLink(screen=screen, now_ms=_now_ms())
        self.figures = Followed()
        self.findings: list[str] = []
        self._address = base.replace("http", "ws", 1)
        self._query = query
        self._token = token
        self._pace = pace
        self._on_paint = on_paint
        self._on_ring = on_ring
        self._stream = ""
        self._true_seq = self.link.seq
        self._decode = msgspec.json.Decoder(_Frame).decode

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                await self._connection()
            again: Reconnect = self.link.closed(jitter_permille=random.randrange(1_000))
            await asyncio.sleep(again.delay_ms / 1000)

    async def _connection(self) -> None:
        query = {**self._query, "since": str(max(self.link.seq, 0))}
        if self.link.seq < 0:
            del query["since"]
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else None
        address = f"{self._address}?{urlencode(query)}"
        async with connect(
            address, additional_headers=headers, compression=None, ping_interval=None, open_timeout=OPEN_S,
            close_timeout=1, proxy=None, max_queue=64,
        ) as socket:  # fmt: skip
            self.figures.connects += 1
            self.link.opened(now_ms=_now_ms())
            await self._listen(socket)

    async def _listen(self, socket: ClientConnection) -> None:
        while True:
            wake_s = max((self.link.wake_ms - _now_ms()) / 1000, LISTENS_S)
            try:
                async with asyncio.timeout(wake_s):
                    frame = await socket.recv(decode=False)
            except TimeoutError:
                silent_s = (_now_ms() - self.link.wake_ms) / 1000
                if any(isinstance(effect, Stale) for effect in self.link.tick(now_ms=_now_ms())):
                    self.figures.stale += 1
                if silent_s > GIVES_UP_S:
                    return
                continue
            await self._take(socket, frame)

    async def _take(self, socket: ClientConnection, frame: bytes) -> None:
        self.figures.frames += 1
        self._check(frame)
        effects = self.link.receive(frame, now_ms=_now_ms())
        if self.link.seq != self._true_seq:
            self._find(f"the screen is at {self.link.seq}, its frames lead to {self._true_seq}")
        for effect in effects:
            match effect:
                case Send():
                    self.figures.resumes += 1
                    await socket.send(effect.frame, text=True)
                case Paint():
                    await self._paint(socket)
                case Ring():
                    self.figures.rings += 1
                    if self._on_ring is not None:
                        self._on_ring(effect.call)
                case Stale() | Fresh() | Reconnect():
                    pass

    async def _paint(self, socket: ClientConnection) -> None:
        if self._on_paint is not None and self.link.seq >= 0:
            self._on_paint(self.link.state)
        for effect in self.link.painted():
            if isinstance(effect, Send):
                await socket.send(effect.frame, text=True)

    def _check(self, frame: bytes) -> None:
        """Follow the numbering independently of the session that applies the frame."""
        said = self._decode(frame)
        if said.at:
            self._pace.hear(said.at, said.speed or None)
        match said.t:
            case "hello" if said.stream != self._stream:
                self._stream, self._true_seq = said.stream, -1
            case "snap":
                if said.seq < self._true_seq:
                    self._find(f"a snapshot of {said.seq} after {self._true_seq}")
                self._true_seq = max(self._true_seq, said.seq)
            case "delta" if said.prev >= said.seq:
                self._find(f"a delta from {said.prev} to {said.seq}")
            case "delta" if said.prev == self._true_seq:
                self._true_seq = said.seq
            case _:
                pass

    def _find(self, what: str) -> None:
        if len(self.findings) < FINDINGS_LIMIT:
            self.findings.append(f"{self.name}: {what}")


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000

"""A live feed under Locust: the hall's own session of a screen over a socket, with every ring noted."""

import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import gevent
import msgspec
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from hall.link import ClientLink, Paint, Ring, Send
from loadtests.crowd.asking import Person
from loadtests.crowd.notes import Rang

OPEN_S: Final = 10.0
LISTENS_S: Final = 0.25


class _Call(msgspec.Struct, frozen=True):
    ticket: str
    window: str
    ring: int


class Follower:
    """One view over any number of connections."""

    def __init__(
        self, person: Person, query: Mapping[str, str], *, name: str, token: str = "", is_screen: bool = False
    ) -> None:
        """Remember what to follow."""
        self._person, self._query, self._name, self._token = person, query, name, token
        self._is_screen = is_screen
        self._link = ClientLink(screen=is_screen, now_ms=_now_ms())
        self._socket: ClientConnection | None = None
        self._cut_s = float("inf")
        """When the storm cuts the connection."""
        self._began: float | None = None
        """When the connection was asked for, until its first frame has come."""

    def follow(self, seconds: float) -> None:
        """Follow for so long; the connection stays for the next time."""
        ends_s = time.monotonic() + seconds
        while time.monotonic() < ends_s:
            try:
                socket = self._socket or self._connect()
                self._listen(socket, min(ends_s, self._cut_s))
                if time.monotonic() >= self._cut_s:
                    self.close()
            except (OSError, WebSocketException, TimeoutError) as error:
                if self._began is not None:
                    self._tell("first frame", self._began, error)
                self.close()
                again = self._link.closed(jitter_permille=self._person.notes.chance.randrange(1_000))
                gevent.sleep(again.delay_ms / 1_000)

    def close(self) -> None:
        """Leave the feed; doing it again is nothing."""
        socket, self._socket, self._began = self._socket, None, None
        if socket is not None:
            socket.close()

    def _connect(self) -> ClientConnection:
        query = dict(self._query) | ({"since": str(self._link.seq)} if self._link.seq >= 0 else {})
        place, self._began = self._person.place, time.perf_counter()
        every_s = place.cut_every_s if self._is_screen else 0.0
        # All screens of all processes are cut at the same moments.
        self._cut_s = (time.monotonic() // every_s + 1) * every_s if every_s else float("inf")
        address = f"{place.url.replace('http', 'ws', 1)}/ws/halls/{place.hall}?{urlencode(query)}"
        self._socket = connect(
            address, additional_headers={"Authorization": f"Bearer {self._token}"} if self._token else None,
            compression=None, ping_interval=None, open_timeout=OPEN_S, close_timeout=1, proxy=None,
        )  # fmt: skip
        self._link.opened(now_ms=_now_ms())
        return self._socket

    def _listen(self, socket: ClientConnection, ends_s: float) -> None:
        while (left_s := ends_s - time.monotonic()) > 0:
            wake_s = max((self._link.wake_ms - _now_ms()) / 1_000, LISTENS_S)
            try:
                frame = socket.recv(timeout=min(wake_s, left_s), decode=False)
            except TimeoutError:
                self._link.tick(now_ms=_now_ms())
                if _now_ms() - self._link.wake_ms > OPEN_S * 1_000:
                    raise
                continue
            self._take(socket, frame)

    def _take(self, socket: ClientConnection, frame: bytes) -> None:
        effects = self._link.receive(frame, now_ms=_now_ms())
        is_first = self._began is not None
        if self._began is not None and self._link.seq >= 0:
            self._tell("first frame", self._began, None)
            self._began = None
        for effect in effects:
            match effect:
                case Send():
                    socket.send(effect.frame, text=True)
                case Paint():
                    for answer in self._link.painted():
                        if isinstance(answer, Send):
                            socket.send(answer.frame, text=True)
                case Ring() if self._is_screen and not is_first:
                    call = msgspec.convert(effect.call, _Call)
                    rang = Rang(self._person.who, call.ring, call.ticket, call.window, time.monotonic_ns())
                    self._person.hall.write_ring(rang)
                case _:
                    pass

    def _tell(self, what: str, began: float, fault: BaseException | None) -> None:
        """Tell Locust of a connection made or lost."""
        self._person.environment.events.request.fire(
            request_type="WS", name=f"{self._name}: {what}", response_time=(time.perf_counter() - began) * 1_000,
            response_length=0, exception=fault, context={},
        )  # fmt: skip


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000

"""The lowest layer of the edge: TCP connections are counted and timed, live feeds are written without waiting.

Why not uvicorn's own protocols as they are:
* they keep a connection whose request head never ends, and accept any number of connections from one address;
* their ``send`` waits for a screen that does not read, and closing such a screen waits as well. Here a frame is either
  taken by the transport at once or not at all (:meth:`FeedProtocol.offer`), and a stuck screen can be cut;
* a frame of the feed is the same bytes for every screen (servers do not mask, and nothing is compressed), so it is
  framed once (:func:`text_frame`).
"""

import asyncio
import socket
from asyncio.transports import BaseTransport
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Final, Protocol, cast

import msgspec
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from hall.link import bye_frame
from server.addresses import counted
from server.settings import Limits

PIPE: Final = "onewindow.pipe"
"""Where the scope of a WebSocket carries its :class:`Pipe`."""

LINGER_S: Final = 1.0
"""After a shut-down frame a screen gets this long to take it; then the connection is cut."""

RETRY_MS: Final = 500
"""A restart takes about this long; screens spread their return by themselves."""

UNREAD_MS: Final = 10_000
"""A feed whose bytes the other end has not taken for this long is cut. The kernel keeps up to some megabytes for a screen
that does not read, minutes of an ordinary hall, in which nothing else tells that it is stuck; the same for a dead link."""


class Pipe(Protocol):
    """One screen's connection, as the hub sees it."""

    def offer(self, frame: bytes) -> bool:
        """Write a frame at once, or return False and write nothing."""

    async def drained(self) -> None:
        """Return when the connection takes frames again, or is gone."""

    def cut(self) -> None:
        """End the connection now, whatever is still unsent."""


class DoorsStatistics(msgspec.Struct, frozen=True):
    """How many connections are open, and how many were cut at once or for their slowness."""

    open: int
    refused: int
    late: int


class Doors:
    """Counts open connections, in total and per address, and says who may come in."""

    def __init__(self, limits: Limits, *, proxies: tuple[str, ...] = ()) -> None:
        """Begin empty; the addresses of ``proxies`` stand for many people and have only the total cap."""
        self.limits = limits
        self.refused = 0
        self.late = 0
        self._proxies = frozenset(proxies)
        self._open: Counter[str] = Counter()
        self._total = 0

    def enter(self, address: str) -> bool:
        """Count a connection, unless it would be one too many."""
        whose = counted(address)
        is_crowded = self._open[whose] >= self.limits.connections_per_address and address not in self._proxies
        if is_crowded or self._total >= self.limits.connections_total:
            self.refused += 1
            return False
        self._open[whose] += 1
        self._total += 1
        return True

    def leave(self, address: str) -> None:
        """Forget a connection that came in."""
        whose = counted(address)
        self._total -= 1
        self._open[whose] -= 1
        if not self._open[whose]:
            del self._open[whose]

    def statistics(self) -> DoorsStatistics:
        """Return the counts."""
        return DoorsStatistics(self._total, self.refused, self.late)


def text_frame(payload: bytes) -> bytes:
    """Return a payload as an unmasked WebSocket text frame (RFC 6455, section 5.2)."""
    length = len(payload)
    if length < 126:
        return bytes((0x81, length)) + payload
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload


def address_of(transport: BaseTransport) -> str:
    """Return the peer's address without its port, or an empty text for a local socket."""
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if isinstance(peer, tuple) else ""


class FeedProtocol(WebSocketsSansIOProtocol):
    """A live feed's connection; is its own :class:`Pipe`."""

    doors: Doors

    def offer(self, frame: bytes) -> bool:
        """Write a frame at once, or return False and write nothing."""
        if not self.writable.is_set() or self.close_sent or self.disconnected or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True

    async def drained(self) -> None:
        """Return when the connection takes frames again, or is gone."""
        await self.writable.wait()

    def cut(self) -> None:
        """End the connection now, whatever is still unsent."""
        self.transport.abort()

    async def run_asgi(self) -> None:
        """Give the application the pipe beside the scope."""
        extensions = cast("dict[str, object]", self.scope["extensions"])
        extensions[PIPE] = self
        limit_unread(self.transport)
        await super().run_asgi()

    async def send(self, message: ASGISendEvent) -> None:
        """Send for the application; a refused handshake is complete with its answer (uvicorn would call it forgotten)."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True

    def shutdown(self) -> None:
        """Say that this is a restart, then close; who does not take it is cut."""
        if self.handshake_complete:
            self.offer(text_frame(bye_frame("restart", retry_ms=RETRY_MS)))
        super().shutdown()
        self.loop.call_later(LINGER_S, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection out."""
        super().connection_lost(exc)
        self.doors.leave(address_of(self.transport))


def limit_unread(transport: BaseTransport) -> None:
    """Let the kernel cut a connection whose other end takes nothing; only Linux knows how."""
    connection = transport.get_extra_info("socket")
    if connection is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)


def lines_of(headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """Return headers as they are written."""
    return [b"%b: %b\r\n" % one for one in headers]


class _DefaultLines:
    """The headers of every answer as they are written; uvicorn makes them anew once a second, in a new list."""

    def __init__(self) -> None:
        self._made: tuple[object, bytes] = (None, b"")

    def of(self, headers: list[tuple[bytes, bytes]]) -> bytes:
        """Return the lines of these very headers."""
        made = self._made
        if made[0] is not headers:
            # One step: servers of several threads share this.
            self._made = made = (headers, b"".join(lines_of(headers)))
        return made[1]


DEFAULT_LINES: Final = _DefaultLines()

WHOLE: Final = "onewindow.whole"
"""Where the scope of a request carries :meth:`Joined.whole`."""


class Joined:
    """What one answer is written to: its head waits for the first of its body, and both leave in one write."""

    def __init__(self, cycle: RequestResponseCycle) -> None:
        """Stand before the transport of a request's cycle."""
        self._cycle, self._transport = cycle, cycle.transport
        self._head: bytes | None = None

    def whole(self, status: int, lines: bytes, body: bytes) -> bool:
        """Write an answer that is complete; or write nothing and return False where it must be sent in uvicorn's way.

        ``lines`` are its headers as they are written, its length among them. This spares what a general answer needs:
        steps for head and body, and two searches in each header. It is a twentieth of what a command costs.
        """
        cycle = self._cycle
        is_ordinary = cycle.keep_alive and cycle.scope["method"] != "HEAD" and not cycle.waiting_for_100_continue
        if not is_ordinary or cycle.response_started or cycle.disconnected or cycle.flow.write_paused:
            return False
        cycle.response_started = cycle.response_complete = True
        self._transport.write(
            b"".join((STATUS_LINE[status], DEFAULT_LINES.of(cycle.default_headers), lines, b"\r\n", body))
        )
        cycle.message_event.set()
        cycle.on_response()
        return True

    def write(self, data: bytes) -> None:
        """Keep the head back, and write everything else; what comes before the answer (100 Continue) is written too."""
        if self._cycle.response_started and self._head is None:
            self._head = data
            return
        if self._head:
            data, self._head = self._head + data, b""
        self._transport.write(data)

    def leave(self) -> None:
        """Let go of the request: what refers to itself would stay until a search for garbage finds it."""
        self._cycle.transport = self._transport
        cast("dict[str, object]", self._cycle.scope).pop(WHOLE, None)

    def finish(self) -> None:
        """Write a head that has no body."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Close, with everything written."""
        self.finish()
        self._transport.close()

    def is_closing(self) -> bool:
        """Say whether the connection ends."""
        return self._transport.is_closing()


class EdgeProtocol(HttpToolsProtocol):
    """An HTTP connection that is counted, and cut if a request's head takes too long."""

    doors: Doors
    _inside = False
    _is_in_head = False
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Come in through the doors, or be cut before anything is made for the connection."""
        self._inside = self.doors.enter(address_of(transport))
        if not self._inside:
            self.transport = cast(asyncio.Transport, transport)
            self.transport.abort()
            return
        super().connection_made(cast(asyncio.Transport, transport))
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Read, unless the connection was refused a moment ago."""
        if self._inside:
            super().data_received(data)
            if self._is_in_head and self._timer is None:
                # Most heads come in one piece; a timer is for those that do not.
                self._expect_head()

    def on_message_begin(self) -> None:
        """Begin to wait for the head of another request."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._is_in_head = False
        self._stop_timer()
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            joined = Joined(self.cycle)
            self.cycle.transport = cast(asyncio.Transport, joined)
            cast("dict[str, object]", self.scope)[WHOLE] = joined.whole
            self.cycle.on_response = partial(self._on_answered, joined)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection out."""
        self._stop_timer()
        super().connection_lost(exc)
        if self._inside:
            self.doors.leave(address_of(self.transport))

    def _on_answered(self, joined: Joined) -> None:
        joined.finish()
        joined.leave()
        self.on_response_complete()

    def _expect_head(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(self.doors.limits.headers_ms / 1000, self._give_up)

    def _give_up(self) -> None:
        self.doors.late += 1
        self.transport.abort()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def protocols(doors: Doors) -> tuple[type[EdgeProtocol], type[FeedProtocol]]:
    """Return the two protocol classes of one server, bound to its doors (uvicorn builds them itself, from a class)."""
    return type("Edge", (EdgeProtocol,), {"doors": doors}), type("Feed", (FeedProtocol,), {"doors": doors})

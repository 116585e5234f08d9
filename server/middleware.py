"""The ring around the application, in pure ASGI: caps, bodies read whole and in time, safe headers, a request id, no leaks.

A body is read before the application runs, so that a request which trickles in costs a buffer of at most 64 KB and
never a place among the requests under way. Slow ones have a cap of their own, so that they cannot crowd out others.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator, MutableMapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from itertools import count
from types import coroutine
from typing import Any, Final

import msgspec
import structlog

from server.addresses import counted
from server.problems import Problem, body_of, headers_of, status_of
from server.pulse import Pulse
from server.settings import Limits
from server.wire import WHOLE, lines_of

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]
Write = Callable[[int, bytes, bytes], bool]
Give = Callable[[int, Headers, bytes], bool]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTENT_POLICY: Final = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
"""No inline script or style anywhere; boards may be framed by our own pages only."""
SECURITY: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(self)"),
    (b"content-security-policy", CONTENT_POLICY.encode()),
)
"""What every answer says, unless it says something of its own by the same name."""
SAID: Final = frozenset(name for name, _ in SECURITY)
SECURITY_LINES: Final = b"".join(lines_of(SECURITY))
ANSWER: Final = "onewindow.answer"
"""Where the scope carries a way to give a complete response at once; it says whether it did."""

DISCARD_BYTES: Final = 1024 * 1024
DISCARD_S: Final = 1.0
"""How much of a refused body is read and thrown away, and for how long."""
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class EdgeStatistics(msgspec.Struct, frozen=True):
    """Requests under way and counts since the start."""

    under_way: int
    slow: int
    served: int
    refused: int
    broken: int


class Gate:
    """The limits of the edge and what is counted against them; outlives the application it stands before."""

    def __init__(self, limits: Limits) -> None:
        """Begin with nothing under way."""
        self.limits = limits
        self.under_way: Counter[str] = Counter()
        self.under_way_in_all = 0
        self.slow: Counter[str] = Counter()
        self.large: Counter[str] = Counter()
        self.served = self.refused = self.broken = 0
        self.pulse = Pulse()

    def statistics(self) -> EdgeStatistics:
        """Return the counts."""
        return EdgeStatistics(self.under_way_in_all, self.slow.total(), self.served, self.refused, self.broken)


class Edge:
    """The outermost application: every HTTP request passes here."""

    def __init__(self, app: Application, gate: Gate) -> None:
        """Stand around ``app``."""
        self._app = app
        self._gate = gate
        self._log = structlog.get_logger("edge")
        # An id of a request tells it from others in the log, and needs no chance of its own.
        self._run, self._numbers = secrets.token_hex(4), count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; live feeds and the lifespan go through untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = f"{self._run}{next(self._numbers):08x}"
        answer = _Answer(send, request_id, scope.get(WHOLE))
        scope[ANSWER] = answer.whole
        address = counted(scope["client"][0]) if scope.get("client") else ""
        limit = 0 if scope["method"] in SAFE_METHODS else _limit_of(scope["path"], self._gate.limits)
        try:
            if limit <= self._gate.limits.body_bytes:
                await self._serve(scope, receive, answer, limit=limit, address=address)
            else:
                with self._place_for_large():
                    await self._serve(scope, receive, answer, limit=limit, address=address)
        except Problem as problem:
            self._gate.refused += 1
            if problem.code == "TOO_LARGE":
                await _discard(receive)
            await answer.refuse(problem)
        except _Gone:
            return
        except Exception:
            # The last boundary: whatever broke is told to the log with its trace, and to the client without. What broke in
            # the application has been answered there.
            self._gate.broken += 1
            self._log.exception("request.broken", request_id=request_id, method=scope["method"])
            if answer.is_complete:
                return
            if answer.is_begun:
                raise
            await answer.refuse(Problem("BROKEN"))
        finally:
            # The answer knows the request and the request its answer: neither would be gone by itself.
            del scope[ANSWER]

    async def _serve(self, scope: Scope, receive: Receive, answer: "_Answer", *, limit: int, address: str) -> None:
        body = await self._body(scope, receive, limit=limit, address=address) if limit else b""
        gate = self._gate
        crowded = gate.under_way[address] >= gate.limits.requests_per_address
        if crowded or gate.under_way_in_all >= gate.limits.requests_total:
            raise Problem("TOO_MANY")
        began = time.perf_counter()
        gate.under_way[address] += 1
        gate.under_way_in_all += 1
        try:
            await self._app(_as_asked(scope), replay(body, receive), answer)
        finally:
            _leave(gate.under_way, address)
            gate.under_way_in_all -= 1
        gate.pulse.note(scope["path"], began)
        gate.served += 1

    def _place_for_large(self) -> AbstractContextManager[None]:
        if self._gate.large.total() >= self._gate.limits.large_total:
            raise Problem("TOO_MANY")
        return _counted(self._gate.large, "")

    async def _body(self, scope: Scope, receive: Receive, *, limit: int, address: str) -> bytes:
        """Read the whole body within its limits of size and time."""
        if _announced(scope) > limit:
            raise Problem("TOO_LARGE", facts={"limit": limit})
        body = bytearray()
        reading = _read_into(body, receive, limit)
        try:
            waits_for = reading.send(None)
        except StopIteration:
            # It was there already, as nearly always; a timer would cost more than the reading.
            return bytes(body)
        try:
            async with asyncio.timeout(self._gate.limits.slow_body_ms / 1000):
                await _resumed(reading, waits_for)
        except TimeoutError:
            # What has come is in ``body``: reading goes on from there.
            await self._wait_for_slow(body, receive, limit, address=address)
        return bytes(body)

    async def _wait_for_slow(self, body: bytearray, receive: Receive, limit: int, *, address: str) -> None:
        if (
            self._gate.slow[address] >= self._gate.limits.slow_per_address
            or self._gate.slow.total() >= self._gate.limits.slow_total
        ):
            raise Problem("TOO_MANY")
        with _counted(self._gate.slow, address):
            rest_ms = self._gate.limits.body_ms - self._gate.limits.slow_body_ms
            try:
                async with asyncio.timeout(rest_ms / 1000):
                    await _read_into(body, receive, limit)
            except TimeoutError:
                raise Problem("TOO_SLOW") from None


class _Gone(Exception):
    """The client left before its request was complete."""


class _Answer:
    """Passes an answer on with the headers that every answer has."""

    def __init__(self, send: Send, request_id: str, write: "Write | None") -> None:
        self._send, self._write = send, write
        self._request_id = request_id.encode()
        self.is_begun = self.is_complete = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.is_begun = True
            headers = [*message.get("headers", ())]
            if SAID.isdisjoint([name for name, _ in headers]):
                headers += SECURITY
            else:
                said = {name for name, _ in headers}
                headers += [one for one in SECURITY if one[0] not in said]
            headers.append((b"x-request-id", self._request_id))
            message = {**message, "headers": headers}
        await self._send(message)
        self.is_complete = message["type"] == "http.response.body" and not message.get("more_body", False)

    def whole(self, status: int, headers: Headers, body: bytes) -> bool:
        """Write a complete answer at once; or write nothing and return False, and it must be sent as any other."""
        if self._write is None or not SAID.isdisjoint([name for name, _ in headers]):
            return False
        head = b"".join((*lines_of(headers), SECURITY_LINES, b"x-request-id: %b\r\n" % self._request_id))
        # A line more than there are headers: one of them holds a line break, which uvicorn refuses.
        is_sound = head.count(b"\n") == len(headers) + len(SECURITY) + 1
        self.is_begun = self.is_complete = is_sound and self._write(status, head, body)
        return self.is_complete

    async def refuse(self, problem: Problem) -> None:
        body = body_of(problem)
        headers = [(name.encode(), value.encode()) for name, value in headers_of(problem).items()]
        headers.append((b"content-length", str(len(body)).encode()))
        if problem.code in {"TOO_LARGE", "TOO_SLOW", "TOO_MANY"}:
            # The rest of the body is not read; the connection cannot carry another request.
            headers.append((b"connection", b"close"))
        await self({"type": "http.response.start", "status": status_of(problem.code), "headers": headers})
        await self({"type": "http.response.body", "body": body})


@contextmanager
def _counted(counter: "Counter[str]", address: str) -> Iterator[None]:
    """Count one more of an address while the block runs, and forget addresses that have none."""
    counter[address] += 1
    try:
        yield
    finally:
        _leave(counter, address)


def _leave(counter: "Counter[str]", address: str) -> None:
    counter[address] -= 1
    if not counter[address]:
        del counter[address]


async def _read_into(body: bytearray, receive: Receive, limit: int) -> None:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        body += message.get("body", b"")
        if len(body) > limit:
            raise Problem("TOO_LARGE", facts={"limit": limit})
        if not message.get("more_body", False):
            return


@coroutine
def _resumed(reading: Coroutine[object, None, None], waits_for: object) -> Generator[object, None, None]:
    """Go on with a coroutine that was advanced by one step, beginning with what it waits for."""
    with closing(reading):
        yield waits_for
        yield from reading.__await__()


async def _discard(receive: Receive) -> None:
    """Take a little more of a body that is too large: a connection closed in the middle of it would lose the answer."""
    taken = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_S):
            while taken < DISCARD_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
                taken += len(message.get("body", b""))


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that gives the body once, then whatever comes (the client leaving)."""
    is_given = False

    async def give() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give


def _as_asked(scope: Scope) -> Scope:
    """Return what the application is asked: HEAD is GET whose body the connection leaves out (RFC 9110, section 9.3.2)."""
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) < 16 else 0
    return 0


def _limit_of(path: str, limits: Limits) -> int:
    """Return how long a body may be at this address."""
    if path.endswith("/settings/import"):
        return limits.import_bytes
    is_settings = "/settings/" in path or path.startswith(("/api/templates/", "/api/calendar/"))
    return limits.settings_bytes if is_settings else limits.body_bytes

"""Durable commands on one core: the whole server beside FastAPI without storage and rules, and beside a bare responder.

All three take the same request over the same kind of connections and answer with a ticket of the same size; FastAPI runs
under uvicorn as it comes. Counted is what a second of the server's processor brings, so that the clients and others on the
machine cost nothing in the figure.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

import httptools
import msgspec
import uvicorn
import uvloop
from fastapi import FastAPI, Response

from server.api.bodies import TakeBody
from tests.bench.crowded import Hall, Proc, child, served
from tests.support.server import HALL, token_of

CONNECTIONS: Final = 64
SECONDS: Final = 3.0
WARM_S: Final = 1.0
"""FastAPI prepares a route when it is first asked for."""
ROUNDS: Final = 7
ANSWER: Final[dict[str, Any]] = {
    "ticket": {
        "id": "T261126-8M3K5R7XQ2", "number": "A001", "state": "WAITING", "class": "ordinary", "ahead": 12,
        "wait_ms_p50": 540_000, "wait_ms_p80": 900_000, "windows": ["1", "2", "3"], "secret": "x" * 22,
        "page": "/t/longgang/T261126-8M3K5R7XQ2", "items": [{"entry": 1, "code": "id-card", "quantity": 1}],
    },
    "seq": 1,
}  # fmt: skip
PATH: Final = f"/api/halls/{HALL}/tickets"
MODULE: Final = "tests.bench.commands"
KINDS: Final = ("the whole server", "FastAPI alone", "a bare responder")


class Asked(msgspec.Struct):
    """What the clients of a process came to."""

    answers: int
    seconds: float
    p50_ms: float
    p99_ms: float


def one_round(kind: str, port: int, server: Proc) -> tuple[float, Asked]:
    """Return the answers in a second of the server's processor, and what the clients saw."""
    with child(MODULE, "ask", str(port), str(WARM_S)):
        pass
    cpu_s = server.cpu_s()
    with child(MODULE, "ask", str(port), str(SECONDS)) as (_, line):
        asked = msgspec.json.decode(line, type=Asked)
    cpu_s = server.cpu_s() - cpu_s
    assert asked.answers, kind
    return asked.answers / cpu_s, asked


def main() -> None:
    """Measure the three in turn, several times; print medians and ratios."""
    print(f"\ntake a number over HTTP: {CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:g} s each, in turn")
    figures: dict[str, list[tuple[float, Asked]]] = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        # A fresh hall each time: thousands of waiting people would be another measurement.
        with (
            whole() as hall,
            child(MODULE, "fastapi") as (plain, plain_port),
            child(MODULE, "bare") as (bare, port),
        ):
            for kind, at, process in zip(KINDS, (hall.port, int(plain_port), int(port)), (hall.process, plain, bare),
                                         strict=True):  # fmt: skip
                figures[kind].append(one_round(kind, at, process))
    base = [rate for rate, _ in figures[KINDS[0]]]
    for kind, rounds in figures.items():
        rates = [rate for rate, _ in rounds]
        ratio = statistics.median(mine / other for mine, other in zip(base, rates, strict=True))
        p50, p99 = (
            statistics.median(column) for column in zip(*((a.p50_ms, a.p99_ms) for _, a in rounds), strict=True)
        )
        beside = "" if kind == KINDS[0] else f"   the whole server: {ratio:.2f} ×"
        print(
            f"  {kind:18} {statistics.median(rates):8,.0f} a second of processor   p50 {p50:6.1f} p99 {p99:6.1f} ms{beside}"
        )


@contextmanager
def whole() -> Iterator[Hall]:
    """Serve the bench's hall, open."""
    with tempfile.TemporaryDirectory(), served(windows=2) as hall:
        asyncio.run(hall.open())
        yield hall


# ---- the clients' process ----


class Client(asyncio.Protocol):
    """Asks again as soon as it has its answer."""

    def __init__(self, number: int, times: list[int]) -> None:
        """Know what to ask for."""
        self._head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token_of('boss')}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()
        self._number, self._times, self._sent, self._count = number, times, 0, 0
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Wait for the whole answer."""
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(rest) < length:
            return
        assert head.startswith(b"HTTP/1.1 201"), self._buffer[:400]
        self._times.append(time.monotonic_ns() - self._sent)
        self._buffer = b""
        self._ask()

    def _ask(self) -> None:
        self._count += 1
        body = b'{"command_id":"bench-%d-%d-%d","items":[{"code":"id-card"}],"channel":"desk"}' % (
            time.time_ns(), self._number, self._count,
        )  # fmt: skip
        self._sent = time.monotonic_ns()
        self._transport.write(self._head + b"%d\r\n\r\n" % len(body) + body)


async def _asks(port: int, for_s: float) -> None:
    loop, times = asyncio.get_running_loop(), list[int]()
    began = time.monotonic()
    for number in range(CONNECTIONS):
        await loop.create_connection(lambda number=number: Client(number, times), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.sleep(for_s)
    found, seconds = sorted(times), time.monotonic() - began
    asked = Asked(len(found), seconds, found[len(found) // 2] / 1e6, found[len(found) * 99 // 100] / 1e6)
    sys.stdout.write(msgspec.json.encode(asked).decode() + "\n")
    sys.stdout.flush()


# ---- the yardsticks' processes ----


class Bare(asyncio.Protocol):
    """Parses the request and its JSON, and answers."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to parse."""
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        """Parse."""
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Answer."""
        msgspec.json.decode(body)
        content = msgspec.json.encode(ANSWER)
        self._transport.write(
            b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(content)
            + content
        )


async def _bare() -> None:
    server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", 0)
    await _until_told(server.sockets[0].getsockname()[1])


async def _fastapi() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/api/halls/{hall}/tickets", status_code=201)
    async def take(hall: str, body: TakeBody) -> Response:
        return Response(msgspec.json.encode(ANSWER), 201, media_type="application/json")

    config = uvicorn.Config(app, port=0, http="httptools", access_log=False, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by this flag only
        await asyncio.sleep(0.02)
    await _until_told(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    await serving


async def _until_told(port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(
                {"bare": _bare, "fastapi": _fastapi}[sys.argv[1]]()
                if len(sys.argv) == 2
                else _asks(int(sys.argv[2]), float(sys.argv[3]))
            )

"""What the benches of live feeds share: a server of their own, and screens that are nothing but sockets.

A screen here only reads: it takes frames apart and notes when it saw which ring first (:mod:`tests.bench.eyes`). Thousands
of them live in two processes, so that they cost little and never hold the server up. All clocks are the machine's
monotonic one.
"""

import asyncio
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import msgspec
import structlog

from server.app import Instead, create_app, server_of
from server.clock import ScaledClock
from server.config.plans import FixedPlans
from server.serving import fast_loop
from server.settings import Limits, Settings
from tests.bench.eyes import FILES, Seen, raise_files
from tests.support.journey import add_people, journey_plan
from tests.support.plans import CALENDAR, NINE_MS
from tests.support.proc import cpu_s, memory_kb
from tests.support.server import HALL, command_id, token_of

STARTED_S: Final = 60.0
STOPPED_S: Final = 15.0
CROWDS: Final = 2
"""Processes that hold the screens: one alone would be the slowest part of the measurement."""
AT_ONCE: Final = 32
"""Requests under way while a hall is filled."""
KEPT_S: Final = 2.0
"""The server ends a connection that is idle for 5 s."""
EYES: Final = "tests.bench.eyes"
FEED: Final = f"/ws/halls/{HALL}?view=board"


class Proc(msgspec.Struct):
    """A child that says one line when it is ready, and answers when its input ends."""

    child: "subprocess.Popen[bytes]"

    def cpu_s(self) -> float:
        """Return the processor time that it has used."""
        return cpu_s(self.child.pid)

    def memory_kb(self) -> int:
        """Return the memory that it holds."""
        return memory_kb(self.child.pid)


@contextmanager
def child(module: str, *words: str) -> Iterator[tuple[Proc, str]]:
    """Run a module in a process of its own; give it and its first line."""
    command = [sys.executable, "-m", module, *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield Proc(process), process.stdout.readline().decode().strip()
        finally:
            process.stdin.close()
            try:
                process.wait(STOPPED_S)
            except subprocess.TimeoutExpired:
                process.kill()


class Hall:
    """A served hall with an open window for each clerk, and the people who work it."""

    def __init__(self, port: int, process: Proc, *, windows: int) -> None:
        """Sign everybody in."""
        self.port = port
        self.process = process
        self.windows = windows
        self._lines: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def open(self) -> None:
        """Open all windows."""
        for window in range(1, self.windows + 1):
            await self.at(window, "open")

    async def take(self, count: int) -> None:
        """Let people take numbers."""
        body: dict[str, object] = {"items": [{"code": "id-card"}], "channel": "desk"}
        for start in range(0, count, AT_ONCE):
            group = range(start, min(start + AT_ONCE, count))
            await asyncio.gather(*(self._post("tickets", body, who="boss") for _ in group))

    async def at(self, window: int, op: str, **body: object) -> int:
        """Press a key at a window; return the ring of the call that it made, or 0."""
        answer = await self._post(f"windows/W{window:02}/{op}", body, who=f"c{window:02}")
        ticket = answer.get("ticket")
        call = ticket.get("call") if isinstance(ticket, dict) else None
        return int(call["ring"]) if isinstance(call, dict) and call["state"] == "calling" else 0

    async def _post(self, path: str, body: dict[str, object], *, who: str) -> dict[str, object]:
        """Post a command over a kept connection; a client of full worth would cost more than the server."""
        content = msgspec.json.encode({"command_id": command_id(), **body})
        head = (
            f"POST /api/halls/{HALL}/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token_of(who)}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        reader, writer = await self._line()
        writer.write(head.encode() + content)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length:")[2].partition(b"\r\n")[0])
        document = await reader.readexactly(length)
        self._lines.append((time.monotonic(), reader, writer))
        assert answer.startswith((b"http/1.1 200", b"http/1.1 201")), document
        found: dict[str, object] = msgspec.json.decode(document)
        return found

    async def _line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a connection that was used a moment ago, or a new one."""
        while self._lines:
            used, reader, writer = self._lines.pop()
            if time.monotonic() - used < KEPT_S:
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self.port)


@contextmanager
def served(*, windows: int) -> Iterator[Hall]:
    """Serve the journeys' hall with caps that let a bench in."""
    with tempfile.TemporaryDirectory() as folder:
        add_people(Path(folder), clerks=windows)
        with child(__name__, folder, str(windows)) as (process, port):
            hall = Hall(int(port), process, windows=windows)
            _until_healthy(int(port))
            yield hall


def _until_healthy(port: int) -> None:
    deadline = time.monotonic() + STARTED_S
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.1)


@contextmanager
def watched(port: int, screens: int, *, path: str = FEED) -> Iterator["Crowds"]:
    """Let so many screens follow until the block ends."""
    share = -(-screens // CROWDS)
    with (
        child(EYES, "watch", str(port), str(share), path) as one,
        child(EYES, "watch", str(port), str(screens - share), path) as two,
    ):
        yield Crowds([one[0], two[0]], int(one[1]) + int(two[1]))


class Crowds:
    """The processes that hold the screens; ``connected`` screens have their first frames."""

    def __init__(self, crowds: list[Proc], connected: int) -> None:
        """Keep them until asked."""
        self._crowds = crowds
        self.connected = connected

    def seen(self) -> Seen:
        """Return what all screens saw together so far."""
        total = Seen(0, 0, {}, {})
        for crowd in self._crowds:
            assert crowd.child.stdin is not None
            assert crowd.child.stdout is not None
            crowd.child.stdin.write(b"\n")
            crowd.child.stdin.flush()
            part = msgspec.json.decode(crowd.child.stdout.readline(), type=Seen)
            total.screens += part.screens
            total.frames += part.frames
            for ring, count in part.count.items():
                total.count[ring] = total.count.get(ring, 0) + count
                total.last_ns[ring] = max(total.last_ns.get(ring, 0), part.last_ns[ring])
        return total


# ---- in the server's process ----


async def _serve(folder: str, windows: str) -> None:
    raise_files()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    limits = Limits(sockets_per_address=FILES, sockets_total=FILES, connections_per_address=FILES,
                    connections_total=FILES, requests_per_address=FILES, requests_total=FILES,
                    changes_per_device=10**9, changes_per_account=10**9, changes_per_address=10**9)  # fmt: skip
    settings = Settings(data=Path(folder), port=0, public_screens=True, limits=limits)
    plans = FixedPlans({HALL: journey_plan(windows=int(windows))}, calendar=CALENDAR)
    server = server_of(create_app(settings, Instead(clock=ScaledClock(NINE_MS, 1), plans=plans)), settings)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by this flag only
        await asyncio.sleep(0.02)
    sys.stdout.write(f"{server.servers[0].sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(_serve(*sys.argv[1:]))

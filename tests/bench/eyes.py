"""Screens that are nothing but sockets, and a loop that writes to them: programs of their own, quick to start.

``eyes.py watch PORT SCREENS PATH`` says how many screens have opened, then what they saw so far for each line it reads.
``eyes.py bare SCREENS BYTES RATE`` says its port and writes frames until its input ends.
"""

import asyncio
import re
import resource
import sys
import time
from typing import Final, cast

import msgspec
import uvloop

FILES: Final = 65_536
RINGS: Final = re.compile(rb'"ring":(\d+)')
KNOWN_FRAMES: Final = 10_000
"""Frames whose rings are remembered; equal ones are looked into once."""


class Seen(msgspec.Struct):
    """What the screens of a process saw: ring → how many screens, and when the first and the last of them."""

    screens: int
    frames: int
    count: dict[int, int]
    last_ns: dict[int, int]


def raise_files() -> int:
    """Allow as many open files as the machine lets us; return the number."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def ask_for(port: int, path: str) -> bytes:
    """Return the request that opens a live feed."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: b25ld2luZG93LWJlbmNoMQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


class Screen(asyncio.Protocol):
    """Reads frames; ``note`` is told of each payload with the moment."""

    def __init__(self, port: int, path: str, crowd: "Crowd") -> None:
        """Know what to ask for."""
        self._ask = ask_for(port, path)
        self._crowd = crowd
        self._buffer = b""
        self._is_open = False
        self.newest = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        cast(asyncio.Transport, transport).write(self._ask)

    def data_received(self, data: bytes) -> None:
        """Take frames apart (servers do not mask)."""
        data = self._buffer + data
        if not self._is_open:
            head, separator, rest = data.partition(b"\r\n\r\n")
            if not separator:
                self._buffer = data
                return
            assert head.startswith(b"HTTP/1.1 101"), head[:200]
            self._is_open, data = True, rest
            self._crowd.opened += 1
        at_ns = time.monotonic_ns()
        at = 0
        while (ends := _frame_end(data, at)) is not None:
            self._crowd.note(self, data[at:ends], at_ns)
            at = ends
        self._buffer = data[at:]


def _frame_end(data: bytes, at: int) -> int | None:
    if len(data) < at + 4:
        return None
    length, start = data[at + 1], at + 2
    if length == 126:
        length, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
    elif length == 127:
        length, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
    return start + length if len(data) >= start + length else None


class Crowd:
    """All screens of a process."""

    def __init__(self) -> None:
        """Nobody has seen anything."""
        self.opened = self.frames = 0
        self.count: dict[int, int] = {}
        self.last_ns: dict[int, int] = {}
        self._rings: dict[bytes, list[int]] = {}

    def note(self, screen: Screen, frame: bytes, at_ns: int) -> None:
        """Note the rings that this screen had not seen; equal frames are looked into once."""
        self.frames += 1
        rings = self._rings.get(frame)
        if rings is None:
            if len(self._rings) > KNOWN_FRAMES:
                self._rings.clear()
            rings = self._rings[frame] = sorted({int(found) for found in RINGS.findall(frame)})
        for ring in rings:
            if ring > screen.newest:
                screen.newest = ring
                self.count[ring] = self.count.get(ring, 0) + 1
                self.last_ns[ring] = at_ns


async def _watch(port: int, screens: int, path: str) -> None:
    raise_files()
    crowd = Crowd()
    loop = asyncio.get_running_loop()
    for start in range(0, screens, 50):
        group = range(start, min(start + 50, screens))
        await asyncio.gather(
            *(loop.create_connection(lambda: Screen(port, path, crowd), "127.0.0.1", port) for _ in group)
        )
        while crowd.opened < group.stop:  # noqa: ASYNC110 - counted in callbacks
            await asyncio.sleep(0.005)
    say(str(crowd.opened))
    while await asyncio.to_thread(sys.stdin.readline):
        say(msgspec.json.encode(Seen(crowd.opened, crowd.frames, crowd.count, crowd.last_ns)).decode())


async def _bare(screens: str, size: str, rate: str) -> None:
    """Write a frame of this size to every connection so many times a second: what no server of screens can undercut."""
    raise_files()
    connections: list[asyncio.WriteTransport] = []
    frame = b"\x81\x7e" + int(size).to_bytes(2, "big") + b"x" * int(size)

    class Bare(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            writing = cast(asyncio.WriteTransport, transport)
            writing.write(b"HTTP/1.1 101 Switching\r\n\r\n")
            connections.append(writing)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(Bare, "127.0.0.1", 0, backlog=2_048)
    say(server.sockets[0].getsockname()[1])
    ended = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
    while not ended.done():
        await asyncio.sleep(1 / int(rate))
        if len(connections) >= int(screens):
            for transport in connections:
                if not transport.is_closing():
                    transport.write(frame)


def say(line: str) -> None:
    """Write a line to who started this."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _main(what: str, *words: str) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if what == "bare":
            runner.run(_bare(*words))
        else:
            port, screens, path = words
            runner.run(_watch(int(port), int(screens), path))


if __name__ == "__main__":
    _main(*sys.argv[1:])

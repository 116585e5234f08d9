"""A few kept connections for HTTP: just enough of it to speak to our own server, at a tenth of a general client's cost.

The crowd shares two cores with the server that it shows; with a general client four fifths of its time went into HTTP.
"""

import asyncio
import time
from collections import deque
from typing import Final

import msgspec

CONNECT_S: Final = 5.0
IDLE_S: Final = 3.0
"""The server closes a connection that was idle for 5 s."""
HEAD_BYTES: Final = 64 * 1024
BODY_BYTES: Final = 16 * 1024 * 1024
"""The hall's public page with 5,000 items stays below 2 MB."""


class LineLost(Exception):
    """No answer came: no connection, a connection that broke, or nothing within the time. What happened is unknown."""


class Received(msgspec.Struct, frozen=True):
    """An answer."""

    status: int
    body: bytes


class _Line(msgspec.Struct):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    used_s: float = 0.0


class Lines:
    """Connections to one server, at most ``most`` at once; whoever comes later waits for a free one."""

    def __init__(self, host: str, port: int, *, most: int, answer_s: float) -> None:
        """Connect when the first request comes."""
        self._host = host
        self._port = port
        self._answer_s = answer_s
        self._free: deque[_Line] = deque()
        self._turn = asyncio.Semaphore(most)

    async def request(self, method: str, target: str, *, token: str = "", body: bytes = b"") -> Received:
        """Send a request and return the answer; raises LineLost."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._answer_s):
                    return await self._on_some_line(self._head(method, target, token, body) + body)
            except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
                raise LineLost(str(error)) from error

    def close(self) -> None:
        """Let all connections go."""
        while self._free:
            self._free.pop().writer.close()

    def _head(self, method: str, target: str, token: str, body: bytes) -> bytes:
        lines = [f"{method} {target} HTTP/1.1", f"host: {self._host}:{self._port}"]
        if token:
            lines.append(f"authorization: Bearer {token}")
        if method != "GET":
            lines += ["content-type: application/json", f"content-length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode()

    async def _on_some_line(self, request: bytes) -> Received:
        line = self._kept() or await self._connect()
        is_kept = False
        try:
            line.writer.write(request)
            received, is_kept = await _read(line.reader)
        finally:
            if is_kept:
                line.used_s = time.monotonic()
                self._free.append(line)
            else:
                line.writer.close()
        return received

    def _kept(self) -> _Line | None:
        """Return the line that was used last, unless the server may be about to close it; older ones are let go."""
        line = self._free.pop() if self._free else None
        if line is None or time.monotonic() - line.used_s < IDLE_S:
            return line
        line.writer.close()
        self.close()
        return None

    async def _connect(self) -> _Line:
        async with asyncio.timeout(CONNECT_S):
            return _Line(*await asyncio.open_connection(self._host, self._port, limit=HEAD_BYTES))


async def _read(reader: asyncio.StreamReader) -> tuple[Received, bool]:
    """Read one answer; tell whether the connection can be used again."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    first, *fields = head.split("\r\n")
    named = dict(field.split(": ", 1) for field in fields if ": " in field)
    length = int(named["content-length"]) if "content-length" in named else -1
    if not 0 <= length <= BODY_BYTES:
        raise ValueError("an answer without a plain length")
    body = await reader.readexactly(length)
    return Received(int(first.split(" ", 2)[1]), body), named.get("connection") != "close"

"""Requests by the thousand over a few kept connections, as fast as one process can ask and a server answer."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, cast

import httptools

WAITS_S: Final = 60
"""For one answer; what takes longer is a fault."""


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 says that nothing did, and the body why."""

    status: int
    body: bytes
    is_kept: bool
    """The connection may be used again."""


@dataclass(frozen=True)
class Request:
    """A POST of JSON, and who wants to know its answer."""

    path: str
    body: bytes
    note: Callable[[Answer], None]


async def ask_all(host: str, port: int, token: str, requests: Iterable[Request], *, connections: int) -> None:
    """Send all requests; every connection has one under way."""
    rest = iter(requests)
    head = f"Host: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_ask(host, port, head, rest))


async def _ask(host: str, port: int, head: str, rest: Iterator[Request]) -> None:
    """Send what is left until nothing is, on a new connection wherever the old one has ended."""
    connection: _Connection | None = None
    for request in rest:
        if connection is None:
            _, connection = await asyncio.get_running_loop().create_connection(_Connection, host, port)
        line = f"POST {request.path} HTTP/1.1\r\n{head}Content-Length: {len(request.body)}\r\n\r\n"
        answer = await connection.ask(line.encode("ascii") + request.body)
        request.note(answer)
        if not answer.is_kept:
            connection.close()
            connection = None
    if connection is not None:
        connection.close()


class _Connection(asyncio.Protocol):
    """Asks one thing at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast(asyncio.Transport, transport)
        self._begin()

    async def ask(self, data: bytes) -> Answer:
        """Send a request; return its answer."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport.is_closing():
            return Answer(0, b"the connection was cut after the answer before", is_kept=False)
        self._transport.write(data)
        try:
            async with asyncio.timeout(WAITS_S):
                return await self._answer
        except TimeoutError:
            return Answer(0, b"no answer in time", is_kept=False)

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._parser.feed_data(data)

    def connection_lost(self, failure: Exception | None) -> None:
        """Tell whoever waits that nothing comes any more."""
        self._give(Answer(0, b"the connection was cut", is_kept=False))

    def on_body(self, body: bytes) -> None:
        """Keep a part of the answer."""
        self._body += body

    def on_message_complete(self) -> None:
        """Give the answer."""
        is_kept = self._parser.should_keep_alive()
        answer = Answer(self._parser.get_status_code(), self._body, is_kept)
        self._begin()
        self._give(answer)

    def _begin(self) -> None:
        self._parser, self._body = httptools.HttpResponseParser(self), b""

    def _give(self, answer: Answer) -> None:
        if not self._answer.done():
            self._answer.set_result(answer)

    _answer: "asyncio.Future[Answer]"

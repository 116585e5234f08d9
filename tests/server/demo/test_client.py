"""How simulated people speak to a server that is not always there."""

import asyncio
import random
from pathlib import Path

import msgspec

from server.demo.client import Answer, Client
from server.demo.history import History, Operation, read_history


class Flaky:
    """A server that reads a request and hangs up, as often as told; then it answers."""

    def __init__(self, *, hang_ups: int, status: int = 200) -> None:
        self.requests: list[bytes] = []
        self._hang_ups = hang_ups
        self._status = status

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"GET /health"):
            await self._answer(writer, b"{}", 200)
            return
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        self.requests.append(await reader.readexactly(length))
        if len(self.requests) > self._hang_ups:
            await self._answer(writer, b'{"seq":7,"code":"NO_TICKET"}', self._status)
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, body: bytes, status: int) -> None:
        head = f"HTTP/1.1 {status} OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


async def asked(flaky: Flaky, folder: Path) -> tuple[Answer, list[Operation]]:
    """Send one change to a flaky server and return the answer and the history."""
    server = await asyncio.start_server(flaky.serve, "127.0.0.1", 0)
    history = History(folder / "history.jsonl")
    port = server.sockets[0].getsockname()[1]
    client = Client(f"http://127.0.0.1:{port}", history, run="demo-test", chance=random.Random(3))
    async with server:
        answer = await client.change("take", "/api/halls/h/tickets", {"items": []}, who="visitor-1")
        client.close()
    history.close()
    return answer, [one for one in read_history(folder / "history.jsonl") if isinstance(one, Operation)]


async def test_a_change_whose_answer_was_lost_is_sent_again_with_the_same_id(tmp_path: Path):
    """The server may have done it already: only the id can tell it."""
    flaky = Flaky(hang_ups=2)

    answer, history = await asked(flaky, tmp_path)

    assert answer.is_ok
    assert len({msgspec.json.decode(request)["command_id"] for request in flaky.requests}) == 1
    assert [(one.outcome, one.seq, one.attempts) for one in history] == [("ok", 7, 3)]


async def test_a_refusal_is_an_answer_and_is_not_repeated(tmp_path: Path):
    flaky = Flaky(hang_ups=0, status=409)

    answer, history = await asked(flaky, tmp_path)

    assert (answer.outcome, answer.reply.code) == ("refused", "NO_TICKET")
    assert len(flaky.requests) == 1
    assert history[0].code == "NO_TICKET"

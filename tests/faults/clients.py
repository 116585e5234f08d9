"""People at work over HTTP: kiosks that give numbers, clerks who call; each repeats its command until it has an answer.

A client knows nothing of the faults. It keeps one connection, waits at most as long as law L3 allows, and asks again
under the same ``command_id``; what it was told goes into the history.
"""

import asyncio
import itertools
import time
from typing import Any, Final

import msgspec

from tests.faults.history import Told
from tests.support.server import HALL, token_of

ANSWER_S: Final = 10.0
"""Law L3: every command gets a definite answer in 10 s, from a process that lives."""
PAUSE_S: Final = 0.05
UNCLEAR: Final = frozenset({408, 429, 500, 502, 503, 504})
ITEMS: Final = (*(("id-card", "invoice", "residence") * 6), "no-such-item")
"""What people ask for; the last is refused by the rules, and a refusal is an answer that must not change either."""
IDLE_S: Final = 0.02
"""A clerk looks up before calling again after "nobody waits"."""


class Crowd:
    """Everybody who works with one server, and what they were told."""

    def __init__(self, port: int, *, run: str, pace_s: float = 0.0) -> None:
        """Talk to a port; ``run`` begins every command id, ``pace_s`` is a rest after each command."""
        self.port = port
        self.told: list[Told] = []
        self.unclear: list[tuple[str, float]] = []
        """Codes of answers that left the outcome open, with the seconds that they took."""
        self._run = run
        self._pace_s = pace_s
        self._numbers = itertools.count(1)
        self._is_over = asyncio.Event()

    async def work(self, *, kiosks: int, clerks: int) -> None:
        """Let everybody work until :meth:`stop`; whoever waits for an answer gets it first."""
        async with asyncio.TaskGroup() as group:
            for kiosk in range(kiosks):
                group.create_task(self._keep_taking(kiosk))
            for window in range(1, clerks + 1):
                group.create_task(self._keep_calling(window))

    def stop(self) -> None:
        """Send everybody home."""
        self._is_over.set()

    async def _keep_taking(self, kiosk: int) -> None:
        line = Line(self.port)
        for turn in itertools.count(kiosk):
            if self._is_over.is_set():
                break
            await self._ask(line, "tickets", {"items": [{"code": ITEMS[turn % len(ITEMS)]}]}, who="kiosk")
            await asyncio.sleep(self._pace_s)
        line.close()

    async def _keep_calling(self, window: int) -> None:
        line, who = Line(self.port), f"c{window:02}"
        path = f"windows/W{window:02}"
        await self._ask(line, f"{path}/open", {}, who=who)
        op = "call-next"
        while not self._is_over.is_set():
            answer = await self._ask(line, f"{path}/{op}", {}, who=who)
            has_ticket = answer.get("ticket") is not None
            op = "finish-and-next" if has_ticket else "call-next"
            await asyncio.sleep(self._pace_s if has_ticket else max(IDLE_S, self._pace_s))
        line.close()

    async def _ask(self, line: "Line", path: str, body: dict[str, Any], *, who: str) -> dict[str, Any]:
        command_id = f"{self._run}-{next(self._numbers):07}"
        told = Told(command_id, path.rpartition("/")[2], path, {"command_id": command_id, **body}, who,
                    time.monotonic_ns())  # fmt: skip
        self.told.append(told)
        while True:
            told.attempts += 1
            began = time.monotonic()
            answer = await line.post(path, told.body, who=who)
            took_s = time.monotonic() - began
            told.slowest_s = max(told.slowest_s, took_s)
            if answer is not None and answer[0] not in UNCLEAR:
                return note(told, *answer)
            if answer is not None:
                self.unclear.append((str(answer[1].get("code")), took_s))
            if self._is_over.is_set() and told.attempts > GIVE_UP_ATTEMPTS:
                return {}
            await asyncio.sleep(self._rest_s(told.attempts))

    def _rest_s(self, attempts: int) -> float:
        """Return the rest before asking again: hardly any, to find what goes wrong."""
        assert attempts > 0
        return PAUSE_S


GIVE_UP_ATTEMPTS: Final = 400
"""After the end nobody asks for ever: a server that stays away leaves its commands unknown."""


def note(told: Told, status: int, answer: dict[str, Any]) -> dict[str, Any]:
    """Write a definite answer down."""
    told.completed_ns = time.monotonic_ns()
    told.result = "ok" if status < 300 else str(answer["code"])
    told.seq = int(answer.get("seq") or 0)
    told.answer = msgspec.json.encode(answer)
    ticket = answer.get("ticket")
    call = ticket.get("call") if isinstance(ticket, dict) else None
    told.ring = int(call["ring"]) if isinstance(call, dict) else 0
    told.number = str(ticket["number"]) if told.op == "tickets" and status < 300 and isinstance(ticket, dict) else ""
    return answer


async def asked_again(port: int, told: list[Told]) -> list[str]:
    """Send commands once more (S7): each must get its first answer; with another body it must be refused."""
    line, found = Line(port), []
    for number, one in enumerate(told):
        again = await line.post(one.path, one.body, who=one.who)
        if again is None:
            found.append(f"S7: {one.op} {one.command_id} got no answer when asked again")
            continue
        second = Told(one.command_id, one.op, one.path, one.body, one.who, 0)
        note(second, *again)
        if (second.result, second.answer) != (one.result, one.answer):
            found.append(
                f"S7: {one.op} {one.command_id} was told {one.result} {one.answer!r}, then {second.result} {second.answer!r}"
            )
        if one.op == "tickets" and number % 10 == 0:
            other = await line.post(one.path, {**one.body, "items": [{"code": "id-card", "quantity": 7}]}, who=one.who)
            if other is None or other[1].get("code") != "COMMAND_ID_REUSED":
                found.append(f"S7: {one.command_id} with another body was not refused")
    line.close()
    return found


class Line:
    """One connection that is opened again when it breaks."""

    def __init__(self, port: int, *, hall: str = HALL) -> None:
        """Connect at the first request about a hall."""
        self._port = port
        self._hall = hall
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: dict[str, Any], *, who: str) -> tuple[int, dict[str, Any]] | None:
        """Post to the hall; return status and document, or None if there was no answer."""
        return await self._ask("POST", path, msgspec.json.encode(body), who)

    async def get(self, path: str) -> tuple[int, dict[str, Any]] | None:
        """Read from the hall, as anybody."""
        return await self._ask("GET", path, b"", "nobody")

    async def _ask(self, verb: str, path: str, content: bytes, who: str) -> tuple[int, dict[str, Any]] | None:
        bearer = f"Authorization: Bearer {token_of(who)}\r\n" if who != "nobody" else ""
        head = (
            f"{verb} /api/halls/{self._hall}{'/' if path else ''}{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{bearer}"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        ).encode()
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._exchange(head + content)
        except (OSError, EOFError, TimeoutError, ValueError, msgspec.DecodeError):
            # A balancer's own words when no node answers are no JSON: no answer of ours.
            self.close()
            return None

    async def _exchange(self, request: bytes) -> tuple[int, dict[str, Any]]:
        if self._open is None:
            self._open = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._open
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        document: dict[str, Any] = msgspec.json.decode(await reader.readexactly(length))
        if b"connection: close" in head:
            self.close()
        return int(head.split(b" ", 2)[1]), document

    def close(self) -> None:
        """Drop the connection."""
        if self._open is not None:
            self._open[1].transport.abort()
            self._open = None

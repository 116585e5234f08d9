"""How simulated people speak to the server: HTTP with command ids, and retries that keep the id.

Law: an operation is repeated until its answer is definite, always with the id of its first attempt, so it happens once.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode, urlsplit

import msgspec

from server.demo.history import History, Operation, Outcome
from server.demo.lines import LineLost, Lines, Received
from server.demo.views import Reply

ANSWER_S: Final = 10.0
"""Every command gets its answer within 10 s (law L3); later it is asked for again."""
GIVE_UP_S: Final = 45.0
"""A server that was killed serves again within seconds; after this an operation stays "unknown"."""
PAUSES_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Between attempts; the last repeats. A restarted server is met by some 100 clients, not by a storm."""
ASKS_LIMIT: Final = 500
CONNECTIONS: Final = 48
"""Kept open; at 30 commands a second of 5 ms each one would do, a restart wakes all people at once."""
DOUBLE_TAP_SHARE: Final = 0.01
"""People tap twice now and then, and networks send twice: the second answer must be the first."""
TRY_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
REFUSED_FROM: Final = 400


class Answer(msgspec.Struct, frozen=True):
    """What an operation came to."""

    outcome: Outcome
    reply: Reply = Reply()

    @property
    def is_ok(self) -> bool:
        """Tell whether it was done."""
        return self.outcome == "ok"


class Client:
    """All HTTP of the simulated people."""

    def __init__(self, base: str, history: History, *, run: str, chance: random.Random) -> None:
        """Speak to the server at ``base``; ``run`` begins every command id of this process."""
        self.sent = self.retries = self.unknown = 0
        self._history = history
        self._run = run
        self._chance = chance
        self._count = 0
        self._asking = asyncio.Lock()
        self._there_s = 0.0
        address = urlsplit(base)
        self._lines = Lines(address.hostname or "", address.port or 80, most=CONNECTIONS, answer_s=ANSWER_S)
        self._decode = msgspec.json.Decoder(Reply).decode

    async def change(
        self, op: str, path: str, body: Mapping[str, object], *, who: str, token: str = "", date: str = ""
    ) -> Answer:
        """Do something once, whatever the network does; the history tells how it ended. ``date``: of another day's log."""
        self._count += 1
        command_id = f"{self._run}-{self._count:06d}"
        content = msgspec.json.encode({**body, "command_id": command_id})
        invoked_ns, attempts = time.monotonic_ns(), [0]
        answer, repeats = Answer("unknown"), ""
        try:
            answer = await self._until_definite(path, content, token, attempts)
            if answer.reply.seq and self._chance.random() < DOUBLE_TAP_SHARE:
                repeats = await self._again(path, content, token, answer)
        finally:
            self.unknown += answer.outcome == "unknown"
            done = Operation(
                id=command_id, op=op, who=who, invoked_ns=invoked_ns, completed_ns=time.monotonic_ns(),
                outcome=answer.outcome, attempts=attempts[0], repeats=repeats, date=date,
            )  # fmt: skip
            self._history.write(_with_answer(done, answer.reply))
        return answer

    async def ask(self, path: str, *, token: str = "", params: Mapping[str, str] | None = None) -> bytes | None:
        """Read something; None if it is not to be had."""
        target = f"{path}?{urlencode(params)}" if params else path
        for pause_s in PAUSES_S:
            with contextlib.suppress(LineLost):
                received = await self._lines.request("GET", target, token=token)
                if received.status not in TRY_AGAIN:
                    return received.body if received.status < REFUSED_FROM else None
            await asyncio.sleep(pause_s)
        return None

    async def sign_in(self, account: str, password: str) -> str | None:
        """Return a session's token, or None where the server does not answer or refuses."""
        body = msgspec.json.encode({"account": account, "password": password})
        try:
            received = await self._lines.request("POST", "/api/login", body=body)
        except LineLost:
            return None
        return msgspec.json.decode(received.body, type=_Session).token if received.status < REFUSED_FROM else None

    def close(self) -> None:
        """Let the connections go."""
        self._lines.close()

    async def _until_definite(self, path: str, content: bytes, token: str, attempts: list[int]) -> Answer:
        give_up_s = time.monotonic() + GIVE_UP_S
        while time.monotonic() < give_up_s:
            attempts[0] += 1
            self.sent += 1
            answer = await self._once(path, content, token)
            if answer is not None:
                return answer
            self.retries += 1
            await asyncio.sleep(PAUSES_S[min(attempts[0], len(PAUSES_S)) - 1])
            await self._until_back(give_up_s)
        return Answer("unknown")

    async def _until_back(self, give_up_s: float) -> None:
        """Wait until the server answers at all; one client asks for everybody, or a restart would meet a storm."""
        came_s = time.monotonic()
        async with self._asking:
            for _ in range(ASKS_LIMIT):
                if self._there_s > came_s or time.monotonic() > give_up_s:
                    return
                if await self._is_there():
                    self._there_s = time.monotonic()
                    return
                await asyncio.sleep(PAUSES_S[1])

    async def _is_there(self) -> bool:
        try:
            received = await self._lines.request("GET", "/health")
        except LineLost:
            return False
        return received.status < REFUSED_FROM

    async def _once(self, path: str, content: bytes, token: str) -> Answer | None:
        """Send; None if the answer is not definite."""
        try:
            received = await self._lines.request("POST", path, token=token, body=content)
        except LineLost:
            return None
        if received.status in TRY_AGAIN:
            return None
        return self._answer(received)

    def _answer(self, received: Received) -> Answer:
        try:
            reply = self._decode(received.body)
        except msgspec.DecodeError:
            return Answer("refused", Reply(code=f"HTTP_{received.status}"))
        if received.status >= REFUSED_FROM:
            return Answer("refused", msgspec.structs.replace(reply, code=reply.code or f"HTTP_{received.status}"))
        return Answer("ok", msgspec.structs.replace(reply, code="", check_in=reply.code))

    async def _again(self, path: str, content: bytes, token: str, first: Answer) -> str:
        """Send an answered operation once more; say how the second answer differs."""
        second = await self._once(path, content, token)
        if second is None:
            return ""
        if _essence(second) == _essence(first):
            return "same"
        return f"seq {first.reply.seq} {first.reply.code} then seq {second.reply.seq} {second.reply.code}"


def _with_answer(done: Operation, reply: Reply) -> Operation:
    ticket, booking = reply.ticket, reply.appointment
    return msgspec.structs.replace(
        done, code=reply.code, seq=reply.seq, window=reply.window.code if reply.window else "",
        ticket=ticket.id if ticket else "", number=ticket.number if ticket else "", state=ticket.state if ticket else "",
        appointment=booking.id if booking else "", booking=booking.state if booking else "",
        slot_ms=(booking.slot_ms or 0) if booking else 0,
    )  # fmt: skip


def _essence(answer: Answer) -> tuple[str, ...]:
    """Return what must be the same however often an answer is given; a view beside it may have moved on."""
    reply, ticket, booking = answer.reply, answer.reply.ticket, answer.reply.appointment
    told = (reply.code, reply.check_in, reply.secret)
    named = (ticket.id, ticket.number, ticket.state) if ticket else ()
    booked = (booking.id, booking.state, str(booking.slot_ms)) if booking else ()
    return (answer.outcome, str(reply.seq), *told, *named, *booked)


class _Session(msgspec.Struct, frozen=True):
    token: str

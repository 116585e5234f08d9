"""The crowd books: every request is repeated until its answer is definite, and what was told is kept."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import httpx
import msgspec

from loadtests.flash.lines import Line
from loadtests.flash.setting import HALL, ITEM, Sale
from loadtests.flash.wishes import Wish

GIVE_UP_S: Final = 600.0
"""Waiting for one of the crowd's connections included: how long a machine takes is told, and not judged."""
PAUSE_S: Final = 0.25


class Told(msgspec.Struct):
    """What one person was told about one request."""

    wish: int
    person: str
    hold: str = "unknown"
    """``ok``, the code of a refusal, or ``unknown``."""
    booking: str = "unknown"
    """The same of the confirmation; ``none`` without a held place."""
    appointment: str = ""
    slot_ms: int = 0
    code: str = ""
    seconds: float = 0.0
    """From the wish to the last answer: waiting for a free connection and for the server to be back included."""
    attempts: int = 0
    differing: str = ""
    """How the answer to a repeat differed from the first; empty: it did not."""

    @property
    def is_definite(self) -> bool:
        """Tell whether nothing is left open."""
        return "unknown" not in (self.hold, self.booking)


class Rush:
    """Everybody who books, and what they were told."""

    def __init__(self, lines: Iterable[Line], sale: Sale, *, run: str) -> None:
        """Book over these lines, one request at a time on each; ``run`` begins every command id."""
        self._sale, self._run = sale, run
        self._free: asyncio.Queue[Line] = asyncio.Queue()
        for line in lines:
            self._free.put_nowait(line)
        self.told: list[Told] = []
        self.answered_s: list[float] = []
        """From sending to the answer, of every definite answer."""

    async def go(self, wishes: list[Wish], *, progress: Callable[[], None]) -> None:
        """Let everybody in; return when all have their answers."""
        began = time.monotonic() + max(0.0, self._sale.release_ms / 1_000 - time.time())
        async with asyncio.TaskGroup() as group:
            for wish in wishes:
                group.create_task(self._one(wish, began, progress))

    async def _one(self, wish: Wish, began: float, progress: Callable[[], None]) -> None:
        await asyncio.sleep(max(0.0, began + wish.delay_s - time.monotonic()))
        told, wished = Told(wish.number, wish.person), time.monotonic()
        self.told.append(told)
        if wish.is_repeated:
            second = Told(wish.number, wish.person)
            first, again = await asyncio.gather(self._hold(wish, told), self._hold(wish, second))
            told.differing = _difference(first, again)
        else:
            first = await self._hold(wish, told)
        if told.hold == "ok":
            await self._confirm(wish, told, first)
        else:
            told.booking = "none"
        told.seconds = time.monotonic() - wished
        progress()

    async def _hold(self, wish: Wish, told: Told) -> dict[str, Any]:
        body = {
            "command_id": f"{self._run}-hold-{wish.number:06}", "date": self._sale.date,
            "items": [{"code": ITEM, "quantity": 1}], "slot_ms": self._sale.slots[wish.slot],
            "person": wish.person, "phone": wish.phone, "device": wish.device,
        }  # fmt: skip
        told.hold, answer = await self._until_definite("appointments", body, told)
        if told.hold == "ok":
            told.appointment, told.slot_ms = answer["appointment"]["id"], answer["appointment"]["slot_ms"]
        return answer

    async def _confirm(self, wish: Wish, told: Told, held: dict[str, Any]) -> None:
        body = {
            "command_id": f"{self._run}-confirm-{wish.number:06}", "secret": held["secret"],
            "person": wish.person, "phone": wish.phone, "device": wish.device,
        }  # fmt: skip
        told.booking, answer = await self._until_definite(f"appointments/{told.appointment}/confirm", body, told)
        told.code = answer.get("code", "") if told.booking == "ok" else ""

    async def _until_definite(self, path: str, body: dict[str, Any], told: Told) -> tuple[str, dict[str, Any]]:
        give_up = time.monotonic() + GIVE_UP_S
        while time.monotonic() < give_up:
            told.attempts += 1
            answer = await self._asked(f"/api/halls/{HALL}/{path}", body)
            if answer is None:
                await asyncio.sleep(PAUSE_S)
                continue
            document: dict[str, Any] = answer.json()
            return ("ok" if answer.is_success else str(document["code"])), document
        return "unknown", {}

    async def _asked(self, path: str, body: dict[str, Any]) -> httpx.Response | None:
        """Ask once; None if the answer is not definite."""
        line = await self._free.get()
        sent = time.monotonic()
        try:
            answer = await line.post(path, body)
        finally:
            self._free.put_nowait(line)
        if answer is not None:
            self.answered_s.append(time.monotonic() - sent)
        return answer


def _difference(first: dict[str, Any], again: dict[str, Any]) -> str:
    """Say how two answers to one request differ in what must be the same."""
    essence = [(one.get("seq"), one.get("code"), one.get("appointment", {}).get("id")) for one in (first, again)]
    return "" if essence[0] == essence[1] else f"{essence[0]} then {essence[1]}"

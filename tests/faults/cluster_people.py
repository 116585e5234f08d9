"""A district's people: in every hall a kiosk, clerks and a board, all through the balancer, knowing nothing of the faults."""

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from typing import Final

from tests.faults.clients import IDLE_S, Crowd, Line
from tests.faults.cluster_place import CLERKS, clerk_of, kiosk_of
from tests.faults.eyes import Screen

FACTS_S: Final = 300.0
"""How long a hall may take to say what it offers: all are asked at once, right after the start."""


RESTS_S: Final = (0.3, 0.9, 2.0)
"""Rests before a command is sent again, as `displays/web` has them."""


class HallCrowd(Crowd):
    """Everybody in one hall: takes so many tickets, while clerks call."""

    def __init__(self, hall: str, port: int, *, run: str, pace_s: float) -> None:
        """Nobody comes before :meth:`look_around` and :meth:`work_hall`."""
        super().__init__(port, run=f"{run}-{hall}", pace_s=pace_s)
        self.hall = hall
        self.taken = 0
        self._offered: tuple[list[str], list[str]] = ([], [])
        self.board = Screen(f"board of {hall}", port, hall=hall)

    async def look_around(self, gate: asyncio.Semaphore) -> None:
        """Learn what the hall offers, before anybody works; a few halls at a time."""
        async with gate:
            self._offered = await self._offers()

    async def work_hall(self) -> None:
        """Let everybody work until :meth:`stop`; whoever waits for an answer gets it first."""
        items, windows = self._offered
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_giving(itertools.cycle(items)))
            for number, window in enumerate(windows, 1):
                group.create_task(self._keep_serving(clerk_of(self.hall, number), window))

    def _rest_s(self, attempts: int) -> float:
        """Rest as the pages do, longer each time: hundreds who ask at once keep what comes back from coming back."""
        return RESTS_S[min(attempts, len(RESTS_S)) - 1] * random.uniform(0.7, 1.3)

    async def _offers(self) -> tuple[list[str], list[str]]:
        """Return items that the first windows serve, and these windows."""
        line = Line(self.port, hall=self.hall)
        ends = time.monotonic() + FACTS_S
        while (said := await line.get("")) is None or said[0] != 200:
            assert time.monotonic() < ends, f"{self.hall} does not say what it offers: {said}"
            await asyncio.sleep(0.2)
        line.close()
        hall = said[1]
        windows = [one for one in hall["windows"] if one["kind"] == "comprehensive"][:CLERKS]
        labels = {one["label"] for one in windows}
        items = [one["code"] for one in hall["items"] if labels <= set(one["windows"])][:10]
        return items, [one["code"] for one in windows]

    async def _keep_giving(self, items: Iterator[str]) -> None:
        line, who = Line(self.port, hall=self.hall), kiosk_of(self.hall)
        while not self._is_over.is_set():
            answer = await self._ask(line, "tickets", {"items": [{"code": next(items)}]}, who=who)
            self.taken += "ticket" in answer
            await asyncio.sleep(self._pace_s)
        line.close()

    async def _keep_serving(self, who: str, window: str) -> None:
        line, path, op = Line(self.port, hall=self.hall), f"windows/{window}", "call-next"
        await self._ask(line, f"{path}/open", {}, who=who)
        while not self._is_over.is_set():
            answer = await self._ask(line, f"{path}/{op}", {}, who=who)
            has_ticket = answer.get("ticket") is not None
            op = "finish-and-next" if has_ticket else "call-next"
            await asyncio.sleep(self._pace_s if has_ticket else max(IDLE_S, self._pace_s))
        line.close()

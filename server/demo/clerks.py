"""Clerks: one client each, with a console that follows its window, and a mind that decides from it."""

import asyncio
import contextlib
from typing import Final

import msgspec

from hall.ids import Ms
from hall.patch import JsonObject
from server.demo.citizens import Hall
from server.demo.clerk_mind import Act, Mind, Room
from server.demo.client import Answer
from server.demo.follow import Follower
from server.demo.views import ClerkView

CATCHES_UP_S: Final = 1.5
"""How long the console may take to show what was just done: the change, or at the latest the next beat."""
LEAST_NAP_S: Final = 0.01
"""A decision that asks to be asked again at once would turn into a busy loop."""
LONGEST_NAP_S: Final = 5.0
LOOKED_AT: Final = ("window", "ticket", "held", "undo", "ended")
"""Parts of the console that make a clerk look up; the counts of waiting people change all the time."""


class Clerk:
    """One clerk at one window."""

    def __init__(self, hall: Hall, window: str, *, account: str, token: str, mind: Mind) -> None:
        """Know the window; :meth:`run` begins the day."""
        self.window = window
        self.mind = mind
        self.console = Follower(
            hall.feed, {"view": "clerk", "window": window}, pace=hall.pace, token=token, on_paint=self._shows
        )
        self._hall = hall
        self._account = account
        self._token = token
        self._state: JsonObject = {}
        self._left = asyncio.Event()
        self._bell = hall.floor.door_bells[window] = asyncio.Event()

    @property
    def is_at_work(self) -> bool:
        """Tell whether the console shows this clerk at the window."""
        desk = self._state.get("window")
        return isinstance(desk, dict) and desk.get("clerk") == f"clerk:{self._account}"

    async def gone_home(self, *, within_s: float) -> None:
        """Return when the console shows that this clerk has left the window, or when that takes too long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._left.wait()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.console.run())
            tasks.create_task(self._work())

    async def _work(self) -> None:
        pace = self._hall.pace
        while True:
            self._bell.clear()
            if not self._state:
                await self._bell.wait()
                continue
            view = msgspec.convert(self._state, ClerkView)
            what = self.mind.decide(view, self._room(view), pace.now_ms())
            if isinstance(what, Act):
                await self._do(what)
            else:
                await self._nap(what)

    async def _do(self, act: Act) -> None:
        path = f"{self._hall.path}/windows/{self.window}/{act.op}"
        answer: Answer = await self._hall.client.change(
            f"window.{act.op}", path, act.body, who=f"clerk:{self._account}", token=self._token
        )
        self.mind.took(act, is_ok=answer.is_ok, at_ms=self._hall.pace.now_ms())
        if act.op == "call":
            self._hall.floor.returned[self.window].popleft()
        if answer.is_ok:
            await self._catch_up(answer.reply.seq)

    async def _catch_up(self, seq: int) -> None:
        """Wait until the console shows what was done, so that nothing is done twice."""
        try:
            async with asyncio.timeout(CATCHES_UP_S):
                while self.console.link.seq < seq:
                    self._bell.clear()
                    await self._bell.wait()
        except TimeoutError:
            return

    async def _nap(self, at_ms: Ms) -> None:
        pace = self._hall.pace
        length_s = min(max(pace.real_s(at_ms - pace.now_ms()), LEAST_NAP_S), LONGEST_NAP_S)
        try:
            async with asyncio.timeout(length_s):
                await self._bell.wait()
        except TimeoutError:
            return

    def _room(self, view: ClerkView) -> Room:
        floor = self._hall.floor
        returned = floor.returned.get(self.window)
        while returned and not any(one.id == returned[0] for one in view.missed):
            returned.popleft()
        called = view.ticket.id if view.ticket is not None else ""
        return Room(
            here=floor.at_window.get(self.window, ""),
            is_stranger=bool(called) and floor.is_stranger(called),
            returned=returned[0] if returned else "",
        )

    def _shows(self, state: JsonObject) -> None:
        before, self._state = self._state, state
        if any(before.get(part) is not state.get(part) for part in LOOKED_AT):
            self._bell.set()
            if self.is_at_work:
                self._left.clear()
            else:
                self._left.set()

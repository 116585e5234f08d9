"""Simulated days on the normal board: a day's log is played at a chosen speed, apart from every live hall.

A playing day has a hub, a clock and a state of its own. Nothing is written, nothing reaches the ledger, the bus or a live
hall's screens, and its stream's name begins with ``simulated/``.
"""

import asyncio
import contextlib
from pathlib import Path
from typing import Final

import msgspec

from hall.errors import BrokenLog
from hall.events import Commit, commit_decoder
from hall.ids import HallId, Ms
from hall.policy import Plan
from hall.state import HallDay
from hall.step import apply
from server.clock import ScaledClock
from server.hub import Hub, tickets_in

PLAYING: Final = 4
"""Days that play at once; each costs what a live hall of its size costs at that speed."""
FASTEST: Final = 600
"""Ten minutes a second: a whole day in a minute, about as fast as eyes follow."""
IDLE_S: Final = 60.0
"""A day that nobody watches is put away."""
LOOK_S: Final = 0.25
"""How soon another speed shows."""
BEFORE_MS: Final[Ms] = 60_000
"""A day begins to play a minute before its first visitor."""


class TheatreFull(Exception):
    """So many days play that no other can."""


class DayUnreadable(Exception):
    """The file of a day is not there or is not what was written."""


class _Heading(msgspec.Struct):
    """First line of a day's file."""

    plans: tuple[Plan, ...]


class Play:
    """One day that plays."""

    def __init__(self, hall: HallId, job: str, commits: list[Commit], plans: tuple[Plan, ...], version: str) -> None:
        """Begin a minute before the first visitor."""
        self.hall, self.stream = hall, f"simulated/{job}"
        self.first_ms = _first_ms(commits) - BEFORE_MS
        self.last_ms = commits[-1].at_ms
        self.clock = ScaledClock(self.first_ms, 60)
        self.hub = Hub(self._day_of, self.clock, version=version)
        self.screens = 0
        self._commits, self._next = commits, 0
        self._state = HallDay()
        for plan in plans:
            self._state.learn(plan)
        self._advance()

    def view_state(self) -> HallDay:
        """Return what is true at this moment of the day."""
        return self._state

    @property
    def at_ms(self) -> Ms:
        """The day's moment; it stands still at its end."""
        return min(self.clock.now_ms(), self.last_ms)

    async def run(self) -> None:
        """Play, and beat for the screens, until nobody has watched for a while."""
        async with asyncio.TaskGroup() as group:
            beat = group.create_task(self.hub.beat())
            idle_s = 0.0
            while idle_s < IDLE_S:
                tickets = self._advance()
                if tickets is not None:
                    self.hub.moved(self.hall, tickets)
                pause_s = self._pause_s()
                idle_s = 0.0 if self.screens else idle_s + pause_s
                await asyncio.sleep(pause_s)
            beat.cancel()

    def _pause_s(self) -> float:
        if self._next >= len(self._commits):
            return LOOK_S
        return min(LOOK_S, self.clock.seconds_until(self._commits[self._next].at_ms))

    def _advance(self) -> list[str] | None:
        """Let happen what is due; return the tickets it was about, or None if nothing was."""
        began, now_ms = self._next, self.clock.now_ms()
        while self._next < len(self._commits) and self._commits[self._next].at_ms <= now_ms:
            apply(self._state, self._commits[self._next])
            self._next += 1
        done = self._commits[began : self._next]
        return list(tickets_in(done)) if done else None

    def _day_of(self, hall: str) -> "Play | None":
        return self if hall == self.hall else None


class Theatre:
    """The days that play."""

    def __init__(self, version: str) -> None:
        """Begin with none."""
        self._version = version
        self._plays: dict[str, Play] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def play(self, hall: HallId, job: str, file: Path) -> Play:
        """Return the day of a job as it plays, and begin it if it does not; raises DayUnreadable and TheatreFull."""
        known = self._plays.get(job)
        if known is not None and known.hall == hall:
            return known
        if len(self._plays) >= PLAYING:
            raise TheatreFull
        plans, commits = await asyncio.to_thread(_read, file)
        if job in self._plays:
            return self._plays[job]
        play = self._plays[job] = Play(hall, job, commits, plans, self._version)
        self._tasks[job] = asyncio.create_task(self._run(job, play), name=play.stream)
        return play

    async def _run(self, job: str, play: Play) -> None:
        try:
            await play.run()
        finally:
            self._plays.pop(job, None)
            self._tasks.pop(job, None)

    async def stop(self) -> None:
        """Put every day away."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _read(file: Path) -> tuple[tuple[Plan, ...], list[Commit]]:
    try:
        lines = file.read_bytes().splitlines()
        heading = msgspec.json.decode(lines[0], type=_Heading)
        commits = [commit_decoder.decode(line) for line in lines[1:]]
    except (OSError, IndexError, msgspec.MsgspecError, BrokenLog) as error:
        raise DayUnreadable(file.name) from error
    if not commits:
        raise DayUnreadable(file.name)
    return heading.plans, commits


def _first_ms(commits: list[Commit]) -> Ms:
    """Return when the first number was taken; of the first row where nobody came."""
    return next((one.at_ms for one in commits if any(tickets_in([one]))), commits[0].at_ms)

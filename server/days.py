"""Days to come of all halls: their runners, begun by the first booking, and the timer that keeps their deadlines.

A day has a log from its first booking on. Its runner is started when somebody asks for it or when one of its deadlines
comes (a hold that runs out, an offer, a place that returns), and let go when others were used later and nothing of it is
due soon; its next deadline stays known meanwhile. When its date arrives, :mod:`server.registry` takes it over as today.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, Final

import msgspec
import structlog

from hall.errors import HallError
from hall.ids import MINUTE_MS, HallId, Ms
from hall.step import next_deadline
from server.clock import MS_PER_SECOND, Clock
from server.following import FOLLOW_SECONDS
from server.ledger.port import LedgerError, hall_and_date, stream_name
from server.outcomes import CommandError, DayRefused, HallStopped
from server.runner import HallRunner
from server.tally import RunnerStatistics

log = structlog.get_logger(__name__)

RUNNERS_LIMIT: Final = 512
"""Days to come in memory: about 1 MB each with 1,000 items. The one used longest ago goes first."""

NEAR_MS: Final = 15 * MINUTE_MS
"""A day with a deadline within this time stays in memory: longer than places are held for."""

REST_SECONDS: Final = 60.0
"""Real time for which a day stays after somebody was given it: longer than a request takes."""

AT_ONCE: Final = 16
"""Days that are started, or told of their deadline, together."""

STALE_LIMIT: Final = 1_000
"""Deadlines that no longer hold; with more of them the heap is made anew."""

LONGEST_SECONDS: Final = 5.0
"""The longest sleep: a computer that was suspended is noticed after this."""

RETRY_SECONDS: Final = 1.0
"""Rest before a deadline is tried again that brought nothing or failed."""

New = Callable[[HallId, str], HallRunner]
Begin = Callable[[HallRunner], Awaitable[None]]
"""Opens a day with the settings of now; raises DayRefused."""
Finish = Callable[[HallRunner], Awaitable[None]]
"""Ends a day that is over and never became today."""
Tasks = dict[str, asyncio.Future[HallRunner]]
"""What is being done with a day, by stream, so that it is done once."""


class DaysStatistics(msgspec.Struct, frozen=True):
    """Figures of the days to come: those with a log, those in memory, and what happened since the start."""

    logs: int
    live: int
    opening: int
    ticks: int
    failures: int
    evictions: int
    days: tuple[RunnerStatistics, ...]
    shut: dict[str, str]


@dataclass
class DaysToCome:
    """The days to come. ``start`` finds those that the ledger has again, ``stop`` lets each finish what waits."""

    new: New
    begin: Begin
    finish: Finish
    clock: Clock
    limit: int = RUNNERS_LIMIT
    rest_seconds: float = REST_SECONDS
    _known: dict[str, None] = field(default_factory=dict)
    _live: OrderedDict[str, HallRunner] = field(default_factory=OrderedDict)
    _used: dict[str, float] = field(default_factory=dict)
    """When a day in memory was last given out, by the computer's own clock."""
    _opening: Tasks = field(default_factory=dict)
    _beginning: Tasks = field(default_factory=dict)
    _deadlines: dict[str, Ms] = field(default_factory=dict)
    _heap: list[tuple[Ms, str]] = field(default_factory=list)
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _finding: set[asyncio.Future[None]] = field(default_factory=set)
    _shut: dict[str, str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("ticks", "failures", "evictions"), 0))

    # ---- life ----

    def note(self, streams: Iterable[str]) -> None:
        """Take note of days that have a log."""
        self._known.update(dict.fromkeys(streams))

    def start(self) -> None:
        """Begin to keep deadlines, and find those of the noted days in the background."""
        self._tasks = [
            asyncio.create_task(self._run(), name="timer of days to come"),
            asyncio.create_task(self._find(list(self._known)), name="finding days to come"),
        ]

    async def stop(self) -> None:
        """Keep no more deadlines and let every day finish what waits; doing it again is nothing."""
        tasks, self._tasks = self._tasks, []
        under_way: list[asyncio.Future[Any]] = [
            *tasks,
            *self._beginning.values(),
            *self._opening.values(),
            *self._finding,
        ]
        for task in under_way:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await asyncio.gather(*(runner.stop() for runner in self._live.values()))

    def statistics(self) -> DaysStatistics:
        """Return the figures."""
        days = tuple([runner.statistics() for runner in self._live.values()])
        return DaysStatistics(
            logs=len(self._known), live=len(self._live), opening=len(self._opening), **self._counts, days=days,
            shut=dict(self._shut),
        )  # fmt: skip

    # ---- what others ask ----

    def live(self, stream: str) -> HallRunner | None:
        """Return the runner of an open day if it is in memory."""
        runner = self._live.get(stream)
        if runner is None or not runner.view_state().is_open:
            return None
        self._use(stream)
        return runner

    def runners(self) -> list[HallRunner]:
        """List the days that are in memory."""
        return list(self._live.values())

    def hear(self, stream: str) -> None:
        """Hear that a day has a log that grows elsewhere: take it into memory, for its deadlines, while there is room."""
        self._known[stream] = None
        if stream in self._live or stream in self._opening or len(self._live) + len(self._opening) >= self.limit:
            return
        task = asyncio.ensure_future(self._find([stream]))
        self._finding.add(task)
        task.add_done_callback(self._finding.discard)

    def has_log(self, stream: str) -> bool:
        """Say whether a day was begun."""
        return stream in self._known

    def of_hall(self, hall: HallId) -> list[str]:
        """List the dates of a hall's days that were begun, in order."""
        return sorted(date for code, date in map(hall_and_date, self._known) if code == hall)

    async def get(self, hall: HallId, date: str) -> HallRunner:
        """Return the runner of an open day, begun now if need be; raises DayRefused or HallStopped."""
        stream = stream_name(hall, date)
        runner = self.live(stream) or await self._once(self._beginning, stream, self._begin_one)
        self._known[stream] = None
        self._use(stream)
        await self._trim(but=stream)
        return runner

    async def hand_over(self, hall: HallId, date: str) -> HallRunner:
        """Give the runner of a date away, started, open or not: it is none of the days to come any more."""
        stream = stream_name(hall, date)
        runner = self._live.get(stream) or await self._started(stream)
        self._live.pop(stream, None)
        self._used.pop(stream, None)
        self._known.pop(stream, None)
        self._deadlines.pop(stream, None)
        self._shut.pop(stream, None)
        return runner

    def see(self, runner: HallRunner) -> None:
        """Look at the deadline of a day again: its log has grown."""
        if self._live.get(runner.stream) is runner:
            self._note_deadline(runner)

    # ---- runners ----

    async def _started(self, stream: str) -> HallRunner:
        """Start a day, unless it is; there is never a second runner of one day."""
        return self._live.get(stream) or await self._once(self._opening, stream, self._start_one)

    async def _once(self, tasks: Tasks, stream: str, work: Callable[[str], Awaitable[HallRunner]]) -> HallRunner:
        """Do something with a day; whoever asks for the same meanwhile gets the same runner."""
        task = tasks.get(stream)
        if task is None:
            task = tasks[stream] = asyncio.ensure_future(work(stream))
            task.add_done_callback(lambda _: tasks.pop(stream, None))
        try:
            return await asyncio.shield(task)
        except (LedgerError, HallError) as error:
            raise HallStopped(stream, str(error)) from error

    async def _begin_one(self, stream: str) -> HallRunner:
        runner = await self._started(stream)
        if not runner.view_state().is_open:
            try:
                await self.begin(runner)
            except DayRefused:
                await self._drop(runner)
                raise
        return runner

    async def _start_one(self, stream: str) -> HallRunner:
        runner = self.new(*hall_and_date(stream))
        try:
            await runner.start()
        except (LedgerError, HallError) as error:
            self._shut[stream] = str(error)
            raise
        self._shut.pop(stream, None)
        self._live[stream] = runner
        self._use(stream)
        if runner.view_state().seq:
            self._known[stream] = None
        self._note_deadline(runner)
        return runner

    def _use(self, stream: str) -> None:
        # It may have been handed over while it was waited for.
        if stream in self._live:
            self._live.move_to_end(stream)
            self._used[stream] = time.monotonic()

    async def _drop(self, runner: HallRunner) -> None:
        if self._live.get(runner.stream) is runner:
            del self._live[runner.stream]
            self._used.pop(runner.stream, None)
            await runner.stop()

    async def _trim(self, *, but: str = "") -> None:
        """Let days go that were used longest ago and have nothing due soon."""
        if len(self._live) <= self.limit:
            return
        soon, rested = self.clock.now_ms() + NEAR_MS, time.monotonic() - self.rest_seconds
        idle = [
            one
            for stream, one in self._live.items()
            if self._deadlines.get(stream, soon + 1) > soon and self._used.get(stream, 0) <= rested and stream != but
        ]
        for runner in idle[: len(self._live) - self.limit]:
            self._counts["evictions"] += 1
            await self._drop(runner)

    async def _find(self, streams: list[str]) -> None:
        """Start each day once, to learn its deadline and to mend what a crash left."""
        for start in range(0, len(streams), AT_ONCE):
            some = [stream for stream in streams[start : start + AT_ONCE] if stream in self._known]
            await asyncio.gather(*(self._started(stream) for stream in some), return_exceptions=True)
            for stream in some:
                # Nobody was given it yet.
                self._used.pop(stream, None)
            await self._trim()
        log.info("days_to_come_found", days=len(streams), shut=len(self._shut))
        for stream, reason in self._shut.items():
            log.error("day_shut", stream=stream, reason=reason)

    # ---- deadlines ----

    def _note_deadline(self, runner: HallRunner) -> None:
        deadline = next_deadline(runner.view_state())
        if deadline is not None and runner.is_following:
            deadline += round(FOLLOW_SECONDS * MS_PER_SECOND * self.clock.speed)
        if deadline is None:
            self._deadlines.pop(runner.stream, None)
        elif self._deadlines.get(runner.stream) != deadline:
            self._wait_until(runner.stream, deadline)

    def _wait_until(self, stream: str, at_ms: Ms) -> None:
        self._deadlines[stream] = at_ms
        heappush(self._heap, (at_ms, stream))
        if len(self._heap) > STALE_LIMIT + 4 * len(self._deadlines):
            self._heap = sorted((at_ms, stream) for stream, at_ms in self._deadlines.items())
        if self._heap[0] == (at_ms, stream):
            self._moved.set()

    async def _run(self) -> None:
        while True:
            await self._sleep()
            due = self._due()
            await asyncio.gather(*(self._tick(stream) for stream in due))

    def _due(self) -> list[str]:
        """Take the first of the days out whose deadline has come."""
        now_ms, found = self.clock.now_ms(), list[str]()
        while self._heap and self._heap[0][0] <= now_ms and len(found) < AT_ONCE:
            at_ms, stream = heappop(self._heap)
            if self._deadlines.get(stream) == at_ms:
                del self._deadlines[stream]
                found.append(stream)
        return found

    async def _tick(self, stream: str) -> None:
        self._counts["ticks"] += 1
        try:
            runner = self._live.get(stream) or await self._started(stream)
            if await self._told(runner):
                self.see(runner)
                return
        except CommandError as error:
            self._counts["failures"] += 1
            log.warning("timer_failed", stream=stream, reason=str(error))
        if stream in self._known:
            # Tried again after a rest, so that a deadline in the past cannot spin.
            self._wait_until(stream, self.clock.now_ms() + round(RETRY_SECONDS * MS_PER_SECOND * self.clock.speed))

    async def _told(self, runner: HallRunner) -> bool:
        """Tell a day that its deadline has come; return whether that brought something."""
        if self.clock.now_ms() < runner.view_state().end_day_ms:
            return await runner.tick() is not None
        await self.finish(runner)
        return runner.view_state().is_ended

    async def _sleep(self) -> None:
        """Sleep until the first deadline, or until an earlier one is known."""
        seconds = min(LONGEST_SECONDS, self.clock.seconds_until(self._heap[0][0])) if self._heap else LONGEST_SECONDS
        try:
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        except TimeoutError:
            return
        self._moved.clear()

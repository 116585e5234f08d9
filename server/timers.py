"""One timer per hall, armed anew after every commit: it tells the hall that its own deadline has come.

The hall names the deadline (:func:`hall.step.next_deadline`); the shell waits and sends the tick. The same timer turns
the business date: a day goes on past midnight until it has ended, then the next one begins.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from hall.ids import Ms
from hall.step import next_deadline
from server.clock import MS_PER_SECOND, Clock
from server.following import FOLLOW_SECONDS
from server.outcomes import CommandError
from server.runner import HallRunner
from server.tasks import dismiss

log = structlog.get_logger(__name__)

LONGEST_SECONDS = 5.0
"""The longest sleep: a computer that was suspended, or whose clock was set, is noticed after this."""

FRUITLESS_SECONDS = 1.0
"""Rest after a tick that brought nothing or failed, so that a deadline in the past cannot spin."""


@dataclass
class HallTimer:
    """Ticks and turns of one hall; ``turn_ms`` says when its next business date is due, ``turn`` begins it."""

    day: Callable[[], HallRunner]
    clock: Clock
    turn_ms: Callable[[], Ms]
    turn: Callable[[], Awaitable[None]]
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch the clock."""
        self._task = asyncio.create_task(self._run(), name="timer of a hall")

    def arm(self) -> None:
        """Look at the deadlines again: the log has grown."""
        self._moved.set()

    async def stop(self) -> None:
        """Watch no longer; doing it again is nothing."""
        task, self._task = self._task, None
        await dismiss(task)

    async def _run(self) -> None:
        rest = 0.0
        while True:
            await (asyncio.sleep(rest) if rest else self._sleep(self._seconds()))
            rest = 0.0
            try:
                # The tick first: a day whose end was slept through is ended before the next begins.
                if self._is_due():
                    rest = FRUITLESS_SECONDS if await self.day().tick() is None else 0.0
                elif self.clock.now_ms() >= self.turn_ms():
                    await self.turn()
                    rest = FRUITLESS_SECONDS
            except CommandError as error:
                log.warning("timer_failed", stream=self.day().stream, reason=str(error))
                rest = FRUITLESS_SECONDS

    def _seconds(self) -> float:
        deadline = self._deadline()
        first_ms = self.turn_ms() if deadline is None else min(deadline, self.turn_ms())
        return min(LONGEST_SECONDS, self.clock.seconds_until(first_ms))

    def _deadline(self) -> Ms | None:
        """Return when the day has something to do: a little later where another node serves it, which does it first."""
        deadline = next_deadline(self.day().view_state())
        if deadline is None or not self.day().is_following:
            return deadline
        return deadline + round(FOLLOW_SECONDS * MS_PER_SECOND * self.clock.speed)

    def _is_due(self) -> bool:
        deadline = self._deadline()
        return deadline is not None and self.clock.now_ms() >= deadline

    async def _sleep(self, seconds: float) -> None:
        """Sleep so long, or until the log has grown."""
        try:
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        except TimeoutError:
            return
        self._moved.clear()

"""Several nodes on one ledger: each reads what the others wrote, so that its screens and answers follow the whole log.

The bus says at once that a log has grown. It may lose that, so every log in memory is looked at as well once in
:data:`LOOK_SECONDS`: losing the bus costs that time and nothing else.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import structlog

from server.bus import Bus, BusClosed, Subscription
from server.ledger.port import Ledger, LedgerError, OtherHistory
from server.looks import NOTHING_NAMED, Looks
from server.runner import HallRunner

log = structlog.get_logger(__name__)

FOLLOW_SECONDS: Final = 2.0
"""How much later than the node that serves a hall another one minds its deadlines: it takes over what nobody did."""

CATCH_UP_SECONDS: Final = 1.5
"""How long a request waits for what other nodes wrote; then a look is answered by what is known, a change by 503."""

STREAMS_SECONDS: Final = 10.0
"""Rest between two looks for days that other nodes have begun: hints tell of them at once, unless they are lost."""

LOOK_SECONDS: Final = 2.0
"""Rest between two looks: a screen is true within 5 s even if the bus is silent."""

AT_ONCE: Final = 16
"""Logs that are looked at together: 500 days in memory take 32 short rounds."""


@dataclass
class Following:
    """Lets the days of this node hear of what other nodes wrote. ``start`` and ``stop`` own its tasks."""

    ledger: Ledger
    bus: Bus
    runners: Callable[[], Iterable[HallRunner]]
    """All days in memory."""
    begun: Callable[[str], None] = lambda stream: None
    """Hears of a day that has a log and is not in memory."""
    _subscription: Subscription | None = None
    _tasks: tuple[asyncio.Task[None], ...] = ()

    def start(self) -> None:
        """Begin to listen and to look."""
        # Subscribed before anything is looked at: what is written in between is heard of.
        self._subscription = self.bus.subscribe()
        self._tasks = (
            asyncio.create_task(self._listen(self._subscription), name="hints of other nodes"),
            asyncio.create_task(self._look(), name="looks at the logs"),
            asyncio.create_task(self._look_for_days(), name="looks for logs"),
        )

    async def stop(self) -> None:
        """Follow no longer; doing it again is nothing."""
        tasks, self._tasks = self._tasks, ()
        if self._subscription is not None:
            self._subscription.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def catch_up(self, runner: HallRunner) -> str:
        """Let a day know all that was written before now; return the code of what kept it from that, or nothing."""
        try:
            async with asyncio.timeout(CATCH_UP_SECONDS):
                return "" if await runner.catch_up() else "NOT_READY"
        except OtherHistory:
            return "NOT_READY"
        except (LedgerError, TimeoutError) as error:
            log.warning("not_caught_up", stream=runner.stream, reason=str(error) or "too slow")
            return "STORAGE_FULL"

    async def _listen(self, subscription: Subscription) -> None:
        while True:
            try:
                news = await subscription.next()
            except BusClosed:
                return
            days = {runner.stream: runner for runner in self.runners()}
            for stream, seq in news.hints:
                if (runner := days.get(stream)) is not None:
                    runner.hint(seq)
                else:
                    self.begun(stream)
            if news.missed:
                await self._look_once()

    async def _look(self) -> None:
        while True:
            await self._look_once()
            await asyncio.sleep(LOOK_SECONDS)

    async def _look_for_days(self) -> None:
        looks = Looks(self.ledger, every_s=0)
        while True:
            await asyncio.sleep(STREAMS_SECONDS)
            try:
                for stream in await looks.heads(NOTHING_NAMED):
                    self.begun(stream)
            except LedgerError as error:
                log.warning("logs_not_listed", reason=str(error))

    async def _look_once(self) -> None:
        days = list(self.runners())
        for start in range(0, len(days), AT_ONCE):
            await asyncio.gather(*(self._look_at(runner) for runner in days[start : start + AT_ONCE]))

    async def _look_at(self, runner: HallRunner) -> None:
        try:
            await runner.look()
        except LedgerError as error:
            log.warning("log_not_seen", stream=runner.stream, reason=str(error))

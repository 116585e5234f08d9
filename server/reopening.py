"""Halls that could not be opened because their storage failed: tried again until it can be read.

A damaged log stays shut until somebody has looked at it; a disk that was full or a database that restarted does not.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import structlog

from hall.ids import HallId
from server.ledger.port import Ledger, LedgerError, StorageFailed, StreamHead, hall_and_date
from server.outcomes import OutcomeUnknown

log = structlog.get_logger(__name__)

REST_SECONDS: Final = 1.0
"""Rest before a hall is tried again: it serves again well within 5 s of the storage."""

Open = Callable[[HallId, str, list[StreamHead]], Awaitable[bool]]
"""Opens a hall in a zone, given the heads of its streams; False if that failed again, and is tried again."""


@dataclass
class Reopening:
    """Tries halls again, each on its own. ``stop`` it at the end."""

    ledger: Ledger
    open: Open
    begun: Callable[[str], None]
    """Hears of every day of a hall that was opened at last."""
    _tasks: dict[HallId, asyncio.Task[None]] = field(default_factory=dict)

    def try_again(self, code: HallId, zone: str, error: Exception) -> Literal[False]:
        """Try a hall again after a rest, if that can help and is not done already; it is not open yet."""
        if isinstance(error, StorageFailed | OutcomeUnknown) and code not in self._tasks:
            task = self._tasks[code] = asyncio.create_task(self._run(code, zone), name=f"reopening {code}")
            task.add_done_callback(lambda _: self._tasks.pop(code, None))
        return False

    async def stop(self) -> None:
        """Try no more; doing it again is nothing."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, code: HallId, zone: str) -> None:
        while True:
            await asyncio.sleep(REST_SECONDS)
            try:
                heads = [head for head in await self.ledger.streams() if hall_and_date(head.stream)[0] == code]
            except LedgerError as error:
                log.warning("hall_still_shut", hall=code, reason=str(error))
                continue
            if await self.open(code, zone, heads):
                log.info("hall_reopened", hall=code)
                for head in heads:
                    self.begun(head.stream)
                return

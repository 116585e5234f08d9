"""Which logs a follower looks at: those that the bus has named, and now and then all, since a hint may be lost."""

import asyncio
from typing import Final

from server.bus import Hints
from server.ledger.port import Ledger

SHARE: Final = 50
"""A look at all logs rests so many times as long as listing them took: after years it still takes a fiftieth of the time."""
NOTHING_NAMED: Final = Hints(())


class Looks:
    """Names the logs of a ledger that may have grown."""

    def __init__(self, ledger: Ledger, *, every_s: float) -> None:
        """List all logs every so many seconds; more seldom where that takes long."""
        self._ledger, self._every_s = ledger, every_s
        self._due_s = float("-inf")

    async def heads(self, hints: Hints | None) -> dict[str, int]:
        """Return where logs stand at least, by stream: of those that hints name, or of all.

        All without hints, after hints were missed, and when it is time for it. Raises LedgerError.
        """
        began = asyncio.get_running_loop().time()
        if hints is not None and not hints.missed and began < self._due_s:
            return {one.stream: one.seq for one in hints.hints}
        heads = await self._ledger.streams()
        now = asyncio.get_running_loop().time()
        self._due_s = now + max(self._every_s, SHARE * (now - began))
        return {head.stream: head.version for head in heads}

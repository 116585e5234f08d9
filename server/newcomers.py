"""Halls that are added while the server runs: served as soon as this node knows of them.

The node that adds one looks at once. The others hear of its first day by the bus, or look at the settings once in
:data:`LOOK_SECONDS`, as they do for devices.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import structlog

from hall.ids import HallId
from server.bus import Bus, BusClosed, Subscription
from server.config.database import DatabaseUnavailable
from server.ledger.port import Ledger, LedgerError, hall_and_date
from server.outcomes import HallStopped, UnknownHall
from server.registry import Halls

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 10.0
"""Rest between two looks at the settings for halls that other nodes, or the command line, have added."""


@dataclass
class Newcomers:
    """Lets halls be served that were not there at the start."""

    halls: Halls
    ledger: Ledger
    bus: Bus
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _strangers: set[HallId] = field(default_factory=set)
    """Heard of, and not in the settings: they are looked for again with the next look only."""

    async def welcome(self) -> None:
        """Serve every hall of the settings that is not served yet; raises DatabaseUnavailable and LedgerError."""
        async with self._turn:
            found = await asyncio.to_thread(self.halls.plans.halls)
            new = [one for one in found if not self._is_known(one.code)]
            heads = await self.ledger.streams() if new else []
            for one in new:
                own = [head for head in heads if hall_and_date(head.stream)[0] == one.code]
                await self.halls.add(one.code, one.zone, own)
                log.info("hall_added", hall=one.code)

    async def follow(self) -> None:
        """Look for halls that other nodes have added, until cancelled."""
        news = self.bus.subscribe()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen(news), name="hints of new halls")
                group.create_task(self._look(), name="looks for new halls")
        finally:
            news.close()

    async def _listen(self, news: Subscription) -> None:
        while True:
            try:
                heard = await news.next()
            except BusClosed:
                return
            halls = {hall_and_date(hint.stream)[0] for hint in heard.hints}
            unknown = {hall for hall in halls - self._strangers if not self._is_known(hall)}
            if unknown:
                await self._welcome_safely()
                self._strangers |= {hall for hall in unknown if not self._is_known(hall)}

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self._strangers.clear()
            await self._welcome_safely()

    async def _welcome_safely(self) -> None:
        try:
            await self.welcome()
        except (DatabaseUnavailable, LedgerError) as failure:
            log.warning("new_halls_not_read", reason=str(failure))

    def _is_known(self, hall: HallId) -> bool:
        try:
            self.halls.today(hall)
        except UnknownHall:
            return False
        except HallStopped:
            # It is served, and stands still.
            pass
        return True

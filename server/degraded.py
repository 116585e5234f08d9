"""What of this node works less well at the moment, and since when: looked at each second, for whoever runs the hall."""

import asyncio
from collections.abc import Mapping
from typing import Final

from hall.ids import Ms
from server.accounts.rates import Rates
from server.bus import Bus
from server.clock import Clock
from server.ledger.port import Ledger

LOOK_SECONDS: Final = 1.0

LEDGER_FAILS: Final = "LEDGER_FAILS"
BUS_LOST: Final = "BUS_LOST"
RATES_ALONE: Final = "RATES_ALONE"


class Degraded:
    """Asks the parts of a node how they are; ``watch`` until cancelled."""

    def __init__(self, ledger: Ledger, bus: Bus, rates: Rates, clock: Clock) -> None:
        """Look at these; nothing is asked yet."""
        self._ledger = ledger
        self._bus = bus
        self._rates = rates
        self._clock = clock
        self._since: dict[str, Ms] = {}

    @property
    def since(self) -> Mapping[str, Ms]:
        """Codes of what is degraded, the gravest first, each since when."""
        return self._since

    async def watch(self) -> None:
        """Look again and again."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Look once."""
        storage = await self._ledger.health()
        found = {
            LEDGER_FAILS: not storage.ok,
            BUS_LOST: not self._bus.statistics().healthy,
            RATES_ALONE: not self._rates.statistics().healthy,
        }
        now_ms = self._clock.now_ms()
        self._since = {code: self._since.get(code, now_ms) for code, is_so in found.items() if is_so}

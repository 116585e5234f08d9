"""A process that writes to a ledger until it is killed, and says what was acknowledged: run by tests, never imported.

Arguments: file, first number. One line per acknowledged command: ``ok <seq> <command id>``.
"""

import asyncio
import sys
from pathlib import Path

from server.bus import LocalBus
from server.ledger.port import LedgerInUse
from server.ledger.sqlite import SqliteLedger
from server.runner import HallRunner, Shell
from tests.support.live import HALL, HandClock, open_day, take
from tests.support.plans import DATE, small_plan

AT_ONCE = 8


async def write(path: Path, first: int) -> None:
    ledger = SqliteLedger.open(path)
    runner = HallRunner(HALL, DATE, Shell(ledger, LocalBus(), HandClock()))
    await runner.start()
    await runner.learn(small_plan())
    await runner.submit(open_day(), "open")

    async def keep_taking(number: int) -> None:
        while True:
            outcome = await runner.submit(take(number), "x")
            sys.stdout.write(f"ok {outcome.seq} {outcome.commit.command_id}\n")
            sys.stdout.flush()
            number += AT_ONCE

    await asyncio.gather(*(keep_taking(first + offset) for offset in range(AT_ONCE)))


if __name__ == "__main__":
    try:
        asyncio.run(write(Path(sys.argv[1]), int(sys.argv[2])))
    except LedgerInUse as error:
        sys.exit(f"in use: {error}")

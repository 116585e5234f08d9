"""A process that is on duty for all nodes until it is ended, and logs when it is: run by tests, never imported."""

import asyncio
import sys

from server.ledger.postgres_duty import Duty


async def _hold(address: str) -> None:
    Duty(address).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_hold(sys.argv[1]))

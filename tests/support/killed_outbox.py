"""A process that tells visitors until it is killed: run by tests, never imported. Arguments: data folder, gateway's address.

Its clock stands at the last moment of the log; the ledger in the folder is filled beforehand.
"""

import asyncio
import sys
from pathlib import Path

from server.bus import LocalBus
from server.contacts.book import Contacts
from server.ledger.sqlite import FILE_NAME, SqliteLedger
from server.outbox.outbox import Outbox
from server.outbox.rules import MessageRules, Rules
from tests.support.messages import KEY, GoingClock, webhook_to


async def tell(folder: Path, url: str) -> None:
    ledger = SqliteLedger.open(folder / FILE_NAME)
    heads = await ledger.streams()
    clock = GoingClock(max(head.at_ms for head in heads))
    contacts = Contacts(folder, KEY, clock)
    await contacts.start()
    rules = Rules(MessageRules(use=("hook",)))
    outbox = Outbox(folder, ledger, LocalBus(), clock, contacts, rules=rules, channels={"hook": webhook_to(url)})
    await outbox.start()
    sys.stdout.write("started\n")
    sys.stdout.flush()
    await asyncio.sleep(120)


if __name__ == "__main__":
    asyncio.run(tell(Path(sys.argv[1]), sys.argv[2]))

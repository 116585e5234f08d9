"""What makes a process one node of several: the shared log, the bus between nodes, and who is on duty.

Without a database address all of it is of one process: files of the data folder, hints in memory.
"""

from dataclasses import dataclass
from typing import Any

from server.bus import Bus, LocalBus
from server.config.places import place_of
from server.keys import load_key
from server.ledger.duty import Alone, OnDuty
from server.ledger.port import Ledger
from server.settings import Settings


@dataclass(frozen=True)
class Node:
    """The parts of a node that others share with it; ``start`` before use, ``stop`` at the end."""

    bus: Bus
    duty: OnDuty
    is_shared: bool = False

    def start(self) -> None:
        """Begin to hear of the other nodes."""
        for part in (self.bus, self.duty):
            if hasattr(part, "start"):
                part.start()

    async def stop(self) -> None:
        """Leave the other nodes."""
        if hasattr(self.duty, "stop"):
            await self.duty.stop()
        await self.bus.close()


def node_of(settings: Settings) -> Node:
    """Return the parts that settings ask for; nothing is opened before ``start``."""
    bus: Bus = LocalBus()
    if settings.redis_url:
        from server.bus_redis import RedisBus

        bus = RedisBus(settings.redis_url)
    if not settings.database_url:
        return Node(bus, Alone())
    from server.ledger.postgres_duty import Duty

    return Node(bus, Duty(settings.database_url), is_shared=True)


def shared_ledger(settings: Settings) -> Ledger:
    """Return the log of all nodes; raise LedgerTooNew or StorageFailed if this node does not fit to it."""
    from server.ledger.postgres import PostgresLedger
    from server.ledger.postgres_schema import check, check_key

    check(settings.database_url)
    check_key(settings.database_url, load_key(settings.data).mark())
    return PostgresLedger(settings.database_url)


def migrate(settings: Settings) -> list[str]:
    """Make or change all tables of the shared database; return lines for people."""
    from server.config.database import Database
    from server.contacts.store import ContactStore
    from server.ledger.postgres_schema import check_key, make_schemas, prepare
    from server.migrations.upgrade import upgrade
    from server.outbox.store import OutboxStore
    from server.reports import Reports

    url = settings.database_url
    prepare(url)
    make_schemas(url, ("config", "contacts", "outbox", "reports"))
    check_key(url, load_key(settings.data).mark(), is_first=True)
    database = Database(place_of(settings.data, url, "config"))
    upgrade(database)
    database.close()
    stores: tuple[Any, ...] = (
        ContactStore(place_of(settings.data, url, "contacts")),
        OutboxStore(place_of(settings.data, url, "outbox")),
        Reports(place_of(settings.data, url, "reports")),
    )
    for store in stores:
        store.prepare()
        store.close()
    return [
        "the database has the tables of this version",
        f"this folder's server.key ({settings.data}) is that of all nodes",
    ]

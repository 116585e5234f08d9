"""Everything that requests work with, built once in `create_app` and carried by the application's state."""

import time
from collections import Counter
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from hall.ids import Ms
from server.accounts.desk import FrontDesk
from server.bus import Bus
from server.callbook import CallBook
from server.clock import Clock
from server.cluster import Node
from server.config.database import Database
from server.contacts.book import Contacts
from server.hub import Hub
from server.keys import ServerKey
from server.ledger.port import Ledger
from server.live import LiveView
from server.middleware import Gate
from server.network import Network
from server.newcomers import Newcomers
from server.outbox.outbox import Outbox
from server.problems import Problem
from server.projector import Projector
from server.registry import Halls
from server.settings import Limits, Settings
from server.slotbook import SlotBook
from server.studio.desk import StudioDesk
from server.waits import Waits
from server.wire import Doors


class Seats:
    """Counts live feeds, in total and per address."""

    def __init__(self, limits: Limits) -> None:
        """Begin with none."""
        self._limits = limits
        self._taken: Counter[str] = Counter()
        self._total = 0

    def take(self, address: str) -> None:
        """Count one more; raises ``TOO_MANY``."""
        if self._taken[address] >= self._limits.sockets_per_address or self._total >= self._limits.sockets_total:
            raise Problem("TOO_MANY")
        self._taken[address] += 1
        self._total += 1

    def give(self, address: str) -> None:
        """Count one less."""
        self._total -= 1
        self._taken[address] -= 1
        if not self._taken[address]:
            del self._taken[address]


@dataclass(slots=True)
class House:
    """The parts of a running server."""

    settings: Settings
    clock: Clock
    database: Database
    ledger: Ledger
    bus: Bus
    node: Node
    halls: Halls
    hub: Hub
    live: LiveView
    calls: CallBook
    projector: Projector
    desk: FrontDesk
    key: ServerKey
    waits: Waits
    contacts: Contacts
    outbox: Outbox
    slots: SlotBook
    network: Network
    newcomers: Newcomers
    studio: StudioDesk
    doors: Doors
    seats: Seats
    edge: Gate
    version: str


def house_of(connection: HTTPConnection) -> House:
    """Return the parts that serve this request or live feed."""
    house: House = connection.app.state.house
    return house


def wall_ms() -> Ms:
    """Return the computer's time, by which sessions end; a demo's clock is only for its halls."""
    return time.time_ns() // 1_000_000

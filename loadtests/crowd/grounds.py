"""Where the crowd goes: a server of its own on an empty folder, or a cluster of three nodes behind nginx."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import httpx
import msgspec

from loadtests.crowd.place import ITEMS, Clerk, Place, noon_zone, prepare, spread
from loadtests.flash.serving import CROWD, ONEWINDOW, Server
from server.ledger.port import Ledger
from server.ledger.postgres import PostgresLedger
from server.ledger.sqlite import SqliteLedger

MORE: Final = {"ONEWINDOW_CONNECTIONS_PER_ADDRESS": "16384", "ONEWINDOW_SOCKETS_PER_ADDRESS": "8192"}
NODES: Final = 3
CLUSTER_HALLS: Final = 2


class Ground(msgspec.Struct, frozen=True):
    """A place with its log: ``opened`` opens it for reading, ``audit`` says what the audit found."""

    place: Place
    opened: Callable[[], Ledger]
    audit: Callable[[], str]


@contextmanager
def in_one_process(out: Path, *, clerks: int, places: int) -> Iterator[Ground]:
    """Serve a district hall from one process until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder, "data"), environment=CROWD | MORE)
        server.init("longgang")
        try:
            server.start()
            place = prepare(f"http://127.0.0.1:{server.port}", server.password, out, clerks=clerks, places=places)
            file = Path(folder, "data", "ledger.db")
            yield Ground(place, lambda: SqliteLedger.open_for_reading(file), lambda: _audit("--data", str(file.parent)))
        finally:
            server.stop()


@contextmanager
def in_cluster(out: Path, *, clerks: int, places: int) -> Iterator[Ground]:
    """Serve the largest hall of a cluster's network until the block ends; its windows and slots are what they are."""
    # The tests' own cluster: everything of it ends with the block.
    from tests.faults.cluster_place import CLERKS, clerk_of, cluster_of, kiosk_of
    from tests.support.server import token_of

    with cluster_of(halls=CLUSTER_HALLS, nodes=NODES) as cluster:
        hall, url = cluster.halls[0], f"http://127.0.0.1:{cluster.balancer.port}"
        found = httpx.get(f"{url}/api/halls/{hall}", timeout=60).raise_for_status().json()
        today = datetime.now(ZoneInfo(noon_zone())).date()
        items = tuple(spread([one["code"] for one in found["items"] if one["windows"]], ITEMS))
        seats = zip(range(1, min(clerks, CLERKS) + 1), found["windows"], strict=False)
        place = Place(
            url=url, hall=hall, today=today.isoformat(), tomorrow=(today + timedelta(days=1)).isoformat(), items=items,
            booked_items=items, kiosk=token_of(kiosk_of(hall)), screen="", manager="", folder=str(out),
            clerks=tuple(Clerk(clerk_of(hall, number), token_of(clerk_of(hall, number)), window["code"])
                         for number, window in seats),
        )  # fmt: skip
        yield Ground(place, lambda: PostgresLedger(cluster.url), lambda: _audit("--database-url", cluster.url))


def _audit(*where: str) -> str:
    """Return the audit's report of all days; its status must be 0."""
    done = subprocess.run([ONEWINDOW, "audit", *where], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise RuntimeError(f"onewindow audit: status {done.returncode}")
    return done.stdout

"""Where the crowd goes: a server of its own on an empty folder, or a cluster of three nodes behind nginx, with a hall of each node."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
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
CLUSTER_HALLS: Final = 12
"""So many that every node has one of them, but for one run in fifty."""

Facts = dict[str, Any]
"""A hall as it says of itself."""


class Ground(msgspec.Struct, frozen=True):
    """Places, one for each hall, with their logs: ``opened`` opens these for reading, ``audit`` says what the audit found."""

    places: tuple[Place, ...]
    opened: Callable[[], Ledger]
    audit: Callable[[], str]


@contextmanager
def in_one_process(out: Path, *, clerks: int, places: int, ahead_s: float = 0.0) -> Iterator[Ground]:
    """Serve a district hall from one process until the block ends; ``ahead_s`` if its slots are released at a moment."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder, "data"), environment=CROWD | MORE)
        server.init("longgang")
        try:
            server.start()
            url = f"http://127.0.0.1:{server.port}"
            place = prepare(url, server.password, out, clerks=clerks, places=places, ahead_s=ahead_s)
            file = Path(folder, "data", "ledger.db")
            yield Ground(
                (place,), lambda: SqliteLedger.open_for_reading(file), lambda: _audit("--data", str(file.parent))
            )
        finally:
            server.stop()


@contextmanager
def in_cluster(out: Path, *, clerks: int, places: int, ahead_s: float = 0.0) -> Iterator[Ground]:
    """Serve halls of a cluster's network, one of each node, until the block ends; windows and slots are what they are."""
    # The tests' own cluster: everything of it ends with the block.
    from tests.faults.cluster_place import cluster_of

    share = -(-clerks // NODES)
    with cluster_of(halls=CLUSTER_HALLS, nodes=NODES, clerks=share) as cluster:
        url = f"http://127.0.0.1:{cluster.balancer.port}"
        chosen = _one_of_each_node(url, cluster.halls)
        found = tuple(_place_in(url, hall, node, out, clerks=share) for node, hall in chosen.items())
        yield Ground(found, lambda: PostgresLedger(cluster.url), lambda: _audit("--database-url", cluster.url))


def _one_of_each_node(url: str, halls: Sequence[str]) -> dict[str, Facts]:
    """Return for each node its hall with the most windows."""
    chosen: dict[str, Facts] = {}
    for code in halls:
        answer = httpx.get(f"{url}/api/halls/{code}", timeout=60).raise_for_status()
        facts, node = answer.json(), answer.headers["x-node"]
        if node not in chosen or len(facts["windows"]) > len(chosen[node]["windows"]):
            chosen[node] = facts
    return chosen


def _place_in(url: str, facts: Facts, node: str, out: Path, *, clerks: int) -> Place:
    from tests.faults.cluster_place import board_of, clerk_of, kiosk_of, manager_of
    from tests.support.server import token_of

    hall, today = facts["hall"], datetime.now(ZoneInfo(noon_zone())).date()
    items = tuple(spread([one["code"] for one in facts["items"] if one["windows"]], ITEMS))
    return Place(
        url=url, hall=hall, today=today.isoformat(), tomorrow=(today + timedelta(days=1)).isoformat(), items=items,
        booked_items=items, kiosk=token_of(kiosk_of(hall)), screen=token_of(board_of(hall)),
        manager=token_of(manager_of(hall)), folder=str(out), node=node,
        clerks=tuple(Clerk(clerk_of(hall, number), token_of(clerk_of(hall, number)), window["code"])
                     for number, window in zip(range(1, clerks + 1), facts["windows"], strict=False)),
    )  # fmt: skip


def _audit(*where: str) -> str:
    """Return the audit's report of all days; its status must be 0."""
    done = subprocess.run([ONEWINDOW, "audit", *where], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise RuntimeError(f"onewindow audit: status {done.returncode}")
    return done.stdout

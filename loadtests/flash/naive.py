"""How it is usually done, for comparison: read how many are booked, compare, write. On the same database engine.

Every request is honest by itself; between its look and its write others write, so a full slot is sold again.
"""

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import msgspec

from loadtests.flash.wishes import POPULARITY, Wish

WORKERS: Final = 16
"""Requests under way at once: a small web server's threads."""
BUSY_S: Final = 30.0


class Naive(msgspec.Struct, frozen=True):
    """What the naive booking sold."""

    engine: str
    sold: int
    oversold: int
    """Places sold beyond those that there are."""
    doubled: int
    """People who were sold more than one place."""
    requests_per_second: float


class Engine(msgspec.Struct, frozen=True):
    """A database that the ledger has too: ``connect`` opens a connection without transactions of its own."""

    name: str
    connect: Callable[[], Any]
    mark: str = "?"
    """Stands for a value in a statement."""


def sqlite_engine(file: Path) -> Engine:
    """Return a database file with the ledger's settings."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(file, timeout=BUSY_S, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    return Engine("SQLite", connect)


def sell_naively(engine: Engine, wishes: list[Wish], *, places: int) -> Naive:
    """Sell to the same people with read, check and write, and count what was sold too often."""
    per_slot = places // len(POPULARITY)
    there = engine.connect()
    there.execute("CREATE TABLE bookings (person TEXT, slot INTEGER)")
    there.execute("CREATE INDEX of_slot ON bookings (slot)")
    there.execute("CREATE INDEX of_person ON bookings (person)")
    try:
        began = time.monotonic()
        with ThreadPoolExecutor(WORKERS) as threads:
            shares = [wishes[number::WORKERS] for number in range(WORKERS)]
            list(threads.map(lambda share: _sell(engine, share, per_slot), shares))
        seconds = time.monotonic() - began
        by_slot = there.execute("SELECT COUNT(*) FROM bookings GROUP BY slot").fetchall()
        doubled = there.execute(
            "SELECT COUNT(*) FROM (SELECT 1 FROM bookings GROUP BY person HAVING COUNT(*) > 1) AS twice"
        )
        return Naive(
            engine=engine.name,
            sold=sum(count for (count,) in by_slot),
            oversold=sum(max(0, count - per_slot) for (count,) in by_slot),
            doubled=doubled.fetchone()[0],
            requests_per_second=len(wishes) / seconds,
        )
    finally:
        there.close()


def _sell(engine: Engine, wishes: list[Wish], per_slot: int) -> None:
    of_person = f"SELECT COUNT(*) FROM bookings WHERE person = {engine.mark}"
    of_slot = f"SELECT COUNT(*) FROM bookings WHERE slot = {engine.mark}"
    add = f"INSERT INTO bookings VALUES ({engine.mark}, {engine.mark})"
    connection = engine.connect()
    try:
        for wish in wishes:
            mine = connection.execute(of_person, (wish.person,)).fetchone()[0]
            taken = connection.execute(of_slot, (wish.slot,)).fetchone()[0]
            if not mine and taken < per_slot:
                connection.execute(add, (wish.person, wish.slot))
    finally:
        connection.close()

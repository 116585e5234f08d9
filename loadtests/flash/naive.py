"""How it is usually done, for comparison: read how many are booked, compare, write. On the same database engine.

Every request is honest by itself; between its look and its write others write, so a full slot is sold again.
"""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec

from loadtests.flash.wishes import POPULARITY, Wish

WORKERS: Final = 16
"""Requests under way at once: a small web server's threads."""
BUSY_S: Final = 30.0


class Naive(msgspec.Struct, frozen=True):
    """What the naive booking sold."""

    sold: int
    oversold: int
    """Places sold beyond those that there are."""
    doubled: int
    """People who were sold more than one place."""
    requests_per_second: float


def sell_naively(file: Path, wishes: list[Wish], *, places: int) -> Naive:
    """Sell to the same people with read, check and write, and count what was sold too often."""
    per_slot = places // len(POPULARITY)
    with sqlite3.connect(file) as there:
        there.execute("PRAGMA journal_mode=WAL")
        there.execute("CREATE TABLE bookings (person TEXT, slot INTEGER)")
        there.execute("CREATE INDEX of_slot ON bookings (slot)")
        there.execute("CREATE INDEX of_person ON bookings (person)")
    there.close()
    began = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as threads:
        shares = [wishes[number::WORKERS] for number in range(WORKERS)]
        list(threads.map(lambda share: _sell(file, share, per_slot), shares))
    seconds = time.monotonic() - began
    after = sqlite3.connect(file)
    try:
        by_slot = after.execute("SELECT COUNT(*) FROM bookings GROUP BY slot").fetchall()
        doubled = after.execute("SELECT COUNT(*) FROM (SELECT 1 FROM bookings GROUP BY person HAVING COUNT(*) > 1)")
        return Naive(
            sold=sum(count for (count,) in by_slot),
            oversold=sum(max(0, count - per_slot) for (count,) in by_slot),
            doubled=doubled.fetchone()[0],
            requests_per_second=len(wishes) / seconds,
        )
    finally:
        after.close()


def _sell(file: Path, wishes: list[Wish], per_slot: int) -> None:
    connection = sqlite3.connect(file, timeout=BUSY_S, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    try:
        for wish in wishes:
            mine = connection.execute("SELECT COUNT(*) FROM bookings WHERE person = ?", (wish.person,)).fetchone()[0]
            taken = connection.execute("SELECT COUNT(*) FROM bookings WHERE slot = ?", (wish.slot,)).fetchone()[0]
            if not mine and taken < per_slot:
                connection.execute("INSERT INTO bookings VALUES (?, ?)", (wish.person, wish.slot))
    finally:
        connection.close()

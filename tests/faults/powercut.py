"""`python -m tests.faults.powercut`: what a power cut takes from the ledger, with its settings and with weaker ones.

Two ways. Simulated: the ledger's tables, statements and settings run on a recorded disk (:mod:`tests.faults.recorded`) by
apsw, whose SQLite is not the product's; what each cut leaves is opened by the product's ledger and its own SQLite. And real:
the product's writer on an ext4 image, copied while the writer is frozen, mounted and opened (:mod:`tests.faults.image`).
The weaker settings stand in the same table to show that losses are found.
"""

import argparse
import asyncio
import itertools
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import apsw
import msgspec
from sqlalchemy import insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from loadtests.proving import Progress, prove
from server.ledger.chain import verified
from server.ledger.filing import NEW, PLACED
from server.ledger.port import LedgerError, Row
from server.ledger.sqlite import _WRITING, SqliteLedger
from server.ledger.tables import FILE_FORMAT, LedgerTables, commits
from tests.faults.image import cut_images
from tests.faults.recorded import Acknowledged, Cut, Recorder, Step, cuts
from tests.faults.report import Part, status_of, text_of
from tests.support.ledgers import rows_of

STREAM: Final = "longgang/2026-11-23"
TRANSACTIONS: Final = 600
GROUP: Final = (1, 1, 2, 5)
"""Rows in a transaction, drawn: single commands and grouped ones."""
CHECKPOINT_ROWS: Final = 60
"""Far more often than the ledger does, so that cuts fall into checkpoints too."""
SETTINGS: Final = ("FULL", "NORMAL", "OFF")
EARLY: Final = "FULL, told too early"
"""A planted bug: the acknowledgement is given before the commit."""
_names = itertools.count(1)


def main() -> int:
    """Run the proof."""
    words = argparse.ArgumentParser(prog="python -m tests.faults.powercut", description=__doc__)
    words.add_argument("--cuts", type=int, default=1_000, help="simulated, for each setting")
    words.add_argument("--images", type=int, default=20, help="on a real file system")
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    parts = [*simulated(asked.cuts, seed=asked.seed), *cut_images(asked.images)]
    sys.stdout.write(
        text_of("power cuts: acknowledged rows at the moment of each cut, summed over the cuts", parts) + "\n"
    )
    return status_of(parts)


def simulated(number: int, *, seed: int = 1) -> list[Part]:
    """Cut the power so often for each setting, and for the planted bug."""
    return [
        *(simulate(setting, number, seed=seed) for setting in SETTINGS),
        simulate("FULL", number, seed=seed, early=True),
    ]


def simulate(setting: str, number: int, *, seed: int = 1, early: bool = False) -> Part:
    """Record one run with a setting of ``synchronous`` and cut it at so many places."""
    chance = random.Random(seed)
    name = f"simulated, {EARLY if early else setting}"
    with tempfile.TemporaryDirectory() as place:
        written, steps = _recorded(Path(place), setting, chance, early=early)
        first = next(at for at, step in enumerate(steps) if isinstance(step, Acknowledged))
        places = sorted(chance.randrange(first, len(steps)) for _ in range(number))
        acknowledged = lost = 0
        findings: list[str] = []
        progress = Progress(f"{name}, cuts", number)
        for done, (at, cut) in enumerate(zip(places, cuts(steps, places, chance), strict=True), start=1):
            acknowledged += cut.acknowledged
            missing, fault = _after(Path(place, "cut"), cut, written)
            lost += missing
            if fault:
                findings.append(f"cut before step {at}: {fault}")
            progress.at(done)
    return Part(
        name=name, acknowledged=acknowledged, lost=lost, findings=tuple(findings) if setting == "FULL" else (),
        shows_weakness=early or setting != "FULL",
        notes=(f"{number:,} cuts in {len(steps):,} steps of the disk; {len(findings)} left a file that is not a sound log",),
    )  # fmt: skip


def _recorded(place: Path, setting: str, chance: random.Random, *, early: bool) -> tuple[list[Row], list[Step]]:
    """Write rows as the ledger does, and return them with everything that the disk saw."""
    name = f"recorded-{next(_names)}"
    recorder = Recorder(name)
    connection = apsw.Connection(str(place / "ledger.db"), vfs=name)
    for pragma in _WRITING:
        connection.execute(f"PRAGMA {pragma.replace('synchronous=FULL', f'synchronous={setting}')}")
    _in_one(connection, (*NEW, *_others(), f"PRAGMA user_version={FILE_FORMAT}"))
    statement = str(insert(commits).compile(dialect=sqlite.dialect(paramstyle="named")))  # type: ignore[no-untyped-call]
    written: list[Row] = []
    unchecked = 0
    for group in _groups(chance):
        if early:
            recorder.steps.append(Acknowledged(len(written) + len(group)))
        connection.execute("BEGIN IMMEDIATE")
        for row in group:
            connection.execute(statement, msgspec.structs.asdict(row))
        connection.execute("COMMIT")
        written += group
        recorder.steps.append(Acknowledged(len(written)))
        unchecked += len(group)
        if unchecked >= CHECKPOINT_ROWS:
            unchecked = 0
            _in_one(connection, PLACED.place)
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    steps = list(recorder.steps)
    connection.close()
    recorder.unregister()
    return written, steps


def _in_one(connection: apsw.Connection, statements: Sequence[str]) -> None:
    """Execute statements in a transaction."""
    for statement in ("BEGIN IMMEDIATE", *statements, "COMMIT"):
        connection.execute(statement)


def _others() -> list[str]:
    """Return what makes the tables beside that of the rows."""
    dialect = sqlite.dialect()  # type: ignore[no-untyped-call]
    tables = [table for table in LedgerTables.metadata.sorted_tables if table is not commits]
    return [str(CreateTable(table).compile(dialect=dialect)) for table in tables]


def _groups(chance: random.Random) -> Iterator[list[Row]]:
    after: Row | None = None
    for _ in range(TRANSACTIONS):
        group = list(rows_of(STREAM, chance.choice(GROUP), after=after, body=b"x" * chance.choice((300, 900, 2_000))))
        after = group[-1]
        yield group


def _after(place: Path, cut: Cut, written: list[Row]) -> tuple[int, str]:
    """Open what a cut left with the product's ledger; return how many acknowledged rows are missing, and what else is wrong."""
    place.mkdir()
    try:
        for name, content in cut.files.items():
            if not name.endswith("-shm"):
                (place / name).write_bytes(content)
        try:
            found = asyncio.run(rows_in(place / "ledger.db"))
        except LedgerError as error:
            return cut.acknowledged, str(error)
        kept = sum(1 for mine, theirs in zip(written, found, strict=False) if mine == theirs)
        strange = len(found) - kept
        return max(0, cut.acknowledged - kept), f"{strange} rows that were never written" if strange else ""
    finally:
        shutil.rmtree(place)


async def rows_in(file: Path) -> list[Row]:
    """Open a ledger file as a starting server does, and return the verified rows of its one stream."""
    ledger = SqliteLedger.open(file)
    try:
        return [row async for row in verified(ledger.read(STREAM))]
    finally:
        await ledger.close()


if __name__ == "__main__":
    prove(main)

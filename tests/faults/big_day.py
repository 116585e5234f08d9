"""`python -m tests.faults.big_day`: audit a day of any size, then flip one byte of the file and see that its row is named."""

import argparse
import asyncio
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import msgspec

from hall.commands import ServeAt
from hall.decide import decide
from hall.errors import Refusal
from hall.events import commit_encoder
from loadtests.proving import Progress, prove, say
from server.audit import audit_all
from server.ledger.chain import seal
from server.ledger.port import GENESIS, Batch, Row
from server.ledger.sqlite import SqliteLedger
from tests.support.crowd import DATE, Crowd
from tests.support.sources import ROOT

STREAM: Final = f"crowd/{DATE}"
AT_ONCE: Final = 2_000
"""Rows made before they are written; the whole day is never in memory here either."""
DAY_S: Final = 600.0
OPEN_FOR_MS: Final = 10**11
"""Numbers are given out to the last row, however many there are."""
TRIED: Final = 0.1
"""Share of the impossible acts that are tried and refused, and of the changes of what a window serves."""


class Audited(msgspec.Struct, frozen=True):
    """What an audit in a process of its own came to; ``peak_mb`` is the most memory that its processes ever had."""

    exit_code: int
    rows: int
    bad_row: int
    law: str
    seconds: float
    peak_mb: int


def main() -> int:
    """Make a day, audit it, damage it, audit it again."""
    words = argparse.ArgumentParser(prog="python -m tests.faults.big_day", description=__doc__)
    words.add_argument("--rows", type=int, default=1_000_000)
    words.add_argument("--audit", type=Path, help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.audit is not None:
        sys.stdout.write(msgspec.json.encode(_audited(asked.audit)).decode() + "\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "ledger.db")
        rows = make_day(file, asked.rows)
        say("the audit of the sound day")
        sound, damaged_row = audited_apart(file), flip_one_byte(file, chance=random.Random(1))
        say("the audit of the day with one byte flipped")
        damaged = audited_apart(file)
    found = f"; row {sound.bad_row:,} breaks {sound.law}" if sound.exit_code else ""
    holds = sound.exit_code == 0 and (damaged.bad_row, damaged.law) == (damaged_row, "S9")
    sys.stdout.write(
        f"audit of one day\n  sound: {sound.rows:,} of {rows:,} rows in {sound.seconds:.1f} s, at most {sound.peak_mb} MB{found}\n"
        f"  one byte of row {damaged_row:,} flipped: named row {damaged.bad_row:,} ({damaged.law})\n"
        f"  {'ran: laws held' if holds else 'ran: BROKEN'}\n"
    )
    return 0 if holds else 1


def make_day(file: Path, rows: int) -> int:
    """Let a crowd act at random until its day has so many rows; return how many there are."""
    return asyncio.run(_made(file, rows))


async def _made(file: Path, wanted: int) -> int:
    crowd, previous, stored = Crowd(2, open_for_ms=OPEN_FOR_MS), GENESIS, 0
    ledger = SqliteLedger.open(file)
    await ledger.save_plan(crowd.plan)
    progress = Progress("rows of the day", wanted)
    while stored < wanted:
        while len(crowd.commits) < AT_ONCE:
            _act(crowd)
        rows: list[Row] = []
        for one in crowd.commits:
            row = seal(previous, stream=STREAM, version=one.seq, at_ms=one.at_ms, command_id=one.command_id,
                       actor=one.actor, body=commit_encoder.encode(one))  # fmt: skip
            rows.append(row)
            previous = row.hash
        crowd.commits.clear()
        await ledger.append_many([Batch(STREAM, tuple(rows))])
        stored += len(rows)
        progress.at(min(stored, wanted))
    await ledger.close()
    return stored


def _act(crowd: Crowd) -> None:
    """Let the crowd do something; most of what would be refused is left out, and of what staff do a few times a day."""
    command = crowd.act()
    is_seldom = isinstance(command, ServeAt) or isinstance(decide(crowd.state, command), Refusal)
    if not is_seldom or crowd.maybe(TRIED):
        crowd.send(command)


def flip_one_byte(file: Path, *, chance: random.Random) -> int:
    """Flip one bit of the body of some row, in the file itself; return the row."""
    body, row = asyncio.run(_some_body(file, chance))
    content = bytearray(file.read_bytes())
    assert content.count(body) == 1, "a body lies in one piece, and once"
    content[content.index(body) + chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    file.write_bytes(bytes(content))
    return row


async def _some_body(file: Path, chance: random.Random) -> tuple[bytes, int]:
    ledger = SqliteLedger.open_for_reading(file)
    try:
        head = await ledger.head(STREAM)
        assert head is not None
        row = chance.randint(head.version // 4, head.version * 3 // 4)
        async for found in ledger.read(STREAM, row - 1):
            return found.body, row
        raise AssertionError("the row is there")
    finally:
        await ledger.close()


def audited_apart(file: Path) -> Audited:
    """Audit in a process of its own, whose memory is the audit's alone."""
    words = [sys.executable, "-m", "tests.faults.big_day", "--audit", str(file)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, timeout=DAY_S, check=True)
    return msgspec.json.decode(done.stdout, type=Audited)


def _audited(file: Path) -> Audited:
    began = time.monotonic()
    (report,) = audit_all(file)
    bad = report.findings[0] if report.findings else None
    return Audited(
        report.exit_code, report.rows, bad.seq if bad else 0, bad.law if bad else "", time.monotonic() - began,
        sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024,
    )  # fmt: skip


if __name__ == "__main__":
    prove(main)

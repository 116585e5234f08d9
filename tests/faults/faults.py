"""`python -m tests.faults.faults`: a full disk, a disk that cannot sync, a clock that jumps, a process that stands still,
PostgreSQL and Redis restarted, and a Redis that says nothing.

Each on a server of its own under load. What this machine lacks is said as ``skipped: why``; the same of several nodes is
proved by `make cluster`.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from loadtests.proving import Progress, prove
from tests.faults.clock import clock_jumps
from tests.faults.databases import postgres_restart, redis_restart, redis_silence
from tests.faults.disk import full_disk, unsynced_disk
from tests.faults.pause import standing_still
from tests.faults.report import Part, status_of, text_of

PARTS: Final[dict[str, Callable[[Path], Part]]] = {
    "full disk": full_disk,
    "fsync errors": unsynced_disk,
    "clock jumps": clock_jumps,
    "standing still": standing_still,
    "PostgreSQL restart": postgres_restart,
    "Redis restart": redis_restart,
    "Redis silence": redis_silence,
}


def main() -> int:
    """Run all parts, or those that are named."""
    words = argparse.ArgumentParser(prog="python -m tests.faults.faults", description=__doc__)
    words.add_argument("part", nargs="*", choices=[*PARTS, []], help="only these")
    asked = words.parse_args()
    parts: list[Part] = []
    names = asked.part or list(PARTS)
    progress = Progress("faults", len(names))
    for done, name in enumerate(names, start=1):
        with tempfile.TemporaryDirectory() as folder:
            parts.append(PARTS[name](Path(folder)))
        progress.at(done)
    sys.stdout.write(text_of("faults of disk, clock, process and databases, each under load", parts) + "\n")
    return status_of(parts)


if __name__ == "__main__":
    prove(main)

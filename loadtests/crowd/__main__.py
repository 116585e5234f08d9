"""`python -m loadtests.crowd`: let Locust's people into a hall, compare what they were told with its log, and report."""

import argparse
import sys
import tempfile
from pathlib import Path

from loadtests.crowd.report import text_of, write_report
from loadtests.crowd.run import Wanted, run
from loadtests.crowd.shapes import SHAPES
from loadtests.proving import prove


def main() -> int:
    """Run one shape; status 0 if every promise was kept."""
    asked = parser().parse_args()
    wanted = Wanted(shape=asked.shape, people=asked.people, seconds=asked.seconds, workers=asked.workers,
                    clerks=asked.clerks, cluster=asked.cluster, places=asked.places, bookings=asked.bookings)  # fmt: skip
    out = asked.out or Path(tempfile.mkdtemp(prefix="onewindow-load-"))
    found = run(wanted, out)
    page = write_report(found, out)
    sys.stdout.write(f"{text_of(found, out)}\nreport: {page}\n")
    return 0 if found.holds else 1


def parser() -> argparse.ArgumentParser:
    """Return what the command takes."""
    shapes = "; ".join(f"{one.name}: {one.says}" for one in SHAPES.values())
    words = argparse.ArgumentParser(prog="python -m loadtests.crowd", description=__doc__, epilog=shapes)
    words.add_argument("--shape", choices=tuple(SHAPES), default="day")
    words.add_argument("--people", type=int, default=300, help="how many are there at the highest point")
    words.add_argument("--seconds", type=float, default=180.0)
    words.add_argument("--workers", type=int, default=0, help="Locust's worker processes; 0: everything in one")
    words.add_argument(
        "--clerks", type=int, default=40, help="windows that are opened, spread over the halls, where there are as many"
    )
    words.add_argument("--places", type=int, default=15_000, help="places of tomorrow, spread over its slots")
    words.add_argument(
        "--bookings",
        type=int,
        default=0,
        help="requests after the release of --shape graduates; 0: as many as they manage",
    )
    words.add_argument(
        "--cluster",
        action="store_true",
        help="three nodes, PostgreSQL, Redis and nginx; the crowd goes to a hall of each node",
    )
    words.add_argument("--out", type=Path, help="where histories, tables and the report go; a new folder otherwise")
    return words


if __name__ == "__main__":
    prove(main)

"""`python -m loadtests.flash`: sell 3,000 places in a minute on two nodes, kill one of them meanwhile, and print what came of it.

The nodes share one PostgreSQL and one Redis of their own; `--nodes 1` is one process with its file.
"""

import argparse
import sys

from loadtests.flash.grounds import why_not
from loadtests.flash.lines import CONNECTIONS
from loadtests.flash.run import NODES, Report, flash
from loadtests.flash.wishes import Sizes
from loadtests.proving import prove


def main() -> int:
    """Run one release minute; status 0 if every promise was kept."""
    words = argparse.ArgumentParser(prog="python -m loadtests.flash", description=__doc__)
    words.add_argument("--requests", type=int, default=15_000, help="requests in all, one in ten of them sent twice")
    words.add_argument("--people", type=int, default=12_000)
    words.add_argument("--places", type=int, default=3_000, help="places on sale; a multiple of 12")
    words.add_argument("--seconds", type=float, default=60.0, help="all requests begin within this time")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument(
        "--nodes", type=int, default=NODES, help="on one PostgreSQL and Redis; 1: one process and a file"
    )
    asked = words.parse_args()
    if lacking := why_not(asked.nodes):
        sys.stdout.write(f"skipped: {lacking}; with --nodes 1 one process and a file are enough\n")
        return 0
    sizes = Sizes(asked.requests, asked.people, asked.places, asked.seconds)
    report = flash(sizes, seed=asked.seed, nodes=asked.nodes)
    sys.stdout.write(text_of(report) + "\n")
    return 0 if report.holds else 1


def text_of(report: Report) -> str:
    """Return the report for people."""
    sizes, found, naive = report.sizes, report.verdict, report.naive
    lines = [
        f"{sizes.requests:,} requests of {sizes.people:,} people for {sizes.places:,} places, {_where(report)}",
        f"  sold {found.sold:,} to {found.people:,} people; acknowledged {found.acknowledged:,}, refused {found.refused:,}, "
        f"without a definite answer {found.unknown:,}",
        f"  {report.answers:,} answers in {report.seconds:.0f} s = {report.answers / report.seconds:,.0f} a second; "
        f"{_away(report)}",
        f"  from sending to the answer p50 {report.answer_p50 * 1e3:,.0f} ms, p99 {report.answer_p99 * 1e3:,.0f} ms; a person's "
        f"whole request, with waiting for one of {CONNECTIONS} connections and for the server, p50 {report.person_p50:.1f} s, "
        f"p99 {report.person_p99:.1f} s",
        f"read-check-write on {naive.engine}, the same database engine: {naive.sold:,} sold, {naive.oversold:,} beyond the places, "
        f"{naive.doubled:,} people twice, {naive.requests_per_second:,.0f} requests a second",
        *(f"  BROKEN {finding}" for finding in found.findings[:20]),
        "every promise kept" if report.holds else f"BROKEN: {len(found.findings)} findings",
    ]
    return "\n".join([*lines, report.audit.strip()])


def _where(report: Report) -> str:
    nodes = len(report.by_node)
    return f"{nodes} nodes, one of them killed" if nodes > 1 else "one server, killed once"


def _away(report: Report) -> str:
    """Say how long a server was away, and what the others did meanwhile."""
    away = f"the killed one was away {report.back_seconds:.1f} s, {report.meanwhile:,} answers meanwhile"
    shares = " and ".join(f"{count:,}" for count in report.by_node)
    return f"{away}; answers by node {shares}" if len(report.by_node) > 1 else away


if __name__ == "__main__":
    prove(main)

"""`python -m loadtests.flash`: sell 3,000 places in a minute, kill the server meanwhile, and print what came of it."""

import argparse
import sys

from loadtests.flash.run import Report, flash
from loadtests.flash.rush import CONNECTIONS
from loadtests.flash.wishes import Sizes


def main() -> int:
    """Run one release minute; status 0 if every promise was kept."""
    words = argparse.ArgumentParser(prog="python -m loadtests.flash", description=__doc__)
    words.add_argument("--requests", type=int, default=15_000, help="requests in all, one in ten of them sent twice")
    words.add_argument("--people", type=int, default=12_000)
    words.add_argument("--places", type=int, default=3_000, help="places on sale; a multiple of 12")
    words.add_argument("--seconds", type=float, default=60.0, help="all requests begin within this time")
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    report = flash(Sizes(asked.requests, asked.people, asked.places, asked.seconds), seed=asked.seed)
    sys.stdout.write(text_of(report) + "\n")
    return 0 if report.holds else 1


def text_of(report: Report) -> str:
    """Return the report for people."""
    sizes, found, naive = report.sizes, report.verdict, report.naive
    lines = [
        f"{sizes.requests:,} requests of {sizes.people:,} people for {sizes.places:,} places, server killed once",
        f"  sold {found.sold:,} to {found.people:,} people; acknowledged {found.acknowledged:,}, refused {found.refused:,}, "
        f"without a definite answer {found.unknown:,}",
        f"  {report.answers:,} answers in {report.seconds:.0f} s = {report.answers / report.seconds:,.0f} a second; "
        f"the server was away {report.back_seconds:.1f} s",
        f"  from sending to the answer p50 {report.answer_p50 * 1e3:,.0f} ms, p99 {report.answer_p99 * 1e3:,.0f} ms; a person's "
        f"whole request, with waiting for one of {CONNECTIONS} connections and for the server, p50 {report.person_p50:.1f} s, "
        f"p99 {report.person_p99:.1f} s",
        f"read-check-write on the same database engine: {naive.sold:,} sold, {naive.oversold:,} beyond the places, "
        f"{naive.doubled:,} people twice, {naive.requests_per_second:,.0f} requests a second",
        *(f"  BROKEN {finding}" for finding in found.findings[:20]),
        "every promise kept" if report.holds else f"BROKEN: {len(found.findings)} findings",
    ]
    return "\n".join([*lines, report.audit.strip()])


if __name__ == "__main__":
    raise SystemExit(main())

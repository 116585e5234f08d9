"""Play many seeds, or one with its trace: ``python -m tests.dst --seeds 2000 --jobs 2``, ``python -m tests.dst --seed 7``.

The exit status is 0 if every law held in every run.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from tests.dst.bugs import BUGS
from tests.dst.corpus import keep
from tests.dst.runs import tried

PORTION = 25
"""Seeds that a worker process plays in one go."""
SHOWN = 20
"""Broken runs that are printed; more of them say nothing new."""
TOLD_S = 5.0
"""How often a line of progress is printed."""


class Played(NamedTuple):
    """What came of one run."""

    seed: int
    findings: tuple[str, ...]
    nodes: int
    acts: int
    rows: int
    faults: dict[str, int]


def main() -> int:
    """Play what the command line asks for."""
    words = argparse.ArgumentParser(prog="python -m tests.dst", description=__doc__)
    words.add_argument("--seeds", type=int, default=200, help="how many seeds are played")
    words.add_argument("--first", type=int, default=0, help="the first of them")
    words.add_argument("--jobs", type=int, default=1, help="processes that play them")
    words.add_argument("--seed", type=int, help="one seed, with its trace")
    words.add_argument("--bug", choices=sorted(BUGS), help="plant a bug, to see how it is found")
    asked = words.parse_args()
    if asked.seed is not None:
        return _replay(asked.seed, asked.bug)
    return _many(range(asked.first, asked.first + asked.seeds), asked.jobs, asked.bug)


def _replay(seed: int, bug: str | None) -> int:
    findings, world = tried(seed, bug=bug, is_traced=True)
    _say("\n".join(world.lines))
    _say(f"seed {seed}: trace {world.digest}, {len(world.lines)} lines, {len(world.history.acts)} commands")
    _say("\n".join(findings) or "every law held")
    return 1 if findings else 0


def _many(seeds: range, jobs: int, bug: str | None) -> int:
    began = told = time.monotonic()
    totals: Counter[str] = Counter()
    broken: list[Played] = []
    for done, one in enumerate(_played(seeds, jobs, bug), start=1):
        totals.update(runs=1, commands=one.acts, rows=one.rows, **{f"with {one.nodes} node(s)": 1})
        totals.update({f"fault {kind}": count for kind, count in one.faults.items()})
        if one.findings:
            broken.append(one)
            _tell_broken(one, len(broken), is_kept=bug is None)
        if time.monotonic() - told > TOLD_S or done == len(seeds):
            told = time.monotonic()
            rate = done / (told - began) * 60
            _say(f"{done}/{len(seeds)} runs, {rate:.0f} a minute, {len(broken)} broken")
    _say(", ".join(f"{name}: {count}" for name, count in sorted(totals.items())))
    _say(f"{len(broken)} of {len(seeds)} runs broke a law" if broken else f"0 violations in {len(seeds)} runs")
    return 1 if broken else 0


def _tell_broken(one: Played, number: int, *, is_kept: bool) -> None:
    if number <= SHOWN:
        _say(f"seed {one.seed}: {one.findings[0]}")
    if is_kept:
        keep(one.seed, one.findings[0])


def _played(seeds: range, jobs: int, bug: str | None) -> Iterator[Played]:
    if jobs == 1:
        for seed in seeds:
            yield _play_one(seed, bug)
        return
    portions = [seeds[start : start + PORTION] for start in range(0, len(seeds), PORTION)]
    with ProcessPoolExecutor(jobs) as pool:
        for found in pool.map(_play_some, portions, [bug] * len(portions)):
            yield from found


def _play_some(seeds: range, bug: str | None) -> list[Played]:
    return [_play_one(seed, bug) for seed in seeds]


def _play_one(seed: int, bug: str | None) -> Played:
    findings, world = tried(seed, bug=bug)
    rows = sum(one.last - one.first + 1 for one in world.disk.landed)
    acts = len(world.history.acts)
    return Played(seed, tuple(findings), world.nodes_count, acts, rows, world.faults.counts)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

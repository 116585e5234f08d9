"""The simulation of the whole system: no seed breaks a law, every planted bug is found, and a seed is always the same run."""

import os
import subprocess
import sys

import pytest

from tests.dst.bugs import BREAKS, BUGS
from tests.dst.corpus import corpus
from tests.dst.runs import tried

SEEDS = 60
"""Played by every run of the tests; `make dst SEEDS=2000` plays more."""
FOUND_WITHIN = 500
"""A planted bug is found within so many seeds."""
DIGESTS = "from tests.dst.runs import tried; print([tried(seed, is_traced=True)[1].digest for seed in (0, 3, 4)])"


@pytest.mark.slow
@pytest.mark.timeout(600)  # ten seconds on a machine that has nothing else to do
def test_no_seed_breaks_a_law():
    broken = {seed: findings[0] for seed in range(SEEDS) if (findings := tried(seed)[0])}

    assert not broken, "\n".join(f"make dst SEED={seed}: {finding}" for seed, finding in broken.items())


@pytest.mark.parametrize("seed", sorted(corpus()))
def test_a_seed_that_once_broke_a_law_breaks_none_any_more(seed: int):
    findings, _ = tried(seed)

    assert not findings, f"{corpus()[seed]}\n" + "\n".join(findings)


@pytest.mark.slow
@pytest.mark.timeout(600)  # up to 500 runs, where a bug is rare and the machine busy
@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str):
    """And the seed that finds it is clean without it: it is the bug that is found."""
    said = BREAKS.get(bug, "")
    found = next((seed for seed in range(FOUND_WITHIN) if any(said in one for one in tried(seed, bug=bug)[0])), None)

    assert found is not None, f"not found in {FOUND_WITHIN} seeds"
    assert not tried(found)[0]


def test_the_same_seed_is_the_same_run():
    first, second = (tried(5, is_traced=True)[1] for _ in range(2))

    assert first.lines
    assert first.lines == second.lines


def test_the_same_seed_is_the_same_run_in_any_process():
    """The order of sets and of hashes is another in every process; nothing may hang on it."""
    digests = {_digests_under(seed) for seed in ("1", "2")}

    assert len(digests) == 1


def test_different_seeds_are_different_runs():
    assert len({tried(seed, is_traced=True)[1].digest for seed in range(4)}) == 4


def _digests_under(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-c", DIGESTS], env=environment, check=True, capture_output=True, text=True, timeout=120
    )
    return done.stdout

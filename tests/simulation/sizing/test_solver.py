"""The door to HiGHS: its limit is work, not the clock, and whoever waits for it can be interrupted."""

import random
import signal
import subprocess
import sys
import time

import pytest

from simulation.sizing.solver import Answer, Programme, solve
from tests.support.sources import ROOT

FOR_EVER = """
import signal
from simulation.sizing.solver import solve
from tests.simulation.sizing.test_solver import market

# What a script starts in the background begins with Ctrl-C ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
print("searching", flush=True)
try:
    solve(market(6, 50), time_limit_s=3_600, gap=0)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def market(rows: int, columns: int) -> Programme:
    """Split a market (Cornuéjols, Dawande 1999): easy to do badly, and hard to prove best."""
    chance = random.Random(7)
    programme = Programme([], [], [])
    split = [programme.column(high=1) for _ in range(columns)]
    for _ in range(rows):
        parts = [chance.randrange(100) for _ in split]
        over, under = programme.column(1.0), programme.column(1.0)
        half = sum(parts) // 2
        programme.row(half, half, [*zip(split, parts, strict=True), (over, -1.0), (under, 1.0)])
    return programme


def test_the_search_ends_by_processor_time_alone_and_the_same_work_finds_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A hundredth of a second of processor passes between two looks, however long that takes by the clock."""

    def after(looks: int) -> Answer:
        spent = iter(range(10**9))
        with monkeypatch.context() as patch:
            patch.setattr(time, "thread_time", lambda: next(spent) / 100)
            return solve(market(4, 30), time_limit_s=looks / 100, gap=0)

    short, again, longer = after(300), after(300), after(3_000)

    assert short.status == "feasible"
    assert short == again
    assert longer.cost <= short.cost
    assert longer.bound >= short.bound
    assert (longer.cost, longer.bound) != (short.cost, short.bound), "more work finds more"


def test_an_easy_programme_is_solved_to_its_end() -> None:
    """Three of four units at least cost."""
    programme = Programme([], [], [])
    cheap, dear = programme.column(1.0, high=2), programme.column(5.0)
    programme.row(3, 4, [(cheap, 1.0), (dear, 1.0)])

    found = solve(programme, time_limit_s=60, gap=0)

    assert (found.status, found.values, found.cost, found.gap) == ("optimal", (2, 1), 7.0, 0.0)


def test_whoever_interrupts_a_search_is_heard_at_once() -> None:
    """An interrupt that is raised inside the solver's frames would be lost, and the hour gone on."""
    with subprocess.Popen(
        [sys.executable, "-c", FOR_EVER], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as searching:
        assert searching.stdout is not None
        assert searching.stdout.readline() == "searching\n"
        time.sleep(2)
        searching.send_signal(signal.SIGINT)
        try:
            said, complaint = searching.communicate(timeout=120)
        finally:
            searching.kill()
    assert (said, complaint, searching.returncode) == ("interrupted\n", "", 0)

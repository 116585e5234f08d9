"""What the proofs say while they run, and what an interrupt leaves of them."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from loadtests.proving import STOPPED, Progress
from tests.support.processes import children_of, is_alive, needs_proc
from tests.support.sources import ROOT

PROGRAM: Final = """
import time
import structlog
from loadtests.proving import Progress, prove

def main() -> int:
    structlog.get_logger().info("not for people")
    structlog.get_logger().warning("for people")
    progress = Progress("rows", 2)
    progress.at(1)
    time.sleep({seconds})
    return {status}

prove(main)
"""


def test_a_long_part_tells_each_tenth_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Steps may come in any size; nothing is told twice, and the end is told."""
    progress = Progress("cuts", 1_000)
    for done in (0, 50, 100, 150, 420, 420, 999, 1_000, 1_000):
        progress.at(done)
    assert capsys.readouterr().err.splitlines() == [
        "  cuts: 100 of 1,000", "  cuts: 420 of 1,000", "  cuts: 999 of 1,000", "  cuts: 1,000 of 1,000",
    ]  # fmt: skip


def test_a_proof_ends_with_its_status_and_keeps_informational_lines_away() -> None:
    """Whoever runs a proof reads its table, not what a ledger logs at each opening."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(seconds=0, status=1)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "not for people" not in ended.stderr
    assert "for people" in ended.stderr


def test_an_interrupted_proof_says_that_nothing_is_proved() -> None:
    """Ctrl-C is no verdict: a status of its own, and no trace."""
    words = [sys.executable, "-c", PROGRAM.format(seconds=60, status=0)]
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        line = next(line for line in running.stderr if "rows" in line)
        running.send_signal(signal.SIGINT)
        try:
            _, rest = running.communicate(timeout=120)
        finally:
            running.kill()
    assert line == "  rows: 1 of 2\n"
    assert running.returncode == STOPPED
    assert rest.strip() == "stopped: nothing is proved"


@needs_proc
def test_an_interrupted_crowd_goes_home_and_proves_nothing(tmp_path: Path) -> None:
    """Only the command hears of it, as from a script: Locust and the server end with it all the same."""
    words = [
        sys.executable,
        "-m",
        "loadtests.crowd",
        "--people",
        "5",
        "--clerks",
        "2",
        "--seconds",
        "100",
        "--out",
        str(tmp_path),
    ]
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        line = next(line for line in running.stderr if "seconds of" in line)
        children = children_of(running.pid)
        running.send_signal(signal.SIGINT)
        _, rest = running.communicate(timeout=120)
    assert line.startswith("  seconds of ")
    assert line.endswith("of 100\n")
    assert (running.returncode, rest.splitlines()[-1:]) == (STOPPED, ["stopped: nothing is proved"])
    assert len(children) >= 2
    assert not any(is_alive(pid) for pid in children)

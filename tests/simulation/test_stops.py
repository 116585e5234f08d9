"""Ctrl-C in real processes: a clear line, no process left behind, and progress files that go on where they were."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulation.cli import simulate
from tests.simulation.sizing.halls import small_scenario
from tests.support.processes import children_of, listens, needs_proc, stopped

MERGE = "from simulation.sizing.merge_command import merge; merge()"
HOURS = "from simulation.sizing.hours_command import hours; hours()"
SIZE = "from simulation.sizing.size_command import size; size()"
FIT = "from simulation.fit.cli import fit; fit()"
SIMULATE = "from simulation.cli import simulate; simulate()"
BACKGROUND = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); "
"""As a script starts a program with ``&``."""
DAYS = 600

pytestmark = needs_proc


@pytest.mark.parametrize(
    ("program", "words", "kind"),
    [
        (MERGE, ("yuancheng", "--before", "20/4", "--after", "15", "--days", "4000"), signal.SIGINT),
        (
            BACKGROUND + HOURS,
            ("yuancheng", "--evening", "20:00", "--search-days", "4000", "--weeks", "2000"),
            signal.SIGINT,
        ),
        (HOURS, ("yuancheng", "--evening", "20:00", "--search-days", "4000", "--weeks", "2000"), signal.SIGTERM),
    ],
    ids=["merge", "hours in the background", "hours, terminated"],
)
def test_a_command_without_a_progress_file_says_that_there_is_nothing(
    program: str, words: tuple[str, ...], kind: signal.Signals, tmp_path: Path
) -> None:
    file = tmp_path / "figures.json"

    status, said = stopped(program, [*words, "--jobs", "2", "--json", str(file)], kind=kind)

    assert status == 1
    assert "已停止：没有结果，未写入任何文件" in said
    assert "no file was written [STOPPED]" in said
    assert "Traceback" not in said
    assert not file.exists()


@pytest.mark.parametrize(
    ("program", "when"),
    [
        (SIMULATE, listens),
        (FIT, listens),
        (SIMULATE, lambda pid: len(children_of(pid)) >= 1),
        (SIMULATE, lambda pid: len(children_of(pid)) >= 3),
        (SIZE, lambda pid: len(children_of(pid)) >= 3),
    ],
    ids=["libraries load", "fit", "the first process is born", "a worker is born", "of a sizing"],
)
def test_ctrl_c_in_the_first_second_is_answered_by_the_command_alone(
    program: str, when: Callable[[int], bool], tmp_path: Path
) -> None:
    """However new its processes are, none of them says anything: all that stands there is the command's own sentence."""
    days = (str(small_scenario(tmp_path)), "--days", "4000", "--jobs", "2")

    status, said = stopped(program, (str(tmp_path),) if program == FIT else days, when=when)

    zh, en = said.splitlines()
    assert status == 1
    assert zh.startswith(("Error: 已停止：", "Error: 已停止（"))
    assert en.endswith("STOPPED]")


def test_what_was_finished_before_ctrl_c_is_kept_and_the_same_command_goes_on(tmp_path: Path) -> None:
    """The file is whole after the stop, nothing in it is simulated again, and the figures are those of one run."""
    kept, first, again = tmp_path / "days.jsonl", tmp_path / "first.json", tmp_path / "again.json"
    words = [str(small_scenario(tmp_path)), "--days", str(DAYS), "--jobs", "2"]

    status, said = stopped(
        SIMULATE, [*words, "--progress", str(kept)], when=lambda _: kept.exists() and kept.read_bytes().count(b"\n") > 1
    )
    before = kept.read_bytes()
    # A stop in the middle of a write leaves a torn line; what stands before it must stay.
    kept.write_bytes(before + b'{"number":7,"fir')
    runner = CliRunner()
    assert runner.invoke(simulate, [*words, "--progress", str(kept), "--json", str(again)]).exit_code == 0
    assert runner.invoke(simulate, [*words, "--json", str(first)]).exit_code == 0

    assert status == 1
    assert "完成的部分保存在 days.jsonl" in said
    assert "the same command goes on from there [STOPPED]" in said
    assert "Traceback" not in said
    assert kept.read_bytes().startswith(before)
    assert again.read_bytes() == first.read_bytes()

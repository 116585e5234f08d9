"""`onewindow hours` and `merge` tell how far they are, and go on from what was kept, with the same answer."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from distributed import LocalCluster

from simulation.errors import CheckpointMismatch
from simulation.experiment import Machine, Progress
from simulation.journal import Journal
from simulation.sizing import hours as hours_module
from simulation.sizing.hours import Effort, Wish, hours
from simulation.sizing.hours_command import hours as hours_command
from simulation.sizing.hours_progress import Stages
from simulation.sizing.labour import DEFAULT_RULES, LabourRules
from simulation.sizing.longer import Extension
from simulation.sizing.merge_command import merge
from simulation.sizing.need import Need
from simulation.sizing.ranges import Range
from simulation.sizing.shifts import Schedule, schedule
from simulation.sizing.trials import Progress as SizingProgress
from tests.simulation.sizing.test_hours import village

WISH = Wish(extension=Extension(evening="19:00"), moved={"evening": Range(20, 20)}, rules=DEFAULT_RULES)
EFFORT = Effort(search_days=5, fresh_days=5, weeks=2, solver_s=20)


class Pulled(Exception):
    """The plug was."""


def test_the_bar_counts_all_stages_and_ends_at_the_end() -> None:
    """Two sizings and two schedules: an estimate, then what it really was; kept days count as done."""
    told: list[Progress] = []
    stages = Stages(told.append, [None, 10, None, 20], guess=100)

    stages.sizing(SizingProgress("search", 30, 60, None))
    assert (told[-1].done, told[-1].total) == (30, 60 + 10 + 100 + 20)
    stages.end()
    assert (told[-1].done, told[-1].total) == (30, 30 + 10 + 30 + 20)
    stages.simulating(Progress(5, 10, None))
    stages.end()
    assert (told[-1].done, told[-1].total) == (40, 40 + 30 + 20)
    stages.sizing(SizingProgress("search", 40, 50, None))
    stages.end()
    stages.end()

    assert told[-1] == Progress(100, 100, 0.0)
    assert told[0].left_s is not None


def test_the_bar_grows_by_the_weeks_that_are_judged_again() -> None:
    told: list[Progress] = []
    stages = Stages(told.append, [None, 10, 10], guess=100)

    for _ in range(2):
        stages.end()
    stages.again([20, 30])
    stages.simulating(Progress(10, 20, None))
    assert (told[-1].done, told[-1].total) == (10 + 10, 10 + 20 + 30 + 10)
    for _ in range(3):
        stages.end()

    assert told[-1] == Progress(70, 70, 0.0)


def test_longer_hours_go_on_from_what_was_kept_and_answer_the_same(tmp_path: Path) -> None:
    """Pulled in the middle, begun again, run once more: nothing is simulated twice, and the bar ends at all of it."""
    file, whole, again, last = tmp_path / "kept.jsonl", list[Progress](), list[Progress](), list[Progress]()
    undisturbed = hours(village(), WISH, EFFORT, tell=whole.append)

    def pull(now: Progress) -> None:
        if now.done > whole[-1].done // 2:
            raise Pulled

    with pytest.raises(Pulled):
        hours(village(), WISH, EFFORT, tell=pull, progress_file=file)
    with file.open("ab") as torn:
        torn.write(b'{"part":"to')
    resumed = hours(village(), WISH, EFFORT, tell=again.append, progress_file=file)
    size = file.stat().st_size
    once_more = hours(village(), WISH, EFFORT, tell=last.append, progress_file=file)

    answer = msgspec.json.encode(undisturbed)
    assert msgspec.json.encode(resumed) == msgspec.json.encode(once_more) == answer
    assert len(again) < len(whole)
    for told in (whole, again, last):
        assert told[-1].done == told[-1].total > 0
    lived = sum(1 + one.rounds for one in undisturbed.cases)
    assert last[-1].total == 2 * 5 * lived, "the weeks alone, and no search"
    assert file.stat().st_size - size < 1_000, "ends of runs alone"


def test_more_time_for_schedules_repeats_them_and_no_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sizings that were kept are taken; the solver is asked again, with its new time."""
    file, told, limits = tmp_path / "kept.jsonl", list[Progress](), list[float]()

    def asked(need: Need, rules: LabourRules, *, time_limit_s: float, gap: float) -> Schedule:
        limits.append(time_limit_s)
        return schedule(need, rules, time_limit_s=time_limit_s, gap=gap)

    monkeypatch.setattr(hours_module, "schedule", asked)
    hours(village(), WISH, EFFORT, progress_file=file)
    second = hours(village(), WISH, msgspec.structs.replace(EFFORT, solver_s=25), tell=told.append, progress_file=file)

    lived = sum(1 + one.rounds for one in second.cases)
    assert told[-1].total == 2 * 5 * lived, "the weeks alone, and no search"
    assert set(limits) == {20, 25}


def test_a_file_of_another_wish_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    Journal(file, b'{"hours":"of somebody else"}')

    with pytest.raises(CheckpointMismatch):
        hours(village(), WISH, EFFORT, progress_file=file)
    words = ["yuancheng", "--evening", "20:00", "--progress", str(file)]
    assert "[CHECKPOINT_MISMATCH]" in CliRunner().invoke(hours_command, words).output


def test_merging_goes_on_from_what_was_kept(tmp_path: Path) -> None:
    """The second run reads what the first one simulated; other windows are another run."""
    kept, figures = tmp_path / "kept.jsonl", [tmp_path / "one.json", tmp_path / "two.json"]
    words = ["yuancheng", "--before", "plan", "--after", "8", "--days", "4", "--progress", str(kept)]

    runs = [CliRunner().invoke(merge, [*words, "--json", str(file)]) for file in figures]
    lines = kept.read_bytes().count(b"\n")
    other = CliRunner().invoke(merge, [*words, "--seed", "9"])

    assert [run.exit_code for run in runs] == [0, 0], runs[0].output
    assert figures[0].read_bytes() == figures[1].read_bytes()
    assert lines > 1
    assert "[CHECKPOINT_MISMATCH]" in other.output


def test_both_commands_name_a_cluster_as_size_does() -> None:
    for command in (hours_command, merge):
        options = {option for parameter in command.params for option in parameter.opts}
        assert {"--dask", "--progress", "--jobs"} <= options


@pytest.mark.slow  # a cluster is started
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of the cluster's own making
def test_longer_hours_on_a_cluster_are_those_of_one_core(tmp_path: Path) -> None:
    with LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", local_directory=str(tmp_path)
    ) as cluster:
        there = msgspec.structs.replace(EFFORT, machine=Machine(dask=cluster.scheduler_address))
        found = hours(village(), WISH, there)

    assert msgspec.json.encode(found) == msgspec.json.encode(hours(village(), WISH, EFFORT))

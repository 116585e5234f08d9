"""A simulated day is a hall-day like any other: its log passes the audit, and gives the figures that were computed live."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from hall.audit import audit
from hall.figures import Figures, figures_of
from hall.state import HallDay
from hall.step import apply, step
from server.forecast.plans import preset_hall
from simulation.log import LogSink, read_log
from simulation.scenario import FOLDER, load_scenario
from simulation.setting import Setting
from simulation.twin import Twin


def setting(name: str = "longgang") -> Setting:
    return load_scenario(FOLDER / f"{name}.toml", resolve=preset_hall)


class LiveSink(LogSink):
    """Folds the figures while the day goes on, as the live server does."""

    def __init__(self, known: Setting) -> None:
        super().__init__()
        self.figures = Figures([known.plan])

    def add(self, command: object, answer: object, state: HallDay) -> None:
        rows = len(self.commits)
        super().add(command, answer, state)  # type: ignore[arg-type]  # passed on as it came
        for commit in self.commits[rows:]:
            self.figures.add(commit)


@pytest.mark.parametrize("name", ["longgang", "nanshan"])
def test_a_twin_day_passes_the_audit_and_gives_the_figures_computed_live(name: str, tmp_path: Path) -> None:
    known = setting(name)
    twin, sink = Twin(known), LiveSink(known)
    world = twin.world(2, log=sink)
    world.run()
    sink.fingerprint = world.state.fingerprint()
    sink.write(tmp_path / "day.jsonl", known.plan)

    heading, commits = read_log(tmp_path / "day.jsonl")
    assert list(audit(commits, {twin.plan_hash: heading.plans[0]})) == []
    read = figures_of(commits, heading.plans)
    assert read.fold.state.fingerprint() == heading.fingerprint
    assert read.report() == sink.figures.report()
    assert len(commits) == heading.commits > 1_000


def test_the_log_decides_again_what_it_says() -> None:
    known = setting()
    sink = LogSink()
    Twin(known).run(0, log=sink)
    state, again = HallDay(), HallDay()
    for one in (state, again):
        one.learn(known.plan)

    for commit in sink.commits:
        apply(state, commit)
        assert step(again, commit.command) == (commit.refusal or commit.events)

    assert state.fingerprint() == again.fingerprint()


@pytest.mark.parametrize("name", ["longgang", "nanshan", "yuancheng"])
def test_the_sums_of_a_day_are_those_of_the_figures(name: str) -> None:
    known = setting(name)
    twin, sink = Twin(known), LogSink()
    result, waits = twin.run(3, log=sink)

    figures = figures_of(sink.commits, [known.plan])
    visits = figures.visits()
    totals = figures.report()["totals"]
    assert isinstance(totals, dict)
    waited = [one.wait_ms for one in visits if one.wait_ms is not None]
    assert (result.taken, result.done) == (totals["taken"], totals["done"])
    assert (result.left, result.abandoned, result.expired) == (
        totals["cancelled"],
        totals["abandoned"],
        totals["expired"],
    )
    assert result.misses == totals["missed"]
    assert result.all.called == len(waited) == int(waits.counts.sum())
    assert result.all.wait_ms == sum(waited) == sum(result.slot_wait_ms)
    assert result.longest_ms == max(waited)
    assert known.target_ms == known.plan.policy.warnings.promise_ms
    assert round(1_000 * result.all.kept / result.all.counted) / 10 == totals["promise_kept_pct"]


def test_with_and_without_a_log_the_day_is_the_same() -> None:
    known = setting()

    assert Twin(known).run(4, log=LogSink())[0] == Twin(known).run(4)[0]


def test_a_day_does_not_depend_on_the_days_before() -> None:
    known = setting("yuancheng")
    used = Twin(known)
    for number in range(3):
        used.run(number)

    assert used.run(7)[0] == Twin(known).run(7)[0]


SCRIPT = """
import hashlib, msgspec
from simulation.log import LogSink
from simulation.twin import Twin
from tests.simulation.test_twin_log import setting
sink = LogSink()
result, waits = Twin(setting()).run(1, log=sink)
text = msgspec.json.encode([result, sink.commits]) + waits.counts.tobytes()
print(hashlib.sha256(text).hexdigest())
"""


def test_another_seed_of_hashes_gives_the_same_bytes() -> None:
    root = Path(__file__).parents[2]
    seen = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=root,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
            timeout=100,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(seen) == 1


def test_two_seeds_give_two_days() -> None:
    known = setting("yuancheng")

    other = msgspec.structs.replace(known, seed=known.seed + 1)

    assert Twin(known).run(0)[0] != Twin(other).run(0)[0]

"""`onewindow size` as a planner uses it: a plan by half-hour with its certainty, files, refusals, and Ctrl-C."""

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from simulation.experiment import simulate
from simulation.intervals import Floats
from simulation.scenario import FOLDER
from simulation.setting import Setting
from simulation.sizing.designs import designs_of, divided, sized_designs, with_design
from simulation.sizing.errors import BadGroups, TargetOutOfReach
from simulation.sizing.groups import frame_of
from simulation.sizing.size_command import size
from simulation.sizing.size_report import Answer, report_of
from simulation.sizing.staffing import SizedPlan, Target
from simulation.sizing.staffing import size as sized
from tests.simulation.sizing.halls import morning, small_scenario, two_themes
from tests.support.processes import needs_proc, stopped

QUICK = ("--search-days", "4", "--days", "8")


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(size, list(words))
    return done.exit_code, done.output


@pytest.fixture
def afternoon(tmp_path: Path) -> Path:
    """The standard hall on two quiet hours."""
    (tmp_path / "hall-day.plan.json").write_bytes((FOLDER / "hall-day.plan.json").read_bytes())
    path = tmp_path / "afternoon.toml"
    text = (FOLDER / "hall-day.toml").read_text("utf-8")
    head, _, rest = text.partition("[demand]")
    path.write_text(
        head.replace("strata = 20", "strata = 4").replace("2000", "8")
        + '[hours]\nmonday_to_friday = ["14:00-16:00"]\n\n'
        + '[demand]\nvisits = 120\nuntil = "16:00"\nday_cv = 0.08\nby_time = { "14" = 0.6, "15" = 0.4 }\n\n'
        + rest[rest.index("[service]") :]
        .replace('from = "9:00"\nstep_min = 540\nopen = [58]', 'from = "14:00"\nstep_min = 120\nopen = [24]')
        .replace("[[staffing.numbers]]", "[staffing]\ncost_per_hour = 75\n\n[[staffing.numbers]]"),
        "utf-8",
    )
    return path


def test_a_plan_is_told_by_half_hour_with_what_it_rests_on(afternoon: Path, tmp_path: Path) -> None:
    files = {kind: tmp_path / f"size.{kind}" for kind in ("json", "html", "xlsx")}
    words = [word for kind, path in files.items() for word in (f"--{kind}", str(path))]

    status, text = run(str(afternoon), *QUICK, *words)
    plan = msgspec.json.decode(files["json"].read_bytes())["plan"]

    assert status == 0, text
    assert [slot["from_min"] for slot in plan["slots"]] == [840, 870, 900, 930]
    for slot, time_text in zip(
        plan["slots"], ("14:00–14:30", "14:30–15:00", "15:00–15:30", "15:30–16:00"), strict=True
    ):
        assert f"{time_text} " in text
        assert slot["windows"] >= 5
    assert plan["cost"] == 75 * plan["window_hours"]
    assert f"{plan['window_hours']:.1f}" in text
    assert "[assumed] demand" in text
    assert "seed 1" in text
    assert "one plain simulation of these 8 days" in text
    assert b"<svg" in files["html"].read_bytes() or b"<img" in files["html"].read_bytes()
    assert files["xlsx"].read_bytes()[:2] == b"PK"


def test_designs_are_sized_beside_each_other_on_the_same_people() -> None:
    """Comprehensive windows need no more hours than specialised ones, and a design out of reach is a row, not an end."""
    setting = two_themes(windows=8)

    def one(hall: Setting) -> SizedPlan:
        if len(frame_of(hall).groups) == 3:
            raise TargetOutOfReach(windows=8, when="10:00", reached="70 %", wanted="80 %")
        return sized(hall, Target(share=0.8, within_min=10.0), search_days=4, fresh_days=8)

    def lived(hall: Setting) -> tuple[Floats, Floats]:
        days = simulate(hall, range(8))
        return days.fact("kept"), days.fact("counted")

    present = one(setting)
    asis, apart, mixed, together = sized_designs(setting, present, one, lived)

    assert (asis.plan, asis.change_pct) == (present, None), (
        "the hall as it is comes first, and all others are held against it"
    )
    assert apart.change_pct is not None
    assert [one.comprehensive for one in (apart, together)] == [0, 8]
    assert apart.window_hours is not None
    assert together.window_hours is not None
    assert together.window_hours <= apart.window_hours
    assert together.change_pct is not None
    assert together.change_pct.low <= together.change_pct.value <= together.change_pct.high
    assert mixed.plan is None
    assert "10:00" in mixed.note.zh
    report = report_of(Answer(plan=apart.plan, designs=(asis, apart, mixed, together)), version="1")  # type: ignore[arg-type]  # it has one
    assert [len(table.rows) for table in report.tables][-1] == 4
    assert len(report.tables[1].head) == 4, "a column for each group of windows"


@pytest.mark.parametrize(
    ("sure", "held", "tone", "said"),
    [(True, True, "good", "surely held"), (False, True, "open", "make it surer"), (False, False, "bad", "is missed")],
)
def test_the_report_begins_with_whether_the_plan_holds(
    afternoon: Path, tmp_path: Path, sure: bool, held: bool, tone: str, said: str
) -> None:
    file = tmp_path / "size.json"
    run(str(afternoon), *QUICK, "--json", str(file))
    plan = msgspec.json.decode(file.read_bytes(), type=Answer).plan

    (finding,) = report_of(Answer(plan=msgspec.structs.replace(plan, sure=sure, held=held)), version="1").findings

    assert finding.tone == tone
    assert said in finding.text.en


def test_what_cannot_be_is_refused_with_a_code(afternoon: Path) -> None:
    status, text = run(str(afternoon), "--within", "0.5", "--share", "99.9", "--use-max", "2", *QUICK)
    assert status == 1
    assert "[TARGET_OUT_OF_REACH]" in text
    assert "达不到目标" in text

    status, text = run(str(afternoon), "--p50", "20", "--p90", "10")
    assert status == 1
    assert "[BAD_TARGET]" in text

    status, text = run(str(afternoon), "--designs", *QUICK)
    assert status == 1
    assert "[BAD_GROUPS]" in text

    status, text = run(str(afternoon), "--weekday", "7")
    assert status == 2
    assert "--weekday" in text


@needs_proc
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_the_command_and_all_its_processes(kind: signal.Signals, afternoon: Path, tmp_path: Path) -> None:
    """A real process with two workers is told to stop, and they with it: it says what is known and leaves nobody behind."""
    memory = tmp_path / "memory.jsonl"
    program = "from simulation.sizing.size_command import size; size()"
    words = [str(afternoon), "--search-days", "4", "--days", "4000", "--jobs", "2", "--progress", str(memory)]

    status, said = stopped(program, words, kind=kind)

    assert status == 1, said
    assert "[SIZING_STOPPED]" in said


def test_designs_are_compared_by_the_command(tmp_path: Path) -> None:
    """A real process sizes the skills of a small hall's windows and tells them in rows, for people and as JSON."""
    file = tmp_path / "designs.json"
    program = "from simulation.sizing.size_command import size; size()"
    words = [str(small_scenario(tmp_path)), "--designs", "--comprehensive", "50", "--share", "80", *QUICK, "--json",
             str(file)]  # fmt: skip

    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, check=False, timeout=120)
    designs = msgspec.json.decode(file.read_bytes())["designs"]

    said = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert "skills of windows" in said
    assert len(designs) >= 4
    assert "themed, 50% comprehensive" in [one["name"]["en"] for one in designs]
    for one in designs:
        assert one["name"]["zh"] in said
        assert one["window_hours"] is None or f"{one['window_hours']:.1f}" in said


def test_designs_divide_the_windows_by_the_work_of_themes() -> None:
    setting = two_themes()
    designs = designs_of(setting)

    assert [one.themes_each for one in designs] == [1.0, 1.25, 2.0]
    for design in designs:
        groups = frame_of(with_design(setting, design)).groups
        assert sum(group.size for group in groups) == len(setting.plan.catalog.windows)
        assert {group.serves for group in groups} == set(design.serves)
    assert not with_design(setting, designs[0]).roster.skills, "what the plan says is not said again"
    asked = designs_of(setting, (0.5, 0.1, 0.5))
    assert [one.name.en for one in asked][1:3] == ["themed, 10% comprehensive", "themed, 50% comprehensive"]
    assert [one.themes_each for one in asked] == [1.0, 1.1, 1.5, 2.0]


def test_windows_are_divided_by_largest_remainders_with_one_for_each() -> None:
    assert divided(10, (0.5, 0.3, 0.2)) == (5, 3, 2)
    assert divided(3, (0.98, 0.01, 0.01)) == (1, 1, 1)
    assert sum(divided(59, (0.24, 0.12, 0.3, 0.34))) == 59
    with pytest.raises(BadGroups):
        divided(2, (0.4, 0.3, 0.3))
    with pytest.raises(BadGroups):
        designs_of(morning())


def test_a_resumed_sizing_tells_the_time_of_all_runs_and_of_one_plain_simulation(
    afternoon: Path, tmp_path: Path
) -> None:
    """The second run simulates nothing: its own time is short, the total and the plain simulation are those of both."""
    memory, files = tmp_path / "memory.jsonl", [tmp_path / "first.json", tmp_path / "again.json"]
    words = [str(afternoon), *QUICK, "--progress", str(memory)]
    texts = [run(*words, "--json", str(file)) for file in files]
    first, again = (msgspec.json.decode(file.read_bytes())["plan"] for file in files)

    assert [status for status, _ in texts] == [0, 0]
    assert (first["runs"], again["runs"]) == (1, 2)
    assert first["elapsed_s"] == first["now_s"]
    assert again["elapsed_s"] - again["now_s"] == pytest.approx(first["elapsed_s"], rel=0.5)
    assert again["confirm_s"] == first["confirm_s"] > 0
    assert again["simulated"] == first["simulated"]
    assert "over 2 runs, of which now" in texts[1][1]
    assert "2 次运行合计，其中本次" in texts[1][1]
    assert "runs" not in texts[0][1]
    assert again["slots"] == first["slots"]

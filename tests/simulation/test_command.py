"""`onewindow simulate` as a planner uses it: a table with intervals and assumptions, JSON, logs, and clear refusals."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from hall.audit import audit
from hall.figures import figures_of
from hall.policy import plan_hash
from simulation.cli import simulate
from simulation.compare_command import compare
from simulation.fit.logs import Wanted, read_days
from simulation.halls import offered_hall
from simulation.log import read_log
from simulation.report.content import both
from simulation.report.days import FIGURES
from simulation.scenario import FOLDER, load_scenario, scenario_names
from simulation.twin import Twin


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(simulate, list(words))
    return done.exit_code, done.output


@pytest.fixture
def village(tmp_path: Path) -> Path:
    """The counters of Yuancheng with a quarter of its days, so that a test is quick."""
    text = (FOLDER / "yuancheng.toml").read_text("utf-8")
    path = tmp_path / "village.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_scenario_is_told_with_its_intervals_and_what_it_rests_on(village: Path, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"

    status, text = run(str(village), "--days", "20", "--seed", "3", "--json", str(file))
    figures = msgspec.json.decode(file.read_bytes())

    assert status == 0, text
    assert "seed 3" in text
    assert "[assumed]" in text
    assert figures["days"] == 20
    assert figures["kept_pct"]["low"] < figures["kept_pct"]["value"] <= figures["kept_pct"]["high"]
    assert f"{figures['kept_pct']['value']:,.1f} %" in text
    assert {one["about"] for one in figures["assumptions"]} >= {"demand", "service"}


def test_days_are_written_as_a_hall_s_logs(village: Path, tmp_path: Path) -> None:
    """What the table says of visits is what the figures of the logs say."""
    file = tmp_path / "figures.json"
    status, text = run(str(village), "--days", "2", "--log", str(tmp_path / "logs"), "--json", str(file))
    days = [read_log(path) for path in sorted((tmp_path / "logs").glob("*.jsonl"))]
    taken = [len(figures_of(commits, heading.plans).visits()) for heading, commits in days]
    shown = msgspec.json.decode(file.read_bytes())

    assert status == 0, text
    assert len(days) == 2
    assert sum(taken) / 2 == pytest.approx(shown["visitors"]["value"] - shown["turned_away"]["value"])


def test_more_days_than_the_scenario_has_dates_are_logs_that_a_hall_could_have_kept(
    village: Path, tmp_path: Path
) -> None:
    """Each under a date of its own with its weekday and its people, so that ``fit`` can learn from all of them."""
    count, logs = 7, tmp_path / "logs"
    setting = load_scenario(village, resolve=offered_hall)

    status, text = run(str(village), "--days", str(count), "--log", str(logs))
    seen = read_days([logs], Wanted())
    twin = Twin(setting)

    assert status == 0, text
    assert len(setting.dates) < count == len(seen.days)
    assert [date.fromisoformat(day.date).isoweekday() for day in seen.days] == [
        twin.day(number).weekday for number in range(count)
    ]
    assert [day.date for day in seen.days][: len(setting.dates)] == sorted(setting.dates)
    assert all(0 < len(day.arrivals) <= len(twin.people(number)) for number, day in enumerate(seen.days))
    for heading, commits in map(read_log, logs.glob("*.jsonl")):
        assert not list(audit(commits, {plan_hash(plan): plan for plan in heading.plans}))


def test_the_same_words_give_the_same_figures(village: Path) -> None:
    assert run(str(village), "--days", "3") == run(str(village), "--days", "3")


def test_a_scenario_that_is_not_there_and_one_that_is_wrong_are_told(tmp_path: Path) -> None:
    status, text = run("nowhere")
    assert status == 1
    assert all(name in text for name in scenario_names())

    wrong = tmp_path / "wrong.toml"
    shipped = (FOLDER / "yuancheng.toml").read_text("utf-8")
    wrong.write_text(
        shipped.replace("[demand]", "[demand]\nday_cv = -1", 1).replace("\nday_cv = 0", "\n# 0", 1), "utf-8"
    )
    status, text = run(str(wrong))
    assert status == 1
    assert "day_cv" in text
    assert "[SCENARIO_INVALID]" in text


def test_progress_is_kept_and_that_of_another_run_refused(village: Path, tmp_path: Path) -> None:
    file = tmp_path / "progress.jsonl"
    first = run(str(village), "--days", "3", "--progress", str(file))

    assert run(str(village), "--days", "3", "--progress", str(file)) == first
    status, text = run(str(village), "--days", "4", "--progress", str(file))
    assert status == 1
    assert "[CHECKPOINT_MISMATCH]" in text


def test_plans_are_compared_on_the_same_people(village: Path, tmp_path: Path) -> None:
    """Slower clerks: the same visitors, longer waits; the first plan has no difference from itself."""
    slower = tmp_path / "slower.toml"
    slower.write_text(village.read_text("utf-8").replace("[service]", "[service]\nfactor = 1.4", 1), "utf-8")
    file = tmp_path / "differences.json"

    done = CliRunner().invoke(compare, [str(village), str(slower), "--days", "8", "--json", str(file)])
    first, second = msgspec.json.decode(file.read_bytes())

    assert done.exit_code == 0, done.output
    assert first["figures"]["mean_wait_min"][1] is None
    assert second["figures"]["mean_wait_min"][1]["low"] > 0
    assert second["figures"]["window_hours"][1]["value"] == 0
    assert f"{second['figures']['mean_wait_min'][0]['value']:.1f} (" in done.output
    assert all(own["low"] >= 0 for plan in (first, second) for own, _ in plan["figures"].values()), "nobody waits less"
    for figure, title in FIGURES.items():
        assert (both(title) in done.output) == (figure in first["figures"]), "the page's titles, in both languages"
    assert CliRunner().invoke(compare, [str(village)]).exit_code == 2

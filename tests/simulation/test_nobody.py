"""Where nobody comes there are no waits: every command of the twin says so by a dash, and none fails."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from simulation.cli import simulate
from simulation.compare_command import compare
from simulation.sizing.hours_command import hours
from simulation.sizing.merge_command import merge
from simulation.sizing.size_command import size

FEW = ("--days", "4")
SCENARIO = """
name = { zh = "无人", en = "Nobody" }
replications = 8

[hall]
preset = "yuancheng"
hall = "yuancheng"

[days]
first = "2026-11-23"
count = 5

[demand]
visits = 20
until = "17:30"
by_time = { "8:30" = 1 }

[[staffing.shifts]]
windows = ["W01..W02"]
"""
ABSENT = SCENARIO + "\n[appointments]\nshare = 1.0\nno_show = 1.0\nplaces = 50\n"


@pytest.fixture
def some(tmp_path: Path) -> str:
    """A hall to which people come on workdays."""
    return _file(tmp_path / "some.toml", SCENARIO)


@pytest.fixture
def absent(tmp_path: Path) -> str:
    """Everybody has booked, and nobody comes."""
    return _file(tmp_path / "absent.toml", ABSENT)


def _file(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return str(path)


def told(command: object, *words: str) -> list[str]:
    """Return the lines of an answer, in which no figure is no number."""
    done = CliRunner().invoke(command, list(words), catch_exceptions=False)  # type: ignore[arg-type]  # a click command
    assert done.exit_code == 0, done.output
    assert "nan" not in done.output
    return done.output.splitlines()


def ends_with_a_dash(lines: list[str], *titles: str) -> bool:
    found = [line.rstrip() for line in lines for title in titles if title in line]
    return len(found) == len(titles) and all(line.endswith("–") for line in found)


def test_a_simulation_has_no_waits(absent: str) -> None:
    lines = told(simulate, absent, *FEW)

    assert ends_with_a_dash(lines, "mean wait", "longest wait", "worst half-hour", "last visitor out")


def test_a_comparison_has_no_share_and_no_difference_of_it(some: str, absent: str) -> None:
    assert ends_with_a_dash(told(compare, some, absent, *FEW), "promise kept")


def test_a_plan_has_one_window_and_no_worst_hour(absent: str) -> None:
    lines = told(size, absent, *FEW, "--search-days", "4")

    assert ends_with_a_dash(lines, "worst hour 08:00, called", "present roster, worst")
    assert any(line.startswith("08:30") and line.endswith(" 1") for line in lines)


def test_merging_changes_nothing_that_could_be_told_in_percent(absent: str) -> None:
    lines = told(merge, absent, *FEW, "--before", "6/3", "--after", "3")

    assert any("mean wait 0.0 → 0.0 min; no difference can be told" in line for line in lines)


def test_a_new_day_for_which_nobody_is_stated_costs_and_serves_nobody(some: str) -> None:
    lines = told(
        hours, some, "--saturday", "09:00-12:00", "--weeks", "2", "--search-days", "2", "--schedule-seconds", "5"
    )

    assert any("nobody came in the new hours" in line for line in lines)
    assert not any("00:00" in line for line in lines if "last visitor out" in line)

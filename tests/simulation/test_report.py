"""Reports on paper: pages that need nothing else, workbooks that run nothing, figures as the terminal shows them."""

import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure
from openpyxl import load_workbook

from hall.catalog import Text
from simulation.cli import setting_of, simulate
from simulation.compare_command import compare
from simulation.errors import Language
from simulation.fit.cli import fit
from simulation.intervals import Interval
from simulation.log import LogSink
from simulation.replay_command import replay
from simulation.report.content import Finding, Picture, Report, Series, Table, lines_of, shown
from simulation.report.page import page_of
from simulation.report.pictures import _fall, _steps, drawn
from simulation.report.workbook import harmless, workbook_of
from simulation.setting import Assumption
from simulation.twin import Twin
from tests.support.sources import ROOT

NAN = float("nan")
STATION = str(ROOT / "docs/districts/futian-station.toml")
KINDS = ("lines", "steps", "bars", "fall")


def a_report() -> Report:
    """A small report with everything in it, and words that would like to be more than words."""
    series = Series(name=Text("等候", "wait"), values=(3.0, -1.0, 2.0), low=(2.0, -2.0, 1.0), high=(4.0, 0.0, NAN))
    pictures = tuple(
        Picture(title=Text("图", f"a {kind} picture"), kind=kind, unit=Text("分", "min"), places=("a", "b", "c"), series=(series,))
        for kind in KINDS
    )  # fmt: skip
    table = Table(
        title=Text("表：一/二", "table: 1/2"),
        head=("", Text("数", "figure"), Text("词", "word")),
        rows=(
            (Text("甲", "first"), Interval(1.25, 1.0, 1.5, 4), "=1+1"),
            (Text("乙", "second"), Interval(2.0, NAN, NAN, 1), "<script>alert(1)</script>"),
            ("third", 7, None),
        ),
        digits=2,
        note=Text("注", "a note"),
    )
    return Report(
        title=Text("报告", "A report & more"),
        facts=(Text("seed 1"), Text("三天", "3 days")),
        findings=(Finding(Text("达标", "It holds <all>"), "good"),),
        tables=(table, table),
        pictures=pictures,
        remarks=(Text("区间 95 %", "intervals are 95 %"),),
        assumptions=(Assumption("demand", Text("假设", "nobody measured it")),),
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_needs_no_script_and_no_other_file(language: Language) -> None:
    page = page_of(a_report(), language=language)

    assert page.startswith("<!doctype html>")
    assert page.count("<svg") == len(KINDS)
    assert "<script" not in page
    outside = [link for link in re.findall(r'(?:src|href)="([^"]*)"', page) if not link.startswith("#")]
    assert not outside
    assert "&lt;script&gt;alert(1)" in page
    assert ("nobody measured it" in page) == (language == "en")
    assert ("区间 95 %" in page) == (language == "zh")
    assert ('<p class="found good">It holds &lt;all&gt;</p>' in page) == (language == "en")
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in page


def test_a_workbook_holds_numbers_as_numbers_and_no_formula() -> None:
    book = load_workbook(BytesIO(workbook_of(a_report(), language="en")))
    about, first, second = book.worksheets

    assert [about["A1"].value, about["A2"].value] == ["A report & more", "It holds <all>"]
    assert first.title != second.title
    assert [cell.value for cell in first[1]] == [None, "figure", "low", "high", "word"]
    assert [cell.value for cell in first[2]] == ["first", 1.25, 1.0, 1.5, "'=1+1"]
    assert [cell.value for cell in first[3]][:4] == ["second", 2.0, None, None]
    assert [cell.value for cell in first[4]][:2] == ["third", 7]
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\t=1", "\r=1"])
def test_no_text_is_taken_for_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless("12 - 1") == "12 - 1"
    assert harmless(-1.5) == -1.5


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_report_gives_the_same_picture(kind: str) -> None:
    (picture,) = [one for one in a_report().pictures if one.kind == "fall"]

    first, second = (drawn(picture, language="en", kind="svg" if kind == "svg" else "png") for _ in range(2))

    assert first == second
    assert first[1] == "en"


def test_windows_by_half_hour_are_told_in_whole_ones() -> None:
    (picture,) = [one for one in a_report().pictures if one.kind == "steps"]
    axes = Figure().subplots()

    _steps(axes, picture, "en")

    assert all(float(tick).is_integer() for tick in axes.get_yticks())


def test_no_figure_of_a_waterfall_stands_in_its_interval_and_long_names_have_several_lines() -> None:
    (picture,) = [one for one in a_report().pictures if one.kind == "fall"]
    axes = Figure().subplots()

    _fall(axes, msgspec.structs.replace(picture, places=("before", "pooling, as many windows", "after")), "en")

    tops = {line.get_xdata()[0]: max(line.get_ydata()) for line in axes.lines}
    labels = {label.xy[0]: label.xy[1] for label in axes.texts}
    assert len(tops) == 3
    assert all(labels[place] >= top for place, top in tops.items() if top == top)
    assert [one.get_text() for one in axes.get_xticklabels()] == ["before", "pooling, as many\nwindows", "after"]


def test_a_terminal_shows_both_languages_and_what_it_rests_on() -> None:
    lines = list(lines_of(a_report()))

    assert lines[0] == "报告 A report & more"
    assert lines[2] == "达标 It holds <all>"
    assert any("1.25 (1.00 – 1.50)" in line for line in lines)
    assert lines[-1] == "  [assumed] demand: 假设 / nobody measured it"
    assert shown(None, 1, "zh") == shown(NAN, 1, "zh") == "–"
    assert shown(Interval(2.0, NAN, NAN, 1), 1, "en") == "2.0"


@pytest.mark.parametrize(
    ("command", "words", "titles"),
    [
        (simulate, [STATION, "--days", "4"], ["结果", "各半小时到访者的等候", "按人群与主题"]),
        (compare, [STATION, STATION, "--days", "4"], ["方案对比"]),
    ],
)
def test_commands_write_a_page_a_workbook_and_figures(
    command: object, words: list[str], titles: list[str], tmp_path: Path
) -> None:
    html, xlsx, json = (tmp_path / f"report.{ending}" for ending in ("html", "xlsx", "json"))

    done = CliRunner().invoke(
        command,  # type: ignore[arg-type]  # one of the commands
        [*words, "--html", str(html), "--xlsx", str(xlsx), "--json", str(json)],
    )

    assert done.exit_code == 0, done.output
    assert load_workbook(xlsx).sheetnames == ["说明", *titles]
    page = html.read_text("utf-8")
    assert all(title in page for title in titles)
    assert "seed 1" in page
    assert "onewindow" in page
    assert msgspec.json.decode(json.read_bytes())


def test_what_rests_on_logs_is_written_too(tmp_path: Path) -> None:
    """Two weeks of a small hall: the fit as a workbook, one day lived otherwise as a page."""
    station = setting_of(STATION, seed=2, days=10)
    first = date(2026, 11, 23)
    dates = tuple((first + timedelta(days=7 * week + day)).isoformat() for week in range(2) for day in range(5))
    twin = Twin(msgspec.structs.replace(station, dates=dates))
    for number, day in enumerate(dates):
        sink = LogSink()
        world = twin.world(number, log=sink)
        world.run()
        sink.fingerprint = world.state.fingerprint()
        sink.write(tmp_path / f"{day}.jsonl", station.plan)
    html, xlsx = tmp_path / "replay.html", tmp_path / "fit.xlsx"

    fitted = CliRunner().invoke(fit, [str(tmp_path), "--no-check", "--xlsx", str(xlsx)])
    replayed = CliRunner().invoke(
        replay, [str(tmp_path / f"{dates[0]}.jsonl"), "--windows", "09:00=1", "--html", str(html)]
    )

    assert fitted.exit_code == 0, fitted.output
    assert load_workbook(xlsx).sheetnames == ["说明", "参数", "每小时到访", "办理时长 分"]
    assert replayed.exit_code == 0, replayed.output
    assert "改变后" in html.read_text("utf-8")

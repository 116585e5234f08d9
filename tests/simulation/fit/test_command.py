"""`onewindow fit` from logs to a scenario that can be simulated, and what it says of logs that it cannot use."""

import asyncio
import shutil
import sqlite3
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from click.testing import CliRunner, Result

from hall.policy import plan_hash
from server.cli import main
from server.ledger.chain import seal
from server.ledger.port import GENESIS, Batch
from server.ledger.sqlite import FILE_NAME, SqliteLedger
from simulation.fit import picture
from simulation.fit.check import FitFile
from simulation.fit.logs import Wanted, read_days
from simulation.fit.whole import fit_hall
from simulation.log import read_log
from simulation.scenario import load_scenario
from simulation.twin import Twin
from tests.golden.record import FOLDER as GOLDEN
from tests.simulation.fit.halls import hall, write_logs

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_logs(tmp_path_factory.mktemp("fit") / "logs", hall(15))


def fit(*words: object) -> Result:
    return CliRunner().invoke(main, ["fit", *map(str, words)])


def test_the_command_prints_what_was_learnt_and_writes_it_in_every_form(logs: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"hall.{name}" for name in ("toml", "svg", "html", "json")}

    found = fit(
        logs, "--scenario", files["toml"], "--plot", files["svg"], "--html", files["html"], "--json", files["json"]
    )

    assert found.exit_code == 0, found.output
    for word in (
        "onewindow 0.",
        "seed 1",
        "15 天 days",
        "各天到访的波动 how days vary",
        "licence",
        "用没有参与学习的日子检验 checked on held-out days",
        "周五 Fri",
    ):
        assert word in found.output
    told = msgspec.json.decode(files["json"].read_bytes(), type=FitFile)
    assert told.held_out is not None
    assert told.fit.dates == tuple(sorted(path.stem for path in logs.iterdir()))
    assert ElementTree.fromstring(files["svg"].read_bytes()).tag.endswith("svg")
    page = files["html"].read_text("utf-8")
    assert "<svg" in page
    assert "每多一件的用时" in page
    assert "src=" not in page
    assert "link rel" not in page


def test_the_scenario_can_be_simulated_and_its_days_fitted_again(logs: Path, tmp_path: Path) -> None:
    """Scenario, logs, fit, scenario: the second fit finds the first one's numbers within its own intervals."""
    scenario = tmp_path / "hall.toml"
    assert fit(logs, "--no-check", "--scenario", scenario).exit_code == 0
    setting = load_scenario(scenario)

    again = fit_hall(read_days([write_logs(tmp_path / "again", setting)], Wanted()))

    assert setting.behaviour.gap_ms == 20_000
    assert again.dates == setting.dates
    for code, mean_ms, _ in setting.service.of_items:
        found = again.services[code].mean_ms
        assert found.low * 0.95 <= mean_ms <= found.high * 1.05, code
    assert again.booked_share is not None
    assert setting.booked is not None
    assert again.booked_share.value == pytest.approx(setting.booked.share, abs=0.04)
    assert again.classes["elder"].value == pytest.approx(dict(setting.demand.classes)["elder"], abs=0.03)
    visits = sum(Twin(setting).run(number)[0].came for number in range(15))
    assert again.visits == pytest.approx(visits, rel=0.05)


def test_every_fitted_number_of_the_scenario_says_what_it_rests_on(logs: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "hall.toml"
    assert fit(logs, "--no-check", "--scenario", scenario).exit_code == 0

    text = scenario.read_text("utf-8")
    lines = {line.partition(" = ")[0]: line for line in text.splitlines() if " = " in line}
    for key in ("day_cv", "slot_cv", "walk_s", "patience_min", "missed", "gap_s", "no_show", "share", "card", "elder"):
        assert "# 95 %: " in lines[key], key
        assert "n = " in lines[key], key
    assert "[demand.rates]  # 15 days" in text
    setting = load_scenario(scenario)
    assert {one.basis for one in setting.assumptions} == {"assumed", "fitted"}
    assert all(one.text.zh and one.text.en for one in setting.assumptions)


def test_a_picture_is_a_png_where_it_is_asked_for(logs: Path, tmp_path: Path) -> None:
    found = fit(logs, "--no-check", "--plot", tmp_path / "hall.png", "--language", "en")

    assert found.exit_code == 0, found.output
    assert (tmp_path / "hall.png").read_bytes().startswith(PNG)


def test_without_a_chinese_font_the_picture_is_in_english_and_says_so(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fonts of this computer are left out by asking for none of them."""
    monkeypatch.setattr(picture, "CHINESE_FONTS", ())

    found = fit(logs, "--no-check", "--plot", tmp_path / "hall.svg")

    assert found.exit_code == 0
    assert "没有中文字体" in found.output
    assert (tmp_path / "hall.svg").stat().st_size > 10_000


def test_days_are_chosen_by_their_dates(logs: Path) -> None:
    found = fit(logs, "--from", "2026-11-30", "--no-check")

    assert "10 天 days: 2026-11-30" in found.output


# ---- what it cannot use ----


def one_day(logs: Path, folder: Path) -> Path:
    path = folder / "day.jsonl"
    shutil.copy(sorted(logs.iterdir())[0], path)
    return path


def refused(found: Result, code: str, *words: str) -> None:
    """Assert a clear end: status 1, both languages, the code, no traceback."""
    assert found.exit_code == 1, found.output
    assert isinstance(found.exception, SystemExit)
    assert f"[{code}]" in found.output
    assert any("\u4e00" <= letter <= "\u9fff" for letter in found.output)
    for word in words:
        assert word in found.output, found.output


def test_an_empty_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "day.jsonl").write_bytes(b"")

    refused(fit(tmp_path / "day.jsonl"), "LOG_EMPTY", "day.jsonl")


def test_one_day_is_too_little(logs: Path, tmp_path: Path) -> None:
    refused(fit(one_day(logs, tmp_path)), "TOO_FEW_DAYS", "1 天", "1 days")


def test_a_row_that_is_missing_breaks_the_log(logs: Path, tmp_path: Path) -> None:
    path = one_day(logs, tmp_path)
    rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(rows[:40] + rows[41:]))

    refused(fit(path), "LOG_BROKEN", "40")


def test_a_log_that_was_cut_off_is_broken(logs: Path, tmp_path: Path) -> None:
    path = one_day(logs, tmp_path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-3]))

    refused(fit(path), "LOG_BROKEN")


def test_a_log_with_other_content_than_was_written_is_broken(logs: Path, tmp_path: Path) -> None:
    path = one_day(logs, tmp_path)
    heading, rest = path.read_bytes().split(b"\n", 1)
    told = msgspec.json.decode(heading)
    told["fingerprint"] = "0" * 16
    path.write_bytes(msgspec.json.encode(told) + b"\n" + rest)

    refused(fit(path), "LOG_BROKEN")


def test_a_file_that_is_no_log_is_named_with_its_line(logs: Path, tmp_path: Path) -> None:
    path = one_day(logs, tmp_path)
    rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*rows[:4], b"{}\n", *rows[5:]]))
    text = tmp_path / "notes.txt"
    text.write_text("hello\nworld\n", encoding="utf-8")

    refused(fit(path), "LOG_UNREADABLE", "day.jsonl:5:")
    refused(fit(text), "LOG_UNREADABLE", "notes.txt:1:")


def test_logs_of_two_halls_are_not_mixed(logs: Path) -> None:
    """Without --hall it is refused; with it, the other hall's days are passed over."""
    both = (logs, GOLDEN / "crowd-1.jsonl")

    refused(fit(*both), "OTHER_HALL", "crowd", "--hall")
    assert "15 天 days" in fit(*both, "--hall", "hall", "--no-check").output


def test_a_day_that_is_there_twice_is_refused(logs: Path, tmp_path: Path) -> None:
    refused(fit(logs, one_day(logs, tmp_path)), "DAY_TWICE", "2026-11-23")


def test_no_file_and_no_day_are_told_apart(logs: Path, tmp_path: Path) -> None:
    refused(fit(tmp_path / "nothing.jsonl"), "LOG_MISSING", "nothing.jsonl")
    refused(fit(logs, "--from", "2027-05-01"), "NO_LOGS")
    refused(fit(tmp_path), "NO_LOGS")


def test_a_picture_of_another_kind_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    found = fit(tmp_path, "--plot", tmp_path / "hall.gif")

    assert found.exit_code == 2
    assert ".svg or .png" in found.output


# ---- the ledger of a live hall ----


async def _fill(file: Path, logs: list[Path]) -> None:
    ledger = SqliteLedger.open(file)
    try:
        for path in logs:
            heading, commits = read_log(path)
            await ledger.save_plan(heading.plans[0])
            stream, rows, link = f"hall/{path.stem}", [], GENESIS
            for commit in commits:
                body = msgspec.json.encode(commit)
                row = seal(
                    link, stream=stream, version=commit.seq, at_ms=commit.at_ms, command_id=commit.command_id,
                    actor=commit.actor, body=body,
                )  # fmt: skip
                rows.append(row)
                link = row.hash
            await ledger.append_many([Batch(stream, tuple(rows))])
    finally:
        await ledger.close()


@pytest.fixture(scope="module")
def data(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a server with the same days."""
    folder = tmp_path_factory.mktemp("data")
    asyncio.run(_fill(folder / FILE_NAME, sorted(logs.iterdir())))
    return folder


def test_a_server_s_ledger_gives_the_same_fit_as_the_files_of_its_days(logs: Path, data: Path) -> None:
    """The reader is found by its entry point; the simulation does not know it."""
    of_files, of_ledger = read_days([logs], Wanted()), read_days([data], Wanted())

    assert plan_hash(of_ledger.plan) == plan_hash(of_files.plan)
    assert of_ledger.days == of_files.days
    assert len(read_days([data / FILE_NAME], Wanted("hall", "2026-12-01", "2026-12-04")).days) == 4


def test_what_else_lies_in_a_server_s_folder_is_no_log(data: Path, tmp_path: Path) -> None:
    """The demo keeps what its people were told beside its ledger, and the studio learned from that, which failed."""
    shutil.copy(data / FILE_NAME, tmp_path / FILE_NAME)
    (tmp_path / "history.jsonl").write_text('{"type": "op", "id": "demo-1"}\n' * 2, encoding="utf-8")

    assert read_days([tmp_path], Wanted()).days == read_days([data], Wanted()).days


def test_a_ledger_whose_chain_is_broken_is_named(data: Path, tmp_path: Path) -> None:
    shutil.copy(data / FILE_NAME, tmp_path / FILE_NAME)
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("UPDATE commits SET body = replace(body, 'kiosk', 'phone') WHERE version = 300")
    connection.close()

    refused(fit(tmp_path), "LOG_BROKEN", "hall/2026-11-23", "300")


def test_a_file_that_is_no_ledger_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"hello" * 1_000)

    refused(fit(tmp_path), "LEDGER_UNREADABLE", FILE_NAME)

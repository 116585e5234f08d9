"""`onewindow calendar`: what is known of holidays is shown, a notice or a hall's days are taken over."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.ledger.lock import FileLock, lock_path
from server.presets.install import init_preset
from tests.server.config.test_calendar_import import NEXT, event, ics, notice, timed

HALL = "yuancheng-c001"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one village counter."""
    folder = tmp_path_factory.mktemp("calendar") / "data"
    init_preset(folder, "yuancheng", hall=HALL)
    return folder


def test_years_that_are_known_are_shown_and_the_next_is_not_yet_published(data: Path):
    """With the days of the latest year, or of the one that is asked for."""
    shown = _run("show", data)

    assert shown.exit_code == 0, shown.output
    assert "2026: chinesecalendar" in shown.output
    assert "2026-02-17  放假 holiday  春节" in shown.output
    assert f"{NEXT}: not yet published" in shown.output
    assert f"nothing is known of {NEXT}" in _run("show", data, "--year", str(NEXT)).output


def test_a_notice_is_checked_then_taken_over(data: Path, tmp_path: Path):
    """A check changes nothing; afterwards the year is known with what the file calls itself."""
    file = tmp_path / "notice.ics"
    file.write_bytes(notice())

    checked = _run("import", data, "--check", str(file))
    before = _run("show", data)
    taken = _run("import", data, str(file))

    assert f"{NEXT}: 8 holidays, 1 make-up workdays" in checked.output
    assert "nothing was changed" in checked.output
    assert f"{NEXT}: not yet published" in before.output
    assert taken.exit_code == 0
    assert f"{NEXT}: 节假日安排" in _run("show", data).output


def test_a_bad_file_is_told_line_by_line_and_changes_nothing(data: Path, tmp_path: Path):
    """Status 1; each entry by its name, in both languages."""
    file = tmp_path / "bad.ics"
    file.write_bytes(ics(event("20261224", name="圣诞"), event("20261225", name="聚会")))

    done = _run("import", data, "--hall", HALL, str(file))

    assert done.exit_code == 1
    assert "event 1 (圣诞): 看不出是放假还是上班" in done.output
    assert "event 2 (聚会)" in done.output
    assert "2026-12-24" not in _run("show", data, "--hall", HALL).output


def test_special_days_of_a_hall_are_taken_over_and_shown(data: Path, tmp_path: Path):
    """With their times; an unknown hall is named."""
    file = tmp_path / "days.ics"
    file.write_bytes(ics(timed("20261003T090000", "20261003T120000")))

    done = _run("import", data, "--hall", HALL, str(file))

    assert "1 days added, 0 replaced, 0 stay" in done.output
    assert "2026-10-03  特别开放 special  便民开放  09:00-12:00" in _run("show", data, "--hall", HALL).output
    assert "there is no hall nowhere" in _run("import", data, "--hall", "nowhere", str(file)).output


def test_a_calendar_is_not_changed_beside_a_running_server(data: Path, tmp_path: Path):
    """The server would not notice; its pages and its interface do the same."""
    file = tmp_path / "notice.ics"
    file.write_bytes(notice())
    lock = FileLock(lock_path(data / "ledger.db"))
    try:
        done = _run("import", data, str(file))
    finally:
        lock.release()

    assert done.exit_code == 1
    assert "stop the server first" in done.output


def test_a_calendar_is_shown_beside_a_running_server(data: Path):
    """It only reads."""
    lock = FileLock(lock_path(data / "ledger.db"))
    try:
        shown = _run("show", data)
    finally:
        lock.release()

    assert shown.exit_code == 0
    assert "2026: chinesecalendar" in shown.output


def test_a_folder_without_settings_is_left_empty(tmp_path: Path):
    """Nothing is made by looking."""
    shown = _run("show", tmp_path)

    assert shown.exit_code == 1
    assert f"there are no settings in {tmp_path}" in shown.output
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    """Nothing is made by looking."""
    missing = tmp_path / "nothing"

    assert f"there is no folder {missing}" in _run("show", missing).output
    assert not missing.exists()


def _run(job: str, data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["calendar", job, "--data", str(data), *arguments])

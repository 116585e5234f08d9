"""`onewindow hall`: a new district enters its halls one by one, and sees them as a tree."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hall.opening import WeekHours
from server.cli import main
from server.config.database import Database
from server.config.store import Store
from server.ledger.lock import FileLock, lock_path
from server.presets.install import init_preset
from tests.server.config.conftest import BY

VILLAGE = ("--name", "新村便民点", "--name-en", "New Village")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with Yuancheng's templates and no hall."""
    folder = tmp_path / "data"
    init_preset(folder, "yuancheng", templates_only=True)
    return folder


def test_a_district_without_a_preset_enters_its_halls_of_three_levels(data: Path):
    """Templates come from a preset, codes and names are its own; levels follow from the parents."""
    made = [
        _add(data, "luohu", "--name", "罗湖区政务服务大厅", "--template", "district"),
        _add(data, "luohu-s1", "--name", "黄贝街道", "--parent", "luohu", "--template", "street"),
        _add(data, "luohu-c1", *VILLAGE, "--parent", "luohu-s1", "--like", "luohu-s1"),
    ]
    shown = _run("list", "--data", str(data))

    assert [one.exit_code for one in made] == [0, 0, 0], [one.output for one in made]
    assert made[1].output == (
        "luohu-s1: street hall below luohu, follows template street\nit is served from the next start of the server\n"
    )
    assert shown.output.splitlines() == [
        "luohu  district  template district  罗湖区政务服务大厅",
        "  luohu-s1  street  template street  黄贝街道",
        "    luohu-c1  community  own settings  新村便民点 / New Village",
    ]


def test_a_hall_that_cannot_be_is_told_in_both_languages(data: Path):
    """Status 1, and nothing is changed."""
    _add(data, "luohu", "--name", "罗湖", "--template", "district")

    refused = {
        "twice": _add(data, "luohu", "--name", "罗湖", "--template", "district"),
        "parent": _add(data, "a", "--name", "甲", "--template", "street", "--parent", "nowhere"),
        "template": _add(data, "a", "--name", "甲", "--template", "nothing"),
        "level": _add(data, "a", "--name", "甲", "--template", "street", "--parent", "luohu", "--level", "district"),
        "code": _add(data, "a b", "--name", "甲", "--template", "street"),
    }
    shown = _run("list", "--data", str(data))

    assert {one.exit_code for one in refused.values()} == {1}
    assert "大厅编码 luohu 已被使用 / There is a hall luohu already" in refused["twice"].output
    assert "There is no hall nowhere to stand below" in refused["parent"].output
    assert "There is no template nothing" in refused["template"].output
    assert "A hall stands below one of a higher level" in refused["level"].output
    assert "hall: 编码「a b」" in refused["code"].output
    assert all("nothing was changed" in one.output for one in refused.values())
    assert len(shown.output.splitlines()) == 1


def test_where_settings_come_from_is_said_once(data: Path):
    """From a template or like a hall, not neither nor both; a folder that is not there is told."""
    for given in ((), ("--template", "street", "--like", "luohu")):
        assert _add(data, "a", "--name", "甲", *given).exit_code == 2
    assert "there is no folder" in _run("list", "--data", str(data / "nowhere")).output


def test_a_hall_with_sections_of_its_own_is_listed_with_them(data: Path):
    """And a folder without halls says so."""
    assert _run("list", "--data", str(data)).output == "there are no halls yet\n"
    _add(data, "a", "--name", "甲", "--template", "district")
    database = Database(data)
    store = Store(database)
    store.save("a", {"hours": WeekHours(days=((),) * 7)}, expected={}, by=BY)
    database.close()

    assert "template district but for hours" in _run("list", "--data", str(data)).output


def test_a_running_server_is_not_written_beside_but_may_be_looked_at(data: Path):
    """Its pages add halls; a list disturbs nobody."""
    lock = FileLock(lock_path(data / "ledger.db"))
    try:
        refused = _add(data, "a", "--name", "甲", "--template", "street")
        shown = _run("list", "--data", str(data))
    finally:
        lock.release()

    assert refused.exit_code == 1
    assert "stop the server first, or use its pages" in refused.output
    assert shown.exit_code == 0


def test_templates_of_a_preset_are_entered_once_and_without_a_hall(tmp_path: Path):
    """The command says what comes next."""
    folder = str(tmp_path / "data")
    done = _main("init", "--preset", "nanshan", "--templates", "--data", folder)
    again = _main("init", "--preset", "nanshan", "--templates", "--data", folder)
    both = _main("init", "--preset", "nanshan", "--templates", "--hall", "nanshan", "--data", folder)

    assert done.exit_code == 0, done.output
    assert "1 templates of nanshan" in done.output
    assert "onewindow hall add CODE --name" in done.output
    assert (again.exit_code, both.exit_code) == (1, 2)
    assert "halls or templates already (the first is district)" in again.output


def _add(data: Path, code: str, *words: str) -> Result:
    return _run("add", code, *words, "--data", str(data))


def _run(*words: str) -> Result:
    return _main("hall", *words)


def _main(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))

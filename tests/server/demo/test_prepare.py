"""Setting a demo day up, and finding it again."""

from pathlib import Path

import msgspec

from server.demo.prepare import RESULT_FILE, Wanted, prepared

SMALL = "longgang-c001"


def test_an_unfinished_day_is_continued_and_a_finished_one_is_followed_by_a_fresh_one(tmp_path: Path):
    wanted = Wanted(hall=SMALL, data=tmp_path, until="11:00")

    folder, day, goes_on = prepared(wanted)
    again = prepared(msgspec.structs.replace(wanted, port=9000))
    (folder / RESULT_FILE).write_text("{}")
    fresh = prepared(wanted)

    assert not goes_on
    assert again == (folder, msgspec.structs.replace(day, port=9000), True)
    assert fresh[0].name == "day-0002"
    assert not fresh[2]


def test_the_day_is_an_open_workday_and_its_clerks_have_their_windows(tmp_path: Path):
    _, day, _ = prepared(Wanted(hall=SMALL, data=tmp_path, until="11:00"))
    clerks = [one for one in day.accounts if one.role == "clerk"]

    assert day.start_ms < day.close_ms
    assert day.until_ms is not None
    assert day.start_ms < day.until_ms <= day.close_ms
    assert [one.window for one in clerks] == sorted({one.window for one in clerks})
    assert {one.role for one in day.accounts} >= {"clerk", "guide", "manager"}
    assert {one.kind for one in day.devices} == {"kiosk", "board", "area", "strip"}


def test_tokens_lie_in_a_file_for_this_user_only(tmp_path: Path):
    folder, _, _ = prepared(Wanted(hall=SMALL, data=tmp_path))

    assert (folder / "day.json").stat().st_mode & 0o077 == 0

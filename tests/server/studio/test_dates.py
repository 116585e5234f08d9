"""Planned dates: their own hours as the live hall has them, closed dates, and who comes in hours that are new."""

from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from openpyxl import load_workbook

from hall.errors import Refusal
from hall.opening import Calendar, Span, SpecialDay, WeekHours, hours_on
from server.config.plans import facts_of_day
from server.studio.asks import (
    Block,
    CompareAsk,
    Done,
    Draft,
    Failed,
    FileAsk,
    Group,
    LogAsk,
    RunAsk,
    Saved,
    SizeAsk,
    Stated,
    StatedAsk,
    Work,
)
from server.studio.export import workbook_of
from server.studio.worker.draft import LOW, setting_of
from server.studio.worker.grounds import DraftInvalid, Kept, from_file, from_log, stated
from server.studio.worker.work import done
from simulation.demand import expected_visits
from simulation.scenario import FOLDER
from simulation.setting import Setting
from simulation.sizing.longer import coming_of, day_kinds, new_times, visits_a_week
from simulation.sizing.ranges import Range
from simulation.twin import Twin
from tests.server.studio.conftest import TUESDAY, Studio
from tests.support.past_days import HALL, fill, past_setting

WINDOWS = 6
SATURDAY, SUNDAY, MONDAY = "2026-11-28", "2026-11-29", "2026-11-30"
HOLIDAY, SHORT, LATE, EIGHT = "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"
CALENDAR = Calendar(
    (2026,),
    (
        SpecialDay(SATURDAY, "makeup", "元旦调休"),
        SpecialDay(HOLIDAY, "holiday", "纪念日"),
        SpecialDay(SHORT, "special", "盘点", (Span(540, 720),)),
        SpecialDay(LATE, "special", "夜间开放", (Span(540, 1200),)),
    ),
)
"""A make-up Saturday, a Tuesday off, a Wednesday morning, and a Thursday until eight."""
OFFICE = (Span(540, 1020),)
WEEK = WeekHours((OFFICE,) * 5 + ((), ()))


def work(**facts: Any) -> Work:
    setting = past_setting(2, windows=WINDOWS)
    plan = msgspec.structs.replace(setting.plan, hours=WEEK)
    every = {"ask": StatedAsk(visits=120), "plan": plan, "calendar": CALENDAR, **facts}
    return Work(hall=HALL, data="", seconds=60, megabytes=999, **every)


@pytest.fixture(scope="module")
def kept() -> Kept:
    return stated(work(), StatedAsk(visits=120))


def expected(setting: Setting) -> float:
    """The mean number of visitors of the date over all chance."""
    return expected_visits(setting.demand, Twin(setting).day(0))


def failure(kept: Kept, draft: Draft, **facts: Any) -> Failed:
    note = done(
        work(ask=RunAsk(ground="0" * 16, draft=draft, days=4), ground=_raw(kept), **facts), lambda *_: None
    )  # fmt: skip
    assert isinstance(note, Failed)
    return note


def result(ask: RunAsk | SizeAsk | CompareAsk, kept: Kept, **facts: Any) -> dict[str, Any]:
    note = done(work(ask=ask, ground=_raw(kept), **facts), lambda *_: None)
    assert isinstance(note, Done), note
    found: dict[str, Any] = msgspec.to_builtins(note.result)
    return found


def _raw(kept: Kept) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(kept))


# ---- hours ----


@pytest.mark.parametrize("date", [TUESDAY, SATURDAY, SHORT, LATE])
def test_a_date_has_the_hours_that_the_live_hall_opens_it_with(kept: Kept, date: str) -> None:
    """The day that the twin opens is the one that the live server would open: kind, name and sessions."""
    live = facts_of_day(work().plan, CALENDAR, date)
    assert not isinstance(live, Refusal)

    setting = setting_of(kept, Draft(date=date), seed=1, days=4)

    day = Twin(setting).day(0)
    assert (day.date, day.kind, day.sessions) == (live.date, live.kind, live.sessions)
    again = hours_on(date, hours=setting.plan.hours, calendar=setting.calendar, zone=setting.plan.zone)
    assert not isinstance(again, Refusal)
    assert again.name == live.name


def test_hours_that_were_changed_after_the_ground_was_made_count(kept: Kept) -> None:
    longer = WeekHours(((Span(480, 1200),),) * 5 + ((), ()))
    now = work(plan=msgspec.structs.replace(kept.plan, hours=longer))

    setting = setting_of(kept.as_set_in(now), Draft(date=TUESDAY), seed=1, days=4)

    assert setting.plan.hours.days[1] == (Span(480, 1200),)
    assert "08:00-09:00, 17:00-20:00" in _told(setting, "hours")


@pytest.mark.parametrize(
    ("date", "words"), [(SUNDAY, "周末"), (HOLIDAY, "纪念日")], ids=["a weekend", "a holiday on a workday"]
)
def test_a_closed_date_says_so_and_why(kept: Kept, date: str, words: str) -> None:
    told = failure(kept, Draft(date=date))

    assert told.code == "SCENARIO_INVALID"
    [fault] = told.faults
    assert (fault.code, fault.field) == ("STUDIO_CLOSED_DATE", "date")
    assert date in fault.zh
    assert words in fault.zh
    assert f"closed on {date}" in fault.en


def test_a_year_without_published_holidays_says_so(kept: Kept) -> None:
    [fault] = failure(kept, Draft(date="2027-03-02")).faults

    assert (fault.code, fault.field) == ("STUDIO_YEAR_UNPUBLISHED", "date")
    assert "2027" in fault.zh
    assert "2027" in fault.en


def test_a_short_day_is_sized_and_simulated_in_its_own_hours(kept: Kept) -> None:
    """A morning of three hours: six windows are 18 window-hours, none is sized for the afternoon, who comes then is counted."""
    ask = SizeAsk(ground="0" * 16, draft=Draft(date=SHORT), kept_pct=60, days=10)

    found = result(ask, kept)

    assert found["current"]["figures"]["window_hours"]["value"] == 3 * WINDOWS
    assert found["sized"]["window_hours"] <= 3 * WINDOWS
    assert found["plan"]["start_min"] == 540
    assert len(found["plan"]["groups"][0]["open"]) <= 6
    assert found["current"]["figures"]["turned_away"]["value"] > 10
    assert found["opening"] == {
        "kind": "special", "name": "盘点", "as_set": ["09:00-12:00"], "hours": ["09:00-12:00"], "new": [],
    }  # fmt: skip
    assert any("12:00-17:00" in one["en"] and "closed" in one["en"] for one in found["basis"])


def test_a_make_up_workday_has_the_visits_of_workdays_and_its_windows_staffed(tmp_path: Path) -> None:
    """The log knows no Saturday; the date is staffed and visited like a workday, and says so."""
    setting = past_setting(10, windows=WINDOWS, busy=0.4)
    setting = msgspec.structs.replace(setting, plan=msgspec.structs.replace(setting.plan, hours=WEEK))
    plan = fill(tmp_path, setting)
    kept, _ = from_log(
        msgspec.structs.replace(work(plan=plan), data=str(tmp_path)),
        LogAsk(first="2026-11-01", last="2026-11-20"),
    )

    saturday = setting_of(kept, Draft(date=SATURDAY), seed=1, days=4)
    monday = setting_of(kept, Draft(date=MONDAY), seed=1, days=4)

    assert Twin(saturday).day(0).kind == "makeup"
    assert {shift.window for shift in saturday.roster.shifts if 6 in shift.weekdays} == {
        shift.window for shift in monday.roster.shifts if 1 in shift.weekdays
    }
    assert kept.fit is not None
    assert expected(saturday) == pytest.approx(kept.fit.visits / len(kept.fit.dates), rel=0.05)
    assert expected(monday) > expected(saturday), "Mondays are busier"
    assert "make-up workday" in _told(saturday, "days")


def test_a_scenario_of_another_hall_knows_nothing_of_this_halls_calendar() -> None:
    kept = from_file(work(), FileAsk(text=(FOLDER / "yuancheng.toml").read_text("utf-8"))).as_set_in(work())

    setting = setting_of(kept, Draft(date=HOLIDAY), seed=1, days=4)

    assert Twin(setting).day(0).kind == "workday"


# ---- who comes in new hours ----


def test_nobody_is_assumed_to_come_in_new_hours_unless_it_is_stated(kept: Kept) -> None:
    usual = setting_of(kept, Draft(date=TUESDAY), seed=1, days=4)

    longer = setting_of(kept, Draft(date=TUESDAY, hours=("09:00-20:00",)), seed=1, days=4)

    assert expected(longer) == pytest.approx(expected(usual))
    assert "nobody is assumed to move" in _told(longer, "hours")
    assert max(shift.to_min for shift in longer.roster.shifts) == 1200, "somebody is there in the evening"


def test_stated_visits_come_by_the_model_of_the_hours_command(kept: Kept) -> None:
    """A tenth of the day moves, 10 to 30 come in addition: the pieces of demand are those that ``hours`` gives the day."""
    draft = Draft(
        date=TUESDAY, hours=("09:00-20:00",), moved=Stated(low=5, high=10),
        induced=Stated(low=10, high=30, is_percent=False),
    )  # fmt: skip
    usual = setting_of(kept, Draft(date=TUESDAY), seed=1, days=4)
    today, then = (WeekHours(((), (Span(540, end),), (), (), (), (), ())) for end in (1020, 1200))
    day = msgspec.structs.replace(usual, plan=msgspec.structs.replace(usual.plan, hours=today))
    times = new_times(today, then)
    for end, extra in ((LOW, 10), (1, 30)):
        setting = setting_of(kept, draft, seed=1, days=4, end=end)

        coming = coming_of(
            times, {"": Range(5, 10, is_percent=True)}, {"": Range(10, 30)}, end=end, week=visits_a_week(day)
        )
        assert setting.demand.pieces == day_kinds(day, then, times, coming)[0].setting.demand.pieces
        assert expected(setting) == pytest.approx(expected(usual) + extra)
    assert "5–10 % of the day's visits move" in _told(setting, "hours")


def test_both_ends_of_a_range_stand_beside_the_day_as_it_is_and_in_the_workbook(kept: Kept) -> None:
    draft = Draft(
        date=TUESDAY, hours=("09:00-20:00",), moved=Stated(low=0, high=10),
        induced=Stated(low=10, high=40, is_percent=False),
    )  # fmt: skip

    found = result(RunAsk(ground="0" * 16, draft=draft, days=8), kept)

    low, high = (found[side]["figures"]["visitors"]["value"] for side in ("low", "plan"))
    was = found["current"]["figures"]["visitors"]["value"]
    assert was < low < high
    assert found["change"]["window_hours"]["value"] == 3 * WINDOWS
    assert found["low_change"]["window_hours"]["value"] == 3 * WINDOWS
    assert found["opening"]["new"] == ["17:00-20:00"]
    assert [one["time"] for one in found["plan"]["slots"]][-1] >= "19:00"
    book = load_workbook(BytesIO(workbook_of(found)))
    rows = {row[0]: row[1:] for row in book["摘要 Summary"].iter_rows(values_only=True)}
    head = next(book["摘要 Summary"].iter_rows(values_only=True))
    assert head[1::3] == ("现行 As it is", "方案（少） Plan (low)", "方案（多） Plan (high)")
    assert rows["开放时间 Hours"][0] == "09:00-20:00"
    assert rows["新增时段 New hours"][0] == "17:00-20:00"
    assert rows["假设：改到新增时段 Assumed to move"][0] == "0–10 % 当日到访 of the day's visits"
    assert rows["假设：因此新增 Assumed in addition"][0] == "10–40 人次 visits"


def test_a_part_of_the_new_hours_has_that_part_of_the_stated_visits(kept: Kept) -> None:
    """On a date that is set to close at eight, a plan until half past six has half of what is stated for three hours."""
    stated_of = {"moved": Stated(), "induced": Stated(low=60, high=60, is_percent=False)}
    base = expected(setting_of(kept, Draft(date=LATE), seed=1, days=4))

    shorter = setting_of(kept, Draft(date=LATE, hours=("09:00-18:30",), **stated_of), seed=1, days=4)
    as_set = setting_of(kept, Draft(date=LATE, hours=("09:00-18:30",), **stated_of), seed=1, days=4, as_it_is=True)

    assert expected(as_set) == pytest.approx(base + 60)
    assert expected(shorter) == pytest.approx(base + 30)


@pytest.mark.parametrize("date", [SUNDAY, HOLIDAY])
def test_opening_on_a_closed_date_brings_those_who_are_stated_and_has_nothing_beside_it(kept: Kept, date: str) -> None:
    hours = ("09:00-12:00",)
    [fault] = failure(kept, Draft(date=date, hours=hours)).faults
    assert (fault.code, fault.field) == ("STUDIO_NOBODY_STATED", "moved")
    draft = Draft(date=date, hours=hours, moved=Stated(low=50, high=50))

    found = result(RunAsk(ground="0" * 16, draft=draft, days=8), kept)

    assert found["current"] is None
    assert found["change"] == {}
    assert expected(setting_of(kept, draft, seed=1, days=4)) == pytest.approx(60)
    assert found["plan"]["figures"]["window_hours"]["value"] == 3 * WINDOWS
    assert workbook_of(found)[:2] == b"PK"


@pytest.mark.parametrize(
    ("statement", "code", "field"),
    [
        ({"moved": Stated(low=5, high=2)}, "STUDIO_RANGE", "moved"),
        ({"induced": Stated(low=-5, high=2)}, "STUDIO_RANGE", "induced"),
    ],
)
def test_a_statement_that_is_no_range_is_refused_at_its_field(
    kept: Kept, statement: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(DraftInvalid) as refused:
        setting_of(kept, Draft(date=TUESDAY, hours=("09:00-20:00",), **statement), seed=1, days=4)

    assert [(one.code, one.field) for one in refused.value.faults] == [(code, field)]


def test_no_more_can_move_than_come(kept: Kept) -> None:
    told = failure(kept, Draft(date=TUESDAY, hours=("09:00-20:00",), moved=Stated(low=0, high=120)))

    assert told.code == "BAD_EXTENSION"


def test_plans_with_other_statements_are_not_compared_and_shorter_ones_are(kept: Kept) -> None:
    evening, some = ("09:00-20:00",), Stated(low=5, high=5)
    first = Saved("照旧", "1" * 16, Draft(date=TUESDAY))
    more = Saved("夜间", "1" * 16, Draft(date=TUESDAY, hours=evening, moved=some))
    other = Saved("夜间，无人", "1" * 16, Draft(date=TUESDAY, hours=evening))
    ask = CompareAsk(plans=("1" * 16, "2" * 16), days=4)

    found = result(ask, kept, saved=(first, more))
    note = done(work(ask=ask, ground=_raw(kept), saved=(more, other)), lambda *_: None)

    assert [one["name"] for one in found["plans"]] == ["照旧", "夜间"]
    assert isinstance(note, Failed)
    assert note.code == "STUDIO_OTHER_DAY"


def test_kept_plans_are_compared_at_both_ends_of_what_is_stated_each_with_the_same_people(kept: Kept) -> None:
    """Low ends are held against low, high against high: whoever is not stated at an end is in no plan at that end."""
    evening = ("09:00-20:00",)
    more = {"induced": Stated(low=20, high=300, is_percent=False), "hours": evening}
    few = (Group(tuple(window.code for window in kept.plan.catalog.windows), (3,) * 22),)
    first = Saved("全开", "1" * 16, Draft(date=TUESDAY, **more))
    other = Saved("少开", "1" * 16, Draft(date=TUESDAY, start="09:00", groups=few, **more))
    usual = Saved("照旧", "1" * 16, Draft(date=TUESDAY))

    found = result(CompareAsk(plans=("1" * 16,) * 3, days=8), kept, saved=(first, other, usual))

    [base, less, asis] = found["plans"]
    for key in ("visitors", "window_hours"):
        for side in (base, less):
            own, low = side["figures"][key]["value"], side["low"]["figures"][key]["value"]
            assert (own > low) == (key == "visitors")
    assert less["change"]["visitors"]["value"] == less["low_change"]["visitors"]["value"] == 0, "the same people"
    assert less["change"]["mean_wait_min"] != less["low_change"]["mean_wait_min"], "one end does not speak for both"
    assert asis["figures"] == asis["low"]["figures"], "nothing is stated of it: it is one day, and simulated once"
    assert asis["change"]["visitors"]["value"] < asis["low_change"]["visitors"]["value"] < 0
    assert not found["same_people"], "whoever comes in the evening does not come to the plan without one"
    pair = result(CompareAsk(plans=("1" * 16,) * 2, days=4), kept, saved=(first, other))
    assert pair["same_people"], "at each end the same people come to both"
    alone = result(RunAsk(ground="0" * 16, draft=other.draft, days=8), kept)
    assert less["low"]["figures"] == alone["low"]["figures"]
    head = next(load_workbook(BytesIO(workbook_of(found)))["摘要 Summary"].iter_rows(values_only=True))
    assert head[1:13:3] == ("全开（少 low）", "全开（多 high）", "少开（少 low）", "少开（多 high）")


def test_plans_without_a_range_are_compared_once(kept: Kept) -> None:
    some = Stated(low=5, high=5)
    plans = tuple(
        Saved(f"{end} 点", "1" * 16, Draft(date=TUESDAY, hours=(f"09:00-{end}:00",), moved=some)) for end in (19, 20)
    )

    found = result(CompareAsk(plans=("1" * 16,) * 2, days=4), kept, saved=plans)

    assert [(one["low"], one["low_change"]) for one in found["plans"]] == [(None, None)] * 2


EARLY = Block(hours="07:00-09:00", induced=Stated(low=10, high=20, is_percent=False))
EVENING = Block(hours="17:00-20:00", moved=Stated(low=5, high=10))
LONG = ("07:00-20:00",)


def test_each_of_the_new_hours_has_those_who_are_stated_of_it(kept: Kept) -> None:
    usual = setting_of(kept, Draft(date=TUESDAY), seed=1, days=4)

    both = Draft(date=TUESDAY, hours=LONG, blocks=(EARLY, EVENING))
    for end, moved, induced in ((LOW, 0.05, 10), (1, 0.1, 20)):
        setting = setting_of(kept, both, seed=1, days=4, end=end)

        demand, day = setting.demand, Twin(setting).day(0)
        in_time = {
            (one.from_min, one.to_min): one.per_hour * (one.to_min - one.from_min) / 60 * demand.by_weekday[1]
            for one in demand.pieces
        }
        assert in_time[420, 540] == pytest.approx(induced)
        assert in_time[1020, 1200] == pytest.approx(expected(usual) * moved)
        assert expected_visits(demand, day) == pytest.approx(expected(usual) + induced)
    told = _told(setting_of(kept, both, seed=1, days=4), "hours")
    assert "New hours 07:00-09:00, as the manager states: 0 % of the day's visits move" in told
    assert "New hours 17:00-20:00, as the manager states: 5–10 % of the day's visits move" in told


def test_one_statement_for_all_new_hours_is_that_of_each_by_its_length(kept: Kept) -> None:
    together = Draft(date=TUESDAY, hours=LONG, induced=Stated(low=50, high=50, is_percent=False))
    apart = Draft(date=TUESDAY, hours=LONG, blocks=tuple(
        Block(hours=hours, induced=Stated(low=number, high=number, is_percent=False))
        for hours, number in (("07:00-09:00", 20), ("17:00-20:00", 30))
    ))  # fmt: skip

    found = [setting_of(kept, one, seed=1, days=4).demand for one in (together, apart)]

    assert [(one.from_min, one.to_min) for one in found[0].pieces] == [
        (one.from_min, one.to_min) for one in found[1].pieces
    ]
    assert [one.per_hour for one in found[0].pieces] == pytest.approx([one.per_hour for one in found[1].pieces])


def test_nobody_comes_in_a_new_hour_of_which_nothing_is_stated_while_others_have_theirs(kept: Kept) -> None:
    usual = setting_of(kept, Draft(date=TUESDAY), seed=1, days=4)

    setting = setting_of(kept, Draft(date=TUESDAY, hours=LONG, blocks=(EARLY,)), seed=1, days=4)

    assert expected(setting) == pytest.approx(expected(usual) + 20)
    assert "New hours 17:00-20:00: nobody is assumed" in _told(setting, "hours")
    found = result(RunAsk(ground="0" * 16, draft=Draft(date=TUESDAY, hours=LONG, blocks=(EARLY,)), days=4), kept)
    rows = {
        row[0]: row[1] for row in load_workbook(BytesIO(workbook_of(found)))["摘要 Summary"].iter_rows(values_only=True)
    }
    assert rows["假设：因此新增 Assumed in addition 07:00-09:00"] == "10–20 人次 visits"


@pytest.mark.parametrize(
    ("statement", "code", "field"),
    [
        ({"blocks": (EARLY, msgspec.structs.replace(EARLY, hours="08:00-09:00"))}, "STUDIO_BLOCK", "blocks.1"),
        ({"blocks": (msgspec.structs.replace(EARLY, hours="12:00-14:00"),)}, "STUDIO_BLOCK", "blocks.0"),
        ({"blocks": (msgspec.structs.replace(EARLY, hours="lunch"),)}, "STUDIO_BLOCK", "blocks.0"),
        ({"blocks": (EVENING,), "induced": Stated(low=1, high=2)}, "STUDIO_STATED_TWICE", "blocks"),
        (
            {"blocks": (EARLY, msgspec.structs.replace(EVENING, moved=Stated(low=3, high=1)))},
            "STUDIO_RANGE",
            "blocks.1.moved",
        ),
    ],
    ids=["overlaps", "not new", "no time", "stated twice", "no range"],
)
def test_a_statement_of_no_new_hour_or_beside_one_for_all_is_refused(
    kept: Kept, statement: dict[str, Any], code: str, field: str
) -> None:
    [fault] = failure(kept, Draft(date=TUESDAY, hours=LONG, **statement)).faults

    assert (fault.code, fault.field) == (code, field)
    assert fault.zh != fault.en


def test_plans_with_other_new_hours_are_compared_where_their_statements_agree(kept: Kept) -> None:
    """An evening beside a morning: of no hour that is new in both is it stated otherwise."""
    early = Saved("早间", "1" * 16, Draft(date=TUESDAY, hours=("07:00-17:00",), blocks=(EARLY,)))
    both = Saved("早晚", "1" * 16, Draft(date=TUESDAY, hours=LONG, blocks=(EARLY, EVENING)))
    evening = Saved("夜间", "1" * 16, Draft(date=TUESDAY, hours=("09:00-20:00",), moved=EVENING.moved))
    other = Saved("夜间，少来", "1" * 16, Draft(date=TUESDAY, hours=("09:00-20:00",), moved=Stated(low=1, high=2)))
    ask = CompareAsk(plans=("1" * 16,) * 3, days=4)

    found = result(ask, kept, saved=(early, both, evening))
    note = done(work(ask=ask, ground=_raw(kept), saved=(both, other)), lambda *_: None)

    assert [one["name"] for one in found["plans"]] == ["早间", "早晚", "夜间"]
    assert isinstance(note, Failed)
    assert note.code == "STUDIO_OTHER_DAY"


def _told(setting: Setting, about: str) -> str:
    return "\n".join(one.text.en for one in setting.assumptions if one.about == about)


# ---- what the page asks ----


def test_the_page_is_told_how_the_live_hall_opens_on_a_date(studio: Studio) -> None:
    told = studio.get(f"/dates/{TUESDAY}").json()

    assert told == {
        "date": TUESDAY, "weekday": 2, "kind": "workday", "name": "", "hours": ["09:00-17:00"], "like": 2,
    }  # fmt: skip
    assert told in studio.get().json()["ahead"]
    assert studio.get("/dates/2019-01-02").json()["code"] == "CALENDAR_UNPUBLISHED"
    assert studio.get("/dates/2026-02-31").status_code == 422
    assert Studio(studio.served, "clerk01").get(f"/dates/{TUESDAY}").status_code == 403

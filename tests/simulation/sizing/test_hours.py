"""`onewindow hours`: a week opened longer, who comes then, and the service of the cover that was scheduled."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from hall.catalog import Text
from hall.opening import Span, WeekHours
from simulation.demand import expected_visits
from simulation.halls import offered_hall
from simulation.intervals import Interval
from simulation.report.content import lines_of
from simulation.report.page import page_of
from simulation.report.workbook import sheets_of
from simulation.scenario import FOLDER, load_scenario
from simulation.setting import Demand, NewHours, Piece, Setting
from simulation.sizing.cover import FIRST_WEEK, CoverCheck, worst_of
from simulation.sizing.cover_report import STANDINGS
from simulation.sizing.errors import BadExtension, TargetOutOfReach
from simulation.sizing.hours import Effort, End, Longer, Wish, hours
from simulation.sizing.hours_command import hours as hours_command
from simulation.sizing.hours_report import report_of
from simulation.sizing.labour import DEFAULT_RULES
from simulation.sizing.longer import (
    Coming,
    DayKind,
    Extension,
    coming_of,
    day_kinds,
    longer_hours,
    new_times,
    stated_of,
    visits_a_week,
)
from simulation.sizing.need import Need, WorkShift
from simulation.sizing.plan import Checked
from simulation.sizing.ranges import Range
from simulation.sizing.rota import Rostered
from simulation.sizing.shifts import Person, cover_of
from simulation.sizing.staffing import Target
from simulation.twin import Twin
from tests.simulation.settings import plan_of, setting_of

OFFICE = (Span(540, 720), Span(840, 1080))
WEEK = WeekHours((OFFICE,) * 5 + ((), ()))
ALL_LONGER = Extension(lunch=True, evening="20:00", saturday=("09:00-12:00",))


def village(windows: int = 5) -> Setting:
    """A hall with office hours on workdays and a midday closure; Mondays are busier; 8 min a visit, 10 an hour."""
    plan = msgspec.structs.replace(plan_of(windows, service_ms=480_000), hours=WEEK)
    demand = Demand(
        pieces=(Piece(540, 720, 10.0), Piece(840, 1080, 10.0)), by_weekday=(1.4, 1, 1, 1, 1, 0.5, 0.5), day_cv=0.08
    )
    setting = setting_of(plan, per_hour=0, demand=demand)
    return msgspec.structs.replace(setting, dates=("2026-11-25",))


def expected_of(kinds: tuple[DayKind, ...]) -> float:
    """Return the mean number of visitors of a week, from the twins of all its days."""
    twins = [Twin(kind.setting) for kind in kinds]
    days = [(twin, twin.day(number)) for twin in twins for number in range(len(twin.setting.dates))]
    assert sorted(day.weekday for _, day in days) == [weekday for kind in kinds for weekday in kind.weekdays]
    return sum(expected_visits(twin.setting.demand, day) for twin, day in days)


def test_a_week_is_opened_through_lunch_in_the_evening_and_on_saturday() -> None:
    then = longer_hours(WEEK, ALL_LONGER)
    times = new_times(WEEK, then)

    assert then.days == ((Span(540, 1200),),) * 5 + ((Span(540, 720),), ())
    assert {one.part for one in times} == {"lunch", "evening", "saturday"}
    assert [(one.from_min, one.to_min) for one in times if one.weekday == 3] == [(720, 840), (1080, 1200)]
    assert [(one.from_min, one.to_min) for one in times if one.weekday == 6] == [(540, 720)]


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (Extension(), "no hour is added"),
        (Extension(evening="17:00"), "no later than today's 18:00"),
        (Extension(evening="8pm"), "write it like 20:00"),
        (Extension(evening="25:00"), "up to 24:00"),
        (Extension(evening="19:45"), "full or half hours"),
        (Extension(saturday=("12:00-09:00",)), "closing comes before opening"),
        (Extension(sunday=("09:00-12:00", "11:00-15:00")), "overlap"),
        (Extension(sunday=("13:00-15:00", "09:00-12:00")), "out of order"),
        (Extension(sunday=("morning",)), "write it like 09:00-12:00"),
    ],
)
def test_hours_that_make_no_week_are_refused_with_their_reason(wish: Extension, why: str) -> None:
    with pytest.raises(BadExtension) as refused:
        longer_hours(WEEK, wish)

    assert why in refused.value.text("en")
    assert refused.value.text("zh").startswith("延时服务设置有误")
    assert refused.value.code == "BAD_EXTENSION"


def test_a_saturday_is_not_opened_shorter_and_lunch_not_twice() -> None:
    through = WeekHours(((Span(540, 1080),),) * 6 + ((),))

    with pytest.raises(BadExtension, match="close the hall when it is open"):
        longer_hours(through, Extension(saturday=("10:00-12:00",)))
    with pytest.raises(BadExtension, match="through lunch"):
        longer_hours(through, Extension(lunch=True))


def test_whoever_moves_comes_no_longer_in_todays_hours_and_whoever_is_induced_is_one_more() -> None:
    """378 visits a week: 40 of them move, 60 come in addition, on the mean of all chance."""
    setting = village()
    then = longer_hours(WEEK, ALL_LONGER)
    times = new_times(WEEK, then)
    week = visits_a_week(setting)
    coming = coming_of(times, {"evening": Range(40, 40)}, {"saturday": Range(60, 60)}, end=0, week=week)

    longer = day_kinds(setting, then, times, coming)
    today = day_kinds(setting, WEEK, (), Coming({}, {}))

    assert week == pytest.approx(70 * 5.4)
    assert expected_of(today) == pytest.approx(week)
    assert expected_of(longer) == pytest.approx(week + 60)
    assert [kind.weekdays for kind in longer] == [(1, 2, 3, 4, 5), (6,)]
    assert expected_of(longer[1:]) == pytest.approx(60)
    assert date.fromisoformat(longer[1].setting.dates[0]).isoweekday() == 6


def test_stated_visitors_are_divided_over_parts_by_their_hours() -> None:
    times = new_times(WEEK, longer_hours(WEEK, ALL_LONGER))

    coming = coming_of(times, {"": Range(10, 20, is_percent=True)}, {}, end=1, week=230)

    assert coming.moved == pytest.approx({"lunch": 20, "evening": 20, "saturday": 6})
    with pytest.raises(BadExtension, match="sunday is not extended"):
        coming_of(times, {}, {"sunday": Range(1, 1)}, end=0, week=230)
    with pytest.raises(BadExtension, match="more would move"):
        coming_of(times, {"": Range(300, 300)}, {}, end=0, week=230)


@pytest.fixture(scope="module")
def longer() -> Longer:
    wish = Wish(
        extension=Extension(evening="20:00", saturday=("09:00-12:00",)),
        moved={"evening": Range(20, 30)},
        induced={"": Range(30, 70)},
        rules=DEFAULT_RULES,
        pay_per_hour=50,
    )
    return hours(
        msgspec.structs.replace(village(), seed=2), wish, Effort(search_days=20, fresh_days=20, weeks=8, solver_s=20)
    )


def test_three_weeks_stand_side_by_side_and_the_scheduled_cover_is_what_was_simulated(longer: Longer) -> None:
    """More come, later, for more people; the cover reaches what was sized in every half-hour."""
    today, low, high = longer.cases

    assert [one.code for one in longer.cases] == ["today", "low", "high"]
    assert today.in_new_hours.value == 0
    for one, stated in ((low, 50), (high, 100)):
        assert one.in_new_hours.low <= stated <= one.in_new_hours.high
        assert one.visitors.value > today.visitors.value
        assert one.last_out_min["workdays"] > today.last_out_min["workdays"]
        assert one.last_out_min["saturday"] >= 660
        assert one.paid_hours > today.paid_hours
        assert one.cost > today.cost
        for need, cover in zip(one.need, one.cover, strict=True):
            assert all(own >= wanted for wanted, own in zip(need, cover, strict=True))
        assert one.scheduled_hours >= one.window_hours
        assert one.kept_pct.value > 85
    assert today.need[5] == (0,) * len(today.need[5])


def test_the_report_says_what_it_rests_on(longer: Longer) -> None:
    report = report_of(longer, version="0")

    assert [one.about for one in report.assumptions][:4] == [
        "hours.moved",
        "hours.induced",
        "hours.labour",
        "hours.overtime",
    ]
    assert "30–70" in report.assumptions[1].text.zh
    assert sum(not table.is_long for table in report.tables) == 2 + 2 * len(longer.cases)
    assert {picture.kind for picture in report.pictures} == {"steps", "bars"}


@pytest.mark.parametrize(
    ("changes", "tone", "said"),
    [
        ({}, "good", "30 served in the new hours a week, 95.0 % of them called within"),
        ({"held": False}, "good", "surely holds 90 % in every hour."),
        ({"paid_hours": 300.0, "scheduled_hours": 150.0}, "open", "; of 300 paid hours only 150 are shifts"),
        (
            {"cost_gap_pct": 12.0},
            "open",
            "; the time for the schedule was up, and one up to 12 % cheaper may exist (allow more: --schedule-seconds).",
        ),
    ],
)
def test_the_price_of_longer_hours_is_told_with_its_doubts(
    longer: Longer, changes: dict[str, object], tone: str, said: str
) -> None:
    """Schedules that labour rules make absurd, or that nobody had time to make cheap, do not look like the price of hours."""
    sound: dict[str, object] = {
        "checks": judged(Interval(0.95, 0.93, 0.97, 8)), "cover_held": True, "cover_sure": True,
        "in_new_hours": Interval(30, 25, 35, 4), "kept_new_pct": Interval(95, 93, 97, 4), "held": True, "paid_hours": 100.0,
        "scheduled_hours": 100.0, "cost_gap_pct": 0.0, "rounds": 0,
    }  # fmt: skip
    week = msgspec.structs.replace(longer.cases[1], **{**sound, **changes})

    (finding,) = report_of(msgspec.structs.replace(longer, cases=(longer.cases[0], week)), version="0").findings

    assert finding.tone == tone
    assert said in finding.text.en


@pytest.mark.parametrize(
    ("found", "tone", "said"),
    [
        (Interval(0.95, 0.93, 0.97, 8), "good", "the scheduled cover surely holds 90 % in every hour."),
        (Interval(0.91, 0.88, 0.94, 8), "open", "not surely (workdays 12:00 91.0 % (88.0 – 94.0), 90 % wanted)"),
        (Interval(0.89, 0.87, 0.91, 8), "bad", "misses its target (workdays 12:00 89.0 % (87.0 – 91.0), 90 % wanted)."),
    ],
)
def test_whether_the_target_is_held_is_said_of_the_cover_that_was_scheduled(
    longer: Longer, found: Interval, tone: str, said: str
) -> None:
    """The sized plan held in all three; what counts is what was simulated again, as the interval has it."""
    checks = judged(found)
    week = msgspec.structs.replace(
        longer.cases[1], held=True, checks=checks, worst=worst_of(checks), worst_hour_pct=100 * found.value,
        cover_held=all(one.check.holds for one in checks), cover_sure=all(one.is_sure for one in checks),
        paid_hours=100.0, scheduled_hours=100.0, cost_gap_pct=0.0, rounds=0,
    )  # fmt: skip

    report = report_of(msgspec.structs.replace(longer, cases=(longer.cases[0], week)), version="0")

    (finding,) = report.findings
    assert finding.tone == tone
    assert said in finding.text.en
    assert "工作日 12:00" in finding.text.zh or tone == "good"
    rows = {table_row[0].en: table_row[2] for table_row in report.tables[0].rows if isinstance(table_row[0], Text)}
    assert rows["worst hour %"] == Interval(100 * found.value, 100 * found.low, 100 * found.high, 8)
    shown = {"good": "held", "open": "held, not surely", "bad": "missed"}[tone]
    assert (
        rows["target of every hour"] == STANDINGS["sure" if tone == "good" else "held" if tone == "open" else "missed"]
    )
    assert rows["target of every hour"].en == shown


@pytest.mark.parametrize(
    ("ended", "said_zh", "said_en"),
    [
        ("rounds", "--search-days", "size it on more days (--search-days)"),
        ("windows", "增设窗口", "it takes more windows"),
        ("people", "--labour", "other rules (--labour) may"),
    ],
)
def test_a_miss_says_what_was_added_and_what_can_be_done(
    longer: Longer, ended: End, said_zh: str, said_en: str
) -> None:
    checks = judged(Interval(0.89, 0.87, 0.91, 8))
    week = msgspec.structs.replace(
        longer.cases[1], checks=checks, cover_held=False, cover_sure=False, rounds=2, added_hours=7.5, ended=ended
    )

    report = report_of(msgspec.structs.replace(longer, cases=(longer.cases[0], week)), version="0")

    (finding,) = report.findings
    assert finding.tone == "bad"
    assert "after windows were added 2 times where earlier weeks missed it (7.5 window-hours a week)" in finding.text.en
    assert said_en in finding.text.en
    assert "已 2 次在未达标处加窗口（每周共 7.5 窗口小时）" in finding.text.zh
    assert said_zh in finding.text.zh
    rows = {row[0].en: row[2] for row in report.tables[0].rows if isinstance(row[0], Text)}
    assert rows["of them added where it was missed"] == 7.5


def test_figures_of_an_earlier_version_are_judged_by_their_worst_hour(longer: Longer) -> None:
    """They have no intervals, so they are sure of nothing."""
    for worst_pct, tone in ((91.0, "open"), (88.97, "bad")):
        week = msgspec.structs.replace(longer.cases[1], held=True, checks=(), worst=None, worst_hour_pct=worst_pct)
        report = report_of(msgspec.structs.replace(longer, cases=(longer.cases[0], week)), version="0")

        assert report.findings[0].tone == tone
        assert f"worst hour {worst_pct:.1f} %, 90 % wanted" in report.findings[0].text.en


def test_the_scheduled_cover_is_judged_in_every_hour_by_weeks_that_no_sizing_saw(longer: Longer) -> None:
    low = longer.cases[1]

    hours_of = {(one.weekdays, one.check.name) for one in low.checks}
    worst = min(one.check.found.value for one in low.checks)
    counted = sum(one.check.a_day * len(one.weekdays) for one in low.checks)

    assert {name for days, name in hours_of if days == (6,)} == {"09:00", "10:00", "11:00"}
    assert ((1, 2, 3, 4, 5), "19:00") in hours_of
    assert low.worst_hour_pct == pytest.approx(100 * worst)
    assert low.worst is not None
    assert low.worst.check.found.blocks == longer.weeks
    assert counted == pytest.approx(low.visitors.value, rel=0.05)
    assert low.cover_held == (worst >= 0.9)
    assert FIRST_WEEK > 46_000, "the longest sizing that the command allows counts as many days"


def test_the_roster_says_who_works_when_and_adds_up_to_the_cover(longer: Longer) -> None:
    """Per group of equal people: contract, seven days with shift and break, hours of work and of pay."""
    for one in longer.cases:
        people = [Person(group.contract, group.days) for group in one.rota for _ in range(group.people)]
        need = Need(one.first_min, 30, one.need)

        assert cover_of(people, need) == one.cover
        assert len(set(people)) == len(one.rota)
        assert len(people) == sum(one.people.values())
        assert sum(group.people * group.work_min for group in one.rota) == pytest.approx(60 * one.scheduled_hours)
        assert sum(group.people * group.paid_min for group in one.rota) == pytest.approx(60 * one.paid_hours)
    (first, *_), (said, *_) = longer.cases[1].rota, msgspec.json.decode(msgspec.json.encode(longer.cases[1].rota))
    assert said["contract"] == first.contract
    assert [
        None if day is None else (day["from_min"], day["break_from_min"], day["to_min"]) for day in said["days"]
    ] == [None if day is None else (day.from_min, day.break_from_min, day.to_min) for day in first.days]


def test_the_roster_stands_short_in_the_terminal_and_whole_on_the_page_and_in_the_workbook(longer: Longer) -> None:
    """A shift with its break, how many have it on each weekday; and everybody's week."""
    full, part = WorkShift(540, 1080, 720, 780), WorkShift(1020, 1200)
    rota = (
        Rostered(
            contract="full", name=Text("全职", "full-time"), people=2, days=(full,) * 5 + (None, None),
            work_min=2400, paid_min=2400,
        ),
        Rostered(
            contract="part", name=Text("非全日制", "part-time"), people=1, days=(None, part, part, None, None, None, None),
            work_min=360, paid_min=360,
        ),
    )  # fmt: skip
    week = msgspec.structs.replace(longer.cases[1], rota=rota)
    report = report_of(msgspec.structs.replace(longer, cases=(longer.cases[0], week)), version="0")

    shifts, people = (
        next(table for table in report.tables if table.title.en == f"{title} ({week.name.en})")
        for title in ("shifts and how many have them", "who works when")
    )
    lines = "\n".join(lines_of(report))
    page, sheets = page_of(report, language="en"), dict(sheets_of(report, "zh"))

    assert shifts.rows[0] == ("09:00–12:00 + 13:00–18:00", Text("全职", "full-time"), 2, 2, 2, 2, 2, None, None)
    assert shifts.rows[1][2:5] == (None, 1, 1)
    assert people.rows[0][:4] == ("1–2", Text("全职", "full-time"), 2, "09:00–12:00 + 13:00–18:00")
    assert people.rows[1][:6] == ("3", Text("非全日制", "part-time"), 1, None, "17:00–20:00", "17:00–20:00")
    assert people.rows[1][-2:] == (6.0, 6.0)
    assert f"班次与人数（{week.name.zh}）" in lines
    assert "who works when" not in lines
    assert "Who works when (longer, low)" in page
    assert sheets[f"每人一周的班（{week.name.zh}）"][1][:4] == ["1–2", "全职", 2, "09:00–12:00 + 13:00–18:00"]


def test_work_after_closing_is_a_line_of_its_own_in_hours_and_cost(longer: Longer) -> None:
    """It is paid beside the schedule, at least by what overtime and the evening add, with its interval."""
    today, low, _ = longer.cases
    report = report_of(longer, version="0")
    rows = {row[0].en: row for row in report.tables[0].rows if isinstance(row[0], Text)}

    for one, place in ((today, 1), (low, 2)):
        assert one.overtime is not None
        assert one.overtime.hours.low < one.overtime.hours.value < one.overtime.hours.high
        assert one.whole_cost == one.cost + one.overtime.cost.value
        assert rows["work after closing, window-hours a week"][place] == one.overtime.hours
        assert rows["cost of work after closing"][place] == one.overtime.cost
        assert rows["cost in all"][place] == one.whole_cost
    assert low.overtime is not None
    per_hour = low.overtime.cost.value / low.overtime.hours.value / longer.pay_per_hour
    assert 1.5 < per_hour <= 1.5 + 0.2 + 1e-9, "overtime, and evenings or weekends"
    assert f"for {low.whole_cost - today.whole_cost:,.0f} more a week" in report.findings[0].text.en
    assert "hours.overtime" in [one.about for one in report.assumptions]


def test_people_are_told_by_the_names_of_their_contracts(longer: Longer) -> None:
    today = msgspec.structs.replace(
        longer.cases[0], people={"full": 3, "part": 1}, rota=(rostered("full", "全职", "full-time"),)
    )

    [table, *_] = report_of(msgspec.structs.replace(longer, cases=(today,)), version="0").tables

    [told] = [row[1] for row in table.rows if row[0] == Text("人数", "people")]
    assert told == Text("4（全职 3、part 1）", "4 (full-time 3, part 1)")


def rostered(contract: str, zh: str, en: str) -> Rostered:
    return Rostered(contract=contract, name=Text(zh, en), people=3, days=(None,) * 7, work_min=0, paid_min=0)


def test_longer_hours_that_cost_less_are_told_as_less(longer: Longer) -> None:
    today, low, _ = longer.cases
    cheap = msgspec.structs.replace(low, cost=today.whole_cost - low.whole_cost + low.cost - 30)

    (finding,) = report_of(msgspec.structs.replace(longer, cases=(today, cheap)), version="0").findings

    assert "，每周少付 30" in finding.text.zh
    assert "for 30 less a week" in finding.text.en


def test_rests_that_are_shortened_more_than_rarely_are_a_doubt(longer: Longer) -> None:
    week = longer.cases[1]
    assert week.overtime is not None
    for pct, is_told in ((4.0, False), (25.0, True)):
        changed = msgspec.structs.replace(week, overtime=msgspec.structs.replace(week.overtime, rest_broken_pct=pct))
        (finding,) = report_of(msgspec.structs.replace(longer, cases=(longer.cases[0], changed)), version="0").findings

        assert ("shortens 25 % of the rests" in finding.text.en) == is_told
        assert ("25 % 的" in finding.text.zh) == is_told
        assert finding.tone != "good" or not is_told


def test_in_time_is_what_was_asked_for_and_not_the_promise_of_the_scenario() -> None:
    wish = Wish(
        extension=Extension(evening="19:00"), moved={"evening": Range(20, 20)}, rules=DEFAULT_RULES,
        target=Target(share=0.8, within_min=5),
    )  # fmt: skip

    found = hours(village(), wish, Effort(search_days=5, fresh_days=5, weeks=2, solver_s=20))

    assert (found.target_min, found.target_pct) == (5, 80)
    assert found.cases[0].checks[0].check.within_min == 5


def judged(worst: Interval) -> tuple[CoverCheck, ...]:
    """Return an hour that is fine and one with this share."""
    workdays = (1, 2, 3, 4, 5)
    return tuple(
        CoverCheck(workdays, Checked("hour", name, 15, 0.9, found, at_most=False, a_day=10))
        for name, found in (("09:00", Interval(0.99, 0.98, 1, 8)), ("12:00", worst))
    )


def test_a_target_that_no_staffing_reaches_is_refused() -> None:
    wish = Wish(
        extension=Extension(evening="20:00"),
        moved={"evening": Range(300, 300)},
        target=Target(share=0.95, within_min=5),
        rules=DEFAULT_RULES,
    )

    with pytest.raises(TargetOutOfReach) as refused:
        hours(village(1), wish, Effort(search_days=5, fresh_days=5, weeks=2))

    assert refused.value.code == "TARGET_OUT_OF_REACH"


def test_a_scenario_states_who_comes_by_part_and_options_replace_it(tmp_path: Path) -> None:
    """What is refused shows whose statement counts: all would move in the evening, or some to a lunch that is not extended."""
    file = tmp_path / "hall.toml"
    shipped = (FOLDER / "yuancheng.toml").read_text("utf-8")
    file.write_text(
        shipped + '\n[new_hours]\nmoved = { evening = "100%", sunday = "5..9" }\ninduced = "0..30"\n', "utf-8"
    )

    stated = load_scenario(file, resolve=offered_hall).new_hours
    by_file = CliRunner().invoke(hours_command, [str(file), "--evening", "20:00"])
    by_option = CliRunner().invoke(hours_command, [str(file), "--evening", "20:00", "--moved", "sunday=1..2"])

    assert stated.moved == {"evening": Range(100, 100, is_percent=True), "sunday": Range(5, 9)}
    assert stated_of(stated, Extension(evening="20:00")) == NewHours(
        {"evening": Range(100, 100, is_percent=True)}, {"": Range(0, 30)}
    )
    assert stated_of(stated, Extension(lunch=True)) == NewHours({}, {"": Range(0, 30)})
    assert "more would move than come today [BAD_EXTENSION]" in by_file.output
    assert "sunday is not extended, only evening [BAD_EXTENSION]" in by_option.output


def test_the_command_says_its_refusals(tmp_path: Path) -> None:
    run = CliRunner().invoke

    done = run(hours_command, ["yuancheng", "--evening", "09:00"])
    assert done.exit_code == 1
    assert "[BAD_EXTENSION]" in done.output
    assert run(hours_command, ["yuancheng", "--evening", "20:00", "--moved", "evening=lots"]).exit_code == 2
    rules = tmp_path / "rules.toml"
    rules.write_text("name = 1", "utf-8")
    done = run(hours_command, ["yuancheng", "--evening", "20:00", "--labour", str(rules)])
    assert "[BAD_LABOUR_RULES]" in done.output

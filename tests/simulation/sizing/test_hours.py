"""`onewindow hours`: a week opened longer, who comes then, and the service of the cover that was scheduled."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from hall.opening import Span, WeekHours
from simulation.demand import expected_visits
from simulation.halls import offered_hall
from simulation.intervals import Interval
from simulation.scenario import FOLDER, load_scenario
from simulation.setting import Demand, NewHours, Piece, Setting
from simulation.sizing.errors import BadExtension, TargetOutOfReach
from simulation.sizing.hours import Effort, Longer, Wish, hours
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
from simulation.sizing.ranges import Range
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
    return hours(village(), wish, Effort(search_days=20, fresh_days=20, weeks=8, solver_s=5))


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

    assert [one.about for one in report.assumptions][:3] == ["hours.moved", "hours.induced", "hours.labour"]
    assert "30–70" in report.assumptions[1].text.zh
    assert len(report.tables) == 2 + len(longer.cases)
    assert {picture.kind for picture in report.pictures} == {"steps", "bars"}


@pytest.mark.parametrize(
    ("changes", "tone", "said"),
    [
        ({}, "good", "30 served in the new hours a week, 95.0 % of them called within"),
        ({"held": False}, "bad", "; some hour misses its target."),
        ({"paid_hours": 300.0, "scheduled_hours": 150.0}, "open", "; of 300 paid hours only 150 are shifts"),
        ({"cost_gap_pct": 12.0}, "open", "; the time for the schedule was up, and one up to 12 % cheaper may exist."),
    ],
)
def test_the_price_of_longer_hours_is_told_with_its_doubts(
    longer: Longer, changes: dict[str, object], tone: str, said: str
) -> None:
    """Schedules that labour rules make absurd, or that nobody had time to make cheap, do not look like the price of hours."""
    sound: dict[str, object] = {
        "in_new_hours": Interval(30, 25, 35, 4), "kept_new_pct": Interval(95, 93, 97, 4), "held": True, "paid_hours": 100.0,
        "scheduled_hours": 100.0, "cost_gap_pct": 0.0,
    }  # fmt: skip
    week = msgspec.structs.replace(longer.cases[1], **{**sound, **changes})

    (finding,) = report_of(msgspec.structs.replace(longer, cases=(longer.cases[0], week)), version="0").findings

    assert finding.tone == tone
    assert said in finding.text.en


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

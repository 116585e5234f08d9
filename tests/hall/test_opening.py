"""When a hall is open: hours, holidays, make-up workdays, unpublished years."""

from datetime import UTC, datetime

import pytest

from hall.errors import Refusal
from hall.opening import (
    Calendar,
    DayHours,
    Span,
    SpecialDay,
    WeekHours,
    faults_of_hours,
    hours_on,
    local_ms,
    next_opening,
)

ZONE = "Asia/Shanghai"
MORNING, AFTERNOON = Span(8 * 60 + 30, 12 * 60), Span(14 * 60, 17 * 60 + 30)
WORKDAY = (MORNING, AFTERNOON)
HOURS = WeekHours((WORKDAY,) * 5 + ((), ()))
CALENDAR = Calendar(
    years=(2026,),
    days=(
        SpecialDay("2026-10-01", "holiday", "国庆节"),
        SpecialDay("2026-10-10", "makeup"),
        SpecialDay("2026-11-28", "special", "夜市", (Span(19 * 60, 25 * 60),)),
    ),
)


def day(date: str, hours: WeekHours = HOURS) -> DayHours:
    found = hours_on(date, hours=hours, calendar=CALENDAR, zone=ZONE)
    assert isinstance(found, DayHours)
    return found


def times(date: str, hours: WeekHours = HOURS) -> list[tuple[str, str]]:
    """Sessions as UTC hours and minutes."""
    found = day(date, hours).sessions
    return [
        (
            f"{datetime.fromtimestamp(one.open_ms / 1000, UTC):%d %H:%M}",
            f"{datetime.fromtimestamp(one.close_ms / 1000, UTC):%d %H:%M}",
        )
        for one in found
    ]


def test_a_workday_has_its_sessions_in_utc() -> None:
    assert day("2026-11-23").kind == "workday"
    assert times("2026-11-23") == [("23 00:30", "23 04:00"), ("23 06:00", "23 09:30")]


def test_a_weekend_and_a_holiday_are_closed() -> None:
    assert (day("2026-11-22").kind, day("2026-11-22").sessions) == ("weekend", ())
    assert (day("2026-10-01").kind, day("2026-10-01").name, day("2026-10-01").sessions) == ("holiday", "国庆节", ())


def test_a_makeup_saturday_is_as_the_first_weekday_that_is_open() -> None:
    assert day("2026-10-10").kind == "makeup"
    assert len(day("2026-10-10").sessions) == 2
    late_week = WeekHours(((),) * 3 + (WORKDAY,) * 2 + ((),) * 2)
    assert len(day("2026-10-10", late_week).sessions) == 2
    assert day("2026-10-10", WeekHours(((),) * 7)).sessions == ()
    short = WeekHours(HOURS.days, makeup=(MORNING,))
    assert len(day("2026-10-10", short).sessions) == 1


def test_an_evening_may_go_past_midnight() -> None:
    assert times("2026-11-28") == [("28 11:00", "28 17:00")]


def test_a_year_that_nobody_published_is_refused() -> None:
    refused = hours_on("2027-01-04", hours=HOURS, calendar=CALENDAR, zone=ZONE)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.facts) == ("CALENDAR_UNPUBLISHED", {"year": 2027})


@pytest.mark.parametrize(
    ("after", "opens"), [("2026-11-20", "2026-11-23"), ("2026-09-30", "2026-10-02"), ("2026-11-23", "2026-11-24")]
)
def test_the_next_opening_skips_closed_days(after: str, opens: str) -> None:
    found = next_opening(after, hours=HOURS, calendar=CALENDAR, zone=ZONE)
    assert found == local_ms(opens, 8 * 60 + 30, ZONE)


def test_no_next_opening_is_known_beyond_the_published_years() -> None:
    assert next_opening("2026-12-31", hours=HOURS, calendar=CALENDAR, zone=ZONE) is None


def test_a_hall_without_hours_never_opens_and_the_search_ends() -> None:
    calendar = Calendar(years=(2026, 2027, 2028))
    assert next_opening("2026-01-01", hours=WeekHours(((),) * 7), calendar=calendar, zone=ZONE) is None


def test_a_change_of_clocks_is_in_the_zone_not_in_the_rules() -> None:
    """In Berlin the night of 25 October 2026 has 25 hours."""
    before, after = (local_ms(date, 0, "Europe/Berlin") for date in ("2026-10-25", "2026-10-26"))
    assert after - before == 25 * 3_600_000


def test_faults_of_hours_are_all_listed() -> None:
    wrong = WeekHours(
        ((Span(600, 600),), (Span(-1, 5),), (Span(600, 1801),), (Span(600, 700), Span(650, 800)), WORKDAY, ()),
        holiday=(Span(9, 8),),
        makeup=(Span(9, 8),),
    )
    faults = faults_of_hours(wrong)
    assert faults == [
        "hours: 6 days instead of 7",
        "hours of day 1: 600–600 is not a time span",
        "hours of day 2: -1–5 is not a time span",
        "hours of day 3: 600–1801 is not a time span",
        "hours of day 4: spans overlap or are out of order",
        "hours of holidays: 9–8 is not a time span",
        "hours of make-up workdays: 9–8 is not a time span",
    ]
    assert faults_of_hours(HOURS) == []

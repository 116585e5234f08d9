"""Public holidays and make-up workdays: known for published years, and no guess for the others."""

from datetime import date

import pytest

from hall.errors import Refusal
from hall.opening import Span, SpecialDay, hours_on
from server.config.database import Database
from server.config.holidays import (
    calendar_of_hall,
    calendar_version,
    days_known,
    hall_calendar,
    publish_year,
    save_hall_days,
    seed_calendar,
    years_known,
)
from server.config.plans import OpenDayFacts, StoredPlans
from server.config.sections import InvalidSettings, UnknownHall, VersionConflict
from server.config.store import Store
from tests.server.config.conftest import BY

HALL = "longgang"
# From the State Council's notice for 2026.
HOLIDAYS_2026 = {
    *(f"2026-01-0{day}" for day in (1, 2, 3)),
    *(f"2026-02-{day}" for day in range(15, 24)),
    *(f"2026-04-0{day}" for day in (4, 5, 6)),
    *(f"2026-05-0{day}" for day in range(1, 6)),
    *(f"2026-06-{day}" for day in (19, 20, 21)),
    *(f"2026-09-{day}" for day in (25, 26, 27)),
    *(f"2026-10-0{day}" for day in range(1, 8)),
}
MAKEUP_2026 = {"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"}


def test_holidays_and_makeup_workdays_of_2026_are_those_of_the_notice():
    """Every date of the notice, and no other."""
    days = days_known(2026)

    assert {day.date for day in days if day.kind == "holiday"} == HOLIDAYS_2026
    assert {day.date for day in days if day.kind == "makeup"} == MAKEUP_2026
    assert next(day.name for day in days if day.date == "2026-02-17") == "春节"


def test_a_year_that_the_library_does_not_know_is_not_published(store: Store):
    """The first unknown year is refused, whatever its weekdays would say."""
    unknown = years_known()[-1] + 1

    found = StoredPlans(store).open_day_facts(HALL, f"{unknown}-01-11")

    assert isinstance(found, Refusal)
    assert found.code == "CALENDAR_UNPUBLISHED"
    assert found.facts == {"year": unknown}


def test_makeup_workdays_are_open_and_holidays_are_closed(store: Store):
    """A Sunday of make-up work has a weekday's hours; a Wednesday of the Spring Festival none."""
    plans = StoredPlans(store)

    makeup, holiday = (plans.open_day_facts(HALL, day) for day in ("2026-02-28", "2026-02-18"))

    assert isinstance(makeup, OpenDayFacts)
    assert isinstance(holiday, OpenDayFacts)
    assert (makeup.kind, len(makeup.sessions)) == ("makeup", 1)
    assert (holiday.kind, holiday.sessions) == ("holiday", ())


def test_the_next_opening_after_the_national_day_is_the_first_workday(store: Store):
    """On 30 September a visitor is told 8 October, 9:00 in the hall's zone."""
    facts = StoredPlans(store).open_day_facts(HALL, "2026-09-30")

    assert isinstance(facts, OpenDayFacts)
    assert facts.next_open_ms == 1_791_421_200_000  # 2026-10-08T01:00Z


def test_an_hour_before_new_year_the_next_opening_is_unknown(store: Store):
    """Across into an unpublished year nothing is promised."""
    facts = StoredPlans(store).open_day_facts(HALL, f"{years_known()[-1]}-12-31")

    assert isinstance(facts, OpenDayFacts)
    assert facts.next_open_ms is None


def test_seeding_again_keeps_what_was_entered_by_hand(store: Store):
    """A correction of a notice outlives the next start."""
    database = store.database
    version = calendar_version(database, "")
    publish_year(database, 2026, (), source="notice", expected=version, by=BY)

    assert seed_calendar(database, by=BY) == ()
    assert calendar_of_hall(database, HALL).days == tuple(days_known(2025))


def test_a_published_notice_opens_the_year(store: Store):
    """Entering the notice for the next year is all it takes."""
    unknown = years_known()[-1] + 1
    day = SpecialDay(f"{unknown}-01-01", "holiday", "元旦")

    publish_year(
        store.database, unknown, (day,), source="国务院通知", expected=calendar_version(store.database, ""), by=BY
    )

    facts = StoredPlans(store).open_day_facts(HALL, day.date)
    assert isinstance(facts, OpenDayFacts)
    assert (facts.kind, facts.sessions, facts.name) == ("holiday", (), "元旦")


def test_a_halls_own_day_goes_before_that_of_all_halls(store: Store):
    """One hall serves on a holiday; the others stay closed, and both notice without a restart."""
    plans = StoredPlans(store)
    plans.calendar_of(HALL)
    special = SpecialDay("2026-10-01", "special", "国庆便民日", (Span(540, 720),))
    version = hall_calendar(store.database, HALL).version

    save_hall_days(store.database, HALL, (special,), expected=version, by=BY)

    mine, other = (plans.open_day_facts(hall, "2026-10-01") for hall in (HALL, "longgang-s01"))
    assert isinstance(mine, OpenDayFacts)
    assert isinstance(other, OpenDayFacts)
    assert len(mine.sessions) == 1
    assert other.sessions == ()


def test_a_change_of_special_days_loses_against_a_quicker_one(store: Store):
    """The version is compared before anything is written."""
    version = hall_calendar(store.database, HALL).version
    save_hall_days(store.database, HALL, (), expected=version, by=BY)

    with pytest.raises(VersionConflict):
        save_hall_days(store.database, HALL, (), expected=version, by=BY)


@pytest.mark.parametrize(
    "day",
    [
        SpecialDay("2026-13-01", "holiday"),
        SpecialDay("20261001", "holiday"),
        SpecialDay("1026-10-01", "holiday"),
        SpecialDay("2026-10-01", "holiday", "x" * 201),
        SpecialDay("2026-10-01", "holiday", "", (Span(1, 2),)),
        SpecialDay("2026-10-01", "special", "", (Span(720, 540),)),
        SpecialDay("2026-10-01", "special", "", (Span(-1, 2**63),)),
    ],
)
def test_impossible_special_days_are_told_and_not_saved(store: Store, day: SpecialDay):
    """Each fault names the field, and nothing changes."""
    before = hall_calendar(store.database, HALL)

    with pytest.raises(InvalidSettings):
        save_hall_days(store.database, HALL, (day,), expected=before.version, by=BY)
    assert hall_calendar(store.database, HALL) == before


def test_an_unknown_hall_has_no_calendar(database: Database):
    """A slip in the code is told."""
    with pytest.raises(UnknownHall):
        hall_calendar(database, "nowhere")


def test_every_year_that_is_known_has_a_kind_for_every_day(store: Store):
    """No date of a published year is refused, and weekends are open only as make-up workdays."""
    plan = StoredPlans(store).plan_of(HALL)
    calendar = calendar_of_hall(store.database, HALL)

    for number in range(date(2026, 1, 1).toordinal(), date(2026, 12, 31).toordinal() + 1):
        day = date.fromordinal(number)
        found = hours_on(day.isoformat(), hours=plan.hours, calendar=calendar, zone=plan.zone)
        assert not isinstance(found, Refusal)
        assert bool(found.sessions) == (found.kind in {"workday", "makeup"})

"""Holidays and special days from files: .ics and JSON, all or nothing, every bad entry named."""

import json
from datetime import date, timedelta

import pytest

from hall.errors import Refusal
from hall.opening import Span
from server.config.calendar_edits import change_hall_day, change_shared_day, import_days, import_year
from server.config.calendar_file import ENTRIES_MAX, FILE_BYTES, read_calendar
from server.config.database import Database
from server.config.holidays import hall_calendar, shared_calendar, years_known, years_published
from server.config.plans import OpenDayFacts, StoredPlans
from server.config.sections import InvalidSettings, VersionConflict
from server.config.store import Store
from tests.server.config.conftest import BY

HALL = "longgang"
ZONE = "Asia/Shanghai"
NEXT = years_known()[-1] + 1
"""The first year that nobody has published."""


def test_a_notice_opens_its_year_with_holidays_and_makeup_workdays(store: Store):
    """A run of days is written out; 班 makes a workday of a Sunday."""
    plans = StoredPlans(store)
    before = plans.open_day_facts(HALL, f"{NEXT}-03-03")

    imported = _import_year(store.database, notice())

    makeup, holiday = (plans.open_day_facts(HALL, f"{NEXT}-{day}") for day in ("09-26", "10-04"))
    assert isinstance(before, Refusal)
    assert (imported.year, imported.holidays, imported.makeup, imported.left_out) == (NEXT, 8, 1, ())
    assert isinstance(makeup, OpenDayFacts)
    assert isinstance(holiday, OpenDayFacts)
    assert (makeup.kind, makeup.name, len(makeup.sessions)) == ("makeup", "国庆节（班）", 1)
    assert (holiday.kind, holiday.sessions) == ("holiday", ())
    assert years_published(store.database)[NEXT] == "节假日安排"


def test_the_same_notice_as_json_gives_the_same_days(store: Store):
    """Own form and the lists of the net (`isOffDay`) are both read."""
    own = [{"date": f"{NEXT}-10-01", "kind": "holiday", "name": "国庆节"}]
    listed = [
        {"date": f"{NEXT}-10-01", "name": "国庆节", "isOffDay": True},
        {"date": f"{NEXT}-10-10", "name": "国庆节", "isOffDay": False},
    ]

    found = [read_calendar(json.dumps(raw).encode(), zone=ZONE).days for raw in (own, {"days": listed, "year": NEXT})]

    assert found[0][0] == found[1][0]
    assert [day.kind for day in found[1]] == ["holiday", "makeup"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("国庆节（休）", "holiday"),
        ("春节假期", "holiday"),
        ("National Day holiday", "holiday"),
        ("国庆节调休上班", "makeup"),
        ("中秋节（班）", "makeup"),
        ("补班", "makeup"),
        ("Workday (Spring Festival)", "makeup"),
        ("Working day for National Day", "makeup"),
        ("International Workers' Day holiday", "holiday"),
    ],
)
def test_workdays_are_told_from_holidays_by_their_words(name: str, kind: str):
    """班 and "work" go before the holiday that they are named after."""
    (day,) = read_calendar(ics(event(f"{NEXT}1001", name=name)), zone=ZONE).days

    assert day.kind == kind


def test_the_mark_of_phones_calendars_is_understood():
    """It says what a name alone does not."""
    events = [
        event(f"{NEXT}1001", name="国庆", more="X-APPLE-SPECIAL-DAY:WORK-HOLIDAY"),
        event(f"{NEXT}1010", name="国庆", more="X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY"),
    ]

    assert [day.kind for day in read_calendar(ics(*events), zone=ZONE).days] == ["holiday", "makeup"]


@pytest.mark.parametrize(
    ("bad", "where"),
    [
        ("DTSTART;VALUE=DATE:2027AA01\r\nSUMMARY:春节", "event 2 (春节)"),
        ("SUMMARY:春节", "event 2 (春节)"),
        ("DTSTART;VALUE=DATE:20270101\r\nSUMMARY:母亲", "event 2 (母亲)"),
        ("DTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:99990101\r\nSUMMARY:假", "event 2 (假)"),
        ("DTSTART;VALUE=DATE:20270105\r\nDTEND;VALUE=DATE:20270101\r\nSUMMARY:假", "event 2 (假)"),
        ("DTSTART;VALUE=DATE:00010101\r\nSUMMARY:假", "event 2 (假)"),
        ("DTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:假", "event 2 (假)"),
        ("DTSTART:00010101T000000Z\r\nDTEND:00010101T010000Z\r\nSUMMARY:开放", "event 2 (开放)"),
        (f"DTSTART;VALUE=DATE:{NEXT}1001\r\nSUMMARY:班", "event 2 (班)"),
    ],
)
def test_every_bad_event_is_named(store: Store, bad: str, where: str):
    """By its place and its name; nothing is taken over."""
    before = shared_calendar(store.database)
    good = event(f"{NEXT}1001", f"{NEXT}1008", name="国庆节")

    with pytest.raises(InvalidSettings) as told:
        _import_year(store.database, ics(good, f"BEGIN:VEVENT\r\n{bad}\r\nEND:VEVENT\r\n"))

    assert [fault.where for fault in told.value.faults] == [where]
    assert all(fault.zh and fault.en for fault in told.value.faults)
    assert shared_calendar(store.database) == before


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        ([{"date": "2027-10-01", "kind": "closed"}], "days[0]"),
        ([{"date": "2027-13-01", "kind": "holiday"}], "days[0].date"),
        ([{"date": "2027-10-01", "kind": "holiday"}, {"date": 20271002, "kind": "holiday"}], "days[1]"),
        ([{"kind": "holiday"}], "days[0]"),
        ([None], "days[0]"),
        ([{"date": "2027-10-01", "kind": "special", "spans": [{"from_min": "x", "to_min": 1}]}], "days[0]"),
        ({"days": {}}, "file"),
        ({"days": []}, "file"),
        ([{"date": "2027-10-01", "kind": "holiday"}, {"date": "2027-10-01", "kind": "makeup"}], "days[1]"),
    ],
)
def test_every_bad_entry_of_json_is_named(raw: object, where: str):
    """By its place in the list."""
    with pytest.raises(InvalidSettings) as told:
        read_calendar(json.dumps(raw).encode(), zone=ZONE)

    assert told.value.faults[0].where == where


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"\xff\xfe\x00",
        b"{",
        b"[" * 100_000,
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\n" * 5_000,
        b" " * (FILE_BYTES + 1),
    ],
)
def test_what_is_no_calendar_is_refused(data: bytes):
    """A clear fault for the file as a whole, whatever it holds."""
    with pytest.raises(InvalidSettings) as told:
        read_calendar(data, zone=ZONE)

    assert [fault.where for fault in told.value.faults] == ["file"]


ODD = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\n%b\r\nSUMMARY:\xe4\xbc\x91\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(
    "lines",
    [
        b"DTSTART:20261201T090000\r\nDURATION:P9999999D",
        b"DTSTART;VALUE=,ATE:20261201",
        b"DTSTART;VALUE=DATE:20261201\r\nCATEGORIES;VALUE=DATE-TIME:a,b",
    ],
)
def test_an_entry_that_no_reader_understands_is_a_fault_and_no_breakdown(lines: bytes):
    """A length beyond all dates, a list for a word, words for dates: the file is refused."""
    with pytest.raises(InvalidSettings):
        read_calendar(ODD % lines, zone=ZONE)


def test_a_file_of_too_many_entries_is_refused():
    """Beyond the limit nothing is read at all."""
    listed = [{"date": "2027-10-01", "kind": "holiday"}] * (ENTRIES_MAX + 1)
    events = [event("20271001", name="假")] * (ENTRIES_MAX + 1)

    for data in (json.dumps(listed).encode(), ics(*events)):
        with pytest.raises(InvalidSettings, match="too many entries"):
            read_calendar(data, zone=ZONE)


def test_a_part_of_a_year_does_not_publish_it(store: Store):
    """Only Spring Festival is known: the year stays "not yet published"."""
    with pytest.raises(InvalidSettings, match="National Day"):
        _import_year(store.database, ics(event(f"{NEXT}0206", f"{NEXT}0213", name="春节")))

    assert NEXT not in years_published(store.database)


def test_a_file_of_several_years_asks_which(store: Store):
    """With the year named, the dates of the others are told and left out."""
    data = ics(
        event(f"{NEXT}1001", name="国庆节"),
        event(f"{NEXT + 1}1001", name="国庆节"),
        event(f"{NEXT}1001", name="中秋节"),
    )

    with pytest.raises(InvalidSettings, match=f"{NEXT}, {NEXT + 1}"):
        _import_year(store.database, data)
    imported = _import_year(store.database, data, year=NEXT)

    assert imported.left_out == (f"{NEXT + 1}-10-01",)
    assert NEXT + 1 not in years_published(store.database)
    assert shared_calendar(store.database).shared[-1].name == "国庆节、中秋节"


def test_checking_a_file_changes_nothing(store: Store):
    """The counts are the same, the year stays unpublished."""
    checked = _import_year(store.database, notice(), check_only=True)

    assert (checked.holidays, checked.makeup) == (8, 1)
    assert NEXT not in years_published(store.database)


def test_openings_of_one_hall_are_special_days_with_their_times(store: Store):
    """Two times of a day are two spans; UTC becomes the hall's time; a cancelled one is passed over; other dates stay."""
    database = store.database
    _import_hall(database, ics(event("20261201", name="装修闭馆")))
    data = ics(
        timed("20261003T010000Z", "20261003T040000Z"),
        timed("20261003T140000", "20261003T170000"),
        timed("20261004T090000", "20261004T120000", more="STATUS:CANCELLED"),
    )

    imported = _import_hall(database, data)

    own = hall_calendar(database, HALL).own
    assert (imported.added, imported.replaced, imported.kept) == (1, 0, 1)
    assert [(day.date, day.kind) for day in own] == [("2026-10-03", "special"), ("2026-12-01", "holiday")]
    assert own[0].spans == (Span(540, 720), Span(840, 1020))


def test_a_date_that_is_there_is_replaced_by_the_files(store: Store):
    """Importing a corrected file again is all that a correction takes."""
    _import_hall(store.database, ics(timed("20261003T090000", "20261003T120000")))

    imported = _import_hall(store.database, ics(timed("20261003T090000", "20261003T130000")))

    assert (imported.added, imported.replaced) == (0, 1)
    assert hall_calendar(store.database, HALL).own[0].spans == (Span(540, 780),)


def test_overlapping_openings_are_a_fault(store: Store):
    """Two openings of one day may not cross."""
    with pytest.raises(InvalidSettings, match="overlap"):
        _import_hall(
            store.database,
            ics(timed("20261003T090000", "20261003T120000"), timed("20261003T110000", "20261003T130000")),
        )


def test_single_days_are_edited_and_taken_out(store: Store):
    """For one hall and for all halls; the rest of the calendar stays."""
    database, day = store.database, read_calendar(ics(event("20261010", name="补班")), zone=ZONE).days[0]
    before = shared_calendar(database)

    change_shared_day(database, "2026-10-10", None, expected=before.version, by=BY)
    without = shared_calendar(database)
    change_shared_day(database, "2026-10-10", day, expected=without.version, by=BY)
    change_hall_day(database, HALL, "2026-10-10", day, expected=hall_calendar(database, HALL).version, by=BY)

    assert len(without.shared) == len(before.shared) - 1
    assert {one.date for one in shared_calendar(database).shared} == {one.date for one in before.shared}
    assert hall_calendar(database, HALL).own == (day,)
    assert years_published(database)[2026] == "chinesecalendar"


def test_single_days_neither_publish_a_year_nor_go_past_a_quicker_change(store: Store):
    """A day of an unpublished year, a date that is not there, an older version: each is told, nothing changes."""
    database = store.database
    current = shared_calendar(database)
    day = read_calendar(ics(event(f"{NEXT}1001", name="国庆节")), zone=ZONE).days[0]

    with pytest.raises(InvalidSettings, match="has not been entered"):
        change_shared_day(database, day.date, day, expected=current.version, by=BY)
    with pytest.raises(InvalidSettings, match="is not in the calendar"):
        change_shared_day(database, "2026-03-03", None, expected=current.version, by=BY)
    with pytest.raises(VersionConflict):
        change_shared_day(database, "2026-10-10", None, expected="c.0.0", by=BY)
    assert shared_calendar(database) == current


def notice() -> bytes:
    """Return a notice of the next year: a week in October, New Year's Day, and a Sunday of make-up work."""
    return ics(
        event(f"{NEXT}0101", name="元旦（休）"),
        event(f"{NEXT}1001", f"{NEXT}1008", name="国庆节（休）"),
        event(f"{NEXT}0926", name="国庆节（班）"),
        name="节假日安排",
    )


def ics(*events: str, name: str = "") -> bytes:
    title = f"X-WR-CALNAME:{name}\r\n" if name else ""
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t\r\n{title}{''.join(events)}END:VCALENDAR\r\n".encode()


def event(first: str, after: str = "", *, name: str, more: str = "") -> str:
    after = after or f"{date.fromisoformat(first) + timedelta(days=1):%Y%m%d}"
    lines = [f"DTSTART;VALUE=DATE:{first}", f"DTEND;VALUE=DATE:{after}", f"SUMMARY:{name}", more]
    return _event(lines)


def timed(start: str, end: str, *, more: str = "") -> str:
    return _event([f"DTSTART:{start}", f"DTEND:{end}", "SUMMARY:便民开放", more])


def _event(lines: list[str]) -> str:
    return "".join(f"{line}\r\n" for line in ["BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT"] if line)


def _import_year(database: Database, data: bytes, *, year: int | None = None, check_only: bool = False):
    return import_year(database, data, zone=ZONE, year=year, source="", by=BY, check_only=check_only)


def _import_hall(database: Database, data: bytes):
    return import_days(database, HALL, data, zone=ZONE, by=BY, check_only=False)

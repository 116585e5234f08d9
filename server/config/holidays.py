"""Public holidays and make-up workdays (调休): one table for all halls, special days of single halls beside it.

The State Council publishes the holidays of a year in the November before it. `chinesecalendar` knows the years that were
published when it was released: 2004 to 2026 in version 1.11. Nothing knows a year before its notice, so every other year is
"not yet published": a hall then says so instead of guessing, until somebody enters the notice or updates the library.
"""

from datetime import date, timedelta
from functools import cache
from typing import Final

import chinese_calendar
import msgspec
from sqlalchemy import delete
from sqlmodel import Session, col, select

from hall.ids import HallId
from hall.opening import Calendar, Span, SpecialDay, faults_of_spans
from server.config.bounds import faults_of_text, plan_fault
from server.config.database import Database
from server.config.faults import Fault
from server.config.revisions import record
from server.config.sections import By, VersionConflict
from server.config.store import hall_row, raise_if_any
from server.config.tables import CalendarDayRow, CalendarVersionRow, CalendarYearRow

ALL_HALLS: Final = ""
FIRST_YEAR: Final = 2025
"""Halls did not run on this system before; older years only slow a calendar down."""
LAST_YEAR: Final = 2100
DAYS_MAX: Final = 400
"""Special days of a hall: more than a year of them is a mistake."""
_NAMES: Final = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}
"""The library names holidays in English; people read the names of the notice."""


class HallCalendar(msgspec.Struct, frozen=True):
    """Special days as they stand: of all halls, and of one."""

    years: tuple[int, ...]
    shared: tuple[SpecialDay, ...]
    own: tuple[SpecialDay, ...]
    version: str


class Days(msgspec.Struct, frozen=True):
    """Special days as a revision keeps them."""

    days: tuple[SpecialDay, ...]
    year: int = 0


@cache
def years_known() -> tuple[int, ...]:
    """Return the years whose notice the installed library holds: those with a National Day in them."""
    return tuple(sorted({day.year for day in chinese_calendar.holidays if (day.month, day.day) == (10, 1)}))


def days_known(year: int) -> tuple[SpecialDay, ...]:
    """Return holidays on weekdays or weekends and make-up workdays of a year that the library knows."""
    assert year in years_known(), year
    first, found = date(year, 1, 1), []
    for day in (first + timedelta(days=ahead) for ahead in range(366)):
        if day.year != year:
            continue
        if day in chinese_calendar.holidays:
            found.append(SpecialDay(day.isoformat(), "holiday", _name(chinese_calendar.holidays[day])))
        elif day in chinese_calendar.workdays:
            found.append(SpecialDay(day.isoformat(), "makeup", f"{_name(chinese_calendar.workdays[day])}调休上班"))
    return tuple(found)


def seed_calendar(database: Database, *, by: By) -> tuple[int, ...]:
    """Enter every year that the library knows and the database does not; return the years entered."""
    with database.write() as session:
        there = set(session.exec(select(CalendarYearRow.year)).all())
        wanted = [year for year in years_known() if year >= FIRST_YEAR and year not in there]
        for year in wanted:
            _write_year(session, year, days_known(year), source="chinesecalendar", by=by)
    return tuple(wanted)


def publish_year(
    database: Database, year: int, days: tuple[SpecialDay, ...], *, source: str, expected: str, by: By
) -> None:
    """Enter the notice of a year for all halls, replacing what stood there."""
    raise_if_any(faults_of_days(days, year=year) + faults_of_text("source", source, needed=True))
    with database.write() as session:
        # Any hall's version will do: the part that speaks of all halls is compared.
        current = _version(session, ALL_HALLS)
        if expected.rpartition(".")[0] != current.rpartition(".")[0]:
            raise VersionConflict(current)
        _write_year(session, year, days, source=source, by=by)


def shared_calendar(database: Database) -> HallCalendar:
    """Return the special days of all halls."""
    with database.read() as session:
        return _calendar(session, ALL_HALLS)


def years_published(database: Database) -> dict[int, str]:
    """Return the years whose notice is known, each with its source."""
    with database.read() as session:
        rows = session.exec(select(CalendarYearRow).order_by(col(CalendarYearRow.year))).all()
        return {row.year: row.source for row in rows}


def hall_calendar(database: Database, hall: HallId) -> HallCalendar:
    """Return the special days that count for a hall."""
    with database.read() as session:
        hall_row(session, hall)
        return _calendar(session, hall)


def calendar_of_hall(database: Database, hall: HallId) -> Calendar:
    """Return what `hall.opening` computes with: a hall's own day goes before that of all halls."""
    found = hall_calendar(database, hall)
    days = {day.date: day for day in found.shared} | {day.date: day for day in found.own}
    return Calendar(found.years, tuple(days[one] for one in sorted(days)))


def save_hall_days(database: Database, hall: HallId, days: tuple[SpecialDay, ...], *, expected: str, by: By) -> None:
    """Replace the special days of one hall (a closure, a long evening)."""
    raise_if_any(faults_of_days(days))
    with database.write() as session:
        hall_row(session, hall)
        if (current := _version(session, hall)) != expected:
            raise VersionConflict(current)
        session.execute(delete(CalendarDayRow).where(col(CalendarDayRow.hall) == hall))
        version = _write_days(session, hall, days)
        record(session, "calendar", Days(days), version=version, by=by, hall=hall)


def calendar_version(database: Database, hall: HallId) -> str:
    """Return what changes whenever the special days of a hall, or of all halls, do."""
    with database.read() as session:
        return _version(session, hall)


def faults_of_days(days: tuple[SpecialDay, ...], *, year: int | None = None) -> list[Fault]:
    """List what is wrong with special days."""
    if len(days) > DAYS_MAX:
        return [Fault("days", f"最多 {DAYS_MAX} 天", f"at most {DAYS_MAX} days")]
    faults: list[Fault] = []
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        faults.append(
            Fault("year", f"年份须在 {FIRST_YEAR} 到 {LAST_YEAR} 之间", f"a year from {FIRST_YEAR} to {LAST_YEAR}")
        )
    seen: set[str] = set()
    for number, day in enumerate(days):
        faults += _faults_of_day(f"days[{number}]", day, year)
        if day.date in seen:
            faults.append(
                Fault(f"days[{number}].date", f"日期 {day.date[:10]} 重复", f"{day.date[:10]} is there twice")
            )
        seen.add(day.date)
    return faults


def _faults_of_day(where: str, day: SpecialDay, year: int | None) -> list[Fault]:
    faults = faults_of_text(f"{where}.name", day.name)
    try:
        when = date.fromisoformat(day.date)
    except ValueError:
        return [*faults, Fault(f"{where}.date", "日期须写成 2026-11-23 的形式", "a date is written like 2026-11-23")]
    if when.isoformat() != day.date or not FIRST_YEAR <= when.year <= LAST_YEAR:
        faults.append(Fault(f"{where}.date", "日期须写成 2026-11-23 的形式", "a date is written like 2026-11-23"))
    if year is not None and when.year != year:
        faults.append(Fault(f"{where}.date", f"日期不在 {year} 年", f"the date is not in {year}"))
    if day.spans and day.kind != "special":
        faults.append(
            Fault(f"{where}.spans", "只有特别开放日才有自己的时段", "only a special day has spans of its own")
        )
    return faults + [plan_fault(fault) for fault in faults_of_spans(f"hours of {where}", day.spans)]


def _name(english: str) -> str:
    return _NAMES.get(english, english)


def _write_year(session: Session, year: int, days: tuple[SpecialDay, ...], *, source: str, by: By) -> None:
    row = session.get(CalendarYearRow, year) or CalendarYearRow(year=year, source=source)
    row.source = source
    session.add(row)
    of_year = col(CalendarDayRow.date).startswith(f"{year:04}-")
    session.execute(delete(CalendarDayRow).where(col(CalendarDayRow.hall) == ALL_HALLS, of_year))
    version = _write_days(session, ALL_HALLS, days)
    record(session, "calendar", Days(days, year), version=version, by=by)


def _write_days(session: Session, hall: HallId, days: tuple[SpecialDay, ...]) -> int:
    session.add_all(
        CalendarDayRow(
            hall=hall, date=day.date, kind=day.kind, name=day.name, spans=msgspec.json.encode(day.spans).decode()
        )
        for day in days
    )
    row = session.get(CalendarVersionRow, hall)
    if row is None:
        row = CalendarVersionRow(hall=hall)
    else:
        row.version += 1
    session.add(row)
    session.flush()
    return row.version


def _calendar(session: Session, hall: HallId) -> HallCalendar:
    years = session.exec(select(CalendarYearRow.year).order_by(col(CalendarYearRow.year))).all()
    own = _days(session, hall) if hall != ALL_HALLS else ()
    return HallCalendar(tuple(years), _days(session, ALL_HALLS), own, _version(session, hall))


def _days(session: Session, hall: str) -> tuple[SpecialDay, ...]:
    rows = session.exec(
        select(CalendarDayRow).where(CalendarDayRow.hall == hall).order_by(col(CalendarDayRow.date))
    ).all()
    return tuple(_day(row) for row in rows)


def _day(row: CalendarDayRow) -> SpecialDay:
    spans = msgspec.json.decode(row.spans, type=tuple[Span, ...])
    return msgspec.convert({"date": row.date, "kind": row.kind, "name": row.name, "spans": spans}, SpecialDay)


def _version(session: Session, hall: str) -> str:
    shared = session.get(CalendarVersionRow, ALL_HALLS)
    own = session.get(CalendarVersionRow, hall) if hall != ALL_HALLS else None
    return f"c.{shared.version if shared else 0}.{own.version if own else 0}"

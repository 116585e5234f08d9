"""Changes of the calendar: a file taken over, and single days edited; each is one new version, recorded with who and when.

Laws: an import is all or nothing; a year becomes published only by a notice that names its National Day, never by a single day.
"""

from typing import Final

import msgspec

from hall.ids import HallId
from hall.opening import SpecialDay
from server.config.database import Database
from server.config.faults import Fault
from server.config.holidays import (
    faults_of_days,
    hall_calendar,
    publish_year,
    save_hall_days,
    shared_calendar,
    years_published,
)
from server.config.sections import By, InvalidSettings
from server.config.store import raise_if_any

NATIONAL_DAY: Final = "10-01"
"""A statutory holiday of every year since 1949: a file without it is no notice of a year."""


class ImportedYear(msgspec.Struct, frozen=True):
    """What a notice brought."""

    year: int
    holidays: int
    makeup: int
    left_out: tuple[str, ...]
    """Dates of other years that the file names, too."""


class ImportedDays(msgspec.Struct, frozen=True):
    """What a file of a hall's own special days brought: new dates, changed ones, and those that stay as they were."""

    added: int
    replaced: int
    kept: int


def import_year(
    database: Database, data: bytes, *, zone: str, year: int | None, source: str, by: By, check_only: bool
) -> ImportedYear:
    """Take a year's notice over for all halls; ``year`` is needed only for a file of several."""
    # Loaded when somebody brings a file: the reader of calendars takes long to load, and few servers ever need it.
    from server.config.calendar_file import read_calendar

    found = read_calendar(data, zone=zone)
    years = sorted({int(day.date[:4]) for day in found.days if day.date[:4].isdecimal()})
    chosen = year if year is not None else _only(years)
    days = tuple(day for day in found.days if day.date.startswith(f"{chosen:04}-"))
    raise_if_any(_faults_of_notice(days, chosen))
    imported = ImportedYear(
        year=chosen,
        holidays=sum(day.kind == "holiday" for day in days),
        makeup=sum(day.kind == "makeup" for day in days),
        left_out=tuple(day.date for day in found.days if not day.date.startswith(f"{chosen:04}-")),
    )
    if not check_only:
        expected = shared_calendar(database).version
        publish_year(database, chosen, days, source=source or found.source or "import", expected=expected, by=by)
    return imported


def import_days(database: Database, hall: HallId, data: bytes, *, zone: str, by: By, check_only: bool) -> ImportedDays:
    """Take special days of one hall over, beside those that it has; a date that is there already is replaced."""
    from server.config.calendar_file import read_calendar

    found, current = read_calendar(data, zone=zone), hall_calendar(database, hall)
    own = {day.date: day for day in current.own}
    replaced = sum(day.date in own for day in found.days)
    after = own | {day.date: day for day in found.days}
    days = tuple(after[one] for one in sorted(after))
    # Faults stand at the days of the file, not at those that result.
    raise_if_any(faults_of_days(found.days) or faults_of_days(days))
    if not check_only:
        save_hall_days(database, hall, days, expected=current.version, by=by)
    return ImportedDays(len(found.days) - replaced, replaced, len(own) - replaced)


def change_shared_day(database: Database, date: str, day: SpecialDay | None, *, expected: str, by: By) -> None:
    """Enter one day for all halls, or (None) let it be as its weekday says; its year must be published."""
    current, published = shared_calendar(database), years_published(database)
    year = int(date[:4])
    if year not in published:
        zh, en = f"{year} 年的放假通知尚未录入", f"the holiday notice of {year} has not been entered"
        raise InvalidSettings((Fault("date", zh, en),))
    if day is not None and day.kind == "special":
        zh, en = "特别开放日属于单个大厅", "a special opening belongs to a single hall"
        raise InvalidSettings((Fault("kind", zh, en),))
    of_year = tuple(one for one in current.shared if one.date.startswith(f"{year:04}-"))
    publish_year(database, year, _changed(of_year, date, day), source=published[year], expected=expected, by=by)


def change_hall_day(
    database: Database, hall: HallId, date: str, day: SpecialDay | None, *, expected: str, by: By
) -> None:
    """Enter one special day of a hall, or (None) take it out."""
    own = hall_calendar(database, hall).own
    save_hall_days(database, hall, _changed(own, date, day), expected=expected, by=by)


def _changed(days: tuple[SpecialDay, ...], date: str, day: SpecialDay | None) -> tuple[SpecialDay, ...]:
    """Return the days with one entered or taken out; taking out what is not there is a fault."""
    others = [one for one in days if one.date != date]
    if day is None and len(others) == len(days):
        raise InvalidSettings((Fault("date", f"{date} 不在日历里", f"{date} is not in the calendar"),))
    return tuple(sorted([*others, *([] if day is None else [day])], key=lambda one: one.date))


def _only(years: list[int]) -> int:
    if len(years) != 1:
        named = "、".join(map(str, years[:10]))
        zh = f"文件含 {named} 年，请指明年份（year）"
        en = f"the file holds the years {named.replace('、', ', ')}; say which (year)"
        raise InvalidSettings((Fault("year", zh, en),))
    return years[0]


def _faults_of_notice(days: tuple[SpecialDay, ...], year: int) -> list[Fault]:
    faults = faults_of_days(days, year=year)
    faults += [
        Fault(f"days[{number}].kind", "放假通知只有整天", "a notice names whole days only")
        for number, day in enumerate(days)
        if day.kind == "special"
    ]
    if not any(day.date == f"{year:04}-{NATIONAL_DAY}" and day.kind == "holiday" for day in days):
        zh, en = (
            f"没有 {year} 年国庆节，不是全年通知",
            f"the National Day of {year} is missing: this is no notice of a year",
        )
        faults.append(Fault("file", zh, en))
    return faults

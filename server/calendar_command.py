"""`onewindow calendar`: public holidays and special days shown, and taken over from a file, from the command line."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hall.ids import HallId
from hall.opening import SpecialDay
from server.command_words import Lines, counts_from, no_hall, refused
from server.config.calendar_edits import ImportedDays, ImportedYear, import_days, import_year
from server.config.database import Database
from server.config.holidays import hall_calendar, shared_calendar, years_published
from server.config.sections import By, InvalidSettings, UnknownHall
from server.config.store import Store
from server.migrations.upgrade import has_tables, upgrade

ACTOR: Final = "system:calendar"
NOTICE_ZONE: Final = "Asia/Shanghai"
KINDS: Final = {"holiday": "放假 holiday", "makeup": "上班 workday", "special": "特别开放 special"}


def show(data: Path, *, hall: HallId | None, year: int | None) -> Lines:
    """List the years whose notice is known, and the days of one of them or of one hall; nothing is made or changed."""

    def work(database: Database) -> Lines:
        # Nothing is migrated: a server of before may be running.
        if not has_tables(database):
            return [f"{data} 中还没有任何设置 / there are no settings in {data}"], False
        return _shown(database, hall, year), True

    return _with_database(data, work)


def take_over(data: Path, content: bytes, *, hall: HallId | None, year: int | None, check_only: bool) -> Lines:
    """Take over a notice of all halls, or the special days of one."""

    def work(database: Database) -> Lines:
        upgrade(database)
        by = By(ACTOR, time.time_ns() // 1_000_000)
        if hall is None:
            notice = import_year(
                database, content, zone=NOTICE_ZONE, year=year, source="", by=by, check_only=check_only
            )
            lines = _told_year(notice)
        else:
            zone = Store(database).hall(hall).zone
            lines = _told_days(hall, import_days(database, hall, content, zone=zone, by=by, check_only=check_only))
        return [*lines, counts_from(check_only=check_only)], True

    return _with_database(data, work)


def _with_database(data: Path, work: Callable[[Database], Lines]) -> Lines:
    database = Database(data)
    try:
        return work(database)
    except UnknownHall as error:
        return [no_hall(str(error), data)], False
    except InvalidSettings as error:
        return refused(error.faults)
    finally:
        database.close()


def _shown(database: Database, hall: HallId | None, year: int | None) -> list[str]:
    published = years_published(database)
    lines = [f"{one}: {source}" for one, source in published.items()]
    lines.append(f"{max(published) + 1}: not yet published" if published else "no year has been published")
    if year is not None and year not in published:
        return [*lines, f"nothing is known of {year}: its days are not opened until its notice is entered"]
    days = hall_calendar(database, hall).own if hall is not None else shared_calendar(database).shared
    if hall is None:
        wanted = year if year is not None else max(published, default=0)
        days = tuple(day for day in days if day.date.startswith(f"{wanted:04}-"))
    return [*lines, *map(_day, days)]


def _day(day: SpecialDay) -> str:
    spans = "  ".join(f"{_clock(span.from_min)}-{_clock(span.to_min)}" for span in day.spans)
    return f"  {day.date}  {KINDS[day.kind]}  {day.name}  {spans}".rstrip()


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _told_year(found: ImportedYear) -> list[str]:
    lines = [f"{found.year}: {found.holidays} holidays, {found.makeup} make-up workdays"]
    if found.left_out:
        lines.append(f"left out, of other years: {', '.join(found.left_out[:20])}")
    return lines


def _told_days(hall: HallId, found: ImportedDays) -> list[str]:
    return [f"{hall}: {found.added} days added, {found.replaced} replaced, {found.kept} stay"]

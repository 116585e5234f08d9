"""Calendars over HTTP beside their sections: a notice or special days from a file, and single days edited."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response

from hall.opening import SpecialDay
from server.accounts.authorise import Caller
from server.api.access import allow
from server.api.bounds import Code, Day
from server.api.describe import PROBLEMS
from server.api.house import House, house_of
from server.api.settings_bodies import DayBody, body_as
from server.api.settings_day import Said, on_change, tell_days
from server.api.settings_desk import (
    SettingsRoute,
    by,
    check_all,
    done,
    expected_of,
    store_of,
    uploaded,
    versioned,
    writer,
)
from server.api.submit import reply
from server.config import calendar_edits, holidays
from server.config.store import Store

router = APIRouter(responses=PROBLEMS, route_class=SettingsRoute)

NOTICE_ZONE = "Asia/Shanghai"
"""Of entries without a zone in a notice: it speaks of days of this zone."""

MaybeYear = Annotated[int | None, Query(ge=holidays.FIRST_YEAR, le=holidays.LAST_YEAR)]
Source = Annotated[str, Query(max_length=60)]
Version = Annotated[str, Query(max_length=40)]
OneDay = Annotated[Day, Path()]


@router.post("/api/calendar/import")
async def import_year(
    request: Request, check_only: bool = False, year: MaybeYear = None, source: Source = ""
) -> Response:
    """Take over the notice of a year's public holidays from a file (.ics or JSON), all or nothing."""
    caller, house = await _planner(request)
    database, data = store_of(house).database, await uploaded(request)
    imported = await done(
        lambda: calendar_edits.import_year(
            database, data, zone=NOTICE_ZONE, year=year, source=source, by=by(caller), check_only=check_only
        )
    )
    days = {} if check_only else await tell_days(house, house.halls.codes(), actor=caller.actor, hours=True)
    return reply({"imported": msgspec.structs.asdict(imported), "checked_only": check_only, "days": days})


@router.put("/api/calendar/days/{date}")
async def change_shared_day(request: Request, date: OneDay) -> Response:
    """Enter or change one day of the calendar of all halls; its year must be published."""
    planner, body = await _planner(request), await body_as(request, DayBody)
    day = SpecialDay(date, body.kind, body.name, body.spans)
    return await _change_shared(request, planner, date, day, version=body.version)


@router.delete("/api/calendar/days/{date}")
async def drop_shared_day(request: Request, date: OneDay, version: Version = "") -> Response:
    """Let one day of the calendar of all halls be as its weekday says."""
    return await _change_shared(request, await _planner(request), date, None, version=version)


@router.post("/api/halls/{hall}/settings/calendar/import")
async def import_days(request: Request, hall: Code, check_only: bool = False) -> Response:
    """Take over a hall's own special days from a file (.ics or JSON), all or nothing; other dates stay."""
    caller, store = await writer(request, hall)
    data = await uploaded(request)

    def save() -> calendar_edits.ImportedDays:
        zone = store.hall(hall).zone
        return calendar_edits.import_days(store.database, hall, data, zone=zone, by=by(caller), check_only=check_only)

    imported = await done(save)
    said = Said() if check_only else await on_change(house_of(request), hall, actor=caller.actor, hours=True)
    return reply({"imported": msgspec.structs.asdict(imported), "checked_only": check_only, **said.fields()})


@router.put("/api/halls/{hall}/settings/calendar/days/{date}")
async def change_hall_day(request: Request, hall: Code, date: OneDay) -> Response:
    """Enter or change one special day of a hall."""
    desk, body = await writer(request, hall), await body_as(request, DayBody)
    day = SpecialDay(date, body.kind, body.name, body.spans)
    return await _change_own(request, desk, hall, date, day, version=body.version)


@router.delete("/api/halls/{hall}/settings/calendar/days/{date}")
async def drop_hall_day(request: Request, hall: Code, date: OneDay, version: Version = "") -> Response:
    """Take one special day of a hall out."""
    return await _change_own(request, await writer(request, hall), hall, date, None, version=version)


async def _change_shared(
    request: Request, planner: tuple[Caller, House], date: str, day: SpecialDay | None, *, version: str
) -> Response:
    caller, house = planner
    database, expected = store_of(house).database, expected_of(request, version)
    await done(lambda: calendar_edits.change_shared_day(database, date, day, expected=expected, by=by(caller)))
    days = await tell_days(house, house.halls.codes(), actor=caller.actor, hours=True)
    return versioned(await done(lambda: holidays.calendar_version(database, "")), {"days": days})


async def _change_own(
    request: Request, desk: tuple[Caller, Store], hall: str, date: str, day: SpecialDay | None, *, version: str
) -> Response:
    (caller, store), expected = desk, expected_of(request, version)
    database = store.database
    await done(lambda: calendar_edits.change_hall_day(database, hall, date, day, expected=expected, by=by(caller)))
    said = await on_change(house_of(request), hall, actor=caller.actor, hours=True)
    return versioned(await done(lambda: holidays.calendar_version(database, hall)), said.fields())


async def _planner(request: Request) -> tuple[Caller, House]:
    """Return the caller if they may change the calendar of all halls: the network's planners, in every hall of it."""
    caller = await allow(request, "calendar.write")
    house = house_of(request)
    check_all(caller, house.halls.codes())
    return caller, house

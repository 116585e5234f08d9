"""Managers on booked visits: calendar of places and load, editing and closing slots, no-shows, the release plan.

A change over some days is one command per day, each with an id made from the client's: a day that refuses does not keep the
others from changing, and a repeated request gets every day's first answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date as calendar_date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from hall.appointments import grids_of
from hall.errors import Refusal
from hall.feed import text_view
from hall.feed_booking import calendar_view
from hall.ids import Ms
from hall.state import HallDay
from server.api import bodies_booking as bodies
from server.api.access import allow
from server.api.booking import look
from server.api.bounds import Code, MaybeDay
from server.api.describe import PROBLEMS
from server.api.house import House, house_of
from server.api.slot_edits import Closing, Places, changed
from server.api.slots import day_of
from server.api.submit import Json, asked_of, invalid, reply, today_of
from server.problems import Problem

router = APIRouter(prefix="/api/halls/{hall}/bookings", tags=["bookings"], responses=PROBLEMS)

DAYS_LIMIT: Final = 62
"""Two months at a time: a manager's calendar shows one, and a closing for repairs is planned in weeks."""
First = Annotated[MaybeDay, Query(alias="from")]
CLOSED: Final[Json] = {
    "kind": None, "open": False, "release_ms": None, "counts": None, "groups": {}, "affected": [], "no_shows": [],
}  # fmt: skip
"""A day of the calendar that is none of the hall's."""
Last = Annotated[MaybeDay, Query(alias="to")]


@router.get("/calendar")
async def calendar(request: Request, hall: Code, first: First = "", last: Last = "") -> Response:
    """Show each day's slots with places and load, whom the hall cannot keep, and who did not come."""
    return reply({"days": await _days(request, hall, first, last, _calendar_day, CLOSED)})


@router.get("/no-shows")
async def no_shows(request: Request, hall: Code, first: First = "", last: Last = "") -> Response:
    """List who did not come (爽约)."""
    days = await _days(request, hall, first, last, _calendar_day, CLOSED)
    return reply({"no_shows": [one for day in days for one in day["no_shows"]]})


@router.get("/release")
async def release(request: Request, hall: Code, first: First = "", last: Last = "") -> Response:
    """Show when the places of each day come on sale (放号), and how many."""
    return reply({"days": await _days(request, hall, first, last, _release_day, {"kind": None, "groups": []})})


@router.post("/slots")
async def edit_slots(request: Request, hall: Code, body: bodies.SlotsBody) -> Response:
    """Give the slots of some days other places, or show what that would change."""
    caller = await allow(request, "bookings.edit", hall)
    dates = _checked(request, hall, body)
    asked = asked_of(caller, "bookings.slots", hall=hall, body=body)
    days = await changed(house_of(request), asked, dates, Places(asked, body), check_only=body.check_only)
    return reply({"days": days})


@router.post("/close")
async def close_slots(request: Request, hall: Code, body: bodies.CloseBody) -> Response:
    """Close slots or some windows of them, and look after everybody who has booked; or show who that would be."""
    caller = await allow(request, "bookings.edit", hall)
    dates = _checked(request, hall, body)
    asked = asked_of(caller, "bookings.close", hall=hall, body=body)
    days = await changed(house_of(request), asked, dates, Closing(asked, body), check_only=body.check_only)
    return reply({"days": days})


def _checked(request: Request, hall: str, body: bodies.RangeBody) -> list[str]:
    """Return the dates of a change; raises what is wrong with it as a whole."""
    today = today_of(request, hall).date
    if body.to_min <= body.from_min:
        raise invalid("to_min", "must be after from_min")
    if not (body.reason or body.check_only):
        raise Problem("REASON_NEEDED")
    dates = span(body.from_date, body.to_date, today=today)
    if dates[0] < today:
        raise invalid("from", "that day is over")
    return dates


def span(first: str, last: str, *, today: str) -> list[str]:
    """Return the dates of a query, both ends included; of seven days from today if nothing is named."""
    begin = day_of(first or today, "from")
    end = day_of(last, "to") if last else begin
    if not begin <= end < begin + DAYS_LIMIT:
        raise invalid("to", f"1 to {DAYS_LIMIT} days at a time")
    return [calendar_date.fromordinal(number).isoformat() for number in range(begin, end + 1)]


async def _days(
    request: Request, hall: str, first: str, last: str, show: Callable[[House, HallDay], Awaitable[Json]], closed: Json
) -> list[Json]:
    await allow(request, "bookings.read", hall)
    house = house_of(request)
    shown = []
    for date in span(first, last, today=today_of(request, hall).date):
        # Days are made in memory: the live hall has its turn between two of them.
        await asyncio.sleep(0)
        found = await look(house, hall, date)
        if isinstance(found, Refusal):
            shown.append({**closed, "date": date, "refusal": found.code})
        else:
            shown.append({"date": date, "kind": found.kind, **await show(house, found)})
    return shown


async def _calendar_day(house: House, state: HallDay) -> Json:
    view = calendar_view(state)
    releases = [one["release_ms"] for one in await _groups(house, state) if one["release_ms"] is not None]
    names = _names(state)
    groups = {code: {"name": names[code], "slots": slots} for code, slots in view["groups"].items()}
    day = {"open": bool(state.sessions), "release_ms": min(releases, default=None), "refusal": _refusal(state)}
    return {**day, **view, "groups": groups}


async def _release_day(house: House, state: HallDay) -> Json:
    return {"groups": await _groups(house, state), "refusal": _refusal(state)}


async def _groups(house: House, state: HallDay) -> list[Json]:
    """Name each group with its places of the day and the moment from which the first of them is on sale."""
    names, shown = _names(state), []
    for code, grid in grids_of(state).groups.items():
        release = await _release_of_first(house, state, code, grid.starts)
        open_places = sum(places for start, places in grid.places.items() if start not in grid.closed)
        shown.append({"code": code, "name": names[code], "release_ms": release, "places": open_places})
    return shown


async def _release_of_first(house: House, state: HallDay, group: str, starts: Sequence[Ms]) -> Ms | None:
    if not starts:
        return None
    found = await house.halls.release_of(state.hall, state.date, group=group, slot_ms=starts[0])
    return None if isinstance(found, Refusal) else found


def _names(state: HallDay) -> dict[str, Json]:
    booking = state.plan.policy.booking
    return {} if booking is None else {group.code: text_view(group.name) for group in booking.groups}


def _refusal(state: HallDay) -> str | None:
    if state.plan.policy.booking is None:
        return "BOOKING_OFF"
    return None if state.sessions else "CLOSED_THAT_DAY"

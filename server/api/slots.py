"""What can be booked: the slots of a hall, and the halls of the network beside each other (protocol, section 8)."""

from collections.abc import Sequence
from datetime import date as calendar_date
from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import StringConstraints

from server.api.access import allow
from server.api.bounds import Code, MaybeDay
from server.api.describe import NOT_CHANGED, PROBLEMS
from server.api.house import House, house_of
from server.api.submit import JSON, invalid, today_of
from server.network import Compared
from server.slotbook import DaySlots, Items, Wanted, tag_of

router = APIRouter(prefix="/api", tags=["slots"], responses=PROBLEMS)

DAYS_LIMIT: Final = 31
"""No hall releases further ahead; the longest answer stays below 100 KB."""
DAYS_USUAL: Final = 7
Item = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}(:[1-9][0-9]{0,3})?$", max_length=45)]
ItemList = Annotated[list[Item], Query(min_length=1, max_length=20)]
Channel = Literal["phone", "kiosk", "desk", "partner"]


@router.get("/halls/{hall}/slots", responses=NOT_CHANGED)
async def slots(
    request: Request,
    hall: Code,
    item: ItemList,
    first: Annotated[MaybeDay, Query(alias="from")] = "",
    last: Annotated[MaybeDay, Query(alias="to")] = "",
    channel: Channel = "phone",
) -> Response:
    """Show what is free on some days, both included; a day that sells nothing says why."""
    await allow(request, "slots.read", hall)
    house = house_of(request)
    wanted = Wanted(items_of(item), channel)
    dates = dates_between(first, last, today=today_of(request, hall).date)
    days = [await house.slots.day(hall, date, wanted) for date in dates]
    headers = {"etag": tag_of(days), "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(_joined(house, hall, days), media_type=JSON, headers=headers)


@router.get("/slots")
async def compare(
    request: Request,
    item: ItemList,
    first: Annotated[MaybeDay, Query(alias="from")] = "",
    last: Annotated[MaybeDay, Query(alias="to")] = "",
) -> Response:
    """Show which halls take this visit, what is free there, and how long people wait there now."""
    await allow(request, "slots.read")
    body = await house_of(request).network.answer(
        Compared(items_of(item), first, last), lambda today: dates_between(first, last, today=today)
    )
    return Response(body, media_type=JSON, headers={"cache-control": "no-store"})


def items_of(given: Sequence[str]) -> Items:
    """Return the (item, quantity) pairs of a query: ``item=invoice:3``."""
    parts = [one.partition(":") for one in given]
    return tuple((code, int(quantity or 1)) for code, _, quantity in parts)


def dates_between(first: str, last: str, *, today: str, limit: int = DAYS_LIMIT, usual: int = DAYS_USUAL) -> list[str]:
    """Return the dates of a query from today on, both ends included; raises INVALID_INPUT."""
    begin = max(day_of(first or today, "from"), day_of(today, "from"))
    end = day_of(last, "to") if last else min(begin + usual - 1, calendar_date.max.toordinal())
    if end - begin >= limit:
        raise invalid("to", f"at most {limit} days at a time")
    return [calendar_date.fromordinal(number).isoformat() for number in range(begin, end + 1)]


def day_of(text: str, field: str) -> int:
    """Return the number of a calendar day; raises INVALID_INPUT."""
    try:
        return calendar_date.fromisoformat(text).toordinal()
    except ValueError as error:
        raise invalid(field, "there is no such date") from error


def _joined(house: House, hall: str, days: Sequence[DaySlots]) -> bytes:
    head = msgspec.json.encode({"hall": hall, "at_ms": house.clock.now_ms()})
    return head[:-1] + b',"days":[' + b",".join(day.body for day in days) + b"]}"

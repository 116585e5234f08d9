"""Looking bookings up, calendars of them, and erasing a person's contact data (protocol, section 8)."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response

from hall.appointments import grids_of
from hall.bookings import Appointment
from hall.catalog import Text
from hall.decide_booking import wrong_state
from hall.ids import MINUTE_MS
from hall.state import HallDay
from server import ics
from server.api.access import allow
from server.api.bodies_booking import ErasePersonBody, FindBody, Typed
from server.api.booking import booking_holder, code_of, look, real_date, seen_booking, shown
from server.api.booking_contact import erase_person
from server.api.bounds import Code, MaybeDay, Secret, TicketKey
from server.api.describe import PROBLEMS
from server.api.house import House, house_of
from server.api.submit import Json, invalid, reply, today_of
from server.ledger.port import hall_and_date
from server.problems import Problem, problem_of

router = APIRouter(prefix="/api", tags=["appointments"], responses=PROBLEMS)

FOUND_LIMIT: Final = 100
"""Nobody has so many bookings; a family that shares a phone has a dozen."""
IN_CALENDARS: Final = ("BOOKED", "OFFERED", "CHECKED_IN")
CALENDAR: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {ics.MEDIA_TYPE: {}}}}
FeedToken = Annotated[str, Path(max_length=60)]


@router.get("/halls/{hall}/appointments")
async def find_by_code(
    request: Request, hall: Code, code: Annotated[Typed, Query()] = "", date: Annotated[MaybeDay, Query()] = ""
) -> Response:
    """Find a booking by its check-in code, for staff."""
    return await _find(request, hall, FindBody(date=date, code=code))


@router.post("/halls/{hall}/appointments/find")
async def find(request: Request, hall: Code, body: FindBody) -> Response:
    """Find bookings by code, person or phone, for staff; a body, because no address is to name a person."""
    return await _find(request, hall, body)


async def _find(request: Request, hall: str, asked: FindBody) -> Response:
    await allow(request, "appointments.find", hall)
    house, today = house_of(request), today_of(request, hall)
    if len([one for one in (asked.code, asked.person, asked.phone) if one]) != 1:
        raise invalid("code", "exactly one of code, person, phone")
    found: list[Json] = []
    for day in [real_date(asked.date)] if asked.date else house.halls.days_begun(hall):
        state = await look(house, hall, day)
        if isinstance(state, HallDay):
            found += [_found(state, one) for one in _matching(house, state, asked)]
    return reply({"appointments": found[:FOUND_LIMIT], "seq": today.view_state().seq})


@router.get("/halls/{hall}/appointments/{appointment}/calendar.ics", responses=CALENDAR, response_class=Response)
async def calendar_file(
    request: Request, hall: Code, appointment: TicketKey, secret: Annotated[Secret, Query()] = ""
) -> Response:
    """Return the booking as a calendar file."""
    house = house_of(request)
    await booking_holder(request, "appointment.calendar", hall=hall, appointment=appointment, secret=secret)
    state = await seen_booking(house, hall, appointment)
    one = state.bookings.appointments[appointment]
    if not one.slot_ms or one.state not in ics.STATUS:
        raise problem_of(wrong_state(one), seq=None)
    visit = _visit(state, one, code=code_of(house, state, appointment) or "")
    return _calendar(house, [visit], f"{appointment}.ics")


@router.get("/people/{feed}/calendar.ics", responses=CALENDAR, response_class=Response)
async def feed(request: Request, feed: FeedToken) -> Response:
    """Return the calendar feed of a person: all bookings that stand, in all halls."""
    await allow(request, "feed.read")
    house = house_of(request)
    person = house.key.person_of_feed(feed)
    if not person:
        raise Problem("NOT_FOUND")
    _, traces = await house.ledger.traces([f"p:{person}"])
    visits = []
    for trace in sorted(traces, key=lambda one: (one.slot_ms, one.appointment))[-FOUND_LIMIT:]:
        hall, date = hall_and_date(trace.stream)
        if trace.state in IN_CALENDARS and house.halls.day_of(hall) is not None:
            state = await look(house, hall, date)
            if isinstance(state, HallDay) and trace.appointment in state.bookings.appointments:
                visits.append(_visit(state, state.bookings.appointments[trace.appointment]))
    return _calendar(house, visits, "appointments.ics")


@router.post("/people/erase")
async def erase(request: Request, body: ErasePersonBody) -> Response:
    """Let all contact data of a person, of a phone, or of both go; the log has none and stays whole."""
    await allow(request, "people.erase")
    house = house_of(request)
    named = [house.key.pseudonym(one) for one in (body.person, body.phone)]
    if not any(named):
        raise invalid("person", "a person or a phone is needed")
    return reply({"erased": sum([await erase_person(house, one) for one in named if one])})


def _matching(house: House, state: HallDay, asked: FindBody) -> list[Appointment]:
    bookings = state.bookings
    if asked.code:
        name = bookings.of_code.get(house.key.code_digest(asked.code), "")
        return [bookings.appointments[name]] if name else []
    key = f"p:{house.key.pseudonym(asked.person)}" if asked.person else f"t:{house.key.pseudonym(asked.phone)}"
    return bookings.of_booker.get(key, [])


def _found(state: HallDay, one: Appointment) -> Json:
    return {**shown(state, one.id), "code_given": bool(one.code)}


def _visit(state: HallDay, one: Appointment, *, code: str = "") -> ics.Visit:
    grid = grids_of(state).groups.get(one.group)
    names = state.index.items
    return ics.Visit(
        appointment=one.id, hall=state.hall, hall_name=state.plan.name,
        items=tuple(names[item].name if item in names else Text(item) for item, _ in one.entries),
        state=one.state, version=one.version, start_ms=one.slot_ms,
        end_ms=one.slot_ms + (grid.slot_ms if grid is not None else 30 * MINUTE_MS), code=code,
    )  # fmt: skip


def _calendar(house: House, visits: list[ics.Visit], name: str) -> Response:
    headers = {"content-disposition": f'inline; filename="{name}"', "cache-control": "private, no-cache"}
    body = ics.calendar_of(visits, now_ms=house.clock.now_ms())
    return Response(body, media_type=ics.MEDIA_TYPE, headers=headers)

"""Checking in (签到) by the booking itself, by its code, by the text of its QR code, or by the person.

Who comes to the wrong hall or on the wrong day is told the right one: the hall's rules refuse, knowing where the booking is.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from hall.booking_commands import CheckIn
from hall.bookings import Appointment
from hall.ids import CODE_PATTERN, HallId, Ms
from hall.state import HallDay
from server.accounts.authorise import Caller
from server.api.access import address_of, allow
from server.api.bodies import HolderBody
from server.api.bodies_booking import CheckInBody
from server.api.booking import actor_of, booking_holder, seen_booking
from server.api.bounds import Code, TicketKey
from server.api.describe import PROBLEMS
from server.api.house import House, house_of
from server.api.submit import Asked, answer_of, answered, asked_of, invalid, reply, submit, today_of
from server.api.tickets import channel_of, with_secret
from server.keys import is_date, new_ticket_id
from server.ledger.port import hall_and_date
from server.problems import Problem
from server.runner import HallRunner

router = APIRouter(prefix="/api/halls/{hall}", tags=["appointments"], responses=PROBLEMS)

QR_MARK: Final = "OW1"
"""First part of the text of a QR code: ``OW1:{hall}:{date}:{code}``."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Which booking checks in, and where it is; ``code`` is the digest."""

    hall: HallId
    date: str
    appointment: str = ""
    code: str = ""


@router.post("/appointments/{appointment}/check-in")
async def by_booking(request: Request, hall: Code, appointment: TicketKey, body: HolderBody) -> Response:
    """Check in on arrival, from the booking's page or the clerk's list."""
    caller = await booking_holder(
        request, "appointment.check-in", hall=hall, appointment=appointment, secret=body.secret
    )
    house, runner = house_of(request), today_of(request, hall)
    asked = asked_of(caller, "check-in", hall=hall, ids=(appointment,), body=body)
    state = await seen_booking(house, hall, appointment)
    return await _checked_in(house, runner, asked, Found(hall=hall, date=state.date, appointment=appointment))


@router.post("/check-in")
async def by_code(request: Request, hall: Code, body: CheckInBody) -> Response:
    """Check in with a code (anybody), the text of its QR code (anybody), or a person (kiosk, staff)."""
    named = [name for name in ("code", "qr", "person") if getattr(body, name)]
    caller = await allow(request, f"booking.check-in.{'person' if named == ['person'] else 'code'}", hall)
    if len(named) != 1:
        raise invalid("code", "exactly one of code, qr, person")
    house, runner = house_of(request), today_of(request, hall)
    person = house.key.pseudonym(body.person)
    # A plain digest of so short a code could be undone by trying them all.
    keyed = {"code": house.key.code_digest(body.code), "qr": house.key.code_digest(body.qr), "person": person}
    hidden = body.model_copy(update=keyed)
    asked = asked_of(caller, "check-in", hall=hall, body=hidden)
    first = await answered(runner, asked)
    if first is not None:
        return reply(with_secret(house, answer_of(first), hall=hall, date=runner.date))
    found = await _guarded(request, caller, lambda: _found(house, runner, body, person))
    return await _checked_in(house, runner, asked, found)


async def _guarded(request: Request, caller: Caller, find: Callable[[], Awaitable[Found]]) -> Found:
    """Find a booking for somebody; people without a token may name a wrong code only so often."""
    rates, address = house_of(request).desk.rates, address_of(request)
    if caller.role != "anonymous":
        return await find()
    rates.guesses(address)
    try:
        return await find()
    except Problem as problem:
        if problem.code == "UNKNOWN_BOOKING":
            rates.guessed_wrong(address)
        raise


async def _found(house: House, runner: HallRunner, body: CheckInBody, person: str) -> Found:
    if body.qr:
        return await _scanned(house, runner, body.qr)
    if body.code:
        return await _of_code(house, runner, house.key.code_digest(body.code))
    return await _of_person(house, runner, person)


async def _checked_in(house: House, runner: HallRunner, asked: Asked, found: Found) -> Response:
    command = CheckIn(
        command_id=asked.command_id, at_ms=0, actor=actor_of(asked.caller), appointment=found.appointment,
        code=found.code, ticket=new_ticket_id(runner.date), channel=channel_of(asked.caller), hall=found.hall,
        date=found.date,
    )  # fmt: skip
    answer = answer_of(await submit(runner, command, asked))
    return reply(with_secret(house, answer, hall=runner.hall, date=runner.date))


# ---- which booking ----


async def _scanned(house: House, runner: HallRunner, text: str) -> Found:
    """Read the text of a QR code; one of another hall or day is for the rules to refuse."""
    mark, _, rest = text.strip().partition(":")
    parts = rest.split(":")
    if mark != QR_MARK or len(parts) != 3 or re.match(CODE_PATTERN, parts[0]) is None or not is_date(parts[1]):
        raise invalid("qr", "not the text of a booking's QR code")
    found = Found(hall=parts[0], date=parts[1], code=house.key.code_digest(parts[2]))
    if (found.hall, found.date) == (runner.hall, runner.date) and not _has(runner.view_state(), found.code):
        raise Problem("UNKNOWN_BOOKING")
    return found


async def _of_code(house: House, runner: HallRunner, digest: str) -> Found:
    """Find a typed code: here, today or on a day to come, or today in another hall."""
    for date in house.halls.days_begun(runner.hall):
        day = await house.halls.peek(runner.hall, date)
        if isinstance(day, HallDay) and _has(day, digest):
            return Found(hall=runner.hall, date=date, code=digest)
    for hall in house.halls.codes():
        there = house.halls.day_of(hall)
        if there is not None and _has(there.view_state(), digest):
            return Found(hall=hall, date=there.date, code=digest)
    raise Problem("UNKNOWN_BOOKING")


def _has(day: HallDay, digest: str) -> bool:
    return bool(digest) and digest in day.bookings.of_code


async def _of_person(house: House, runner: HallRunner, person: str) -> Found:
    """Find the booking of a person that is due next and can be used; else one that says why there is none."""
    now_ms = house.clock.now_ms()
    here = runner.view_state().bookings.of_booker.get(f"p:{person}", [])
    if here:
        best = min(here, key=lambda one: _fitness(one, now_ms))
        return Found(hall=runner.hall, date=runner.date, appointment=best.id)
    _, traces = await house.ledger.traces([f"p:{person}"])
    elsewhere = sorted((one.slot_ms, one.stream, one.appointment) for one in traces if one.state == "BOOKED")
    if not person or not elsewhere:
        raise Problem("UNKNOWN_BOOKING")
    hall, date = hall_and_date(elsewhere[0][1])
    return Found(hall=hall, date=date, appointment=elsewhere[0][2])


def _fitness(one: Appointment, now_ms: Ms) -> tuple[bool, Ms, str]:
    """Order bookings of a day: those to be used by their slots, then the others, the latest slot first."""
    return (False, one.slot_ms, one.id) if one.state == "BOOKED" else (True, -one.slot_ms, one.id)

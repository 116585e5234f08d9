"""From a request about a booked visit to the answer of its hall-day: what all routes of bookings share.

The day that a booking belongs to stands in its id. A day's log begins with the first thing that happens to it, so whatever
the rules would refuse on a day without a log is refused without beginning one.
"""

import random
from typing import Final

import msgspec
from fastapi import Request

from hall.appointments import grids_of
from hall.booking_commands import AppointmentId, Booker
from hall.bookings import keys_of
from hall.commands import AnyCommand, WantedItem
from hall.decide import decide
from hall.errors import Refusal
from hall.feed_booking import appointment_view
from hall.ids import MINUTE_MS, Ms
from hall.state import HallDay
from server.accounts.authorise import Caller
from server.api.access import address_of, caller_of, check, shown_secret
from server.api.bodies import WantedBody
from server.api.bodies_booking import NamedBody, WhoBody
from server.api.house import House, house_of
from server.api.submit import Json, invalid
from server.keys import date_of_appointment, is_date
from server.outcomes import UnknownHall
from server.problems import Problem
from server.runner import HallRunner

SHORTEST_RETURN_MS: Final[Ms] = MINUTE_MS
LONGEST_RETURN_MS: Final[Ms] = 10 * MINUTE_MS
"""A place that is given up returns after a random time within these, so that no program can wait for it."""
chance: Final = random.SystemRandom()
"""Nobody can foresee what it draws."""


# ---- who ----


async def booking_holder(request: Request, operation: str, *, hall: str, appointment: str, secret: str) -> Caller:
    """Return who holds a booking (shows its secret), or may act on bookings by role; raises 401 or 403."""
    caller, house = await caller_of(request), house_of(request)
    date = date_of_appointment(appointment)
    if secret:
        is_right = date is not None and house.key.opens_appointment(
            secret, hall=hall, date=date, appointment=appointment
        )
        caller = shown_secret(caller, house, is_right=is_right, address=address_of(request))
    check(caller, operation, hall)
    return caller


def actor_of(caller: Caller) -> str:
    """Return the name that the log remembers; whoever shows nothing or a secret is a citizen."""
    return "citizen:" if caller.role == "anonymous" else caller.actor


def booker_of(house: House, body: WhoBody) -> Booker:
    """Return who books, as pseudonyms; raises ``TOO_MANY`` for a person who does so without end."""
    key = house.key
    booker = Booker(key.pseudonym(body.person), key.pseudonym(body.phone), key.pseudonym(body.device))
    for one in (booker.person, booker.phone):
        house.desk.rates.concerns(one)
    return booker


def who_holds(house: House, caller: Caller, booker: Booker, *, address: str) -> Booker:
    """Return for whom a place is held: somebody who says nothing of themselves is known by their address.

    Otherwise a program without person, phone and device could hold every place of a day, over and over.
    """
    if caller.role != "anonymous" or keys_of(booker):
        return booker
    return Booker(device=house.key.pseudonym(f"address {address}"))


def without_names(body: WhoBody, booker: Booker) -> WhoBody:
    """Return the body as its digest may see it: a digest of a name would let the name be guessed."""
    unnamed = {"name": ""} if isinstance(body, NamedBody) else {}
    pseudonyms = {"person": booker.person, "phone": booker.phone, "device": booker.device}
    return body.model_copy(update={**pseudonyms, **unnamed})


def wanted_of(items: list[WantedBody]) -> tuple[WantedItem, ...]:
    """Return the items of a body as the hall's commands name them."""
    return tuple(WantedItem(item.code, item.quantity) for item in items)


def return_delay_ms() -> Ms:
    """Draw how long a place rests after it is given up."""
    return chance.randint(SHORTEST_RETURN_MS, LONGEST_RETURN_MS)


# ---- which day ----


def real_date(date: str, field: str = "date") -> str:
    """Return a date that the calendar has; raises INVALID_INPUT."""
    if not is_date(date):
        raise invalid(field, "there is no such date")
    return date


async def look(house: House, hall: str, date: str) -> HallDay | Refusal:
    """Return a hall-day to read, of the past too, or why there is none; no log is begun."""
    if date >= house.halls.today(hall).date:
        return await house.halls.peek(hall, date)
    try:
        return (await house.halls.past(hall, date)).view_state()
    except UnknownHall:
        return Refusal("UNKNOWN_DAY", {"date": date})


async def seen_booking(house: House, hall: str, appointment: AppointmentId) -> HallDay:
    """Return the day of a booking to read; raises ``UNKNOWN_BOOKING``."""
    date = date_of_appointment(appointment)
    found = None if date is None else await look(house, hall, date)
    if not isinstance(found, HallDay) or appointment not in found.bookings.appointments:
        raise Problem("UNKNOWN_BOOKING")
    return found


async def day_of_booking(house: House, hall: str, appointment: AppointmentId) -> HallRunner:
    """Return the day that takes commands on a booking; raises ``UNKNOWN_BOOKING``."""
    state = await seen_booking(house, hall, appointment)
    return await house.halls.day(hall, state.date)


# ---- what it says ----


def shown(state: HallDay, appointment: AppointmentId) -> Json:
    """Return a booking as everybody who may see it does."""
    view = appointment_view(state, appointment)
    if view is None:
        raise Problem("UNKNOWN_BOOKING")
    return view


def code_of(house: House, state: HallDay, appointment: AppointmentId) -> str | None:
    """Return the check-in code of a booking that has one."""
    one = state.bookings.appointments[appointment]
    return house.key.check_in_code(state.hall, state.date, appointment) if one.code else None


def secret_of(house: House, hall: str, date: str, appointment: AppointmentId) -> str:
    """Return the secret of a booking, to be told once."""
    return house.key.appointment_secret(hall, date, appointment)


def group_of(state: HallDay, items: tuple[WantedItem, ...]) -> str:
    """Return the group whose slots a visit begins in, or an empty text where the rules will refuse the items."""
    return grids_of(state).of_item.get(items[0].code, "") if items else ""


def would_refuse(state: HallDay, command: AnyCommand, *, at_ms: Ms) -> Refusal | None:
    """Return why the rules would refuse a command now."""
    decision = decide(state, msgspec.structs.replace(command, at_ms=max(at_ms, state.at_ms)))
    return decision if isinstance(decision, Refusal) else None

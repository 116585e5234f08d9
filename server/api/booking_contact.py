"""How to reach whoever books: kept before the booking is, and let go when there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from hall.state import HallDay
from server.api.bodies_booking import NamedBody
from server.api.house import House
from server.config.database import DatabaseUnavailable
from server.contacts.book import ContactsError, ContactUnreadable
from server.keys import date_of_appointment
from server.ledger.port import stream_name
from server.problems import Problem

REACHED: Final = ("BOOKED", "WAITLISTED", "OFFERED", "CHECKED_IN")
"""States of a booking whose visitor is told things."""


async def remember(house: House, stream: str, appointment: str, person: str, body: NamedBody) -> None:
    """Keep name and phone for the booking's messages; on the disk when it returns."""
    if not (body.name or body.phone):
        return
    with _told():
        await house.contacts.keep(stream, appointment, person, name=body.name, phone=body.phone, language=body.language)


async def carry(house: House, stream: str, appointment: str, *, to_stream: str, to: str, person: str) -> None:
    """Keep the contact data of a booking for the one that it becomes on another day or in another hall."""
    with _told():
        try:
            known = await house.contacts.of(stream, appointment)
        except ContactUnreadable:
            # Written under another key: nobody will ever be reached by it, and the visit does not depend on it.
            return
        if known is not None:
            await house.contacts.keep(
                to_stream, to, person, name=known.name, phone=known.phone, language=known.language,
                openid=known.openid,
            )  # fmt: skip


async def forget_unless_booked(house: House, hall: str, appointment: str) -> None:
    """Let contact data go whose booking was refused; those of a booking that stands stay."""
    date = date_of_appointment(appointment)
    if date is None or not house.contacts.has(stream_name(hall, date), appointment):
        return
    day = await house.halls.peek(hall, date)
    one = day.bookings.appointments.get(appointment) if isinstance(day, HallDay) else None
    if one is None or one.state not in REACHED:
        await erase_booking(house, hall, date, appointment)


async def erase_booking(house: House, hall: str, date: str, appointment: str) -> int:
    """Erase the contact data of one booking; return how many rows went."""
    with _told():
        return await house.contacts.erase(stream_name(hall, date), appointment)


async def erase_person(house: House, pseudonym: str) -> int:
    """Erase all contact data of a person or a phone; return how many rows went."""
    with _told():
        return await house.contacts.erase_person(pseudonym)


@contextmanager
def _told() -> Iterator[None]:
    """Let a failing storage of contact data be a problem that says to come again."""
    try:
        yield
    except (ContactsError, DatabaseUnavailable) as failure:
        raise Problem("STORAGE_FULL") from failure

"""Contact data of a booking, shown to staff one at a time, for a reason, and never without a row (protocol, section 8).

The row is on the disk before anything is shown. It says who looked, when, at which booking and why, and never what was
shown; whoever audits reads the rows.
"""

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import StringConstraints

from server.accounts.store import Reveal
from server.api.access import allow
from server.api.booking import seen_booking
from server.api.bounds import Body, Code, Reason, TicketKey
from server.api.describe import PROBLEMS
from server.api.house import house_of, wall_ms
from server.api.submit import reply
from server.config.database import DatabaseUnavailable
from server.contacts.book import ContactsError
from server.ledger.port import stream_name
from server.problems import Problem

router = APIRouter(prefix="/api/halls/{hall}", tags=["appointments"], responses=PROBLEMS)

Why = Annotated[Reason, StringConstraints(min_length=2)]


class RevealBody(Body):
    """Why somebody must be reached."""

    reason: Why


@router.post("/appointments/{appointment}/contact")
async def reveal(request: Request, hall: Code, appointment: TicketKey, body: RevealBody) -> Response:
    """Show the name and phone of a booking, once the look is written down."""
    caller = await allow(request, "appointment.contact", hall)
    house = house_of(request)
    state = await seen_booking(house, hall, appointment)
    row = Reveal(wall_ms(), hall, caller.actor, appointment, "name, phone", body.reason)
    try:
        await asyncio.to_thread(house.desk.store.note_reveal, row)
        known = await house.contacts.of(stream_name(hall, state.date), appointment)
    except (ContactsError, DatabaseUnavailable) as failure:
        raise Problem("STORAGE_FULL") from failure
    return reply({"name": known.name if known else "", "phone": known.phone if known else ""})


@router.get("/reveals")
async def list_reveals(request: Request, hall: Code, limit: Annotated[int, Query(ge=1, le=1_000)] = 200) -> Response:
    """List who was shown whose contact data, newest first."""
    await allow(request, "reveals.read", hall)
    rows = await asyncio.to_thread(house_of(request).desk.store.reveals, hall, limit)
    return reply({"reveals": [msgspec.structs.asdict(row) for row in rows]})

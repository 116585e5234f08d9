"""Messages to visitors as the API shows them: what was sent when, and what became of the others."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import StringConstraints

from hall.ids import HallId
from server.api.access import allow
from server.api.booking import real_date
from server.api.bounds import Code, CommandBody, MaybeDay
from server.api.describe import PROBLEMS
from server.api.house import House, house_of
from server.api.submit import Json, reply, today_of
from server.config.database import DatabaseUnavailable
from server.ledger.port import hall_and_date, stream_name
from server.outbox.plan import key_of, parsed_key
from server.outbox.store import Entry
from server.problems import Problem

router = APIRouter(prefix="/api/halls/{hall}/bookings/messages", tags=["bookings"], responses=PROBLEMS)

MessageState = Literal["", "waiting", "sent", "failed", "void", "quiet"]
SHOWN: Final = ("kind", "channel", "state", "due_ms", "sent_ms")
"""What a visitor sees of a message."""
MessageKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]*$", max_length=160)]


@router.get("")
async def messages(
    request: Request, hall: Code, date: Annotated[MaybeDay, Query()] = "", state: MessageState = ""
) -> Response:
    """List the messages to the visitors of a hall, of one day if one is named, with their fate."""
    await allow(request, "messages.read", hall)
    today_of(request, hall)
    try:
        found = await house_of(request).outbox.listed(hall, real_date(date) if date else None, state or None)
    except DatabaseUnavailable as failure:
        raise Problem("NOT_READY") from failure
    return reply({"messages": [message_view(one) for one in found.messages], "counts": found.counts})


@router.post("/{message}/retry")
async def retry(request: Request, hall: Code, message: MessageKey, body: CommandBody) -> Response:
    """Try a failed message once more; any other stays as it is."""
    await allow(request, "messages.retry", hall)
    today_of(request, hall)
    parts = parsed_key(message)
    if parts is None or hall_and_date(parts[0])[0] != hall:
        raise Problem("UNKNOWN_MESSAGE")
    try:
        entry = await house_of(request).outbox.retry(message)
    except DatabaseUnavailable as failure:
        raise Problem("STORAGE_FULL") from failure
    if entry is None:
        raise Problem("UNKNOWN_MESSAGE")
    return reply({"message": message_view(entry)})


async def messages_of(house: House, hall: HallId, date: str, appointment: str) -> list[Json]:
    """Return what is told about a booking, to whoever may see the booking."""
    try:
        found = await house.outbox.messages_of(stream_name(hall, date), appointment)
    except DatabaseUnavailable as failure:
        raise Problem("NOT_READY") from failure
    return [{name: message_view(one)[name] for name in SHOWN} for one in found]


def message_view(entry: Entry) -> Json:
    """Show a message to a manager; it holds no text and no address."""
    return {
        "id": key_of(entry),
        "kind": entry.kind,
        "channel": entry.channel or None,
        "appointment": entry.appointment,
        "version": entry.version,
        "state": entry.state,
        "due_ms": entry.due_ms,
        "sent_ms": entry.sent_ms,
        "attempts": entry.attempts,
        "reason": entry.reason or None,
    }

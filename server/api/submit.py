"""From a parsed request to the hall's answer: one call for every route that changes something."""

from collections.abc import Mapping
from datetime import date as calendar_date
from typing import Any, Final, get_args

import msgspec
from fastapi import Request, Response
from pydantic import BaseModel

from hall.commands import AnyCommand
from hall.ids import TicketId
from server.accounts.authorise import Caller
from server.api.digest import digest_of
from server.api.house import House, house_of
from server.keys import date_of_ticket
from server.outcomes import Outcome, UnknownHall
from server.problems import FieldError, Problem, problem_of
from server.runner import HallRunner

JSON = "application/json"
_HEADERS: Final = ((b"cache-control", b"no-store"), (b"content-type", JSON.encode()))
Json = dict[str, Any]
COMMANDS: Final[Mapping[str, type[AnyCommand]]] = {kind.__struct_config__.tag: kind for kind in get_args(AnyCommand)}
"""Every command by its written name."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same in every command of a request: who, where, what for, and the digest's ingredients."""

    caller: Caller
    hall: str
    operation: str
    ids: tuple[str, ...] = ()
    body: dict[str, object]

    @property
    def command_id(self) -> str:
        """The client's name for this act."""
        return str(self.body["command_id"])

    @property
    def digest(self) -> str:
        """What stands for this request beside its command id."""
        return digest_of(self.operation, ids=(self.hall, *self.ids), actor=self.caller.actor, body=self.body)


def asked_of(
    caller: Caller, operation: str, *, hall: str, ids: tuple[str, ...] = (), body: BaseModel, **instead: object
) -> Asked:
    """Return what a request asks: the body as the bounds have accepted it, with some fields ``instead`` of its own."""
    return Asked(caller=caller, hall=hall, operation=operation, ids=ids, body=body.model_dump() | instead)


def command_of(tag: str, asked: Asked, **ids: str) -> AnyCommand:
    """Return the hall's command: its written name, what the request asks, and the ids of what it is about.

    The hall's day sets the moment. Bodies are named as the fields of commands, so nothing is translated here.
    """
    actor = "citizen:" if asked.caller.role == "anonymous" else asked.caller.actor
    fields = {name: value for name, value in asked.body.items() if value is not None}
    # By the kind that the name means: a union of all kinds is looked through anew at each call.
    return msgspec.convert({**fields, **ids, "type": tag, "at_ms": 0, "actor": actor}, COMMANDS[tag])


async def submit(runner: HallRunner, command: AnyCommand, asked: Asked) -> Outcome:
    """Have the hall decide; raises the refusal as a problem."""
    return granted(await runner.submit(command, asked.digest))


async def answered(runner: HallRunner, asked: Asked) -> Outcome | None:
    """Return the first answer to this request if it is a repeat, whatever has become of its subject since."""
    outcome = await runner.answered(asked.command_id, asked.digest)
    return None if outcome is None else granted(outcome)


def granted(outcome: Outcome) -> Outcome:
    """Return the outcome; raises the refusal as a problem."""
    if outcome.refusal is not None:
        raise problem_of(outcome.refusal, seq=outcome.seq)
    return outcome


def today_of(request: Request, hall: str) -> HallRunner:
    """Return the hall's business day; raises ``UNKNOWN_HALL`` or ``NOT_READY``."""
    return house_of(request).halls.today(hall)


async def day_of_ticket(house: House, hall: str, ticket: TicketId) -> HallRunner:
    """Return the day that a ticket belongs to, past midnight too; raises ``UNKNOWN_TICKET``."""
    today = house.halls.today(hall)
    date = date_of_ticket(ticket)
    if date is None or date == today.date:
        return today
    try:
        return await house.halls.past(hall, date)
    except UnknownHall as unknown:
        raise Problem("UNKNOWN_TICKET") from unknown


async def day_named(request: Request, hall: str, date: str) -> HallRunner:
    """Return the day of a date, of today if none is named; raises ``UNKNOWN_DAY``."""
    if not date:
        return today_of(request, hall)
    try:
        return await house_of(request).halls.past(hall, real_date(date))
    except UnknownHall as unknown:
        today_of(request, hall)
        raise Problem("UNKNOWN_DAY", facts={"date": date}) from unknown


def real_date(date: str) -> str:
    """Return a date in the one way to write it; raises the problem of a date that does not exist."""
    try:
        return calendar_date.fromisoformat(date).isoformat()
    except ValueError as error:
        raise invalid("date", "there is no such date") from error


def answer_of(outcome: Outcome) -> Json:
    """Return the stored answer with its place in the log."""
    stored = msgspec.json.decode(outcome.commit.answer)
    return {**(stored if isinstance(stored, dict) else {}), "seq": outcome.seq}


class Reply(Response):
    """JSON that no cache keeps; made without the steps that find out what any other response needs."""

    def __init__(self, content: bytes, status: int) -> None:
        """Take the body as it is sent."""
        self.status_code, self.body, self.background = status, content, None
        self.raw_headers = [*_HEADERS, (b"content-length", b"%d" % len(content))]


def reply(document: Json, *, status: int = 200) -> Response:
    """Return JSON that no cache keeps."""
    return Reply(msgspec.json.encode(document), status)


def invalid(field: str, message: str) -> Problem:
    """Return the problem of a field that the bounds cannot catch."""
    return Problem("INVALID_INPUT", errors=(FieldError(field, message),))

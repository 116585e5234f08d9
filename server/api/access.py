"""Who asks, and whether they may. Every route calls :func:`allow` (or :func:`holder`) before anything else."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.requests import HTTPConnection

from hall.ids import TicketId
from server.accounts.authorise import CITIZEN, NOBODY, PUBLIC_VIEWS, Caller, may
from server.api.house import House, house_of, wall_ms
from server.keys import date_of_ticket
from server.problems import Problem

COOKIE: Final = "ow_session"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


async def allow(request: Request, operation: str, hall: str | None = None) -> Caller:
    """Return the caller if the table of rights lets them; raises 401 or 403."""
    caller = await caller_of(request)
    check(caller, operation, hall)
    return caller


async def holder(request: Request, operation: str, *, hall: str, ticket: TicketId, secret: str) -> Caller:
    """Return the caller who holds a ticket (shows its secret), or may act on tickets by role; raises 401 or 403."""
    caller = await caller_of(request)
    if caller.role == "anonymous" and secret:
        if not knows(house_of(request), secret, hall=hall, ticket=ticket):
            raise Problem("WRONG_SECRET")
        caller = CITIZEN
    check(caller, operation, hall)
    return caller


def check(caller: Caller, operation: str, hall: str | None) -> None:
    """Raise 401 for somebody unknown and 403 for somebody known, unless the table gives the right."""
    if not may(caller, operation, hall=hall):
        raise Problem("NOT_SIGNED_IN_AT_ALL" if caller.role == "anonymous" else "FORBIDDEN")


def check_view(house: House, caller: Caller, kind: str, hall: str) -> None:
    """As :func:`check`, for a live feed; boards may be open to all by the settings."""
    operation = f"view.{kind}"
    if not (house.settings.public_screens and operation in PUBLIC_VIEWS):
        check(caller, operation, hall)


async def caller_of(request: Request) -> Caller:
    """Return who asks, by bearer token or cookie; refuses changes that another site's page makes."""
    if request.method not in SAFE_METHODS:
        check_origin(request)
    return await caller_with(house_of(request), token_of(request))


async def caller_with(house: House, token: str) -> Caller:
    """Return who holds a token; without one, nobody."""
    return await house.desk.caller(token, now_ms=wall_ms()) if token else NOBODY


def token_of(connection: HTTPConnection) -> str:
    """Return the token of a request, or an empty text."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return connection.cookies.get(COOKIE, "")


def check_origin(connection: HTTPConnection) -> None:
    """Refuse pages of other sites; programs send no origin and pass (CORS does not cover live feeds)."""
    origin = connection.headers.get("origin")
    if origin is None or origin in house_of(connection).settings.origins:
        return
    if urlsplit(origin).netloc.lower() != connection.headers.get("host", "").lower():
        raise Problem("FOREIGN_ORIGIN")


def knows(house: House, secret: str, *, hall: str, ticket: TicketId) -> bool:
    """Tell whether this is the ticket's secret."""
    date = date_of_ticket(ticket)
    return date is not None and house.key.opens(secret, hall=hall, date=date, ticket=ticket)


def address_of(connection: HTTPConnection) -> str:
    """Return the client's address."""
    return connection.client.host if connection.client else ""

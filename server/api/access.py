"""Who asks, and whether they may. Every route calls :func:`allow` (or :func:`holder`) before anything else."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.requests import HTTPConnection

from hall.ids import TicketId
from server.accounts.authorise import CITIZEN, NOBODY, PUBLIC_VIEWS, Caller, may, must_change_first
from server.accounts.routes import may_ask
from server.addresses import counted
from server.api.house import House, house_of, wall_ms
from server.keys import date_of_ticket
from server.problems import Problem

COOKIE: Final = "ow_session"
TLS: Final = frozenset({"https", "wss"})
"""Schemes of a request or feed of which a proxy that the settings name says that it came over TLS."""
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


async def allow(request: Request, operation: str, hall: str | None = None) -> Caller:
    """Return the caller if the table of rights lets them; raises 401 or 403."""
    caller = await caller_of(request)
    _check_row(request, operation)
    check(caller, operation, hall)
    return caller


async def holder(request: Request, operation: str, *, hall: str, ticket: TicketId, secret: str) -> Caller:
    """Return the caller who holds a ticket (shows its secret), or may act on tickets by role; raises 401 or 403.

    Who shows the secret acts as the holder, also in a browser in which somebody is signed in.
    """
    caller = await caller_of(request)
    caller = holder_or(caller, house_of(request), secret, hall=hall, ticket=ticket, address=address_of(request))
    _check_row(request, operation)
    check(caller, operation, hall)
    return caller


def holder_or(caller: Caller, house: House, secret: str, *, hall: str, ticket: TicketId, address: str) -> Caller:
    """Return the ticket's holder if the secret is shown, else the caller; raises ``WRONG_SECRET`` for somebody unknown."""
    if not secret:
        return caller
    is_right = knows(house, secret, hall=hall, ticket=ticket)
    return shown_secret(caller, house, is_right=is_right, address=address)


def shown_secret(caller: Caller, house: House, *, is_right: bool, address: str) -> Caller:
    """Return who shows a secret; raises ``WRONG_SECRET`` and, after too many of those, ``TOO_MANY`` for somebody unknown."""
    if caller.role == "anonymous":
        house.desk.rates.guesses(address)
    if is_right:
        return CITIZEN
    if caller.role == "anonymous":
        house.desk.rates.guessed_wrong(address)
        raise Problem("WRONG_SECRET")
    return caller


def check(caller: Caller, operation: str, hall: str | None) -> None:
    """Raise 401 for somebody unknown and 403 for somebody known, unless the table gives the right.

    Also 403 for whoever has a password that somebody else chose.
    """
    if not may(caller, operation, hall=hall):
        raise Problem("NOT_SIGNED_IN_AT_ALL" if caller.role == "anonymous" else "FORBIDDEN")
    if must_change_first(caller, operation):
        raise Problem("PASSWORD_TEMPORARY")


def _check_row(request: Request, operation: str) -> None:
    """Let nobody in where a route asks for what its row of the table does not have, or has no row."""
    route = request.scope.get("route")
    if not may_ask(request.method, getattr(route, "path", ""), operation):
        raise Problem("FORBIDDEN")


def check_view(house: House, caller: Caller, kind: str, hall: str) -> None:
    """As :func:`check`, for a live feed; boards may be open to all by the settings."""
    operation = f"view.{kind}"
    if not (house.settings.public_screens and operation in PUBLIC_VIEWS):
        check(caller, operation, hall)


async def caller_of(request: Request) -> Caller:
    """Return who asks, by bearer token or cookie; refuses changes that another site's page makes, and too many."""
    house = house_of(request)
    if request.method in SAFE_METHODS:
        return await caller_with(house, request)
    check_origin(request)
    caller = await caller_with(house, request)
    house.desk.rates.changes(caller, address_of(request))
    return caller


async def caller_with(house: House, connection: HTTPConnection, *, given: str = "") -> Caller:
    """Return who holds the token that is given in the address, the bearer token, or the session's cookie; or nobody.

    A cookie whose session has ended is nobody's: browsers keep it, and citizens may use what is open to all.
    """
    token = given or _bearer(connection)
    if token:
        return await house.desk.caller(token, now_ms=wall_ms())
    cookie = cookie_of(connection)
    if not cookie:
        return NOBODY
    try:
        return await house.desk.caller(cookie, now_ms=wall_ms())
    except Problem as problem:
        if problem.code != "SESSION_EXPIRED":
            raise
        return NOBODY


def token_of(connection: HTTPConnection) -> str:
    """Return the token of a request, or an empty text."""
    return _bearer(connection) or cookie_of(connection)


def cookie_of(connection: HTTPConnection) -> str:
    """Return the session's cookie, or an empty text."""
    return connection.cookies.get(COOKIE, "")


def _header(connection: HTTPConnection, name: bytes) -> str | None:
    """Return the first header of a name in small letters; every command asks for two, and a view of all takes longer."""
    return next((value.decode("latin-1") for one, value in connection.scope["headers"] if one == name), None)


def _bearer(connection: HTTPConnection) -> str:
    scheme, _, token = (_header(connection, b"authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def check_origin(connection: HTTPConnection) -> None:
    """Refuse pages of other sites; programs send no origin and pass (CORS does not cover live feeds).

    A page that came without TLS is another site's where this came with it. Not the other way round: of several proxies
    the one that ended TLS may not be the one that says how it was asked.
    """
    origin = _header(connection, b"origin")
    if origin is None or origin in house_of(connection).settings.origins:
        return
    scheme, host = _parts_of(origin)
    is_own = bool(host) and host == (_header(connection, b"host") or "").lower()
    if not is_own or (connection.scope.get("scheme") in TLS and scheme != "https"):
        raise Problem("FOREIGN_ORIGIN")


def _parts_of(origin: str) -> tuple[str, str]:
    """Return the scheme, and the host with its port, of an origin; nothing for ``null``, and for what is no address."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()


def knows(house: House, secret: str, *, hall: str, ticket: TicketId) -> bool:
    """Tell whether this is the ticket's secret."""
    date = date_of_ticket(ticket)
    return date is not None and house.key.opens(secret, hall=hall, date=date, ticket=ticket)


def address_of(connection: HTTPConnection) -> str:
    """Return what limits count the client's address by."""
    return counted(connection.client.host) if connection.client else ""

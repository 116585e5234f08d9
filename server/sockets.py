"""Live feeds: who may watch what is decided before the connection is accepted (protocol, section 5).

CORS does not cover WebSockets, so the origin is checked here. After the greeting all writing is the hub's; this task
only reads, and ends when the screen leaves or does not keep to the protocol.
"""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar, cast

from fastapi import APIRouter, Request, WebSocket, WebSocketDisconnect
from starlette.requests import HTTPConnection
from starlette.responses import Response

from hall.feed import View, ViewKind
from hall.feed_staff import render
from hall.link import NOTHING
from server.accounts.authorise import Caller
from server.accounts.feeds import WITHOUT_TOKEN
from server.accounts.passwords import token_hash
from server.api.access import address_of, caller_with, check, check_origin, check_view, holder_or, token_of
from server.api.bounds import Code
from server.api.describe import PROBLEMS
from server.api.house import House, house_of
from server.api.submit import reply
from server.hub import Hub
from server.outcomes import CommandError
from server.problems import Problem, body_of, headers_of, status_of
from server.watch import Screen
from server.wire import PIPE, Pipe

router = APIRouter()

T = TypeVar("T")
"""What a screen is admitted to."""
KEY_OF: Final[dict[str, str]] = {"area": "area", "strip": "window", "clerk": "window", "ticket": "ticket"}
"""View → the part of the address that says of what."""
VIEWS: Final = frozenset({"board", "area", "strip", "ticket", "clerk", "manager"})
PARAMETER_CHARS: Final = 64
LATEST_SEQ: Final = 2**53


@router.get("/api/halls/{hall}/feed", tags=["halls"], responses=PROBLEMS)
async def may_watch(request: Request, hall: Code) -> Response:
    """Say whether the live feed with this query would be given, and if not, why.

    Browsers tell a page nothing of a refused handshake: it asks here before it tries on for ever.
    """
    _, view = await _admitted(request, house_of(request), hall)
    return reply({"view": view.kind})


@router.websocket("/ws/halls/{hall}")
async def feed(socket: WebSocket, hall: str) -> None:
    """Keep one screen up to date."""
    house = house_of(socket)

    async def keep(pipe: Pipe, caller: Caller, view: View) -> None:
        device = caller.name if caller.role == "device" else ""
        screen = house.hub.join(pipe, hall, view, since=since_of(socket), device=device, kind=caller.kind)
        await stay(socket, house.hub, hall, screen)

    await serve(socket, house, lambda: _admitted(socket, house, hall), keep)


async def serve(
    socket: WebSocket,
    house: House,
    admitted: Callable[[], Awaitable[tuple[Caller, T]]],
    keep: Callable[[Pipe, Caller, T], Awaitable[None]],
) -> None:
    """Give a screen a seat and what ``admitted`` finds for it, until it leaves or its token ends; or refuse it."""
    address = address_of(socket)
    try:
        house.seats.take(address)
    except Problem as problem:
        await refuse(socket, problem)
        return
    try:
        await _serve(socket, house, admitted, keep)
    finally:
        house.seats.give(address)


async def _serve(
    socket: WebSocket,
    house: House,
    admitted: Callable[[], Awaitable[tuple[Caller, T]]],
    keep: Callable[[Pipe, Caller, T], Awaitable[None]],
) -> None:
    try:
        caller, what = await admitted()
    except CommandError as error:
        await refuse(socket, Problem(error.code))
        return
    except Problem as problem:
        await refuse(socket, problem)
        return
    await socket.accept()
    pipe = cast(Pipe, socket.scope["extensions"][PIPE])
    held = house.desk.feeds.opened(held_by(socket, caller), caller, pipe.cut)
    try:
        await keep(pipe, caller, what)
    finally:
        house.desk.feeds.closed(held)


async def stay(socket: WebSocket, hub: Hub, hall: str, screen: Screen | None) -> None:
    """Hear a screen that joined a hub until it leaves or does not keep to the protocol; close where there is no such view now."""
    if screen is None:
        await socket.close(1013)
        return
    try:
        await _listen(socket, hub, hall, screen)
    except WebSocketDisconnect:
        pass
    finally:
        hub.leave(hall, screen)


async def _listen(socket: WebSocket, hub: Hub, hall: str, screen: Screen) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        refused = hub.receive(hall, screen, message.get("text") or message.get("bytes") or b"")
        if refused is not None:
            await socket.close(refused.code, refused.reason)
            return


async def _admitted(connection: HTTPConnection, house: House, hall: str) -> tuple[Caller, View]:
    """Return who wants to watch what; raises why not."""
    check_origin(connection)
    caller = await _caller(connection, house, hall)
    view = _view(connection)
    _check(house, caller, view, hall)
    _check_there(house, hall, view)
    return caller, view


def held_by(socket: HTTPConnection, caller: Caller) -> str:
    """Return the hash of the token whose end is the end of this feed; a citizen's ends with the ticket's day."""
    if caller.role in ("anonymous", "citizen"):
        return WITHOUT_TOKEN
    return token_hash(_given(socket) or token_of(socket))


def _given(socket: HTTPConnection) -> str:
    return _parameter(socket, "device") or _parameter(socket, "token")


async def _caller(socket: HTTPConnection, house: House, hall: str) -> Caller:
    """Return who watches: by token, device token or session cookie, or by the ticket's secret."""
    caller = await caller_with(house, socket, given=_given(socket))
    if _parameter(socket, "view") != "ticket":
        return caller
    secret, ticket = _parameter(socket, "secret"), _parameter(socket, "ticket")
    return holder_or(caller, house, secret, hall=hall, ticket=ticket, address=address_of(socket))


def _view(socket: HTTPConnection) -> View:
    kind = _parameter(socket, "view")
    if kind not in VIEWS:
        raise Problem("INVALID_INPUT")
    return View(cast(ViewKind, kind), _parameter(socket, KEY_OF[kind]) if kind in KEY_OF else "")


def _check(house: House, caller: Caller, view: View, hall: str) -> None:
    """Check the table of rights, and that a clerk watches no other clerk's window."""
    check_view(house, caller, view.kind, hall)
    if view.kind == "clerk" and caller.role == "clerk":
        desk = house.halls.today(hall).view_state().desks.get(view.key)
        if desk is not None and desk.clerk and desk.clerk != caller.actor:
            raise Problem("FORBIDDEN")
    if caller.role == "device" and caller.window and view.kind == "strip" and view.key != caller.window:
        check(caller, "view.clerk", hall)


def _check_there(house: House, hall: str, view: View) -> None:
    """Refuse a view that the hall does not have, or a ticket's that enough screens have; boards may wait for the day."""
    state = house.halls.today(hall).view_state()
    if view.kind in KEY_OF and render(state, view) is None:
        if not state.is_open:
            raise Problem("NOT_READY")
        code = {"ticket": "UNKNOWN_TICKET", "area": "UNKNOWN_AREA"}.get(view.kind, "UNKNOWN_WINDOW")
        raise Problem(code, facts={KEY_OF[view.kind]: view.key})
    if view.kind == "ticket" and house.hub.screens_of(hall, view) >= house.settings.limits.screens_per_ticket:
        raise Problem("TOO_MANY")


def since_of(socket: WebSocket) -> int:
    """Return the seq that a screen has, as its address says; NOTHING if it has none."""
    since = _parameter(socket, "since")
    return min(int(since), LATEST_SEQ) if since.isascii() and since.isdigit() else NOTHING


def _parameter(socket: HTTPConnection, name: str) -> str:
    value = socket.query_params.get(name, "")
    if len(value) > PARAMETER_CHARS:
        raise Problem("INVALID_INPUT")
    return value


async def refuse(socket: WebSocket, problem: Problem) -> None:
    """Answer the handshake with the problem's status instead of accepting it."""
    response = Response(body_of(problem), status_code=status_of(problem.code), headers=headers_of(problem))
    await socket.send_denial_response(response)

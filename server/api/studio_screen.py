"""The board of a simulated day: a live feed of its own address, with a hub of its own (protocol, section 9)."""

from typing import Final, cast

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from hall.feed import View
from server.accounts.authorise import Caller
from server.api.access import address_of, caller_with, check, check_origin
from server.api.house import House, house_of
from server.api.studio import USE, play_of
from server.outcomes import CommandError
from server.problems import Problem
from server.sockets import held_by, refuse, since_of
from server.studio.theatre import Play
from server.watch import Screen
from server.wire import PIPE, Pipe

router = APIRouter()

JOB_CHARS: Final = 16


@router.websocket("/ws/halls/{hall}/studio/{job}")
async def watch(socket: WebSocket, hall: str, job: str) -> None:
    """Keep one screen up to date with a simulated day."""
    house = house_of(socket)
    address = address_of(socket)
    try:
        house.seats.take(address)
    except Problem as problem:
        await refuse(socket, problem)
        return
    try:
        await _serve(socket, house, hall, job)
    finally:
        house.seats.give(address)


async def _serve(socket: WebSocket, house: House, hall: str, job: str) -> None:
    try:
        caller, play = await _admitted(socket, house, hall, job)
    except CommandError as error:
        await refuse(socket, Problem(error.code))
        return
    except Problem as problem:
        await refuse(socket, problem)
        return
    await socket.accept()
    pipe = cast(Pipe, socket.scope["extensions"][PIPE])
    held = house.desk.feeds.opened(held_by(socket, caller), caller, pipe.cut)
    play.screens += 1
    try:
        await _keep(socket, play, pipe)
    finally:
        play.screens -= 1
        house.desk.feeds.closed(held)


async def _admitted(socket: WebSocket, house: House, hall: str, job: str) -> tuple[Caller, Play]:
    check_origin(socket)
    caller = await caller_with(house, socket)
    check(caller, USE, hall)
    return caller, await play_of(house, hall, job[: JOB_CHARS + 1])


async def _keep(socket: WebSocket, play: Play, pipe: Pipe) -> None:
    screen = play.hub.join(pipe, play.hall, View("board"), since=since_of(socket), device="")
    if screen is None:
        await socket.close(1013)
        return
    try:
        await _listen(socket, play, screen)
    except WebSocketDisconnect:
        pass
    finally:
        play.hub.leave(play.hall, screen)


async def _listen(socket: WebSocket, play: Play, screen: Screen) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        refused = play.hub.receive(play.hall, screen, message.get("text") or message.get("bytes") or b"")
        if refused is not None:
            await socket.close(refused.code, refused.reason)
            return

"""The board of a simulated day: a live feed of its own address, with a hub of its own (protocol, section 9)."""

from typing import Final

from fastapi import APIRouter, WebSocket

from hall.feed import View
from server.accounts.authorise import Caller
from server.api.access import caller_with, check, check_origin
from server.api.house import House, house_of
from server.api.studio import USE, play_of
from server.sockets import serve, since_of, stay
from server.studio.theatre import Play
from server.wire import Pipe

router = APIRouter()

JOB_CHARS: Final = 16


@router.websocket("/ws/halls/{hall}/studio/{job}")
async def watch(socket: WebSocket, hall: str, job: str) -> None:
    """Keep one screen up to date with a simulated day."""
    house = house_of(socket)

    async def keep(pipe: Pipe, _: Caller, play: Play) -> None:
        play.screens += 1
        try:
            screen = play.hub.join(pipe, play.hall, View("board"), since=since_of(socket), device="")
            await stay(socket, play.hub, play.hall, screen)
        finally:
            play.screens -= 1

    await serve(socket, house, lambda: _admitted(socket, house, hall, job), keep)


async def _admitted(socket: WebSocket, house: House, hall: str, job: str) -> tuple[Caller, Play]:
    check_origin(socket)
    caller = await caller_with(house, socket)
    check(caller, USE, hall)
    return caller, await play_of(house, hall, job[: JOB_CHARS + 1])

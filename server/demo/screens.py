"""Screens of the hall: boards, area boards and strips that follow, confirm what they showed, and end in the true state."""

import asyncio
from functools import partial
from typing import Final

import msgspec

from hall.patch import JsonObject, compact
from server.demo.citizens import Hall
from server.demo.dayfile import Device
from server.demo.follow import Follower
from server.demo.history import History, Sighting
from server.demo.views import CallView

EQUAL_WITHIN_S: Final = 5.0
"""Law L1: after the last fault all screens equal the log within 5 s."""
POLL_S: Final = 0.2
RINGS_KEPT: Final = 40_000
"""Sightings of one day; ten times a busy hall's calls."""


class Screens:
    """All simulated screens; the first board is what the people in the room read."""

    def __init__(self, hall: Hall, devices: tuple[Device, ...], history: History) -> None:
        """Make one follower per device."""
        self._hall = hall
        self._history = history
        self._rings = 0
        self.calls: dict[str, CallView] = {}
        self.followers = [self._follower(device, number) for number, device in enumerate(devices)]

    async def run(self) -> None:
        """Follow until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for follower in self.followers:
                tasks.create_task(follower.run())

    async def check_end(self) -> list[str]:
        """Compare the board with what the server says, when nothing moves any more; return the findings."""
        findings = [finding for follower in self.followers for finding in follower.findings]
        board = next((one for one in self.followers if one.name.startswith("board")), None)
        if board is None:
            return findings
        waited_s = 0.0
        while waited_s < EQUAL_WITHIN_S:
            true = await self._true_state()
            if true is not None and compact(board.link.state) == true:
                return findings
            await asyncio.sleep(POLL_S)
            waited_s += POLL_S
        return [*findings, f"L1: the board does not show the hall's state after {EQUAL_WITHIN_S} s"]

    def _follower(self, device: Device, number: int) -> Follower:
        query = {"view": device.kind}
        if device.kind == "area":
            query["area"] = device.area
        elif device.kind == "strip":
            query["window"] = device.window
        is_eyes = number == 0
        return Follower(
            self._hall.feed, query, pace=self._hall.pace, token=device.token, screen=True,
            on_paint=self._shows if is_eyes else None,
            on_ring=partial(self._rang, device.id),
        )  # fmt: skip

    def _shows(self, state: JsonObject) -> None:
        self.calls = msgspec.convert(state.get("calls", {}), dict[str, CallView])
        self._hall.floor.board_shows(self.calls)

    def _rang(self, screen: str, call: JsonObject) -> None:
        self._rings += 1
        if self._rings <= RINGS_KEPT:
            seen = msgspec.convert(call, CallView)
            self._history.write(Sighting(screen=screen, ring=seen.ring, ticket=seen.ticket, window=seen.window))

    async def _true_state(self) -> JsonObject | None:
        content = await self._hall.client.ask(f"{self._hall.path}/state")
        if content is None:
            return None
        return compact(msgspec.json.decode(content, type=_State).view)


class _State(msgspec.Struct, frozen=True):
    view: dict[str, object]

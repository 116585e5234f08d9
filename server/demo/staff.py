"""The guide at the door and the hall manager: what they do beside the windows, each from their own screens."""

import random
from typing import Final

import msgspec

from hall.ids import MINUTE_MS, Ms
from hall.patch import JsonObject
from server.demo.citizens import Hall
from server.demo.client import Answer
from server.demo.floor import Favour
from server.demo.follow import Follower
from server.demo.views import CallView, DeskView, ManagerView, QueueView, TicketView

LOOKS_ROUND_MS: Final = MINUTE_MS
OVERDUE_MS: Final = 4 * MINUTE_MS
"""A call that stands this long without a recall or a miss: the clerk is gone, the guide takes it back."""
LONG_WAIT_MS: Final = 12 * MINUTE_MS
"""The manager acts before the promised 15 minutes are over."""
QUIET_WAIT_MS: Final = 2 * MINUTE_MS
QUIET_FOR_MS: Final = 20 * MINUTE_MS
HELPS_FROM: Final = 8
"""People in one line while it waits too long: windows of a quiet theme begin to help."""
STAYS_MS: Final = 45 * MINUTE_MS
"""How long at least a colleague who was asked to come stays."""
CORRECTS_SHARE: Final = 0.05


class Guide:
    """Looks after the people: priority lane, merging and splitting, calls that a clerk left standing."""

    def __init__(self, hall: Hall, *, account: str, token: str, chance: random.Random) -> None:
        """Stand at the door."""
        self._hall = hall
        self._who = f"guide:{account}"
        self._token = token
        self._chance = chance
        self._withdrawn: set[int] = set()
        self.calls: dict[str, CallView] = {}

    async def run(self) -> None:
        """Walk round until cancelled."""
        while True:
            await self._hall.pace.sleep(LOOKS_ROUND_MS)
            if self._hall.floor.favours:
                await self._do_favour(self._hall.floor.favours.popleft())
            await self._take_back_calls()

    async def _do_favour(self, favour: Favour) -> None:
        match favour.kind:
            case "lane":
                await self._of_ticket(favour.ticket, "reclass", {"class": "priority", "reason": "elder_or_ill"})
            case "merge":
                await self._of_ticket(favour.ticket, "merge", {"merged": favour.other})
            case _:
                await self._of_ticket(favour.ticket, "split", {"entries": [2]})

    async def _take_back_calls(self) -> None:
        """Withdraw calls that stand on the board too long while nobody is at the window."""
        now_ms = self._hall.pace.now_ms()
        for call in list(self.calls.values()):
            is_overdue = call.state == "calling" and now_ms - call.at_ms > OVERDUE_MS
            if is_overdue and call.ring not in self._withdrawn:
                self._withdrawn.add(call.ring)
                await self._of_ticket(call.ticket, "withdraw-call", {"reason": "clerk_absent"})

    async def _of_ticket(self, ticket: str, op: str, body: dict[str, object]) -> Answer:
        path = f"{self._hall.path}/tickets/{ticket}/{op}"
        return await self._hall.client.change(op, path, body, who=self._who, token=self._token)


class Manager:
    """Watches queues and windows; asks colleagues to come, lets quiet windows help, ends the day."""

    def __init__(
        self, hall: Hall, *, account: str, token: str, standby: tuple[str, ...], chance: random.Random
    ) -> None:
        """Sit at the manager's page; ``standby`` are windows whose clerks can be asked to come."""
        self.view = ManagerView()
        self.page = Follower(hall.feed, {"view": "manager"}, pace=hall.pace, token=token, on_paint=self._shows)
        self.opened = 0
        self._hall = hall
        self._who = f"manager:{account}"
        self._token = token
        self._standby = standby
        self._chance = chance
        self._came_ms: dict[str, Ms] = {}
        self._helping: set[str] = set()
        self._state: JsonObject = {}

    @property
    def is_linked(self) -> bool:
        """Tell whether the page has shown anything yet."""
        return bool(self._state)

    def look(self) -> ManagerView:
        """Return what the page shows now."""
        if self._state:
            self.view = msgspec.convert(self._state, ManagerView)
        return self.view

    async def run(self) -> None:
        """Manage until cancelled."""
        while True:
            await self._hall.pace.sleep(LOOKS_ROUND_MS)
            if not self.is_linked:
                continue
            view, now_ms = self.look(), self._hall.pace.now_ms()
            longest = max(view.queues.values(), key=lambda queue: _waited_ms(queue, now_ms), default=QueueView())
            if _waited_ms(longest, now_ms) > LONG_WAIT_MS:
                await self._relieve(view, longest, now_ms)
            elif _waited_ms(longest, now_ms) < QUIET_WAIT_MS:
                self._send_home(now_ms)
            if self._chance.random() < CORRECTS_SHARE:
                await self._correct()

    async def open_until(self, sessions: list[tuple[Ms, Ms]]) -> Answer:
        """Change today's opening times."""
        body: dict[str, object] = {
            "sessions": [{"open_ms": start, "close_ms": end} for start, end in sessions],
            "reason": "short_day",
        }
        return await self._day("sessions", body)

    async def end_day(self) -> Answer:
        """Say that the day is over."""
        return await self._day("end", {})

    async def finish_window(self, window: str, op: str, body: dict[str, object]) -> Answer:
        """Do something at a window whose clerk has left."""
        path = f"{self._hall.path}/windows/{window}/{op}"
        return await self._hall.client.change(f"window.{op}", path, body, who=self._who, token=self._token)

    async def _relieve(self, view: ManagerView, queue: QueueView, now_ms: Ms) -> None:
        """Ask somebody who can serve this line to come; if nobody can, let another window help."""
        for window in queue.windows:
            is_free = window in self._standby and view.windows[window].state == "CLOSED"
            if is_free and window not in self._hall.floor.asked_to_come:
                self._hall.floor.asked_to_come[window] = now_ms
                self._hall.floor.asked_to_go.discard(window)
                self._hall.floor.ring(window)
                self._came_ms[window] = now_ms
                self.opened += 1
                return
        if queue.waiting >= HELPS_FROM:
            await self._let_help(view, queue)

    async def _let_help(self, view: ManagerView, queue: QueueView) -> None:
        quiet = [
            (code, desk)
            for code, desk in view.windows.items()
            if desk.asking and code not in queue.windows and code not in self._helping and not desk.serves.everything
        ]
        theme = next((code for code, one in view.queues.items() if one is queue), "")
        if not quiet or not theme:
            return
        code, desk = quiet[0]
        self._helping.add(code)
        await self._serve(code, desk, theme)

    async def _serve(self, window: str, desk: DeskView, theme: str) -> None:
        body = {
            "serves": msgspec.to_builtins(desk.serves),
            "helps": {"themes": [theme]},
            "help_rule": {"when": "waited", "after_ms": LONG_WAIT_MS},
        }
        await self.finish_window(window, "serve", body)

    def _send_home(self, now_ms: Ms) -> None:
        for window, came_ms in list(self._came_ms.items()):
            if now_ms - came_ms > max(STAYS_MS, QUIET_FOR_MS):
                del self._came_ms[window]
                self._hall.floor.asked_to_come.pop(window, None)
                self._hall.floor.asked_to_go.add(window)
                self._hall.floor.ring(window)

    async def _correct(self) -> None:
        """Look up the last finished number on the board of calls, and put right what its clerk entered."""
        calls = self._state.get("calls")
        numbers = (
            [call["number"] for call in calls.values() if isinstance(call, dict)] if isinstance(calls, dict) else []
        )
        if not numbers:
            return
        content = await self._hall.client.ask(
            f"{self._hall.path}/tickets", token=self._token, params={"number": str(self._chance.choice(numbers))}
        )
        found = msgspec.json.decode(content, type=_Found).tickets if content else ()
        for ticket in found[:1]:
            if ticket.state == "DONE":
                body = {"reason": "entered_by_mistake", "entry": 0, "result": "done"}
                path = f"{self._hall.path}/tickets/{ticket.id}/correct"
                await self._hall.client.change("correct", path, body, who=self._who, token=self._token)

    async def _day(self, op: str, body: dict[str, object]) -> Answer:
        return await self._hall.client.change(
            f"day.{op}", f"{self._hall.path}/day/{op}", body, who=self._who, token=self._token
        )

    def _shows(self, state: JsonObject) -> None:
        self._state = state


class _Found(msgspec.Struct, frozen=True):
    tickets: tuple[TicketView, ...] = ()


def _waited_ms(queue: QueueView, now_ms: Ms) -> Ms:
    return now_ms - queue.oldest_ms if queue.oldest_ms else 0

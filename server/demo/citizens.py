"""Visitors: they take a number, wait, come when they are called (or do not), are served, and some rate the visit."""

import asyncio
import random
from typing import Final

import msgspec

from hall.ids import MINUTE_MS, Ms
from hall.patch import JsonObject
from server.demo.arrivals import Visitor
from server.demo.client import Answer, Client
from server.demo.floor import Call, Favour, Floor, Present
from server.demo.follow import Follower
from server.demo.pace import Pace
from server.demo.views import CallView, TicketView

PHONES_AT_ONCE: Final = 12
"""Phones that follow their ticket live; each is a view that the server renders, and a dozen show that it works."""
REPRINT_MS: Final = 40_000
COMES_BACK_MS: Final = (1 * MINUTE_MS, 8 * MINUTE_MS)
"""After a missed call."""
WALKS_UP_SHARE: Final = 0.3
"""Of those who come back: they stand at the window and ask, instead of queueing again."""
RATES_AFTER_MS: Final = (20_000, 5 * MINUTE_MS)
PLACES: Final = (1, 5)
SPLITS_SHARE: Final = 0.1
"""Of those with three items or more: another member of the family does one of them."""


class Hall:
    """What every simulated person has in common: the hall's address, its clock, the room, and tokens of the devices."""

    def __init__(
        self, client: Client, pace: Pace, floor: Floor, *, hall: str, base: str, kiosks: tuple[str, ...], guide: str
    ) -> None:
        """Join them."""
        self.client = client
        self.pace = pace
        self.floor = floor
        self.code = hall
        self.path = f"/api/halls/{hall}"
        self.feed = f"{base}/ws/halls/{hall}"
        self.kiosks = kiosks
        self.guide = guide
        self.phones = asyncio.Semaphore(PHONES_AT_ONCE)


class Citizen:
    """One visitor from the door to the end of the visit."""

    def __init__(self, hall: Hall, visitor: Visitor, *, number: int, seed: int) -> None:
        """Know what the visitor is like."""
        self._hall = hall
        self._visitor = visitor
        self.who = f"visitor-{number:05d}"
        self._chance = random.Random(f"{seed}/{number}")
        self._turn = visitor.turn
        self._ticket = TicketView("", "", "")
        self._present = Present()
        self._plans: list[tuple[Ms, str]] = []
        self.was_served = False

    async def visit(self) -> None:
        """Live through the visit."""
        taken = await self._take()
        if taken is None:
            return
        self._ticket = taken
        self._present = self._hall.floor.enter(taken.id)
        try:
            await self._settle_in()
            if self._visitor.channel == "phone" and not self._hall.phones.locked():
                async with self._hall.phones:
                    await self._with_phone()
            else:
                await self._stay()
        finally:
            self._hall.floor.leave(taken.id)

    # ---- taking a number ----

    async def _take(self) -> TicketView | None:
        visitor = self._visitor
        body: dict[str, object] = {
            "items": [{"code": code, "quantity": quantity} for code, quantity in visitor.items],
            "class": visitor.klass,
        }
        answer = await self._change("take", "/tickets", body, token=self._device())
        return answer.reply.ticket if answer.is_ok else None

    def _device(self) -> str:
        match self._visitor.channel:
            case "phone":
                return ""
            case "desk":
                return self._hall.guide
            case "kiosk":
                return self._chance.choice(self._hall.kiosks)

    async def _settle_in(self) -> None:
        """Get the slip, make plans, and talk to the guide."""
        visitor, now_ms = self._visitor, self._hall.pace.now_ms()
        if visitor.channel != "phone":
            await self._of_ticket("print-result", {"printed": not visitor.slip_fails}, token=self._device())
        plans = [
            (visitor.patience_ms, "leave"),
            (visitor.cancels_after_ms, "cancel"),
            (visitor.delays_after_ms, "delay"),
        ]
        self._plans = sorted((now_ms + after_ms, what) for after_ms, what in plans if after_ms is not None)
        if visitor.slip_fails:
            self._plans = sorted([*self._plans, (now_ms + REPRINT_MS, "reprint")])
        if visitor.asks_for_lane:
            self._hall.floor.favours.append(Favour("lane", self._ticket.id))
        if visitor.family and (second := await self._take()) is not None:
            self._hall.floor.favours.append(Favour("merge", self._ticket.id, second.id))
        if len(visitor.items) >= 3 and self._chance.random() < SPLITS_SHARE:
            self._hall.floor.favours.append(Favour("split", self._ticket.id))

    async def _with_phone(self) -> None:
        """Wait with the phone in the hand: its page tells the call too."""
        query = {"view": "ticket", "ticket": self._ticket.id, "secret": self._ticket.secret}
        phone = Follower(self._hall.feed, query, pace=self._hall.pace, on_paint=self._phone_shows)
        following = asyncio.create_task(phone.run())
        try:
            await self._stay()
        finally:
            following.cancel()

    def _phone_shows(self, state: JsonObject) -> None:
        if isinstance(state.get("call"), dict):
            call = msgspec.convert(state["call"], CallView)
            self._present.sees(Call(call.window, call.state, call.call_no, call.ring))

    # ---- waiting ----

    async def _stay(self) -> None:
        while (call := await self._called()) is not None:
            if not await self._answer_call(call):
                return

    async def _called(self) -> Call | None:
        """Wait for the call, doing meanwhile what was planned; None: left or gave the number back."""
        while True:
            self._present.news.clear()
            call = self._present.call
            if call is not None and call.state == "calling":
                return call
            next_ms = self._plans[0][0] if self._plans else None
            if await self._news_before(next_ms):
                continue
            _, what = self._plans.pop(0)
            if not await self._do_planned(what):
                return None

    async def _do_planned(self, what: str) -> bool:
        """Do what was planned; False: the visit is over."""
        match what:
            case "reprint":
                await self._of_ticket("print-result", {"printed": True}, token=self._device())
            case "delay":
                places = self._chance.randint(*PLACES)
                await self._of_ticket("delay", {"places": places, "secret": self._ticket.secret})
            case "cancel":
                return not (await self._of_ticket("cancel", {"secret": self._ticket.secret})).is_ok
            case _:
                return False
        return True

    async def _news_before(self, at_ms: Ms | None) -> bool:
        if at_ms is None:
            await self._present.news.wait()
            return True
        try:
            async with asyncio.timeout(self._hall.pace.real_s(at_ms - self._hall.pace.now_ms())):
                await self._present.news.wait()
        except TimeoutError:
            return False
        return True

    # ---- being called ----

    async def _answer_call(self, call: Call) -> bool:
        """Come to the window, or miss the call; False: the visit is over."""
        turn, self._turn = self._turn, "comes"
        if turn == "never":
            return False
        if turn == "late":
            await self._while_board_says(call)
        elif turn == "rejoins":
            await self._until_not("calling")
            return await self._come_back()
        await self._hall.pace.sleep(self._visitor.walk_ms)
        now = self._present.call
        if now is None or now.state != "calling" or now.window != call.window:
            return True if now is None or now.state != "missed" else await self._come_back()
        self._hall.floor.step_up(now.window, self._ticket.id)
        await self._until_not("calling")
        await self._until_not("serving")
        self._hall.floor.step_back(now.window, self._ticket.id)
        return await self._after_window()

    async def _after_window(self) -> bool:
        """Ask the phone page (the slip's code leads there) how things stand."""
        for _ in range(5):
            ticket = await self._look()
            if ticket is None or ticket.state not in ("CALLED", "SERVING"):
                break
            await self._hall.pace.sleep(MINUTE_MS // 2)
        else:
            return True
        if ticket is None or ticket.state in ("WAITING", "HELD"):
            return True
        if ticket.state == "MISSED":
            return await self._come_back()
        self.was_served = ticket.state == "DONE"
        if self.was_served and self._visitor.level:
            await self._hall.pace.sleep(self._chance.randint(*RATES_AFTER_MS))
            rating = {"entry": 0, "level": self._visitor.level, "secret": self._ticket.secret}
            await self._of_ticket("rate", rating)
        return False

    async def _come_back(self) -> bool:
        """After a missed call: queue again at the kiosk or on the phone, or walk up to the window; False: give up."""
        missed_at = self._present.call
        await self._hall.pace.sleep(self._chance.randint(*COMES_BACK_MS))
        if missed_at is not None and self._chance.random() < WALKS_UP_SHARE:
            self._hall.floor.come_back(missed_at.window, self._ticket.id)
            return True
        answer = await self._of_ticket("rejoin", {"secret": self._ticket.secret})
        return answer.is_ok or answer.reply.code == "WRONG_STATE"

    async def _while_board_says(self, call: Call) -> None:
        """Wait until the call is repeated or withdrawn."""
        while self._present.call == call:
            self._present.news.clear()
            await self._present.news.wait()

    async def _until_not(self, state: str) -> None:
        while (call := self._present.call) is not None and call.state == state:
            self._present.news.clear()
            await self._present.news.wait()

    # ---- asking the server ----

    async def _look(self) -> TicketView | None:
        path = f"{self._hall.path}/tickets/{self._ticket.id}"
        content = await self._hall.client.ask(path, params={"secret": self._ticket.secret})
        if content is None:
            return None
        return msgspec.json.decode(content, type=_Shown).ticket

    async def _of_ticket(self, op: str, body: dict[str, object], *, token: str = "") -> Answer:
        return await self._change(op, f"/tickets/{self._ticket.id}/{op}", body, token=token)

    async def _change(self, op: str, path: str, body: dict[str, object], *, token: str = "") -> Answer:
        return await self._hall.client.change(op, f"{self._hall.path}{path}", body, who=self.who, token=token)


class _Shown(msgspec.Struct, frozen=True):
    ticket: TicketView

"""The process of the simulated people: started beside the server, speaking to it over HTTP and WebSockets only.

It tells its parent how far the day is, one JSON line a second on standard output, and ends when the day has ended.
"""

import asyncio
import os
import random
import signal
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from hall.ids import MINUTE_MS, Ms
from server.demo.arrivals import Visitor, visitors
from server.demo.bookers import BookedCitizen, book_again
from server.demo.citizens import Citizen, Hall
from server.demo.clerk_mind import Mind, Shift, Trade
from server.demo.clerks import Clerk
from server.demo.client import Client
from server.demo.dayfile import BOOKED_FILE, HISTORY_FILE, Account, DemoDay, Progress, Report, read_day
from server.demo.demand import expected_of
from server.demo.family import leave_with_parent, wait_for_turn
from server.demo.floor import Floor
from server.demo.history import History
from server.demo.pace import Pace
from server.demo.roster import Roster, roster
from server.demo.screens import Screens
from server.demo.staff import Guide, Manager
from server.demo.views import HallFacts

READY_S: Final = 90.0
"""A first start replays nothing, but a busy machine may take its time to import the server."""
POLL_S: Final = 0.2
BOOKERS_APART_S: Final = 0.008
"""Between the first looks of those who book: 400 in some three seconds."""
REPORT_S: Final = 1.0
STAGGER_S: Final = 0.02
"""Between the connections of consoles, so that the server greets them one by one."""
GOES_HOME_MS: Final = 60 * MINUTE_MS
"""After closing, all windows are left by then, whatever still lies on them."""
STRIPS: Final = 6
"""Strips with a simulated screen; every window has its device, so all can be opened in the browser."""
VISITORS_AT_ONCE: Final = 5_000
"""More people than fit into the largest hall; others turn round at the door."""
FINDINGS_TOLD: Final = 50
OWED_DAYS: Final = 7
"""Time to bring what was missing; five workdays are usual."""


class Crowd:
    """All simulated people of a day."""

    def __init__(self, day: DemoDay, folder: Path) -> None:
        """Make the parts; nothing is sent yet."""
        self._day = day
        self._folder = folder
        run = f"demo-{os.getpid():x}-{random.SystemRandom().getrandbits(32):08x}"
        self._history = History(folder / HISTORY_FILE)
        self._client = Client(day.base, self._history, run=run, chance=random.Random(f"taps/{day.seed}"))
        self._pace = Pace()
        self._floor = Floor()
        guide = self._account("guide")
        kiosks = tuple(device.token for device in day.devices if device.kind == "kiosk")
        self._hall = Hall(
            self._client, self._pace, self._floor, hall=day.hall, base=day.base, kiosks=kiosks, guide=guide.token
        )
        strips = [device for device in day.devices if device.kind == "strip"]
        screens = [device for device in day.devices if device.kind in ("board", "area")]
        self._screens = Screens(self._hall, (*screens, *strips[:STRIPS]), self._history)
        self._guide = Guide(
            self._hall, account=guide.account, token=guide.token, chance=random.Random(f"guide/{day.seed}")
        )
        self._manager: Manager | None = None
        self._clerks: list[Clerk] = []
        self._facts: HallFacts | None = None
        self._visits: set[asyncio.Task[None]] = set()
        self._booking: dict[int, BookedCitizen] = {}
        """Visitors who have looked for a slot; they come at their own time."""
        self._findings: list[str] = []
        self._phase = "starting"

    async def run(self) -> None:
        """Live through the day."""
        facts = await self._ready()
        manager = self._manager = self._make_manager(roster(facts, seed=self._day.seed))
        # Before anybody books, since slots that are booked keep the hall open.
        facts = self._facts = await self._shorten(facts, manager)
        everybody = self._everybody(facts)
        await self._book(everybody)
        plan = roster(facts, seed=self._day.seed)
        self._clerks = self._make_clerks(facts, plan)
        try:
            async with asyncio.TaskGroup() as tasks:
                people = [
                    tasks.create_task(one)
                    for one in (self._screens.run(), manager.page.run(), manager.run(), self._guide.run())
                ]
                people.append(tasks.create_task(self._eyes_of_guide()))
                people.append(tasks.create_task(self._tell()))
                people.append(tasks.create_task(self._door(everybody)))
                for clerk in self._clerks:
                    people.append(tasks.create_task(clerk.run()))
                    await asyncio.sleep(STAGGER_S)
                people.append(tasks.create_task(self._standby(plan)))
                await self._until_over(facts, manager)
                self._findings += await self._screens.check_end()
                for person in (*people, *self._visits):
                    person.cancel()
        finally:
            self._client.close()
            self._history.close()
        self._say(done=True)

    # ---- beginning ----

    async def _ready(self) -> HallFacts:
        """Wait until the server answers and the day is open."""
        waited_s = 0.0
        while waited_s < READY_S:
            facts = await self._look()
            if facts is not None and facts.sessions:
                return facts
            await asyncio.sleep(POLL_S)
            waited_s += POLL_S
        raise TimeoutError(f"the server did not open the day within {READY_S} s")

    async def _look(self) -> HallFacts | None:
        content = await self._client.ask(self._hall.path)
        if content is None:
            return None
        facts = msgspec.json.decode(content, type=HallFacts)
        self._pace.hear(facts.at_ms, facts.speed)
        return facts

    async def _shorten(self, facts: HallFacts, manager: Manager) -> HallFacts:
        """Close earlier today, if the demo is to be short."""
        until_ms = self._day.until_ms
        if until_ms is None or facts.sessions[-1].close_ms <= until_ms:
            return facts
        sessions = [(one.open_ms, min(one.close_ms, until_ms)) for one in facts.sessions if one.open_ms < until_ms]
        await manager.open_until(sessions)
        return await self._look() or facts

    def _account(self, role: str) -> Account:
        return next(one for one in self._day.accounts if one.role == role and one.token)

    def _make_manager(self, plan: Roster) -> Manager:
        account = self._account("manager")
        chance = random.Random(f"manager/{self._day.seed}")
        return Manager(self._hall, account=account.account, token=account.token, standby=plan.standby, chance=chance)

    def _make_clerks(self, facts: HallFacts, plan: Roster) -> list[Clerk]:
        trade = Trade(
            {item.code: item.service_ms for item in facts.items},
            {item.code: item.theme for item in facts.items},
            tuple(sorted({window.area for window in facts.windows})),
            (date.fromisoformat(facts.date) + timedelta(days=OWED_DAYS)).isoformat(),
        )
        clerks = []
        for account in self._day.accounts:
            shift = plan.shifts.get(account.window)
            if account.role == "clerk" and account.token and shift is not None:
                mind = Mind(
                    f"clerk:{account.account}", shift, trade, random.Random(f"{account.window}/{self._day.seed}")
                )
                clerks.append(
                    Clerk(self._hall, account.window, account=account.account, token=account.token, mind=mind)
                )
        return clerks

    # ---- the day ----

    def _everybody(self, facts: HallFacts) -> list[Visitor]:
        """Draw the day's visitors; where nothing can be booked, those who would have booked come without."""
        expected = expected_of(self._day.hall, weekday=date.fromisoformat(facts.date).isoweekday())
        drawn = visitors(facts, expected, seed=self._day.seed)
        if self._day.book_ms:
            return drawn
        return [replace(one, booking=None) for one in drawn if one.booking is None or one.booking.comes]

    async def _book(self, everybody: list[Visitor]) -> None:
        """Let everybody who books do so in the early morning, and wait until the day begins to be shown, at its own speed."""
        if self._pace.now_ms() >= self._day.start_ms:
            return
        self._phase = "booking"
        booking = [(number, one) for number, one in enumerate(everybody) if one.booking is not None]
        random.Random(f"bookers/{self._day.seed}").shuffle(booking)
        for number, visitor in booking:
            self._let_in(visitor, number, books=True)
            await asyncio.sleep(BOOKERS_APART_S)
        booked = self._folder / BOOKED_FILE
        while self._pace.now_ms() < self._day.start_ms or self._pace.speed > self._day.speed:
            if all(one.has_settled for one in self._booking.values()):
                await asyncio.to_thread(booked.touch)
            self._say()
            await self._look()
            await asyncio.sleep(POLL_S)

    async def _door(self, everybody: list[Visitor]) -> None:
        """Let the visitors in, each at their time; who has booked comes by themselves."""
        began_ms = self._pace.now_ms()
        self._phase = "open"
        for number, visitor in enumerate(everybody):
            if visitor.at_ms < began_ms - MINUTE_MS or number in self._booking:
                continue
            if visitor.booking is not None and not visitor.booking.comes:
                continue
            await self._pace.until(visitor.at_ms)
            if len(self._visits) < VISITORS_AT_ONCE:
                self._let_in(visitor, number, books=False)

    def _let_in(self, visitor: Visitor, number: int, *, books: bool) -> None:
        visit = asyncio.create_task(self._live(visitor, number, books=books), name=f"visitor {number}")
        self._visits.add(visit)
        visit.add_done_callback(self._visit_ended)

    async def _live(self, visitor: Visitor, number: int, *, books: bool) -> None:
        seed, today = self._day.seed, self._day.date
        if books:
            booker = BookedCitizen(self._hall, visitor, number=number, seed=seed, date=today)
            citizen: Citizen = booker
            self._booking[number] = booker
        else:
            citizen = Citizen(self._hall, visitor, number=number, seed=seed)
        await citizen.visit()
        if visitor.books_again and citizen.was_served and self._day.book_ms:
            await book_again(self._hall, visitor, who=citizen.who, today=today, fills_ms=MINUTE_MS // 2)

    def _visit_ended(self, visit: asyncio.Task[None]) -> None:
        self._visits.discard(visit)
        if not visit.cancelled() and (error := visit.exception()) is not None:
            self._find(f"{visit.get_name()} broke: {error!r}")

    async def _eyes_of_guide(self) -> None:
        """The guide reads the same board as everybody."""
        while True:
            self._guide.calls = self._screens.calls
            await asyncio.sleep(POLL_S)

    async def _standby(self, plan: Roster) -> None:
        """Let clerks on standby work from when the manager asks them to come until they are asked to go."""
        last_ms = self._facts.sessions[-1].close_ms if self._facts else 0
        by_window = {clerk.window: clerk for clerk in self._clerks}
        while True:
            for window in plan.standby:
                clerk = by_window.get(window)
                if clerk is not None:
                    clerk.mind.shift = self._shift_now(window, clerk.mind.shift, last_ms)
            await asyncio.sleep(POLL_S)

    def _shift_now(self, window: str, shift: Shift, last_ms: Ms) -> Shift:
        asked_ms = self._floor.asked_to_come.get(window)
        if asked_ms is not None and shift.start_ms != asked_ms:
            return Shift(asked_ms, last_ms, tuple(one for one in shift.breaks if one[2] == "closed"))
        if window in self._floor.asked_to_go and shift.end_ms == last_ms:
            return Shift(shift.start_ms, self._pace.now_ms(), shift.breaks)
        return shift

    # ---- the end ----

    async def _until_over(self, facts: HallFacts, manager: Manager) -> None:
        """Wait for closing and until our clerks have left, then let the manager end the day."""
        close_ms = facts.sessions[-1].close_ms
        await self._pace.until(close_ms)
        self._phase = "closing"
        for clerk in self._clerks:
            rest_ms = close_ms + GOES_HOME_MS - self._pace.now_ms()
            await clerk.gone_home(within_s=self._pace.real_s(rest_ms))
        for clerk in self._clerks:
            if clerk.is_at_work:
                await manager.finish_window(clerk.window, "close", {"hand_over": True})
        self._phase = "ended"
        answer = await manager.end_day()
        if not answer.is_ok and answer.reply.code != "DAY_ENDED":
            self._find(f"the day could not be ended: {answer.outcome} {answer.reply.code}")

    # ---- telling ----

    async def _tell(self) -> None:
        while True:
            self._say()
            await asyncio.sleep(REPORT_S)

    def _say(self, *, done: bool = False) -> None:
        findings = [*self._findings, *(one for follower in self._screens.followers for one in follower.findings)]
        report = Report(progress=self._progress(len(findings)), findings=tuple(findings[:FINDINGS_TOLD]), done=done)
        sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
        sys.stdout.buffer.flush()

    def _progress(self, findings: int) -> Progress:
        now_ms = self._pace.now_ms()
        view = self._manager.look() if self._manager is not None else None
        totals = view.totals if view is not None else {}
        queues = view.queues.values() if view is not None else ()
        oldest_ms = min((queue.oldest_ms for queue in queues if queue.oldest_ms), default=now_ms)
        sessions = self._facts.sessions if self._facts is not None else ()
        return Progress(
            phase=self._phase, at_ms=now_ms,
            open_ms=sessions[0].open_ms if sessions else 0, close_ms=sessions[-1].close_ms if sessions else 0,
            taken=totals.get("taken", 0), waiting=totals.get("waiting", 0),
            serving=totals.get("serving", 0) + totals.get("called", 0), done=totals.get("done", 0),
            windows_open=sum(1 for one in view.windows.values() if one.state != "CLOSED") if view is not None else 0,
            longest_wait_ms=max(0, now_ms - oldest_ms), commands=self._client.sent, retries=self._client.retries,
            unknown=self._client.unknown, findings=findings,
            **_booked(view.booked if view is not None else {}),
        )  # fmt: skip

    def _find(self, what: str) -> None:
        if len(self._findings) < FINDINGS_TOLD:
            self._findings.append(what)


def _booked(counts: dict[str, int]) -> dict[str, int]:
    arrived, absent = counts.get("checked_in", 0), counts.get("no_show", 0)
    return {"booked": counts.get("expected", 0) + arrived + absent, "checked_in": arrived, "no_shows": absent}


def main(folder: Path) -> None:
    """Run the crowd of a demo folder; ends with the day, or when the parent goes."""
    wait_for_turn()
    day = read_day(folder)
    assert day is not None, f"no demo day in {folder}"
    leave_with_parent()
    asyncio.run(_lived(day, folder))


async def _lived(day: DemoDay, folder: Path) -> None:
    """Make the crowd inside the loop that it lives in; a request to stop cancels it, so that it says what it left open."""
    crowd = asyncio.create_task(Crowd(day, folder).run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, crowd.cancel)
    await asyncio.wait({crowd})
    if not crowd.cancelled():
        crowd.result()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

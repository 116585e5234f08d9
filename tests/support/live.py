"""A live hall-day on a ledger, with a clock that tests turn by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hall.commands import AnyCommand, CallNext, OpenDay, OpenWindow, TakeTicket, WantedItem
from hall.events import Commit
from hall.ids import DAY_MS, Ms
from hall.opening import Session
from hall.policy import plan_hash
from server.bus import LocalBus
from server.ledger.port import Ledger
from server.replay import decoded
from server.runner import HallRunner, Shell
from tests.support.plans import DATE, MIDNIGHT_MS, NINE_MS, small_plan

HALL = "longgang"


class HandClock:
    """Stands still until it is turned."""

    speed = 1.0

    def __init__(self, at_ms: Ms = NINE_MS) -> None:
        self.at_ms = at_ms

    def now_ms(self) -> Ms:
        return self.at_ms

    def seconds_until(self, at_ms: Ms) -> float:
        return max(0.0, (at_ms - self.at_ms) / 1000)


def open_day(hall: str = HALL) -> OpenDay:
    """Open the small plan's day around the clock."""
    return OpenDay(
        command_id=f"open/{hall}/{DATE}", at_ms=0, actor="timer:", hall=hall, date=DATE, kind="workday",
        sessions=(Session(MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS),), plan=plan_hash(small_plan(hall)),
        half_day_ms=MIDNIGHT_MS + 12 * 3_600_000, end_day_ms=MIDNIGHT_MS + DAY_MS - 600_000,
    )  # fmt: skip


def take(number: int, item: str = "id-card", **more: object) -> TakeTicket:
    """Take the ticket ``ticket-<number>``."""
    facts = {
        "command_id": f"take-{number:06d}",
        "at_ms": 0,
        "actor": "device:kiosk-1",
        "ticket": f"ticket-{number:06d}",
    }
    return TakeTicket(items=(WantedItem(item),), **{**facts, **more})


def open_window(window: str = "W01", clerk: str = "wang") -> OpenWindow:
    return OpenWindow(command_id=f"open-window-{window}", at_ms=0, actor=f"clerk:{clerk}", window=window)


def call_next(number: int, window: str = "W01", clerk: str = "wang") -> CallNext:
    return CallNext(command_id=f"call-next-{window}-{number}", at_ms=0, actor=f"clerk:{clerk}", window=window)


def digest(command: AnyCommand) -> str:
    """Stand for the request's body."""
    return f"digest-of-{command.command_id}"


@asynccontextmanager
async def running(
    ledger: Ledger, *, hall: str = HALL, shell: Shell | None = None, opened: bool = True
) -> AsyncIterator[HallRunner]:
    """A started runner of the small hall, its day open."""
    runner = HallRunner(hall, DATE, shell or Shell(ledger, LocalBus(), HandClock()))
    await runner.start()
    try:
        await runner.learn(small_plan(hall))
        if opened:
            await runner.submit(open_day(hall), "open")
        yield runner
    finally:
        await runner.stop()


async def send(runner: HallRunner, *commands: AnyCommand) -> list[Commit]:
    """Submit commands one after the other and return their commits."""
    return [(await runner.submit(command, digest(command))).commit for command in commands]


async def send_together(runner: HallRunner, *commands: AnyCommand) -> list[Commit]:
    """Submit commands at once and return their commits."""
    outcomes = await asyncio.gather(*(runner.submit(command, digest(command)) for command in commands))
    return [outcome.commit for outcome in outcomes]


async def commits_of(ledger: Ledger, stream: str = f"{HALL}/{DATE}") -> list[Commit]:
    """Return the whole log of a hall-day."""
    return [decoded(row) async for row in ledger.read(stream)]

"""A hall with bookings whose log goes into a ledger, and an outbox that follows it; time is turned by hand."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hall.commands import Told
from hall.events import Commit, commit_encoder
from hall.ids import Ms
from hall.state import HallDay
from server.bus import LocalBus
from server.channels.port import Channel
from server.channels.webhook import WebhookChannel, WebhookSettings
from server.contacts.book import Contacts
from server.keys import ServerKey
from server.ledger.chain import seal
from server.ledger.memory import MemoryLedger
from server.ledger.port import GENESIS, Batch, Ledger, stream_name
from server.outbox.outbox import Outbox
from server.outbox.rules import Rules
from server.outbox.store import Entry
from tests.support.booked_hall import BookedHall
from tests.support.halls import DATE
from tests.support.live import HandClock

STREAM = stream_name("longgang", DATE)
SECRET = "whsec_" + "c2VjcmV0LW9mLXRoZS1mYWtlLWdhdGV3YXk="
PHONE = "13800138000"
NAME = "王小明"
KEY = ServerKey(b"k" * 32)


class GoingClock(HandClock):
    """Goes on with the computer's from where it is turned to."""

    def __init__(self, at_ms: Ms, *, speed: float = 1.0) -> None:
        self.speed = speed
        self._turned_s = time.monotonic()
        self._from_ms = at_ms

    @property
    def at_ms(self) -> Ms:
        return self._from_ms + round((time.monotonic() - self._turned_s) * 1_000 * self.speed)

    @at_ms.setter
    def at_ms(self, at_ms: Ms) -> None:
        self._turned_s, self._from_ms = time.monotonic(), at_ms

    def seconds_until(self, at_ms: Ms) -> float:
        return super().seconds_until(at_ms) / self.speed


@dataclass
class MessageDay:
    """One booked day with everything around it."""

    folder: Path
    hall: BookedHall
    ledger: Ledger
    clock: HandClock
    bus: LocalBus
    contacts: Contacts
    stored: int = 0
    head: str = GENESIS

    async def store(self) -> None:
        """Put what the hall did into the ledger, and let the clock follow."""
        rows = []
        for commit in self.hall.commits[self.stored :]:
            row = sealed_after(self.head, commit)
            rows.append(row)
            self.head = row.hash
        self.stored += len(rows)
        await self.ledger.append_many([Batch(STREAM, tuple(rows))])
        self.clock.at_ms = max(self.clock.at_ms, self.hall.now)
        if rows:
            self.bus.publish(STREAM, rows[-1].version)

    async def know(self, *names: str, language: str = "zh", phone: str = PHONE, openid: str = "openid-1") -> None:
        """Keep contact data for bookings or tickets."""
        for name in names:
            await self.contacts.keep(
                STREAM, name, f"p-{name}", name=NAME, phone=phone, language=language, openid=openid
            )

    async def at(self, outbox: Outbox, at_ms: Ms) -> None:
        """Turn the clock, let the outbox read the log and send what is due."""
        await self.store()
        self.clock.at_ms = max(self.clock.at_ms, at_ms)
        await outbox.catch_up()
        await outbox.look_near()
        await outbox.send_due()


def sealed_after(head: str, commit: Commit) -> Any:
    """Return a commit as the row that follows another."""
    return seal(
        head, stream=STREAM, version=commit.seq, at_ms=commit.at_ms, command_id=commit.command_id,
        actor=commit.actor, body=commit_encoder.encode(commit),
    )  # fmt: skip


@asynccontextmanager
async def message_day(
    folder: Path, hall: BookedHall | None = None, *, ledger: Ledger | None = None, runs: bool = False
) -> AsyncIterator[MessageDay]:
    """A booked day on a ledger, with contact data; nothing follows it yet. ``runs``: time goes on by itself."""
    booked = hall or BookedHall()
    clock = GoingClock(booked.now) if runs else HandClock(booked.now)
    contacts = Contacts(folder, KEY, clock)
    await contacts.start()
    day = MessageDay(folder, booked, ledger or MemoryLedger(), clock, LocalBus(), contacts)
    await day.ledger.save_plan(booked.plan)
    await day.store()
    try:
        yield day
    finally:
        await contacts.stop()


@asynccontextmanager
async def outbox_of(
    day: MessageDay,
    *,
    channels: dict[str, Channel] | None = None,
    rules: Rules | None = None,
    wait_of: Callable[[HallDay, str], Told | None] = lambda state, ticket: None,
    started: bool = False,
) -> AsyncIterator[Outbox]:
    """An outbox on that day; unless ``started``, it does what the test tells it, step by step."""
    outbox = Outbox(
        day.folder, day.ledger, day.bus, day.clock, day.contacts,
        rules=rules, channels=channels, wait_of=wait_of, code_of=lambda hall, date, name: f"CODE-{name}",
    )  # fmt: skip
    await (outbox.start() if started else outbox.prepare())
    try:
        yield outbox
    finally:
        await outbox.stop()


def webhook_to(url: str, **settings: Any) -> WebhookChannel:
    """Return a webhook channel to a gateway."""
    return WebhookChannel(WebhookSettings(url=f"{url}/hook", secret=SECRET, **settings))


async def fates(outbox: Outbox, *names: str) -> dict[str, str]:
    """Return the state of each message of bookings: ``confirmation: sent``, or with its reason ``void SUPERSEDED``."""
    found: list[Entry] = []
    for name in names:
        found += await outbox.messages_of(STREAM, name)
    return {one.kind: f"{one.state} {one.reason}".strip() for one in found}


async def until(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait for something to become true; fail if it does not."""
    for _ in range(round(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not become true in time")

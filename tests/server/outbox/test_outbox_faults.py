"""Gateways that are down, slow, hang up or repeat; processes that are killed; disks that take nothing: nobody is told twice, nobody is forgotten."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from server.channels.gateway import Gateway
from server.channels.webhook import WebhookChannel, WebhookSettings
from server.config.database import DatabaseUnavailable
from server.ledger.sqlite import FILE_NAME, SqliteLedger
from server.outbox.breaker import FIRST_REST_S, LONGEST_REST_S, Breaker
from server.outbox.rules import MessageRules, Rules
from server.outbox.sending import STRIKES
from server.outbox.store import OutboxStore
from tests.support.booked_hall import BookedHall, booking_rules
from tests.support.gateway import FakeGateway, gateway_running
from tests.support.messages import SECRET, STREAM, fates, message_day, outbox_of, until, webhook_to
from tests.support.sources import ROOT

pytestmark = pytest.mark.anyio

HOOK = Rules(MessageRules(use=("hook",)))
EMPTY_SECONDS = 30
"""Law L6."""


def booked(people: int) -> BookedHall:
    """A hall with so many bookings."""
    hall = BookedHall(booking_rules(), places=people)
    hall.is_quick = True
    for number in range(people):
        hall.book(f"p{number}", slot=8)
    return hall


async def test_the_outbox_is_empty_soon_after_the_gateway_works_again(tmp_path: Path):
    """Down when 200 people are to be told; back later: within 30 s all are told once, and nobody before paid for it."""
    with gateway_running() as gateway:
        gateway.stop()
        channels = {"hook": webhook_to(gateway.url)}
        async with (
            message_day(tmp_path, booked(200), runs=True) as day,
            outbox_of(day, channels=channels, rules=HOOK, started=True) as outbox,
        ):
            await until(lambda: outbox.statistics().resting == 1)
            asked = outbox.statistics().attempts
            gateway.start()
            began = time.monotonic()
            await until(lambda: outbox.statistics().sent == 200, seconds=EMPTY_SECONDS)

            assert time.monotonic() - began < EMPTY_SECONDS
            assert asked < 40, "a gateway that is down is not asked by everybody"
            assert len(gateway.of_kind("confirmation")) == 200
            assert not gateway.repeats
            assert outbox.statistics().failed == 0


async def test_an_outage_costs_the_messages_nothing(tmp_path: Path):
    """However long it lasts, a message stays until it is pointless, and its strikes do not grow while the channel rests."""
    with gateway_running() as gateway:
        gateway.stop()
        async with (
            message_day(tmp_path, booked(1)) as day,
            outbox_of(day, channels={"hook": webhook_to(gateway.url)}, rules=HOOK) as outbox,
        ):
            breaker = outbox._sender.breakers["hook"]
            passed = [0.0]
            breaker._monotonic_s = lambda: passed[0]
            await day.at(outbox, day.hall.now)
            for _ in range(3 * STRIKES):
                passed[0] += 2 * LONGEST_REST_S
                day.clock.at_ms += 20_000
                await outbox.send_due()
            entry = (await outbox.messages_of(STREAM, "booking-0001"))[0]
            assert (entry.kind, entry.state, entry.reason) == ("confirmation", "waiting", "UNREACHABLE")
            assert entry.attempts > 2 * STRIKES
            assert entry.strikes < STRIKES


async def test_one_message_that_always_fails_is_given_up_and_holds_up_nobody(tmp_path: Path):
    with gateway_running() as gateway:
        gateway.broken = {"confirmation"}
        async with (
            message_day(tmp_path) as day,
            outbox_of(day, channels={"hook": webhook_to(gateway.url)}, rules=HOOK) as outbox,
        ):
            name = day.hall.book("p1", slot=8)
            await day.at(outbox, day.hall.now)
            breaker = outbox._sender.breakers["hook"]
            for _ in range(STRIKES):
                # Others succeed meanwhile.
                breaker.worked()
                day.clock.at_ms += 20_000
                await outbox.send_due()

            assert (await fates(outbox, name))["confirmation"] == "failed HTTP_500"
            entry = (await outbox.messages_of(STREAM, name))[0]
            assert entry.attempts == STRIKES


async def test_an_answer_that_was_lost_is_asked_for_again_and_shown_once(tmp_path: Path):
    """The gateway took the message and hung up: the repeat carries the same key."""
    with gateway_running() as gateway:
        gateway.hang_ups = 1
        async with (
            message_day(tmp_path) as day,
            outbox_of(day, channels={"hook": webhook_to(gateway.url)}, rules=HOOK) as outbox,
        ):
            name = day.hall.book("p1", slot=8)
            await day.at(outbox, day.hall.now)
            assert (await fates(outbox, name))["confirmation"] == "waiting BROKEN_ANSWER"
            await day.at(outbox, day.hall.now + 20_000)

            assert (await fates(outbox, name))["confirmation"] == "sent"
            assert len(gateway.of_kind("confirmation")) == 1
            assert list(gateway.repeats.values()) == [1]


async def test_a_gateway_that_does_not_answer_is_given_up_after_its_time(tmp_path: Path):
    """One slow gateway holds a message for the time-out, and not for ever."""
    with gateway_running() as gateway:
        gateway.delay = threading.Event()
        channel = WebhookChannel(WebhookSettings(f"{gateway.url}/hook", SECRET), Gateway(timeout_s=0.2))
        async with message_day(tmp_path) as day, outbox_of(day, channels={"hook": channel}, rules=HOOK) as outbox:
            name = day.hall.book("p1", slot=8)
            await day.at(outbox, day.hall.now)
            assert (await fates(outbox, name))["confirmation"] == "waiting TIMEOUT"
            gateway.delay.set()
            await day.at(outbox, day.hall.now + 20_000)

            assert (await fates(outbox, name))["confirmation"] == "sent"
            assert len(gateway.of_kind("confirmation")) == 1


async def test_killed_between_sending_and_marking_nobody_is_told_twice_and_nobody_is_forgotten(tmp_path: Path):
    """Killed with 8 messages at the gateway, whose answers never came, then killed early: all told, each key shown once."""
    people = 40
    with gateway_running() as gateway:
        ledger = SqliteLedger.open(tmp_path / FILE_NAME)
        async with message_day(tmp_path, booked(people), ledger=ledger):
            pass
        await ledger.close()
        gateway.delay = threading.Event()
        first = await killed_when(tmp_path, gateway, lambda: len(gateway.received) >= 8)
        gateway.delay.set()
        second = await killed_when(tmp_path, gateway, lambda: len(gateway.received) >= 16)
        third = await killed_when(tmp_path, gateway, lambda: len(marked_sent(tmp_path)) == people)

        assert [first, second, third] == [-9, -9, -9]
        assert len(gateway.of_kind("confirmation")) == people
        assert len(gateway.repeats) >= 8, "the kill did not hit the gap between sending and marking"
        assert len(gateway.received) == people + gateway.repeats.total()


async def test_killed_before_the_plan_is_on_the_disk_it_is_found_again(tmp_path: Path):
    """A disk that takes nothing: the log is read again from the place that is written, and no message is missing."""
    async with message_day(tmp_path, booked(3)) as day, outbox_of(day) as outbox:
        # A real full disk would stop the test's own files too; this store fails as it does then.
        working = outbox._store
        outbox._store = FullDisk(working)
        await outbox.catch_up()
        assert outbox.statistics().failing == (STREAM,)
        assert (await outbox.listed("longgang")).messages == ()

        outbox._store = working
        await outbox.catch_up()

        assert len((await outbox.listed("longgang", "2026-11-23")).messages) == 9
        assert outbox.statistics().failing == ()


async def test_an_outbox_follows_the_bus_and_stops_in_order(tmp_path: Path):
    """A booking made while it runs is told without being asked; after a restart nothing is told again."""
    with gateway_running() as gateway:
        async with message_day(tmp_path, runs=True) as day:
            async with outbox_of(day, channels={"hook": webhook_to(gateway.url)}, rules=HOOK, started=True) as outbox:
                day.hall.book("p1", slot=8)
                await day.store()
                await until(lambda: outbox.statistics().sent == 1)
            async with outbox_of(day, channels={"hook": webhook_to(gateway.url)}, rules=HOOK, started=True) as outbox:
                day.hall.book("p2", slot=8)
                await day.store()
                await until(lambda: outbox.statistics().sent == 2)

            assert len(gateway.received) == 2
            assert outbox.statistics().commits == 2


def test_a_resting_channel_is_asked_by_one_message_at_a_time():
    """Rests double up to the longest, differ by a fifth, and end with the first answer."""
    passed = [0.0]
    breaker = Breaker(monotonic_s=lambda: passed[0], chance=lambda: 0.5)
    for _ in range(3):
        assert breaker.enter() == "open"
        breaker.failed()

    assert breaker.enter() == "rest"
    rests: list[float] = []
    for _ in range(6):
        rests.append(breaker.rest_s)
        passed[0] += breaker.rest_s
        assert [breaker.enter(), breaker.enter()] == ["probe", "rest"]
        breaker.failed()
    assert rests == [FIRST_REST_S, 2.0, 4.0, 8.0, LONGEST_REST_S, LONGEST_REST_S]
    passed[0] += LONGEST_REST_S
    assert breaker.enter() == "probe"
    breaker.worked()
    assert [breaker.enter(), breaker.enter()] == ["open", "open"]


class FullDisk(OutboxStore):
    """A file of messages that takes nothing."""

    def __init__(self, working: OutboxStore) -> None:
        self._database = working._database

    def record(self, *_: object, **__: object) -> None:
        raise DatabaseUnavailable("disk full")


async def killed_when(folder: Path, gateway: FakeGateway, condition: object) -> int | None:
    """Run the outbox in a process of its own, and kill it -9 at a moment; return its status."""
    command: Sequence[str] = [sys.executable, "-m", "tests.support.killed_outbox", str(folder), gateway.url]
    process = await asyncio.to_thread(
        subprocess.Popen, command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await until(lambda: condition() or process.poll() is not None, seconds=60)  # type: ignore[operator]
    finally:
        process.kill()
        status = await asyncio.to_thread(process.wait, 30)
    return status


def marked_sent(folder: Path) -> list[object]:
    """Return what the file says was sent."""
    store = OutboxStore(folder)
    store.prepare()
    try:
        return list(store.listed([STREAM], "sent")[0])
    finally:
        store.close()

"""The outbox (消息发件箱): follows the log, and tells visitors what it says they must be told. Never fed by a request.

Laws:
- it reads the ledger only; the bus merely says when to look, and a lost hint costs a look at all (:data:`LOOK_MS`);
- new messages and the place in the log are written in one transaction, so killed anywhere none is lost and none is made
  twice; each goes out under its key (law S14), at most once for whoever honours it;
- every message ends as sent, failed or void, with a reason, and that is logged;
- after a gateway works again the outbox is empty within 30 s (law L6).

One task follows the log, one sends; both look at days one at a time.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import structlog

from hall.ids import DAY_MS, Ms
from server.bus import Bus, BusClosed, Hints, Subscription
from server.channels.port import Channel, LogChannel
from server.clock import Clock
from server.config.database import DatabaseUnavailable
from server.contacts.book import Contacts
from server.ledger.duty import Alone, OnDuty
from server.ledger.port import Ledger, LedgerError, hall_and_date, stream_name
from server.looks import NOTHING_NAMED, Looks
from server.outbox.compose import CodeOf
from server.outbox.days import Day, Days, DayUnreadable
from server.outbox.near import near_messages
from server.outbox.plan import parsed_key
from server.outbox.rules import Rules
from server.outbox.sending import Ready, Sender, WaitOf
from server.outbox.store import DUE, Entry, OutboxStore, entry_of

log = structlog.get_logger(__name__)
_T = TypeVar("_T")

LOOK_MS: Final = 5_000
"""Every so often it looks at who is near, and at all streams (more seldom where listing them takes long), without a hint."""
REST_MS: Final = 200
"""Rest between two rounds: a round takes what gathered meanwhile."""
DUTY_SECONDS: Final = 1.0
"""How often a node that is not on duty looks whether it is now."""
AT_ONCE: Final = 8
"""Messages on their way at the same time, as many as a gateway has connections."""
KEPT_MS: Final = 400 * DAY_MS
"""Ended messages are kept for a year and a bit: for the question whether somebody was told."""


_EXPECTED: Final = (DayUnreadable, LedgerError, DatabaseUnavailable)


class OutboxStatistics(msgspec.Struct, frozen=True):
    """Figures: messages by state, and what happened since the start; ``failing`` names the logs that cannot be read."""

    waiting: int = 0
    quiet: int = 0
    sent: int = 0
    failed: int = 0
    void: int = 0
    attempts: int = 0
    commits: int = 0
    failures: int = 0
    resting: int = 0
    """Channels that are left alone because their gateway does not work."""
    failing: tuple[str, ...] = ()


class Listed(msgspec.Struct, frozen=True):
    """Messages of a hall (the first :data:`server.outbox.store.LISTED`), and how many there are in each state."""

    messages: tuple[Entry, ...]
    counts: dict[str, int]


class Outbox:
    """All messages of a data folder. ``start`` and ``stop`` own its tasks and its thread."""

    def __init__(
        self,
        place: Path | str,
        ledger: Ledger,
        bus: Bus,
        clock: Clock,
        contacts: Contacts,
        *,
        rules: Rules | None = None,
        channels: Mapping[str, Channel] | None = None,
        wait_of: WaitOf = lambda state, ticket: None,
        code_of: CodeOf = lambda hall, date, appointment: "",
        duty: OnDuty | None = None,
    ) -> None:
        """Follow a ledger; without channels, messages are only stored."""
        self._ledger, self._bus, self._clock, self._contacts = ledger, bus, clock, contacts
        self._rules = rules or Rules()
        self._wait_of = wait_of
        self._channels = dict(channels or {"log": LogChannel()})
        self._sender = Sender(clock, self._rules, contacts, self._channels, wait_of, code_of)
        self._store = OutboxStore(place)
        self._duty = duty or Alone()
        self._had_duty = True
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self._looks = Looks(ledger, every_s=LOOK_MS / 1_000)
        self._days = Days(ledger, self._rules, self._thread)
        self._cursors: dict[str, int] = {}
        self._unwritten: set[str] = set()
        """Logs that were read further than the file says: nothing in them was to be told."""
        self._tried: list[Entry] = []
        self._marking = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._more = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._subscription: Subscription | None = None
        self._counts: dict[str, int] = {}
        self._since_start = {"attempts": 0, "commits": 0, "failures": 0}
        self._failing: dict[str, str] = {}

    # ---- life ----

    async def prepare(self) -> None:
        """Open the file without beginning to follow: for tests, and for tools that look at it."""
        self._cursors = await self._in_thread(self._store.prepare)
        self._counts = await self._in_thread(self._store.counts)

    async def start(self) -> None:
        """Open the file, follow the log, and send what is due."""
        await self.prepare()
        await self._in_thread(self._store.prune, self._clock.now_ms() - KEPT_MS)
        self._subscription = self._bus.subscribe()
        self._tasks = [
            asyncio.create_task(self._follow(self._subscription), name="outbox: follow"),
            asyncio.create_task(self._send(), name="outbox: send"),
        ]

    async def stop(self) -> None:
        """Stop; what was not told yet goes out after the next start."""
        if self._subscription is not None:
            self._subscription.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self._write_cursors()
        except DatabaseUnavailable as error:
            # The logs are read again from the place that is written.
            self._count_failure("", error)
        for channel in self._channels.values():
            await channel.close()
        await self._in_thread(self._store.close)
        self._thread.shutdown()

    def statistics(self) -> OutboxStatistics:
        """Return the figures."""
        resting = sum(breaker.is_resting for breaker in self._sender.breakers.values())
        return OutboxStatistics(
            **self._counts, **self._since_start, resting=resting, failing=tuple(sorted(self._failing))
        )

    # ---- what others ask ----

    async def messages_of(self, stream: str, appointment: str) -> list[Entry]:
        """Return all messages about a booking, in the order in which they are due."""
        return await self._in_thread(self._store.of, stream, appointment)

    async def listed(self, hall: str, date: str | None = None, state: str | None = None) -> Listed:
        """Return the messages of a hall, of one date and in one state if asked so, with counts of all states."""
        streams = [stream_name(hall, date)] if date else [one for one in self._cursors if hall_and_date(one)[0] == hall]
        messages, counts = await self._in_thread(self._store.listed, streams, state)
        return Listed(tuple(messages), counts)

    async def retry(self, key: str) -> Entry | None:
        """Try a failed message again, from now; any other stays as it is. None if there is no such message."""
        parts = parsed_key(key)
        entry = await self._in_thread(self._store.get, parts) if parts is not None else None
        if entry is None or entry.state != "failed":
            return entry
        again = msgspec.structs.replace(entry, state="waiting", strikes=0, next_ms=self._clock.now_ms())
        await self._write([again])
        log.info("message_retried", stream=entry.stream, seq=entry.seq, kind=entry.kind)
        self._more.set()
        return again

    # ---- following ----

    async def catch_up(self, hints: Hints | None = None) -> None:
        """Read the logs to their ends (those that hints name, or all), and plan what they say; faults are left for later."""
        for stream, version in (await self._looks.heads(hints)).items():
            if self._cursors.get(stream, 0) >= version:
                continue
            try:
                async with self._turn:
                    await self._look(stream)
                self._failing.pop(stream, None)
            except (DayUnreadable, DatabaseUnavailable) as error:
                self._count_failure(stream, error)

    async def look_near(self) -> None:
        """Plan messages to those whose turn is near by now."""
        found: list[Entry] = []
        async with self._turn:
            for stream, day in self._days.under_way():
                near_ms = self._rules.of(hall_and_date(stream)[0]).near_ms
                messages = near_messages(
                    stream, day, self._contacts, self._wait_of, near_ms=near_ms, at_ms=self._clock.now_ms()
                )
                found += [entry_of(one) for one in messages]
            if found:
                await self._in_thread(self._store.record, {}, found)
                await self._counted()
        # Only now: a file that took nothing must not swallow them.
        for one in found:
            self._days.note_near(one)
        if found:
            self._more.set()

    async def _look(self, stream: str) -> Day:
        """Return a day with all that its log holds; what that brings is written before. Call it within a turn."""
        after = self._cursors.get(stream, 0)
        day = await self._days.advanced(stream, after=after)
        news, touched = day.take_news()
        if not news and not touched:
            if day.seq > after:
                self._unwritten.add(stream)
                self._cursors[stream] = day.seq
                self._since_start["commits"] += day.seq - after
            return day
        try:
            open_ones = await self._in_thread(self._store.open_of, stream, touched)
            fates = self._sender.voids(open_ones, day)
            await self._in_thread(self._store.record, {stream: day.seq}, [entry_of(one) for one in news], fates)
        except DatabaseUnavailable:
            # The news are only in memory: fold the day anew, and find them again.
            self._days.forget(stream)
            raise
        self._cursors[stream] = day.seq
        self._unwritten.discard(stream)
        self._since_start["commits"] += day.seq - after
        if news or fates:
            await self._counted()
            self._more.set()
        return day

    async def _follow(self, subscription: Subscription) -> None:
        hints: Hints | None = None
        is_quiet = True
        while True:
            try:
                if not await self._is_on_duty():
                    await asyncio.sleep(DUTY_SECONDS)
                    hints = None
                    continue
                await self.catch_up(hints)
                await self.look_near()
                if is_quiet:
                    await self._write_cursors()
                self._failing.pop("", None)
            except Exception as error:
                # The disk, mostly; whatever it is, the next look tries again, and health tells of it.
                self._count_failure("", error)
            await asyncio.sleep(REST_MS / 1_000)
            try:
                async with asyncio.timeout(LOOK_MS / 1_000):
                    hints, is_quiet = await subscription.next(), False
            except TimeoutError:
                hints, is_quiet = NOTHING_NAMED, True
            except BusClosed:
                return

    async def _is_on_duty(self) -> bool:
        """Say whether this node tells visitors; one that begins to reads what the node before it has told."""
        if self._duty.is_held and not self._had_duty:
            self._unwritten.clear()
            await self.prepare()
        self._had_duty = self._duty.is_held
        return self._had_duty

    async def _write_cursors(self) -> None:
        unwritten, self._unwritten = self._unwritten, set()
        try:
            if unwritten:
                await self._in_thread(self._store.record, {stream: self._cursors[stream] for stream in unwritten})
        except DatabaseUnavailable:
            self._unwritten |= unwritten
            raise

    # ---- sending ----

    async def send_due(self) -> int:
        """Look at what is due now, and send what may go out; return how many messages were looked at."""
        if self._sender.rest_s:
            # Nobody can be told: to look at thousands of messages again and again would only cost the halls their time.
            return 0
        due = await self._in_thread(self._store.due, self._clock.now_ms())
        gate = asyncio.Semaphore(AT_ONCE)
        fates: list[Entry] = []

        async def handle(entry: Entry) -> None:
            async with gate:
                async with self._turn:
                    ready = await self._sender.judged(entry, self._look)
                if not isinstance(ready, Ready):
                    fates.append(ready)
                    return
                fate = await self._sender.sent(entry, ready)
                if fate.attempts == entry.attempts:
                    fates.append(fate)
                    return
                self._since_start["attempts"] += 1
                await self._mark(fate)

        async with asyncio.TaskGroup() as group:
            for entry in due:
                group.create_task(handle(entry))
        if due:
            await self._write(fates)
        return len(due)

    async def _mark(self, fate: Entry) -> None:
        """Write what became of a message, with those that end while the disk is busy; a kill before makes a repeat."""
        self._tried.append(fate)
        async with self._marking:
            tried, self._tried = self._tried, []
            if tried:
                await self._in_thread(self._store.record, {}, (), tried)

    async def _send(self) -> None:
        while True:
            handled = 0
            self._more.clear()
            if not self._had_duty or not self._duty.is_held:
                await asyncio.sleep(DUTY_SECONDS)
                continue
            try:
                handled = await self.send_due()
                next_ms = await self._in_thread(self._store.next_ms)
            except* Exception as errors:
                self._count_failure("", _first(errors))
                next_ms = None
            if handled < DUE:
                await self._rest(next_ms)

    async def _rest(self, next_ms: Ms | None) -> None:
        """Wait until the next message is due, or until there are new ones."""
        longest_s = LOOK_MS / 1_000
        seconds = longest_s if next_ms is None else min(longest_s, self._clock.seconds_until(next_ms))
        seconds = max(seconds, min(longest_s, self._sender.rest_s))
        await asyncio.sleep(REST_MS / 1_000)
        try:
            async with asyncio.timeout(seconds):
                await self._more.wait()
        except TimeoutError:
            return

    async def _write(self, fates: Sequence[Entry]) -> None:
        await self._in_thread(self._store.record, {}, (), fates)
        await self._counted()

    async def _counted(self) -> None:
        self._counts = await self._in_thread(self._store.counts)

    def _count_failure(self, stream: str, error: BaseException) -> None:
        self._since_start["failures"] += 1
        # Of a fault only the name: its text may be personal.
        reason = str(error) if isinstance(error, _EXPECTED) else type(error).__name__
        if self._failing.get(stream) != reason:
            self._failing[stream] = reason
            log.error("outbox_failed", stream=stream, reason=reason)

    async def _in_thread(self, work: Callable[..., _T], *values: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *values)


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error of a group, however deep it lies."""
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first

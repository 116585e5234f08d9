"""What the clients saw against the log: nothing acknowledged is missing, nobody doubled, nothing from nowhere.

Bookings of days to come stand in the logs of those days, and are compared with them.
Laws (``docs``: S1, S2, S3, S6, S7, S8, S12). An operation whose outcome is unknown may stand in the log or not.
"""

import asyncio
import heapq
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from hall.events import CallRepeated, Commit, TicketCalled
from hall.ids import TIMER, Ms
from hall.policy import Plan
from server.demo.history import Operation, Sighting, noted, read_history
from server.demo.sales import Sales
from server.ledger.port import Ledger
from server.replay import decoded, learn_named

FINDINGS_LIMIT: Final = 100
RUN_PREFIX: Final = "demo-"
"""Every command id of simulated people begins so; others come from real visitors' browsers."""


BOOKS: Final = ("book.confirm", "book.move", "book.accept")
"""Operations after which their answer's booking has a place."""


class Entry(msgspec.Struct, frozen=True):
    """What the comparison needs of a commit."""

    seq: int
    actor: str
    code: str
    """Of its refusal, or empty."""
    answer: dict[str, Any] = {}
    """What it stores of the answer, by the names of an operation's fields; what it does not store is not here."""


class Comparison(msgspec.Struct, frozen=True):
    """What was compared, and what did not fit."""

    operations: int
    ok: int
    refused: int
    unknown: int
    sightings: int
    by_others: int
    """Commits of real visitors."""
    findings: tuple[str, ...]


class Log(msgspec.Struct, frozen=True):
    """A day's log, as far as it is compared."""

    entries: dict[str, Entry]
    calls: set[tuple[str, str]]
    """(ticket, window) of every call and repeated call."""
    booked: set[tuple[str, Ms]] = set()
    """(booking, slot) of every place that was ever booked."""
    oversold: tuple[str, ...] = ()


async def compare(history: Path, opened: Callable[[], Ledger], stream: str, *, prefix: str = RUN_PREFIX) -> Comparison:
    """Compare the clients' history with a day's log, beside a running server too; ``prefix`` begins all their command ids."""
    lines = await asyncio.to_thread(lambda: list(read_history(history)))
    operations = [line for line in lines if isinstance(line, Operation)]
    sightings = [line for line in lines if isinstance(line, Sighting)]
    log, findings = Log({}, set()), []
    for date in sorted({"", *(one.date for one in operations)}):
        of_day = await _log(opened(), f"{stream.partition('/')[0]}/{date}" if date else stream)
        findings += compared([one for one in operations if one.date == date], of_day, prefix=prefix)
        log = log if date else of_day
    findings += invented(sightings, log)
    count = Counter(one.outcome for one in operations)
    others = sum(not name.startswith(prefix) and not one.actor.startswith(TIMER) for name, one in log.entries.items())
    return Comparison(
        len(operations), count["ok"], count["refused"], count["unknown"], len(sightings), others,
        tuple(findings[:FINDINGS_LIMIT]),
    )  # fmt: skip


def compared(operations: Sequence[Operation], log: Log, *, prefix: str = RUN_PREFIX) -> list[str]:
    """Compare everything that clients did in one day's log with it."""
    findings = [*answered(operations, log), *from_nowhere(operations, log, prefix=prefix), *doubled(operations)]
    return [*findings, *out_of_order(operations), *unbooked(operations, log), *booked_twice(operations), *log.oversold]


def unbooked(operations: Iterable[Operation], log: Log) -> list[str]:
    """S2: every booking that a client was told of stands in the log, in the slot that it was told."""
    return [
        f"S2: {one.who} was told of booking {one.appointment} at {one.slot_ms}, which is not in the log"
        for one in operations
        if one.op in BOOKS and one.outcome == "ok" and (one.appointment, one.slot_ms) not in log.booked
    ]


def booked_twice(operations: Iterable[Operation]) -> list[str]:
    """S6: nobody holds two bookings of one day, and no booking came to two numbers."""
    findings: list[str] = []
    holds: dict[str, str] = {}
    came: dict[str, str] = {}
    for one in operations:
        if one.outcome != "ok" or not one.appointment:
            continue
        if one.op in BOOKS and holds.setdefault(one.who, one.appointment) != one.appointment:
            findings.append(f"S6: {one.who} holds {holds[one.who]} and {one.appointment}")
        elif one.op == "book.cancel" and holds.get(one.who) == one.appointment:
            del holds[one.who]
        elif one.op == "check-in" and came.setdefault(one.appointment, one.ticket) != one.ticket:
            findings.append(f"S6: booking {one.appointment} came to {came[one.appointment]} and {one.ticket}")
    return findings


def answered(operations: Iterable[Operation], log: Log) -> list[str]:
    """S2 and S7: every answer that a client got stands in the log, at the place, with the result and the facts that it told."""
    findings = []
    for one in operations:
        if one.repeats not in ("", "same"):
            findings.append(f"S7: {one.op} {one.id}: the second answer differs: {one.repeats}")
        if one.outcome == "unknown" or not one.seq:
            continue
        entry = log.entries.get(one.id)
        if entry is None:
            findings.append(f"S2: {one.op} {one.id} was answered with seq {one.seq} and is not in the log")
        elif (entry.seq, entry.code) != (one.seq, one.code):
            findings.append(
                f"S2: {one.op} {one.id} was answered with seq {one.seq} {one.code}, the log has {entry.seq} {entry.code}"
            )
        else:
            findings += [
                f"S2: {one.op} {one.id} was told {name} {getattr(one, name)!r}, the log has {stored!r}"
                for name, stored in entry.answer.items()
                if getattr(one, name) != stored
            ]
    return findings


def from_nowhere(operations: Iterable[Operation], log: Log, *, prefix: str = RUN_PREFIX) -> list[str]:
    """S3: every command of a simulated person in the log was sent by one."""
    sent = {one.id for one in operations}
    return [
        f"S3: {name} (seq {entry.seq}, {entry.actor}) is in the log and nobody sent it"
        for name, entry in log.entries.items()
        if name.startswith(prefix) and name not in sent
    ]


def doubled(operations: Iterable[Operation]) -> list[str]:
    """S1: no acknowledged number was given twice, and no command id was used twice."""
    findings: list[str] = []
    numbers: dict[str, str] = {}
    ids: set[str] = set()
    for one in operations:
        if one.id in ids:
            findings.append(f"S7: {one.id} stands twice in the clients' history")
        ids.add(one.id)
        if one.op in ("take", "check-in") and one.outcome == "ok":
            before = numbers.setdefault(one.number, one.ticket)
            if before != one.ticket:
                findings.append(f"S1: number {one.number} was given to {before} and to {one.ticket}")
    return findings


def out_of_order(operations: Iterable[Operation]) -> list[str]:
    """S8: an operation that was completed before another began has the smaller seq."""
    findings: list[str] = []
    under_way: list[tuple[int, int, str]] = []
    latest = (0, "")
    for one in sorted((one for one in operations if one.seq), key=lambda one: one.invoked_ns):
        while under_way and under_way[0][0] < one.invoked_ns:
            _, seq, name = heapq.heappop(under_way)
            latest = max(latest, (seq, name))
        if one.seq <= latest[0]:
            findings.append(f"S8: {one.id} (seq {one.seq}) began after {latest[1]} (seq {latest[0]}) was answered")
        heapq.heappush(under_way, (one.completed_ns, one.seq, one.id))
    return findings


def invented(sightings: Iterable[Sighting], log: Log) -> list[str]:
    """S12: every call that a screen rang is in the log."""
    return [
        f"S12: {one.screen} rang {one.ticket} at {one.window}, which nobody called"
        for one in sightings
        if (one.ticket, one.window) not in log.calls
    ]


def stored_by(commit: Commit) -> dict[str, Any]:
    """Return what a row stores of its answer; a refusal stores none."""
    return noted(msgspec.json.decode(commit.answer) or {})


async def _log(ledger: Ledger, stream: str) -> Log:
    entries: dict[str, Entry] = {}
    calls: set[tuple[str, str]] = set()
    plans: dict[str, Plan] = {}
    sales = Sales()
    try:
        async for commit in _commits(ledger, stream):
            code = commit.refusal.code if commit.refusal is not None else ""
            entries[commit.command_id] = Entry(commit.seq, commit.actor, code, stored_by(commit))
            calls.update(
                (event.ticket, event.window)
                for event in commit.events
                if isinstance(event, TicketCalled | CallRepeated)
            )
            await learn_named(ledger, commit, plans=plans)
            sales.add(commit, plans)
    finally:
        await ledger.close()
    return Log(entries, calls, sales.booked, tuple(sales.findings))


async def _commits(ledger: Ledger, stream: str) -> AsyncIterator[Commit]:
    async for row in ledger.read(stream):
        yield decoded(row)

"""`onewindow copy-log`: logs from one ledger into another, file or PostgreSQL, row for row with the same hashes.

A copy that was broken off, or whose source has grown since, goes on where it stopped; a target whose rows are others is
refused. What counts bookings over days and halls goes with the last rows, in one transaction.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from hall.events import Commit
from hall.ids import HallId
from hall.policy import Plan
from hall.state import HallDay
from hall.step import apply
from server.booking_traces import traces_of
from server.config.places import is_address
from server.keys import FILE_NAME as KEY_NAME
from server.keys import load_key
from server.ledger.chain import verified
from server.ledger.port import Batch, Ledger, LedgerError, Row, hall_and_date
from server.ledger.sqlite import FILE_NAME, SqliteLedger
from server.replay import decoded, learn_named

BATCH_ROWS: Final = 500
"""Rows of one write: about 1 MB."""


class OtherLog(LedgerError):
    """The target has rows of its own in this stream; nothing of it was changed."""

    def __init__(self, stream: str, version: int) -> None:
        """Remember where the logs part."""
        super().__init__(f"{stream}: 目标的第 {version} 行不同 / the target has another row {version}")
        self.stream = stream
        self.version = version


class Copied(msgspec.Struct, frozen=True):
    """One log that both ledgers have now."""

    stream: str
    rows: int
    new: int
    """Rows that the target did not have."""
    head: str
    """Hash of the last row, read again from the target."""


def copy_between(source: str, target: str, *, hall: HallId | None) -> list[Copied]:
    """Copy all logs, or those of a hall, between two places (data folders or addresses); raise LedgerError."""
    return asyncio.run(_between(source, target, hall))


def has_key_of(source: str, target: str) -> bool:
    """Say whether what is derived with the source's key (secrets of tickets, pseudonyms) is the same at the target.

    A source without a key has made nothing with it.
    """
    mark = _mark_of(source)
    return not mark or mark == _mark_of(target)


def _mark_of(place: str) -> str:
    if is_address(place):
        from server.ledger.postgres_schema import key_mark

        return key_mark(place)
    folder = Path(place)
    return load_key(folder).mark() if (folder / KEY_NAME).is_file() else ""


async def copy_logs(source: Ledger, target: Ledger, *, hall: HallId | None = None) -> list[Copied]:
    """Copy all logs, or those of a hall, and read the copies again."""
    streams = [head.stream for head in await source.streams() if hall in (None, hall_and_date(head.stream)[0])]
    return [await _copy(source, target, stream) for stream in streams]


async def _copy(source: Ledger, target: Ledger, stream: str) -> Copied:
    there = await target.head(stream)
    after = there.version if there is not None else 0
    state, plans, rows, waiting = HallDay(), dict[str, Plan](), 0, list[Row]()
    async for row in verified(source.read(stream)):
        rows += 1
        if there is not None and row.version == after and row.hash != there.hash:
            raise OtherLog(stream, after)
        commit = decoded(row)
        await _learn(source, target, commit, plans)
        state.plans.update(plans)
        apply(state, commit)
        if row.version > after:
            if len(waiting) == BATCH_ROWS:
                await target.append_many([Batch(stream, tuple(waiting))])
                waiting = []
            waiting.append(row)
    if after > rows:
        raise OtherLog(stream, rows + 1)
    if waiting:
        await target.append_many([Batch(stream, tuple(waiting), traces=traces_of(state, stream))])
    return Copied(stream, rows, rows - after, await _read_again(target, stream))


async def _learn(source: Ledger, target: Ledger, commit: Commit, plans: dict[str, Plan]) -> None:
    """Give the target the plans that a row names."""
    known = set(plans)
    await learn_named(source, commit, plans=plans)
    for name in sorted(set(plans) - known):
        await target.save_plan(plans[name])


async def _read_again(target: Ledger, stream: str) -> str:
    """Return the hash of the last row, after checking every row before it."""
    last = ""
    async for row in verified(target.read(stream)):
        last = row.hash
    return last


async def _between(source: str, target: str, hall: HallId | None) -> list[Copied]:
    async with _opened(source, for_reading=True) as here, _opened(target, for_reading=False) as there:
        return await copy_logs(here, there, hall=hall)


@asynccontextmanager
async def _opened(place: str, *, for_reading: bool) -> AsyncIterator[Ledger]:
    ledger = await asyncio.to_thread(open_place, place, for_reading=for_reading)
    try:
        yield ledger
    finally:
        await ledger.close()


def open_place(place: str, *, for_reading: bool) -> Ledger:
    """Open the log of a data folder or of a PostgreSQL address; raise LedgerError."""
    if is_address(place):
        from server.ledger.postgres import PostgresLedger
        from server.ledger.postgres_schema import check

        check(place)
        return PostgresLedger(place)
    file = Path(place) / FILE_NAME
    if for_reading:
        return SqliteLedger.open_for_reading(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    return SqliteLedger.open(file)

"""The days of a server's ledger, for whoever learns from them: read beside a running server, every row's hash verified."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from hall.errors import HallError
from hall.events import Commit
from hall.policy import Plan
from server.ledger.chain import verified
from server.ledger.port import BrokenChain, Ledger, LedgerError, hall_and_date
from server.ledger.sqlite import FILE_NAME, SqliteLedger
from server.replay import decoded, learn_named
from simulation.fit.errors import LedgerUnreadable, LogBroken
from simulation.fit.logs import StoredDay, Wanted


def stored_days(path: Path, wanted: Wanted) -> Iterator[StoredDay] | None:
    """Return the days of a data folder or a ledger file; None if it is neither."""
    file = path / FILE_NAME if path.is_dir() else path
    return _days(file, wanted) if file.is_file() else None


def _days(file: Path, wanted: Wanted) -> Iterator[StoredDay]:
    try:
        for stream in asyncio.run(_streams(file)):
            hall, date = hall_and_date(stream)
            if date and wanted.has(hall, date):
                yield asyncio.run(_day(file, stream))
    except LedgerError as error:
        raise LedgerUnreadable(file=str(file), why=str(error)) from error


async def _streams(file: Path) -> list[str]:
    ledger = SqliteLedger.open_for_reading(file)
    try:
        return [head.stream for head in await ledger.streams()]
    finally:
        await ledger.close()


async def _day(file: Path, stream: str) -> StoredDay:
    ledger = SqliteLedger.open_for_reading(file)
    try:
        commits, plans = await _commits(ledger, stream)
    except BrokenChain as error:
        raise LogBroken(file=stream, row=error.version, why=error.reason) from error
    except HallError as error:
        raise LogBroken(file=stream, row=1, why=str(error)) from error
    finally:
        await ledger.close()
    return StoredDay(stream, commits, plans)


async def _commits(ledger: Ledger, stream: str) -> tuple[list[Commit], dict[str, Plan]]:
    commits: list[Commit] = []
    plans: dict[str, Plan] = {}
    async for row in verified(ledger.read(stream)):
        commit = decoded(row)
        await learn_named(ledger, commit, plans=plans)
        commits.append(commit)
    return commits, plans

"""A data folder whose hall has two weeks behind it: days of a hall with known parameters, in the ledger as if lived."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import msgspec

from hall.catalog import Text
from hall.policy import Plan
from server.ledger.chain import seal
from server.ledger.port import GENESIS, Batch
from server.ledger.sqlite import FILE_NAME, SqliteLedger
from simulation.log import LogSink
from simulation.setting import Piece, Setting
from simulation.twin import Twin
from tests.simulation.fit.halls import hall

HALL = "longgang"
LAST = date(2026, 11, 20)
"""The Friday before the day on which test servers stand."""


def past_setting(days: int = 10, *, windows: int = 6, busy: float = 1.0, booked: bool = False) -> Setting:
    """Return the true hall, so busy, on so many workdays before the servers' day, oldest first."""
    every = (LAST - timedelta(days=number) for number in range(2 * days + 4))
    workdays = sorted(day.isoformat() for day in [day for day in every if day.isoweekday() < 6][:days])
    known = hall(days, windows=windows, booked=booked)
    plan = msgspec.structs.replace(known.plan, hall=HALL, name=Text("试验大厅", "Trial hall"))
    pieces = tuple(Piece(one.from_min, one.to_min, one.per_hour * busy) for one in known.demand.pieces)
    demand = msgspec.structs.replace(known.demand, pieces=pieces)
    return msgspec.structs.replace(known, plan=plan, dates=tuple(workdays), demand=demand)


def fill(folder: Path, setting: Setting) -> Plan:
    """Live through a setting's dates and write them to the ledger of a data folder; return the plan."""
    folder.mkdir(parents=True, exist_ok=True)
    # In a thread: under a browser the main one has a loop that runs already.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(lambda: asyncio.run(_fill(folder / FILE_NAME, setting))).result()
    return setting.plan


async def _fill(file: Path, setting: Setting) -> None:
    ledger = SqliteLedger.open(file)
    twin = Twin(setting)
    try:
        await ledger.save_plan(setting.plan)
        for number, day in enumerate(setting.dates):
            sink = LogSink()
            twin.world(number, log=sink).run()
            stream, link, rows = f"{setting.plan.hall}/{day}", GENESIS, []
            for commit in sink.commits:
                row = seal(
                    link, stream=stream, version=commit.seq, at_ms=commit.at_ms, command_id=commit.command_id,
                    actor=commit.actor, body=msgspec.json.encode(commit),
                )  # fmt: skip
                rows.append(row)
                link = row.hash
            await ledger.append_many([Batch(stream, tuple(rows))])
    finally:
        await ledger.close()

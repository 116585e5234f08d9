"""The ledger on this disk: an append beside a bare fdatasync, and 64 producers that share commits beside one commit each.

On the event loop that ``onewindow serve`` uses.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import uvloop

from server.ledger.port import Batch, Row
from server.ledger.sqlite import SqliteLedger
from tests.support.ledgers import rows_of

BODY: Final = b'{"command":' + b"x" * 700 + b"}"
"""As long as the answer to an ordinary command."""
APPENDS: Final = 200
PRODUCERS: Final = 64
EACH: Final = 60
ROUNDS: Final = 5
PAGE_BYTES: Final = 4_096


async def alone(ledger: SqliteLedger, rows: Iterable[Row], disk: Path) -> tuple[float, float]:
    """Return the median milliseconds of an append alone, and of a page and its fdatasync, in turn."""
    appends, syncs = [], []
    with disk.open("ab") as file:
        for row in rows:
            began = time.perf_counter()
            await ledger.append_many([Batch(row.stream, (row,))])
            appended = time.perf_counter()
            file.write(b"x" * PAGE_BYTES)
            file.flush()
            os.fdatasync(file.fileno())
            appends.append(appended - began)
            syncs.append(time.perf_counter() - appended)
    return statistics.median(appends) * 1e3, statistics.median(syncs) * 1e3


async def together(ledger: SqliteLedger, streams: list[tuple[Row, ...]]) -> float:
    """Return the rows a second of producers that each wait for their own answer before they go on."""

    async def produce(rows: tuple[Row, ...]) -> None:
        for row in rows:
            await ledger.append_many([Batch(row.stream, (row,))])

    began = time.perf_counter()
    await asyncio.gather(*(produce(rows) for rows in streams))
    return sum(map(len, streams)) / (time.perf_counter() - began)


async def in_turn(ledger: SqliteLedger, rows: Iterable[Row]) -> float:
    """Return the rows a second of one commit for each row."""
    count, began = 0, time.perf_counter()
    for row in rows:
        await ledger.append_many([Batch(row.stream, (row,))])
        count += 1
    return count / (time.perf_counter() - began)


async def rounds(folder: Path) -> list[tuple[float, float, float, float]]:
    """Measure everything in turn, several times."""
    ledger = SqliteLedger.open(folder / "ledger.db")
    # Whoever follows the log asks this first, and then again: from here on the writer knows which streams are new.
    await ledger.streams()
    figures = []
    for number in range(ROUNDS):
        append, sync = await alone(ledger, rows_of(f"alone/{number}", APPENDS, body=BODY), folder / "pages")
        single = await in_turn(ledger, rows_of(f"single/{number}", APPENDS, body=BODY))
        streams = [rows_of(f"group{producer}/{number}", EACH, body=BODY) for producer in range(PRODUCERS)]
        figures.append((append, sync, single, await together(ledger, streams)))
    await ledger.close()
    return figures


def main() -> None:
    """Print medians of several rounds."""
    with (
        tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        figures = runner.run(rounds(Path(folder)))
    append, sync, single, group = (statistics.median(column) for column in zip(*figures, strict=True))
    beside = statistics.median(one[0] / one[1] for one in figures)
    grouped = statistics.median(one[3] / one[2] for one in figures)
    print(f"\nthe ledger (SQLite, synchronous=FULL; medians of {ROUNDS} rounds in turn)")
    print(f"  an append alone          {append:8.2f} ms = {beside:.2f} × a page and its fdatasync ({sync:.2f} ms)")
    print(
        f"  {PRODUCERS} producers at once    {group:8,.0f} rows a second = {grouped:.1f} × one commit each ({single:,.0f})"
    )


if __name__ == "__main__":
    main()

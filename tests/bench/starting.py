"""How long a start takes beside the bare imports, how fast a day is replayed, and what a hall weighs in memory."""

import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import httpx

from hall.state import HallDay
from loadtests.flash.serving import Server
from server.ledger.sqlite import SqliteLedger
from server.replay import replayed
from tests.faults.big_day import STREAM, make_day

ROUNDS: Final = 3
ROWS: Final = (5_000, 50_000)
"""Of a day of 1,000 and one of 10,000 tickets: a ticket is five rows from number to rating."""
NETWORKS: Final = ("yuancheng", "baoan")
IMPORTS: Final = "import fastapi, sqlmodel, uvicorn, structlog, msgspec, websockets"


def replay_s(file: Path) -> float:
    """Return the seconds until a stored day stands in memory again, its chain checked."""

    async def replay() -> float:
        ledger = SqliteLedger.open_for_reading(file)
        began = time.perf_counter()
        async for _ in replayed(ledger, STREAM, HallDay(), plans={}):
            pass
        seconds = time.perf_counter() - began
        await ledger.close()
        return seconds

    return asyncio.run(replay())


def imports_s() -> float:
    """Return the processor seconds of an interpreter that only imports what a server needs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", IMPORTS], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def start(preset: str) -> tuple[float, float, int, int]:
    """Return the seconds until a server answers, its processor seconds until then, its memory in kB, and its halls."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder, "data"))
        server.init(preset)
        server.start()
        server.stop()
        # The first start makes its key and accounts; every other one is a restart.
        seconds = server.start()
        try:
            cpu_s = server.cpu_s()
            halls = httpx.get(f"http://127.0.0.1:{server.port}/api/halls", timeout=60).json()["halls"]
            return seconds, cpu_s, server.memory_kb(), len(halls)
        finally:
            server.stop()


def main() -> None:
    """Print medians of several rounds."""
    print(f"\nstarting again (medians of {ROUNDS} rounds)")
    rounds = [(imports_s(), [start(preset) for preset in NETWORKS]) for _ in range(ROUNDS)]
    base = statistics.median(imports for imports, _ in rounds)
    print(f"  importing the libraries alone             {base:6.2f} s of processor")
    weights = []
    for number in range(len(NETWORKS)):
        found = [starts[number] for _, starts in rounds]
        seconds, cpu_s, memory, halls = (statistics.median(column) for column in zip(*found, strict=True))
        weights.append((halls, memory))
        print(f"  {halls:4.0f} halls until the first answer        {cpu_s:6.2f} s = {cpu_s / base:.1f} × the imports "
              f"({seconds:.1f} s by the clock), {memory / 1024:.0f} MB")  # fmt: skip
    (few, light), (many, heavy) = weights
    print(f"  each further hall                         {(heavy - light) / (many - few):6.0f} kB")
    with tempfile.TemporaryDirectory() as folder:
        for rows in ROWS:
            file = Path(folder, f"{rows}.db")
            stored = make_day(file, rows)
            seconds = statistics.median(replay_s(file) for _ in range(ROUNDS))
            print(
                f"  a day of {stored:6,} rows read, checked, replayed {seconds:6.2f} s = {stored / seconds:,.0f} rows a second"
            )


if __name__ == "__main__":
    main()

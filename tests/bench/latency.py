"""How the time of a call grows with the people who wait and with the screens that watch: ratios to the smallest hall."""

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from tests.bench.crowded import Hall, served, watched
from tests.bench.eyes import raise_files

WAITING = (50, 500, 2_000)
SCREENS = (1, 50, 400)
CALLS = 30
ROUNDS = 3
PAGE_BYTES = 4_096
REST_S = 0.02
"""One call after the other, with a rest in between: the latency of a hall that is not overrun."""
Figures = dict[int, list[tuple[float, float]]]


async def call_ms(hall: Hall, disk: Path) -> tuple[float, float]:
    """Return the median milliseconds from the key to the answer, and of a bare durable write; who was called is replaced."""
    times, syncs = [], []
    with disk.open("ab") as file:
        for number in range(CALLS):
            began = time.monotonic_ns()
            await hall.at(number % hall.windows + 1, "finish-and-next")
            called = time.monotonic_ns()
            file.write(b"x" * PAGE_BYTES)
            file.flush()
            os.fdatasync(file.fileno())
            times.append((called - began) / 1e6)
            syncs.append((time.monotonic_ns() - called) / 1e6)
            await asyncio.sleep(REST_S)
    await hall.take(CALLS)
    return statistics.median(times), statistics.median(syncs)


async def rounds(hall: Hall, disk: Path) -> tuple[Figures, Figures]:
    """Return the figures by people waiting (one screen), and by screens (with the most people waiting)."""
    by_waiting: Figures = {waiting: [] for waiting in WAITING}
    by_screens: Figures = {screens: [] for screens in SCREENS}
    await hall.open()
    await hall.take(hall.windows)
    for window in range(1, hall.windows + 1):
        await hall.at(window, "call-next")
    there = 0
    for waiting, figures in by_waiting.items():
        await hall.take(waiting - there)
        there = waiting
        with watched(hall.port, 1):
            for _ in range(ROUNDS):
                figures.append(await call_ms(hall, disk))
    for _ in range(ROUNDS):
        for screens, figures in by_screens.items():
            with watched(hall.port, screens):
                figures.append(await call_ms(hall, disk))
    return by_waiting, by_screens


def main() -> None:
    """Print medians; the yardstick is a durable write of one page to the same disk, in turn with the calls."""
    raise_files()
    print(f"\nfrom the key to the durable answer of a call (medians of {ROUNDS} × {CALLS} calls)")
    with tempfile.TemporaryDirectory() as folder, served(windows=8) as hall:
        found = asyncio.run(rounds(hall, Path(folder, "pages")))
    for name, figures in zip(("people waiting", "screens"), found, strict=True):
        base = 0.0
        for count, pairs in figures.items():
            call, sync = (statistics.median(column) for column in zip(*pairs, strict=True))
            ratio = statistics.median(call / sync for call, sync in pairs)
            base = base or ratio
            print(
                f"  {count:6,} {name:15} {call:7.2f} ms = {ratio:5.1f} × fdatasync ({sync:.2f} ms)   {ratio / base:.2f} ×"
            )


if __name__ == "__main__":
    main()

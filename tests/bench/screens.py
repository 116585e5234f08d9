"""One thousand screens on one hall at fifty calls a second: when does the last of them show a call, and what does it cost?

Beside it, in the same run, a bare loop that writes as many bytes to as many sockets, the same hall with one screen more that
never reads, and the same calls with no screen at all: what they cost less is what the screens cost.
"""

import asyncio
import socket
import statistics
import time
from contextlib import ExitStack

from tests.bench.crowded import EYES, FEED, Hall, child, served, watched
from tests.bench.eyes import Seen, ask_for, raise_files

SCREENS = 1_000
WINDOWS = 20
CALLS_PER_S = 50
SECONDS = 4.0
ROUNDS = 3
FRAME_BYTES = 700
"""A delta of a board with a call or two in it."""

Cost = tuple[float, int]
"""Seconds of processor, and frames that they sent."""


async def call_for(hall: Hall, seconds: float) -> dict[int, int]:
    """Call next at the windows in turn, at the rate of the bench; return ring → when the key was pressed."""
    pressed: dict[int, int] = {}
    tasks = []
    began = time.monotonic()

    async def press(window: int) -> None:
        at_ns = time.monotonic_ns()
        ring = await hall.at(window, "finish-and-next")
        if ring:
            pressed[ring] = at_ns

    for number in range(int(seconds * CALLS_PER_S)):
        await asyncio.sleep(max(0.0, began + number / CALLS_PER_S - time.monotonic()))
        tasks.append(asyncio.ensure_future(press(number % WINDOWS + 1)))
    await asyncio.gather(*tasks)
    await asyncio.sleep(0.5)
    return pressed


def to_last(pressed: dict[int, int], seen: Seen) -> list[float]:
    """Return for each call that every screen saw the milliseconds from the key to the last screen."""
    return sorted(
        (seen.last_ns[ring] - at_ns) / 1e6 for ring, at_ns in pressed.items() if seen.count.get(ring) == seen.screens
    )


async def one_round(hall: Hall, *, with_stuck: bool) -> tuple[list[float], Cost, int, int]:
    """Return (milliseconds to the last screen, processor and frames, calls, calls that every screen saw)."""
    await hall.take(int(CALLS_PER_S * SECONDS))
    with ExitStack() as stack:
        if with_stuck:
            stuck = stack.enter_context(socket.socket())
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            stuck.connect(("127.0.0.1", hall.port))
            stuck.sendall(ask_for(hall.port, FEED))
        with watched(hall.port, SCREENS) as crowds:
            cpu = hall.process.cpu_s()
            pressed = await call_for(hall, SECONDS)
            cpu = hall.process.cpu_s() - cpu
            seen = crowds.seen()
    times = to_last(pressed, seen)
    return times, (cpu, max(seen.frames, 1)), len(pressed), len(times)


async def unwatched_s(hall: Hall) -> float:
    """Return the seconds of processor that the same calls cost when nobody watches."""
    await hall.take(int(CALLS_PER_S * SECONDS))
    cpu = hall.process.cpu_s()
    await call_for(hall, SECONDS)
    return hall.process.cpu_s() - cpu


async def rounds(hall: Hall) -> list[tuple[float, ...]]:
    """Measure in turn: without and with a screen that never reads, then the bare loop."""
    await hall.open()
    await hall.take(WINDOWS)
    for window in range(1, WINDOWS + 1):
        await hall.at(window, "call-next")
    figures: list[tuple[float, ...]] = []
    for number in range(ROUNDS):
        alone_s = await unwatched_s(hall)
        times, (cpu_s, frames), calls, whole = await one_round(hall, with_stuck=False)
        beside, _, stuck_calls, stuck_whole = await one_round(hall, with_stuck=True)
        print(
            f"  round {number + 1}: {whole} of {calls} calls on every screen; "
            f"beside one that never reads {stuck_whole} of {stuck_calls}"
        )
        if times and beside:
            p99 = (times[int(len(times) * 0.99)], beside[int(len(beside) * 0.99)])
            each = (cpu_s * 1e6 / frames, (cpu_s - alone_s) * 1e6 / frames)
            figures.append((statistics.median(times), *p99, p99[1] / p99[0], *each, bare_us(FRAME_BYTES)))
    return figures


def bare_us(size: int) -> float:
    """Return the processor µs per frame of a loop that only writes."""
    with ExitStack() as stack:
        process, port = stack.enter_context(child(EYES, "bare", str(SCREENS), str(size), str(CALLS_PER_S)))
        crowds = stack.enter_context(watched(int(port), SCREENS))
        cpu = process.cpu_s()
        time.sleep(SECONDS / 2)
        cpu = process.cpu_s() - cpu
        seen = crowds.seen()
    return cpu * 1e6 / max(seen.frames, 1)


def main() -> None:
    """Print medians of several rounds, taken in turn."""
    files = raise_files()
    print(f"\n{SCREENS:,} screens on one hall, {CALLS_PER_S} calls a second ({ROUNDS} rounds of {SECONDS:g} s)")
    if files < 2 * SCREENS:
        print(f"  not done: only {files} open files are allowed here")
        return
    with served(windows=WINDOWS) as hall:
        figures = asyncio.run(rounds(hall))
    if not figures:
        print("  no figures: in no round a call reached every screen")
        return
    p50, p99, beside, ratio, cost, fan_out, bare = (statistics.median(column) for column in zip(*figures, strict=True))
    print(f"  key → last screen        p50 {p50:8.1f} ms   p99 {p99:8.1f} ms")
    print(f"  beside one that never reads                p99 {beside:8.1f} ms   {ratio:.2f} ×")
    print(f"  processor per frame   {fan_out:8.1f} µs   a bare loop's writes {bare:.1f} µs   {fan_out / bare:.2f} ×")
    print(f"  with the commands     {cost:8.1f} µs                                {cost / bare:.2f} ×")
    print("  (frames: calls, other changes and beats; the first line is without what the same calls cost unwatched)")


if __name__ == "__main__":
    main()

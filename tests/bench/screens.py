"""One thousand screens on one hall at fifty calls a second: when does the last of them show a call, and what does it cost?

Beside it, in the same run, a bare loop that writes as many bytes to as many sockets, the same hall with one screen more that
never reads, and the same calls with no screen at all: what they cost less is what the screens cost.
"""

import asyncio
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack

import msgspec

from tests.bench.crowded import EYES, FEED, Hall, child, served, watched
from tests.bench.eyes import Seen, ask_for, raise_files

SCREENS = 1_000
WINDOWS = 20
CALLS_PER_S = 50
SECONDS = 4.0
ROUNDS = 3
SIZES = ((1_000, 50.0), (5_000, 10.0), (10_000, 5.0))
"""Screens and calls a second: as many frames with each."""
SETTLED_S, LOOK_S = 15.0, 0.2
"""How long the last screen may take; on crowded cores ten thousand need their time."""
FRAME_BYTES = 700
"""A delta of a board with a call or two in it."""

Cost = tuple[float, int]
"""Seconds of processor, and frames that they sent."""


class Grown(msgspec.Struct, frozen=True):
    """What a number of screens costs: memory of each, processor of a frame, and the time from key to last screen."""

    screens: int
    calls_per_s: float
    kb_each: float
    us_per_frame: float
    p50_ms: float | None


async def call_for(hall: Hall, seconds: float, *, rate: float = CALLS_PER_S) -> dict[int, int]:
    """Call next at the windows in turn, so many times a second; return ring → when the key was pressed."""
    pressed: dict[int, int] = {}
    tasks = []
    began = time.monotonic()

    async def press(window: int) -> None:
        at_ns = time.monotonic_ns()
        ring = await hall.at(window, "finish-and-next")
        if ring:
            pressed[ring] = at_ns

    for number in range(int(seconds * rate)):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
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


async def one_size(hall: Hall, screens: int, rate: float) -> Grown | None:
    """Return what so many screens cost at so many calls a second; None where this machine does not hold them."""
    await hall.take(int(rate * SECONDS) + WINDOWS)
    before_kb = hall.process.memory_kb()
    with watched(hall.port, screens) as crowds:
        if crowds.connected < screens:
            return None
        await asyncio.sleep(1.0)
        kb = (hall.process.memory_kb() - before_kb) / screens
        cpu, sent = hall.process.cpu_s(), crowds.seen().frames
        pressed = await call_for(hall, SECONDS, rate=rate)
        seen = crowds.seen()
        for _ in range(int(SETTLED_S / LOOK_S)):
            if len(to_last(pressed, seen)) == len(pressed):
                break
            await asyncio.sleep(LOOK_S)
            seen = crowds.seen()
        cpu = hall.process.cpu_s() - cpu
    times = to_last(pressed, seen)
    return Grown(screens, rate, kb, cpu * 1e6 / max(seen.frames - sent, 1), statistics.median(times) if times else None)


def grown() -> Iterator[Grown | None]:
    """Yield what each size costs, every one on a server of its own: memory that was once used stays."""
    for screens, rate in SIZES:
        with served(windows=WINDOWS) as hall:
            yield asyncio.run(_opened(hall, screens, rate))


async def _opened(hall: Hall, screens: int, rate: float) -> Grown | None:
    await hall.open()
    await hall.take(WINDOWS)
    for window in range(1, WINDOWS + 1):
        await hall.at(window, "call-next")
    return await one_size(hall, screens, rate)


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


def print_growth() -> None:
    """Print what larger crowds cost beside a small one."""
    for (screens, _), one in zip(SIZES, grown(), strict=True):
        if one is None:
            print(f"  {screens:6,} screens: not all of them could connect")
            continue
        p50 = "–" if one.p50_ms is None else f"{one.p50_ms:.0f} ms"
        print(f"  {screens:6,} screens, {one.calls_per_s:4.0f} calls/s: {one.kb_each:5.1f} kB each, "
              f"{one.us_per_frame:5.1f} µs of processor a frame, key → last screen p50 {p50}")  # fmt: skip


def main() -> None:
    """Print medians of several rounds, taken in turn."""
    files = raise_files()
    print(f"\n{SCREENS:,} screens on one hall, {CALLS_PER_S} calls a second ({ROUNDS} rounds of {SECONDS:g} s)")
    if files < 2 * SCREENS:
        print(f"  not done: only {files} open files are allowed here")
        return
    if files >= 2 * SIZES[-1][0]:
        print_growth()
    else:
        print(f"  larger crowds not tried: only {files} open files are allowed here")
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

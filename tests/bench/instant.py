"""Sixteen windows call at one instant: every call is seen on every board.

Many halls' boards show the latest call only; beside it stands what such a board would have lost in the same round: of
the calls that came in one frame all but the last.
"""

import asyncio

from tests.bench.crowded import Hall, served, watched
from tests.bench.eyes import raise_files

WINDOWS = 16
BOARDS = 40
ROUNDS = 8
FRAME_NS = 20_000_000
"""Calls that a board gets within a tick are painted together."""


async def rounds(hall: Hall) -> tuple[int, int, int]:
    """Return (calls, sightings, calls that were alone or last in their instant)."""
    await hall.open()
    await hall.take(WINDOWS * (ROUNDS + 1))
    await asyncio.gather(*(hall.at(window, "call-next") for window in range(1, WINDOWS + 1)))
    calls = sightings = latest = 0
    with watched(hall.port, BOARDS) as crowds:
        for _ in range(ROUNDS):
            windows = range(1, WINDOWS + 1)
            rings = await asyncio.gather(*(hall.at(window, "finish-and-next") for window in windows))
            await asyncio.sleep(0.5)
            seen = crowds.seen()
            calls += sum(1 for ring in rings if ring)
            sightings += sum(seen.count.get(ring, 0) for ring in rings)
            latest += len({seen.last_ns[ring] // FRAME_NS for ring in rings if ring in seen.last_ns})
    return calls, sightings, latest


def main() -> None:
    """Print the counts."""
    raise_files()
    print(f"\n{WINDOWS} windows call at one instant, {BOARDS} boards ({ROUNDS} rounds)")
    with served(windows=WINDOWS) as hall:
        calls, sightings, latest = asyncio.run(rounds(hall))
    print(f"  {calls} calls, {sightings:,} of {calls * BOARDS:,} sightings: {sightings / (calls * BOARDS):.1%}")
    print(f"  a board that shows the latest call only would have shown {latest} of {calls} ({latest / calls:.0%})")


if __name__ == "__main__":
    main()

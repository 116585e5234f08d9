"""How the memory of a server grows with the days that it has run: each day as busy as the one before, and closed in the evening."""

import gc
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import structlog

from hall.ids import DAY_MS, MINUTE_MS
from tests.support.journey import add_people, journey_plan
from tests.support.live import HandClock
from tests.support.plans import DATE, MIDNIGHT_MS
from tests.support.server import HALL, Served, serving

DAYS: Final = 14
SETTLED: Final = 7
"""Days after which nothing that is kept for some days is new."""
TICKETS: Final = 300
WINDOWS: Final = 3
BETWEEN_MS: Final = 80_000
MORNING_MIN: Final = 9 * 60 + 1
EVENING_MIN: Final = 23 * 60 + 55
TURNED_S: Final = 30


def turn(served: Served, day: int, minute: int) -> None:
    """Set the clock, and let all halls look at it."""
    served.clock.at_ms = MIDNIGHT_MS + day * DAY_MS + minute * MINUTE_MS
    halls = served.house.halls

    def look() -> None:
        for hall in halls._halls.values():
            if hall.timer is not None:
                hall.timer.arm()

    served.loop.call_soon_threadsafe(look)


def opened(served: Served, day: int) -> None:
    """Wait until the hall is in this day."""
    wanted = (date.fromisoformat(DATE) + timedelta(days=day)).isoformat()
    turn(served, day, MORNING_MIN)
    until = time.monotonic() + TURNED_S
    while (runner := served.house.halls.today(HALL)).date != wanted or not runner.view_state().is_open:
        if time.monotonic() > until:
            raise TimeoutError(f"the hall is in {runner.date}, not in {wanted}")
        time.sleep(0.05)


def work(served: Served) -> None:
    """Take a number, call it, serve it: the whole day."""
    for window in range(1, WINDOWS + 1):
        served.call(f"windows/W{window:02}/open", who=f"c{window:02}").raise_for_status()
    for number in range(TICKETS):
        served.clock.at_ms += BETWEEN_MS
        window = number % WINDOWS + 1
        served.take()
        for operation in ("call-next", "start", "finish"):
            body = {"result": "done"} if operation == "finish" else {}
            served.call(f"windows/W{window:02}/{operation}", body, who=f"c{window:02}").raise_for_status()


def memory_mb() -> float:
    """Return what this process holds, without garbage."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4_096 / 1e6


def main() -> None:
    """Print the memory after each evening, and how much of it a further day is."""
    structlog.configure(processors=[_silent])
    found = []
    with tempfile.TemporaryDirectory() as folder:
        add_people(Path(folder), clerks=WINDOWS)
        with serving(Path(folder), plans={HALL: journey_plan(windows=WINDOWS, digits=4)}, clock=HandClock()) as served:
            for day in range(DAYS):
                opened(served, day)
                work(served)
                turn(served, day, EVENING_MIN)
                time.sleep(1)  # reports and messages are behind by at most this much
                found.append(memory_mb())
    print(f"\nmemory of a server and its clients after each of {DAYS} days with {TICKETS} tickets, in MB")
    print("  " + " ".join(f"{one:.0f}" for one in found))
    early = (found[SETTLED - 1] - found[0]) / (SETTLED - 1)
    late = (found[-1] - found[SETTLED - 1]) / (DAYS - SETTLED)
    print(f"  each further day: {early:.1f} MB up to the {SETTLED}th, {late:.1f} MB after it")


def _silent(*_: object) -> str:
    raise structlog.DropEvent


if __name__ == "__main__":
    main()

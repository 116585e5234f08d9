"""The server's process in a demo: the real server, on a clock that runs faster and goes on where the log ends."""

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Final

import uvicorn

from hall.ids import Ms
from server.app import LEDGER_FILE, Instead, create_app, server_of
from server.clock import LONGEST_SPEED, ScaledClock
from server.demo.dayfile import BOOKED_FILE, DemoDay, read_day
from server.demo.family import leave_with_parent, wait_for_turn
from server.ledger.sqlite import SqliteLedger
from server.logs import configure
from server.serving import fast_loop
from server.settings import UNHURRIED, Settings, from_environment

STARTED_POLL_S: Final = 0.02
BOOKING_MOST_S: Final = 60.0
"""Real seconds in which people book before the day: some ten are usual, of which the crowd takes two to start."""
BOOKING_POLL_S: Final = 0.1
BOOKING_SPEED: Final = 60
"""Whatever the day's own: a form is filled in seconds of real time, and a place is held for minutes."""


def main(folder: Path) -> None:
    """Serve a demo folder until told to stop, or until the parent goes."""
    wait_for_turn()
    day = read_day(folder)
    assert day is not None, f"no demo day in {folder}"
    configure(as_json=True)
    leave_with_parent()
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(_serve(day, folder))


async def _serve(day: DemoDay, folder: Path) -> None:
    settings = from_environment(Settings(data=folder, port=day.port, demo=True, public_screens=True, limits=UNHURRIED))
    ledger = await asyncio.to_thread(SqliteLedger.open, folder / LEDGER_FILE)
    clock = ScaledClock(await _begins_ms(day, ledger), 1)
    app = create_app(settings, Instead(clock=clock, ledger=ledger))
    server = server_of(app, settings)
    async with asyncio.TaskGroup() as tasks:
        hurrying = tasks.create_task(_hurry(server, clock, day, folder / BOOKED_FILE))
        await server.serve()
        hurrying.cancel()


async def _hurry(server: uvicorn.Server, clock: ScaledClock, day: DemoDay, booked: Path) -> None:
    """Let the hall's time run fast only once the server serves, or a slow start would cost a quarter of an hour of it.

    First people book until the file ``booked`` is there, then the rest of the early morning passes as fast as it may, then
    the day begins.
    """
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by this flag only
        await asyncio.sleep(STARTED_POLL_S)
    if clock.now_ms() < day.start_ms:
        clock.change_speed(BOOKING_SPEED)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(BOOKING_MOST_S, clock.seconds_until(day.start_ms))):
                while not await asyncio.to_thread(booked.exists):  # noqa: ASYNC110 - another process makes it
                    await asyncio.sleep(BOOKING_POLL_S)
        clock.change_speed(LONGEST_SPEED)
        await asyncio.sleep(clock.seconds_until(day.start_ms))
    clock.change_speed(day.speed)


async def _begins_ms(day: DemoDay, ledger: SqliteLedger) -> Ms:
    """Return the last moment of the log: while the server was down, the hall's time stood still."""
    head = await ledger.head(day.stream)
    begins_ms = day.book_ms or day.start_ms
    return begins_ms if head is None else max(begins_ms, head.at_ms + 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""A clock that jumps under a busy server: forward, back, and right again. The time of a log never goes back (S11)."""

import asyncio
from pathlib import Path
from typing import Final

from tests.faults.history import log_of
from tests.faults.load import Load, Outcome, Sizes
from tests.faults.place import furnish
from tests.faults.report import Part
from tests.faults.serving import Server

LIBRARIES: Final = ("/usr/lib", "/usr/local/lib")
JUMPS: Final = ("+20m", "-30m", "+5m", "+0")
"""Against the true clock, one after the other; sessions last an hour, and the hall is open all day."""
BETWEEN_S: Final = 2.0
SIZES: Final = Sizes(kiosks=6, clerks=6, screens=10)


def clock_jumps(place: Path, sizes: Sizes = SIZES) -> Part:
    """Set the clock of the server about while people work."""
    library = _library()
    if library is None:
        return Part(name="clock jumps", skipped="libfaketime is not installed (Debian: libfaketime)")
    data, setting = place / "data", place / "offset"
    furnish(data, windows=sizes.clerks)
    setting.write_text("+0\n")
    env = {
        "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(setting), "FAKETIME_CACHE_DURATION": "1",
        # Waiting goes by the monotonic clock, which no operator can set; the library must leave that alone altogether.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }  # fmt: skip
    server = Server(data, env=env)

    async def jumping(load: Load) -> Outcome:
        outcome = Outcome()
        for jump in JUMPS:
            before = sum(one.is_acknowledged for one in load.crowd.told)
            setting.write_text(f"{jump}\n")
            await asyncio.sleep(BETWEEN_S)
            if sum(one.is_acknowledged for one in load.crowd.told) == before:
                outcome.findings.append(f"L3: nothing was answered after the clock jumped to {jump}")
        spread = [commit.at_ms for commit in await log_of(data)]
        minutes = (spread[-1] - spread[0]) / 60_000
        if minutes < 15:
            outcome.findings.append("the clock of the server did not jump; the fault was not there")
        outcome.notes.append(f"the log spans {minutes:.0f} minutes of its clock")
        return outcome

    try:
        server.start()
        return asyncio.run(Load(server, sizes).run(jumping, name="clock jumps"))
    finally:
        server.stop()


def _library() -> Path | None:
    found = [path for root in LIBRARIES for path in Path(root).glob("**/faketime/libfaketime.so.1")]
    return found[0] if found else None

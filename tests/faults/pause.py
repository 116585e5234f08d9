"""A process that stands still (SIGSTOP) and goes on: screens say that they are stale, and nothing is done twice."""

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.faults.eyes import Screen
from tests.faults.load import Load, Outcome, Sizes
from tests.faults.place import furnish
from tests.faults.report import Part
from tests.faults.serving import Server

PAUSES_S: Final = (0.5, 6.0)
"""A hiccup, and one that screens must say."""
NOTICED_S: Final = 5.0
"""Law L8: a screen notices a dead link within this."""
SIZES: Final = Sizes(kiosks=6, clerks=6, screens=10)


def standing_still(place: Path, sizes: Sizes = SIZES) -> Part:
    """Stop the process and let it go on, under load."""
    data = place / "data"
    furnish(data, windows=sizes.clerks)
    server = Server(data)

    async def pausing(load: Load) -> Outcome:
        outcome = Outcome()
        for seconds in PAUSES_S:
            began_ns = time.monotonic_ns()
            server.freeze()
            await asyncio.sleep(seconds)
            if seconds > NOTICED_S:
                outcome.findings += unnoticed(load.screens, began_ns)
            server.thaw()
            thawed_ns = time.monotonic_ns()
            outcome.recovery_s.append(await load.seconds_until_answered(thawed_ns))
        return outcome

    try:
        server.start()
        return asyncio.run(Load(server, sizes).run(pausing, name="standing still"))
    finally:
        server.stop()


def unnoticed(screens: Iterable[Screen], since_ns: int) -> list[str]:
    """L8: name the screens that have not put their banner up in time since a link died."""
    limit_ns = since_ns + int(NOTICED_S * 1e9)
    return [
        f"L8: {screen.name} did not say within {NOTICED_S:g} s that its link is dead"
        for screen in screens
        if not any(since_ns < moment <= limit_ns for moment in screen.stale_ns)
    ]

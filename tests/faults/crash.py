"""`python -m tests.faults.crash`: kill -9 of a busy server, again and again, on one data folder.

Kiosks and clerks keep asking, screens keep following. After every kill all that anybody was told so far is looked for in
the log; at the end commands are sent once more, and screens and log are compared. Once with a spare server that takes
over, and once with a server that is started again: there, loading the program is most of the time until it serves.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from loadtests.proving import Progress, prove
from tests.faults.history import Compared, Told, compare, log_of
from tests.faults.load import Load, Outcome, Sizes
from tests.faults.place import furnish
from tests.faults.report import Part, is_crowded, share, status_of, text_of
from tests.faults.serving import Server

RECOVERY_S: Final = 2.0
"""Law L2: serving again after kill -9, at the 95th percentile."""
BETWEEN_S: Final = (0.7, 2.2)
"""Load between being ready for a kill and the kill."""


def main() -> int:
    """Run the proof."""
    words = argparse.ArgumentParser(prog="python -m tests.faults.crash", description=__doc__)
    words.add_argument("--kills", type=int, default=20, help="in each of the two ways")
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        parts = [
            crash(Path(folder, "spare"), kills=asked.kills, seed=asked.seed, spare=True, judge=True),
            crash(Path(folder, "alone"), kills=asked.kills, seed=asked.seed, spare=False, judge=False),
        ]
    sys.stdout.write(text_of(f"kill -9 of onewindow serve under load, {asked.kills} times each", parts) + "\n")
    return status_of(parts)


def crash(folder: Path, *, kills: int, seed: int = 1, spare: bool, judge: bool, sizes: Sizes | None = None) -> Part:
    """Kill a server that works on a new data folder, with a ``spare`` or alone; ``judge`` says whether law L2 counts."""
    who = sizes or Sizes()
    crowded = is_crowded()
    furnish(folder, windows=who.clerks)
    server = Server(folder, spare=spare)
    chance = random.Random(seed)
    name = "with a spare" if spare else "started again"

    async def killed(load: Load) -> Outcome:
        outcome, progress = Outcome(), Progress(f"kills, {name}", kills)
        for kill in range(1, kills + 1):
            await asyncio.to_thread(server.prepare)
            await asyncio.sleep(chance.uniform(*BETWEEN_S))
            outcome.recovery_s.append(await _kill_once(load))
            outcome.findings += (await _compared(server.data, load.crowd.told)).findings
            progress.at(kill)
        slow_s = share(outcome.recovery_s, 950)
        if crowded and judge:
            outcome.notes.append(f"law L2 skipped: {crowded}")
        elif judge and slow_s > RECOVERY_S:
            outcome.findings.append(f"L2: serving again after {slow_s:.2f} s (p95), allowed {RECOVERY_S:g} s")
        return outcome

    try:
        server.start()
        return asyncio.run(Load(server, who).run(killed, name=name, seed=seed))
    finally:
        server.stop()


async def _kill_once(load: Load) -> float:
    """Kill, and start what is missing; return the seconds until somebody's command is answered again."""
    server = load.server
    await asyncio.to_thread(server.kill)
    began_ns = time.monotonic_ns()
    server.launch()
    seconds = await load.seconds_until_answered(began_ns)
    if seconds == float("inf"):
        raise RuntimeError(server.log()[-2_000:])
    return seconds


async def _compared(folder: Path, told: Sequence[Told]) -> Compared:
    """Compare what was told by now; who is being answered just now counts the next time."""
    known = {one.command_id: msgspec.structs.replace(one) for one in told}
    log = await log_of(folder)
    # What the log has gained since may have been asked for since.
    late = [Told(one.command_id, "", "", {}, "", 0) for one in told if one.command_id not in known]
    return compare([*known.values(), *late], log)


if __name__ == "__main__":
    prove(main)

"""`python -m tests.faults.crash`: kill -9 of a busy server, again and again, on one data folder.

Kiosks and clerks keep asking, screens keep following. After every kill the server starts on the same data, and all that
anybody was told so far is looked for in the log. At the end commands are sent once more, and screens and log are compared.
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

from tests.faults.clients import Crowd, asked_again
from tests.faults.eyes import Screen
from tests.faults.history import Compared, Told, compare, log_of
from tests.faults.place import furnish
from tests.faults.report import Part, share, status_of, text_of
from tests.faults.serving import Server
from tests.faults.watching import audit_faults, fault_of_l1, seconds_until_true, truth_of

RECOVERY_S: Final = 2.0
"""Law L2: serving again after kill -9, at the 95th percentile."""
BACK_S: Final = 60.0
"""A server that is not back by then will not come."""
ASKED_AGAIN: Final = 400


class Sizes(msgspec.Struct, frozen=True):
    """How much happens."""

    kills: int = 20
    kiosks: int = 8
    clerks: int = 8
    screens: int = 20
    load_s: float = 1.5
    """Between being back and the next kill, on average."""


def main() -> int:
    """Run the proof."""
    words = argparse.ArgumentParser(prog="python -m tests.faults.crash", description=__doc__)
    words.add_argument("--kills", type=int, default=Sizes().kills)
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sizes = Sizes(kills=asked.kills)
        parts = [
            crash(Path(folder, "spare"), sizes, seed=asked.seed, spare=True, judge=True),
            crash(Path(folder, "alone"), sizes, seed=asked.seed, spare=False, judge=False),
        ]
    sys.stdout.write(text_of(f"kill -9 of onewindow serve under load, {asked.kills} times each", parts) + "\n")
    return status_of(parts)


def crash(folder: Path, sizes: Sizes, *, seed: int = 1, spare: bool, judge: bool) -> Part:
    """Kill a server that works on a new data folder, with a ``spare`` or alone; ``judge`` says whether law L2 counts.

    Alone, loading the program is most of the time until it serves again, and that is as long as the machine needs.
    """
    furnish(folder, windows=sizes.clerks)
    server = Server(folder, spare=spare)
    try:
        server.start()
        part = asyncio.run(_killed(server, sizes, random.Random(seed), judge=judge))
        return msgspec.structs.replace(part, name="kill -9, with a spare" if spare else "kill -9, started again")
    finally:
        server.stop()


async def _killed(server: Server, sizes: Sizes, chance: random.Random, *, judge: bool) -> Part:
    crowd = Crowd(server.port, run="crash")
    screens = [Screen(f"board {number}", server.port) for number in range(sizes.screens)]
    following = [asyncio.create_task(screen.follow()) for screen in screens]
    working = asyncio.create_task(crowd.work(kiosks=sizes.kiosks, clerks=sizes.clerks))
    back_s: list[float] = []
    worst = Compared(0, 0, 0, 0, ())
    for _ in range(sizes.kills):
        await asyncio.to_thread(server.prepare)
        await asyncio.sleep(sizes.load_s * chance.uniform(0.5, 1.5))
        back_s.append(await _kill_once(server, crowd))
        worst = _worse(worst, await _compared(server.data, crowd.told))
    await asyncio.sleep(sizes.load_s)
    crowd.stop()
    await working
    log = await log_of(server.data)
    true_s = await seconds_until_true(server.data, log, screens)
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    found = _worse(worst, compare(crowd.told, log))
    truth = await truth_of(server.data, log, screens)
    extra = [fault for screen in screens for fault in truth.faults_of(screen)] + fault_of_l1(true_s)
    extra += await asked_again(server.port, _sample(crowd.told, chance)) + _open(crowd.told)
    server.stop()
    extra += await audit_faults(server.data)
    if judge and share(back_s, 950) > RECOVERY_S:
        extra.append(f"L2: serving again after {share(back_s, 950):.2f} s (p95), allowed {RECOVERY_S:g} s")
    return Part(
        name="kill -9", acknowledged=found.acknowledged, lost=found.lost, doubled=found.doubled,
        wrong_order=found.wrong_order, recovery_s=tuple(back_s), findings=(*found.findings, *extra),
        notes=(_note(screens, crowd.told, true_s),),
    )  # fmt: skip


async def _kill_once(server: Server, crowd: Crowd) -> float:
    """Kill and start; return the seconds until somebody's command is answered again."""
    await asyncio.to_thread(server.kill)
    began = time.monotonic_ns()
    server.launch()
    while not any(one.completed_ns > began for one in crowd.told[-200:]):
        if time.monotonic_ns() - began > BACK_S * 1e9 or not server.is_up():
            raise RuntimeError(server.log()[-2_000:])
        await asyncio.sleep(0.01)
    return (min(one.completed_ns for one in crowd.told[-200:] if one.completed_ns > began) - began) / 1e9


async def _compared(folder: Path, told: Sequence[Told]) -> Compared:
    """Compare what was told by now; who is being answered just now counts the next time."""
    known = {one.command_id: msgspec.structs.replace(one) for one in told}
    log = await log_of(folder)
    # What the log has gained since may have been asked for since.
    late = [Told(one.command_id, "", "", {}, "", 0) for one in told if one.command_id not in known]
    return compare([*known.values(), *late], log)


def _worse(one: Compared, other: Compared) -> Compared:
    findings = tuple(dict.fromkeys([*one.findings, *other.findings]))
    return Compared(
        max(one.acknowledged, other.acknowledged), max(one.lost, other.lost), max(one.doubled, other.doubled),
        max(one.wrong_order, other.wrong_order), findings,
    )  # fmt: skip


def _sample(told: Sequence[Told], chance: random.Random) -> list[Told]:
    """Choose commands to be sent again: those that lived through a kill first, then any; refusals are among them."""
    definite = [one for one in told if one.is_acknowledged]
    repeated = [one for one in definite if one.attempts > 1]
    return [*repeated[:ASKED_AGAIN], *chance.sample(definite, min(ASKED_AGAIN, len(definite)))]


def _open(told: Sequence[Told]) -> list[str]:
    unknown = sum(one.result == "unknown" for one in told)
    return [f"L3: {unknown} commands never got a definite answer"] if unknown else []


def _note(screens: Sequence[Screen], told: Sequence[Told], true_s: float) -> str:
    retried = sum(one.attempts > 1 for one in told)
    refused = sum(one.is_acknowledged and one.result != "ok" for one in told)
    painted = sum(len(screen.painted) for screen in screens)
    return (
        f"{len(told):,} commands, {retried} sent again, {refused:,} refused by the rules; {len(screens)} screens painted "
        f"{painted:,} times and were true {true_s:.2f} s after the last command"
    )


if __name__ == "__main__":
    raise SystemExit(main())

"""A server under load while something goes wrong: people work, screens follow, and at the end all is compared."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tests.faults.clients import Crowd, Line, asked_again
from tests.faults.eyes import Screen
from tests.faults.history import Told, compare, log_of
from tests.faults.report import Part, is_crowded
from tests.faults.serving import Server
from tests.faults.watching import audit_faults, fault_of_l1, seconds_until_true, truth_of

ASKED_AGAIN: Final = 400
ANSWER_S: Final = 10.0
"""Law L3."""
WARM_S: Final = 1.0
BACK_S: Final = 60.0
"""Who does not answer by then will not."""


class Outcome(msgspec.Struct):
    """What a fault itself found: broken laws, figures worth telling, and how long until commands were answered again."""

    findings: list[str] = []
    notes: list[str] = []
    recovery_s: list[float] = []


class Sizes(msgspec.Struct, frozen=True):
    """How many take part."""

    kiosks: int = 8
    clerks: int = 8
    screens: int = 20
    pace_s: float = 0.0
    """Rest of each person after each command."""
    after_s: float = 1.0
    """Work that goes on after the last fault."""


Fault = Callable[["Load"], Awaitable[Outcome]]


class Load:
    """Everybody who is there while a fault happens."""

    def __init__(
        self, server: Server, sizes: Sizes, *, screen_ports: Sequence[int] = (), where: Path | str = ""
    ) -> None:
        """Bring people and screens; screens connect over ``screen_ports`` in turn, or to the server itself.

        ``where`` is the database that keeps the log, if that is not the server's folder.
        """
        self.server = server
        self._where = where or server.data
        self.sizes = sizes
        self.crowded = is_crowded()
        self.crowd = Crowd(server.port, run="load", pace_s=sizes.pace_s)
        ports = screen_ports or (server.port,)
        self.screens = [Screen(f"board {number}", ports[number % len(ports)]) for number in range(sizes.screens)]

    async def run(self, fault: Fault, *, name: str, seed: int = 1) -> Part:
        """Work, let the fault happen, work on for a while; then compare everything and stop the server."""
        following = [asyncio.create_task(screen.follow()) for screen in self.screens]
        working = asyncio.create_task(self.crowd.work(kiosks=self.sizes.kiosks, clerks=self.sizes.clerks))
        try:
            await asyncio.sleep(WARM_S)
            outcome = await fault(self)
            await asyncio.sleep(self.sizes.after_s)
        finally:
            self.crowd.stop()
            await working
        return await self._compared(name, outcome, following, random.Random(seed))

    async def _compared(
        self, name: str, outcome: Outcome, following: Sequence["asyncio.Task[None]"], chance: random.Random
    ) -> Part:
        where, told, screens = self._where, self.crowd.told, self.screens
        log = await log_of(where)
        true_s = await seconds_until_true(where, log, screens)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        found = compare(told, log)
        truth = await truth_of(where, log, screens)
        extra = [fault for screen in screens for fault in truth.faults_of(screen)] + fault_of_l1(
            true_s, crowded=self.crowded
        )
        extra += await asked_again(self.server.port, _sample(told, chance)) + _open(told)
        self.server.stop()
        extra += await audit_faults(where)
        return Part(
            name=name, acknowledged=found.acknowledged, lost=found.lost, doubled=found.doubled,
            wrong_order=found.wrong_order, recovery_s=tuple(outcome.recovery_s),
            findings=(*found.findings, *outcome.findings, *extra),
            notes=(*outcome.notes, _note(screens, told, true_s)),
        )  # fmt: skip

    async def read(self, path: str) -> int:
        """Read from the hall as a visitor does; return the status, 0 without an answer."""
        line = Line(self.server.port)
        answer = await line.get(path)
        line.close()
        return answer[0] if answer is not None else 0

    async def seconds_until_answered(self, moment_ns: int) -> float:
        """Wait for the first answer after a moment; return how long it took, or infinity if it does not come."""
        while not self.answered_since(moment_ns):
            if time.monotonic_ns() - moment_ns > BACK_S * 1e9 or not self.server.is_up():
                return float("inf")
            await asyncio.sleep(0.01)
        return (self.answered_since(moment_ns) - moment_ns) / 1e9

    def answered_since(self, moment_ns: int) -> int:
        """Return when the first command that was answered after a moment got its answer; 0: none yet."""
        moments = [one.completed_ns for one in self.crowd.told[-RECENT:] if one.is_acknowledged]
        return min((moment for moment in moments if moment > moment_ns), default=0)


RECENT: Final = 400
"""Commands that are looked at for the first answer after a fault: more than people who ask."""


def _sample(told: Sequence[Told], chance: random.Random) -> list[Told]:
    """Choose commands to be sent again: those that lived through a fault first, then any; refusals are among them."""
    definite = [one for one in told if one.is_acknowledged]
    repeated = [one for one in definite if one.attempts > 1]
    return [*repeated[:ASKED_AGAIN], *chance.sample(definite, min(ASKED_AGAIN, len(definite)))]


def _open(told: Sequence[Told]) -> list[str]:
    """L3: whoever reached the server has an answer, in time; at the end nothing is left open."""
    unknown = sum(one.result == "unknown" for one in told)
    slow = sum(one.slowest_s > ANSWER_S + 0.5 for one in told)
    found = [f"L3: {unknown} commands never got a definite answer"] if unknown else []
    return [*found, *([f"L3: {slow} requests waited for more than {ANSWER_S:g} s"] if slow else [])]


def _note(screens: Sequence[Screen], told: Sequence[Told], true_s: float) -> str:
    retried = sum(one.attempts > 1 for one in told)
    refused = sum(one.is_acknowledged and one.result != "ok" for one in told)
    painted = sum(len(screen.painted) for screen in screens)
    return (
        f"{len(told):,} commands, {retried} sent again, {refused:,} refused by the rules; {len(screens)} screens painted "
        f"{painted:,} times and were true {true_s:.2f} s after the last command"
    )

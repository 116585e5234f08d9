"""One release minute from beginning to end, with its report."""

import asyncio
import statistics
import time
from collections import Counter
from contextlib import AsyncExitStack
from typing import Final

import msgspec

from loadtests.flash.check import Verdict, verdict
from loadtests.flash.grounds import Ground, ground_of
from loadtests.flash.lines import lines_to
from loadtests.flash.naive import Naive, sell_naively
from loadtests.flash.rush import Rush
from loadtests.flash.serving import Server
from loadtests.flash.setting import HALL, Sale, prepare
from loadtests.flash.wishes import Sizes, Wish, crowd
from loadtests.proving import Progress, say

NODES: Final = 2
KILLED_AT: Final = 0.3
"""A server is killed when this share of the crowd has its answers: places are left and everybody is asking."""


class Report(msgspec.Struct, frozen=True):
    """Everything that a release minute came to."""

    sizes: Sizes
    verdict: Verdict
    naive: Naive
    seconds: float
    back_seconds: float
    """From the kill until the killed server answered again."""
    answers: int
    by_node: tuple[int, ...]
    """Definite answers of each node; the first is the one that was killed."""
    meanwhile: int
    """Definite answers while it was away."""
    answer_p50: float
    answer_p99: float
    """From sending a request to its answer, in seconds."""
    person_p50: float
    person_p99: float
    """From the wish to the last answer, in seconds."""
    audit: str

    @property
    def holds(self) -> bool:
        """Tell whether every promise was kept."""
        return not self.verdict.findings


class _Rushed(msgspec.Struct, frozen=True):
    """What a crowd came to while it booked."""

    rush: Rush
    seconds: float
    back_s: float
    by_node: tuple[int, ...]
    meanwhile: int


def flash(sizes: Sizes, *, seed: int = 1, is_released: bool = False, nodes: int = NODES) -> Report:
    """Sell a day to a crowd, at the next full minute or at once; raise RuntimeError if the log is not sound."""
    wishes = crowd(sizes, seed=seed)
    with ground_of(nodes) as ground:
        sale = prepare(ground.servers[0], places=sizes.places, is_released=is_released)
        rushed = asyncio.run(_booked(ground, wishes, sale, run=f"flash-{seed}"))
        ground.stop()
        say("the naive booking beside it, and the audit")
        naive = sell_naively(ground.beside, wishes, places=sizes.places)
        found = verdict(ground.bodies(f"{HALL}/{sale.date}"), sale, rushed.rush.told)
        return _report(sizes, rushed, found, naive, audit=ground.servers[0].audit())


async def _booked(ground: Ground, wishes: list[Wish], sale: Sale, *, run: str) -> _Rushed:
    """Let the crowd book, with the first server killed once and started again."""
    killing: asyncio.Task[tuple[float, int]] | None = None
    done, answers, answered = 0, Counter[int](), Progress("requests with their answer", len(wishes))
    async with AsyncExitStack() as stack:
        rush = Rush(await lines_to(stack, [server.port for server in ground.servers], answers), sale, run=run)

        def progress() -> None:
            nonlocal done, killing
            done += 1
            if done == int(len(wishes) * KILLED_AT):
                killing = asyncio.ensure_future(_killed(ground.servers[0], answers))
            answered.at(done)

        began = max(time.time(), sale.release_ms / 1_000)
        say(f"the places are released in {began - time.time():.0f} s")
        await rush.go(wishes, progress=progress)
        seconds = time.time() - began
        assert killing is not None
        back_s, meanwhile = await killing
        by_node = tuple(answers[number] for number in range(len(ground.servers)))
        return _Rushed(rush, seconds, back_s, by_node, meanwhile)


async def _killed(server: Server, answers: "Counter[int]") -> tuple[float, int]:
    """Kill a server and start it again; return how long it was away, and how many answers came meanwhile."""
    began, before = time.monotonic(), answers.total()
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    return time.monotonic() - began, answers.total() - before


def _report(sizes: Sizes, rushed: _Rushed, found: Verdict, naive: Naive, *, audit: str) -> Report:
    rush = rushed.rush
    answers, people = sorted(rush.answered_s), sorted(one.seconds for one in rush.told)
    return Report(
        sizes=sizes, verdict=found, naive=naive, seconds=rushed.seconds, back_seconds=rushed.back_s,
        answers=len(answers), by_node=rushed.by_node, meanwhile=rushed.meanwhile,
        answer_p50=statistics.median(answers), answer_p99=_p99(answers),
        person_p50=statistics.median(people), person_p99=_p99(people), audit=audit,
    )  # fmt: skip


def _p99(values: list[float]) -> float:
    return values[min(len(values) - 1, len(values) * 99 // 100)] if values else 0.0

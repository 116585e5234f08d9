"""One release minute from beginning to end, with its report."""

import asyncio
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import httpx
import msgspec

from loadtests.flash.check import Verdict, verdict
from loadtests.flash.naive import Naive, sell_naively
from loadtests.flash.rush import ANSWER_S, CONNECTIONS, Rush
from loadtests.flash.serving import Server
from loadtests.flash.setting import PRESET, Sale, prepare
from loadtests.flash.wishes import Sizes, Wish, crowd

KILLED_AT: Final = 0.3
"""The server is killed when this share of the crowd has its answers: places are left and everybody is asking."""


class Report(msgspec.Struct, frozen=True):
    """Everything that a release minute came to."""

    sizes: Sizes
    verdict: Verdict
    naive: Naive
    seconds: float
    back_seconds: float
    """From the kill until the server answered again."""
    answers: int
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


def flash(sizes: Sizes, *, seed: int = 1, is_released: bool = False) -> Report:
    """Sell a day to a crowd, at the next full minute or at once; raise RuntimeError if the log is not sound."""
    wishes = crowd(sizes, seed=seed)
    with tempfile.TemporaryDirectory() as place:
        server = Server(Path(place, "data"))
        server.init(PRESET)
        try:
            server.start()
            sale = prepare(server, places=sizes.places, is_released=is_released)
            rush, began, back_s = asyncio.run(_booked(server, wishes, sale, run=f"flash-{seed}"))
            seconds = time.time() - began
        finally:
            server.stop()
        naive = sell_naively(Path(place, "naive.db"), wishes, places=sizes.places)
        found = verdict(Path(place, "data", "ledger.db"), sale, rush.told)
        return _report(sizes, rush, found, naive, seconds=seconds, back_s=back_s, audit=server.audit())


async def _booked(server: Server, wishes: list[Wish], sale: Sale, *, run: str) -> tuple[Rush, float, float]:
    """Let the crowd book, with the server killed once; return what was told, when it began, and how long it was away."""
    killing: asyncio.Task[float] | None = None
    done = 0
    address = f"http://127.0.0.1:{server.port}"
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=ANSWER_S, verify=False))
            for _ in range(CONNECTIONS)
        ]
        rush = Rush(clients, sale, run=run)

        def progress() -> None:
            nonlocal done, killing
            done += 1
            if done == int(len(wishes) * KILLED_AT):
                killing = asyncio.ensure_future(asyncio.to_thread(_kill_and_start, server))
            if done % max(1, len(wishes) // 20) == 0:
                sys.stderr.write(f"  {done:,} of {len(wishes):,} have their answer\n")

        began = max(time.time(), sale.release_ms / 1_000)
        await rush.go(wishes, progress=progress)
        assert killing is not None
        return rush, began, await killing


def _kill_and_start(server: Server) -> float:
    server.kill()
    return server.start()


def _report(
    sizes: Sizes, rush: Rush, found: Verdict, naive: Naive, *, seconds: float, back_s: float, audit: str
) -> Report:
    answers, people = sorted(rush.answered_s), sorted(one.seconds for one in rush.told)
    return Report(
        sizes=sizes, verdict=found, naive=naive, seconds=seconds, back_seconds=back_s, answers=len(answers),
        answer_p50=statistics.median(answers), answer_p99=_p99(answers),
        person_p50=statistics.median(people), person_p99=_p99(people), audit=audit,
    )  # fmt: skip


def _p99(values: list[float]) -> float:
    return values[min(len(values) - 1, len(values) * 99 // 100)] if values else 0.0

"""The projector: follows the log and keeps figures and report tables beside it, in a thread of its own.

Laws:
- it reads the ledger only; the bus merely says when to look, and a lost hint costs a look at all (:data:`LOOK_MS`);
- tables and figures at a seq are a function of the log up to it: dropped and rebuilt they are equal;
- a restart goes on where the tables stopped; a failure is told in :meth:`Projector.statistics`, and tried again.

A day is folded in memory once (a fraction of a second, days are small); the tables get what changed.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import msgspec
import structlog

from hall.errors import HallError
from hall.events import Commit
from hall.figures import Figures
from hall.ids import HallId, Ms
from server.bus import Bus, BusClosed, Hints, Subscription
from server.kept_days import KeptDays
from server.ledger.duty import Alone, OnDuty
from server.ledger.port import Ledger, LedgerError, Row, stream_name
from server.looks import NOTHING_NAMED, Looks
from server.replay import decoded, learn_named
from server.reports import Reports, ReportsUnavailable

log = structlog.get_logger(__name__)
_T = TypeVar("_T")

LOOK_MS: Final = 5_000
"""Every so often it looks at all streams without a hint; more seldom where listing them takes long."""
REST_MS: Final = 500
"""Rest between two rounds: the tables are at most this much behind, and a round takes what gathered meanwhile."""
CHUNK: Final = 500
"""Rows folded in one go of the thread (some 20 ms), so that nobody else waits long for the interpreter."""
FOLDS: Final = 1_000
"""Days kept in memory: today's of 135 halls, one of each that is over, and days to come, which are small."""
REPORTS: Final = 500
"""Finished reports kept, by stream."""

Report = dict[str, object]


class ProjectorStatistics(msgspec.Struct, frozen=True):
    """Figures since the start; ``failing`` names the streams that cannot be folded or written now."""

    commits: int = 0
    rounds: int = 0
    failures: int = 0
    folds: int = 0
    failing: tuple[str, ...] = ()


class FiguresUnavailable(Exception):
    """The log of this day cannot be read or contradicts the rules; ``reason`` says which."""

    def __init__(self, stream: str, reason: str) -> None:
        """Remember which day and why."""
        super().__init__(f"{stream}: {reason}")
        self.stream = stream
        self.reason = reason


class Projector:
    """Folds all streams of a ledger. ``start`` and ``stop`` own its task and its thread."""

    def __init__(
        self,
        ledger: Ledger,
        bus: Bus,
        reports: Reports,
        *,
        wall_ms: Callable[[], Ms] = lambda: time.time_ns() // 1_000_000,
        duty: OnDuty | None = None,
    ) -> None:
        """Follow a ledger; ``wall_ms`` dates the reports, by the clock of the hall; of several nodes the one on ``duty`` writes the tables."""
        self._duty = duty or Alone()
        self._ledger, self._bus, self._reports, self._wall_ms = ledger, bus, reports, wall_ms
        self._folds: KeptDays[Figures] = KeptDays(lambda one: one.fold.state.is_ended, limit=FOLDS)
        self._looks = Looks(ledger, every_s=LOOK_MS / 1_000)
        self._written: dict[str, int] = {}
        self._ready: OrderedDict[str, tuple[int, Report]] = OrderedDict()
        self._failing: dict[str, str] = {}
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="projector")
        self._task: asyncio.Task[None] | None = None
        self._subscription: Subscription | None = None
        self._counts = {"commits": 0, "rounds": 0, "failures": 0}

    # ---- life ----

    async def start(self) -> None:
        """Open the tables and begin to follow."""
        await self._in_thread(self._reports.prepare)
        self._written = await self._in_thread(self._reports.seqs)
        self._subscription = self._bus.subscribe()
        self._task = asyncio.create_task(self._follow(self._subscription), name="projector")

    async def stop(self) -> None:
        """Stop following; what is not in the tables yet comes in at the next start."""
        if self._subscription is not None:
            self._subscription.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        async with self._turn:
            await self._in_thread(self._reports.close)
        self._thread.shutdown()

    def statistics(self) -> ProjectorStatistics:
        """Return the figures."""
        return ProjectorStatistics(**self._counts, folds=len(self._folds), failing=tuple(sorted(self._failing)))

    # ---- what others ask ----

    async def figures_of(self, hall: HallId, date: str) -> Report | None:
        """Return the figures of a hall-day up to the last row of its log; None if it has no log.

        Raises :class:`FiguresUnavailable`.
        """
        stream = stream_name(hall, date)
        head = await self._ledger.head(stream)
        if head is None:
            return None
        ready = self._ready.get(stream)
        if ready is not None and ready[0] == head.version:
            return ready[1]
        # A request that is given up must not leave a half-folded day to the next one.
        return await asyncio.shield(asyncio.ensure_future(self._report(stream)))

    async def catch_up(self, hints: Hints | None = None) -> None:
        """Bring the tables up to the logs that hints name, or to all; days that fail are told and left for later."""
        self._counts["rounds"] += 1
        for stream, version in (await self._looks.heads(hints)).items():
            if self._written.get(stream, 0) < version:
                await self._project(stream)

    async def rebuild(self) -> None:
        """Drop all tables and make them again from the log."""
        async with self._turn:
            await self._in_thread(self._reports.drop)
            self._written.clear()
            self._folds.clear()
            self._ready.clear()
        await self.catch_up()

    # ---- following ----

    async def _report(self, stream: str) -> Report:
        async with self._turn:
            figures = await self._caught_up(stream)
            report = await self._in_thread(figures.report, rebuilt_ms=self._wall_ms())
        self._ready[stream] = (figures.seq, report)
        self._ready.move_to_end(stream)
        while len(self._ready) > REPORTS:
            self._ready.popitem(last=False)
        return report

    async def _follow(self, subscription: Subscription) -> None:
        had_duty, hints = True, None
        while True:
            try:
                if self._duty.is_held and not had_duty:
                    self._written, hints = await self._in_thread(self._reports.seqs), None
                had_duty = self._duty.is_held
                if had_duty:
                    await self.catch_up(hints)
            except (LedgerError, ReportsUnavailable) as error:
                self._count_failure("", error)
            await asyncio.sleep(REST_MS / 1_000)
            try:
                async with asyncio.timeout(LOOK_MS / 1_000):
                    hints = await subscription.next()
            except TimeoutError:
                hints = NOTHING_NAMED
            except BusClosed:
                return

    async def _project(self, stream: str) -> None:
        try:
            async with self._turn:
                figures = await self._caught_up(stream)
                after = self._written.get(stream, 0)
                if figures.seq > after:
                    await self._in_thread(self._reports.write, stream, figures, after=after)
                    self._written[stream] = figures.seq
            self._failing.pop(stream, None)
        except (FiguresUnavailable, LedgerError, ReportsUnavailable) as error:
            self._count_failure(stream, error)

    def _count_failure(self, stream: str, error: Exception) -> None:
        self._counts["failures"] += 1
        if self._failing.get(stream) != str(error):
            self._failing[stream] = str(error)
            log.error("projection_failed", stream=stream, reason=str(error))

    async def _caught_up(self, stream: str) -> Figures:
        """Return the fold of a stream with all that its log holds now."""
        figures = self._folds.get(stream) or Figures(())
        try:
            rows: list[Row] = []
            async for row in self._ledger.read(stream, after=figures.seq):
                rows.append(row)
                if len(rows) == CHUNK:
                    await self._fold(figures, rows)
                    rows = []
            await self._fold(figures, rows)
        except (HallError, LedgerError) as error:
            # Half a chunk may be in it: begin anew next time.
            self._folds.forget(stream)
            raise FiguresUnavailable(stream, str(error)) from error
        self._folds.keep(stream, figures)
        return figures

    async def _fold(self, figures: Figures, rows: Sequence[Row]) -> None:
        if not rows:
            return
        commits = await self._in_thread(_decode, rows)
        plans = figures.fold.state.plans
        for commit in commits:
            await learn_named(self._ledger, commit, plans=plans)
        await self._in_thread(_add_all, figures, commits)
        self._counts["commits"] += len(commits)

    async def _in_thread(self, work: Callable[..., _T], *values: object, **named: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*values, **named))


def _decode(rows: Sequence[Row]) -> list[Commit]:
    return [decoded(row) for row in rows]


def _add_all(figures: Figures, commits: Sequence[Commit]) -> None:
    for commit in commits:
        figures.add(commit)

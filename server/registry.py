"""All halls that this process serves: today's runner of each, opened, watched, turned at midnight, closed.

A business date begins at local midnight, but a day that has not ended goes on (halls open past midnight). A day that a
stopped server left open is ended at the next start, before the new one begins. A hall whose log is damaged stays shut,
with the reason; the others are served.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import structlog

from hall.commands import AnyCommand, ChangePlan, OpenDay
from hall.errors import HallError, Refusal
from hall.events import Commit
from hall.ids import TIMER, Actor, CommandId, HallId, Ms
from hall.opening import local_ms
from server.bus import Bus
from server.clock import Clock
from server.config.plans import PlanSource
from server.ledger.port import Ledger, LedgerError, hall_and_date, stream_name
from server.links import Links
from server.outcomes import HallStopped, Outcome, UnknownHall
from server.runner import HallRunner, RunnerStatistics, Shell, Tell
from server.timers import HallTimer

log = structlog.get_logger(__name__)

PAST_LIMIT: Final = 16
"""Days of the past that are kept open for corrections, over all halls; the one used longest ago is closed first."""

RETRY_MS: Final = 5_000
"""Rest before a day that could not be opened is tried again."""

STARTS_AT_ONCE: Final = 16
"""Halls that start together: while one waits for the disk another replays, and their opened days share a write."""

Listener = Callable[[HallId, Sequence[Commit]], None]
"""Is told of every durable commit of today; must not wait."""


class HallsStatistics(msgspec.Struct, frozen=True):
    """Figures of all halls; ``shut`` says why some are not served."""

    days: tuple[RunnerStatistics, ...]
    shut: dict[HallId, str]
    links_waiting: int


@dataclass
class _Hall:
    code: HallId
    zone: str
    runner: HallRunner
    timer: HallTimer | None = None
    retry_ms: Ms | None = None
    """When opening the day is tried again, after something failed."""


@dataclass
class Halls:
    """The halls of one process. ``start`` opens them, ``stop`` lets every day finish what waits."""

    ledger: Ledger
    bus: Bus
    clock: Clock
    plans: PlanSource
    tell: Tell | None = None
    listeners: list[Listener] = field(default_factory=list)
    _halls: dict[HallId, _Hall] = field(default_factory=dict)
    _past: dict[str, HallRunner] = field(default_factory=dict)
    _shut: dict[HallId, str] = field(default_factory=dict)
    _opening_past: asyncio.Lock = field(default_factory=asyncio.Lock)
    _links: Links = field(init=False)

    def __post_init__(self) -> None:
        """Make what needs the halls themselves."""
        self._links = Links(self.past)

    async def start(self) -> None:
        """Replay and open today for every hall; a hall that fails is shut, with its reason in the log."""
        facts = await asyncio.to_thread(self.plans.halls)
        lasts = {hall_and_date(head.stream)[0]: head.stream for head in await self.ledger.streams()}
        for start in range(0, len(facts), STARTS_AT_ONCE):
            group = facts[start : start + STARTS_AT_ONCE]
            await asyncio.gather(*(self.add(one.code, one.zone, last=lasts.get(one.code)) for one in group))
        self._halls = {one.code: self._halls[one.code] for one in facts if one.code in self._halls}
        self._links.start()
        log.info("halls_started", halls=len(self._halls), shut=len(self._shut))
        if not facts:
            log.warning("no_halls", advice="stop the server, run onewindow init, start it again")

    async def stop(self) -> None:
        """Take no more commands, finish those that wait."""
        await self._links.stop()
        for hall in self._halls.values():
            if hall.timer is not None:
                await hall.timer.stop()
        runners = [*(hall.runner for hall in self._halls.values()), *self._past.values()]
        await asyncio.gather(*(runner.stop() for runner in runners))
        log.info("halls_stopped", halls=len(self._halls))

    async def add(self, code: HallId, zone: str, *, last: str | None = None) -> None:
        """Serve a hall from now on; ``last`` is its newest stream, if it has one."""
        try:
            runner = await self._runner_of_now(code, zone, last)
        except (LedgerError, HallError) as error:
            self._shut[code] = str(error)
            log.error("hall_shut", hall=code, reason=str(error))
            return
        self._shut.pop(code, None)
        hall = self._halls[code] = _Hall(code, zone, runner)
        await self._open_safely(hall)
        hall.timer = HallTimer(
            lambda: hall.runner, self.clock, turn_ms=lambda: self._turn_ms(hall), turn=lambda: self._turn(hall)
        )
        hall.timer.start()

    # ---- what others ask ----

    def codes(self) -> tuple[HallId, ...]:
        """List the halls that are served, in the order of the settings."""
        return tuple(self._halls)

    def today(self, hall: HallId) -> HallRunner:
        """Return the day that a hall is in; raise UnknownHall or HallStopped."""
        found = self._halls.get(hall)
        if found is not None:
            return found.runner
        if hall in self._shut:
            raise HallStopped(hall, self._shut[hall])
        raise UnknownHall(hall)

    def day_of(self, hall: HallId) -> HallRunner | None:
        """Return the day that a hall is in, or None if it is not served."""
        found = self._halls.get(hall)
        return found.runner if found is not None else None

    async def past(self, hall: HallId, day: str) -> HallRunner:
        """Return a day of a hall, of the past too (for corrections); raise UnknownHall for one without a log."""
        today = self.today(hall)
        if today.date == day:
            return today
        stream = stream_name(hall, day)
        async with self._opening_past:
            runner = self._past.pop(stream, None)
            if runner is None:
                if await self.ledger.head(stream) is None:
                    raise UnknownHall(stream)
                runner = self._new(hall, day)
                await runner.start()
            await self._keep_past(runner)
        return runner

    async def submit(self, hall: HallId, command: AnyCommand, digest: str) -> Outcome:
        """Have a hall decide a command on its day of today; see :meth:`HallRunner.submit`."""
        return await self.today(hall).submit(command, digest)

    async def open_day(self, hall: HallId) -> Outcome | Refusal | None:
        """Open today's business date with the settings of now; None if it is open already."""
        runner = self.today(hall)
        state = runner.view_state()
        if state.is_open:
            return None
        facts = await asyncio.to_thread(self.plans.open_day_facts, hall, runner.date)
        if isinstance(facts, Refusal):
            log.warning("day_not_opened", stream=runner.stream, code=facts.code)
            return facts
        plan = await runner.learn(await asyncio.to_thread(self.plans.plan_of, hall))
        command = OpenDay(
            # A refused attempt keeps its answer; the next one, with better settings, has another place in the log.
            command_id=f"open/{runner.stream}/{state.seq}", at_ms=0, actor=TIMER, hall=hall, date=runner.date,
            kind=facts.kind, sessions=facts.sessions, plan=plan, half_day_ms=facts.half_day_ms,
            end_day_ms=facts.end_day_ms, next_open_ms=facts.next_open_ms,
        )  # fmt: skip
        outcome = await runner.submit(command, plan)
        if outcome.refusal is not None:
            log.error("day_not_opened", stream=runner.stream, code=outcome.refusal.code)
        return outcome

    async def use_settings(
        self, hall: HallId, *, command_id: CommandId, actor: Actor, digest: str
    ) -> Outcome | Refusal | None:
        """Let today go by the settings of now: change its plan, or open it if it could not be opened before."""
        runner = self.today(hall)
        if not runner.view_state().is_open:
            return await self.open_day(hall)
        plan = await runner.learn(await asyncio.to_thread(self.plans.plan_of, hall))
        return await runner.submit(ChangePlan(command_id=command_id, at_ms=0, actor=actor, plan=plan), digest)

    def statistics(self) -> HallsStatistics:
        """Return the figures of all halls."""
        days = tuple(hall.runner.statistics() for hall in self._halls.values())
        return HallsStatistics(days, dict(self._shut), self._links.waiting)

    # ---- days ----

    def _new(self, hall: HallId, day: str) -> HallRunner:
        shell = Shell(self.ledger, self.bus, self.clock, tell=self.tell, after_commit=self._after_commit)
        return HallRunner(hall, day, shell)

    async def _runner_of_now(self, hall: HallId, zone: str, last: str | None) -> HallRunner:
        """Start the day that the hall is in: yesterday's if that has not ended, which is ended if it is time."""
        today = self._local_date(zone)
        before = hall_and_date(last)[1] if last is not None else today
        if before < today:
            earlier = self._new(hall, before)
            await earlier.start()
            state = earlier.view_state()
            if state.is_open and not state.is_ended:
                if self.clock.now_ms() < state.end_day_ms:
                    return earlier
                await earlier.tick()
            await self._keep_past(earlier)
        # A clock that was set back does not open an earlier day again.
        runner = self._new(hall, max(today, before))
        await runner.start()
        return runner

    async def _turn(self, hall: _Hall) -> None:
        """Begin the next business date of a hall, or try again to open the one that it is in."""
        ended, today = hall.runner, self._local_date(hall.zone)
        if today <= ended.date:
            await self._open_safely(hall)
            return
        runner = self._new(hall.code, today)
        try:
            await runner.start()
        except (LedgerError, HallError) as error:
            log.error("day_not_turned", stream=runner.stream, reason=str(error))
            return
        hall.runner = runner
        log.info("day_turned", stream=runner.stream)
        await self._keep_past(ended)
        await self._open_safely(hall)

    async def _open_safely(self, hall: _Hall) -> None:
        hall.retry_ms = None
        try:
            await self.open_day(hall.code)
        except Exception as error:
            # Whatever is wrong with one hall's settings or with the storage: the others are served meanwhile.
            log.error("day_not_opened", stream=hall.runner.stream, exc_info=error)
            hall.retry_ms = self.clock.now_ms() + RETRY_MS

    def _turn_ms(self, hall: _Hall) -> Ms:
        """Say when the next date is due: at local midnight, and not before an open day has ended."""
        state = hall.runner.view_state()
        after = (date.fromisoformat(hall.runner.date) + timedelta(days=1)).isoformat()
        midnight = local_ms(after, 0, hall.zone)
        if state.is_open and not state.is_ended:
            return max(midnight, state.end_day_ms + 1)
        return midnight if hall.retry_ms is None else min(midnight, hall.retry_ms)

    def _local_date(self, zone: str) -> str:
        moment = datetime.fromtimestamp(self.clock.now_ms() / 1000, UTC)
        return moment.astimezone(ZoneInfo(zone)).date().isoformat()

    async def _keep_past(self, runner: HallRunner) -> None:
        self._past[runner.stream] = runner
        while len(self._past) > max(PAST_LIMIT, len(self._halls)):
            oldest = next(iter(self._past))
            await self._past.pop(oldest).stop()

    def _after_commit(self, runner: HallRunner, commits: Sequence[Commit]) -> None:
        self._links.see(runner, commits)
        hall = self._halls.get(runner.hall)
        if hall is None or hall.runner is not runner:
            return
        if hall.timer is not None:
            hall.timer.arm()
        for listener in self.listeners:
            try:
                listener(runner.hall, commits)
            except Exception as error:
                # The commits are durable and answered. A follower that breaks must not stop the hall; it finds what
                # it missed by its place in the log.
                log.error("listener_failed", stream=runner.stream, exc_info=error)

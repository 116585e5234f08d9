"""All halls that this process serves: their days, past, of today and to come; opened, watched, turned at midnight, closed.

A business date begins at local midnight, but a day that has not ended goes on (halls open past midnight). A day that a
stopped server left open is ended at the next start, before the new one begins. A hall whose log is damaged stays shut,
with the reason; the others are served. Days to come (:mod:`server.days`) have a log from their first booking on.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Final

import msgspec
import structlog

from hall.commands import AnyCommand
from hall.errors import HallError, Refusal, refuse
from hall.events import Commit
from hall.ids import TIMER, Actor, CommandId, HallId, Ms
from hall.opening import local_ms
from hall.state import HallDay
from server.bookers import Bookers
from server.bus import Bus
from server.clock import Clock, tell_if_behind
from server.config.plans import PlanSource
from server.days import DaysStatistics, DaysToCome
from server.following import FOLLOW_SECONDS, Following
from server.ledger.port import Ledger, LedgerError, StreamHead, hall_and_date, stream_name
from server.links import Links
from server.listening import DayListener, Listener, tell
from server.moves import Moves
from server.outcomes import CommandError, DayRefused, HallStopped, Outcome, UnknownHall
from server.outlook import Outlook, check_open, open_command, plan_command
from server.reopening import Reopening
from server.runner import HallRunner, Shell, Tell
from server.tally import RunnerStatistics
from server.timers import HallTimer
from server.turning import away_since, bring_up, by_hall, date_of, finish, left_open, local_date, look_after, was_today

log = structlog.get_logger(__name__)

PAST_LIMIT: Final = 4
"""Past days kept open for corrections, or one for each hall if that is more; the one used longest ago is closed first."""

RETRY_MS: Final = 5_000
"""Rest before a day that could not be opened is tried again."""

STARTS_AT_ONCE: Final = 16
"""Halls that start together: while one waits for the disk another replays, and their opened days share a write."""

HORIZON_DAYS: Final = 400
"""Days ahead that can be booked at most: no hall publishes more than a year."""

CHANGES_AT_ONCE: Final = 16
"""Days to come of one hall that get new settings together."""


class HallsStatistics(msgspec.Struct, frozen=True):
    """Figures of all halls; ``shut`` says why some are not served."""

    days: tuple[RunnerStatistics, ...]
    shut: dict[HallId, str]
    links_waiting: int
    moves_waiting: int
    ahead: DaysStatistics
    behind: dict[str, str]
    """Streams whose bookings stand against the settings, with the code of the refusal."""


@dataclass
class _Hall:
    code: HallId
    settings_zone: str
    runner: HallRunner
    timer: HallTimer | None = None
    retry_ms: Ms | None = None
    """When opening the day is tried again, after something failed."""

    @property
    def zone(self) -> str:
        """Where its midnight is: an open day's plan knows, whichever node changed the settings."""
        state = self.runner.view_state()
        return state.plan.zone if state.is_open else self.settings_zone


@dataclass
class Halls:
    """The halls of one process. ``start`` opens them, ``stop`` lets every day finish what waits."""

    ledger: Ledger
    bus: Bus
    clock: Clock
    plans: PlanSource
    tell: Tell | None = None
    listeners: list[Listener] = field(default_factory=list)
    day_listeners: list[DayListener] = field(default_factory=list)
    is_shared: bool = False
    """Other nodes write to the same ledger."""
    took_over: bool = False
    """Another server had this ledger until a moment ago: nobody was away."""
    _away_ms: Ms | None = None
    _halls: dict[HallId, _Hall] = field(default_factory=dict)
    _past: dict[str, HallRunner] = field(default_factory=dict)
    _shut: dict[HallId, str] = field(default_factory=dict)
    _opening_past: asyncio.Lock = field(default_factory=asyncio.Lock)
    _behind: dict[str, Refusal] = field(default_factory=dict)
    bookers: Bookers = field(init=False)
    moves: Moves = field(init=False)
    _links: Links = field(init=False)
    _ahead: DaysToCome = field(init=False)
    _outlook: Outlook = field(init=False)
    _following: Following = field(init=False)
    _reopening: Reopening = field(init=False)

    def __post_init__(self) -> None:
        """Make what needs the halls themselves."""
        self._links = Links(self.past)
        self._following = Following(self.ledger, self.bus, self._runners, self._begun)
        self._ahead = DaysToCome(self._new, self._begin, self._finish, self.clock)
        self._outlook = Outlook(self.plans)
        self._reopening = Reopening(self.ledger, self.add, self._begun)
        self.bookers = Bookers(self.ledger)
        self.moves = Moves(self.day, self.release_of, self.ledger, self.bookers, self.clock)

    async def start(self) -> None:
        """Replay and open today for every hall; a hall that fails is shut, with its reason in the log."""
        facts = await asyncio.to_thread(self.plans.halls)
        heads = by_hall(every := await self.ledger.streams())
        self._away_ms = None if self.is_shared or self.took_over else away_since(every, self.clock)
        for start in range(0, len(facts), STARTS_AT_ONCE):
            group = facts[start : start + STARTS_AT_ONCE]
            await asyncio.gather(*(self.add(one.code, one.zone, heads.get(one.code, ())) for one in group))
        self._halls = {one.code: self._halls[one.code] for one in facts if one.code in self._halls}
        for code, hall in self._halls.items():
            self._ahead.note(head.stream for head in heads.get(code, ()) if date_of(head) > hall.runner.date)
        self._links.start()
        self._ahead.start()
        self.moves.start()
        if self.is_shared:
            self._following.start()
        log.info("halls_started", halls=len(self._halls), shut=len(self._shut))
        tell_if_behind(self.clock, (runner.view_state().at_ms for runner in self._runners()))
        if not facts:
            log.warning("no_halls", advice="stop the server, run onewindow init, start it again")

    async def stop(self) -> None:
        """Take no more commands, finish those that wait."""
        await self._reopening.stop()
        await self._following.stop()
        await self._links.stop()
        await self.moves.stop()
        await self._ahead.stop()
        await asyncio.gather(*(hall.timer.stop() for hall in self._halls.values() if hall.timer is not None))
        await asyncio.gather(*(runner.stop() for runner in self._runners()))
        log.info("halls_stopped", halls=len(self._halls))

    async def add(self, code: HallId, zone: str, heads: Sequence[StreamHead] = ()) -> bool:
        """Serve a hall from now on; ``heads`` are those of its streams. False: it is shut, and perhaps tried again."""
        try:
            runner = await self._runner_of_now(code, zone, heads)
        except (LedgerError, HallError, CommandError) as error:
            self._shut[code] = str(error)
            log.error("hall_shut", hall=code, reason=str(error))
            return self._reopening.try_again(code, zone, error)
        self._shut.pop(code, None)
        hall = self._halls[code] = _Hall(code, zone, runner)
        await self._open_safely(hall)
        await look_after(runner, self._away_ms, self.clock.now_ms())
        hall.timer = HallTimer(
            lambda: hall.runner, self.clock, turn_ms=lambda: self._turn_ms(hall), turn=lambda: self._turn(hall)
        )
        hall.timer.start()
        return True

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
        if day > today.date:
            if not await self._has_log(stream_name(hall, day)):
                raise UnknownHall(stream_name(hall, day))
            return await self._fresh(await self._ahead.get(hall, day))
        stream = stream_name(hall, day)
        async with self._opening_past:
            runner = self._past.pop(stream, None)
            if runner is None:
                if await self.ledger.head(stream) is None:
                    raise UnknownHall(stream)
                runner = self._new(hall, day)
                await runner.start()
            await self._keep_past(runner)
        return await self._fresh(runner)

    async def day(self, hall: HallId, date: str) -> HallRunner:
        """Return a day of a hall: past, of today, or to come, which is begun now with the settings of now if need be.

        Raises UnknownHall (a day of the past without a log), DayRefused, HallStopped.
        """
        if date <= self.today(hall).date:
            return await self.past(hall, date)
        stream = stream_name(hall, date)
        if not await self._has_log(stream):
            self._check_horizon(hall, date)
            now = await self._outlook.of(hall)
            check_open(now.facts_of(date))
        return await self._fresh(self._ahead.live(stream) or await self._ahead.get(hall, date))

    async def catch_up(self, hall: HallId) -> str:
        """Let today know all that any node wrote before now; return the code of what kept it from that, or nothing."""
        runner = self.day_of(hall) if self.is_shared else None
        return "" if runner is None else await self._following.catch_up(runner)

    def live_day(self, hall: HallId, date: str) -> HallRunner | None:
        """Return the runner of a day if it is in memory, without waiting."""
        today = self.day_of(hall)
        if today is not None and today.date == date:
            return today
        stream = stream_name(hall, date)
        return self._ahead.live(stream) or self._past.get(stream)

    def days_begun(self, hall: HallId) -> list[str]:
        """List the dates of a hall's days that can be booked and have a log: today's, then those to come."""
        today = self.today(hall).date
        return [today, *(date for date in self._ahead.of_hall(hall) if date > today)]

    async def peek(self, hall: HallId, date: str) -> HallDay | Refusal:
        """Return a day's state for reading its slots, without beginning its log; or why it has none.

        Without a log it is the day as it would be opened now: it can be read like any other, and must not be changed.
        """
        today = self.today(hall)
        if date < today.date:
            return refuse("DAY_ENDED")
        runner = self.live_day(hall, date)
        if runner is not None:
            state = (await self._fresh(runner)).view_state()
            return state if state.is_open else refuse("DAY_NOT_OPEN")
        if await self._has_log(stream_name(hall, date)):
            return (await self._fresh(await self._ahead.get(hall, date))).view_state()
        try:
            self._check_horizon(hall, date)
        except DayRefused as refused:
            return refused.refusal
        now = self._outlook.at_hand(hall) or await self._outlook.of(hall)
        return now.day(date, self.clock.now_ms())

    async def release_of(self, hall: HallId, date: str, *, group: str, slot_ms: Ms) -> Ms | Refusal:
        """Return when a slot of a group comes on sale, by the settings of now; or refuse (an unpublished year)."""
        self.today(hall)
        now = self._outlook.at_hand(hall) or await self._outlook.of(hall)
        return now.release(date, group, slot_ms)

    async def settings_number(self, hall: HallId) -> int:
        """Return a number that is another one as soon as the settings of a hall are."""
        self.today(hall)
        return (self._outlook.at_hand(hall) or await self._outlook.of(hall)).number

    def behind(self, hall: HallId) -> dict[str, Refusal]:
        """Return, by date, what a hall's days refused of its settings; their bookings stand against it."""
        found = ((hall_and_date(stream), refusal) for stream, refusal in sorted(self._behind.items()))
        return {date: refusal for (code, date), refusal in found if code == hall}

    async def submit(self, hall: HallId, command: AnyCommand, digest: str) -> Outcome:
        """Have a hall decide a command on its day of today; see :meth:`HallRunner.submit`."""
        return await self.today(hall).submit(command, digest)

    async def open_day(self, hall: HallId) -> Outcome | Refusal | None:
        """Open today's business date with the settings of now; None if it is open already."""
        runner = self.today(hall)
        state = runner.view_state()
        if state.is_open:
            return None
        return await self._open(runner)

    async def use_settings(
        self, hall: HallId, *, command_id: CommandId, actor: Actor, digest: str
    ) -> Outcome | Refusal | None:
        """Let the days of a hall go by the settings of now; return what today said, :meth:`behind` what others refused.

        Today's plan is changed, or today is opened if it could not be opened before; days to come get plan and hours.
        """
        runner = self.today(hall)
        self._outlook.forget(hall)
        now = await self._outlook.of(hall)
        self._halls[hall].settings_zone = now.plan.zone
        await self._use_ahead(hall, command_id=command_id, actor=actor, digest=digest)
        if not runner.view_state().is_open:
            return await self.open_day(hall)
        await runner.learn(now.plan)
        return await runner.submit(plan_command(now, runner.date, command_id=command_id, actor=actor), digest)

    def statistics(self) -> HallsStatistics:
        """Return the figures of all halls."""
        days = tuple(hall.runner.statistics() for hall in self._halls.values())
        behind = {stream: refusal.code for stream, refusal in self._behind.items()}
        return HallsStatistics(
            days, dict(self._shut), self._links.waiting, self.moves.waiting, self._ahead.statistics(), behind
        )

    # ---- days ----

    async def _fresh(self, runner: HallRunner) -> HallRunner:
        if self.is_shared:
            await self._following.catch_up(runner)
        return runner

    async def _has_log(self, stream: str) -> bool:
        """Say whether a day to come was begun, by any node."""
        if not self._ahead.has_log(stream) and self.is_shared and await self.ledger.head(stream) is not None:
            self._ahead.note([stream])
        return self._ahead.has_log(stream)

    def _begun(self, stream: str) -> None:
        """Hear that a day has a log: one to come is kept in mind, with its deadlines."""
        hall, day = hall_and_date(stream)
        today = self.day_of(hall)
        if today is not None and day > today.date:
            self._ahead.hear(stream)

    def _runners(self) -> list[HallRunner]:
        return [*(hall.runner for hall in self._halls.values()), *self._past.values(), *self._ahead.runners()]

    def _new(self, hall: HallId, day: str) -> HallRunner:
        shell = Shell(
            self.ledger, self.bus, self.clock, tell=self.tell, after_commit=self._after_commit, is_shared=self.is_shared
        )
        return HallRunner(hall, day, shell)

    async def _runner_of_now(self, hall: HallId, zone: str, heads: Sequence[StreamHead]) -> HallRunner:
        """Start the day that the hall is in: an earlier one if that has not ended; those that are over are ended."""
        # A clock that was set back does not open an earlier day again; one that was only booked was never opened.
        today = max(
            [local_date(self.clock.now_ms(), zone), *(date_of(head) for head in heads if was_today(head, zone))]
        )
        for head in await left_open(self.ledger, zone, [head for head in heads if date_of(head) < today]):
            earlier = self._new(hall, date_of(head))
            await earlier.start()
            state = earlier.view_state()
            if state.is_open and not state.is_ended:
                if self.clock.now_ms() < state.end_day_ms:
                    return earlier
                await finish(earlier, self.clock.now_ms())
            await self._keep_past(earlier)
        runner = self._new(hall, today)
        await runner.start()
        return runner

    async def _turn(self, hall: _Hall) -> None:
        """Begin the next business date of a hall, or try again to open the one that it is in."""
        ended, today = hall.runner, local_date(self.clock.now_ms(), hall.zone)
        if today <= ended.date:
            await self._open_safely(hall)
            return
        try:
            for skipped in [day for day in self._ahead.of_hall(hall.code) if day < today]:
                over = await self._ahead.hand_over(hall.code, skipped)
                await finish(over, self.clock.now_ms())
                await self._keep_past(over)
            runner = await self._ahead.hand_over(hall.code, today)
        except CommandError as error:
            log.error("day_not_turned", stream=stream_name(hall.code, today), reason=str(error))
            return
        hall.runner = runner
        log.info("day_turned", stream=runner.stream)
        await self._keep_past(ended)
        await self._open_safely(hall)

    async def _open_safely(self, hall: _Hall) -> None:
        """Open today, or bring it up to the settings of this morning if it was begun before its date."""
        hall.retry_ms = None
        runner = hall.runner
        try:
            state = runner.view_state()
            if not state.is_open:
                await self.open_day(hall.code)
            elif state.at_ms < local_ms(runner.date, 0, hall.zone):
                await self._bring_up(runner, command_id=f"morning/{runner.stream}/{state.seq}")
        except Exception as error:
            # Whatever is wrong with one hall's settings or with the storage: the others are served meanwhile.
            log.error("day_not_opened", stream=runner.stream, exc_info=error)
            hall.retry_ms = self.clock.now_ms() + RETRY_MS

    async def _open(self, runner: HallRunner) -> Outcome | Refusal:
        """Open a day with the settings of now."""
        now = await self._outlook.fresh(runner.hall)
        facts = now.facts_of(runner.date)
        if isinstance(facts, Refusal):
            log.warning("day_not_opened", stream=runner.stream, code=facts.code)
            return facts
        await runner.learn(now.plan)
        # A refused attempt keeps its answer; the next one, with better settings, has another place in the log.
        command_id = f"open/{runner.stream}/{runner.view_state().seq}"
        command = open_command(runner.hall, facts, plan=now.name, command_id=command_id)
        outcome = await runner.submit(command, now.name)
        if outcome.refusal is not None:
            log.error("day_not_opened", stream=runner.stream, code=outcome.refusal.code)
        return outcome

    # ---- days to come ----

    async def _begin(self, runner: HallRunner) -> None:
        """Open a day to come; raise DayRefused if that cannot be."""
        now = await self._outlook.of(runner.hall)
        check_open(now.facts_of(runner.date))
        opened = await self._open(runner)
        refusal = opened.refusal if isinstance(opened, Outcome) else opened
        if refusal is not None:
            raise DayRefused(refusal)

    async def _finish(self, runner: HallRunner) -> None:
        await finish(runner, self.clock.now_ms())

    async def _use_ahead(self, hall: HallId, *, command_id: CommandId, actor: Actor, digest: str) -> None:
        """Let all days to come that have a log go by the settings of now."""
        dates = self._ahead.of_hall(hall)

        async def change(day: str) -> None:
            try:
                runner = await self._ahead.get(hall, day)
                await self._bring_up(runner, command_id=command_id, actor=actor, digest=digest)
            except CommandError as error:
                log.error("day_behind_settings", stream=stream_name(hall, day), code=error.code)
                self._behind[stream_name(hall, day)] = Refusal(error.code)

        for start in range(0, len(dates), CHANGES_AT_ONCE):
            await asyncio.gather(*(change(day) for day in dates[start : start + CHANGES_AT_ONCE]))

    async def _bring_up(
        self, runner: HallRunner, *, command_id: CommandId, actor: Actor = TIMER, digest: str = ""
    ) -> None:
        now = await self._outlook.of(runner.hall)
        refusal = await bring_up(runner, now, command_id=command_id, actor=actor, digest=digest)
        self._behind.pop(runner.stream, None)
        if refusal is not None:
            self._behind[runner.stream] = refusal

    def _check_horizon(self, hall: HallId, day: str) -> None:
        last = date.fromisoformat(self.today(hall).date) + timedelta(days=HORIZON_DAYS)
        if day > last.isoformat():
            raise DayRefused(Refusal("DAY_TOO_FAR", {"days": HORIZON_DAYS}))

    def _settle(self, runner: HallRunner, commits: Sequence[Commit]) -> None:
        self._links.see(runner, commits)
        self.moves.see(runner, commits)

    def _turn_ms(self, hall: _Hall) -> Ms:
        """Say when the next date is due: at local midnight, and not before an open day has ended."""
        state = hall.runner.view_state()
        after = (date.fromisoformat(hall.runner.date) + timedelta(days=1)).isoformat()
        midnight = local_ms(after, 0, hall.zone)
        if state.is_open and not state.is_ended:
            return max(midnight, state.end_day_ms + 1)
        return midnight if hall.retry_ms is None else min(midnight, hall.retry_ms)

    async def _keep_past(self, runner: HallRunner) -> None:
        self._past[runner.stream] = runner
        self._behind.pop(runner.stream, None)
        while len(self._past) > max(PAST_LIMIT, len(self._halls)):
            await self._past.pop(next(iter(self._past))).stop()

    def _after_commit(self, runner: HallRunner, commits: Sequence[Commit]) -> None:
        if runner.is_following:
            # Whoever wrote it settles it; once more a little later costs nothing, and helps if that node is gone.
            asyncio.get_running_loop().call_later(FOLLOW_SECONDS, self._settle, runner, commits)
        else:
            self._settle(runner, commits)
        self._ahead.see(runner)
        for follower in self.day_listeners:
            tell(runner, partial(follower, runner, commits))
        hall = self._halls.get(runner.hall)
        if hall is None or hall.runner is not runner:
            return
        if hall.timer is not None:
            hall.timer.arm()
        for listener in self.listeners:
            tell(runner, partial(listener, runner.hall, commits))

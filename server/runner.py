"""The runner of one hall-day: one mailbox, one order, one log.

It takes whatever waits, decides each command in order, appends all of it in one write, and only then answers and
tells the bus; while a write is on its way the next commands gather. So many commands share one write without a knob.
What it decides on and what everybody else may see of it are two states (:mod:`server.standing`).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec
import structlog

from hall.booking_commands import CheckIn
from hall.commands import AnyCommand, TakeTicket, Tick, Told
from hall.errors import HallError
from hall.events import Commit, DayEnded, commit_encoder
from hall.ids import TIMER, HallId, Ms
from hall.policy import Plan, plan_hash
from hall.state import HallDay
from hall.step import step
from server.arrivals import Arrivals
from server.booking_traces import keys_before, ticket_of_check_in, traces_after
from server.bus import Bus
from server.clock import MS_PER_SECOND, Clock
from server.decided import Decided, batch_of, commit_of, relies_on
from server.inbox import MAILBOX_LIMIT, Entry, Mailbox
from server.ledger.chain import seal
from server.ledger.port import (
    CommandIdTaken,
    Guard,
    GuardMoved,
    Ledger,
    LedgerError,
    OtherHistory,
    StorageFailed,
    VersionConflict,
    WrittenByNewer,
    stream_name,
)
from server.outcomes import (
    CommandError,
    CommandIdReused,
    DecisionFailed,
    FactsMoved,
    HallStopped,
    Outcome,
    OutcomeUnknown,
)
from server.standing import Standing
from server.tally import Figures, RunnerStatistics

log = structlog.get_logger(__name__)

BATCH_LIMIT = 128
"""Commands decided in one go: about 10 ms, half of a screen's tick, so that one hall does not hold up the others."""

APPEND_SECONDS = 8.0
"""How long a write may take before its callers are told that the outcome is unknown (every command within 10 s)."""

LEEWAY_SECONDS = 60.0
"""How late a tick may be while the hall is served: a spare, another node or a restart goes on within seconds."""

STOP_SECONDS = 10.0
"""How long stopping waits for a storage that hangs; one write and one look at the ledger fit in."""

ATTEMPTS_LIMIT = 8
"""How often a command is decided again after another writer was faster."""

CRASHES_LIMIT = 5
"""Bugs that a hall-day survives; then it stops, since something is wrong with it and not with a command."""

Tell = Callable[[HallDay, TakeTicket], Told | None]
"""Estimates the wait that a citizen is told when taking a number; must be quick and must not fail."""

AfterCommit = Callable[["HallRunner", Sequence[Commit]], None]
"""Is told of every durable commit, those found at a replay included; must not wait."""

_TICK = "tick"
"""Key of the one tick that can be on its way."""

RECOVER_SECONDS = 0.8
"""How long callers of a failed write wait for the truth from the ledger before they are told that it is unknown."""


@dataclass
class Shell:
    """What a runner works with."""

    ledger: Ledger
    bus: Bus
    clock: Clock
    tell: Tell | None = None
    after_commit: AfterCommit | None = None
    mailbox_limit: int = MAILBOX_LIMIT
    append_seconds: float = APPEND_SECONDS
    is_shared: bool = False
    """Other nodes write to the same ledger."""


@dataclass
class HallRunner:
    """One hall on one business date, live. ``start`` before the first command, ``stop`` at the end."""

    hall: HallId
    date: str
    shell: Shell
    _standing: Standing = field(init=False)
    _mailbox: Mailbox = field(init=False)
    _figures: Figures = field(default_factory=Figures)
    _task: asyncio.Task[None] | None = None
    _failing: bool = False
    """The last write failed."""
    _building: asyncio.Task[None] | None = None
    _hinted: int = 0
    """Where the log stands, as another node says."""
    _arrivals: Arrivals = field(default_factory=Arrivals)
    _stopped: str = "not started"
    is_following: bool = False
    """The last of its log was written by another node, which serves the hall now; this one leaves deadlines to it."""

    def __post_init__(self) -> None:
        """Make what is of this day."""
        self._standing = Standing(self.stream, self.shell.ledger)
        self._mailbox = Mailbox(self.stream, self.shell.mailbox_limit)

    @property
    def stream(self) -> str:
        """The name of its log."""
        return stream_name(self.hall, self.date)

    @property
    def stopped(self) -> str:
        """Why it takes no commands; empty while it does."""
        return self._stopped

    def view_state(self) -> HallDay:
        """Return the state as the durable log has it; read it at once, keep nothing of it, change nothing."""
        return self._standing.seen

    def statistics(self) -> RunnerStatistics:
        """Return the figures."""
        return RunnerStatistics(
            stream=self.stream, seq=self._standing.seen.seq, running=not self._stopped, stopped=self._stopped, waiting=len(self._mailbox),
            **vars(self._figures),
        )  # fmt: skip

    async def start(self) -> None:
        """Replay the log and begin to take commands; raise what makes that impossible."""
        await self._replay()
        self._stopped = ""
        self._task = asyncio.create_task(self._run(), name=f"runner {self.stream}")

    async def stop(self) -> None:
        """Take no more commands, finish those that wait (at most 10 s), and end; doing it again is nothing."""
        task, self._task = self._task, None
        self._stopped = self._stopped or "stopped"
        self._mailbox.knock()
        if task is not None:
            _, late = await asyncio.wait([task], timeout=STOP_SECONDS)
            if late:
                # The storage hangs: who waits is told that the day is stopped, and finds the truth after the start.
                task.cancel()
                await asyncio.wait([task])
        if self._building is not None:
            self._building.cancel()

    async def submit(self, command: AnyCommand, digest: str, guards: tuple[Guard, ...] = ()) -> Outcome:
        """Have a command decided and stored, and return its one answer; see :mod:`server.outcomes` for what is raised.

        ``at_ms`` of the command is set here. ``digest`` stands for what the client sent: the same id with the same
        digest gets the first answer, with another one CommandIdReused. ``guards`` are what its facts rely on; if one
        has moved when the answer is stored, nothing is done and FactsMoved is raised.
        """
        if self._stopped:
            raise HallStopped(self.stream, self._stopped)
        known = await self._standing.known(command.command_id)
        if known is not None:
            return self._repeat(known, digest)
        if self._stopped:
            # Stopped while the ledger was asked: nobody would take it out of the mailbox any more.
            raise HallStopped(self.stream, self._stopped)
        entry = self._mailbox.under_way(command.command_id)
        shared = entry is not None
        if entry is None:
            entry = self._mailbox.post(command, digest, key=command.command_id, guards=guards)
        elif entry.digest != digest:
            raise CommandIdReused(command.command_id)
        commit = await asyncio.shield(entry.done)
        assert commit is not None, "only a tick can go without a commit"
        if commit.request != digest:
            raise CommandIdReused(command.command_id)
        return Outcome(commit, repeated=shared)

    async def answered(self, command_id: str, digest: str) -> Outcome | None:
        """Return the first answer to a command, or None if there is none yet; raises CommandIdReused."""
        known = await self._standing.known(command_id)
        return None if known is None else self._repeat(known, digest)

    async def tick(self) -> Commit | None:
        """Tell the hall that its deadline has come; None if it had nothing to do (which is not stored)."""
        if self._stopped:
            raise HallStopped(self.stream, self._stopped)
        entry = self._mailbox.under_way(_TICK)
        if entry is None:
            entry = self._mailbox.post(Tick(command_id=_TICK, at_ms=0, actor=TIMER), "", key=_TICK)
        return await asyncio.shield(entry.done)

    def hint(self, seq: int) -> None:
        """Hear that the log stands at ``seq``; what another node wrote is read at the next turn. Never waits."""
        if seq > max(self._standing.seen.seq, self._hinted) and not self._stopped:
            self._hinted = seq
            self._mailbox.knock()

    async def catch_up(self) -> bool:
        """Read what the log holds by now, whoever wrote it; one look at the ledger where that is nothing new.

        Raises LedgerError if the head cannot be read; rows that cannot be read leave the day as it is: False.
        """
        version = await self.look()
        if version <= self._standing.seen.seq or self._stopped:
            return version <= self._standing.seen.seq
        arrived = self._arrivals.at(version)
        self.hint(version)
        await arrived
        return self._standing.seen.seq >= version

    async def look(self) -> int:
        """Look where the log stands, as if it had been hinted; raises LedgerError."""
        try:
            head = await self._standing.head()
        except OtherHistory as other:
            self._part(other)
            raise
        if head is not None:
            self.hint(head.version)
        return head.version if head is not None else 0

    async def learn(self, plan: Plan) -> str:
        """Store a plan and make it known to this day; commands can name it by the hash that is returned."""
        name = plan_hash(plan)
        if not self._standing.knows_plan(name):
            try:
                await self.shell.ledger.save_plan(plan)
            except StorageFailed as failure:
                raise OutcomeUnknown(failure.reason) from failure
            self._standing.teach(name, plan)
        return name

    # ---- the loop ----

    async def _run(self) -> None:
        try:
            while self._mailbox or not self._stopped:
                await self._mailbox.wait()
                while self._mailbox or self._is_behind:
                    await self._turn()
        except Exception as error:
            # A bug of the runner itself: this hall-day stops, loudly; what is stored is safe.
            log.error("hall_day_stopped", stream=self.stream, exc_info=error)
            self._stopped = (
                f"{self.stream}: 程序出错而停止 / stopped by a failure of the program: {type(error).__name__}"
            )
        finally:
            self._stopped = self._stopped or "stopped"
            self._mailbox.fail_all(HallStopped(self.stream, self._stopped))

    async def _turn(self) -> None:
        """Decide and store what waits now."""
        batch = self._mailbox.take(BATCH_LIMIT)
        try:
            if self._standing.is_stale or self._is_behind:
                await (self._rebuild() if self._failing else self._replay())
            await self._settle_known(batch)
        except (LedgerError, HallError, CommandError, TimeoutError) as error:
            log.error("turn_failed", stream=self.stream, reason=str(error))
            # What cannot be read now is not waited for: reads go on with what is known.
            self._arrivals.release()
            is_final = isinstance(error, WrittenByNewer | OtherHistory)
            self._mailbox.fail(batch, HallStopped(self.stream, str(error)) if is_final else OutcomeUnknown(str(error)))
            return
        previous = self._standing.hash
        decided = self._decide(batch)
        if decided:
            await self._store(decided, previous)

    async def _settle_known(self, batch: list[Entry]) -> None:
        """Take out what a replay has shown to be answered already."""
        for entry in list(batch):
            if entry.attempts and (known := await self._standing.known(entry.command.command_id)) is not None:
                batch.remove(entry)
                self._mailbox.resolve(entry, known)

    def _decide(self, batch: list[Entry]) -> list[Decided]:
        decided: list[Decided] = []
        now_ms = self.shell.clock.now_ms()
        for number, entry in enumerate(batch):
            try:
                one = self._decide_one(entry, now_ms)
            except Exception as error:
                # Any exception here is a bug in the rules. The state may be half changed: it is built anew, the
                # command goes without a trace, and the others of the batch are decided afterwards.
                self._mailbox.give_back(batch[number + 1 :])
                self._crash(entry, error)
                return decided
            if one is not None:
                decided.append(one)
            else:
                self._mailbox.resolve(entry, None)
        return decided

    def _decide_one(self, entry: Entry, now_ms: Ms) -> Decided | None:
        state = self._standing.ahead
        seq, plan = state.seq + 1, state.plan_hash
        command = self._dated(entry.command, max(now_ms, state.at_ms), seq)
        before = keys_before(state, command)
        result = step(state, command)
        if isinstance(command, Tick) and result == ():
            return None
        assert state.seq == seq, "a step takes one place in the log"
        commit = commit_of(state, command, result, plan=plan, digest=entry.digest)
        row = seal(self._standing.hash, stream=self.stream, version=seq, at_ms=commit.at_ms, command_id=commit.command_id,
                   actor=commit.actor, body=commit_encoder.encode(commit))  # fmt: skip
        self._standing.hash = row.hash
        return Decided(entry, commit, row, traces_after(state, self.stream, commit.events, before=before))

    def _dated(self, command: AnyCommand, at_ms: Ms, seq: int) -> AnyCommand:
        if isinstance(command, Tick):
            leeway_ms = round(LEEWAY_SECONDS * MS_PER_SECOND * self.shell.clock.speed)
            return msgspec.structs.replace(
                command, at_ms=at_ms, command_id=f"tick/{self.stream}/{seq}", leeway_ms=leeway_ms
            )
        dated = msgspec.structs.replace(command, at_ms=at_ms)
        if isinstance(dated, TakeTicket | CheckIn) and dated.told is None and self.shell.tell is not None:
            return msgspec.structs.replace(dated, told=self._told(dated))
        return dated

    def _told(self, command: TakeTicket | CheckIn) -> Told | None:
        """Return the wait that the citizen is told; a booked visitor's is that of the ticket to be made, if it waits."""
        ahead, tell = self._standing.ahead, self.shell.tell
        asked = command if isinstance(command, TakeTicket) else ticket_of_check_in(ahead, command)
        return tell(ahead, asked) if asked is not None and tell is not None else None

    async def _store(self, decided: list[Decided], previous: str) -> None:
        entries = [one.entry for one in decided]
        batch = batch_of(self.stream, decided, previous=previous)
        try:
            async with asyncio.timeout(self.shell.append_seconds):
                await self.shell.ledger.append_many([batch])
        except (VersionConflict, CommandIdTaken) as conflict:
            log.warning("append_conflict", stream=self.stream, reason=str(conflict))
            self._standing.is_stale = True
            if isinstance(conflict, VersionConflict) and conflict.found < self._standing.seen.seq:
                self._part(OtherHistory(self.stream, conflict.found + 1), entries)
            else:
                self._try_again(entries, str(conflict))
        except OtherHistory as other:
            self._part(other, entries)
        except GuardMoved as moved:
            log.info("facts_moved", stream=self.stream)
            self._standing.is_stale = True
            relying = [entry for entry in entries if relies_on(entry, moved)]
            self._mailbox.fail(relying, FactsMoved(moved.key))
            self._try_again([entry for entry in entries if entry not in relying], str(moved))
        except (StorageFailed, TimeoutError) as failure:
            reason = str(failure) or f"no answer from the storage in {self.shell.append_seconds:g} s"
            log.error("append_failed", stream=self.stream, reason=reason, commands=len(entries))
            self._figures.failures += 1
            self._standing.is_stale = self._failing = True
            await self._recover(entries, reason)
        else:
            self._failing = False
            self._figures.writes += 1
            self._figures.largest_batch = max(self._figures.largest_batch, len(decided))
            self._publish(decided)

    async def _recover(self, entries: list[Entry], reason: str) -> None:
        """Look at once what the ledger has: whose commit is there gets it, the others are told that it is unknown."""
        try:
            await self._rebuild()
        except (LedgerError, HallError, TimeoutError) as error:
            log.error("replay_failed", stream=self.stream, reason=str(error) or "too slow")
        for entry in entries:
            stored = self._standing.at_hand(entry.command.command_id)
            if stored is not None:
                self._mailbox.resolve(entry, stored)
            else:
                self._mailbox.fail([entry], OutcomeUnknown(reason))

    def _publish(self, decided: list[Decided]) -> None:
        """Everything is durable: let reads see it, answer, tell the others."""
        commits = [one.commit for one in decided]
        for one in decided:
            self._standing.follow(one.commit, one.row.hash)
        self.is_following = False
        self._figures.commands += len(commits)
        self._figures.refusals += sum(commit.refusal is not None for commit in commits)
        for one in decided:
            self._mailbox.resolve(one.entry, one.commit)
        self._announce(commits)
        if any(isinstance(event, DayEnded) for commit in commits for event in commit.events):
            self._compare()

    def _compare(self) -> None:
        """At the end of a day, see whether deciding and replaying it came to the same (S10); say it loudly if not."""
        ahead, seen = self._standing.ahead, self._standing.seen
        assert ahead.seq == seen.seq, "nothing is decided while a write is on its way"
        same = ahead.fingerprint() == seen.fingerprint()
        (log.info if same else log.error)("day_ended", stream=self.stream, seq=seen.seq, replay_agrees=same)

    # ---- what is durable ----

    async def _rebuild(self) -> None:
        """Replay, and wait a moment only (TimeoutError; it goes on): a refusal must not wait for a long log (law L7)."""
        if self._building is None or self._building.done():
            self._building = asyncio.create_task(self._replay(), name=f"replay {self.stream}")
            # Nobody may be waiting when it fails; the next one finds out by trying again.
            self._building.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.wait([self._building], timeout=RECOVER_SECONDS)
        if not self._building.done():
            raise TimeoutError("the log is being read again")
        self._building.result()

    async def _replay(self) -> None:
        """Build the state to decide on from what is durable, or read on; the state for reads follows what it had not seen."""
        is_stale = self._standing.is_stale
        news: list[Commit] = []
        # A hint is heard once, so that a ledger that cannot be read is not spun on.
        self._hinted = 0
        try:
            await self._standing.read_on(news)
        except OtherHistory as other:
            self._part(other)
            raise
        finally:
            if news:
                self.is_following = self.shell.is_shared
                self._announce(news)
        self._figures.replays += 1
        # Reading on is every day's work of several nodes.
        (log.info if is_stale else log.debug)(
            "hall_day_replayed", stream=self.stream, seq=self._standing.seen.seq, news=len(news)
        )

    @property
    def _is_behind(self) -> bool:
        return self._hinted > self._standing.seen.seq

    def _announce(self, commits: Sequence[Commit]) -> None:
        self.shell.bus.publish(self.stream, commits[-1].seq)
        self._arrivals.reached(self._standing.seen.seq)
        if self.shell.after_commit is not None:
            self.shell.after_commit(self, commits)

    # ---- answers ----

    def _repeat(self, known: Commit, digest: str) -> Outcome:
        if known.request != digest:
            raise CommandIdReused(known.command_id)
        self._figures.repeats += 1
        return Outcome(known, repeated=True)

    def _try_again(self, entries: Sequence[Entry], reason: str) -> None:
        for entry in entries:
            entry.attempts += 1
        self._mailbox.fail([entry for entry in entries if entry.attempts >= ATTEMPTS_LIMIT], OutcomeUnknown(reason))
        self._mailbox.give_back([entry for entry in entries if entry.attempts < ATTEMPTS_LIMIT])

    def _part(self, other: OtherHistory, entries: Sequence[Entry] = ()) -> None:
        """Stop for good: what this node knows, and its screens show, is not what the storage holds."""
        if not self._stopped:
            self._stopped = f"{other}; 所有节点须重新启动 / all nodes must be started again"
            log.error("log_is_another", stream=self.stream, row=other.version, advice="start all nodes again")
            self._mailbox.knock()
        self._mailbox.fail(entries, HallStopped(self.stream, str(other)))

    def _crash(self, entry: Entry, error: Exception) -> None:
        self._figures.crashes += 1
        self._standing.doubt()
        name = type(entry.command).__name__
        log.error("decision_failed", stream=self.stream, command=name, crashes=self._figures.crashes, exc_info=error)
        self._mailbox.fail([entry], DecisionFailed(f"{name}: {type(error).__name__}"))
        if self._figures.crashes >= CRASHES_LIMIT:
            log.error("hall_day_stopped", stream=self.stream, crashes=self._figures.crashes)
            self._stopped = f"{self.stream}: 规则出错 {CRASHES_LIMIT} 次而停止 / stopped after {CRASHES_LIMIT} failures of its rules"
            self._mailbox.fail_waiting(HallStopped(self.stream, self._stopped))

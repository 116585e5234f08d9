"""Bookings that move to another day or hall: the new place first, then the old one is given back; both or neither.

The move in is a command to the new hall-day. Its event alone says what is left to do: a move out on the old hall-day,
under an id made from that event's place, and if that is refused, a cancellation of the new booking by the timer. Both are
sent after every such commit, and again for every log that is read at a start, until they have an answer; the ids make a
second sending harmless. So a crash in between leaves two bookings for a moment, never for good, and never none.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeGuard, cast

import msgspec
import structlog

from hall.appointments import grids_of
from hall.booking_commands import AppointmentId, BookerFacts, BookingPlace, CancelBooking, MoveIn, MoveOut
from hall.booking_events import BookingMovedIn
from hall.bookings import Appointment
from hall.commands import AnyCommand, WantedItem
from hall.decide import decide
from hall.decide_booking import STAFF
from hall.errors import HallError, Refusal, refuse
from hall.events import Commit
from hall.ids import MINUTE_MS, TIMER, Actor, CommandId, HallId, Ms, role_of
from hall.roots import BookingChannel
from hall.state import HallDay
from server.bookers import Bookers
from server.clock import Clock
from server.ledger.port import Ledger, LedgerError, stream_name
from server.outcomes import CommandError, Outcome, OutcomeUnknown, UnknownHall
from server.replay import decoded
from server.runner import HallRunner
from server.tasks import dismiss

log = structlog.get_logger(__name__)

MOVE_DIGEST: Final = "move"
"""Digest of what follows from a move: its id alone says what it is."""

RETRY_SECONDS: Final = 1.0
"""Rest before moves are tried again whose hall was busy or whose storage failed."""

WAITING_LIMIT: Final = 10_000
"""Most moves that wait; beyond it they are left to the next start."""

RETURN_MS: Final = (MINUTE_MS, 10 * MINUTE_MS)
"""How long the old place rests before it is on sale again: by chance, so that nobody can wait for it."""

Day = Callable[[HallId, str], Awaitable[HallRunner]]
"""Gives the runner of a hall on a date, begun if need be; raises a CommandError if there is none."""

ReleaseOf = Callable[..., Awaitable[Ms | Refusal]]
"""Says when a slot comes on sale: hall, date, ``group``, ``slot_ms``."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: a booking goes to a slot of another day or hall, where it gets another id and code."""

    source: BookingPlace
    hall: HallId
    date: str
    slot_ms: Ms
    appointment: AppointmentId
    """Id of the new booking; the same for the same command."""
    code: str
    """What checks in there, or a digest of it."""
    command_id: CommandId
    digest: str
    actor: Actor


class _Left(msgspec.Struct, frozen=True):
    """What a move in leaves to do."""

    target: BookingPlace
    source: BookingPlace
    actor: Actor
    seq: int

    @property
    def stream(self) -> str:
        """The new hall-day."""
        return stream_name(self.target.hall, self.target.date)

    @property
    def out_id(self) -> CommandId:
        """Id of the move out; the slashes keep it apart from every id that a client may make."""
        return f"out/{self.stream}/{self.seq}"


@dataclass
class Moves:
    """The moves of all halls of this process. ``start`` it when all halls are open."""

    day: Day
    release_of: ReleaseOf
    ledger: Ledger
    bookers: Bookers
    clock: Clock
    _waiting: dict[CommandId, _Left] = field(default_factory=dict)
    _ready: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many moves are not settled yet."""
        return len(self._waiting)

    def see(self, runner: HallRunner, commits: Sequence[Commit]) -> None:
        """Take note of the moves in durable commits."""
        for commit in commits:
            for event in commit.events:
                if isinstance(event, BookingMovedIn):
                    self._note(_left_by(runner, commit, event))

    def start(self) -> None:
        """Begin to settle what waits."""
        self._task = asyncio.create_task(self._run(), name="moves of bookings")

    async def stop(self) -> None:
        """Settle no more; what waits is found again at the next start."""
        task, self._task = self._task, None
        await dismiss(task)

    async def move(self, asked: Move) -> Outcome | Refusal:
        """Move a booking; return the answer of the new hall-day, or why the old one does not let it go.

        A Refusal was found before anything was done and is not stored. Raises what the day and its runner raise; after
        OutcomeUnknown the same command gives the truth.
        """
        there = await self.day(asked.hall, asked.date)
        known = await there.answered(asked.command_id, asked.digest)
        outcome = known if known is not None else await self._moved_in(there, asked)
        if isinstance(outcome, Refusal) or outcome.refusal is not None:
            return outcome
        left = next(_left_by(there, outcome.commit, one) for one in outcome.commit.events if _is_move(one))
        try:
            out = await self._settled(left)
        except (LedgerError, HallError) as error:
            raise OutcomeUnknown(str(error)) from error
        self._waiting.pop(left.out_id, None)
        return outcome if out is None or out.refusal is None else out

    # ---- the new place ----

    async def _moved_in(self, there: HallRunner, asked: Move) -> Outcome | Refusal:
        source = asked.source
        here = await self.day(source.hall, source.date)
        one = _may_go(here.view_state(), asked, self.clock.now_ms())
        if isinstance(one, Refusal):
            return one
        if not there.view_state().is_open:
            # Today, if the storage failed when it was to be opened: it is tried again, and has no slots until then.
            return refuse("DAY_NOT_OPEN")
        release_ms = await self._release_ms(there.view_state(), one, asked)
        if isinstance(release_ms, Refusal):
            return release_ms
        is_counted = not one.is_affected and role_of(asked.actor) not in STAFF

        def make(facts: BookerFacts) -> AnyCommand:
            return MoveIn(
                command_id=asked.command_id, at_ms=0, actor=asked.actor, appointment=asked.appointment, source=source,
                items=tuple([WantedItem(code, quantity) for code, quantity in one.entries]), slot_ms=asked.slot_ms,
                channel=cast(BookingChannel, one.channel), booker=one.booker, code=asked.code, moves=one.moves + is_counted, facts=facts,
                release_ms=release_ms,
            )  # fmt: skip

        return await self.bookers.submit_guarded(
            there, make, command_id=asked.command_id, digest=asked.digest, booker=one.booker, skip=source
        )

    async def _release_ms(self, there: HallDay, one: Appointment, asked: Move) -> Ms | Refusal | None:
        group = grids_of(there).of_item.get(one.entries[0][0], "")
        # Where the rules refuse the items anyway, they say so themselves.
        found = await self.release_of(asked.hall, asked.date, group=group, slot_ms=asked.slot_ms) if group else 0
        return None if isinstance(found, Refusal) and found.code == "CALENDAR_UNPUBLISHED" else found

    # ---- the old place ----

    def _note(self, left: _Left) -> None:
        if len(self._waiting) >= WAITING_LIMIT:
            log.error("moves_full", stream=left.stream, seq=left.seq)
            return
        self._waiting[left.out_id] = left
        self._ready.set()

    async def _run(self) -> None:
        while True:
            await self._ready.wait()
            self._ready.clear()
            for out_id, left in list(self._waiting.items()):
                if await self._tried(left):
                    self._waiting.pop(out_id, None)
            if self._waiting:
                await asyncio.sleep(RETRY_SECONDS)
                self._ready.set()

    async def _tried(self, left: _Left) -> bool:
        """Settle a move; False if it must be tried again."""
        try:
            await self._settled(left)
        except (CommandError, LedgerError, HallError) as error:
            log.warning("move_waits", stream=left.stream, seq=left.seq, reason=str(error))
            return False
        return True

    async def _settled(self, left: _Left) -> Outcome | None:
        """Give the old place back, or the new one if the old one must stay; return what the old hall-day said."""
        out = await self._moved_out(left)
        if out is not None and out.refusal is not None:
            await self._cancel(left, out.refusal)
        return out

    async def _moved_out(self, left: _Left) -> Outcome | None:
        source = left.source
        # One look at the ledger tells for all moves of earlier runs, and starts no day of the past.
        row = await self.ledger.find(stream_name(source.hall, source.date), left.out_id)
        if row is not None:
            return Outcome(decoded(row), repeated=True)
        command = MoveOut(
            command_id=left.out_id, at_ms=0, actor=left.actor, appointment=source.appointment, target=left.target,
            return_delay_ms=_delay_ms(),
        )  # fmt: skip
        try:
            return await (await self.day(source.hall, source.date)).submit(command, MOVE_DIGEST)
        except UnknownHall:
            log.error("move_from_unknown_day", stream=left.stream, seq=left.seq, hall=source.hall)
            return None

    async def _cancel(self, left: _Left, refusal: Refusal) -> None:
        command = CancelBooking(
            command_id=f"undo/{left.stream}/{left.seq}", at_ms=0, actor=TIMER, appointment=left.target.appointment,
            reason="move_refused", return_delay_ms=_delay_ms(),
        )  # fmt: skip
        outcome = await (await self.day(left.target.hall, left.target.date)).submit(command, MOVE_DIGEST)
        log.warning("move_taken_back", stream=left.stream, seq=left.seq, code=refusal.code)
        if outcome.refusal is not None:
            # The visitor has used or given up the new booking already.
            log.error("move_not_taken_back", stream=left.stream, seq=left.seq, code=outcome.refusal.code)


def _may_go(state: HallDay, asked: Move, now_ms: Ms) -> Appointment | Refusal:
    """Return the booking if its hall-day would let it go now: decided on what is seen, and nothing is stored."""
    target = BookingPlace(asked.hall, asked.date, asked.appointment)
    if (asked.hall, asked.date) == (asked.source.hall, asked.source.date):
        return refuse("NO_CHANGE")
    out = MoveOut(
        command_id="", at_ms=max(now_ms, state.at_ms), actor=asked.actor, appointment=asked.source.appointment,
        target=target,
    )  # fmt: skip
    decision = decide(state, out)
    return decision if isinstance(decision, Refusal) else state.bookings.appointments[asked.source.appointment]


def _is_move(event: object) -> TypeGuard[BookingMovedIn]:
    return isinstance(event, BookingMovedIn)


def _left_by(runner: HallRunner, commit: Commit, event: BookingMovedIn) -> _Left:
    target = BookingPlace(runner.hall, runner.date, event.appointment)
    return _Left(target, event.source, commit.actor, commit.seq)


def _delay_ms() -> Ms:
    return random.SystemRandom().randint(*RETURN_MS)

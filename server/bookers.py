"""Who books: what is known of a person, phone and device from all other days and halls, and the guards that keep it true.

Facts are read from the ledger with the versions they rely on; the runner stores its answer only if no version has moved.
So limits hold wherever and however often one books at the same moment. The turns below only spare one process the
conflicts with itself: who books twice at once waits instead of trying again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date as Date
from typing import Final

import msgspec

from hall.booking_commands import Booker, BookerFacts, BookingPlace, Counts
from hall.bookings import COUNTED_STATES, OPEN_STATES, keys_of
from hall.commands import AnyCommand
from server.ledger.port import Guard, Ledger, StorageFailed, Trace, hall_and_date, stream_name
from server.outcomes import FactsMoved, HallBusy, Outcome, OutcomeUnknown
from server.runner import HallRunner

ATTEMPTS_LIMIT: Final = 8
"""How often a booking is decided again on new facts; only other processes can move them meanwhile."""

WAITING_LIMIT: Final = 32
"""Most who wait for their turn with one person, phone or device; beyond it they are told to try again."""

KEYS_LIMIT: Final = 20_000
"""Most keys with somebody in turn or waiting; more than a release minute of a district brings at once."""

Facts = tuple[BookerFacts, tuple[Guard, ...]]
IsExempt = Callable[[str], bool]
"""Says of a person's pseudonym whether the network lifted its bans; must be quick."""
Make = Callable[[BookerFacts], AnyCommand]
"""Makes the command from the facts; the same id each time."""


@dataclass
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class BookersStatistics(msgspec.Struct, frozen=True):
    """Figures since the start; ``keys`` is now."""

    keys: int
    reads: int
    again: int


class Bookers:
    """The bookers of all halls of this process."""

    def __init__(self, ledger: Ledger, *, is_exempt: IsExempt | None = None) -> None:
        """Count from the traces of a ledger."""
        self._ledger = ledger
        self._is_exempt = is_exempt
        self._turns: dict[str, _Turn] = {}
        self._reads = 0
        self._again = 0

    @asynccontextmanager
    async def turn(self, *bookers: Booker) -> AsyncIterator[None]:
        """Be the only one of this process that books for these people, phones and devices; raise HallBusy in a crowd."""
        # In one order for everybody, so that no two wait for each other.
        keys = sorted({key for booker in bookers for key in keys_of(booker)})
        if len(self._turns) >= KEYS_LIMIT:
            raise HallBusy("bookers", len(self._turns))
        async with AsyncExitStack() as stack:
            for key in keys:
                await stack.enter_async_context(self._turn_of(key))
            yield

    async def facts(self, booker: Booker, *, stream: str, date: str, skip: BookingPlace | None = None) -> Facts:
        """Return what counts elsewhere for a booking on a hall-day, and the guards to submit with it.

        ``skip`` is a booking that is not counted, because it moves here. Raises OutcomeUnknown if nothing can be read.
        """
        self._reads += 1
        try:
            versions, traces = await self._ledger.traces(keys_of(booker))
        except StorageFailed as failure:
            raise OutcomeUnknown(failure.reason) from failure
        left_out = (stream_name(skip.hall, skip.date), skip.appointment) if skip is not None else None
        elsewhere = [one for one in traces if one.stream != stream and (one.stream, one.appointment) != left_out]
        is_exempt = self._is_exempt is not None and bool(booker.person) and self._is_exempt(booker.person)
        guards = tuple([Guard(key, version) for key, version in versions.items()])
        return facts_of(booker, elsewhere, date=date, is_exempt=is_exempt), guards

    async def submit_guarded(
        self,
        runner: HallRunner,
        make: Make,
        *,
        command_id: str,
        digest: str,
        booker: Booker,
        skip: BookingPlace | None = None,
    ) -> Outcome:
        """Have a booking decided on facts that still hold when it is stored; a repeat gets its first answer.

        Raises what :meth:`HallRunner.submit` raises; FactsMoved only after :data:`ATTEMPTS_LIMIT` attempts.
        """
        known = await runner.answered(command_id, digest)
        if known is not None:
            return known
        async with self.turn(booker):
            for attempt in range(ATTEMPTS_LIMIT):
                facts, guards = await self.facts(booker, stream=runner.stream, date=runner.date, skip=skip)
                try:
                    return await runner.submit(make(facts), digest, guards)
                except FactsMoved:
                    self._again += 1
                    if attempt == ATTEMPTS_LIMIT - 1:
                        raise
        raise AssertionError("every attempt returns or raises")

    def statistics(self) -> BookersStatistics:
        """Return the figures."""
        return BookersStatistics(len(self._turns), self._reads, self._again)

    @asynccontextmanager
    async def _turn_of(self, key: str) -> AsyncIterator[None]:
        turn = self._turns.setdefault(key, _Turn())
        if turn.users >= WAITING_LIMIT:
            raise HallBusy("bookers", turn.users)
        turn.users += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.users -= 1
            if not turn.users:
                del self._turns[key]


def facts_of(booker: Booker, elsewhere: Sequence[Trace], *, date: str, is_exempt: bool = False) -> BookerFacts:
    """Count traces of other hall-days for a booking on a date: its day, its week (from Monday, ISO 8601), its month."""
    of_key: dict[str, list[Trace]] = {}
    for one in elsewhere:
        of_key.setdefault(one.key[0], []).append(one)
    own = of_key.get("p", [])
    items = sorted({item for one in own if one.state in OPEN_STATES for item in one.items})
    missed = sorted(one.slot_ms for one in own if one.state == "NO_SHOW" and not one.is_excused)
    return BookerFacts(
        person=_counts(own, date), phone=_counts(of_key.get("t", []), date), device=_counts(of_key.get("d", []), date),
        open_items=tuple(items), no_shows=tuple(missed), is_exempt=is_exempt,
    )  # fmt: skip


def _counts(traces: Sequence[Trace], date: str) -> Counts:
    counted = [hall_and_date(one.stream)[1] for one in traces if one.state in COUNTED_STATES]
    week = _week(date)
    return Counts(
        open=sum(one.state in OPEN_STATES for one in traces),
        day=counted.count(date),
        week=sum(_week(one) == week for one in counted),
        month=sum(one[:7] == date[:7] for one in counted),
    )


def _week(date: str) -> tuple[int, int]:
    year, week, _ = Date.fromisoformat(date).isocalendar()
    return year, week

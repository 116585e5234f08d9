"""The hall-days that messages speak of, folded from the ledger, with what each new commit must tell.

A day is folded from its beginning when it is first asked for, and then follows its log; of the days that are over one of each
hall is kept.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from hall.errors import HallError
from hall.events import Commit
from hall.ids import TicketId
from hall.state import HallDay
from hall.step import apply
from server.kept_days import KeptDays
from server.ledger.port import Ledger, LedgerError, Row, hall_and_date
from server.outbox.plan import Message, note_waits, planned
from server.outbox.rules import MessageRules, Rules
from server.replay import decoded, learn_named

_T = TypeVar("_T")

CHUNK: Final = 500
"""Rows folded in one go of the thread (some 20 ms), so that nobody else waits long for the interpreter."""
FOLDS: Final = 1_000
"""Days kept in memory: 135 halls with today, one that is over, and the next five each; days to come are small."""


class DayUnreadable(Exception):
    """The log of a day cannot be read or contradicts the rules."""

    def __init__(self, stream: str, reason: str) -> None:
        """Remember which and why."""
        super().__init__(f"{stream}: {reason}")
        self.stream = stream
        self.reason = reason


class Day:
    """One hall-day up to ``seq``, with what was found on the way: ``news`` to tell, bookings ``touched``."""

    def __init__(self) -> None:
        """Begin before the first commit."""
        self.state = HallDay()
        self.since: dict[TicketId, int] = {}
        self.told_near: set[tuple[str, int]] = set()
        """(booking or ticket, seq of the wait) that were told already that their turn is near."""
        self.news: list[Message] = []
        self.touched: set[str] = set()

    @property
    def seq(self) -> int:
        """Return how far the log is folded."""
        return self.state.seq

    def add(self, stream: str, commits: Sequence[Commit], rules: MessageRules, *, after: int) -> None:
        """Fold commits; those after a seq give news."""
        for commit in commits:
            apply(self.state, commit)
            note_waits(self.since, commit)
            if commit.seq > after:
                self.news += planned(stream, commit, self.state, rules)
                self.touched.update(getattr(event, "appointment", "") for event in commit.events)
        self.touched.discard("")

    def take_news(self) -> tuple[list[Message], list[str]]:
        """Return what was found since the last time."""
        news, touched = self.news, sorted(self.touched)
        self.news, self.touched = [], set()
        return news, touched


class Days:
    """All folds; one user at a time."""

    def __init__(self, ledger: Ledger, rules: Rules, thread: ThreadPoolExecutor) -> None:
        """Read a ledger; folding is done in ``thread``."""
        self._ledger, self._rules, self._thread = ledger, rules, thread
        self._days: KeptDays[Day] = KeptDays(lambda one: one.state.is_ended, limit=FOLDS)

    async def advanced(self, stream: str, *, after: int) -> Day:
        """Return a day with all that its log holds now; commits after ``after`` give news.

        Raises :class:`DayUnreadable`; then the day is folded anew the next time.
        """
        day = self._days.get(stream) or Day()
        try:
            rows: list[Row] = []
            async for row in self._ledger.read(stream, after=day.seq):
                rows.append(row)
                if len(rows) == CHUNK:
                    await self._fold(day, stream, rows, after)
                    rows = []
            await self._fold(day, stream, rows, after)
        except (HallError, LedgerError) as error:
            self.forget(stream)
            raise DayUnreadable(stream, str(error)) from error
        except Exception as error:
            # A fault in the rules: it silences this day, and no other.
            self.forget(stream)
            raise DayUnreadable(stream, type(error).__name__) from error
        self._days.keep(stream, day)
        return day

    def forget(self, stream: str) -> None:
        """Fold a day anew the next time."""
        self._days.forget(stream)

    def note_near(self, message: Message) -> None:
        """Remember that somebody was told that the turn is near."""
        day = self._days.get(message.stream)
        if day is not None:
            day.told_near.add((message.appointment, message.seq))

    def under_way(self) -> list[tuple[str, Day]]:
        """List the days in memory that people are in."""
        return [(name, day) for name, day in self._days.items() if day.state.is_open and not day.state.is_ended]

    async def _fold(self, day: Day, stream: str, rows: Sequence[Row], after: int) -> None:
        if not rows:
            return
        commits = await self._in_thread(lambda: [decoded(row) for row in rows])
        for commit in commits:
            await learn_named(self._ledger, commit, plans=day.state.plans)
        rules = self._rules.of(hall_and_date(stream)[0])
        await self._in_thread(lambda: day.add(stream, commits, rules, after=after))

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

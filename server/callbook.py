"""All calls of a hall-day with their rule and candidates: read from the log when first asked for, followed afterwards."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import msgspec

from hall.events import Commit, TicketCalled
from hall.ids import Ms
from server.ledger.port import Ledger
from server.replay import decoded
from server.runner import HallRunner

BOOKS: Final = 200
"""Hall-days kept; a day of 10⁴ calls takes some 2 MB, most take a tenth."""
CALLS: Final = 50_000
"""Most calls of one day that are kept: five times a very busy hall."""


class CallMade(msgspec.Struct, frozen=True, gc=False):
    """A call and its place in the log."""

    seq: int
    at_ms: Ms
    event: TicketCalled


class CallBook:
    """The calls of the hall-days that somebody asked about."""

    def __init__(self, ledger: Ledger) -> None:
        """Read from this ledger; nothing is read before it is asked for."""
        self._ledger = ledger
        self._books: OrderedDict[str, list[CallMade]] = OrderedDict()

    def see(self, runner: HallRunner, commits: Sequence[Commit]) -> None:
        """Follow a day that somebody asked about; the others of its hall have logs of their own."""
        book = self._books.get(runner.stream)
        if book is not None:
            _add(book, commits)

    async def calls(self, runner: HallRunner) -> Sequence[CallMade]:
        """Return the calls of a day, in the order of the log."""
        book = self._books.get(runner.stream)
        if book is None:
            book = await self._read(runner)
            self._books[runner.stream] = book
        self._books.move_to_end(runner.stream)
        while len(self._books) > BOOKS:
            self._books.popitem(last=False)
        return book

    async def _read(self, runner: HallRunner) -> list[CallMade]:
        """Read the log until nothing is missing; what comes next is followed, since nothing waits in between."""
        book: list[CallMade] = []
        read = 0
        while read < runner.view_state().seq:
            async for row in self._ledger.read(runner.stream, after=read):
                _add(book, [decoded(row)])
                read = row.version
        return book


def _add(book: list[CallMade], commits: Sequence[Commit]) -> None:
    seen = book[-1].seq if book else 0
    for commit in commits:
        if commit.seq > seen:
            book += [CallMade(commit.seq, commit.at_ms, one) for one in commit.events if isinstance(one, TicketCalled)]
    del book[:-CALLS]

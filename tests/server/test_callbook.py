"""Calls of days that somebody asked about: each day has its own, also after the next one has begun."""

from hall.ids import DAY_MS
from server.api.why import page_of
from server.callbook import CallBook
from server.ledger.memory import MemoryLedger
from tests.server.test_registry import NEXT_DATE, serving, two_halls
from tests.support.live import HandClock, call_next, open_window, take
from tests.support.plans import DATE, NINE_MS


async def test_a_past_day_gets_no_calls_of_today():
    ledger, plans = MemoryLedger(), two_halls()
    async with serving(ledger, HandClock(), plans) as halls:
        for command in (take(1), open_window(), call_next(2)):
            await halls.submit("longgang", command, "x")
    async with serving(ledger, HandClock(NINE_MS + DAY_MS), plans) as halls:
        book = CallBook(ledger)
        halls.day_listeners.append(book.see)
        yesterday = await halls.past("longgang", DATE)
        before = list(await book.calls(yesterday))
        assert not await book.calls(halls.today("longgang"))
        for command in (take(3), take(4), take(5), open_window(), call_next(5)):
            await halls.submit("longgang", command, "x")

        assert halls.today("longgang").date == NEXT_DATE
        assert list(await book.calls(yesterday)) == before
        assert len(before) == len(await book.calls(halls.today("longgang"))) == 1


def test_calls_of_one_commit_are_on_one_page():
    """Two windows that asked may get their people by one command."""
    seqs = [3, 5, 5, 5, 8, 9]

    pages, before = [], None
    while before != 3:
        start, end = page_of(seqs, limit=2, before=before)
        pages.append(seqs[start:end])
        before = seqs[start]

    assert pages == [[8, 9], [5, 5, 5], [3]]
    assert page_of([], limit=2, before=None) == (0, 0)

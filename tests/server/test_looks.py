"""Followers look at the logs that are named, and at all of them so rarely that years of logs cost next to nothing."""

import asyncio

import pytest

from server.bus import Hint, Hints
from server.ledger.memory import MemoryLedger
from server.ledger.port import StreamHead
from server.looks import NOTHING_NAMED, SHARE, Looks

ALL = {"futian/2026-11-23": 7, "longgang/2026-11-23": 9}
ONE = Hints((Hint("longgang/2026-11-23", 10),))

pytestmark = pytest.mark.anyio


class CountedLedger(MemoryLedger):
    """Two logs; counts how often it lists them, which takes so long."""

    def __init__(self, takes_s: float = 0.0) -> None:
        super().__init__()
        self.takes_s, self.listed = takes_s, 0

    async def streams(self) -> tuple[StreamHead, ...]:
        self.listed += 1
        await asyncio.sleep(self.takes_s)
        return tuple(StreamHead(name, version, 0, "") for name, version in ALL.items())


async def test_the_first_look_is_at_all_logs_and_the_next_at_those_that_are_named():
    ledger = CountedLedger()
    looks = Looks(ledger, every_s=1_000)

    assert await looks.heads(NOTHING_NAMED) == ALL
    assert await looks.heads(ONE) == {"longgang/2026-11-23": 10}
    assert await looks.heads(NOTHING_NAMED) == {}
    assert ledger.listed == 1


async def test_all_logs_are_looked_at_without_hints_and_after_hints_were_missed():
    looks = Looks(CountedLedger(), every_s=1_000)
    await looks.heads(None)

    assert await looks.heads(None) == ALL
    assert await looks.heads(Hints(ONE.hints, missed=True)) == ALL


async def test_all_logs_are_looked_at_again_after_a_while_however_busy_it_is():
    ledger = CountedLedger()
    looks = Looks(ledger, every_s=0.05)
    await looks.heads(None)
    while await looks.heads(ONE) != ALL:  # noqa: ASYNC110  # time is what is waited for
        await asyncio.sleep(0.005)

    assert ledger.listed == 2


async def test_a_listing_that_takes_long_is_made_more_seldom():
    ledger = CountedLedger(takes_s=0.05)
    looks = Looks(ledger, every_s=0)
    clock = asyncio.get_running_loop().time
    await looks.heads(None)
    ended_s = clock()
    while await looks.heads(ONE) != ALL:  # noqa: ASYNC110  # time is what is waited for
        await asyncio.sleep(0.02)

    assert clock() - ended_s >= SHARE * 0.05

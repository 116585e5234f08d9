"""The halls of the network that take a visit, beside each other: free places on some days and the wait of now.

The answer is the same for everybody who asks the same, is kept for a second, and is worked out once at a time, giving way
to other requests after each day: 135 halls and a month are 4,000 hall-days.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from hall.appointments import grids_of
from hall.commands import TakeTicket, Told, WantedItem
from hall.decide import decide
from hall.errors import Refusal
from hall.feed import text_view
from hall.ids import Ms
from hall.state import HallDay
from server.clock import Clock
from server.config.sections import HallFacts
from server.registry import Halls
from server.slotbook import Items, SlotBook, Wanted
from server.waits import Waits

KEPT_MS: Final[Ms] = 1_000
"""Of the computer's time, as the waits of a hall."""
KEPT: Final = 64
"""Questions whose answers are kept; at 20 KB each they are nothing."""
FACTS_KEPT_MS: Final[Ms] = 10_000
"""How long a new hall or a changed name may take to be seen here."""
Json = dict[str, Any]
Dates = Callable[[str], Sequence[str]]
"""The asked dates, as seen from a hall's today."""


class Compared(msgspec.Struct, frozen=True):
    """A question: a visit and the days, as they were asked for."""

    items: Items
    first: str
    last: str


class Network:
    """Answers which halls take a visit."""

    def __init__(self, halls: Halls, slots: SlotBook, waits: Waits, clock: Clock) -> None:
        """Begin with no answers."""
        self._halls, self._slots, self._waits, self._clock = halls, slots, waits, clock
        self._kept: OrderedDict[Compared, tuple[Ms, bytes]] = OrderedDict()
        self._facts: tuple[Ms, tuple[HallFacts, ...]] = (-FACTS_KEPT_MS, ())
        self._turn = asyncio.Lock()

    async def answer(self, asked: Compared, dates: Dates) -> bytes:
        """Return the encoded answer of now, or of the last second."""
        kept = self._fresh(asked)
        if kept is not None:
            return kept
        async with self._turn:
            return self._fresh(asked) or await self._made(asked, dates)

    def _fresh(self, asked: Compared) -> bytes | None:
        kept = self._kept.get(asked)
        return kept[1] if kept is not None and _now_ms() - kept[0] < KEPT_MS else None

    async def _made(self, asked: Compared, dates: Dates) -> bytes:
        shown = []
        for facts in await self._hall_facts():
            one = await self._hall(facts, asked.items, dates)
            if one is not None:
                shown.append(one)
        body = msgspec.json.encode({"at_ms": self._clock.now_ms(), "halls": shown})
        self._kept[asked] = (_now_ms(), body)
        self._kept.move_to_end(asked)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return body

    async def _hall_facts(self) -> tuple[HallFacts, ...]:
        if _now_ms() - self._facts[0] >= FACTS_KEPT_MS:
            self._facts = (_now_ms(), await asyncio.to_thread(self._halls.plans.halls))
        return self._facts[1]

    async def _hall(self, facts: HallFacts, items: Items, dates: Dates) -> Json | None:
        """Show a hall, or nothing if it does not take the visit on any of the days."""
        today = self._halls.day_of(facts.code)
        if today is None or not _takes(today.view_state(), items):
            return None
        days = []
        for date in dates(today.date):
            days.append(await self._slots.day(facts.code, date, Wanted(items)))
            await asyncio.sleep(0)
        told = self._told(today.view_state(), items)
        return {
            "hall": facts.code,
            "name": text_view(facts.name),
            "level": facts.level,
            "parent": facts.parent,
            "position": facts.position,
            "free": sum(day.free for day in days),
            "first_free_ms": next((day.first_free_ms for day in days if day.first_free_ms is not None), None),
            "wait_ms_p50": None if told is None else told.p50_ms,
            "wait_ms_p80": None if told is None else told.p80_ms,
        }

    def _told(self, state: HallDay, items: Items) -> Told | None:
        """Return the wait of somebody who takes a number for this visit now; None where none is given or nobody can say."""
        command = TakeTicket(
            command_id="", at_ms=max(self._clock.now_ms(), state.at_ms), actor="citizen:", ticket="",
            items=tuple(WantedItem(code, quantity) for code, quantity in items),
        )  # fmt: skip
        return None if isinstance(decide(state, command), Refusal) else self._waits.tell(state, command)


def _takes(state: HallDay, items: Items) -> bool:
    """Tell whether a hall takes bookings for all of these items by the settings of today."""
    of_item = grids_of(state).of_item if state.is_open else {}
    return all(code in of_item for code, _ in items)


def _now_ms() -> Ms:
    return time.monotonic_ns() // 1_000_000

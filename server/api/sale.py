"""Selling a place: which day, since when on sale, what is known of who books, and the one answer."""

from collections.abc import Awaitable, Callable

import msgspec

from hall.booking_commands import Booker, BookerFacts
from hall.commands import AnyCommand, WantedItem
from hall.errors import Refusal
from hall.ids import Ms
from hall.state import HallDay
from server.api.booking import group_of, look, real_date, would_refuse
from server.api.house import House
from server.api.submit import Asked, answered, granted
from server.outcomes import Outcome
from server.problems import Problem, problem_of

MakeSale = Callable[[BookerFacts, Ms | None], AnyCommand]
"""Makes a command from what is known of who books, and from when its slot is on sale."""


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """What a new booking is to be; ``prepare`` is done once the hall is sure to be asked, and before it is."""

    date: str
    items: tuple[WantedItem, ...]
    slot_ms: Ms
    booker: Booker
    make: MakeSale
    prepare: Callable[[], Awaitable[None]] | None = None


async def sold(house: House, asked: Asked, sale: Sale) -> Outcome:
    """Have a new booking decided on its day; raises the refusal, or why there is no such day."""
    today = house.halls.today(asked.hall).date
    seen = await look(house, asked.hall, real_date(sale.date))
    if isinstance(seen, Refusal):
        raise problem_of(seen, seq=None)
    release_ms = await released_at(house, seen, sale.items, sale.slot_ms)
    if sale.date not in house.halls.days_begun(asked.hall):
        _refuse_early(house, seen, sale, release_ms, today=today)
    runner = await house.halls.day(asked.hall, sale.date)
    first = await answered(runner, asked)
    if first is not None:
        return first
    if sale.date < today:
        raise Problem("DAY_ENDED")
    if sale.prepare is not None:
        await sale.prepare()
    return granted(
        await house.halls.bookers.submit_guarded(
            runner,
            lambda facts: sale.make(facts, release_ms),
            command_id=asked.command_id,
            digest=asked.digest,
            booker=sale.booker,
        )
    )


def _refuse_early(house: House, seen: HallDay, sale: Sale, release_ms: Ms | None, *, today: str) -> None:
    """Refuse what cannot be sold before a log begins: nobody fills the disk with days that nobody has booked."""
    if sale.date < today:
        raise Problem("DAY_ENDED")
    refusal = would_refuse(seen, sale.make(BookerFacts(), release_ms), at_ms=house.clock.now_ms())
    if refusal is not None:
        raise problem_of(refusal, seq=None)


async def released_at(house: House, state: HallDay, items: tuple[WantedItem, ...], slot_ms: Ms) -> Ms | None:
    """Return when a slot comes on sale (None: its year is not published); 0 where the rules refuse the items anyway."""
    group = group_of(state, items)
    if not group:
        return 0
    found = await house.halls.release_of(state.hall, state.date, group=group, slot_ms=slot_ms)
    if not isinstance(found, Refusal):
        return found
    if found.code == "CALENDAR_UNPUBLISHED":
        return None
    raise problem_of(found, seq=None)

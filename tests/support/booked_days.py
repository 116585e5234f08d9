"""Halls that can be booked for days to come: a plan with half-hour slots, and the commands of citizens who book."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import msgspec

from hall.booking import Booking, BookingGroup, BookingRules, Limits, Release
from hall.booking_commands import Booker, BookerFacts, BookingPlace, ConfirmBooking, HoldSlot, MoveIn
from hall.catalog import Text
from hall.commands import WantedItem
from hall.ids import DAY_MS, MINUTE_MS, Ms
from hall.opening import Span
from hall.policy import Plan
from hall.step import next_deadline
from server.bus import Bus, LocalBus
from server.config.plans import FixedPlans
from server.ledger.port import Ledger
from server.registry import Halls
from tests.support.live import HandClock
from tests.support.plans import CALENDAR, DATE, MIDNIGHT_MS, small_plan

HALLS = ("longgang", "nanshan")
FREE = BookingRules(
    release=Release(horizon_days=20), person=Limits(), phone=Limits(), device=Limits(), same_item_once=False,
    max_held=100, no_shows=(),
)  # fmt: skip
"""No limits: what a test wants, it sets."""

OPEN_MIN = 9 * 60
RELEASED: Ms = MIDNIGHT_MS - 30 * DAY_MS


def day(number: int) -> str:
    """Return the date so many days after DATE, a Monday."""
    return (date.fromisoformat(DATE) + timedelta(days=number)).isoformat()


def slot_ms(number: int, slot: int = 0) -> Ms:
    """Return the start of a slot, of half an hour from 09:00, on a day."""
    return MIDNIGHT_MS + number * DAY_MS + (OPEN_MIN + 30 * slot) * MINUTE_MS


def bookable_plan(hall: str = "longgang", rules: BookingRules = FREE, *, places: int = 4, version: str = "1") -> Plan:
    """Return the small plan, open 09:00 to 17:00, with one group for everything."""
    plan = small_plan(hall, version=version, spans=(Span(OPEN_MIN, 17 * 60),))
    group = BookingGroup("all", Text("综合", "General"), places=places, unit_ms=30 * MINUTE_MS)
    policy = msgspec.structs.replace(plan.policy, booking=Booking((group,), rules))
    return msgspec.structs.replace(plan, policy=policy)


def bookable(rules: BookingRules = FREE, **facts: Any) -> FixedPlans:
    """Return the settings of both halls."""
    return FixedPlans({code: bookable_plan(code, rules, **facts) for code in HALLS}, calendar=CALENDAR)


def hold(name: str, number: int, *, slot: int = 0, booker: Booker | None = None, **facts: Any) -> HoldSlot:
    """Hold a place on a day; the command's id follows from the booking's."""
    given = {"command_id": f"hold-{name}", "release_ms": RELEASED, "return_delay_ms": 0, **facts}
    return HoldSlot(
        at_ms=0, actor="citizen:", appointment=name, items=(WantedItem("id-card"),), slot_ms=slot_ms(number, slot),
        booker=booker or Booker(), **given,
    )  # fmt: skip


def confirm(name: str, booker: Booker, facts: BookerFacts | None = None) -> ConfirmBooking:
    """Confirm a held place."""
    return ConfirmBooking(
        command_id=f"confirm-{name}", at_ms=0, actor="citizen:", appointment=name, booker=booker,
        code=f"code-{name}", facts=facts or BookerFacts(),
    )  # fmt: skip


def move_in(name: str, number: int, source: BookingPlace, booker: Booker, *, slot: int = 0, **facts: Any) -> MoveIn:
    """Book a place for a booking of elsewhere."""
    given = {"command_id": f"move-{name}", "moves": 1, "release_ms": RELEASED, **facts}
    return MoveIn(
        at_ms=0, actor="citizen:", appointment=name, source=source, items=(WantedItem("id-card"),),
        slot_ms=slot_ms(number, slot), booker=booker, code=f"code-{name}", **given,
    )  # fmt: skip


async def book(halls: Halls, name: str, number: int, person: str, *, hall: str = "longgang", slot: int = 0) -> None:
    """Hold and confirm without limits."""
    runner = await halls.day(hall, day(number))
    for command in (hold(name, number, slot=slot), confirm(name, Booker(person))):
        outcome = await runner.submit(command, "x")
        assert outcome.refusal is None, outcome.refusal


def state_of(halls: Halls, name: str, number: int, *, hall: str = "longgang") -> str:
    """Return the state of a booking on a day that is in memory."""
    runner = halls.live_day(hall, day(number))
    assert runner is not None
    one = runner.view_state().bookings.appointments.get(name)
    return one.state if one is not None else ""


@asynccontextmanager
async def serving(
    ledger: Ledger, clock: HandClock, plans: FixedPlans | None = None, *, bus: Bus | None = None, **facts: bool
) -> AsyncIterator[Halls]:
    """Serve both halls; ``facts`` are those of :class:`Halls`."""
    halls = Halls(ledger, bus or LocalBus(), clock, plans or bookable(), **facts)
    await halls.start()
    try:
        yield halls
    finally:
        await halls.stop()


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until something is so; at most 5 s."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # a state of a hall is waited for, which sets no event
            await asyncio.sleep(0.002)


def turn_clock(halls: Halls, clock: HandClock, at_ms: Ms) -> None:
    """Set the clock and let all timers look at it."""
    clock.at_ms = at_ms
    for hall in halls._halls.values():
        assert hall.timer is not None
        hall.timer.arm()
    halls._ahead._moved.set()


async def live_until(halls: Halls, at_ms: Ms, turn: Callable[[Ms], None]) -> None:
    """Let time pass as it does while a server runs: all days mind each of their deadlines when it comes."""
    days = [halls.live_day(hall, date) for hall in halls.codes() for date in halls.days_begun(hall)]
    runners = [one for one in days if one is not None and one.view_state().is_open]
    now_ms = 0
    while now_ms < at_ms:
        due = [one for runner in runners if (one := next_deadline(runner.view_state())) is not None and one > now_ms]
        now_ms = min([at_ms, *due])
        turn(now_ms)
        for runner in runners:
            await runner.tick()

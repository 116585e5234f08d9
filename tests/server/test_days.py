"""Days to come: begun by their first booking, kept by their deadlines, taken over at midnight, found again at a start."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from hall.booking_commands import Booker, CancelBooking, CheckIn
from hall.errors import Refusal
from hall.events import Commit
from hall.ids import DAY_MS, MINUTE_MS, HallId
from hall.opening import Calendar, SpecialDay, WeekHours
from hall.policy import Plan
from hall.state import HallDay
from server.config.plans import FixedPlans
from server.ledger.memory import MemoryLedger
from server.ledger.port import Batch
from server.outcomes import DayRefused, HallStopped, UnknownHall
from server.registry import Halls
from server.runner import HallRunner
from tests.support.booked_days import (
    HALLS,
    book,
    bookable,
    bookable_plan,
    day,
    hold,
    serving,
    slot_ms,
    state_of,
    turn_clock,
    until,
)
from tests.support.live import HandClock, commits_of, take
from tests.support.plans import CALENDAR, DATE, MIDNIGHT_MS, NINE_MS

CLOSED = Calendar(years=(2026, 2027), days=(SpecialDay(day(2), "holiday"),))


class CountedPlans(FixedPlans):
    """Counts how often the settings are asked for."""

    asked = 0

    def plan_of(self, hall: HallId) -> Plan:
        self.asked += 1
        return super().plan_of(hall)


def counted() -> CountedPlans:
    return CountedPlans(bookable().plans, calendar=CALENDAR)


async def streams_of(ledger: MemoryLedger) -> list[str]:
    return [head.stream for head in await ledger.streams()]


# ---- beginning ----


async def test_a_day_is_begun_by_its_first_booking_and_not_by_a_look():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        looked = await halls.peek("longgang", day(3))
        assert isinstance(looked, HallDay)
        assert (looked.date, looked.is_open, len(looked.sessions)) == (day(3), True, 1)
        assert await streams_of(ledger) == [f"{hall}/{DATE}" for hall in HALLS]

        await book(halls, "b1", 3, "anna")

        seen = await halls.peek("longgang", day(3))
        assert seen is (await halls.day("longgang", day(3))).view_state()
        assert isinstance(seen, HallDay)
        assert list(seen.bookings.appointments) == ["b1"]
        assert halls.days_begun("longgang") == [DATE, day(3)]
        assert halls.days_begun("nanshan") == [DATE]


async def test_many_who_ask_at_once_begin_one_day():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        runners = await asyncio.gather(*(halls.day("longgang", day(1)) for _ in range(20)))

    assert len({id(runner) for runner in runners}) == 1
    assert [commit.command_id for commit in await commits_of(ledger, f"longgang/{day(1)}")] == [
        f"open/longgang/{day(1)}/0"
    ]


class SlowLedger(MemoryLedger):
    """Takes many turns of the loop for a write, as a disk does."""

    async def append_many(self, batches: Sequence[Batch]) -> None:
        for _ in range(20):
            await asyncio.sleep(0)
        await super().append_many(batches)


async def test_who_asks_while_a_day_is_being_begun_gets_the_same_day():
    """In a release minute people came while the first row was on its way: a second writer of the day lost its bookings."""
    ledger = SlowLedger()
    async with serving(ledger, HandClock()) as halls:

        async def ask(turns: int) -> HallRunner:
            for _ in range(turns):
                await asyncio.sleep(0)
            return await halls.day("longgang", day(3))

        runners = await asyncio.gather(*(ask(turns) for turns in range(60)))

        assert len({id(runner) for runner in runners}) == 1
        assert [row.version for row in [row async for row in ledger.read(f"longgang/{day(3)}")]] == [1]


@pytest.mark.parametrize(
    ("date", "code"),
    [(day(2), "CLOSED_THAT_DAY"), ("2027-12-31", "DAY_TOO_FAR"), ("2027-02-01", "CALENDAR_UNPUBLISHED")],
)
async def test_a_day_that_cannot_be_booked_is_refused_and_gets_no_log(date: str, code: str):
    ledger, calendar = MemoryLedger(), msgspec.structs.replace(CLOSED, years=(2026,))
    async with serving(ledger, HandClock(), FixedPlans(bookable().plans, calendar=calendar)) as halls:
        with pytest.raises(DayRefused) as caught:
            await halls.day("longgang", date)
        looked = await halls.peek("longgang", date)

    assert (caught.value.code, caught.value.refusal.code) == (code, code)
    assert isinstance(looked, HallDay) if date == day(2) else isinstance(looked, Refusal) and looked.code == code
    assert len(await streams_of(ledger)) == 2


async def test_days_of_the_past_are_there_if_they_have_a_log():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        await halls.submit("longgang", take(1), "x")
    async with serving(ledger, HandClock(NINE_MS + DAY_MS)) as halls:
        assert (await halls.day("longgang", DATE)).view_state().is_ended
        assert isinstance(looked := await halls.peek("longgang", DATE), Refusal)
        assert looked.code == "DAY_ENDED"
        for date in (day(-3), day(5)):
            with pytest.raises(UnknownHall):
                await halls.past("longgang", date)


# ---- looking ----


async def test_looks_come_from_memory_until_settings_change():
    """A thousand looks ask for the settings once; after a change the next look shows it."""
    plans = counted()
    async with serving(MemoryLedger(), HandClock(), plans) as halls:
        await halls.peek("longgang", day(4))
        before = plans.asked
        looks = [await halls.peek("longgang", day(4)) for _ in range(1_000)]
        assert len({id(one) for one in looks}) == 1
        assert plans.asked <= before + 2, "the clock may tick over once"

        plans.plans["longgang"] = bookable_plan(version="2")
        await halls.use_settings("longgang", command_id="settings-1", actor="manager:li", digest="x")
        seen = await halls.peek("longgang", day(4))

    assert isinstance(seen, HallDay)
    assert seen.plan.policy.version == "2"


async def test_the_release_of_a_slot_follows_hours_and_calendar():
    """Twenty open days before a Tuesday, at eight; an unknown group and an unpublished year are refused."""
    async with serving(MemoryLedger(), HandClock()) as halls:
        found = [await halls.release_of("longgang", day(1), group="all", slot_ms=slot_ms(1)) for _ in range(2)]
        unknown = await halls.release_of("longgang", day(1), group="none", slot_ms=slot_ms(1))
        later = await halls.release_of("longgang", "2028-01-03", group="all", slot_ms=slot_ms(1))

    assert found == [MIDNIGHT_MS - 19 * DAY_MS + 8 * 60 * MINUTE_MS] * 2
    assert isinstance(unknown, Refusal)
    assert isinstance(later, Refusal)
    assert (unknown.code, later.code) == ("UNKNOWN_GROUP", "CALENDAR_UNPUBLISHED")


# ---- deadlines ----


async def test_a_hold_on_a_day_to_come_runs_out_by_itself():
    clock = HandClock()
    async with serving(MemoryLedger(), clock) as halls:
        runner = await halls.day("longgang", day(5))
        await runner.submit(hold("b1", 5), "x")
        turn_clock(halls, clock, NINE_MS + 4 * MINUTE_MS)
        assert state_of(halls, "b1", 5) == "SLOT_HELD"

        turn_clock(halls, clock, NINE_MS + 5 * MINUTE_MS)
        await until(lambda: state_of(halls, "b1", 5) == "EXPIRED")


async def test_a_hold_that_ran_out_while_nothing_ran_ends_at_the_next_start():
    """The day is found again by its log; nobody has to ask for it."""
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        for number in (1, 2, 5):
            await (await halls.day("nanshan", day(number))).submit(hold("b1", number), "x")

    async with serving(ledger, HandClock(NINE_MS + 6 * MINUTE_MS)) as halls:
        await until(lambda: halls.statistics().ahead.live == 3)
        await until(lambda: all(state_of(halls, "b1", one, hall="nanshan") == "EXPIRED" for one in (1, 2, 5)))
        assert halls.days_begun("nanshan") == [DATE, day(1), day(2), day(5)]


async def test_days_beyond_the_limit_are_let_go_and_come_back_for_their_deadlines():
    """A day with a hold stays; one whose place returns in half an hour goes, and is there again when it does."""
    ledger, clock = MemoryLedger(), HandClock()
    async with serving(ledger, clock) as halls:
        _forget_at_once(halls)
        await book(halls, "b1", 4, "anna")
        cancel = CancelBooking(
            command_id="cancel-01", at_ms=0, actor="citizen:", appointment="b1", return_delay_ms=30 * MINUTE_MS
        )
        assert (await (await halls.day("longgang", day(4))).submit(cancel, "x")).refusal is None
        held = await halls.day("longgang", day(5))
        await held.submit(hold("b2", 5), "x")
        for number in (1, 2, 3):
            await book(halls, "b1", number, "anna")
        statistics = halls.statistics().ahead
        assert halls.live_day("longgang", day(4)) is None
        assert halls.live_day("longgang", day(5)) is held
        assert (statistics.logs, statistics.live, statistics.evictions) == (5, 2, 3)

        turn_clock(halls, clock, NINE_MS + 30 * MINUTE_MS)
        await until(lambda: halls.live_day("longgang", day(4)) is not None and halls.statistics().ahead.ticks == 2)
        returned = (await halls.day("longgang", day(4))).view_state().bookings
        await until(lambda: not returned.returning)


async def test_a_day_that_was_just_given_out_is_not_let_go():
    """Whoever was given a day can use it; the limit waits."""
    async with serving(MemoryLedger(), HandClock()) as halls:
        halls._ahead.limit = 1
        runners = [await halls.day("longgang", day(number)) for number in (1, 2, 3)]
        outcomes = [await one.submit(hold("b1", number), "x") for number, one in enumerate(runners, 1)]

    assert [one.refusal for one in outcomes] == [None] * 3


# ---- midnight ----


async def test_at_midnight_the_day_to_come_becomes_today_with_its_bookings():
    ledger, clock = MemoryLedger(), HandClock()
    async with serving(ledger, clock) as halls:
        await book(halls, "b1", 1, "anna")
        ahead = await halls.day("longgang", day(1))

        await _turn_to(halls, clock, slot_ms(1))

        assert halls.today("longgang") is ahead
        assert halls.days_begun("longgang") == [day(1)]
        checked_in = await halls.submit("longgang", check_in("b1"), "x")
        assert checked_in.refusal is None
    assert [type(commit.command).__name__ for commit in await commits_of(ledger, f"longgang/{day(1)}")] == [
        "OpenDay", "HoldSlot", "ConfirmBooking", "CheckIn",
    ]  # fmt: skip


async def test_a_day_begun_with_the_settings_of_then_gets_those_of_its_morning():
    """Settings that changed behind the server's back: plan and hours are brought up, before anybody is served."""
    plans, clock = bookable(), HandClock()
    async with serving(MemoryLedger(), clock, plans) as halls:
        await book(halls, "b1", 1, "anna", slot=2)
        plans.plans["longgang"] = _opening_at(bookable_plan(version="2"), 8 * 60)
        halls._outlook.forget("longgang")

        await _turn_to(halls, clock, slot_ms(1))

        state = halls.today("longgang").view_state()
        assert (state.plan.policy.version, state.sessions[0].open_ms) == ("2", slot_ms(1) - 60 * MINUTE_MS)
        assert not halls.behind("longgang")


async def test_hours_that_would_strand_a_booking_are_told_and_the_booking_stands():
    plans, clock = bookable(), HandClock()
    async with serving(MemoryLedger(), clock, plans) as halls:
        await book(halls, "b1", 1, "anna")
        plans.plans["longgang"] = _opening_at(bookable_plan(version="2"), 10 * 60)
        halls._outlook.forget("longgang")

        await _turn_to(halls, clock, slot_ms(1))

        state = halls.today("longgang").view_state()
        assert state.bookings.appointments["b1"].state == "BOOKED"
        assert (state.plan.policy.version, state.sessions[0].open_ms) == ("2", slot_ms(1))
        assert {date: one.code for date, one in halls.behind("longgang").items()} == {day(1): "SLOTS_BOOKED"}
        assert halls.statistics().behind == {f"longgang/{day(1)}": "SLOTS_BOOKED"}


async def test_a_morning_is_brought_up_once():
    """What a manager made of today stands after a restart."""
    ledger, plans, clock = MemoryLedger(), bookable(), HandClock()
    async with serving(ledger, clock, plans) as halls:
        await book(halls, "b1", 1, "anna", slot=4)
    plans.plans["longgang"] = _opening_at(plans.plans["longgang"], 8 * 60)
    for _ in range(2):
        async with serving(ledger, HandClock(slot_ms(1)), plans) as halls:
            assert halls.today("longgang").view_state().sessions[0].open_ms == slot_ms(1) - 60 * MINUTE_MS

    log = await commits_of(ledger, f"longgang/{day(1)}")
    assert [type(commit.command).__name__ for commit in log[3:]] == ["ChangePlan", "ChangeSessions"]


# ---- settings ----


async def test_new_settings_reach_every_day_to_come_that_has_a_log():
    """Also those that are not in memory; a day whose bookings stand against them keeps its plan and says why."""
    plans = bookable()
    async with serving(MemoryLedger(), HandClock(), plans) as halls:
        _forget_at_once(halls)
        for number in (1, 2, 3):
            await book(halls, "b1", number, "anna", slot=number)
        halls._ahead.rest_seconds = 60
        assert halls.statistics().ahead.live == 1
        plans.plans["longgang"] = _opening_at(bookable_plan(version="2"), 10 * 60)

        await halls.use_settings("longgang", command_id="settings-1", actor="manager:li", digest="x")

        states = [(await halls.day("longgang", day(number))).view_state() for number in range(4)]
        assert [state.plan.policy.version for state in states] == ["2"] * 4
        assert [state.sessions[0].open_ms - slot_ms(number) for number, state in enumerate(states[1:], 1)] == [
            0, 60 * MINUTE_MS, 60 * MINUTE_MS,
        ]  # fmt: skip
        assert {date: one.code for date, one in halls.behind("longgang").items()} == {day(1): "SLOTS_BOOKED"}


async def test_a_day_to_come_learns_its_next_opening_and_hears_nothing_where_nothing_changed():
    plans, ledger = bookable(), MemoryLedger()
    async with serving(ledger, HandClock(), plans) as halls:
        await book(halls, "b1", 1, "anna")
        rows = (await halls.day("longgang", day(1))).view_state().seq
        await halls.use_settings("longgang", command_id="settings-1", actor="manager:li", digest="x")
        assert (await halls.day("longgang", day(1))).view_state().seq == rows

        plans.calendar = CLOSED
        await halls.use_settings("longgang", command_id="settings-2", actor="manager:li", digest="x")

        assert (await halls.day("longgang", day(1))).view_state().next_open_ms == slot_ms(3)
        assert not halls.behind("longgang")


async def test_a_plan_without_the_booked_item_is_refused_by_the_day_and_returned():
    plans = bookable()
    async with serving(MemoryLedger(), HandClock(), plans) as halls:
        await book(halls, "b1", 1, "anna")
        plan = bookable_plan(version="2")
        items = tuple(one for one in plan.catalog.items if one.code != "id-card")
        catalog = msgspec.structs.replace(plan.catalog, items=items)
        plans.plans["longgang"] = msgspec.structs.replace(plan, catalog=catalog)

        await halls.use_settings("longgang", command_id="settings-1", actor="manager:li", digest="x")

        assert halls.today("longgang").view_state().plan.policy.version == "2"
        assert halls.behind("longgang")[day(1)].code == "PLAN_INVALID"
        plans.plans["longgang"] = bookable_plan(version="3")
        await halls.use_settings("longgang", command_id="settings-2", actor="manager:li", digest="x")
        assert not halls.behind("longgang")


# ---- starts ----


async def test_a_damaged_day_to_come_is_shut_and_the_others_are_served():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        for number in (1, 2):
            await book(halls, "b1", number, "anna")
    del ledger._rows[f"longgang/{day(1)}"][0]

    async with serving(ledger, HandClock()) as halls:
        await until(lambda: halls.live_day("longgang", day(2)) is not None)
        with pytest.raises(HallStopped, match="row 1"):
            await halls.day("longgang", day(1))
        assert list(halls.statistics().ahead.shut) == [f"longgang/{day(1)}"]


async def test_days_that_a_sleeping_server_missed_are_ended_when_it_wakes():
    clock = HandClock()
    async with serving(MemoryLedger(), clock) as halls:
        await book(halls, "b1", 2, "anna")

        await _turn_to(halls, clock, slot_ms(4))

        state = (await halls.past("longgang", day(2))).view_state()
        assert state.is_ended
        assert state.bookings.appointments["b1"].state == "CANCELLED"


async def test_day_listeners_hear_of_every_day_and_listeners_of_today():
    days: list[str] = []
    todays: list[str] = []

    def of_days(runner: HallRunner, commits: Sequence[Commit]) -> None:
        days.extend(f"{runner.date}/{commit.seq}" for commit in commits)

    def of_today(hall: HallId, commits: Sequence[Commit]) -> None:
        todays.extend(f"{hall}/{commit.seq}" for commit in commits)

    async with serving(MemoryLedger(), HandClock()) as halls:
        halls.day_listeners.append(of_days)
        halls.listeners.append(of_today)
        await (await halls.day("longgang", day(1))).submit(hold("b1", 1), "x")
        await halls.submit("longgang", take(1), "x")

    assert days == [f"{day(1)}/1", f"{day(1)}/2", f"{DATE}/2"]
    assert todays == ["longgang/2"]


async def test_a_stopped_server_takes_no_bookings_for_days_to_come():
    async with serving(MemoryLedger(), HandClock()) as halls:
        runner = await halls.day("longgang", day(1))
    with pytest.raises(HallStopped):
        await runner.submit(hold("b1", 1, booker=Booker("anna")), "x")


def _forget_at_once(halls: Halls) -> None:
    """Keep one day to come in memory, and none because somebody was just given it."""
    halls._ahead.limit, halls._ahead.rest_seconds = 1, 0


def check_in(name: str) -> CheckIn:
    return CheckIn(
        command_id=f"check-in-{name}", at_ms=0, actor="device:kiosk-1", appointment=name, ticket=f"ticket-{name}"
    )


def _opening_at(plan: Plan, minute: int) -> Plan:
    spans = tuple(msgspec.structs.replace(span, from_min=minute) for span in plan.hours.days[0])
    return msgspec.structs.replace(plan, hours=WeekHours((spans,) * 7, holiday=()))


async def _turn_to(halls: Halls, clock: HandClock, at_ms: int) -> None:
    """Let the clock pass to a moment of a later day, and wait until all halls have turned."""
    before = [halls.today(code).date for code in halls.codes()]
    turn_clock(halls, clock, at_ms)
    await until(lambda: all(halls.today(code).date != one for code, one in zip(halls.codes(), before, strict=True)))
    await until(lambda: all(halls.today(code).view_state().is_open for code in halls.codes()))
    await asyncio.sleep(0.01)

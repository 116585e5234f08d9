"""All halls together: opening, turning the date, ticks, links between halls, restarts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from structlog.testing import capture_logs

from hall.catalog import HelpRule
from hall.commands import StartService, TransferTicket
from hall.events import Commit
from hall.ids import DAY_MS
from hall.opening import Calendar, Span, SpecialDay
from server.bus import LocalBus
from server.clock import ScaledClock
from server.config.plans import FixedPlans
from server.ledger.memory import MemoryLedger
from server.ledger.port import StorageFailed
from server.outcomes import HallStopped, Outcome, UnknownHall
from server.registry import Halls
from tests.support.halls import HOUR_MS
from tests.support.live import HandClock, call_next, commits_of, open_window, take
from tests.support.plans import CALENDAR, DATE, MIDNIGHT_MS, NINE_MS, small_plan

NEXT_DATE = "2026-11-24"


def two_halls(calendar: Calendar = CALENDAR) -> FixedPlans:
    return FixedPlans({code: small_plan(code) for code in ("longgang", "nanshan")}, calendar=calendar)


@asynccontextmanager
async def serving(ledger: MemoryLedger, clock: HandClock, plans: FixedPlans | None = None) -> AsyncIterator[Halls]:
    halls = Halls(ledger, LocalBus(), clock, plans or two_halls())
    await halls.start()
    try:
        yield halls
    finally:
        await halls.stop()


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until something is so; at most 5 s."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # a state of the hall is waited for, which sets no event
            await asyncio.sleep(0.002)


async def test_every_hall_opens_its_day_at_the_start():
    async with serving(MemoryLedger(), HandClock()) as halls:
        states = [halls.today(code).view_state() for code in halls.codes()]

    assert [(state.hall, state.date, state.is_open) for state in states] == [
        ("longgang", DATE, True),
        ("nanshan", DATE, True),
    ]


async def test_a_restart_goes_on_where_it_stopped():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        await halls.submit("longgang", take(1), "x")

    async with serving(ledger, HandClock()) as halls:
        outcome = await halls.submit("longgang", take(2), "x")
        state = halls.today("longgang").view_state()

    assert outcome.seq == 3
    assert [ticket.number for ticket in state.tickets.values()] == ["A001", "A002"]


async def test_an_unknown_hall_is_said_to_be_unknown():
    async with serving(MemoryLedger(), HandClock()) as halls:
        with pytest.raises(UnknownHall):
            await halls.submit("nowhere", take(1), "x")
        assert halls.day_of("nowhere") is None


async def test_the_day_ends_and_the_next_begins_by_the_clock():
    """The timer ends the day at its end and begins the next at midnight; tickets stay with their date."""
    ledger, clock = MemoryLedger(), HandClock()
    async with serving(ledger, clock) as halls:
        await halls.submit("longgang", take(1), "x")
        first = halls.today("longgang")

        clock.at_ms = first.view_state().end_day_ms
        _arm(halls)
        await until(lambda: first.view_state().is_ended)
        assert halls.today("longgang") is first

        clock.at_ms = MIDNIGHT_MS + DAY_MS
        _arm(halls)
        await until(lambda: all(halls.today(code).date == NEXT_DATE for code in halls.codes()))
        await until(lambda: all(halls.today(code).view_state().is_open for code in halls.codes()))
        outcome = await halls.submit("longgang", take(2), "x")
        past = await halls.past("longgang", DATE)

    assert outcome.seq == 2
    assert past.view_state().tickets["ticket-000001"].state == "EXPIRED"


async def test_a_hall_open_past_midnight_keeps_its_day_until_it_closes():
    """Its days end at 23:50 by the settings, as those of all halls; people wait until two all the same."""
    plans = FixedPlans({"longgang": small_plan("longgang", spans=(Span(18 * 60, 26 * 60),))}, calendar=CALENDAR)
    clock = HandClock(MIDNIGHT_MS + 19 * HOUR_MS)
    async with serving(MemoryLedger(), clock, plans) as halls:
        await halls.submit("longgang", take(1), "x")
        first = halls.today("longgang")

        assert first.view_state().end_day_ms == MIDNIGHT_MS + 26 * HOUR_MS
        clock.at_ms = MIDNIGHT_MS + DAY_MS + HOUR_MS
        _arm(halls)
        outcome = await halls.submit("longgang", take(2), "x")

    assert (outcome.refusal, halls.today("longgang")) == (None, first)


@pytest.mark.parametrize("is_open", [True, False])
async def test_a_hall_that_moved_to_another_zone_turns_at_the_midnight_there(is_open: bool):
    """Two hours later than before; a day that could not be opened, since no holidays are published, turns then too."""
    clock, plans = HandClock(), two_halls(CALENDAR if is_open else Calendar(years=(2025,)))
    async with serving(MemoryLedger(), clock, plans) as halls:
        plans.plans["longgang"] = msgspec.structs.replace(plans.plans["longgang"], zone="Asia/Urumqi")
        await halls.use_settings("longgang", command_id="moved", actor="manager:m", digest="x")
        due = {hall.code: hall.timer.turn_ms() for hall in halls._halls.values() if hall.timer}

        clock.at_ms = due["longgang"]
        _arm(halls)
        await until(lambda: halls.today("longgang").date == NEXT_DATE)

    assert due["longgang"] - due["nanshan"] == 2 * 3_600_000


async def test_a_day_left_open_by_a_stopped_server_is_ended_at_the_next_start():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        await halls.submit("longgang", take(1), "x")

    async with serving(ledger, HandClock(NINE_MS + DAY_MS)) as halls:
        assert halls.today("longgang").date == NEXT_DATE
        assert (await halls.past("longgang", DATE)).view_state().is_ended


async def test_a_year_without_published_holidays_leaves_the_day_shut_until_it_is_known():
    plans = two_halls(Calendar(years=(2025,)))
    async with serving(MemoryLedger(), HandClock(), plans) as halls:
        refused = await halls.submit("longgang", take(1), "x")
        plans.calendar = CALENDAR
        await halls.use_settings("longgang", command_id="settings-1", actor="manager:li", digest="x")
        accepted = await halls.submit("longgang", take(2), "x")

    assert refused.refusal is not None
    assert refused.refusal.code == "DAY_NOT_OPEN"
    assert accepted.refusal is None


async def test_new_settings_become_the_plan_of_today():
    plans, ledger = two_halls(), MemoryLedger()
    async with serving(ledger, HandClock(), plans) as halls:
        plans.plans["longgang"] = small_plan(version="2")
        await halls.use_settings("longgang", command_id="settings-1", actor="manager:li", digest="x")
        state = halls.today("longgang").view_state()
        assert state.plan.policy.version == "2"

    async with serving(ledger, HandClock(), plans) as halls:
        assert halls.today("longgang").view_state().fingerprint() == state.fingerprint()


async def test_new_settings_move_the_half_day_the_end_and_the_next_opening_of_today():
    """A holiday of tomorrow is in no plan; what kiosks tell of the next opening changes all the same."""
    plans, ledger = two_halls(), MemoryLedger()
    async with serving(ledger, HandClock(), plans) as halls:
        state = halls.today("longgang").view_state()
        assert state.next_open_ms == MIDNIGHT_MS + DAY_MS
        plans.calendar = msgspec.structs.replace(CALENDAR, days=(SpecialDay(NEXT_DATE, "holiday"),))
        await halls.use_settings("longgang", command_id="settings-1", actor="manager:li", digest="x")
        assert halls.today("longgang").view_state().next_open_ms == MIDNIGHT_MS + 2 * DAY_MS

        plan = small_plan(spans=(Span(540, 1020),))
        issuing = msgspec.structs.replace(plan.policy.issuing, half_day_min=720)
        policy = msgspec.structs.replace(plan.policy, issuing=issuing, end_day_min=1440 + 60)
        plans.plans["longgang"] = msgspec.structs.replace(plan, policy=policy)
        await halls.use_settings("longgang", command_id="settings-2", actor="manager:li", digest="x")
        again = await halls.use_settings("longgang", command_id="settings-3", actor="manager:li", digest="x")

    async with serving(ledger, HandClock(), plans) as halls:
        state = halls.today("longgang").view_state()
        found = [at_ms - MIDNIGHT_MS for at_ms in (state.half_day_ms, state.end_day_ms, state.next_open_ms or 0)]
        assert found == [12 * 3_600_000, 25 * 3_600_000, 2 * DAY_MS + 9 * 3_600_000]
    assert isinstance(again, Outcome)
    assert again.refusal is not None
    assert again.refusal.code == "PLAN_UNCHANGED"


async def test_a_visit_goes_on_in_another_hall_exactly_once():
    """A referral makes one linked ticket there; another start does not make a second."""
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        await _refer(halls)
        await until(lambda: "linked-ticket-1" in halls.today("nanshan").view_state().tickets)

    async with serving(ledger, HandClock()) as halls:
        await until(lambda: halls.statistics().links_waiting == 0)

    log = await commits_of(ledger, f"nanshan/{DATE}")
    taken = [commit for commit in log if commit.command_id.startswith("link/")]
    assert [commit.command_id for commit in taken] == [f"link/longgang/{DATE}/6"]
    assert taken[0].command.origin.arrived_ms == NINE_MS


async def test_a_link_that_a_crash_swallowed_is_made_at_the_next_start():
    """The referral is durable, the linked ticket was never sent: the replay finds it."""
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        await halls._links.stop()
        await _refer(halls)
    assert len(await commits_of(ledger, f"nanshan/{DATE}")) == 1

    async with serving(ledger, HandClock()) as halls:
        await until(lambda: "linked-ticket-1" in halls.today("nanshan").view_state().tickets)


async def test_an_old_link_makes_no_ticket_on_a_later_day():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        await _refer(halls)
        await until(lambda: halls.statistics().links_waiting == 0)

    async with serving(ledger, HandClock(NINE_MS + DAY_MS)) as halls:
        await until(lambda: halls.statistics().links_waiting == 0)
        assert not halls.today("nanshan").view_state().tickets


async def test_a_hall_with_a_damaged_log_is_shut_and_the_others_are_served():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        await halls.submit("longgang", take(1), "x")
    rows = ledger._rows[f"longgang/{DATE}"]
    del rows[0]

    async with serving(ledger, HandClock()) as halls:
        with pytest.raises(HallStopped, match="row 1"):
            await halls.submit("longgang", take(2), "x")
        assert (await halls.submit("nanshan", take(2), "x")).refusal is None


@pytest.mark.parametrize(("back_ms", "told"), [(HOUR_MS, [3_600]), (1_000, [])])
async def test_a_clock_that_was_set_back_before_the_start_is_told_to_the_operator(back_ms: int, told: list[int]):
    """Deadlines stand still until it has caught up, which nobody would understand; a second is nothing to speak of."""
    ledger, clock = MemoryLedger(), HandClock()
    async with serving(ledger, clock) as halls:
        await halls.submit("longgang", take(1), "x")

    with capture_logs() as logged:
        async with serving(ledger, HandClock(clock.at_ms - back_ms)):
            pass

    assert [one["seconds"] for one in logged if one["event"] == "clock_behind_log"] == told


async def test_a_day_that_could_not_be_opened_is_tried_again():
    """The storage fails at the start; when it works again the day opens without a restart."""
    ledger, clock = _Failing(), HandClock()
    async with serving(ledger, clock) as halls:
        assert not halls.today("longgang").view_state().is_open
        ledger.failing = False
        clock.at_ms += 10_000
        _arm(halls)
        await until(lambda: halls.today("longgang").view_state().is_open)


async def test_listeners_hear_of_every_commit_after_it_is_durable():
    heard: list[tuple[str, int]] = []

    def listen(hall: str, commits: list[Commit]) -> None:
        heard.extend((hall, commit.seq) for commit in commits)

    async with serving(MemoryLedger(), HandClock()) as halls:
        halls.listeners.append(listen)
        await halls.submit("longgang", take(1), "x")
        await halls.submit("nanshan", take(1), "x")

    assert heard == [("longgang", 2), ("nanshan", 2)]


async def test_a_listener_that_breaks_does_not_stop_the_hall():
    def broken(_hall: str, _commits: list[Commit]) -> None:
        raise RuntimeError("planted")

    heard: list[str] = []
    async with serving(MemoryLedger(), HandClock()) as halls:
        halls.listeners += [broken, lambda hall, _commits: heard.append(hall)]
        for number in range(3):
            assert (await halls.submit("longgang", take(number), "x")).refusal is None

    assert heard == ["longgang"] * 3


async def test_an_asking_window_is_given_a_ticket_that_it_may_help_with_in_time():
    """The hall's own deadline: nothing is submitted, the timer's tick makes the call."""
    clock = HandClock()
    plans = two_halls()
    helping = HelpRule("waited", 60_000)
    catalog = plans.plans["longgang"].catalog
    windows = (*catalog.windows[:2], msgspec.structs.replace(catalog.windows[2], help_rule=helping))
    plans.plans["longgang"] = msgspec.structs.replace(
        plans.plans["longgang"], catalog=msgspec.structs.replace(catalog, windows=windows)
    )
    async with serving(MemoryLedger(), clock, plans) as halls:
        for command in (open_window("W03", "zhao"), call_next(1, "W03", "zhao"), take(1)):
            assert (await halls.submit("longgang", command, "x")).refusal is None
        ticket = halls.today("longgang").view_state().tickets["ticket-000001"]
        assert ticket.state == "WAITING"

        clock.at_ms += 60_000
        _arm(halls)
        await until(lambda: halls.today("longgang").view_state().tickets["ticket-000001"].state == "CALLED")


async def test_a_fast_clock_ends_the_day_by_itself():
    """End to end with a clock that runs: the last 20 minutes at 3,600×."""
    clock = ScaledClock(MIDNIGHT_MS + DAY_MS - 20 * 60_000, 3_600)
    async with serving(MemoryLedger(), clock) as halls:
        day = halls.today("longgang")
        await until(lambda: day.view_state().is_ended)


class _Failing(MemoryLedger):
    failing = True

    async def append_many(self, batches):
        if self.failing:
            raise StorageFailed("disk is full")
        await super().append_many(batches)


async def _refer(halls: Halls) -> None:
    for command in (
        take(1),
        open_window(),
        call_next(1),
        StartService(command_id="start-0001", at_ms=0, actor="clerk:wang", window="W01"),
    ):
        await halls.submit("longgang", command, "x")
    outcome = await halls.submit(
        "longgang",
        TransferTicket(
            command_id="transfer-1",
            at_ms=0,
            actor="clerk:wang",
            ticket="ticket-000001",
            to_hall="nanshan",
            linked="linked-ticket-1",
        ),
        "x",
    )
    assert outcome.refusal is None


def _arm(halls: Halls) -> None:
    for hall in halls._halls.values():
        assert hall.timer is not None
        hall.timer.arm()

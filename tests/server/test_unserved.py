"""Nobody is blamed for not having come while nothing ran; a restart or a takeover of seconds changes nothing."""

import asyncio
import gc
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hall.booking_commands import CheckIn
from hall.ids import MINUTE_MS, Ms
from server.bus import LocalBus
from server.ledger.memory import MemoryLedger
from server.registry import Halls
from server.serving import _opened
from server.settings import Settings
from tests.support.booked_days import book, serving, slot_ms, state_of, turn_clock, until
from tests.support.live import HandClock, take
from tests.support.plans import MIDNIGHT_MS

EXPECTED_MS: Ms = 30 * MINUTE_MS
"""So long after the slot visitors are expected."""
SECOND_MS: Ms = 1_000


async def test_who_was_expected_while_the_server_was_off_is_no_no_show_and_may_check_in_on_the_same_day():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        await book(halls, "b1", 0, "anna", slot=2)
        await book(halls, "b2", 0, "ben", slot=4)
        await book(halls, "b3", 0, "carl", slot=6)

    clock = HandClock(slot_ms(0, 4) + EXPECTED_MS - MINUTE_MS)
    async with serving(ledger, clock) as halls:
        assert [_is_affected(halls, name) for name in ("b1", "b2", "b3")] == [True, True, False]
        turn_clock(halls, clock, slot_ms(0, 6) + EXPECTED_MS)
        await until(lambda: state_of(halls, "b3", 0) == "NO_SHOW")
        late = CheckIn(command_id="late", at_ms=0, actor="device:k", appointment="b1", ticket="ticket-late")
        assert (await halls.submit("longgang", late, "x")).refusal is None
        assert _of(halls, "b1").punctuality == "in_grace"
        turn_clock(halls, clock, MIDNIGHT_MS + 24 * 60 * MINUTE_MS)
        await until(lambda: state_of(halls, "b2", 0) == "CANCELLED")


async def test_a_morning_that_begins_late_blames_nobody_of_its_first_slot():
    """Two minutes before they would be no-shows the server starts: they stand at the door."""
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        await book(halls, "b1", 1, "anna", slot=0)

    clock = HandClock(slot_ms(1, 0) + EXPECTED_MS - 2 * MINUTE_MS)
    async with serving(ledger, clock) as halls:
        turn_clock(halls, clock, slot_ms(1, 1))
        assert _of(halls, "b1", 1).is_affected
        assert state_of(halls, "b1", 1) == "BOOKED"


@pytest.mark.parametrize("took_over", [False, True], ids=["started again", "a spare"])
async def test_a_start_within_seconds_changes_nothing(took_over: bool):
    """What was due meanwhile is done; who is expected still is. A spare knows that another server ran; logs may be silent."""
    ledger, clock = MemoryLedger(), HandClock()
    async with serving(ledger, clock) as halls:
        await book(halls, "b1", 0, "anna", slot=2)
        await book(halls, "b2", 0, "ben", slot=3)
        if not took_over:
            clock.at_ms = slot_ms(0, 3) - 4 * SECOND_MS
            await halls.submit("longgang", take(1), "x")

    async with serving(ledger, HandClock(slot_ms(0, 3) + 5 * SECOND_MS), took_over=took_over) as halls:
        await until(lambda: state_of(halls, "b1", 0) == "NO_SHOW")
        assert not _is_affected(halls, "b2")


async def test_a_server_that_slept_through_the_time_of_visitors_blames_nobody():
    """A computer that was suspended, or a disk that was full: the same server goes on an hour later."""
    clock = HandClock()
    async with serving(MemoryLedger(), clock) as halls:
        await book(halls, "b1", 0, "anna", slot=2)

        turn_clock(halls, clock, slot_ms(0, 3) + 60 * MINUTE_MS)

        await until(lambda: _is_affected(halls, "b1"))
        assert state_of(halls, "b1", 0) == "BOOKED"


async def test_of_several_nodes_one_goes_on_and_nothing_changes_until_all_are_gone():
    ledger, bus, clock = MemoryLedger(), LocalBus(), HandClock()
    async with serving(ledger, clock, bus=bus, is_shared=True) as stays:
        async with serving(ledger, clock, bus=bus, is_shared=True) as goes:
            await book(goes, "b1", 0, "anna", slot=2)
            await book(goes, "b2", 0, "ben", slot=8)
        await stays.catch_up("longgang")
        turn_clock(stays, clock, slot_ms(0, 3) + 3 * SECOND_MS)
        await until(lambda: state_of(stays, "b1", 0) == "NO_SHOW")
        async with serving(ledger, clock, bus=bus, is_shared=True) as comes:
            assert not _is_affected(comes, "b2")

    async with serving(ledger, HandClock(slot_ms(0, 12)), is_shared=True) as halls:
        await until(lambda: _is_affected(halls, "b2"))


async def test_a_spare_knows_that_it_took_over(tmp_path: Path):
    settings = Settings(data=tmp_path)
    first, took_over = await _opened(settings, spare=True)
    assert not took_over

    try:
        with capture_logs() as told:
            waiting = asyncio.create_task(_opened(settings, spare=True))
            await until(lambda: any(one["event"] == "spare_waits" for one in told))
        await first.close()
        second, took_over = await waiting
    finally:
        gc.enable()
        gc.unfreeze()

    assert took_over
    await second.close()


def _of(halls: Halls, name: str, number: int = 0):
    runner = halls.today("longgang")
    assert runner.date.endswith(f"{23 + number}")
    return runner.view_state().bookings.appointments[name]


def _is_affected(halls: Halls, name: str) -> bool:
    return _of(halls, name).is_affected

"""Days that were over before a server ran again: ended without being replayed, and without blaming anybody who could not come."""

from hall.ids import DAY_MS, MINUTE_MS
from server.ledger.memory import MemoryLedger
from tests.support.booked_days import book, day, serving, slot_ms, state_of, turn_clock, until
from tests.support.live import HandClock, take
from tests.support.plans import MIDNIGHT_MS, NINE_MS

EXPECTED_MS = 30 * MINUTE_MS
"""So long after the slot visitors are expected."""


async def test_a_late_start_replays_no_day_that_has_ended():
    """Ended days are told by their last rows; only today is read whole."""
    ledger = _Counted()
    for number in range(4):
        async with serving(ledger, HandClock(NINE_MS + number * DAY_MS)) as halls:
            for ticket in range(100):
                await halls.submit("longgang", take(ticket), "x")
    last = HandClock(MIDNIGHT_MS + 4 * DAY_MS - MINUTE_MS)
    async with serving(ledger, last) as halls:
        await until(lambda: halls.today("longgang").view_state().is_ended)

    ledger.whole.clear()
    async with serving(ledger, HandClock(NINE_MS + 10 * DAY_MS)) as halls:
        assert halls.today("longgang").date == day(10)

    assert not [stream for stream in ledger.whole if stream.startswith("longgang/2026-11-2")]


async def test_bookings_of_days_on_which_nothing_ran_are_no_no_shows():
    """A server that was away for a week ends the days between; the hall cancels, nobody is blamed."""
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        for number in (1, 3, 9):
            await book(halls, "b1", number, "anna")

    async with serving(ledger, HandClock(NINE_MS + 7 * DAY_MS)) as halls:
        for number in (1, 3):
            state = (await halls.past("longgang", day(number))).view_state()
            assert state.is_ended
            assert [one.state for one in state.bookings.appointments.values()] == ["CANCELLED"]
        assert halls.days_begun("longgang") == [day(7), day(9)]
    assert (await ledger.traces(["p:anna"]))[1][0].stream == f"longgang/{day(9)}"


async def test_who_could_still_have_come_when_the_server_stopped_for_the_day_is_no_no_show():
    """The slot had begun, but the visitor had half an hour more: nobody can say whether anybody came."""
    ledger = MemoryLedger()
    clock = HandClock()
    async with serving(ledger, clock) as halls:
        await book(halls, "b1", 0, "anna", slot=4)
        await book(halls, "b2", 0, "ben", slot=2)
        turn_clock(halls, clock, slot_ms(0, 2) + EXPECTED_MS)
        await until(lambda: state_of(halls, "b2", 0) == "NO_SHOW")
        turn_clock(halls, clock, slot_ms(0, 4) + 5 * MINUTE_MS)

    async with serving(ledger, HandClock(NINE_MS + DAY_MS)) as halls:
        state = (await halls.past("longgang", day(0))).view_state()

    assert [one.state for one in state.bookings.appointments.values()] == ["CANCELLED", "NO_SHOW"]
    assert state.is_ended


class _Counted(MemoryLedger):
    """Notes which streams are read from their beginning."""

    def __init__(self) -> None:
        super().__init__()
        self.whole: set[str] = set()

    def read(self, stream, after=0):
        if after == 0:
            self.whole.add(stream)
        return super().read(stream, after)

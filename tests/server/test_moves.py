"""Bookings that move between days and halls: never two of them for good, never none."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from hall.booking_commands import Booker, BookingPlace, CancelBooking
from hall.booking_events import BookingMovedOut
from hall.errors import Refusal
from hall.ids import MINUTE_MS
from server.bus import LocalBus
from server.contacts.book import Contacts
from server.keys import ServerKey
from server.ledger.memory import MemoryLedger
from server.ledger.port import Batch, StorageFailed
from server.moves import Move
from server.outbox.outbox import Outbox
from server.outcomes import DayRefused, Outcome, UnknownHall
from server.registry import Halls
from tests.support.booked_days import FREE, book, bookable, day, move_in, serving, slot_ms, state_of, until
from tests.support.live import HandClock, commits_of

HERE = BookingPlace("longgang", day(1), "old")


class FailingLedger(MemoryLedger):
    """Takes nothing at first."""

    is_failing = True

    async def append_many(self, batches: Sequence[Batch]) -> None:
        if self.is_failing:
            raise StorageFailed("disk is full")
        await super().append_many(batches)


def asked(name: str = "new", *, hall: str = "nanshan", number: int = 2, slot: int = 0, **facts: object) -> Move:
    move = Move(
        source=HERE, hall=hall, date=day(number), slot_ms=slot_ms(number, slot), appointment=name, code=f"code-{name}",
        command_id=f"move-{name}", digest="x", actor="citizen:",
    )  # fmt: skip
    return msgspec.structs.replace(move, **facts)


def both(halls: Halls) -> tuple[str, str]:
    """Return the states of the old and the new booking."""
    return state_of(halls, "old", 1), state_of(halls, "new", 2, hall="nanshan")


def code_of(outcome: Outcome | Refusal) -> str:
    refusal = outcome if isinstance(outcome, Refusal) else outcome.refusal
    return refusal.code if refusal is not None else ""


async def test_a_move_to_a_today_that_is_not_open_yet_is_refused():
    """The storage failed when the day was to be opened; the booking stays where it is."""
    ledger = FailingLedger()
    async with serving(ledger, HandClock()) as halls:
        ledger.is_failing = False
        await book(halls, "old", 1, "anna")

        outcome = await halls.moves.move(asked(hall="longgang", number=0, slot=4))

        assert code_of(outcome) == "DAY_NOT_OPEN"
        assert state_of(halls, "old", 1) == "BOOKED"


async def test_a_booking_moves_to_another_hall_and_day():
    """The old place returns after a while drawn by chance; the new booking says where it came from."""
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        await book(halls, "old", 1, "anna")

        outcome = await halls.moves.move(asked())

        assert both(halls) == ("RESCHEDULED", "BOOKED")
        there = (await halls.day("nanshan", day(2))).view_state().bookings.appointments["new"]
        here = (await halls.day("longgang", day(1))).view_state().bookings
        assert (there.source, there.moves, there.booker) == (HERE, 1, Booker("anna"))
        assert here.appointments["old"].target == BookingPlace("nanshan", day(2), "new")
        assert halls.statistics().moves_waiting == 0

    assert code_of(outcome) == ""
    last = (await commits_of(ledger, f"longgang/{day(1)}"))[-1]
    assert isinstance(last.events[0], BookingMovedOut)
    assert MINUTE_MS <= last.events[0].returns_ms - last.at_ms <= 10 * MINUTE_MS


async def test_a_repeated_move_gets_its_first_answer():
    async with serving(MemoryLedger(), HandClock()) as halls:
        await book(halls, "old", 1, "anna")
        first = await halls.moves.move(asked())
        again = await halls.moves.move(asked())

        assert isinstance(first, Outcome)
        assert isinstance(again, Outcome)
        assert (again.commit, again.repeated) == (first.commit, True)
        assert both(halls) == ("RESCHEDULED", "BOOKED")


async def test_a_booking_that_may_not_go_is_refused_before_anything_is_done():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock(), bookable(msgspec.structs.replace(FREE, max_moves=0))) as halls:
        await book(halls, "old", 1, "anna")
        before = await ledger.streams()

        codes = [code_of(await halls.moves.move(one)) for one in (
            asked(), asked(hall="longgang", number=1), asked(source=BookingPlace("longgang", day(1), "nobody")),
        )]  # fmt: skip

    assert codes == ["MOVE_LIMIT", "NO_CHANGE", "UNKNOWN_BOOKING"]
    assert [head for head in await ledger.streams() if not head.stream.endswith(day(2))] == list(before)


async def test_staff_may_move_it_all_the_same():
    async with serving(MemoryLedger(), HandClock(), bookable(msgspec.structs.replace(FREE, max_moves=0))) as halls:
        await book(halls, "old", 1, "anna")
        assert code_of(await halls.moves.move(asked(actor="guide:li"))) == ""
        assert both(halls) == ("RESCHEDULED", "BOOKED")


async def test_a_full_slot_leaves_the_old_booking_as_it_was():
    async with serving(MemoryLedger(), HandClock(), bookable(places=1)) as halls:
        await book(halls, "old", 1, "anna")
        await book(halls, "other", 2, "ben", hall="nanshan")

        assert code_of(await halls.moves.move(asked())) == "SLOT_FULL"
        assert both(halls) == ("BOOKED", "")


async def test_a_day_too_far_and_an_unknown_hall_are_refused():
    async with serving(MemoryLedger(), HandClock()) as halls:
        await book(halls, "old", 1, "anna")
        with pytest.raises(UnknownHall):
            await halls.moves.move(asked(hall="nowhere"))
        with pytest.raises(DayRefused, match="DAY_TOO_FAR"):
            await halls.moves.move(asked(date="2028-01-03"))


async def test_of_two_moves_at_one_moment_one_holds():
    """Both take a new place; the old one goes once, and whoever comes second gives the new place back."""
    async with serving(MemoryLedger(), HandClock()) as halls:
        await book(halls, "old", 1, "anna")

        outcomes = await asyncio.gather(halls.moves.move(asked("new")), halls.moves.move(asked("newer", slot=1)))

        states = sorted(state_of(halls, name, 2, hall="nanshan") for name in ("new", "newer"))
        assert sorted(map(code_of, outcomes)) == ["", "WRONG_BOOKING_STATE"]
        assert states in (["", "BOOKED"], ["BOOKED", "CANCELLED"])


async def test_a_crash_between_the_two_steps_is_mended_at_the_next_start():
    """The move in is durable, the move out was never sent: the replay of the new day finds it."""
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        await _moved_in_only(halls)
        assert both(halls) == ("BOOKED", "BOOKED")

    async with serving(ledger, HandClock()) as halls:
        await until(lambda: halls.live_day("longgang", day(1)) is not None and both(halls) == ("RESCHEDULED", "BOOKED"))


async def test_a_move_out_that_is_refused_after_a_crash_takes_the_new_booking_back():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        await _moved_in_only(halls)
        here = await halls.day("longgang", day(1))
        gone = CancelBooking(command_id="cancel-01", at_ms=0, actor="citizen:", appointment="old")
        assert (await here.submit(gone, "x")).refusal is None

    for _ in range(2):
        async with serving(ledger, HandClock()) as halls:
            await until(lambda: halls.live_day("nanshan", day(2)) is not None)
            await until(lambda: both(halls) == ("CANCELLED", "CANCELLED"))

    log = await commits_of(ledger, f"nanshan/{day(2)}")
    assert sum(commit.command_id.startswith("undo/") for commit in log) == 1


async def test_a_move_is_confirmed_to_the_visitor_only_when_it_is_settled(tmp_path: Path):
    """Until the old place is given up the new one may still be taken back, however long that lasts."""
    ledger, clock = MemoryLedger(), HandClock()
    contacts = Contacts(tmp_path, ServerKey(b"k" * 32), clock)
    outbox = Outbox(tmp_path, ledger, LocalBus(), clock, contacts)
    await contacts.start()
    await outbox.prepare()
    async with serving(ledger, clock) as halls:
        await _moved_in_only(halls)
        before = await _confirmation(outbox, clock)
        halls.moves.start()
        await until(lambda: both(halls) == ("RESCHEDULED", "BOOKED"))
        after = await _confirmation(outbox, clock)
    await outbox.stop()
    await contacts.stop()

    assert (before, after) == (("waiting", "MOVING"), ("sent", "STORED_ONLY"))


async def _confirmation(outbox: Outbox, clock: HandClock) -> tuple[str, str]:
    """Let a quarter of an hour pass, send what is due, and return what became of the confirmation of the new booking."""
    clock.at_ms += 15 * MINUTE_MS
    await outbox.catch_up()
    await outbox.send_due()
    found = await outbox.messages_of(f"nanshan/{day(2)}", "new")
    return next((one.state, one.reason) for one in found if one.kind == "confirmation")


async def test_settled_moves_are_not_sent_again_at_a_start():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        await book(halls, "old", 1, "anna")
        await halls.moves.move(asked())
    before = await ledger.streams()

    async with serving(ledger, HandClock()) as halls:
        await until(lambda: halls.live_day("nanshan", day(2)) is not None)
        await until(lambda: halls.statistics().moves_waiting == 0)

    assert await ledger.streams() == before


async def _moved_in_only(halls: Halls) -> None:
    await halls.moves.stop()
    await book(halls, "old", 1, "anna")
    there = await halls.day("nanshan", day(2))
    outcome = await there.submit(move_in("new", 2, HERE, Booker("anna")), "x")
    assert outcome.refusal is None

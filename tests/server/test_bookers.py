"""Limits of persons, phones and devices over days and halls, however fast and from wherever somebody books."""

import asyncio

import msgspec
import pytest

from hall.booking import BookingRules, Limits
from hall.booking_commands import Booker, BookerFacts, BookingPlace, Counts
from server.bookers import Bookers, facts_of
from server.ledger.memory import MemoryLedger
from server.ledger.port import Guard, Trace
from server.outcomes import FactsMoved, HallBusy, Outcome
from server.registry import Halls
from tests.support.booked_days import FREE, HALLS, bookable, confirm, day, hold, move_in, serving
from tests.support.live import HandClock

ANNA = Booker("anna", "phone-a", "device-a")


def limited(**limits: int) -> BookingRules:
    return msgspec.structs.replace(FREE, person=Limits(**limits))


async def test_ten_bookings_of_one_person_at_one_moment_over_halls_and_days_are_one_booking():
    """A limit of one a week holds on ten phones: one is booked, nine are told so."""
    ledger = MemoryLedger()
    async with serving(ledger, HandClock(), bookable(limited(week=1))) as halls:
        bookers = Bookers(ledger)
        outcomes = await asyncio.gather(*(_book(halls, bookers, number, f"device-{number}") for number in range(10)))

    assert sorted(one.refusal.code if one.refusal else "" for one in outcomes) == ["", *["LIMIT_WEEK"] * 9]


async def test_two_processes_that_book_for_one_person_make_one_booking():
    """Nobody waits for another here: the guards alone keep the limit, and who relied on older facts asks again."""
    ledger = MemoryLedger()
    async with serving(ledger, HandClock(), bookable(limited(week=1))) as halls:
        each = [Bookers(ledger) for _ in range(10)]
        outcomes = await asyncio.gather(*(_book(halls, one, number, f"d{number}") for number, one in enumerate(each)))

    assert sorted(one.refusal.code if one.refusal else "" for one in outcomes) == ["", *["LIMIT_WEEK"] * 9]
    assert sum(one.statistics().again for one in each) >= 1


async def test_without_guards_the_same_ten_would_be_ten():
    """The planted fault: facts that nobody guards let everybody through, so the guards are what holds."""
    ledger = MemoryLedger()
    async with serving(ledger, HandClock(), bookable(limited(week=1))) as halls:
        facts = [(await Bookers(ledger).facts(ANNA, stream=f"x/{day(1)}", date=day(1)))[0] for _ in range(10)]
        outcomes = []
        for number, one in enumerate(facts):
            runner = await halls.day(HALLS[number % 2], day(1 + number // 2 % 2))
            await runner.submit(hold(f"b{number}", 1 + number // 2 % 2), "x")
            outcomes.append(await runner.submit(confirm(f"b{number}", ANNA, one), "x"))

    assert sum(one.refusal is None for one in outcomes) > 1


async def test_a_moved_guard_fails_only_its_own_command():
    """Others decided in the same write are decided again and stored."""
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        runner = await halls.day("longgang", day(1))
        await runner.submit(hold("old", 1, booker=ANNA), "x")
        stale = (Guard("p:anna", 0),)

        results = await asyncio.gather(
            runner.submit(hold("b1", 1, booker=Booker("ben")), "x", (Guard("p:ben", 0),)),
            runner.submit(hold("b2", 1, booker=ANNA), "x", stale),
            runner.submit(hold("b3", 1), "x"),
            return_exceptions=True,
        )

        assert [type(one) for one in results] == [Outcome, FactsMoved, Outcome]
        assert sorted(runner.view_state().bookings.appointments) == ["b1", "b3", "old"]
        assert (await ledger.traces(["p:anna", "p:ben"]))[0] == {"p:anna": 1, "p:ben": 1}


async def test_a_refused_booking_moves_no_guard_and_relies_on_none():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock(), bookable(places=0)) as halls:
        runner = await halls.day("longgang", day(1))
        outcome = await runner.submit(hold("b1", 1, booker=ANNA), "x", (Guard("p:anna", 7),))

    assert outcome.refusal is not None
    assert outcome.refusal.code == "SLOT_FULL"
    assert (await ledger.traces(["p:anna"])) == ({"p:anna": 0}, ())


async def test_a_repeated_booking_gets_its_first_answer_whatever_the_limits_say_now():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock(), bookable(limited(week=1))) as halls:
        bookers = Bookers(ledger)
        first = await _book(halls, bookers, 0, "d0")
        again = await _book(halls, bookers, 0, "d0")

    assert (again.commit, again.repeated) == (first.commit, True)


async def test_who_confirms_as_somebody_else_leaves_no_trace_under_the_old_keys():
    """A place held by a device and booked without it no longer counts for that device."""
    ledger = MemoryLedger()
    async with serving(ledger, HandClock()) as halls:
        runner = await halls.day("longgang", day(1))
        await runner.submit(hold("b1", 1, booker=Booker(device="pad")), "x")
        assert [one.state for one in (await ledger.traces(["d:pad"]))[1]] == ["SLOT_HELD"]
        await runner.submit(confirm("b1", Booker("anna")), "x")

    versions, traces = await ledger.traces(["d:pad", "p:anna"])
    assert versions == {"d:pad": 2, "p:anna": 1}
    assert [(one.key, one.state) for one in traces] == [("p:anna", "BOOKED")]


async def test_a_booking_that_moves_is_not_counted_against_itself():
    ledger = MemoryLedger()
    async with serving(ledger, HandClock(), bookable(limited(week=1))) as halls:
        bookers = Bookers(ledger)
        await _book(halls, bookers, 0, "d0")
        place = BookingPlace("longgang", day(1), "b0")
        there = await halls.day("nanshan", day(2))
        who = Booker("anna", device="d0")

        async def move(name: str, skip: BookingPlace | None) -> Outcome:
            return await bookers.submit_guarded(
                there, lambda facts: move_in(name, 2, place, who, facts=facts), command_id=f"move-{name}", digest="x",
                booker=who, skip=skip,
            )  # fmt: skip

        counted, left_out = await move("m1", None), await move("m2", place)

    assert counted.refusal is not None
    assert counted.refusal.code == "LIMIT_WEEK"
    assert left_out.refusal is None


def test_facts_count_days_weeks_and_months_elsewhere():
    """2026-11-30 is a Monday: the week goes into December."""
    traces = [
        Trace("p:anna", "a/2026-11-30", "b1", "BOOKED", 1, ("id-card",)),
        Trace("p:anna", "b/2026-12-01", "b2", "CHECKED_IN", 2, ("tax",)),
        Trace("p:anna", "a/2026-11-29", "b3", "NO_SHOW", 3, ("tax",)),
        Trace("p:anna", "a/2026-11-02", "b4", "NO_SHOW", 4, ("tax",), is_excused=True),
        Trace("p:anna", "c/2026-12-02", "b5", "WAITLISTED", 0, ("passport",)),
        Trace("t:anna", "a/2026-11-30", "b1", "BOOKED", 1, ("id-card",)),
    ]  # fmt: skip

    facts = facts_of(Booker("anna", "anna", "none"), traces, date="2026-11-30", is_exempt=True)

    assert facts == BookerFacts(
        person=Counts(open=2, day=1, week=3, month=3), phone=Counts(open=1, day=1, week=1, month=1),
        open_items=("id-card", "passport"), no_shows=(3,), is_exempt=True,
    )  # fmt: skip


async def test_a_crowd_on_one_phone_is_told_to_try_again():
    """Turns are bounded; those who were let in go one after the other."""
    bookers, inside, most = Bookers(MemoryLedger()), 0, 0

    async def be_in_turn() -> None:
        nonlocal inside, most
        async with bookers.turn(ANNA):
            inside, most = inside + 1, max(most, inside + 1)
            await asyncio.sleep(0)
            inside -= 1

    results = await asyncio.gather(*(be_in_turn() for _ in range(50)), return_exceptions=True)

    assert most == 1
    assert {type(one) for one in results} == {type(None), HallBusy}
    assert bookers.statistics().keys == 0


@pytest.mark.parametrize("exempt", [True, False])
async def test_an_exemption_is_asked_for_by_person(exempt: bool):
    bookers = Bookers(MemoryLedger(), is_exempt=lambda person: exempt and person == "anna")

    facts, guards = await bookers.facts(ANNA, stream="x/2026-11-30", date="2026-11-30")

    assert facts.is_exempt == exempt
    assert guards == (Guard("d:device-a", 0), Guard("p:anna", 0), Guard("t:phone-a", 0))


async def _book(halls: Halls, bookers: Bookers, number: int, device: str) -> Outcome:
    """Hold on a device, then confirm as Anna: over two halls and two days of one week."""
    name, when = f"b{number}", 1 + number // 2 % 2
    runner = await halls.day(HALLS[number % 2], day(when))
    await runner.submit(hold(name, when, booker=Booker(device=device)), "x")
    who = Booker("anna", device=device)
    return await bookers.submit_guarded(
        runner, lambda facts: confirm(name, who, facts), command_id=f"confirm-{name}", digest="x", booker=who
    )

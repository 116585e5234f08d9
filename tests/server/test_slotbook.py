"""Slots are encoded once for all who ask, and anew as soon as something changes them: the log, a moment, the settings."""

import json
from typing import Any

import msgspec

from hall.booking import Release
from hall.ids import MINUTE_MS
from server.ledger.memory import MemoryLedger
from server.network import Compared, Network
from server.slotbook import DaySlots, SlotBook, Wanted, tag_of
from server.waits import Waits
from tests.support.booked_days import FREE, book, bookable, bookable_plan, day, serving, slot_ms
from tests.support.live import HandClock
from tests.support.plans import MIDNIGHT_MS, NINE_MS

CARD = Wanted((("id-card", 1),))


def shown(one: DaySlots) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(one.body)
    return found


async def test_a_day_is_encoded_once_until_somebody_books():
    async with serving(MemoryLedger(), HandClock()) as halls:
        slots = SlotBook(halls, halls.clock)
        first = await slots.day("longgang", day(1), CARD)
        again = await slots.day("longgang", day(1), CARD)
        await book(halls, "one", 1, "anna")
        after = await slots.day("longgang", day(1), CARD)

    assert again is first
    assert (first.free - after.free, tag_of([first]) == tag_of([after])) == (1, False)


async def test_the_day_is_shown_anew_when_places_come_on_sale_and_when_a_slot_is_over():
    clock = HandClock(MIDNIGHT_MS + 7 * 60 * MINUTE_MS)
    rules = msgspec.structs.replace(FREE, release=Release(horizon_days=1, release_min=8 * 60))
    async with serving(MemoryLedger(), clock, bookable(rules)) as halls:
        slots = SlotBook(halls, clock)
        early = await slots.day("longgang", day(1), CARD)
        clock.at_ms = MIDNIGHT_MS + 8 * 60 * MINUTE_MS
        released = await slots.day("longgang", day(1), CARD)
        clock.at_ms = slot_ms(1, 1)
        begun = await slots.day("longgang", day(1), CARD)

    assert (shown(early)["refusal"], early.free, early.first_free_ms) == ("NOT_RELEASED", 0, None)
    assert early.until_ms == MIDNIGHT_MS + 8 * 60 * MINUTE_MS
    assert {one["why"] for one in shown(early)["slots"]} == {"NOT_RELEASED"}
    assert (shown(released)["refusal"], released.first_free_ms) == (None, slot_ms(1))
    assert [one["why"] for one in shown(begun)["slots"][:2]] == [None, None]
    assert shown(begun)["slots"][0]["start_ms"] == slot_ms(1, 2)
    # What begins in less than the lead is not sold any more, to the millisecond of the rule.
    assert begun.until_ms == slot_ms(1, 1) + 1


async def test_settings_that_change_are_seen_although_the_day_has_no_log():
    plans = bookable()
    async with serving(MemoryLedger(), HandClock(), plans) as halls:
        slots = SlotBook(halls, halls.clock)
        before = await slots.day("longgang", day(1), CARD)
        plans.plans["longgang"] = bookable_plan(places=9, version="2")
        await halls.use_settings("longgang", command_id="settings-2", actor="manager:m", digest="x")
        after = await slots.day("longgang", day(1), CARD)

    assert (shown(before)["slots"][0]["free"], shown(after)["slots"][0]["free"]) == (4, 9)


async def test_a_day_that_sells_nothing_says_why():
    async with serving(MemoryLedger(), HandClock()) as halls:
        slots = SlotBook(halls, halls.clock)
        said = {
            name: shown(await slots.day("longgang", date, wanted))["refusal"]
            for name, date, wanted in (
                ("too far", "2028-03-01", CARD), ("not yet", day(60), CARD), ("past", day(-1), CARD),
                ("no such item", day(1), Wanted((("moon-trip", 1),))),
            )
        }  # fmt: skip

    assert said == {
        "too far": "DAY_TOO_FAR", "not yet": "NOT_RELEASED", "past": "DAY_ENDED", "no such item": "UNKNOWN_ITEM",
    }  # fmt: skip


async def test_halls_are_compared_once_for_all_who_ask_in_the_same_second():
    clock = HandClock(NINE_MS)
    async with serving(MemoryLedger(), clock) as halls:
        network = Network(halls, SlotBook(halls, clock), Waits(clock), clock)
        asked = Compared((("id-card", 1),), "", "")
        first = await network.answer(asked, lambda today: [today, day(1)])
        again = await network.answer(asked, lambda today: [today, day(1)])
        none = await network.answer(Compared((("moon-trip", 1),), "", ""), lambda today: [today])

    assert again is first
    assert [one["hall"] for one in json.loads(first)["halls"]] == ["longgang", "nanshan"]
    # Of today's sixteen slots the first has begun; the second can just be booked.
    assert json.loads(first)["halls"][0]["first_free_ms"] == slot_ms(0, 1)
    assert json.loads(first)["halls"][0]["free"] == 4 * (15 + 16)
    assert json.loads(none)["halls"] == []

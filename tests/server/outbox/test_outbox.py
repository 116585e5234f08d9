"""The fate of each message: what is sent, what becomes void, what waits, and that no time of yesterday is ever told."""

from pathlib import Path

import pytest

from hall import booking_commands as bcmd
from hall import commands as cmd
from hall.commands import Told
from hall.ids import DAY_MS, MINUTE_MS
from server.channels.port import Channel
from server.outbox.outbox import Outbox
from server.outbox.plan import key_of
from server.outbox.rules import MessageRules, Rules
from tests.support.booked_hall import CITIZEN, BookedHall, booking_rules, slot
from tests.support.gateway import FakeGateway, gateway_running
from tests.support.halls import HOUR_MS, OPEN_MS
from tests.support.messages import STREAM, MessageDay, fates, message_day, outbox_of, webhook_to

pytestmark = pytest.mark.anyio

EIGHT_MS = OPEN_MS - DAY_MS
"""The hall below is first opened at 08:30 of the day before."""
HOOK = Rules(MessageRules(use=("hook",)))


def hook(gateway: FakeGateway) -> dict[str, Channel]:
    return {"hook": webhook_to(gateway.url)}


async def test_a_booking_is_confirmed_and_reminded_twice(tmp_path: Path):
    """At 18:00 of the day before, and 2 h before the slot; each at its moment and not before."""
    with gateway_running() as gateway:
        async with message_day(tmp_path) as day, outbox_of(day, channels=hook(gateway), rules=HOOK) as outbox:
            name = day.hall.book("p1", slot=8)
            await day.know(name)

            await day.at(outbox, EIGHT_MS)
            assert await fates(outbox, name) == {
                "confirmation": "sent",
                "reminder_day": "waiting",
                "reminder_soon": "waiting",
            }
            await day.at(outbox, EIGHT_MS + 9 * HOUR_MS)
            assert len(gateway.effects) == 1
            await day.at(outbox, EIGHT_MS + 9 * HOUR_MS + 30 * MINUTE_MS)
            assert len(gateway.of_kind("reminder_day")) == 1
            await day.at(outbox, slot(8) - 2 * HOUR_MS)

            assert set((await fates(outbox, name)).values()) == {"sent"}
            text = gateway.of_kind("reminder_soon")[0].fields["data"]["text"]
            assert text == f"提醒：请于11月23日（周一）12:30到龙岗办理身份证，签到码CODE-{name}。"


async def test_no_reminder_goes_out_for_an_old_time(tmp_path: Path):
    """After a move the old reminders are void at once, and those of the new slot go out at the new moments."""
    with gateway_running() as gateway:
        async with message_day(tmp_path) as day, outbox_of(day, channels=hook(gateway), rules=HOOK) as outbox:
            name = day.hall.book("p1", slot=8)
            await day.know(name)
            await day.at(outbox, EIGHT_MS)

            day.hall.do(bcmd.RescheduleBooking, appointment=name, slot_ms=slot(12), release_ms=EIGHT_MS, actor=CITIZEN)
            await day.at(outbox, EIGHT_MS + MINUTE_MS)
            await day.at(outbox, slot(8) - 2 * HOUR_MS)
            early = len(gateway.of_kind("reminder_soon"))
            await day.at(outbox, slot(12) - 2 * HOUR_MS)

            assert early == 0
            assert [one.fields["data"]["facts"]["time"] for one in gateway.of_kind("reminder_soon")] == ["14:30"]
            entries = await outbox.messages_of(STREAM, name)
            old = [one for one in entries if one.version == 1 and one.kind != "confirmation"]
            assert {(one.state, one.reason) for one in old} == {("void", "SUPERSEDED")}
            assert "14:30" in gateway.of_kind("moved")[0].fields["data"]["text"]


async def test_a_change_that_comes_while_the_gateway_is_down_voids_what_was_not_sent(tmp_path: Path):
    """The check is made at the moment of sending: what the outbox had planned before does not count."""
    with gateway_running() as gateway:
        gateway.stop()
        async with message_day(tmp_path) as day, outbox_of(day, channels=hook(gateway), rules=HOOK) as outbox:
            name = day.hall.book("p1", slot=8)
            await day.know(name)
            await day.at(outbox, EIGHT_MS)
            assert await fates(outbox, name) | {"confirmation": ""} == {
                "confirmation": "", "reminder_day": "waiting", "reminder_soon": "waiting",
            }  # fmt: skip
            day.hall.do(bcmd.CancelBooking, appointment=name, actor=CITIZEN)
            await day.store()
            gateway.start()

            day.clock.at_ms += HOUR_MS
            await outbox.send_due()

            assert await fates(outbox, name) == dict.fromkeys(
                ("confirmation", "reminder_day", "reminder_soon"), "void CANCELLED"
            )
            assert not gateway.effects


async def test_what_the_hall_does_to_a_booking_is_told(tmp_path: Path):
    """Moved, cancelled, or listed because nothing else is free: each visitor gets the message that fits."""
    with gateway_running() as gateway:
        async with message_day(tmp_path) as day, outbox_of(day, channels=hook(gateway), rules=HOOK) as outbox:
            moved, cancelled, listed = (day.hall.book(f"p{n}", slot=n) for n in (2, 4, 6))
            await day.know(moved, cancelled, listed)
            day.hall.wait(60)
            for number, then in ((2, "move"), (4, "cancel"), (6, "list")):
                day.hall.do(
                    bcmd.CloseSlots, from_ms=slot(number), to_ms=slot(number + 1), then=then, reason="outage",
                    actor="manager:m",
                )  # fmt: skip
            await day.at(outbox, EIGHT_MS + MINUTE_MS)

            assert (await fates(outbox, moved))["moved_by_hall"] == "sent"
            assert (await fates(outbox, cancelled))["cancelled"] == "sent"
            assert (await fates(outbox, listed))["affected"] == "sent"
            assert "不计爽约" in gateway.of_kind("affected")[0].fields["data"]["text"]


async def test_who_moves_a_visit_that_the_hall_could_not_keep_is_answered_at_once(tmp_path: Path):
    """It is the visitor's own choice, also at night; only what the hall chose is told as the hall's."""
    night_ms = EIGHT_MS + 14 * HOUR_MS
    with gateway_running() as gateway:
        async with message_day(tmp_path) as day, outbox_of(day, channels=hook(gateway), rules=HOOK) as outbox:
            name = day.hall.book("p1", slot=8)
            await day.know(name)
            day.hall.do(bcmd.CloseSlots, from_ms=slot(8), to_ms=slot(9), reason="outage", actor="manager:m")
            await day.at(outbox, EIGHT_MS)
            day.hall.now = night_ms
            day.hall.do(bcmd.RescheduleBooking, appointment=name, slot_ms=slot(12), release_ms=EIGHT_MS, actor=CITIZEN)
            await day.at(outbox, night_ms)

            found = await fates(outbox, name)
            assert (found["moved"], found.get("moved_by_hall")) == ("sent", None)


async def test_the_waitlist_is_told_of_an_offer_its_end_and_its_failure(tmp_path: Path):
    """An offer goes to one person with the moment it ends; unanswered, that is told, and the next is offered."""
    with gateway_running() as gateway:
        hall = BookedHall(booking_rules(), places=1)
        async with message_day(tmp_path, hall) as day, outbox_of(day, channels=hook(gateway), rules=HOOK) as outbox:
            booked = hall.book("p1", slot=8)
            first, second = hall.queue_up("p2", at=8, until=9), hall.queue_up("p3", at=8, until=9)
            await day.know(booked, first, second, language="en")
            hall.do(bcmd.CancelBooking, appointment=booked, actor=CITIZEN)
            await day.at(outbox, EIGHT_MS)
            assert [await fates(outbox, one) for one in (first, second)] == [{"offer": "sent"}, {}]

            hall.wait(15 * 60)
            hall.tick()
            await day.at(outbox, hall.now)

            assert await fates(outbox, first) == {"offer": "sent", "offer_expired": "sent"}
            assert (await fates(outbox, second))["offer"] == "sent"
            assert "until 08:45" in gateway.of_kind("offer")[0].fields["data"]["text"]


async def test_who_finds_no_place_on_the_waitlist_is_told(tmp_path: Path):
    with gateway_running() as gateway:
        hall = BookedHall(booking_rules(), places=1)
        async with message_day(tmp_path, hall) as day, outbox_of(day, channels=hook(gateway), rules=HOOK) as outbox:
            hall.book("p1", slot=8)
            waiting = hall.queue_up("p2", at=8, until=9)
            await day.know(waiting)
            hall.to(9)
            await day.at(outbox, hall.now)

            assert await fates(outbox, waiting) == {"waitlist_expired": "sent"}


async def test_a_no_show_is_told_with_what_it_means(tmp_path: Path):
    with gateway_running() as gateway:
        async with message_day(tmp_path) as day, outbox_of(day, channels=hook(gateway), rules=HOOK) as outbox:
            name = day.hall.book("p1", slot=8)
            await day.know(name)
            await day.at(outbox, EIGHT_MS)
            day.hall.to(9)
            await day.at(outbox, day.hall.now)

            assert (await fates(outbox, name))["no_show"] == "sent"
            assert "180天内爽约2次，暂停预约180天。" in gateway.of_kind("no_show")[0].fields["data"]["text"]


async def test_who_has_come_is_not_reminded(tmp_path: Path):
    with gateway_running() as gateway:
        async with message_day(tmp_path) as day, outbox_of(day, channels=hook(gateway), rules=HOOK) as outbox:
            name = day.hall.book("p1", slot=8)
            await day.know(name)
            await day.at(outbox, EIGHT_MS)
            day.hall.now = slot(6.5)
            day.hall.check_in(name)
            await day.at(outbox, slot(7))

            assert (await fates(outbox, name))["reminder_soon"] == "void CHECKED_IN"


def _miss_and_rejoin(hall: BookedHall) -> None:
    """Somebody is called twice, does not come, and comes back."""
    hall.do(cmd.OpenWindow, window="2", actor="clerk:2")
    hall.do(cmd.CallNext, window="2", actor="clerk:2")
    called = hall.desk("2").ticket
    hall.wait(60)
    hall.do(cmd.RecallTicket, window="2", actor="clerk:2")
    hall.wait(60)
    hall.do(cmd.MissTicket, window="2", actor="clerk:2")
    hall.rejoin(called.number)


async def test_a_turn_that_is_near_is_told_once_for_each_wait(tmp_path: Path):
    """By minutes and not by places; early visitors and people without contact data are left alone."""
    wait = {"p50": 20 * MINUTE_MS}

    def wait_of(_state: object, _ticket: str) -> Told:
        return Told(3, wait["p50"], 2 * wait["p50"])

    with gateway_running() as gateway:
        async with (
            message_day(tmp_path) as day,
            outbox_of(day, channels=hook(gateway), rules=HOOK, wait_of=wait_of) as outbox,
        ):
            booked, early = day.hall.book("p1", slot=2), day.hall.book("p2", slot=4)
            day.hall.now = slot(2)
            number = day.hall.check_in(booked)
            day.hall.now = slot(3)
            day.hall.check_in(early)
            day.hall.arrive("walk-in-1", "A")
            day.hall.arrive("walk-in-2", "A")
            await day.know(booked, early, "walk-in-1")

            await day.at(outbox, day.hall.now)
            assert not gateway.of_kind("near")
            wait["p50"] = 9 * MINUTE_MS + 1
            await day.at(outbox, day.hall.now)
            await day.at(outbox, day.hall.now + MINUTE_MS)

            assert sorted(one.fields["subject"] for one in gateway.of_kind("near")) == [booked, "walk-in-1"]
            texts = [one.fields["data"]["text"] for one in gateway.of_kind("near")]
            assert any(f"{number}号：预计约10分钟后轮到您" in text for text in texts)

            _miss_and_rejoin(day.hall)
            await day.at(outbox, day.hall.now)
            again = [one.fields["subject"] for one in gateway.of_kind("near")]
            assert len(again) == 3


async def test_quiet_hours_hold_back_what_can_wait_and_let_the_rest_pass(tmp_path: Path):
    """The confirmation of a booking made at 22:00 goes out; the hall's own change waits for the morning."""
    night_ms = EIGHT_MS + 14 * HOUR_MS
    with gateway_running() as gateway:
        async with message_day(tmp_path) as day, outbox_of(day, channels=hook(gateway), rules=HOOK) as outbox:
            day.hall.now = night_ms
            name = day.hall.book("p1", slot=8)
            await day.know(name)
            day.hall.wait(60)
            await day.at(outbox, night_ms)
            day.hall.do(
                bcmd.CloseSlots, from_ms=slot(8), to_ms=slot(9), then="move", reason="outage", actor="manager:m"
            )
            await day.at(outbox, night_ms + MINUTE_MS)
            at_night = await fates(outbox, name)
            await day.at(outbox, OPEN_MS - HOUR_MS)

            assert at_night["confirmation"] == "sent"
            assert at_night["moved_by_hall"] == "quiet QUIET_HOURS"
            assert (await fates(outbox, name))["moved_by_hall"] == "sent"


async def test_a_reminder_that_the_night_makes_pointless_is_given_up(tmp_path: Path):
    """The slot begins so early that the reminder could only go out when the visitor is on the way."""
    rules = Rules(MessageRules(use=("hook",), quiet_to_min=8 * 60 + 30))
    with gateway_running() as gateway:
        async with message_day(tmp_path) as day, outbox_of(day, channels=hook(gateway), rules=rules) as outbox:
            name = day.hall.book("p1", slot=0)
            await day.know(name)
            await day.at(outbox, EIGHT_MS)
            await day.at(outbox, slot(0) - 2 * HOUR_MS)

            assert (await fates(outbox, name))["reminder_soon"] == "void QUIET_HOURS"


async def test_a_reminder_that_goes_out_on_another_day_than_planned_names_the_right_one(tmp_path: Path):
    """The server was off in the evening, so the reminder goes in the morning of the visit; another is sent a day ahead."""
    rules = Rules(MessageRules(use=("hook",), soon_ms=HOUR_MS))
    early = Rules(MessageRules(use=("hook",), soon_ms=20 * HOUR_MS))
    with gateway_running() as gateway:
        async with message_day(tmp_path) as day:
            name = day.hall.book("p1", slot=16)
            await day.know(name)
            async with outbox_of(day, channels=hook(gateway), rules=rules) as outbox:
                await day.at(outbox, EIGHT_MS + 15 * HOUR_MS)
                assert (await fates(outbox, name))["reminder_day"] == "quiet QUIET_HOURS"
                await day.at(outbox, OPEN_MS)
        (tmp_path / "early").mkdir()
        async with message_day(tmp_path / "early") as day:
            name = day.hall.book("p1", slot=16)
            await day.know(name)
            async with outbox_of(day, channels=hook(gateway), rules=early) as outbox:
                await day.at(outbox, slot(16) - 20 * HOUR_MS)

        for kind in ("reminder_day", "reminder_soon"):
            told = gateway.of_kind(kind)[0].fields["data"]
            assert "11月23日（周一）16:30" in told["text"]
            assert not {"今天", "明日"} & {told["title"][:2], *(told["text"][at : at + 2] for at in range(20))}


async def test_nobody_is_told_by_a_channel_that_cannot_reach_them(tmp_path: Path):
    with gateway_running() as gateway:
        async with (
            message_day(tmp_path) as day,
            outbox_of(day, channels={"hook": _needing_phone(gateway)}, rules=HOOK) as outbox,
        ):
            name = day.hall.book("p1", slot=8)
            await day.at(outbox, EIGHT_MS)

            assert (await fates(outbox, name))["confirmation"] == "void NO_CONTACT"


async def test_without_a_gateway_messages_are_only_stored_and_say_so(tmp_path: Path):
    async with message_day(tmp_path) as day, outbox_of(day) as outbox:
        name = day.hall.book("p1", slot=8)
        await day.at(outbox, EIGHT_MS)

        entry = (await outbox.messages_of(STREAM, name))[0]
        assert (entry.state, entry.channel, entry.reason) == ("sent", "log", "STORED_ONLY")


async def test_managers_see_the_messages_of_a_day_and_try_a_failed_one_again(tmp_path: Path):
    with gateway_running() as gateway:
        async with message_day(tmp_path) as day, outbox_of(day, channels=hook(gateway), rules=HOOK) as outbox:
            name = day.hall.book("p1", slot=8)
            await day.know(name)
            gateway.failures = [400]
            await day.at(outbox, EIGHT_MS)

            listed = await outbox.listed("longgang", "2026-11-23", "failed")
            assert [(one.kind, one.reason) for one in listed.messages] == [("confirmation", "HTTP_400")]
            assert listed.counts == {"waiting": 2, "sent": 0, "failed": 1, "void": 0, "quiet": 0}
            assert (await outbox.listed("longgang")).counts == listed.counts
            assert (await outbox.listed("futian")).messages == ()

            again = await outbox.retry(key_of(listed.messages[0]))
            assert again is not None
            assert again.state == "waiting"
            await outbox.send_due()
            assert (await fates(outbox, name))["confirmation"] == "sent"
            assert await outbox.retry("longgang~2026-11-23~9~no~x") is None
            assert await outbox.retry("nonsense") is None
            done = await outbox.retry(key_of(listed.messages[0]))
            assert done is not None
            assert done.state == "sent"


async def test_old_news_is_not_told(tmp_path: Path):
    """A server that was off for a day, or lost its file of messages, does not flood people with yesterday."""
    with gateway_running() as gateway:
        hall = BookedHall(before_ms=3 * DAY_MS)
        async with message_day(tmp_path, hall) as day, outbox_of(day, channels=hook(gateway), rules=HOOK) as outbox:
            name = hall.book("p1", slot=8)
            await day.know(name)
            await day.at(outbox, hall.now + DAY_MS)

            assert await fates(outbox, name) == {
                "confirmation": "void TOO_LATE",
                "reminder_day": "waiting",
                "reminder_soon": "waiting",
            }


def _needing_phone(gateway: FakeGateway) -> Channel:
    channel = webhook_to(gateway.url)
    channel.needs = "phone"
    return channel


async def test_a_day_is_planned_the_same_whoever_reads_it_and_however_often(tmp_path: Path):
    """Read at once or commit by commit, with a restart in between: the same messages, none twice."""

    async def play(folder: Path, *, steps: bool) -> list[str]:
        async with message_day(folder) as day:
            keys: list[str] = []
            for n in range(4):
                day.hall.book(f"p{n}", slot=4 + n)
                if steps:
                    async with outbox_of(day) as outbox:
                        await _read(day, outbox)
            async with outbox_of(day) as outbox:
                await _read(day, outbox)
                await outbox.catch_up()
                keys = [key_of(one) for one in (await outbox.listed("longgang")).messages]
            return keys

    for name in ("a", "b"):
        (tmp_path / name).mkdir()

    assert await play(tmp_path / "a", steps=True) == await play(tmp_path / "b", steps=False)


async def _read(day: MessageDay, outbox: Outbox) -> None:
    await day.store()
    await outbox.catch_up()

"""Booked visits over HTTP: from the first look at the slots to the check-in, for visitors, kiosks and staff."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from icalendar import Calendar

from hall.ids import MINUTE_MS
from server.ledger.port import stream_name
from tests.support.booked_api import HALL, OTHER, Desk, booked_server, ok, wish
from tests.support.booked_days import FREE, day, slot_ms
from tests.support.journey import until
from tests.support.plans import NINE_MS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with booked_server(tmp_path_factory.mktemp("booked")) as desk:
        yield desk


@pytest.fixture
def desk(server: Desk) -> Desk:
    server.at(NINE_MS)
    return server


def whole_day(number: int) -> dict[str, object]:
    """Return a range of slots: those of a day."""
    return {"from": day(number), "to": day(number), "group": "all", "from_min": 540, "to_min": 1020}


def test_a_visitor_holds_books_and_looks_at_the_booking(desk: Desk):
    held = desk.hold(1)
    name = held["appointment"]["id"]
    assert held["appointment"]["state"] == "SLOT_HELD"
    assert held["appointment"]["until_ms"] > NINE_MS

    booked = desk.confirm(name, held["secret"], "anna-01", phone="13800000001", name="安娜")

    assert booked["appointment"]["state"] == "BOOKED"
    assert len(booked["code"]) == 8
    shown = desk.shown({"id": name, "secret": held["secret"]})
    assert (shown["appointment"], shown["code"]) == (booked["appointment"], booked["code"])
    assert set(booked["appointment"]["can"]) >= {"cancel", "move"}


def test_slots_show_what_is_free_and_a_page_that_knows_them_is_told_so(desk: Desk):
    query = {"item": "id-card", "from": day(2), "to": day(3)}
    before = desk.get("slots", **query)
    again = desk.served.client().get(before.url, headers={"if-none-match": before.headers["etag"]})
    desk.hold(2, 3)
    after = desk.served.client().get(before.url, headers={"if-none-match": before.headers["etag"]})

    assert (before.status_code, again.status_code, after.status_code) == (200, 304, 200)
    assert not again.content
    first, second = before.json()["days"][0]["slots"][3], after.json()["days"][0]["slots"][3]
    assert (first["start_ms"], first["free"] - second["free"]) == (slot_ms(2, 3), 1)
    assert [one["date"] for one in before.json()["days"]] == [day(2), day(3)]


def test_halls_are_shown_beside_each_other(desk: Desk):
    found = ok(desk.served.client().get("/api/slots", params={"item": "id-card", "from": day(1), "to": day(2)}))

    assert [one["hall"] for one in found["halls"]] == [HALL, OTHER]
    assert all(one["free"] > 0 and one["first_free_ms"] for one in found["halls"])


def test_a_booking_moves_within_its_day(desk: Desk):
    one = desk.book("bo-02", 1)

    moved = ok(desk.of(one, "reschedule", date=day(1), slot_ms=slot_ms(1, 5)))

    assert (moved["appointment"]["id"], moved["appointment"]["slot_ms"]) == (one["id"], slot_ms(1, 5))


def test_a_booking_moves_to_another_hall_and_its_contact_data_go_with_it(desk: Desk):
    one = desk.book("cai-03", 1, name="蔡", phone="13800000003")
    contacts = desk.served.house.contacts

    moved = ok(desk.of(one, "reschedule", date=day(3), slot_ms=slot_ms(3, 2), to_hall=OTHER))

    new = {"id": moved["appointment"]["id"], "secret": moved["secret"]}
    assert moved["moved_from"] == {"hall": HALL, "date": day(1), "appointment": one["id"]}
    assert (desk.state(one), desk.state(new, hall=OTHER)) == ("RESCHEDULED", "BOOKED")
    assert desk.shown(new, hall=OTHER)["code"] == moved["code"]
    assert contacts.has(f"{OTHER}/{day(3)}", new["id"])
    assert not contacts.has(f"{HALL}/{day(1)}", one["id"])


def test_a_booking_is_cancelled(desk: Desk):
    one = desk.book("du-04", 1)

    cancelled = ok(desk.of(one, "cancel", reason="ill"))

    assert cancelled["appointment"]["state"] == "CANCELLED"


def test_the_waitlist_offers_a_place_that_is_given_up(desk: Desk):
    full = [desk.book(f"full-{number}", 4) for number in range(4)]
    desk.done("bookings/slots", {**whole_day(4), "from_min": 570, "places": 0, "reason": "training"}, who="manager")
    body = {**wish(4), "from_ms": slot_ms(4), "to_ms": slot_ms(4, 1), "person": "eve-05", "phone": "13800000005"}
    del body["slot_ms"]

    queued = desk.done("waitlist", body)
    assert queued["appointment"]["state"] == "WAITLISTED"
    one = {"id": queued["appointment"]["id"], "secret": queued["secret"]}
    ok(desk.of(full[0], "cancel"))
    desk.at(NINE_MS + 11 * MINUTE_MS)
    taken = ok(desk.of(one, "offer", accepts=True))

    assert taken["appointment"]["state"] == "BOOKED"
    assert desk.shown(one)["code"] == queued["code"]


def test_a_visitor_checks_in_by_code_qr_person_and_page(desk: Desk):
    by_page, by_code, by_qr, by_person = (desk.book(f"in-{word}", 0, 2) for word in ("page", "code", "qr", "person"))
    qr = f"OW1:{HALL}:{day(0)}:{by_qr['code']}"

    numbers = [
        ok(desk.of(by_page, "check-in"))["ticket"],
        desk.done("check-in", {"code": by_code["code"].lower()})["ticket"],
        desk.done("check-in", {"qr": qr}, who="kiosk")["ticket"],
        desk.done("check-in", {"person": "in-person"}, who="kiosk")["ticket"],
    ]

    assert len({one["number"] for one in numbers}) == 4
    assert all(one["page"].endswith(one["secret"]) for one in numbers)
    assert [desk.state(one) for one in (by_page, by_code, by_qr, by_person)] == ["CHECKED_IN"] * 4


def test_a_calendar_reads_the_booking_and_the_feed(desk: Desk):
    one = desk.book("feng-06", 5, 4)
    client = desk.served.client()

    file = Calendar.from_ical(client.get(one["calendar"]).content)
    feed = Calendar.from_ical(client.get(one["feed"]).content)

    event, same = file.walk("VEVENT")[0], feed.walk("VEVENT")[0]
    assert event["uid"] == same["uid"] == f"{one['id']}@{HALL}.onewindow"
    assert int(event.decoded("dtstart").timestamp() * 1000) == slot_ms(5, 4)
    assert one["code"] in str(event["description"])
    assert "description" not in same


def test_staff_find_bookings_by_code_person_and_phone(desk: Desk):
    one = desk.book("gao-07", 6, phone="13800000007")

    for query in ({"code": one["code"]}, {"person": "gao-07"}, {"phone": "13800000007"}):
        for date in ("", day(6)):
            found = ok(desk.ask("appointments/find", {**query, "date": date}, who="clerk01"))["appointments"]
            assert [(hit["id"], hit["code_given"]) for hit in found] == [(one["id"], True)]
    assert ok(desk.ask("appointments/find", {"person": "gao-07", "date": day(7)}, who="clerk01"))["appointments"] == []
    assert ok(desk.get("appointments", who="clerk01", code=one["code"]))["appointments"][0]["id"] == one["id"]


def test_a_manager_sees_the_calendar_the_release_plan_and_the_messages(desk: Desk):
    one = desk.book("han-08", 7, phone="13800000008", name="韩")

    days = ok(desk.get("bookings/calendar", who="manager", **{"from": day(7), "to": day(8)}))["days"]
    slot = days[0]["groups"]["all"]["slots"][0]
    assert (slot["start_ms"], slot["taken"]) == (slot_ms(7), 1)
    release = ok(desk.get("bookings/release", who="manager", **{"from": day(7), "to": day(8)}))["days"]
    assert release[0]["groups"][0]["release_ms"] is not None
    messages = ok(desk.get("bookings/messages", who="manager", date=day(7)))
    assert set(messages) == {"messages", "counts"}
    assert desk.state(one) == "BOOKED"


def test_closing_slots_shows_first_who_is_affected_and_then_moves_them(desk: Desk):
    one = desk.book("ida-09", 8)
    body = {"from": day(8), "to": day(8), "from_min": 540, "to_min": 570, "then": "move"}

    looked = desk.done("bookings/close", {**body, "check_only": True}, who="manager")
    assert [(hit["id"], hit["becomes"]) for hit in looked["days"][0]["affected"]] == [(one["id"], "moved")]
    assert desk.shown(one)["appointment"]["slot_ms"] == slot_ms(8)
    closed = desk.done("bookings/close", {**body, "reason": "repairs"}, who="manager")

    assert [hit["becomes"] for hit in closed["days"][0]["affected"]] == ["moved"]
    assert desk.shown(one)["appointment"]["slot_ms"] == slot_ms(8, 1)


def test_a_no_show_is_listed_and_excused(desk: Desk):
    one = desk.book("jin-10", 0, 1)
    desk.at(slot_ms(0, 3))
    assert desk.code("check-in", {"code": one["code"]}) == "CODE_LAPSED"
    listed = ok(desk.get("bookings/no-shows", who="manager", **{"from": day(0), "to": day(0)}))["no_shows"]

    assert one["id"] in [hit["id"] for hit in listed]
    excused = desk.done(f"appointments/{one['id']}/appeal", {"reason": "accident"}, who="manager")
    assert excused["appointment"]["excused"] is True


def test_contact_data_are_erased_on_wish(desk: Desk):
    one, two = (desk.book("kai-11", number, name="凯", phone="13800000011") for number in (9, 10))
    client = desk.served.client("network")

    mine = client.post(f"/api/halls/{HALL}/appointments/{one['id']}/erase", json={"secret": one["secret"]}).json()
    all_of_them = client.post("/api/people/erase", json={"person": "kai-11"}).json()

    assert (mine, all_of_them) == ({"erased": 1}, {"erased": 1})
    assert desk.state(two) == "BOOKED"


def test_erasing_a_moved_booking_erases_what_a_crash_left_beside_the_old_one(desk: Desk):
    """Messages about the new booking would still find it there."""
    one = desk.book("kim-12", 9, 2, name="金", phone="13800000012")
    moved = ok(desk.of(one, "reschedule", date=day(10), slot_ms=slot_ms(10, 2)))
    contacts = desk.served.house.contacts
    left = contacts.keep(stream_name(HALL, day(9)), one["id"], "kim", phone="13800000012")
    asyncio.run_coroutine_threadsafe(left, desk.served.loop).result(10)

    erased = ok(desk.ask(f"appointments/{moved['appointment']['id']}/erase", {"secret": moved["secret"]}))

    assert erased == {"erased": 2}
    assert not contacts.has(stream_name(HALL, day(9)), one["id"])


@pytest.mark.slow
def test_nobody_is_booked_whose_contact_data_are_not_on_the_disk(desk: Desk):
    """The disk is behind; a retry finds the place still held, and books it."""
    held = desk.hold(11)
    one = {"id": held["appointment"]["id"], "secret": held["secret"]}
    body = {"command_id": "booked-in-the-end", "person": "li-12", "phone": "13800000012"}
    blocker = sqlite3.connect(desk.served.house.settings.data / "contacts.db", isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    try:
        refused = desk.of(one, "confirm", **body)
    finally:
        blocker.close()

    assert (refused.status_code, refused.json()["code"]) == (503, "STORAGE_FULL")
    assert desk.state(one) == "SLOT_HELD"
    assert ok(desk.of(one, "confirm", **body))["appointment"]["state"] == "BOOKED"


def test_a_kiosk_books_for_another_day(desk: Desk):
    held = desk.hold(12, who="kiosk")
    name = held["appointment"]["id"]
    body = {"secret": held["secret"], "person": "mo-13"}
    booked = desk.done(f"appointments/{name}/confirm", body, who="kiosk")

    assert (booked["appointment"]["state"], booked["appointment"]["channel"]) == ("BOOKED", "kiosk")
    assert desk.code(f"appointments/{name}/cancel", {}, who="kiosk") == "FORBIDDEN"


def test_a_visitor_and_the_manager_see_what_became_of_the_messages(desk: Desk):
    one = desk.book("ning-14", 13, phone="13800000014")
    until(lambda: any(hit["state"] != "waiting" for hit in desk.shown(one)["messages"]), "a message has gone out")

    mine = desk.shown(one)["messages"]
    listed = ok(desk.get("bookings/messages", who="manager", date=day(13)))
    assert set(mine[0]) == {"kind", "channel", "state", "due_ms", "sent_ms"}
    assert {hit["kind"] for hit in mine} >= {"confirmation"}
    assert {hit["appointment"] for hit in listed["messages"]} == {one["id"]}
    assert sum(listed["counts"].values()) == len(listed["messages"]) == len(mine)
    again = desk.done(f"bookings/messages/{listed['messages'][0]['id']}/retry", {}, who="manager")
    assert again["message"]["id"] == listed["messages"][0]["id"]


def test_a_page_that_has_the_newest_booking_is_told_so(desk: Desk):
    """Messages are planned and sent meanwhile, which are shown too: some time after that nothing changes any more."""
    one = desk.book("ou-15", 14)

    def asked(tag: str = "") -> httpx.Response:
        headers = {"if-none-match": tag} if tag else {}
        path = f"/api/halls/{HALL}/appointments/{one['id']}"
        return desk.served.client().get(path, params={"secret": one["secret"]}, headers=headers)

    until(lambda: asked(asked().headers["etag"]).status_code == 304, "the server says that nothing has changed")
    tag = asked().headers["etag"]
    ok(desk.of(one, "cancel"))

    assert asked(tag).json()["appointment"]["state"] == "CANCELLED"


def test_a_range_of_two_months_is_changed_day_by_day(desk: Desk):
    """Each day has a command of its own; days on which the hall is closed refuse theirs, and keep no other from it."""
    body = {"from": day(20), "to": day(81), "group": "all", "from_min": 540, "to_min": 570, "places": 1, "reason": "x"}

    answer = desk.done("bookings/slots", {**body, "check_only": True}, who="manager")["days"]
    too_long = desk.code("bookings/slots", {**body, "to": day(82)}, who="manager")

    assert (len(answer), too_long) == (62, "INVALID_INPUT")
    assert {one["refusal"] for one in answer} == {None}
    assert day(81) not in desk.served.house.halls.days_begun(HALL)


def test_who_says_nothing_of_themselves_is_known_by_their_address(tmp_path: Path):
    """A program that names no person, phone or device cannot hold place after place of a day."""
    with booked_server(tmp_path, msgspec.structs.replace(FREE, max_held=2)) as desk:
        codes = [desk.post("appointments", wish(1, slot, device="")).status_code for slot in range(4)]

        assert codes == [201, 201, 409, 409]
        assert desk.code("appointments", wish(1, 4, device="")) == "TOO_MANY_HELD"
        assert desk.hold(1, 5, device="a page of its own")["appointment"]["state"] == "SLOT_HELD"

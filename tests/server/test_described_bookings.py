"""What is answered about slots and booked visits, asked for at a real server, is what the description says."""

from collections.abc import Iterator

import pytest

from hall.ids import MINUTE_MS
from tests.support.booked_api import HALL, OTHER, Desk, booked_server, ok, wish
from tests.support.booked_days import day, slot_ms
from tests.support.described import Described
from tests.support.journey import until

WHO = ("", "kiosk", "clerk01", "manager", "auditor", "network")
EARLY, LATE = {"from": day(0), "to": day(8)}, {"from": day(-3), "to": day(0)}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    """What was found of some days of which everything is asked once."""
    with booked_server(tmp_path_factory.mktemp("booked")) as desk:
        described = Described.of(desk.served.client())
        for who in WHO:
            described.watch(desk.served.client(who))
        _book(desk)
        _manage(desk)
        _come(desk)
        yield described


def test_every_answer_about_bookings_is_what_its_description_says(told: Described):
    """Checked with every object closed, so that a field that nobody describes is a lie as well."""
    assert told.lies == []


def test_every_answer_about_bookings_was_asked_for(told: Described):
    assert told.unasked("bookings") == set()
    assert told.invented("bookings") == set()
    assert told.invented("day") == set()


def _book(desk: Desk) -> None:
    """What visitors ask for: slots, holds, bookings that move, are given up or stand in line."""
    for query in ({"item": "id-card", **EARLY}, {"item": "nothing", **EARLY}):
        desk.served.client().get("/api/slots", params=query)
        ok(desk.get("slots", **query))
    ok(desk.get("slots", item="id-card", **{"from": day(60), "to": day(61)}))
    seen = desk.get("slots", item="id-card")
    desk.served.client().get(seen.url, headers={"if-none-match": seen.headers["etag"]})
    one = desk.book("anna-01", 1, phone="13800000001", name="安娜")
    ok(desk.of(one, "reschedule", date=day(1), slot_ms=slot_ms(1, 5)))
    moved = ok(desk.of(one, "reschedule", date=day(3), slot_ms=slot_ms(3, 2), to_hall=OTHER))
    desk.shown(one)
    desk.shown({"id": moved["appointment"]["id"], "secret": moved["secret"]}, hall=OTHER)
    full = [desk.book(f"full-{number}", 4) for number in range(4)]
    edit = {"from": day(4), "to": day(4), "group": "all", "from_min": 570, "to_min": 1020, "places": 0}
    desk.done("bookings/slots", {**edit, "reason": "training"}, who="manager")
    body = {**wish(4), "from_ms": slot_ms(4), "to_ms": slot_ms(4, 1), "person": "eve-05", "phone": "13800000005"}
    del body["slot_ms"]
    queued = desk.done("waitlist", body)
    waiting = {"id": queued["appointment"]["id"], "secret": queued["secret"]}
    desk.shown(waiting)
    ok(desk.of(full[0], "cancel", reason="ill"))
    desk.at(slot_ms(0) + 11 * MINUTE_MS)
    desk.shown(waiting)
    ok(desk.of(waiting, "offer", accepts=True))
    _look_up(desk)


def _look_up(desk: Desk) -> None:
    """What staff look up, messages and contact data, and their erasure."""
    one = desk.book("gao-07", 6, phone="13800000007", name="高")
    ok(desk.ask("appointments/find", {"person": "gao-07"}, who="clerk01"))
    ok(desk.get("appointments", who="clerk01", code=one["code"]))
    ok(desk.get(f"appointments/{one['id']}", who="auditor"))
    until(lambda: any(hit["state"] != "waiting" for hit in desk.shown(one)["messages"]), "a message has gone out")
    message = ok(desk.get("bookings/messages", who="manager", date=day(6)))["messages"][0]["id"]
    desk.done(f"bookings/messages/{message}/retry", {}, who="manager")
    ok(desk.ask(f"appointments/{one['id']}/contact", {"reason": "lost papers"}, who="manager"))
    ok(desk.ask(f"appointments/{one['id']}/erase", {"secret": one["secret"]}))
    ok(desk.served.client("network").post("/api/people/erase", json={"person": "anna-01"}))


def _manage(desk: Desk) -> None:
    """Closing for repairs, looked at first; a day of which the hall knows nothing refuses."""
    for number, then in ((7, "list"), (8, "move")):
        desk.book(f"ida-{then}", number)
        body = {"from": day(number), "to": day(number), "from_min": 540, "to_min": 570, "then": then}
        desk.done("bookings/close", {**body, "check_only": True}, who="manager")
        desk.done("bookings/close", {**body, "reason": "repairs"}, who="manager")
    places = {"from": day(7), "to": day(8), "group": "all", "from_min": 540, "to_min": 570, "places": 0}
    desk.done("bookings/slots", {**places, "check_only": True}, who="manager")
    desk.done("bookings/slots", {**places, "group": "none", "check_only": True}, who="manager")


def _come(desk: Desk) -> None:
    """Visitors who come in time and one who does not; then a manager looks at all of it."""
    by_page, by_code, absent = (desk.book(person, 0, 2) for person in ("in-page", "in-code", "jin-10"))
    ok(desk.of(by_page, "check-in"))
    desk.done("check-in", {"code": by_code["code"]}, who="kiosk")
    desk.shown(by_page)
    desk.at(slot_ms(0, 4))
    ok(desk.get("figures", who="manager"))
    for query in (EARLY, LATE):
        for path in ("calendar", "no-shows", "release"):
            ok(desk.get(f"bookings/{path}", who="manager", **query))
    desk.done(f"appointments/{absent['id']}/appeal", {"reason": "accident"}, who="manager")
    desk.shown(absent)
    assert ok(desk.get(f"appointments/{by_code['id']}", who="clerk01"))["appointment"]["hall"]["code"] == HALL

"""Nothing is sold twice and everything is answered once: repeats, duplicates at one moment, a person on ten phones."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from hall.booking import Limits
from hall.booking_events import BookingCancelled, BookingConfirmed
from hall.events import Commit
from hall.ids import MINUTE_MS
from server.audit import audit_all
from tests.support.booked_api import HALL, OTHER, Desk, booked_server, code_of, ok, wish
from tests.support.booked_days import FREE, day, slot_ms
from tests.support.plans import NINE_MS
from tests.support.server import command_id

ONE_EACH = msgspec.structs.replace(FREE, person=Limits(open=1))
AT_ONCE = 10


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with booked_server(tmp_path_factory.mktemp("booked"), ONE_EACH) as desk:
        yield desk


@pytest.fixture
def desk(server: Desk) -> Desk:
    server.at(NINE_MS)
    return server


# ---- repeats ----


def _answers(desk: Desk, path: str, body: dict[str, Any], *, who: str = "", hall: str = HALL) -> tuple[Any, Any]:
    """Ask twice under one command id; return both answers."""
    body = {"command_id": command_id(), **body}
    first, again = (desk.post(path, body, who=who, hall=hall) for _ in range(2))
    assert first.status_code == again.status_code
    return first.json(), again.json()


def test_every_repeat_gets_its_first_answer_with_secret_and_code(desk: Desk):
    """Also when the booking has gone on meanwhile."""
    held, held_again = _answers(desk, "appointments", wish(1))
    one = {"id": held["appointment"]["id"], "secret": held["secret"]}
    path = f"appointments/{one['id']}"
    confirm = {
        "command_id": command_id(),
        "secret": one["secret"],
        "person": "anna",
        "phone": "13800000001",
        "name": "安娜",
    }
    booked = desk.done(f"{path}/confirm", confirm)
    within = {"secret": one["secret"], "date": day(1), "slot_ms": slot_ms(1, 3)}
    moved, moved_again = _answers(desk, f"{path}/reschedule", within)
    away = {"secret": one["secret"], "date": day(2), "slot_ms": slot_ms(2), "to_hall": OTHER}
    gone, gone_again = _answers(desk, f"{path}/reschedule", away)
    new = f"appointments/{gone['appointment']['id']}"
    cancelled, cancelled_again = _answers(desk, f"{new}/cancel", {"secret": gone["secret"]}, hall=OTHER)

    assert (held_again, moved_again, gone_again, cancelled_again) == (held, moved, gone, cancelled)
    assert desk.done(f"{path}/confirm", confirm) == booked
    assert desk.done(f"{path}/confirm", {**confirm, "name": "别人"}) == booked
    assert not desk.served.house.contacts.has(f"{HALL}/{day(1)}", one["id"])


def test_a_repeated_check_in_gets_the_same_ticket(desk: Desk):
    one = desk.book("bo", 0, 2)

    by_code = _answers(desk, "check-in", {"code": one["code"]})
    by_person = _answers(desk, "check-in", {"person": "nobody"}, who="kiosk")

    assert by_code[0] == by_code[1]
    assert by_person[0]["code"] == by_person[1]["code"] == "UNKNOWN_BOOKING"


def test_a_repeated_edit_of_slots_is_told_what_it_changed(desk: Desk):
    """Also when the slots were edited again in between."""
    body = {"from": day(5), "to": day(6), "group": "all", "from_min": 540, "to_min": 600, "reason": "more people"}
    first = {**body, "command_id": command_id(), "places": 7}
    told = desk.done("bookings/slots", first, who="manager")
    desk.done("bookings/slots", {**body, "places": 2}, who="manager")
    closed = {**body, "command_id": command_id(), "then": "list"}
    del closed["group"]
    closing = desk.done("bookings/close", closed, who="manager")

    assert [one["after"] for one in told["days"][0]["changes"]] == [7, 7]
    assert desk.done("bookings/slots", first, who="manager") == told
    assert desk.done("bookings/close", closed, who="manager") == closing


def test_an_id_that_was_used_for_something_else_is_refused(desk: Desk):
    body = wish(1, 5)
    assert desk.post("appointments", body).status_code == 201

    assert desk.code("appointments", {**body, "slot_ms": slot_ms(1, 6)}) == "COMMAND_ID_REUSED"
    assert desk.code("appointments", {**body, "person": "somebody else"}) == "COMMAND_ID_REUSED"


# ---- at one moment ----


def _together(desk: Desk, asked: list[tuple[str, dict[str, Any], str]]) -> list[httpx.Response]:
    """Post everything at once, each over a connection of its own."""

    def post(one: tuple[str, dict[str, Any], str]) -> httpx.Response:
        path, body, hall = one
        with httpx.Client(base_url=desk.served.url, timeout=30) as client:
            return client.post(f"/api/halls/{hall}/{path}", json={"command_id": command_id(), **body})

    with ThreadPoolExecutor(len(asked)) as threads:
        return list(threads.map(post, asked))


def test_of_many_who_want_the_last_places_as_many_get_one_as_there_are(desk: Desk):
    answers = _together(desk, [("appointments", wish(7), HALL) for _ in range(4 * AT_ONCE)])

    assert Counter(one.status_code for one in answers) == {201: 4, 409: 4 * AT_ONCE - 4}
    assert {code_of(one) for one in answers if one.status_code == 409} == {"SLOT_FULL"}


def test_duplicates_of_one_command_at_one_moment_get_one_answer(desk: Desk):
    held = _together(desk, [("appointments", wish(8, command_id="the-same-hold"), HALL)] * AT_ONCE)
    one = ok(held[0])
    body = {"command_id": "the-same-confirm", "secret": one["secret"], "person": "cai", "phone": "13800000003"}
    booked = _together(desk, [(f"appointments/{one['appointment']['id']}/confirm", body, HALL)] * AT_ONCE)

    assert {msgspec.json.encode(ok(answer)) for answer in held} == {msgspec.json.encode(one)}
    assert len({msgspec.json.encode(ok(answer)) for answer in booked}) == 1


def test_one_person_on_ten_phones_gets_one_booking(desk: Desk):
    """Held places have no person yet; on days of two halls, all confirmed at one moment."""
    places = [(number, hall) for number in range(9, 14) for hall in (HALL, OTHER)]
    held = [(desk.hold(number, device=f"phone-{number}-{hall}", hall=hall), hall) for number, hall in places]

    answers = _together(desk, [
        (f"appointments/{one['appointment']['id']}/confirm", {"secret": one["secret"], "person": "du"}, hall)
        for one, hall in held
    ])  # fmt: skip

    assert Counter(one.status_code for one in answers) == {200: 1, 409: AT_ONCE - 1}
    assert {code_of(one) for one in answers if one.status_code == 409} == {"LIMIT_OPEN"}


def test_of_two_moves_of_one_booking_at_one_moment_one_holds(desk: Desk):
    one = desk.book("fei", 14)
    bodies = [{"secret": one["secret"], "date": day(number), "slot_ms": slot_ms(number, 1)} for number in (15, 16)]

    answers = _together(desk, [(f"appointments/{one['id']}/reschedule", body, HALL) for body in bodies])

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    new = next(ok(answer) for answer in answers if answer.status_code == 200)
    found = ok(desk.ask("appointments/find", {"person": "fei"}, who="manager"))["appointments"]
    assert [hit["id"] for hit in found if hit["state"] == "BOOKED"] == [new["appointment"]["id"]]


# ---- what is left on the disk ----


def test_the_log_has_no_names_and_is_sound_after_everything_was_erased(tmp_path: Path):
    """Pseudonyms and a keyed digest of the code are all that is logged; erasing leaves every row as it was."""
    with booked_server(tmp_path) as desk:
        one = desk.book("440301199001011234", phone="13812345678", name="李小花", device="device-of-li")
        ok(desk.of(one, "reschedule", date=day(2), slot_ms=slot_ms(2)))
        erased = desk.served.client("admin").post("/api/people/erase", json={"phone": "13812345678"}).json()
        secrets = ["440301199001011234", "13812345678", "李小花", "device-of-li", one["code"], one["secret"]]

    assert erased == {"erased": 1}
    log = _rows(tmp_path / "ledger.db")
    assert any(isinstance(event, BookingConfirmed) for commit in log for event in commit.events)
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file() and file.name != "server.key")
    assert [word for word in secrets if word.encode() in stored] == []
    assert {report.exit_code for report in audit_all(tmp_path / "ledger.db")} == {0}


def test_a_cancelled_place_rests_for_a_time_drawn_by_chance(desk: Desk):
    """Between one and ten minutes, and not the same twice in a row of ten."""
    for number in range(AT_ONCE):
        one = desk.book(f"rest-{number}", 17, number)
        ok(desk.of(one, "cancel"))
    rests = [
        event.returns_ms - commit.at_ms
        for commit in _rows(desk.served.house.settings.data / "ledger.db")
        for event in commit.events
        if isinstance(event, BookingCancelled) and commit.command_id.startswith("test-")
    ]

    assert all(MINUTE_MS <= rest <= 10 * MINUTE_MS for rest in rests)
    assert len(set(rests)) > 1


def _rows(file: Path) -> list[Commit]:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        bodies = connection.execute("SELECT body FROM commits ORDER BY stream, version").fetchall()
    finally:
        connection.close()
    return [msgspec.json.decode(body, type=Commit) for (body,) in bodies]

"""Whatever is sent about booked visits: never a 5xx, and no log begins for a day that nobody has booked."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.test_api_fuzz import VALUES
from tests.support.booked_api import HALL, OTHER, Desk, booked_server
from tests.support.booked_days import day, slot_ms
from tests.support.server import command_id

ODD_DATES = (
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-11-22",
    "2028-01-01",
    "2026-99-99",
    day(0),
    day(1),
    day(20),
)
ODD_MOMENTS = (0, 1, slot_ms(1), slot_ms(1) + 1, slot_ms(0), 2**53 - 1)
TRUE_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "items": st.lists(
        st.fixed_dictionaries(
            {"code": st.sampled_from(["id-card", "invoice", "none"]), "quantity": st.sampled_from([1, 3, 9_999])}
        ),
        max_size=3,
    ),
    "date": st.sampled_from(ODD_DATES), "from": st.sampled_from(ODD_DATES), "to": st.sampled_from(ODD_DATES),
    "slot_ms": st.sampled_from(ODD_MOMENTS), "from_ms": st.sampled_from(ODD_MOMENTS), "to_ms": st.sampled_from(ODD_MOMENTS),
    "person": st.sampled_from(["", "anna", "x" * 64]), "phone": st.just("13800000000"), "device": st.just("page"),
    "name": st.just("安娜"), "language": st.sampled_from(["zh", "en"]),
    "channel": st.sampled_from(["phone", "kiosk", "desk", "partner"]), "to_hall": st.sampled_from([HALL, OTHER, "none"]),
    "accepts": st.booleans(), "reason": st.sampled_from(["", "x"]), "group": st.sampled_from(["", "all", "none"]),
    "places": st.sampled_from([None, -1, 0, 3, 1_000_000]), "from_min": st.sampled_from([0, 540, 1_800]),
    "to_min": st.sampled_from([0, 570, 1_800]), "windows": st.sampled_from([0, 1, 1_000]),
    "then": st.sampled_from(["list", "move", "cancel"]), "check_only": st.booleans(),
    "code": st.sampled_from(["", "ABCD2345"]), "qr": st.sampled_from(["", "OW1:x:y:z", f"OW1:{HALL}:{day(0)}:ABCD2345"]),
}  # fmt: skip
FORMS = (
    ("appointments", ("items", "date", "slot_ms", "person", "phone", "device", "channel")),
    ("waitlist", ("items", "date", "from_ms", "to_ms", "person", "phone", "name", "language")),
    ("appointments/{id}/confirm", ("person", "phone", "name", "device", "language")),
    ("appointments/{id}/reschedule", ("date", "slot_ms", "to_hall")),
    ("appointments/{id}/cancel", ("reason",)),
    ("appointments/{id}/offer", ("accepts",)),
    ("appointments/{id}/appeal", ("reason",)),
    ("appointments/{id}/check-in", ()),
    ("check-in", ("code", "qr", "person")),
    ("bookings/slots", ("from", "to", "group", "from_min", "to_min", "places", "reason", "check_only")),
    ("bookings/close", ("from", "to", "group", "from_min", "to_min", "windows", "then", "reason", "check_only")),
)
"""Address and the fields that it takes."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with booked_server(tmp_path_factory.mktemp("booked")) as desk:
        yield desk


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_no_body_makes_a_server_error(desk: Desk, data: st.DataObject):
    """Fields with true, odd or random values, on a booking that exists or on none, by somebody who may do everything."""
    path, fields = data.draw(st.sampled_from(FORMS))
    body = {field: data.draw(TRUE_VALUES[field]) for field in fields if data.draw(st.integers(0, 9))}
    for field in data.draw(st.lists(st.sampled_from(sorted(TRUE_VALUES)), max_size=1)):
        body[field] = data.draw(VALUES)
    held = desk.served.client().post(f"/api/halls/{HALL}/appointments", json=_wish())
    name = held.json().get("appointment", {}).get("id", "B261123-0000000000")

    _check(_post(desk, path.format(id=name), {"command_id": command_id(), **body}))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=30) | st.sampled_from(ODD_DATES))
def test_no_text_in_an_address_makes_a_server_error(desk: Desk, text: str):
    client, word = desk.served.client("admin"), quote(text, safe="")
    for address in (f"appointments/{word}", f"appointments/{word}/calendar.ics", f"bookings/{word}"):
        _check(client.get(f"/api/halls/{HALL}/{address}", params={"secret": text}))
    _check(client.get(f"/api/people/{word}/calendar.ics"))
    for path in (
        "slots",
        "appointments",
        "bookings/calendar",
        "bookings/no-shows",
        "bookings/release",
        "bookings/messages",
    ):
        for name in ("item", "from", "to", "channel", "date", "code", "state"):
            _check(client.get(f"/api/halls/{HALL}/{path}", params={"item": "id-card", name: text}))
    _check(client.get("/api/slots", params={"item": text, "from": text}))
    _check(_post(desk, f"bookings/messages/{word}/retry", {"command_id": command_id()}))


def test_asking_for_far_and_closed_days_begins_no_log(desk: Desk):
    """Refused before a log begins: nobody fills the disk with days that nobody has booked."""
    before = desk.served.house.halls.days_begun(OTHER)
    codes = [
        desk.code("appointments", {**_wish(), "date": date, "slot_ms": slot_ms(number)}, hall=OTHER)
        for number, date in ((40, day(40)), (401, day(401)), (0, "2028-01-03"), (5, "2026-02-30"))
    ]

    assert codes == ["NOT_RELEASED", "DAY_TOO_FAR", "DAY_TOO_FAR", "INVALID_INPUT"]
    assert desk.served.house.halls.days_begun(OTHER) == before


def _wish() -> dict[str, Any]:
    items = [{"code": "id-card", "quantity": 1}]
    return {"command_id": command_id(), "date": day(1), "items": items, "slot_ms": slot_ms(1)}


def _post(desk: Desk, path: str, body: dict[str, Any]) -> httpx.Response:
    content = json.dumps(body).encode("utf-8", "surrogatepass")
    headers = {"content-type": "application/json"}
    return desk.served.client("admin").post(f"/api/halls/{HALL}/{path}", content=content, headers=headers)


def _check(answer: httpx.Response) -> None:
    assert answer.status_code < 500, (answer.status_code, answer.text, answer.request.url)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["title"]["zh"]

"""Whatever a client sends: never a 5xx, always a problem in the one form, and the server goes on."""

import base64
import json
import os
import socket
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.server import HALL, Served, command_id

ODD_NUMBERS = st.sampled_from([0, -1, 1, 2**31, 2**53, 2**63, 10**30, 1.5, float("1e308"), True])
ODD_TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "\x00", "\uff41", "‮", "<script>alert(1)</script>", "'; drop table--", "=1+1", "x" * 9_000]),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), ODD_NUMBERS, ODD_TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)
FIELDS = (
    "items", "class", "channel", "person", "secret", "reason", "places", "entry", "level", "printed", "entries",
    "merged", "to_item", "to_window", "to_hall", "place", "ticket", "result", "due_date", "materials", "serves",
    "helps", "help_rule", "sessions", "state", "name", "kind", "account", "password", "role", "halls", "due_ms",
)  # fmt: skip
TRUE_VALUES = {
    "items": [{"code": "id-card"}], "class": "elder", "reason": "x", "places": 1, "entry": 0, "level": "satisfied",
    "printed": True, "entries": [0], "merged": "261123-0000000000", "result": "done", "ticket": "261123-0000000000",
    "serves": {"everything": True}, "sessions": [{"open_ms": 0, "close_ms": 2**53 - 1}], "due_ms": 2**53 - 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def routes(served: Served) -> list[tuple[str, str]]:
    described = served.app.openapi()["paths"]
    return sorted((method, path) for path, found in described.items() for method in found if path != "/api/logout")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_no_body_makes_a_server_error(served: Served, routes: list[tuple[str, str]], data: st.DataObject):
    """Random fields with random or true values, on every route, by somebody who may do everything."""
    method, path = data.draw(st.sampled_from(routes))
    body = data.draw(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5))
    for field in data.draw(st.lists(st.sampled_from(sorted(TRUE_VALUES)), max_size=5)):
        body[field] = TRUE_VALUES[field]
    _check(_ask(served, method, path, {"command_id": command_id(), **body}))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=40))
def test_no_text_in_an_address_makes_a_server_error(served: Served, text: str):
    client = served.client("admin")
    for address in ("/api/halls/{}", f"/api/halls/{HALL}/tickets/{{}}", "/api/{}", "/{}", f"/t/{HALL}/{{}}"):
        _check(client.get(address.format(quote(text, safe=""))))
    for name in ("number", "date", "limit", "secret"):
        _check(client.get(f"/api/halls/{HALL}/figures", params={name: text}))
        _check(client.get(f"/api/halls/{HALL}/tickets", params={name: text}))


def test_malformed_websocket_connections_leave_the_server_well(served: Served):
    """Random bytes as handshakes and as frames, hundreds of times; then an ordinary request is answered."""
    host, port = served.url.removeprefix("http://").split(":")
    key = base64.b64encode(os.urandom(16)).decode()
    handshake = (
        f"GET /ws/halls/{HALL}?view=board&device=token-of-board HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    ).encode()
    for number in range(300):
        with socket.create_connection((host, int(port)), timeout=5) as one:
            one.sendall(handshake[: number * len(handshake) // 300] if number % 2 else handshake + os.urandom(200))

    assert served.client().get("/health").json()["ready"] is True
    assert served.house.edge.broken == 0


def _ask(served: Served, method: str, path: str, body: dict[str, Any]) -> httpx.Response:
    known = next(iter(served.house.halls.today(HALL).view_state().tickets), "261123-0000000000")
    address = path
    for name, value in {
        "hall": HALL, "ticket": known, "window": "W01", "operation": "hold", "device": "nothing",
        "section": "items", "code": "none", "year": "2026",
    }.items():  # fmt: skip
        address = address.replace(f"{{{name}}}", value)
    content = json.dumps(body).encode("utf-8", "surrogatepass")
    return served.client("admin").request(
        method.upper(), address, content=content, headers={"content-type": "application/json"}
    )


def _check(answer: httpx.Response) -> None:
    assert answer.status_code < 500, (answer.status_code, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["title"]["zh"]

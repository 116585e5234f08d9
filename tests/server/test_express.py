"""The express lane beside the whole stack: whatever is sent, both answer the same, and what fits passes the stack by.

The lane takes only what says ``application/json`` and no more. So the same request goes to one server twice, once in those
words and once with a charset behind them, which FastAPI reads the same way. A command that comes again gets its first answer.
"""

import asyncio
import http.client
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from server.app import BUSY
from server.express import KNOWN, Express
from tests.server.test_api_fuzz import FIELDS, TRUE_VALUES, VALUES
from tests.support.journey import until
from tests.support.server import HALL, Served, command_id, token_of

LANE, STACK = "application/json", "application/json; charset=utf-8"
OWN = frozenset({"x-request-id", "date"})
"""Headers that belong to one answer alone."""
TAKE = f"/api/halls/{HALL}/tickets"
WHO = ("", "kiosk", "board", "clerk01", "manager", "admin", "stranger")
Answer = tuple[int, list[tuple[str, str]], bytes]
quick = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def commands(served: Served) -> list[str]:
    """Every address of a busy router, with its gaps."""
    return sorted({route.path for router in BUSY for route in router.routes if "POST" in route.methods})


@quick
@given(st.data())
def test_both_lanes_answer_any_fields_the_same(served: Served, commands: list[str], data: st.DataObject):
    path = _filled(data, data.draw(st.sampled_from(commands)))
    body = {"command_id": command_id(), **data.draw(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=3))}
    for field in data.draw(st.lists(st.sampled_from(sorted(TRUE_VALUES)), max_size=5)):
        body[field] = TRUE_VALUES[field]
    _compare(
        served, path, json.dumps(body).encode(), who=data.draw(st.sampled_from(WHO)), turn=data.draw(st.booleans())
    )


@quick
@given(content=st.binary(max_size=60), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"]))
def test_both_lanes_answer_any_bytes_the_same(served: Served, content: bytes, encoding: str):
    whole = {"command_id": command_id(), "items": [{"code": "id-card"}], "person": content.decode("latin-1")}
    _compare(served, TAKE, content)
    _compare(served, TAKE, json.dumps(whole, ensure_ascii=False).encode(encoding))


@pytest.mark.parametrize(
    "more",
    [
        b"", b" ", b',"items":[]', b',"channel":"desk"', b',"person":"\\ud800"', b',"person":"\xff"', b',"person":NaN',
        b',"items":[{"code":"id-card","quantity":NaN}]', b',"items":[{"code":"id-card","quantity":1e400}]',
        b',"items":[{"code":"id-card","quantity":1.0}]', b',"items":[{"code":"id-card","quantity":true}]',
        b',"items":[{"code":"id-card","quantity":"1"}]', b',"items":[{"code":"id-card","quantity":-0}]',
        b',"items":[{"code":"id-card","quantity":' + b"9" * 5_000 + b"}]", b',"items":' + b"[" * 5_000,
        b',"class":"elder"', b',"klass":"elder"', b',"class":"no-such"', b',"command_id":""', b',"more":1', b",",
        b',"items":null', b',"items":{}', b',"items":[{"code":"\\u0069d-card"}]', b',"person":"x\\u0000"',
    ],
)  # fmt: skip
def test_both_lanes_read_odd_json_the_same(served: Served, more: bytes):
    """Fields that come twice, numbers that are none, texts that are none, too deep, too long, escaped."""
    start = b'{"command_id":"%s","items":[{"code":"id-card"}]' % command_id().encode()
    _compare(served, TAKE, start + more + b"}", who="manager")


@pytest.mark.parametrize(
    "content", [b"", b"null", b"[]", b"1", b'"x"', b"true", b"{", b"\xef\xbb\xbf{}", b"{}\x00", b"Infinity"]
)
@pytest.mark.parametrize("path", [TAKE, f"/api/halls/{HALL}/windows/W01/call-next"])
def test_both_lanes_read_what_is_no_object_the_same(served: Served, path: str, content: bytes):
    _compare(served, path, content, who="manager")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "POST", "QUERY"])
@pytest.mark.parametrize(
    "path",
    [
        TAKE, f"{TAKE}/", f"{TAKE}?secret=x&hall=other", f"{TAKE}%0A", f"{TAKE}%2F", f"//api/halls/{HALL}/tickets", "/api/halls//tickets",
        "/api/halls/%E5%8E%85/tickets", f"/api/halls/%{ord(HALL[0]):02X}{HALL[1:]}/tickets", f"/api/halls/{'x' * 41}/tickets",
        "/api/halls/nowhere/tickets", f"{TAKE}/261123-0000000000/cancel", f"{TAKE}/no%20ticket/cancel",
        f"{TAKE}/261123-0000000000/reprint", f"/api/halls/{HALL}/windows/W01/open", f"/api/halls/{HALL}/windows/W01/open%0A",
        f"/api/halls/{HALL}/windows/W01/dance", f"/api/halls/{HALL}/windows/W01/undo/", f"/api/halls/{HALL}/windows/W99/open",
    ],
)  # fmt: skip
def test_both_lanes_read_addresses_and_methods_the_same(served: Served, method: str, path: str):
    body = {"command_id": command_id()} | ({"items": [{"code": "id-card"}]} if path.startswith(TAKE) else {})
    _compare(served, path, json.dumps(body).encode(), who="manager", method=method)


def test_commands_that_fit_pass_the_stack_by(served: Served):
    """Tickets, windows and bookings: each kind of address reaches its endpoint without the application's own stack."""
    ticket = served.take()["id"]
    item = {"items": [{"code": "id-card"}]}
    asked: dict[str, dict[str, Any]] = {
        TAKE: item,
        f"{TAKE}/{ticket}/delay": {"places": 1},
        f"/api/halls/{HALL}/windows/W01/open": {},
        f"/api/halls/{HALL}/check-in": {"code": "12345678"},
    }
    passed = [_direct(served, path, {"command_id": command_id(), **body}) for path, body in asked.items()]

    assert passed == [True] * len(asked)


@pytest.mark.parametrize("content_type", ["", "text/plain", STACK, "application/problem+json", "Application/JSON"])
def test_what_does_not_say_json_in_those_words_goes_the_long_way(served: Served, content_type: str):
    assert not _direct(served, TAKE, {"command_id": command_id(), "items": [{"code": "id-card"}]}, content_type)


def test_what_does_not_fit_goes_the_long_way_with_its_body(served: Served):
    assert not _direct(served, TAKE, {"command_id": command_id(), "items": 1})
    assert not _direct(served, f"{TAKE}/no ticket/cancel", {"command_id": command_id()})
    assert not _direct(served, f"{TAKE}/261123-0000000000/reprint", {})


def test_addresses_that_fit_are_remembered_within_a_bound(served: Served):
    """Only what the route's fields accept, which bound its length, and never more than the limit."""
    lane = Express(_unwanted([]), BUSY)
    for number in range(KNOWN + 10):
        lane.find(f"/api/halls/{HALL}/windows/W{number}/open")
    lane.find(f"/api/halls/{HALL}/windows/{'W' * 9_000}/open")

    assert 0 < lane.known <= KNOWN


def test_what_breaks_is_told_without_its_reason_both_ways_and_counted_once(
    served: Served, monkeypatch: pytest.MonkeyPatch
):
    """A fault of the program itself, which no request can bring about: it is planted."""
    body = json.dumps({"command_id": command_id(), "items": [{"code": "id-card"}]}).encode()

    def breaks(_person: str) -> None:
        raise ZeroDivisionError("the inside of the program")

    before = served.house.edge.broken
    monkeypatch.setattr(served.house.key, "pseudonym", breaks)
    with capture_logs() as told:
        answers = [_ask(served, "POST", TAKE, body, who="kiosk", content_type=one) for one in (LANE, STACK)]
        # The log is told after the client.
        until(lambda: served.house.edge.broken == before + 2, "both are counted")
    monkeypatch.undo()

    assert answers[0] == answers[1]
    assert answers[0][0] == 500
    assert json.loads(answers[0][2])["code"] == "BROKEN"
    assert b"inside" not in answers[0][2]
    assert [one["event"] for one in told if one["log_level"] == "error"] == ["request.broken"] * 2
    assert _ask(served, "POST", TAKE, body, who="kiosk", content_type=LANE)[0] == 201


# ---- both ways ----


def _compare(
    served: Served, path: str, content: bytes, *, who: str = "kiosk", method: str = "POST", turn: bool = False
) -> None:
    """Send a request both ways, in either order, and compare all that a client sees."""
    first, second = (STACK, LANE) if turn else (LANE, STACK)
    answers = [_ask(served, method, path, content, who=who, content_type=one) for one in (first, second)]
    assert answers[0] == answers[1]
    assert answers[0][0] < 500


def _ask(served: Served, method: str, path: str, content: bytes, *, who: str, content_type: str) -> Answer:
    connection = http.client.HTTPConnection(served.url.removeprefix("http://"), timeout=20)
    headers = {"content-type": content_type} | ({"authorization": f"Bearer {token_of(who)}"} if who else {})
    try:
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        shown = sorted((name.lower(), value) for name, value in answer.getheaders() if name.lower() not in OWN)
        return answer.status, shown, answer.read()
    finally:
        connection.close()


def _filled(data: st.DataObject, path: str) -> str:
    """Fill the gaps of an address, mostly with what there is."""
    parts = {
        "hall": [HALL, HALL, HALL, "nowhere", "不"], "ticket": ["261123-0000000000", "x"], "window": ["W01", "W99", " "],
        "operation": ["open", "pause", "call-next", "finish", "dance"], "appointment": ["B261123-0000000000", "x"],
        "message": ["x"], "slot": ["x"],
    }  # fmt: skip
    for name, choices in parts.items():
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", quote(data.draw(st.sampled_from(choices))))
    return path


# ---- the lane by itself ----


def _unwanted(passed: list[bytes]) -> Callable[..., Awaitable[None]]:
    """Stand for the application's stack, and note the bodies of what comes."""

    async def stack(scope: Any, receive: Any, send: Any) -> None:
        passed.append((await receive())["body"])

    return stack


def _direct(served: Served, path: str, body: dict[str, Any], content_type: str = LANE) -> bool:
    """Tell whether a request was answered without the stack; if not, the stack must have got the whole of its body."""
    content = json.dumps(body).encode()
    headers = [(b"authorization", b"Bearer " + token_of("manager").encode()), (b"host", b"x")]
    if content_type:
        headers.append((b"content-type", content_type.encode()))
    scope = {"type": "http", "method": "POST", "path": path, "root_path": "", "headers": headers, "query_string": b"",
             "client": ("127.0.0.1", 1), "app": served.app}  # fmt: skip
    long_way: list[bytes] = []
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    lane = Express(_unwanted(long_way), BUSY)
    asyncio.run_coroutine_threadsafe(lane(scope, receive, send), served.loop).result(20)
    assert long_way == ([] if sent else [content])
    return bool(sent)

"""Bad input gets a clear, coded answer in both languages, nothing changes, and nothing a client sends is a 5xx."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from hall.opening import Span
from hall.policy import Quota
from tests.support.live import HandClock
from tests.support.plans import MIDNIGHT_MS, small_plan
from tests.support.server import HALL, Served, command_id, serving

Ask = Callable[[Served], httpx.Response]


def _take(**body: Any) -> Ask:
    return lambda served: served.call("tickets", body, who="kiosk")


def _window(path: str, *, who: str = "clerk01", **body: Any) -> Ask:
    return lambda served: served.call(f"windows/{path}", body, who=who)


def _raw(content: bytes, path: str = f"/api/halls/{HALL}/tickets", media: str = "application/json") -> Ask:
    return lambda served: served.client("kiosk").post(path, content=content, headers={"content-type": media})


def _wrong_secret(served: Served) -> httpx.Response:
    ticket = next(iter(served.house.halls.today(HALL).view_state().tickets))
    return served.call(f"tickets/{ticket}/cancel", {"secret": "A" * 22})


BELOW_THE_HALL: dict[str, tuple[Ask, int, str]] = {
    "an unknown hall": (lambda served: served.client().get("/api/halls/atlantis"), 404, "UNKNOWN_HALL"),
    "an unknown page": (lambda served: served.client().get("/api/nowhere"), 404, "NOT_FOUND"),
    "a wrong method": (lambda served: served.client().put("/api/halls"), 405, "METHOD_NOT_ALLOWED"),
    "an unknown window": (_window("W99/open"), 404, "UNKNOWN_WINDOW"),
    "an unknown word at a window": (_window("W01/explode"), 422, "INVALID_INPUT"),
    "a wrong secret": (_wrong_secret, 403, "WRONG_SECRET"),
    "malformed JSON": (_raw(b'{"command_id": '), 400, "MALFORMED_JSON"),
    "a number of 5,000 digits": (_raw(b'{"command_id": ' + b"9" * 5_000 + b"}"), 400, "MALFORMED_JSON"),
    "JSON nested 10,000 deep": (_raw(b"[" * 10_000), 400, "MALFORMED_JSON"),
    "bytes that are no UTF-8": (_raw(b'{"command_id": "\xff"}'), 400, "MALFORMED_JSON"),
    "half a character": (_raw(b'{"command_id": "\\ud800aaaaaaaa"}'), 422, "INVALID_INPUT"),
    "an empty body": (_raw(b""), 422, "INVALID_INPUT"),
    "a list for an object": (_raw(b"[]"), 422, "INVALID_INPUT"),
    "another media type": (_raw(b"a=b", media="application/x-www-form-urlencoded"), 422, "INVALID_INPUT"),
    "a quantity of 2^63": (_take(items=[{"code": "id-card", "quantity": 2**63}]), 422, "INVALID_INPUT"),
    "a quantity of -1": (_take(items=[{"code": "id-card", "quantity": -1}]), 422, "INVALID_INPUT"),
    "a text for a number": (_take(items=[{"code": "id-card", "quantity": "2"}]), 422, "INVALID_INPUT"),
    "a name of 10 KB": (_take(items=[{"code": "id-card"}], person="x" * 10_000), 422, "INVALID_INPUT"),
    "a reason of 10 KB": (_window("W01/pause", reason="x" * 10_000), 422, "INVALID_INPUT"),
    "a control character": (_window("W01/pause", reason="a\x00b"), 422, "INVALID_INPUT"),
    "an unknown field": (_take(items=[{"code": "id-card"}], colour="red"), 422, "INVALID_INPUT"),
    "10,000 items": (_take(items=[{"code": "id-card"}] * 10_000), 413, "TOO_LARGE"),
    "200 items": (_take(items=[{"code": "id-card"}] * 200), 422, "INVALID_INPUT"),
    "a short command id": (_take(command_id="short", items=[]), 422, "INVALID_INPUT"),
    "a body of 100 KB": (_raw(b" " * 100_000), 413, "TOO_LARGE"),
    "a seat without a ticket named": (_window("W01/resume"), 422, "INVALID_INPUT"),
    "a limit of zero": (lambda s: s.client("guide").get(f"/api/halls/{HALL}/calls?limit=0"), 422, "INVALID_INPUT"),
    "a hall's name with a slash": (lambda served: served.client().get("/api/halls/a%2Fb"), 404, "NOT_FOUND"),
    "a hall's name with a space": (lambda served: served.client().get("/api/halls/a%20b"), 422, "INVALID_INPUT"),
    "an unknown token": (lambda s: httpx.get(f"{s.url}/api/me", headers={"authorization": "Bearer x"}), 401, "SESSION_EXPIRED"),
    "a file outside the pages": (lambda served: served.client().get("/..%2f..%2fpyproject.toml"), 404, "NOT_FOUND"),
}  # fmt: skip

BY_THE_HALL: dict[str, tuple[Ask, int, str]] = {
    "an unknown item": (_take(items=[{"code": "moon-trip"}]), 409, "UNKNOWN_ITEM"),
    "no items": (_take(items=[]), 409, "NO_ITEMS"),
    "a foreign window": (_window("W01/call-next", who="clerk02"), 409, "NOT_SIGNED_IN"),
    "a late recall": (_window("W01/recall"), 409, "NO_TICKET"),
    "an unknown ticket": (lambda s: s.call("tickets/261123-0000000000/cancel", who="guide"), 404, "UNKNOWN_TICKET"),
}


@pytest.fixture(scope="module", autouse=True)
def _somebody_waits(served: Served) -> None:
    served.call("windows/W01/open", who="clerk01")
    served.take("invoice")
    served.call("windows/W01/call", {"ticket": served.take("invoice")["id"], "reason": "other"}, who="clerk01")
    served.call("windows/W01/start", who="clerk01")
    served.call("windows/W01/finish", who="clerk01")
    served.call("windows/W01/pause", who="clerk01")


@pytest.mark.parametrize("name", BELOW_THE_HALL)
def test_what_is_malformed_never_reaches_the_hall(served: Served, name: str):
    """The log does not grow, so nobody can flood it."""
    ask, status, code = BELOW_THE_HALL[name]
    before = served.seq()

    answer = ask(served)

    _assert_problem(answer, status, code)
    assert served.seq() == before


@pytest.mark.parametrize("name", BY_THE_HALL)
def test_what_the_hall_refuses_changes_nothing(served: Served, name: str):
    """A refusal is a row of the log, and nothing else: what everybody sees stays the same."""
    ask, status, code = BY_THE_HALL[name]
    before = served.client().get(f"/api/halls/{HALL}/state").json()["view"]

    answer = ask(served)

    _assert_problem(answer, status, code)
    assert answer.json().get("seq") in (None, served.seq())
    assert served.client().get(f"/api/halls/{HALL}/state").json()["view"] == before


def test_a_closed_hall_says_when_it_opens(tmp_path):
    nights = {HALL: small_plan(HALL, spans=(Span(540, 1020),))}
    with serving(tmp_path, plans=nights, clock=HandClock(MIDNIGHT_MS + 3_600_000)) as served:
        answer = served.call("tickets", {"items": [{"code": "id-card"}]}, who="kiosk")

    _assert_problem(answer, 409, "HALL_CLOSED")
    assert answer.json()["facts"]["next_open_ms"] == MIDNIGHT_MS + 540 * 60_000


@pytest.mark.parametrize("at_min", [60, 1_080, 2_040])
def test_a_closed_hall_tells_no_wait(tmp_path, at_min: int):
    """Before opening, in the evening and on a closed day: seconds of an empty hall or hours until Monday mislead."""
    plan = small_plan(HALL, spans=(Span(540, 1020),))
    weekly = msgspec.structs.replace(plan.hours, days=tuple((Span(540, 1020),) if n == 0 else () for n in range(7)))
    clock = HandClock(MIDNIGHT_MS + at_min * 60_000)
    with serving(tmp_path, plans={HALL: msgspec.structs.replace(plan, hours=weekly)}, clock=clock) as served:
        served.call("windows/W01/open", who="clerk01")
        table = served.client().get(f"/api/halls/{HALL}/waits").json()

    assert set(table["refused"].values()) == {"HALL_CLOSED"}
    assert set(table["from_ms"]) == set(table["refused"])
    assert {(group["p50_ms"], group["p80_ms"]) for group in table["groups"]} == {(None, None)}


def test_an_open_hall_without_windows_tells_no_wait_until_one_opens(tmp_path):
    with serving(tmp_path) as served:
        before = after = _first_group(served)
        served.call("windows/W01/open", who="clerk01")
        until = time.monotonic() + 10  # answers are kept for two seconds
        while after["p50_ms"] is None and time.monotonic() < until:
            after = _first_group(served)

    assert (before["p50_ms"], before["open_windows"]) == (None, 0)
    assert isinstance(after["p50_ms"], int)


def _first_group(served: Served) -> dict[str, Any]:
    group: dict[str, Any] = served.client().get(f"/api/halls/{HALL}/waits").json()["groups"][0]
    return group


def test_a_full_quota_names_the_item(tmp_path):
    plan = small_plan(HALL)
    policy = msgspec.structs.replace(plan.policy, quotas=(Quota(item="id-card", morning=1, afternoon=1),))
    with serving(tmp_path, plans={HALL: msgspec.structs.replace(plan, policy=policy)}) as served:
        served.take("id-card")
        answer = served.call("tickets", {"items": [{"code": "id-card"}]}, who="kiosk")
        table = served.client().get(f"/api/halls/{HALL}/waits").json()

    _assert_problem(answer, 409, "QUOTA_FULL")
    assert table["refused"] == {"id-card": "QUOTA_FULL"}
    half_day_ms = MIDNIGHT_MS + plan.policy.issuing.half_day_min * 60_000
    assert answer.json()["facts"]["from_ms"] == table["from_ms"]["id-card"] == half_day_ms
    assert all(" 12:30" in sentence for sentence in answer.json()["title"].values())


def test_a_foreign_site_cannot_change_anything_with_somebodys_cookie(served: Served):
    """Browsers send cookies along; the origin tells whose page asked."""
    headers = {"cookie": "ow_session=token-of-manager", "origin": "https://evil.example"}
    answer = httpx.post(f"{served.url}/api/halls/{HALL}/day/end", json={"command_id": command_id()}, headers=headers)

    _assert_problem(answer, 403, "FOREIGN_ORIGIN")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/halls", "GET, HEAD, POST"),
        ("DELETE", f"/api/halls/{HALL}/settings/hours", "GET, HEAD, PUT"),
        ("PUT", "/api/login", "POST"),
        ("POST", "/clerk", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_which_ones_the_address_takes(served: Served, method: str, path: str, allowed: str):
    answer = served.client().request(method, path)

    _assert_problem(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == allowed


def test_every_answer_carries_the_headers_that_keep_browsers_safe(served: Served):
    for answer in (served.client().get("/"), served.client().get("/api/nowhere"), _raw(b"x" * 100_000)(served)):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "unsafe-inline" not in answer.headers["content-security-policy"]
        assert answer.headers["x-request-id"]


def _assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    title = answer.json()["title"]
    assert title["zh"]
    assert title["en"]
    assert answer.json()["status"] == status

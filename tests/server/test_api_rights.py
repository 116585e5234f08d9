"""Who may do what: every route is tried by every role, and only the entries of the table get through."""

import re
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from server.accounts.authorise import PUBLIC_VIEWS, RIGHTS, ROLES, Caller, may
from server.accounts.passwords import token_hash
from server.api.house import wall_ms
from tests.support.server import HALL, Served, command_id, token_of

WHO = {
    "anonymous": "", "citizen": "", "device": "kiosk", "clerk": "clerk01", "guide": "guide", "manager": "manager",
    "network": "network", "auditor": "auditor", "admin": "admin",
}  # fmt: skip
"""Role → who of the test server has it; the citizen shows a ticket's secret instead of a token."""

T = "/api/halls/{hall}/tickets/{ticket}"
W = "/api/halls/{hall}/windows/{window}/{operation}"
D = "/api/halls/{hall}/day"
A = "/api/halls/{hall}/appointments"
B = "/api/halls/{hall}/bookings"
TICKET = "261123-0000000000"
BOOKING = "B261123-0000000000"
OPERATIONS: dict[tuple[str, str], str] = {
    ("GET", "/api/halls"): "halls.read",
    ("GET", "/api/halls/{hall}"): "halls.read",
    ("GET", "/api/halls/{hall}/waits"): "halls.read",
    ("GET", "/api/halls/{hall}/state"): "halls.read",
    ("GET", "/api/halls/{hall}/calls"): "calls.read",
    ("GET", "/api/halls/{hall}/tickets"): "tickets.find",
    ("GET", T): "ticket.read",
    ("GET", f"{T}/why"): "ticket.why",
    **{
        ("POST", f"{T}/{word}"): f"ticket.{word}"
        for word in (
            "cancel", "rejoin", "delay", "rate", "print-result", "add-items", "split", "merge", "transfer",
            "withdraw-call", "item-result", "reclass", "abandon", "correct", "reprint",
        )
    },
    ("POST", W): "window.work",
    ("POST", f"{D}/stop-issuing"): "day.lead",
    ("POST", f"{D}/resume-issuing"): "day.lead",
    ("POST", f"{D}/sessions"): "day.lead",
    ("POST", f"{D}/end"): "day.lead",
    ("GET", "/api/halls/{hall}/devices"): "devices.read",
    ("POST", "/api/halls/{hall}/devices"): "devices.write",
    ("POST", "/api/halls/{hall}/devices/{device}/revoke"): "devices.write",
    ("GET", "/api/halls/{hall}/figures"): "figures.read",
    ("GET", "/api/slots"): "slots.read",
    ("GET", "/api/halls/{hall}/slots"): "slots.read",
    ("GET", A): "appointments.find",
    ("POST", f"{A}/find"): "appointments.find",
    ("GET", f"{A}/{{appointment}}"): "appointment.read",
    ("GET", f"{A}/{{appointment}}/calendar.ics"): "appointment.calendar",
    **{
        ("POST", f"{A}/{{appointment}}/{word}"): f"appointment.{word}"
        for word in ("confirm", "reschedule", "cancel", "offer", "check-in", "appeal", "erase")
    },
    ("GET", "/api/people/{feed}/calendar.ics"): "feed.read",
    ("POST", "/api/people/erase"): "people.erase",
    ("GET", f"{B}/calendar"): "bookings.read",
    ("GET", f"{B}/no-shows"): "bookings.read",
    ("GET", f"{B}/release"): "bookings.read",
    ("POST", f"{B}/slots"): "bookings.edit",
    ("POST", f"{B}/close"): "bookings.edit",
    ("GET", f"{B}/messages"): "messages.read",
    ("POST", f"{B}/messages/{{message}}/retry"): "messages.retry",
    ("GET", "/api/me"): "me.read",
    ("GET", "/api/accounts"): "accounts.read",
    ("POST", "/api/accounts"): "accounts.write",
    ("POST", "/api/login"): "login",
    ("POST", "/api/logout"): "login",
    ("GET", "/health"): "health.read",
    ("GET", "/metrics"): "health.read",
    ("GET", "/api/demo"): "halls.read",
}  # fmt: skip
"""Route → operation of the table. Those that depend on the body have tests of their own."""
TAKE = ("POST", "/api/halls/{hall}/tickets")
BY_BODY = {TAKE, ("POST", A), ("POST", "/api/halls/{hall}/waitlist"), ("POST", "/api/halls/{hall}/check-in")}
FEED = ("GET", "/api/halls/{hall}/feed")
"""Asks for the rights of a live feed, and is tried with it."""
SETTINGS = ("/settings/", "/api/presets", "/api/templates", "/api/calendar")
"""Routes of the settings; `tests/server/config` tries them by every role."""
DAYS = {"from": "2026-11-23", "to": "2026-11-23", "from_min": 540, "to_min": 570}
WISH = {"items": [{"code": "id-card", "quantity": 1}], "date": "2026-11-23"}
BODIES: dict[str, dict[str, Any]] = {
    "/delay": {"places": 1}, "/rate": {"entry": 0, "level": "satisfied"}, "/print-result": {"printed": True},
    "/add-items": {"items": [{"code": "id-card"}]}, "/split": {"entries": [0]}, "/merge": {"merged": TICKET},
    "/item-result": {"entry": 0, "result": "done"}, "/reclass": {"class": "elder", "reason": "x"},
    "/correct": {"reason": "x"}, "/sessions": {"sessions": []},
    "/confirm": {"person": "x"}, "/reschedule": {"date": "2026-11-23", "slot_ms": 0}, "/offer": {"accepts": True}, "/find": {"person": "x"},
    "/appeal": {"reason": "x"}, "/close": {**DAYS, "reason": "x"},
    "/slots": {**DAYS, "group": "all", "places": 1, "reason": "x"},
}  # fmt: skip
NO_COMMAND = ("/api/login", "/api/logout", "/api/accounts", "/devices", "/revoke", "/erase", "/find")


def test_every_route_stands_in_the_table_of_this_test(served: Served):
    """A new route without a right fails here, before anybody can use it."""
    described = served.app.openapi()["paths"]
    routes = {(method.upper(), path) for path, found in described.items() for method in found if not _is_settings(path)}

    assert routes == {*OPERATIONS, *BY_BODY, FEED}


def test_every_operation_of_the_table_is_used():
    views = {name for name in RIGHTS if name.startswith("view.")}
    by_body = {name for name in RIGHTS if name.startswith(("ticket.take.", "booking."))}

    assert set(RIGHTS) - views - by_body - {"window.serve", "settings.read", "settings.write"} == set(
        OPERATIONS.values()
    )


@pytest.mark.parametrize("role", [role for role in ROLES if role != "citizen"])
@pytest.mark.parametrize("channel", ["kiosk", "desk", "phone"])
def test_a_channel_lets_exactly_the_roles_of_the_table_in(served: Served, channel: str, role: str):
    answer = served.call("tickets", {"items": [{"code": "id-card"}], "channel": channel}, who=WHO[role])

    assert (answer.status_code == 201) == (role in RIGHTS[f"ticket.take.{channel}"]), answer.text


@pytest.mark.parametrize("role", [role for role in ROLES if role != "citizen"])
@pytest.mark.parametrize("channel", ["phone", "kiosk", "desk", "partner"])
def test_a_channel_sells_places_to_exactly_the_roles_of_the_table(served: Served, channel: str, role: str):
    """The hall of this test takes no bookings, and says so to whoever gets past the door."""
    for path, body in (("appointments", {"slot_ms": 0}), ("waitlist", {"from_ms": 0, "to_ms": 1, "person": "x"})):
        answer = served.call(path, {**WISH, **body, "channel": channel}, who=WHO[role])

        expected = 409 if role in RIGHTS[f"booking.make.{channel}"] else 401 if role == "anonymous" else 403
        assert answer.status_code == expected, answer.text


@pytest.mark.parametrize("role", [role for role in ROLES if role != "citizen"])
@pytest.mark.parametrize("by", ["code", "qr", "person"])
def test_a_code_checks_everybody_in_and_a_person_only_who_sees_the_document(served: Served, by: str, role: str):
    given = {"code": "ABCD2345", "qr": f"OW1:{HALL}:2026-11-23:ABCD2345", "person": "anna"}
    answer = served.call("check-in", {by: given[by]}, who=WHO[role])

    right = RIGHTS["booking.check-in.person" if by == "person" else "booking.check-in.code"]
    assert answer.status_code == (404 if role in right else 401 if role == "anonymous" else 403), answer.text


@pytest.mark.parametrize("role", [role for role in ROLES if role != "citizen"])
def test_only_who_leads_changes_what_a_window_serves(served: Served, role: str):
    body = {"serves": {"everything": True}}
    answer = served.call("windows/W02/serve", body, who=WHO[role])

    assert (answer.status_code not in (401, 403)) == (role in RIGHTS["window.serve"]), answer.text


@pytest.mark.parametrize("path", ["windows/W01/open", "day/end", "tickets/261123-0000000000/cancel"])
def test_a_role_ends_at_the_halls_of_its_account(served: Served, path: str):
    assert served.call(path, who="stranger").json()["code"] == "FORBIDDEN"
    assert served.call(path, who="manager", hall="futian").json()["code"] == "FORBIDDEN"


def test_a_star_covers_the_halls_below():
    network = Caller("network", "wang", ("ft-*", "longgang"))

    assert may(network, "day.lead", hall="ft-street-1")
    assert may(network, "day.lead", hall="longgang")
    assert not may(network, "day.lead", hall="longgang-2")
    assert not may(network, "unheard of", hall="longgang")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("view", ["board", "area", "strip", "ticket", "clerk", "manager"])
def test_a_live_feed_lets_exactly_the_roles_of_the_table_in(served: Served, view: str, role: str):
    """Decided before the connection is accepted; the question beside it has the same answer."""
    ticket = served.take()
    query = f"view={view}&area=a1&window=W03&ticket={ticket['id']}"
    query += f"&secret={ticket['secret']}" if role == "citizen" else ""
    query += f"&token={token_of(WHO[role])}" if WHO[role] else ""
    effective = "anonymous" if role == "citizen" and view != "ticket" else role

    status = _handshake(f"{served.ws_url}/ws/halls/{HALL}?{query}")

    expected = effective in RIGHTS[f"view.{view}"]
    assert status == (101 if expected else 401 if effective == "anonymous" else 403)
    asked = httpx.get(f"{served.url}/api/halls/{HALL}/feed?{query}").status_code
    assert asked == (200 if status == 101 else status)


def test_boards_are_not_public_unless_the_settings_say_so(served: Served):
    assert {"view.board", "view.area", "view.strip"} == PUBLIC_VIEWS
    assert _handshake(f"{served.ws_url}/ws/halls/{HALL}?view=board") == 401


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_route_lets_exactly_the_roles_of_the_table_in(served: Served, method: str, path: str, role: str):
    """Whoever has no right gets 401 or 403; whoever has it gets past the door, whatever the hall then says.

    Stands last in this module: somebody ends the day.
    """
    answer = _ask(served, method, path, role=role, secret=_secret(served, path) if role == "citizen" else "")
    is_turned_away = answer.status_code in (401, 403)

    operation = OPERATIONS[method, path]
    shows_secret = operation.startswith(("ticket.", "appointment.")) and _takes_secret(path)
    effective = "anonymous" if role == "citizen" and not shows_secret else role
    expected = effective in RIGHTS[operation]
    if path == "/api/login":
        assert answer.json()["code"] == "WRONG_PASSWORD"
    else:
        assert is_turned_away != expected, (answer.status_code, answer.text)
    if not expected:
        assert answer.json()["code"] == ("NOT_SIGNED_IN_AT_ALL" if effective == "anonymous" else "FORBIDDEN")


def _ask(served: Served, method: str, path: str, *, role: str, secret: str) -> Any:
    address = path.format(
        hall=HALL, ticket=TICKET, window="W01", operation="undo", device="nothing-here", appointment=BOOKING,
        feed="nobody", message="nothing",
    )  # fmt: skip
    if path == "/api/logout":
        return _sign_out(served, role)
    client = served.client(WHO[role])
    if method == "GET":
        return client.get(address, params=_query(path, secret))
    return client.post(address, json=_body(path, secret))


def _query(path: str, secret: str) -> dict[str, str]:
    known = {TAKE[1]: {"number": "A001"}, A: {"code": "ABCD2345"}}
    if path.endswith("/slots"):
        return {"item": "id-card"}
    return {"secret": secret} if secret and path.startswith((T, f"{A}/")) else known.get(path, {})


def _secret(served: Served, path: str) -> str:
    if path.startswith(A):
        return served.house.key.appointment_secret(HALL, "2026-11-23", BOOKING)
    return served.house.key.ticket_secret(HALL, "2026-11-23", TICKET)


def _sign_out(served: Served, role: str) -> httpx.Response:
    """Sign out of a session of its own, so that nobody else's ends."""
    who = WHO[role]
    token = f"leaving-{who}"
    if who and who != "kiosk":
        served.house.desk.store.add_session(token_hash(token), who, expires_ms=wall_ms() + 60_000, now_ms=0)
    return httpx.post(f"{served.url}/api/logout", headers={"authorization": f"Bearer {token}"})


def _body(path: str, secret: str) -> dict[str, Any]:
    if path == "/api/login":
        return {"account": "nobody", "password": "nothing"}
    if path == "/api/accounts":
        return {"account": "admin", "name": "x", "role": "clerk", "halls": [HALL], "password": "long enough"}
    if path.endswith("/devices"):
        return {"name": "x", "kind": "strip", "window": "none"}
    if path == "/api/people/erase":
        return {"person": "nobody"}
    word = re.sub(r".*(/[a-z-]+)$", r"\1", path)
    body = {} if path.endswith(NO_COMMAND) else {"command_id": command_id()}
    return {**body, **BODIES.get(word, {}), **({"secret": secret} if secret and _takes_secret(path) else {})}


def _is_settings(path: str) -> bool:
    return any(part in path for part in SETTINGS)


def _takes_secret(path: str) -> bool:
    words = (
        "/cancel", "/rejoin", "/delay", "/rate", "/print-result", "/confirm", "/reschedule", "/offer", "/erase",
        "{appointment}", "{appointment}/check-in", "{appointment}/calendar.ics",
    )  # fmt: skip
    return path in (T, f"{T}/why") or path.endswith(words)


def _handshake(address: str) -> int:
    try:
        with connect(address):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code

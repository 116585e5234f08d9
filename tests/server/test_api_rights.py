"""Who may do what: every route is tried by everybody, in the own hall and in another one; only the tables let anybody in."""

import re
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from server.accounts.authorise import (
    ACCOUNT_ROLES,
    DEVICE_KINDS,
    PUBLIC_VIEWS,
    RIGHTS,
    SUBJECTS,
    Caller,
    may,
    must_change_first,
)
from server.accounts.passwords import token_hash
from server.accounts.routes import ROUTES, may_ask
from server.api.house import wall_ms
from tests.support.server import HALL, OTHER_HALL, Served, command_id, routes_of, token_of

WHO: Final = (
    {"anonymous": "", "citizen": ""} | {one: one for one in (*DEVICE_KINDS, *ACCOUNT_ROLES)} | {"clerk": "clerk01"}
)
"""Subject of the table → who of the test server it is; the citizen shows a secret instead of a token."""
EVERYWHERE: Final = frozenset({"auditor", "admin"})
"""Accounts of the test server that cover all halls; the others have one hall."""

TICKET: Final = "261123-0000000000"
BOOKING: Final = "B261123-0000000000"
DAYS: Final = {"from": "2026-11-23", "to": "2026-11-23", "from_min": 540, "to_min": 570}
WISH: Final = {"items": [{"code": "id-card", "quantity": 1}], "date": "2026-11-23"}
BODIES: Final[dict[str, dict[str, Any]]] = {
    "/delay": {"places": 1}, "/rate": {"entry": 0, "level": "satisfied"}, "/print-result": {"printed": True},
    "/add-items": {"items": [{"code": "id-card"}]}, "/split": {"entries": [0]}, "/merge": {"merged": TICKET},
    "/item-result": {"entry": 0, "result": "done"}, "/reclass": {"class": "elder", "reason": "x"},
    "/correct": {"reason": "x"}, "/sessions": {"sessions": []}, "/offer": {"accepts": True},
    "/confirm": {"person": "x"}, "/reschedule": {"date": "2026-11-23", "slot_ms": 0},
    "/appeal": {"reason": "x"}, "/close": {**DAYS, "reason": "x"},
    "/slots": {**DAYS, "group": "all", "places": 1, "reason": "x"},
    "/tickets": {"items": [{"code": "id-card"}]}, "/appointments": {**WISH, "slot_ms": 0},
    "/waitlist": {**WISH, "from_ms": 0, "to_ms": 1, "person": "x"},
}  # fmt: skip
"""What a command says beside its id, by the end of its address."""
WHOLE_BODIES: Final[dict[str, dict[str, Any]]] = {
    "/api/login": {"account": "nobody", "password": "nothing here"},
    "/api/accounts": {"account": "admin", "name": "x", "role": "clerk", "halls": [HALL], "password": "long enough"},
    "/devices": {"name": "x", "kind": "strip", "window": "none"},
    "/people/erase": {"person": "nobody"}, "/appointments/find": {"person": "x"}, "/contact": {"reason": "to call back"},
    "/me/password": {"old": "no password", "password": "long enough"}, "/accounts/{account}/password": {},
    "/revoke": {}, "/disable": {}, "/enable": {}, "/logout": {}, "/reprint": {},
}  # fmt: skip
"""What is no command of a hall says, by the end of its address."""
VALUES: Final = {
    "ticket": TICKET, "window": "W01", "device": "nothing-here", "account": "nobody", "appointment": BOOKING, "feed": "nobody",
    "message": "nothing", "job": "0" * 16, "plan": "0" * 16, "code": "nothing", "section": "items", "year": "2027", "date": "2026-11-24",
    "revision": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Ask:
    """One operation of one address."""

    row: str
    operation: str

    @property
    def method(self) -> str:
        return self.row.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.row.partition(" ")[2]

    @property
    def takes_secret(self) -> bool:
        return "citizen" in RIGHTS[self.operation] and "anonymous" not in RIGHTS[self.operation]

    def __str__(self) -> str:
        return f"{self.row} {self.operation}"


ASKS: Final = [Ask(row, operation) for row, operations in ROUTES.items() for operation in operations]
HTTP: Final = [ask for ask in ASKS if ask.method != "WS" and not ask.path.endswith("/feed")]
FEEDS: Final = [ask for ask in ASKS if ask.method == "WS" and ask.operation.startswith("view.")]
ENDING: Final = "POST /api/halls/{hall}/day/end"


def test_every_route_of_the_api_has_its_row_and_every_row_its_route(served: Served):
    """A new route without a row fails here, before anybody can use it."""
    described = served.app.openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, found in described.items() for method in found}
    sockets = {f"WS {path}" for path in _websocket_paths(served)}

    assert routes | sockets == set(ROUTES)


def test_every_operation_of_the_rights_is_asked_for_by_some_route():
    assert set(RIGHTS) == {operation for operations in ROUTES.values() for operation in operations}


def test_a_route_without_a_row_lets_nobody_in():
    assert may_ask("GET", "/api/halls", "halls.read")
    assert not may_ask("GET", "/api/halls", "accounts.write")
    assert not may_ask("GET", "/api/unheard-of", "halls.read")


@pytest.mark.parametrize("ask", FEEDS, ids=str)
def test_a_live_feed_lets_exactly_the_subjects_of_the_table_in(served: Served, ask: Ask):
    """Decided before the connection is accepted; the question beside it has the same answer."""
    for hall in (HALL, OTHER_HALL):
        ticket = _number(served, hall)
        for subject in SUBJECTS:
            window = "W01" if subject == "strip" else "W03"
            query = f"view={ask.operation.removeprefix('view.')}&area=a1&window={window}&ticket={ticket['id']}"
            query += f"&secret={ticket['secret']}" if subject == "citizen" else ""
            query += f"&token={token_of(WHO[subject])}" if WHO[subject] else ""

            status = _handshake(f"{served.ws_url}/ws/halls/{hall}?{query}")

            effective = "anonymous" if subject == "citizen" and not ask.takes_secret else subject
            is_let_in = effective in RIGHTS[ask.operation] and _covers(effective, hall)
            expected = 101 if is_let_in else 401 if effective == "anonymous" else 403
            assert status == expected, (subject, hall)
            asked = httpx.get(f"{served.url}/api/halls/{hall}/feed?{query}").status_code
            assert asked == (200 if status == 101 else status), (subject, hall)


@pytest.mark.parametrize("ask", FEEDS, ids=str)
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://", "http://127.0.0.1", "//", "http://[", "x"]
)
def test_a_live_feed_refuses_pages_of_other_sites(served: Served, ask: Ask, origin: str):
    """Also one with an administrator's token, whose browser would bring the cookie along."""
    query = f"view={ask.operation.removeprefix('view.')}&area=a1&window=W03&token={token_of('admin')}"

    assert _handshake(f"{served.ws_url}/ws/halls/{HALL}?{query}", origin=origin) == 403
    answer = httpx.post(f"{served.url}/api/logout", headers={"origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "FOREIGN_ORIGIN")


def test_a_secret_opens_its_own_ticket_in_its_own_hall_only(served: Served):
    ticket, other = served.take(), served.take()
    path = f"/api/halls/{HALL}/tickets/{other['id']}?secret={ticket['secret']}"

    assert served.client().get(path).json()["code"] == "WRONG_SECRET"
    assert served.client().get(path.replace(HALL, OTHER_HALL)).json()["code"] == "WRONG_SECRET"


def test_a_star_covers_the_halls_below():
    network = Caller("network", "wang", ("ft-*", "longgang"))

    assert may(network, "day.lead", hall="ft-street-1")
    assert may(network, "day.lead", hall="longgang")
    assert not may(network, "day.lead", hall="longgang-2")
    assert not may(network, "unheard of", hall="longgang")


def test_a_device_of_an_unknown_kind_may_do_nothing():
    assert not any(may(Caller("device", "x", (HALL,), kind="robot"), operation, hall=HALL) for operation in RIGHTS)


@pytest.mark.parametrize("role", ACCOUNT_ROLES)
def test_with_a_password_of_somebody_else_only_choosing_another_is_allowed(role: Any):
    """Beside what is open to everybody; an operation that is new waits, too."""
    caller = Caller(role, "x", ("*",), is_temporary=True)

    let_in = {operation for operation in (*RIGHTS, "unheard of") if not must_change_first(caller, operation)}

    assert let_in == {"me.read", "me.password"} | {one for one, roles in RIGHTS.items() if "anonymous" in roles}
    assert not any(must_change_first(Caller(role, "x", ("*",)), operation) for operation in RIGHTS)


def test_boards_are_not_public_unless_the_settings_say_so(served: Served):
    assert {"view.board", "view.area", "view.strip"} == PUBLIC_VIEWS
    assert _handshake(f"{served.ws_url}/ws/halls/{HALL}?view=board") == 401


@pytest.mark.parametrize("ask", sorted(HTTP, key=lambda ask: ask.row == ENDING), ids=str)
def test_a_route_lets_exactly_the_subjects_of_the_table_in(served: Served, ask: Ask):
    """Whoever has no right gets 401 or 403; whoever has it gets past the door, whatever the hall then says.

    In a hall that the account does not cover nobody gets in but to what is open to all. Stands last in this module, and
    ending the day last in it.
    """
    halls = (OTHER_HALL, HALL) if "{hall}" in ask.path else (HALL,)
    for hall in halls:
        for subject in SUBJECTS:
            # A calendar of all halls is for planners of all halls, and theirs here has one; the settings' tests try both.
            if (ask.operation, subject) != ("calendar.write", "network"):
                _check_door(served, ask, subject, hall)


def _check_door(served: Served, ask: Ask, subject: str, hall: str) -> None:
    secret = _secret(served, ask, hall) if subject == "citizen" and ask.takes_secret else ""
    answer = _ask(served, ask, subject=subject, hall=hall, secret=secret)
    effective = "anonymous" if subject == "citizen" and not secret else subject
    is_let_in = effective in RIGHTS[ask.operation] and (
        "{hall}" not in ask.path or "anonymous" in RIGHTS[ask.operation] or _covers(effective, hall)
    )

    said = (subject, hall, answer.status_code, answer.text[:200])
    assert answer.status_code < 500, said
    if ask.path == "/api/login":
        assert answer.json()["code"] in ("WRONG_PASSWORD", "TOO_MANY"), said
    elif is_let_in:
        assert answer.status_code not in (401, 403), said
    else:
        assert answer.status_code == (401 if effective == "anonymous" else 403), said
        assert answer.json()["code"] == ("NOT_SIGNED_IN_AT_ALL" if effective == "anonymous" else "FORBIDDEN"), said


def _covers(subject: str, hall: str) -> bool:
    """Tell whether a subject of the test server has a role in a hall."""
    return hall == HALL or subject in EVERYWHERE or subject in ("anonymous", "citizen")


def _ask(served: Served, ask: Ask, *, subject: str, hall: str, secret: str) -> httpx.Response:
    path = ask.path
    for name, value in {**VALUES, "hall": hall, "operation": ask.operation.removeprefix("window.")}.items():
        path = path.replace(f"{{{name}}}", "undo" if value == "work" else value)
    if path == "/api/logout":
        return _sign_out(served, subject)
    client = served.client(WHO[subject])
    if ask.method == "GET":
        return client.get(path, params=_query(ask, secret))
    return client.request(ask.method, path, json=_body(ask, secret))


def _query(ask: Ask, secret: str) -> dict[str, str]:
    if ask.path.endswith("/slots"):
        return {"item": "id-card"}
    known = {"tickets.find": {"number": "A001"}, "appointments.find": {"code": "ABCD2345"}}
    return {"secret": secret} if secret else known.get(ask.operation, {})


def _secret(served: Served, ask: Ask, hall: str) -> str:
    key = served.house.key
    if "{appointment}" in ask.path:
        return key.appointment_secret(hall, "2026-11-23", BOOKING)
    return key.ticket_secret(hall, "2026-11-23", TICKET)


def _body(ask: Ask, secret: str) -> dict[str, Any]:
    if ask.operation in ("settings.read", "settings.write", "calendar.write", "halls.write", "templates.write"):
        return {}
    if ask.operation == "appointment.erase":
        return {"secret": secret} if secret else {}
    whole = next((body for end, body in WHOLE_BODIES.items() if ask.path.endswith(end)), None)
    if whole is not None:
        return whole
    word = re.sub(r".*(/[a-z-]+)$", r"\1", ask.path)
    body = {"command_id": command_id(), **BODIES.get(word, {}), **({"secret": secret} if secret else {})}
    if ask.operation.startswith(("ticket.take.", "booking.make.")):
        body["channel"] = ask.operation.rpartition(".")[2]
    elif ask.operation.startswith("booking.check-in."):
        body |= {"person": "anna"} if ask.operation.endswith("person") else {"code": "ABCD2345"}
    elif ask.operation == "ticket.rejoin.number":
        body["number"] = "A001"
    elif ask.operation == "window.serve":
        body["serves"] = {"everything": True}
    return body


def _sign_out(served: Served, subject: str) -> httpx.Response:
    """Sign out of a session of its own, so that nobody else's ends."""
    who = WHO[subject]
    token = f"leaving-{who}"
    if who and subject in ACCOUNT_ROLES:
        served.house.desk.store.add_session(token_hash(token), who, expires_ms=wall_ms() + 60_000, now_ms=0)
    return httpx.post(f"{served.url}/api/logout", headers={"authorization": f"Bearer {token}"})


def _number(served: Served, hall: str) -> dict[str, Any]:
    answer = served.call("tickets", {"items": [{"code": "id-card"}], "channel": "desk"}, who="admin", hall=hall)
    ticket: dict[str, Any] = answer.json()["ticket"]
    return ticket


def _websocket_paths(served: Served) -> set[str]:
    return {route.path for route in routes_of(served) if "WebSocket" in type(route).__name__}


def _handshake(address: str, *, origin: str | None = None) -> int:
    try:
        with connect(address, origin=origin):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code

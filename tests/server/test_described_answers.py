"""Every described answer is asked for at a real server, and is what its description says, no field more or less."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from hall.catalog import Text
from hall.ids import MINUTE_MS
from server.demo.dayfile import PUBLIC_FILE, Link, Progress, PublicAccount, PublicDay, write_whole
from tests.support.described import Described
from tests.support.journey import until
from tests.support.server import HALL, OTHER_HALL, Served, serving

PASSWORD = "right horse battery"
WHOLE = ("", "kiosk", "clerk01", "clerk02", "manager", "admin", "auditor")
"""Everybody whose answers are looked at."""

CALENDAR, XLSX = "text/calendar", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NO_JSON: dict[str, list[str]] = {
    "GET /api/halls/{hall}/appointments/{appointment}/calendar.ics": [CALENDAR],
    "GET /api/people/{feed}/calendar.ics": [CALENDAR],
    "GET /api/halls/{hall}/settings/template.xlsx": [XLSX],
    "GET /api/halls/{hall}/studio/jobs/{job}/report.xlsx": [XLSX],
    "GET /metrics": ["text/plain; version=1.0.0; charset=utf-8"],
    # Browsers are sent on to another address.
    "GET /api/oidc/login": [],
    "GET /api/oidc/callback": [],
}
"""Operations whose answer is no JSON, with what it is."""

LISTED = {
    "hall": "x", "name": {"zh": "x", "en": "x"}, "level": "district", "parent": None, "open": True, "waiting": 0,
    "windows_open": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    """What was found of a day on which everything is asked once."""
    with serving(tmp_path_factory.mktemp("data")) as served:
        described = Described.of(served.client())
        for who in WHOLE:
            described.watch(served.client(who))
        _live_a_day(served)
        yield described


def test_every_described_answer_is_what_its_description_says(told: Described):
    """Checked with every object closed, so that a field that nobody describes is a lie as well."""
    assert told.lies == []


def test_every_described_answer_of_a_day_was_asked_for(told: Described):
    assert told.unasked("day") == set()
    # Of a day with bookings: their own test asks for it.
    assert told.invented("day") == {"DayFigures.booked"}


def test_every_operation_that_answers_json_says_how_its_answer_looks(told: Described):
    assert told.silent() == NO_JSON


def test_the_demo_tells_what_its_description_says(tmp_path: Path):
    """The file that whoever runs the demo writes, once as it begins and once with a day that is under way."""
    with serving(tmp_path, demo=True) as served:
        described = Described.of(served.client())
        described.watch(served.client())
        for progress in (Progress(), Progress("running", *range(1, len(Progress.__struct_fields__)))):
            account = PublicAccount("clerk", "see the page", "clerk", "王芳", "W01")
            public = PublicDay((account,), (Link(Text("手机", "Phone"), "/phone"),), progress)
            write_whole(tmp_path / PUBLIC_FILE, msgspec.json.encode(public))
            _get(served, "/api/demo")

    assert described.lies == []
    assert described.unasked("demo") == set()
    assert described.invented("demo") == set()


def test_the_public_contract_is_described(told: Described):
    """Whoever builds a kiosk, a phone page or a window console finds what is answered."""
    ticket = "/api/halls/{hall}/tickets/{ticket}"
    wanted = {
        "POST /api/halls/{hall}/tickets", "POST /api/halls/{hall}/windows/{window}/{operation}", "GET /api/halls",
        "GET /api/halls/{hall}", "GET /api/halls/{hall}/state", "GET /api/halls/{hall}/figures", "GET /health",
        "POST /api/login", f"GET {ticket}",
        *(f"POST {ticket}/{one}" for one in ("cancel", "rejoin", "rate", "print-result")),
    }  # fmt: skip

    assert wanted - told.described_answers() == set()


def test_a_field_that_no_description_names_is_a_lie(told: Described):
    """What holds the others: an answer with a field more or less is found."""
    for halls in ([{"hall": "x"}], [{**LISTED, "more": 1}]):
        other = Described(told.document)
        transport = httpx.MockTransport(lambda _, halls=halls: httpx.Response(200, json={"halls": halls}))
        with httpx.Client(transport=transport, base_url="http://test") as client:
            other.watch(client).get("/api/halls")
        assert other.lies != []


def test_a_day_before_its_opening_has_an_empty_view(told: Described):
    """The board of a day that nobody opened yet is an object with nothing in it."""
    schema = told.document["components"]["schemas"]["HallState"]
    state = {"seq": 0, "at_ms": 0, "date": "2026-11-23", "hash": "", "view": {}, "live": {}}

    assert told.faults(schema, state) == []
    assert told.faults(schema, {**state, "view": {"hall": None}}) != []


def _live_a_day(served: Served) -> None:
    """Ask for everything that is described, in the order of a day."""
    _read(served, "", "kiosk")
    _work_at_windows(served)
    _change_tickets(served)
    _lead(served)
    _read(served, "", "kiosk")
    _done(served.call("day/end", who="manager"))
    _read(served, "")


def _work_at_windows(served: Served) -> None:
    """Every act of a window, and what staff do at its ticket."""
    for window, who in (("W01", "clerk01"), ("W02", "clerk02")):
        _done(served.call(f"windows/{window}/open", who=who))
    for _ in range(9):
        served.take()
    told = served.take(person="p1")

    def act(operation: str, **body: Any) -> dict[str, Any]:
        return _done(served.call(f"windows/W01/{operation}", body, who="clerk01"))

    act("call-next")
    act("withdraw-call")
    act("call-next")
    act("undo")
    act("call", ticket=told["id"], reason="other")
    act("start")
    act("add-items", items=[{"code": "residence"}])
    act("item-result", entry=0, result="supplement_due", due_date="2026-12-01", materials=["copy"])
    act("hold", reason="other")
    act("resume", ticket=told["id"])
    act("finish-and-next", result="done")
    for operation in ("miss-and-next", "miss"):
        served.clock.at_ms += MINUTE_MS
        act("recall")
        served.clock.at_ms += MINUTE_MS
        act(operation)
    act("call-next")
    act("transfer", to_window="W02")
    act("call-next")
    act("start")
    act("finish", result="done")
    act("pause", reason="tea")
    act("open")
    act("drain")
    act("close")
    _done(served.call("windows/W01/serve", {"serves": {"themes": ["general"]}}, who="manager"))


def _change_tickets(served: Served) -> None:
    """Every change of a ticket, by its holder and by staff."""
    state = served.house.halls.today(HALL).view_state()
    missed, later = (state.tickets[one.id] for one in state.missed.values())
    _done(served.call(f"tickets/{missed.id}/rejoin", who="kiosk"))
    _done(served.call("tickets/rejoin", {"number": later.number}, who="kiosk"))
    ticket, other = (served.take() for _ in range(2))
    pair = _done(
        served.call("tickets", {"items": [{"code": "id-card"}, {"code": "residence"}], "channel": "desk"}, who="admin")
    )["ticket"]

    def change(one: dict[str, Any], operation: str, **body: Any) -> dict[str, Any]:
        return _done(served.call(f"tickets/{one['id']}/{operation}", body, who="manager"))

    _get(served, f"/api/halls/{HALL}/tickets/{ticket['id']}?secret={ticket['secret']}")
    _done(served.call(f"tickets/{ticket['id']}/print-result", {"printed": True}, who="kiosk"))
    _done(served.call(f"tickets/{ticket['id']}/delay", {"places": 1, "secret": ticket["secret"]}))
    change(pair, "split", entries=[1])
    change(pair, "add-items", items=[{"code": "residence"}])
    change(pair, "reclass", **{"class": "elder", "reason": "x"})
    change(pair, "transfer", to_area="a1", place="back")
    _done(served.client("manager").post(f"/api/halls/{HALL}/tickets/{pair['id']}/reprint"))
    change(pair, "merge", merged=other["id"])
    _done(served.call(f"tickets/{ticket['id']}/cancel", {"secret": ticket["secret"]}))
    change(ticket, "correct", reason="x", state="ABANDONED")
    _done(served.call("windows/W02/call-next", who="clerk02"))
    called = _desk(served, "W02")
    change(called, "withdraw-call")
    _done(served.call("windows/W02/call-next", who="clerk02"))
    called = _desk(served, "W02")
    _done(served.call("windows/W02/start", who="clerk02"))
    change(called, "item-result", entry=0, result="done")
    _done(served.call("windows/W02/finish", who="clerk02"))
    _done(served.call(f"tickets/{called['id']}/rate", {"entry": 0, "level": "satisfied"}, who="kiosk"))
    _get(served, f"/api/halls/{HALL}/tickets?number={called['number']}", who="manager")
    _get(served, f"/api/halls/{HALL}/tickets/{called['id']}/why", who="manager")
    _get(served, f"/api/halls/{HALL}/calls", who="manager")
    _get(served, f"/api/halls/{HALL}/figures", who="manager")
    _give_up(served)
    _go_on(served)


def _go_on(served: Served) -> None:
    """A visit that goes on in another hall, and one that stays."""
    gone, stays = (served.take() for _ in range(2))
    _done(served.call(f"tickets/{gone['id']}/transfer", {"to_hall": OTHER_HALL}, who="manager"))
    for one, query in ((gone, f"?secret={gone['secret']}"), (stays, f"?secret={stays['secret']}")):
        address = f"/api/halls/{HALL}/tickets/{one['id']}/linked{query}"
        until(lambda address=address, one=one: one is stays or _get(served, address)["linked"]["ticket"], "it is made")
        _get(served, address)


def _give_up(served: Served) -> None:
    _done(served.call("windows/W02/call-next", who="clerk02"))
    called = _desk(served, "W02")
    served.clock.at_ms += MINUTE_MS
    _done(served.call("windows/W02/recall", who="clerk02"))
    served.clock.at_ms += MINUTE_MS
    _done(served.call("windows/W02/miss", who="clerk02"))
    _done(served.call(f"tickets/{called['id']}/abandon", {"reason": "x"}, who="manager"))


def _lead(served: Served) -> None:
    """Devices, accounts, the day's issuing and times, signing in and out."""
    made = _done(served.client("manager").post(f"/api/halls/{HALL}/devices", json={"name": "南门", "kind": "board"}))
    _get(served, f"/api/halls/{HALL}/devices", who="manager")
    _get(served, f"/api/halls/{HALL}/staff", who="manager")
    _done(served.client("manager").post(f"/api/halls/{HALL}/devices/{made['device']}/revoke"))
    _get(served, f"/api/halls/{HALL}/reveals", who="auditor")
    _done(served.call("day/stop-issuing", {"items": ["id-card"]}, who="manager"))
    _done(served.call("day/resume-issuing", {"items": ["id-card"]}, who="manager"))
    sessions = [{"open_ms": one.open_ms, "close_ms": one.close_ms - 1} for one in _state(served).sessions]
    _done(served.call("day/sessions", {"sessions": sessions}, who="manager"))
    account = {"account": "new", "name": "New", "role": "clerk", "halls": [HALL], "password": PASSWORD}
    _done(served.client("admin").post("/api/accounts", json=account))
    _get(served, "/api/accounts", who="admin")
    _get(served, "/api/oidc")
    _get(served, f"/api/halls/{HALL}/feed?view=board", who="kiosk")
    _get(served, "/api/me", who="kiosk")
    _get(served, "/api/me", who="manager")
    _done(served.client().post("/api/login", json={"account": "new", "password": PASSWORD}))
    _done(served.client().post("/api/logout"))
    _done(served.client("admin").post("/api/accounts/new/password", json={"password": PASSWORD[::-1]}))
    signed = _done(served.client().post("/api/login", json={"account": "new", "password": PASSWORD[::-1]}))
    own = {"authorization": f"Bearer {signed['token']}"}
    _done(served.client().post("/api/me/password", json={"old": PASSWORD[::-1], "password": PASSWORD}, headers=own))
    _get(served, "/api/accounts/changes", who="auditor")
    _done(served.client("admin").post("/api/accounts/new/disable"))
    _done(served.client("admin").post("/api/accounts/new/enable"))


def _read(served: Served, *who: str) -> None:
    for one in who:
        for path in ("/health", "/api/halls", *(f"/api/halls/{HALL}{end}" for end in ("", "/state", "/waits"))):
            _get(served, path, who=one)


def _get(served: Served, path: str, *, who: str = "") -> dict[str, Any]:
    return _done(served.client(who).get(path))


def _done(answer: Any) -> dict[str, Any]:
    assert answer.is_success, (answer.request.url, answer.text)
    found: dict[str, Any] = answer.json()
    return found


def _state(served: Served) -> Any:
    return served.house.halls.today(HALL).view_state()


def _desk(served: Served, window: str) -> dict[str, Any]:
    ticket = _state(served).desks[window].ticket
    return {"id": ticket.id, "number": ticket.number}

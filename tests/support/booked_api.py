"""Booked visits over HTTP: a server with two halls that can be booked, and what visitors and staff ask of it."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from hall.booking import BookingRules
from hall.ids import Ms
from hall.policy import Plan
from tests.support.booked_days import FREE, HALLS, bookable_plan, day, live_until, slot_ms
from tests.support.server import Served, command_id, serving

HALL, OTHER = HALLS
TICKED_SECONDS = 20
Json = dict[str, Any]


@contextmanager
def booked_server(folder: Path, rules: BookingRules = FREE, **more: Any) -> Iterator["Desk"]:
    """Serve both halls by these rules; the clock stands at nine of a Monday, when the halls open."""
    plans: Mapping[str, Plan] = more.pop("plans", None) or {code: bookable_plan(code, rules) for code in HALLS}
    with serving(folder, plans=plans, **more) as served:
        yield Desk(served)


class Desk:
    """What visitors and staff ask; whatever succeeds is returned as it was answered."""

    def __init__(self, served: Served) -> None:
        self.served = served

    # ---- asking ----

    def post(self, path: str, body: Mapping[str, Any], *, who: str = "", hall: str = HALL) -> httpx.Response:
        """Post to a hall, with a fresh command id unless the body has one."""
        return self.served.call(path, body, who=who, hall=hall)

    def get(self, path: str, *, who: str = "", hall: str = HALL, **query: Any) -> httpx.Response:
        """Get something of a hall."""
        return self.served.client(who).get(f"/api/halls/{hall}/{path}", params=query)

    def ask(self, path: str, body: Mapping[str, Any], *, who: str = "", hall: str = HALL) -> httpx.Response:
        """Post what is no command."""
        return self.served.client(who).post(f"/api/halls/{hall}/{path}", json=dict(body))

    def done(self, path: str, body: Mapping[str, Any], *, who: str = "", hall: str = HALL) -> Json:
        """Post what must succeed."""
        return ok(self.post(path, body, who=who, hall=hall))

    def code(self, path: str, body: Mapping[str, Any], *, who: str = "", hall: str = HALL) -> str:
        """Post what must be refused; return the code, whose sentences are there in both languages."""
        return code_of(self.post(path, body, who=who, hall=hall))

    # ---- booking ----

    def hold(self, number: int = 1, slot: int = 0, *, hall: str = HALL, who: str = "", **more: Any) -> Json:
        """Hold a place."""
        return self.done("appointments", wish(number, slot, **more), who=who, hall=hall)

    def book(self, person: str, number: int = 1, slot: int = 0, *, hall: str = HALL, **more: Any) -> Json:
        """Hold and confirm; return the booking's answer with its ``id`` and ``secret``."""
        held = self.hold(number, slot, hall=hall)
        name, secret = held["appointment"]["id"], held["secret"]
        booked = self.confirm(name, secret, person, hall=hall, **more)
        return {**booked, "id": name, "secret": secret}

    def confirm(self, booking: str, secret: str, person: str, *, hall: str = HALL, **more: Any) -> Json:
        """Book the held place."""
        return self.done(f"appointments/{booking}/confirm", {"secret": secret, "person": person, **more}, hall=hall)

    def of(self, one: Mapping[str, Any], operation: str, *, hall: str = HALL, **body: Any) -> httpx.Response:
        """Do something with a booking, as its holder."""
        return self.post(f"appointments/{one['id']}/{operation}", {"secret": one["secret"], **body}, hall=hall)

    def shown(self, one: Mapping[str, Any], *, hall: str = HALL) -> Json:
        """Look at a booking, as its holder."""
        return ok(self.get(f"appointments/{one['id']}", secret=one["secret"], hall=hall))

    def state(self, one: Mapping[str, Any], *, hall: str = HALL) -> str:
        """Return the state of a booking."""
        found: str = self.shown(one, hall=hall)["appointment"]["state"]
        return found

    # ---- time ----

    def at(self, moment_ms: Ms) -> None:
        """Turn the clock on, while all days do what is due."""
        clock = self.served.clock
        passes = live_until(self.served.house.halls, moment_ms, lambda now_ms: setattr(clock, "at_ms", now_ms))
        asyncio.run_coroutine_threadsafe(passes, self.served.loop).result(TICKED_SECONDS)


def wish(number: int = 1, slot: int = 0, *, item: str = "id-card", quantity: int = 1, **more: Any) -> Json:
    """Return the body of a hold from a page of its own."""
    items = [{"code": item, "quantity": quantity}]
    return {
        "command_id": command_id(), "date": day(number), "items": items, "slot_ms": slot_ms(number, slot),
        "device": command_id(), **more,
    }  # fmt: skip


def ok(answer: httpx.Response) -> Json:
    """Return what was answered; it must have succeeded."""
    assert answer.status_code in (200, 201), (answer.status_code, answer.text)
    found: Json = answer.json()
    return found


def code_of(answer: httpx.Response) -> str:
    """Return the code of a refusal, which says why in two languages and leaves no fact out."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["title"]["zh"]
    assert problem["title"]["en"]
    assert "–" not in problem["title"]["zh"] + problem["title"]["en"], "a sentence lacks a fact"
    found: str = problem["code"]
    return found

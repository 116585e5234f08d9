"""A real server on a free port of this machine, with a temporary data folder and a small hall.

Use the fixture ``served`` (one server per module) from ``tests/server/conftest.py``, or :func:`serving` for one of your own.
"""

import asyncio
import itertools
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.routing import BaseRoute

from hall.opening import Calendar
from hall.policy import Plan
from server.accounts.authorise import ACCOUNT_ROLES
from server.accounts.passwords import token_hash
from server.accounts.store import AccountStore, Device, NewAccount
from server.api.house import House, wall_ms
from server.app import Instead, create_app, server_of
from server.clock import Clock
from server.config.database import Database
from server.config.places import place_of
from server.config.plans import FixedPlans
from server.ledger.port import Ledger
from server.migrations.upgrade import upgrade
from server.settings import UNHURRIED, Limits, Settings
from tests.support.live import HandClock
from tests.support.plans import CALENDAR, small_plan

HALL = "longgang"
OTHER_HALL = "futian"
STARTED_SECONDS = 30
_ids = itertools.count(1)


def command_id() -> str:
    """Return an id that no other command of this run has."""
    return f"test-{next(_ids):08d}"


@dataclass(repr=False)
class Served:
    """A running server and how to talk to it. ``call`` posts a command with a fresh id unless the body has one."""

    url: str
    house: House
    loop: asyncio.AbstractEventLoop
    clock: HandClock
    app: FastAPI
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    @property
    def ws_url(self) -> str:
        """Where live feeds are."""
        return self.url.replace("http://", "ws://")

    def client(self, who: str = "") -> httpx.Client:
        """Return a client of an account (``clerk01``, ``manager`` …), of a device (``kiosk``), or of nobody."""
        if who not in self.clients:
            headers = {"authorization": f"Bearer {token_of(who)}"} if who else {}
            self.clients[who] = httpx.Client(base_url=self.url, headers=headers, timeout=20)
        return self.clients[who]

    def call(
        self, path: str, body: Mapping[str, Any] | None = None, *, who: str = "", hall: str = HALL
    ) -> httpx.Response:
        """Post a command to a hall: ``call("windows/W01/open", who="clerk01")``."""
        return self.client(who).post(f"/api/halls/{hall}/{path}", json={"command_id": command_id(), **(body or {})})

    def take(self, item: str = "id-card", **more: Any) -> dict[str, Any]:
        """Take a number at the kiosk."""
        answer = self.call("tickets", {"items": [{"code": item}], **more}, who="kiosk")
        assert answer.status_code == 201, answer.text
        ticket: dict[str, Any] = answer.json()["ticket"]
        return ticket

    def seq(self, hall: str = HALL) -> int:
        """Return where the hall's log stands."""
        return self.house.halls.today(hall).view_state().seq

    def close(self) -> None:
        """Close all clients."""
        for client in self.clients.values():
            client.close()


@contextmanager
def serving(
    folder: Path,
    *,
    plans: Mapping[str, Plan] | None = None,
    clock: Clock | None = None,
    ledger: Ledger | None = None,
    limits: Limits | None = None,
    public_screens: bool = False,
    calendar: Calendar = CALENDAR,
    database_url: str = "",
    redis_url: str = "",
    people: bool = True,
    is_stored: bool = False,
    demo: bool = False,
) -> Iterator[Served]:
    """Run a server until the block ends; stopping it is the graceful stop of the product.

    ``is_stored``: with the halls of the folder's settings, which must be there, instead of plans from memory.

    With a database's address it is one of several nodes; the first of them adds the ``people``.
    """
    halls = plans or {HALL: small_plan(HALL), OTHER_HALL: small_plan(OTHER_HALL)}
    settings = Settings(
        data=folder, limits=limits or UNHURRIED, public_screens=public_screens, database_url=database_url,
        redis_url=redis_url, demo=demo,
    )  # fmt: skip
    if people:
        _add_people(place_of(folder, database_url, "config"), halls)
    hand = clock if isinstance(clock, HandClock) else HandClock()
    fixed = None if is_stored else FixedPlans(dict(halls), calendar=calendar)
    instead = Instead(clock=clock or hand, plans=fixed, ledger=ledger)
    with _running(create_app(settings, instead), settings, hand) as served:
        yield served


@contextmanager
def _running(app: FastAPI, settings: Settings, hand: HandClock) -> Iterator[Served]:
    server = server_of(app, settings)
    listener = socket.create_server(("127.0.0.1", 0))
    # asyncio's own loop does not do this for such a listener, and every second answer would wait 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    loops: list[asyncio.AbstractEventLoop] = []

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        await server.serve([listener])

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="server")
    thread.start()
    try:
        _wait_until_started(server, thread)
        served = Served(f"http://127.0.0.1:{listener.getsockname()[1]}", app.state.house, loops[0], hand, app)
        try:
            yield served
        finally:
            served.close()
    finally:
        server.should_exit = True
        thread.join(STARTED_SECONDS)
        listener.close()
    assert not thread.is_alive(), "the server did not stop"


def routes_of(served: Served) -> Iterator[BaseRoute]:
    """Yield every route of a server, those of its routers too."""
    routers: list[Any] = [served.app.router]
    while routers:
        for route in routers.pop().routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                routers.append(inner)
            else:
                yield route


def token_of(who: str) -> str:
    """Return the token of an account or device of the test server."""
    return f"token-of-{who}"


def _wait_until_started(server: Any, thread: threading.Thread) -> None:
    for _ in range(STARTED_SECONDS * 100):
        if server.started:
            return
        assert thread.is_alive(), "the server did not start"
        thread.join(0.01)
    raise AssertionError("the server did not start in time")


def _add_people(place: Path | str, halls: Mapping[str, Plan]) -> None:
    """Sign everybody in beforehand: a password costs 0.2 s each time, a token nothing."""
    if isinstance(place, Path):
        place.mkdir(parents=True, exist_ok=True)
    database = Database(place)
    upgrade(database)
    store = AccountStore(database)
    first = next(iter(halls))
    names = {role: role for role in ACCOUNT_ROLES if role != "clerk"} | {f"clerk0{n}": "clerk" for n in (1, 2, 3)}
    people = [
        _account(name, role, ("*",) if role in ("admin", "auditor") else (first,)) for name, role in names.items()
    ]
    store.add_accounts([*people, _account("stranger", "manager", ("nowhere",))], now_ms=0, replace=True)
    for one in [*names, "stranger"]:
        store.end_session(token_hash(token_of(one)))
        store.add_session(token_hash(token_of(one)), one, expires_ms=wall_ms() + Limits().session_ms, now_ms=0)
    for kind in ("kiosk", "board", "area", "strip"):
        device = Device(kind, first, kind, kind, window="W01" if kind == "strip" else "")
        store.add_device(device, token_hash(token_of(kind)), now_ms=0)
    database.close()


def _account(name: str, role: str, halls: tuple[str, ...]) -> NewAccount:
    return NewAccount(account=name, name=name, role=role, halls=halls, password_hash="not a hash")

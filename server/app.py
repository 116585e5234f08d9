"""Puts a server together: parts, routes, the ring around them, and an orderly start and stop.

Stopping: uvicorn takes no more connections, screens get `bye`, requests under way are answered; then every hall stores
what waits in its mailbox, and the ledger is closed last. No acknowledged change is lost, no request is left hanging.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Final

import structlog
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from displays.web import DIST
from server import sockets
from server.accounts.desk import FrontDesk, Terms
from server.accounts.first import ensure_somebody
from server.accounts.provider import FILE_NAME as PROVIDER_FILE
from server.accounts.provider import load_provider
from server.accounts.rates import Rates
from server.accounts.store import AccountStore, Device
from server.api import (
    appointments,
    booked,
    bookings,
    check_in,
    day,
    demo,
    describe,
    devices,
    figures,
    halls,
    messages,
    oidc,
    ops,
    pages,
    people,
    reveals,
    slots,
    studio_screen,
    tickets,
    windows,
)
from server.api import settings as settings_routes
from server.api import studio as studio_routes
from server.api.allowed import allow_of
from server.api.house import House, Seats, wall_ms
from server.callbook import CallBook
from server.clock import Clock, SystemClock
from server.cluster import Node, node_of, shared_ledger
from server.config.database import Database, DatabaseUnavailable
from server.config.places import place_of
from server.config.plans import PlanSource, StoredPlans
from server.config.store import Store
from server.contacts.book import Contacts
from server.degraded import Degraded
from server.express import Express
from server.fresh import Fresh
from server.hub import Hub, tickets_in
from server.keys import ServerKey, load_key
from server.ledger.port import Ledger, StorageFailed
from server.ledger.sqlite import FILE_NAME, SqliteLedger
from server.live import LiveView
from server.middleware import Application, Edge, Gate, Receive, Scope, Send
from server.migrations.upgrade import upgrade
from server.network import Network
from server.newcomers import Newcomers
from server.outbox.configuration import FILE_NAME as MESSAGES_FILE
from server.outbox.configuration import channels_of, load_configuration
from server.outbox.outbox import Outbox
from server.outcomes import CommandError, DayRefused
from server.problems import FieldError, Problem, body_of, headers_of, status_of
from server.projector import Projector
from server.registry import Halls
from server.reports import Reports
from server.settings import Settings
from server.slotbook import SlotBook
from server.studio.desk import StudioDesk
from server.studio.store import StudioStore
from server.studio.theatre import Theatre
from server.waits import Waits
from server.wire import Doors, protocols

log = structlog.get_logger(__name__)

LEDGER_FILE = FILE_NAME
DEVICES_SECONDS = 10.0
"""How often a node looks for the devices of others; a revoked one loses its feeds within a second all the same."""
SEEN_SECONDS = 60.0
"""How often it is written down when devices were last heard of."""
STOP_SECONDS = 10
"""A request that takes longer than this at the end is cut (every command has its answer within 10 s)."""
GARBAGE: Final = 20_000
"""New objects between two searches for cycles among the new. Requests leave none, and what stays is a day's tickets: at
Python's 700 the searches took a twelfth of the processor in a rush. One takes about a millisecond."""
ERRORS_TOLD = 20
"""Faults of one request that are told; more help nobody."""
BUSY: Final = tuple([part.router for part in (tickets, windows, slots, appointments, check_in, halls)])
"""Routes are tried in order: the ones that a busy hall asks for most come first, and their commands have a lane of their own."""


@dataclass
class Instead:
    """Parts that are given from outside: a demo's clock, plans of a test."""

    clock: Clock | None = None
    plans: PlanSource | None = None
    ledger: Ledger | None = None
    node: Node | None = None
    took_over: bool = False
    """Another server had the ledger until a moment ago."""


def create_app(settings: Settings, instead: Instead | None = None) -> FastAPI:
    """Return the application; nothing is opened before it starts."""
    gate = Gate(settings.limits)
    app = describe.DescribedApp(
        title="OneWindow 一窗通",
        version=installed_version("onewindow"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
        },  # nothing is told to anybody; /metrics says it all
        lifespan=_lifespan(settings, instead or Instead(), gate),
    )
    app.state.doors = Doors(settings.limits, proxies=settings.proxies)
    _add_routes(app)
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(CommandError, _on_command_error)
    app.add_exception_handler(DatabaseUnavailable, _on_storage_error)
    app.add_exception_handler(StorageFailed, _on_storage_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_broken)
    app.state.front = _front(app, gate, is_shared=bool(settings.database_url))
    return app


def _front(app: FastAPI, gate: Gate, *, is_shared: bool) -> Application:
    """Return what stands before the application: the edge, and the lane of commands behind it.

    Before, not among its middlewares: the layers that it puts around those are of no use to a command.
    """
    inner: Application = Express(app, BUSY)
    edge = Edge(Fresh(inner) if is_shared else inner, gate)

    def front(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        scope["app"] = app
        return edge(scope, receive, send)

    return front


def server_of(app: FastAPI, settings: Settings) -> uvicorn.Server:
    """Return a server for the application, ready to run."""
    http, ws = protocols(app.state.doors)
    config = uvicorn.Config(
        app.state.front,
        interface="asgi3",
        host=settings.host,
        port=settings.port,
        http=http,
        ws=ws,
        ws_max_size=settings.limits.frame_bytes,
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return uvicorn.Server(config)


def _add_routes(app: FastAPI) -> None:
    others = (
        booked,
        messages,
        bookings,
        day,
        people,
        oidc,
        reveals,
        devices,
        figures,
        settings_routes,
        ops,
        describe,
        demo,
    )
    # After a restart all screens come at once: theirs is the first address that is looked for.
    for router in (sockets.router, *BUSY, studio_routes.router, *(part.router for part in others)):
        app.include_router(router)
    app.include_router(studio_screen.router)
    app.include_router(pages.pages_of(DIST))


# ---- start and stop ----


def _lifespan(
    settings: Settings, instead: Instead, gate: Gate
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def live(app: FastAPI) -> AsyncIterator[None]:
        house = await _build(settings, instead, gate=gate, doors=app.state.doors)
        app.state.house = house
        house.node.start()
        await house.halls.start()
        await house.projector.start()
        await house.contacts.start()
        await house.outbox.start()
        await house.studio.start()
        await _start_screens(house)
        # Whoever started us may have kept the collector off until here: nothing that a start makes is garbage.
        gc.freeze()
        gc.set_threshold(GARBAGE)
        gc.enable()
        async with asyncio.TaskGroup() as group:
            jobs = (
                house.hub.beat(), _note_devices(house), _follow_devices(house), house.desk.watch(wall_ms),
                house.desk.rates.share(), house.live.degraded.watch(),
            )  # fmt: skip
            tasks = [group.create_task(job) for job in jobs]
            if house.node.is_shared:
                tasks.append(group.create_task(house.newcomers.follow()))
            yield
            for task in tasks:
                task.cancel()
        await house.studio.stop()
        await house.halls.stop()
        await house.outbox.stop()
        await house.contacts.stop()
        await house.projector.stop()
        await house.node.stop()
        await house.ledger.close()
        await asyncio.to_thread(house.database.close)

    return live


def _tell_commits(halls: Halls, hub: Hub, calls: CallBook) -> None:
    halls.listeners.append(lambda hall, commits: hub.moved(hall, tickets_in(commits)))
    halls.day_listeners.append(calls.see)


async def _build(settings: Settings, instead: Instead, *, gate: Gate, doors: Doors) -> House:
    database, ledger = await asyncio.to_thread(_storage, settings, instead)
    clock = instead.clock or SystemClock()
    waits = Waits(clock)
    plans = instead.plans or StoredPlans(Store(database))
    node = instead.node or node_of(settings)
    hall_days = Halls(ledger, node.bus, clock, plans, waits.tell, is_shared=node.is_shared, took_over=instead.took_over)
    version = installed_version("onewindow")
    hub = Hub(hall_days.day_of, clock, version=version)
    calls = CallBook(ledger)
    key = await asyncio.to_thread(load_key, settings.data)
    kept = await asyncio.to_thread(_messages, settings, key=key, clock=clock, ledger=ledger, node=node, waits=waits)
    desk = _desk(settings, database, key)
    _tell_commits(hall_days, hub, calls)
    return House(
        settings=settings,
        clock=clock,
        database=database,
        ledger=ledger,
        bus=node.bus,
        node=node,
        halls=hall_days,
        hub=hub,
        live=LiveView(hub, waits, clock, Degraded(ledger, node.bus, desk.rates, clock), day_of=hall_days.day_of),
        calls=calls,
        projector=_projector(settings, ledger=ledger, node=node, clock=clock),
        desk=desk,
        key=key,
        waits=waits,
        contacts=kept[0],
        outbox=kept[1],
        slots=(book := SlotBook(hall_days, clock)),
        network=Network(hall_days, book, waits, clock),
        newcomers=Newcomers(hall_days, ledger, node.bus),
        studio=StudioDesk(StudioStore(database), settings.data, gate.pulse, Theatre(version), is_shared=node.is_shared),
        doors=doors,
        seats=Seats(settings.limits),
        edge=gate,
        version=version,
    )


def _desk(settings: Settings, database: Database, key: ServerKey) -> FrontDesk:
    limits = settings.limits
    terms = Terms(limits.session_ms, limits.session_idle_ms)
    provider = load_provider(settings.oidc or settings.data / PROVIDER_FILE)
    elsewhere = None
    if provider is not None:
        # Its libraries take a tenth of the start, and most houses have no provider.
        from server.accounts.oidc import Oidc

        elsewhere = Oidc(provider, key.sign_in_key())
    sharing = None
    if settings.redis_url:
        from server.accounts.shared_rates import RedisSharing

        sharing = RedisSharing(settings.redis_url)
    rates = Rates(limits, sharing=sharing)
    return FrontDesk(AccountStore(database), terms, rates, elsewhere)


def _storage(settings: Settings, instead: Instead) -> tuple[Database, Ledger]:
    """Open the settings, with somebody who can sign in, and the log."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(_place(settings, "config"))
    upgrade(database)
    ensure_somebody(AccountStore(database), now_ms=wall_ms())
    return database, instead.ledger if instead.ledger is not None else opened_ledger(settings)


def opened_ledger(settings: Settings) -> Ledger:
    """Open the log: the file of the data folder, or that of all nodes; raise LedgerError."""
    return shared_ledger(settings) if settings.database_url else SqliteLedger.open(settings.data / LEDGER_FILE)


def _place(settings: Settings, store: str) -> Path | str:
    return place_of(settings.data, settings.database_url, store)


def _projector(settings: Settings, *, ledger: Ledger, node: Node, clock: Clock) -> Projector:
    return Projector(ledger, node.bus, Reports(_place(settings, "reports")), wall_ms=clock.now_ms, duty=node.duty)


def _messages(
    settings: Settings, *, key: ServerKey, clock: Clock, ledger: Ledger, node: Node, waits: Waits
) -> tuple[Contacts, Outbox]:
    """Return contact data and outbox as the file of messages wants them."""
    said = load_configuration(settings.messages or settings.data / MESSAGES_FILE)
    place = _place(settings, "contacts")
    contacts = Contacts(place, key, clock, keep_days=said.contact_days, is_shared=node.is_shared)
    outbox = Outbox(
        _place(settings, "outbox"),
        ledger,
        node.bus,
        clock,
        contacts,
        rules=said.rules,
        channels=channels_of(said),
        wait_of=waits.of_ticket,
        code_of=key.check_in_code,
        duty=node.duty,
    )
    return contacts, outbox


async def _start_screens(house: House) -> None:
    house.hub.live = house.live
    await _look_at_devices(house)
    await _look_at_voices(house)


async def _look_at_devices(house: House) -> None:
    devices: dict[str, list[Device]] = {}
    for device in await asyncio.to_thread(house.desk.store.devices):
        devices.setdefault(device.hall, []).append(device)
    for hall, found in devices.items():
        house.live.learn_devices(hall, found)


async def _look_at_voices(house: House) -> None:
    facts = await asyncio.to_thread(house.halls.plans.halls)
    house.hub.learn_voices({one.code: one.voice for one in facts})


async def _follow_devices(house: House) -> None:
    """Hear of devices that other nodes have made or revoked, and of halls that they silenced, until cancelled."""
    while house.node.is_shared:
        await asyncio.sleep(DEVICES_SECONDS)
        try:
            await _look_at_devices(house)
            await _look_at_voices(house)
        except DatabaseUnavailable as failure:
            log.warning("devices_not_read", reason=str(failure))


async def _note_devices(house: House) -> None:
    """Write down when devices were last heard of, until cancelled."""
    while True:
        await asyncio.sleep(SEEN_SECONDS)
        seen = {device: wall_ms() for hall in house.halls.codes() for device in house.live.online(hall)}
        try:
            await asyncio.to_thread(house.desk.store.saw_devices, seen)
        except DatabaseUnavailable as failure:
            log.warning("devices_not_noted", reason=str(failure))


# ---- whatever goes wrong, in one form ----


async def _on_problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return Response(body_of(problem), status_code=status_of(problem.code), headers=headers_of(problem))


async def _on_command_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, CommandError)
    facts = error.refusal.facts if isinstance(error, DayRefused) else None
    return await _on_problem(request, Problem(error.code, facts=facts))


async def _on_storage_error(request: Request, error: Exception) -> Response:
    log.warning("storage_unavailable", reason=str(error))
    return await _on_problem(request, Problem("STORAGE_FULL"))


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return await _on_problem(request, Problem("MALFORMED_JSON"))
    told = [
        FieldError(".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0]), fault["msg"])
        for fault in faults[:ERRORS_TOLD]
    ]
    return await _on_problem(request, Problem("INVALID_INPUT", errors=told))


async def _on_broken(request: Request, _: Exception) -> Response:
    """Answer; the edge, which the exception reaches next, tells the log."""
    return await _on_problem(request, Problem("BROKEN"))


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes = {400: "MALFORMED_JSON", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 415: "WRONG_MEDIA_TYPE"}
    answer = await _on_problem(request, Problem(codes.get(error.status_code, "BAD_REQUEST")))
    if answer.status_code == 405:
        answer.headers["allow"] = allow_of(request)
    return answer

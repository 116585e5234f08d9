"""Runs a server until it is told to stop."""

import asyncio
import contextlib
import gc
import importlib.util
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from server.app import Instead, create_app, opened_ledger, server_of
from server.command_faults import fault_of
from server.ledger.port import Ledger, LedgerError, LedgerInUse
from server.logs import say
from server.middleware import Application, Receive, Scope, Send
from server.settings import Settings

log = structlog.get_logger(__name__)

STOPPED, FAILED = 0, 1
SPARE_POLL_S = 0.05
"""How often a spare looks whether the other server is gone: a lock that its process has lost says so at once."""
BACKLOG = 2_048
"""Connections that may wait to be accepted: a district's screens all come back at once after a restart."""


def serve(settings: Settings, *, spare: bool = False) -> int:
    """Run until SIGINT or SIGTERM; return the exit status. A ``spare`` waits until no other server has the folder."""
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=fast_loop()) as runner:
        return runner.run(_serve(settings, spare=spare))
    # The server stops in order on SIGINT, and then lets the signal have its usual effect.
    return STOPPED


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop where it exists; Windows has none."""
    if importlib.util.find_spec("uvloop") is None:
        return None
    import uvloop

    return uvloop.new_event_loop


def listener_of(host: str, port: int) -> socket.socket:
    """Listen on an IPv4 address, a name, or an IPv6 address of this computer; raise OSError.

    ``0.0.0.0`` is every network over IPv4, ``::`` every one over IPv6: who comes by IPv4 would there have an address in IPv6
    form, which no list of proxies names.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def _place(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def _serve(settings: Settings, *, spare: bool) -> int:
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        ledger, took_over = await _opened(settings, spare=spare)
    except LedgerError as error:
        say(f"Error: {fault_of(error)}")
        return FAILED
    try:
        listener = listener_of(settings.host, settings.port)
    except OSError as error:
        await ledger.close()
        say(f"Error: 无法监听 / cannot listen on {_place(settings.host, settings.port)}: {error.strerror}")
        return FAILED
    # uvloop does this by itself; asyncio's own loop does not for such a listener, and answers would wait for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    port = listener.getsockname()[1]
    say(f"OneWindow at http://{_place(settings.host, port)}/ with the data in {settings.data}")
    app = create_app(settings, Instead(ledger=ledger, took_over=took_over))
    app.state.front = start = Start(app.state.front)
    server = server_of(app, settings)
    with listener:
        try:
            await server.serve([listener])
        except SystemExit:
            # So ends a server whose application did not start.
            if start.fault is not None:
                say(f"Error: {start.fault}")
            return FAILED
    return STOPPED if server.started else FAILED


class Start:
    """An application that says in one line why it did not start, where that is no mistake of the program."""

    def __init__(self, app: Application) -> None:
        """Wrap what is served."""
        self._app = app
        self.fault: str | None = None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass everything on but the start."""
        return self._start(scope, receive, send) if scope["type"] == "lifespan" else self._app(scope, receive, send)

    async def _start(self, scope: Scope, receive: Receive, send: Send) -> None:
        failure: dict[str, Any] = {}

        async def hold(message: Any) -> None:
            # The failure comes before the exception that tells its reason.
            if message["type"] == "lifespan.startup.failed":
                failure.update(message)
            else:
                await send(message)

        try:
            await self._app(scope, receive, hold)
        except Exception as error:
            self.fault = fault_of(error)
            if failure:
                await send({**failure, "message": failure["message"] if self.fault is None else ""})
            raise


async def _opened(settings: Settings, *, spare: bool) -> tuple[Ledger, bool]:
    """Open the ledger; a spare is loaded by now, and waits here for its turn. Say whether another server had it till then."""
    try:
        return await asyncio.to_thread(opened_ledger, settings), False
    except LedgerInUse as taken:
        if not spare:
            raise
        log.info("spare_waits", holder=taken.holder)
    # It may wait for months, and each look leaves something behind; what is loaded by now stays.
    gc.freeze()
    gc.enable()
    while True:
        await asyncio.sleep(SPARE_POLL_S)
        with contextlib.suppress(LedgerInUse):
            ledger = await asyncio.to_thread(opened_ledger, settings)
            gc.disable()
            return ledger, True

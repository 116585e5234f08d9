"""Runs a server until it is told to stop."""

import asyncio
import contextlib
import gc
import importlib.util
import socket
import sys
from collections.abc import Callable

import structlog

from server.app import Instead, create_app, opened_ledger, server_of
from server.ledger.port import Ledger, LedgerError, LedgerInUse
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


async def _serve(settings: Settings, *, spare: bool) -> int:
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        ledger = await _opened(settings, spare=spare)
    except LedgerError as error:
        sys.stderr.write(f"Error: {error}\n")
        return FAILED
    try:
        listener = socket.create_server((settings.host, settings.port), backlog=BACKLOG)
    except OSError as error:
        await ledger.close()
        sys.stderr.write(f"Error: cannot listen on {settings.host}:{settings.port}: {error.strerror}\n")
        return FAILED
    # uvloop does this by itself; asyncio's own loop does not for such a listener, and answers would wait for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    port = listener.getsockname()[1]
    sys.stderr.write(f"OneWindow at http://{settings.host}:{port}/ with the data in {settings.data}\n")
    server = server_of(create_app(settings, Instead(ledger=ledger)), settings)
    with listener:
        await server.serve([listener])
    return STOPPED if server.started else FAILED


async def _opened(settings: Settings, *, spare: bool) -> Ledger:
    """Open the ledger; a spare is loaded by now, and waits here for its turn."""
    try:
        return await asyncio.to_thread(opened_ledger, settings)
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
            return ledger

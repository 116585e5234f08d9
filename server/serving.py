"""Runs a server until it is told to stop."""

import asyncio
import contextlib
import importlib.util
import socket
import sys
from collections.abc import Callable

from server.app import LEDGER_FILE, Instead, create_app, server_of
from server.ledger.port import LedgerError
from server.ledger.sqlite import SqliteLedger
from server.settings import Settings

STOPPED, FAILED = 0, 1
BACKLOG = 2_048
"""Connections that may wait to be accepted: a district's screens all come back at once after a restart."""


def serve(settings: Settings) -> int:
    """Run until SIGINT or SIGTERM; return the exit status."""
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=fast_loop()) as runner:
        return runner.run(_serve(settings))
    # The server stops in order on SIGINT, and then lets the signal have its usual effect.
    return STOPPED


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop where it exists; Windows has none."""
    if importlib.util.find_spec("uvloop") is None:
        return None
    import uvloop

    return uvloop.new_event_loop


async def _serve(settings: Settings) -> int:
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        ledger = await asyncio.to_thread(SqliteLedger.open, settings.data / LEDGER_FILE)
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

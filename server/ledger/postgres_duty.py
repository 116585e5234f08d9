"""What one node at a time may do for all: send messages, write reports. Who does is decided by a lock of PostgreSQL.

The lock goes with the connection of whoever holds it, so a killed node is replaced within seconds; and the connection goes
when it was silent for :data:`SILENT_SECONDS`, so a node that stands still is replaced too, whose machine would keep it open.
A node that only lost its connection may overlap with the next one for about a second; what it does under the lock must be
harmless twice.
"""

import asyncio
import contextlib
import time
from typing import Any, Final

import asyncpg
import structlog

from server.ledger.postgres_writer import FAULTS

log = structlog.get_logger(__name__)

LOCK: Final = 0x6F77_0003
"""Name of the lock."""

LOOK_SECONDS: Final = 1.0
"""How often the lock is tried, and looked after by who holds it."""

CALL_SECONDS: Final = 2.0
"""How long the database may take to answer before the lock counts as lost."""

KEEPALIVES: Final = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}
"""The database notices a node whose machine is gone after some eleven seconds, and lets its lock go."""

SILENT_SECONDS: Final = 10
"""The database ends a connection that asked nothing for so long, and its node does not count on the lock any longer either."""

_SILENT: Final = """SELECT set_config('idle_session_timeout', $1, false)
WHERE current_setting('idle_session_timeout', true) IS NOT NULL"""
"""PostgreSQL 13 does not know it: there a node that stands still keeps the lock."""


class Duty:
    """The lock of one node. ``start`` and ``stop`` own its task."""

    def __init__(self, address: str) -> None:
        """``address`` is that of the database."""
        self._address = address
        self._is_held = False
        self._asked_at = 0.0
        """When the database was last asked a question that it has answered."""
        self._task: asyncio.Task[None] | None = None

    @property
    def is_held(self) -> bool:
        """Whether this node has the lock; one that stood still knows at once that it may have lost it."""
        return self._is_held and time.monotonic() < self._asked_at + SILENT_SECONDS

    def start(self) -> None:
        """Begin to try for the lock."""
        self._task = asyncio.create_task(self._run(), name="duty")

    async def stop(self) -> None:
        """Let the lock go; doing it again is nothing."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(CALL_SECONDS):
                    connection = await asyncpg.connect(self._address, server_settings=KEEPALIVES)
                await self._keep(connection)
            except FAULTS as error:
                log.warning("duty_unknown", reason=str(error) or type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def _keep(self, connection: Any) -> None:
        """Hold the lock, or try for it, as long as the connection lives."""
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await connection.fetchval(_SILENT, f"{SILENT_SECONDS}s")
            while True:
                asked_at = time.monotonic()
                async with asyncio.timeout(CALL_SECONDS):
                    question = "SELECT true" if self._is_held else "SELECT pg_try_advisory_lock($1)"
                    answer = bool(await connection.fetchval(question, *([] if self._is_held else [LOCK])))
                if answer and not self._is_held:
                    log.info("duty_taken")
                self._is_held, self._asked_at = answer, asked_at
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self._is_held = False
            with contextlib.suppress(*FAULTS):
                connection.terminate()

"""PostgreSQL restarted, Redis restarted and emptied, Redis reachable but silent: one node on both, under load."""

import asyncio
import http.client
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from tests.faults.load import Load, Outcome, Sizes
from tests.faults.place import furnish
from tests.faults.report import Part
from tests.faults.serving import Server
from tests.support.databases import databases
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.services import why_not

SIZES: Final = Sizes(kiosks=6, clerks=6, screens=10)
DOWN_S: Final = 1.0
"""How long a stopped server stays away, beside its own start."""
SILENT_S: Final = 10.0
ANSWERS_S: Final = 2.0
"""The server itself answers within this how it is, whatever its neighbours do."""
NOTICED_S: Final = 5.0
"""Losing Redis is said within this: a call may take two seconds."""
BACK_S: Final = 30.0
POLL_S: Final = 0.05

Harm = Callable[[Load, PostgresServer, RedisServer], Awaitable[Outcome]]


def postgres_restart(place: Path, sizes: Sizes = SIZES) -> Part:
    """Restart PostgreSQL: its clients hear no farewell, and writes wait or are sent again."""

    async def restart(load: Load, postgres: PostgresServer, _redis: RedisServer) -> Outcome:
        await asyncio.to_thread(postgres.stop)
        await asyncio.sleep(DOWN_S)
        healed_ns = await asyncio.to_thread(_started, postgres)
        return Outcome(recovery_s=[await load.seconds_until_answered(healed_ns)])

    return _suffered(place, "PostgreSQL restarted", sizes, restart)


def redis_restart(place: Path, sizes: Sizes = SIZES) -> Part:
    """Restart Redis, empty: nobody waits for it, the server says what is degraded, and takes it back."""

    async def restart(load: Load, _postgres: PostgresServer, redis: RedisServer) -> Outcome:
        async def away() -> None:
            await asyncio.to_thread(redis.stop)

        return await _without_redis(load, away, lambda: _started(redis))

    return _suffered(place, "Redis restarted, empty", sizes, restart)


def redis_silence(place: Path, sizes: Sizes = SIZES) -> Part:
    """Let Redis accept and say nothing for ten seconds, as behind a broken network."""

    async def silence(load: Load, _postgres: PostgresServer, redis: RedisServer) -> Outcome:
        async def away() -> None:
            redis.freeze()
            await asyncio.sleep(SILENT_S - NOTICED_S)

        def thaw() -> int:
            redis.thaw()
            return time.monotonic_ns()

        return await _without_redis(load, away, thaw)

    return _suffered(place, "Redis silent", sizes, silence)


async def _without_redis(load: Load, away: Callable[[], Awaitable[None]], heal: Callable[[], int]) -> Outcome:
    """Take Redis away and give it back; commands go on meanwhile, and ``/health`` says how it is."""
    outcome, began_ns = Outcome(), time.monotonic_ns()
    await away()
    if not await _says_bus(load, ok=False, seconds=NOTICED_S):
        outcome.findings.append(f"/health did not say within {NOTICED_S:g} s that the bus is lost")
    left_s = NOTICED_S - (time.monotonic_ns() - began_ns) / 1e9
    await asyncio.sleep(max(0.0, left_s))
    during = sum(one.is_acknowledged and one.completed_ns > began_ns for one in load.crowd.told)
    if not during:
        outcome.findings.append("L3: nothing was answered without Redis")
    healed_ns = await asyncio.to_thread(heal)
    outcome.recovery_s.append(await load.seconds_until_answered(healed_ns))
    if not await _says_bus(load, ok=True, seconds=BACK_S):
        outcome.findings.append(f"/health did not say within {BACK_S:g} s that the bus works again")
    back_s = (time.monotonic_ns() - healed_ns) / 1e9
    outcome.notes.append(
        f"{during:,} commands were answered without Redis; the bus worked {back_s:.2f} s after its return"
    )
    return outcome


async def _says_bus(load: Load, *, ok: bool, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if await asyncio.to_thread(_bus_is_ok, load.server.port) is ok:
            return True
        await asyncio.sleep(POLL_S)
    return False


def _bus_is_ok(port: int) -> bool | None:
    """Return what the server says of its bus; None if it does not say anything in time."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWERS_S)
    try:
        asked.request("GET", "/health")
        return bool(json.loads(asked.getresponse().read())["bus"]["ok"])
    except (OSError, http.client.HTTPException):
        return None
    finally:
        asked.close()


def _started(part: PostgresServer | RedisServer) -> int:
    """Start a part; return when it answered."""
    part.start()
    return time.monotonic_ns()


def _suffered(place: Path, name: str, sizes: Sizes, harm: Harm) -> Part:
    if lacking := why_not("postgresql", "redis-server"):
        return Part(name=name, skipped=lacking)
    with databases() as (postgres, redis):
        data, url = place / "data", postgres.database()
        furnish(data, windows=sizes.clerks, url=url)
        server = Server(data, env={"ONEWINDOW_DATABASE_URL": url, "ONEWINDOW_REDIS_URL": redis.address})
        try:
            server.start()
            load = Load(server, sizes, where=url)
            return asyncio.run(load.run(lambda one: harm(one, postgres, redis), name=name))
        finally:
            server.stop()

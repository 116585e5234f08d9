"""Where the release minute takes place: one process with its file, or several nodes on one PostgreSQL and one Redis."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

import msgspec

from loadtests.flash.naive import Engine, sqlite_engine
from loadtests.flash.serving import CROWD, Server
from loadtests.flash.setting import PRESET

_ALONE: Final = "SELECT body FROM commits WHERE stream = ? ORDER BY version"
_SHARED: Final = "SELECT body FROM ledger.commits WHERE stream = %s ORDER BY version"


class Ground(msgspec.Struct, frozen=True):
    """Servers that run, what they have written, and a database beside them for the naive booking."""

    servers: list[Server]
    bodies: Callable[[str], list[bytes]]
    """Returns the rows of a log, in their order."""
    beside: Engine

    def stop(self) -> None:
        """Stop all servers in good order; doing it again is nothing."""
        for server in self.servers:
            server.stop()


def why_not(nodes: int) -> str:
    """Say what so many nodes lack on this machine, or nothing."""
    # The tests' own servers, as everywhere below: everything of them ends with the block.
    from tests.support.services import why_not as lacking

    return lacking("postgresql", "redis-server") if nodes > 1 else ""


@contextmanager
def ground_of(nodes: int) -> Iterator[Ground]:
    """Serve a preset from so many nodes until the block ends."""
    with ExitStack() as stack:
        place = Path(tempfile.mkdtemp(prefix="onewindow-flash-"))
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        yield _several(stack, place, nodes) if nodes > 1 else _alone(stack, place)


def _alone(stack: ExitStack, place: Path) -> Ground:
    server = Server(place / "data")
    stack.callback(server.stop)
    server.init(PRESET)
    server.start()

    def bodies(stream: str) -> list[bytes]:
        with closing(sqlite3.connect(f"file:{place}/data/ledger.db?mode=ro", uri=True)) as ledger:
            return [body for (body,) in ledger.execute(_ALONE, (stream,))]

    return Ground([server], bodies, sqlite_engine(place / "naive.db"))


def _several(stack: ExitStack, place: Path, nodes: int) -> Ground:
    import psycopg

    from tests.support.databases import databases

    postgres, redis = stack.enter_context(databases())
    url, beside = postgres.database(), postgres.database()
    env = {**CROWD, "ONEWINDOW_DATABASE_URL": url, "ONEWINDOW_REDIS_URL": redis.address}
    servers = [Server(place / "data", environment=env, name=f"node{number}") for number in range(1, nodes + 1)]
    servers[0].migrate()
    servers[0].init(PRESET)
    for server in servers:
        stack.callback(server.stop)
        server.start()

    def bodies(stream: str) -> list[bytes]:
        with psycopg.connect(url) as ledger:
            return [bytes(body) for (body,) in ledger.execute(_SHARED, (stream,))]

    return Ground(servers, bodies, Engine("PostgreSQL", lambda: psycopg.connect(beside, autocommit=True), "%s"))

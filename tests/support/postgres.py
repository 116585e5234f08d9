"""A real PostgreSQL server on a free port of this machine, with its data in a temporary folder."""

import atexit
import contextlib
import functools
import os
import shutil
import signal
import subprocess
import time
import uuid
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from server.ledger.postgres_schema import prepare
from tests.support.ports import free_port
from tests.support.services import missing, postgres_programs

STARTED_S = 30
STOPPED_S = 30


class PostgresServer:
    """Starts, stops, kills and starts again. PostgreSQL refuses to run as root, so root's tests run it as ``postgres``."""

    def __init__(self, *, is_durable: bool = False) -> None:
        """Make the cluster's files; ``is_durable`` writes through to the disk as in production."""
        self._bin = _programs()
        self._user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(mkdtemp(prefix="onewindow-postgres-"))
        self._running: subprocess.Popen[bytes] | None = None
        self._is_durable = is_durable
        if self._user:
            shutil.chown(self.folder, self._user)
        self._call("initdb", "--no-sync", "--auth=trust", "--username=onewindow", "--encoding=UTF8", "--locale=C",
                   "--pgdata", str(self.folder / "data"))  # fmt: skip
        self.port = free_port()

    @property
    def address(self) -> str:
        """The database for all tests; each has schemas of its own."""
        return f"postgresql://onewindow@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start, and wait until it answers."""
        durable = "on" if self._is_durable else "off"
        words = ["-D", str(self.folder / "data"), "-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.folder)]
        for name, value in {"fsync": durable, "full_page_writes": durable, "max_connections": "100"}.items():
            words += ["-c", f"{name}={value}"]
        with (self.folder / "server.log").open("ab") as log:
            self._running = subprocess.Popen(
                [self._bin / "postgres", *words], stdout=log, stderr=log, user=self._user, cwd=self.folder
            )
        until = time.monotonic() + STARTED_S
        while not self._answers():
            assert self._running.poll() is None, (self.folder / "server.log").read_text()[-2_000:]
            assert time.monotonic() < until, "PostgreSQL did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop at once: open transactions are lost, what was committed is on the disk."""
        if self._running is not None:
            self._running.send_signal(signal.SIGINT)
            self._running.wait(STOPPED_S)
            self._running = None

    def remove(self) -> None:
        """Stop, and take the files away."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self) -> str:
        """Make a new database and return its address."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.address.replace("/postgres", f"/{name}")

    def ledger_schema(self) -> str:
        """Make the ledger's tables in a new schema, and return its name."""
        schema = f"ledger_{uuid.uuid4().hex[:12]}"
        prepare(self.address, schema=schema)
        return schema

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _call(self, program: str, *words: str) -> None:
        subprocess.run(
            [self._bin / program, *words], check=True, capture_output=True, user=self._user, cwd=self.folder, timeout=60
        )


@functools.cache
def shared_postgres() -> PostgresServer:
    """Return the one server of this run of tests, started when the first test asks; its disk is not waited for."""
    server = PostgresServer()
    atexit.register(server.remove)
    server.start()
    return server


def _programs() -> Path:
    found = postgres_programs()
    if found is None:
        missing("skipped: PostgreSQL's initdb is not installed")
    assert found is not None
    return found

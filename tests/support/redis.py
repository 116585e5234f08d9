"""A real Redis server on a free port of this machine, keeping nothing on the disk."""

import atexit
import functools
import shutil
import signal
import subprocess
import time
from pathlib import Path
from tempfile import mkdtemp

import redis

from tests.support.ports import free_port
from tests.support.services import missing

STARTED_S = 20


class RedisServer:
    """Starts, stops and starts again on the same port, empty each time."""

    def __init__(self) -> None:
        """Find the program; nothing runs yet."""
        if shutil.which("redis-server") is None:
            missing("skipped: redis-server is not installed")
        self.folder = Path(mkdtemp(prefix="onewindow-redis-"))
        self.port = free_port()
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start, and wait until it answers."""
        words = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no",
                 "--dir", str(self.folder)]  # fmt: skip
        with (self.folder / "server.log").open("ab") as log:
            self._running = subprocess.Popen(["redis-server", *words], stdout=log, stderr=log)
        until = time.monotonic() + STARTED_S
        while not self._answers():
            assert self._running.poll() is None, (self.folder / "server.log").read_text()[-2_000:]
            assert time.monotonic() < until, "Redis did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it without farewell."""
        if self._running is not None:
            self._running.kill()
            self._running.wait(STARTED_S)
            self._running = None

    def freeze(self) -> None:
        """Let it stand still: it accepts connections, and says nothing."""
        assert self._running is not None
        self._running.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._running is not None
        self._running.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        """Empty it."""
        with redis.Redis(port=self.port, socket_timeout=5) as client:
            client.flushall()

    def remove(self) -> None:
        """Stop, and take the files away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with redis.Redis(port=self.port, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@functools.cache
def shared_redis() -> RedisServer:
    """Return the one server of this run of tests, started when the first test asks."""
    server = RedisServer()
    atexit.register(server.remove)
    server.start()
    return server

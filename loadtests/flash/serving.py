"""The server under the rush: a process of its own on an empty folder, killed and started again on the same port."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.support.proc import cpu_s, memory_kb

ONEWINDOW: Final = str(Path(sys.executable).with_name("onewindow"))
STARTED_S: Final = 90.0
"""Seconds on a quiet machine; a loaded one needs longer to import everything."""
STOPPED_S: Final = 20.0
CROWD: Final = {
    # The whole crowd comes from one address here; a hall behind one router does not send thousands at once.
    "ONEWINDOW_REQUESTS_PER_ADDRESS": "4000",
    "ONEWINDOW_REQUESTS_TOTAL": "4000",
    "ONEWINDOW_CHANGES_PER_ADDRESS": "100000000",
    "ONEWINDOW_CHANGES_PER_DEVICE": "100000000",
    "ONEWINDOW_CHANGES_PER_ACCOUNT": "100000000",
}


class Server:
    """Starts, kills, starts again; ``password`` is the administrator's, told at the first start."""

    def __init__(self, folder: Path, *, environment: Mapping[str, str] = CROWD, name: str = "server") -> None:
        """Choose a free port; nothing runs yet. ``name`` is that of its log among several on one folder."""
        self._environment = environment
        self.folder = folder
        self.port = _free_port()
        self.password = ""
        self._log = folder.parent / f"{name}.log"
        self._running: subprocess.Popen[bytes] | None = None

    def migrate(self) -> None:
        """Prepare the database of several nodes that the environment names."""
        self._onewindow("migrate", "--data", str(self.folder))

    def init(self, preset: str) -> None:
        """Enter the halls of a preset."""
        self._onewindow("init", "--data", str(self.folder), "--preset", preset)

    def start(self) -> float:
        """Start and wait until it answers; return how long that took in seconds."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                [ONEWINDOW, "serve", "--data", str(self.folder), "--port", str(self.port)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **self._environment},
            )  # fmt: skip
        while not self._answers():
            if time.monotonic() - began > STARTED_S or self._running.poll() is not None:
                raise RuntimeError(self._log.read_text(encoding="utf-8")[-2_000:])
            time.sleep(0.05)
        told = re.search(r"password: (\S+)", self._log.read_text(encoding="utf-8"))
        self.password = told.group(1) if told else self.password
        return time.monotonic() - began

    def memory_kb(self) -> int:
        """Return the memory of the running process that is its own or shared, in kB."""
        assert self._running is not None
        return memory_kb(self._running.pid)

    def cpu_s(self) -> float:
        """Return the processor time that the running process has used, in seconds."""
        assert self._running is not None
        return cpu_s(self._running.pid)

    def kill(self) -> None:
        """kill -9: nothing is finished, nobody is told."""
        assert self._running is not None
        self._running.kill()
        self._running.wait(STOPPED_S)

    def stop(self) -> None:
        """Stop in good order; doing it again is nothing."""
        if self._running is None or self._running.poll() is not None:
            return
        self._running.terminate()
        try:
            self._running.wait(STOPPED_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def audit(self) -> str:
        """Return the audit's report of all days; raise RuntimeError unless every one is sound."""
        return self._onewindow("audit", "--data", str(self.folder))

    def _onewindow(self, *words: str) -> str:
        env = {**os.environ, **self._environment}
        done = subprocess.run([ONEWINDOW, *words], capture_output=True, text=True, check=False, env=env)
        if done.returncode:
            raise RuntimeError(f"onewindow {words[0]}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def _answers(self) -> bool:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            asked.request("GET", "/health")
            return asked.getresponse().status == 200
        except OSError:
            return False
        finally:
            asked.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port

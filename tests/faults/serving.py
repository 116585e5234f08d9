"""``onewindow serve`` as a process of its own: started, killed, stopped for a while, and started again on the same port."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.support.ports import answers, free_port

ONEWINDOW: Final = str(Path(sys.executable).with_name("onewindow"))
STARTED_S: Final = 90.0
"""A few seconds on a quiet machine; a loaded one needs longer to import everything."""
STOPPED_S: Final = 20.0
UNHURRIED: Final = {f"ONEWINDOW_CHANGES_PER_{one}": "100000000" for one in ("ADDRESS", "DEVICE", "ACCOUNT", "PERSON")}
"""A few clients stand for a whole hall here."""
BYTECODE: Final = Path(tempfile.gettempdir(), f"onewindow-faults-bytecode-{os.getuid()}")
"""An installed product has its bytecode; a checkout may not be allowed to write it beside the sources."""


class Server:
    """Runs on a data folder; ``before`` are words in front of the command, ``env`` more variables.

    With ``spare`` a second process is loaded and waits; when the first is killed, it takes over.
    """

    def __init__(
        self,
        data: Path,
        *,
        before: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        spare: bool = False,
        log: Path | None = None,
    ) -> None:
        """Choose a free port; nothing runs yet."""
        self.data = data
        self.port = free_port()
        self.before = tuple(before)
        self.env = UNHURRIED | dict(env or {})
        self._has_spare = spare
        self._log = log or data.parent / f"{data.name}.server.log"
        self._running: subprocess.Popen[bytes] | None = None
        self._waiting: subprocess.Popen[bytes] | None = None
        self._spares = 0

    @property
    def pid(self) -> int:
        """The process that serves."""
        assert self._running is not None
        return self._running.pid

    def launch(self) -> None:
        """Start what does not run, and do not wait."""
        if self._running is None:
            self._running = self._process()
        elif self._has_spare and self._waiting is None:
            self._waiting = self._process()
            self._spares += 1

    def _process(self) -> "subprocess.Popen[bytes]":
        env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        words = [
            *self.before,
            ONEWINDOW,
            "serve",
            "--data",
            str(self.data),
            "--port",
            str(self.port),
            "--public-screens",
        ]
        words += ["--spare"] if self._has_spare else []
        with self._log.open("ab") as log:
            return subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env={**env, "PYTHONPYCACHEPREFIX": str(BYTECODE), **self.env},
            )  # fmt: skip

    def start(self) -> None:
        """Start and wait until it answers, and until the spare is loaded."""
        self.launch()
        self._until(self.answers)
        self.prepare()

    def prepare(self) -> None:
        """Wait until a spare is loaded, if there is to be one."""
        if self._has_spare:
            self.launch()
            self._until(lambda: self.log().count("spare_waits") >= self._spares)

    def _until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + STARTED_S
        while not condition():
            if time.monotonic() > deadline or not self.is_up():
                raise RuntimeError(self.log()[-2_000:])
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9: nothing is finished, nobody is told."""
        assert self._running is not None
        self._running.kill()
        self._running.wait(STOPPED_S)
        self._running, self._waiting = self._waiting, None

    def freeze(self) -> None:
        """Stop the process where it is."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """Stop in good order, the spare first; doing it again is nothing."""
        for process in (self._waiting, self._running):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                try:
                    process.wait(STOPPED_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(STOPPED_S)

    def is_up(self) -> bool:
        """Tell whether the process lives."""
        return self._running is not None and self._running.poll() is None

    def log(self) -> str:
        """Return what the server has written."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def answers(self) -> bool:
        """Tell whether it is healthy."""
        return answers(self.port)

"""A server in a process of its own, on a data folder, that may be killed and started again on the same port.

Run as a program (never imported for that): ``served_process.py FOLDER PORT BEGAN_S WINDOWS``, where BEGAN_S is the real
moment, in seconds since the epoch, at which the hall's clock showed nine.
"""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from server.app import Instead, create_app, server_of
from server.config.plans import FixedPlans
from server.serving import fast_loop
from server.settings import UNHURRIED, Settings
from tests.support.journey import RunningClock, add_devices, add_people, journey_plan, until
from tests.support.plans import CALENDAR
from tests.support.ports import answers, free_port
from tests.support.server import HALL

STARTED_S: Final = 90
"""Two seconds on a quiet machine; a shared one with five pages open took forty."""
STOPPED_S: Final = 20
ROOT: Final = Path(__file__).resolve().parents[2]


class ServedProcess:
    """Starts, kills and starts again."""

    def __init__(self, folder: Path, *, windows: int = 3) -> None:
        self.folder = folder
        self.windows = windows
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._began_s = time.time()
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that runs now."""
        assert self._running is not None
        return self._running.pid

    def start(self) -> None:
        """Start, and wait until it answers."""
        words = [str(self.folder), str(self.port), str(self._began_s), str(self.windows)]
        with (self.folder / "server.log").open("ab") as log:
            self._running = subprocess.Popen(
                [sys.executable, "-m", __name__, *words], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
            )
        until(self._answers, "the server answers", seconds=STARTED_S)

    def kill(self) -> None:
        """kill -9: no farewell to anybody."""
        assert self._running is not None
        self._running.kill()
        self._running.wait(STOPPED_S)

    def stop(self) -> None:
        """Stop in good order."""
        if self._running is not None and self._running.poll() is None:
            self._running.send_signal(signal.SIGINT)
            try:
                self._running.wait(STOPPED_S)
            except subprocess.TimeoutExpired:
                self.kill()

    def _answers(self) -> bool:
        assert self._running is not None
        assert self._running.poll() is None, (self.folder / "server.log").read_text(encoding="utf-8")[-2_000:]
        return answers(self.port)


@contextmanager
def process_serving(folder: Path, *, windows: int = 3) -> Iterator[ServedProcess]:
    """Run the journeys' hall in a process until the block ends."""
    add_people(folder, clerks=windows)
    add_devices(folder)
    server = ServedProcess(folder, windows=windows)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _main(folder: str, port: str, began_s: str, windows: str) -> None:
    settings = Settings(data=Path(folder), port=int(port), limits=UNHURRIED)
    plans = FixedPlans({HALL: journey_plan(windows=int(windows))}, calendar=CALENDAR)
    instead = Instead(clock=RunningClock(float(began_s)), plans=plans)
    # The loop of the product's own command.
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(server_of(create_app(settings, instead), settings).serve())


if __name__ == "__main__":
    _main(*sys.argv[1:])

"""Parent and child processes: a child goes when its parent goes, and a child that dies is started again."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

RESTART_S: Final = 0.2
"""Rest before a dead child is started again; a child that dies at once must not fill the machine."""
QUICK_DEATH_S: Final = 3.0
QUICK_DEATHS_LIMIT: Final = 5
"""In a row; then something is wrong with the child and not with the day."""
STOP_S: Final = 8.0
"""How long a child may take to stop in good order (the server answers what is under way) before it is killed."""
SPARE_AFTER_S: Final = 4.0
TURN: Final = b"go\n"
LINE_BYTES: Final = 1024 * 1024


class ChildFailed(Exception):
    """A child ended again and again right after its start."""

    def __init__(self, name: str, log: Path) -> None:
        """Remember where it wrote what went wrong."""
        super().__init__(f"{name} does not stay up; see {log}")


class Ended(msgspec.Struct, frozen=True):
    """One life of a child: how long, and its exit status (negative: the signal that ended it)."""

    status: int
    lived_s: float


class Child:
    """One child process, over any number of lives."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        log: Path,
        on_line: Callable[[bytes], None] | None = None,
        on_start: Callable[[int], None] | None = None,
        has_spare: bool = False,
    ) -> None:
        """``on_line`` gets what it says on standard output, ``on_start`` its process id; its errors go into ``log``.

        With ``has_spare`` another process waits with everything loaded (:func:`wait_for_turn`) to take over at once.
        """
        self.name = name
        self.lives: deque[Ended] = deque(maxlen=100)
        self.restarts = 0
        self._arguments = tuple(arguments)
        self._log = log
        self._on_line = on_line
        self._on_start = on_start
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._has_spare = has_spare
        self._spare: asyncio.subprocess.Process | None = None

    async def run(self) -> None:
        """Keep the child alive until it ends well (status 0) or :meth:`stop` is called; raises ChildFailed."""
        quick = 0
        while not self._stopping:
            began_s = time.monotonic()
            status = await self._live()
            ended = Ended(status, time.monotonic() - began_s)
            self.lives.append(ended)
            if status == 0 or self._stopping:
                return
            quick = quick + 1 if ended.lived_s < QUICK_DEATH_S else 0
            if quick >= QUICK_DEATHS_LIMIT:
                raise ChildFailed(self.name, self._log)
            self.restarts += 1
            await asyncio.sleep(RESTART_S)

    async def stop(self) -> None:
        """Ask it to end, and make it end."""
        self._stopping = True
        for process in (self._process, self._spare):
            if process is not None and process.returncode is None:
                await self._end(process)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _live(self) -> int:
        process, self._spare = self._spare, None
        if process is None or process.returncode is not None:
            process = await self._load()
        self._process = process
        assert process.stdin is not None, "asked for at its start"
        assert process.stdout is not None, "asked for at its start"
        with contextlib.suppress(ConnectionError):
            process.stdin.write(TURN)
            await process.stdin.drain()
        if self._on_start is not None:
            self._on_start(process.pid)
        loading = asyncio.create_task(self._load_spare())
        try:
            async for line in process.stdout:
                if self._on_line is not None:
                    self._on_line(line)
            return await process.wait()
        finally:
            loading.cancel()

    async def _load_spare(self) -> None:
        """Load the process that will take over, when the one that works now has had time to start."""
        if self._has_spare:
            await asyncio.sleep(SPARE_AFTER_S)
            self._spare = await self._load()

    async def _load(self) -> asyncio.subprocess.Process:
        with self._log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, *self._arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=log, start_new_session=True, limit=LINE_BYTES,
            )  # fmt: skip


def wait_for_turn() -> None:
    """Wait until the parent lets this process work; ends it if the parent goes first."""
    if os.read(0, len(TURN)) != TURN:
        raise SystemExit(0)


def leave_with_parent() -> None:
    """End this process in good order when its standard input closes: the parent is gone, however it went."""
    threading.Thread(target=_watch_parent, name="parent", daemon=True).start()


def _watch_parent() -> None:
    # Read from the descriptor: a buffered read would hold a lock that the interpreter wants at its end.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)

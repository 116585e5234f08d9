"""A worker process: reads one line of work, says how far it is, ends with a result or a reason.

It is the least important process of the computer (nice), has a limit of memory and of processor time of its own, and ends
as soon as its server is gone: the server holds the other end of its standard input.
"""

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Final

import msgspec

from server.studio.asks import AnyNote, Progressed, Work
from server.studio.failures import failed

NICE: Final = 15
"""The live hall's process has 0: it gets the processor whenever it wants it."""
TELL_S: Final = 0.2
"""Progress is told no more often than this."""
BROKEN, GONE = 1, 3
SINGLE: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Numerical libraries take every core unless they are told."""


def main() -> None:
    """Do the work of the line on standard input."""
    out = sys.stdout
    # Whatever a library prints must not be taken for a note.
    sys.stdout = sys.stderr
    work = msgspec.json.decode(sys.stdin.buffer.readline(), type=Work)
    _be_modest(work)
    threading.Thread(target=_end_with_server, daemon=True).start()

    def say(note: AnyNote) -> None:
        out.buffer.write(msgspec.json.encode(note) + b"\n")
        out.buffer.flush()

    status = BROKEN
    try:
        try:
            note = _outcome(work, Teller(say))
        except MemoryError:
            # Wherever it was, in a library's beginning or in the work: what it held is free again by now.
            note = failed("STUDIO_MEMORY", megabytes=work.megabytes)
        say(note)
        status = 0
    except Exception:
        traceback.print_exc(file=sys.stderr)
    # The thread that waits for the server's end must not hold the process up.
    sys.stderr.flush()
    os._exit(status)


class Teller:
    """Tells progress, not too often, with the remaining time."""

    def __init__(self, say: Callable[[AnyNote], None]) -> None:
        self._say, self._began, self._told = say, time.monotonic(), 0.0

    def __call__(self, done: int, total: int, stage: str = "") -> None:
        """Tell that so much of the work is done."""
        now = time.monotonic()
        if now - self._told < TELL_S and done < total:
            return
        self._told = now
        left_s = (now - self._began) / done * (total - done) if done else None
        self._say(Progressed(done=done, total=total, left_s=left_s, stage=stage))


def _outcome(work: Work, tell: Teller) -> AnyNote:
    try:
        from server.studio.worker.work import done
    except ImportError as error:
        # A module that is missing has a name; a library for which there is no room has none.
        if error.name is None:
            return failed("STUDIO_MEMORY", megabytes=work.megabytes)
        return failed("STUDIO_EXTRA_MISSING", name=error.name)
    return done(work, tell)


def _be_modest(work: Work) -> None:
    for name in SINGLE:
        os.environ[name] = "1"
    if hasattr(os, "nice"):
        os.nice(NICE)
    try:
        import resource
    except ImportError:
        return  # Windows has no such limits; the server's own limit of time remains.
    size = work.megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (work.seconds, work.seconds + 1))


def _end_with_server() -> None:
    while sys.stdin.buffer.read(1):
        pass
    os._exit(GONE)


if __name__ == "__main__":
    main()

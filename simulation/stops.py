"""A key or a signal that stops a command, however busy the libraries are that it runs."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

AGAIN_S: Final = 0.5
"""An interrupt that is raised inside a library's callback is swallowed there; it is raised again until it has its effect."""
KINDS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)


class Stop:
    """Whether somebody has asked to stop."""

    def __init__(self) -> None:
        """Nobody has."""
        self.is_asked = False

    def ask(self, _number: int, _frame: object) -> None:
        """Interrupt what runs, and again in a moment; raises KeyboardInterrupt."""
        self.is_asked = True
        signal.setitimer(signal.ITIMER_REAL, AGAIN_S)
        raise KeyboardInterrupt

    def rest(self) -> None:
        """Interrupt no more: it has had its effect, or there is nothing left to stop."""
        for kind in KINDS:
            signal.signal(kind, self._ignore)
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _ignore(self, _number: int, _frame: object) -> None:
        self.is_asked = True


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Turn Ctrl-C and SIGTERM into KeyboardInterrupt inside the block, until :meth:`Stop.rest`; for the main thread."""
    stop = Stop()
    before = {kind: signal.signal(kind, stop.ask) for kind in KINDS}
    try:
        yield stop
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for kind, handler in before.items():
            signal.signal(kind, handler)

"""What every proof's command line does: say how far it is, keep the ledgers' own lines away, end clearly on Ctrl-C."""

import logging
import signal
import sys
from collections.abc import Callable
from typing import Final, NoReturn

import structlog

TENTHS: Final = 10
STOPPED: Final = 130
"""Status of a program that an interrupt ended, as shells count it."""


def prove(main: Callable[[], int]) -> NoReturn:
    """Run a proof and end with its status; on Ctrl-C say that nothing is proved."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # What a script starts in the background begins with Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        status = main()
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped: nothing is proved\n")
        status = STOPPED
    raise SystemExit(status)


class Progress:
    """How far a part of a proof is, on standard error: a line for each tenth."""

    def __init__(self, part: str, of: int) -> None:
        """Begin a part of so many steps."""
        self._part, self._of, self._told = part, of, 0

    def at(self, done: int) -> None:
        """So many steps are done."""
        tenths = done * TENTHS // self._of if self._of else TENTHS
        if tenths > self._told:
            self._told = tenths
            say(f"{self._part}: {done:,} of {self._of:,}")


def say(words: str) -> None:
    """Say on standard error what is being done."""
    sys.stderr.write(f"  {words}\n")
    sys.stderr.flush()

"""Logs are events with keys: one JSON object per line for machines, coloured lines for a terminal.

No personal data and no secrets: addresses (URLs) are never logged, since some carry a ticket's secret.
"""

import contextlib
import logging
import sys
from typing import Final, TextIO, cast

import structlog

QUIET: Final = ("uvicorn", "uvicorn.error", "uvicorn.access", "websockets", "websockets.server")
"""Their informational lines hold whole addresses with query strings."""


class StandardError:
    """Standard error as it is now; a line that it does not take (its disk is full, its reader gone) is lost, and nothing else."""

    def write(self, text: str) -> int:
        """Write what can be written."""
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Let it out, if that can be."""
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


def say(line: str) -> None:
    """Tell whoever started this process something that is no event."""
    StandardError().write(f"{line}\n")


def configure(*, as_json: bool) -> None:
    """Send every log line of this process to standard error, in one shape."""
    screen = cast(TextIO, StandardError())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: structlog.types.Processor
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            # The rich tracebacks print local variables: persons and secrets among them, and they take seconds.
            colors=sys.stderr.isatty(),
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, last] if as_json else [*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(screen),
    )
    handler = logging.StreamHandler(screen)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)

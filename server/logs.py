"""Logs are events with keys: one JSON object per line for machines, coloured lines for a terminal.

No personal data and no secrets: addresses (URLs) are never logged, since some carry a ticket's secret.
"""

import logging
import sys
from typing import Final

import structlog

QUIET: Final = ("uvicorn", "uvicorn.error", "uvicorn.access", "websockets", "websockets.server")
"""Their informational lines hold whole addresses with query strings."""


def configure(*, as_json: bool) -> None:
    """Send every log line of this process to standard error, in one shape."""
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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
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

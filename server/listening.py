"""Who hears of durable commits, and how they are told: a listener that breaks does not stop the hall."""

from collections.abc import Callable, Sequence

import structlog

from hall.events import Commit
from hall.ids import HallId
from server.runner import HallRunner

log = structlog.get_logger(__name__)

Listener = Callable[[HallId, Sequence[Commit]], None]
"""Is told of every durable commit of today; must not wait."""

DayListener = Callable[[HallRunner, Sequence[Commit]], None]
"""Is told of every durable commit of every day, past and to come too; must not wait."""


def tell(runner: HallRunner, listener: Callable[[], None]) -> None:
    """Tell one listener."""
    try:
        listener()
    except Exception as error:
        # The commits are durable and answered. A follower that breaks must not stop the hall; it finds what
        # it missed by its place in the log.
        log.error("listener_failed", stream=runner.stream, exc_info=error)

"""Those who wait until a log has been read up to a place in it."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Arrivals:
    """Waits by seq; each ends when the log has got there, or when it cannot be read."""

    _waiting: list[tuple[int, asyncio.Future[None]]] = field(default_factory=list)

    def at(self, seq: int) -> asyncio.Future[None]:
        """Return what is done when the log has been read up to ``seq``."""
        arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((seq, arrived))
        return arrived

    def reached(self, seq: int) -> None:
        """Let those go on who wait for ``seq`` or less."""
        for awaited, arrived in self._waiting:
            if awaited <= seq and not arrived.done():
                arrived.set_result(None)
        # Those who were given up in the meantime are done too.
        self._waiting = [one for one in self._waiting if not one[1].done()]

    def release(self) -> None:
        """Let all go on: the log cannot be read now."""
        self.reached(max((seq for seq, _ in self._waiting), default=0))

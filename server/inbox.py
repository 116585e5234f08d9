"""The mailbox of a hall-day: commands wait here in order, bounded, until they have their answer.

Callers with the same command id share one entry; whoever leaves early takes nothing from the others.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from hall.commands import AnyCommand
from hall.events import Commit
from server.ledger.port import Guard
from server.outcomes import HallBusy

MAILBOX_LIMIT = 1_000
"""Commands that wait per hall-day: at thousands of decisions a second this is well under a second of work."""


@dataclass
class Entry:
    """A command on its way; ``key`` names it among those on their way, ``done`` gets its commit."""

    key: str
    command: AnyCommand
    digest: str
    done: asyncio.Future[Commit | None]
    guards: tuple[Guard, ...] = ()
    """What its facts rely on."""
    attempts: int = 0
    """How often another writer was faster."""


@dataclass
class Mailbox:
    """Entries that wait, and all that are on their way."""

    stream: str
    limit: int = MAILBOX_LIMIT
    _waiting: deque[Entry] = field(default_factory=deque)
    _under_way: dict[str, Entry] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def under_way(self, key: str) -> Entry | None:
        """Return the entry with this key that has no answer yet."""
        return self._under_way.get(key)

    def post(self, command: AnyCommand, digest: str, *, key: str, guards: tuple[Guard, ...] = ()) -> Entry:
        """Put a command at the end; raise HallBusy if the mailbox is full."""
        if len(self._waiting) >= self.limit:
            raise HallBusy(self.stream, len(self._waiting))
        entry = Entry(key, command, digest, asyncio.get_running_loop().create_future(), guards)
        # Callers may be gone by the time it fails; the failure is then nobody's, and not an unhandled one.
        entry.done.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._under_way[key] = entry
        self._waiting.append(entry)
        self._wake.set()
        return entry

    async def wait(self) -> None:
        """Wait until something was posted, or somebody knocked, since the last time."""
        await self._wake.wait()
        self._wake.clear()

    def knock(self) -> None:
        """Wake who waits, without a command."""
        self._wake.set()

    def take(self, most: int) -> list[Entry]:
        """Take the first entries out, to decide them."""
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def give_back(self, entries: Sequence[Entry]) -> None:
        """Put entries that were taken back to the front, in their order."""
        self._waiting.extendleft(reversed(entries))

    def resolve(self, entry: Entry, commit: Commit | None) -> None:
        """Give an entry its answer."""
        self._under_way.pop(entry.key, None)
        entry.done.set_result(commit)

    def fail(self, entries: Sequence[Entry], error: Exception) -> None:
        """Give entries an error instead of an answer."""
        for entry in entries:
            self._under_way.pop(entry.key, None)
            entry.done.set_exception(error)

    def fail_waiting(self, error: Exception) -> None:
        """Fail all that wait; those that were taken are left to who took them."""
        self.fail(self.take(len(self._waiting)), error)

    def fail_all(self, error: Exception) -> None:
        """Fail whatever has no answer yet."""
        self._waiting.clear()
        self.fail(list(self._under_way.values()), error)

"""Tests of the tests: bugs that others really had, each planted at one place of the product while a block runs.

A simulation that does not find them would not find the next one either.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest import mock

import msgspec

from hall.errors import refuse
from hall.events import Commit
from hall.feed import View
from hall.link import Channel, ClientLink
from server.answers import AnswerIndex
from server.following import Following
from server.hub import Hub
from server.inbox import Mailbox
from server.ledger.memory import MemoryLedger
from server.ledger.port import Batch
from server.outcomes import DayRefused
from server.reopening import Reopening
from server.runner import HallRunner
from server.watch import Screen
from server.wire import Pipe
from tests.dst.disk import Disk, Writer

SUBSCRIBE_S = 0.08
"""How long the planted hub takes between the snapshot and the subscription."""


@contextmanager
def acknowledge_before_the_commit() -> Iterator[None]:
    """The answer leaves when the rows are written, and not synced."""
    sound = Disk.append

    async def append(disk: Disk, writer: Writer, batches: Sequence[Batch]) -> None:
        task = asyncio.ensure_future(sound(disk, writer, batches))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.sleep(0)

    with mock.patch.object(Disk, "append", append):
        yield


@contextmanager
def no_idempotency() -> Iterator[None]:
    """Nobody remembers which commands have their answer, in memory or on disk."""
    sound = MemoryLedger._fault_of

    def fault_of(ledger: MemoryLedger, batches: Sequence[Batch]) -> Any:
        ledger._ids.clear()
        return sound(ledger, batches)

    with (
        mock.patch.object(AnswerIndex, "at_hand", return_value=None),
        mock.patch.object(AnswerIndex, "must_look_up", return_value=False),
        mock.patch.object(Mailbox, "under_way", return_value=None),
        mock.patch.object(MemoryLedger, "_fault_of", fault_of),
    ):
        yield


@contextmanager
def no_expected_version() -> Iterator[None]:
    """The storage puts rows behind whatever is there, and numbers them itself."""
    sound = MemoryLedger.store

    def store(ledger: MemoryLedger, batches: Sequence[Batch]) -> None:
        sound(ledger, [_moved_up(ledger, batch) for batch in batches])

    with mock.patch.object(MemoryLedger, "store", store):
        yield


@contextmanager
def bus_without_gap_check() -> Iterator[None]:
    """Whoever follows trusts the bus to tell everything, and never looks for itself."""

    async def never(_: Following) -> None:
        await asyncio.get_running_loop().create_future()

    async def not_now(_: Following, runner: HallRunner) -> None:
        assert runner.stream

    with mock.patch.object(Following, "_look", never), mock.patch.object(Following, "catch_up", not_now):
        yield


@contextmanager
def resume_off_by_one() -> Iterator[None]:
    """Who comes back with a place gets what follows the place after it."""
    sound = Channel.missing

    def missing(channel: Channel, since: int, at_ms: int) -> list[bytes]:
        return sound(channel, since + 1 if since >= 0 else since, at_ms)

    with mock.patch.object(Channel, "missing", missing):
        yield


@contextmanager
def snapshot_before_subscribe() -> Iterator[None]:
    """A screen gets its snapshot, and is added to those that are told of changes a moment later."""
    sound = Hub.join

    def join(hub: Hub, pipe: Pipe, hall: str, view: View, **facts: Any) -> Screen | None:
        screen = sound(hub, pipe, hall, view, **facts)
        if screen is not None:
            del screen.watched.screens[screen]
            asyncio.get_running_loop().call_later(SUBSCRIBE_S, screen.watched.screens.setdefault, screen, None)
        return screen

    with mock.patch.object(Hub, "join", join):
        yield


@contextmanager
def no_heartbeat() -> Iterator[None]:
    """A quiet hall sends nothing, and who hears nothing takes it for quiet."""

    async def beat(_: Hub) -> None:
        await asyncio.get_running_loop().create_future()

    with mock.patch.object(Hub, "beat", beat), mock.patch.object(ClientLink, "tick", return_value=[]):
        yield


@contextmanager
def shut_for_good() -> Iterator[None]:
    """A hall whose storage could not be read at its start is not tried again; the simulation found this one itself."""
    with mock.patch.object(Reopening, "try_again", return_value=False):
        yield


@contextmanager
def repeats_refused() -> Iterator[None]:
    """Who asks again for what was answered is told that it is too late."""

    def too_late(_: HallRunner, commit: Commit, digest: str) -> None:
        assert commit.command_id, digest
        raise DayRefused(refuse("DAY_ENDED"))

    with mock.patch.object(HallRunner, "_repeat", too_late):
        yield


@contextmanager
def moves_decided_again() -> Iterator[None]:
    """A move that is asked for again is looked at anew, and what has moved already is not there to move."""

    async def never(_: HallRunner, command_id: str, digest: str) -> None:
        assert command_id, digest

    with mock.patch.object(HallRunner, "answered", never):
        yield


@contextmanager
def stuck_for_ever() -> Iterator[None]:
    """A screen that takes nothing is never cut."""
    with mock.patch("server.hub.STUCK_S", 1e9):
        yield


@contextmanager
def waits_for_each_screen() -> Iterator[None]:
    """What the hub sends leaves one after the other, each when the screen before has taken its own."""
    before: dict[Hub, asyncio.Task[None]] = {}

    async def send_after(hub: Hub, last: asyncio.Task[None], screen: Screen, frames: list[bytes]) -> None:
        await asyncio.wait([last])
        if not screen.send(frames):
            await hub._unstick(screen)

    def send(hub: Hub, screen: Screen, frames: list[bytes]) -> None:
        last = before.get(hub)
        if last is not None and not last.done():
            before[hub] = asyncio.ensure_future(send_after(hub, last, screen, frames))
        elif not screen.send(frames):
            before[hub] = asyncio.ensure_future(hub._unstick(screen))

    with mock.patch.object(Hub, "_send", send):
        yield


@contextmanager
def rows_wait_for_the_beat() -> Iterator[None]:
    """The hub looks at a hall once a second only."""
    with mock.patch.object(Hub, "moved"):
        yield


def _moved_up(ledger: MemoryLedger, batch: Batch) -> Batch:
    first = len(ledger._rows.get(batch.stream, ())) + 1
    rows = [msgspec.structs.replace(row, version=first + number) for number, row in enumerate(batch.rows)]
    return msgspec.structs.replace(batch, rows=tuple(rows))


BUGS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "acknowledge before the commit": acknowledge_before_the_commit,
    "no idempotency": no_idempotency,
    "no expected version": no_expected_version,
    "bus without gap check": bus_without_gap_check,
    "resume off by one": resume_off_by_one,
    "snapshot before subscribe": snapshot_before_subscribe,
    "no heartbeat": no_heartbeat,
    "shut for good": shut_for_good,
    "repeats refused": repeats_refused,
    "moves decided again": moves_decided_again,
    "stuck for ever": stuck_for_ever,
    "waits for each screen": waits_for_each_screen,
    "rows wait for the beat": rows_wait_for_the_beat,
}
"""By the names that the laws give them."""

BREAKS: dict[str, str] = {
    "repeats refused": "S7",
    "moves decided again": "S7",
    "stuck for ever": "not cut",
    "waits for each screen": "nothing was sent for",
    "rows wait for the beat": "after it was known",
}
"""What is said of a bug that must be found by the very law that it is planted to break."""

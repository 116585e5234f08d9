"""What a ledger is: append-only streams of rows, one stream per hall-day, fenced by the version.

Laws, held by every backend and checked by one contract suite:

- versions of a stream are 1, 2, 3 …; an append that does not continue them is a :class:`VersionConflict` and changes nothing;
- a command id stands at most once in a stream (:class:`CommandIdTaken`);
- one ``append_many`` is all or nothing, over all its streams;
- guards: versions by key, beside the streams. An append whose guard expects another version than the stored one is a
  :class:`GuardMoved` and changes nothing; otherwise every key that it names moves on by one, with its rows;
- traces are what counting over days and halls needs of single bookings, written in the same transaction as the rows;
- when ``append_many`` returns, the rows are durable; when it raises :class:`StorageFailed`, they may or may not be there
  (read to know), and the next append may work again.

LedgerError
├── VersionConflict   somebody else continued the stream
├── OtherHistory      the stream is not the one that this node has read: its storage went back
├── CommandIdTaken    the stream has an answer to this command already
├── GuardMoved        what a batch was decided on has changed meanwhile
├── StorageFailed     disk full, input or output error, too much waiting: the outcome is unknown
├── LedgerInUse       another process holds this ledger
├── LedgerTooNew      the file was written by a later version of the program
└── BrokenChain       a stored row is not what was written (first bad row named)
    └── WrittenByNewer  a row is whole and of a kind that this version does not know
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final, Protocol

import msgspec

from hall.ids import HallId, ItemCode, Ms
from hall.policy import Plan

GENESIS = "0" * 64
"""The hash before the first row of a stream."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """One stored answer; ``body`` is a :class:`hall.events.Commit` in JSON, ``hash`` chains it to the row before."""

    stream: str
    version: int
    at_ms: Ms
    command_id: str
    actor: str
    body: bytes
    hash: str


class Guard(msgspec.Struct, frozen=True, gc=False):
    """A key that a batch moves on; with ``expected`` 0 or more only if it stands there (0: never moved)."""

    key: str
    """As of :func:`hall.bookings.keys_of`."""
    expected: int = -1


class Trace(msgspec.Struct, frozen=True, gc=False):
    """One booking as the limits of its booker count it; known by key, stream and appointment."""

    key: str
    stream: str
    appointment: str
    state: str
    """Of :data:`hall.bookings.COUNTED_STATES`; empty: it counts no longer, and the trace goes."""
    slot_ms: Ms = 0
    items: tuple[ItemCode, ...] = ()
    is_excused: bool = False


Traced = tuple[dict[str, int], tuple[Trace, ...]]
"""Versions by key, and all traces of these keys in the order of (key, stream, appointment)."""


class Batch(msgspec.Struct, frozen=True, gc=False):
    """Rows that continue one stream, in order; guards and traces go with them or not at all."""

    stream: str
    rows: tuple[Row, ...]
    guards: tuple[Guard, ...] = ()
    traces: tuple[Trace, ...] = ()
    previous: str = ""
    """Hash of the row that they follow; where several nodes write, the stored one must have it. Empty: any."""


class StreamHead(msgspec.Struct, frozen=True, gc=False):
    """The last row of a stream, without its body."""

    stream: str
    version: int
    at_ms: Ms
    hash: str


class LedgerStatistics(msgspec.Struct, frozen=True):
    """What a ledger did since it was opened; ``waiting`` is now."""

    backend: str
    rows: int = 0
    appends: int = 0
    transactions: int = 0
    conflicts: int = 0
    failures: int = 0
    largest_group: int = 0
    """Most appends that shared one transaction."""
    waiting: int = 0
    checkpoints: int = 0


class LedgerHealth(msgspec.Struct, frozen=True):
    """Whether the last write worked, and if not, why."""

    ok: bool
    reason: str = ""


STORAGE: Final = "数据库不能使用 / the database cannot be used"


class LedgerError(Exception):
    """Root of everything a ledger raises; its message is for people, in Chinese and English."""


class VersionConflict(LedgerError):
    """The stream stands at ``found``; the batch expected ``expected``."""

    def __init__(self, stream: str, expected: int, found: int) -> None:
        """Remember where the stream really stands."""
        super().__init__(f"{stream}: 版本应为 {expected}，实为 {found} / expected version {expected}, found {found}")
        self.stream = stream
        self.expected = expected
        self.found = found


class OtherHistory(LedgerError):
    """Rows that were read or stored are gone, and perhaps others in their place: an older copy of the storage took over."""

    def __init__(self, stream: str, version: int) -> None:
        """Remember the row that is not the one that was known."""
        super().__init__(
            f"{stream} 第 {version} 行: 数据库中的历史已不是原来那份 / "
            f"row {version}: the storage holds another history than it did"
        )
        self.stream = stream
        self.version = version


class CommandIdTaken(LedgerError):
    """The stream has a row with this command id already."""

    def __init__(self, stream: str, command_id: str) -> None:
        """Remember which; an empty id means that the backend cannot tell."""
        super().__init__(f"{stream}: 命令已有答复 / command {command_id or '(one of a batch)'} is answered already")
        self.stream = stream
        self.command_id = command_id


class GuardMoved(LedgerError):
    """The key stands at ``found``; the batch relied on another version."""

    def __init__(self, key: str, found: int) -> None:
        """Remember which key and where it stands; the key, a pseudonym, is not part of the message."""
        super().__init__(f"所依据的计数已变 / a guard has moved on to {found}")
        self.key = key
        self.found = found


class StorageFailed(LedgerError):
    """The storage did not take a write or give a read; whether a write happened is unknown."""

    def __init__(self, reason: str) -> None:
        """Remember the reason in the storage's own words."""
        super().__init__(f"{STORAGE}: {reason}")
        self.reason = reason


class LedgerInUse(LedgerError):
    """Another process has this ledger open for writing."""

    def __init__(self, path: str, holder: str) -> None:
        """Remember the file and what its holder wrote about itself."""
        super().__init__(
            f"{path} 正由另一个一窗通进程使用，请先停止它 / "
            f"{path} is in use by another OneWindow process ({holder or 'unknown'}); stop that one first"
        )
        self.path = path
        self.holder = holder


class LedgerTooNew(LedgerError):
    """The file's format is of a later version of the program."""

    def __init__(self, path: str, found: int, known: int) -> None:
        """Remember both versions."""
        super().__init__(
            f"{path} 的格式为 {found}，本程序只认识到 {known} / "
            f"{path} has format {found}; this program knows formats up to {known}"
        )
        self.found = found
        self.known = known


class BrokenChain(LedgerError):
    """A row is missing, moved or altered; ``version`` names the first bad one."""

    WRONG = "缺失或被改动"

    def __init__(self, stream: str, version: int, reason: str) -> None:
        """Remember where and why."""
        super().__init__(f"{stream} 第 {version} 行{self.WRONG} / row {version}: {reason}")
        self.stream = stream
        self.version = version
        self.reason = reason


class WrittenByNewer(BrokenChain):
    """The row is of a later version of the program: what follows from it is not known here, so nothing is decided."""

    WRONG = "由更新的版本写入"


class Ledger(Protocol):
    """Append-only streams, plans by their hash, and figures about itself."""

    async def append_many(self, batches: Sequence[Batch]) -> None:
        """Store all batches or none; return when they are durable."""
        ...

    def read(self, stream: str, after: int = 0) -> AsyncIterator[Row]:
        """Stream the rows of a stream with a version greater than ``after``, in order."""
        ...

    async def find(self, stream: str, command_id: str) -> Row | None:
        """Return the row that answered a command, if there is one."""
        ...

    async def head(self, stream: str) -> StreamHead | None:
        """Return the last row of a stream without its body; None for a stream without rows."""
        ...

    async def streams(self) -> tuple[StreamHead, ...]:
        """List the heads of all streams, by name."""
        ...

    async def traces(self, keys: Sequence[str]) -> Traced:
        """Return the versions of these keys (0: never moved) and their traces; those of each key are of one moment."""
        ...

    async def save_plan(self, plan: Plan) -> str:
        """Store a plan under the hash of its content and return the hash; storing it again is nothing."""
        ...

    async def load_plan(self, name: str) -> Plan | None:
        """Return the plan with this hash."""
        ...

    async def health(self) -> LedgerHealth:
        """Say whether the storage works, by trying."""
        ...

    def statistics(self) -> LedgerStatistics:
        """Return the figures since opening."""
        ...

    async def close(self) -> None:
        """Finish what waits and let the storage go."""
        ...


def stream_name(hall: HallId, date: str) -> str:
    """Return the stream of a hall-day: ``futian/2026-11-23``."""
    return f"{hall}/{date}"


def hall_and_date(stream: str) -> tuple[HallId, str]:
    """Return hall and business date of a stream."""
    hall, _, date = stream.rpartition("/")
    return hall, date


def moves_of(batch: Batch) -> dict[str, int]:
    """Return the keys that a batch moves on, sorted, each with the version that it expects (-1: any).

    Of two expected versions the older counts: if they differ, it is stale.
    """
    moved = dict.fromkeys([trace.key for trace in batch.traces], -1)
    for guard in batch.guards:
        other = moved.get(guard.key, -1)
        moved[guard.key] = min(guard.expected, other) if min(guard.expected, other) >= 0 else max(guard.expected, other)
    return dict(sorted(moved.items()))


def guard_fault(moves: dict[str, int], versions: Mapping[str, int]) -> GuardMoved | None:
    """Return the first guard that expects another version than the stored one."""
    for key, expected in moves.items():
        found = versions.get(key, 0)
        if expected >= 0 and expected != found:
            return GuardMoved(key, found)
    return None


def faults_of_batch(batch: Batch, head: int) -> VersionConflict | None:
    """Return the conflict of a batch with a stream that stands at ``head``, if there is one."""
    for number, row in enumerate(batch.rows):
        if row.version != head + 1 + number:
            return VersionConflict(batch.stream, row.version - 1, head + number)
        assert row.stream == batch.stream, "a batch holds rows of its own stream only"
    return None

"""What the only writer of a ledger knows by heart: the head of every stream, the latest rows, the ids of commands.

Whoever follows the log asks for little more than what was just written, many times a second; it has it from here, without
a question to the file. The writer itself has from here what each append must continue, and which commands have their
answer. What this does not know for certain it does not tell.
"""

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from server.ledger.port import Batch, Row, StreamHead

ROWS_LIMIT = 4_000
"""Most rows that are kept, over a second of the busiest district."""

BYTES_LIMIT = 8 * 1024 * 1024
"""Most bytes of their bodies; a few rows (an import, the end of a day) are long."""

IDS_LIMIT = 1_000_000
"""Most ids of commands over all streams, a busy day of a hundred halls; the streams that came first lose theirs first, the
one that is written keeps them. Halls know the ids of their day as well, so that each takes some 50 bytes here."""


@dataclass(slots=True)
class _Known:
    """What is known of one stream."""

    head: Row | StreamHead
    """The last row, or what the file told of it."""
    rows: deque[Row] = field(default_factory=deque)
    """The latest, without a gap up to the head."""


class Tail:
    """Filled by the writing thread when rows are durable, asked by any thread."""

    def __init__(self, *, ids_limit: int = IDS_LIMIT) -> None:
        """Begin without knowing anything."""
        self._lock = threading.Lock()
        self._streams: dict[str, _Known] = {}
        self._sorted: tuple[str, ...] | None = None
        """Names of all streams; None while some may be missing."""
        self._order: deque[_Known] = deque()
        """The stream of each row that is kept, the oldest row first."""
        self._bytes = 0
        self._ids: dict[str, set[str]] = {}
        """Ids of all commands of a stream; a stream is missing where one of its ids may be."""
        self._ids_count = 0
        self._ids_limit = ids_limit
        self.failures = 0
        """How often everything was forgotten."""

    def add(self, batches: Iterable[Batch]) -> None:
        """Remember rows that are durable."""
        with self._lock:
            for batch in batches:
                self._add(batch)
            order, kept = self._order, self._bytes
            while len(order) > ROWS_LIMIT or kept > BYTES_LIMIT:
                known = order.popleft()
                rows = known.rows
                kept -= len(rows.popleft().body)
                if not rows:
                    # Of a day that is over nothing is kept but this, for as long as the process runs.
                    known.head = _head(known)
            self._bytes = kept

    def forget(self) -> None:
        """A write failed, and whether it happened is unknown: the file must be asked."""
        with self._lock:
            self.failures += 1
            self._streams.clear()
            self._sorted = None
            self._order.clear()
            self._bytes = 0
            self._ids.clear()
            self._ids_count = 0

    def complete(self, found: Iterable[StreamHead], *, failures: int) -> None:
        """Take the heads of all streams as the file had them after so many failures; what was appended since stands."""
        with self._lock:
            if failures != self.failures:
                return
            for head in found:
                known = self._streams.get(head.stream)
                if known is None or known.head.version < head.version:
                    self._streams[head.stream] = _Known(head)
            self._sorted = tuple(sorted(self._streams))

    def heads(self) -> tuple[StreamHead, ...] | None:
        """Return the heads of all streams by name; None while some may be missing."""
        with self._lock:
            return None if self._sorted is None else tuple([_head(self._streams[stream]) for stream in self._sorted])

    def head(self, stream: str) -> StreamHead | None:
        """Return the last row of a stream without its body; None if it is not known here."""
        with self._lock:
            known = self._streams.get(stream)
            return _head(known) if known is not None else None

    def after(self, stream: str, version: int) -> Sequence[Row] | None:
        """Return all rows of a stream after a version; None if they are not all here."""
        with self._lock:
            known = self._streams.get(stream)
            if known is None:
                return None
            missing = known.head.version - version
            if missing <= 0:
                return ()
            rows = known.rows
            if len(rows) < missing:
                return None
            return [rows[number] for number in range(len(rows) - missing, len(rows))]

    # ---- ids of commands ----

    def learn(self, stream: str, ids: set[str]) -> None:
        """Take the ids of a whole stream, as the file has them."""
        with self._lock:
            self._ids_count += len(ids) - len(self._ids.get(stream, ()))
            self._ids[stream] = ids

    def standing(self, streams: Iterable[str]) -> dict[str, tuple[int, set[str]]]:
        """Return versions and all ids of streams, for the writing thread alone; of those that are missing the file must be asked."""
        found = {}
        with self._lock:
            for stream in streams:
                known, ids = self._streams.get(stream), self._ids.get(stream)
                if known is not None and ids is not None:
                    found[stream] = known.head.version, ids
                elif known is None and self._sorted is not None:
                    # All that there are are known, so this one begins.
                    found[stream] = 0, self._ids.setdefault(stream, set())
        return found

    def may_hold(self, stream: str, command_id: str) -> bool:
        """Say whether the stream may have a row of a command."""
        with self._lock:
            ids = self._ids.get(stream)
            return ids is None or command_id in ids

    # ---- remembering ----

    def _add(self, batch: Batch) -> None:
        stream, rows = batch.stream, batch.rows
        known = self._streams.get(stream)
        if known is None:
            known = self._streams[stream] = _Known(rows[-1])
            if self._sorted is not None:
                self._sorted = tuple(sorted((*self._sorted, stream)))
        known.head = rows[-1]
        latest, order, ids = known.rows, self._order, self._ids.get(stream)
        for row in rows:
            latest.append(row)
            order.append(known)
            self._bytes += len(row.body)
            if ids is not None:
                ids.add(row.command_id)
        if ids is not None:
            self._ids_count += len(rows)
            if self._ids_count > self._ids_limit:
                self._drop_ids(stream)

    def _drop_ids(self, but: str) -> None:
        while self._ids_count > self._ids_limit and len(self._ids) > 1:
            oldest = next(stream for stream in self._ids if stream != but)
            self._ids_count -= len(self._ids.pop(oldest))


def _head(known: _Known) -> StreamHead:
    head = known.head
    return head if isinstance(head, StreamHead) else StreamHead(head.stream, head.version, head.at_ms, head.hash)

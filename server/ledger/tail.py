"""What was appended last, as the only writer of a ledger knows it: the head of every stream, and the latest rows.

Whoever follows the log asks for little more than what was just written, many times a second; it has it from here, without
a question to the file. What this does not know for certain it does not tell.
"""

import threading
from collections import deque
from collections.abc import Iterable, Sequence

from server.ledger.port import Batch, Row, StreamHead

ROWS_LIMIT = 4_000
"""Most rows that are kept, over a second of the busiest district."""

BYTES_LIMIT = 8 * 1024 * 1024
"""Most bytes of their bodies; a few rows (an import, the end of a day) are long."""


class Tail:
    """Filled by the writing thread when rows are durable, asked by any thread."""

    def __init__(self) -> None:
        """Begin without knowing anything."""
        self._lock = threading.Lock()
        self._heads: dict[str, StreamHead] = {}
        self._sorted: tuple[str, ...] | None = None
        """Names of all streams; None while some may be missing."""
        self._rows: dict[str, deque[Row]] = {}
        self._order: deque[str] = deque()
        self._bytes = 0
        self.failures = 0
        """How often everything was forgotten."""

    def add(self, batches: Iterable[Batch]) -> None:
        """Remember rows that are durable."""
        with self._lock:
            for batch in batches:
                last = batch.rows[-1]
                if self._sorted is not None and batch.stream not in self._heads:
                    self._sorted = tuple(sorted((*self._sorted, batch.stream)))
                self._heads[batch.stream] = StreamHead(batch.stream, last.version, last.at_ms, last.hash)
                self._keep(batch)

    def forget(self) -> None:
        """A write failed, and whether it happened is unknown: the file must be asked."""
        with self._lock:
            self.failures += 1
            self._heads.clear()
            self._sorted = None
            self._rows.clear()
            self._order.clear()
            self._bytes = 0

    def complete(self, found: Iterable[StreamHead], *, failures: int) -> None:
        """Take the heads of all streams as the file had them after so many failures; what was appended since stands."""
        with self._lock:
            if failures != self.failures:
                return
            for head in found:
                known = self._heads.get(head.stream)
                if known is None or known.version < head.version:
                    self._heads[head.stream] = head
            self._sorted = tuple(sorted(self._heads))

    def heads(self) -> tuple[StreamHead, ...] | None:
        """Return the heads of all streams by name; None while some may be missing."""
        with self._lock:
            return None if self._sorted is None else tuple([self._heads[stream] for stream in self._sorted])

    def head(self, stream: str) -> StreamHead | None:
        """Return the last row of a stream without its body; None if it is not known here."""
        with self._lock:
            return self._heads.get(stream)

    def after(self, stream: str, version: int) -> Sequence[Row] | None:
        """Return all rows of a stream after a version; None if they are not all here."""
        with self._lock:
            head = self._heads.get(stream)
            if head is None:
                return None
            missing = head.version - version
            if missing <= 0:
                return ()
            rows = self._rows.get(stream)
            if rows is None or len(rows) < missing:
                return None
            return [rows[number] for number in range(len(rows) - missing, len(rows))]

    def _keep(self, batch: Batch) -> None:
        rows = self._rows.setdefault(batch.stream, deque())
        for row in batch.rows:
            rows.append(row)
            self._order.append(batch.stream)
            self._bytes += len(row.body)
        while len(self._order) > ROWS_LIMIT or self._bytes > BYTES_LIMIT:
            stream = self._order.popleft()
            oldest = self._rows[stream]
            self._bytes -= len(oldest.popleft().body)
            if not oldest:
                del self._rows[stream]

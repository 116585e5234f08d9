"""What the simulated clients saw, one JSON line per operation: the raw material for "nothing acknowledged is lost".

Law: an operation is written once, when its outcome is known or given up (a time-out is "unknown", never "failed").
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from hall.ids import Ms

OPERATIONS_LIMIT = 400_000
"""Lines kept, some 100 MB at most: forty times a busy day. Beyond it operations are counted only, and the report says so."""

Outcome = Literal["ok", "refused", "unknown"]

NOTED: Final[Mapping[str, Mapping[str, str]]] = {
    "ticket": {"ticket": "id", "number": "number", "state": "state"},
    "window": {"window": "code"},
    "appointment": {"appointment": "id", "booking": "state", "slot_ms": "slot_ms"},
}
"""What is kept of an answer: for each of its parts, fields of :class:`Operation` by the field of the part."""


class Operation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="op"):
    """One change that a client asked for, with all its retries."""

    id: str
    op: str
    who: str
    invoked_ns: int
    """On the monotonic clock of the clients' process, as is ``completed_ns``."""
    completed_ns: int
    outcome: Outcome
    code: str = ""
    """Of the refusal, or empty."""
    seq: int = 0
    """Place in the log that the answer named; 0: the answer never reached the hall (limits, rights)."""
    ticket: str = ""
    number: str = ""
    state: str = ""
    """Of the ticket, as the answer showed it."""
    window: str = ""
    appointment: str = ""
    booking: str = ""
    """State of the booking, as the answer showed it."""
    slot_ms: Ms = 0
    """Of the booking as the answer showed it; 0: none."""
    date: str = ""
    """Of another day than that of the demo, whose log was changed."""
    attempts: int = 1
    repeats: str = ""
    """Not empty: the operation was sent again on purpose after its answer; how the second answer differed, or ``same``."""


class Sighting(msgspec.Struct, frozen=True, kw_only=True, tag="saw"):
    """A call that a board rang."""

    screen: str
    ring: int
    ticket: str
    window: str


Line = Operation | Sighting


def noted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of an answer, as fields of an :class:`Operation`; of parts that the answer does not have, none."""
    empty = Operation(id="", op="", who="", invoked_ns=0, completed_ns=0, outcome="unknown")
    return {
        name: (answer[part] or {}).get(field) or getattr(empty, name)
        for part, fields in NOTED.items()
        if part in answer
        for name, field in fields.items()
    }


class History:
    """Appends to a file, line by line; lives as long as the clients' process."""

    def __init__(self, path: Path, *, limit: int = OPERATIONS_LIMIT) -> None:
        """Go on behind what is there."""
        self.left_out = 0
        self._limit = limit
        self._lines = _lines_in(path)
        self._file = path.open("ab", buffering=0)
        self._encode = msgspec.json.Encoder().encode

    def write(self, line: Line) -> None:
        """Append a line, or count it where the file is full."""
        if self._lines >= self._limit:
            self.left_out += 1
            return
        self._lines += 1
        self._file.write(self._encode(line) + b"\n")

    def close(self) -> None:
        """Write no more."""
        self._file.close()


def _lines_in(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def read_history(path: Path) -> Iterator[Line]:
    """Return the lines of a file in their order; a last line that a crash cut off is passed over."""
    decoder = msgspec.json.Decoder(Line)
    if not path.exists():
        return
    with path.open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                yield decoder.decode(line)

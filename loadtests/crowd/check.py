"""After the run: what everybody was told against the log, and how long a call took from the key to each board."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from loadtests.crowd.notes import PREFIX, Rang
from loadtests.crowd.replies import Trouble
from server.demo.compare import Comparison, compare
from server.demo.history import History, Operation, Sighting, read_history
from server.ledger.port import Ledger

CALLS: Final = frozenset({"call-next", "finish-and-next"})


class Shown(msgspec.Struct, frozen=True):
    """From a clerk's key to the rings, in milliseconds; of calls that a key brought at once."""

    calls: int
    rings: int
    screens: int
    p50_ms: float
    p99_ms: float


def merged(folder: Path, kind: str) -> Path:
    """Put the files of all processes into one; return it. A line that a kill cut off is left out."""
    whole = folder / f"{kind}.jsonl"
    with whole.open("wb") as out:
        for part in sorted(folder.glob(f"{kind}-*.jsonl")):
            content = part.read_bytes()
            out.write(content[: content.rfind(b"\n") + 1])
    return whole


def compared_with_log(history: Path, rings: Sequence[Rang], opened: Callable[[], Ledger], stream: str) -> Comparison:
    """Compare the histories with the logs, rings of screens included."""
    writer = History(history)
    for one in rings:
        writer.write(Sighting(screen=one.screen, ring=one.ring, ticket=one.ticket, window=one.window))
    writer.close()
    return asyncio.run(compare(history, opened, stream, prefix=PREFIX))


def summed(found: Sequence[Comparison]) -> Comparison:
    """Return what the comparisons of several halls come to together."""
    counts = ("operations", "ok", "refused", "unknown", "sightings", "by_others")
    return Comparison(
        **{name: sum(getattr(one, name) for one in found) for name in counts},
        findings=tuple(finding for one in found for finding in one.findings),
    )


def rings_of(path: Path) -> list[Rang]:
    """Return all rings in the order of the file."""
    decoder = msgspec.json.Decoder(Rang)
    return [decoder.decode(line) for line in path.read_bytes().splitlines()]


def troubles_of(path: Path) -> list[Trouble]:
    """Return all answers that were not definite."""
    decoder = msgspec.json.Decoder(Trouble)
    return [decoder.decode(line) for line in path.read_bytes().splitlines()]


def shown(operations: Iterable[Operation], rings: Sequence[Rang]) -> Shown:
    """Join keys and rings: a call is known by ticket and window."""
    pressed = {
        (one.ticket, one.window): one.invoked_ns
        for one in operations
        if one.op in CALLS and one.outcome == "ok" and one.ticket
    }
    waits = sorted(
        (one.at_ns - pressed[one.ticket, one.window]) / 1e6 for one in rings if (one.ticket, one.window) in pressed
    )
    screens = {one.screen for one in rings}
    if not waits:
        return Shown(len(pressed), 0, len(screens), 0.0, 0.0)
    at = len(waits) - 1
    return Shown(len(pressed), len(waits), len(screens), waits[at // 2], waits[at * 99 // 100])


def operations_of(history: Path) -> list[Operation]:
    """Return what people did."""
    return [line for line in read_history(history) if isinstance(line, Operation)]

"""A disk that remembers every write and sync, and what of them is left when the power goes.

SQLite runs on files of its own through an apsw VFS; each write, truncation, deletion and sync is recorded in order. A cut
is a place in that record: what was synced before it is there, and of what was not, any part may be: each write whole, torn
at a sector, or not at all. Nothing is said about order between syncs, since disks keep none.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import apsw
import msgspec

SECTOR: Final = 512
"""Bytes that a disk writes whole or not at all."""


class Write(msgspec.Struct, frozen=True):
    """Bytes to a place of a file."""

    file: str
    at: int
    data: bytes


class Truncate(msgspec.Struct, frozen=True):
    """A file cut to a length."""

    file: str
    length: int


class Sync(msgspec.Struct, frozen=True):
    """A file that is on the disk now."""

    file: str


class Acknowledged(msgspec.Struct, frozen=True):
    """Somebody was told that so many rows are stored."""

    rows: int


class Delete(msgspec.Struct, frozen=True):
    """A file that is gone; the next sync of any file makes that durable, as file systems with a journal do."""

    file: str


Step = Write | Truncate | Delete | Sync | Acknowledged


class Recorder(apsw.VFS):
    """Writes to real files, and into ``steps``; syncs are recorded and not done, which is what makes it quick."""

    def __init__(self, name: str) -> None:
        """Register under a name."""
        self.steps: list[Step] = []
        super().__init__(name, "")

    def xOpen(self, name: "str | apsw.URIFilename | None", flags: list[int]) -> apsw.VFSFile:
        """Open a file whose changes are recorded."""
        return _File(name, flags, self.steps.append)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        """Delete a file."""
        self.steps.append(Delete(Path(filename).name))
        super().xDelete(filename, syncdir)


class _File(apsw.VFSFile):
    def __init__(self, name: "str | apsw.URIFilename | None", flags: list[int], record: Callable[[Step], None]) -> None:
        shown = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self._name = Path(shown).name
        self._record = record
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._record(Write(self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        self._record(Truncate(self._name, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        self._record(Sync(self._name))


class Cut(msgspec.Struct, frozen=True):
    """What a disk holds after a cut, and how many rows had been acknowledged by then."""

    files: dict[str, bytes]
    acknowledged: int


def cuts(steps: list[Step], places: list[int], chance: random.Random) -> Iterator[Cut]:
    """Yield what is left after a cut before each of these places, which must ascend."""
    durable: dict[str, bytearray] = {}
    pending: dict[str, list[Write | Truncate]] = {}
    acknowledged, done = 0, 0
    for place in places:
        for step in steps[done:place]:
            if isinstance(step, Acknowledged):
                acknowledged = step.rows
            elif isinstance(step, Delete):
                # Acknowledgements begin after the first syncs, so a deletion before them is durable by any cut.
                durable.pop(step.file, None)
                pending.pop(step.file, None)
            elif isinstance(step, Sync):
                for late in pending.pop(step.file, []):
                    _apply(durable.setdefault(step.file, bytearray()), late)
            else:
                pending.setdefault(step.file, []).append(step)
        done = place
        yield Cut(_left(durable, pending, chance), acknowledged)


def _left(
    durable: dict[str, bytearray], pending: dict[str, list[Write | Truncate]], chance: random.Random
) -> dict[str, bytes]:
    files = {name: bytearray(content) for name, content in durable.items()}
    survival = chance.choice((0.0, 0.5, 0.9, 1.0))
    for name, late in pending.items():
        content = files.setdefault(name, bytearray())
        for step in late:
            if chance.random() < survival:
                _apply(content, _torn(step, chance) if chance.random() < 0.3 else step)
    return {name: bytes(content) for name, content in files.items()}


def _torn(step: Write | Truncate, chance: random.Random) -> Write | Truncate:
    """Keep the sectors before or after some sector of a write."""
    if isinstance(step, Truncate) or len(step.data) <= SECTOR:
        return step
    cut = SECTOR * chance.randrange(1, -(-len(step.data) // SECTOR))
    if chance.random() < 0.5:
        return Write(step.file, step.at, step.data[:cut])
    return Write(step.file, step.at + cut, step.data[cut:])


def _apply(content: bytearray, step: Write | Truncate) -> None:
    if isinstance(step, Truncate):
        del content[step.length :]
        return
    if len(content) < step.at:
        content.extend(bytes(step.at - len(content)))
    content[step.at : step.at + len(step.data)] = step.data

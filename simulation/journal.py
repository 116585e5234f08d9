"""What a run keeps of its work, line by line, so that the same command goes on from there.

Laws:
- a file belongs to one run, named by its first line; another one is refused;
- a torn last line is left out, and all that stands before it stays untouched;
- a run of several parts keeps them in one file, each with its own lines.
"""

import hashlib
import os
from pathlib import Path
from typing import Protocol

import msgspec

from simulation.errors import CheckpointMismatch


class Kept(Protocol):
    """Lines of one piece of work."""

    def read(self, heading: bytes) -> list[bytes]:
        """Return the lines of the work that ``heading`` names, or begin it; raises CheckpointMismatch."""
        ...

    def add(self, line: bytes) -> None:
        """Keep a line."""
        ...


class KeptFile:
    """One piece of work in a file of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, heading: bytes) -> list[bytes]:
        """Return the whole lines under the heading; raises CheckpointMismatch."""
        lines = self._path.read_bytes().split(b"\n") if self._path.exists() else [b""]
        # Nothing yet, or a heading that was torn by a stop in the middle of writing.
        if len(lines) == 1 and heading.startswith(lines[0]):
            self._path.write_bytes(heading + b"\n")
            return []
        if lines[0] != heading:
            raise CheckpointMismatch(self._path.name)
        # What follows the last line's end was torn likewise.
        if lines[-1]:
            os.truncate(self._path, self._path.stat().st_size - len(lines[-1]))
        return lines[1:-1]

    def add(self, line: bytes) -> None:
        """Keep a line."""
        with self._path.open("ab") as file:
            file.write(line + b"\n")


class _Line(msgspec.Struct):
    part: str
    line: msgspec.Raw


class Journal:
    """Several pieces of work in one file."""

    def __init__(self, path: Path, heading: bytes) -> None:
        """Read what is there; raises CheckpointMismatch."""
        self._file = KeptFile(path)
        self._lines: dict[str, list[bytes]] = {}
        for line in self._file.read(heading):
            one = msgspec.json.decode(line, type=_Line)
            self._lines.setdefault(one.part, []).append(bytes(one.line))

    def part(self) -> Kept:
        """Return the place of a piece of work; it is named by the heading with which it is read."""
        return _Part(self)

    def read(self, part: str) -> list[bytes]:
        """Return the lines of a part."""
        return list(self._lines.get(part, ()))

    def add(self, part: str, line: bytes) -> None:
        """Keep a line of a part, which is JSON."""
        self._lines.setdefault(part, []).append(line)
        self._file.add(msgspec.json.encode(_Line(part, msgspec.Raw(line))))


class _Part:
    def __init__(self, journal: Journal) -> None:
        self._journal, self._name = journal, ""

    def read(self, heading: bytes) -> list[bytes]:
        self._name = hashlib.sha256(heading).hexdigest()[:24]
        return self._journal.read(self._name)

    def add(self, line: bytes) -> None:
        self._journal.add(self._name, line)


def kept_in(where: Path | Kept) -> Kept:
    """Return where a piece of work is kept."""
    return KeptFile(where) if isinstance(where, Path) else where

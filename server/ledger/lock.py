"""One process per ledger file: a lock that the operating system drops with its process, kill -9 included."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from server.ledger.port import LedgerInUse

HOLDER_BYTES = 200
"""How much of the holder's note is read for the message."""


class FileLock:
    """An exclusive lock on ``<file>.lock``; the file stays, the lock goes with the process."""

    def __init__(self, path: Path) -> None:
        """Take the lock or raise :class:`LedgerInUse` at once."""
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._descriptor)
        except OSError:
            holder = os.pread(self._descriptor, HOLDER_BYTES, 0) if hasattr(os, "pread") else b""
            os.close(self._descriptor)
            raise LedgerInUse(path.with_suffix("").name, holder.decode("utf-8", "replace").strip()) from None
        with suppress(OSError):  # The lock counts; a full disk that takes no note of its holder is told of elsewhere.
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, f"process {os.getpid()}\n".encode())

    def release(self) -> None:
        """Let the lock go; doing it again is nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def lock_path(database: Path) -> Path:
    """Return the lock file that belongs to a database file."""
    return database.with_name(database.name + ".lock")


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

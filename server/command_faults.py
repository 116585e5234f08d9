"""What a person at a terminal is told of a fault that is none of the program: one line, in Chinese and English, no trace."""

import errno
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Final

from server.ledger.port import STORAGE

FILE: Final = "文件或文件夹不能使用 / a file or folder cannot be used"
NEWER: Final = "数据由更新的版本写入 / the data are of a newer version"
OLDER: Final = "数据由较旧的版本写入 / the data are of an older version"
ENCODING: Final = "终端的编码写不出这些字，请改用 UTF-8 / the terminal cannot show these characters: use UTF-8"

TOLD_BY_THEMSELVES: Final = (
    ("server.ledger.port", "LedgerError"),
    ("server.keys", "BadKey"),
    ("server.backup", "BackupError"),
)
"""Kinds of faults whose message is this line already."""


def fault_of(error: Exception) -> str | None:
    """Return the line for a fault of files, databases or the terminal; None for every other exception.

    No statement and no address is repeated: they may hold what is secret.
    """
    if isinstance(error, UnicodeEncodeError):
        return ENCODING
    if isinstance(error, OSError):
        # Who closes the other end of a pipe is told nothing.
        return None if error.errno == errno.EPIPE else f"{FILE}: {_of_file(error)}"
    found = next((line for cause in _causes(error) if (line := _of_storage(cause)) is not None), None)
    # A driver may explain itself in several lines.
    return "; ".join(part.strip() for part in found.splitlines()) if found is not None else None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _of_file(error: OSError) -> str:
    what = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {what}" if error.filename else what


def _of_storage(error: BaseException) -> str | None:
    """Look only at kinds of faults whose modules are loaded: one that is not has raised nothing."""
    if _is(error, "server.migrations.upgrade", "NewerDatabase"):
        return f"{NEWER}: {error}"
    if _is(error, "server.migrations.upgrade", "OlderDatabase"):
        return f"{OLDER}: {error}"
    if any(_is(error, module, name) for module, name in TOLD_BY_THEMSELVES):
        return str(error)
    if _is(error, "sqlalchemy.exc", "DBAPIError"):
        return f"{STORAGE}: {str(getattr(error, 'orig', '')).strip()}"
    return None


def _is(error: BaseException, module: str, name: str) -> bool:
    loaded: ModuleType | None = sys.modules.get(module)
    return loaded is not None and isinstance(error, getattr(loaded, name))

"""Backup and restore of a data folder: one archive, taken beside the running server, verified before it counts.

Databases are copied as they stand at one moment each; other files as they are. What follows the log (messages, reports)
is copied before it, so that it is never ahead of it, and what the log speaks of (contacts, settings) after it. The manifest holds the SHA-256 of every
file and the head of every hall-day, so that a later audit can tell whether a log lost its tail.

BackupError
├── BackupBroken     the archive, or something in it, is not what was written
├── FolderNotEmpty   restoring would overwrite a data folder (say so with ``force``)
└── FolderInUse      a server is running on the data folder
"""

import asyncio
import hashlib
import io
import os
import shutil
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from server.ledger.copying import copy_database, fault_of_database, is_database
from server.ledger.lock import FileLock, lock_path
from server.ledger.port import LedgerError, LedgerInUse, StreamHead
from server.ledger.sqlite import FILE_NAME, SqliteLedger

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
LEFT_OUT: Final = ("-wal", "-shm", "-journal", ".lock", ".part")
"""Endings of files that belong to a running process, or to a database that is copied whole."""

DATABASE: Final = ".db"
"""Ending of what must be a database; one without any content is new."""

FILES_LIMIT: Final = 10_000
"""Most files in a data folder or an archive; ours has a handful."""

BLOCK_BYTES: Final = 1 << 20

_FIRST: Final = ("outbox.db", "reports.db", FILE_NAME)
"""Databases in the order in which they are copied, before all others."""

_FAILURES: Final = (OSError, EOFError, LedgerError, tarfile.TarError, zlib.error)
"""What a disk, a database or a damaged archive can answer with."""


class BackupError(Exception):
    """Root of what keeps a backup or a restore from being made; its message is for people, in Chinese and English."""


class BackupBroken(BackupError):
    """The archive does not hold what its manifest says."""


class FolderNotEmpty(BackupError):
    """The data folder has files; they are kept unless ``force`` is given."""


class FolderInUse(BackupError):
    """A server has the data folder open."""


class FileEntry(msgspec.Struct, frozen=True):
    """One file of a backup; ``path`` is relative to the data folder."""

    path: str
    bytes: int
    sha256: str
    database: bool


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds, and when it was made (UTC)."""

    format: int
    made_at: str
    files: tuple[FileEntry, ...]
    heads: tuple[StreamHead, ...]


def backup(data: Path, target: Path) -> Manifest:
    """Write the data folder to the archive ``target`` (.tar.gz), verify it, and return its manifest.

    Works beside a running server. Raises BackupError; an archive that failed is not left behind.
    """
    if target.exists():
        raise FolderNotEmpty(f"{target} 已经存在 / exists already")
    if not data.is_dir():
        raise BackupBroken(f"没有这个数据文件夹 / there is no data folder {data}")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            manifest = _collect(data, Path(folder))
            _pack(Path(folder), manifest, part)
        _verify(part)
        os.replace(part, target)
    except _FAILURES as error:
        raise BackupBroken(f"备份未完成 / the backup failed: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def restore(archive: Path, data: Path, *, force: bool = False) -> Manifest:
    """Verify the archive and put its files into the data folder; return the manifest.

    A folder that is not empty is refused, or with ``force`` set aside as ``<folder>.before-restore-<n>``.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    # To the end: a spare, or a server that is started again, must not begin on a folder that is moved away under it.
    with _locked(data) as lock, tempfile.TemporaryDirectory(dir=data.parent, prefix=".restore-") as folder:
        if lock is not None and any(path for path in data.iterdir() if not _is_left_out(path)) and not force:
            raise FolderNotEmpty(
                f"{data} 不是空的，其中的文件会被替换，确要如此请加 --force / is not empty; its files would be replaced: --force sets them aside"
            )
        staged = Path(folder) / "data"
        try:
            manifest = _unpack(archive, staged)
            if lock is None and data.exists():
                raise FolderNotEmpty(f"{data} 刚刚被别的程序建立 / came into being meanwhile")
            if lock is not None and sys.platform == "win32":
                lock.release()  # There no folder is moved that has an open file.
            _put(staged, data)
        except _FAILURES as error:
            raise BackupBroken(f"恢复未完成 / the restore failed: {error}") from error
    return manifest


def verify(archive: Path) -> Manifest:
    """Check every file of an archive against its manifest, and every database for damage; return the manifest."""
    try:
        return _verify(archive)
    except _FAILURES as error:
        raise BackupBroken(f"{archive.name} 无法读取 / cannot be read: {error}") from error


# ---- making ----


def _collect(data: Path, folder: Path) -> Manifest:
    entries: list[FileEntry] = []
    for source in sorted(_files_of(data), key=lambda path: _place_of(path.relative_to(data).as_posix())):
        name = source.relative_to(data).as_posix()
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        database = is_database(source)
        if database:
            copy_database(source, copy)
        elif source.suffix == DATABASE and source.stat().st_size:
            raise BackupBroken(f"{name} 已损坏，不是数据库 / is damaged: it is no database")
        else:
            shutil.copyfile(source, copy)
        entries.append(FileEntry(name, copy.stat().st_size, _sha256(copy), database))
    entries.sort(key=lambda entry: entry.path)
    heads = _heads(folder / FILE_NAME)
    return Manifest(FORMAT, datetime.now(UTC).isoformat(timespec="seconds"), tuple(entries), heads)


def _place_of(name: str) -> tuple[int, str]:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST), name


def _files_of(data: Path) -> list[Path]:
    found = sorted(path for path in data.rglob("*") if path.is_file() and not path.is_symlink())
    found = [path for path in found if not _is_left_out(path)]
    if len(found) > FILES_LIMIT:
        raise BackupBroken(
            f"{data} 的文件超过 {FILES_LIMIT} 个，不是数据文件夹 / holds more than {FILES_LIMIT} files; it is not a data folder"
        )
    return found


def _is_left_out(path: Path) -> bool:
    return path.name.endswith(LEFT_OUT)


def _heads(ledger: Path) -> tuple[StreamHead, ...]:
    async def read() -> tuple[StreamHead, ...]:
        opened = SqliteLedger.open_for_reading(ledger)
        try:
            return await opened.streams()
        finally:
            await opened.close()

    return asyncio.run(read()) if ledger.is_file() else ()


def _pack(folder: Path, manifest: Manifest, part: Path) -> None:
    with open(part, "xb", opener=_for_owner) as file:
        with tarfile.open(fileobj=file, mode="w:gz") as archive:
            body = msgspec.json.format(msgspec.json.encode(manifest))
            info = tarfile.TarInfo(MANIFEST)
            info.size, info.mode = len(body), 0o600
            archive.addfile(info, io.BytesIO(body))
            for entry in manifest.files:
                archive.add(folder / entry.path, arcname=f"data/{entry.path}", recursive=False)
        file.flush()
        os.fsync(file.fileno())


def _for_owner(path: str, flags: int) -> int:
    """Open a file that nobody else may read: it holds the key, and the hashes of passwords."""
    return os.open(path, flags, 0o600)


# ---- checking and putting back ----


def _verify(archive: Path) -> Manifest:
    # Beside the archive there is room for its like; a medium that is only read gives none.
    beside = archive.parent if os.access(archive.parent, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=beside, prefix=".verify-") as folder:
        return _unpack(archive, Path(folder) / "data")


def _unpack(archive: Path, staged: Path) -> Manifest:
    """Extract the archive to ``staged`` and check all of it."""
    staged.mkdir()
    with tarfile.open(archive, mode="r:gz") as packed:
        first = packed.next()
        body = packed.extractfile(first) if first is not None and first.name == MANIFEST else None
        if body is None:
            raise BackupBroken(f"{archive.name} 没有清单 / has no manifest")
        manifest = _manifest(body.read(BLOCK_BYTES * 64))
        for entry in manifest.files:
            _extract(packed, entry, staged)
    heads = _heads(staged / FILE_NAME)
    if heads != manifest.heads:
        raise BackupBroken("日志中的日期与清单不符 / the ledger's days are not those of the manifest")
    return manifest


def _manifest(body: bytes) -> Manifest:
    try:
        manifest = msgspec.json.decode(body, type=Manifest)
    except msgspec.DecodeError as error:
        raise BackupBroken(f"清单无法读取 / the manifest cannot be read: {error}") from error
    if manifest.format > FORMAT or len(manifest.files) > FILES_LIMIT:
        raise BackupBroken("备份由更新的版本写入 / the archive was made by a later version")
    return manifest


def _extract(packed: tarfile.TarFile, entry: FileEntry, staged: Path) -> None:
    target = staged / entry.path
    if not target.resolve().is_relative_to(staged.resolve()):
        raise BackupBroken(f"{entry.path} 指向数据文件夹之外 / points outside of the data folder")
    try:
        source = packed.extractfile(f"data/{entry.path}")
    except KeyError:
        source = None
    if source is None:
        raise BackupBroken(f"{entry.path} 缺失 / is missing")
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        shutil.copyfileobj(source, file, BLOCK_BYTES)
        file.flush()
        os.fsync(file.fileno())
    target.chmod(0o600)
    if target.stat().st_size != entry.bytes or _sha256(target) != entry.sha256:
        raise BackupBroken(f"{entry.path} 已损坏 / is damaged")
    if entry.database and (fault := fault_of_database(target)):
        raise BackupBroken(f"{entry.path} 已损坏 / is damaged: {fault}")


def _put(staged: Path, data: Path) -> None:
    """Move the verified files into place; what was there is set aside, never deleted."""
    if data.exists():
        if any(data.iterdir()):
            data.rename(_aside(data))
        else:
            data.rmdir()
    staged.rename(data)


def _aside(data: Path) -> Path:
    number = 1
    while (aside := data.with_name(f"{data.name}.before-restore-{number}")).exists():
        number += 1
    return aside


@contextmanager
def _locked(data: Path) -> Iterator[FileLock | None]:
    """Make sure that no server runs on the folder; None for one that is not there."""
    if not data.is_dir():
        yield None
        return
    try:
        lock = FileLock(lock_path(data / FILE_NAME))
    except LedgerInUse as error:
        raise FolderInUse(str(error)) from error
    try:
        yield lock
    finally:
        lock.release()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Backups are taken beside a running server, verified, and restored without destroying anything."""

import asyncio
import os
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.audit import audit_all
from server.backup import BackupBroken, FolderInUse, FolderNotEmpty, Manifest, _unpack, backup, restore, verify
from server.cli import main
from server.ledger.copying import copy_database, reading_address
from server.ledger.port import LedgerInUse, StreamHead
from server.ledger.sqlite import FILE_NAME, SqliteLedger
from tests.support.live import running, send, take


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with three stored answers and a small file."""
    folder = tmp_path / "data"
    folder.mkdir()
    asyncio.run(_fill(folder, [1, 2]))
    (folder / "keys").mkdir()
    (folder / "keys" / "secret.key").write_bytes(b"not to be lost")
    return folder


async def _fill(folder: Path, numbers: list[int]) -> None:
    ledger = SqliteLedger.open(folder / FILE_NAME)
    async with running(ledger) as runner:
        await send(runner, *(take(number) for number in numbers))
    await ledger.close()


def test_what_was_backed_up_is_restored(data: Path, tmp_path: Path):
    manifest = backup(data, tmp_path / "one.tar.gz")

    restore(tmp_path / "one.tar.gz", tmp_path / "again")

    assert [entry.path for entry in manifest.files] == ["keys/secret.key", FILE_NAME]
    assert (tmp_path / "again" / "keys" / "secret.key").read_bytes() == b"not to be lost"
    reports = audit_all(tmp_path / "again" / FILE_NAME)
    assert [(report.rows, report.exit_code) for report in reports] == [(3, 0)]
    assert [head.hash for head in manifest.heads] == [report.head for report in reports]


def test_an_archive_is_verified_by_a_command_of_its_own(data: Path, tmp_path: Path):
    archive = tmp_path / "one.tar.gz"
    backup(data, archive)

    whole = CliRunner().invoke(main, ["verify-backup", str(archive)])
    assert (whole.exit_code, "whole; 2 files" in whole.output, "1 hall-days" in whole.output) == (0, True, True)

    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    archive.write_bytes(bytes(content))
    assert CliRunner().invoke(main, ["verify-backup", str(archive)]).exit_code == 1


def test_an_archive_is_for_its_owner_only(data: Path, tmp_path: Path):
    """It holds the server's key and the hashes of passwords, whatever the shell of who makes it lets others read."""
    before = os.umask(0o022)
    try:
        backup(data, tmp_path / "one.tar.gz")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "one.tar.gz").stat().st_mode) == 0o600


def test_commands_say_one_line_and_no_log(data: Path, tmp_path: Path):
    made = CliRunner().invoke(main, ["backup", "--data", str(data), str(tmp_path / "one.tar.gz")])
    put = CliRunner().invoke(main, ["restore", "--data", str(tmp_path / "again"), str(tmp_path / "one.tar.gz")])
    # It opens a ledger for writing, which is told in the log: to standard error.
    copying = [
        "-c",
        "from server.cli import main; main()",
        "copy-log",
        "--from",
        str(data),
        "--to",
        str(tmp_path / "to"),
    ]
    copied = subprocess.run([sys.executable, *copying], capture_output=True, text=True, check=True)

    assert [len(done.stdout.splitlines()) for done in (made, put, copied)] == [1, 1, 1]
    assert "ledger_opened" in copied.stderr


def test_copied_logs_whose_key_stays_behind_are_told(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("server.logs.configure", lambda *, as_json: None)  # that is for a process of its own
    (data / "server.key").write_bytes(b"k" * 32)
    copying = ["copy-log", "--from", str(data), "--to", str(tmp_path / "to")]

    without = CliRunner().invoke(main, copying)
    (tmp_path / "to" / "server.key").write_bytes(b"k" * 32)
    beside = CliRunner().invoke(main, copying)

    assert (without.exit_code, beside.exit_code) == (0, 0)
    assert "目标没有来源的 server.key" in without.stderr
    assert "server.key" not in beside.stderr


def test_an_archive_on_a_medium_without_room_to_write_is_verified_elsewhere(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    backup(data, tmp_path / "one.tar.gz")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    monkeypatch.setattr("server.backup.os.access", lambda folder, _mode: folder != tmp_path)
    used: list[Path] = []

    def unpack(archive: Path, staged: Path) -> Manifest:
        used.append(staged.parent.parent)
        return _unpack(archive, staged)

    monkeypatch.setattr("server.backup._unpack", unpack)

    assert len(verify(tmp_path / "one.tar.gz").files) == 2
    assert used == [elsewhere]


@pytest.mark.skipif(not hasattr(os, "statvfs"), reason="this system does not say which media take no writes")
def test_a_folder_on_a_medium_that_takes_no_writes_is_read_without_files_beside_it(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A snapshot, or a disk that the system has made read-only: of all folders the one to be backed up."""
    monkeypatch.setattr("server.ledger.copying._takes_no_writes", lambda folder: folder == data.resolve())
    before = sorted(data.rglob("*"))

    backup(data, tmp_path / "one.tar.gz")
    reports = audit_all(data / FILE_NAME)

    assert sorted(data.rglob("*")) == before
    assert [report.exit_code for report in reports] == [0]
    # Where a process was killed the newest rows still stand beside the file: that is never left out.
    (data / f"{FILE_NAME}-wal").write_bytes(b"rows")
    assert "immutable" not in reading_address(data / FILE_NAME)


def test_a_backup_beside_a_running_server_is_whole(data: Path, tmp_path: Path):
    """Taken while a writer holds the ledger: everything acknowledged before is in it."""

    async def scene() -> tuple[StreamHead, ...]:
        ledger = SqliteLedger.open(data / FILE_NAME)
        async with running(ledger) as runner:
            await send(runner, take(3))
            manifest = await asyncio.to_thread(backup, data, tmp_path / "live.tar.gz")
            await send(runner, take(4))
        await ledger.close()
        return manifest.heads

    heads = asyncio.run(scene())

    assert heads[0].version >= 4
    assert verify(tmp_path / "live.tar.gz").heads == heads


def test_a_folder_with_files_is_not_overwritten(data: Path, tmp_path: Path):
    backup(data, tmp_path / "one.tar.gz")

    with pytest.raises(FolderNotEmpty):
        restore(tmp_path / "one.tar.gz", data)


def test_force_sets_the_old_folder_aside(data: Path, tmp_path: Path):
    backup(data, tmp_path / "one.tar.gz")
    (data / "later.txt").write_text("made after the backup")

    restore(tmp_path / "one.tar.gz", data, force=True)

    assert not (data / "later.txt").exists()
    assert (tmp_path / "data.before-restore-1" / "later.txt").exists()


def test_a_folder_in_use_is_not_restored_into(data: Path, tmp_path: Path):
    backup(data, tmp_path / "one.tar.gz")
    ledger = SqliteLedger.open(data / FILE_NAME)
    try:
        with pytest.raises(FolderInUse):
            restore(tmp_path / "one.tar.gz", data, force=True)
    finally:
        asyncio.run(ledger.close())


def test_a_server_cannot_begin_on_a_folder_while_it_is_restored(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Its folder would be moved away under it, with all that it acknowledged since."""
    backup(data, tmp_path / "one.tar.gz")
    refused: list[str] = []

    def spare_tries(archive: Path, staged: Path) -> Manifest:
        with pytest.raises(LedgerInUse) as caught:
            SqliteLedger.open(data / FILE_NAME)
        refused.append(caught.value.path)
        return _unpack(archive, staged)

    monkeypatch.setattr("server.backup._unpack", spare_tries)
    restore(tmp_path / "one.tar.gz", data, force=True)

    assert refused == [FILE_NAME]
    asyncio.run(SqliteLedger.open(data / FILE_NAME).close())


def test_a_folder_that_came_into_being_meanwhile_is_not_replaced(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    backup(data, tmp_path / "one.tar.gz")
    again = tmp_path / "again"

    def server_begins(archive: Path, staged: Path) -> Manifest:
        again.mkdir()
        asyncio.run(_fill(again, [7]))
        return _unpack(archive, staged)

    monkeypatch.setattr("server.backup._unpack", server_begins)
    with pytest.raises(FolderNotEmpty):
        restore(tmp_path / "one.tar.gz", again)

    assert [report.rows for report in audit_all(again / FILE_NAME)] == [2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "data", "one.tar.gz"]


def test_what_follows_the_log_is_never_ahead_of_it_in_a_backup(data: Path, monkeypatch: pytest.MonkeyPatch):
    """Restored, it would not look at the rows that come in the place of those that it has read."""
    for name in ("config.db", "contacts.db", "outbox.db", "reports.db"):
        copy_database(data / FILE_NAME, data / name)
    copied: list[str] = []

    def copy(source: Path, target: Path) -> None:
        copied.append(source.name)
        copy_database(source, target)

    monkeypatch.setattr("server.backup.copy_database", copy)
    manifest = backup(data, data.parent / "one.tar.gz")

    assert copied == ["outbox.db", "reports.db", FILE_NAME, "config.db", "contacts.db"]
    assert [entry.path for entry in manifest.files] == sorted(entry.path for entry in manifest.files)


def test_a_database_that_is_none_any_more_is_not_called_verified(data: Path, tmp_path: Path):
    """What stands in its place would be restored one day."""
    (data / "config.db").write_bytes(b"overwritten" * 100)

    with pytest.raises(BackupBroken, match=r"config\.db 已损坏.*is damaged: it is no database"):
        backup(data, tmp_path / "one.tar.gz")

    assert not (tmp_path / "one.tar.gz").exists()


def test_an_existing_archive_is_not_overwritten(data: Path, tmp_path: Path):
    backup(data, tmp_path / "one.tar.gz")

    with pytest.raises(FolderNotEmpty):
        backup(data, tmp_path / "one.tar.gz")


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_damaged_archive_is_refused_and_leaves_no_trace(data: Path, tmp_path: Path, place: float):
    archive = tmp_path / "one.tar.gz"
    backup(data, archive)
    body = bytearray(archive.read_bytes())
    body[int(len(body) * place)] ^= 0xFF
    archive.write_bytes(bytes(body))

    with pytest.raises(BackupBroken):
        restore(archive, tmp_path / "again")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "one.tar.gz"]


def test_a_file_that_was_exchanged_is_found(data: Path, tmp_path: Path):
    """The archive is sound as an archive, but one file is not what the manifest says."""
    backup(data, tmp_path / "one.tar.gz")
    other = tmp_path / "other"
    with tarfile.open(tmp_path / "one.tar.gz") as packed:
        packed.extractall(other, filter="data")
    (other / "data" / "keys" / "secret.key").write_bytes(b"was it not, hm")
    with tarfile.open(tmp_path / "two.tar.gz", "w:gz") as packed:
        packed.add(other / "manifest.json", "manifest.json")
        packed.add(other / "data", "data")

    with pytest.raises(BackupBroken, match=r"secret\.key"):
        verify(tmp_path / "two.tar.gz")


def test_something_that_is_no_archive_is_refused(tmp_path: Path):
    (tmp_path / "no.tar.gz").write_bytes(b"hello")

    with pytest.raises(BackupBroken):
        verify(tmp_path / "no.tar.gz")

"""kill -9 and torn files: nothing acknowledged is lost, and what is read is always a whole beginning of the log.

A killed process proves no durability against power cuts (the operating system keeps its writes); the torn files do:
they are what a disk may hold that was cut in the middle of the write-ahead log.
"""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.audit import audit_day
from server.ledger.chain import verified
from server.ledger.port import Batch, LedgerInUse, Row
from server.ledger.sqlite import SqliteLedger
from tests.support.ledgers import rows_of
from tests.support.live import HALL
from tests.support.plans import DATE
from tests.support.sources import ROOT

STREAM = f"{HALL}/{DATE}"
START_SECONDS = 60
"""The machines that run this are shared: a new interpreter may take long to come up."""


@contextmanager
def writer(path: Path, first: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A process that writes until it is killed."""
    command = [sys.executable, "-m", "tests.support.killed_writer", str(path), str(first)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=START_SECONDS)


def acknowledged(process: subprocess.Popen[str], count: int) -> list[tuple[int, str]]:
    """Read so many acknowledgements, kill the process, and return all that it had given."""
    assert process.stdout is not None
    lines: list[str] = []
    while len(lines) < count:
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        if line.startswith("ok "):
            lines.append(line)
    process.kill()
    lines += [line for line in process.stdout.read().splitlines(keepends=True) if line.startswith("ok ")]
    # The last line may be torn by the kill; a torn line acknowledges nothing.
    pairs = [line.split() for line in lines if line.endswith("\n")]
    return [(int(seq), command_id) for _, seq, command_id in pairs]


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path):
    """Five times over on one file, at different moments: every acknowledged row is there, in its place."""
    path = tmp_path / "ledger.db"
    given_out: list[tuple[int, str]] = []
    for round_number, count in enumerate((1, 5, 23, 60, 150)):
        with writer(path, 1_000_000 * round_number) as process:
            given_out += acknowledged(process, count)

        rows = {row.version: row.command_id for row in asyncio.run(_rows(path))}
        assert [rows.get(seq) for seq, _ in given_out] == [command_id for _, command_id in given_out]

    report = audit_day(path, hall=HALL, date=DATE)
    assert report.exit_code == 0, report.text()
    assert report.rows >= len(given_out)


def test_a_second_process_on_one_file_is_refused_clearly(tmp_path: Path):
    """The lock says who holds it, and goes with its process."""
    path = tmp_path / "ledger.db"
    with writer(path) as process:
        assert process.stdout is not None
        while not process.stdout.readline().startswith("ok "):
            pass
        with pytest.raises(LedgerInUse, match=f"process {process.pid}"):
            SqliteLedger.open(path)

        with writer(path) as second:
            _, error = second.communicate(timeout=START_SECONDS)
            assert second.returncode == 1
            assert "in use" in error

    opened = SqliteLedger.open(path)
    asyncio.run(opened.close())


def test_a_reader_beside_the_writer_sees_whole_rows(tmp_path: Path):
    """An audit of a running hall finds a sound beginning of the log."""
    path = tmp_path / "ledger.db"
    with writer(path) as process:
        assert process.stdout is not None
        for _ in range(40):
            process.stdout.readline()
        reports = [audit_day(path, hall=HALL, date=DATE) for _ in range(3)]

    assert [report.exit_code for report in reports] == [0, 0, 0]
    assert reports[0].rows > 8


@given(cut=st.integers(0, 10_000), flips=st.lists(st.integers(0, 10_000), max_size=3))
@settings(max_examples=60)
def test_a_torn_write_ahead_log_leaves_a_whole_beginning(torn_source: Path, cut: int, flips: list[int]):
    """Cut and bit-flipped anywhere: what opens is a prefix of what was written, and goes on from there."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        shutil.copyfile(torn_source, path)
        body = bytearray(Path(f"{torn_source}-wal").read_bytes())
        for flip in flips:
            body[len(body) * flip // 10_001] ^= 0x10
        Path(f"{path}-wal").write_bytes(bytes(body[: len(body) * cut // 10_000]))

        rows = asyncio.run(_continued(path))

    assert [row.version for row in rows] == list(range(1, len(rows) + 1))


@pytest.fixture(scope="module")
def torn_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger whose rows are all in the write-ahead log, as they lie on the disk while it is open."""
    folder = tmp_path_factory.mktemp("torn")
    return asyncio.run(_written(folder))


async def _written(folder: Path) -> Path:
    live, copy = folder / "live.db", folder / "copy.db"
    ledger = SqliteLedger.open(live)
    rows = rows_of(STREAM, 40, body=b"x" * 700)
    for start in range(0, 40, 4):
        await ledger.append_many([Batch(STREAM, rows[start : start + 4])])
    shutil.copyfile(live, copy)
    shutil.copyfile(f"{live}-wal", f"{copy}-wal")
    await ledger.close()
    return copy


async def _continued(path: Path) -> list[Row]:
    ledger = SqliteLedger.open(path)
    rows = [row async for row in verified(ledger.read(STREAM))]
    await ledger.append_many([Batch(STREAM, rows_of(STREAM, 1, after=rows[-1] if rows else None))])
    rows = [row async for row in verified(ledger.read(STREAM))]
    await ledger.close()
    return rows


async def _rows(path: Path) -> list[Row]:
    ledger = SqliteLedger.open(path)
    rows = [row async for row in verified(ledger.read(STREAM))]
    await ledger.close()
    return rows

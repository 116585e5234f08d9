"""Power cuts on a real file system: an ext4 image on a loop device, copied while the writer is frozen, mounted again.

What the kernel has not yet written to the image is not in the copy, as it would not be on a disk. The writer is the
product's ledger; it says on a pipe what it has acknowledged.
"""

import asyncio
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from loadtests.proving import Progress
from server.ledger.chain import verified
from server.ledger.port import LedgerError
from server.ledger.sqlite import SqliteLedger
from tests.faults.report import Part
from tests.support.sources import ROOT

IMAGE_MB: Final = 128
"""Room for all that the writer writes between the cuts, with its write-ahead log."""
WEAK_CUTS: Final = 4
BETWEEN_S: Final = 0.35
STARTED_S: Final = 60.0


def cut_images(number: int, *, weaker: bool = True) -> list[Part]:
    """Cut the power of a real file system so often with the ledger's settings, and a few times with weaker ones."""
    if not number:
        return []
    wanted = [("FULL", number), *([("NORMAL", WEAK_CUTS), ("OFF", WEAK_CUTS)] if weaker else [])]
    why = _why_not()
    return [
        Part(name=f"ext4 image, {setting}", skipped=why) if why else _cut(setting, times) for setting, times in wanted
    ]


def _cut(setting: str, number: int) -> Part:
    acknowledged = lost = 0
    findings: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        image = _image(place)
        with _mounted(image, place / "disk") as disk, _writer(disk / "ledger.db", setting) as writer:
            told: dict[int, str] = {}
            _listen(writer, told, STARTED_S)
            progress = Progress(f"ext4 image, {setting}, cuts", number)
            for cut in range(1, number + 1):
                _listen(writer, told, BETWEEN_S)
                os.kill(writer.pid, signal.SIGSTOP)
                _listen(writer, told, 0)
                copy = _copied(image, place / "copy.img")
                os.kill(writer.pid, signal.SIGCONT)
                missing, fault = _after(copy, place / "after", dict(told))
                acknowledged += len(told)
                lost += missing
                findings += [fault] if fault else []
                progress.at(cut)
    return Part(
        name=f"ext4 image, {setting}", acknowledged=acknowledged, lost=lost, findings=tuple(findings),
        shows_weakness=setting != "FULL", notes=(f"{number} cuts",),
    )  # fmt: skip


def _after(copy: Path, folder: Path, told: dict[int, str]) -> tuple[int, str]:
    """Mount a copy, which lets the file system recover, and open the ledger in it."""
    with _mounted(copy, folder) as disk:
        try:
            rows = asyncio.run(_ids(disk / "ledger.db"))
        except LedgerError as error:
            return len(told), str(error)
    return sum(rows.get(seq) != name for seq, name in told.items()), ""


async def _ids(file: Path) -> dict[int, str]:
    ledger = SqliteLedger.open(file)
    try:
        streams = [head.stream for head in await ledger.streams()]
        return {row.version: row.command_id for stream in streams async for row in verified(ledger.read(stream))}
    finally:
        await ledger.close()


def _listen(writer: "subprocess.Popen[bytes]", told: dict[int, str], seconds: float) -> None:
    """Read what the writer acknowledged: for a while, or what is in the pipe, or (at first) until it says anything."""
    assert writer.stdout is not None
    deadline, had = time.monotonic() + seconds, len(told)
    while True:
        left = max(0.0, deadline - time.monotonic())
        if not select.select([writer.stdout], [], [], left)[0]:
            break
        line = os.read(writer.stdout.fileno(), 65_536)
        assert line, "the writer ended"
        _note(writer, line, told)
        if not had and told and seconds == STARTED_S:
            break
    assert told, "the writer did not begin"


def _note(writer: "subprocess.Popen[bytes]", data: bytes, told: dict[int, str]) -> None:
    lines = (_rest.pop(writer.pid, b"") + data).split(b"\n")
    _rest[writer.pid] = lines.pop()
    for line in lines:
        words = line.decode().split()
        if words[:1] == ["ok"]:
            told[int(words[1])] = words[2]


_rest: dict[int, bytes] = {}
"""The torn last line of each writer; it acknowledges nothing until its end has come."""


@contextmanager
def _writer(file: Path, setting: str) -> Iterator["subprocess.Popen[bytes]"]:
    words = [sys.executable, "-m", "tests.faults.image_writer", str(file), setting]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait(STARTED_S)
        assert process.stdout is not None
        process.stdout.close()
        _rest.pop(process.pid, None)


def _image(place: Path) -> Path:
    image = place / "disk.img"
    with image.open("wb") as file:
        file.truncate(IMAGE_MB << 20)
    _run("mkfs.ext4", "-q", "-F", str(image))
    return image


def _copied(image: Path, copy: Path) -> Path:
    _run("cp", "--sparse=always", str(image), str(copy))
    return copy


@contextmanager
def _mounted(image: Path, folder: Path) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    _run("mount", "-o", "loop", str(image), str(folder))
    try:
        yield folder
    finally:
        _run("umount", "--lazy", str(folder))


def _why_not() -> str:
    if os.geteuid() != 0:
        return "mounting an image needs root"
    try:
        with tempfile.TemporaryDirectory() as folder, _mounted(_image(Path(folder)), Path(folder, "disk")):
            return ""
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        said = error.stderr.decode().strip() if isinstance(error, subprocess.CalledProcessError) else str(error)
        return f"no ext4 image can be mounted here ({said[:80]})"


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=STARTED_S)

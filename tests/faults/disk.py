"""A disk that is full, and one that cannot sync: writes are refused with a code, screens stay, and work goes on after."""

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.faults.load import Fault, Load, Outcome, Sizes
from tests.faults.place import furnish
from tests.faults.report import Part
from tests.faults.serving import Server

REFUSED_S: Final = 1.0
"""Law L7: on a full disk a write is refused within this."""
CODE: Final = "STORAGE_FULL"
SMALL_KB: Final = 512
"""Room beyond what the furnished folder takes: full within seconds."""
LARGE: Final = "64m"
FULL_S: Final = 2.0
"""How long the disk stays full."""
LIMIT_S: Final = 60.0
SIZES: Final = Sizes(kiosks=6, clerks=6, screens=10)


def full_disk(place: Path, sizes: Sizes = SIZES) -> Part:
    """Fill a small disk under load, then make it larger."""
    name = "full disk"
    if os.geteuid() != 0 or not _may_mount(place):
        return Part(name=name, skipped="a small disk needs the right to mount one")
    with _tmpfs(place / "disk") as disk:
        data = disk / "data"
        furnish(data, windows=sizes.clerks)
        used_kb = sum(path.stat().st_blocks for path in data.rglob("*")) // 2
        _remount(disk, f"{used_kb + SMALL_KB + 256}k")
        # The log of the process is not on the small disk: a full disk must not hide what the process says.
        server = Server(data, log=place / "server.log")

        async def filled(load: Load) -> Outcome:
            return await _refused_for_a_while(load, heal=lambda: _remount(disk, LARGE))

        return _run(server, sizes, filled, name)


def unsynced_disk(place: Path, sizes: Sizes = SIZES) -> Part:
    """Let every sync of the process fail for a while: what was not on the disk is not acknowledged."""
    name = "fsync errors"
    if not shutil.which("fiu-run") or not shutil.which("fiu-ctrl"):
        return Part(name=name, skipped="fiu-run is not installed (Debian: fiu-utils)")
    data = place / "data"
    furnish(data, windows=sizes.clerks)
    server = Server(data, before=("fiu-run", "-x", "-f", str(place / "fiu")))

    async def failing(load: Load) -> Outcome:
        await asyncio.to_thread(_control, server, place, "enable name=posix/io/sync/*")
        return await _refused_for_a_while(load, heal=lambda: _control(server, place, "disable name=posix/io/sync/*"))

    return _run(server, sizes, failing, name)


def _run(server: Server, sizes: Sizes, fault: Fault, name: str) -> Part:
    try:
        server.start()
        return asyncio.run(Load(server, sizes).run(fault, name=name))
    finally:
        server.stop()


async def _refused_for_a_while(load: Load, *, heal: Callable[[], None]) -> Outcome:
    """Wait until writes are refused, look at everything meanwhile, heal, and wait until they are answered again."""
    outcome, crowd = Outcome(), load.crowd
    pid, stale = load.server.pid, sum(len(screen.stale_ns) for screen in load.screens)
    began = time.monotonic()
    while not any(code == CODE for code, _ in crowd.unclear):
        if time.monotonic() - began > LIMIT_S:
            outcome.findings.append(f"no write was refused within {LIMIT_S:g} s; the fault was not there")
            return outcome
        await asyncio.sleep(0.02)
    await asyncio.sleep(FULL_S)
    reading = await load.read("")
    if reading != 200:
        outcome.findings.append(f"L7: while writes are refused, reading gets {reading}")
    await asyncio.to_thread(heal)
    healed_ns = time.monotonic_ns()
    outcome.recovery_s.append(await load.seconds_until_answered(healed_ns))
    if outcome.recovery_s == [float("inf")]:
        outcome.findings.append("L7: nothing is answered again without a restart")
    outcome.findings += _faults_of_refusals(crowd.unclear, limit_s=LIMIT_S if load.crowded else REFUSED_S)
    if sum(len(screen.stale_ns) for screen in load.screens) != stale:
        outcome.findings.append("L7: screens lost their feed meanwhile")
    if load.server.pid != pid or not load.server.is_up():
        outcome.findings.append("L7: the process did not live through it")
    slowest = max(seconds for code, seconds in crowd.unclear if code == CODE)
    outcome.notes.append(f"{len(crowd.unclear):,} writes refused with {CODE}, the slowest after {slowest * 1e3:.0f} ms")
    return outcome


def _faults_of_refusals(unclear: list[tuple[str, float]], *, limit_s: float) -> list[str]:
    others = sorted({code for code, _ in unclear} - {CODE})
    slow = sum(seconds > limit_s for code, seconds in unclear if code == CODE)
    found = [f"L7: writes were refused with {other}, not {CODE}" for other in others]
    return [*found, *([f"L7: {slow} writes were refused only after {limit_s:g} s"] if slow else [])]


def _control(server: Server, place: Path, command: str) -> None:
    words = ["fiu-ctrl", "-f", str(place / "fiu"), "-c", command, str(server.pid)]
    subprocess.run(words, check=True, timeout=20, capture_output=True)


def _may_mount(place: Path) -> bool:
    try:
        with _tmpfs(place / "probe"):
            return True
    except subprocess.CalledProcessError:
        return False


@contextmanager
def _tmpfs(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={LARGE}", "none", str(folder)], check=True, capture_output=True
    )
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


def _remount(folder: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True, capture_output=True)

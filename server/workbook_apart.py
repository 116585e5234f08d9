"""A workbook from outside, read in a process of its own with limits of time and memory.

The parser of its format lets nobody else run while it takes up a part of the file, and again while it gives up what it made
of it: a file of 60 KB that unpacks to ten million tags held up every hall for nine seconds. Here it holds up itself.

    python -m server.workbook_apart    a line with the columns and then the file on standard input, what was read on standard output
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

import msgspec

from server.config.faults import Fault
from server.workbook import FILE_BYTES, Sheet, fault_of_file, read_workbook

CPU_S: Final = 10
"""Processor time of one file; 6,000 full rows take two seconds."""
WALL_S: Final = 14.0
"""A proxy waits 15 s for an answer."""
MEMORY_BYTES: Final = 512 * 1024 * 1024
"""6,000 full rows take 100 MB."""
NICE: Final = 5
"""The live hall's process has 0: it gets the processor whenever it wants it."""
FAULTS_MAX: Final = 1_000
"""Faults that are handed over; pages are told fewer."""

_TOO_MUCH: Final = Fault("file", "读取文件所需的时间或内存太多", "the file takes too much time or memory to be read")


class Read(msgspec.Struct, frozen=True):
    """What a file holds, and what is wrong with it."""

    sheets: tuple[Sheet, ...]
    faults: tuple[Fault, ...]


class ReaderBroken(Exception):
    """The process that reads workbooks ended in a way that no file explains; says its last words."""


def read_apart(
    data: bytes, columns: Mapping[str, int], faults: list[Fault], *, cpu_s: int = CPU_S, wall_s: float = WALL_S
) -> tuple[Sheet, ...]:
    """As ``read_workbook``, in a process of its own; waits for it. Raises ``ReaderBroken``."""
    if found := fault_of_file(data):
        faults.append(found)
        return ()
    asked = msgspec.json.encode({"columns": dict(columns), "cpu_s": cpu_s}) + b"\n"
    command = (sys.executable, "-m", "server.workbook_apart")
    try:
        ended = subprocess.run(command, input=asked + data, capture_output=True, timeout=wall_s, check=False)
    except subprocess.TimeoutExpired:
        faults.append(_TOO_MUCH)
        return ()
    if ended.returncode < 0:  # ended by its limits
        faults.append(_TOO_MUCH)
        return ()
    if ended.returncode:
        raise ReaderBroken(ended.stderr.decode(errors="replace")[-FAULTS_MAX:])
    read = msgspec.json.decode(ended.stdout, type=Read)
    faults += read.faults
    return read.sheets


class _Asked(msgspec.Struct, frozen=True):
    columns: dict[str, int]
    cpu_s: int


def main() -> None:
    """Read the file on standard input within the limits."""
    asked = msgspec.json.decode(sys.stdin.buffer.readline(), type=_Asked)
    data = sys.stdin.buffer.read(FILE_BYTES + 1)
    out, sys.stdout = sys.stdout, sys.stderr
    _be_modest(asked.cpu_s)
    faults: list[Fault] = []
    try:
        sheets = read_workbook(data, asked.columns, faults)
        answer = msgspec.json.encode(Read(sheets, tuple(faults[:FAULTS_MAX])))
    except MemoryError:
        answer = msgspec.json.encode(Read((), (_TOO_MUCH,)))
    out.buffer.write(answer)
    out.buffer.flush()
    # What a hostile file left behind takes longest to be given up piece by piece.
    os._exit(0)


def _be_modest(cpu_s: int) -> None:
    if hasattr(os, "nice"):
        os.nice(NICE)
    try:
        import resource
    except ImportError:
        return  # Windows has no such limits; the limit of time remains.
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))


if __name__ == "__main__":
    main()

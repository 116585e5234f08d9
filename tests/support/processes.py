"""Processes of a command, looked up in /proc, and stopping it as a person does: by a key that reaches all of them."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest

STARTED_S: Final = 60
ENDED_S: Final = 30
POLL_S: Final = 0.02
WORKING: Final = 3
"""Two workers, and a watcher of what they share; all leave the key to the command once they have begun."""

needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are looked up in /proc")


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started and that are still known."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(one) for one in text.split()]


def is_deaf(pid: int) -> bool:
    """Tell whether a process ignores Ctrl-C."""
    return _is_among(pid, signal.SIGINT, "SigIgn:")


def listens(pid: int) -> bool:
    """Tell whether a command has begun: a program that did not would be ended by SIGTERM without a word."""
    return _is_among(pid, signal.SIGTERM, "SigCgt:")


def _is_among(pid: int, kind: signal.Signals, line: str) -> bool:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return False
    kinds = next((int(one.partition(":")[2], 16) for one in lines if one.startswith(line)), 0)
    return bool(kinds >> (kind - 1) & 1)


def is_alive(pid: int) -> bool:
    """Tell whether a process still runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def stopped(
    program: str, words: Sequence[str], *, kind: signal.Signals = signal.SIGINT,
    when: Callable[[int], bool] | None = None,
) -> tuple[int, str]:  # fmt: skip
    """Start a command in a group of its own, stop the group once it works, and return its status and what it said.

    It works once its workers have begun, or ``when`` says so of its process id. Fails if any of its processes outlives it.
    """
    with subprocess.Popen(
        [sys.executable, "-c", program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            is_working = when if when is not None else _has_begun
            _until(lambda: is_working(process.pid) or process.poll() is not None, STARTED_S)
            children = children_of(process.pid)
            assert process.poll() is None, process.communicate()
            os.killpg(process.pid, kind)
            _, said = process.communicate(timeout=STARTED_S)
        except BaseException:
            # Only then: what outlives a good end must be found.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    _until(lambda: not any(map(is_alive, children)), ENDED_S)
    assert not [one for one in children if is_alive(one)]
    return process.returncode, said.decode()


def _has_begun(pid: int) -> bool:
    children = children_of(pid)
    return len(children) >= WORKING and all(map(is_deaf, children))


def _until(is_true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not is_true() and time.monotonic() < end:
        time.sleep(POLL_S)

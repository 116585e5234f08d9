"""What one node does for all goes on whatever becomes of that node."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from server.ledger.postgres_duty import Duty
from tests.support.postgres import shared_postgres
from tests.support.sources import ROOT

TAKEN_OVER_S = 20
"""Half of what an outbox may take to be empty (L6)."""


@pytest.fixture
def address() -> str:
    return shared_postgres().database()


@pytest.fixture
def holder(address: str) -> Iterator[subprocess.Popen[str]]:
    """Another node, which is on duty."""
    command = [sys.executable, "-m", "tests.support.duty_node", address]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "duty_taken" in process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_node_that_is_killed_or_stands_still_is_relieved(
    holder: subprocess.Popen[str], address: str, harm: signal.Signals
):
    """The machine of one that stands still keeps its connection open; awake again, it waits for its turn like any other."""
    duty = Duty(address)
    duty.start()
    await asyncio.sleep(2)
    assert not duty.is_held

    os.kill(holder.pid, harm)

    try:
        await _within(TAKEN_OVER_S, lambda: duty.is_held)
        if harm == signal.SIGSTOP:
            os.kill(holder.pid, signal.SIGCONT)
            await asyncio.sleep(3)
            assert duty.is_held
    finally:
        await duty.stop()


async def _within(seconds: float, holds: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        await asyncio.sleep(0.05)

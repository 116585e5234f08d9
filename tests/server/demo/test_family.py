"""Child processes that are started again, and that go when their parent goes."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from server.demo.family import Child, ChildFailed

WORKS = "from server.demo.family import *; import time; wait_for_turn(); leave_with_parent(); print('here', flush=True); time.sleep(60)"
ENDS = "from server.demo.family import *; wait_for_turn(); print('done', flush=True)"
BREAKS = "raise SystemExit(3)"
WITHIN_S = 20


async def test_a_killed_child_is_started_again_and_stops_when_asked(tmp_path: Path):
    """The second life begins within two seconds."""
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    pids: list[int] = []
    child = Child("works", ("-c", WORKS), log=tmp_path / "log", on_line=lines.put_nowait, on_start=pids.append)
    running = asyncio.create_task(child.run())
    async with asyncio.timeout(WITHIN_S):
        await lines.get()
        os.kill(pids[0], signal.SIGKILL)
        await lines.get()
        await child.stop()
        await running

    assert len(pids) == 2
    assert [one.status for one in child.lives] == [-signal.SIGKILL, -signal.SIGTERM]


async def test_a_child_that_ends_well_is_not_started_again(tmp_path: Path):
    lines: list[bytes] = []
    child = Child("ends", ("-c", ENDS), log=tmp_path / "log", on_line=lines.append)

    async with asyncio.timeout(WITHIN_S):
        await child.run()

    assert lines == [b"done\n"]
    assert child.restarts == 0


async def test_a_child_that_never_stays_up_is_given_up(tmp_path: Path):
    child = Child("breaks", ("-c", BREAKS), log=tmp_path / "log")

    async with asyncio.timeout(WITHIN_S):
        with pytest.raises(ChildFailed, match="does not stay up"):
            await child.run()

"""Comparing everything after a run: clients and screens against the log, the log against the laws."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hall.events import Commit
from hall.policy import Plan
from server.audit import audit_stream
from server.replay import plans_named
from tests.faults.eyes import Screen, Truth, kept_seqs, state_hash
from tests.faults.history import ledger_in

EQUAL_S: Final = 5.0
"""Law L1: all screens equal the log this soon after the last fault."""
EVENTUALLY_S: Final = 60.0
"""On a machine that is busy with other work they may be late, and must be true all the same."""
POLL_S: Final = 0.05


async def audit_faults(where: Path | str) -> list[str]:
    """Audit every day of a data folder or database as `onewindow audit` does; return what it found."""
    ledger = ledger_in(where)
    try:
        reports = [await audit_stream(ledger, head.stream) for head in await ledger.streams()]
        return [f"{one.law}: row {one.seq}: {one.reason}" for report in reports for one in report.findings]
    finally:
        await ledger.close()


async def truth_of(where: Path | str, log: Sequence[Commit], screens: Sequence[Screen]) -> Truth:
    """Replay the log into what screens may have shown."""
    return Truth(log, await _plans(where, log), wanted=kept_seqs(screens))


async def seconds_until_true(where: Path | str, log: Sequence[Commit], screens: Sequence[Screen]) -> float:
    """Wait until every screen shows what the log says; return how long, or infinity."""
    last = Truth(log, await _plans(where, log), wanted=()).last
    began = time.monotonic()
    while any(state_hash(screen.link.state) != last or screen.link.is_stale for screen in screens):
        if time.monotonic() - began > EVENTUALLY_S:
            return float("inf")
        await asyncio.sleep(POLL_S)
    return time.monotonic() - began


def fault_of_l1(seconds: float, *, crowded: str) -> list[str]:
    """L1: the screens are true in time; on a crowded machine, at all."""
    limit = EVENTUALLY_S if crowded else EQUAL_S
    return [] if seconds <= limit else [f"L1: not every screen equalled the log within {limit:g} s"]


async def _plans(where: Path | str, log: Sequence[Commit]) -> list[tuple[str, Plan]]:
    ledger = ledger_in(where)
    try:
        names = sorted({name for commit in log for name in plans_named(commit)})
        found = [(name, await ledger.load_plan(name)) for name in names]
        return [(name, plan) for name, plan in found if plan is not None]
    finally:
        await ledger.close()

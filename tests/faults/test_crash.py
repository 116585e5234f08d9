"""Short forms of the proofs with the real server: few kills, few screens; the commands run the long ones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.clock import clock_jumps
from tests.faults.crash import crash
from tests.faults.databases import postgres_restart, redis_restart, redis_silence
from tests.faults.disk import full_disk, unsynced_disk
from tests.faults.load import Sizes
from tests.faults.pause import standing_still
from tests.faults.report import Part, text_of
from tests.faults.screens import screens
from tests.support.services import missing

FEW = Sizes(kiosks=3, clerks=3, screens=5, pace_s=0.02)

# Real servers are started several times; a loaded machine needs a minute for each.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def holds(part: Part) -> None:
    """Pass, skip with the part's reason, or fail with its table."""
    if part.skipped:
        pytest.skip(part.skipped)
    assert part.acknowledged > 0
    assert part.holds, text_of("", [part])


@pytest.mark.parametrize("spare", [True, False], ids=["with a spare", "started again"])
def test_kill_9_under_load_loses_and_doubles_nothing(tmp_path: Path, spare: bool):
    holds(crash(tmp_path / "data", kills=1, spare=spare, judge=False, sizes=FEW))


@pytest.mark.parametrize("part", [full_disk, unsynced_disk, clock_jumps, standing_still])
def test_a_fault_of_disk_clock_or_process_breaks_no_law(tmp_path: Path, part: Callable[[Path, Sizes], Part]):
    holds(part(tmp_path, FEW))


@pytest.mark.parametrize("part", [postgres_restart, redis_restart, redis_silence])
def test_a_database_that_goes_away_breaks_no_law(tmp_path: Path, part: Callable[[Path, Sizes], Part]):
    found = part(tmp_path, FEW)
    if found.skipped:
        missing(found.verdict)
    holds(found)


def test_bad_links_and_a_screen_that_never_reads_break_no_law(tmp_path: Path):
    holds(screens(tmp_path, 20, pace_s=0.3, quiet_s=2.0, judge=False))

"""A copy of a state goes its own way: what happens to one is not seen in the other, and both come to what the log says."""

from pathlib import Path

import pytest

from hall.state import HallDay, copy_of
from hall.step import apply, step
from tests.golden.record import FOLDER, read

LOGS = sorted(FOLDER.glob("*.jsonl"))
COPIES = 7


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_copies_at_any_moment_stay_as_they_were_and_decide_on_as_the_original(path: Path):
    heading, commits = read(path)
    original, copies = HallDay(), dict[int, tuple[HallDay, str]]()
    for plan in heading.plans:
        original.learn(plan)
    moments = {len(commits) * number // COPIES for number in range(1, COPIES)}
    for number, commit in enumerate(commits):
        if number in moments:
            copies[number] = (copy_of(original), original.fingerprint())
        apply(original, commit)

    assert original.fingerprint() == heading.fingerprint
    assert len(copies) == COPIES - 1
    for number, (copy, then) in copies.items():
        assert copy.fingerprint() == then
        assert copy.plan in copy.plans.values()
        for commit in commits[number:]:
            assert step(copy, commit.command) == (commit.refusal or commit.events)
        assert copy.fingerprint() == heading.fingerprint
    assert original.fingerprint() == heading.fingerprint

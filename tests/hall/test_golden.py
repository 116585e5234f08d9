"""Old logs replay for ever: same state, same decisions, whatever the hash seed of the process."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from hall import events
from tests.golden.record import FOLDER, read

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_golden_logs_replay_to_the_same_state_and_decisions(hash_seed: str) -> None:
    """S10 and S16 over recorded days, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.golden.replay"],
        cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count(" same ") == len(list(FOLDER.glob("*.jsonl"))) > 0


def test_golden_logs_hold_every_kind_of_event() -> None:
    """A kind of event that no recorded day has could change unseen."""
    seen = {type(event) for path in FOLDER.glob("*.jsonl") for commit in read(path)[1] for event in commit.events}
    known = set(events.AnyEvent.__args__)  # type: ignore[attr-defined]  # a union of classes has them

    assert known == seen


def test_the_written_names_of_events_are_frozen() -> None:
    """A name once written stays; a new meaning gets a new name. Add a line here with every new event."""
    names = sorted(str(kind.__struct_config__.tag) for kind in events.AnyEvent.__args__)  # type: ignore[attr-defined]

    assert names == (FOLDER / "names.txt").read_text(encoding="utf-8").split()


def test_fields_of_events_are_only_ever_added() -> None:
    """Every event of the recorded logs still decodes and encodes to the same text."""
    for path in FOLDER.glob("*.jsonl"):
        for line in path.read_bytes().splitlines()[1:]:
            row = msgspec.json.decode(line)
            again = msgspec.json.decode(msgspec.json.encode(msgspec.json.decode(line, type=events.Commit)))
            for key, value in row.items():
                assert again[key] == value, path.name

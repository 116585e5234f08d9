"""Replay all golden logs and print one line each: name, whether state and decisions are the same. Exit status 1 if not."""

import sys

from hall.state import HallDay
from hall.step import apply, step
from tests.golden.record import FOLDER, read


def main() -> int:
    """Replay every log beside this file."""
    bad = 0
    for path in sorted(FOLDER.glob("*.jsonl")):
        heading, commits = read(path)
        replayed, again = HallDay(), HallDay()
        for state in (replayed, again):
            for plan in heading.plans:
                state.learn(plan)
        same = True
        for commit in commits:
            apply(replayed, commit)
            same = same and step(again, commit.command) == (commit.refusal or commit.events)
        same = same and replayed.fingerprint() == again.fingerprint() == heading.fingerprint
        bad += not same
        sys.stdout.write(f"{path.name} {len(commits)} {'same' if same else 'DIFFERENT'} {replayed.fingerprint()}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

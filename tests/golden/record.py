"""Record the golden logs: ``make golden``. A reviewer looks at every difference; old logs are never recorded anew lightly.

A log is one JSON object per line: first the plan and the fingerprint at the end, then the commits.
"""

from pathlib import Path

import msgspec

from hall import commands as cmd
from hall.events import Commit, commit_encoder
from hall.opening import DayMoments, Session
from hall.policy import Plan
from tests.support.booked_crowd import BookedCrowd, booked_plan
from tests.support.crowd import OPEN_MS, Crowd, crowd_plan

FOLDER = Path(__file__).parent
SEEDS = (1, 2, 3, 5)
"""Seed 3 asks by key press, the others call the next arrival at once."""
COMMANDS = 600
BOOKED_SEEDS = (2, 5, 7)
BOOKED_COMMANDS = 900


class Heading(msgspec.Struct, frozen=True):
    """First line of a golden log."""

    plans: tuple[Plan, ...]
    fingerprint: str
    commits: int


def record(seed: int) -> str:
    """Return the text of one golden log."""
    crowd = Crowd(seed)
    for _ in range(COMMANDS):
        crowd.send(crowd.act())
    plans = (crowd.plan, crowd_plan(version="2"))
    rest = {"at_ms": crowd.at_ms, "actor": "manager:m"}
    moments = DayMoments(OPEN_MS + 3_600_000, crowd.at_ms + 7_200_000, None)
    crowd.send(cmd.ChangePlan(command_id="new-plan", plan=crowd.state.learn(plans[1]), moments=moments, **rest))
    crowd.send(cmd.ChangeSessions(command_id="longer", sessions=(Session(OPEN_MS, crowd.at_ms + 3_600_000),), **rest))
    crowd.send(cmd.CloseWindow(command_id="close-all", window="W0", hand_over=True, **rest))
    crowd.send(cmd.EndDay(command_id="end-day", **rest))
    return _text(crowd, plans)


def record_booked(seed: int) -> str:
    """Return the text of the golden log of a day with bookings."""
    crowd = BookedCrowd(seed)
    for _ in range(BOOKED_COMMANDS):
        crowd.send(crowd.act())
    plans = (crowd.plan, booked_plan(version="2"))
    rest = {"at_ms": crowd.at_ms, "actor": "manager:m"}
    crowd.send(cmd.ChangePlan(command_id="new-plan", plan=crowd.state.learn(plans[1]), **rest))
    crowd.send(cmd.EndDay(command_id="end-day", **rest))
    return _text(crowd, plans)


def _text(crowd: Crowd, plans: tuple[Plan, ...]) -> str:
    heading = Heading(plans, crowd.state.fingerprint(), len(crowd.commits))
    rows = [msgspec.json.encode(heading), *(commit_encoder.encode(commit) for commit in crowd.commits)]
    return b"\n".join(rows).decode() + "\n"


def read(path: Path) -> tuple[Heading, list[Commit]]:
    """Return heading and commits of a golden log."""
    lines = path.read_bytes().splitlines()
    return msgspec.json.decode(lines[0], type=Heading), [msgspec.json.decode(line, type=Commit) for line in lines[1:]]


def main() -> None:
    """Write every log beside this file."""
    for seed in SEEDS:
        (FOLDER / f"crowd-{seed}.jsonl").write_text(record(seed), encoding="utf-8")
    for seed in BOOKED_SEEDS:
        (FOLDER / f"booked-{seed}.jsonl").write_text(record_booked(seed), encoding="utf-8")


if __name__ == "__main__":
    main()

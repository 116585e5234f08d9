"""The log of a simulated day: the same rows that the live hall writes, for audit, figures, replay and screens.

As a file it is one JSON object per line: first the plans and the fingerprint at the end, then the commits.
"""

from pathlib import Path

import msgspec

from hall import commands as cmd
from hall import events as ev
from hall.errors import Refusal
from hall.events import Commit, commit_decoder, commit_encoder
from hall.policy import Plan
from hall.state import HallDay


class LogHeading(msgspec.Struct, frozen=True):
    """First line of a log file."""

    plans: tuple[Plan, ...]
    fingerprint: str
    commits: int


class LogSink:
    """Collects the commits of one day."""

    def __init__(self) -> None:
        self.commits: list[Commit] = []
        self.fingerprint = ""

    def named(self, command: cmd.AnyCommand, state: HallDay) -> cmd.AnyCommand:
        """Give a command an id of its own."""
        named: cmd.AnyCommand = msgspec.structs.replace(command, command_id=f"twin-{state.date}-{state.seq + 1}")
        return named

    def add(self, command: cmd.AnyCommand, answer: tuple[ev.AnyEvent, ...] | Refusal, state: HallDay) -> None:
        """Keep what was decided; a tick that brought nothing leaves no row."""
        if isinstance(command, cmd.Tick) and answer == ():
            return
        refusal = answer if isinstance(answer, Refusal) else None
        self.commits.append(
            Commit(
                seq=state.seq, command_id=command.command_id, at_ms=command.at_ms, actor=command.actor,
                plan=state.plan_hash, request="", command=command, events=() if isinstance(answer, Refusal) else answer,
                refusal=refusal,
            )
        )  # fmt: skip

    def write(self, path: Path, plan: Plan) -> None:
        """Write the day as a file."""
        heading = LogHeading((plan,), self.fingerprint, len(self.commits))
        rows = [msgspec.json.encode(heading), *(commit_encoder.encode(commit) for commit in self.commits)]
        path.write_bytes(b"\n".join(rows) + b"\n")


def read_log(path: Path) -> tuple[LogHeading, list[Commit]]:
    """Read a day from a file."""
    lines = path.read_bytes().splitlines()
    heading = msgspec.json.decode(lines[0], type=LogHeading)
    return heading, [commit_decoder.decode(line) for line in lines[1:]]

"""What a runner has decided and not yet stored: the commit, its row, and the one write that holds a batch of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from hall.commands import AnyCommand
from hall.errors import Refusal
from hall.events import AnyEvent, Commit, commit_encoder
from hall.feed import answer
from hall.state import HallDay
from server.inbox import Entry
from server.ledger.port import Batch, GuardMoved, Row, Trace


@dataclass
class Decided:
    """A command with its answer, not durable yet."""

    entry: Entry
    commit: Commit
    row: Row
    traces: tuple[Trace, ...] = ()


def batch_of(stream: str, decided: Sequence[Decided], *, previous: str) -> Batch:
    """Make one write of decisions that follow the row with the hash ``previous``; a refusal moves nothing on, and needs nothing to stand still."""
    guards = tuple([guard for one in decided if one.commit.refusal is None for guard in one.entry.guards])
    # One booking may change more than once here: the last trace of it holds.
    last = {(trace.key, trace.appointment): trace for one in decided for trace in one.traces}
    return Batch(stream, tuple([one.row for one in decided]), guards, tuple(last.values()), previous)


def relies_on(entry: Entry, moved: GuardMoved) -> bool:
    """Say whether the facts of a command are those that have changed."""
    return any(guard.key == moved.key and guard.expected not in (-1, moved.found) for guard in entry.guards)


def commit_of(
    state: HallDay, command: AnyCommand, result: tuple[AnyEvent, ...] | Refusal, *, plan: str, digest: str
) -> Commit:
    """Make the row of a decision; ``plan`` held before it, and the opening of a day names its own."""
    commit = Commit(
        seq=state.seq, command_id=command.command_id, at_ms=command.at_ms, actor=command.actor,
        plan=plan or state.plan_hash, request=digest, command=command,
    )  # fmt: skip
    if isinstance(result, Refusal):
        return msgspec.structs.replace(commit, refusal=result)
    shaped = msgspec.Raw(commit_encoder.encode(answer(state, command, result)))
    return msgspec.structs.replace(commit, events=result, answer=shaped)

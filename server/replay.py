"""From rows back to commits, and from commits to a state; used at start, after failures, and by whoever reads a log."""

from collections.abc import AsyncIterator

import msgspec

from hall.commands import ChangePlan, OpenDay
from hall.errors import BrokenLog
from hall.events import Commit, commit_decoder
from hall.policy import Plan
from hall.state import HallDay
from hall.step import apply
from server.ledger.chain import verified
from server.ledger.port import GENESIS, BrokenChain, Ledger, Row, WrittenByNewer

_NAMING = (OpenDay, ChangePlan)
"""Commands that bring a plan into the log."""


def decoded(row: Row) -> Commit:
    """Return the commit of a row; raise BrokenChain if the row's columns and its body differ or it cannot be read."""
    try:
        commit = commit_decoder.decode(row.body)
    except msgspec.ValidationError as error:
        # JSON, and under the right hash: a program wrote it that knows more kinds than this one.
        raise WrittenByNewer(row.stream, row.version, f"is not known to this version: {error}") from error
    except msgspec.DecodeError as error:
        raise BrokenChain(row.stream, row.version, f"cannot be read: {error}") from error
    if (commit.seq, commit.at_ms, commit.command_id, commit.actor) != (
        row.version, row.at_ms, row.command_id, row.actor,
    ):  # fmt: skip
        raise BrokenChain(row.stream, row.version, "its columns differ from its body")
    return commit


async def replayed(
    ledger: Ledger, stream: str, state: HallDay, *, plans: dict[str, Plan], previous: str = GENESIS
) -> AsyncIterator[tuple[Commit, str]]:
    """Apply what a stream has after a state; yield each commit, applied, with its row's hash. ``plans`` is filled.

    ``previous`` is the hash of the row that the state stands at; a fresh state gets the whole stream.
    """
    rows = ledger.read(stream, state.seq)
    async for row in verified(rows, previous=previous, version=state.seq):
        commit = decoded(row)
        await learn_named(ledger, commit, plans=plans)
        state.plans.update(plans)
        apply(state, commit)
        yield commit, row.hash


async def learn_named(ledger: Ledger, commit: Commit, *, plans: dict[str, Plan]) -> None:
    """Load the plans that a commit needs into ``plans``, under the names that the log gives them."""
    for name in plans_named(commit):
        if name in plans:
            continue
        plan = await ledger.load_plan(name)
        if plan is None:
            raise BrokenLog(commit.seq, "S10", f"plan {name} is not in the ledger")
        plans[name] = plan


def plans_named(commit: Commit) -> tuple[str, ...]:
    """Return the plans without which a commit cannot be applied; a refused one needs none."""
    if commit.refusal is None and isinstance(commit.command, _NAMING):
        return (commit.command.plan,)
    return ()

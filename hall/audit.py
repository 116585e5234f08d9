"""The auditor: proves from a log alone that a hall-day kept the laws, or names the first row that broke one.

Two proofs in one pass. A book of its own (:mod:`hall.audit_tables`) folds the events and checks each against plain
tables. Then every command is decided again on a state of its own: the same events must come out (S16), and at the end
the state that decided and the state that replayed must have one fingerprint (S10).

S1 a number is issued once · S3 nothing appears from nowhere · S4 a ticket is at one window, a window has one ticket ·
S5 only legal transitions · S6 no slot oversold, no limit passed · S7 one effect per command id · S9 the log is
contiguous · S10 state is a function of the log · S11 time never decreases · S13 every event names actor and cause ·
S16 the order of calls is explainable.
The hash chain of S9 is checked where rows are read.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from hall import commands as cmd
from hall.audit_booking import BookingBook
from hall.audit_tables import Book, Fault, Seat
from hall.errors import HallError, Refusal
from hall.events import AnyEvent, Commit
from hall.ids import CommandId, role_of
from hall.policy import Plan
from hall.state import HallDay
from hall.step import apply, step

LAWS = ("S1", "S3", "S4", "S5", "S6", "S7", "S9", "S10", "S11", "S13", "S16")

STAFF_ROLES = ("guide", "manager", "network", "admin")
"""May open, close, pause and drain windows where they do not sit."""

_STOPS = (cmd.CloseWindow, cmd.PauseWindow, cmd.DrainWindow)
_NOT_BY_THE_CLERK = (cmd.OpenWindow, cmd.ServeAt)


class Finding(msgspec.Struct, frozen=True):
    """A broken law: the row, the law, and why."""

    seq: int
    law: str
    reason: str


def audit(commits: Iterable[Commit], plans: Mapping[str, Plan]) -> Iterator[Finding]:
    """Yield every finding of the first bad row, and nothing after it; nothing at all for a sound log.

    ``plans`` holds the plans that the log names, by the names that it gives them.
    """
    auditor = Auditor(plans)
    for commit in commits:
        findings = auditor.check(commit)
        if findings:
            yield from findings
            return
    yield from auditor.finish()


class Auditor:
    """Checks one commit after the other; of no use after its first finding."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        """Begin before the first row; ``plans`` may still be filled while rows are checked."""
        self._plans = plans
        self._seq = 0
        self._at_ms = 0
        self._ids: dict[CommandId, int] = {}
        self._book = Book()
        self._bookings = BookingBook(plans)
        self._decided = HallDay()
        self._replayed = HallDay()

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the state after the rows so far."""
        return self._replayed.fingerprint()

    @property
    def rows(self) -> int:
        """How many rows were checked."""
        return self._seq

    def check(self, commit: Commit) -> list[Finding]:
        """Return the findings of the next row."""
        faults = list(self._row_faults(commit))
        if not faults:
            faults = list(self._cause_faults(commit)) + list(self._book.enter(commit))
            faults += list(self._bookings.enter(commit))
        if not faults:
            faults = list(self._plan_faults(commit)) or list(self._replay_faults(commit))
        return [Finding(commit.seq, law, reason) for law, reason in faults]

    def finish(self) -> list[Finding]:
        """Return what the whole log breaks."""
        if self._decided.fingerprint() != self._replayed.fingerprint():
            return [Finding(self._seq, "S10", "deciding and replaying the log give different states")]
        return []

    # ---- the row ----

    def _row_faults(self, commit: Commit) -> Iterator[Fault]:
        if commit.seq != self._seq + 1:
            yield "S9", f"follows row {self._seq}"
            return
        self._seq = commit.seq
        if commit.at_ms < self._at_ms:
            yield "S11", f"time goes back from {self._at_ms} to {commit.at_ms}"
        self._at_ms = commit.at_ms
        if commit.command_id in self._ids:
            yield "S7", f"command {commit.command_id} was answered in row {self._ids[commit.command_id]} already"
        self._ids[commit.command_id] = commit.seq
        command = commit.command
        if (command.command_id, command.at_ms) != (commit.command_id, commit.at_ms):
            yield "S7", "the row and its command differ in id or moment"
        if commit.refusal is not None and commit.events:
            yield "S7", "the row holds a refusal and events"
        if isinstance(command, cmd.Tick) and not commit.events:
            yield "S3", "a tick that did nothing is no row"

    def _cause_faults(self, commit: Commit) -> Iterator[Fault]:
        if not role_of(commit.actor) or ":" not in commit.actor:
            yield "S13", f"{commit.actor!r} names no actor"
        if commit.actor != commit.command.actor:
            yield "S13", "the row and its command name different actors"
        if isinstance(commit.command, cmd.Tick) and role_of(commit.actor) != "timer":
            yield "S13", f"a tick comes from the timer, not from {commit.actor}"
        window = getattr(commit.command, "window", "")
        if window and commit.refusal is None and not isinstance(commit.command, _NOT_BY_THE_CLERK):
            yield from self._clerk_faults(commit, self._book.seats.get(window, Seat()))

    def _clerk_faults(self, commit: Commit, seat: Seat) -> Iterator[Fault]:
        if commit.actor == seat.clerk:
            return
        if isinstance(commit.command, _STOPS) and role_of(commit.actor) in STAFF_ROLES:
            return
        yield "S13", f"{commit.actor} acts at a window where {seat.clerk or 'nobody'} sits"

    # ---- the state ----

    def _plan_faults(self, commit: Commit) -> Iterator[Fault]:
        if self._book.opened and self._book.plan not in self._plans:
            yield "S10", f"plan {self._book.plan} is not at hand"
        elif self._replayed.plan_hash and commit.plan != self._replayed.plan_hash:
            yield "S10", f"the row names plan {commit.plan}, and plan {self._replayed.plan_hash} held"

    def _replay_faults(self, commit: Commit) -> Iterator[Fault]:
        for state in (self._decided, self._replayed):
            if len(state.plans) < len(self._plans):
                state.plans.update(self._plans)
        try:
            apply(self._replayed, commit)
        except HallError as error:
            yield "S10", str(error)
            return
        except (AssertionError, LookupError, ValueError, TypeError, AttributeError) as error:
            yield "S10", f"cannot be replayed: {type(error).__name__}: {error}"
            return
        if commit.refusal is not None and commit.refusal.code == "PLAN_UNKNOWN":
            # Whether a plan was known then is not in the log.
            apply(self._decided, commit)
            return
        try:
            result = step(self._decided, commit.command)
        except (HallError, AssertionError, LookupError, ValueError, TypeError, AttributeError) as error:
            yield "S16", f"cannot be decided again: {type(error).__name__}: {error}"
            return
        yield from _difference(commit, result)


def _difference(commit: Commit, result: tuple[AnyEvent, ...] | Refusal) -> Iterator[Fault]:
    if isinstance(result, Refusal) or commit.refusal is not None:
        if result != commit.refusal:
            yield "S16", f"decided again: {_outcome(result)}; the log says {_outcome(commit.refusal or commit.events)}"
        return
    for number, (now, then) in enumerate(zip(result, commit.events, strict=False)):
        if now != then:
            yield "S16", f"event {number + 1}, decided again: {now}; the log says {then}"
            return
    if len(result) != len(commit.events):
        yield "S16", f"decided again: {len(result)} events; the log says {len(commit.events)}"


def _outcome(result: tuple[AnyEvent, ...] | Refusal) -> str:
    if isinstance(result, Refusal):
        return f"refused {result.code}"
    return f"{len(result)} events"

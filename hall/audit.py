"""The auditor: proves from a log alone that a hall-day kept the laws, or names the first row that broke one.

Two proofs, in one pass or side by side. What the log says is entered in books of their own (:mod:`hall.audit_tables`),
checked against plain tables, and replayed on a state. And every command is decided again on a state of its own: the same
events must come out (S16). At the end the state that replayed and the state that decided must have one fingerprint (S10).

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
from hall.audit_tables import NOBODY, Book, Fault, Seat
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
_IMPOSSIBLE = (AssertionError, LookupError, ValueError, TypeError, AttributeError)
"""What the rules raise over a row that no hall could have written."""


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


class BookAuditor:
    """Of the first proof: rows, causes, tickets, windows and bookings, in books that know nothing of the rules."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        """Begin before the first row; ``plans`` may still be filled while rows are checked."""
        self._plans = plans
        self._seq = 0
        self._at_ms = 0
        self._ids: dict[CommandId, int] = {}
        self._book = Book()
        self._bookings = BookingBook(plans)

    @property
    def rows(self) -> int:
        """How many rows were checked."""
        return self._seq

    def check(self, commit: Commit) -> list[Finding]:
        """Return the findings of the next row."""
        faults = self._row_faults(commit)
        if not faults:
            held = self._book.plan
            faults = self._cause_faults(commit)
            if commit.refusal is None:
                faults += self._book.enter(commit)
                faults += self._bookings.enter(commit)
            faults = faults or self._plan_faults(commit, held)
        return _findings(commit, faults) if faults else []

    # ---- the row ----

    def _row_faults(self, commit: Commit) -> list[Fault]:
        faults: list[Fault] = []
        seq, at_ms, command_id, command = commit.seq, commit.at_ms, commit.command_id, commit.command
        if seq != self._seq + 1:
            return [("S9", f"follows row {self._seq}")]
        self._seq = seq
        if at_ms < self._at_ms:
            faults.append(("S11", f"time goes back from {self._at_ms} to {at_ms}"))
        self._at_ms = at_ms
        first = self._ids.setdefault(command_id, seq)
        if first != seq:
            faults.append(("S7", f"command {command_id} was answered in row {first} already"))
        if command.command_id != command_id or command.at_ms != at_ms:
            faults.append(("S7", "the row and its command differ in id or moment"))
        if commit.refusal is not None and commit.events:
            faults.append(("S7", "the row holds a refusal and events"))
        if not commit.events and isinstance(command, cmd.Tick):
            faults.append(("S3", "a tick that did nothing is no row"))
        return faults

    def _cause_faults(self, commit: Commit) -> list[Fault]:
        faults: list[Fault] = []
        actor, command = commit.actor, commit.command
        role, colon, _ = actor.partition(":")
        if not (role and colon):
            faults.append(("S13", f"{actor!r} names no actor"))
        if actor != command.actor:
            faults.append(("S13", "the row and its command name different actors"))
        if role != "timer" and isinstance(command, cmd.Tick):
            faults.append(("S13", f"a tick comes from the timer, not from {actor}"))
        if commit.refusal is None:
            window = getattr(command, "window", "")
            if window and not isinstance(command, _NOT_BY_THE_CLERK):
                faults += self._clerk_faults(commit, self._book.seats.get(window, NOBODY))
        return faults

    def _clerk_faults(self, commit: Commit, seat: Seat) -> list[Fault]:
        if commit.actor == seat.clerk:
            return []
        if isinstance(commit.command, _STOPS) and role_of(commit.actor) in STAFF_ROLES:
            return []
        return [("S13", f"{commit.actor} acts at a window where {seat.clerk or 'nobody'} sits")]

    def _plan_faults(self, commit: Commit, held: str) -> list[Fault]:
        if self._book.opened and self._book.plan not in self._plans:
            return [("S10", f"plan {self._book.plan} is not at hand")]
        if held and commit.plan != held:
            return [("S10", f"the row names plan {commit.plan}, and plan {held} held")]
        return []


class _Replayed:
    """A state that goes through the log, and its fingerprint."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        """Begin before the first row; ``plans`` may still be filled while rows are checked."""
        self._plans = plans
        self._state = HallDay()
        self._fingerprint = (-1, "")

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the state after the rows so far; of a large day it costs a second, and is kept."""
        if self._fingerprint[0] != self._state.seq:
            self._fingerprint = (self._state.seq, self._state.fingerprint())
        return self._fingerprint[1]

    def check(self, commit: Commit) -> list[Finding]:
        """Return the findings of the next row."""
        if len(self._state.plans) < len(self._plans):
            self._state.plans.update(self._plans)
        faults = self._faults(commit)
        return _findings(commit, faults) if faults else []

    def finish(self) -> list[Finding]:
        """Return nothing: whatever one state can show, it shows at its row."""
        return []

    def _faults(self, commit: Commit) -> list[Fault]:
        try:
            apply(self._state, commit)
        except HallError as error:
            return [("S10", str(error))]
        except _IMPOSSIBLE as error:
            return [("S10", f"cannot be replayed: {type(error).__name__}: {error}")]
        return []


class LogAuditor(_Replayed):
    """The first proof: what the log says, in the books and replayed; the state is asked about rows only that they know."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        """Begin before the first row; ``plans`` may still be filled while rows are checked."""
        super().__init__(plans)
        self._books = BookAuditor(plans)

    @property
    def rows(self) -> int:
        """How many rows were checked."""
        return self._books.rows

    def check(self, commit: Commit) -> list[Finding]:
        """Return the findings of the next row."""
        return self._books.check(commit) or super().check(commit)


class RuleAuditor(_Replayed):
    """The second proof: the commands of the log decided again by the rules."""

    def _faults(self, commit: Commit) -> list[Fault]:
        state = self._state
        if commit.seq != state.seq + 1:
            return [("S9", f"follows row {state.seq}")]
        if commit.refusal is not None and commit.refusal.code == "PLAN_UNKNOWN":
            # Whether a plan was known then is not in the log.
            return super()._faults(commit)
        try:
            result = step(state, commit.command)
        except (HallError, *_IMPOSSIBLE) as error:
            return [("S16", f"cannot be decided again: {type(error).__name__}: {error}")]
        return _difference(commit, result)


class Auditor:
    """Both proofs, one row after the other; of no use after its first finding."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        """Begin before the first row; ``plans`` may still be filled while rows are checked."""
        self._log = LogAuditor(plans)
        self._rules = RuleAuditor(plans)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the state after the rows so far."""
        return self._log.fingerprint

    @property
    def rows(self) -> int:
        """How many rows were checked."""
        return self._log.rows

    def check(self, commit: Commit) -> list[Finding]:
        """Return the findings of the next row; the rules are asked about rows only that the first proof accepts."""
        return self._log.check(commit) or self._rules.check(commit)

    def finish(self) -> list[Finding]:
        """Return what the whole log breaks."""
        if self._rules.fingerprint != self._log.fingerprint:
            return [Finding(self.rows, "S10", "deciding and replaying the log give different states")]
        return []


def _findings(commit: Commit, faults: list[Fault]) -> list[Finding]:
    return [Finding(commit.seq, law, reason) for law, reason in faults]


def _difference(commit: Commit, result: tuple[AnyEvent, ...] | Refusal) -> list[Fault]:
    if isinstance(result, Refusal) or commit.refusal is not None:
        if result == commit.refusal:
            return []
        return [("S16", f"decided again: {_outcome(result)}; the log says {_outcome(commit.refusal or commit.events)}")]
    if result == commit.events:
        return []
    for number, (now, then) in enumerate(zip(result, commit.events, strict=False)):
        if now != then:
            return [("S16", f"event {number + 1}, decided again: {now}; the log says {then}")]
    return [("S16", f"decided again: {len(result)} events; the log says {len(commit.events)}")]


def _outcome(result: tuple[AnyEvent, ...] | Refusal) -> str:
    if isinstance(result, Refusal):
        return f"refused {result.code}"
    return f"{len(result)} events"

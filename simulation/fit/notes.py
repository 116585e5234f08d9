"""What a day's commits tell of clerks and of those who missed a call, which the day's figures do not keep."""

from collections.abc import Iterable
from typing import Final

from hall import commands as cmd
from hall import events as ev
from hall.dayfold import DayFold
from hall.errors import Refusal
from hall.events import Commit
from hall.ids import MINUTE_MS, Ms, TicketId, WindowCode

GAP_LIMIT_MS: Final[Ms] = 10 * MINUTE_MS
"""A clerk who calls nobody for longer than this after a visit has taken a break without saying so."""

Span = tuple[WindowCode, Ms, Ms]


class DayNotes:
    """Folds commits beside the figures: call :meth:`note` after each commit was folded."""

    def __init__(self) -> None:
        """Begin before the first commit."""
        self.gaps: list[Ms] = []
        """From the end of a visit to the clerk's next call, or the attempt at it."""
        self.returns: list[Ms] = []
        """From a missed call until the visitor was back in the line."""
        self.refused = 0
        """Numbers that were asked for and not given."""
        self.spans: list[Span] = []
        """Stretches for which windows were open."""
        self._freed: dict[WindowCode, Ms] = {}
        self._missed: dict[TicketId, Ms] = {}
        self._opened: dict[WindowCode, Ms] = {}

    def note(self, commit: Commit, fold: DayFold) -> None:
        """Take in a commit that ``fold`` has just folded."""
        self._note_command(commit)
        if commit.refusal is None:
            self._note_events(commit.events, commit)
        for code, spent in fold.desk_times.items():
            if spent.is_open and code not in self._opened:
                self._opened[code] = commit.at_ms
            elif not spent.is_open and code in self._opened:
                self._close(code, commit.at_ms)

    def end(self, at_ms: Ms) -> None:
        """Close what is still open at the end of the log."""
        for code in list(self._opened):
            self._close(code, at_ms)

    def _close(self, code: WindowCode, at_ms: Ms) -> None:
        self.spans.append((code, self._opened.pop(code), at_ms))
        self._freed.pop(code, None)

    def _note_command(self, commit: Commit) -> None:
        command = commit.command
        if isinstance(command, cmd.TakeTicket):
            self.refused += isinstance(commit.refusal, Refusal)
        elif isinstance(command, cmd.CallNext | cmd.CallChosen):
            freed_ms = self._freed.pop(command.window, None)
            if freed_ms is not None and commit.at_ms - freed_ms <= GAP_LIMIT_MS:
                self.gaps.append(commit.at_ms - freed_ms)
        elif isinstance(command, cmd.RejoinTicket) and commit.refusal is None and command.ticket in self._missed:
            self.returns.append(commit.at_ms - self._missed.pop(command.ticket))

    def _note_events(self, events: Iterable[ev.AnyEvent], commit: Commit) -> None:
        command = commit.command
        for event in events:
            if isinstance(event, ev.TicketMissed):
                self._missed[event.ticket] = commit.at_ms
        if isinstance(command, cmd.FinishTicket | cmd.MissTicket):
            if command.and_next:
                self.gaps.append(0)
            else:
                self._freed[command.window] = commit.at_ms

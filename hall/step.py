"""One step of a hall-day: decide, let it happen, and make the calls that follow at once.

The live server and the simulation run this very function; replay runs :func:`apply` over the log that it made.
After each step no ticket waits that an asking window may call.
"""

from hall import commands as cmd
from hall import events as ev
from hall.decide import RULES, decide, next_deadline
from hall.errors import BrokenLog, Refusal
from hall.evolve import HANDLERS, evolve
from hall.follow import what_follows
from hall.order import match
from hall.state import HallDay

__all__ = ["apply", "next_deadline", "step"]


def step(state: HallDay, command: cmd.AnyCommand) -> tuple[ev.AnyEvent, ...] | Refusal:
    """Decide a command and let its events happen; return them, or the refusal.

    ``command.at_ms`` must not lie before ``state.at_ms``. Every answer is a row of the log, so seq and moment go on
    for refusals too (nothing else changes); only a ``Tick`` without events leaves everything as it was.
    """
    at_ms = command.at_ms
    before_ms = state.at_ms
    assert at_ms >= before_ms, "time is data and never decreases"
    kind = type(command)
    # The first look of ``decide``, without its call: three commands make a visit, and this is a tenth of their cost.
    decision = RULES[kind](state, command) if state.is_open else decide(state, command)
    state.at_ms = at_ms
    state.seq = seq = state.seq + 1
    if type(decision) is Refusal:
        return decision
    for event in decision:
        HANDLERS[type(event)](state, event)
    if state.bookings.is_used:
        decision += what_follows(state, command, decision)
    if state.asking and state.nonempty:
        decision += _calls_that_follow(state)
    if isinstance(command, cmd.AtWindow):
        desk = state.desks[command.window]
        desk.last_seq = seq
        desk.last_command = command
        desk.last_events = decision
    elif not decision and kind is cmd.Tick:
        state.at_ms = before_ms
        state.seq = seq - 1
    return decision


def apply(state: HallDay, commit: ev.Commit) -> None:
    """Let a commit of the log happen again; raises BrokenLog where the log skips or turns back."""
    if commit.seq != state.seq + 1:
        raise BrokenLog(commit.seq, "S9", f"follows seq {state.seq}")
    if commit.at_ms < state.at_ms:
        raise BrokenLog(commit.seq, "S11", f"time went back from {state.at_ms} to {commit.at_ms}")
    state.at_ms = commit.at_ms
    state.seq = commit.seq
    for event in commit.events:
        evolve(state, event)
    command = commit.command
    if commit.refusal is None and isinstance(command, cmd.AtWindow):
        desk = state.desks[command.window]
        desk.last_seq, desk.last_command, desk.last_events = commit.seq, command, commit.events


def _calls_that_follow(state: HallDay) -> tuple[ev.AnyEvent, ...]:
    calls: list[ev.AnyEvent] = []
    while (call := match(state, at_ms=state.at_ms)) is not None:
        evolve(state, call)
        calls.append(call)
    return tuple(calls)

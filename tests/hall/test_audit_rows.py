"""The auditor again: rows that only a fault of the machinery, or a forger who knows the format, could make."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from hall import commands as cmd
from hall import events as ev
from hall.audit import Auditor, audit
from hall.events import Commit
from hall.policy import plan_hash
from tests.golden.record import FOLDER, read
from tests.support.live import call_next, open_window, take
from tests.support.logs import PLANS, Recorder

Change = Callable[[Commit], dict[str, Any]]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.jsonl")), ids=lambda path: path.stem)
def test_recorded_days_are_sound(path: Any) -> None:
    """With a change of plan, an end of the day and every kind of event in them."""
    heading, commits = read(path)
    plans = {plan_hash(plan): plan for plan in heading.plans}

    assert list(audit(commits, plans)) == []


def log_of(*commands: cmd.AnyCommand) -> list[Commit]:
    """1 open, then one row for each command, a second apart."""
    recorder = Recorder()
    for command in commands:
        recorder.at_ms += 1_000
        recorder.send(command)
    return recorder.log


def changed(commit: Commit, **fields: Any) -> dict[str, Any]:
    """Return the command of a row with other fields, and the row's own that follow it."""
    return {"command": msgspec.structs.replace(commit.command, **fields)}


def event(commit: Commit, number: int = 0, **fields: Any) -> dict[str, Any]:
    """Return the events of a row with one of them changed."""
    events = list(commit.events)
    events[number] = msgspec.structs.replace(events[number], **fields)
    return {"events": tuple(events)}


BASE = (take(1), take(2), open_window(), call_next(1))
"""2, 3 two tickets · 4 W01 opens · 5 W01 calls the first."""
MANAGER: dict[str, Any] = {"at_ms": 0, "actor": "manager:m"}
CLERK: dict[str, Any] = {"at_ms": 0, "actor": "clerk:wang", "window": "W01"}
BAD = cmd.WantedItem("id-card", "x")  # type: ignore[arg-type]  # no client can send it
RECALL = cmd.RecallTicket(command_id="recall-001", **CLERK)
END = cmd.EndDay(command_id="end-day-01", **MANAGER)
END_AGAIN = cmd.EndDay(command_id="end-day-02", **MANAGER)
CLOSE = cmd.CloseWindow(command_id="close-001", **CLERK)
MERGE = cmd.MergeTickets(ticket="ticket-0001", merged="ticket-0002", command_id="merge-001", **MANAGER)


class TicketFramed(ev.Event, frozen=True, tag="ticket.framed/1"):
    """An event of a later version."""


OPENED = log_of()[0].events[0]
FIRST: str = take(1).ticket
SECOND: str = take(2).ticket
STEPS: dict[str, tuple[tuple[cmd.AnyCommand, ...], int, str, str, Change]] = {
    "other id": (BASE, 2, "S7", "differ", lambda row: changed(row, command_id="command-else")),
    "tick of a clerk": (BASE, 2, "S13", "timer", lambda row: {
        "actor": "clerk:w", "command": cmd.Tick(command_id=row.command_id, at_ms=row.at_ms, actor="clerk:w")}),
    "opened twice": (BASE, 2, "S5", "opened twice", lambda row: {"events": (OPENED,)}),
    "ended twice": ((END, END_AGAIN), 3, "S5", "ends twice", lambda row: {"refusal": None, "events": (ev.DayEnded(()),)}),
    "same ticket": (BASE, 3, "S1", "exists already", lambda row: event(row, ticket=FIRST)),
    "other window": (
        (*BASE, cmd.StartService(command_id="start-0001", **CLERK)), 6, "S4", "is at window W01",
        lambda row: event(row, window="W02"),
    ),
    "call number": ((*BASE, RECALL), 6, "S5", "follows call 1",
                    lambda row: {"refusal": None, "events": (ev.CallRepeated(FIRST, "W01", 3),)}),
    "nobody sits": (BASE, 5, "S13", "nobody sits", lambda row: event(row, window="W03")),
    "no candidate": (BASE, 5, "S16", "candidates", lambda row: event(row, candidates=())),
    "merged nobody": (BASE, 5, "S3", "nobody took",
                      lambda row: {"events": (ev.TicketsMerged(FIRST, "ghost-0001", 0),)}),
    "merged called": ((*BASE, MERGE), 6, "S5", "not WAITING",
                      lambda row: {"refusal": None, "events": (ev.TicketsMerged(SECOND, FIRST, 0),)}),
    "seat taken": ((*BASE, open_window("W02", "li")), 6, "S13", "sits down",
                   lambda row: event(row, window="W01")),
    "closed with a ticket": ((*BASE, CLOSE), 6, "S4", "closes with ticket",
                             lambda row: {"events": row.events[1:]}),
    "unknown window": ((*BASE, CLOSE), 6, "S10", "cannot be replayed",
                       lambda row: {"events": (ev.WindowPaused("W99", ""),)}),
    "unknown plan": (BASE, 2, "S10", "not at hand", lambda row: {"events": (ev.PlanChanged("0" * 16),)}),
    "one event less": ((*BASE, CLOSE), 6, "S16", "2 events",
                       lambda row: {"events": row.events[:1]}),
    "later version": (BASE, 2, "S10", "TicketFramed", lambda row: {"events": (TicketFramed(),)}),
    "cannot be decided": (BASE, 2, "S16", "cannot be decided again", lambda row: changed(row, items=(BAD,))),
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
def test_a_forged_row_is_named(name: str) -> None:
    """Row, law and words of the first finding."""
    commands, seq, law, words, change = STEPS[name]
    log = [msgspec.structs.replace(row, **change(row)) if row.seq == seq else row for row in log_of(*commands)]

    findings = list(audit(log, PLANS))

    assert findings, "nothing was found"
    assert (findings[0].seq, findings[0].law) == (seq, law), findings
    assert words in findings[0].reason


def test_a_row_that_did_nothing_is_no_row() -> None:
    log = log_of(*BASE)
    idle = cmd.Tick(command_id="tick-0001", at_ms=log[-1].at_ms, actor="timer:")
    row = msgspec.structs.replace(log[-1], seq=6, command_id="tick-0001", actor="timer:", command=idle, events=())

    assert [(one.seq, one.law) for one in audit([*log, row], PLANS)] == [(6, "S3")]


def test_a_plan_that_was_not_known_then_may_be_known_now() -> None:
    """The refusal stands in the log; whether the plan is at hand today is no fault of that day."""
    log = log_of(cmd.ChangePlan(command_id="change-01", plan="f" * 16, **MANAGER), take(1))

    assert log[1].refusal is not None
    assert list(audit(log, {**PLANS, "f" * 16: next(iter(PLANS.values()))})) == []


def test_a_manager_may_stop_a_window_where_a_clerk_sits() -> None:
    log = log_of(*BASE, cmd.PauseWindow(command_id="pause-001", window="W01", **MANAGER))

    assert log[-1].refusal is None
    assert list(audit(log, PLANS)) == []


def test_states_that_differ_at_the_end_are_named() -> None:
    """Only a fault in the rules could do it: what is decided and what is replayed must be one."""
    auditor = Auditor(PLANS)
    for commit in log_of(*BASE):
        assert auditor.check(commit) == []
    auditor._rules._state.rings += 1

    assert [(one.seq, one.law) for one in auditor.finish()] == [(5, "S10")]

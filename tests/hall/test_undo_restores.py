"""Undo as a property: whatever a window did last, after undo the hall says what it said before.

To repeat a failure: ``pytest tests/hall/test_undo_restores.py -k "seed-7"``.
"""

import pytest

from hall import commands as cmd
from hall import events as ev
from hall.errors import Refusal
from hall.state import HallDay, copy_of
from hall.step import step
from hall.undo import can_take_back, is_untouched
from tests.support.crowd import Crowd
from tests.support.laws import assert_laws


def said(state: HallDay) -> tuple[object, ...]:
    """Return what people can know: places, states, sums of time, windows; not traces like the ring of a call."""
    tickets = [
        (one.number, one.state, one.lane, one.due_ms, one.order, one.klass, one.entries, one.walk_ms, one.service_ms,
         one.hold_ms, one.misses, one.rejoins, one.delays, one.calls, one.started_ms, one.finished_ms,
         one.first_called_ms, one.to_window, one.to_area, one.to_item, one.hops, one.line,
         one.window if one.state in ("CALLED", "SERVING", "HELD") else "")
        for one in state.tickets.values()
    ]  # fmt: skip
    desks = [
        (one.code, one.state, one.clerk, one.ticket.id if one.ticket else "", one.then, one.done, one.asking)
        for one in state.desks.values()
    ]
    lines = [[entry[3].id for entry in line.people] for line in state.lines if line.people]
    kept = (
        sorted(state.missed),
        sorted(state.held),
        list(state.asking),
        dict(state.totals),
        dict(state.issued),
        dict(state.series),
    )
    return tickets, desks, lines, kept, sorted(state.open_of_person.items())


@pytest.mark.parametrize("seed", range(300, 308), ids=lambda seed: f"seed-{seed}")
def test_undo_restores_what_was(seed: int) -> None:
    crowd = Crowd(seed)
    crowd.keeps = False
    undone = 0

    for _ in range(700):
        command = crowd.act()
        if not isinstance(command, cmd.AtWindow):
            crowd.send(command)
            continue
        desk = crowd.state.desks[command.window]
        was_asking, before = desk.asking, said(crowd.state)
        answer = crowd.send(command)
        if isinstance(answer, Refusal) or was_asking or not can_take_back(desk) or not is_untouched(crowd.state, desk):
            continue
        if any(isinstance(one, ev.TicketCalled) and one.window != desk.code for one in answer):
            continue
        again = copy_of(crowd.state)
        undo = cmd.UndoLast(command_id="undo-this", at_ms=crowd.at_ms, actor=desk.clerk, window=desk.code)
        taken_back = step(again, undo)
        assert not isinstance(taken_back, Refusal), taken_back.code
        assert_laws(again)
        if len(taken_back) == 1:
            assert said(again) == before, command
            undone += 1

    assert undone > 10, "too few steps were undone to say anything"

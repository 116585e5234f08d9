"""Why was this one called, and why not I? From the calls of the log and the order of service."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from hall.feed import text_view
from hall.state import HallDay, Ticket, signature_of
from hall.why import passed_by, reason_of, why_view
from server.api.house import House
from server.api.submit import Json
from server.callbook import CallMade
from server.runner import HallRunner

PASSED_LISTED: Final = 100
"""Nobody reads further; the newest are kept."""


async def calls_of(house: House, runner: HallRunner, *, limit: int, before: int | None = None) -> Json:
    """Return calls with their rule and those they were compared with, newest first, and whether there are older ones."""
    made = await house.calls.calls(runner)
    start, end = page_of([one.seq for one in made], limit=limit, before=before)
    state = runner.view_state()
    return {"calls": [_call(state, one) for one in reversed(made[start:end])], "more": start > 0, "seq": state.seq}


def page_of(seqs: Sequence[int], *, limit: int, before: int | None) -> tuple[int, int]:
    """Return from where to where the newest calls before a commit stand; ``before`` None: the newest of all.

    A commit's calls stay together, so that none is lost between two pages; a page may be a little longer for it.
    """
    end = len(seqs) if before is None else bisect_left(seqs, before)
    start = max(0, end - limit)
    return (bisect_left(seqs, seqs[start]) if start else 0), end


async def passed_of(house: House, runner: HallRunner, ticket: str) -> Json:
    """Return who came later and was called earlier, why the ticket itself was called last, and all its calls."""
    made = await house.calls.calls(runner)
    state = runner.view_state()
    mine = state.tickets[ticket]
    passed = [_passed(state, mine, one) for one in made if _did_pass(state, mine, one)]
    calls = [_own_call(state, mine, one) for one in made if one.event.ticket == ticket]
    return {"passed": passed[-PASSED_LISTED:], "call": why_view(state, mine), "calls": calls[-PASSED_LISTED:]}


def _call(state: HallDay, made: CallMade) -> Json:
    event = made.event
    ticket = state.tickets[event.ticket]
    candidates = [{"ticket": one, "number": state.tickets[one].number} for one in event.candidates]
    own = _own_call(state, ticket, made)
    return {**own, "ticket": event.ticket, "number": ticket.number, "candidates": candidates}


def _own_call(state: HallDay, ticket: Ticket, made: CallMade) -> Json:
    event = made.event
    return {
        "call": made.seq,
        "window": event.window,
        "at_ms": made.at_ms,
        "rule": event.rule,
        **text_view(reason_of(state, ticket, event.rule)),
        "chosen_reason": event.reason or None,
    }


def _did_pass(state: HallDay, mine: Ticket, made: CallMade) -> bool:
    """Tell whether somebody who came later was called, while this ticket waited, to a window that could have served it."""
    other = state.tickets[made.event.ticket]
    until_ms = mine.first_called_ms or mine.finished_ms or state.at_ms + 1
    if other.id == mine.id or other.arrived_ms <= mine.arrived_ms:
        return False
    if not mine.arrived_ms <= made.at_ms < until_ms:
        return False
    desk = state.desks.get(made.event.window)
    own, helping = signature_of(state, mine)
    return desk is not None and bool(desk.bit & (own | helping))


def _passed(state: HallDay, mine: Ticket, made: CallMade) -> Json:
    other = state.tickets[made.event.ticket]
    return {
        "number": other.number,
        "at_ms": made.at_ms,
        "window": made.event.window,
        "rule": made.event.rule,
        **text_view(passed_by(state, mine, other, made.event.rule)),
    }

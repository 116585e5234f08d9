"""The views of people who work in the hall: the clerk's and the manager's."""

from functools import partial
from typing import assert_never

import msgspec

from hall import feed
from hall.feed import Json, View
from hall.feed_booking import booked_counts
from hall.parts import FRESH, Fresh
from hall.state import Desk, HallDay, LineEntry, Ticket, items_to_do, last_op, waiting_count, waiting_lines
from hall.undo import can_take_back, is_untouched, step_tickets
from hall.why import why_view

MAX_LISTED = 50
"""Longest list of tickets in a view."""
NEXT_LISTED = 10
"""People shown as coming next."""


def render(state: HallDay, view: View, parts: Fresh = FRESH) -> Json | None:
    """Return a view's object, or None where the hall has no such area, window or ticket."""
    if not state.is_open:
        return None
    match view.kind:
        case "board":
            return feed.board_view(state, parts=parts)
        case "area":
            return feed.board_view(state, view.key, parts) if view.key in state.index.areas else None
        case "strip":
            return feed.strip_view(state, view.key) if view.key in state.desks else None
        case "ticket":
            return feed.ticket_view(state, view.key) if view.key in state.tickets else None
        case "clerk":
            return clerk_view(state, view.key, parts) if view.key in state.desks else None
        case "manager":
            return manager_view(state, parts)
        case _:
            assert_never(view.kind)


def mark_of(state: HallDay, view: View) -> tuple[object, ...]:
    """Return in short what a view is made of: while this is the same, so is the view."""
    if state.is_open and view.kind == "strip" and view.key in state.desks:
        desk = state.desks[view.key]
        return (state.index, desk.touched, feed.call_mark(state, desk.ticket))
    if state.is_open and view.kind == "ticket" and view.key in state.tickets:
        ticket = state.tickets[view.key]
        ahead = feed.ahead_count(state, ticket) if ticket.state == "WAITING" else None
        return (state.index, state.is_ended, ticket.touched, ahead, feed.call_mark(state, ticket))
    return (state.date, state.seq)


def clerk_view(state: HallDay, window: str, parts: Fresh = FRESH) -> Json:
    """Show a clerk the window, the ticket, who comes next, who is held or missed, and what may be done when."""
    desk = state.desks[window]
    ticket = desk.ticket
    held = [one for one in state.held.values() if one.window == window]
    return {
        "hall": feed.hall_part(state, parts),
        "date": state.date,
        "ended": state.is_ended,
        "window": parts.kept(
            "desk",
            window,
            mark=(state.index, desk.touched, desk.asking),
            make=lambda: {**feed.desk_view(desk), "serves": msgspec.to_builtins(desk.serves)},
        ),
        **_current(state, ticket, parts),
        "held": _listed(state, held, parts),
        "hall_held": parts.once(
            state, "hall held", lambda: _listed(state, [one for one in state.held.values() if not one.window], parts)
        ),
        "missed": _missed(state, parts),
        "waiting": {
            "total": waiting_count(state),
            **parts.once(state, ("next", desk.lines), lambda: _waiting_for(state, desk, parts)),
        },
        "undo": _undo_view(state, desk),
        **_call_limits(state, ticket),
        "reasons": parts.kept("reasons", "", mark=(state.index,), make=partial(_reasons, state)),
        "done_today": desk.done,
    }


def staff_ticket(state: HallDay, ticket: Ticket) -> Json:
    """Show a ticket to staff."""
    return {
        **feed.ticket_answer(state, ticket),
        "lane": ticket.lane,
        "person_known": bool(ticket.person),
        "origin": None if ticket.origin is None else {"hall": ticket.origin.hall, "ticket": ticket.origin.ticket},
        "hops": [msgspec.structs.asdict(hop) for hop in ticket.hops],
        "parent": ticket.parent or None,
        "reason": ticket.reason or None,
        "to": ticket.to_window or ticket.to_area or ticket.to_item or None,
        "window_code": ticket.window or None,
        "held_by": ticket.window if ticket.state == "HELD" else None,
        "hold_reason": ticket.hold_reason or None,
        "hold_due_ms": ticket.hold_due_ms,
        "held_since_ms": ticket.held_since_ms or None,
        "missed_ms": ticket.missed_ms or None,
        "call_no": ticket.call_no,
        "waiting_since_ms": ticket.waiting_since_ms,
    }


def short_ticket(state: HallDay, ticket: Ticket) -> Json:
    """Show a ticket in a list for staff, with the items that are still to be done, or all where each has its result."""
    rejoins_left = state.plan.policy.missed.limit - ticket.rejoins
    return {
        "id": ticket.id,
        "number": ticket.number,
        "state": ticket.state,
        "class": ticket.klass,
        "lane": ticket.lane,
        "items": [feed.item_name(state, code) for code in items_to_do(ticket)],
        "arrived_ms": ticket.arrived_ms,
        "held_by": ticket.window or None if ticket.state == "HELD" else None,
        "hold_reason": ticket.hold_reason or None if ticket.state == "HELD" else None,
        "hold_due_ms": ticket.hold_due_ms,
        "held_since_ms": ticket.held_since_ms or None,
        "missed_ms": ticket.missed_ms or None,
        "rejoins_left": max(rejoins_left, 0),
    }


def _current(state: HallDay, ticket: Ticket | None, parts: Fresh) -> Json:
    """Show who is at the window, and why."""
    if ticket is None:
        return {"ticket": None, "why": None}
    mark = (state.index, ticket.touched, feed.call_mark(state, ticket))
    return {
        "ticket": parts.kept("current", ticket.id, mark=mark, make=partial(staff_ticket, state, ticket)),
        "why": parts.kept("why", ticket.id, mark=mark, make=lambda: why_view(state, ticket) or {}) or None,
    }


def _reasons(state: HallDay) -> Json:
    policy = state.plan.policy
    return {"hold": list(policy.hold.reasons), "chosen": list(policy.chosen_reasons)}


def _short(state: HallDay, ticket: Ticket, parts: Fresh) -> object:
    mark = (state.index, ticket.touched)
    return parts.kept("ticket", ticket.id, mark=mark, make=partial(short_ticket, state, ticket))


def _listed(state: HallDay, tickets: list[Ticket], parts: Fresh) -> list[object]:
    return [_short(state, one, parts) for one in tickets[:MAX_LISTED]]


def _missed(state: HallDay, parts: Fresh) -> object:
    return parts.once(state, "missed", lambda: _listed(state, _latest(list(state.missed.values())), parts))


def manager_view(state: HallDay, parts: Fresh = FRESH) -> Json:
    """Show the whole hall: the day, windows, queues, totals, the held and the missed, recent calls."""
    return {
        "hall": feed.hall_of(state),
        "day": {
            "date": state.date,
            "kind": state.kind,
            "sessions": [{"open_ms": one.open_ms, "close_ms": one.close_ms} for one in state.sessions],
            "ended": state.is_ended,
            "issuing": state.issuing,
            "stopped_items": list(state.stopped_items),
            "policy": state.plan.policy.version,
            "plan": state.plan_hash,
            "wait_warn_ms": state.plan.policy.warnings.wait_warn_ms,
            "wait_alarm_ms": state.plan.policy.warnings.wait_alarm_ms,
        },
        "windows": {desk.code: _window_of(state, desk, parts) for desk in state.desks.values()},
        "queues": queues_view(state),
        "totals": _totals(state),
        "held": _listed(state, _latest(list(state.held.values())), parts),
        "missed": _missed(state, parts),
        "calls": feed.calls_view(state, state.desks, parts),
        "booked": booked_counts(state),
    }


def _totals(state: HallDay) -> Json:
    states = {name.lower(): count for name, count in state.totals.items()}
    return {"taken": len(state.tickets), **states, "waiting": waiting_count(state)}


def queues_view(state: HallDay) -> Json:
    """Count who waits by theme, since when the first of them waits, and which windows serve the theme."""
    queues: dict[str, Json] = {}
    for theme in state.plan.catalog.themes:
        codes = [item.code for item in state.plan.catalog.items if item.theme == theme.code]
        served = 0
        for code in codes:
            served |= state.index.signatures[code][0]
        queues[theme.code] = {
            "name": feed.text_view(theme.name),
            "waiting": 0,
            "oldest_ms": None,
            "windows": [desk.code for desk in state.desks.values() if desk.bit & served],
        }
    for _, people in waiting_lines(state):
        for ticket in people:
            queue = queues[feed.theme_of(state, ticket)]
            queue["waiting"] += 1
            queue["oldest_ms"] = min(queue["oldest_ms"] or ticket.waiting_since_ms, ticket.waiting_since_ms)
    return queues


def _window_of(state: HallDay, desk: Desk, parts: Fresh) -> object:
    held = sum(1 for one in state.held.values() if one.window == desk.code)
    return parts.kept(
        "window",
        desk.code,
        mark=(state.index, desk.touched, desk.asking, held),
        make=lambda: {
            **feed.desk_view(desk),
            "ticket": desk.ticket.id if desk.ticket is not None else None,
            "held": held,
            "serves": msgspec.to_builtins(desk.serves),
            "helps": msgspec.to_builtins(desk.helps),
            "help_rule": msgspec.to_builtins(desk.help_rule),
            "themes": feed.served_themes(state, desk),
        },
    )


def _waiting_for(state: HallDay, desk: Desk, parts: Fresh) -> Json:
    """Count who waits for this window and list who would come next, own lines only."""
    own = desk.own_people
    heads: list[LineEntry] = sorted(entry for people in own for entry in people[:NEXT_LISTED])
    return {
        "mine": sum(map(len, own)),
        "next": [_short(state, entry[3], parts) for entry in heads[:NEXT_LISTED]],
    }


def _undo_view(state: HallDay, desk: Desk) -> Json | None:
    if not can_take_back(desk) or not is_untouched(state, desk):
        return None
    until_ms = _last_at(desk) + state.plan.policy.calling.undo_ms
    return {"op": last_op(desk), "until_ms": until_ms, "ticket": next(iter(step_tickets(desk)), None)}


def _last_at(desk: Desk) -> int:
    return 0 if desk.last_command is None else desk.last_command.at_ms


def _call_limits(state: HallDay, ticket: Ticket | None) -> Json:
    """Say when a called ticket may be recalled and missed."""
    if ticket is None or ticket.state != "CALLED":
        return {}
    calling = state.plan.policy.calling
    return {
        "recall_at_ms": ticket.last_call_ms + calling.recall_cooldown_ms,
        "recalls_left": max(calling.recall_limit - ticket.call_no, 0),
        "miss_at_ms": ticket.called_ms + calling.miss_ms,
        "miss_calls_left": max(calling.miss_calls - ticket.call_no, 0),
    }


def _latest(tickets: list[Ticket]) -> list[Ticket]:
    return tickets[-MAX_LISTED:]

"""What anybody sees of a hall-day: views as JSON objects, pure functions of the state.

Six views: hall board, area board, window strip, one ticket, the clerk's and the manager's (:mod:`hall.feed_staff`).
Absent and null are the same in a view (:mod:`hall.patch`). No names, no pseudonyms, no ID numbers in any of them.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

import msgspec

from hall import commands as cmd
from hall import events as ev
from hall.booking_events import BookingCheckedIn
from hall.catalog import Text
from hall.feed_booking import appointment_view, booking_of
from hall.parts import FRESH, Fresh
from hall.state import (
    CallRecord,
    Desk,
    HallDay,
    Ticket,
    ahead_of,
    entry_state,
    key_of,
    signature_of,
    waiting_lines,
)

Json = dict[str, Any]
ViewKind = Literal["board", "area", "strip", "ticket", "clerk", "manager"]


class View(msgspec.Struct, frozen=True):
    """Which view; ``key`` is the area, window or ticket that it is of."""

    kind: ViewKind
    key: str = ""


def board_view(state: HallDay, area: str = "", parts: Fresh = FRESH) -> Json:
    """Show calls, windows and how many wait; with ``area`` only its windows, their calls and who waits for them."""
    desks = {desk.code: desk for desk in state.desks.values() if not area or desk.area == area}
    return {
        "hall": hall_part(state, parts),
        "area": area or None,
        "date": state.date,
        "sessions": [{"open_ms": one.open_ms, "close_ms": one.close_ms} for one in state.sessions],
        "issuing": state.issuing and not state.is_ended,
        "ended": state.is_ended,
        "calls": calls_view(state, desks, parts),
        "windows": {
            code: parts.kept("shown desk", code, mark=(state.index, desk.touched), make=partial(_shown_desk, desk))
            for code, desk in desks.items()
        },
        "waiting": parts.once(state, ("waiting", area), lambda: waiting_counts(state, area)),
    }


def calls_view(state: HallDay, desks: Mapping[str, Desk], parts: Fresh = FRESH) -> Json:
    """Show the recent calls to these windows, oldest first."""
    return {
        str(key): parts.kept(
            "call", key, mark=(state.index, one.ring, one.state, one.call_no), make=partial(call_view, state, one)
        )
        for key, one in state.calls.items()
        if one.window in desks
    }


def _shown_desk(desk: Desk) -> Json:
    return {
        "label": desk.label,
        "area": desk.area,
        "kind": desk.kind,
        "state": desk.state,
        "number": desk.ticket.number if desk.ticket is not None else None,
    }


def strip_view(state: HallDay, window: str) -> Json:
    """Show what stands over one window."""
    desk = state.desks[window]
    record = state.calls.get(desk.ticket.entry_ring) if desk.ticket is not None else None
    return {
        "hall": hall_of(state),
        "window": {
            "code": desk.code,
            "label": desk.label,
            "kind": desk.kind,
            "state": desk.state,
            "reason": desk.reason or None,
            "themes": served_themes(state, desk),
        },
        "call": call_view(state, record) if record is not None and record.window == window else None,
        "number": desk.ticket.number if desk.ticket is not None else None,
    }


def ticket_view(state: HallDay, ticket_id: str) -> Json:
    """Show a ticket to the person who holds it."""
    return {**ticket_facts(state, state.tickets[ticket_id]), "hall": hall_of(state)}


def ticket_facts(state: HallDay, ticket: Ticket) -> Json:
    """Return everything about a ticket that its holder may see."""
    policy = state.plan.policy
    waiting = ticket.state == "WAITING" and ticket.id not in state.bookings.early
    ahead = ahead_count(state, ticket) if waiting else None
    record = state.calls.get(ticket.entry_ring) if ticket.state in ("CALLED", "SERVING") else None
    rejoins_left = max(policy.missed.limit - ticket.rejoins, 0) if policy.missed.rejoin != "void" else 0
    delays_left = max(policy.delay.limit - ticket.delays, 0)
    return {
        "id": ticket.id,
        "number": ticket.number,
        "state": ticket.state,
        "class": ticket.klass,
        "channel": ticket.channel,
        "items": [entry_view(state, ticket, number) for number in range(len(ticket.entries))],
        "arrived_ms": ticket.arrived_ms,
        "first_called_ms": ticket.first_called_ms or None,
        "called_ms": ticket.called_ms or None,
        "started_ms": ticket.started_ms or None,
        "finished_ms": ticket.finished_ms or None,
        "ahead": ahead,
        "near": ahead is not None and ahead < policy.warnings.near_places,
        "call": call_view(state, record) if record is not None else None,
        "window": label_of(state, ticket.window) if ticket.state in ("CALLED", "SERVING", "DONE") else None,
        "told": None if ticket.told is None else msgspec.structs.asdict(ticket.told),
        "windows": window_labels(state, ticket) if waiting else [],
        "rejoins_left": rejoins_left,
        "delays_left": delays_left,
        "max_places": policy.delay.max_places,
        "missed_until_ms": ticket.missed_ms + policy.missed.timeout_ms if ticket.state == "MISSED" else None,
        "slip": ticket.slip or None,
        "booking": booking_of(state, ticket),
        "linked": {"hall": ticket.linked_hall, "ticket": ticket.linked} if ticket.linked_hall else None,
        "can": _can(ticket, rejoins_left=rejoins_left, delays_left=delays_left, ended=state.is_ended),
    }


def ahead_count(state: HallDay, ticket: Ticket) -> int:
    """Count the people before a waiting ticket whose own windows are among its own."""
    own, _ = signature_of(state, ticket)
    return ahead_of(state, own, key=key_of(ticket))


def item_name(state: HallDay, code: str) -> Json:
    """Name an item: by its code where the plan does not have it any more."""
    item = state.index.items.get(code)
    return text_view(item.name) if item is not None else {"zh": code, "en": code}


def entry_view(state: HallDay, ticket: Ticket, number: int) -> Json:
    """Show one entry of a ticket."""
    entry = ticket.entries[number]
    return {
        "entry": number,
        "code": entry.item,
        "name": item_name(state, entry.item),
        "quantity": entry.quantity,
        "state": entry_state(ticket, number),
        "due_date": entry.due_date or None,
        "materials": list(entry.materials) or None,
        "rating": entry.rating or None,
    }


def call_view(state: HallDay, record: CallRecord) -> Json:
    """Show a call as boards and strips need it: number and window together."""
    desk = state.desks.get(record.window)
    return {
        "number": record.number,
        "ticket": record.ticket,
        "window": record.window,
        "label": desk.label if desk is not None else record.window,
        "area": desk.area if desk is not None else None,
        "call_no": record.call_no,
        "ring": record.ring,
        "at_ms": record.at_ms,
        "state": record.state,
    }


def call_mark(state: HallDay, ticket: Ticket | None) -> bool:
    """Return whether boards still list a ticket's call: they forget old ones, whatever happens at the window."""
    return ticket is not None and ticket.entry_ring in state.calls


def waiting_counts(state: HallDay, area: str = "") -> Json:
    """Count who waits to be called: in all, and by the theme of what is done next.

    With ``area`` only those are counted whose own windows are among its own, wherever else they may be called to.
    """
    items: dict[str, int] = {}
    for line, people in waiting_lines(state):
        if area and not line.primary & state.index.areas[area]:
            continue
        for ticket in people:
            code = next_item(ticket)
            items[code] = items.get(code, 0) + 1
    themes: dict[str, int] = {}
    for code, count in items.items():
        theme = _theme_of_item(state, code)
        themes[theme] = themes.get(theme, 0) + count
    return {"total": sum(items.values()), "themes": dict(sorted(themes.items()))}


def next_item(ticket: Ticket) -> str:
    """Return the item that is done next."""
    entries = ticket.entries
    if len(entries) == 1:
        return entries[0].item
    return next((one.item for one in entries if one.state == "OPEN"), entries[0].item)


def theme_of(state: HallDay, ticket: Ticket) -> str:
    """Return the theme of the entry that is done next."""
    return _theme_of_item(state, next_item(ticket))


def _theme_of_item(state: HallDay, item: str) -> str:
    known = state.index.items.get(item)
    return known.theme if known is not None else ""


def hall_of(state: HallDay) -> Json:
    """Name the hall."""
    return {"code": state.hall, "name": text_view(state.plan.name)}


def hall_part(state: HallDay, parts: Fresh) -> Mapping[str, object]:
    """Name the hall, once for all views."""
    return parts.kept("hall", "", mark=(state.index,), make=partial(hall_of, state))


def text_view(text: Text) -> Json:
    """Return both languages of a text."""
    return {"zh": text.zh, "en": text.en or text.zh}


def label_of(state: HallDay, window: str) -> str | None:
    """Return what is written over a window."""
    desk = state.desks.get(window)
    return desk.label if desk is not None else None


def window_labels(state: HallDay, ticket: Ticket) -> list[str]:
    """Return the labels of the windows whose own items a ticket has."""
    own, _ = signature_of(state, ticket)
    return [desk.label for desk in state.desks.values() if desk.bit & own]


def served_themes(state: HallDay, desk: Desk) -> list[Json]:
    """Name what a window serves, for people: its themes, or those of its single items."""
    catalog = state.plan.catalog
    if desk.serves.everything:
        return [{"zh": "综合窗口", "en": "All services"}]
    single = {state.index.items[code].theme for code in desk.serves.items if code in state.index.items}
    wanted = single | set(desk.serves.themes)
    return [text_view(theme.name) for theme in catalog.themes if theme.code in wanted]


def _can(ticket: Ticket, *, rejoins_left: int, delays_left: int, ended: bool) -> list[str]:
    """List what the holder of a ticket may do now."""
    match ticket.state:
        case "WAITING":
            return ["cancel"] + (["delay"] if delays_left else [])
        case "MISSED":
            return ["cancel"] + (["rejoin"] if rejoins_left and not ended else [])
        case "HELD":
            return ["cancel"]
        case "DONE":
            open_to_rating = [one for one in ticket.entries if not one.rating and one.state != "REFERRED"]
            return ["rate"] if open_to_rating else []
        case _:
            return []


# ---- answers to commands ----


def answer(state: HallDay, command: cmd.AnyCommand, events: tuple[ev.AnyEvent, ...]) -> Json:
    """Return the first answer to a command, after its events: what is kept in the log for every retry."""
    window = getattr(command, "window", "")
    if window:
        desk = state.desks[window]
        shown = desk.ticket
        return {"window": desk_view(desk), "ticket": None if shown is None else ticket_answer(state, shown)}
    ticket_id = getattr(command, "ticket", "")
    booked = getattr(command, "appointment", None)
    if booked is not None:
        arrived = [one.appointment for one in events if isinstance(one, BookingCheckedIn)]
        shown_ticket = {"ticket": ticket_answer(state, state.tickets[ticket_id])} if ticket_id else {}
        return {"appointment": appointment_view(state, booked or arrived[0]), **shown_ticket}
    if ticket_id:
        made: Json = {"ticket": ticket_answer(state, state.tickets[ticket_id])}
        child = getattr(command, "child", "")
        return {**made, "child": ticket_answer(state, state.tickets[child])} if child else made
    if isinstance(command, cmd.EndDay):
        ended = next(one for one in events if isinstance(one, ev.DayEnded))
        return {"unfinished": [ticket_answer(state, state.tickets[one]) for one in ended.unfinished]}
    return {}


def ticket_answer(state: HallDay, ticket: Ticket) -> Json:
    """Return a ticket with the wait that was told when it was taken."""
    told = ticket.told
    return {
        **ticket_facts(state, ticket),
        "wait_ms_p50": None if told is None else told.p50_ms,
        "wait_ms_p80": None if told is None else told.p80_ms,
    }


def desk_view(desk: Desk) -> Json:
    """Show a window to staff."""
    return {
        "code": desk.code,
        "label": desk.label,
        "area": desk.area,
        "kind": desk.kind,
        "state": desk.state,
        "clerk": desk.clerk or None,
        "asking": desk.asking,
        "then": desk.then or None,
        "reason": desk.reason or None,
        "since_ms": desk.since_ms,
        "number": desk.ticket.number if desk.ticket is not None else None,
        "done": desk.done,
    }

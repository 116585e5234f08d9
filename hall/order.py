"""The order of service: who is called next, to which window, and why.

Each waiting ticket has one key, (lane, due, order). A window compares the first of every line of its own items; it helps
other lines by its rule. A free ticket goes to the most specialised idle window, then to the one idle longest.
"""

import msgspec

from hall.events import CallRule
from hall.ids import Ms
from hall.state import Bits, Desk, HallDay, LineEntry, Ticket


class Choice(msgspec.Struct, frozen=True, gc=False):
    """Whom a window calls next, by which rule, from among whom (the first of each line compared)."""

    ticket: Ticket
    rule: CallRule
    candidates: tuple[str, ...]


def choose(state: HallDay, desk: Desk, *, at_ms: Ms) -> Choice | None:
    """Return the ticket that this window calls next, or None when nobody fitting waits."""
    helping = state.nonempty & desk.help_lines
    if helping:
        return _choose_with_help(state, desk, helping, at_ms=at_ms)
    heads = [people[0] for people in desk.own_people if people]
    return _first_of(heads, "order") if heads else None


def _choose_with_help(state: HallDay, desk: Desk, helping: Bits, *, at_ms: Ms) -> Choice | None:
    rule = desk.help_rule
    own = [people[0] for people in desk.own_people if people]
    if rule.when == "idle" and own:
        return _first_of(own, "order")
    since_ms = at_ms - rule.after_ms if rule.when == "waited" else at_ms
    others = [line.people[0] for line in state.lines if line.bit & helping]
    others = [head for head in others if head[3].waiting_since_ms <= since_ms]
    if not own and not others:
        return None
    choice = _first_of(own + others, "order")
    if not state.lines[choice.ticket.line].bit & helping:
        return choice
    return Choice(choice.ticket, "help_waited" if rule.when == "waited" else "help_idle", choice.candidates)


def _first_of(heads: list[LineEntry], rule: CallRule) -> Choice:
    """Choose the first in the order of service among the heads of some lines, at least one."""
    if len(heads) == 1:
        ticket = heads[0][3]
        return Choice(ticket, rule, (ticket.id,))
    return Choice(min(heads)[3], rule, tuple([head[3].id for head in heads]))


def match(state: HallDay, *, at_ms: Ms) -> tuple[Desk, Choice] | None:
    """Return the next call that an asking window and a waiting ticket make possible, or None.

    The first ticket in order of service that any asking window may call; among those windows the most specialised one of
    its own items, then one that helps; among equals the one idle longest.
    """
    choices: list[tuple[Desk, Choice]] = []
    for desk in state.asking.values():
        if state.nonempty & (desk.lines | desk.help_lines):
            choice = choose(state, desk, at_ms=at_ms)
            if choice is not None:
                choices.append((desk, choice))
    if not choices:
        return None
    first = min((choice.ticket for _, choice in choices), key=lambda ticket: (ticket.lane, ticket.due_ms, ticket.order))
    fitting = [pair for pair in choices if pair[1].ticket is first]
    return min(fitting, key=lambda pair: (pair[1].rule != "order", pair[0].rank))


def help_deadline(state: HallDay) -> Ms | None:
    """Return when the first asking window may begin to help somebody who will then have waited long enough."""
    moments = [
        line.people[0][3].waiting_since_ms + desk.help_rule.after_ms
        for desk in state.asking.values()
        if desk.help_rule.when == "waited"
        for line in state.lines
        if line.people and line.bit & desk.help_lines
    ]
    return min(moments, default=None)


def due_after(state: HallDay, windows: Bits, *, lane: int, after: tuple[int, Ms, int], places: int, at_ms: Ms) -> Ms:
    """Return the due moment of a place behind the next ``places`` people of a lane who wait for some of these windows.

    Where fewer wait, it is behind all of them, at least now if nobody waits.
    """
    behind: list[Ms] = []
    for line in state.lines:
        if line.people and (line.primary | line.helpers) & windows:
            start = line.position(after)
            behind += [entry[1] for entry in line.people[start:] if entry[0] == lane and entry[:3] != after][:places]
    behind.sort()
    if len(behind) >= places:
        return behind[places - 1]
    return max(behind, default=at_ms)


def due_in_front(state: HallDay, windows: Bits, *, lane: int, at_ms: Ms) -> Ms:
    """Return a due moment before everybody of a lane who waits for some of these windows."""
    heads = [
        entry[1]
        for line in state.lines
        if line.people and (line.primary | line.helpers) & windows
        for entry in line.people
        if entry[0] == lane
    ]
    return min(heads, default=at_ms + 1) - 1

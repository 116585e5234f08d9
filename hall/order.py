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
    own = state.nonempty & desk.lines
    helping = state.nonempty & desk.help_lines
    if helping:
        return _choose_with_help(state, desk, own, helping, at_ms=at_ms)
    if not own:
        return None
    best, candidates = _first_of(state, own)
    return Choice(best[3], "order", candidates)


def _choose_with_help(state: HallDay, desk: Desk, own: Bits, helping: Bits, *, at_ms: Ms) -> Choice | None:
    rule = desk.help_rule
    if rule.when == "waited":
        helping = _waited(state, helping, since_ms=at_ms - rule.after_ms)
        if not own | helping:
            return None
        best, candidates = _first_of(state, own | helping)
        helps = state.lines[best[3].line].bit & helping
        return Choice(best[3], "help_waited" if helps else "order", candidates)
    best, candidates = _first_of(state, own or helping)
    return Choice(best[3], "order" if own else "help_idle", candidates)


def _first_of(state: HallDay, lines: Bits) -> tuple[LineEntry, tuple[str, ...]]:
    """Return the first in order of service among the heads of some lines (at least one), and all heads."""
    all_lines = state.lines
    low = lines & -lines
    best = all_lines[low.bit_length() - 1].people[0]
    lines ^= low
    if not lines:
        return best, (best[3].id,)
    heads = [best[3].id]
    while lines:
        low = lines & -lines
        lines ^= low
        head = all_lines[low.bit_length() - 1].people[0]
        heads.append(head[3].id)
        if head < best:
            best = head
    return best, tuple(heads)


def _waited(state: HallDay, lines: Bits, *, since_ms: Ms) -> Bits:
    """Keep the lines whose first person waits since a moment or longer."""
    kept = 0
    for line in state.lines:
        if line.bit & lines and line.people[0][3].waiting_since_ms <= since_ms:
            kept |= line.bit
    return kept


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

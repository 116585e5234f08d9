"""The order of service: who is called next, to which window, and why.

Each waiting ticket has one key, (lane, due, order). A window compares the first of every line of its own items; it helps
other lines by its rule. A free ticket goes to the most specialised idle window, then to the one idle longest.
"""

from collections.abc import Callable
from operator import attrgetter, itemgetter

from hall.catalog import HelpRule
from hall.events import CallRule, TicketCalled
from hall.ids import Ms, TicketId
from hall.state import Bits, Desk, HallDay, LineEntry, Ticket, key_of

_first: Callable[[list[LineEntry]], LineEntry] = itemgetter(0)
_ticket: Callable[[LineEntry], Ticket] = itemgetter(3)
_id: Callable[[Ticket], TicketId] = attrgetter("id")


def choose(state: HallDay, desk: Desk, *, at_ms: Ms) -> TicketCalled | None:
    """Return the call that this window makes next, with the first of each line compared, or None when nobody fits."""
    helping = state.nonempty & desk.help_lines
    if helping:
        return _choose_with_help(state, desk, helping, at_ms=at_ms)
    heads = [*map(_first, filter(None, desk.own_people))]
    if not heads:
        return None
    first = heads[0] if len(heads) == 1 else min(heads)
    return TicketCalled(first[3].id, desk.code, "order", _candidates(heads))


def _choose_with_help(state: HallDay, desk: Desk, helping: Bits, *, at_ms: Ms) -> TicketCalled | None:
    rule = desk.help_rule
    own = [*map(_first, filter(None, desk.own_people))]
    others = [line.people[0] for line in state.lines if line.bit & helping]
    if rule.when == "waited":
        others = [head for head in others if head[3].waiting_since_ms <= at_ms - rule.after_ms]
    elif own:
        others = []
    heads = own + others
    if not heads:
        return None
    first = min(heads)
    why: CallRule = "order"
    if state.lines[first[3].line].bit & helping:
        why = "help_waited" if rule.when == "waited" else "help_idle"
    return TicketCalled(first[3].id, desk.code, why, _candidates(heads))


def _candidates(heads: list[LineEntry]) -> tuple[TicketId, ...]:
    """The maps run without a step of the interpreter per line: a comprehensive window compares thirty."""
    return tuple(map(_id, map(_ticket, heads)))


def match(state: HallDay, *, at_ms: Ms) -> TicketCalled | None:
    """Return the next call that an asking window and a waiting ticket make possible, or None.

    The first ticket in order of service that any asking window may call; among those windows the most specialised one of
    its own items, then one that helps; among equals the one idle longest.
    """
    # Windows that may call the same people would all choose the same one: only the first of them in rank is asked.
    firsts: dict[tuple[Bits, Bits, HelpRule], Desk] = {}
    for desk in state.asking.values():
        if state.nonempty & (desk.lines | desk.help_lines):
            alike = (desk.lines, desk.help_lines, desk.help_rule)
            known = firsts.get(alike)
            if known is None or desk.rank < known.rank:
                firsts[alike] = desk
    calls = [call for desk in firsts.values() if (call := choose(state, desk, at_ms=at_ms)) is not None]
    if not calls:
        return None
    first = min(calls, key=lambda call: key_of(state.tickets[call.ticket])).ticket
    fitting = [call for call in calls if call.ticket == first]
    return min(fitting, key=lambda call: (call.rule != "order", state.desks[call.window].rank))


def help_deadline(state: HallDay) -> Ms | None:
    """Return when the first asking window may begin to help somebody who will then have waited long enough."""
    moments = [
        line.people[0][3].waiting_since_ms + desk.help_rule.after_ms
        for desk in state.asking.values()
        if desk.help_rule.when == "waited" and state.nonempty & desk.help_lines
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
            people = line.of_lane(lane, places + 1, start=after)
            behind += [entry[1] for entry in people if entry[:3] != after][:places]
    behind.sort()
    if len(behind) >= places:
        return behind[places - 1]
    return max(behind, default=at_ms)


def due_in_front(state: HallDay, windows: Bits, *, lane: int, at_ms: Ms) -> Ms:
    """Return a due moment before everybody of a lane who waits for some of these windows."""
    dues = [
        entry[1]
        for line in state.lines
        if line.people and (line.primary | line.helpers) & windows
        for entry in line.of_lane(lane, 1)
    ]
    return min(dues, default=at_ms + 1) - 1

"""Who may pass whom: a booked visitor stands where the slot says, and no walk-in is passed by more bookings than the bound.

A booked ticket is due at its slot, less its class's credit; people who came before may be due later. Whoever of them was
passed as often as the rules allow is not passed again: the new ticket stands behind. Counted when a ticket is put into
its line, so calls can only do better than the bound.
"""

from collections.abc import Iterator, Sequence

from hall.appointments import rules_of
from hall.ids import Ms
from hall.state import HallDay, Ticket, key_of

LAST = 2**62
"""An order behind every ticket."""


def fair_due(state: HallDay, ticket: Ticket) -> Ms:
    """Return where an early ticket stands when its slot has come."""
    windows = _windows(state, [entry.item for entry in ticket.entries])
    return due_among(state, windows, ticket.lane, ticket.due_ms, most=_most(state, ticket))


def place_among(state: HallDay, items: Sequence[str], lane: int, due_ms: Ms, *, most: int) -> Ms:
    """Return the due moment of a booked visit that comes now: its own, or behind those who may not be passed again."""
    return due_among(state, _windows(state, items), lane, due_ms, most=most)


def due_among(state: HallDay, windows: int, lane: int, due_ms: Ms, *, most: int) -> Ms:
    """Return a due moment behind every walk-in of these windows who was passed as often as may be."""
    passed = state.bookings.passed
    full = [one.due_ms for one in _behind(state, windows, (lane, due_ms, LAST)) if passed.get(one.id, 0) >= most]
    return max(full, default=due_ms)


def count_passed(state: HallDay, ticket: Ticket) -> None:
    """Remember whom a booked ticket was put before; called when it has come into its line."""
    passed = state.bookings.passed
    windows = _windows(state, [entry.item for entry in ticket.entries])
    for one in _behind(state, windows, key_of(ticket)):
        passed[one.id] = passed.get(one.id, 0) + 1


def _behind(state: HallDay, windows: int, key: tuple[int, Ms, int]) -> Iterator[Ticket]:
    """Yield the walk-ins of the same lane who wait for some of these windows behind a place."""
    booked = state.bookings.of_ticket
    for line in state.lines:
        if line.people and (line.primary | line.helpers) & windows:
            for entry in line.people[line.position(key) :]:
                if entry[0] != key[0]:
                    break
                if entry[2] != key[2] and entry[3].id not in booked:
                    yield entry[3]


def _windows(state: HallDay, items: Sequence[str]) -> int:
    own, helping = state.index.signature(tuple(items))
    return own | helping


def _most(state: HallDay, ticket: Ticket) -> int:
    return rules_of(state, state.bookings.of_ticket[ticket.id].group).fairness.max_passed

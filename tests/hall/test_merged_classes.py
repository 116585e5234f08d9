"""Tickets of different classes that become one: what the credit of a class does to the place, counted once."""

import itertools

import pytest

from hall.state import Ticket
from tests.support.halls import OPEN_MS, Hall

SAME_LANE = ("ordinary", "elder", "booked")
"""Classes that differ in nothing but their credit: none, 15 and 10 minutes."""


@pytest.mark.parametrize(
    ("mine", "other", "into"), [one for one in itertools.product(SAME_LANE, repeat=3) if one[0] != one[2]]
)
def test_a_merged_ticket_of_another_class_stands_as_if_both_had_been_of_it_from_their_arrivals(
    mine: str, other: str, into: str
) -> None:
    """A credit is counted once, whichever of the two brought it."""
    for minutes in (0, 2, 7, 12, 20):
        for survivor_first in (True, False):
            merged = _merged(mine, other, minutes=minutes, survivor_first=survivor_first)
            merged.reclass("A001" if survivor_first else "A002", into)

            meant = _merged(into, into, minutes=minutes, survivor_first=survivor_first)
            assert [one.due_ms for one in _waiting(merged)] == [one.due_ms for one in _waiting(meant)]


def test_a_child_of_a_merged_ticket_has_its_place_and_its_credit() -> None:
    hall = _merged("ordinary", "elder", minutes=5, survivor_first=True)
    child = hall.split("A001", 1)

    for number in ("A001", child):
        hall.reclass(number, "elder")

    assert hall.ticket(child).due_ms == hall.ticket("A001").due_ms == OPEN_MS - 15 * 60_000


def test_a_place_that_was_given_up_holds_no_credit_of_a_merge() -> None:
    hall = _merged("ordinary", "elder", minutes=5, survivor_first=True)
    hall.transfer("A001", to_item="A", place="back")
    before_ms = hall.ticket("A001").due_ms

    hall.reclass("A001", "elder")

    assert hall.ticket("A001").due_ms == before_ms - 15 * 60_000


def _merged(mine: str, other: str, *, minutes: int, survivor_first: bool) -> Hall:
    """Return a hall with one ticket, merged from two that were taken some minutes after each other."""
    hall = Hall()
    classes = (mine, other) if survivor_first else (other, mine)
    first = hall.take("A", klass=classes[0])
    hall.wait(60 * minutes)
    second = hall.take("A2", klass=classes[1])
    hall.merge(*((first, second) if survivor_first else (second, first)))
    return hall


def _waiting(hall: Hall) -> list[Ticket]:
    return [one for one in hall.state.tickets.values() if one.state == "WAITING"]

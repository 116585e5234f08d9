"""L5, nobody starves: while windows call, a ticket is passed only by those whom lanes and credits put before it.

The log is read from outside: which window serves what comes from the plan, who waits from the events.
"""

import pytest

from hall import events as ev
from hall.catalog import items_of
from hall.policy import Plan
from tests.support.seeded_hall import SeededHall


class Waiting:
    """Who waits at each moment of a log, and who was passed by whom."""

    def __init__(self, plan: Plan) -> None:
        self.classes = {one.code: one for one in plan.policy.classes}
        self.serves = {one.code: items_of(one.serves, plan.catalog) for one in plan.catalog.windows}
        self.people: dict[str, ev.TicketTaken] = {}
        self.taken: list[ev.TicketTaken] = []
        self.passed: dict[str, list[ev.TicketTaken]] = {}

    def see(self, event: ev.AnyEvent) -> None:
        """Note arrivals and calls; a call passes whoever came before and waits for the same window."""
        if isinstance(event, ev.TicketTaken):
            self.people[event.ticket] = event
            self.taken.append(event)
            self.passed[event.ticket] = []
        elif isinstance(event, ev.TicketCalled):
            assert event.rule == "order", "this hall has no other rule"
            called = self.people.pop(event.ticket)
            for one in self.people.values():
                if self.may_call(event.window, one) and one.arrived_ms < called.arrived_ms:
                    self.passed[one.ticket].append(called)

    def may_call(self, window: str, one: ev.TicketTaken) -> bool:
        """Return whether a window serves all items of a ticket."""
        return all(item in self.serves[window] for item, _ in one.entries)

    def may_pass(self, one: ev.TicketTaken, other: ev.TicketTaken) -> bool:
        """Return whether lane or credit explain that ``one`` was called before ``other``, who came earlier."""
        mine, theirs = self.classes[one.klass], self.classes[other.klass]
        if mine.lane != theirs.lane:
            return mine.lane < theirs.lane
        return one.arrived_ms - other.arrived_ms <= mine.credit_ms - theirs.credit_ms


@pytest.mark.parametrize("load", [0.9, 1.3], ids=["busy", "overloaded"])
@pytest.mark.parametrize("seed", range(3), ids=lambda seed: f"seed-{seed}")
def test_nobody_is_passed_by_more_than_lanes_and_credits_explain(seed: int, load: float) -> None:
    """Each passing is explained, so there are at most as many as people with an earlier lane or more credit came."""
    hall = SeededHall(seed, load=load).run()
    waiting = Waiting(hall.plan)

    for commit in hall.commits:
        for event in commit.events:
            waiting.see(event)

    people = {one.ticket: one for one in waiting.taken}
    assert any(waiting.passed.values()), "a day without credits proves nothing"
    assert not waiting.people, "everybody is called in the end"
    for ticket, passing in waiting.passed.items():
        one = people[ticket]
        assert all(waiting.may_pass(other, one) for other in passing)
        bound = sum(1 for other in waiting.taken if other.arrived_ms > one.arrived_ms and waiting.may_pass(other, one))
        assert len(passing) <= bound


def test_the_search_finds_a_passing_that_nothing_explains() -> None:
    """A test of the test: two ordinary people, the later one called first."""
    hall = SeededHall(1, load=0.9)
    hall.open_day()
    waiting = Waiting(hall.plan)
    for number in range(2):
        hall.now += 1_000
        taken = ev.TicketTaken(
            f"ticket-{number}", f"A00{number}", "A:1", number, (("card", 1),), "ordinary", "kiosk", "", 1,
            hall.now, hall.now, None, None,
        )  # fmt: skip
        waiting.see(taken)
    waiting.see(ev.TicketCalled("ticket-1", "W12", "order", ("ticket-1",)))

    (passing,) = waiting.passed["ticket-0"]

    assert not waiting.may_pass(passing, waiting.people["ticket-0"])

"""First come first served at equal windows: the twin waits as the recursion of Kiefer and Wolfowitz, person by person.

J. Kiefer, J. Wolfowitz, Transactions of the American Mathematical Society 78 (1955): whoever comes next takes the window
that is free first; no clock, no hall, no rules.
"""

from heapq import heapify, heappop, heappush

import pytest

from hall.ids import MINUTE_MS
from simulation.setting import Behaviour, Demand, Piece
from simulation.twin import Twin
from tests.simulation.settings import plan_of, setting_of


def recursion(arrivals: list[int], seizes: list[int], windows: int, opens_ms: int) -> list[int]:
    """Return when each is called: arrivals ascending, the time that each takes a window."""
    free = [opens_ms] * windows
    heapify(free)
    called = []
    for arrived, seize in zip(arrivals, seizes, strict=True):
        at_ms = max(arrived, heappop(free))
        called.append(at_ms)
        heappush(free, at_ms + seize)
    return called


@pytest.mark.parametrize(("windows", "per_hour"), [(1, 5.5), (7, 41.0), (59, 345.0)])
@pytest.mark.parametrize("gap_ms", [0, 7_000])
def test_every_visitor_is_called_when_the_recursion_says(windows: int, per_hour: float, gap_ms: int) -> None:
    span = (9 * 60, 18 * 60)
    demand = Demand(pieces=(Piece(*span, per_hour),), day_cv=0.08, slot_cv=0.15, door=per_hour / 5)
    behaviour = Behaviour(walk_ms=25_000, gap_ms=gap_ms, overtime_ms=600 * MINUTE_MS)
    twin = Twin(setting_of(plan_of(windows), per_hour=per_hour, demand=demand, behaviour=behaviour))
    for number in range(3):
        world = twin.world(number)
        world.run()

        people = world.people
        seizes = [walk + times[0] + gap_ms for walk, times in zip(people.walk_ms, people.service_ms, strict=True)]
        expected = recursion(people.at_ms, seizes, windows, twin.day(number).sessions[0].open_ms)
        assert [ticket.first_called_ms for ticket in world.state.tickets.values()] == expected
        assert world.state.totals["DONE"] == len(people) > 20

"""The twin is the recursion, person by person, from the same variates: no clock, no hall, no rules needed to say who waits.

What is proved here on a part lets the reference cases run on the recursions, which take millions of visits in seconds.
"""

import pytest

from hall.catalog import Item, Serves, Text
from hall.ids import MINUTE_MS
from simulation.setting import Behaviour, Demand, Mix, Piece, ServiceTimes, Setting
from simulation.twin import Twin
from simulation.world import World
from tests.simulation.recursions import first_come, first_lane_first, with_patience
from tests.simulation.settings import HOURS, plan_of, setting_of

LATE = Behaviour(overtime_ms=600 * MINUTE_MS)


def lived(setting: Setting, number: int) -> tuple[World, int, list[int]]:
    """Return a day that was run, when the hall opened, and how long each visitor takes a window."""
    twin = Twin(setting)
    world = twin.world(number)
    world.run()
    people, gap_ms = world.people, setting.behaviour.gap_ms
    seizes = [walk + times[0] + gap_ms for walk, times in zip(people.walk_ms, people.service_ms, strict=True)]
    return world, twin.day(number).sessions[0].open_ms, seizes


def called(world: World) -> list[int]:
    """Return when each was called first, 0 for never."""
    return [ticket.first_called_ms for ticket in world.state.tickets.values()]


@pytest.mark.parametrize(("windows", "per_hour"), [(1, 5.5), (7, 41.0), (59, 345.0)])
@pytest.mark.parametrize("gap_ms", [0, 7_000])
def test_every_visitor_is_called_when_the_recursion_says(windows: int, per_hour: float, gap_ms: int) -> None:
    demand = Demand(pieces=(Piece(*HOURS, per_hour),), day_cv=0.08, slot_cv=0.15, door=per_hour / 5)
    behaviour = Behaviour(walk_ms=25_000, gap_ms=gap_ms, overtime_ms=600 * MINUTE_MS)
    setting = setting_of(plan_of(windows), per_hour=per_hour, demand=demand, behaviour=behaviour)
    for number in range(3):
        world, opens_ms, seizes = lived(setting, number)

        assert called(world) == first_come(world.people.at_ms, seizes, windows, opens_ms)
        assert world.state.totals["DONE"] == len(world.people) > 20


@pytest.mark.parametrize(("windows", "per_hour"), [(6, 39.0), (50, 288.0), (59, 360.0)])
def test_whoever_loses_patience_leaves_as_in_the_recursion(windows: int, per_hour: float) -> None:
    behaviour = Behaviour(patience_ms=15 * MINUTE_MS, patience_law="exponential", overtime_ms=600 * MINUTE_MS)
    setting = setting_of(plan_of(windows), per_hour=per_hour, behaviour=behaviour)
    for number in range(3):
        world, opens_ms, seizes = lived(setting, number)
        expected = with_patience(world.people.at_ms, seizes, world.people.patience_ms, windows, opens_ms)

        assert called(world) == [at_ms or 0 for at_ms in expected]
        assert world.state.totals["CANCELLED"] == expected.count(None) > 0


@pytest.mark.parametrize(("windows", "use"), [(3, 0.95), (59, 0.97)])
def test_priority_visitors_pass_the_others_as_in_the_recursion(windows: int, use: float) -> None:
    per_hour = windows * use * 6
    demand = Demand(pieces=(Piece(*HOURS, per_hour),), classes=(("ordinary", 0.9), ("priority", 0.1)))
    setting = setting_of(plan_of(windows), per_hour=per_hour, demand=demand, behaviour=LATE)
    for number in range(3):
        world, opens_ms, seizes = lived(setting, number)
        lanes = [0 if klass == "priority" else 1 for klass in world.people.klass]

        assert called(world) == first_lane_first(world.people.at_ms, seizes, lanes, windows, opens_ms)
        assert called(world) != first_come(world.people.at_ms, seizes, windows, opens_ms)


@pytest.mark.parametrize(("pools", "each"), [(46, 2), (23, 4), (5, 1)])
def test_pools_of_windows_are_halls_of_their_own(pools: int, each: int) -> None:
    """Windows that share no theme: each theme's visitors are called as if the others were not there."""
    items = [Item(f"i{number}", Text("事", "x"), f"t{number}", 10 * MINUTE_MS, 80) for number in range(pools)]
    serves = [Serves(themes=(f"t{number % pools}",)) for number in range(pools * each)]
    setting = setting_of(
        plan_of(pools * each, items=items, serves=serves), per_hour=pools * each * 6 * 0.9, behaviour=LATE
    )
    world, opens_ms, seizes = lived(setting, 0)
    themes = [wanted[0].code for wanted in world.people.items]

    expected = [0] * len(themes)
    for theme in dict.fromkeys(themes):
        own = [place for place, one in enumerate(themes) if one == theme]
        times = first_come([world.people.at_ms[one] for one in own], [seizes[one] for one in own], each, opens_ms)
        for place, at_ms in zip(own, times, strict=True):
            expected[place] = at_ms
    assert called(world) == expected


def test_short_and_long_visits_share_a_line_as_in_the_recursion() -> None:
    """One item takes ten times as long as the other and is wanted a tenth as often."""
    items = [Item(f"i{number}", Text("事", "x"), f"t{number}", 10**number * MINUTE_MS, 100) for number in range(2)]
    setting = setting_of(
        plan_of(2, items=items), per_hour=54.8, mix=Mix(items=(("i0", 10.0), ("i1", 1.0))),
        service=ServiceTimes(law="exponential"), behaviour=LATE,
    )  # fmt: skip
    for number in range(3):
        world, opens_ms, seizes = lived(setting, number)

        assert called(world) == first_come(world.people.at_ms, seizes, 2, opens_ms)
        assert len({wanted[0].code for wanted in world.people.items}) == 2

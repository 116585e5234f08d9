"""The search itself, on a hall that is a formula: what a staffing gives is known, and so is the fewest that suffices."""

import numpy as np
import pytest

from simulation.intervals import Floats
from simulation.sizing.groups import Numbers
from simulation.sizing.search import Search
from simulation.sizing.target import Target
from simulation.sizing.trials import Hall
from tests.simulation.sizing.halls import two_themes

ENOUGH: Numbers = ((2, 3, 4, 4, 1, 2), (1, 2, 2, 3, 3, 1))
"""With so many windows of each theme in each half-hour nobody waits; each one fewer makes a tenth of them wait too long."""


def searched(enough: Numbers = ENOUGH, *, target: Target | None = None) -> tuple[Search, list[Numbers]]:
    """Return a search, and the staffings that it tries."""
    hall = Hall(two_themes(), target or Target(theme_share=0.8, margin=0.0))
    tried: list[Numbers] = []

    def judge(numbers: Numbers) -> Floats:
        tried.append(numbers)
        sums = np.zeros(hall.layout.width)
        for group, own in enumerate(numbers):
            for place, windows in enumerate(own):
                short = max(0, enough[group][place] - windows)
                sums[hall.layout.cell(place // 2, group)] += 100
                sums[hall.layout.cell(place // 2, group, kept=True)] += max(0, 100 - 10 * short)
        return sums

    return Search(hall.frame, hall.layout, judge, margin=0.0), tried


def test_nothing_that_is_left_could_be_spared() -> None:
    search, _ = searched()
    found = search.prune(search.reach(((6,) * 6, (6,) * 6)))

    assert search.holds(found)
    for group, own in enumerate(found):
        for place, windows in enumerate(own):
            fewer = (*own[:place], windows - 1, *own[place + 1 :])
            smaller = (*found[:group], fewer, *found[group + 1 :])
            assert windows == 1 or not search.holds(smaller)


def test_windows_are_added_where_the_target_is_missed_and_nowhere_else() -> None:
    search, _ = searched(((1, 1, 1, 1, 1, 1), (1, 1, 1, 1, 6, 6)))
    found = search.reach(((1,) * 6, (1,) * 6))

    assert search.holds(found)
    assert found[0] == (1,) * 6
    assert found[1][:3] == (1, 1, 1)
    assert found[1][4] > 1 < found[1][5]


def test_a_target_that_all_windows_miss_ends_with_all_windows() -> None:
    search, tried = searched(((9,) * 6, (2,) * 6))
    found = search.reach(((1,) * 6, (1,) * 6))

    assert found == ((6,) * 6, (6,) * 6)
    assert not search.holds(found)
    assert len(tried) < 20


def test_what_could_not_be_spared_once_is_not_tried_again() -> None:
    search, tried = searched()
    search.prune(ENOUGH)

    assert len(tried) == len(set(tried)) or len(tried) < 60


@pytest.mark.parametrize("group", [0, 1])
def test_a_theme_never_loses_its_last_window(group: int) -> None:
    search, _ = searched(((0,) * 6, (0,) * 6))

    assert search.prune(((3,) * 6, (3,) * 6))[group] == (1,) * 6

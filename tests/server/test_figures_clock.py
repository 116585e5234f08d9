"""The figures say how fresh they are by the clock that people see: a hall's day may run faster than ours."""

from tests.support.plans import NINE_MS
from tests.support.server import HALL, Served


def test_figures_are_dated_by_the_clock_of_the_hall(served: Served) -> None:
    """In the demo at 60 times real time they were told to be hours old or to come."""
    served.take()

    answer = served.client("manager").get(f"/api/halls/{HALL}/figures")

    assert answer.json()["rebuilt_ms"] == NINE_MS

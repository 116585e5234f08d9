"""Looking into a line at a lane alone: the same people as whoever looks at everybody."""

from hypothesis import given
from hypothesis import strategies as st

from hall.state import Line, Ticket

KEYS = st.tuples(st.integers(0, 3), st.integers(-5, 20), st.integers(0, 30))


@given(st.sets(KEYS), st.integers(0, 3), st.integers(1, 4), st.one_of(st.just(()), KEYS))
def test_the_first_of_a_lane_are_those_that_looking_at_everybody_finds(
    keys: set[tuple[int, int, int]], lane: int, most: int, start: tuple[int, ...]
) -> None:
    line, ticket = Line(0, 1, 0), Ticket("t", "A001", 1, "general", "kiosk", "", 1, 0, 0, (), 0, 1)
    line.people += [(*key, ticket) for key in sorted(keys)]

    found = line.of_lane(lane, most, start=start)

    assert [one[:3] for one in found] == [key for key in sorted(keys) if key[0] == lane and key >= start][:most]

"""What the demo says of the booked: every visitor is counted once."""

from server.demo.crowd import _booked
from server.demo.telling import _booked_table

BOOKED = {
    "made": 272, "expected": 0, "checked_in": 223, "early": 188, "in_grace": 40, "late": 4, "no_show": 44, "cancelled": 14,
    "on_time": {"pct": 85.3}, "goal": {"on_time_pct": 95}, "walk_ins_passed": {"n": 52, "most": 3, "bound": 5},
}  # fmt: skip
"""Nine came and then missed their call: they are no-shows, and are not checked in any more."""


def test_who_came_is_the_sum_of_early_in_time_and_late_and_nobody_of_them_stayed_away() -> None:
    """188 + 40 + 4 came; of 44 no-shows the nine who came did not stay away."""
    table = _booked_table(BOOKED)

    cells = {str(column.header): str(next(iter(column.cells))) for column in table.columns}

    assert (cells["came"], cells["stayed away"]) == ("232", "35")


def test_the_booked_of_the_progress_line_hold_those_who_are_here_and_those_who_did_not_come() -> None:
    """A no-show remains booked: the total must not sink below its parts."""
    told = _booked(BOOKED | {"expected": 5})

    assert told == {"booked": 272, "checked_in": 223, "no_shows": 44}

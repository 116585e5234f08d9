"""What the manager is warned of: true alarms come, and whoever does not wait yet raises none."""

from hall import commands as cmd
from hall.feed import waiting_counts
from hall.feed_staff import queues_view
from hall.ids import MINUTE_MS, Ms
from server.live import alarms_of
from tests.support.booked_hall import BookedHall, slot


def codes(hall: BookedHall, now_ms: Ms) -> list[str]:
    """Return the alarms of a moment; every clerk's page is open."""
    return [one["code"] for one in alarms_of(hall.state, now_ms=now_ms, linked=frozenset(hall.state.desks))]


def test_who_came_before_the_slot_neither_waits_long_nor_lacks_a_window() -> None:
    """Here half an hour early, beside a window that could serve at once: nobody has to look."""
    hall = BookedHall()
    name = hall.book("p1", slot=2)
    hall.to(1)
    hall.open("1")

    hall.check_in(name)

    assert codes(hall, slot(2) - 1) == []
    assert waiting_counts(hall.state)["total"] == 0
    assert {one["waiting"] for one in queues_view(hall.state).values()} == {0}
    hall.to(2)
    assert waiting_counts(hall.state)["total"] == 1
    assert codes(hall, slot(2) + 5 * MINUTE_MS) == ["IDLE_WINDOW"]
    assert codes(hall, slot(2) + 20 * MINUTE_MS) == ["LONG_WAIT", "IDLE_WINDOW"]


def test_a_line_that_no_open_window_serves_is_said_with_how_many_stand_in_it() -> None:
    hall = BookedHall()
    hall.to(1)
    hall.arrive("walk-in-01", "A")
    hall.arrive("walk-in-02", "A")

    [alarm] = alarms_of(hall.state, now_ms=hall.now, linked=frozenset())

    assert (alarm["code"], alarm["level"]) == ("NOBODY_SERVES", "alarm")
    assert alarm["zh"] == "A001 等 2 人无窗口办理"
    hall.open("1")
    hall.at("1", cmd.CallNext)
    assert codes(hall, hall.now) == []

"""Windows: who sits where, how one stops, what it serves today."""

from collections.abc import Callable

import pytest

from hall import commands as cmd
from hall.catalog import HelpRule, Serves
from tests.support.halls import Hall, assert_called, assert_state, assert_window, refused

# ---- signing in ----


def test_one_clerk_at_a_window_and_one_window_for_a_clerk() -> None:
    hall = Hall(open="1")

    with refused("WINDOW_TAKEN", window="1"):
        hall.open("1", actor="clerk:2")
    with refused("WINDOW_OPEN", window="1"):
        hall.open("1")
    with refused("CLERK_ELSEWHERE", window="1"):
        hall.open("2", actor="clerk:1")
    with refused("UNKNOWN_WINDOW", window="9"):
        hall.open("9")
    hall.close("1")
    hall.open("2", actor="clerk:1")

    assert hall.desk("2").clerk == "clerk:1"


def test_a_manager_may_sit_at_several_windows() -> None:
    hall = Hall()

    hall.open("1", actor="manager:m")
    hall.open("2", actor="manager:m")

    assert [hall.desk(code).clerk for code in "12"] == ["manager:m", "manager:m"]


def test_a_paused_or_draining_window_is_opened_again_by_its_clerk_or_a_manager_for_the_clerk() -> None:
    hall = Hall(open="1")
    hall.take("A")
    hall.serves_next("1")
    hall.drain("1")
    with refused("WINDOW_TAKEN", window="1"):
        hall.open("1", actor="clerk:2")
    hall.open("1")
    assert_window(hall, "1", "SERVING", number="A001")
    hall.finish("1")
    hall.pause("1")

    hall.open("1", actor="manager:m")

    assert_window(hall, "1", "IDLE")
    assert hall.desk("1").clerk == "clerk:1"


def test_a_draining_window_that_is_opened_again_goes_on_with_its_call() -> None:
    hall = Hall(open="1")
    hall.take("A")
    hall.call("1")
    hall.drain("1")
    assert_window(hall, "1", "DRAINING", number="A001")

    hall.open("1")

    assert_window(hall, "1", "CALLING", number="A001")


# ---- stopping ----


@pytest.mark.parametrize(("stop", "state"), [(Hall.close, "CLOSED"), (Hall.pause, "PAUSED")])
def test_a_window_that_stops_while_calling_gives_the_ticket_back_to_its_place(
    stop: Callable[[Hall, str], None], state: str
) -> None:
    """Not a miss: the person did nothing wrong."""
    hall = Hall(open="1")
    hall.takes("A", "A")
    hall.call("1")

    stop(hall, "1")

    assert hall.line("1") == ["A001", "A002"]
    assert hall.ticket("A001").misses == 0
    assert_window(hall, "1", state)


@pytest.mark.parametrize(("stop", "state"), [(Hall.close, "CLOSED"), (Hall.pause, "PAUSED")])
def test_a_window_that_stops_while_serving_drains_first(stop: Callable[[Hall, str], None], state: str) -> None:
    hall = Hall(open="1")
    hall.takes("A", "A")
    hall.serves_next("1")

    stop(hall, "1")
    assert_window(hall, "1", "DRAINING", number="A001")
    hall.finish("1", and_next=True)

    assert_window(hall, "1", state)
    assert_state(hall, "A002", "WAITING")


@pytest.mark.parametrize("stop", [Hall.close, Hall.pause])
def test_a_draining_window_stops_when_its_ticket_leaves_in_any_way(stop: Callable[[Hall, str], None]) -> None:
    state = "CLOSED" if stop is Hall.close else "PAUSED"
    ways: tuple[Callable[[Hall], None], ...] = (
        lambda hall: hall.hold("1"),
        lambda hall: hall.transfer("A001", to_window="2"),
        lambda hall: hall.transfer("A001", to_hall="futian", linked="there"),
    )
    for leave in ways:
        hall = Hall(open="1")
        hall.take("A")
        hall.serves_next("1")
        stop(hall, "1")
        leave(hall)
        assert_window(hall, "1", state)


def test_holds_of_a_closing_window_move_to_the_hall_at_once_or_after_the_last_service() -> None:
    hall = Hall(open="1")
    hall.takes("A", "A", "A")
    hall.serves_next("1")
    hall.hold("1")
    hall.serves_next("1")
    hall.close("1")
    assert_state(hall, "A001", "HELD", window="1")

    hall.hold("1")

    assert_state(hall, "A001", "HELD", window="")
    assert_state(hall, "A002", "HELD", window="")
    assert_window(hall, "1", "CLOSED")


@pytest.mark.parametrize(("stop", "state"), [(Hall.close, "CLOSED"), (Hall.pause, "PAUSED")])
def test_a_served_person_is_handed_over_to_the_front_of_the_line(stop: Callable[..., None], state: str) -> None:
    hall = Hall(open="1 2")
    hall.takes("A", "A", "A")
    hall.serves_next("1")
    hall.call("2")

    stop(hall, "1", hand_over=True)

    assert_window(hall, "1", state)
    assert hall.line("2") == ["A001", "A003"]
    assert hall.ticket("A001").hops[0].reason == "handed_over"


def test_a_visit_with_all_results_is_handed_over_to_somebody_who_can_finish_it() -> None:
    hall = Hall(open="1 2")
    hall.take("A")
    hall.serves_next("1")
    hall.result("A001", 0)

    hall.close("1", hand_over=True)
    hall.call("2")

    assert_called(hall, "A001", window="2")


def test_a_window_without_a_ticket_stops_at_once_and_asks_no_more() -> None:
    hall = Hall(open="1 2 3")
    for window in "123":
        hall.call(window)

    hall.close("1")
    hall.pause("2")
    hall.drain("3")
    hall.takes("A", "B")

    assert [hall.desk(code).state for code in "123"] == ["CLOSED", "PAUSED", "DRAINING"]
    assert not hall.state.asking
    with refused("WINDOW_CLOSED", window="1"):
        hall.close("1")
    with refused("WINDOW_PAUSED", window="2"):
        hall.pause("2")
    with refused("WINDOW_DRAINING", window="3"):
        hall.drain("3")


def test_what_a_draining_window_will_do_can_be_changed() -> None:
    hall = Hall(open="1")
    hall.take("A")
    hall.serves_next("1")

    hall.close("1")
    hall.pause("1")
    assert hall.desk("1").then == "pause"
    hall.drain("1")
    hall.finish("1")

    assert_window(hall, "1", "DRAINING")
    hall.close("1")
    assert_window(hall, "1", "CLOSED")


def test_only_the_clerk_or_a_manager_stops_a_window() -> None:
    hall = Hall(open="1 2")

    for stop in (cmd.CloseWindow, cmd.PauseWindow, cmd.DrainWindow):
        with refused("NOT_SIGNED_IN", window="1"):
            hall.at("1", stop, actor="clerk:2")
        with refused("UNKNOWN_WINDOW", window="9"):
            hall.at("9", stop)
    hall.close("1", actor="manager:m")
    assert_window(hall, "1", "CLOSED")


# ---- what it serves ----


def test_a_window_serves_something_that_the_hall_knows() -> None:
    hall = Hall()

    with refused("UNKNOWN_WINDOW", window="9"):
        hall.serve("9", Serves(everything=True))
    with refused("UNKNOWN_ITEM", item="Z"):
        hall.serve("1", Serves(items=("Z",)))
    with refused("UNKNOWN_ITEM", item="zoo"):
        hall.serve("1", Serves(everything=True), helps=Serves(themes=("zoo",)))
    with refused("NOTHING_SERVED"):
        hall.serve("1", Serves())
    with refused("NO_CHANGE"):
        hall.serve("1", Serves(everything=True))
    hall.serve("1", Serves(everything=True), help_rule=HelpRule("waited"))
    hall.serve("1", Serves(themes=("tax",)))

    assert hall.line("1") == []


def test_waiting_people_keep_their_places_when_a_window_serves_other_items() -> None:
    hall = Hall()
    hall.takes("A", "B", "A")

    hall.serve("3", Serves(themes=("tax", "general")))

    assert hall.line("3") == hall.line("1") == ["A001", "B001", "A002"]

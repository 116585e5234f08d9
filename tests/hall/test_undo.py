"""Undo: within its time, and only if nothing touched it since, the last step of a window never happened."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from hall import commands as cmd
from hall import events as ev
from hall.catalog import HelpRule, Serves
from hall.feed_staff import clerk_view
from hall.policy import Calling, MissedRule, Plan
from tests.support.halls import Hall, assert_called, assert_state, assert_window, plan, policy, refused


def test_nothing_is_undone_where_nothing_was_done() -> None:
    hall = Hall()
    with refused("WINDOW_CLOSED", window="1"):
        hall.undo("1")
    hall.open("1")
    hall.take("A")
    hall.call("1")
    hall.undo("1")
    with refused("NOTHING_TO_UNDO"):
        hall.undo("1")


def test_an_undone_call_never_happened() -> None:
    hall = Hall(open="1")
    hall.takes("A", "A")
    hall.call("1")

    hall.undo("1")

    assert hall.events == (ev.StepUndone("1", hall.state.seq - 1),)
    assert hall.line("1") == ["A001", "A002"]
    ticket = hall.ticket("A001")
    assert (ticket.calls, ticket.called_ms, ticket.first_called_ms) == (0, 0, 0)
    assert not hall.state.calls
    assert_window(hall, "1", "IDLE")


def test_an_undone_call_leaves_the_earlier_calls() -> None:
    hall = Hall(open="1")
    hall.take("A")
    missed = hall.misses_next("1")
    first_ms = hall.ticket(missed).first_called_ms
    hall.rejoin(missed)
    hall.call("1")

    hall.undo("1")

    assert (hall.ticket(missed).calls, hall.ticket(missed).first_called_ms) == (1, first_ms)


def test_who_was_called_by_mistake_goes_to_another_window_that_asks() -> None:
    hall = Hall(open="1 2")
    hall.take("A")
    hall.call("1")
    hall.call("2")

    hall.undo("1")

    assert_called(hall, "A001", window="2")


def test_asking_is_undone_too() -> None:
    hall = Hall(open="1")
    hall.call("1")

    hall.undo("1")

    assert_window(hall, "1", "IDLE", asking=False)
    hall.take("A")
    assert_state(hall, "A001", "WAITING")


def test_asking_for_a_key_press_is_undone_without_a_trace() -> None:
    hall = Hall(policy(calling=Calling(idle="on_key")), open="1")
    hall.call("1")

    hall.undo("1")

    assert_window(hall, "1", "IDLE", asking=False)


def test_a_start_a_miss_a_hold_and_a_finish_are_undone_to_what_was() -> None:
    hall = Hall(policy(calling=Calling(miss_calls=1, miss_ms=0)), open="1")
    hall.take("A", person="p1")
    hall.call("1")
    ticket = hall.ticket("A001")

    hall.wait(8)
    hall.miss("1")
    hall.wait(1)
    hall.undo("1")
    assert_called(hall, "A001", window="1")
    assert (ticket.misses, ticket.missed_ms) == (0, 0)
    hall.wait(1)
    hall.start("1")
    hall.undo("1")
    assert_called(hall, "A001", window="1")
    assert (ticket.walk_ms, ticket.started_ms) == (0, 0)
    hall.start("1")
    hall.wait(60)
    hall.hold("1")
    hall.wait(9)
    hall.undo("1")
    assert_window(hall, "1", "SERVING", number="A001")
    assert (ticket.service_ms, ticket.hold_ms, ticket.hold_reason) == (0, 0, "")
    hall.finish("1")
    hall.undo("1")
    assert_window(hall, "1", "SERVING", number="A001")
    assert (ticket.service_ms, ticket.finished_ms, hall.desk("1").done) == (0, 0, 0)
    with refused("ALREADY_WAITING"):
        hall.take("A", person="p1")
    hall.wait(21)
    hall.finish("1")

    assert (ticket.walk_ms, ticket.service_ms) == (10_000, 90_000)


def test_a_second_start_is_undone_and_the_first_stays() -> None:
    hall = Hall(open="1")
    hall.take("A")
    hall.serves_next("1")
    started_ms = hall.ticket("A001").started_ms
    hall.wait(5)
    hall.hold("1")
    hall.resume("1", "A001")
    hall.wait(5)
    hall.start("1")

    hall.undo("1")

    assert hall.ticket("A001").started_ms == started_ms
    assert_called(hall, "A001", window="1", rule="resumed")


def test_finish_and_next_is_undone_as_one() -> None:
    hall = Hall(open="1")
    hall.takes("A", "A")
    hall.serves_next("1")
    hall.finish("1", and_next=True)

    hall.undo("1")

    assert_window(hall, "1", "SERVING", number="A001")
    assert hall.line("1") == ["A002"]


def test_a_miss_that_gave_the_person_up_is_undone() -> None:
    hall = Hall(policy(missed=MissedRule(limit=0)), open="1")
    hall.take("A", person="p1")
    missed = hall.misses_next("1")
    assert_state(hall, missed, "ABANDONED")

    hall.undo("1")

    assert_called(hall, missed, window="1")
    with refused("ALREADY_WAITING", number=missed):
        hall.take("A", person="p1")


def test_a_draining_window_stays_draining_when_a_step_is_undone() -> None:
    hall = Hall(open="1")
    hall.take("A")
    hall.serves_next("1")
    hall.drain("1")
    hall.hold("1")
    hall.undo("1")
    assert_window(hall, "1", "DRAINING", number="A001")
    hall.finish("1")

    hall.undo("1")

    assert_window(hall, "1", "DRAINING", number="A001")


def test_undo_has_its_time() -> None:
    hall = Hall(open="1")
    hall.take("A")
    hall.call("1")
    hall.wait(30.001)
    with refused("UNDO_TOO_LATE", seconds=30):
        hall.undo("1")
    hall.change_plan(plan(policy(calling=Calling(undo_ms=60_000))))

    hall.undo("1")

    assert_state(hall, "A001", "WAITING")


@pytest.mark.parametrize(
    "touch",
    [lambda hall: hall.withdraw("A001"), lambda hall: hall.slip("A001", printed=True)],
    ids=["withdrawn", "slip"],
)
def test_what_others_touched_since_is_not_undone(touch: Callable[[Hall], None]) -> None:
    hall = Hall(open="1")
    hall.take("A")
    hall.call("1")
    touch(hall)

    with refused("UNDO_TOUCHED"):
        hall.undo("1")


@pytest.mark.parametrize(
    "step",
    [
        lambda hall: hall.result("A001", 0),
        lambda hall: hall.add("A001", "C"),
        lambda hall: hall.transfer("A001", to_item="B"),
        lambda hall: hall.transfer("A001", to_hall="futian", linked="there"),
        lambda hall: (hall.start("1"), hall.split("A001", 0)),
        lambda hall: hall.merge("A001", "A002"),
        lambda hall: hall.recall("1"),
        lambda hall: hall.serve("1", Serves(themes=("general", "house"))),
        lambda hall: (hall.start("1"), hall.pause("1", hand_over=True)),
        lambda hall: (hall.pause("1"), hall.open("1")),
    ],
    ids=["result", "added", "item", "hall", "split", "merged", "recall", "service", "hand over", "open"],
)
def test_a_step_without_a_way_back_is_called_so(step: Callable[[Hall], object]) -> None:
    """Not what was before it: the last step of the window is this one."""
    hall = Hall(open="1")
    hall.take("A", "B")
    hall.take("A")
    hall.call("1")
    hall.wait(20)
    step(hall)

    with refused("NOT_UNDOABLE"):
        hall.undo("1")


def test_a_step_after_one_without_a_way_back_is_undone_again() -> None:
    hall = Hall(open="1")
    hall.take("A", "B")
    hall.serves_next("1")
    hall.result("A001", 0)
    hall.hold("1")

    hall.undo("1")

    assert_window(hall, "1", "SERVING", number="A001")


# ---- pause and drain ----


def test_an_undone_pause_brings_the_idle_window_back() -> None:
    hall = Hall(open="1")
    since_ms = hall.desk("1").since_ms
    hall.wait(5)
    hall.pause("1")
    hall.wait(5)

    hall.undo("1")

    assert_window(hall, "1", "IDLE", asking=False)
    assert (hall.desk("1").reason, hall.desk("1").since_ms) == ("", since_ms)


def test_an_undone_pause_brings_the_asking_window_back_and_it_calls_who_came_meanwhile() -> None:
    hall = Hall(open="1")
    hall.call("1")
    hall.pause("1")
    number = hall.take("A")
    assert_state(hall, number, "WAITING")

    hall.undo("1")

    assert_called(hall, number, window="1")


def test_a_pause_and_a_drain_during_a_service_are_undone() -> None:
    hall = Hall(open="1")
    hall.take("A")
    hall.serves_next("1")

    hall.drain("1")
    hall.undo("1")
    assert_window(hall, "1", "SERVING", number="A001")
    hall.drain("1")
    hall.pause("1")
    assert hall.desk("1").then == "pause"
    hall.undo("1")
    assert_window(hall, "1", "DRAINING", number="A001")
    assert (hall.desk("1").then, hall.desk("1").reason) == ("", "")


def test_a_finish_that_paused_the_window_is_undone_with_its_pause() -> None:
    hall = Hall(open="1")
    hall.take("A")
    hall.serves_next("1")
    hall.pause("1")
    hall.finish("1")
    assert_window(hall, "1", "PAUSED")

    hall.undo("1")

    assert_window(hall, "1", "DRAINING", number="A001")
    assert (hall.desk("1").then, hall.desk("1").reason) == ("pause", "tea")


def test_a_pause_that_took_a_call_back_is_not_undone() -> None:
    """The person may be called elsewhere by then."""
    hall = Hall(open="1")
    hall.take("A")
    hall.call("1")
    hall.pause("1")

    with refused("NOT_UNDOABLE"):
        hall.undo("1")


def test_a_window_that_was_called_to_meanwhile_does_not_undo_its_asking() -> None:
    hall = Hall(open="1")
    hall.call("1")
    hall.take("A")

    with refused("UNDO_TOUCHED"):
        hall.undo("1")


def test_what_has_no_way_back_is_not_undone() -> None:
    hall = Hall(open="1 2")
    hall.takes("A", "A")
    hall.call("1")
    hall.wait(20)
    hall.recall("1")
    with refused("NOT_UNDOABLE"):
        hall.undo("1")
    with refused("NOT_SIGNED_IN", window="2"):
        hall.at("2", cmd.UndoLast, actor="clerk:1")


def test_calls_to_other_windows_in_the_same_step_are_not_undone_with_it() -> None:
    """Time alone made the call possible; it only happened to be noticed in that step."""
    helper = plan().catalog.windows[2]
    hall = Hall(open="1 3")
    hall.serve("3", helper.serves, helps=Serves(items=("A",)), help_rule=HelpRule("waited", 60_000))
    hall.takes("A", "A")
    hall.serves_next("1")
    hall.call("3")
    hall.wait(70)

    hall.finish("1")
    assert_called(hall, "A002", window="3", rule="help_waited")
    hall.undo("1")

    assert_window(hall, "1", "SERVING", number="A001")
    assert_called(hall, "A002", window="3", rule="help_waited")


def _without(items: tuple[str, ...] = (), windows: tuple[str, ...] = (), area: str = "", klass: str = "") -> Plan:
    """Return the usual plan without some things."""
    was = plan()
    catalog, rules = was.catalog, was.policy
    return replace(
        was,
        catalog=replace(
            catalog,
            areas=tuple(one for one in catalog.areas if one.code != area),
            items=tuple(one for one in catalog.items if one.code not in items),
            windows=tuple(one for one in catalog.windows if one.code not in windows),
        ),
        policy=replace(rules, classes=tuple(one for one in rules.classes if one.code != klass)),
    )


@pytest.mark.parametrize(
    ("item", "sent", "lost"),
    [
        ("B2", {}, {"items": ("B2",)}),
        ("A2", {"to_window": "4"}, {"windows": ("4",)}),
        ("A2", {"to_area": "a2"}, {"windows": ("4",), "area": "a2"}),
        ("A", {}, {"klass": "elder"}),
    ],
    ids=["item", "window", "area", "class"],
)
def test_a_visit_that_the_plan_has_no_place_for_any_more_does_not_come_back(
    item: str, sent: dict[str, str], lost: dict[str, Any]
) -> None:
    hall = Hall(open="1")
    hall.take(item, klass="elder")
    number = next(iter(hall.state.tickets.values())).number
    if sent:
        hall.transfer(number, **sent)
    hall.choose("1", number)
    hall.start("1")
    hall.finish("1")
    hall.change_plan(_without(**lost))

    with refused("UNDO_TOUCHED"):
        hall.undo("1")


def test_another_plan_that_has_all_of_it_leaves_the_step_to_be_undone() -> None:
    hall = Hall(open="1")
    hall.take("A")
    hall.serves_next("1")
    hall.finish("1")
    hall.change_plan(plan(policy(version="2")))

    hall.undo("1")

    assert_window(hall, "1", "SERVING", number="A001")


BEFORE_THE_END: dict[str, Callable[[Hall], Any]] = {
    "asking": lambda hall: hall.call("1"),
    "call": lambda hall: (hall.take("A"), hall.call("1")),
    "start": lambda hall: (hall.take("A"), hall.serves_next("1")),
    "finish": lambda hall: (hall.take("A"), hall.serves_next("1"), hall.finish("1")),
    "hold": lambda hall: (hall.take("A"), hall.serves_next("1"), hall.hold("1")),
    "miss": lambda hall: (hall.take("A"), hall.misses_next("1")),
    "pause": lambda hall: hall.pause("1"),
    "drain": lambda hall: hall.drain("1"),
}


@pytest.mark.parametrize("act", BEFORE_THE_END.values(), ids=BEFORE_THE_END)
def test_no_step_is_undone_over_the_end_of_the_day_and_none_is_offered(act: Callable[[Hall], Any]) -> None:
    """Whom the end left is listed for a person; an undo would bring back others, or a window that asks for nobody."""
    hall = Hall(open="1")
    act(hall)
    assert clerk_view(hall.state, "1")["undo"] is not None

    hall.end_day()

    assert clerk_view(hall.state, "1")["undo"] is None
    with refused("UNDO_TOUCHED"):
        hall.undo("1")


def test_what_is_done_after_the_end_of_the_day_can_be_undone() -> None:
    hall = Hall(open="1")
    hall.take("A")
    hall.call("1")
    hall.end_day()

    hall.start("1")
    assert clerk_view(hall.state, "1")["undo"] is not None
    hall.undo("1")

    assert_called(hall, "A001", window="1")

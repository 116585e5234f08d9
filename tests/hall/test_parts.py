"""Kept parts and marks: what is not made anew is what would have been made."""

import msgspec
import pytest

from hall.feed import View
from hall.feed_staff import mark_of, render
from hall.parts import Fresh, Parts
from hall.patch import Compact, compact, merge_patch
from hall.state import HallDay
from tests.support.crowd import Crowd

STEPS = 250


def views_of(state: HallDay, number: int) -> list[View]:
    """Return all views of the hall, and a few of its tickets, others at each step."""
    common = [View("board"), View("area", "a1"), View("area", "a2"), View("manager")]
    windows = [View(kind, code) for code in state.desks for kind in ("strip", "clerk")]
    tickets = list(state.tickets)[-40:][number % 8 :: 8]
    return [*common, *windows, *(View("ticket", one) for one in tickets)]


@pytest.mark.parametrize("seed", range(3))
def test_kept_parts_change_no_view(seed: int) -> None:
    """Whatever happens in a hall, a view from kept parts is the view made from nothing."""
    crowd = Crowd(seed)
    parts = Parts()
    for number in range(STEPS):
        crowd.send(crowd.act())
        for view in views_of(crowd.state, number):
            expected = compact(render(crowd.state, view) or {})
            assert compact(render(crowd.state, view, parts) or {}) == expected, f"Crowd({seed}), step {number}: {view}"


@pytest.mark.parametrize("seed", range(3))
def test_a_view_changes_only_with_its_mark(seed: int) -> None:
    """While the mark is the same nothing needs to be rendered."""
    crowd = Crowd(seed)
    known: dict[View, tuple[tuple[object, ...], dict[str, object]]] = {}
    for number in range(STEPS):
        crowd.send(crowd.act())
        for view in views_of(crowd.state, number):
            mark, shown = mark_of(crowd.state, view), compact(render(crowd.state, view) or {})
            if view in known and known[view][0] == mark:
                assert known[view][1] == shown, f"Crowd({seed}), step {number}: {view}"
            known[view] = (mark, shown)  # type: ignore[assignment]  # JSON is an object here


def test_an_old_call_leaves_a_strip_without_anything_at_its_window() -> None:
    """Boards list so many calls; the strip of a long visit loses its call, so its mark changes too."""
    crowd = Crowd(1)
    while not any(desk.ticket is not None and desk.ticket.state == "SERVING" for desk in crowd.state.desks.values()):
        crowd.send(crowd.act())
    window = next(one.code for one in crowd.state.desks.values() if one.ticket and one.ticket.state == "SERVING")
    before = mark_of(crowd.state, View("strip", window))
    crowd.state.calls.clear()

    assert mark_of(crowd.state, View("strip", window)) != before


def test_an_unchanged_part_is_the_same_object_and_a_changed_one_is_not() -> None:
    """A patch passes over what is the same object."""
    crowd = Crowd(2)
    parts = Parts()

    first = compact(render(crowd.state, View("board"), parts) or {})
    second = compact(render(crowd.state, View("board"), parts) or {})

    assert first["windows"]["W0"] is second["windows"]["W0"]  # type: ignore[index,call-overload]
    assert merge_patch(first, second) == {}


def test_views_of_what_a_hall_does_not_have_are_marked_by_the_log_alone() -> None:
    """A ticket that comes later, a day that is not open: whatever is next committed may make them."""
    state = HallDay()

    assert mark_of(state, View("strip", "W0")) == mark_of(state, View("ticket", "T1")) == ("", 0)


def test_too_many_parts_are_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound forgets; it never refuses."""
    monkeypatch.setattr("hall.parts.PARTS_LIMIT", 2)
    parts = Parts()

    made = [parts.kept("part", number % 3, mark=(), make=lambda: {"a": 1, "b": None}) for number in range(9)]

    assert made == [{"a": 1}] * 9
    assert Fresh().kept("part", 0, mark=(), make=lambda: {"b": None}) == {"b": None}


def test_a_compact_part_is_written_like_any_object() -> None:
    """It is a dict to the encoder, at any depth."""
    part = Compact(compact({"a": [1, (2, None)], "b": None}))

    assert msgspec.json.encode({"part": part}) == b'{"part":{"a":[1,[2,null]]}}'
    assert compact({"part": part})["part"] is part

"""View states as JSON: both ends must agree on every byte."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.patch import JsonObject, apply_patch, compact, merge_patch, state_hash

leaves = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "张"])
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4)
)
views = st.dictionaries(st.sampled_from("abcd"), values, max_size=4)


@given(old=views, new=views)
def test_a_patch_leads_from_any_state_to_any_other(old: JsonObject, new: JsonObject) -> None:
    """Law 1, and nothing given is changed."""
    before, after = compact(old), compact(new)
    known = state_hash(before)

    got = apply_patch(before, merge_patch(before, after))

    assert state_hash(got) == state_hash(after)
    assert state_hash(before) == known


@given(view=views)
def test_no_change_is_an_empty_patch(view: JsonObject) -> None:
    assert merge_patch(compact(view), compact(view)) == {}


@given(view=views)
def test_compact_leaves_no_null_in_any_object(view: JsonObject) -> None:
    """Law 2; compacting twice changes nothing."""

    def nulls(value: object) -> int:
        if isinstance(value, dict):
            return sum(one is None or nulls(one) for one in value.values())
        return sum(map(nulls, value)) if isinstance(value, list) else 0

    assert nulls(compact(view)) == 0
    assert compact(compact(view)) == compact(view)


def test_a_call_that_became_null_is_removed() -> None:
    """The strip of a window says ``"call": null`` when nobody is called; the screen reads the absent key the same."""
    old = compact({"call": {"number": "A012", "ring": 3}, "number": "A012"})
    new = compact({"call": None, "number": None})

    patch = merge_patch(old, new)

    assert patch == {"call": None, "number": None}
    assert apply_patch(old, patch) == {}


def test_only_what_changed_is_sent() -> None:
    old = compact({"windows": {"W01": {"state": "IDLE", "label": "1"}, "W02": {"state": "IDLE"}}, "issuing": True})
    new = compact({"windows": {"W01": {"state": "CALLING", "label": "1"}, "W02": {"state": "IDLE"}}, "issuing": True})

    assert merge_patch(old, new) == {"windows": {"W01": {"state": "CALLING"}}}


def test_one_and_true_are_different() -> None:
    assert merge_patch({"a": [1], "b": 0}, {"a": [True], "b": False}) == {"a": [True], "b": False}


def test_lists_are_replaced_as_a_whole_and_tuples_are_lists() -> None:
    old = compact({"labels": ("1", "2"), "people": [{"a": 1, "b": None}]})

    assert old == {"labels": ["1", "2"], "people": [{"a": 1}]}
    assert merge_patch(old, compact({"labels": ["1", "3"], "people": [{"a": 1}]})) == {"labels": ["1", "3"]}


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    """Canonical JSON, written out: keys sorted, no spaces, UTF-8."""
    expected = hashlib.sha256('{"a":[1,true],"b":"窗"}'.encode()).hexdigest()

    assert state_hash({"b": "窗", "a": [1, True]}) == state_hash({"a": [1, True], "b": "窗"}) == expected


def test_a_fraction_has_no_place_in_a_view() -> None:
    with pytest.raises(AssertionError, match="float"):
        compact({"share": 0.5})

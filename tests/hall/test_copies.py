"""A copy of a state goes its own way: what happens to one is not seen in the other, and both come to what the log says.

To repeat a failure: ``pytest tests/hall/test_copies.py -k "Booked-7"``.
"""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from hall.routing import PlanIndex
from hall.slots import Grids
from hall.state import HallDay, copy_of
from hall.step import apply, step
from tests.golden.record import FOLDER, read
from tests.support.booked_crowd import BookedCrowd
from tests.support.crowd import Crowd
from tests.support.laws import assert_laws

LOGS = sorted(FOLDER.glob("*.jsonl"))
COPIES = 7
CROWDS = [(kind, seed) for kind in (Crowd, BookedCrowd) for seed in range(6, 10)]
COMMANDS = 400
SHARED = (PlanIndex, Grids)
"""Made once and only read: a copy has the same ones."""


def assert_own(mine: Any, theirs: Any, *, twins: dict[int, Any]) -> None:
    """Assert that one thing says what the other says, with everything that can change made anew and linked alike."""
    assert type(mine) is type(theirs)
    if isinstance(theirs, tuple):
        _assert_each(mine, theirs, twins=twins)
        return
    is_shared = isinstance(theirs, SHARED) or (getattr(type(theirs), "__struct_config__", None) and _is_frozen(theirs))
    if is_shared or theirs is None or isinstance(theirs, str | int):
        assert mine is theirs or mine == theirs
        return
    if id(theirs) in twins:
        assert twins[id(theirs)] is mine, "linked to another one"
        return
    twins[id(theirs)] = mine
    assert mine is not theirs, f"{type(theirs).__name__} in both"
    if isinstance(theirs, dict):
        assert list(mine) == list(theirs)
        _assert_each(tuple(mine.values()), tuple(theirs.values()), twins=twins)
    elif isinstance(theirs, set):
        assert mine == theirs, "keys are texts"
    elif isinstance(theirs, list):
        _assert_each(tuple(mine), tuple(theirs), twins=twins)
    else:
        _assert_each(_fields(mine), _fields(theirs), twins=twins)


def _assert_each(mine: tuple[Any, ...], theirs: tuple[Any, ...], *, twins: dict[int, Any]) -> None:
    assert len(mine) == len(theirs)
    for one, other in zip(mine, theirs, strict=True):
        assert_own(one, other, twins=twins)


def _is_frozen(thing: msgspec.Struct) -> bool:
    return bool(type(thing).__struct_config__.frozen)


def _fields(thing: Any) -> tuple[Any, ...]:
    names = getattr(type(thing), "__struct_fields__", None) or getattr(type(thing), "__slots__", None) or vars(thing)
    return tuple([getattr(thing, name, None) for name in names])


def links_and_lives(copied: HallDay, original: HallDay) -> None:
    """Assert that a copy keeps the laws of a state and has nothing in common that could change."""
    assert copied.fingerprint() == original.fingerprint()
    assert_own(copied, original, twins={})
    assert_laws(copied)


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_copies_at_any_moment_stay_as_they_were_and_decide_on_as_the_original(path: Path):
    heading, commits = read(path)
    original, copies = HallDay(), dict[int, tuple[HallDay, str]]()
    for plan in heading.plans:
        original.learn(plan)
    moments = {len(commits) * number // COPIES for number in range(1, COPIES)}
    for number, commit in enumerate(commits):
        if number in moments:
            copies[number] = (copy_of(original), original.fingerprint())
        apply(original, commit)

    assert original.fingerprint() == heading.fingerprint
    assert len(copies) == COPIES - 1
    for number, (copied, then) in copies.items():
        assert copied.fingerprint() == then
        assert copied.plan in copied.plans.values()
        for commit in commits[number:]:
            assert step(copied, commit.command) == (commit.refusal or commit.events)
        assert copied.fingerprint() == heading.fingerprint
    assert original.fingerprint() == heading.fingerprint


@pytest.mark.parametrize(("kind", "seed"), CROWDS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_copies_of_a_random_day_have_nothing_in_common_that_could_change(kind: type[Crowd], seed: int):
    crowd = kind(seed)

    for number in range(COMMANDS):
        crowd.send(crowd.act())
        if number % 20 == 0:
            links_and_lives(copy_of(crowd.state), crowd.state)


@pytest.mark.parametrize(("kind", "seed"), CROWDS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_what_happens_to_either_of_two_copies_leaves_the_other_as_it_was(kind: type[Crowd], seed: int):
    crowd = kind(seed)
    moved = 0

    for number in range(COMMANDS):
        command = crowd.act()
        if number % 5:
            crowd.send(command)
            continue
        other = copy_of(crowd.state)
        then = other.fingerprint()
        crowd.send(command)
        assert other.fingerprint() == then, command
        now = crowd.state.fingerprint()
        step(other, command)
        assert crowd.state.fingerprint() == now, command
        assert other.fingerprint() == now, command
        moved += now != then

    assert moved > COMMANDS // 20, "too little happened to say anything"


def test_a_day_that_is_not_open_yet_can_be_copied():
    day = HallDay()

    links_and_lives(copy_of(day), day)

"""The index of answers: bounded, and never wrong about what it does not hold."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hall.events import Commit
from server.answers import AnswerIndex
from tests.support.live import take


def commit(number: int) -> Commit:
    command = take(number)
    return Commit(
        seq=number + 1,
        command_id=command.command_id,
        at_ms=0,
        actor=command.actor,
        plan="",
        request="x",
        command=command,
    )


@given(count=st.integers(0, 60), recent=st.integers(1, 20), ids=st.integers(1, 80), asked=st.integers(0, 80))
def test_an_answered_command_is_at_hand_or_looked_up(count: int, recent: int, ids: int, asked: int):
    """Whatever the limits: no answered id is ever taken for a new one."""
    index = AnswerIndex(recent_limit=recent, ids_limit=ids)
    for number in range(count):
        index.add(commit(number))

    command_id = take(asked).command_id
    found = index.at_hand(command_id)

    if asked < count:
        assert found == commit(asked) or index.must_look_up(command_id)
    else:
        assert found is None
    if count <= ids and asked >= count:
        assert not index.must_look_up(command_id)


def test_an_answer_at_hand_is_not_looked_up():
    index = AnswerIndex(recent_limit=1, ids_limit=1)
    index.add(commit(1))
    index.add(msgspec.structs.replace(commit(2)))

    assert index.at_hand(take(2).command_id) == commit(2)
    assert not index.must_look_up(take(2).command_id)

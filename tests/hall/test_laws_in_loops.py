"""The laws in seeded loops: many thousand random commands per seed, valid and not.

To repeat a failure: ``pytest tests/hall/test_laws_in_loops.py -k "seed-7"``.
"""

import pytest

from hall.decide import decide
from hall.errors import Refusal
from hall.events import commit_decoder, commit_encoder
from hall.state import HallDay
from hall.step import apply, step
from tests.support.crowd import Crowd
from tests.support.laws import assert_laws, assert_quick_laws

COMMANDS = 1_500
LONG_DAYS = 125
LONG_DAY_COMMANDS = 8_000
FULL_CHECK_EVERY = 500


@pytest.mark.parametrize("seed", range(12), ids=lambda seed: f"seed-{seed}")
def test_every_command_keeps_every_law(seed: int) -> None:
    """S1, S4, S5 and the laws of the state hold after each single command."""
    crowd = Crowd(seed)

    for _ in range(COMMANDS):
        answer = crowd.send(crowd.act())

        assert_laws(crowd.state, settled=not isinstance(answer, Refusal))


@pytest.mark.parametrize("seed", range(100, 106), ids=lambda seed: f"seed-{seed}")
def test_a_refusal_changes_nothing_and_decide_never_writes(seed: int) -> None:
    """A refused command leaves the fingerprint as it was, but for seq and moment; deciding alone leaves all of it."""
    crowd = Crowd(seed)

    for number in range(400):
        command = crowd.act()
        before = crowd.state.fingerprint() if number % 4 == 0 else ""
        decided = decide(crowd.state, command)
        if before:
            assert crowd.state.fingerprint() == before
        answer = crowd.send(command)
        if before and isinstance(answer, Refusal):
            assert decided == answer
            crowd.state.seq, crowd.state.at_ms, seq, at_ms = *_before(crowd), crowd.state.seq, crowd.state.at_ms
            assert crowd.state.fingerprint() == before, command
            crowd.state.seq, crowd.state.at_ms = seq, at_ms


def _before(crowd: Crowd) -> tuple[int, int]:
    """Return seq and moment before the last row of the log."""
    last = crowd.commits[-2]
    return last.seq, last.at_ms


@pytest.mark.parametrize("seed", range(200, 208), ids=lambda seed: f"seed-{seed}")
def test_the_log_alone_gives_the_same_state_and_the_same_decisions(seed: int) -> None:
    """S10 and S16: replaying the written log gives the same fingerprint; deciding again at each prefix, the same events."""
    crowd = Crowd(seed)
    for _ in range(COMMANDS):
        crowd.send(crowd.act())
    log = [commit_decoder.decode(commit_encoder.encode(commit)) for commit in crowd.commits]

    replayed, decided_again = HallDay(), HallDay()
    replayed.learn(crowd.plan)
    decided_again.learn(crowd.plan)
    for commit in log:
        apply(replayed, commit)
        answer = step(decided_again, commit.command)
        assert answer == (commit.refusal or commit.events), commit.seq

    assert replayed.fingerprint() == crowd.state.fingerprint() == decided_again.fingerprint()


def test_long_days_keep_the_laws() -> None:
    """A million commands: the quick laws after each, all laws every so often."""
    for seed in range(1_000, 1_000 + LONG_DAYS):
        crowd = Crowd(seed)
        crowd.keeps = False
        for number in range(LONG_DAY_COMMANDS):
            answer = crowd.send(crowd.act())
            if number % FULL_CHECK_EVERY == 0:
                assert_laws(crowd.state, settled=not isinstance(answer, Refusal))
            elif number % 10 == 0:
                assert_quick_laws(crowd.state)

"""Clocks never go back, and the demo's clock runs as fast as it is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.clock import ScaledClock, SystemClock

SECOND_NS = 1_000_000_000


class Hand:
    """A source of nanoseconds that tests turn."""

    def __init__(self, at_ns: int = 0) -> None:
        self.at_ns = at_ns

    def __call__(self) -> int:
        return self.at_ns


def test_a_system_clock_that_is_set_back_stands_still():
    hand = Hand(10 * SECOND_NS)
    clock = SystemClock(hand)

    assert clock.now_ms() == 10_000
    hand.at_ns = 4 * SECOND_NS
    assert clock.now_ms() == 10_000
    hand.at_ns = 11 * SECOND_NS
    assert clock.now_ms() == 11_000


def test_waiting_for_the_past_takes_no_time():
    clock = SystemClock(Hand(10 * SECOND_NS))

    assert clock.seconds_until(3_000) == 0.0
    assert clock.seconds_until(12_500) == 2.5


def test_a_scaled_clock_runs_as_fast_as_told():
    hand = Hand(77)
    clock = ScaledClock(1_000_000, 60, monotonic_ns=hand)

    assert clock.now_ms() == 1_000_000
    assert clock.seconds_until(1_060_000) == 1.0
    hand.at_ns += 2 * SECOND_NS
    assert clock.now_ms() == 1_120_000


def test_a_change_of_speed_makes_no_jump():
    hand = Hand()
    clock = ScaledClock(0, 60, monotonic_ns=hand)
    hand.at_ns = SECOND_NS

    clock.change_speed(1)

    assert (clock.now_ms(), clock.speed) == (60_000, 1)
    hand.at_ns += SECOND_NS
    assert clock.now_ms() == 61_000


@given(st.lists(st.tuples(st.integers(0, 10**12), st.sampled_from([0.5, 1, 60, 3_600]))))
def test_a_scaled_clock_never_goes_back(steps: list[tuple[int, float]]):
    hand = Hand()
    clock = ScaledClock(0, 60, monotonic_ns=hand)
    before = 0
    for ns, speed in steps:
        hand.at_ns += ns
        clock.change_speed(speed)
        assert clock.now_ms() >= before
        before = clock.now_ms()


@pytest.mark.parametrize("speed", [0, -1, 100_000])
def test_an_impossible_speed_is_a_bug(speed: float):
    with pytest.raises(AssertionError):
        ScaledClock(0, speed)

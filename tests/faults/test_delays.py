"""What the proof with bad links says of late screens and of one that is not cut: planted delays must be found."""

from tests.faults.delays import DELAY_S, WIDE_S, Delays, delays, faults_of_delays
from tests.faults.eyes import Screen
from tests.faults.history import Told
from tests.faults.screens import faults_of_stuck

SECOND = 1_000_000_000
CALLS = 50


def _told(first: int) -> list[Told]:
    """One call a second from a second on, each with the ring of its second."""
    return [
        Told(f"call-{at}", "call-next", "", {}, "c01", at * SECOND, at * SECOND + 9, "ok", at, ring=at)
        for at in range(first, first + CALLS)
    ]


def _measured(first: int, late_s: float, *, screens: int = 3) -> Delays:
    """Measure calls that all good screens sound at the same moment, so late."""
    told, good = _told(first), [Screen(f"board {number}", 0) for number in range(screens)]
    for screen in good:
        screen.shown_ns = {one.ring: one.invoked_ns + round(late_s * SECOND) for one in told}
    return delays(good, told, since_ns=first * SECOND, until_ns=(first + CALLS) * SECOND)


def test_screens_that_follow_at_once_are_clean():
    quiet, beside = _measured(1, 0.02), _measured(101, 0.2)

    assert (quiet.calls, len(quiet.seconds), quiet.unheard) == (CALLS, 3 * CALLS, 0)
    assert faults_of_delays(quiet, beside) == []


def test_screens_that_are_all_late_together_beside_a_stuck_one_are_found():
    """They are late by the same, so none of them differs from another; the short form's margin finds it too."""
    for allowed_s in (DELAY_S, WIDE_S):
        found = faults_of_delays(_measured(1, 0.02), _measured(101, 3.0), allowed_s=allowed_s)
        assert found == [
            f"L4: good screens were 2980 ms later at p99 beside a stuck one, allowed {allowed_s * 1e3:g} ms"
        ]


def test_screens_that_are_always_late_are_found():
    for allowed_s in (DELAY_S, WIDE_S):
        found = faults_of_delays(_measured(1, 3.0), _measured(101, 3.0), allowed_s=allowed_s)
        assert [one[:41] for one in found] == ["L4: good screens were 3.00 s late at p99 "]


def test_a_delay_of_the_law_itself_is_found():
    assert faults_of_delays(_measured(1, 0.02), _measured(101, 0.02 + DELAY_S))


def test_calls_that_good_screens_never_sounded_are_found():
    told, deaf = _told(1), Screen("deaf", 0)
    unheard = delays([deaf], told, since_ns=0, until_ns=99 * SECOND)

    assert faults_of_delays(_measured(1, 0.02), unheard) == [
        "L4: no call beside a stuck one sounded on a good screen; nothing was measured"
    ]
    deaf.shown_ns = {one.ring: one.invoked_ns for one in told[2:]}
    half = delays([deaf], told, since_ns=0, until_ns=99 * SECOND)
    assert faults_of_delays(_measured(1, 0.02), half) == [
        "L4: 2 of 50 calls on every good screen beside a stuck one were not heard"
    ]


def test_a_stuck_screen_that_is_not_cut_in_time_is_found_and_the_limit_is_told():
    assert faults_of_stuck(1.0, 13.0) == []
    assert faults_of_stuck(1.0, 13.5) == [
        "L4: the screen that never reads was not cut within 12 s, but after 12.5 s"
    ]  # fmt: skip
    assert faults_of_stuck(1.0, float("inf"))
    assert faults_of_stuck(0.0, 5.0)

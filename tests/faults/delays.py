"""How long calls took from the clerk's key to each good screen, and what law L4 says of it."""

from collections.abc import Sequence
from typing import Final

import msgspec

from tests.faults.eyes import Screen
from tests.faults.history import Told
from tests.faults.report import share

DELAY_S: Final = 0.25
"""Law L4: a stuck screen delays the others by less than this, at the 99th percentile."""
WIDE_S: Final = 2.0
"""What is allowed instead where a machine is busy with other work, or does everything at once for a test."""
QUIET_S: Final = 1.0
"""Even without faults a call sounds on good screens within this; what is later is no measure for anything."""
UNHEARD: Final = 0.01
"""The share of calls that good screens may not have sounded yet when it is looked at."""


class Delays(msgspec.Struct, frozen=True):
    """Of the calls in a time: seconds from the command to each good screen, and how many did not sound there."""

    calls: int
    seconds: tuple[float, ...]
    unheard: int

    @property
    def p99_s(self) -> float:
        """The 99th percentile."""
        return share(self.seconds, 990)


def delays(good: Sequence[Screen], told: Sequence[Told], *, since_ns: int, until_ns: int) -> Delays:
    """Measure every call that was sent in a time, from the moment at which its command was sent."""
    calls = [one for one in told if one.ring and one.result == "ok" and since_ns <= one.invoked_ns < until_ns]
    heard = [(one, screen.shown_ns.get(one.ring)) for one in calls for screen in good]
    seconds = tuple((shown_ns - one.invoked_ns) / 1e9 for one, shown_ns in heard if shown_ns is not None)
    return Delays(len(calls), seconds, len(heard) - len(seconds))


def faults_of_delays(quiet: Delays, beside: Delays, *, allowed_s: float = DELAY_S) -> list[str]:
    """L4: beside a stuck screen a call sounds on the others hardly later than without it."""
    found = []
    for when, one in (("in quiet", quiet), ("beside a stuck one", beside)):
        if not one.seconds:
            found.append(f"L4: no call {when} sounded on a good screen; nothing was measured")
        elif one.unheard > UNHEARD * (len(one.seconds) + one.unheard):
            found.append(f"L4: {one.unheard} of {one.calls} calls on every good screen {when} were not heard")
    quiet_s = max(QUIET_S, allowed_s)
    if quiet.p99_s > quiet_s:
        found.append(f"L4: good screens were {quiet.p99_s:.2f} s late at p99 even in quiet, allowed {quiet_s:g} s")
    later_s = beside.p99_s - quiet.p99_s
    if later_s >= allowed_s:
        found.append(f"L4: good screens were {later_s * 1e3:.0f} ms later at p99 beside a stuck one, "
                     f"allowed {allowed_s * 1e3:g} ms")  # fmt: skip
    return found

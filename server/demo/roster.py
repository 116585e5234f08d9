"""Who works when: windows that open, those on standby, the one that is left to the visitor, and everybody's breaks."""

import random
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from hall.ids import MINUTE_MS, Ms
from server.demo.clerk_mind import Shift
from server.demo.views import HallFacts

STANDBY_SHARE: Final = 0.10
"""Assumed: colleagues with other work, who come when the manager asks."""
FEWEST_FOR_A_FREE_ONE: Final = 3
"""Smaller halls need all their windows; the visitor then waits for a break."""
COMES_EARLY_MS: Final = (1 * MINUTE_MS, 7 * MINUTE_MS)
LATE_SHARE: Final = 0.1
LATE_MS: Final = (1 * MINUTE_MS, 6 * MINUTE_MS)
BACK_EARLY_MS: Final = 3 * MINUTE_MS
LUNCH_FROM_MIN: Final = 11 * 60 + 15
LUNCH_GROUPS: Final = 3
"""Shifts of lunch: a third of the windows at a time."""
LUNCH_MS: Final = 45 * MINUTE_MS
LUNCH_AFTER_MS: Final = 5 * 60 * MINUTE_MS
"""A session longer than this has lunch in shifts; shorter ones end with the hall's own break."""
PAUSE_SHARE: Final = 0.6
PAUSE_MS: Final = (5 * MINUTE_MS, 12 * MINUTE_MS)
NEVER_MS: Final = 2**62


class Roster(msgspec.Struct, frozen=True):
    """The plan of the day."""

    shifts: dict[str, Shift]
    standby: tuple[str, ...]
    free: tuple[str, ...]
    """Windows without a simulated clerk, for whoever tries the demo."""


def roster(hall: HallFacts, *, seed: int) -> Roster:
    """Draw the plan of a hall's day."""
    chance = random.Random(f"roster/{seed}")
    alone = {item.windows[0] for item in hall.items if len(item.windows) == 1}
    replaceable = [window.code for window in hall.windows if window.label not in alone]
    free = tuple(replaceable[:1]) if len(hall.windows) > FEWEST_FOR_A_FREE_ONE else ()
    others = [code for code in replaceable if code not in free]
    standby = tuple(sorted(chance.sample(others, int(len(others) * STANDBY_SHARE))))
    shifts = {
        window.code: _shift(hall, number, chance, standby=window.code in standby)
        for number, window in enumerate(hall.windows)
        if window.code not in free
    }
    return Roster(shifts, standby, free)


def _shift(hall: HallFacts, number: int, chance: random.Random, *, standby: bool) -> Shift:
    sessions = [(one.open_ms, one.close_ms) for one in hall.sessions]
    if not sessions:
        return Shift(NEVER_MS, NEVER_MS)
    start_ms = sessions[0][0] - chance.randint(*COMES_EARLY_MS)
    if chance.random() < LATE_SHARE:
        start_ms = sessions[0][0] + chance.randint(*LATE_MS)
    breaks = [(end_ms, next_ms - BACK_EARLY_MS, "closed") for (_, end_ms), (next_ms, _) in pairwise(sessions)]
    for open_ms, close_ms in sessions:
        breaks += _lunch(hall.zone, open_ms, close_ms, number)
        breaks += _pauses(open_ms, close_ms, chance)
    return Shift(NEVER_MS if standby else start_ms, sessions[-1][1], _apart(breaks))


def _lunch(zone: str, open_ms: Ms, close_ms: Ms, number: int) -> list[tuple[Ms, Ms, str]]:
    if close_ms - open_ms <= LUNCH_AFTER_MS:
        return []
    opened = datetime.fromtimestamp(open_ms / 1000, ZoneInfo(zone))
    midnight_ms = open_ms - (opened.hour * 60 + opened.minute) * MINUTE_MS
    from_ms = midnight_ms + LUNCH_FROM_MIN * MINUTE_MS + number % LUNCH_GROUPS * LUNCH_MS
    return [(from_ms, from_ms + LUNCH_MS, "lunch")] if open_ms < from_ms < close_ms - LUNCH_MS else []


def _pauses(open_ms: Ms, close_ms: Ms, chance: random.Random) -> list[tuple[Ms, Ms, str]]:
    """A short pause somewhere in the middle half of a session."""
    if chance.random() >= PAUSE_SHARE:
        return []
    quarter_ms = (close_ms - open_ms) // 4
    from_ms = chance.randint(open_ms + quarter_ms, close_ms - quarter_ms)
    return [(from_ms, from_ms + chance.randint(*PAUSE_MS), "break")]


def _apart(breaks: Sequence[tuple[Ms, Ms, str]]) -> tuple[tuple[Ms, Ms, str], ...]:
    """Return breaks in order, without those that begin inside another."""
    kept: list[tuple[Ms, Ms, str]] = []
    for one in sorted(breaks):
        if not kept or one[0] >= kept[-1][1]:
            kept.append(one)
    return tuple(kept)

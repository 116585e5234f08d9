"""Who sits where and when on one day: shifts of a roster resolved into stretches of work.

A roster can also be told as numbers of open windows per half-hour; then windows open in the given order, so that a window
that opens stays open as long as the numbers allow.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from hall.ids import Ms, WindowCode
from hall.opening import Session
from simulation.demand import Day
from simulation.setting import Roster, Shift


class Duty(msgspec.Struct, frozen=True):
    """A stretch of work at a window, and what the clerk does after it."""

    from_ms: Ms
    to_ms: Ms
    then: Literal["pause", "close"]
    serves_out: bool
    """The hall closes at its end, and whoever holds a number is still served."""


def duties_of(roster: Roster, day: Day) -> dict[WindowCode, tuple[Duty, ...]]:
    """Return each window's stretches of work on a day, in their order; windows without any are left out."""
    closings = {session.close_ms for session in day.sessions} if roster.at_close == "serve" else set()
    found: dict[WindowCode, list[Duty]] = {}
    for shift in sorted(roster.shifts, key=lambda one: (one.from_min, one.window)):
        if day.weekday in shift.weekdays:
            found.setdefault(shift.window, []).extend(_stretches(shift, day, closings))
    return {window: tuple(duties) for window, duties in found.items()}


def _stretches(shift: Shift, day: Day, closings: set[Ms]) -> Iterator[Duty]:
    start = day.at_ms(shift.from_min)
    for pause in shift.pauses:
        if day.at_ms(pause.from_min) > start:
            yield Duty(start, day.at_ms(pause.from_min), "pause", serves_out=False)
        start = day.at_ms(pause.to_min)
    end = day.at_ms(shift.to_min)
    if end > start:
        yield Duty(start, end, "close", serves_out=end in closings)


def window_ms(duties: Mapping[WindowCode, Sequence[Duty]]) -> Ms:
    """Return the planned time of all windows together."""
    return sum(duty.to_ms - duty.from_ms for stretches in duties.values() for duty in stretches)


def shifts_from_numbers(
    windows: Sequence[WindowCode],
    numbers: Sequence[int],
    *,
    from_min: int,
    step_min: int,
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7),
) -> tuple[Shift, ...]:
    """Return shifts that open so many of these windows in each step of time, the first windows longest."""
    shifts: list[Shift] = []
    for place, window in enumerate(windows):
        begun: int | None = None
        for number, wanted in enumerate((*numbers, 0)):
            at_min = from_min + number * step_min
            if wanted > place and begun is None:
                begun = at_min
            elif wanted <= place and begun is not None:
                shifts.append(Shift(window=window, from_min=begun, to_min=at_min, weekdays=weekdays))
                begun = None
    return tuple(shifts)


def full_roster(windows: Sequence[WindowCode], sessions: Sequence[Session], day: Day) -> Roster:
    """Return the roster in which every window is open whenever the hall is."""
    minutes = [
        ((one.open_ms - day.midnight_ms) // 60_000, (one.close_ms - day.midnight_ms) // 60_000) for one in sessions
    ]
    return Roster(
        shifts=tuple(Shift(window=code, from_min=start, to_min=end) for code in windows for start, end in minutes)
    )

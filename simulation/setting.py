"""What a simulated hall is: the plan it decides by, who comes, how long things take, how people behave, who works when.

Plain frozen data. Nothing here knows a file; :mod:`simulation.scenario` reads these from one.
"""

from typing import Literal

import msgspec

from hall.catalog import Serves, Text
from hall.ids import MINUTE_MS, ItemCode, Ms, WindowCode
from hall.opening import Calendar
from hall.policy import Plan
from simulation.sizing.ranges import Range

Law = Literal["lognormal", "exponential", "fixed"]
WEEK = (1.0,) * 7


class Piece(msgspec.Struct, frozen=True):
    """Part of a day with one mean rate of arrivals, in minutes after local midnight; ``to_min`` is not included."""

    from_min: int
    to_min: int
    per_hour: float


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """Who comes: rates of an average day, and how days and half-hours differ by more than chance."""

    pieces: tuple[Piece, ...]
    by_weekday: tuple[float, ...] = WEEK
    """Factors from Monday on."""
    day_cv: float = 0.0
    slot_cv: float = 0.0
    slot_min: int = 30
    door: float = 0.0
    """Mean number of people who stand at the door before the first opening."""
    door_min: int = 10
    """They take their numbers within so many minutes before it."""
    remote_share: float = 0.0
    """Take their number by phone."""
    classes: tuple[tuple[str, float], ...] = (("ordinary", 1.0),)


class Mix(msgspec.Struct, frozen=True, kw_only=True):
    """What people come for."""

    items: tuple[tuple[ItemCode, float], ...]
    """Shares of first items."""
    online: tuple[tuple[ItemCode, float], ...] = ()
    """Share of an item's visits that file online instead and do not come."""
    two_items: float = 0.0
    three_items: float = 0.0
    packages: float = 0.0
    """Share of visits for a whole package (一件事)."""
    package_weights: tuple[tuple[str, float], ...] = ()
    """How these visits divide over packages; empty: alike."""
    many_units: float = 0.0
    """Share of visits with several cases of one kind."""
    units_max: int = 12


class ServiceTimes(msgspec.Struct, frozen=True, kw_only=True):
    """How long a visit takes at the window; means come from the plan's items unless named here."""

    law: Law = "lognormal"
    factor: float = 1.0
    """Of all means: generalists may be slower or faster."""
    of_items: tuple[tuple[ItemCode, Ms, float], ...] = ()
    """(item, mean, coefficient of variation)."""
    more_units: float = 0.35
    """Each further case of the same kind takes this part of the first one's time; assumed."""


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """How people answer a call, and how clerks go about it."""

    walk_ms: Ms = 0
    walk_cv: float = 0.6
    patience_ms: Ms = 0
    """Mean time after which somebody who still waits leaves; 0: nobody does."""
    patience_law: Law = "lognormal"
    patience_cv: float = 0.5
    gives_back: float = 1.0
    """Of those who leave: give the number back; the others are called in vain."""
    missed: float = 0.0
    """Share of visitors who do not come at the first call."""
    late: float = 0.5
    """Of those: come at the second."""
    rejoins: float = 0.6
    """Of those who miss it altogether: come back and rejoin the line."""
    return_ms: Ms = 10 * MINUTE_MS
    """Mean time until they are back."""
    gap_ms: Ms = 0
    """Between two visits: papers put away."""
    recall_ms: Ms = 15_000
    """What a clerk waits beyond the least that the hall demands before a recall or a miss."""
    overtime_ms: Ms = 120 * MINUTE_MS
    """Whoever holds a number at closing is served, no longer than this."""


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """Visitors with an appointment, as a part of all visitors."""

    share: float
    no_show: float = 0.0
    punctual_mean_ms: Ms = 0
    """Mean of arrival less slot."""
    punctual_sd_ms: Ms = 0
    slot_min: int = 30
    places: int = 0
    """Places of each slot where the plan has no booking rules; 0: as many as want to come."""


class Pause(msgspec.Struct, frozen=True):
    """A break within a shift, in minutes after local midnight."""

    from_min: int
    to_min: int


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """When somebody sits at a window, in minutes after local midnight."""

    window: WindowCode
    from_min: int
    to_min: int
    pauses: tuple[Pause, ...] = ()
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    """1 is Monday."""


class Skill(msgspec.Struct, frozen=True):
    """What a window serves instead of what the plan says."""

    window: WindowCode
    serves: Serves
    helps: Serves = Serves()


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Who works when, and what each window serves."""

    name: str = "plan"
    shifts: tuple[Shift, ...]
    skills: tuple[Skill, ...] = ()
    at_close: Literal["serve", "stop"] = "serve"
    """At the hall's closing, clerks serve whoever holds a number for them, or stop at the end of their shift."""
    cost_per_hour: float = 0.0
    """Of an open window, in the manager's currency; 0: not stated."""


class Assumption(msgspec.Struct, frozen=True):
    """Something nobody published or measured, said in both languages; ``about`` names the part of the scenario."""

    about: str
    text: Text
    basis: Literal["assumed", "published", "fitted"] = "assumed"


class NewHours(msgspec.Struct, frozen=True):
    """Who would come if the hall opened longer, by part of the new hours; an empty name: all parts together."""

    moved: dict[str, Range] = {}
    induced: dict[str, Range] = {}


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A hall and its days, ready to be simulated."""

    name: Text
    plan: Plan
    dates: tuple[str, ...]
    """Business dates (ISO) on which the hall is open, taken in turn."""
    calendar: Calendar
    """Holidays and make-up workdays among them."""
    demand: Demand
    mix: Mix
    service: ServiceTimes = ServiceTimes()
    behaviour: Behaviour = Behaviour()
    booked: Booked | None = None
    roster: Roster
    target_ms: Ms = 15 * MINUTE_MS
    """A call within this time keeps the promise."""
    strata: int = 1
    """Equally likely parts of the day factor, each visited once in so many days."""
    seed: int = 1
    days: int = 20
    new_hours: NewHours = NewHours()
    assumptions: tuple[Assumption, ...] = ()

"""Who comes on a demo day: what the hall's preset assumes, and named habits of our own where it says nothing.

None of these figures was published by a district; a hall's own log replaces them (see the simulation's fits).
"""

from typing import Final

import msgspec

from hall.ids import HallId, ItemCode
from server.config.sections import UnknownHall
from server.presets.loader import PRESETS, item_shares, load_preset
from server.presets.text import Demand

BUSY_FACTOR: Final = 1.0
"""The preset's Monday (15 % above its mean) offers the district hall's general windows all the work that they can do; more
would show a hall that breaks down, and no manager who copes."""
DOOR_SHARE: Final = 0.04
"""Assumed: of the day's visitors, those who stand at the door before it opens."""
SLOT_CV: Final = 0.15
"""Assumed: half-hours vary by more than chance alone, beside the day's own factor."""


class Habits(msgspec.Struct, frozen=True):
    """Assumed, and in no preset: how people behave. Chosen so that every rule of the hall is used on any day."""

    many_units_share: float = 0.03
    """Bring several cases of one kind (up to 12 were seen in one visit)."""
    cancel_share: float = 0.03
    """Give the number back; three times as many of those who wait outside with their phone."""
    delay_share: float = 0.04
    late_share: float = 0.5
    """Of those who miss the first call: they come at the second."""
    rejoin_share: float = 0.6
    """Of those who miss their turn altogether: they come back later."""
    slip_fails_share: float = 0.015
    booking_lapses_share: float = 0.02
    """Of those who book: they hold a place, do not send the form, and come without booking."""
    booking_cancel_share: float = 0.04
    booking_move_share: float = 0.05
    books_on_paper_share: float = 0.5
    """Of the booked: they type the code at the kiosk; of the others half show its QR code, half check in on the phone."""
    books_again_share: float = 0.04
    """Of those who were served: they book another visit for a day to come."""
    family_share: float = 0.01
    """Took a second number for the same visit; the guide merges the two."""
    reclass_share: float = 0.15
    """Of elders: the guide moves them to the priority lane."""


class Expected(msgspec.Struct, frozen=True):
    """What is expected of one hall's day."""

    demand: Demand
    visits: float
    """On this day of the week, the busy factor included."""
    items: dict[ItemCode, float]
    """Share of each item."""


def preset_of(hall: HallId) -> str:
    """Return the preset that has a hall; raises UnknownHall."""
    for name in PRESETS:
        if any(one.code == hall for one in load_preset(name).halls):
            return name
    raise UnknownHall(hall)


def expected_of(hall: HallId, *, weekday: int) -> Expected:
    """Return what is expected of a hall on a weekday (1 is Monday)."""
    name = preset_of(hall)
    template = next(one.template for one in load_preset(name).halls if one.code == hall)
    assert template is not None, hall
    demand = load_preset(name).demand
    factor = demand.by_weekday.get(str(weekday), 1.0) * BUSY_FACTOR
    return Expected(demand, demand.visits_per_day.get(template, 0) * factor, item_shares(name, template))

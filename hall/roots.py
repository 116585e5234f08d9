"""The roots of all commands and events, and what both sides of the hall-day share: kinds of channels, wanted items."""

from typing import Literal

import msgspec

from hall.ids import Actor, CommandId, ItemCode, Ms

Channel = Literal["kiosk", "phone", "desk", "web", "api"]
BookingChannel = Literal["phone", "kiosk", "desk", "partner"]
"""Where a place is sold."""


class Command(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What every command carries: its id (made by the client, once), its moment, and who asks."""

    command_id: CommandId
    at_ms: Ms
    actor: Actor


class Event(msgspec.Struct, frozen=True, gc=False):
    """Root of all events."""


class WantedItem(msgspec.Struct, frozen=True, gc=False):
    """An item to be done and how many times (one firm filed 12 identical cases in one visit)."""

    code: ItemCode
    quantity: int = 1


class Told(msgspec.Struct, frozen=True, gc=False):
    """The wait that a citizen is told: people ahead and a range (P50 to P80), in milliseconds."""

    ahead: int
    p50_ms: Ms
    p80_ms: Ms

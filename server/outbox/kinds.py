"""The kinds of messages, as a table: what must be true when one goes out, and whether it may at night.

A kind's row is all that tells it from another; :mod:`server.outbox.plan` says when there is one.
"""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from hall.bookings import AppointmentState

KindName = Literal[
    "confirmation", "reminder_day", "reminder_soon", "moved", "moved_by_hall", "cancelled", "affected",
    "offer", "offer_expired", "waitlist_expired", "no_show", "near",
]  # fmt: skip


class Kind(msgspec.Struct, frozen=True):
    """One kind of message."""

    needs: tuple[AppointmentState, ...]
    """The booking must be in one of these states, at the version that the message speaks of."""
    at_night: Literal["goes", "waits"]
    """``waits``: until the quiet hours are over; pointless by then, it is given up."""


KINDS: Final[Mapping[KindName, Kind]] = {
    # Answers to what the visitor has just done: silence would be worse.
    "confirmation": Kind(("BOOKED",), "goes"),
    "moved": Kind(("BOOKED",), "goes"),
    "reminder_day": Kind(("BOOKED",), "waits"),
    "reminder_soon": Kind(("BOOKED",), "waits"),
    "moved_by_hall": Kind(("BOOKED",), "waits"),
    "cancelled": Kind(("CANCELLED",), "waits"),
    "affected": Kind(("SLOT_HELD", "BOOKED", "OFFERED"), "waits"),
    # An offer runs out within minutes.
    "offer": Kind(("OFFERED",), "goes"),
    "offer_expired": Kind(("EXPIRED",), "waits"),
    "waitlist_expired": Kind(("EXPIRED",), "waits"),
    "no_show": Kind(("NO_SHOW",), "waits"),
    # The visitor is in the hall. Of a ticket: what must be true stands in `plan.fault_of`.
    "near": Kind(("CHECKED_IN",), "goes"),
}

"""Request bodies of booked visits, as the protocol names them (`docs/protocol.md`, section 8)."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from server.api.bodies import HolderBody, Wanted
from server.api.bounds import (
    Body,
    Code,
    CommandBody,
    Day,
    MaybeCode,
    MaybeDay,
    Moment,
    Person,
    Reason,
    Secret,
)

Channel = Literal["phone", "kiosk", "desk", "partner"]
Device = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=64)]
"""A random text that the page keeps."""
FullName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=80)]
Typed = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 -]*$", max_length=24)]
"""A check-in code as somebody types it."""
Scanned = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:._ -]*$", max_length=120)]
Minute = Annotated[int, Field(ge=0, le=1_800)]
"""Minutes after local midnight; the longest evening ends at 06:00 of the next day."""
SlotPlaces = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
"""The hall's own limits are narrower, and it says them."""
Windows = Annotated[int, Field(ge=0, le=1_000)]


class WhoBody(HolderBody):
    """Who books. Persons, phones and devices become pseudonyms before anything else sees them."""

    person: Person = ""
    phone: Person = ""
    device: Device = ""


class HoldBody(WhoBody):
    """Hold a place."""

    date: Day
    items: Wanted
    slot_ms: Moment
    channel: Channel | None = None


class NamedBody(WhoBody):
    """Who books, and how to reach them."""

    name: FullName = ""
    language: Literal["zh", "en"] = "zh"


class ConfirmBody(NamedBody):
    """Book the held place."""


class WaitlistBody(NamedBody):
    """Queue for a full day."""

    date: Day
    items: Wanted
    from_ms: Moment
    to_ms: Moment
    channel: Channel | None = None


class RescheduleBody(HolderBody):
    """Move to another slot, day or hall."""

    date: Day
    slot_ms: Moment
    to_hall: MaybeCode = ""


class CancelBody(HolderBody):
    """Give a booking up."""

    reason: Reason = ""


class OfferBody(HolderBody):
    """Take an offered place or let it go."""

    accepts: bool


class CheckInBody(CommandBody):
    """Arrive, by exactly one of a code, a QR code's text, a person."""

    code: Typed = ""
    qr: Scanned = ""
    person: Person = ""


class FindBody(Body):
    """Look bookings up, by exactly one of a code, a person, a phone; without a date: of today and all days to come."""

    date: MaybeDay = ""
    code: Typed = ""
    person: Person = ""
    phone: Person = ""


class AppealBody(CommandBody):
    """Excuse a no-show."""

    reason: Reason


class EraseBody(Body):
    """Let the contact data of a booking go."""

    secret: Secret = ""


class ErasePersonBody(Body):
    """Let the contact data of a person or of a phone go."""

    person: Person = ""
    phone: Person = ""


class ChannelPlacesBody(Body):
    """Most places of each slot that a channel may sell."""

    channel: Channel
    places: SlotPlaces


class RangeBody(CommandBody):
    """Slots that begin within a time of day, on some days; both dates are included."""

    from_date: Annotated[Day, Field(alias="from")]
    to_date: Annotated[Day, Field(alias="to")]
    from_min: Minute
    to_min: Minute
    reason: Reason = ""
    check_only: bool = False


class SlotsBody(RangeBody):
    """Give slots other places; null: as planned."""

    group: Code
    places: SlotPlaces | None
    channels: Annotated[list[ChannelPlacesBody], Field(max_length=4)] | None = None


class CloseBody(RangeBody):
    """Close slots, or some windows of them."""

    group: MaybeCode = ""
    windows: Windows = 0
    then: Literal["list", "move", "cancel"] = "list"

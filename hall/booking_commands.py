"""What can be asked about booked visits. Facts that no single hall-day knows come in as fields and stay in the log.

The server counts over days and halls and gives what it counted (:class:`BookerFacts`), without this hall-day, whose own
bookings the hall knows itself. Ids, codes and random delays are drawn outside.
"""

from typing import Literal

import msgspec

from hall.ids import HallId, ItemCode, Ms, TicketId
from hall.roots import BookingChannel, Channel, Command, Told, WantedItem

AppointmentId = str


class Counts(msgspec.Struct, frozen=True, gc=False):
    """Bookings elsewhere of one person, phone or device: still open, and on the date, in its week, in its month."""

    open: int = 0
    day: int = 0
    week: int = 0
    month: int = 0


class BookerFacts(msgspec.Struct, frozen=True, gc=False):
    """What is known of who books from all other days and halls of the network."""

    person: Counts = Counts()
    phone: Counts = Counts()
    device: Counts = Counts()
    open_items: tuple[ItemCode, ...] = ()
    """Items for which the person has an open booking elsewhere."""
    no_shows: tuple[Ms, ...] = ()
    """Slots that the person let pass, those excused by an appeal left out."""
    is_exempt: bool = False
    """No ban applies (an exemption that the network gave)."""


class Booker(msgspec.Struct, frozen=True, gc=False):
    """Who books, as pseudonyms; empty where nobody said."""

    person: str = ""
    phone: str = ""
    device: str = ""


class BookingPlace(msgspec.Struct, frozen=True, gc=False):
    """A booking of another hall-day."""

    hall: HallId
    date: str
    appointment: AppointmentId


class AtAppointment(Command, frozen=True, kw_only=True):
    """What every command on one booking carries."""

    appointment: AppointmentId


class HoldSlot(AtAppointment, frozen=True, kw_only=True, tag="booking.hold"):
    """Hold a place while the form is filled (占号)."""

    items: tuple[WantedItem, ...]
    slot_ms: Ms
    channel: BookingChannel = "phone"
    booker: Booker = Booker()
    facts: BookerFacts = BookerFacts()
    release_ms: Ms | None
    """When this slot comes on sale; None: the calendar of its year is not published."""
    return_delay_ms: Ms = 0
    """Drawn outside: how long the place rests if the hold runs out, so that nobody can wait for it."""


class ConfirmBooking(AtAppointment, frozen=True, kw_only=True, tag="booking.confirm"):
    """Book the held place (预约)."""

    booker: Booker
    code: str
    """What checks in, or a digest of it; no other booking of the day has it."""
    facts: BookerFacts = BookerFacts()


class MoveIn(AtAppointment, frozen=True, kw_only=True, tag="booking.move-in"):
    """Book a place for a booking of another day or hall that moves here; ``facts`` leave that booking out.

    Then ``MoveOut`` goes to the old hall-day; if that refuses, the timer sends ``CancelBooking`` here.
    """

    source: BookingPlace
    items: tuple[WantedItem, ...]
    slot_ms: Ms
    channel: BookingChannel = "phone"
    booker: Booker
    code: str
    moves: int
    """How often it was moved already."""
    facts: BookerFacts = BookerFacts()
    release_ms: Ms | None


class MoveOut(AtAppointment, frozen=True, kw_only=True, tag="booking.move-out"):
    """Give the old place back: the new one is sure."""

    target: BookingPlace
    return_delay_ms: Ms = 0


class RescheduleBooking(AtAppointment, frozen=True, kw_only=True, tag="booking.reschedule"):
    """Move to another slot of this day in one step (改期)."""

    slot_ms: Ms
    release_ms: Ms | None
    return_delay_ms: Ms = 0


class CancelBooking(AtAppointment, frozen=True, kw_only=True, tag="booking.cancel"):
    """Give a booking, a held place or a place on the waitlist up (取消)."""

    reason: str = ""
    return_delay_ms: Ms = 0


class JoinWaitlist(AtAppointment, frozen=True, kw_only=True, tag="booking.join-waitlist"):
    """Queue for a full day (候补): any slot that begins within the wished time."""

    items: tuple[WantedItem, ...]
    from_ms: Ms
    to_ms: Ms
    channel: BookingChannel = "phone"
    booker: Booker
    code: str
    facts: BookerFacts = BookerFacts()
    release_ms: Ms | None


class AnswerOffer(AtAppointment, frozen=True, kw_only=True, tag="booking.answer-offer"):
    """Take the offered place, or let it go to the next."""

    accepts: bool


class CheckIn(Command, frozen=True, kw_only=True, tag="booking.check-in"):
    """Arrive (签到), by the id of the booking or by its code; the ticket is made here."""

    appointment: AppointmentId = ""
    code: str = ""
    ticket: TicketId
    channel: Channel = "kiosk"
    hall: HallId = ""
    """What the QR code says, if it says it."""
    date: str = ""
    told: Told | None = None


class SetSlots(Command, frozen=True, kw_only=True, tag="slots.set"):
    """Edit the places of the slots that begin within a time; sold places stay sold (see ``preview``)."""

    group: str
    from_ms: Ms
    to_ms: Ms
    places: int | None
    """None: as planned."""
    channels: tuple[tuple[BookingChannel, int], ...] | None = None
    """None: as planned."""
    reason: str = ""


class CloseSlots(Command, frozen=True, kw_only=True, tag="slots.close"):
    """Close the slots of a time, or so many windows of them; who has booked is listed, moved or cancelled."""

    group: str = ""
    """Empty: every group."""
    from_ms: Ms
    to_ms: Ms
    windows: int = 0
    """Windows that will be missing; 0: nothing is left."""
    then: Literal["list", "move", "cancel"] = "list"
    """``move``: to the nearest place of the day; who finds none is listed."""
    reason: str


class Appeal(AtAppointment, frozen=True, kw_only=True, tag="booking.appeal"):
    """A manager excuses a no-show, with a reason; it no longer counts (申诉)."""

    reason: str


BookingCommand = (
    HoldSlot
    | ConfirmBooking
    | MoveIn
    | MoveOut
    | RescheduleBooking
    | CancelBooking
    | JoinWaitlist
    | AnswerOffer
    | CheckIn
    | SetSlots
    | CloseSlots
    | Appeal
)

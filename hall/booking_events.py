"""What happened to booked visits. Places are taken from slots: (group, start of the slot, places)."""

from typing import Literal

from hall.booking_commands import AppointmentId, Booker, BookerFacts, BookingPlace
from hall.ids import ItemCode, Ms, TicketId
from hall.roots import BookingChannel, Event

Take = tuple[str, Ms, int]
"""(group, start of the slot, places)."""
Entries = tuple[tuple[ItemCode, int], ...]
Punctuality = Literal["early", "in_grace", "late"]


class SlotHeld(Event, frozen=True, tag="booking.held/1"):
    """A place is held until the form is filled."""

    appointment: AppointmentId
    entries: Entries
    slot_ms: Ms
    takes: tuple[Take, ...]
    channel: BookingChannel
    booker: Booker
    facts: BookerFacts
    release_ms: Ms
    until_ms: Ms
    return_delay_ms: Ms


class BookingConfirmed(Event, frozen=True, tag="booking.confirmed/1"):
    """The held place is booked; after ``absent_ms`` without check-in it is a no-show."""

    appointment: AppointmentId
    booker: Booker
    code: str
    facts: BookerFacts
    absent_ms: Ms


class BookingMovedIn(Event, frozen=True, tag="booking.moved-in/1"):
    """A booking of another day or hall has a place here."""

    appointment: AppointmentId
    source: BookingPlace
    entries: Entries
    slot_ms: Ms
    takes: tuple[Take, ...]
    channel: BookingChannel
    booker: Booker
    code: str
    moves: int
    facts: BookerFacts
    absent_ms: Ms


class BookingMovedOut(Event, frozen=True, tag="booking.moved-out/1"):
    """The booking has its place in another hall-day; the place here returns at ``returns_ms``."""

    appointment: AppointmentId
    target: BookingPlace
    returns_ms: Ms


class BookingRescheduled(Event, frozen=True, tag="booking.rescheduled/1"):
    """The booking has another slot of this day; what it no longer takes returns at ``returns_ms``."""

    appointment: AppointmentId
    slot_ms: Ms
    takes: tuple[Take, ...]
    version: int
    by: Literal["visitor", "hall"]
    reason: str
    returns_ms: Ms
    absent_ms: Ms


class BookingCancelled(Event, frozen=True, tag="booking.cancelled/1"):
    """The booking is given up; its place returns at ``returns_ms``."""

    appointment: AppointmentId
    by: Literal["visitor", "hall"]
    reason: str
    returns_ms: Ms


class BookingExpired(Event, frozen=True, tag="booking.expired/1"):
    """Nobody confirmed, nobody answered, or no place came free in time."""

    appointment: AppointmentId
    cause: Literal["hold", "offer", "waitlist", "day_ended"]
    returns_ms: Ms


class BookingWaitlisted(Event, frozen=True, tag="booking.waitlisted/1"):
    """Somebody queues for a full day."""

    appointment: AppointmentId
    entries: Entries
    from_ms: Ms
    to_ms: Ms
    channel: BookingChannel
    booker: Booker
    code: str
    facts: BookerFacts


class SlotOffered(Event, frozen=True, tag="booking.offered/1"):
    """A place came free; it is offered to this person alone."""

    appointment: AppointmentId
    slot_ms: Ms
    takes: tuple[Take, ...]
    until_ms: Ms


class OfferAccepted(Event, frozen=True, tag="booking.offer-accepted/1"):
    """The offered place is booked."""

    appointment: AppointmentId
    absent_ms: Ms


class BookingCheckedIn(Event, frozen=True, tag="booking.checked-in/1"):
    """The visitor is here with this ticket; early ones are not called before ``eligible_ms``."""

    appointment: AppointmentId
    ticket: TicketId
    punctuality: Punctuality
    eligible_ms: Ms


class TicketEligible(Event, frozen=True, tag="ticket.eligible/1"):
    """The slot of an early visitor has come: the ticket stands in its line at this place."""

    ticket: TicketId
    due_ms: Ms


class BookingNoShow(Event, frozen=True, tag="booking.no-show/1"):
    """The visitor did not come in time, or came and did not answer a call that was in time."""

    appointment: AppointmentId
    cause: Literal["absent", "missed"]
    ticket: TicketId = ""


class BookingExcused(Event, frozen=True, tag="booking.excused/1"):
    """A manager excused the no-show."""

    appointment: AppointmentId
    reason: str


class PlacesReturned(Event, frozen=True, tag="slots.returned/1"):
    """Released places are on sale again, after their random delay."""

    number: int


class SlotsSet(Event, frozen=True, tag="slots.set/1"):
    """Slots of a group have other places: (start, places); -1: as planned."""

    group: str
    slots: tuple[tuple[Ms, int], ...]
    channels: tuple[tuple[BookingChannel, int], ...] | None
    is_closed: bool
    reason: str


class BookingAffected(Event, frozen=True, tag="booking.affected/1"):
    """The hall cannot keep this booking and found no other place: somebody must look after it."""

    appointment: AppointmentId
    reason: str


BookingEvent = (
    SlotHeld
    | BookingConfirmed
    | BookingMovedIn
    | BookingMovedOut
    | BookingRescheduled
    | BookingCancelled
    | BookingExpired
    | BookingWaitlisted
    | SlotOffered
    | OfferAccepted
    | BookingCheckedIn
    | TicketEligible
    | BookingNoShow
    | BookingExcused
    | PlacesReturned
    | SlotsSet
    | BookingAffected
)

"""What is answered about slots and booked visits (protocol, section 8)."""

from typing import Literal

import msgspec

from hall.booking_commands import BookingPlace
from hall.booking_events import Punctuality
from hall.bookings import AppointmentState
from hall.ids import Ms
from hall.opening import DayKind
from hall.roots import BookingChannel
from server.api.described.shown import HallNamed, Texts
from server.api.described.tickets import TicketHeld, TicketNamed, TicketTaken
from server.config.tables import Level
from server.outbox.kinds import KindName
from server.outbox.store import State


class SlotShown(msgspec.Struct, frozen=True):
    """A slot: the places that may still be sold, whether the whole visit fits, and if not, why (a code)."""

    start_ms: Ms
    end_ms: Ms
    places: int
    free: int
    closed: bool
    fits: bool
    why: str | None


class SlotDay(msgspec.Struct, frozen=True):
    """A day's slots; ``refusal`` is the code of why it sells nothing, and what is left out then is not known."""

    date: str
    kind: DayKind | None
    open: bool
    release_ms: Ms | None
    released: bool
    refusal: str | None
    slots: list[SlotShown]
    group: str | msgspec.UnsetType = msgspec.UNSET
    slot_ms: Ms | msgspec.UnsetType = msgspec.UNSET
    places_needed: int | msgspec.UnsetType = msgspec.UNSET
    lead_ms: Ms | msgspec.UnsetType = msgspec.UNSET
    waitlist: bool | msgspec.UnsetType = msgspec.UNSET
    """Whether the waitlist takes one more."""


class SlotsOfHall(msgspec.Struct, frozen=True):
    """What is free in a hall on some days."""

    hall: str
    at_ms: Ms
    days: list[SlotDay]


class PositionShown(msgspec.Struct, frozen=True):
    """Where a hall is, in degrees (WGS 84)."""

    lat: float
    lon: float


class HallCompared(msgspec.Struct, frozen=True):
    """A hall that takes the visit: free places of the asked days, and the wait of now where anybody can say."""

    hall: str
    name: Texts
    level: Level
    parent: str | None
    position: PositionShown | None
    free: int
    first_free_ms: Ms | None
    wait_ms_p50: Ms | None
    wait_ms_p80: Ms | None


class HallsCompared(msgspec.Struct, frozen=True):
    """The halls that take a visit, beside each other."""

    at_ms: Ms
    halls: list[HallCompared]


class BookedItem(msgspec.Struct, frozen=True):
    """An item of a booking, and how many times."""

    code: str
    name: Texts
    quantity: int


class Wish(msgspec.Struct, frozen=True):
    """When somebody on the waitlist would come; ``to_ms`` is not included."""

    from_ms: Ms
    to_ms: Ms


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """A booked visit; what a booking in this state has not is left out."""

    id: str
    hall: HallNamed
    date: str
    state: AppointmentState
    version: int
    items: list[BookedItem]
    channel: BookingChannel
    slot_ms: Ms | None
    until_ms: Ms | None
    wish: Wish | None
    ahead: int | None
    ticket: TicketNamed | None
    punctuality: Punctuality | None
    affected: bool
    excused: bool
    reason: str | None
    source: BookingPlace | None
    target: BookingPlace | None
    end_ms: Ms | msgspec.UnsetType = msgspec.UNSET
    cancel_until_ms: Ms | msgspec.UnsetType = msgspec.UNSET
    move_until_ms: Ms | msgspec.UnsetType = msgspec.UNSET
    moves_left: int | msgspec.UnsetType = msgspec.UNSET
    check_in_from_ms: Ms | msgspec.UnsetType = msgspec.UNSET
    in_time_until_ms: Ms | msgspec.UnsetType = msgspec.UNSET
    absent_ms: Ms | msgspec.UnsetType | None = msgspec.UNSET
    can: list[Literal["check-in", "cancel", "move"]] | msgspec.UnsetType = msgspec.UNSET


class AppointmentHeld(Appointment, frozen=True, kw_only=True):
    """A booked visit; its holder gets the secret and page of its ticket, too."""

    ticket: TicketHeld | None


class AppointmentFound(Appointment, frozen=True, kw_only=True):
    """A booked visit as staff find it."""

    code_given: bool


class BookingChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A booking after a change."""

    appointment: Appointment
    seq: int


class BookingMade(BookingChanged, frozen=True, kw_only=True):
    """A held place with its secret, which is told to whoever made it."""

    secret: str


class Waitlisted(BookingMade, frozen=True, kw_only=True):
    """A place on the waitlist with its secret and check-in code."""

    code: str


class BookingConfirmed(BookingChanged, frozen=True, kw_only=True):
    """A booking with its check-in code, the address of its calendar file and of the person's calendar feed."""

    code: str
    calendar: str
    feed: str


class BookingMoved(BookingChanged, frozen=True, kw_only=True):
    """A moved booking; on another day or in another hall it is a new one with a secret and a code of its own."""

    secret: str | msgspec.UnsetType = msgspec.UNSET
    code: str | msgspec.UnsetType = msgspec.UNSET
    moved_from: BookingPlace | msgspec.UnsetType = msgspec.UNSET


class CheckedIn(BookingChanged, frozen=True, kw_only=True):
    """A booking that was checked in, and its ticket."""

    ticket: TicketTaken


class MessageFate(msgspec.Struct, frozen=True, kw_only=True):
    """A message to the visitor, and what became of it."""

    kind: KindName
    channel: str | None
    state: State
    due_ms: Ms
    sent_ms: Ms | None


class BookingPage(msgspec.Struct, frozen=True):
    """A booking with its messages; the check-in code is not for auditors."""

    appointment: AppointmentHeld
    code: str | None
    seq: int
    messages: list[MessageFate]


class BookingsFound(msgspec.Struct, frozen=True):
    """Bookings that were looked up."""

    appointments: list[AppointmentFound]
    seq: int


class Erased(msgspec.Struct, frozen=True):
    """How many rows of contact data went."""

    erased: int


class ContactShown(msgspec.Struct, frozen=True):
    """The name and phone of a booking; empty where none are kept."""

    name: str
    phone: str

"""What is answered to managers about booked visits: calendar, edits of slots, the release plan, messages (protocol, section 8)."""

from typing import Literal

import msgspec

from hall.appointments import SlotChange
from hall.ids import Ms
from hall.opening import DayKind
from server.api.described.bookings import Appointment, MessageFate
from server.api.described.figures import BookedCounts
from server.api.described.shown import Texts
from server.outbox.store import State


class SlotLoad(msgspec.Struct, frozen=True):
    """The places of a slot, and how many are taken."""

    start_ms: Ms
    end_ms: Ms
    places: int
    taken: int
    closed: bool
    edited: bool


class GroupLoad(msgspec.Struct, frozen=True):
    """The slots of a group of items."""

    name: Texts
    slots: list[SlotLoad]


class CalendarDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day of the calendar: slots by group, whom the hall cannot keep, and who did not come; ``refusal`` as a code."""

    date: str
    kind: DayKind | None
    open: bool
    release_ms: Ms | None
    refusal: str | None
    counts: BookedCounts | None
    groups: dict[str, GroupLoad]
    affected: list[Appointment]
    no_shows: list[Appointment]


class BookingCalendar(msgspec.Struct, frozen=True):
    """The calendar of some days."""

    days: list[CalendarDay]


class NoShows(msgspec.Struct, frozen=True):
    """Who did not come on some days."""

    no_shows: list[Appointment]


class GroupRelease(msgspec.Struct, frozen=True):
    """When the places of a group come on sale (null: not known yet), and how many."""

    code: str
    name: Texts
    release_ms: Ms | None
    places: int


class ReleaseDay(msgspec.Struct, frozen=True):
    """The release plan of a day; ``refusal`` is the code of why it sells nothing."""

    date: str
    kind: DayKind | None
    groups: list[GroupRelease]
    refusal: str | None


class ReleasePlan(msgspec.Struct, frozen=True):
    """The release plan of some days."""

    days: list[ReleaseDay]


class DayEdited(msgspec.Struct, frozen=True, kw_only=True):
    """What the day said: a refusal as a code, and its place in the log; null where nothing was written."""

    date: str
    refusal: str | None
    seq: int | None


class PlacesEdited(DayEdited, frozen=True, kw_only=True):
    """Each slot's places before and after, and who has booked beyond them."""

    changes: list[SlotChange]


class SlotsEdited(msgspec.Struct, frozen=True):
    """Other places on some days, or what they would change."""

    days: list[PlacesEdited]


class AppointmentAffected(Appointment, frozen=True, kw_only=True):
    """A booking that a closing reaches, and what becomes of it."""

    becomes: Literal["moved", "cancelled", "listed"]


class ClosedDay(DayEdited, frozen=True, kw_only=True):
    """Whom a closing reaches."""

    affected: list[AppointmentAffected]


class SlotsClosed(msgspec.Struct, frozen=True):
    """Closed slots on some days, or whom closing them would reach."""

    days: list[ClosedDay]


class MessageShown(MessageFate, frozen=True, kw_only=True):
    """A message as managers see it; no text and no address."""

    id: str
    appointment: str
    version: int
    attempts: int
    reason: str | None


class MessagesListed(msgspec.Struct, frozen=True):
    """Messages with their fate; ``counts`` by state, of all."""

    messages: list[MessageShown]
    counts: dict[State, int]


class MessageTried(msgspec.Struct, frozen=True):
    """A message that is tried once more, or stays as it is."""

    message: MessageShown

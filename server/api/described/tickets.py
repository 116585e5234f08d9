"""What is answered about tickets and windows (protocol, sections 3 and 4)."""

from typing import Literal

import msgspec

from hall.commands import Told
from hall.ids import Ms
from hall.state import EntryState, Hop, TicketState, WindowStateName
from server.api.described.shown import CallShown, HallNamed, Texts


class EntryShown(msgspec.Struct, frozen=True):
    """An item of a ticket, how many times, and how it stands."""

    entry: int
    code: str
    name: Texts
    quantity: int
    state: EntryState
    due_date: str | None
    materials: list[str] | None
    rating: str | None


class TicketBooking(msgspec.Struct, frozen=True):
    """The booking that a ticket comes from; an early visitor is called from ``not_before_ms`` on."""

    id: str
    slot_ms: Ms
    punctuality: str
    not_before_ms: Ms | None


class TicketElsewhere(msgspec.Struct, frozen=True):
    """The ticket of another hall under which a visit goes on, or from which it comes."""

    hall: str
    ticket: str


class TicketNamed(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket by id and number."""

    id: str
    number: str


class TicketHeld(TicketNamed, frozen=True, kw_only=True):
    """A ticket by id and number; its holder gets its secret and page, too."""

    secret: str | msgspec.UnsetType = msgspec.UNSET
    page: str | msgspec.UnsetType = msgspec.UNSET


class TicketFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about a ticket that its holder may see."""

    id: str
    number: str
    state: TicketState
    klass: str = msgspec.field(name="class")
    channel: str
    items: list[EntryShown]
    arrived_ms: Ms
    first_called_ms: Ms | None
    called_ms: Ms | None
    started_ms: Ms | None
    finished_ms: Ms | None
    ahead: int | None
    near: bool
    call: CallShown | None
    window: str | None
    told: Told | None
    windows: list[str]
    rejoins_left: int
    delays_left: int
    max_places: int
    missed_until_ms: Ms | None
    slip: Literal["printed", "failed"] | None
    booking: TicketBooking | None
    linked: TicketElsewhere | None
    can: list[Literal["cancel", "delay", "rejoin", "rate"]]


class TicketView(TicketFacts, frozen=True, kw_only=True):
    """A ticket as its page shows it."""

    hall: HallNamed


class TicketAnswered(TicketFacts, frozen=True, kw_only=True):
    """A ticket after a command, with the wait that was told when it was taken."""

    wait_ms_p50: Ms | None
    wait_ms_p80: Ms | None


class TicketTaken(TicketAnswered, frozen=True, kw_only=True):
    """A new ticket with its secret and the page of the phone; neither is told again but for a new slip."""

    secret: str
    page: str


class TicketReprinted(TicketView, frozen=True, kw_only=True):
    """A ticket for a new slip."""

    secret: str
    page: str


class StaffTicket(TicketAnswered, frozen=True, kw_only=True):
    """A ticket as staff see it."""

    lane: int
    person_known: bool
    origin: TicketElsewhere | None
    hops: list[Hop]
    parent: str | None
    reason: str | None
    to: str | None
    window_code: str | None
    held_by: str | None
    hold_reason: str | None
    hold_due_ms: Ms | None
    held_since_ms: Ms | None
    missed_ms: Ms | None
    call_no: int
    waiting_since_ms: Ms


class TicketLive(msgspec.Struct, frozen=True):
    """The wait from now on; without one there is no moment either."""

    p50_ms: Ms | None
    p80_ms: Ms | None
    at_ms: Ms | msgspec.UnsetType = msgspec.UNSET


class WindowState(msgspec.Struct, frozen=True):
    """A window as staff see it."""

    code: str
    label: str
    area: str
    kind: str
    state: WindowStateName
    clerk: str | None
    asking: bool
    then: Literal["close", "pause"] | None
    reason: str | None
    since_ms: Ms
    number: str | None
    done: int


class Taken(msgspec.Struct, frozen=True):
    """A number was given out."""

    ticket: TicketTaken
    seq: int


class TicketChanged(msgspec.Struct, frozen=True):
    """A ticket was changed."""

    ticket: TicketAnswered
    seq: int


class TicketSplit(msgspec.Struct, frozen=True):
    """Some entries went to a new ticket, the child."""

    ticket: TicketAnswered
    child: TicketAnswered
    seq: int


class TicketPage(msgspec.Struct, frozen=True):
    """A ticket and its wait of the moment."""

    ticket: TicketView
    live: TicketLive | None
    seq: int


class TicketSlip(msgspec.Struct, frozen=True):
    """What a new slip needs."""

    ticket: TicketReprinted
    seq: int


class HallThere(msgspec.Struct, frozen=True):
    """The hall to which a visit went; it has no name while its day cannot be read."""

    code: str
    name: Texts | None


class WentOn(msgspec.Struct, frozen=True):
    """Where a visit went on; there is no ticket until it is made."""

    hall: HallThere
    ticket: TicketHeld | None


class TicketLinked(msgspec.Struct, frozen=True):
    """Where a visit went on in another hall; null: it stayed."""

    linked: WentOn | None


class TicketsFound(msgspec.Struct, frozen=True):
    """The tickets of a number."""

    tickets: list[StaffTicket]
    seq: int


class WindowActed(msgspec.Struct, frozen=True):
    """A window after a command, and its ticket; after a command on a ticket, that ticket."""

    window: WindowState
    ticket: TicketAnswered | None
    seq: int


class DayChanged(msgspec.Struct, frozen=True):
    """The day was changed."""

    seq: int


class DayEnded(msgspec.Struct, frozen=True):
    """The day ended; a person must look at the unfinished."""

    unfinished: list[TicketAnswered]
    seq: int

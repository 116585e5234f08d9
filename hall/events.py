"""What happened in a hall-day. Written names carry a version and replay for ever; fields are only ever added.

Moment, actor, cause and plan stand once in the commit around the events (:class:`Commit`).
"""

from typing import Literal

import msgspec

from hall.booking_events import BookingEvent
from hall.catalog import HelpRule, Serves
from hall.commands import AnyCommand, Channel, ItemResultCode, Origin, Rating, Told
from hall.errors import Refusal
from hall.ids import AreaCode, CommandId, HallId, ItemCode, Ms, TicketId, WindowCode
from hall.opening import DayKind, DayMoments, Session
from hall.roots import Event as Event

CallRule = Literal["order", "help_idle", "help_waited", "chosen", "resumed"]
"""Why this ticket: next in order of the window's own items; helping because nothing of its own waited; helping because
others waited too long; chosen by a person with a reason; a held person taken back."""


# ---- the day ----


class DayOpened(Event, frozen=True, tag="day.opened/1"):
    """A business date has begun under a plan."""

    hall: HallId
    date: str
    kind: DayKind
    sessions: tuple[Session, ...]
    plan: str
    half_day_ms: Ms
    end_day_ms: Ms
    next_open_ms: Ms | None


class PlanChanged(Event, frozen=True, tag="day.plan-changed/1"):
    """Another plan holds from now on, and these moments of the day, if there are any."""

    plan: str
    moments: DayMoments | None = None


class SessionsChanged(Event, frozen=True, tag="day.sessions-changed/1"):
    """Today's opening times are different now."""

    sessions: tuple[Session, ...]
    reason: str
    end_day_ms: Ms | None = None
    """None: the day ends as before, but not before the last closing."""


class IssuingSet(Event, frozen=True, tag="day.issuing-set/1"):
    """Numbers are, or are no longer, given out; no items means the whole hall."""

    issuing: bool
    items: tuple[ItemCode, ...]


class DayEnded(Event, frozen=True, tag="day.ended/1"):
    """The day is over; these tickets wait for a person's decision."""

    unfinished: tuple[TicketId, ...]


# ---- tickets ----


class TicketTaken(Event, frozen=True, tag="ticket.taken/1"):
    """A number was given out."""

    ticket: TicketId
    number: str
    series: str
    """Key of the counter that the number came from: prefix and band, or prefix and ``+`` for a widened band."""
    count: int
    entries: tuple[tuple[ItemCode, int], ...]
    """(item, quantity)."""
    klass: str
    channel: Channel
    person: str
    lane: int
    due_ms: Ms
    arrived_ms: Ms
    told: Told | None
    origin: Origin | None


class SlipReported(Event, frozen=True, tag="ticket.slip-reported/1"):
    """The slip came out, or it did not."""

    ticket: TicketId
    printed: bool


class TicketCalled(Event, frozen=True, tag="ticket.called/1"):
    """A ticket was called to a window, by a rule, from among these first ones of their lines."""

    ticket: TicketId
    window: WindowCode
    rule: CallRule
    candidates: tuple[TicketId, ...]
    reason: str = ""


class CallRepeated(Event, frozen=True, tag="ticket.recalled/1"):
    """The call was repeated."""

    ticket: TicketId
    window: WindowCode
    call_no: int


class CallWithdrawn(Event, frozen=True, tag="ticket.call-withdrawn/1"):
    """The call was taken back; the ticket waits at its place again."""

    ticket: TicketId
    window: WindowCode
    reason: str


class ServiceStarted(Event, frozen=True, tag="ticket.started/1"):
    """The person sat down."""

    ticket: TicketId
    window: WindowCode


class TicketMissed(Event, frozen=True, tag="ticket.missed/1"):
    """Nobody came."""

    ticket: TicketId
    window: WindowCode


class TicketRequeued(Event, frozen=True, tag="ticket.requeued/1"):
    """The ticket waits (again) at this place: after a miss, a hold, a delay, or a change of class."""

    ticket: TicketId
    cause: Literal["rejoined", "delayed", "resumed", "reclassed"]
    klass: str
    lane: int
    due_ms: Ms


class TicketAbandoned(Event, frozen=True, tag="ticket.abandoned/1"):
    """A missed person was given up."""

    ticket: TicketId
    reason: str


class TicketHeld(Event, frozen=True, tag="ticket.held/1"):
    """The person is parked by this window."""

    ticket: TicketId
    window: WindowCode
    reason: str
    due_ms: Ms | None


class HoldMovedToHall(Event, frozen=True, tag="ticket.hold-moved/1"):
    """The window closed; any window may take this held person back."""

    ticket: TicketId
    window: WindowCode


class TicketTransferred(Event, frozen=True, tag="ticket.transferred/1"):
    """The ticket waits elsewhere in this hall; window, area or (both empty) whoever serves its items."""

    ticket: TicketId
    window: WindowCode
    """Where it was, or empty."""
    to_window: WindowCode
    to_area: AreaCode
    to_item: ItemCode
    """Not empty: the item that is done next decides who serves it."""
    lane: int
    due_ms: Ms
    reason: str


class TicketReferred(Event, frozen=True, tag="ticket.referred/1"):
    """The visit goes on in another hall under a linked ticket; here it is done, open entries are referred."""

    ticket: TicketId
    window: WindowCode
    hall: HallId
    linked: TicketId
    entries: tuple[tuple[ItemCode, int], ...]
    reason: str


class ItemsAdded(Event, frozen=True, tag="ticket.items-added/1"):
    """More items on the same ticket."""

    ticket: TicketId
    entries: tuple[tuple[ItemCode, int], ...]


class TicketSplit(Event, frozen=True, tag="ticket.split/1"):
    """Some entries left for a new ticket that keeps arrival and place."""

    ticket: TicketId
    child: TicketId
    number: str
    series: str
    count: int
    entries: tuple[int, ...]


class TicketsMerged(Event, frozen=True, tag="ticket.merged/1"):
    """One ticket took over the entries of another, which is cancelled; the earlier place is kept."""

    ticket: TicketId
    merged: TicketId
    due_ms: Ms


class ItemResultSet(Event, frozen=True, tag="ticket.item-result/1"):
    """How an entry ended."""

    ticket: TicketId
    entry: int
    result: ItemResultCode
    due_date: str = ""
    materials: tuple[str, ...] = ()


class TicketFinished(Event, frozen=True, tag="ticket.finished/1"):
    """The visit is done; entries without a result are done."""

    ticket: TicketId
    window: WindowCode


class TicketCancelled(Event, frozen=True, tag="ticket.cancelled/1"):
    """The number was given back."""

    ticket: TicketId
    reason: str


class TicketExpired(Event, frozen=True, tag="ticket.expired/1"):
    """The day ended before this ticket was called."""

    ticket: TicketId


class TicketCorrected(Event, frozen=True, tag="ticket.corrected/1"):
    """A supervisor changed what a final ticket says."""

    ticket: TicketId
    reason: str
    state: str
    entry: int
    result: str
    due_date: str


class TicketRated(Event, frozen=True, tag="ticket.rated/1"):
    """A citizen rated an entry."""

    ticket: TicketId
    entry: int
    level: Rating


# ---- windows ----


class WindowOpened(Event, frozen=True, tag="window.opened/1"):
    """A clerk signed in, or calls again after a pause."""

    window: WindowCode
    clerk: str


class WindowClosed(Event, frozen=True, tag="window.closed/1"):
    """Nobody sits there any more."""

    window: WindowCode


class WindowPaused(Event, frozen=True, tag="window.paused/1"):
    """The clerk stopped for a while."""

    window: WindowCode
    reason: str


class WindowDraining(Event, frozen=True, tag="window.draining/1"):
    """The window calls nobody any more; what comes after its last ticket is told."""

    window: WindowCode
    then: Literal["", "close", "pause"]
    reason: str = ""


class WindowAsked(Event, frozen=True, tag="window.asked/1"):
    """The clerk asked for the next and nobody fitting waits; ``stays``: the next fitting arrival is called at once."""

    window: WindowCode
    stays: bool


class ServiceChanged(Event, frozen=True, tag="window.service-changed/1"):
    """The window serves other items from now on."""

    window: WindowCode
    serves: Serves
    helps: Serves
    help_rule: HelpRule


class StepUndone(Event, frozen=True, tag="window.undone/1"):
    """The last command of the window was taken back."""

    window: WindowCode
    undoes: int
    """Seq of the commit that is undone."""


AnyEvent = (
    DayOpened
    | PlanChanged
    | SessionsChanged
    | IssuingSet
    | DayEnded
    | TicketTaken
    | SlipReported
    | TicketCalled
    | CallRepeated
    | CallWithdrawn
    | ServiceStarted
    | TicketMissed
    | TicketRequeued
    | TicketAbandoned
    | TicketHeld
    | HoldMovedToHall
    | TicketTransferred
    | TicketReferred
    | ItemsAdded
    | TicketSplit
    | TicketsMerged
    | ItemResultSet
    | TicketFinished
    | TicketCancelled
    | TicketExpired
    | TicketCorrected
    | TicketRated
    | WindowOpened
    | WindowClosed
    | WindowPaused
    | WindowDraining
    | WindowAsked
    | ServiceChanged
    | StepUndone
    | BookingEvent
)


class Commit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of the log: a command and what the hall decided on it. Refusals are rows too."""

    seq: int
    command_id: CommandId
    at_ms: Ms
    actor: str
    plan: str
    """Hash of the plan that held when it was decided."""
    request: str
    """Digest of what the client sent: the same id with another body is refused."""
    command: AnyCommand
    events: tuple[AnyEvent, ...] = ()
    refusal: Refusal | None = None
    answer: msgspec.Raw = msgspec.Raw(b"null")
    """The first answer, given again to every retry; carries no secret."""


commit_encoder = msgspec.json.Encoder()
commit_decoder = msgspec.json.Decoder(Commit)

"""What can be asked of a hall-day. Time, ids and chance come in as fields; the hall answers with events or a refusal.

Written names (tags) are part of the log's format: the log keeps the command beside what it decided.
"""

from typing import Literal

import msgspec

from hall.booking_commands import BookingCommand
from hall.catalog import HelpRule, Serves
from hall.ids import AreaCode, HallId, ItemCode, Ms, TicketId, WindowCode
from hall.opening import DayKind, DayMoments, Session
from hall.roots import Channel as Channel
from hall.roots import Command as Command
from hall.roots import Told as Told
from hall.roots import WantedItem as WantedItem

ItemResultCode = Literal["done", "supplement_due", "referred", "refused"]
Place = Literal["front", "original", "back"]
Rating = Literal["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"]
"""好差评: 非常满意, 满意, 基本满意, 不满意, 非常不满意."""


# ---- the day ----


class OpenDay(Command, frozen=True, kw_only=True, tag="day.open"):
    """Begin a business date with a plan; sessions come resolved from hours and calendar."""

    hall: HallId
    date: str
    kind: DayKind
    sessions: tuple[Session, ...]
    plan: str
    """Hash of a plan that the state has learned (:meth:`hall.state.HallDay.learn`)."""
    half_day_ms: Ms
    end_day_ms: Ms
    next_open_ms: Ms | None = None


class ChangePlan(Command, frozen=True, kw_only=True, tag="day.change-plan"):
    """Use another plan or other moments of the day from now on; waiting people keep their places."""

    plan: str
    moments: DayMoments | None = None
    """As for :class:`OpenDay`; None: they stay as they are."""


class ChangeSessions(Command, frozen=True, kw_only=True, tag="day.change-sessions"):
    """Open longer, shorter or at other times today."""

    sessions: tuple[Session, ...]
    reason: str = ""
    end_day_ms: Ms | None = None
    """When the day ends by itself; None: as before, but not before the last closing."""


class SetIssuing(Command, frozen=True, kw_only=True, tag="day.set-issuing"):
    """Stop or resume giving out numbers, for some items or (none named) for the whole hall with all its items."""

    issuing: bool
    items: tuple[ItemCode, ...] = ()


class EndDay(Command, frozen=True, kw_only=True, tag="day.end"):
    """End of day (日终): who waits or missed expires; called, held and served tickets are listed for a person."""


class Tick(Command, frozen=True, kw_only=True, tag="day.tick"):
    """The deadline that the hall named has come."""

    leeway_ms: Ms | None = None
    """How late a timer that runs may be: what became due before that, nobody minded. None: nobody says."""


# ---- tickets ----


class Origin(msgspec.Struct, frozen=True, gc=False):
    """The ticket of another hall that this one goes on from."""

    hall: HallId
    ticket: TicketId
    arrived_ms: Ms


class TakeTicket(Command, frozen=True, kw_only=True, tag="ticket.take"):
    """Take a number (取号)."""

    ticket: TicketId
    items: tuple[WantedItem, ...]
    klass: str = "ordinary"
    channel: Channel = "kiosk"
    person: str = ""
    told: Told | None = None
    origin: Origin | None = None


class ReportSlip(Command, frozen=True, kw_only=True, tag="ticket.report-slip"):
    """The printer says whether the slip came out (出票结果)."""

    ticket: TicketId
    printed: bool


class RejoinTicket(Command, frozen=True, kw_only=True, tag="ticket.rejoin"):
    """Come back after a miss (过号重排)."""

    ticket: TicketId


class DelayTicket(Command, frozen=True, kw_only=True, tag="ticket.delay"):
    """Let some people pass."""

    ticket: TicketId
    places: int


class CancelTicket(Command, frozen=True, kw_only=True, tag="ticket.cancel"):
    """Give the number back (退号)."""

    ticket: TicketId
    reason: str = ""


class AbandonTicket(Command, frozen=True, kw_only=True, tag="ticket.abandon"):
    """Give a missed person up (弃号)."""

    ticket: TicketId
    reason: str = ""


class ReclassTicket(Command, frozen=True, kw_only=True, tag="ticket.reclass"):
    """Change the class of somebody who waits (a guide inserts a priority visitor)."""

    ticket: TicketId
    klass: str
    reason: str


class OnTicket(Command, frozen=True, kw_only=True):
    """What commands carry on a ticket that may be meant as the one at a window."""

    ticket: TicketId
    at_window: WindowCode = ""
    """The window at which it is meant to be: if it is not there, nothing is done. Empty: wherever it is."""


class AddItems(OnTicket, frozen=True, kw_only=True, tag="ticket.add-items"):
    """Do more in the same visit (加办)."""

    items: tuple[WantedItem, ...]


class SplitTicket(Command, frozen=True, kw_only=True, tag="ticket.split"):
    """Give some items of a ticket to a new one that keeps the arrival (拆分)."""

    ticket: TicketId
    child: TicketId
    entries: tuple[int, ...]


class MergeTickets(Command, frozen=True, kw_only=True, tag="ticket.merge"):
    """Put the items of another waiting ticket on this one (并号)."""

    ticket: TicketId
    merged: TicketId


class TransferTicket(OnTicket, frozen=True, kw_only=True, tag="ticket.transfer"):
    """Send a ticket elsewhere (转移): to exactly one of an item, a window, an area, another hall."""

    to_item: ItemCode = ""
    to_window: WindowCode = ""
    to_area: AreaCode = ""
    to_hall: HallId = ""
    linked: TicketId = ""
    """Id of the linked ticket there, for another hall."""
    place: Place = "original"
    reason: str = ""
    instead_of: ItemCode = ""
    """An open item that was chosen wrongly: it is referred, and the item that the ticket is sent to takes its place."""


class WithdrawCall(OnTicket, frozen=True, kw_only=True, tag="ticket.withdraw-call"):
    """Take a call back (a guide, when the clerk is gone); the ticket returns to its place."""

    reason: str = ""


class SetItemResult(OnTicket, frozen=True, kw_only=True, tag="ticket.item-result"):
    """Say how an item ended: done, materials owed (容缺, with due date), referred, refused."""

    entry: int
    result: ItemResultCode
    due_date: str = ""
    materials: tuple[str, ...] = ()


class CorrectTicket(Command, frozen=True, kw_only=True, tag="ticket.correct"):
    """A supervisor corrects what a final ticket says (更正)."""

    ticket: TicketId
    reason: str
    state: Literal["", "DONE", "CANCELLED", "ABANDONED"] = ""
    entry: int = -1
    result: ItemResultCode | Literal[""] = ""
    due_date: str = ""


class RateTicket(Command, frozen=True, kw_only=True, tag="ticket.rate"):
    """Rate one item of a finished ticket, once, of free will (好差评)."""

    ticket: TicketId
    entry: int
    level: Rating


# ---- windows ----


class AtWindow(Command, frozen=True, kw_only=True):
    """What every command at a window carries."""

    window: WindowCode


class AboutTicket(AtWindow, frozen=True, kw_only=True):
    """What commands carry that may touch the ticket at the window."""

    ticket: TicketId = ""
    """The ticket that is meant: if another one is there, or none, nothing is done. Empty: whichever is there."""


class OpenWindow(AtWindow, frozen=True, kw_only=True, tag="window.open"):
    """Sign in at a window; at a paused or draining window of one's own: call again."""


class CloseWindow(AboutTicket, frozen=True, kw_only=True, tag="window.close"):
    """Leave a window: a called ticket returns to its place, a served one is finished first or handed over."""

    hand_over: bool = False


class PauseWindow(AboutTicket, frozen=True, kw_only=True, tag="window.pause"):
    """Stop for a while; as close does with tickets, but the clerk stays signed in."""

    reason: str = ""
    hand_over: bool = False


class DrainWindow(AboutTicket, frozen=True, kw_only=True, tag="window.drain"):
    """Call nobody any more, finish what is there (停止叫号)."""


class ServeAt(AtWindow, frozen=True, kw_only=True, tag="window.serve"):
    """Change what a window serves and helps with, today."""

    serves: Serves
    helps: Serves = Serves()
    help_rule: HelpRule = HelpRule()


class CallNext(AtWindow, frozen=True, kw_only=True, tag="window.call-next"):
    """Call the next (顺呼): the dispatcher chooses."""


class CallChosen(AtWindow, frozen=True, kw_only=True, tag="window.call"):
    """Call a chosen one (选呼), with a reason: an exception to the order."""

    ticket: TicketId
    reason: str


class RecallTicket(AboutTicket, frozen=True, kw_only=True, tag="window.recall"):
    """Call once more (重呼)."""


class StartService(AboutTicket, frozen=True, kw_only=True, tag="window.start"):
    """The person is here (开始办理)."""


class MissTicket(AboutTicket, frozen=True, kw_only=True, tag="window.miss"):
    """Nobody came (过号)."""

    and_next: bool = False


class HoldTicket(AboutTicket, frozen=True, kw_only=True, tag="window.hold"):
    """Park the person (挂起), with a reason and perhaps the time they will be back."""

    reason: str
    due_ms: Ms | None = None
    and_next: bool = False


class ResumeTicket(AtWindow, frozen=True, kw_only=True, tag="window.resume"):
    """Take a held person back (回呼): called to this window, or back to the line with a place."""

    ticket: TicketId
    to_line: bool = False
    place: Place = "original"


class FinishTicket(AboutTicket, frozen=True, kw_only=True, tag="window.finish"):
    """The visit is done (办结); open entries get ``result`` if it is given. With ``and_next`` one atomic command."""

    result: Literal["done", ""] = "done"
    and_next: bool = False


class UndoLast(AboutTicket, frozen=True, kw_only=True, tag="window.undo"):
    """Take the last command of this window back (撤销)."""


DayCommand = OpenDay | ChangePlan | ChangeSessions | SetIssuing | EndDay | Tick
TicketCommand = (
    TakeTicket
    | ReportSlip
    | RejoinTicket
    | DelayTicket
    | CancelTicket
    | AbandonTicket
    | ReclassTicket
    | AddItems
    | SplitTicket
    | MergeTickets
    | TransferTicket
    | WithdrawCall
    | SetItemResult
    | CorrectTicket
    | RateTicket
)
WindowCommand = (
    OpenWindow
    | CloseWindow
    | PauseWindow
    | DrainWindow
    | ServeAt
    | CallNext
    | CallChosen
    | RecallTicket
    | StartService
    | MissTicket
    | HoldTicket
    | ResumeTicket
    | FinishTicket
    | UndoLast
)
AnyCommand = DayCommand | TicketCommand | WindowCommand | BookingCommand

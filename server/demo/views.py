"""What simulated people read from views and answers: only the fields that they look at."""

import msgspec

from hall.ids import Ms


class EntryView(msgspec.Struct, frozen=True):
    """One item on a ticket."""

    entry: int
    code: str
    quantity: int = 1
    state: str = "OPEN"


class TicketView(msgspec.Struct, frozen=True):
    """A ticket, as its holder and as staff see it."""

    id: str
    number: str
    state: str
    items: tuple[EntryView, ...] = ()
    secret: str = ""
    ahead: int | None = None
    can: tuple[str, ...] = ()
    call_no: int = 1
    max_places: int = 1
    near: bool = False


class ServesView(msgspec.Struct, frozen=True):
    """What a window serves."""

    themes: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    everything: bool = False


class DeskView(msgspec.Struct, frozen=True):
    """A window, as staff see it."""

    code: str
    label: str = ""
    area: str = ""
    state: str = "CLOSED"
    clerk: str = ""
    asking: bool = False
    then: str = ""
    serves: ServesView = ServesView()
    helps: ServesView = ServesView()
    themes: tuple[dict[str, str], ...] = ()
    since_ms: Ms = 0


class ShortTicket(msgspec.Struct, frozen=True):
    """A ticket in a list of a clerk's console."""

    id: str
    number: str = ""
    hold_due_ms: Ms | None = None


class Reasons(msgspec.Struct, frozen=True):
    """Reason codes that the hall knows."""

    hold: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()


class UndoView(msgspec.Struct, frozen=True):
    """What can be taken back, until when."""

    op: str
    until_ms: Ms


class WaitingView(msgspec.Struct, frozen=True):
    """How many wait."""

    total: int = 0
    mine: int = 0


class ClerkView(msgspec.Struct, frozen=True):
    """A clerk's console."""

    window: DeskView
    waiting: WaitingView = WaitingView()
    ended: bool = False
    ticket: TicketView | None = None
    held: tuple[ShortTicket, ...] = ()
    missed: tuple[ShortTicket, ...] = ()
    undo: UndoView | None = None
    recall_at_ms: Ms = 0
    recalls_left: int = 0
    miss_at_ms: Ms = 0
    miss_calls_left: int = 0
    reasons: Reasons = Reasons()


class CallView(msgspec.Struct, frozen=True):
    """A call on a board."""

    number: str
    ticket: str
    window: str
    ring: int
    at_ms: Ms
    state: str
    call_no: int = 1


class QueueView(msgspec.Struct, frozen=True):
    """Who waits for a theme."""

    waiting: int = 0
    oldest_ms: Ms | None = None
    windows: tuple[str, ...] = ()


class ManagerView(msgspec.Struct, frozen=True):
    """The manager's page."""

    windows: dict[str, DeskView] = {}
    queues: dict[str, QueueView] = {}
    totals: dict[str, int] = {}
    booked: dict[str, int] = {}


class Session(msgspec.Struct, frozen=True):
    """A time in which the hall is open."""

    open_ms: Ms
    close_ms: Ms


class ItemFacts(msgspec.Struct, frozen=True):
    """An item, as the public page of the hall lists it."""

    code: str
    theme: str
    service_ms: Ms = 600_000
    windows: tuple[str, ...] = ()


class PackageFacts(msgspec.Struct, frozen=True):
    """Linked items that one ticket takes."""

    code: str
    items: tuple[str, ...] = ()


class WindowFacts(msgspec.Struct, frozen=True):
    """A window, as the public page of the hall lists it."""

    code: str
    label: str
    area: str = ""
    kind: str = ""


class ClassFacts(msgspec.Struct, frozen=True):
    """A class of visitors."""

    code: str


class HallFacts(msgspec.Struct, frozen=True):
    """The public page of the hall: everything that the crowd knows beforehand."""

    hall: str
    date: str
    zone: str
    at_ms: Ms
    speed: float
    sessions: tuple[Session, ...]
    items: tuple[ItemFacts, ...]
    windows: tuple[WindowFacts, ...]
    classes: tuple[ClassFacts, ...]
    packages: tuple[PackageFacts, ...] = ()


class WindowReply(msgspec.Struct, frozen=True):
    """Which window an answer is about."""

    code: str


class AppointmentView(msgspec.Struct, frozen=True):
    """A booking, as its holder sees it."""

    id: str
    state: str = ""
    date: str = ""
    slot_ms: Ms | None = None
    check_in_from_ms: Ms = 0


class SlotView(msgspec.Struct, frozen=True):
    """A slot of a day."""

    start_ms: Ms
    fits: bool = False
    places: int = 0


class DaySlots(msgspec.Struct, frozen=True):
    """What a day sells for a visit."""

    date: str
    slots: tuple[SlotView, ...] = ()
    waitlist: bool = False
    group: str = ""


class Slots(msgspec.Struct, frozen=True):
    """What some days sell for a visit."""

    days: tuple[DaySlots, ...] = ()


class Shown(msgspec.Struct, frozen=True):
    """A booking that was looked up."""

    appointment: AppointmentView


class Reply(msgspec.Struct, frozen=True):
    """An answer to a change: of the hall, or a refusal."""

    seq: int = 0
    code: str = ""
    """Of the refusal, or empty."""
    check_in: str = ""
    """The code that a booked visitor checks in with; the answer calls it ``code``, too."""
    secret: str = ""
    appointment: AppointmentView | None = None
    ticket: TicketView | None = None
    window: WindowReply | None = None

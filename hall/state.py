"""What is true in a hall-day: tickets, windows, lines. Filled only by :mod:`hall.evolve`.

Laws of this module:
- a waiting ticket stands in exactly one line; a line is sorted by the one order of service, (lane, due, order);
- a line belongs to a signature: the windows whose own items the ticket has, and the windows that may help;
- ``nonempty`` has the bit of a line exactly while somebody stands in it;
- ``shared`` has the items of persons that were on several open tickets at once; the first stands in ``open_of_person``;
- ``asking`` holds the idle windows that wait for an arrival, the one idle longest first.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterator
from copy import copy
from typing import Literal

import msgspec

from hall.bookings import Bookings
from hall.catalog import HelpRule, Serves
from hall.commands import AtWindow, Origin, Told
from hall.events import AnyEvent, TicketCalled
from hall.ids import HallId, Ms, TicketId, WindowCode
from hall.opening import Session
from hall.policy import Plan, VisitorClass, plan_hash
from hall.routing import PlanIndex

TicketState = Literal["WAITING", "CALLED", "SERVING", "HELD", "MISSED", "DONE", "CANCELLED", "ABANDONED", "EXPIRED"]
EntryState = Literal["OPEN", "SERVING", "DONE", "SUPPLEMENT_DUE", "REFERRED", "REFUSED"]
WindowStateName = Literal["CLOSED", "IDLE", "CALLING", "SERVING", "PAUSED", "DRAINING"]
FINAL_STATES = ("DONE", "CANCELLED", "ABANDONED", "EXPIRED")
TICKET_STATES = ("WAITING", "CALLED", "SERVING", "HELD", "MISSED", *FINAL_STATES)

Bits = int
"""A set of windows or of lines as the bits of an integer."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An item on a ticket. ``OPEN`` of a served ticket reads as SERVING or DONE, see :func:`entry_state`."""

    item: str
    quantity: int = 1
    state: EntryState = "OPEN"
    due_date: str = ""
    materials: tuple[str, ...] = ()
    rating: str = ""


class Hop(msgspec.Struct, frozen=True, gc=False):
    """A transfer that the ticket went through."""

    at_ms: Ms
    window: WindowCode
    to: str
    reason: str


class Ticket(msgspec.Struct, gc=False):
    """A visit with its items. Intervals in milliseconds are sums over the whole visit."""

    id: TicketId
    number: str
    order: int
    klass: str
    channel: str
    person: str
    lane: int
    due_ms: Ms
    arrived_ms: Ms
    entries: tuple[Entry, ...]
    waiting_since_ms: Ms
    touched: int
    """Seq of the last commit that said something of it."""
    told: Told | None = None
    origin: Origin | None = None
    state: TicketState = "WAITING"
    line: int = -1
    to_window: str = ""
    to_area: str = ""
    to_item: str = ""
    window: str = ""
    call: TicketCalled | None = None
    """Why it was called last: the rule and the candidates."""
    called_from: TicketState = "WAITING"
    held_at: WindowCode = ""
    """Called from a hold: the window that held it, or empty for the hall."""
    call_no: int = 0
    calls: int = 0
    """Times called to a window; recalls, and calls that were undone or withdrawn, are not counted."""
    ring: int = 0
    entry_ring: int = 0
    """Key of the entry on the boards: the ring of the first call to this window."""
    first_called_ms: Ms = 0
    called_ms: Ms = 0
    last_call_ms: Ms = 0
    started_ms: Ms = 0
    serving_since_ms: Ms = 0
    finished_ms: Ms = 0
    walk_ms: Ms = 0
    service_ms: Ms = 0
    hold_ms: Ms = 0
    held_since_ms: Ms = 0
    hold_reason: str = ""
    hold_due_ms: Ms | None = None
    missed_ms: Ms = 0
    misses: int = 0
    rejoins: int = 0
    delays: int = 0
    slip: Literal["", "printed", "failed"] = ""
    reason: str = ""
    taken_ms: Ms = 0
    """When it was taken, if that is not its arrival: the visit began in another hall."""
    linked_hall: str = ""
    linked: str = ""
    parent: str = ""
    hops: tuple[Hop, ...] = ()
    credit_ms: Ms | None = None
    """What of its due moment is credit since a merge; None: what its class gives."""


LineEntry = tuple[int, Ms, int, Ticket]
"""(lane, due, order, ticket): the order of service; ``order`` is unique, so tickets are never compared."""


class Line:
    """People who wait for the same set of windows, in the order of service."""

    __slots__ = ("bit", "helpers", "index", "people", "primary")

    def __init__(self, index: int, primary: Bits, helpers: Bits) -> None:
        """Make an empty line."""
        self.index = index
        self.bit: Bits = 1 << index
        self.primary = primary
        self.helpers = helpers
        self.people: list[LineEntry] = []

    def position(self, key: tuple[int, Ms, int]) -> int:
        """Return how many people of this line come before a key."""
        return bisect_left(self.people, key)

    def of_lane(self, lane: int, most: int, *, start: tuple[int, ...] = ()) -> list[LineEntry]:
        """Return the first people of a lane, from a key on; they stand together, so the rest is not looked at."""
        first = bisect_left(self.people, max(start, (lane,)))
        return [entry for entry in self.people[first : first + most] if entry[0] == lane]


class Stood(msgspec.Struct, frozen=True, gc=False):
    """How a window was before it stopped: undo of a pause or a drain brings it back."""

    state: WindowStateName = "CLOSED"
    then: Literal["", "close", "pause"] = ""
    reason: str = ""
    since_ms: Ms = 0
    asking: bool = False


class Desk:
    """A window as it is today: who sits there, whom it serves, what it may call."""

    __slots__ = (
        "area", "asking", "bit", "clerk", "code", "done", "help_lines", "help_rule", "helps", "kind", "label",
        "last_command", "last_events", "last_seq", "lines", "one_way_seq", "own_people", "rank", "reason", "serves",
        "since_ms", "state", "stood", "then", "ticket", "touched",
    )  # fmt: skip

    def __init__(self, code: WindowCode) -> None:
        """Make a closed window; the plan fills in the rest (:func:`hall.routing`)."""
        self.code = code
        self.label = code
        self.area = ""
        self.kind = ""
        self.bit: Bits = 0
        self.rank = 0
        self.serves = Serves()
        self.helps = Serves()
        self.help_rule = HelpRule()
        self.lines: Bits = 0
        self.help_lines: Bits = 0
        self.own_people: list[list[LineEntry]] = []
        """The people of each of its own lines, in the order of ``lines``."""
        self.state: WindowStateName = "CLOSED"
        self.clerk = ""
        self.ticket: Ticket | None = None
        self.asking = False
        self.then: Literal["", "close", "pause"] = ""
        self.reason = ""
        self.since_ms: Ms = 0
        self.done = 0
        self.touched = 0
        self.last_seq = 0
        self.last_command: AtWindow | None = None
        self.last_events: tuple[AnyEvent, ...] = ()
        self.one_way_seq = 0
        """Seq of the newest change to its ticket that undo has no way back from: a result, an added item, a transfer."""
        self.stood = Stood()


class CallRecord(msgspec.Struct, gc=False):
    """A call as boards remember it."""

    ticket: TicketId
    number: str
    window: WindowCode
    call_no: int
    ring: int
    at_ms: Ms
    state: Literal["calling", "serving", "missed", "ended"]


class HallDay:
    """One hall on one business date."""

    __slots__ = (
        "asking", "at_ms", "bookings", "calls", "date", "desks", "end_day_ms", "half_day_ms", "hall", "held", "index", "is_ended",
        "is_open", "issue_from_ms", "issue_until_ms", "issued", "issuing", "kind", "line_of", "line_of_item", "lines",
        "missed", "next_open_ms", "nonempty", "open_of_person", "orders", "plan", "plan_hash", "plans",
        "recent_calls", "rings", "seq", "series", "sessions", "shared", "stopped_items", "tickets", "totals",
    )  # fmt: skip

    def __init__(self) -> None:
        """Make a day that nothing has happened in."""
        self.plans: dict[str, Plan] = {}
        self.seq = 0
        self.at_ms: Ms = 0
        self.hall: HallId = ""
        self.date = ""
        self.kind = ""
        self.plan_hash = ""
        self.plan: Plan
        """The plan in force; there is none before the day is open."""
        self.index: PlanIndex = PlanIndex.empty()
        self.sessions: tuple[Session, ...] = ()
        self.issue_from_ms: Ms = 0
        self.issue_until_ms: Ms = 0
        self.half_day_ms: Ms = 0
        self.end_day_ms: Ms = 0
        self.next_open_ms: Ms | None = None
        self.is_open = False
        self.is_ended = False
        self.issuing = True
        self.stopped_items: tuple[str, ...] = ()
        self.tickets: dict[TicketId, Ticket] = {}
        self.desks: dict[WindowCode, Desk] = {}
        self.lines: list[Line] = []
        self.line_of: dict[tuple[Bits, Bits], Line] = {}
        self.line_of_item: dict[str, Line] = {}
        self.nonempty: Bits = 0
        self.asking: dict[WindowCode, Desk] = {}
        self.orders = self.rings = 0
        self.series: dict[str, int] = {}
        self.issued: dict[tuple[int, bool], int] = {}
        self.open_of_person: dict[tuple[str, str], TicketId] = {}
        self.shared: set[tuple[str, str]] = set()
        self.missed: dict[TicketId, Ticket] = {}
        self.held: dict[TicketId, Ticket] = {}
        self.calls: dict[int, CallRecord] = {}
        self.recent_calls = 0
        self.totals: dict[str, int] = dict.fromkeys(TICKET_STATES, 0)
        self.bookings = Bookings()

    def learn(self, plan: Plan) -> str:
        """Make a plan known under its hash, which is returned; commands and logs name plans by it."""
        name = plan_hash(plan)
        self.plans[name] = plan
        return name

    def class_of(self, code: str) -> VisitorClass | None:
        """Return a class of visitors by its code."""
        return self.index.classes.get(code)

    def fingerprint(self) -> str:
        """Return the SHA-256 of everything that is true, as hex; equal logs give equal fingerprints."""
        facts = (
            (self.seq, self.at_ms, self.hall, self.date, self.kind, self.plan_hash, self.sessions, self.issuing),
            (self.is_open, self.is_ended, self.stopped_items, self.orders, self.rings, self.totals),
            (sorted(self.series.items()), sorted(self.issued.items()), sorted(self.open_of_person.items())),
            list(self.tickets.values()),
            [_facts_of_desk(desk) for desk in self.desks.values()],
            [[entry[3].id for entry in line.people] for line in self.lines],
            (list(self.asking), list(self.missed), list(self.held), list(self.calls.items())),
        )
        booked = self.bookings.facts() if self.bookings.is_used else ()
        return hashlib.sha256(msgspec.json.encode((*facts, booked) if booked else facts)).hexdigest()


def copy_of(day: HallDay) -> HallDay:
    """Return a state of its own that says the same; only what :mod:`hall.evolve` changes in place is made anew.

    Plans, look-ups, events, entries and slots never change: both states share them, so that it takes no time to speak of.
    """
    mine = copy(day)
    mine.plans = dict(day.plans)
    mine.tickets = tickets = {name: copy(one) for name, one in day.tickets.items()}
    mine.missed = {name: tickets[name] for name in day.missed}
    mine.held = {name: tickets[name] for name in day.held}
    mine.calls = {ring: copy(record) for ring, record in day.calls.items()}
    mine.series, mine.issued = dict(day.series), dict(day.issued)
    mine.open_of_person, mine.totals = dict(day.open_of_person), dict(day.totals)
    mine.shared = set(day.shared)
    mine.bookings = day.bookings.own_copy()
    _copy_lines(day, mine)
    mine.desks = {code: _copy_of_desk(desk, mine) for code, desk in day.desks.items()}
    mine.asking = {code: mine.desks[code] for code in day.asking}
    return mine


def _copy_lines(day: HallDay, mine: HallDay) -> None:
    mine.lines = lines = [copy(line) for line in day.lines]
    for line in lines:
        line.people = [(lane, due, order, mine.tickets[one.id]) for lane, due, order, one in line.people]
    mine.line_of = {signature: lines[line.index] for signature, line in day.line_of.items()}
    mine.line_of_item = {item: lines[line.index] for item, line in day.line_of_item.items()}


def _copy_of_desk(desk: Desk, mine: HallDay) -> Desk:
    """Return a window of its own, with the people of the copied lines."""
    own = copy(desk)
    own.own_people = [line.people for line in mine.lines if line.bit & desk.lines]
    own.ticket = None if desk.ticket is None else mine.tickets[desk.ticket.id]
    return own


def line_for(state: HallDay, primary: Bits, helpers: Bits) -> Line:
    """Return the line of a signature; a new one is made known to its windows."""
    line = state.line_of.get((primary, helpers))
    if line is None:
        line = Line(len(state.lines), primary, helpers)
        state.lines.append(line)
        state.line_of[primary, helpers] = line
        for desk in state.desks.values():
            if desk.bit & primary:
                desk.lines |= line.bit
                desk.own_people.append(line.people)
            elif desk.bit & helpers:
                desk.help_lines |= line.bit
    return line


def entry_state(ticket: Ticket, index: int) -> EntryState:
    """Return how an entry stands: what nobody decided follows from the ticket."""
    entry = ticket.entries[index]
    if entry.state != "OPEN":
        return entry.state
    if ticket.state == "DONE":
        return "DONE"
    if ticket.state == "SERVING" and all(before.state != "OPEN" for before in ticket.entries[:index]):
        return "SERVING"
    return "OPEN"


def open_items(ticket: Ticket) -> tuple[str, ...]:
    """Return the items that are still to be done, in the order of the ticket."""
    return tuple([entry.item for entry in ticket.entries if entry.state == "OPEN"])


def items_to_do(ticket: Ticket) -> tuple[str, ...]:
    """Return the open items, or all where each has its result: somebody must still finish the visit."""
    entries = ticket.entries
    if len(entries) == 1:
        return (entries[0].item,)
    return open_items(ticket) or tuple([entry.item for entry in entries])


def entries_here(ticket: Ticket) -> tuple[Entry, ...]:
    """Return what the visit was for here: without what was referred, or all where nothing else is on the ticket."""
    return tuple([one for one in ticket.entries if one.state != "REFERRED"]) or ticket.entries


def key_of(ticket: Ticket) -> tuple[int, Ms, int]:
    """Return the place in the order of service: lane, due moment, order of arrival."""
    return (ticket.lane, ticket.due_ms, ticket.order)


def credit_of(state: HallDay, ticket: Ticket) -> Ms:
    """Return how much earlier than without its class a ticket stands."""
    if ticket.credit_ms is not None:
        return ticket.credit_ms
    klass = state.class_of(ticket.klass)
    return 0 if klass is None else klass.credit_ms


def signature_of(state: HallDay, ticket: Ticket) -> tuple[int, int]:
    """Return (windows, helping windows) that may call a ticket, after where it was sent; nobody before its slot."""
    if state.bookings.early and ticket.id in state.bookings.early:
        return 0, 0
    if ticket.to_window:
        return state.desks[ticket.to_window].bit, 0
    items = items_to_do(ticket)
    if ticket.to_item in items:
        items = (ticket.to_item,)
    primary, helpers = state.index.signature(items)
    if ticket.to_area:
        inside = state.index.areas[ticket.to_area]
        if primary & inside:
            return primary & inside, helpers & inside
    return primary, helpers


def waiting_lines(state: HallDay) -> Iterator[tuple[Line, list[Ticket]]]:
    """Yield each line with who waits in it to be called: whoever checked in early begins to wait when the slot does."""
    early = state.bookings.early
    for line in state.lines:
        people = [entry[3] for entry in line.people if entry[3].id not in early]
        if people:
            yield line, people


def waiting_count(state: HallDay) -> int:
    """Count who waits to be called, without those whose slot is still to come."""
    return state.totals["WAITING"] - not_due(state)


def not_due(state: HallDay) -> int:
    """Count who is here before the slot and not called before it."""
    return sum(1 for name in state.bookings.early if state.tickets[name].state == "WAITING")


def ahead_of(state: HallDay, primary: Bits, *, key: tuple[int, Ms, int]) -> int:
    """Count the people who come before ``key`` and whose own windows are among these.

    Whom these windows merely help does not stand ahead: helping begins when nobody of one's own waits, or late.
    """
    return sum(line.position(key) for line in state.lines if line.people and line.primary & primary)


def last_op(desk: Desk) -> str:
    """Return the written name of the window's last command, or an empty text."""
    return "" if desk.last_command is None else str(type(desk.last_command).__struct_config__.tag)


def _facts_of_desk(desk: Desk) -> tuple[object, ...]:
    ticket = desk.ticket.id if desk.ticket is not None else ""
    return (desk.code, desk.state, desk.clerk, ticket, desk.then, desk.reason, desk.since_ms, desk.done, desk.touched,
            desk.last_seq, last_op(desk), desk.serves, desk.helps, desk.help_rule)  # fmt: skip

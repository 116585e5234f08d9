"""The auditor's own book of a hall-day: who is where, which numbers were given out, who sits where.

It is written apart from :mod:`hall.evolve` and as plainly as possible, so that a mistake in the rules does not hide
itself. Tables say which step is legal; whatever is not in them is a finding.
"""

from typing import Final

import msgspec

from hall import events as ev
from hall.booking_events import TicketEligible
from hall.events import AnyEvent, Commit
from hall.ids import TicketId, WindowCode

Fault = tuple[str, str]
"""(law, reason)."""

OPEN_STATES: Final = ("WAITING", "CALLED", "SERVING", "HELD", "MISSED")
FINAL: Final = ("DONE", "CANCELLED", "ABANDONED", "EXPIRED")
AT_WINDOW: Final = ("CALLED", "SERVING")

LEGAL: Final[dict[type[ev.Event], tuple[tuple[str, ...], str]]] = {
    # event: (states it may find the ticket in, state it leaves it in; empty: as it was)
    ev.SlipReported: (OPEN_STATES, ""),
    ev.TicketCalled: (("WAITING", "MISSED", "HELD"), "CALLED"),
    ev.CallRepeated: (("CALLED",), ""),
    ev.CallWithdrawn: (("CALLED",), "called_from"),
    ev.ServiceStarted: (("CALLED",), "SERVING"),
    ev.TicketMissed: (("CALLED",), "MISSED"),
    ev.TicketRequeued: (("WAITING", "MISSED", "HELD"), "WAITING"),
    ev.TicketAbandoned: (("MISSED",), "ABANDONED"),
    ev.TicketHeld: (("SERVING",), "HELD"),
    ev.HoldMovedToHall: (("HELD",), ""),
    ev.TicketTransferred: (("WAITING", "CALLED", "SERVING"), "WAITING"),
    ev.TicketReferred: (("WAITING", "CALLED", "SERVING"), "DONE"),
    ev.ItemsAdded: (("WAITING", "CALLED", "SERVING", "HELD"), ""),
    ev.TicketSplit: (("WAITING", "SERVING"), ""),
    ev.TicketsMerged: (("WAITING", "CALLED", "SERVING"), ""),
    ev.ItemResultSet: (("CALLED", "SERVING", "HELD"), ""),
    ev.TicketFinished: (("SERVING",), "DONE"),
    ev.TicketCancelled: (("WAITING", "MISSED", "HELD"), "CANCELLED"),
    ev.TicketExpired: (("WAITING", "MISSED"), "EXPIRED"),
    ev.TicketCorrected: (FINAL, ""),
    ev.TicketRated: (("DONE",), ""),
    TicketEligible: (("WAITING",), ""),
}

REQUEUED_FROM: Final = {"rejoined": "MISSED", "delayed": "WAITING", "resumed": "HELD", "reclassed": "WAITING"}


class Visit(msgspec.Struct, frozen=True, gc=False):
    """Where a ticket is: its state, its window while it is called or served, and where it was called from."""

    state: str = "WAITING"
    window: WindowCode = ""
    called_from: str = "WAITING"
    call_no: int = 0


class Seat(msgspec.Struct, frozen=True, gc=False):
    """Who sits at a window, and the ticket that it has."""

    clerk: str = ""
    ticket: TicketId = ""


NOBODY: Final = Seat()


class Step(msgspec.Struct, frozen=True):
    """What a window's last command changed, as it was before: undo brings it back."""

    seq: int = 0
    visits: dict[TicketId, Visit] = {}
    seat: Seat = Seat()


class Book:
    """Folds events; each fold says which laws the event breaks. Events that break one are not entered."""

    def __init__(self) -> None:
        """Begin with an empty hall."""
        self.opened = False
        self.ended = False
        self.plan = ""
        self.visits: dict[TicketId, Visit] = {}
        self.seats: dict[WindowCode, Seat] = {}
        self._numbers: dict[str, TicketId] = {}
        self._counts: dict[tuple[str, int], TicketId] = {}
        self._steps: dict[WindowCode, Step] = {}
        self._faults: list[Fault] = []

    def enter(self, commit: Commit) -> list[Fault]:
        """Enter all events of a commit, in order; return what they break."""
        window: WindowCode = getattr(commit.command, "window", "") if commit.refusal is None else ""
        before = self._before(commit, window) if window else None
        for event in commit.events:
            self._enter_one(event)
        if before is not None:
            self._steps[window] = before
        faults, self._faults = self._faults, []
        return faults

    def _fault(self, law: str, reason: str) -> None:
        self._faults.append((law, reason))

    def _enter_one(self, event: AnyEvent) -> None:
        if type(event) in LEGAL:
            self._move(event)
            return
        match event:
            case ev.TicketTaken():
                self._issue(event.ticket, event.number, (event.series, event.count))
            case ev.WindowOpened() | ev.WindowClosed():
                self._sit(event)
            case ev.DayOpened():
                if self.opened:
                    self._fault("S5", "the day is opened twice")
                self.opened, self.plan = True, event.plan
            case ev.PlanChanged():
                self.plan = event.plan
            case ev.DayEnded():
                if self.ended:
                    self._fault("S5", "the day ends twice")
                self.ended = True
            case ev.StepUndone():
                self._undo(event)
            case _:
                pass

    # ---- tickets ----

    def _issue(self, ticket: TicketId, number: str, place: tuple[str, int]) -> None:
        if number in self._numbers:
            self._fault("S1", f"number {number} was given to {self._numbers[number]} before {ticket}")
        if place in self._counts:
            self._fault(
                "S1", f"place {place[1]} of series {place[0]} was given to {self._counts[place]} before {ticket}"
            )
        if ticket in self.visits:
            self._fault("S1", f"ticket {ticket} exists already")
            return
        self._numbers[number] = self._counts[place] = ticket
        self.visits[ticket] = Visit()

    def _move(self, event: AnyEvent) -> None:
        name = type(event).__name__
        ticket: TicketId = getattr(event, "ticket", "")
        visit = self.visits.get(ticket)
        if visit is None:
            self._fault("S3", f"{name} names ticket {ticket}, which nobody took")
            return
        allowed, into = LEGAL[type(event)]
        if isinstance(event, ev.TicketRequeued):
            allowed = (REQUEUED_FROM[event.cause],)
        if visit.state not in allowed:
            self._fault("S5", f"{name}: ticket {ticket} is {visit.state}, not {' or '.join(allowed)}")
            return
        self._place(event, ticket, visit, into)
        if isinstance(event, ev.TicketSplit):
            self._issue(event.child, event.number, (event.series, event.count))
        elif isinstance(event, ev.TicketsMerged):
            self._merge(event)

    def _place(self, event: AnyEvent, ticket: TicketId, visit: Visit, into: str) -> None:
        """Move the ticket to its next state and keep windows and tickets of one mind."""
        window: WindowCode = getattr(event, "window", "")
        if isinstance(event, ev.TicketCalled):
            self._call(event, visit)
            return
        if visit.state in AT_WINDOW and window and window != visit.window:
            self._fault("S4", f"{type(event).__name__} at window {window}: ticket {ticket} is at window {visit.window}")
        if isinstance(event, ev.CallRepeated):
            if event.call_no != visit.call_no + 1:
                self._fault("S5", f"call {event.call_no} of ticket {ticket} follows call {visit.call_no}")
            self.visits[ticket] = msgspec.structs.replace(visit, call_no=event.call_no)
            return
        if isinstance(event, ev.TicketCorrected):
            into = event.state
        if into == "called_from":
            into = visit.called_from
        if not into or into == visit.state:
            return
        if visit.state in AT_WINDOW and into not in AT_WINDOW:
            self._leave(visit.window)
            self.visits[ticket] = Visit(into)
        else:
            self.visits[ticket] = Visit(into, visit.window, visit.called_from, visit.call_no)

    def _call(self, event: ev.TicketCalled, visit: Visit) -> None:
        seat = self.seats.get(event.window, NOBODY)
        if not seat.clerk:
            self._fault("S13", f"ticket {event.ticket} is called to window {event.window}, where nobody sits")
        if seat.ticket:
            self._fault("S4", f"window {event.window} has ticket {seat.ticket} and calls {event.ticket}")
        if event.rule == "chosen" and not event.reason:
            self._fault("S16", f"ticket {event.ticket} is called out of order without a reason")
        if event.ticket not in event.candidates:
            self._fault("S16", f"ticket {event.ticket} is not among the candidates of its call")
        self.seats[event.window] = Seat(seat.clerk, event.ticket)
        self.visits[event.ticket] = Visit("CALLED", event.window, visit.state, 1)

    def _merge(self, event: ev.TicketsMerged) -> None:
        merged = self.visits.get(event.merged)
        if merged is None:
            self._fault("S3", f"TicketsMerged names ticket {event.merged}, which nobody took")
        elif merged.state != "WAITING":
            self._fault("S5", f"TicketsMerged: ticket {event.merged} is {merged.state}, not WAITING")
        else:
            self.visits[event.merged] = Visit("CANCELLED")

    # ---- windows ----

    def _sit(self, event: ev.WindowOpened | ev.WindowClosed) -> None:
        seat = self.seats.get(event.window, NOBODY)
        if isinstance(event, ev.WindowOpened):
            if seat.clerk not in ("", event.clerk):
                self._fault("S13", f"{event.clerk} sits down at window {event.window}, where {seat.clerk} sits")
            self.seats[event.window] = Seat(event.clerk, seat.ticket)
            return
        if seat.ticket:
            self._fault("S4", f"window {event.window} closes with ticket {seat.ticket}")
        self.seats[event.window] = NOBODY

    def _leave(self, window: WindowCode) -> None:
        self.seats[window] = Seat(self.seats[window].clerk)

    # ---- undo ----

    def _before(self, commit: Commit, window: WindowCode) -> Step:
        """Return how the tickets of a window's command stand before it; calls to other windows are not its own."""
        visits: dict[TicketId, Visit] = {}
        for event in commit.events:
            ticket: TicketId = getattr(event, "ticket", "")
            if ticket in self.visits and getattr(event, "window", window) == window:
                visits[ticket] = self.visits[ticket]
        return Step(commit.seq, visits, self.seats.get(window, NOBODY))

    def _undo(self, event: ev.StepUndone) -> None:
        step = self._steps.get(event.window, Step())
        if step.seq != event.undoes or not step.seq:
            self._fault("S5", f"window {event.window} undoes seq {event.undoes}; its last command was seq {step.seq}")
            return
        self.visits.update(step.visits)
        self.seats[event.window] = step.seat

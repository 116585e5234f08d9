"""What a day's commits say beyond the state: when waits began, which calls stand, whom they passed, how windows spent time.

The state follows by the rules themselves (:func:`hall.step.apply`); this fold only keeps what the rules forget. It is the
ground of :mod:`hall.figures`, where every figure is defined.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from hall import booking_events as bev
from hall import events as ev
from hall.ids import Ms, TicketId, WindowCode
from hall.policy import Plan, plan_hash
from hall.state import Desk, HallDay, Ticket
from hall.step import apply

PassedBy = Literal["order", "class", "chosen", "transfer"]
"""Why a later one was called before: none of the following; a class with an earlier lane or more credit; a call of a chosen
one; a transfer, which gives a place of its own."""


class Passed(msgspec.Struct, frozen=True, gc=False):
    """A waiting ticket that a call passed."""

    ticket: TicketId
    by: PassedBy


class Call(msgspec.Struct, gc=False):
    """A call to a window; ``stands`` until it is undone or withdrawn."""

    seq: int
    at_ms: Ms
    ticket: TicketId
    window: WindowCode
    rule: ev.CallRule
    reason: str
    candidates: tuple[TicketId, ...]
    passed: tuple[Passed, ...] = ()
    recalls: int = 0
    stands: bool = True


class DeskTime(msgspec.Struct, gc=False):
    """How long a window was open, and had a ticket, up to ``at_ms``."""

    at_ms: Ms
    open_ms: Ms = 0
    busy_ms: Ms = 0
    is_open: bool = False
    is_busy: bool = False
    label: str = ""
    """As it was called last: the plan in force may have no such window any more."""


class DayFold:
    """A hall-day with its calls and the time of its windows; fold commits with :meth:`add`."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        """Begin before the first commit; ``plans`` are those that the log names (more may come by :meth:`learn`)."""
        self.state = HallDay()
        for plan in plans:
            self.learn(plan)
        self.began: dict[TicketId, Ms] = {}
        self._since: dict[TicketId, Ms] = {}
        """The arrival that a ticket's place in the order goes back to."""
        self._lent: dict[TicketId, Ms] = {}
        """The credit that a ticket has from another one, which was merged into it."""
        self._sent: set[TicketId] = set()
        """Who has the place of a ticket that was transferred."""
        self._resumed: set[TicketId] = set()
        """Who came back from a hold into a line: the clerk gave the place."""
        self.calls: list[Call] = []
        self.calls_of: dict[TicketId, list[Call]] = {}
        self.desk_times: dict[WindowCode, DeskTime] = {}
        self._desks = self.state.desks

    def learn(self, plan: Plan, *, name: str = "") -> None:
        """Make a plan known before a commit that names it; ``name`` is the log's, if it is not today's hash."""
        self.state.plans[name or plan_hash(plan)] = plan

    def add(self, commit: ev.Commit) -> None:
        """Fold the next commit; raises BrokenLog if it is not the next."""
        called = [event for event in commit.events if isinstance(event, ev.TicketCalled)]
        waiting = {event.window: _own_people(self.state, event.window) for event in called}
        apply(self.state, commit)
        gone: set[TicketId] = set()
        for event in commit.events:
            self._note(event, commit)
            if isinstance(event, ev.TicketCalled):
                self._note_call(event, commit, [one for one in waiting[event.window] if one.id not in gone])
                gone.add(event.ticket)
        if commit.events:
            self._note_desks(commit.at_ms)

    def first_call(self, ticket: TicketId) -> Call | None:
        """Return the first call of a ticket that stands."""
        return next((call for call in self.calls_of.get(ticket, ()) if call.stands), None)

    # ---- what is kept ----

    def _note(self, event: ev.AnyEvent, commit: ev.Commit) -> None:
        match event:
            case ev.TicketTaken():
                since_ms = commit.at_ms if event.origin is not None else event.arrived_ms
                self.began[event.ticket] = self._since[event.ticket] = since_ms
            case ev.TicketSplit():
                parent = self.first_call(event.ticket)
                self.began[event.child] = self.began[event.ticket] if parent is None else commit.at_ms
                self._inherit(event.child, self.state.tickets[event.ticket])
            case ev.TicketsMerged():
                self._note_merged(event)
            case bev.TicketEligible():
                self.began[event.ticket] = self._since[event.ticket] = commit.at_ms
            case ev.TicketRequeued() if event.cause == "resumed":
                self._resumed.add(event.ticket)
            case ev.CallRepeated():
                self._last_call(event.ticket).recalls += 1
            case ev.CallWithdrawn():
                self._last_call(event.ticket).stands = False
            case ev.StepUndone():
                for call in self._calls_at(event.undoes):
                    call.stands = call.window != event.window
            case _:
                pass

    def _note_merged(self, event: ev.TicketsMerged) -> None:
        """Whoever takes over an earlier place takes over what that place goes back to."""
        survivor, merged = self.state.tickets[event.ticket], self.state.tickets[event.merged]
        if survivor.lane == merged.lane and event.due_ms == merged.due_ms:
            self._inherit(survivor.id, merged)

    def _last_call(self, ticket: TicketId) -> Call:
        return next(call for call in reversed(self.calls_of[ticket]) if call.stands)

    def _calls_at(self, seq: int) -> list[Call]:
        """Return the calls of a commit; only the youngest can be undone, so the search from the end is short."""
        found = []
        for call in reversed(self.calls):
            if call.seq < seq:
                break
            if call.seq == seq:
                found.append(call)
        return found

    def _note_call(self, event: ev.TicketCalled, commit: ev.Commit, waiting: list[Ticket]) -> None:
        ticket = self.state.tickets[event.ticket]
        passed: list[Passed] = []
        if event.rule != "resumed" and ticket.called_from != "HELD" and ticket.id not in self._resumed:
            passed = [Passed(one.id, self._why(ticket, one, event)) for one in waiting if self._is_passed(one, ticket)]
        call = Call(
            commit.seq,
            commit.at_ms,
            event.ticket,
            event.window,
            event.rule,
            event.reason,
            event.candidates,
            tuple(passed),
        )
        self.calls.append(call)
        self.calls_of.setdefault(event.ticket, []).append(call)

    def _is_passed(self, one: Ticket, ticket: Ticket) -> bool:
        """Whoever let others pass, did not come when called, or was parked, gave the place up."""
        since = self._since
        came_before = (since[one.id], one.order) < (since[ticket.id], ticket.order)
        gave_way = one.rejoins or one.delays or one.id in self._resumed
        return came_before and one.id != ticket.id and not gave_way

    def _why(self, ticket: Ticket, passed: Ticket, event: ev.TicketCalled) -> PassedBy:
        if event.rule == "chosen":
            return "chosen"
        if self._was_sent(ticket) or self._was_sent(passed):
            return "transfer"
        privileged = ticket.lane < passed.lane or self._credit(ticket) > self._credit(passed)
        return "class" if privileged else "order"

    def _inherit(self, name: TicketId, other: Ticket) -> None:
        """Let a ticket have another one's place, with what explains it."""
        self._since[name] = self._since[other.id]
        self._lent[name] = self._credit(other)
        if self._was_sent(other):
            self._sent.add(name)

    def _was_sent(self, ticket: Ticket) -> bool:
        return bool(ticket.hops) or ticket.id in self._sent

    def _credit(self, ticket: Ticket) -> Ms:
        known = self.state.class_of(ticket.klass)
        return max(known.credit_ms if known is not None else 0, self._lent.get(ticket.id, 0))

    def _note_desks(self, at_ms: Ms) -> None:
        """Look at the windows that the last commit touched; at all of them when it brought another plan."""
        state = self.state
        is_same_plan, self._desks = state.desks is self._desks, state.desks
        for desk in state.desks.values():
            if desk.touched == state.seq or not is_same_plan:
                self._note_desk(desk, at_ms)

    def _note_desk(self, desk: Desk, at_ms: Ms) -> None:
        time = self.desk_times.get(desk.code)
        is_open, is_busy = _is_open(desk), desk.ticket is not None
        if time is None:
            time = self.desk_times[desk.code] = DeskTime(at_ms, 0, 0, is_open, is_busy)
        elif (time.is_open, time.is_busy) != (is_open, is_busy):
            time.open_ms, time.busy_ms = spent(time, at_ms)
            time.at_ms, time.is_open, time.is_busy = at_ms, is_open, is_busy
        time.label = desk.label


def spent(time: DeskTime, at_ms: Ms) -> tuple[Ms, Ms]:
    """Return how long a window was open and busy up to a moment."""
    since_ms = at_ms - time.at_ms
    return time.open_ms + since_ms * time.is_open, time.busy_ms + since_ms * time.is_busy


def _is_open(desk: Desk) -> bool:
    return desk.state not in ("CLOSED", "PAUSED")


def _own_people(state: HallDay, window: WindowCode) -> list[Ticket]:
    """Return who waits for a window's own items."""
    bit = state.desks[window].bit
    return [entry[3] for line in state.lines if line.primary & bit for entry in line.people]

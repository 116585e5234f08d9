"""The auditor's own book of bookings: who holds which places, by a table of legal steps and running counts (S5, S6).

Counted apart from :mod:`hall.evolve_booking`. What a slot has is worked out from the plan by :mod:`hall.slots`, the one
definition of it; what was sold is counted here, event by event, and compared at the end of each commit that sold.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from hall import booking_events as bev
from hall import events as ev
from hall.audit_tables import Fault
from hall.booking import Limits
from hall.booking_commands import Booker, BookerFacts, Counts
from hall.capacity import Capacity
from hall.events import Commit
from hall.ids import Ms
from hall.opening import Session
from hall.policy import Plan
from hall.roots import Event
from hall.slots import Grids, SlotEdit

STEPS: Final[dict[type[Event], tuple[tuple[str, ...], str]]] = {
    # event: (states it may find the booking in, state it leaves it in; empty: as it was)
    bev.SlotHeld: (("",), "SLOT_HELD"),
    bev.BookingConfirmed: (("SLOT_HELD",), "BOOKED"),
    bev.BookingMovedIn: (("",), "BOOKED"),
    bev.BookingMovedOut: (("BOOKED",), "RESCHEDULED"),
    bev.BookingRescheduled: (("BOOKED",), ""),
    bev.BookingCancelled: (("SLOT_HELD", "BOOKED", "WAITLISTED", "OFFERED"), "CANCELLED"),
    bev.BookingExpired: (("SLOT_HELD", "WAITLISTED", "OFFERED"), "EXPIRED"),
    bev.BookingWaitlisted: (("",), "WAITLISTED"),
    bev.SlotOffered: (("WAITLISTED",), "OFFERED"),
    bev.OfferAccepted: (("OFFERED",), "BOOKED"),
    bev.BookingCheckedIn: (("BOOKED",), "CHECKED_IN"),
    bev.BookingNoShow: (("BOOKED", "CHECKED_IN"), "NO_SHOW"),
    bev.BookingExcused: (("NO_SHOW",), ""),
    bev.BookingAffected: (("BOOKED",), ""),
}
_SELLS: Final = (bev.SlotHeld, bev.BookingMovedIn, bev.BookingRescheduled, bev.SlotOffered)
_FREES: Final = (bev.BookingMovedOut, bev.BookingCancelled, bev.BookingExpired)
_HEARD: Final = frozenset({
    *STEPS, ev.DayOpened, ev.PlanChanged, ev.SessionsChanged, bev.SlotsSet, bev.PlacesReturned, bev.TicketEligible,
    ev.TicketCalled, ev.StepUndone,
})  # fmt: skip
"""All others have nothing to do with bookings, and most rows have only such."""
_OPEN: Final = ("SLOT_HELD", "BOOKED", "WAITLISTED", "OFFERED")
_COUNTED: Final = (*_OPEN, "CHECKED_IN", "NO_SHOW")


class Sold(msgspec.Struct):
    """A booking as the auditor knows it."""

    state: str = ""
    takes: tuple[bev.Take, ...] = ()
    channel: str = ""
    group: str = ""
    booker: Booker = Booker()
    absent_ms: Ms = 0
    ticket: str = ""


class BookingBook:
    """Folds events; each fold says which laws the event breaks."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        """Begin with an empty day; ``plans`` may still be filled."""
        self._plans = plans
        self._plan = ""
        self._sessions: tuple[Session, ...] = ()
        self._edits: dict[tuple[str, Ms], SlotEdit] = {}
        self._grids: Grids | None = None
        self._sold: dict[str, Sold] = {}
        self._taken: dict[tuple[str, Ms, str], int] = {}
        """By group, slot and channel; the channel is empty for all together."""
        self._returning: list[tuple[Ms, str, tuple[bev.Take, ...]]] = []
        self._early: dict[str, Ms] = {}
        self._tickets: dict[str, str] = {}
        self._of_booker: dict[tuple[str, str], list[str]] = {}
        self._missed: dict[int, str] = {}
        """No-shows that followed from a missed call, by the seq of its commit."""

    def enter(self, commit: Commit) -> Iterator[Fault]:
        """Enter all events of a commit, in order; then compare what it sold with what there is."""
        events = [event for event in commit.events if type(event) in _HEARD]
        if not events:
            return
        before = dict(self._taken) if any(isinstance(event, _SELLS) for event in events) else None
        for event in events:
            yield from self._enter_one(event, commit)
        if before is not None:
            by_hall = any(isinstance(event, bev.BookingRescheduled) and event.by == "hall" for event in events)
            yield from self._oversold(before, channels=not by_hall)

    def _enter_one(self, event: ev.AnyEvent, commit: Commit) -> Iterator[Fault]:
        match event:
            case ev.DayOpened() | ev.PlanChanged() | ev.SessionsChanged() | bev.SlotsSet():
                self._set_day(event)
            case bev.PlacesReturned():
                yield from self._return(event, commit.at_ms)
            case bev.TicketEligible() | ev.TicketCalled():
                yield from self._not_early(event, commit.at_ms)
            case ev.StepUndone(undoes=seq) if seq in self._missed:
                self._sold[self._missed[seq]].state = "CHECKED_IN"
            case _ if type(event) in STEPS:
                yield from self._step(event, commit.at_ms)
                if isinstance(event, bev.BookingNoShow) and event.cause == "missed":
                    self._missed[commit.seq] = event.appointment
            case _:
                # An undone step that no booking knows of.
                pass

    def _set_day(self, event: ev.DayOpened | ev.PlanChanged | ev.SessionsChanged | bev.SlotsSet) -> None:
        self._grids = None
        if isinstance(event, bev.SlotsSet):
            for start, places in event.slots:
                self._edits[event.group, start] = SlotEdit(places, event.channels, event.is_closed)
            return
        self._plan = getattr(event, "plan", self._plan)
        self._sessions = getattr(event, "sessions", self._sessions)

    def _not_early(self, event: bev.TicketEligible | ev.TicketCalled, at_ms: Ms) -> Iterator[Fault]:
        if isinstance(event, bev.TicketEligible):
            if at_ms < self._early.pop(event.ticket, at_ms + 1):
                yield "S5", f"ticket {event.ticket} stands in line before its slot"
        elif event.ticket in self._early:
            yield "S5", f"ticket {event.ticket} is called before its slot"

    # ---- bookings ----

    def _step(self, event: Event, at_ms: Ms) -> Iterator[Fault]:
        name: str = getattr(event, "appointment", "")
        one = self._sold.setdefault(name, Sold())
        allowed, into = STEPS[type(event)]
        if one.state not in allowed:
            yield "S5", f"{type(event).__name__}: booking {name} is {one.state or 'unknown'}"
            return
        grids, entries = self._slots(), getattr(event, "entries", ())
        if grids is not None and entries:
            one.group = grids.of_item.get(entries[0][0], "")
        one.booker = self._known(name, one.booker, getattr(event, "booker", one.booker))
        one.channel = getattr(event, "channel", one.channel)
        one.absent_ms = getattr(event, "absent_ms", one.absent_ms)
        yield from self._places(event, one)
        yield from self._arrival(event, name, one, at_ms)
        one.state = into or one.state
        facts = getattr(event, "facts", None)
        if isinstance(facts, BookerFacts):
            yield from self._over_limits(one, facts)

    def _places(self, event: Event, one: Sold) -> Iterator[Fault]:
        returns_ms: Ms = getattr(event, "returns_ms", 0)
        if isinstance(event, bev.BookingRescheduled):
            self._count(event.takes, one.channel, 1)
            kept = {(group, start): places for group, start, places in event.takes}
            shared = tuple((g, s, min(n, kept[g, s])) for g, s, n in one.takes if (g, s) in kept)
            left = tuple((g, s, n - kept.get((g, s), 0)) for g, s, n in one.takes if n > kept.get((g, s), 0))
            self._count(shared, one.channel, -1)
            self._give(left, one.channel, returns_ms)
            one.takes = event.takes
        elif isinstance(event, _SELLS):
            one.takes = event.takes
            self._count(one.takes, one.channel, 1)
        elif isinstance(event, _FREES) or (isinstance(event, bev.BookingNoShow) and event.cause == "absent"):
            self._give(one.takes, one.channel, returns_ms)
            one.takes = ()
        if isinstance(event, _SELLS) and not one.takes:
            yield "S6", "a booking takes no place"

    def _give(self, takes: tuple[bev.Take, ...], channel: str, returns_ms: Ms) -> None:
        if not takes:
            return
        if returns_ms:
            self._returning.append((returns_ms, channel, takes))
        else:
            self._count(takes, channel, -1)

    def _return(self, event: bev.PlacesReturned, at_ms: Ms) -> Iterator[Fault]:
        if not 1 <= event.number <= len(self._returning) or not self._returning[event.number - 1][2]:
            yield "S6", f"places {event.number} return that nobody released"
            return
        returns_ms, channel, takes = self._returning[event.number - 1]
        if at_ms < returns_ms:
            yield "S6", f"places {event.number} return before their delay is over"
        self._returning[event.number - 1] = (0, "", ())
        self._count(takes, channel, -1)

    def _count(self, takes: tuple[bev.Take, ...], channel: str, step: int) -> None:
        for group, start, places in takes:
            for name in ("", channel):
                self._taken[group, start, name] = self._taken.get((group, start, name), 0) + step * places

    def _oversold(self, before: Mapping[tuple[str, Ms, str], int], *, channels: bool) -> Iterator[Fault]:
        grids = self._slots()
        for key, count in self._taken.items() if grids is not None else ():
            group, start, channel = key
            if grids is None or count <= before.get(key, 0) or (channel and not channels):
                continue
            grid = grids.groups.get(group)
            places = grid.places.get(start, 0) if grid is not None else 0
            most = grid.limits[start].get(channel, places) if channel and grid is not None and places else places
            if count > most:
                yield "S6", f"slot {start} of {group}{channel and ' by ' + channel}: {count} of {most} places are sold"

    def _slots(self) -> Grids | None:
        plan = self._plans.get(self._plan)
        if self._grids is None and plan is not None:
            self._grids = Grids(Capacity(plan), self._sessions, self._edits)
        return self._grids

    # ---- people ----

    def _arrival(self, event: Event, name: str, one: Sold, at_ms: Ms) -> Iterator[Fault]:
        if isinstance(event, bev.BookingCheckedIn):
            if event.ticket in self._tickets:
                yield "S6", f"ticket {event.ticket} is that of booking {self._tickets[event.ticket]} already"
            self._tickets[event.ticket] = name
            one.ticket = event.ticket
            if event.punctuality == "early":
                self._early[event.ticket] = event.eligible_ms
        elif isinstance(event, bev.BookingAffected):
            one.absent_ms = 0
        elif isinstance(event, bev.BookingNoShow) and event.cause == "absent" and not 0 < one.absent_ms <= at_ms:
            yield "S5", f"booking {name} is no no-show yet"

    def _over_limits(self, one: Sold, facts: BookerFacts) -> Iterator[Fault]:
        grids = self._slots()
        if grids is None or one.group not in grids.groups:
            return
        rules = grids.groups[one.group].rules
        named: tuple[tuple[str, Limits, Counts], ...] = (
            ("person", rules.person, facts.person),
            ("phone", rules.phone, facts.phone),
            ("device", rules.device, facts.device),
        )
        for who, limits, elsewhere in named:
            own = [self._sold[name] for name in self._of_booker.get((who, getattr(one.booker, who)), ())]
            still_open = sum(other.state in _OPEN for other in own) + elsewhere.open
            counted = sum(other.state in _COUNTED for other in own)
            for count, most in (
                (still_open, limits.open),
                (counted + elsewhere.day, limits.day),
                (counted + elsewhere.week, limits.week),
                (counted + elsewhere.month, limits.month),
            ):
                if own and most is not None and count > most:
                    yield "S6", f"a {who} has {count} bookings, {most} are allowed"

    def _known(self, name: str, before: Booker, now: Booker) -> Booker:
        """Count a booking for who is known to have it now."""
        for who in ("person", "phone", "device"):
            old, new = getattr(before, who), getattr(now, who)
            if old != new and old:
                self._of_booker[who, old].remove(name)
            if old != new and new:
                self._of_booker.setdefault((who, new), []).append(name)
        return now

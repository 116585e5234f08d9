"""The places that a day's log sold, counted once more and apart from the rules: never more than the slots had (S6).

Counts what live bookings take at each commit that sells. Released places that have not returned yet are left out, so the
count is at most the hall's own.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from hall import booking_events as bev
from hall import events as ev
from hall.capacity import Capacity
from hall.events import AnyEvent, Commit
from hall.ids import Ms
from hall.opening import Session
from hall.policy import Plan
from hall.slots import Grids, SlotEdit

SELLS: Final = (bev.SlotHeld, bev.SlotOffered, bev.BookingMovedIn, bev.BookingRescheduled)


class Sales:
    """Folds the commits of one day."""

    def __init__(self) -> None:
        """Begin with nothing sold."""
        self.findings: list[str] = []
        self.booked: set[tuple[str, Ms]] = set()
        """(booking, slot) of every place that was ever booked."""
        self._takes: dict[str, tuple[bev.Take, ...]] = {}
        self._slot: dict[str, Ms] = {}
        self._sessions: tuple[Session, ...] = ()
        self._edits: dict[tuple[str, Ms], SlotEdit] = {}

    def add(self, commit: Commit, plans: Mapping[str, Plan]) -> None:
        """Take one commit over; tell every slot that it sold beyond its places."""
        for event in commit.events:
            self._enter(event)
        if any(isinstance(event, SELLS) for event in commit.events):
            self._compare(commit, plans[commit.plan])

    def _enter(self, event: AnyEvent) -> None:
        match event:
            case ev.DayOpened() | ev.SessionsChanged():
                self._sessions = event.sessions
            case bev.SlotsSet():
                for start, places in event.slots:
                    self._edits[event.group, start] = SlotEdit(places, event.channels, event.is_closed)
            case bev.SlotHeld() | bev.SlotOffered():
                self._takes[event.appointment], self._slot[event.appointment] = event.takes, event.slot_ms
            case bev.BookingMovedIn() | bev.BookingRescheduled():
                self._takes[event.appointment], self._slot[event.appointment] = event.takes, event.slot_ms
                self.booked.add((event.appointment, event.slot_ms))
            case bev.BookingConfirmed() | bev.OfferAccepted():
                self.booked.add((event.appointment, self._slot[event.appointment]))
            case bev.BookingCancelled() | bev.BookingExpired() | bev.BookingMovedOut():
                self._takes.pop(event.appointment, None)
            case _:
                pass

    def _compare(self, commit: Commit, plan: Plan) -> None:
        grids = Grids(Capacity(plan), self._sessions, self._edits)
        taken: Counter[tuple[str, Ms]] = Counter()
        for takes in self._takes.values():
            for group, start, places in takes:
                taken[group, start] += places
        sold = {
            (group, start) for event in commit.events if isinstance(event, SELLS) for group, start, _ in event.takes
        }
        for group, start in sorted(sold):
            places = grids.groups[group].places.get(start, 0)
            if taken[group, start] > places:
                self.findings.append(
                    f"S6: seq {commit.seq} sold {taken[group, start]} of {places} places of {group} at {start}"
                )

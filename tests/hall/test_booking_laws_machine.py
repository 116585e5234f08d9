"""The laws of bookings as a Hypothesis state machine: few places, few people, and every command in any order."""

from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hall import booking_commands as bcmd
from hall import commands as cmd
from hall.audit import audit
from hall.booking import Limits
from hall.bookings import OPEN_STATES
from hall.ids import MINUTE_MS
from tests.support.booked_hall import RELEASED, BookedHall, booking_rules, slot
from tests.support.booking_laws import assert_booking_laws

SLOTS = st.integers(0, 4)
PEOPLE = st.sampled_from(["p1", "p2", "p3"])
ITEMS = st.sampled_from(["A", "A2", "A*3", "A*5", "C"])
DELAYS = st.sampled_from([0, MINUTE_MS])
ACTORS = st.sampled_from(["citizen:", "guide:g"])


class BookingMachine(RuleBasedStateMachine):
    """A morning with two places in each slot."""

    @initialize(limit=st.sampled_from([1, 3]))
    def open(self, limit: int) -> None:
        """The day is opened an hour before."""
        rules = booking_rules(
            person=Limits(open=limit, day=4), lead_ms=0, cancel_before_ms=0, move_before_ms=0, max_passed=1
        )
        self.hall = BookedHall(rules, before_ms=60 * MINUTE_MS, places=2)
        self.hall.is_quick = True
        self.number = 0

    def some(self, number: int) -> str:
        """Name one of the bookings, one that is still open most of the time."""
        every = self.hall.state.bookings.appointments
        names = [one.id for one in every.values() if one.state in OPEN_STATES or number > 40]
        return names[number % len(names)] if names else "none"

    def act(self, make: type[Any], **fields: Any) -> bool:
        """Send a command, allowed or not."""
        return self.hall.try_to(make, **fields)

    @rule(person=PEOPLE, item=ITEMS, at=SLOTS, delay=DELAYS, confirms=st.booleans())
    def book(self, person: str, item: str, at: int, delay: int, confirms: bool) -> None:
        """Hold a place, and perhaps book it."""
        self.number += 1
        name, booker = f"b{self.number}", bcmd.Booker(person)
        wanted = (self.hall.wanted(item),)
        held = {"items": wanted, "slot_ms": slot(at), "release_ms": RELEASED, "return_delay_ms": delay}
        if self.act(bcmd.HoldSlot, appointment=name, booker=booker, **held) and confirms:
            self.act(bcmd.ConfirmBooking, appointment=name, booker=booker, code=name)

    @rule(person=PEOPLE, item=ITEMS, at=SLOTS, length=st.integers(1, 3))
    def queue_up(self, person: str, item: str, at: int, length: int) -> None:
        """Wait for a place."""
        self.number += 1
        wish = {"from_ms": slot(at), "to_ms": slot(at + length), "release_ms": RELEASED}
        self.act(
            bcmd.JoinWaitlist, appointment=f"w{self.number}", items=(self.hall.wanted(item),), code=f"w{self.number}",
            booker=bcmd.Booker(person), **wish,
        )  # fmt: skip

    @rule(which=st.integers(0, 50), accepts=st.booleans())
    def answer(self, which: int, accepts: bool) -> None:
        """Answer an offer."""
        self.act(bcmd.AnswerOffer, appointment=self.some(which), accepts=accepts)

    @rule(which=st.integers(0, 50), at=SLOTS, delay=DELAYS, actor=ACTORS)
    def move(self, which: int, at: int, delay: int, actor: str) -> None:
        """Move within the day."""
        moved = {"slot_ms": slot(at), "release_ms": RELEASED, "return_delay_ms": delay, "actor": actor}
        self.act(bcmd.RescheduleBooking, appointment=self.some(which), **moved)

    @rule(which=st.integers(0, 50), delay=DELAYS, actor=ACTORS)
    def cancel(self, which: int, delay: int, actor: str) -> None:
        """Give a booking up."""
        self.act(bcmd.CancelBooking, appointment=self.some(which), return_delay_ms=delay, actor=actor)

    @rule(which=st.integers(0, 50), twice=st.booleans())
    def check_in(self, which: int, twice: bool) -> None:
        """Arrive; the same booking never gives a second ticket."""
        self.number += 1
        name = self.some(which)
        done = self.act(bcmd.CheckIn, appointment=name, ticket=f"ticket-{self.number}")
        if done and twice:
            assert not self.act(bcmd.CheckIn, appointment=name, ticket=f"ticket-{self.number}-again")

    @precondition(lambda self: self.number % 4 == 3)
    @rule(at=SLOTS, places=st.sampled_from([None, 0, 1, 3]))
    def edit(self, at: int, places: int | None) -> None:
        """Edit slots."""
        self.act(bcmd.SetSlots, group="main", from_ms=slot(at), to_ms=slot(at + 2), places=places, actor="manager:m")

    @precondition(lambda self: self.number % 5 == 4)
    @rule(at=SLOTS, windows=st.integers(0, 3), then=st.sampled_from(["list", "move", "cancel"]))
    def close(self, at: int, windows: int, then: str) -> None:
        """Close slots."""
        closed = {"from_ms": slot(at), "to_ms": slot(at + 1), "windows": windows, "then": then, "reason": "power"}
        self.act(bcmd.CloseSlots, actor="manager:m", **closed)

    @rule(window=st.sampled_from(["1", "2"]), make=st.sampled_from([cmd.OpenWindow, cmd.CallNext, cmd.FinishTicket]))
    def serve(self, window: str, make: type[Any]) -> None:
        """Work at a window."""
        self.act(make, window=window, actor=f"clerk:{window}")

    @rule(minutes=st.sampled_from([1, 6, 16, 31]))
    def tick(self, minutes: int) -> None:
        """Time passes."""
        self.hall.now += minutes * MINUTE_MS
        self.hall.tick()

    @invariant()
    def laws_hold(self) -> None:
        """Every law of bookings, after every step."""
        if hasattr(self, "hall"):
            assert_booking_laws(self.hall.state)

    def teardown(self) -> None:
        """The auditor finds nothing in the log."""
        if hasattr(self, "hall"):
            assert list(audit(self.hall.commits, self.hall.state.plans)) == []


TestBookingMachine = BookingMachine.TestCase
TestBookingMachine.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)

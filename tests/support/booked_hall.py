"""A hall to tell stories of booked visits with: slots of half an hour from 08:30, numbered from 0; people are p1, p2, …"""

from collections.abc import Callable
from typing import Any

import msgspec

from hall import booking_commands as bcmd
from hall import commands as cmd
from hall import events as ev
from hall.booking import Booking, BookingGroup, BookingRules, ChannelLimit
from hall.bookings import Appointment
from hall.catalog import Text
from hall.errors import Refusal
from hall.events import Commit
from hall.ids import MINUTE_MS, Ms
from hall.policy import Plan, Policy, Series, VisitorClass
from hall.step import step
from tests.support.booking_laws import assert_booking_laws
from tests.support.halls import OPEN_MS, Hall, Refused, plan, policy
from tests.support.laws import assert_laws

SLOT_MS: Ms = 30 * MINUTE_MS
RELEASED: Ms = OPEN_MS - 5 * 86_400_000
CITIZEN = "citizen:"


def slot(number: float) -> Ms:
    """Return the start of a slot; halves lie between two."""
    return OPEN_MS + round(number * SLOT_MS)


def booking_rules(*, max_passed: int = 5, **changes: Any) -> BookingRules:
    """Return the rules of a hall's bookings; ``changes`` replace fields."""
    rules = BookingRules()
    return msgspec.structs.replace(
        rules, fairness=msgspec.structs.replace(rules.fairness, max_passed=max_passed), **changes
    )


def booking_policy(rules: BookingRules, *, places: int = 4, credit_ms: Ms = 0, **changes: Any) -> Policy:
    """Return the example's rules with two groups: A, A2 and B share ``places``, C has what the windows give; B2 has none."""
    groups = (
        BookingGroup("main", Text("综合", "General"), ("general",), ("B",), places=places, unit_ms=10 * MINUTE_MS),
        BookingGroup("house", Text("房产", "Houses"), items=("C",), windows=2, channels=(ChannelLimit("partner", 1),)),
    )
    usual = policy(**changes)
    classes = tuple(
        VisitorClass("booked", Text("预约", "Booked"), credit_ms=credit_ms) if one.code == "booked" else one
        for one in usual.classes
    )
    series = (*usual.series, Series("P", classes=("booked",)))
    return msgspec.structs.replace(usual, booking=Booking(groups, rules), classes=classes, series=series)


class BookedHall(Hall):
    """One hall-day with bookings, opened at 08:00 of the day before unless said otherwise; keeps its log."""

    def __init__(self, rules: BookingRules | None = None, *, before_ms: Ms = 86_400_000, **facts: Any) -> None:
        self.commits: list[Commit] = []
        self._booked = 0
        self.is_quick = False
        """Leaves the laws to somebody else: for days of many commands."""
        made = facts.pop("plan", None) or booked_plan(rules, **facts)
        super().__init__(plan=made, opened=False)
        self.now = OPEN_MS - before_ms
        self.open_day()
        self.now = max(self.now, OPEN_MS - before_ms)

    def do(self, make: Callable[..., cmd.AnyCommand], **fields: Any) -> tuple[ev.AnyEvent, ...]:
        """Send a command now; keep its row; return its events or raise :class:`Refused`."""
        self._number += 1
        command = make(command_id=f"command-{self._number:06}", at_ms=self.now, **fields)
        before, seq, plan = "" if self.is_quick else self._facts(), self.state.seq, self.state.plan_hash
        answer = step(self.state, command)
        refusal = answer if isinstance(answer, Refusal) else None
        events = () if isinstance(answer, Refusal) else answer
        if self.state.seq > seq:
            self.commits.append(
                Commit(seq=self.state.seq, command_id=command.command_id, at_ms=self.now, actor=command.actor,
                       plan=plan or self.state.plan_hash, request="", command=command, events=events, refusal=refusal)
            )  # fmt: skip
        if refusal is not None:
            assert self.is_quick or self._facts() == before, "a refusal changes nothing"
            assert refusal.zh.count("–") + refusal.en.count("–") == 0, "a sentence lacks a fact"
            raise Refused(refusal)
        if not self.is_quick:
            assert_laws(self.state)
            assert_booking_laws(self.state)
        self.events = events
        return events

    def try_to(self, make: Callable[..., cmd.AnyCommand], **fields: Any) -> bool:
        """Send a command, a citizen's unless another actor is named; return whether it was done."""
        try:
            self.do(make, **{"actor": CITIZEN, **fields})
        except Refused:
            return False
        return True

    def code(self, make: Callable[..., cmd.AnyCommand], **fields: Any) -> str:
        """Send a command that is to be refused; return the code."""
        fields.setdefault("actor", CITIZEN)
        try:
            self.do(make, **fields)
        except Refused as refused:
            return refused.refusal.code
        raise AssertionError("it was done")

    # ---- bookings ----

    def new(self) -> str:
        """Return the id of a booking to be made."""
        self._booked += 1
        return f"booking-{self._booked:04}"

    def hold(self, *items: str, at: float = 1, person: str = "", **fields: Any) -> str:
        """Hold a place and return the booking's id; (``A*3``: three times)."""
        name = fields.pop("appointment", "") or self.new()
        wanted = tuple(self.wanted(item) for item in items or ("A",))
        given = {"release_ms": RELEASED, "booker": bcmd.Booker(person), "actor": CITIZEN, "slot_ms": slot(at), **fields}
        self.do(bcmd.HoldSlot, appointment=name, items=wanted, **given)
        return name

    def confirm(self, name: str, person: str, **fields: Any) -> None:
        """Book the held place."""
        given = {"booker": bcmd.Booker(person), "code": f"code-{name}", "actor": CITIZEN, **fields}
        self.do(bcmd.ConfirmBooking, appointment=name, **given)

    def book(self, person: str, *items: str, slot: float = 1, **fields: Any) -> str:
        """Hold and confirm; return the booking's id."""
        name = self.hold(*items, at=slot, **fields)
        self.confirm(name, person)
        return name

    def queue_up(self, person: str, *items: str, at: float = 1, until: float = 2, **fields: Any) -> str:
        """Join the waitlist for the slots from ``at`` to before ``until``."""
        name = fields.pop("appointment", "") or self.new()
        wanted = tuple(self.wanted(item) for item in items or ("A",))
        given = {
            "release_ms": RELEASED,
            "booker": bcmd.Booker(person),
            "code": f"code-{name}",
            "actor": CITIZEN,
            **fields,
        }
        self.do(bcmd.JoinWaitlist, appointment=name, items=wanted, from_ms=slot(at), to_ms=slot(until), **given)
        return name

    def check_in(self, name: str, **fields: Any) -> str:
        """Check in and return the number."""
        ticket = fields.pop("ticket", f"ticket-of-{name}")
        self.do(bcmd.CheckIn, **{"appointment": name, "ticket": ticket, "actor": "device:kiosk", **fields})
        return self.state.tickets[ticket].number

    def to(self, number: float) -> None:
        """Let time pass until a slot begins, with the timer."""
        self.now = slot(number)
        self.tick()

    def of(self, name: str) -> Appointment:
        """Return a booking."""
        return self.state.bookings.appointments[name]

    def slot_ms(self, name: str) -> Ms:
        """Return the slot of a booking."""
        return self.of(name).slot_ms

    @staticmethod
    def wanted(item: str) -> cmd.WantedItem:
        """Return an item with its quantity (``A*3``)."""
        code, _, quantity = item.partition("*")
        return cmd.WantedItem(code, int(quantity or 1))

    # ---- walk-ins ----

    def arrive(self, ticket: str, item: str) -> None:
        """Let a walk-in take a number."""
        self.do(cmd.TakeTicket, ticket=ticket, items=(cmd.WantedItem(item),), actor="device:kiosk")

    def serve_next(self, window: str, passed: dict[str, int]) -> bool:
        """Finish what is at a window and call the next; count whom a booking passes, return whether somebody came."""
        desk = self.state.desks[window]
        clerk = desk.clerk
        if desk.ticket is not None:
            self.do(cmd.FinishTicket, window=window, actor=clerk)
        if desk.asking:
            return False
        waiting = [entry for line in self.state.lines if line.primary & desk.bit for entry in line.people]
        self.do(cmd.CallNext, window=window, actor=clerk)
        called = desk.ticket
        booked = self.state.bookings.of_ticket
        if called is None or called.id not in booked:
            return called is not None
        for *_, order, ticket in waiting:
            if order < called.order and ticket.id not in booked:
                passed[ticket.id] = passed.get(ticket.id, 0) + 1
        return True


def booked_plan(rules: BookingRules | None = None, **facts: Any) -> Plan:
    """Return the example's plan with bookings."""
    return plan(booking_policy(rules or BookingRules(), **facts))

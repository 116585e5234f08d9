"""A crowd that also books: holds places, fills forms, moves, cancels, waits for places, comes early, late or not at all."""

from typing import Any

import msgspec

from hall import booking_commands as bcmd
from hall import booking_events as bev
from hall import commands as cmd
from hall import events as ev
from hall.appointments import grids_of
from hall.booking import Booking, BookingGroup, BookingRules, ChannelLimit, Fairness, Limits, NoShowRule, Release
from hall.bookings import Appointment
from hall.catalog import Text
from hall.errors import Refusal
from hall.ids import DAY_MS, MINUTE_MS
from hall.policy import Plan, Series, VisitorClass
from tests.support.crowd import ITEMS, OPEN_MS, Act, Crowd, Facts, crowd_plan

PEOPLE = 12
RULES = BookingRules(
    Release(2),
    lead_ms=2 * MINUTE_MS,
    hold_ms=2 * MINUTE_MS,
    cancel_before_ms=10 * MINUTE_MS,
    move_before_ms=5 * MINUTE_MS,
    early_ms=10 * MINUTE_MS,
    grace_ms=3 * MINUTE_MS,
    absent_ms=8 * MINUTE_MS,
    offer_ms=3 * MINUTE_MS,
    max_waitlist=6,
    person=Limits(open=3, day=6, week=8),
    phone=Limits(open=5, day=20),
    device=Limits(open=None, day=None),
    no_shows=(NoShowRule(3, 30, 1),),
    fairness=Fairness(max_passed=3),
)


def booked_plan(*, idle: str = "at_once", version: str = "1") -> Plan:
    """Return the crowd's hall with bookings: theme t0 and item i1 derived, the rest with four places and limits."""
    plan = crowd_plan(idle=idle, version=version)
    groups = (
        BookingGroup("fast", Text("快办", "Fast"), ("t0",), ("i1",), slot_ms=10 * MINUTE_MS, walk_in_pct=70),
        BookingGroup(
            "slow", Text("其他", "Others"), slot_ms=15 * MINUTE_MS, places=4, unit_ms=10 * MINUTE_MS,
            channels=(ChannelLimit("phone", 3), ChannelLimit("partner", 1)),
            rules=msgspec.structs.replace(RULES, max_waitlist=3, max_moves=1),
        ),
    )  # fmt: skip
    classes = tuple(
        VisitorClass("booked", Text("预约", "Booked"), credit_ms=2 * MINUTE_MS) if one.code == "booked" else one
        for one in plan.policy.classes
    )
    policy = msgspec.structs.replace(
        plan.policy,
        series=(*plan.policy.series, Series("P", classes=("booked",))),
        classes=classes,
        booking=Booking(groups, RULES),
    )
    return msgspec.structs.replace(plan, policy=policy)


class BookedCrowd(Crowd):
    """Acts at random, about every second time at bookings; equal seeds act alike."""

    def __init__(self, seed: int, *, plan: Plan | None = None, walk_in_share: float = 0.5) -> None:
        """Open the day."""
        super().__init__(seed, plan=plan or booked_plan(idle="on_key" if seed % 3 == 0 else "at_once"))
        self.walk_in_share = walk_in_share

    def act(self) -> cmd.AnyCommand:
        """Make the next command."""
        if self.chance.random() < self.walk_in_share:
            command = super().act()
            is_tick = isinstance(command, cmd.Tick)
            return msgspec.structs.replace(command, actor="timer:") if is_tick else command
        self.number += 1
        self.at_ms += self.chance.choice((0, 100, 1_000, 5_000, 40_000))
        actor = self.chance.choice(("citizen:", "citizen:", "guide:g"))
        facts = {"command_id": f"command-{self.number:06}", "at_ms": self.at_ms, "actor": actor}
        return self.chance.choice(BOOKING_ACTS)(self, "", facts)

    def send(self, command: cmd.AnyCommand) -> tuple[Any, ...] | Refusal:
        """Let the hall answer; no place is sold beyond those in force (S6), nobody is called before the slot."""
        before = dict(self.state.bookings.taken)
        answer = super().send(command)
        if self.state.bookings.is_used:
            grids = grids_of(self.state)
            for (group, start), count in self.state.bookings.taken.items():
                if count > before.get((group, start), 0):
                    assert count <= grids.groups[group].places[start], "oversold"
        for event in () if isinstance(answer, Refusal) else answer:
            if isinstance(event, ev.TicketCalled):
                one = self.state.bookings.of_ticket.get(event.ticket)
                assert one is None or command.at_ms >= one.slot_ms, "called before the slot"
            if isinstance(event, bev.BookingNoShow) and event.cause == "absent":
                one = self.state.bookings.appointments[event.appointment]
                assert command.at_ms >= one.slot_ms + RULES.absent_ms, "a no-show before the grace is over"
                assert not one.is_affected
        return answer

    def booking(self, *states: str) -> str:
        """Choose one of the bookings in these states, if there is one."""
        every = self.state.bookings.appointments.values()
        found = [one.id for one in every if not states or one.state in states]
        if not found or self.chance.random() < 0.05:
            found = list(self.state.bookings.appointments)[-20:]
        return self.chance.choice(found or ["none"])

    def slot(self) -> int:
        """Choose a slot of the next hour or so, seldom nonsense."""
        step = self.chance.choice((10, 15)) * MINUTE_MS
        if self.chance.random() < 0.05:
            return self.at_ms
        return OPEN_MS + step * ((self.at_ms - OPEN_MS) // step + 1 + self.chance.randrange(5))

    def booker(self) -> bcmd.Booker:
        """Choose a person with phone and device."""
        number = self.chance.randrange(PEOPLE)
        return bcmd.Booker(
            "" if self.maybe(0.05) else f"person-{number}", f"phone-{number // 2}", f"device-{number % 3}"
        )

    def elsewhere(self) -> bcmd.BookerFacts:
        """Say what the network knows of the person: mostly nothing."""
        if self.maybe(0.8):
            return bcmd.BookerFacts()
        missed = tuple(OPEN_MS - day * DAY_MS for day in range(self.chance.randrange(4)))
        counts = bcmd.Counts(1, self.chance.randrange(2), self.chance.randrange(3), self.chance.randrange(3))
        return bcmd.BookerFacts(
            counts, no_shows=missed, is_exempt=self.maybe(0.3), open_items=("i0",) if self.maybe(0.2) else ()
        )

    def release(self) -> int | None:
        """Mostly on sale."""
        return self.chance.choice((OPEN_MS - DAY_MS,) * 30 + (None, self.at_ms + 1))

    def delay(self) -> int:
        """Draw how long a released place rests."""
        return self.chance.choice((0, 0, 60_000, 200_000))


def _hold(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    return bcmd.HoldSlot(
        appointment=f"B{crowd.number:07}", items=crowd.wanted(), slot_ms=crowd.slot(), booker=crowd.booker(),
        channel=crowd.chance.choice(("phone", "phone", "desk", "partner")), facts=crowd.elsewhere(),
        release_ms=crowd.release(), return_delay_ms=crowd.delay(), **facts,
    )  # fmt: skip


def _confirm(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    name = crowd.booking("SLOT_HELD")
    one = crowd.state.bookings.appointments.get(name)
    booker = one.booker if one is not None and crowd.maybe(0.8) else crowd.booker()
    code = f"code-{crowd.number}" if crowd.maybe(0.97) else "code-1"
    return bcmd.ConfirmBooking(appointment=name, booker=booker, code=code, facts=crowd.elsewhere(), **facts)


def _move_in(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    return bcmd.MoveIn(
        appointment=f"M{crowd.number:07}", source=bcmd.BookingPlace("crowd", "2026-11-20", "B1"), items=crowd.wanted(),
        slot_ms=crowd.slot(), booker=crowd.booker(), code=f"code-{crowd.number}", moves=crowd.chance.randrange(4),
        release_ms=crowd.release(), facts=crowd.elsewhere(), **facts,
    )  # fmt: skip


def _move_out(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    target = bcmd.BookingPlace("crowd", "2026-11-24", "B2")
    name = crowd.booking("BOOKED") if crowd.maybe(0.2) else "none"
    return bcmd.MoveOut(appointment=name, target=target, return_delay_ms=crowd.delay(), **facts)


def _reschedule(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    return bcmd.RescheduleBooking(
        appointment=crowd.booking("BOOKED"), slot_ms=crowd.slot(), release_ms=crowd.release(),
        return_delay_ms=crowd.delay(), **facts,
    )  # fmt: skip


def _cancel(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    name = crowd.booking("SLOT_HELD", "BOOKED", "WAITLISTED", "OFFERED")
    return bcmd.CancelBooking(appointment=name, reason="changed", return_delay_ms=crowd.delay(), **facts)


def _waitlist(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    from_ms = crowd.slot()
    return bcmd.JoinWaitlist(
        appointment=f"L{crowd.number:07}", items=crowd.wanted()[:1], from_ms=from_ms,
        to_ms=from_ms + crowd.chance.choice((1, 16, 31)) * MINUTE_MS, booker=crowd.booker(), code=f"code-{crowd.number}",
        facts=crowd.elsewhere(), release_ms=crowd.release(), **facts,
    )  # fmt: skip


def _comes(one: Appointment, at_ms: int) -> bool:
    """Some come early, some when the slot has begun, some late; every fourth never."""
    after_ms = (-20 * MINUTE_MS, 30_000, RULES.grace_ms + 1, DAY_MS)[one.order % 4]
    return at_ms >= one.slot_ms + after_ms


def _check_in(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    every = crowd.state.bookings.appointments.values()
    booked = [one for one in every if one.state == "BOOKED" and _comes(one, crowd.at_ms)]
    soonest = min(booked, key=lambda one: one.slot_ms, default=None)
    name = soonest.id if soonest is not None and crowd.maybe(0.9) else crowd.booking("CHECKED_IN")
    one = crowd.state.bookings.appointments.get(name)
    how: Facts = {"appointment": name}
    if one is not None and one.code and crowd.maybe(0.5):
        how = {"code": one.code}
    if crowd.maybe(0.05):
        how |= {"hall": "other"} if crowd.maybe(0.5) else {"date": "2026-11-24"}
    return bcmd.CheckIn(ticket=f"C{crowd.number:07}", **how, **facts)


def _set_slots(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    from_ms = crowd.slot()
    return bcmd.SetSlots(
        group=crowd.chance.choice(("fast", "slow")), from_ms=from_ms, to_ms=from_ms + 30 * MINUTE_MS,
        places=crowd.chance.choice((None, 2, 5, 6)), channels=crowd.chance.choice((None, (("phone", 2),))), **facts,
    )  # fmt: skip


def _close_slots(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    if crowd.maybe(0.6):
        return cmd.Tick(**{**facts, "actor": "timer:"})
    from_ms = crowd.slot()
    return bcmd.CloseSlots(
        group=crowd.chance.choice(("fast", "slow", "")), from_ms=from_ms, to_ms=from_ms + 20 * MINUTE_MS,
        windows=crowd.chance.choice((0, 1, 2, 3)), then=crowd.chance.choice(("list", "move", "cancel")),
        reason=crowd.chance.choice(("power", "power", "")), **facts,
    )  # fmt: skip


def _appeal(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    return bcmd.Appeal(appointment=crowd.booking("NO_SHOW"), reason="ill" if crowd.maybe(0.8) else "", **facts)


def _answer(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    return bcmd.AnswerOffer(appointment=crowd.booking("OFFERED"), accepts=crowd.maybe(0.6), **facts)


def _tick(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    return cmd.Tick(**{**facts, "actor": "timer:"})


def _changing(crowd: BookedCrowd, facts: Facts) -> cmd.AnyCommand:
    acts = (_reschedule, _reschedule, _cancel, _move_in, _move_out, _set_slots, _close_slots, _appeal)
    return crowd.chance.choice(acts)(crowd, facts)


BOOKING_ACTS: Any = tuple(
    (lambda crowd, _, facts, act=act: act(crowd, facts))
    for act in (
        *(_hold,) * 9, *(_confirm,) * 8, *(_check_in,) * 4, *(_waitlist,) * 3, _answer, _answer, *(_tick,) * 3,
        *(_changing,) * 3,
    )
)  # fmt: skip
"""What booking people do."""

__all__ = ["BOOKING_ACTS", "ITEMS", "RULES", "Act", "BookedCrowd", "booked_plan"]

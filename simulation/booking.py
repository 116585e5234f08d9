"""Selling the day's appointments before it begins, and when the booked visitors then come.

Where the plan has booking rules the places are sold by the hall itself; elsewhere each slot of the scenario takes so many and
the visitor comes with a number of the booked class.
"""

from collections.abc import Callable

import msgspec

from hall import booking_commands as bcmd
from hall import booking_events as bev
from hall import commands as cmd
from hall import events as ev
from hall.appointments import grids_of
from hall.errors import Refusal
from hall.ids import DAY_MS, MINUTE_MS, Ms
from hall.state import HallDay
from simulation.demand import Day
from simulation.people import People
from simulation.setting import Booked

SOLD_BEFORE_MS: Ms = DAY_MS
"""All bookings are made this long before midnight of the day: after the release, before anybody comes."""
TRIES = 12
"""Slots tried around the wished one; who finds none comes without an appointment."""

Answer = tuple[ev.AnyEvent, ...] | Refusal
Ask = Callable[[cmd.AnyCommand], Answer]


class Appointments(msgspec.Struct):
    """The slot of each place of the people that got one; their arrival is in the people already."""

    slot_ms: dict[int, Ms]
    by_rules: bool
    """Sold by the hall: the visitor checks in; otherwise takes a number of the booked class."""


def name_of(place: int) -> str:
    """Return the id of the appointment of a place."""
    return f"appointment-{place}"


def sell(people: People, booked: Booked | None, day: Day, *, at_ms: list[Ms], state: HallDay, ask: Ask) -> Appointments:
    """Give every booked visitor a slot near the wished time, and set in ``at_ms`` when they come."""
    if booked is None or people.walk_ins == len(people):
        return Appointments({}, by_rules=False)
    by_rules = state.plan.policy.booking is not None
    left: dict[Ms, int] = {}
    slots: dict[int, Ms] = {}
    edits = list(people.slot_edits)
    for place in range(people.walk_ins, len(people)):
        while edits and edits[0][0] <= place - people.walk_ins:
            _set_slots(edits.pop(0)[1], number=len(edits), ask=ask, at_ms=day.midnight_ms - SOLD_BEFORE_MS)
        wish = at_ms[place]
        slot = (
            _sold_by_hall(place, people, wish, state=state, ask=ask, at_ms=day.midnight_ms - SOLD_BEFORE_MS)
            if by_rules
            else _slot_near(wish, day, booked, left)
        )
        if slot is not None:
            slots[place] = slot
            earliest = day.sessions[0].open_ms - state.plan.policy.issuing.before_open_ms
            at_ms[place] = max(slot + people.punctual_ms[place - people.walk_ins], earliest)
    return Appointments(slots, by_rules)


def _set_slots(edit: bev.SlotsSet, *, number: int, ask: Ask, at_ms: Ms) -> None:
    """Set places again; where other rules have no such group or slot, there is nothing to set."""
    for start, places in edit.slots:
        wanted = 0 if edit.is_closed else places
        ask(
            bcmd.SetSlots(
                command_id=f"slots-{number}-{start}", at_ms=at_ms, actor="manager:", group=edit.group, from_ms=start,
                to_ms=start + 1, places=None if wanted < 0 else wanted, channels=edit.channels, reason=edit.reason,
            )
        )  # fmt: skip


def _sold_by_hall(place: int, people: People, wish: Ms, *, state: HallDay, ask: Ask, at_ms: Ms) -> Ms | None:
    items = people.items[place]
    grids = grids_of(state)
    if any(item.code not in grids.of_item for item in items):
        return None
    starts = grids.groups[grids.of_item[items[0].code]].starts
    name, code = name_of(place), f"code-{place}"
    channel = people.sold_by[place - people.walk_ins] if people.sold_by else "phone"
    for slot in sorted(starts, key=lambda start: (abs(start - wish), start))[:TRIES]:
        held = ask(
            bcmd.HoldSlot(
                command_id=name, at_ms=at_ms, actor="citizen:", appointment=name, items=items, slot_ms=slot,
                channel=channel, release_ms=at_ms,
            )
        )  # fmt: skip
        if not isinstance(held, Refusal):
            booker = bcmd.Booker(person=f"person-{place}")
            booked = ask(
                bcmd.ConfirmBooking(
                    command_id=name, at_ms=at_ms, actor="citizen:", appointment=name, booker=booker, code=code
                )
            )
            assert not isinstance(booked, Refusal), booked
            return slot
    return None


def _slot_near(wish: Ms, day: Day, booked: Booked, left: dict[Ms, int]) -> Ms | None:
    length = booked.slot_min * MINUTE_MS
    starts = [
        start
        for session in day.sessions
        for start in range(session.open_ms, session.close_ms - length + 1, length)
        if not booked.places or left.get(start, booked.places) > 0
    ]
    if not starts:
        return None
    slot = min(starts, key=lambda start: (abs(start + length // 2 - wish), start))
    left[slot] = left.get(slot, booked.places) - 1
    return slot

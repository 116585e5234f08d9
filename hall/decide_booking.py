"""What may happen to bookings: every row of the appointment's command table. Pure: reads the state, returns events."""

from hall import booking_commands as bcmd
from hall import booking_events as bev
from hall.appointments import (
    fit,
    grids_of,
    item_facts,
    limit_refusal,
    rules_of,
    starts_between,
    too_many_held,
)
from hall.booking_time import returns_at
from hall.bookings import Appointment
from hall.decide_ticket import Decision
from hall.errors import Refusal, refuse
from hall.ids import TIMER, Ms, role_of
from hall.roots import WantedItem
from hall.slots import local_text
from hall.state import HallDay

STAFF = ("desk", "clerk", "guide", "manager", "network", "admin")
"""Roles that may cancel and move bookings past the citizens' limits."""

# ---- selling ----


def hold(state: HallDay, command: bcmd.HoldSlot) -> Decision:
    """Hold a place: on sale, free, within the limits of who is known already."""
    entries = _entries(command.items)
    takes = _sale(state, command, entries, command.slot_ms, command.release_ms)
    if isinstance(takes, Refusal):
        return takes
    rules = rules_of(state, takes[0][0])
    if too_many_held(state, rules, command.booker):
        return refuse("TOO_MANY_HELD", limit=rules.max_held)
    refusal = limit_refusal(state, rules, command.booker, entries=entries, facts=command.facts, at_ms=command.at_ms)
    if refusal is not None:
        return refusal
    until_ms = min(command.at_ms + rules.hold_ms, command.slot_ms)
    return (
        bev.SlotHeld(
            command.appointment, entries, command.slot_ms, takes, command.channel, command.booker, command.facts,
            command.release_ms or 0, until_ms, command.return_delay_ms,
        ),
    )  # fmt: skip


def confirm(state: HallDay, command: bcmd.ConfirmBooking) -> Decision:
    """Book the held place, if it is still held and the person may."""
    one = _in_state(state, command.appointment, ("SLOT_HELD",))
    if isinstance(one, Refusal):
        return one
    if command.at_ms >= one.deadline_ms:
        return refuse("HOLD_EXPIRED")
    rules = rules_of(state, one.group)
    refusal = _bad_booker(state, command.booker, command.code) or limit_refusal(
        state, rules, command.booker, entries=one.entries, facts=command.facts, at_ms=command.at_ms, skip=one.id
    )
    if refusal is not None:
        return refusal
    return (bev.BookingConfirmed(one.id, command.booker, command.code, command.facts, one.slot_ms + rules.absent_ms),)


def move_in(state: HallDay, command: bcmd.MoveIn) -> Decision:
    """Book a place for a booking of another day or hall."""
    entries = _entries(command.items)
    takes = _sale(state, command, entries, command.slot_ms, command.release_ms)
    if isinstance(takes, Refusal):
        return takes
    rules = rules_of(state, takes[0][0])
    if command.moves > rules.max_moves and role_of(command.actor) not in STAFF:
        return refuse("MOVE_LIMIT", limit=rules.max_moves)
    refusal = _bad_booker(state, command.booker, command.code) or limit_refusal(
        state, rules, command.booker, entries=entries, facts=command.facts, at_ms=command.at_ms
    )
    if refusal is not None:
        return refusal
    return (
        bev.BookingMovedIn(
            command.appointment, command.source, entries, command.slot_ms, takes, command.channel, command.booker,
            command.code, command.moves, command.facts, command.slot_ms + rules.absent_ms,
        ),
    )  # fmt: skip


def join_waitlist(state: HallDay, command: bcmd.JoinWaitlist) -> Decision:
    """Queue for a day that is full at the wished time."""
    entries = _entries(command.items)
    refusal = _not_on_sale(state, command, entries, command.release_ms)
    if refusal is not None:
        return refusal
    grid = grids_of(state).groups[grids_of(state).of_item[entries[0][0]]]
    rules = grid.rules
    if len(state.bookings.waitlist) >= rules.max_waitlist:
        return refuse("WAITLIST_FULL" if rules.max_waitlist else "WAITLIST_OFF", limit=rules.max_waitlist)
    first_ms = max(command.from_ms, command.at_ms + rules.lead_ms + 1)
    starts = starts_between(grid, first_ms, command.to_ms)
    if not starts:
        return refuse("UNKNOWN_SLOT")
    tried = [fit(state, entries, start, channel=command.channel) for start in starts]
    if any(not isinstance(found, Refusal) for found in tried):
        return refuse("SLOTS_FREE")
    if all(isinstance(found, Refusal) and found.code == "TOO_LONG_FOR_SLOT" for found in tried):
        return refuse("TOO_LONG_FOR_SLOT")
    refusal = _bad_booker(state, command.booker, command.code) or limit_refusal(
        state, rules, command.booker, entries=entries, facts=command.facts, at_ms=command.at_ms
    )
    if refusal is not None:
        return refusal
    return (
        bev.BookingWaitlisted(
            command.appointment, entries, command.from_ms, min(command.to_ms, starts[-1] + 1), command.channel,
            command.booker, command.code, command.facts,
        ),
    )  # fmt: skip


def answer_offer(state: HallDay, command: bcmd.AnswerOffer) -> Decision:
    """Take the offered place, or let it go to the next of the waitlist."""
    one = _in_state(state, command.appointment, ("OFFERED",))
    if isinstance(one, Refusal):
        return one
    if command.at_ms >= one.deadline_ms:
        return refuse("OFFER_EXPIRED")
    if not command.accepts:
        return (bev.BookingCancelled(one.id, "visitor", "declined", 0),)
    return (bev.OfferAccepted(one.id, one.slot_ms + rules_of(state, one.group).absent_ms),)


# ---- changing ----


def reschedule(state: HallDay, command: bcmd.RescheduleBooking) -> Decision:
    """Move within the day in one step: the old place is given only for the new one."""
    one = _in_state(state, command.appointment, ("BOOKED",))
    if isinstance(one, Refusal):
        return one
    rules = rules_of(state, one.group)
    refusal = _may_not_move(state, one, command.actor, command.at_ms) or _not_on_sale(
        state, command, one.entries, command.release_ms, is_new=False
    )
    if refusal is not None:
        return refusal
    if command.slot_ms == one.slot_ms and not one.is_affected:
        return refuse("NO_CHANGE")
    if command.slot_ms < command.at_ms + rules.lead_ms:
        return refuse("TOO_LATE_TO_BOOK", minutes=rules.lead_ms // 60_000)
    takes = fit(state, one.entries, command.slot_ms, channel=one.channel, giving=one.takes)
    if isinstance(takes, Refusal):
        return takes
    by_hall = one.is_affected
    return (
        bev.BookingRescheduled(
            one.id, command.slot_ms, takes, one.version + 1, "hall" if by_hall else "visitor", "",
            returns_at(command.at_ms, command.return_delay_ms), command.slot_ms + rules.absent_ms,
        ),
    )  # fmt: skip


def move_out(state: HallDay, command: bcmd.MoveOut) -> Decision:
    """Give the place back because there is a new one on another day or in another hall."""
    one = _in_state(state, command.appointment, ("BOOKED",))
    if isinstance(one, Refusal):
        return one
    refusal = _may_not_move(state, one, command.actor, command.at_ms)
    if refusal is not None:
        return refusal
    returns_ms = returns_at(command.at_ms, command.return_delay_ms)
    return (bev.BookingMovedOut(one.id, command.target, returns_ms),)


def cancel(state: HallDay, command: bcmd.CancelBooking) -> Decision:
    """Give up a booking (until the limit; staff later too), a held place, an offer or a place on the waitlist."""
    one = _in_state(state, command.appointment, ("SLOT_HELD", "BOOKED", "WAITLISTED", "OFFERED"))
    if isinstance(one, Refusal):
        return one
    is_staff = role_of(command.actor) in STAFF or command.actor == TIMER
    before_ms = rules_of(state, one.group).cancel_before_ms
    late = one.state == "BOOKED" and command.at_ms > one.slot_ms - before_ms
    if late and not (is_staff or one.is_affected):
        return refuse("CANCEL_TOO_LATE", minutes=before_ms // 60_000)
    returns_ms = returns_at(command.at_ms, command.return_delay_ms)
    return (bev.BookingCancelled(one.id, "hall" if is_staff else "visitor", command.reason, returns_ms),)


def appeal(state: HallDay, command: bcmd.Appeal) -> Decision:
    """Excuse a no-show, with a reason."""
    one = state.bookings.appointments.get(command.appointment)
    if one is None:
        return refuse("UNKNOWN_BOOKING")
    if one.state != "NO_SHOW":
        return refuse("NOT_A_NO_SHOW")
    if not command.reason:
        return refuse("REASON_NEEDED")
    if one.is_excused:
        return refuse("NO_CHANGE")
    return (bev.BookingExcused(one.id, command.reason),)


def _may_not_move(state: HallDay, one: Appointment, actor: str, at_ms: Ms) -> Refusal | None:
    rules = rules_of(state, one.group)
    if one.is_affected or role_of(actor) in STAFF:
        return None
    if one.moves >= rules.max_moves:
        return refuse("MOVE_LIMIT", limit=rules.max_moves)
    if at_ms > one.slot_ms - rules.move_before_ms:
        return refuse("MOVE_TOO_LATE", minutes=rules.move_before_ms // 60_000)
    return None


# ---- shared ----


def _sale(
    state: HallDay, command: bcmd.HoldSlot | bcmd.MoveIn, entries: bev.Entries, slot_ms: Ms, release_ms: Ms | None
) -> tuple[bev.Take, ...] | Refusal:
    """Return the places that a new booking takes, or why it cannot be sold."""
    refusal = _not_on_sale(state, command, entries, release_ms)
    if refusal is not None:
        return refusal
    rules = rules_of(state, grids_of(state).of_item[entries[0][0]])
    if slot_ms < command.at_ms + rules.lead_ms:
        return refuse("TOO_LATE_TO_BOOK", minutes=rules.lead_ms // 60_000)
    return fit(state, entries, slot_ms, channel=command.channel)


def _not_on_sale(
    state: HallDay, command: bcmd.AtAppointment, entries: bev.Entries, release_ms: Ms | None, *, is_new: bool = True
) -> Refusal | None:
    if state.is_ended:
        return refuse("DAY_ENDED")
    if state.plan.policy.booking is None:
        return refuse("BOOKING_OFF")
    if release_ms is None:
        return refuse("CALENDAR_UNPUBLISHED", year=state.date[:4])
    if command.at_ms < release_ms:
        return refuse("NOT_RELEASED", release_ms=release_ms, release=local_text(release_ms, state.plan.zone))
    if is_new and command.appointment in state.bookings.appointments:
        return refuse("BOOKING_EXISTS")
    return _bad_entries(state, entries)


def _bad_entries(state: HallDay, entries: bev.Entries) -> Refusal | None:
    issuing = state.plan.policy.issuing
    if not entries:
        return refuse("NO_ITEMS")
    if len(entries) > issuing.max_items:
        return refuse("TOO_MANY_ITEMS", limit=issuing.max_items)
    of_item = grids_of(state).of_item
    for code, quantity in entries:
        if code not in state.index.items:
            return refuse("UNKNOWN_ITEM", item=code)
        if code not in of_item:
            return refuse("NOT_BOOKABLE", **item_facts(state, code))
        if not 1 <= quantity <= issuing.max_quantity:
            return refuse("BAD_QUANTITY", limit=issuing.max_quantity)
    return None


def _bad_booker(state: HallDay, booker: bcmd.Booker, code: str) -> Refusal | None:
    if not booker.person:
        return refuse("PERSON_NEEDED")
    if not code or code in state.bookings.of_code:
        return refuse("BAD_CODE")
    return None


def _in_state(state: HallDay, name: str, states: tuple[str, ...]) -> Appointment | Refusal:
    one = state.bookings.appointments.get(name)
    if one is None:
        return refuse("UNKNOWN_BOOKING")
    if state.is_ended:
        return refuse("DAY_ENDED")
    return one if one.state in states else wrong_state(one)


def wrong_state(one: Appointment) -> Refusal:
    """Refuse what cannot be done with a booking in its state."""
    if one.state == "EXPIRED" and one.reason in ("hold", "offer"):
        return refuse("HOLD_EXPIRED" if one.reason == "hold" else "OFFER_EXPIRED")
    return refuse("WRONG_BOOKING_STATE", booking_state=one.state)


def _entries(items: tuple[WantedItem, ...]) -> bev.Entries:
    return tuple([(item.code, item.quantity) for item in items])

"""Checking in (签到): early, in the grace or late, and why a code is refused. Pure: reads the state, returns events."""

from hall import booking_commands as bcmd
from hall import booking_events as bev
from hall import events as ev
from hall.appointments import rules_of
from hall.bookings import Appointment
from hall.decide_booking import wrong_state
from hall.decide_ticket import Decision
from hall.errors import Refusal, refuse
from hall.fairness import place_among
from hall.ids import Ms
from hall.numbering import next_number
from hall.slots import local_text
from hall.state import HallDay


def check_in(state: HallDay, command: bcmd.CheckIn) -> Decision:
    """Make the ticket of a booked visitor: due at the slot if in time, an ordinary one if late."""
    one = _found(state, command)
    if isinstance(one, Refusal):
        return one
    at_ms = command.at_ms
    rules = rules_of(state, one.group)
    from_ms = one.slot_ms - rules.early_ms
    if at_ms < from_ms:
        return refuse("CHECK_IN_TOO_EARLY", from_ms=from_ms, since=local_text(from_ms, state.plan.zone))
    if command.ticket in state.tickets:
        return refuse("TICKET_EXISTS")
    punctuality = _punctuality(one, rules.grace_ms, at_ms)
    klass = state.index.classes[rules.late_klass if punctuality == "late" else rules.klass]
    items = [code for code, _ in one.entries]
    due_ms = (at_ms if punctuality == "late" else one.slot_ms) - klass.credit_ms
    if punctuality == "in_grace":
        due_ms = place_among(state, items, klass.lane, due_ms, most=rules.fairness.max_passed)
    number, series, count = next_number(state, items[0], klass.code)
    return (
        ev.TicketTaken(
            command.ticket, number, series, count, one.entries, klass.code, command.channel, one.booker.person,
            klass.lane, due_ms, at_ms, command.told, None,
        ),
        bev.BookingCheckedIn(one.id, command.ticket, punctuality, max(at_ms, one.slot_ms)),
    )  # fmt: skip


def _found(state: HallDay, command: bcmd.CheckIn) -> Appointment | Refusal:
    if command.hall and command.hall != state.hall:
        return refuse("WRONG_HALL", hall=command.hall)
    if command.date and command.date != state.date:
        return refuse("WRONG_DAY", date=command.date)
    if state.is_ended:
        return refuse("DAY_ENDED")
    name = command.appointment or state.bookings.of_code.get(command.code, "")
    one = state.bookings.appointments.get(name)
    if one is None or (command.code and command.code != one.code):
        return refuse("UNKNOWN_BOOKING")
    match one.state:
        case "BOOKED":
            return one
        case "CHECKED_IN":
            return refuse("CODE_USED", number=state.tickets[one.ticket].number)
        case "CANCELLED" | "RESCHEDULED":
            return refuse("CODE_CANCELLED")
        case "NO_SHOW":
            return refuse("CODE_LAPSED", slot=local_text(one.slot_ms, state.plan.zone))
        case _:
            return wrong_state(one)


def _punctuality(one: Appointment, grace_ms: Ms, at_ms: Ms) -> bev.Punctuality:
    """Whom the hall could not keep a place for is never late."""
    if at_ms < one.slot_ms:
        return "early"
    return "in_grace" if at_ms <= one.slot_ms + grace_ms or one.is_affected else "late"

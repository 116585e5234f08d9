"""The laws of bookings, checked from outside: places, people, tickets, deadlines, the waitlist."""

from hall.appointments import first_fit, grids_of
from hall.booking_time import booking_deadline
from hall.bookings import COUNTED_STATES, OPEN_STATES, Appointment, keys_of
from hall.state import HallDay

TAKES_PLACES = ("SLOT_HELD", "BOOKED", "OFFERED", "CHECKED_IN")


def assert_booking_laws(state: HallDay, *, settled: bool = True) -> None:
    """Check every law that bookings must keep between two commands."""
    if not state.bookings.is_used:
        assert not state.bookings.appointments
        return
    _assert_places(state)
    _assert_people(state)
    _assert_tickets(state)
    _assert_deadlines(state)
    totals = dict.fromkeys(state.bookings.totals, 0)
    for one in state.bookings.appointments.values():
        totals[one.state] += 1
    assert totals == state.bookings.totals
    if settled and not state.is_ended:
        _assert_waitlist(state)
    if state.is_ended:
        assert not any(totals[name] for name in OPEN_STATES), "an open booking outlives its day"


def _assert_places(state: HallDay) -> None:
    """What is counted as taken are the places of live bookings and of released ones that have not returned."""
    taken: dict[tuple[str, int], int] = {}
    by_channel: dict[tuple[str, int, str], int] = {}
    parts = [(one.channel, one.takes) for one in state.bookings.appointments.values()]
    parts += [(channel, takes) for _, channel, takes in state.bookings.returning.values()]
    for channel, takes in parts:
        for group, start, places in takes:
            assert places > 0
            taken[group, start] = taken.get((group, start), 0) + places
            by_channel[group, start, channel] = by_channel.get((group, start, channel), 0) + places
    assert taken == {key: count for key, count in state.bookings.taken.items() if count}
    assert by_channel == {key: count for key, count in state.bookings.taken_by.items() if count}
    for one in state.bookings.appointments.values():
        assert not one.takes or one.state in (*TAKES_PLACES, "NO_SHOW"), one.id
        assert one.takes or one.state not in TAKES_PLACES, one.id


def _assert_people(state: HallDay) -> None:
    """Nobody has more bookings than the limits of the hall allow, nor the same item twice."""
    people: dict[str, list[Appointment]] = {}
    for one in state.bookings.appointments.values():
        for key in keys_of(one.booker):
            people.setdefault(key, []).append(one)
    known = {key: {one.id for one in found} for key, found in state.bookings.of_booker.items() if found}
    assert {key: {one.id for one in found} for key, found in people.items()} == known
    for key, found in people.items():
        grid = grids_of(state).groups.get(found[0].group)
        if grid is None:
            continue
        rules = grid.rules
        limits = {"p": rules.person, "t": rules.phone, "d": rules.device}[key[0]]
        assert limits.open is None or sum(one.state in OPEN_STATES for one in found) <= limits.open, key
        assert limits.day is None or sum(one.state in COUNTED_STATES for one in found) <= limits.day, key
        items = [code for one in found if one.state in OPEN_STATES for code, _ in dict(one.entries).items()]
        assert key[0] != "p" or len(set(items)) == len(items), f"{key} has booked the same twice"


def _assert_tickets(state: HallDay) -> None:
    """A booking has one ticket, a ticket one booking; early ones stand where nobody calls."""
    bookings = state.bookings
    used = [one for one in bookings.appointments.values() if one.ticket]
    assert {one.ticket: one.id for one in used} == {ticket: one.id for ticket, one in bookings.of_ticket.items()}
    for one in bookings.appointments.values():
        assert bool(one.ticket) == (one.state == "CHECKED_IN" or (one.state == "NO_SHOW" and one.reason == "missed")
                                    or (one.is_excused and bool(one.ticket))), one.id  # fmt: skip
    for name in bookings.early:
        ticket = state.tickets[name]
        assert ticket.state in ("WAITING", "CANCELLED", "EXPIRED", "DONE", "ABANDONED"), name
        if ticket.state == "WAITING":
            line = state.lines[ticket.line]
            assert not line.primary | line.helpers, f"{ticket.number} could be called before its slot"


def _assert_deadlines(state: HallDay) -> None:
    """The next deadline is the first of all that hold."""
    bookings = state.bookings
    moments = [one.deadline_ms for one in bookings.appointments.values() if one.deadline_ms]
    moments += [returns_ms for returns_ms, _, _ in bookings.returning.values()]
    moments += [at_ms for name, at_ms in bookings.early.items() if state.tickets[name].state == "WAITING"]
    assert booking_deadline(state) == min(moments, default=None)


def _assert_waitlist(state: HallDay) -> None:
    """Nobody is on the waitlist who would find a place."""
    for one in state.bookings.waitlist.values():
        assert one.state == "WAITLISTED"
        grid = grids_of(state).groups[one.group]
        first_ms = max(one.from_ms, state.at_ms + grid.rules.lead_ms + 1)
        starts = [start for start in grid.starts if first_ms <= start < one.to_ms]
        assert first_fit(state, one.entries, starts, channel=one.channel) is None, one.id

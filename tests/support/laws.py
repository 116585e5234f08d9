"""The laws of a hall-day, checked from outside: a second pair of eyes that never asks the rules whether they are right."""

from hall.order import match
from hall.state import FINAL_STATES, HallDay, Ticket

AT_WINDOW = ("CALLED", "SERVING")


def assert_laws(state: HallDay, *, settled: bool = True) -> None:
    """Check every law that a state must keep between two commands (S1, S4, S5 and the laws of ``hall.state``).

    ``settled`` is false after a refusal: it changes nothing but the moment, so a call that time alone made possible
    waits for the next tick.
    """
    standing = _assert_lines(state)
    _assert_tickets(state, standing)
    _assert_windows(state)
    if state.is_open and settled:
        assert match(state, at_ms=state.at_ms) is None, "somebody waits whom an asking window may call"


def assert_quick_laws(state: HallDay) -> None:
    """Check what can be checked after each of a million commands: totals, windows, the bits of the lines."""
    assert sum(state.totals.values()) == len(state.tickets)
    assert all(count >= 0 for count in state.totals.values())
    busy = sum(1 for desk in state.desks.values() if desk.ticket is not None)
    assert busy == state.totals["CALLED"] + state.totals["SERVING"]
    assert sum(len(line.people) for line in state.lines) == state.totals["WAITING"]
    assert len(state.held) == state.totals["HELD"]
    assert len(state.missed) == state.totals["MISSED"]


def _assert_lines(state: HallDay) -> dict[str, int]:
    standing: dict[str, int] = {}
    for line in state.lines:
        assert bool(line.people) == bool(state.nonempty & line.bit), f"bit of line {line.index}"
        keys = [entry[:3] for entry in line.people]
        assert keys == sorted(keys), f"line {line.index} is out of order"
        for entry in line.people:
            ticket = entry[3]
            assert entry[:3] == (ticket.lane, ticket.due_ms, ticket.order), ticket.number
            assert ticket.id not in standing, f"{ticket.number} stands twice"
            assert ticket.line == line.index, ticket.number
            standing[ticket.id] = line.index
    return standing


def _assert_tickets(state: HallDay, standing: dict[str, int]) -> None:
    totals = dict.fromkeys(state.totals, 0)
    for ticket in state.tickets.values():
        totals[ticket.state] += 1
        assert (ticket.state == "WAITING") == (ticket.id in standing), ticket.number
        assert (ticket.state == "MISSED") == (ticket.id in state.missed), ticket.number
        assert (ticket.state == "HELD") == (ticket.id in state.held), ticket.number
        if ticket.state in AT_WINDOW:
            assert state.desks[ticket.window].ticket is ticket, ticket.number
        _assert_times(ticket)
    assert totals == state.totals
    numbers = [ticket.number for ticket in state.tickets.values()]
    assert len(set(numbers)) == len(numbers), "a number was given out twice"
    for ticket in state.held.values():
        assert not ticket.window or state.desks[ticket.window].state != "CLOSED", f"{ticket.number} is held by nobody"
    if state.is_ended:
        assert totals["WAITING"] == totals["MISSED"] == 0, "somebody waits though the day is over"
    _assert_quotas(state)
    _assert_people(state)


def _assert_people(state: HallDay) -> None:
    """What a person has open is found by item: nobody gets a second number for it, and nobody is refused for a closed one."""
    found: dict[tuple[str, str], list[str]] = {}
    for ticket in state.tickets.values():
        for entry in ticket.entries if ticket.person and ticket.state not in FINAL_STATES else ():
            found.setdefault((ticket.person, entry.item), []).append(ticket.id)
    assert found.keys() == state.open_of_person.keys()
    assert all(state.open_of_person[key] in names for key, names in found.items())


def _assert_quotas(state: HallDay) -> None:
    """What counts against the quotas is what the tickets say that were not given back."""
    counted: dict[tuple[int, bool], int] = {}
    for ticket in state.tickets.values():
        if ticket.state != "CANCELLED":
            afternoon = (ticket.taken_ms or ticket.arrived_ms) >= state.half_day_ms
            for entry in ticket.entries:
                for quota in state.index.quotas.get(entry.item, ()):
                    counted[quota, afternoon] = counted.get((quota, afternoon), 0) + 1
    assert counted == {key: count for key, count in state.issued.items() if count}


def _assert_times(ticket: Ticket) -> None:
    """Intervals are never negative, and a first call never moves."""
    assert ticket.walk_ms >= 0, ticket.number
    assert ticket.service_ms >= 0, ticket.number
    assert ticket.hold_ms >= 0, ticket.number
    if ticket.state in AT_WINDOW:
        assert ticket.arrived_ms <= ticket.first_called_ms <= ticket.called_ms <= ticket.last_call_ms, ticket.number


def _assert_windows(state: HallDay) -> None:
    clerks = [desk.clerk for desk in state.desks.values() if desk.clerk.startswith("clerk:")]
    assert len(set(clerks)) == len(clerks), "a clerk sits at two windows"
    for desk in state.desks.values():
        match desk.state:
            case "CALLING":
                assert desk.ticket is not None
                assert desk.ticket.state == "CALLED", desk.code
            case "SERVING":
                assert desk.ticket is not None
                assert desk.ticket.state == "SERVING", desk.code
            case "CLOSED" | "IDLE" | "PAUSED":
                assert desk.ticket is None, desk.code
            case "DRAINING":
                assert desk.ticket is None or desk.ticket.state in AT_WINDOW, desk.code
        assert (desk.state == "CLOSED") == (desk.clerk == ""), desk.code
        if desk.then:
            assert desk.state == "DRAINING", desk.code
            assert desk.ticket is not None
            assert desk.ticket.state == "SERVING", "a window that will close or pause only waits for a service to end"
        assert desk.asking == (desk.code in state.asking), desk.code
        assert not desk.asking or desk.state == "IDLE", desk.code
        if desk.ticket is not None:
            assert desk.ticket.window == desk.code

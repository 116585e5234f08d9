"""Editing and closing slots: who is affected is moved, cancelled or listed; nothing is silently lost. Pure."""

from hall import booking_commands as bcmd
from hall import booking_events as bev
from hall.appointments import booked_at, capacity_of, grids_of, starts_between
from hall.bookings import Appointment
from hall.decide_ticket import Decision
from hall.errors import Refusal, refuse
from hall.ids import Ms
from hall.slots import Grid
from hall.state import HallDay

MAX_PLACES = 10_000
"""More places in one slot than any hall has seats."""


def set_slots(state: HallDay, command: bcmd.SetSlots) -> Decision:
    """Give the slots of a time other places; sold ones stay sold, and nothing is sold beyond."""
    grid = _grid(state, command.group)
    if isinstance(grid, Refusal):
        return grid
    starts = starts_between(grid, command.from_ms, command.to_ms)
    if not starts:
        return refuse("UNKNOWN_SLOT")
    counts = [count for _, count in command.channels or ()] + ([] if command.places is None else [command.places])
    if any(not 0 <= count <= MAX_PLACES for count in counts):
        return refuse("BAD_SLOT_PLACES", limit=MAX_PLACES)
    places = -1 if command.places is None else command.places
    slots = tuple([(start, places) for start in starts])
    return (bev.SlotsSet(grid.code, slots, command.channels, False, command.reason),)


def close_slots(state: HallDay, command: bcmd.CloseSlots) -> Decision:
    """Close slots, or some of their windows; then look after everybody who has booked beyond what is left."""
    if state.is_ended:
        return refuse("DAY_ENDED")
    grids = grids_of(state).groups
    if (command.group and command.group not in grids) or not grids:
        return refuse("UNKNOWN_GROUP", group=command.group)
    if not command.reason:
        return refuse("REASON_NEEDED")
    wanted = [grids[command.group]] if command.group else list(grids.values())
    left = _Left(state)
    events: list[bev.BookingEvent] = []
    for grid in wanted:
        slots = tuple(
            [
                (start, left.lower(grid, start, command.windows))
                for start in starts_between(grid, command.from_ms, command.to_ms)
            ]
        )
        if slots:
            limits = None
            events.append(bev.SlotsSet(grid.code, slots, limits, command.windows == 0, command.reason))
    if not events:
        return refuse("UNKNOWN_SLOT")
    for one in left.affected():
        events += _look_after(state, one, command, left)
    return tuple(events)


def _look_after(state: HallDay, one: Appointment, command: bcmd.CloseSlots, left: "_Left") -> list[bev.BookingEvent]:
    if one.state == "SLOT_HELD" or one.state == "OFFERED" or command.then == "cancel":
        return [bev.BookingCancelled(one.id, "hall", "closed", 0)]
    found = left.nearest(one, at_ms=command.at_ms) if command.then == "move" else None
    if found is None:
        return [bev.BookingAffected(one.id, command.reason)]
    slot_ms, takes = found
    absent_ms = slot_ms + grids_of(state).groups[one.group].rules.absent_ms
    return [bev.BookingRescheduled(one.id, slot_ms, takes, one.version + 1, "hall", command.reason, 0, absent_ms)]


def _grid(state: HallDay, group: str) -> Grid | Refusal:
    if state.is_ended:
        return refuse("DAY_ENDED")
    grid = grids_of(state).groups.get(group)
    return grid if grid is not None else refuse("UNKNOWN_GROUP", group=group)


class _Left:
    """The places of the day while slots are being closed: what the events so far have left."""

    def __init__(self, state: HallDay) -> None:
        self._state = state
        self._places: dict[tuple[str, Ms], int] = {}
        self._closed: set[tuple[str, Ms]] = set()
        self._taken = dict(state.bookings.taken)
        self._live: dict[tuple[str, Ms], int] = {}
        """Places of bookings that are to be kept; released ones that have not returned displace nobody."""
        for one in state.bookings.appointments.values():
            if not (one.is_affected and one.state == "BOOKED"):
                self._claim(one, 1)
        self._lowered: list[tuple[str, Ms]] = []

    def lower(self, grid: Grid, start: Ms, windows: int) -> int:
        """Return the places of a slot with so many windows fewer; 0 windows: nothing is left."""
        key = (grid.code, start)
        booking = self._state.plan.policy.booking
        assert booking is not None
        group = next(one for one in booking.groups if one.code == grid.code)
        planned = capacity_of(self._state).places(group, fewer=windows) if windows else 0
        self._places[key] = min(grid.places[start], planned)
        if not windows:
            self._closed.add(key)
        self._lowered.append(key)
        return self._places[key]

    def affected(self) -> list[Appointment]:
        """Return who has booked beyond what is left: the latest bookings of each slot, but nobody who still has room."""
        found: dict[str, Appointment] = {}
        for key in self._lowered:
            for one in reversed(booked_at(self._state, *key)):
                if self._live.get(key, 0) <= self._places[key]:
                    break
                if one.id not in found and not one.is_affected:
                    found[one.id] = one
                    self._claim(one, -1)
        return [one for one in sorted(found.values(), key=lambda one: one.order) if not self._stays(one)]

    def nearest(self, one: Appointment, *, at_ms: Ms) -> tuple[Ms, tuple[bev.Take, ...]] | None:
        """Return the slot nearest to the old one in which a booking finds its places, and take them."""
        grid = grids_of(self._state).groups[one.group]
        self._count(one.takes, -1)
        for start in sorted(grid.starts, key=lambda start: (abs(start - one.slot_ms), start)):
            takes = self._fit(one, start) if start > at_ms else None
            if takes is not None:
                self._count(takes, 1)
                return start, takes
        self._count(one.takes, 1)
        return None

    def _stays(self, one: Appointment) -> bool:
        """Let a booking keep its places if they are still there when others have gone."""
        keys = [((group, start), places) for group, start, places in one.takes if (group, start) in self._places]
        stays = all(self._live.get(key, 0) + places <= self._places[key] for key, places in keys)
        if stays:
            self._claim(one, 1)
        return stays

    def _claim(self, one: Appointment, step: int) -> None:
        for group, start, places in one.takes:
            self._live[group, start] = self._live.get((group, start), 0) + step * places

    def _count(self, takes: tuple[bev.Take, ...], step: int) -> None:
        for group, start, places in takes:
            self._taken[group, start] = self._taken.get((group, start), 0) + step * places

    def _fit(self, one: Appointment, slot_ms: Ms) -> tuple[bev.Take, ...] | None:
        """Return the places from a slot on; limits of channels do not bind the hall, which owes the visitor a place."""
        grids = grids_of(self._state)
        takes: list[bev.Take] = []
        for number, (code, places) in enumerate(grids.needs(one.entries).items()):
            grid = grids.groups[code]
            start = slot_ms if number == 0 else grid.slot_at(slot_ms)
            while places > 0:
                wanted = min(places, grid.per_window)
                if start is None or not self._has(grid, start, wanted):
                    return None
                takes.append((code, start, wanted))
                places, start = places - wanted, start + grid.slot_ms
        return tuple(takes)

    def _has(self, grid: Grid, start: Ms, places: int) -> bool:
        key = (grid.code, start)
        if start not in grid.places or start in grid.closed or key in self._closed:
            return False
        return self._places.get(key, grid.places[start]) - self._taken.get(key, 0) >= places

"""The slots of a day and their arithmetic: which there are, how many places each has, when they come on sale.

Nothing here knows a hall's state. A slot is known by its group and its start; a place stands for one unit of service at
one window, so a long visit takes several places: first those of one window in its slot, then in the slots that follow.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from hall.booking import BookingGroup, BookingRules, NoShowRule, rules_for
from hall.capacity import Capacity
from hall.errors import Refusal
from hall.ids import DAY_MS, ItemCode, Ms
from hall.opening import SEARCH_DAYS, Calendar, Session, WeekHours, hours_on, local_ms


class SlotEdit(msgspec.Struct, frozen=True):
    """What a manager made of a slot; ``places`` -1: as planned; ``channels`` None: as planned."""

    places: int
    channels: tuple[tuple[str, int], ...] | None
    is_closed: bool


class Grid:
    """The slots of one group on one day."""

    __slots__ = ("closed", "code", "limits", "per_window", "places", "rules", "slot_ms", "starts", "unit_ms")

    def __init__(
        self, group: BookingGroup, rules: BookingRules, capacity: Capacity, sessions: Sequence[Session]
    ) -> None:
        """Work out all slots as planned."""
        self.code = group.code
        self.rules = rules
        self.slot_ms = group.slot_ms
        self.unit_ms = capacity.unit_ms(group)
        self.per_window = max(1, group.slot_ms // self.unit_ms)
        """Places that one window gives in one slot."""
        self.starts = starts_of(sessions, group.slot_ms)
        self.places: dict[Ms, int] = dict.fromkeys(self.starts, capacity.places(group))
        limits = {str(one.channel): one.places for one in group.channels}
        self.limits: dict[Ms, Mapping[str, int]] = dict.fromkeys(self.starts, limits)
        self.closed: dict[Ms, bool] = {}

    def edit(self, start_ms: Ms, edit: SlotEdit) -> None:
        """Let a manager's edit hold; slots that the day no longer has are passed over."""
        if start_ms not in self.places:
            return
        if edit.places >= 0:
            self.places[start_ms] = edit.places
        if edit.channels is not None:
            self.limits[start_ms] = dict(edit.channels)
        if edit.is_closed:
            self.closed[start_ms] = True

    def slot_at(self, at_ms: Ms) -> Ms | None:
        """Return the start of the slot that a moment lies in."""
        return next((start for start in self.starts if start <= at_ms < start + self.slot_ms), None)


class Grids:
    """The slots of all groups, with the group of each item."""

    __slots__ = ("capacity", "groups", "mark", "of_item")

    def __init__(
        self,
        capacity: Capacity | None = None,
        sessions: Sequence[Session] = (),
        edits: Mapping[tuple[str, Ms], SlotEdit] | None = None,
        mark: tuple[object, ...] = (),
    ) -> None:
        """Work out all slots of a day; ``mark`` says what they were made from."""
        self.mark = mark
        self.capacity = capacity
        self.groups: dict[str, Grid] = {}
        self.of_item: dict[ItemCode, str] = {} if capacity is None else capacity.of_item
        booking = None if capacity is None else capacity.plan.policy.booking
        if capacity is None or booking is None:
            return
        for group in booking.groups:
            self.groups[group.code] = Grid(group, rules_for(booking, group), capacity, sessions)
        for (code, start_ms), edit in (edits or {}).items():
            if code in self.groups:
                self.groups[code].edit(start_ms, edit)

    def needs(self, entries: Sequence[tuple[ItemCode, int]]) -> dict[str, int]:
        """Return how many places a visit takes of each group, the group of its first item first."""
        assert self.capacity is not None, "an item of no group"
        times: dict[str, Ms] = {}
        for code, quantity in entries:
            group = self.of_item[code]
            times[group] = times.get(group, 0) + self.capacity.service_ms[code] * quantity
        return {code: places_for(time_ms, self.groups[code].unit_ms) for code, time_ms in times.items()}


def places_for(time_ms: Ms, unit_ms: Ms) -> int:
    """Return how many places a service time takes, rounded to the nearest, at least one."""
    return max(1, (2 * time_ms + unit_ms) // (2 * unit_ms))


def starts_of(sessions: Sequence[Session], slot_ms: Ms) -> tuple[Ms, ...]:
    """Return the starts of all slots that fit wholly into the sessions."""
    starts: list[Ms] = []
    for session in sessions:
        starts += range(session.open_ms, session.close_ms - slot_ms + 1, slot_ms)
    return tuple(starts)


def release_moment(
    day: str, slot_ms: Ms, rules: BookingRules, *, hours: WeekHours, calendar: Calendar, zone: str
) -> Ms | Refusal:
    """Return when a slot of a business date comes on sale, or refuse a year that nobody has published."""
    on = release_day(day, rules.release.horizon_days, hours=hours, calendar=calendar, zone=zone)
    return on if isinstance(on, Refusal) else moment_on(on, day, slot_ms, rules, zone=zone)


def release_day(day: str, horizon_days: int, *, hours: WeekHours, calendar: Calendar, zone: str) -> str | Refusal:
    """Return the day that lies so many open days before a business date, or refuse a year that nobody has published.

    A date that is not reached by so many open days within 400 is on sale from the first of those days.
    """
    when = date.fromisoformat(day)
    found = hours_on(day, hours=hours, calendar=calendar, zone=zone)
    if isinstance(found, Refusal):
        return found
    left, earliest = horizon_days, when
    for back in range(1, SEARCH_DAYS):
        if not left:
            break
        before = when - timedelta(days=back)
        on = hours_on(before.isoformat(), hours=hours, calendar=calendar, zone=zone)
        if isinstance(on, Refusal):
            break
        if on.sessions:
            left, earliest = left - 1, before
    return earliest.isoformat()


def moment_on(release_on: str, day: str, slot_ms: Ms, rules: BookingRules, *, zone: str) -> Ms:
    """Return when a slot comes on sale on its day of release.

    ``daily``: at the release time; ``rolling``: at the slot's own time of day.
    """
    minute = rules.release.release_min
    if rules.release.kind == "rolling":
        local = _local(slot_ms, zone)
        minute = (local.date() - date.fromisoformat(day)).days * 1440 + local.hour * 60 + local.minute
    return local_ms(release_on, minute, zone)


def ban_until(no_shows: Sequence[Ms], rules: Sequence[NoShowRule]) -> Ms:
    """Return until when no-shows at these moments close booking; 0 if they do not."""
    moments = sorted(no_shows)
    until = 0
    for rule in rules:
        for number in range(rule.count - 1, len(moments)):
            last = moments[number]
            if last - moments[number - rule.count + 1] < rule.within_days * DAY_MS:
                until = max(until, last + rule.ban_days * DAY_MS)
    return until


def local_text(at_ms: Ms, zone: str) -> str:
    """Return a moment as people of a zone write it (``2026-11-23 08:30``), for sentences only."""
    return f"{_local(at_ms, zone):%Y-%m-%d %H:%M}"


def _local(at_ms: Ms, zone: str) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(ZoneInfo(zone))

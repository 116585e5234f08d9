"""When a hall would be open on a planned date, by the rule that its live server asks, and which ordinary day that date is like."""

from datetime import date as calendar_date

import msgspec

from hall.errors import Refusal
from hall.ids import MINUTE_MS
from hall.opening import Calendar, DayKind, Span, WeekHours, hours_on, local_ms


class PlannedDay(msgspec.Struct, frozen=True):
    """A date as the live hall would open it; weekdays count from Monday, which is 1."""

    date: str
    weekday: int
    kind: DayKind
    name: str
    spans: tuple[Span, ...]
    """Empty: the hall is closed."""
    like: int
    """The weekday whose visits and windows it has: its own, or the first workday for a make-up workday."""


def planned_day(date: str, *, hours: WeekHours, calendar: Calendar, zone: str) -> PlannedDay | Refusal:
    """Return what a date (ISO) brings, or refuse a year whose holidays are not published."""
    found = hours_on(date, hours=hours, calendar=calendar, zone=zone)
    if isinstance(found, Refusal):
        return found
    midnight_ms = local_ms(date, 0, zone)
    spans = tuple(
        Span((one.open_ms - midnight_ms) // MINUTE_MS, (one.close_ms - midnight_ms) // MINUTE_MS)
        for one in found.sessions
    )
    weekday = calendar_date.fromisoformat(date).isoweekday()
    like = first_workday(hours) if found.kind == "makeup" else weekday
    return PlannedDay(date, weekday, found.kind, found.name, spans, like)


def first_workday(hours: WeekHours) -> int:
    """Return the first weekday that is open, workdays before the others; Monday where none is."""
    return next((number + 1 for number, spans in enumerate(hours.days) if spans), 1)


def written(spans: tuple[Span, ...]) -> list[str]:
    """Return opening times as people write them."""
    return [f"{clock(one.from_min)}-{clock(one.to_min)}" for one in spans]


def clock(minute: int) -> str:
    """Return a minute after midnight as people write it."""
    return f"{minute // 60:02}:{minute % 60:02}"

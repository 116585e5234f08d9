"""When a hall is open: weekly hours, holidays, make-up workdays, and years that nobody has published yet.

A business date is explicit. Hours are minutes after local midnight in the hall's zone; what a day of operation gets
are sessions in UTC milliseconds, so that no rule ever computes with a zone again.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from hall.errors import Refusal, refuse
from hall.ids import Ms

DayKind = Literal["workday", "weekend", "holiday", "makeup", "special"]
WEEKDAYS = 7
DAY_MINUTES = 1440
SEARCH_DAYS = 400
"""How far the next opening is looked for: no hall closes for more than a year."""


class Span(msgspec.Struct, frozen=True):
    """Part of a day, in minutes after local midnight; ``to_min`` is not included and may pass 1440 for a late evening."""

    from_min: int
    to_min: int


class Session(msgspec.Struct, frozen=True):
    """A time in which the hall is open, in UTC milliseconds; ``close_ms`` is not included."""

    open_ms: Ms
    close_ms: Ms


def session_at(sessions: Sequence[Session], at_ms: Ms) -> Session | None:
    """Return the opening time that a moment lies in."""
    return next((one for one in sessions if one.open_ms <= at_ms < one.close_ms), None)


class DayMoments(msgspec.Struct, frozen=True):
    """What settings say of a business date beside its sessions."""

    half_day_ms: Ms
    """Where the afternoon begins for quotas."""
    end_day_ms: Ms
    """When the day ends by itself."""
    next_open_ms: Ms | None
    """When the hall opens on the next date, if that is known."""


class WeekHours(msgspec.Struct, frozen=True):
    """Regular hours: seven days from Monday, then what holds on holidays and on make-up workdays."""

    days: tuple[tuple[Span, ...], ...]
    holiday: tuple[Span, ...] = ()
    makeup: tuple[Span, ...] | None = None
    """None: as on the first weekday that is open."""


class SpecialDay(msgspec.Struct, frozen=True):
    """A date that is not as its weekday says; ``spans`` only for kind ``special``."""

    date: str
    kind: Literal["holiday", "makeup", "special"]
    name: str = ""
    spans: tuple[Span, ...] = ()


class Calendar(msgspec.Struct, frozen=True):
    """Special dates, and the years whose holidays have been published."""

    years: tuple[int, ...]
    days: tuple[SpecialDay, ...] = ()


class DayHours(msgspec.Struct, frozen=True):
    """What a business date brings: its kind, its sessions, and when the hall opens next after them."""

    date: str
    kind: DayKind
    sessions: tuple[Session, ...]
    name: str = ""


def hours_on(day: str, *, hours: WeekHours, calendar: Calendar, zone: str) -> DayHours | Refusal:
    """Return kind and sessions of a business date (ISO, ``2026-11-23``), or refuse a year that is not published."""
    when = date.fromisoformat(day)
    if when.year not in calendar.years:
        return refuse("CALENDAR_UNPUBLISHED", year=when.year)
    special = next((one for one in calendar.days if one.date == day), None)
    if special is None:
        kind: DayKind = "weekend" if when.weekday() >= 5 else "workday"
        return DayHours(day, kind, _sessions(when, hours.days[when.weekday()], zone))
    spans = {"holiday": hours.holiday, "makeup": _makeup(hours), "special": special.spans}[special.kind]
    return DayHours(day, special.kind, _sessions(when, spans, zone), special.name)


def next_opening(day: str, *, hours: WeekHours, calendar: Calendar, zone: str) -> Ms | None:
    """Return when the hall opens first after a business date, or None if no published day within 400 is open."""
    when = date.fromisoformat(day)
    for ahead in range(1, SEARCH_DAYS):
        found = hours_on((when + timedelta(days=ahead)).isoformat(), hours=hours, calendar=calendar, zone=zone)
        if isinstance(found, Refusal):
            return None
        if found.sessions:
            return found.sessions[0].open_ms
    return None


def local_ms(day: str, minute: int, zone: str) -> Ms:
    """Return the moment of a local minute (may exceed 1440) of a business date, in UTC milliseconds."""
    midnight = datetime.combine(date.fromisoformat(day), datetime.min.time())
    moment = midnight + timedelta(minutes=minute)
    return int(moment.replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1000


def faults_of_hours(hours: WeekHours) -> list[str]:
    """List every impossible span: seven days, opening before closing, no overlap, at most to 06:00 of the next day."""
    faults = [] if len(hours.days) == WEEKDAYS else [f"hours: {len(hours.days)} days instead of 7"]
    named = [(f"hours of day {number + 1}", spans) for number, spans in enumerate(hours.days)]
    named += [("hours of holidays", hours.holiday), ("hours of make-up workdays", hours.makeup or ())]
    for where, spans in named:
        faults += faults_of_spans(where, spans)
    return faults


def faults_of_spans(where: str, spans: tuple[Span, ...]) -> list[str]:
    """List the faults of one day's spans."""
    faults = []
    before = 0
    for span in spans:
        if not 0 <= span.from_min < span.to_min <= DAY_MINUTES + 360:
            faults.append(f"{where}: {span.from_min}–{span.to_min} is not a time span")
        elif span.from_min < before:
            faults.append(f"{where}: spans overlap or are out of order")
        before = span.to_min
    return faults


def _makeup(hours: WeekHours) -> tuple[Span, ...]:
    if hours.makeup is not None:
        return hours.makeup
    return next((spans for spans in hours.days[:5] if spans), ())


def _sessions(when: date, spans: tuple[Span, ...], zone: str) -> tuple[Session, ...]:
    day = when.isoformat()
    return tuple(Session(local_ms(day, span.from_min, zone), local_ms(day, span.to_min, zone)) for span in spans)

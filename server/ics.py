"""Booked visits as calendar files (iCalendar, RFC 5545): one file per booking, one feed per person.

A moved booking keeps its UID and raises its SEQUENCE, so that calendars change the entry that they have. No names of
people: a calendar is often kept by somebody else's server.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from hall.catalog import Text
from hall.ids import Ms

if TYPE_CHECKING:
    from icalendar import Alarm, Event

MEDIA_TYPE: Final = "text/calendar"
PRODUCT: Final = "-//OneWindow//OneWindow//ZH"
REFRESH: Final = timedelta(hours=1)
"""How often a calendar should ask for a feed again; most ask less often."""
REMIND_BEFORE: Final = (timedelta(days=1), timedelta(hours=2))
"""The moments at which the hall's own reminders go out as well."""
STATUS: Final = {
    "BOOKED": "CONFIRMED", "CHECKED_IN": "CONFIRMED", "NO_SHOW": "CONFIRMED", "OFFERED": "TENTATIVE",
    "CANCELLED": "CANCELLED", "RESCHEDULED": "CANCELLED", "EXPIRED": "CANCELLED",
}  # fmt: skip
"""State of a booking with a slot → status of its entry."""


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A booking with a slot, as a calendar needs it; ``code`` only in the file of one booking."""

    appointment: str
    hall: str
    hall_name: Text
    items: tuple[Text, ...]
    state: str
    version: int
    start_ms: Ms
    end_ms: Ms
    code: str = ""


def calendar_of(visits: Sequence[Visit], *, now_ms: Ms) -> bytes:
    """Return the calendar of these bookings, as a published feed or file."""
    # Loaded at the first file that somebody asks for: a server that starts again must not wait for it.
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "政务大厅预约 Hall appointments")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for visit in visits:
        calendar.add_component(_event(visit, now_ms))
    return bytes(calendar.to_ical())


def _event(visit: Visit, now_ms: Ms) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", f"{visit.appointment}@{visit.hall}.onewindow")
    event.add("dtstamp", _moment(now_ms))
    event.add("dtstart", _moment(visit.start_ms))
    event.add("dtend", _moment(visit.end_ms))
    event.add("sequence", visit.version)
    event.add("status", STATUS[visit.state])
    event.add("summary", f"{_both(visit.items)} · {_both((visit.hall_name,))}")
    event.add("location", visit.hall_name.zh)
    if visit.code:
        event.add("description", f"签到码 Check-in code: {visit.code}")
    if visit.state == "BOOKED":
        for before in REMIND_BEFORE:
            event.add_component(_alarm(visit, before))
    return event


def _alarm(visit: Visit, before: timedelta) -> "Alarm":
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    alarm.add("description", _both(visit.items))
    return alarm


def _both(texts: Sequence[Text]) -> str:
    zh = "、".join(text.zh for text in texts)
    en = ", ".join(text.en or text.zh for text in texts)
    return zh if zh == en else f"{zh} {en}"


def _moment(at_ms: Ms) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC)

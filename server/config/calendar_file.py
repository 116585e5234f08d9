"""Special days from a file: an iCalendar (.ics) or JSON, read under limits, every bad entry named, all or nothing.

What a whole day means is read from its words, as the notices and the phones' holiday calendars write them: 班 or "work" is a
make-up workday, 休, 假, 节 or "holiday" is a holiday. An entry that says neither is a fault, for a guess would open or close a hall.
A time within a day is a special opening; recurring entries are refused, since a notice names dates.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from icalendar import Calendar, Event

from hall.opening import Span, SpecialDay
from server.config.faults import Fault
from server.config.sections import InvalidSettings

FILE_BYTES: Final = 512 * 1024
"""A calendar of twenty years of holidays measures 0.1 MB."""
ENTRIES_MAX: Final = 2_000
"""Entries of a file; the holidays of a year are some 35 days."""
RUN_MAX_DAYS: Final = 62
"""The longest entry; the longest holiday had nine days, a closure for building work may take two months."""
FAULTS_MAX: Final = 100
NAME_MAX: Final = 60
FIRST, LAST = date(2000, 1, 1), date(2101, 1, 1)
"""Dates outside are no dates of a calendar of ours, and would overflow."""

BROKEN: Final = (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError, RecursionError)
"""What the reader raises on lines that are not what they say they are: doubled, of another kind, beyond all dates."""

Kind = Literal["holiday", "makeup", "special"]
_WORK = re.compile(r"班|\bwork(ing)?[ -]?day\b|\bwork\b|\bmake-?up\b", re.IGNORECASE)
_HOLIDAY = re.compile(
    r"[休假节]|元旦|除夕|\bholidays?\b|\bfestival\b|\bday off\b|\bclosed\b|闭馆|停止办公|不开放", re.IGNORECASE
)
_APPLE: Final[dict[str, Kind]] = {"WORK-HOLIDAY": "holiday", "ALTERNATE-WORKDAY": "makeup"}
"""The mark of the holiday calendar that phones subscribe to."""


class Entry(msgspec.Struct, frozen=True):
    """A day of the file, and where it stands there."""

    where: str
    day: SpecialDay


class CalendarFile(msgspec.Struct, frozen=True):
    """What a good file holds, in the order of the dates."""

    days: tuple[SpecialDay, ...]
    source: str = ""
    """What the file calls itself, or empty."""


def read_calendar(data: bytes, *, zone: str) -> CalendarFile:
    """Read a file; raises ``InvalidSettings`` with every bad entry. Times without a zone are the hall's ``zone``."""
    if len(data) > FILE_BYTES:
        raise InvalidSettings((_too_large(),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidSettings((Fault("file", "文件须为 UTF-8 编码", "the file must be in UTF-8"),)) from None
    faults: list[Fault] = []
    if text.lstrip().startswith(("{", "[")):
        source, entries = _from_json(text, faults)
    else:
        source, entries = _from_ics(text, faults, ZoneInfo(zone))
    days = _joined(entries, faults)
    if not days and not faults:
        faults.append(Fault("file", "文件里没有可导入的日期", "there is no date to import in this file"))
    if faults:
        raise InvalidSettings(tuple(faults[:FAULTS_MAX]))
    return CalendarFile(days, source[:NAME_MAX])


def _too_large() -> Fault:
    return Fault("file", f"文件太大，最多 {FILE_BYTES} 字节", f"the file is too large; at most {FILE_BYTES} bytes")


def _too_many() -> Fault:
    return Fault("file", f"条目太多，最多 {ENTRIES_MAX} 条", f"too many entries; at most {ENTRIES_MAX}")


# ---- JSON ----


class _Listed(msgspec.Struct, frozen=True):
    """A day as lists of holidays on the net write it: a date, a name, and whether it is off."""

    date: str
    is_off: bool = msgspec.field(name="isOffDay")
    name: str = ""


def _from_json(text: str, faults: list[Fault]) -> tuple[str, list[Entry]]:
    try:
        raw = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        faults.append(Fault("file", "不是有效的 JSON", "this is not valid JSON"))
        return "", []
    source = raw.get("source", "") if isinstance(raw, dict) else ""
    listed = raw.get("days") if isinstance(raw, dict) else raw
    if not isinstance(listed, list) or not isinstance(source, str):
        faults.append(Fault("file", "须有日期列表 days", "a list of days is needed"))
        return "", []
    if len(listed) > ENTRIES_MAX:
        faults.append(_too_many())
        return "", []
    entries = []
    for number, one in enumerate(listed):
        try:
            day = _listed_day(one)
        except (msgspec.ValidationError, OverflowError) as error:
            told = str(error)[:200]
            faults.append(Fault(f"days[{number}]", f"不是有效的日期条目（{told}）", told))
            continue
        if _is_date(day.date):
            entries.append(Entry(f"days[{number}]", day))
        else:
            zh, en = "日期须写成 2026-11-23 的形式", "a date is written like 2026-11-23"
            faults.append(Fault(f"days[{number}].date", zh, en))
    return source, entries


def _listed_day(raw: object) -> SpecialDay:
    if isinstance(raw, dict) and "isOffDay" in raw:
        listed = msgspec.convert(raw, _Listed)
        return SpecialDay(listed.date, "holiday" if listed.is_off else "makeup", listed.name)
    return msgspec.convert(raw, SpecialDay)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# ---- iCalendar ----


def _from_ics(text: str, faults: list[Fault], zone: ZoneInfo) -> tuple[str, list[Entry]]:
    try:
        calendar = Calendar.from_ical(text)
        events = [one for one in calendar.walk("VEVENT") if isinstance(one, Event)]
    except BROKEN:
        faults.append(Fault("file", "不是有效的日历文件（.ics 或 JSON）", "this is no calendar file (.ics or JSON)"))
        return "", []
    if len(events) > ENTRIES_MAX:
        faults.append(_too_many())
        return "", []
    entries: list[Entry] = []
    for number, event in enumerate(events, 1):
        name = _plain(str(event.get("summary", "")))
        where = f"event {number} ({name})" if name else f"event {number}"
        if str(event.get("status", "")).upper() == "CANCELLED":
            continue
        entries += _days_of_event(event, where, name, faults, zone)
    return _plain(str(calendar.get("x-wr-calname", "") or "")), entries


def _days_of_event(event: Event, where: str, name: str, faults: list[Fault], zone: ZoneInfo) -> Iterator[Entry]:
    if any(event.get(one) is not None for one in ("rrule", "rdate")):
        faults.append(
            Fault(where, "不支持重复日程，请逐日写出", "recurring entries are not taken; write out each date")
        )
        return
    try:
        start, end = event.start, event.end
    except BROKEN as error:
        told = str(error)[:200]
        faults.append(Fault(where, f"日期无法识别（{told}）", f"its dates cannot be read ({told})"))
        return
    if isinstance(start, datetime):
        assert isinstance(end, datetime), "the reader refuses an event whose ends differ in kind"
        yield from _opening(start, end, where, name, faults, zone)
        return
    kind = _kind(event, name)
    if kind is None:
        zh, en = "看不出是放假还是上班（写明休、假、节或班）", "neither a holiday nor a workday by its name"
        faults.append(Fault(where, zh, en))
    elif not (FIRST <= start < LAST and 0 < (end - start).days <= RUN_MAX_DAYS):
        zh, en = f"须为 1 到 {RUN_MAX_DAYS} 天", f"an entry lasts 1 to {RUN_MAX_DAYS} days of this century"
        faults.append(Fault(where, zh, en))
    else:
        for ahead in range((end - start).days):
            yield Entry(where, SpecialDay((start + timedelta(days=ahead)).isoformat(), kind, name))


def _opening(
    start: datetime, end: datetime, where: str, name: str, faults: list[Fault], zone: ZoneInfo
) -> Iterator[Entry]:
    """Yield a special opening; one that passes midnight belongs to the day on which it begins."""
    if not FIRST <= start.date() < LAST or not FIRST <= end.date() < LAST:
        faults.append(Fault(where, "日期超出范围", "its dates are out of range"))
        return
    began, ended = (one.astimezone(zone) if one.tzinfo else one.replace(tzinfo=zone) for one in (start, end))
    later_days = (ended.date() - began.date()).days
    span = Span(_minute(began), _minute(ended) + later_days * 1440)
    yield Entry(where, SpecialDay(began.date().isoformat(), "special", name, (span,)))


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _kind(event: Any, name: str) -> Kind | None:
    marked = _APPLE.get(str(event.get("x-apple-special-day", "")).upper())
    if marked is not None:
        return marked
    if _WORK.search(name):
        return "makeup"
    return "holiday" if _HOLIDAY.search(name) else None


def _plain(text: str) -> str:
    return " ".join(text.split())[:NAME_MAX]


# ---- both ----


def _joined(entries: list[Entry], faults: list[Fault]) -> tuple[SpecialDay, ...]:
    """Return one day for each date: openings of a day are put together, two names of one holiday stand side by side."""
    found: dict[str, SpecialDay] = {}
    for entry in entries:
        day, before = entry.day, found.get(entry.day.date)
        if before is None:
            found[day.date] = day
        elif before.kind != day.kind:
            zh, en = f"{day.date[:10]} 与另一条相矛盾", f"{day.date[:10]}: another entry says otherwise"
            faults.append(Fault(entry.where, zh, en))
        else:
            names = before.name if day.name in before.name else f"{before.name}、{day.name}"
            spans = tuple(sorted({*before.spans, *day.spans}, key=lambda span: span.from_min))
            found[day.date] = SpecialDay(day.date, day.kind, names[:NAME_MAX], spans)
    return tuple(found[one] for one in sorted(found))

"""Longer hours: what a hall's week would be, and who would come then: visitors who move from today's hours, and new ones.

Nobody knows beforehand who comes at new hours, so the manager states both as ranges. Who moves no longer comes in today's
hours; who is induced is a visitor more. Within a part of the new hours they come evenly, weekdays in the scenario's proportion.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, NoReturn

import msgspec

from hall.opening import Calendar, Span, WeekHours
from simulation.scenario_checks import clock
from simulation.setting import WEEK, NewHours, Piece, Setting
from simulation.sizing.errors import BadExtension
from simulation.sizing.groups import frame_of
from simulation.sizing.ranges import PARTS, Range
from simulation.waits import SLOT_MIN

WORKDAYS: Final = (1, 2, 3, 4, 5)
SATURDAY: Final = 6
SUNDAY: Final = 7
LAST_MIN: Final = 24 * 60
_SPAN: Final = re.compile(r"^(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)$")
_TIME: Final = re.compile(r"^(\d{1,2}):([0-5]\d)$")


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """What the manager would open; empty: as today."""

    lunch: bool = False
    evening: str = ""
    """Closing time on workdays."""
    saturday: tuple[str, ...] = ()
    sunday: tuple[str, ...] = ()


def stated_of(stated: NewHours, wish: Extension) -> NewHours:
    """Return what a scenario states of the parts that are to be opened, and of all together."""
    opened = {"", *(part for part in PARTS if getattr(wish, part))}
    moved, induced = (
        {part: one for part, one in ranges.items() if part in opened} for ranges in (stated.moved, stated.induced)
    )
    return NewHours(moved, induced)


class NewTime(msgspec.Struct, frozen=True):
    """A time of a weekday (1 is Monday) in which the hall is closed today."""

    weekday: int
    from_min: int
    to_min: int
    part: str


class Coming(msgspec.Struct, frozen=True):
    """Visitors a week in each part of the new hours."""

    moved: dict[str, float]
    induced: dict[str, float]

    def of(self, part: str) -> float:
        """Return all who come in a part."""
        return self.moved.get(part, 0.0) + self.induced.get(part, 0.0)


class DayKind(msgspec.Struct, frozen=True):
    """Weekdays with the same hours and the same profile of visitors, as a setting of their own."""

    weekdays: tuple[int, ...]
    setting: Setting


# ---- hours ----


def longer_hours(today: WeekHours, wish: Extension) -> WeekHours:
    """Return the new week; raises BadExtension."""
    days = list(today.days)
    if wish.lunch:
        days = _through_lunch(days)
    if wish.evening:
        days = _to_evening(days, _time(wish.evening))
    for weekday, texts in ((SATURDAY, wish.saturday), (SUNDAY, wish.sunday)):
        if texts:
            days[weekday - 1] = _spans(texts, days[weekday - 1])
    if tuple(days) == tuple(today.days):
        _refuse("没有新增任何开放时间", "no hour is added")
    return msgspec.structs.replace(today, days=tuple(days))


def new_times(today: WeekHours, then: WeekHours) -> tuple[NewTime, ...]:
    """Return when the hall is open then and not today."""
    return tuple(
        NewTime(weekday, start, end, _part(weekday, start, before))
        for weekday, (before, after) in enumerate(zip(today.days, then.days, strict=True), 1)
        for start, end in _less(after, before)
    )


def _through_lunch(days: list[tuple[Span, ...]]) -> list[tuple[Span, ...]]:
    workdays = [day for day in days[: len(WORKDAYS)] if len(day) > 1]
    if not workdays:
        _refuse("工作日午间本来就开放", "the hall is open through lunch on workdays already")
    return [
        (Span(day[0].from_min, day[-1].to_min),) if number < len(WORKDAYS) and day else day
        for number, day in enumerate(days)
    ]


def _to_evening(days: list[tuple[Span, ...]], closes: int) -> list[tuple[Span, ...]]:
    for day in days[: len(WORKDAYS)]:
        if day and closes <= day[-1].to_min:
            shown = clock(day[-1].to_min)
            _refuse(
                f"{clock(closes)} 不晚于现在的关门时间 {shown}", f"{clock(closes)} is no later than today's {shown}"
            )
    return [
        (*day[:-1], Span(day[-1].from_min, closes)) if number < len(WORKDAYS) and day else day
        for number, day in enumerate(days)
    ]


def _spans(texts: Sequence[str], today: tuple[Span, ...]) -> tuple[Span, ...]:
    spans = tuple(_span(text) for text in texts)
    for before, after in pairwise(spans):
        if after.from_min < before.to_min:
            _refuse(
                f"时段重叠或顺序有误：{clock(after.from_min)} 早于 {clock(before.to_min)}",
                f"time spans overlap or are out of order: {clock(after.from_min)} comes before {clock(before.to_min)}",
            )
    if [*_less(today, spans)]:
        _refuse("比现在的开放时间短", "this would close the hall when it is open today")
    return spans


def _span(text: str) -> Span:
    found = _SPAN.match(text.strip())
    if found is None:
        _refuse(f"「{text}」应写成 09:00-12:00", f"{text}: write it like 09:00-12:00")
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    _check(start, text)
    _check(end, text)
    if end <= start:
        _refuse(f"关门早于开门：{text}", f"closing comes before opening: {text}")
    return Span(start, end)


def _time(text: str) -> int:
    found = _TIME.match(text.strip())
    if found is None:
        _refuse(f"「{text}」应写成 20:00", f"{text}: write it like 20:00")
    minute = int(found[1]) * 60 + int(found[2])
    _check(minute, text)
    return minute


def _check(minute: int, text: str) -> None:
    if minute > LAST_MIN or minute % SLOT_MIN:
        _refuse(f"「{text}」须为半点或整点，且在 24:00 以内", f"{text}: full or half hours up to 24:00")


def _refuse(why_zh: str, why_en: str) -> NoReturn:
    raise BadExtension(why_zh=why_zh, why_en=why_en)


def _less(spans: Sequence[Span], others: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield what of some spans lies outside the others; both ascend."""
    for span in spans:
        start = span.from_min
        for other in others:
            if other.to_min <= start or other.from_min >= span.to_min:
                continue
            if other.from_min > start:
                yield start, other.from_min
            start = max(start, other.to_min)
        if start < span.to_min:
            yield start, span.to_min


def _part(weekday: int, start: int, before: tuple[Span, ...]) -> str:
    if weekday >= SATURDAY:
        return "saturday" if weekday == SATURDAY else "sunday"
    return "evening" if not before or start >= before[-1].to_min else "lunch"


# ---- who comes ----


def visits_a_week(setting: Setting) -> float:
    """Return today's mean number of visitors of a week without holidays."""
    demand, open_days = setting.demand, [day for day, spans in enumerate(setting.plan.hours.days) if spans]
    a_day = demand.door + sum(one.per_hour * (one.to_min - one.from_min) / 60 for one in demand.pieces)
    return a_day * sum(demand.by_weekday[day] for day in open_days)


def coming_of(
    times: Sequence[NewTime],
    moved: Mapping[str, Range],
    induced: Mapping[str, Range],
    *,
    end: int,
    week: float,
) -> Coming:
    """Return who comes at one end of the ranges (0: low, 1: high); percents are of today's week. Raises BadExtension."""
    found = Coming(_by_part(times, moved, end, week), _by_part(times, induced, end, week))
    if sum(found.moved.values()) >= week:
        _refuse("迁移的人数多于现在的全部到访", "more would move than come today")
    return found


def _by_part(times: Sequence[NewTime], stated: Mapping[str, Range], end: int, week: float) -> dict[str, float]:
    hours: dict[str, float] = {}
    for one in times:
        hours[one.part] = hours.get(one.part, 0.0) + (one.to_min - one.from_min) / 60
    found = dict.fromkeys(hours, 0.0)
    for part, own in stated.items():
        visits = own.ends()[end] * (week if own.is_percent else 1.0)
        if not part:
            for name, length in hours.items():
                found[name] += visits * length / sum(hours.values())
        elif part in hours:
            found[part] += visits
        else:
            shown = ", ".join(hours)
            _refuse(f"没有延长「{part}」，只有 {shown}", f"{part} is not extended, only {shown}")
    return found


def day_kinds(setting: Setting, then: WeekHours, times: Sequence[NewTime], coming: Coming) -> tuple[DayKind, ...]:
    """Return a setting for each kind of weekday of the new week, every window staffed whenever the hall is open."""
    today = setting.plan.hours
    alike: dict[tuple[object, ...], list[int]] = {}
    for weekday, spans in enumerate(then.days, 1):
        if spans:
            own = tuple((one.from_min, one.to_min, one.part) for one in times if one.weekday == weekday)
            alike.setdefault((spans, bool(today.days[weekday - 1]), own), []).append(weekday)
    stays = 1 - sum(coming.moved.values()) / visits_a_week(setting)
    return tuple(
        DayKind(
            tuple(weekdays), _kind(setting, then, tuple(weekdays), stays, _new_pieces(setting, times, coming, weekdays))
        )
        for weekdays in alike.values()
    )


def _new_pieces(
    setting: Setting, times: Sequence[NewTime], coming: Coming, weekdays: Sequence[int]
) -> tuple[Piece, ...]:
    """Return the rates at the new times of one weekday of a kind, before the factor of the weekday."""
    factors = _factors(setting)
    pieces = []
    for one in (time for time in times if time.weekday == weekdays[0]):
        weight = sum(
            factors[other.weekday - 1] * (other.to_min - other.from_min) / 60
            for other in times
            if other.part == one.part
        )
        pieces.append(Piece(one.from_min, one.to_min, coming.of(one.part) / weight))
    return tuple(pieces)


def _factors(setting: Setting) -> list[float]:
    """Return the weekdays' factors; a day that is closed today has none, whatever the scenario says."""
    days = setting.plan.hours.days
    return [factor if days[place] else 1.0 for place, factor in enumerate(setting.demand.by_weekday)]


def _kind(
    setting: Setting, then: WeekHours, weekdays: tuple[int, ...], stays: float, new: tuple[Piece, ...]
) -> Setting:
    demand = setting.demand
    is_open_today = bool(setting.plan.hours.days[weekdays[0] - 1])
    old = tuple(Piece(one.from_min, one.to_min, one.per_hour * stays) for one in demand.pieces) if is_open_today else ()
    factors = tuple(_factors(setting)) if is_open_today else WEEK
    changed = msgspec.structs.replace(
        demand, pieces=old + new, by_weekday=factors, door=demand.door * stays if is_open_today else 0.0
    )
    first = date.fromisoformat(setting.dates[0])
    monday = first - timedelta(days=first.weekday())
    dates = tuple((monday + timedelta(days=weekday - 1)).isoformat() for weekday in weekdays)
    calendar = Calendar(tuple(sorted({int(day[:4]) for day in dates})))
    plan = msgspec.structs.replace(setting.plan, hours=then)
    ready = msgspec.structs.replace(setting, plan=plan, dates=dates, calendar=calendar, demand=changed)
    frame = frame_of(ready)
    return msgspec.structs.replace(ready, roster=frame.roster(frame.full, setting.roster))

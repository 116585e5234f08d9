"""A planned date on its ground: when the hall is open then, who comes in hours that are new, and how it is usually staffed.

The date's own hours are those that the live hall would have. What the ground knows of visits and windows is known for the
usual hours of the ordinary day that the date is like; beyond them nobody comes whom the manager does not state, by the model
of ``onewindow hours``.
"""

from typing import Final

import msgspec

from hall.catalog import Text
from hall.errors import Refusal
from hall.opening import Calendar, Span, SpecialDay, WeekHours
from server.studio.asks import Draft
from server.studio.dates import PlannedDay, first_workday, planned_day, written
from server.studio.worker.coming import Times, coming_in, coming_told, fault_of, is_nobody
from server.studio.worker.grounds import DraftInvalid, Kept
from simulation.setting import WEEK, Assumption, Demand, Roster, Setting, Shift
from simulation.sizing.groups import frame_of
from simulation.sizing.longer import coming_of, day_kinds, new_times, visits_a_week
from simulation.waits import SLOT_MIN

Spans = tuple[Span, ...]
CLOSED_AS: Final = {
    "workday": ("该工作日", "as on every such workday"),
    "weekend": ("周末", "a weekend"),
    "makeup": ("调休上班日", "a make-up workday"),
    "special": ("特别日", "a special day"),
    "holiday": ("节假日", "a holiday"),
}
"""Kind of a date → why the hall is closed on it, where the calendar has no name for it."""


class Planned(msgspec.Struct, frozen=True):
    """A date, the ordinary weekday that it is like (1 is Monday), and that weekday's hours on the ground."""

    day: PlannedDay
    like: int
    usual: Spans
    week: WeekHours
    """The ground's."""
    like_any: bool
    """Its visits are the mean of all workdays: of this weekday, or of such a day, the ground knows nothing."""

    def new(self, spans: Spans) -> Times:
        """Return what of some opening times lies outside the usual hours; all of them where the hall is closed else."""
        before = self.usual if self.day.spans else ()
        return new_times(_only(self.day.weekday, before), _only(self.day.weekday, spans))

    def lost(self, spans: Spans) -> Times:
        """Return what of the usual hours lies outside some opening times."""
        after = self.usual if self.day.spans else ()
        return new_times(_only(self.day.weekday, spans), _only(self.day.weekday, after))


def planned_on(kept: Kept, date: str) -> Planned:
    """Look a date up; raises DraftInvalid for a year that is not published."""
    hours = kept.hours if kept.hours is not None else kept.plan.hours
    calendar = kept.calendar if kept.calendar is not None else Calendar((int(date[:4]),))
    day = planned_day(date, hours=hours, calendar=calendar, zone=kept.plan.zone)
    if isinstance(day, Refusal):
        raise DraftInvalid([fault_of("STUDIO_YEAR_UNPUBLISHED", "date", year=int(date[:4]), date=date)])
    usual = kept.plan.hours.days
    like = day.like if usual[day.like - 1] else first_workday(kept.plan.hours)
    is_other = like != day.weekday or day.kind == "makeup" or not kept.knows(date)
    return Planned(day, like, usual[like - 1], kept.plan.hours, is_other)


def check_open(planned: Planned, draft: Draft, *, as_it_is: bool) -> None:
    """Refuse a date on which the hall is closed, unless opening times are drawn for it; raises DraftInvalid."""
    day = planned.day
    if day.spans:
        return
    if as_it_is or not draft.hours:
        zh, en = CLOSED_AS[day.kind]
        raise DraftInvalid(
            [fault_of("STUDIO_CLOSED_DATE", "date", date=day.date, why_zh=day.name or zh, why_en=day.name or en)]
        )
    if is_nobody(draft):
        raise DraftInvalid([fault_of("STUDIO_NOBODY_STATED", "moved", date=day.date)])


# ---- hours ----


def spans_of(setting: Setting, planned: Planned) -> Spans:
    """Return when a setting opens on the date."""
    return setting.plan.hours.days[planned.day.weekday - 1]


def week_with(hours: WeekHours, weekday: int, spans: Spans) -> WeekHours:
    """Return a week in which one weekday is open so, whatever the calendar calls the date."""
    days = (*hours.days[: weekday - 1], spans, *hours.days[weekday:])
    return msgspec.structs.replace(hours, days=days, holiday=spans, makeup=spans)


def calendar_with(day: PlannedDay, spans: Spans) -> Calendar:
    """Return a calendar that calls the date what the live hall's calls it."""
    year = int(day.date[:4])
    if day.kind == "workday" or day.kind == "weekend":
        return Calendar((year,))
    return Calendar((year,), (SpecialDay(day.date, day.kind, day.name, spans),))


def _only(weekday: int, spans: Spans) -> WeekHours:
    return WeekHours(tuple(spans if number == weekday else () for number in range(1, 8)))


# ---- who comes ----


def demand_on(setting: Setting, planned: Planned, draft: Draft, *, most: Times, end: int) -> Demand:
    """Return who comes on the date at one end of what is stated (0: low, 1: high).

    ``most`` are the new hours of the longest of the plans that are held against each other: a plan with a part of them
    has that part of those who come in them. Raises BadExtension where more would move than come.
    """
    day = planned.day
    demand = msgspec.structs.replace(setting.demand, by_weekday=_factors(setting, planned))
    times = planned.new(spans_of(setting, planned))
    if not times:
        return demand
    # Where the hall is closed else, whoever moves comes on another day, which is an ordinary one.
    before = _only(day.weekday if day.spans else day.weekday % 7 + 1, planned.usual)
    then = week_with(before, day.weekday, spans_of(setting, planned))
    usual = msgspec.structs.replace(
        setting, demand=demand, plan=msgspec.structs.replace(setting.plan, hours=before), dates=(day.date,)
    )
    stated = coming_in(times, draft, most)
    coming = coming_of(stated.times, stated.moved, stated.induced, end=end, week=visits_a_week(usual))
    kinds = day_kinds(usual, then, stated.times, coming)
    return next(kind.setting.demand for kind in kinds if day.weekday in kind.weekdays)


def _factors(setting: Setting, planned: Planned) -> tuple[float, ...]:
    """Return the factor of the ordinary day that the date is like, for every weekday."""
    factors = setting.demand.by_weekday
    if planned.like_any:
        known = [factor for factor, spans in zip(factors, planned.week.days[:5], strict=False) if spans]
        return (sum(known) / len(known),) * 7 if known else WEEK
    return (factors[planned.like - 1],) * 7


# ---- who works ----


def usual_roster(setting: Setting, planned: Planned) -> Roster:
    """Return the windows as they usually are open, fitted to the date's hours.

    In half-hours in which the ordinary day has none, as many are open as in the nearest that has.
    """
    weekday, spans = planned.day.weekday, spans_of(setting, planned)
    shifts = _shifts_of(setting.roster, planned.like)
    if spans == planned.usual and planned.like == weekday and weekday in shifts[0].weekdays:
        return setting.roster
    frame = frame_of(setting)
    slots = [slot for slot in frame.slots if any(_works(shift, slot) for shift in shifts)] or [
        shift.from_min // SLOT_MIN for shift in shifts
    ]
    nearest = [min(slots, key=lambda known: (abs(known - slot), known)) for slot in frame.slots]
    numbers = tuple(
        tuple(sum(_works(shift, slot) for shift in shifts if shift.window in group.windows) for slot in nearest)
        for group in frame.groups
    )
    return frame.roster(numbers, setting.roster)


def _shifts_of(roster: Roster, weekday: int) -> list[Shift]:
    """Return the shifts of a weekday; of the first that has any, where it has none."""
    every = sorted({one for shift in roster.shifts for one in shift.weekdays}, key=lambda one: (one != weekday, one))
    return [shift for shift in roster.shifts if every[0] in shift.weekdays]


def _works(shift: Shift, slot: int) -> bool:
    middle = slot * SLOT_MIN + SLOT_MIN // 2
    is_paused = any(pause.from_min <= middle < pause.to_min for pause in shift.pauses)
    return shift.from_min <= middle < shift.to_min and not is_paused


# ---- what is told ----


def told(planned: Planned, draft: Draft, spans: Spans, *, is_drawn: bool) -> list[Assumption]:
    """Return what is assumed of the date; ``is_drawn``: the windows are the manager's own."""
    found = []
    if planned.like_any:
        found.append(Assumption("days", MAKEUP_TOLD if planned.day.kind == "makeup" else WEEKDAY_TOLD))
    if not is_drawn and (planned.new(spans) or planned.lost(spans)):
        found.append(Assumption("staffing", WINDOWS_TOLD))
    found += [Assumption("hours", one) for one in coming_told(draft, planned.new(spans))]
    if times := planned.lost(spans):
        shown = _written(times)
        found.append(
            Assumption(
                "hours",
                Text(
                    f"平常开放的 {shown} 不开放：平常在此时段来的人取不到号，不假设他们改到别的时段",
                    f"{shown}, usually open, is closed: who usually comes then gets no number; nobody is assumed to come at "
                    "another time",
                ),
            )
        )
    return found


def times_written(times: Times) -> list[str]:
    """Return times as hours are written."""
    return written(tuple(Span(one.from_min, one.to_min) for one in times))


def _written(times: Times) -> str:
    return ", ".join(times_written(times))


WEEKDAY_TOLD: Final = Text(
    "依据中没有这个星期几的记录，按其他日子的平均到访推算",
    "The ground has no day of this weekday; the mean of the other days is taken",
)
MAKEUP_TOLD: Final = Text(
    "调休上班日：到访按各工作日的平均推算",
    "A make-up workday: its visits are the mean of the workdays",
)
WINDOWS_TOLD: Final = Text(
    "开放时间与平常不同：平常不开放的时段，开放的窗口数与最近的平常时段相同",
    "Other hours than usual: where the hall is usually closed, as many windows are open as at the nearest usual time",
)

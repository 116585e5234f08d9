"""From the form of a scenario file to a setting: times read, names resolved, shares divided, shifts placed."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

import msgspec

from hall.catalog import Serves, Text
from hall.errors import Refusal
from hall.ids import MINUTE_MS, ItemCode, Ms, WindowCode
from hall.opening import Calendar, Span, SpecialDay, WeekHours, hours_on
from hall.policy import Plan
from simulation.roster import shifts_from_numbers
from simulation.scenario_checks import Report, check_names, check_service, check_shifts, clock
from simulation.scenario_form import HoursForm, ScenarioForm, ShiftForm, TimeForm
from simulation.setting import (
    WEEK,
    Assumption,
    Behaviour,
    Booked,
    Demand,
    Mix,
    NewHours,
    Pause,
    Piece,
    Roster,
    ServiceTimes,
    Setting,
    Shift,
    Skill,
)
from simulation.sizing.ranges import PARTS, Range, range_of

LATEST_MIN = 30 * 60
"""No hall is open later than six in the morning of the next day."""
_TIME = re.compile(r"^(\d{1,2})(?::([0-5]\d))?$")

Where = tuple[str | int, ...]


class Resolved(msgspec.Struct, frozen=True):
    """A hall found: its plan, and how its preset divides visits over items (empty: nobody says)."""

    plan: Plan
    shares: dict[ItemCode, float] = {}


class Builder:
    """Builds one setting; what is wrong goes to the report."""

    def __init__(self, form: ScenarioForm, found: Resolved, report: Report) -> None:
        """Put the scenario's own hours into the plan."""
        self._form = form
        self._report = report
        self._shares = found.shares
        hours = self._hours(form.hours) if form.hours is not None else found.plan.hours
        self._plan = msgspec.structs.replace(found.plan, hours=hours)
        self._windows = [window.code for window in self._plan.catalog.windows]

    def setting(self) -> Setting | None:
        """Return the setting, or None where something is missing that all the rest needs."""
        form = self._form
        check_names(form, self._plan, self._report)
        dates, calendar = self._dates()
        if self._report.faults:
            return None
        roster = self._roster()
        setting = Setting(
            name=Text(form.name.zh, form.name.en),
            plan=self._plan,
            dates=dates,
            calendar=calendar,
            demand=self._demand(),
            mix=self._mix(),
            service=self._service(),
            behaviour=self._behaviour(),
            booked=self._booked(),
            roster=roster,
            target_ms=_ms(form.target_min),
            strata=form.strata,
            seed=form.seed,
            days=form.replications,
            new_hours=NewHours(self._stated("moved"), self._stated("induced")),
            assumptions=tuple(Assumption(one.about, Text(one.zh, one.en), one.basis) for one in form.assumptions),
        )
        if not self._report.faults:
            check_service(setting, self._report)
        return setting

    # ---- new hours ----

    def _stated(self, name: Literal["moved", "induced"]) -> dict[str, Range]:
        """Return what is stated of who comes in new hours; one text is a statement for all of them."""
        own = getattr(self._form.new_hours, name)
        texts: dict[str, str] = {"": own} if isinstance(own, str) else own
        found: dict[str, Range] = {}
        for part, text in texts.items():
            where = ("new_hours", name, part) if part else ("new_hours", name)
            known = range_of(text)
            if part and part not in PARTS:
                self._report.add("UNKNOWN_PART", *where, part=part, parts=", ".join(PARTS))
            elif known is None:
                self._report.add("BAD_RANGE", *where, value=text)
            else:
                found[part] = known
        return found

    # ---- times ----

    def _minute(self, text: str, *where: str | int) -> int:
        found = _TIME.match(text)
        minute = int(found[1]) * 60 + int(found[2] or 0) if found is not None else LATEST_MIN + 1
        if minute > LATEST_MIN:
            self._report.add("BAD_TIME", *where, value=text)
            return 0
        return minute

    def _span(self, text: str, *where: str | int) -> tuple[int, int]:
        start, _, end = text.partition("-")
        span = (self._minute(start, *where), self._minute(end, *where))
        if span[1] <= span[0]:
            self._report.add("CLOSES_BEFORE_OPENING", *where, span=text)
        return span

    def _hours(self, form: HoursForm) -> WeekHours:
        days = {
            name: tuple(Span(*self._span(one, "hours", name)) for one in getattr(form, name))
            for name in ("monday_to_friday", "saturday", "sunday")
        }
        for name, spans in days.items():
            if any(after.from_min < before.to_min for before, after in pairwise(spans)):
                self._report.add("SPANS_OVERLAP", "hours", name, where=name)
        return WeekHours((days["monday_to_friday"],) * 5 + (days["saturday"], days["sunday"]))

    def _dates(self) -> tuple[tuple[str, ...], Calendar]:
        form = self._form.days
        named = {"first": (form.first,) if form.first else (), "dates": form.dates}
        named |= {"holidays": form.holidays, "makeup": form.makeup}
        for key, texts in named.items():
            for text in texts:
                if not _is_date(text):
                    self._report.add("BAD_DATE", "days", key, value=text)
        if self._report.faults:
            return (), Calendar(())
        wanted = list(form.dates)
        if form.first:
            first = date.fromisoformat(form.first)
            wanted += [(first + timedelta(days=number)).isoformat() for number in range(max(1, form.count))]
        special = [SpecialDay(day, "holiday") for day in form.holidays]
        special += [SpecialDay(day, "makeup") for day in form.makeup]
        calendar = Calendar(tuple(sorted({int(day[:4]) for day in wanted})), tuple(special))
        open_days = tuple(day for day in wanted if self._is_open(day, calendar))
        if not open_days:
            self._report.add("NO_OPEN_DAY", "days")
        return open_days, calendar

    def _is_open(self, day: str, calendar: Calendar) -> bool:
        found = hours_on(day, hours=self._plan.hours, calendar=calendar, zone=self._plan.zone)
        return not isinstance(found, Refusal) and bool(found.sessions)

    # ---- who comes ----

    def _demand(self) -> Demand:
        form = self._form.demand
        pieces, door = self._pieces()
        classes = tuple((code, share) for code, share in form.classes.items() if share > 0) or (("ordinary", 1.0),)
        return Demand(
            pieces=pieces,
            by_weekday=self._by_weekday(form.by_weekday),
            day_cv=form.day_cv,
            slot_cv=form.slot_cv,
            slot_min=form.slot_min,
            door=door,
            door_min=form.door_min,
            remote_share=form.remote_share,
            classes=classes,
        )

    def _pieces(self) -> tuple[tuple[Piece, ...], float]:
        """Return the rates by time, and the mean queue at the door."""
        form = self._form.demand
        key = "rates" if form.rates else "by_time"
        table = form.rates or form.by_time
        moments = [(self._minute(text, "demand", key, text), value) for text, value in table.items()]
        moments.sort()
        last = self._minute(form.until, "demand", "until") if form.until else 0
        ends = [start for start, _ in moments[1:]] + ([self._end(moments[-1][0], last)] if moments else [])
        spans = [(start, end, value) for (start, value), end in zip(moments, ends, strict=True)]
        if form.rates:
            pieces = tuple(Piece(start, end, value) for start, end, value in spans)
            visits = sum(value * (end - start) / 60 for start, end, value in spans)
            scale = 1.0 - form.door_share
        else:
            total = sum(value for _, _, value in spans)
            visits, scale = form.visits, (1.0 - form.door_share) / total if total else 0.0
            pieces = tuple(Piece(start, end, value * visits * 60 / (end - start)) for start, end, value in spans)
        if visits <= 0 or not pieces:
            self._report.add("NOBODY_COMES", "demand")
        scaled = tuple(Piece(one.from_min, one.to_min, one.per_hour * scale) for one in pieces)
        return scaled, visits * form.door_share

    @staticmethod
    def _end(start: int, until: int) -> int:
        """Return when the last piece ends: where the scenario says so, or after an hour."""
        return until if until > start else start + 60

    def _by_weekday(self, factors: dict[str, float]) -> tuple[float, ...]:
        found = list(WEEK)
        for text, factor in factors.items():
            if text not in {"1", "2", "3", "4", "5", "6", "7"}:
                self._report.add("BAD_WEEKDAY", "demand", "by_weekday", text, value=text)
            else:
                found[int(text) - 1] = factor
        return tuple(found)

    def _mix(self) -> Mix:
        form = self._form.mix
        shares = self._item_shares()
        if sum(shares.values()) <= 0:
            self._report.add("SHARES_SUM", "mix", where="mix", value=0)
        by_theme = {item.code: item.theme for item in self._plan.catalog.items}
        online = {code: form.online.get(code, form.online.get(by_theme[code], 0.0)) for code in shares}
        return Mix(
            items=tuple(shares.items()),
            online=tuple((code, share) for code, share in online.items() if share > 0),
            two_items=form.two_items,
            three_items=form.three_items,
            packages=form.packages,
            package_weights=tuple(form.package_weights.items()),
            many_units=form.many_units,
            units_max=form.units_max,
        )

    def _item_shares(self) -> dict[ItemCode, float]:
        """Divide visits over items: as named, or by theme with the preset's shares inside, or as the preset says."""
        form = self._form.mix
        catalog = self._plan.catalog
        base = self._shares or {item.code: 1.0 for item in catalog.items}
        if form.items:
            return dict(form.items)
        if not form.themes:
            return dict(base)
        inside: dict[str, float] = {}
        for item in catalog.items:
            inside[item.theme] = inside.get(item.theme, 0.0) + base.get(item.code, 0.0)
        return {
            item.code: base.get(item.code, 0.0) * form.themes.get(item.theme, 0.0) / inside[item.theme]
            for item in catalog.items
            if inside[item.theme] > 0 and form.themes.get(item.theme, 0.0) > 0
        }

    def _service(self) -> ServiceTimes:
        form = self._form.service
        times: dict[ItemCode, TimeForm] = {
            item.code: form.themes[item.theme] for item in self._plan.catalog.items if item.theme in form.themes
        }
        times |= form.items
        return ServiceTimes(
            law=form.law,
            factor=form.factor,
            of_items=tuple((code, _ms(one.mean_min), one.cv) for code, one in times.items()),
            more_units=form.more_units,
        )

    def _behaviour(self) -> Behaviour:
        form = self._form.behaviour
        return Behaviour(
            walk_ms=_ms(form.walk_s / 60),
            walk_cv=form.walk_cv,
            patience_ms=_ms(form.patience_min),
            patience_law=form.patience_law,
            patience_cv=form.patience_cv,
            gives_back=form.gives_back,
            missed=form.missed,
            late=form.late,
            rejoins=form.rejoins,
            return_ms=_ms(form.return_min),
            gap_ms=_ms(form.gap_s / 60),
            recall_ms=_ms(form.recall_s / 60),
            overtime_ms=_ms(form.overtime_min),
        )

    def _booked(self) -> Booked | None:
        form = self._form.appointments
        if form is None:
            return None
        return Booked(
            share=form.share,
            no_show=form.no_show,
            punctual_mean_ms=_ms(form.punctual_mean_min),
            punctual_sd_ms=_ms(form.punctual_sd_min),
            slot_min=form.slot_min,
            places=form.places,
        )

    # ---- who works ----

    def _roster(self) -> Roster:
        form = self._form.staffing
        placed = [*self._shifts(), *self._numbers()]
        if not placed:
            self._report.add("NO_WINDOWS", "staffing")
        check_shifts(placed, self._report)
        skills = [
            Skill(window, Serves(skill.themes, skill.items, skill.everything))
            for number, skill in enumerate(form.skills)
            for window in self._named(skill.windows, "staffing", "skills", number, "windows")
        ]
        return Roster(
            name=form.name,
            shifts=tuple(shift for shift, _ in placed),
            skills=tuple(skills),
            at_close=form.at_close,
            cost_per_hour=form.cost_per_hour,
        )

    def _shifts(self) -> Iterator[tuple[Shift, Where]]:
        for number, form in enumerate(self._form.staffing.shifts):
            where: Where = ("staffing", "shifts", number)
            windows = self._named(form.windows, *where, "windows")
            if not form.from_ and not form.to:
                yield from self._as_open(windows, form, where)
                continue
            start, end = self._minute(form.from_, *where, "from"), self._minute(form.to, *where, "to")
            if end <= start:
                self._report.add("CLOSES_BEFORE_OPENING", *where, "to", span=f"{form.from_}-{form.to}")
            pauses = tuple(Pause(*self._span(text, *where, "breaks")) for text in form.breaks)
            self._check_weekdays(form.weekdays, where)
            for window in windows:
                yield Shift(window=window, from_min=start, to_min=end, pauses=pauses, weekdays=form.weekdays), where

    def _as_open(self, windows: list[WindowCode], form: ShiftForm, where: Where) -> Iterator[tuple[Shift, Where]]:
        """Yield shifts whenever the hall is open."""
        for weekday, spans in enumerate(self._plan.hours.days, 1):
            for span in spans:
                for window in windows if weekday in form.weekdays else ():
                    shift = Shift(window=window, from_min=span.from_min, to_min=span.to_min, weekdays=(weekday,))
                    yield shift, where

    def _numbers(self) -> Iterator[tuple[Shift, Where]]:
        for number, form in enumerate(self._form.staffing.numbers):
            where: Where = ("staffing", "numbers", number)
            windows = self._named(form.windows, *where, "windows")
            start = self._minute(form.from_, *where, "from")
            self._check_weekdays(form.weekdays, where)
            for step, wanted in enumerate(form.open):
                if wanted > len(windows):
                    time = clock(start + step * form.step_min)
                    self._report.add("TOO_MANY_WINDOWS", *where, "open", time=time, value=wanted, limit=len(windows))
            for shift in shifts_from_numbers(
                windows, form.open, from_min=start, step_min=form.step_min, weekdays=form.weekdays
            ):
                yield shift, where

    def _check_weekdays(self, weekdays: tuple[int, ...], where: Where) -> None:
        for weekday in weekdays:
            if not 1 <= weekday <= 7:
                self._report.add("BAD_WEEKDAY", *where, "weekdays", value=weekday)

    def _named(self, texts: tuple[str, ...], *where: str | int) -> list[WindowCode]:
        """Return the windows of codes, ranges and ``all``, in the order of the plan."""
        found: set[str] = set()
        for text in texts:
            first, _, last = text.partition("..")
            ends = [self._windows.index(one) for one in (first, last or first) if one in self._windows]
            if text == "all":
                found |= set(self._windows)
            elif len(ends) == 2:
                found |= set(self._windows[ends[0] : ends[1] + 1])
            else:
                self._report.add("UNKNOWN_WINDOW", *where, window=text)
        return [window for window in self._windows if window in found]


def _ms(minutes: float) -> Ms:
    return round(minutes * MINUTE_MS)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False

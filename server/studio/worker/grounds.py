"""What simulated days rest on: a fit to the hall's own log, visits a day that the manager states, or a scenario file."""

import tomllib
from collections.abc import Sequence
from contextlib import suppress
from datetime import date as calendar_date
from pathlib import Path
from typing import Final

import msgspec

from hall.ids import MINUTE_MS, ItemCode
from hall.opening import Calendar, WeekHours
from hall.policy import Plan
from server.studio.asks import FaultLine, FileAsk, LogAsk, StatedAsk, Work
from simulation.errors import Fault, ScenarioInvalid
from simulation.fit.check import Checks, check_fit
from simulation.fit.logs import Wanted, read_days
from simulation.fit.scenario import form_of
from simulation.fit.whole import HallFit, fit_hall
from simulation.halls import offered_hall
from simulation.lines import Lines
from simulation.scenario import read_scenario
from simulation.scenario_build import Builder, Resolved
from simulation.scenario_checks import Report, check_numbers, clock
from simulation.scenario_form import (
    AssumptionForm,
    BehaviourForm,
    DaysForm,
    DemandForm,
    HallForm,
    NameForm,
    ScenarioForm,
    ShiftForm,
    StaffingForm,
)

FILE_NAME: Final = "scenario.toml"
STEP_MIN: Final = 30
DAY_CV, SLOT_CV = 0.08, 0.15
"""Assumed spread of days and half-hours, as in the scenarios that come with the product."""
MORNING: Final = ((0, 2.0), (30, 3.0), (60, 3.0), (120, 2.0), (180, 1.0))
"""Weights by minutes after an opening, assumed: two hours hold most of those who come to a half day."""


class Kept(msgspec.Struct, frozen=True):
    """What a ground's job keeps for the jobs that rest on it."""

    basis: str
    plan: Plan
    """Its hours are those in which the ground's visitors came."""
    fit: HallFit | None = None
    form: ScenarioForm | None = None
    shares: dict[ItemCode, float] = {}
    hours: WeekHours | None = None
    """The week as it is set when the job begins; None: as the plan says."""
    calendar: Calendar | None = None
    """The special days that the live hall knows; None: a scenario of another hall, of whose calendar nothing is known."""

    def as_set_in(self, work: Work) -> "Kept":
        """Return the ground with the hours and the calendar of the hall as they are set now."""
        if self.basis == "file" and self.calendar is None:
            return self
        names_hours = self.form is not None and self.form.hours is not None
        hours = self.plan.hours if names_hours else work.plan.hours
        return msgspec.structs.replace(self, hours=hours, calendar=work.calendar)

    def knows(self, date: str) -> bool:
        """Return whether the ground tells the visits of this weekday from those of others."""
        return self.fit is None or calendar_date.fromisoformat(date).weekday() in self.fit.arrivals.rates

    def form_on(self, date: str, *, like_any: bool = False) -> ScenarioForm:
        """Return the scenario of this ground for a date: a fit has one for each weekday that it knows, and one for any."""
        if self.fit is None:
            assert self.form is not None
            return self.form
        weekday = calendar_date.fromisoformat(date).weekday()
        if like_any or weekday not in self.fit.arrivals.rates:
            return form_of(self.fit, self.plan)
        form = form_of(self.fit, self.plan, weekdays=(weekday,))
        # One weekday was asked for: that the others are left out is no assumption.
        told = tuple(one for one in form.assumptions if one.about != "days")
        return msgspec.structs.replace(form, assumptions=told)


def from_log(work: Work, ask: LogAsk) -> tuple[Kept, Checks | None]:
    """Learn from the hall's log, read beside the running server; raises FitError."""
    seen = read_days([Path(work.data)], Wanted(work.hall, ask.first, ask.last))
    fit = fit_hall(seen)
    return Kept("log", seen.plan, fit=fit, hours=work.plan.hours, calendar=work.calendar), check_fit(seen)


def stated(work: Work, ask: StatedAsk) -> Kept:
    """Take the hall's settings and the manager's number of visits; raises ScenarioInvalid."""
    form = ScenarioForm(
        name=NameForm(work.plan.name.zh, work.plan.name.en or work.plan.name.zh),
        hall=HallForm(hall=work.hall),
        days=DaysForm(first=f"{work.calendar.years[0]}-01-01", count=14),
        strata=10,
        target_min=work.plan.policy.warnings.promise_ms / MINUTE_MS,
        demand=_stated_demand(work.plan, ask.visits),
        behaviour=BehaviourForm(gap_s=8.0),
        staffing=StaffingForm(name="all", shifts=(ShiftForm(windows=("all",)),)),
        assumptions=tuple(AssumptionForm(about, zh, en) for about, zh, en in STATED),
    )
    _check(form, Resolved(work.plan))
    return Kept("stated", work.plan, form=form, hours=work.plan.hours, calendar=work.calendar)


def from_file(work: Work, ask: FileAsk) -> Kept:
    """Read a scenario; its hall is the one that it names, or this one; raises ScenarioInvalid with every line."""
    _refuse_plan_file(ask.text)

    def resolve(named: HallForm) -> Resolved | None:
        if named.hall == work.hall and not named.preset:
            return Resolved(work.plan)
        return offered_hall(named)

    form, found, setting = read_scenario(ask.text, Path(FILE_NAME), resolve=resolve)
    kept = Kept("file", setting.plan, form=form, shares=found.shares)
    if form.hall.hall != work.hall or form.hall.preset:
        return kept
    return msgspec.structs.replace(kept, calendar=work.calendar).as_set_in(work)


def _refuse_plan_file(text: str) -> None:
    """A scenario that a page sends has no folder: it may not name files of the server."""
    with suppress(tomllib.TOMLDecodeError):
        hall = tomllib.loads(text).get("hall")
        if isinstance(hall, dict) and hall.get("plan"):
            line = Lines(text).of("hall", "plan")
            raise ScenarioInvalid([Fault("UNKNOWN_HALL", FILE_NAME, line, {"hall": str(hall["plan"])})])


def _check(form: ScenarioForm, found: Resolved) -> None:
    report = DraftReport()
    check_numbers(form, report)
    if not report.faults:
        Builder(form, found, report).setting()
    if report.faults:
        raise ScenarioInvalid(report.faults)


class DraftInvalid(Exception):
    """A drawn plan contradicts itself; lists every fault with its field."""

    def __init__(self, faults: Sequence[FaultLine]) -> None:
        super().__init__("; ".join(fault.en for fault in faults))
        self.faults = tuple(faults)


class DraftReport(Report):
    """Collects faults of something that is no file: each keeps the path of its field."""

    def __init__(self) -> None:
        super().__init__(Path(FILE_NAME), Lines(""))
        self.paths: list[tuple[str | int, ...]] = []

    def add(self, code: str, *path: str | int, **facts: str | int | float) -> None:
        """Note a fault and where."""
        self.paths.append(path)
        super().add(code, *path, **facts)


def _stated_demand(plan: Plan, visits: float) -> DemandForm:
    """Spread visits over the hours of an ordinary Monday, most of them after each opening; assumed."""
    weights: dict[str, float] = {}
    last = 0
    for span in plan.hours.days[0] or plan.hours.days[5]:
        for after, weight in MORNING:
            start = span.from_min + after
            end = min(span.to_min, span.from_min + next((one for one, _ in MORNING if one > after), 24 * 60))
            if start < end:
                weights[clock(start)] = weight * (end - start)
        weights[clock(span.to_min)] = 0.0
        last = span.to_min
    return DemandForm(
        visits=visits, by_time=weights, until=clock(last + 60), day_cv=DAY_CV, slot_cv=SLOT_CV, slot_min=STEP_MIN
    )


STATED: Final = (
    (
        "demand",
        "到访量由管理者填写；时段分布（开门后两小时最多）、日波动 8 %、时段波动 15 % 为假设值",
        "Visits a day are the manager's; their times (most in the two hours after opening) and the spread of days (8 %) "
        "and half-hours (15 %) are assumed",
    ),
    (
        "mix",
        "各事项到访量假设相同",
        "All items are assumed to be asked for alike",
    ),
    (
        "service",
        "办理时长取自大厅设置，未由日志核对",
        "Service times are those of the hall's settings, not checked against a log",
    ),
    (
        "behaviour",
        "步行 25 秒、两次办理间隔 8 秒，无人中途离开，为假设值",
        "A walk of 25 s, 8 s between visits and nobody leaving are assumed",
    ),
    (
        "staffing",
        "「现行」假设开放时间内全部窗口有人",
        "“As it is” assumes that every window is staffed whenever the hall is open",
    ),
)
"""What a ground without a log assumes: (part, Chinese, English)."""

"""What longer hours bring and cost: windows, shifts, people, pay, and the service of the cover that was really scheduled.

Laws:
- three weeks stand side by side: today's hours, and the longer ones at the low and at the high end of what the manager states;
- each is sized on the twin for one target, scheduled under one set of labour rules, and simulated again as scheduled, on days
  that the sizing did not see: what is reported is the service of that cover, not of the wish;
- whether the target is held is said of that cover, too; where it is missed, windows are added there, scheduled and judged again
  on weeks that nothing before has seen, so many times at most;
- the unit of every interval is the week.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from hall.catalog import Text
from hall.ids import MINUTE_MS
from hall.opening import WeekHours
from simulation.experiment import IsCancelled, Machine, Tell, simulate
from simulation.intervals import Interval, number_of, share_of
from simulation.journal import Journal, Kept
from simulation.setting import Assumption, Setting
from simulation.sizing.cover import FIRST_WEEK, CoverCheck, Lived, worst_of
from simulation.sizing.errors import NoScheduleInTime, TooFewPeople
from simulation.sizing.hours_progress import Stages
from simulation.sizing.labour import LabourRules
from simulation.sizing.longer import (
    Coming,
    DayKind,
    Extension,
    NewTime,
    coming_of,
    day_kinds,
    longer_hours,
    new_times,
    visits_a_week,
)
from simulation.sizing.manning import Slots, is_more_where_missed, need_of, scheduled, with_closures, with_more
from simulation.sizing.need import Need
from simulation.sizing.overtime import Overtime, overtime_of
from simulation.sizing.ranges import Range
from simulation.sizing.rota import Rostered, rota_of
from simulation.sizing.shifts import Schedule, schedule
from simulation.sizing.staffing import SizedPlan, Target, size
from simulation.sizing.target import check_target
from simulation.table import Days

GAP: Final = 0.01
"""A schedule within one per cent of the cheapest ends the search: the stated ranges are much wider."""
GUESSED_PLANS: Final = 40
"""A search tries about so many plans: what the bar takes for granted until the first one is done."""
ROUNDS: Final = 5
"""So often windows are added at most; each time takes a schedule and its weeks."""
Code = Literal["today", "low", "high"]
End = Literal["held", "rounds", "windows", "people"]
"""Why no more windows are added: the target is held, it was tried often enough, all that could help are open, or the labour
rules have nobody for them (or the solver found nobody in its time)."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be opened, who is believed to come, and how good and under which rules it is staffed."""

    extension: Extension
    moved: dict[str, Range] = {}
    """Visitors a week (or percent of today's) by part of the new hours; an empty name: all parts."""
    induced: dict[str, Range] = {}
    target: Target = Target()
    rules: LabourRules
    pay_per_hour: float = 1.0
    """What the rules' unit costs; 1: costs are told in hours of pay."""


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """How much is simulated."""

    search_days: int = 10
    fresh_days: int = 20
    weeks: int = 10
    solver_s: float = 30.0
    machine: Machine = Machine()


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """One of the weeks side by side. Shares in percent, waits in minutes, counts a week."""

    code: Code
    name: Text
    coming: Coming
    visitors: Interval
    in_new_hours: Interval
    """Called to a window among those who came in the new hours."""
    kept_pct: Interval
    kept_new_pct: Interval
    mean_wait_min: Interval
    worst_hour_pct: float
    """Of the scheduled cover, in any hour of any kind of day."""
    left: Interval
    last_out_min: dict[str, int]
    """The latest of all simulated weeks, in minutes after midnight: workdays, saturday, sunday."""
    windows_most: int
    window_hours: float
    """Wanted a week."""
    scheduled_hours: float
    people: dict[str, int]
    paid_hours: float
    cost: float
    cost_gap_pct: float
    """By so much a schedule could be cheaper at most."""
    held: bool
    """The sized plan met its target on fresh days, before it was scheduled."""
    need: tuple[tuple[int, ...], ...]
    cover: tuple[tuple[int, ...], ...]
    first_min: int
    cover_held: bool = False
    """The scheduled cover meets the target in every hour."""
    cover_sure: bool = False
    """So do the 95 % intervals."""
    worst: CoverCheck | None = None
    checks: tuple[CoverCheck, ...] = ()
    """Of the scheduled cover; files of earlier versions have none."""
    rota: tuple[Rostered, ...] = ()
    """Who works when; files of earlier versions do not say it."""
    rounds: int = 0
    """How often windows were added where fresh weeks missed the target."""
    added_hours: float = 0.0
    """Of ``window_hours``: wanted beyond what was sized, because of that."""
    ended: End | None = None
    """Why none were added after that; files of earlier versions do not say it."""
    overtime: Overtime | None = None
    """Beside ``scheduled_hours``, ``paid_hours`` and ``cost``; files of earlier versions know none."""

    @property
    def whole_cost(self) -> float:
        """The schedule's cost and that of the work after closing."""
        return self.cost + (self.overtime.cost.value if self.overtime is not None else 0.0)


class Longer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer."""

    name: Text
    seed: int
    weeks: int
    target_min: float
    target_pct: float = 90.0
    """Wanted in every hour; files of earlier versions do not name it."""
    visits_a_week: float
    """Today, on the mean."""
    new_hours: dict[str, float]
    """Hours a week by part."""
    cases: tuple[Week, ...]
    rules: Text
    pay_per_hour: float
    assumptions: tuple[Assumption, ...]


def hours(
    setting: Setting,
    wish: Wish,
    effort: Effort,
    *,
    tell: Tell | None = None,
    is_cancelled: IsCancelled | None = None,
    progress_file: Path | None = None,
) -> Longer:
    """Size, schedule and simulate the three weeks; raises BadTarget, SizingError and CheckpointMismatch."""
    check_target(wish.target, books=setting.booked is not None)
    limit = wish.target.limits[0]
    # What the simulated weeks count as in time is what was sized for, whatever the scenario's own promise is.
    setting = msgspec.structs.replace(setting, target_ms=round(limit.within_min * MINUTE_MS))
    today = setting.plan.hours
    then = longer_hours(today, wish.extension)
    times = new_times(today, then)
    week = visits_a_week(setting)
    none = Coming({}, {})
    asked: list[tuple[Code, Text, WeekHours, Coming]] = [("today", Text("现在", "today"), today, none)]
    ends = [coming_of(times, wish.moved, wish.induced, end=end, week=week) for end in (0, 1)]
    asked.append(("low", Text("延长，少", "longer, low"), then, ends[0]))
    if ends[1] != ends[0]:
        asked.append(("high", Text("延长，多", "longer, high"), then, ends[1]))
    weeks = [day_kinds(setting, spans, () if code == "today" else times, coming) for code, _, spans, coming in asked]
    run = _Run(wish, effort, is_cancelled, _stages(weeks, effort, tell), _journal(setting, wish, effort, progress_file))
    cases = [
        run.week(code, name, coming, kinds, () if code == "today" else times)
        for (code, name, _, coming), kinds in zip(asked, weeks, strict=True)
    ]
    lengths: dict[str, float] = {}
    for one in times:
        lengths[one.part] = lengths.get(one.part, 0.0) + (one.to_min - one.from_min) / 60
    return Longer(
        name=setting.name, seed=setting.seed, weeks=effort.weeks, target_min=limit.within_min, target_pct=100 * limit.share,
        visits_a_week=week, new_hours=lengths, cases=tuple(cases), rules=wish.rules.name,
        pay_per_hour=wish.pay_per_hour, assumptions=(*setting.assumptions, *_assumptions(wish)),
    )  # fmt: skip


def _stages(weeks: Sequence[Sequence[DayKind]], effort: Effort, tell: Tell | None) -> Stages:
    """Return the stages of all weeks: each kind of day is sized, then each is simulated as scheduled."""
    days: list[int | None] = []
    for kinds in weeks:
        days += [*(None for _ in kinds), *(effort.weeks * len(kind.weekdays) for kind in kinds)]
    return Stages(tell, days, guess=GUESSED_PLANS * effort.search_days + effort.fresh_days)


def _journal(setting: Setting, wish: Wish, effort: Effort, path: Path | None) -> Journal | None:
    if path is None:
        return None
    # Where it runs makes no difference to what comes out; with more time for schedules, only these are made again.
    content = msgspec.json.encode((setting, wish, msgspec.structs.replace(effort, machine=Machine(), solver_s=0)))
    return Journal(path, msgspec.json.encode({"hours": hashlib.sha256(content).hexdigest()}))


class _Cover(msgspec.Struct, frozen=True):
    """A schedule, and the weeks simulated under it."""

    rounds: int
    """How often windows were added before it."""
    plans: list[Slots]
    schedule: Schedule
    tables: Sequence[Days]
    lived: Lived
    checks: tuple[CoverCheck, ...]

    def raised(self, kinds: Sequence[DayKind]) -> list[Slots]:
        """Return the plans with more windows where these weeks missed; the same ones where none of that would help."""
        checks = [[one.check for one in self.checks if one.weekdays == kind.weekdays] for kind in kinds]
        days = [*zip(kinds, self.plans, checks, strict=True)]
        found = [
            with_more(kind, plan, self.schedule, table, own)
            for (kind, plan, own), table in zip(days, self.tables, strict=True)
        ]
        helps = any(is_more_where_missed(*day[:2], more, day[2]) for day, more in zip(days, found, strict=True))
        return found if helps else self.plans


class _Run:
    """Works one week out after the other, and keeps what is finished."""

    def __init__(
        self, wish: Wish, effort: Effort, is_cancelled: IsCancelled | None, stages: Stages, journal: Journal | None
    ) -> None:
        self._wish, self._effort, self._is_cancelled = wish, effort, is_cancelled
        self._stages, self._journal = stages, journal

    def week(self, code: Code, name: Text, coming: Coming, kinds: Sequence[DayKind], times: Sequence[NewTime]) -> Week:
        wish = self._wish
        rules = with_closures(wish.rules, kinds)
        sized = [self._sized(kind) for kind in kinds]
        plans = [plan.slots for plan in sized]
        first = self._tried(kinds, times, plans, self._scheduled(need_of(kinds, plans), rules), 0)
        last, ended = self._until_held(kinds, times, rules, first)
        return Week(
            code=code, name=name, coming=coming, **_service(last.lived, last.checks),
            **_effects(last.schedule, wish, held=all(plan.held for plan in sized)),
            rounds=last.rounds, added_hours=(last.schedule.needed_min - first.schedule.needed_min) / 60, ended=ended,
            overtime=overtime_of(kinds, last.tables, last.schedule, wish.rules, pay_per_hour=wish.pay_per_hour),
        )  # fmt: skip

    def _until_held(
        self, kinds: Sequence[DayKind], times: Sequence[NewTime], rules: LabourRules, first: _Cover
    ) -> tuple[_Cover, End]:
        """Add windows where the weeks missed the target, until they hold it or nothing more can be done."""
        cover = first
        while not all(one.check.holds for one in cover.checks):
            if cover.rounds == ROUNDS:
                return cover, "rounds"
            plans = cover.raised(kinds)
            if plans == cover.plans:
                return cover, "windows"
            try:
                found = self._scheduled(need_of(kinds, plans), rules)
            except (TooFewPeople, NoScheduleInTime):
                return cover, "people"
            self._stages.again([self._effort.weeks * len(kind.weekdays) for kind in kinds])
            cover = self._tried(kinds, times, plans, found, cover.rounds + 1)
        return cover, "held"

    def _tried(
        self,
        kinds: Sequence[DayKind],
        times: Sequence[NewTime],
        plans: list[Slots],
        found: Schedule,
        number: int,
    ) -> _Cover:
        tables = [self._simulated(kind, plan, found, number) for kind, plan in zip(kinds, plans, strict=True)]
        lived = Lived(kinds, tables, times)
        return _Cover(number, plans, found, tables, lived, lived.checks(self._wish.target))

    def _sized(self, kind: DayKind) -> SizedPlan:
        effort = self._effort
        plan = size(
            kind.setting, self._wish.target, jobs=effort.machine.jobs, dask=effort.machine.dask,
            progress=self._stages.sizing, cancelled=self._is_cancelled, search_days=effort.search_days,
            fresh_days=effort.fresh_days, memory=self._part(),
        )  # fmt: skip
        self._stages.end()
        return plan

    def _simulated(self, kind: DayKind, plan: Slots, found: Schedule, number: int) -> Days:
        effort, days = self._effort, len(kind.weekdays)
        first = FIRST_WEEK + number * effort.weeks
        table = simulate(
            msgspec.structs.replace(scheduled(kind, plan, found), strata=1),
            range(first * days, (first + effort.weeks) * days), machine=effort.machine,
            tell=self._stages.simulating, is_cancelled=self._is_cancelled, progress_file=self._part(),
        )  # fmt: skip
        self._stages.end()
        return table

    def _scheduled(self, need: Need, rules: LabourRules) -> Schedule:
        """Return the schedule; one that was kept is taken, since a solver that was cut short may find another one."""
        part = self._part()
        if part is not None:
            for line in part.read(msgspec.json.encode((need, rules, self._effort.solver_s))):
                return msgspec.json.decode(line, type=Schedule)
        found = schedule(need, rules, time_limit_s=self._effort.solver_s, gap=GAP)
        if part is not None and math.isfinite(found.bound) and math.isfinite(found.gap):
            part.add(msgspec.json.encode(found))
        return found

    def _part(self) -> Kept | None:
        return None if self._journal is None else self._journal.part()


def _service(lived: Lived, checks: tuple[CoverCheck, ...]) -> dict[str, Any]:
    """Return what the people of the weeks met, by the names of :class:`Week`."""
    worst = worst_of(checks)
    return {
        "visitors": number_of(lived.fact("came")),
        "in_new_hours": number_of(lived.new("slot_called")),
        "kept_pct": _percent(share_of(lived.fact("kept"), lived.fact("counted"))),
        "kept_new_pct": _percent(share_of(lived.new("slot_kept"), lived.new("slot_counted"))),
        "mean_wait_min": lived.mean_wait(),
        "worst_hour_pct": 100 * worst.check.found.value if worst is not None else 100.0,
        "cover_held": all(one.check.holds for one in checks),
        "cover_sure": all(one.is_sure for one in checks),
        "worst": worst,
        "checks": checks,
        "left": number_of(lived.fact("left") + lived.fact("abandoned")),
        "last_out_min": lived.last_out_min(),
    }


def _effects(found: Schedule, wish: Wish, *, held: bool) -> dict[str, Any]:
    """Return what a schedule asks for, by the names of :class:`Week`."""
    people: dict[str, int] = {}
    for person in found.people:
        people[person.contract] = people.get(person.contract, 0) + 1
    return {
        "windows_most": max(map(max, found.need.numbers)),
        "window_hours": found.needed_min / 60,
        "scheduled_hours": sum(person.work_min for person in found.people) / 60,
        "people": people,
        "paid_hours": found.paid_min / 60,
        "cost": found.cost * wish.pay_per_hour,
        "cost_gap_pct": 100 * found.gap,
        "held": held,
        "need": found.need.numbers,
        "cover": found.cover,
        "first_min": found.need.first_min,
        "rota": rota_of(found.people, wish.rules),
    }


def _percent(one: Interval) -> Interval:
    return Interval(one.value * 100, one.low * 100, one.high * 100, one.blocks)


def _assumptions(wish: Wish) -> list[Assumption]:
    found = []
    stated: list[tuple[str, str, str, Mapping[str, Range]]] = [
        ("hours.moved", "改在新时段来", "move to the new hours", wish.moved),
        ("hours.induced", "因新时段新增", "come in addition", wish.induced),
    ]
    for about, zh, en, ranges in stated:
        for part, own in ranges.items():
            unit_zh, unit_en = (
                ("%（按现在一周到访）", "% of today's week") if own.is_percent else ("人次/周", "visits a week")
            )
            text = Text(f"{part or '合计'} {zh}：{own.low:g}–{own.high:g} {unit_zh}",
                        f"{part or 'all parts'}: {own.low:g} to {own.high:g} {unit_en} {en}")  # fmt: skip
            found.append(Assumption(about, text))
    found.append(Assumption("hours.labour", Text(wish.rules.name.zh, wish.rules.name.en), wish.rules.basis))
    found.append(Assumption("hours.overtime", _overtime_told(wish.rules)))
    found.append(
        Assumption("hours.skills", Text("排班中每人可坐任一窗口", "everybody in the schedule can sit at any window"))
    )
    return found


def _overtime_told(rules: LabourRules) -> Text:
    more = f"{100 * rules.overtime_premium:g} %"
    return Text(
        f"关门后为持号群众办完的时间，在班次之外按小时另付，加成 {more}，另加该时段的加成，不论本人一周是否排满；"
        "工时单价取做到关门的人的平均；午间关门后和交班时多做的几分钟不计",
        f"work after closing, for whoever holds a number, is paid by the hour on top of the schedule, {more} more, and the premiums"
        " of that time, whether or not somebody's week is full; the hour costs the mean of those who work until closing;"
        " minutes past a midday closing or the end of an earlier shift are not counted",
    )

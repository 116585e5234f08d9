"""From a plan as it was drawn to the setting that is simulated, and back: which windows are open when, by group."""

from collections.abc import Sequence
from datetime import date as calendar_date
from typing import Final

import msgspec

from hall.catalog import Window
from hall.ids import MINUTE_MS
from hall.policy import Plan
from server.studio.asks import Draft, FaultLine, Group
from server.studio.worker.grounds import DraftReport, Kept
from simulation.scenario_build import Builder, Resolved
from simulation.scenario_checks import check_numbers, clock
from simulation.scenario_form import (
    AssumptionForm,
    DaysForm,
    HoursForm,
    NumbersForm,
    ScenarioForm,
    SkillForm,
    StaffingForm,
)
from simulation.setting import Setting, Shift

STEP_MIN: Final = 30
STRATA: Final = 10
SOME_MONDAY: Final = calendar_date(2024, 1, 1)
FIELDS: Final = {
    ("staffing", "numbers"): "groups",
    ("staffing", "skills"): "skills",
    ("staffing",): "groups",
    ("hours",): "hours",
    ("days",): "date",
    ("demand",): "demand_pct",
    ("target_min",): "target_min",
    ("policy",): "stop_before_min",
}
"""Part of a scenario → the field of a draft that fills it; the longest that fits."""
WHOLE: Final = frozenset({"hours", "date", "demand_pct"})


class DraftInvalid(Exception):
    """A drawn plan contradicts itself; lists every fault with its field."""

    def __init__(self, faults: Sequence[FaultLine]) -> None:
        super().__init__("; ".join(fault.en for fault in faults))
        self.faults = tuple(faults)


def setting_of(kept: Kept, draft: Draft, *, seed: int, days: int, as_it_is: bool = False) -> Setting:
    """Return the setting of a drawn plan, or of the same day staffed as it usually is; raises DraftInvalid."""
    report = DraftReport()
    form = _form_of(kept, draft, report, as_it_is=as_it_is)
    plan = kept.plan
    if draft.stop_before_min is not None and not as_it_is:
        issuing = msgspec.structs.replace(
            plan.policy.issuing, stop_before_close_ms=max(0, round(draft.stop_before_min * MINUTE_MS))
        )
        plan = msgspec.structs.replace(plan, policy=msgspec.structs.replace(plan.policy, issuing=issuing))
    check_numbers(form, report)
    setting = Builder(form, Resolved(plan, kept.shares), report).setting()
    if setting is None or report.faults:
        raise DraftInvalid(_lines(report))
    return msgspec.structs.replace(setting, seed=seed, days=days)


def _form_of(kept: Kept, draft: Draft, report: DraftReport, *, as_it_is: bool) -> ScenarioForm:
    base = kept.form_on(calendar_date_of(draft.date).isoformat())
    changes: dict[str, object] = {"days": DaysForm(dates=(draft.date,)), "strata": STRATA}
    factor = draft.demand_pct / 100
    if factor < 0:
        report.add("NEGATIVE", "demand", where="demand_pct", value=draft.demand_pct)
    demand = base.demand
    changes["demand"] = msgspec.structs.replace(
        demand,
        visits=demand.visits * max(0.0, factor),
        rates={time: rate * max(0.0, factor) for time, rate in demand.rates.items()},
    )
    if kept.fit is not None and calendar_date_of(draft.date).weekday() not in kept.fit.arrivals.rates:
        changes["assumptions"] = (*base.assumptions, AssumptionForm(*WEEKDAY_TOLD))
        base = msgspec.structs.replace(base, **changes)
    if draft.target_min is not None:
        changes["target_min"] = draft.target_min
    if draft.stop_before_min is not None and draft.stop_before_min < 0:
        report.add("NEGATIVE", "policy", where="stop_before_min", value=draft.stop_before_min)
    if not as_it_is:
        changes |= _drawn(base, draft, report)
    form: ScenarioForm = msgspec.structs.replace(base, **changes)
    return form


def _drawn(base: ScenarioForm, draft: Draft, report: DraftReport) -> dict[str, object]:
    """Return what a drawn plan changes in a scenario: hours, windows by half-hour, what they serve, closing."""
    changes: dict[str, object] = {}
    if draft.hours:
        changes["hours"] = HoursForm(draft.hours, draft.hours, draft.hours)
        changes["assumptions"] = (*base.assumptions, AssumptionForm(*HOURS_TOLD))
    staffing = msgspec.structs.replace(base.staffing, name=draft.name or "plan", at_close=draft.at_close)
    if draft.groups:
        for number, group in enumerate(draft.groups):
            if any(one < 0 for one in group.open):
                report.add("NEGATIVE", "staffing", "numbers", number, "open", where="open", value=min(group.open))
        numbers = tuple(
            NumbersForm(windows=one.windows, from_=draft.start, step_min=STEP_MIN, open=one.open)
            for one in draft.groups
        )
        staffing = StaffingForm(name=draft.name or "plan", at_close=draft.at_close, numbers=numbers)
    skills = tuple(
        SkillForm(windows=one.windows, themes=one.themes, items=one.items, everything=one.everything)
        for one in draft.skills
    )
    changes["staffing"] = msgspec.structs.replace(staffing, skills=(*staffing.skills, *skills))
    return changes


WEEKDAY_TOLD: Final = (
    "days",
    "日志中没有这个星期几的记录，按其他日子的平均到访推算",
    "The log has no day of this weekday; the mean of the other days is taken",
)
HOURS_TOLD: Final = (
    "hours",
    "方案改变了开放时间；原来不开放的时段没有到访记录，多来或改时段来的人未计入",
    "The plan changes the opening times; nothing is known of visits at times that were closed, and nobody is assumed to "
    "come more or at other times",
)


def _lines(report: DraftReport) -> list[FaultLine]:
    """Return faults with the fields of the draft."""
    return [
        FaultLine(fault.code, _field(path), 0, _bare(fault.text("zh")), _bare(fault.text("en")))
        for fault, path in zip(report.faults, report.paths, strict=True)
    ]


def _field(path: tuple[str | int, ...]) -> str:
    for size in range(len(path), 0, -1):
        known = FIELDS.get(tuple(map(str, path[:size])))
        if known is not None:
            # One entry of the draft fills several of the scenario.
            return known if known in WHOLE else ".".join([known, *map(str, path[size:])])
    return ".".join(map(str, path))


def _bare(text: str) -> str:
    """Return a fault's sentence without the place of a file that there is not."""
    return text.partition(": ")[2]


def calendar_date_of(text: str) -> calendar_date:
    """Return the date; some Monday where it is none, which the scenario's own check then says."""
    try:
        return calendar_date.fromisoformat(text)
    except ValueError:
        return SOME_MONDAY


# ---- groups ----


class Drawn(msgspec.Struct, frozen=True):
    """A roster by groups of equal windows and half-hours, as the page draws it."""

    start_min: int
    groups: tuple[Group, ...]

    @property
    def start(self) -> str:
        """The first half-hour as people write it."""
        return clock(self.start_min)


def groups_of(plan: Plan) -> list[tuple[Window, ...]]:
    """Divide the windows of a hall into those that stand in one area and serve the same."""
    found: dict[bytes, list[Window]] = {}
    for window in plan.catalog.windows:
        key = msgspec.json.encode([window.area, window.kind, window.serves, window.helps])
        found.setdefault(key, []).append(window)
    return [tuple(windows) for windows in found.values()]


def drawn(plan: Plan, shifts: Sequence[Shift], weekday: int) -> Drawn:
    """Return how many windows of each group are open in each half-hour of a weekday (1 is Monday)."""
    own = [shift for shift in shifts if weekday in shift.weekdays]
    if not own:
        return Drawn(9 * 60, tuple(Group(tuple(one.code for one in windows), ()) for windows in groups_of(plan)))
    start = min(shift.from_min for shift in own) // STEP_MIN * STEP_MIN
    end = -(-max(shift.to_min for shift in own) // STEP_MIN) * STEP_MIN
    groups = []
    for windows in groups_of(plan):
        codes = {window.code for window in windows}
        mine = [shift for shift in own if shift.window in codes]
        counts = tuple(sum(_works(shift, at) for shift in mine) for at in range(start, end, STEP_MIN))
        groups.append(Group(tuple(window.code for window in windows), counts))
    return Drawn(start, tuple(groups))


def _works(shift: Shift, at_min: int) -> bool:
    """Tell whether a shift holds at the middle of a half-hour, breaks left out."""
    middle = at_min + STEP_MIN // 2
    is_paused = any(pause.from_min <= middle < pause.to_min for pause in shift.pauses)
    return shift.from_min <= middle < shift.to_min and not is_paused

"""From a plan as it was drawn to the setting that is simulated, and back: which windows are open when, by group."""

from collections.abc import Sequence
from datetime import date as calendar_date
from typing import Final

import msgspec

from hall.catalog import Window
from hall.ids import MINUTE_MS
from hall.policy import Plan
from server.studio.asks import Draft, FaultLine, Group
from server.studio.worker.coming import block_faults, length, range_faults
from server.studio.worker.grounds import DraftInvalid, DraftReport, Kept
from server.studio.worker.planned import (
    Planned,
    calendar_with,
    check_open,
    demand_on,
    planned_on,
    spans_of,
    times_written,
    told,
    usual_roster,
    week_with,
)
from simulation.scenario_build import Builder, Resolved
from simulation.scenario_checks import check_numbers, clock
from simulation.scenario_form import (
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
MOST_DEMAND_PCT: Final = 2_000
"""Twenty times the ground's visits: beyond that a figure is a slip of the pen."""
LOW: Final = 0
HIGH: Final = 1
"""Ends of what is stated of new hours."""
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


def setting_of(
    kept: Kept, draft: Draft, *, seed: int, days: int, as_it_is: bool = False, beside: Setting | None = None,
    end: int = HIGH,
) -> Setting:  # fmt: skip
    """Return the setting of a drawn plan, or of the same day as it is set and staffed, at one end of what is stated.

    ``beside`` is the plan beside which the day as it is stands. Raises DraftInvalid, and BadExtension where more would
    move than come.
    """
    report = DraftReport()
    planned = planned_on(kept, calendar_date_of(draft.date).isoformat()) if _is_date(draft.date) else None
    if planned is not None:
        check_open(planned, draft, as_it_is=as_it_is)
    form = _form_of(kept, draft, report, like_any=planned is not None and planned.like_any, as_it_is=as_it_is)
    plan = _plan_of(kept, draft, planned, as_it_is=as_it_is)
    check_numbers(form, report)
    setting = Builder(form, Resolved(plan, kept.shares), report).setting()
    faults = [*_lines(report), *range_faults(draft)]
    if setting is None or planned is None or faults:
        raise DraftInvalid(faults)
    spans = [planned.day.spans, *([spans_of(beside, planned)] if beside is not None else [])]
    if not as_it_is and draft.blocks:
        times = planned.new(spans_of(setting, planned))
        if faults := block_faults(draft, times, ", ".join(times_written(times))):
            raise DraftInvalid(faults)
    most = max((planned.new(one) for one in (*spans, spans_of(setting, planned))), key=length)
    setting = msgspec.structs.replace(setting, demand=demand_on(setting, planned, draft, most=most, end=end))
    setting = _on_date(setting, kept, planned, draft, is_drawn=bool(draft.groups) and not as_it_is)
    return msgspec.structs.replace(setting, seed=seed, days=days)


def _plan_of(kept: Kept, draft: Draft, planned: Planned | None, *, as_it_is: bool) -> Plan:
    """Return the ground's plan with the date's own hours, and the drawn rule of the last numbers."""
    plan = kept.plan
    if planned is not None:
        hours = week_with(kept.hours or plan.hours, planned.day.weekday, planned.day.spans)
        plan = msgspec.structs.replace(plan, hours=hours)
    if draft.stop_before_min is None or as_it_is:
        return plan
    issuing = msgspec.structs.replace(
        plan.policy.issuing, stop_before_close_ms=max(0, round(draft.stop_before_min * MINUTE_MS))
    )
    return msgspec.structs.replace(plan, policy=msgspec.structs.replace(plan.policy, issuing=issuing))


def _on_date(setting: Setting, kept: Kept, planned: Planned, draft: Draft, *, is_drawn: bool) -> Setting:
    """Return the setting with the date's kind, what is assumed of it, and unless drawn the windows as they usually are."""
    day, spans = planned.day, spans_of(setting, planned)
    hours = week_with(kept.hours or kept.plan.hours, day.weekday, spans)
    ready = msgspec.structs.replace(
        setting,
        plan=msgspec.structs.replace(setting.plan, hours=hours),
        calendar=calendar_with(day, spans),
        assumptions=(*setting.assumptions, *told(planned, draft, spans, is_drawn=is_drawn)),
    )
    return ready if is_drawn else msgspec.structs.replace(ready, roster=usual_roster(ready, planned))


def _form_of(kept: Kept, draft: Draft, report: DraftReport, *, like_any: bool, as_it_is: bool) -> ScenarioForm:
    base = kept.form_on(calendar_date_of(draft.date).isoformat(), like_any=like_any)
    changes: dict[str, object] = {"days": DaysForm(dates=(draft.date,)), "strata": STRATA}
    factor = draft.demand_pct / 100
    if factor < 0:
        report.add("NEGATIVE", "demand", where="demand_pct", value=draft.demand_pct)
    elif draft.demand_pct > MOST_DEMAND_PCT:
        report.add("TOO_LARGE", "demand", where="demand_pct", value=draft.demand_pct, limit=MOST_DEMAND_PCT)
    demand = base.demand
    changes["demand"] = msgspec.structs.replace(
        demand,
        visits=demand.visits * max(0.0, factor),
        rates={time: rate * max(0.0, factor) for time, rate in demand.rates.items()},
    )
    if draft.target_min is not None:
        changes["target_min"] = draft.target_min
    if draft.stop_before_min is not None and draft.stop_before_min < 0:
        report.add("NEGATIVE", "policy", where="stop_before_min", value=draft.stop_before_min)
    # The date's own hours are in the plan; a scenario's have become those of the ground.
    changes["hours"] = None
    if not as_it_is:
        changes |= _drawn(base, draft, report)
    form: ScenarioForm = msgspec.structs.replace(base, **changes)
    return form


def _drawn(base: ScenarioForm, draft: Draft, report: DraftReport) -> dict[str, object]:
    """Return what a drawn plan changes in a scenario: hours, windows by half-hour, what they serve, closing."""
    changes: dict[str, object] = {}
    if draft.hours:
        changes["hours"] = HoursForm(draft.hours, draft.hours, draft.hours)
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


def _is_date(text: str) -> bool:
    return calendar_date_of(text).isoformat() == text


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

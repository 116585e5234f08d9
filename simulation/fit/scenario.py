"""From a fit to a scenario: the same numbers in the form of a scenario file, each with what it rests on beside it.

What the scenario's form cannot say (a profile of its own for each weekday), and what nobody measured, is named among the
assumptions. The plan is the one that the last log was decided by; it goes to a file beside the scenario.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from hall.ids import MINUTE_MS
from hall.policy import Plan
from simulation.errors import ScenarioInvalid
from simulation.fit.estimate import Estimate
from simulation.fit.staffing import Staffed
from simulation.fit.whole import HallFit
from simulation.lines import Lines
from simulation.scenario_build import Builder, Resolved
from simulation.scenario_checks import Report, clock
from simulation.scenario_form import (
    AppointmentsForm,
    AssumptionForm,
    BehaviourForm,
    DaysForm,
    DemandForm,
    HallForm,
    MixForm,
    NameForm,
    ScenarioForm,
    ServiceForm,
    ShiftForm,
    StaffingForm,
    TimeForm,
)
from simulation.setting import Setting

DATES_AT_MOST: Final = 20
SHARE_DIGITS: Final = 6


def form_of(fit: HallFit, plan: Plan, *, plan_file: str = "", weekdays: tuple[int, ...] | None = None) -> ScenarioForm:
    """Return the scenario of a fit, for some weekdays (0 is Monday) of the same hours or those with the most usual ones."""
    weekdays = weekdays if weekdays is not None else usual_weekdays(fit)
    dates = [day for day in fit.dates if _weekday(day) in weekdays][-DATES_AT_MOST:]
    return ScenarioForm(
        name=NameForm(zh=f"{fit.name.zh}：由日志拟合", en=f"{fit.name.en or fit.name.zh}: fitted to its log"),
        hall=HallForm(plan=plan_file),
        days=DaysForm(dates=tuple(dates), makeup=tuple(day for day in fit.makeup if day in dates)),
        strata=max(1, min(10, len(dates))),
        target_min=plan.policy.warnings.promise_ms / MINUTE_MS,
        demand=_demand(fit, weekdays, plan),
        mix=_mix(fit),
        service=_service(fit),
        behaviour=_behaviour(fit),
        appointments=_appointments(fit),
        staffing=staffing_of(fit.staffed),
        assumptions=_assumptions(fit, weekdays),
    )


def setting_of(form: ScenarioForm, plan: Plan) -> Setting:
    """Build the setting of a form without a file; raises ScenarioInvalid."""
    report = Report(Path("fit.toml"), Lines(""))
    setting = Builder(form, Resolved(plan), report).setting()
    if setting is None or report.faults:
        raise ScenarioInvalid(report.faults)
    return setting


def usual_weekdays(fit: HallFit) -> tuple[int, ...]:
    """Return the weekdays (0 is Monday) that share the hours which most days have."""
    days: dict[tuple[int, int], int] = {}
    for weekday, hours in fit.opens.items():
        days[hours] = days.get(hours, 0) + fit.arrivals.days.get(weekday, 0)
    usual = max(sorted(days), key=days.__getitem__)
    return tuple(weekday for weekday, hours in fit.opens.items() if hours == usual)


def _demand(fit: HallFit, weekdays: tuple[int, ...], plan: Plan) -> DemandForm:
    arrivals = fit.arrivals
    share = fit.booked_share.value if fit.booked_share is not None else 0.0
    rates = {day: np.array(arrivals.rates[day]) for day in weekdays}
    weights = {day: arrivals.days[day] for day in weekdays}
    profile = sum(rates[day] * weights[day] for day in weekdays) / sum(weights.values())
    levels = {day: float(rates[day].sum() / np.sum(profile)) for day in weekdays}
    opens, closes = fit.opens[weekdays[0]]
    from_min = opens - plan.policy.issuing.before_open_ms // MINUTE_MS
    table: dict[str, float] = {}
    until = from_min
    for number, rate in enumerate(np.asarray(profile).tolist()):
        start = arrivals.first_min + number * arrivals.slot_min
        first, last = max(start, from_min), min(start + arrivals.slot_min, closes)
        if last > first:
            # Numbers are given out in a part of the slot only: all who came, came then.
            table[clock(first)] = round(rate * arrivals.slot_min / (last - first) / (1 - share), 3)
            until = last
    # Nobody from then on: the last rate would otherwise hold for an hour.
    table[clock(until)] = 0.0
    return DemandForm(
        rates=table,
        until=clock(until + 60),
        by_weekday={str(day + 1): round(level, 4) for day, level in levels.items()},
        day_cv=round(arrivals.day_cv.value, 4),
        slot_cv=round(arrivals.slot_cv.value, 4),
        slot_min=arrivals.slot_min,
        remote_share=round(fit.remote.value, 4),
        classes={code: round(one.value, SHARE_DIGITS) for code, one in fit.classes.items()},
    )


def _mix(fit: HallFit) -> MixForm:
    visit = fit.visit
    return MixForm(
        items={code: share for code, one in fit.items.shares.items() if (share := round(one.value, SHARE_DIGITS)) > 0},
        two_items=round(visit.two_items.value, 4),
        three_items=round(visit.three_items.value, 4),
        packages=round(visit.packages.value, 4),
        package_weights={code: round(one.value, 4) for code, one in visit.of_packages.items()},
        many_units=round(visit.many_units.value, 4),
        units_max=visit.units_max,
    )


def _service(fit: HallFit) -> ServiceForm:
    own = {code: one for code, one in fit.services.items() if one.mean_ms.n and one.theme in fit.themes}
    form = ServiceForm(
        themes={code: _time(one.mean_ms, one.cv) for code, one in fit.themes.items()},
        items={code: _time(one.mean_ms.value, one.cv) for code, one in own.items()},
    )
    if fit.more_units is None:
        return form
    return msgspec.structs.replace(form, more_units=round(fit.more_units.value, 3))


def _time(mean_ms: float, cv: float) -> TimeForm:
    return TimeForm(round(mean_ms / MINUTE_MS, 3), round(cv, 3))


def _behaviour(fit: HallFit) -> BehaviourForm:
    found: dict[str, float | str] = {
        "missed": round(fit.calls.missed.value, 4),
        "late": round(fit.calls.late, 4),
        "rejoins": round(fit.calls.rejoins, 4),
    }
    if fit.walk is not None:
        found |= {"walk_s": round(fit.walk.mean_ms.value / 1_000, 2), "walk_cv": round(fit.walk.cv, 3)}
    if fit.patience is not None:
        found |= {
            "patience_min": round(fit.patience.mean_min.value, 2),
            "patience_law": fit.patience.law,
            "gives_back": round(fit.patience.gives_back, 4),
        }
        if fit.patience.cv is not None:
            found["patience_cv"] = round(fit.patience.cv, 3)
    if fit.calls.return_min is not None:
        found["return_min"] = round(fit.calls.return_min.value, 2)
    if fit.gap_ms is not None:
        found["gap_s"] = round(fit.gap_ms.value / 1_000, 2)
    return msgspec.convert(found, BehaviourForm)


def _appointments(fit: HallFit) -> AppointmentsForm | None:
    if fit.booked is None or fit.booked_share is None:
        return None
    return AppointmentsForm(
        share=round(fit.booked_share.value, 4),
        no_show=round(fit.booked.no_show.value, 4),
        punctual_mean_min=round(fit.booked.offset_mean_min.value, 3),
        punctual_sd_min=round(fit.booked.offset_sd_min.value, 3),
    )


def staffing_of(staffed: Sequence[Staffed]) -> StaffingForm:
    """Return a roster as a scenario tells it."""
    shifts = [
        ShiftForm(windows=one.windows, from_=clock(one.from_min), to=clock(one.to_min), weekdays=one.weekdays)
        for one in staffed
    ]
    return StaffingForm(name="as-it-was", shifts=tuple(shifts))


# ---- what it rests on ----


def interval(one: Estimate, *, unit: float = 1.0, digits: int = 3) -> str:
    """Return an interval with the number of observations, for a comment."""
    return f"95 %: {one.low / unit:.{digits}g}–{one.high / unit:.{digits}g}, n = {one.n:,}"


def grounds_of(fit: HallFit) -> dict[str, str]:
    """Return what each fitted number rests on, by its path in the scenario file."""
    arrivals = fit.arrivals
    days = f"{len(fit.dates)} days, {fit.dates[0]} to {fit.dates[-1]}"
    every: dict[str, Estimate | None] = {
        "demand.slot_cv": arrivals.slot_cv,
        "demand.remote_share": fit.remote,
        "mix.two_items": fit.visit.two_items,
        "mix.three_items": fit.visit.three_items,
        "mix.packages": fit.visit.packages,
        "mix.many_units": fit.visit.many_units,
        "service.more_units": fit.more_units,
        "behaviour.missed": fit.calls.missed,
        "behaviour.return_min": fit.calls.return_min,
        "appointments.share": fit.booked_share,
    }
    if fit.patience is not None:
        every["behaviour.patience_min"] = fit.patience.mean_min
    if fit.booked is not None:
        every["appointments.no_show"] = fit.booked.no_show
        every["appointments.punctual_mean_min"] = fit.booked.offset_mean_min
        every["appointments.punctual_sd_min"] = fit.booked.offset_sd_min
    found = {path: interval(one) for path, one in every.items() if one is not None}
    found["demand.rates"] = days
    found["demand.by_weekday"] = f"{days}; by weekday {', '.join(map(str, arrivals.days.values()))}"
    found["demand.day_cv"] = f"{interval(arrivals.day_cv)} days"
    found |= {f"demand.classes.{code}": interval(one) for code, one in fit.classes.items()}
    found |= {f"mix.items.{code}": interval(one) for code, one in fit.items.shares.items()}
    found |= {f"mix.package_weights.{code}": interval(one) for code, one in fit.visit.of_packages.items()}
    found |= {f"service.items.{code}": interval(one.mean_ms, unit=MINUTE_MS) for code, one in fit.services.items()}
    found |= {f"service.themes.{code}": f"n = {one.n:,}" for code, one in fit.themes.items()}
    if fit.walk is not None:
        found["behaviour.walk_s"] = interval(fit.walk.mean_ms, unit=1_000)
    if fit.gap_ms is not None:
        found["behaviour.gap_s"] = interval(fit.gap_ms, unit=1_000)
    return found


def _assumptions(fit: HallFit, weekdays: tuple[int, ...]) -> tuple[AssumptionForm, ...]:
    span = f"{fit.dates[0]} – {fit.dates[-1]}"
    fitted = AssumptionForm(
        about="demand",
        zh=f"由 {len(fit.dates)} 天日志（{span}，{fit.visits} 人次）得出；各数值旁注明区间与依据的次数",
        en=f"Learnt from {len(fit.dates)} days of log ({span}, {fit.visits} visits); intervals and counts stand beside",
        basis="fitted",
    )
    stated = [AssumptionForm(about=about, zh=zh, en=en) for about, zh, en in STATED]
    others = [weekday + 1 for weekday in fit.opens if weekday not in weekdays]
    if others:
        names = ", ".join(map(str, others))
        stated.append(
            AssumptionForm(
                about="days",
                zh=f"星期 {names} 的开放时间不同，不在本场景内",
                en=f"Weekdays {names} have other hours and are not part of this scenario",
            )
        )
    unknown = [AssumptionForm(about=one.about, zh=one.text.zh, en=one.text.en) for one in fit.unknown]
    return (fitted, *stated, *unknown)


STATED: Final = (
    (
        "demand.rates",
        "各星期几共用同一时段分布，总量按星期系数调整；预约群众的期望时段与取号群众相同",
        "All weekdays share one profile, scaled by weekday; the booked wish for the times at which others come",
    ),
    (
        "service.law",
        "假设办理时长多数不长、少数很长（对数正态分布）；是否合适，见用没有参与学习的日子所做的检验",
        "Service times are taken to be mostly short and seldom very long (lognormal); the check on days that were not learnt from shows how well that holds",
    ),
    (
        "behaviour.recall_s",
        "重呼前多等的时间与下班后继续办理的上限未从日志得出，为假设值",
        "What clerks wait before a recall, and how long they serve out after closing, are not fitted but assumed",
    ),
    (
        "staffing",
        "窗口按日志中各日的通常开放时段排班，办理范围按大厅设置",
        "Windows have the shifts that they usually had, and serve what the hall's settings say",
    ),
)
"""What every scenario of a fit assumes: (part, Chinese, English)."""


def _weekday(day: str) -> int:
    return int(np.datetime64(day).astype("datetime64[D]").astype(int) + 3) % 7

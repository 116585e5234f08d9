"""What a ground says of itself to the manager: figures with intervals and counts, doubts, and the windows as they are."""

from collections.abc import Mapping
from typing import Any, Final

from hall.catalog import Text, Window
from hall.policy import Plan
from server.studio.worker.draft import drawn, groups_of
from server.studio.worker.figures import Json
from server.studio.worker.grounds import Kept
from simulation.fit.check import Checks
from simulation.fit.table import parameter_rows
from simulation.fit.whole import HallFit
from simulation.scenario_build import Builder, Resolved
from simulation.scenario_checks import clock
from simulation.scenario_form import DaysForm, ScenarioForm

ITEMS_SHOWN: Final = 30
CLASS_ROW: Final = "类别 class "
"""So begins the row of a class of visitors in the table of a fit."""
WEEK: Final = ("2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-06", "2024-01-07")
"""A week without holidays of its own in a scenario's calendar; Monday first."""


def document_of(kept: Kept, checks: Checks | None) -> Json:
    """Return the document of a ground."""
    return {
        "basis": kept.basis,
        "groups": [_group(kept.plan, windows) for windows in groups_of(kept.plan)],
        "target_min": kept.plan.policy.warnings.promise_ms / 60_000,
        "stop_before_min": kept.plan.policy.issuing.stop_before_close_ms / 60_000,
        "themes": {one.code: one.name for one in kept.plan.catalog.themes},
        "weekdays": _weekdays(kept),
        "fit": _fit(kept.fit, kept.plan) if kept.fit is not None else None,
        "checks": _checks(checks),
        "doubts": _doubts(kept),
    }


def _group(plan: Plan, windows: tuple[Window, ...]) -> Json:
    first = windows[0]
    area = next((one.name for one in plan.catalog.areas if one.code == first.area), None)
    themes = [one.name for one in plan.catalog.themes if one.code in first.serves.themes]
    return {
        "windows": [one.code for one in windows],
        "labels": [one.label for one in windows],
        "area": area,
        "kind": first.kind,
        "themes": themes,
        "everything": first.serves.everything,
    }


def _weekdays(kept: Kept) -> dict[str, Json]:
    """Return, for each weekday on which the hall opens, its hours, its usual windows and the visits expected."""
    found: dict[str, Json] = {}
    for weekday, date in enumerate(WEEK, 1):
        form = kept.form_on(date)
        one = _weekday(kept, form, date, weekday)
        if one is not None:
            found[str(weekday)] = one
    return found


def _weekday(kept: Kept, form: ScenarioForm, date: str, weekday: int) -> Json | None:
    from msgspec.structs import replace

    from server.studio.worker.grounds import DraftReport

    if kept.fit is not None and weekday - 1 not in kept.fit.arrivals.rates:
        return None
    report = DraftReport()
    only = replace(form, days=DaysForm(dates=(date,)))
    setting = Builder(only, Resolved(kept.plan, kept.shares), report).setting()
    if setting is None or report.faults:
        return None
    roster = drawn(kept.plan, setting.roster.shifts, weekday)
    spans = setting.plan.hours.days[weekday - 1]
    visits = sum(one.per_hour * (one.to_min - one.from_min) / 60 for one in setting.demand.pieces) + setting.demand.door
    return {
        "hours": [f"{clock(span.from_min)}-{clock(span.to_min)}" for span in spans],
        "start_min": roster.start_min,
        "open": [group.open for group in roster.groups],
        "visits": round(visits * setting.demand.by_weekday[weekday - 1], 1),
        "days": kept.fit.arrivals.days[weekday - 1] if kept.fit is not None else 0,
    }


def _fit(fit: HallFit, plan: Plan) -> Json:
    names = {item.code: item.name for item in plan.catalog.items}
    classes = {one.code: one.name for one in plan.policy.classes}
    every = sorted(fit.services.values(), key=lambda one: (-one.mean_ms.n, one.item))[:ITEMS_SHOWN]
    return {
        "first": fit.dates[0],
        "last": fit.dates[-1],
        "days": len(fit.dates),
        "visits": fit.visits,
        "refused": fit.refused,
        "rates": _rates(fit),
        "parameters": [_parameter(row, classes) for row in parameter_rows(fit)[1:]],
        "services": [
            {
                "item": one.item,
                "name": names.get(one.item),
                "mean_min": one.mean_ms.value / 60_000,
                "low_min": one.mean_ms.low / 60_000,
                "high_min": one.mean_ms.high / 60_000,
                "n": one.mean_ms.n,
                "own_pct": 100 * one.weight,
            }
            for one in every
        ],
    }


def _parameter(row: tuple[str, ...], classes: Mapping[str, Text]) -> Json:
    zh, _, en = row[0].partition(" ")
    if (klass := classes.get(row[0].removeprefix(CLASS_ROW))) is not None:
        zh, en = f"类别：{klass.zh}", f"class: {klass.en or klass.zh}"
    interval = "" if row[3] == "0" else row[2]
    return {"zh": zh, "en": en, "value": row[1], "interval": interval, "n": row[3]}


def _rates(fit: HallFit) -> list[Json]:
    """Return people per hour by half-hour, all weekdays together, with the widest of their intervals."""
    arrivals = fit.arrivals
    total = sum(arrivals.days.values())

    def mean(table: dict[int, tuple[float, ...]], slot: int) -> float:
        return sum(table[day][slot] * arrivals.days[day] for day in table) / total

    slots = len(next(iter(arrivals.rates.values())))
    return [
        {
            "at_min": arrivals.first_min + slot * arrivals.slot_min,
            "value": mean(arrivals.rates, slot),
            "low": mean(arrivals.rates_low, slot),
            "high": mean(arrivals.rates_high, slot),
        }
        for slot in range(slots)
    ]


def _checks(checks: Checks | None) -> Json | None:
    if checks is None:
        return None
    return {
        "arrivals_inside_pct": checks.arrivals.inside_80_pct,
        "poisson_inside_pct": checks.arrivals.poisson_inside_80_pct,
        "arrivals_bias_pct": checks.arrivals.bias_pct,
        "services_inside_pct": checks.services.inside_80_pct,
        "services_bias_pct": checks.services.bias_pct,
        "waits_inside": checks.waits_inside,
        "waits": [
            {"date": one.date, "quantile": one.quantile, "seen": one.seen_min, "low": one.low_min,
             "middle": one.middle_min, "high": one.high_min, "inside": one.is_inside}
            for one in checks.waits
        ],
    }  # fmt: skip


def _doubts(kept: Kept) -> list[Any]:
    """Return what the ground does not know, in both languages."""
    if kept.fit is not None:
        return [{"about": one.about, "zh": one.text.zh, "en": one.text.en} for one in kept.fit.unknown]
    assert kept.form is not None
    return [{"about": one.about, "zh": one.zh, "en": one.en} for one in kept.form.assumptions]

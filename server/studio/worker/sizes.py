"""The fewest windows that keep a promise, searched on the twin and shown beside the windows as they are."""

import math
from collections.abc import Sequence
from datetime import date as calendar_date

import msgspec

from hall.ids import MINUTE_MS
from server.studio.asks import SizeAsk
from server.studio.worker.draft import drawn, setting_of
from server.studio.worker.figures import Json
from server.studio.worker.grounds import Kept
from server.studio.worker.runs import Tell, run
from simulation.sizing.staffing import Checked, Progress, SizedPlan, Target, size

PERCENT = 100.0
OF_DAY = ("booked", "use")
"""Requirements that hold over the day, each told whether or not it is the one that tells."""


def sized(kept: Kept, ask: SizeAsk, tell: Tell) -> Json:
    """Search, then simulate the plan that was found as any other; raises SimulationError where there is none."""
    scenario = setting_of(kept, ask.draft, seed=ask.seed, days=ask.days)
    target = Target(
        share=_part(ask.kept_pct),
        within_min=scenario.target_ms / MINUTE_MS,
        p50_min=ask.p50_min,
        p90_min=ask.p90_min,
        booked_share=_part(ask.booked_pct),
        booked_min=ask.booked_min,
        use_max=_part(ask.use_pct),
    )

    def told(now: Progress) -> None:
        tell(now.done, max(now.done, now.total), now.stage)

    found = size(scenario, target, seed=ask.seed, progress=told, search_days=ask.days, fresh_days=ask.days)
    weekday = calendar_date.fromisoformat(ask.draft.date).isoweekday()
    roster = drawn(scenario.plan, found.roster.shifts, weekday)
    draft = msgspec.structs.replace(ask.draft, start=roster.start, groups=roster.groups)
    return {**run(kept, draft, days=ask.days, seed=ask.seed, tell=tell), "sized": _told(found, ask, target)}


def _part(percent: float | None) -> float | None:
    return None if percent is None else percent / PERCENT


def _told(found: SizedPlan, ask: SizeAsk, target: Target) -> Json:
    return {
        "kept_pct": ask.kept_pct,
        "held": found.held,
        "sure": found.sure,
        "days": found.days,
        "window_hours": found.window_hours,
        "worst_hour": found.worst_hour,
        "worst": found.worst,
        "within_min": target.limits[0].within_min,
        "tells": telling(found.checks),
        "day": [one for one in found.checks if one.kind in OF_DAY],
    }


def telling(checks: Sequence[Checked]) -> Checked | None:
    """Return the requirement that is missed by most, or else is least sure; None where all are surely held."""
    missed = [one for one in checks if not one.holds]
    unsure = [one for one in checks if not one.is_sure]
    return max(missed, key=_missing, default=None) or max(unsure, key=_beyond, default=None)


def _missing(one: Checked) -> float:
    return one.found.value - one.wanted if one.at_most else one.wanted - one.found.value


def _beyond(one: Checked) -> float:
    """Return by how much the interval reaches beyond what is wanted; of a figure without one: the figure."""
    end = one.found.high if one.at_most else one.found.low
    if math.isnan(end):
        return _missing(one)
    return end - one.wanted if one.at_most else one.wanted - end

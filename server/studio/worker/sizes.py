"""The fewest windows that keep a promise, searched on the twin and shown beside the windows as they are."""

from datetime import date as calendar_date

import msgspec

from server.studio.asks import SizeAsk
from server.studio.worker.draft import drawn, setting_of
from server.studio.worker.figures import Json
from server.studio.worker.grounds import Kept
from server.studio.worker.runs import Tell, run
from simulation.sizing.staffing import Progress, SizedPlan, Target, size

PERCENT = 100.0


def sized(kept: Kept, ask: SizeAsk, tell: Tell) -> Json:
    """Search, then simulate the plan that was found as any other; raises SimulationError where there is none."""
    scenario = setting_of(kept, ask.draft, seed=ask.seed, days=ask.days)
    target = Target(
        share=ask.kept_pct / PERCENT,
        within_min=scenario.target_ms / 60_000,
        use_max=ask.use_pct / PERCENT if ask.use_pct is not None else None,
    )

    def told(now: Progress) -> None:
        tell(now.done, max(now.done, now.total), now.stage)

    found = size(scenario, target, seed=ask.seed, progress=told, search_days=ask.days, fresh_days=ask.days)
    weekday = calendar_date.fromisoformat(ask.draft.date).isoweekday()
    roster = drawn(scenario.plan, found.roster.shifts, weekday)
    draft = msgspec.structs.replace(ask.draft, start=roster.start, groups=roster.groups)
    return {**run(kept, draft, days=ask.days, seed=ask.seed, tell=tell), "sized": _told(found, ask)}


def _told(found: SizedPlan, ask: SizeAsk) -> Json:
    return {
        "kept_pct": ask.kept_pct,
        "held": found.held,
        "sure": found.sure,
        "days": found.days,
        "window_hours": found.window_hours,
        "worst_hour": found.worst_hour,
        "worst": found.worst,
    }

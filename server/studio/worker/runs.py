"""Plans lived through: one beside the windows as they are, kept ones beside the first of them, and a day to watch."""

from datetime import date as calendar_date
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from server.studio.asks import CompareAsk, DayAsk, Draft, Work
from server.studio.worker.draft import setting_of
from server.studio.worker.figures import Json, basis_of, changes_of, live, side_of
from server.studio.worker.grounds import Kept
from simulation.log import LogSink
from simulation.setting import Setting
from simulation.twin import Twin


class OtherPeople(Exception):
    """Plans that do not meet the same people cannot be compared."""


class Tell(Protocol):
    """How progress is told."""

    def __call__(self, done: int, total: int, stage: str = "") -> None:
        """Tell that so much of the work is done."""
        ...


def run(kept: Kept, draft: Draft, *, days: int, seed: int, tell: Tell) -> Json:
    """Simulate a plan beside the windows as they usually are open; the same people come to both."""
    plan = setting_of(kept, draft, seed=seed, days=days)
    current = setting_of(kept, draft, seed=seed, days=days, as_it_is=True)
    before, after = live([current, plan], days, lambda so_far: tell(so_far, 2 * days, "days"))
    weekday = calendar_date.fromisoformat(draft.date).isoweekday()
    return {
        **_about(plan, draft, days=days, seed=seed),
        "current": side_of(before, weekday=weekday, cost_per_hour=draft.cost_per_hour),
        "plan": side_of(after, weekday=weekday, cost_per_hour=draft.cost_per_hour),
        "change": changes_of(after, before),
        "basis": basis_of([current, plan]),
    }


def compared(work: Work, kept: Kept, ask: CompareAsk, tell: Tell) -> Json:
    """Hold saved plans against the first of them."""
    first = work.saved[0]
    if any(not _same_people(first.draft, one.draft) or one.ground != first.ground for one in work.saved[1:]):
        raise OtherPeople
    settings = [setting_of(kept, one.draft, seed=ask.seed, days=ask.days) for one in work.saved]
    lived = live(settings, ask.days, lambda so_far: tell(so_far, len(settings) * ask.days, "days"))
    weekday = calendar_date.fromisoformat(first.draft.date).isoweekday()
    sides = [
        {
            **side_of(one, weekday=weekday, cost_per_hour=saved.draft.cost_per_hour),
            "name": saved.name,
            "change": changes_of(one, lived[0]) if place else None,
        }
        for place, (one, saved) in enumerate(zip(lived, work.saved, strict=True))
    ]
    return {
        **_about(settings[0], first.draft, days=ask.days, seed=ask.seed),
        "plans": sides,
        "basis": basis_of(settings),
    }


def day_to_watch(work: Work, kept: Kept, ask: DayAsk) -> Json:
    """Live through one day and write its log, as a hall writes it."""
    setting = setting_of(kept, ask.draft, seed=ask.seed, days=1)
    log = LogSink()
    world = Twin(setting).world(0, log=log)
    world.run()
    log.fingerprint = world.state.fingerprint()
    log.write(Path(work.day_file), setting.plan)
    return {
        **_about(setting, ask.draft, days=1, seed=ask.seed),
        "visits": len(world.state.tickets),
        "first_ms": log.commits[0].at_ms,
        "last_ms": log.commits[-1].at_ms,
        "opens_ms": world.state.sessions[0].open_ms,
        "basis": basis_of([setting]),
    }


def _about(setting: Setting, draft: Draft, *, days: int, seed: int) -> Json:
    return {
        "date": draft.date,
        "days": days,
        "seed": seed,
        "version": version("onewindow"),
        "target_min": setting.target_ms / 60_000,
        "draft": draft,
    }


def _same_people(one: Draft, other: Draft) -> bool:
    return one.date == other.date and one.demand_pct == other.demand_pct

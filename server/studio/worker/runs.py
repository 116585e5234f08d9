"""Plans lived through: one beside the windows as they are, kept ones beside the first of them, and a day to watch."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from itertools import combinations
from pathlib import Path
from typing import Protocol

from server.studio.asks import CompareAsk, DayAsk, Draft, Saved, Work
from server.studio.dates import written
from server.studio.worker.coming import contradict, parts_of
from server.studio.worker.draft import HIGH, LOW, setting_of
from server.studio.worker.figures import Json, Lived, basis_of, changes_of, live, side_of
from server.studio.worker.grounds import Kept
from server.studio.worker.planned import Planned, planned_on, spans_of, times_written
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
    """Simulate a plan beside the day as it is set and usually staffed; the same people come to both.

    Where a range is stated of new hours, the plan is its high end and stands beside its low one. Where the hall is closed
    as it is, there is nothing beside the plan.
    """
    plan = setting_of(kept, draft, seed=seed, days=days)
    low = setting_of(kept, draft, seed=seed, days=days, end=LOW)
    planned = planned_on(kept, draft.date)
    settings = {"plan": plan}
    if low.demand != plan.demand:
        settings["low"] = low
    if planned.day.spans:
        settings["current"] = setting_of(kept, draft, seed=seed, days=days, as_it_is=True, beside=plan)
    found = live(list(settings.values()), days, lambda so_far: tell(so_far, len(settings) * days, "days"))
    lived = dict(zip(settings, found, strict=True))
    sides: dict[str, Json | None] = {
        name: side_of(lived[name], weekday=planned.day.weekday, cost_per_hour=draft.cost_per_hour)
        if name in lived
        else None
        for name in ("current", "low", "plan")
    }
    current = lived.get("current")

    def change(name: str) -> Json:
        if current is None or name not in lived:
            return {}
        return changes_of(lived[name], current, cost_per_hour=draft.cost_per_hour)

    return {
        **_about(plan, draft, days=days, seed=seed),
        **sides,
        "change": change("plan"),
        "low_change": change("low"),
        "opening": opening_of(planned, plan),
        "same_people": _meet_the_same(list(settings.values())),
        "basis": basis_of(list(settings.values())),
    }


def compared(work: Work, kept: Kept, ask: CompareAsk, tell: Tell) -> Json:
    """Hold saved plans against the first of them; where a range is stated of new hours, low ends against its low end too.

    At each end the same people come on the same days to all plans that are open then.
    """
    first = work.saved[0]
    if any(not _same_people(first.draft, one.draft) or one.ground != first.ground for one in work.saved[1:]):
        raise OtherPeople
    planned = planned_on(kept, first.draft.date)
    ends = {
        end: [setting_of(kept, one.draft, seed=ask.seed, days=ask.days, end=end) for one in work.saved]
        for end in (LOW, HIGH)
    }
    _check_stated(work, ends[HIGH], planned)
    lived = _lived_at(ends, ask, tell)
    sides = [_compared_side(saved, lived, place, planned) for place, saved in enumerate(work.saved)]
    return {
        **_about(ends[HIGH][0], first.draft, days=ask.days, seed=ask.seed),
        "plans": sides,
        "same_people": all(_meet_the_same(settings) for settings in ends.values()),
        "basis": basis_of(ends[HIGH]),
    }


def _check_stated(work: Work, settings: Sequence[Setting], planned: Planned) -> None:
    """Refuse plans that state different things of who comes in the same new hour; raises OtherPeople."""
    stated = [
        parts_of(one.draft, planned.new(spans_of(setting, planned)))
        for one, setting in zip(work.saved, settings, strict=True)
    ]
    if any(contradict(one, other) for one, other in combinations(stated, 2)):
        raise OtherPeople


def _lived_at(ends: Mapping[int, Sequence[Setting]], ask: CompareAsk, tell: Tell) -> dict[int, list[Lived]]:
    """Simulate all plans at both ends; a plan of which no range is stated is the same at both, and simulated once."""
    pairs = list(zip(ends[LOW], ends[HIGH], strict=True))
    ranged = [low for low, high in pairs if low.demand != high.demand]
    settings = [*ends[HIGH], *ranged]
    total = len(settings) * ask.days
    lived = live(settings, ask.days, lambda so_far: tell(so_far, total, "days"))
    high, rest = lived[: len(pairs)], iter(lived[len(pairs) :])
    if not ranged:
        return {HIGH: high}
    return {
        LOW: [next(rest) if low.demand != most.demand else own for (low, most), own in zip(pairs, high, strict=True)],
        HIGH: high,
    }


def _compared_side(saved: Saved, lived: Mapping[int, Sequence[Lived]], place: int, planned: Planned) -> Json:
    """Return a plan at the high end, its low end where any plan has a range, and at each end its difference from the first."""

    def side(own: Lived) -> Json:
        return side_of(own, weekday=planned.day.weekday, cost_per_hour=saved.draft.cost_per_hour)

    def change(end: int) -> Json | None:
        if not place or end not in lived:
            return None
        return changes_of(lived[end][place], lived[end][0], cost_per_hour=saved.draft.cost_per_hour)

    return {
        **side(lived[HIGH][place]),
        "name": saved.name,
        "change": change(HIGH),
        "low": side(lived[LOW][place]) if LOW in lived else None,
        "low_change": change(LOW),
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


def opening_of(planned: Planned, setting: Setting) -> Json:
    """Return when the hall opens on the date as it is set, in the plan, and which of the plan's times are new."""
    spans = spans_of(setting, planned)
    return {
        "kind": planned.day.kind,
        "name": planned.day.name,
        "as_set": written(planned.day.spans),
        "hours": written(spans),
        "new": times_written(planned.new(spans)),
    }


def _meet_the_same(settings: Sequence[Setting]) -> bool:
    """Tell whether the same people come to all plans: whoever comes in new hours only comes to those that have them."""
    return all(one.demand == settings[0].demand for one in settings)


def _same_people(one: Draft, other: Draft) -> bool:
    return one.date == other.date and one.demand_pct == other.demand_pct

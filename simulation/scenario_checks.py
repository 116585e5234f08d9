"""What a scenario may not say: each rule finds its faults, each fault names the line."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec

from hall.catalog import items_of
from hall.policy import Plan
from simulation.errors import Fault
from simulation.lines import Lines
from simulation.scenario_form import ScenarioForm
from simulation.setting import Setting, Shift

SHARES = {
    "demand": ("door_share", "remote_share"),
    "mix": ("two_items", "three_items", "packages", "many_units"),
    "behaviour": ("gives_back", "missed", "late", "rejoins"),
    "appointments": ("share", "no_show"),
}
"""Numbers from 0 to 1."""

LIMITS = {
    "demand.day_cv": 2.0,
    "demand.slot_cv": 2.0,
    "demand.visits": 1_000_000.0,
    "behaviour.walk_cv": 5.0,
    "behaviour.patience_cv": 5.0,
    "mix.units_max": 99.0,
    "service.factor": 20.0,
    "replications": 100_000.0,
    "strata": 1_000.0,
    "days.count": 400.0,
}
"""Beyond these a number is a slip of the pen: twice the mean as a spread of days, more visits than a city."""

Placed = tuple[Shift, tuple[str | int, ...]]
"""A shift and where it stands in the scenario."""

LEAST = {"replications": 1.0, "strata": 1.0, "demand.slot_min": 5.0, "appointments.slot_min": 5.0, "mix.units_max": 2.0}


class Report:
    """Collects the faults of one file."""

    def __init__(self, file: Path, lines: Lines) -> None:
        self.faults: list[Fault] = []
        self._file = file.name
        self._lines = lines

    def add(self, code: str, *path: str | int, **facts: str | int | float) -> None:
        """Note a fault at the line of a path."""
        self.add_at(code, self._lines.of(*path), **facts)

    def add_at(self, code: str, line: int, **facts: str | int | float) -> None:
        """Note a fault at a line."""
        self.faults.append(Fault(code, self._file, line, facts))


def check_numbers(form: ScenarioForm, report: Report) -> None:
    """Find negative rates and times, shares outside 0 to 1, and numbers beyond all reason."""
    plain = msgspec.to_builtins(form)
    for path, value in _numbers(plain):
        where = ".".join(map(str, path))
        limit = LIMITS.get(where)
        if value < 0 and path[-1] not in ("punctual_mean_min", "seed"):
            report.add("NEGATIVE", *path, where=where, value=value)
        elif (len(path) == 2 and path[1] in SHARES.get(str(path[0]), ()) and value > 1) or (
            path[:2] == ("mix", "online") and value > 1
        ):
            report.add("SHARE_RANGE", *path, where=where, value=value)
        elif limit is not None and value > limit:
            report.add("TOO_LARGE", *path, where=where, value=value, limit=limit)
        elif value < (least := LEAST.get(where, value)):
            report.add("TOO_SMALL", *path, where=where, value=value, limit=least)


def _numbers(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], float]]:
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield path, float(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key != "policy":
                yield from _numbers(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _numbers(inner, (*path, number))


def check_names(form: ScenarioForm, plan: Plan, report: Report) -> None:
    """Find items, themes, packages and classes that the hall does not have."""
    catalog = plan.catalog
    items = frozenset(item.code for item in catalog.items)
    themes = frozenset(theme.code for theme in catalog.themes)
    packages = frozenset(package.code for package in catalog.packages)
    classes = frozenset(one.code for one in plan.policy.classes)
    named: list[tuple[str, str, Iterable[str], frozenset[str], tuple[str | int, ...]]] = [
        ("UNKNOWN_ITEM", "item", form.mix.items, items, ("mix", "items")),
        ("UNKNOWN_ITEM", "item", form.service.items, items, ("service", "items")),
        ("UNKNOWN_ITEM", "item", form.mix.online, items | themes, ("mix", "online")),
        ("UNKNOWN_THEME", "theme", form.mix.themes, themes, ("mix", "themes")),
        ("UNKNOWN_THEME", "theme", form.service.themes, themes, ("service", "themes")),
        ("UNKNOWN_PACKAGE", "package", form.mix.package_weights, packages, ("mix", "package_weights")),
        ("UNKNOWN_CLASS", "klass", form.demand.classes, classes, ("demand", "classes")),
    ]
    for number, skill in enumerate(form.staffing.skills):
        where = ("staffing", "skills", number)
        named.append(("UNKNOWN_ITEM", "item", skill.items, items, (*where, "items")))
        named.append(("UNKNOWN_THEME", "theme", skill.themes, themes, (*where, "themes")))
    for fault, fact, codes, known, path in named:
        for code in codes:
            if code not in known:
                report.add(fault, *path, code, **{fact: code})


def check_shifts(placed: Iterable[Placed], report: Report) -> None:
    """Find shifts that end before they begin, overlap at one window, or have a break outside themselves."""
    by_window: dict[str, list[Placed]] = {}
    for shift, path in placed:
        by_window.setdefault(shift.window, []).append((shift, path))
        for pause in shift.pauses:
            if not shift.from_min <= pause.from_min < pause.to_min <= shift.to_min:
                report.add("PAUSE_OUTSIDE", *path, time=f"{clock(pause.from_min)}-{clock(pause.to_min)}")
        for earlier, later in pairwise(shift.pauses):
            if later.from_min < earlier.to_min:
                report.add("SPANS_OVERLAP", *path, where="breaks")
    for window, shifts in by_window.items():
        for before, after, path in _overlapping(shifts):
            span = f"{clock(after.from_min)}-{clock(min(after.to_min, before.to_min))}"
            report.add("SHIFTS_OVERLAP", *path, window=window, time=span)


def _overlapping(shifts: Sequence[Placed]) -> Iterator[tuple[Shift, Shift, tuple[str | int, ...]]]:
    """Yield each shift that begins before another of its window and weekday has ended, once, with the one that runs longest."""
    in_order = sorted(shifts, key=lambda one: (one[0].from_min, one[0].to_min))
    for number, (after, path) in enumerate(in_order):
        running = [one for one, _ in in_order[:number] if set(one.weekdays) & set(after.weekdays)]
        before = max(running, key=lambda one: one.to_min, default=None)
        if before is not None and after.from_min < before.to_min:
            yield before, after, path


def check_service(setting: Setting, report: Report) -> None:
    """Find items that people come for and no window that ever opens serves."""
    skills = {skill.window: skill.serves for skill in setting.roster.skills}
    opens = {shift.window for shift in setting.roster.shifts}
    catalog = setting.plan.catalog
    served = frozenset().union(
        *(items_of(skills.get(one.code, one.serves), catalog) for one in catalog.windows if one.code in opens)
    )
    missing = [code for code, share in setting.mix.items if share > 0 and code not in served]
    for code in missing[:5]:
        report.add("NOBODY_SERVES", "staffing", item=code)


def clock(minute: int) -> str:
    """Return a minute of the day as people write it."""
    return f"{minute // 60:02}:{minute % 60:02}"

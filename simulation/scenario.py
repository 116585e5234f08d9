"""Scenario files: a hall, its days, who comes, how it is staffed, all as text that can be read, compared and kept.

Everything that nobody published or measured is named in ``[[assumptions]]``, in both languages. A file that contradicts
itself is refused with every fault and its line; nothing is guessed.
"""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec

from hall.policy import Plan, faults_of_plan
from simulation.errors import ScenarioInvalid
from simulation.lines import Lines
from simulation.scenario_build import Builder, Resolved
from simulation.scenario_checks import Report, check_numbers
from simulation.scenario_form import HallForm, ScenarioForm
from simulation.setting import Setting

FOLDER = Path(__file__).parent / "scenarios"
"""Scenarios that come with the product."""


Resolve = Callable[[HallForm], Resolved | None]
"""How the caller finds a hall of a preset or of a server's settings; None: there is none."""


def nowhere(_hall: HallForm) -> Resolved | None:
    """Find no hall: for scenarios that bring their plan as a file."""
    return None


def load_scenario(path: Path, *, resolve: Resolve = nowhere) -> Setting:
    """Read a scenario; raises ScenarioInvalid with every fault found."""
    return read_scenario(path.read_text(encoding="utf-8"), path, resolve=resolve)[2]


def read_scenario(text: str, path: Path, *, resolve: Resolve) -> tuple[ScenarioForm, Resolved, Setting]:
    """Read the text of a scenario that stands, or would stand, at ``path``; raises ScenarioInvalid with every fault."""
    report = Report(path, Lines(text))
    form = _form_of(text, report)
    if form is None:
        raise ScenarioInvalid(report.faults)
    check_numbers(form, report)
    found = _hall_of(form, path, resolve, report)
    if found is None:
        raise ScenarioInvalid(report.faults)
    setting = Builder(form, found, report).setting()
    if setting is None or report.faults:
        raise ScenarioInvalid(report.faults)
    return form, found, setting


def scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the product."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def _form_of(text: str, report: Report) -> ScenarioForm | None:
    try:
        return msgspec.convert(tomllib.loads(text), ScenarioForm, strict=True)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found is not None else len(text.splitlines())
        report.add_at("NOT_TOML", max(1, line), why=str(error).partition(" (at")[0])
    except msgspec.ValidationError as error:
        _report_form(str(error), report)
    return None


_FORM_FAULTS = (
    ("WRONG_TYPE", re.compile(r"^Expected `(?P<expected>[^`]+)`(?:, got `(?P<got>[^`]+)`)?")),
    ("UNKNOWN_FIELD", re.compile(r"contains unknown field `(?P<field>[^`]+)`")),
    ("MISSING_FIELD", re.compile(r"missing required field `(?P<field>[^`]+)`")),
)
"""What the parser of forms says, taken apart so that it can be said in both languages."""


def _report_form(message: str, report: Report) -> None:
    what, _, where = message.partition(" - at `$")
    path = tuple(
        int(number) if number else name
        for name, number in re.findall(r"\.([A-Za-z0-9_]+)|\[(\d+)\]", where.rstrip("`"))
    )
    shown = ".".join(map(str, path)) or "file"
    for code, pattern in _FORM_FAULTS:
        found = pattern.search(what)
        if found is not None:
            facts = {name: value or "?" for name, value in found.groupdict().items()}
            report.add(code, *path, *([facts["field"]] if "field" in facts else []), where=shown, **facts)
            return
    report.add("BAD_FORM", *path, where=shown, why=what)


def _hall_of(form: ScenarioForm, path: Path, resolve: Resolve, report: Report) -> Resolved | None:
    """Find the plan that the scenario names, with its own policy parts put in."""
    if form.hall.plan:
        found = _plan_file(path.parent / form.hall.plan, report)
    else:
        found = resolve(_placed(form.hall, path.parent))
        if found is None:
            report.add("UNKNOWN_HALL", "hall", hall=form.hall.hall or form.hall.preset or "?")
    if found is None:
        return None
    plan = found.plan
    if form.policy:
        merged = laid_over(msgspec.to_builtins(plan.policy), form.policy)
        try:
            plan = msgspec.structs.replace(plan, policy=msgspec.convert(merged, type(plan.policy)))
        except msgspec.ValidationError as error:
            report.add("BAD_FORM", "policy", where="policy", why=str(error))
            return None
    faults = faults_of_plan(plan)
    if faults:
        report.add("BAD_PLAN", "hall", why="; ".join(faults[:3]))
        return None
    return Resolved(plan, found.shares)


def _placed(hall: HallForm, folder: Path) -> HallForm:
    """Return where a hall is, whatever folder the command runs in."""
    if not hall.data or "://" in hall.data:
        return hall
    return msgspec.structs.replace(hall, data=str((folder / hall.data).absolute()))


def _plan_file(path: Path, report: Report) -> Resolved | None:
    try:
        return Resolved(msgspec.json.decode(path.read_bytes(), type=Plan))
    except (OSError, msgspec.MsgspecError) as error:
        report.add("BAD_PLAN", "hall", "plan", why=f"{path.name}: {error}")
        return None


def laid_over(base: dict[str, object], over: dict[str, object]) -> dict[str, object]:
    """Put a table over another, table by table."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged

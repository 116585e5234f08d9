"""Writes the scenario of a fit: a TOML file for people, with a comment beside each fitted number, and its plan beside it."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from hall.policy import Plan
from simulation.fit.scenario import form_of, grounds_of
from simulation.fit.whole import HallFit
from simulation.scenario_form import ScenarioForm

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")
TABLES = ("demand.rates", "demand.classes", "mix.items", "mix.package_weights", "service.themes", "service.items")
"""Written as tables of their own, one line for each entry, so that each has its comment."""


def write_scenario(path: Path, fit: HallFit, plan: Plan) -> Path:
    """Write a scenario, and its plan to ``<name>.plan.json`` beside it; return the plan's path."""
    plan_path = path.with_suffix(".plan.json")
    plan_path.write_bytes(msgspec.json.format(msgspec.json.encode(plan), indent=1))
    path.write_text(toml_of(form_of(fit, plan, plan_file=plan_path.name), fit), encoding="utf-8")
    return plan_path


def toml_of(form: ScenarioForm, fit: HallFit) -> str:
    """Return the text of a scenario file."""
    plain = msgspec.to_builtins(form)
    grounds = grounds_of(fit)
    head = [
        f"# {fit.name.zh} {fit.name.en}: onewindow fit {fit.version}, seed {fit.seed}",
        f"# {len(fit.dates)} 天 days, {fit.dates[0]} – {fit.dates[-1]}; {fit.visits} 人次 visits",
        "# 各数值后为 95 % 区间与样本数 beside each number: its 95 % interval and how many observations it rests on",
        "",
    ]
    lines = [*head, *_entries({key: value for key, value in plain.items() if not _is_table(value)}, "", grounds)]
    for key, value in plain.items():
        if isinstance(value, dict) and value:
            lines += _table(key, value, grounds)
    for shift in plain["staffing"]["shifts"]:
        lines += ["", "[[staffing.shifts]]", *_entries(shift, "", {})]
    for one in plain["assumptions"]:
        lines += ["", "[[assumptions]]", *_entries(one, "", {})]
    return "\n".join(lines) + "\n"


def _is_table(value: object) -> bool:
    return value is None or (isinstance(value, dict) and set(value) != {"zh", "en"}) or _is_list_of_tables(value)


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(one, dict) for one in value)


def _table(name: str, table: Mapping[str, object], grounds: Mapping[str, str]) -> Iterator[str]:
    if set(table) == {"zh", "en"}:
        return
    own = {key: value for key, value in table.items() if f"{name}.{key}" not in TABLES}
    yield from ("", f"[{name}]")
    yield from _entries(own, f"{name}.", grounds)
    for key, value in table.items():
        if f"{name}.{key}" in TABLES and isinstance(value, dict) and value:
            comment = grounds.get(f"{name}.{key}", "")
            yield from ("", f"[{name}.{key}]" + (f"  # {comment}" if comment else ""))
            yield from _entries(value, f"{name}.{key}.", grounds)


def _entries(table: Mapping[str, object], prefix: str, grounds: Mapping[str, str]) -> Iterator[str]:
    """Write the entries that say something, and what each rests on."""
    for key, value in table.items():
        if value in ("", [], (), {}, None) or _is_list_of_tables(value):
            continue
        comment = grounds.get(f"{prefix}{key}", "")
        yield f"{_name(key)} = {_value(value)}" + (f"  # {comment}" if comment else "")


def _name(key: str) -> str:
    return key if _BARE.match(key) else json.dumps(key, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_name(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)

"""The districts' reports say what their commands measured: tables are those of the kept figures, and a short run agrees."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from simulation.cli import simulate
from simulation.twin import Twin
from tests.docs.documents import ROOT, blocks

DOCUMENT = ROOT / "docs/districts.md"


def made() -> ModuleType:
    """Return the script that makes the document."""
    spec = importlib.util.spec_from_file_location("districts", ROOT / "docs/districts.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def test_the_tables_of_the_document_are_those_of_the_kept_figures() -> None:
    text = DOCUMENT.read_text("utf-8")

    assert made().filled(text) == text
    assert text.count("<!-- table") == text.count("<!-- end -->") > 8


def test_the_document_prints_exactly_the_commands_whose_figures_are_kept() -> None:
    printed = [line for block in blocks(DOCUMENT, "sh") for line in block.splitlines()]

    assert sorted(printed) == sorted(f"onewindow {words}" for words in made().COMMANDS.values())


@pytest.mark.parametrize("name", sorted(made().COMMANDS))
def test_the_kept_figures_are_those_of_today_s_rules(name: str) -> None:
    """A day of each scenario: where the twin lives through it otherwise, the figures are to be measured again."""
    script = made()

    assert script.kept_digests().get(name) == script.digest(name), f"old figures: make districts ARGS={name}"


def test_other_rules_are_seen_in_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    script = made()
    monkeypatch.setitem(script.COMMANDS, "same", "simulate docs/districts/futian-station.toml --days 40")
    monkeypatch.setitem(script.COMMANDS, "fewer", "simulate docs/districts/futian-station.toml --days 39")
    before = script.digest("same"), script.digest("fewer")

    monkeypatch.setattr(script, "Twin", lambda setting: Twin(msgspec.structs.replace(setting, seed=2)))

    assert len({*before, script.digest("same")}) == 3


@pytest.mark.parametrize("name", ["futian-station", "futian-street"])
def test_a_short_run_agrees_with_the_kept_figures(name: str, tmp_path: Path) -> None:
    """Other days of the same hall: the intervals of both runs meet."""
    file = tmp_path / "figures.json"
    done = CliRunner().invoke(
        simulate, [str(ROOT / f"docs/districts/{name}.toml"), "--days", "10", "--seed", "7", "--json", str(file)]
    )
    assert done.exit_code == 0, done.output
    short, kept = (msgspec.json.decode(path.read_bytes()) for path in (file, ROOT / f"docs/districts/{name}.json"))

    for figure in ("visitors", "kept_pct", "mean_wait_min", "use_pct"):
        assert meet(short[figure], kept[figure]), (figure, short[figure], kept[figure])


def meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two intervals have something in common."""
    return bool(one["low"] <= other["high"] and other["low"] <= one["high"])

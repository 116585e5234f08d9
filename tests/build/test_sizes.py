"""Modules and functions stay small enough to be read in one go."""

import ast
from pathlib import Path

import pytest

from tests.support.sources import PACKAGES, ROOT, parsed, python_files, repository_files

MODULE_LINES = 500
FUNCTION_LINES = 40


def test_no_python_module_is_longer_than_500_lines():
    """The limit of the house; the aim is 300."""
    assert not _too_long(python_files(*PACKAGES))


def test_no_web_source_is_longer_than_500_lines():
    """The same limit for the pages and the tools that build them."""
    web = [path for path in repository_files() if path.suffix in {".ts", ".mjs", ".css", ".html"}]

    assert not _too_long(web)


def test_no_function_is_longer_than_40_lines():
    """From its `def` to its last line, docstring and inner functions included; the aim is 25."""
    faults = [
        f"{path}:{node.lineno}: {node.name} has {lines} lines"
        for path in python_files(*PACKAGES)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]

    assert not faults, "\n".join(faults)


def test_no_module_has_a_name_that_says_nothing():
    """A module is named for what it does, not for being of use."""
    empty_words = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}

    assert not [path for path in python_files(*PACKAGES) if path.stem in empty_words]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_of_modules_is_a_package(package: str):
    """Without its __init__.py, tests/server would silently stand in for server."""
    folders = {path.parent for path in python_files(package)}

    assert not [folder for folder in folders if not (ROOT / folder / "__init__.py").exists()]


def _too_long(paths: list[Path]) -> list[str]:
    lengths = {path: (ROOT / path).read_bytes().count(b"\n") for path in paths}
    return [f"{path}: {lines} lines" for path, lines in lengths.items() if lines > MODULE_LINES]

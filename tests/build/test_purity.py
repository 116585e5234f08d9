"""The hall decides from what it is told: no clock, no chance, no input or output, no third party.

import-linter holds the imports between our packages but cannot say "no third party at all",
and it sees no calls.
"""

import ast
import sys
from collections.abc import Iterator

import pytest

from tests.support.sources import imported_names, parsed, python_files

THIRD_PARTY = {"msgspec"}

# Clock, chance, input and output, and what differs between two runs of the same log.
FORBIDDEN_MODULES = {
    *("asyncio", "concurrent", "ctypes", "multiprocessing", "queue", "sched", "signal", "threading"),
    *("getpass", "glob", "io", "logging", "os", "pathlib", "platform", "shutil", "subprocess", "sys", "tempfile"),
    *("http", "socket", "sqlite3", "ssl", "urllib"),
    *("calendar", "random", "secrets", "time", "uuid"),
}

# `hash` of a text differs from process to process, `id` from run to run.
FORBIDDEN_CALLS = {"__import__", "breakpoint", "eval", "exec", "hash", "id", "input", "open", "print"}
FORBIDDEN_METHODS = {"now", "today", "utcnow", "fromtimestamp"}
UNORDERED = {"set", "frozenset"}


def test_hall_imports_only_the_standard_library_and_msgspec():
    """Every import in hall/ is ours, msgspec, or a part of the standard library without effects."""
    faults = [
        f"{path}:{line}: imports {name}"
        for path in python_files("hall")
        for line, name in imported_names(parsed(path))
        if not _may_import(name.partition(".")[0])
    ]

    assert not faults, "\n".join(faults)


def test_hall_calls_no_clock_no_chance_and_no_input_or_output():
    """No call in hall/ can answer differently when the same log is replayed."""
    faults = [f"{path}:{fault}" for path in python_files("hall") for fault in _impure_steps(parsed(path))]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "planted",
    [
        "from datetime import datetime\ndef f(): return datetime.now()",
        "def f(x): return hash(x)",
        "def f(): print('x')",
        "def f(xs): return [x for x in set(xs)]",
        "def f():\n    for x in {1, 2}: pass",
    ],
)
def test_a_planted_fault_is_found(planted: str):
    """The search finds each kind of step that it is there to find."""
    assert list(_impure_steps(ast.parse(planted)))


@pytest.mark.parametrize("name", ["time", "uuid", "random", "logging", "io", "os", "fastapi", "server"])
def test_a_planted_import_is_found(name: str):
    """Clock, chance, input and output, third parties and our own shells are all refused."""
    assert not _may_import(name)


def _may_import(top: str) -> bool:
    if top in FORBIDDEN_MODULES:
        return False
    return top == "hall" or top in THIRD_PARTY or top in sys.stdlib_module_names


def _impure_steps(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                yield f"{node.lineno}: calls {name}()"
            case ast.Call(func=ast.Attribute(attr=name)) if name in FORBIDDEN_METHODS:
                yield f"{node.lineno}: calls .{name}()"
            case ast.For(iter=source) | ast.comprehension(iter=source) if _is_unordered(source):
                yield f"{source.lineno}: goes through a set, whose order is chance"


def _is_unordered(source: ast.expr) -> bool:
    match source:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in UNORDERED
    return False

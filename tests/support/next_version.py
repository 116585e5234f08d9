"""The version after this one: a copy of the product's own sources that knows an event more, for nodes side by side."""

import shutil
from pathlib import Path
from typing import Final

from tests.support.sources import ROOT

PACKAGES: Final = ("hall", "server", "simulation")
CHANGES: Final = {
    "hall/events.py": (
        (
            "AnyEvent = (\n",
            'class WindowGreeted(Event, frozen=True, tag="window.greeted/1"):\n'
            '    """The window says good morning."""\n\n'
            "    window: WindowCode\n\n\n"
            "AnyEvent = (\n    WindowGreeted\n    | ",
        ),
    ),
    "hall/evolve.py": (
        ("    ev.DayOpened: on_day_opened,\n",
         "    ev.DayOpened: on_day_opened,\n    ev.WindowGreeted: lambda state, event: None,\n"),
    ),
    "hall/decide_window.py": (
        ("    return (ev.WindowOpened(desk.code, command.actor),)\n",
         "    return (ev.WindowOpened(desk.code, command.actor), ev.WindowGreeted(desk.code))\n"),
    ),
}  # fmt: skip
"""File → what is replaced by what, each exactly once: a window that opens greets, which no row of before says."""


def next_version(folder: Path) -> Path:
    """Write the next version's packages into a folder; return what goes in front of Python's path to run it."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, replacements in CHANGES.items():
        text = (folder / name).read_text("utf-8")
        for old, new in replacements:
            assert text.count(old) == 1, f"{name}: {old!r} is not there once"
            text = text.replace(old, new)
        (folder / name).write_text(text, "utf-8")
    return folder

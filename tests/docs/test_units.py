"""The systemd units that are shipped and shown: a server comes back however long a disk or a database is away."""

import re
from configparser import RawConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def shipped() -> str:
    return (ROOT / "deploy/onewindow@.service").read_text("utf-8")


def shown() -> str:
    found = re.search(r"```ini\n(.*?)```", (ROOT / "docs/operations.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("text", [shipped, shown], ids=lambda text: text.__name__)
def test_a_unit_starts_again_without_end_but_not_what_cannot_be_meant(text):
    """Usually systemd gives up after five starts in ten seconds, and a full disk or a database away takes longer."""
    unit = RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read_string(text())

    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert unit["Service"]["Restart"] == "always"
    assert unit["Service"]["RestartSec"] == "1"
    # The status of an option or a variable that makes no sense: another start says the same.
    assert unit["Service"]["RestartPreventExitStatus"] == "2"

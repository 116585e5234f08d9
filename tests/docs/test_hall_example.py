"""The operations guide enters a district's halls by commands: they are run as they stand there."""

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from tests.docs.documents import ROOT, blocks


def test_the_example_of_a_new_district_enters_its_halls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Every line ends well, and the last shows the tree of three levels."""
    [example] = [one for one in blocks(ROOT / "docs/operations.md", "sh") if "onewindow hall add" in one]
    monkeypatch.chdir(tmp_path)

    done = [CliRunner().invoke(main, shlex.split(line)[1:]) for line in example.splitlines()]

    assert [one.exit_code for one in done] == [0] * 6, [one.output for one in done]
    assert [line.split()[:2] for line in done[-1].output.splitlines()] == [
        ["luohu", "district"], ["luohu-s01", "street"], ["luohu-c01", "community"], ["luohu-c02", "community"],
    ]  # fmt: skip

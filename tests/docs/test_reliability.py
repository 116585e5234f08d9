"""The table of laws is true: every law is in it, and every check that it names exists."""

import re

from tests.docs.documents import ROOT, inline

DOCUMENT = ROOT / "docs" / "reliability.md"
LAWS = [*(f"S{number}" for number in range(1, 18)), *(f"L{number}" for number in range(1, 9))]
COMMAND = re.compile(r"^make ([a-z-]+)")
CHECK = re.compile(r"^(tests/[\w/]+\.py)::(test_\w+)$")


def test_every_law_has_a_row_with_a_check():
    rows = re.findall(r"^\| ([SL]\d+) \|[^|]*\| ([^|]*) \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)

    assert [law for law, _ in rows] == LAWS
    assert [law for law, checks in rows if not checks.strip()] == []


def test_every_check_that_is_named_exists():
    named = [found.groups() for one in inline(DOCUMENT) if (found := CHECK.match(one))]
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).is_file()
        or not re.search(rf"^(async )?def {test}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    ]

    assert len(named) > len(LAWS)
    assert missing == []


def test_every_command_that_is_named_exists():
    jobs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {found.group(1) for one in inline(DOCUMENT) if (found := COMMAND.match(one))}

    assert len(named) > 5
    assert sorted(named - jobs) == []

"""Known faults of dependencies: the floors hold for what is pinned, and what could not be asked never reads as clean."""

import sys
from pathlib import Path

import pytest
from packaging.version import Version

from tests.security.advisories import CLEAN, KNOWN, NOT_ASKED, below_floors, check_floors, pinned, told, vulnerable

FLOOR = {"package": "thing", "version": "1.10", "advisories": ["X-1"], "about": "breaks"}


def test_no_pinned_version_is_below_its_floor():
    finding = check_floors()

    assert finding.status == CLEAN, finding.text


@pytest.mark.parametrize(("version", "faults"), [("1.9", 1), ("1.10rc1", 1), ("1.10", 0), ("2.0", 0)])
def test_versions_are_compared_as_versions(version: str, faults: int):
    lock = f'other==1.0 \\\n    --hash=sha256:0\nthing=={version} ; python_version < "3.12" \\\n    --hash=sha256:0\n'

    assert pinned(lock)["thing"] == [Version(version)]
    assert len(below_floors([FLOOR], pinned(lock))) == faults


@pytest.mark.parametrize(
    ("program", "status", "words"),
    [
        ("print('{\"dependencies\": []}')", CLEAN, "no advisory"),
        ('print(\'{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "X-1"}]}]}\')', KNOWN, "a 1: X-1"),
        ('print(\'{"message": "ENOTFOUND"}\')', NOT_ASKED, "could not be audited: ENOTFOUND"),
        ("import sys; sys.exit('no route to host')", NOT_ASKED, "could not be audited: no route to host"),
        ("", NOT_ASKED, "could not be audited: no report"),
    ],
)
def test_what_could_not_be_asked_says_so(tmp_path: Path, program: str, status: int, words: str):
    finding = told("database", [sys.executable, "-c", program], tmp_path)

    assert finding.status == status
    assert words in finding.text


def test_reports_of_the_pages_packages_are_read():
    report = {"auditReportVersion": 2, "vulnerabilities": {"lit": {"severity": "high"}}}

    assert vulnerable(report) == ["lit: high"]
    assert vulnerable({"auditReportVersion": 2, "vulnerabilities": {}}) == []

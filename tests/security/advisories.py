"""Our dependencies against published advisories: floors kept by hand, and a database where one can be asked.

``make advisories`` prints both. What could not be asked is said so, with the reason, and never counts as clean; the exit
status tells them apart: 0 asked and clean, 1 a fault is known, 2 the floors hold but a database could not be asked.
"""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from packaging.version import Version

ROOT: Final = Path(__file__).resolve().parents[2]
FLOORS: Final = Path(__file__).with_name("advisories.toml")
TIMEOUT_S: Final = 120
CLEAN, KNOWN, NOT_ASKED = 0, 1, 2


@dataclass(frozen=True)
class Finding:
    """What one check came to."""

    about: str
    status: int
    text: str


def pinned(lock: str) -> dict[str, list[Version]]:
    """Return the versions of a lock file; one package may have several, for different Pythons."""
    found: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE):
        found.setdefault(name.lower().replace("_", "-"), []).append(Version(version))
    return found


def below_floors(floors: Sequence[dict[str, Any]], versions: dict[str, list[Version]]) -> list[str]:
    """Return a line for each pinned version that an advisory concerns."""
    return [
        f"{floor['package']} {version} is below {floor['version']} ({', '.join(floor['advisories'])}): {floor['about']}"
        for floor in floors
        for version in versions.get(floor["package"], ())
        if version < Version(floor["version"])
    ]


def check_floors() -> Finding:
    """Compare the lock with the floors."""
    floors = tomllib.loads(FLOORS.read_text("utf-8"))["floor"]
    versions = pinned((ROOT / "requirements.lock").read_text("utf-8"))
    faults = below_floors(floors, versions)
    used = sum(floor["package"] in versions for floor in floors)
    text = "\n".join(faults) or f"{used} of {len(floors)} floors concern pinned packages, none is undercut"
    return Finding("floors kept by hand", KNOWN if faults else CLEAN, text)


def ask_python_database() -> Finding:
    """Ask the database of the Python packages, where its client is installed and its server can be reached."""
    if importlib.util.find_spec("pip_audit") is None:
        return Finding("database of Python packages", NOT_ASKED, "could not be audited: pip-audit is not installed")
    words = [
        sys.executable,
        "-m",
        "pip_audit",
        "--requirement",
        "requirements.lock",
        "--disable-pip",
        "--format",
        "json",
    ]
    return told("database of Python packages", words, ROOT)


def ask_web_database() -> Finding:
    """Ask the database of the pages' packages."""
    npm = shutil.which("npm")
    if npm is None:
        return Finding("database of the pages' packages", NOT_ASKED, "could not be audited: npm is not installed")
    words = [npm, "audit", "--package-lock-only", "--json"]
    return told("database of the pages' packages", words, ROOT / "displays" / "web")


def told(about: str, words: Sequence[str], folder: Path) -> Finding:
    """Run a client and return what it says; anything but a report is "could not be audited"."""
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        report = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return Finding(about, NOT_ASKED, f"could not be audited: no answer in {TIMEOUT_S} s")
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no report"])[-1]
        return Finding(about, NOT_ASKED, f"could not be audited: {last[:200]}")
    known = vulnerable(report)
    if known is None:
        reason = report.get("message") or report.get("error") or "the report has another form"
        return Finding(about, NOT_ASKED, f"could not be audited: {str(reason)[:200]}")
    return Finding(about, KNOWN if known else CLEAN, "\n".join(known) or "no advisory concerns a pinned version")


def vulnerable(report: dict[str, Any]) -> list[str] | None:
    """Return the concerned packages of a report of either client, or None if it is no report."""
    if isinstance(report.get("dependencies"), list):
        return [
            f"{one['name']} {one.get('version', '')}: {', '.join(fault['id'] for fault in one['vulns'])}"
            for one in report["dependencies"]
            if one.get("vulns")
        ]
    if "auditReportVersion" in report:
        return [f"{name}: {one['severity']}" for name, one in report["vulnerabilities"].items()]
    return None


def main() -> int:
    """Print every finding; return the worst status."""
    findings = [check_floors(), ask_python_database(), ask_web_database()]
    for one in findings:
        sys.stdout.write(f"{one.about}: {one.text}\n")
    statuses = {one.status for one in findings}
    return KNOWN if KNOWN in statuses else max(statuses)


if __name__ == "__main__":
    raise SystemExit(main())

"""Programs that tests and proofs run against: which of them this machine lacks, and what a test then does."""

import os
import shutil
from pathlib import Path
from typing import Final

import pytest

PLACES: Final = "/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin"
POSTGRES: Final = ("/usr/lib/postgresql/*/bin", "/usr/local/bin", "/usr/bin")
"""Where PostgreSQL's own programs lie; Debian puts them on no path."""


def missing(what: str) -> None:
    """Skip, saying what is missing; on the build machine nothing may be missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def why_not(*names: str) -> str:
    """Say which of these programs are not installed, or nothing; ``postgresql`` is a server with its tools."""
    lacking = [name for name in names if not _is_there(name)]
    return f"{' and '.join(lacking)} not installed" if lacking else ""


def postgres_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL here."""
    for pattern in POSTGRES:
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            if (folder / "initdb").exists() and (folder / "postgres").exists():
                return folder
    return None


def _is_there(name: str) -> bool:
    return postgres_programs() is not None if name == "postgresql" else shutil.which(name, path=PLACES) is not None

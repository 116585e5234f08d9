"""One server with two weeks of log behind it, for all tests of a module, and how to ask its studio."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.past_days import HALL, fill, past_setting
from tests.support.server import Served, serving

WAIT_S = 240
"""The longest job here takes some seconds alone; other tests may have the processors."""
TUESDAY = "2026-11-24"
LOG = {"kind": "log", "first": "2026-11-01", "last": "2026-11-20"}


@dataclass
class Studio:
    """The studio of a served hall, as one manager uses it."""

    served: Served
    who: str = "manager"

    def get(self, path: str = "") -> httpx.Response:
        return self.served.client(self.who).get(f"/api/halls/{HALL}/studio{path}")

    def post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return self.served.client(self.who).post(f"/api/halls/{HALL}/studio{path}", json=body or {})

    def begin(self, **ask: Any) -> str:
        """Begin a job and return its id."""
        answer = self.post("/jobs", {"ask": ask})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job"]["id"])

    def ended(self, job: str) -> dict[str, Any]:
        """Wait until a job has ended, and return it."""
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            found: dict[str, Any] = self.get(f"/jobs/{job}").json()["job"]
            if found["state"] != "running":
                return found
            time.sleep(0.05)
        raise AssertionError(f"job {job} did not end in {WAIT_S} s")

    def done(self, **ask: Any) -> tuple[str, dict[str, Any]]:
        """Begin a job, wait, and return its id and result."""
        job = self.begin(**ask)
        found = self.ended(job)
        assert found["state"] == "done", found["failure"]
        result: dict[str, Any] = found["result"]
        return job, result

    def failure(self, **ask: Any) -> dict[str, Any]:
        """Begin a job, wait, and return why it has no result."""
        found = self.ended(self.begin(**ask))
        assert found["state"] == "failed"
        failure: dict[str, Any] = found["failure"]
        assert failure["zh"] != failure["en"]
        return failure


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("past")
    plan = fill(folder, past_setting())
    with serving(folder, plans={HALL: plan}) as served:
        yield served


@pytest.fixture(scope="module")
def studio(past: Served) -> Studio:
    return Studio(past)


@pytest.fixture(scope="module")
def ground(studio: Studio) -> str:
    """The job that fitted the hall's log."""
    return studio.done(**LOG)[0]

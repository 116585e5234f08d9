"""A server in a process of its own, for floods of requests: halls that can be booked, nobody limited by rate.

Run as a program (never imported for that): ``victim.py FOLDER``. It serves until its standard input ends.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import msgspec

from hall.booking import BookingRules, Limits, Release
from server.settings import UNHURRIED
from tests.support.booked_days import bookable_plan
from tests.support.journey import until
from tests.support.server import HALL, OTHER_HALL, serving, token_of
from tests.support.sources import ROOT

STARTED_S: Final = 90
STOPPED_S: Final = 60
UNLIMITED: Final = msgspec.structs.replace(UNHURRIED, logins_per_minute=10**9)
"""A limit by rate would answer in place of what is tried."""
RULES: Final = BookingRules(
    release=Release(horizon_days=20), person=Limits(), phone=Limits(), device=Limits(), same_item_once=False,
    max_held=100_000, no_shows=(),
)  # fmt: skip
PLACES: Final = 100_000
"""In a slot: one that is full would answer in place of what is tried."""
ADDRESS: Final = "address"


@dataclass(frozen=True)
class Victim:
    """A running server, and the process that it is."""

    url: str
    pid: int

    def client(self) -> httpx.Client:
        """Return a client of the administrator."""
        return httpx.Client(base_url=self.url, headers={"authorization": f"Bearer {token_of('admin')}"}, timeout=60)

    def broken(self) -> int:
        """Return how many requests broke something in the server since its start."""
        with self.client() as client:
            found = re.search(r"^onewindow_edge_broken\S* ([0-9.]+)$", client.get("/metrics").text, re.MULTILINE)
        assert found, "the server does not count what broke"
        return int(float(found[1]))

    def is_ready(self) -> bool:
        """Tell whether the server says that it is well."""
        with self.client() as client:
            return bool(client.get("/health").json()["ready"])


@contextmanager
def victim() -> Iterator[Victim]:
    """Serve until the block ends."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "server.log").open("ab") as log:
            words = [sys.executable, "-m", __name__, name]
            running = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT)
        try:
            until(lambda: _is_started(running, folder), "the server has started", seconds=STARTED_S)
            yield Victim((folder / ADDRESS).read_text("utf-8"), running.pid)
        finally:
            running.communicate(timeout=STOPPED_S)


def _is_started(running: "subprocess.Popen[bytes]", folder: Path) -> bool:
    assert running.poll() is None, (folder / "server.log").read_text("utf-8")[-2_000:]
    return (folder / ADDRESS).exists()


def _main(folder: str) -> None:
    plans = {code: bookable_plan(code, RULES, places=PLACES) for code in (HALL, OTHER_HALL)}
    with serving(Path(folder, "data"), plans=plans, limits=UNLIMITED) as served:
        written = Path(folder, ADDRESS + ".new")
        written.write_text(served.url, "utf-8")
        written.rename(Path(folder, ADDRESS))
        sys.stdin.read()


if __name__ == "__main__":
    _main(sys.argv[1])

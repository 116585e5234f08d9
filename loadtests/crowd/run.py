"""One run of the crowd from beginning to end: server, people, audit, report."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from loadtests.crowd.check import Shown, compared_with_log, merged, operations_of, rings_of, shown, summed, troubles_of
from loadtests.crowd.grounds import Ground, in_cluster, in_one_process
from loadtests.crowd.judge import ANSWER_S, BUSY_ANSWER_S, shortcomings
from loadtests.crowd.notes import Rang
from loadtests.crowd.place import FILE, Place
from loadtests.crowd.replies import Trouble
from loadtests.crowd.sale import Sale, sale_of
from loadtests.crowd.shapes import SHAPES, VARIABLE, Run
from loadtests.proving import Progress, say
from server.demo.compare import Comparison
from server.demo.history import Operation
from tests.faults.report import is_crowded

PEOPLE_FILE: Final = str(Path(__file__).with_name("people.py"))
STOPS_S: Final = 15
"""People finish what they are at; then they are cut."""
OVER_S: Final = 120.0
"""Longer than the run and this, and Locust is ended."""
STORM_S: Final = 5.0
LOST: Final = "The last worker went missing"
"""What Locust says when it goes on without anybody, and ends the run."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for."""

    shape: str = "day"
    people: int = 300
    seconds: float = 180.0
    workers: int = 0
    """Locust's worker processes beside the one that leads them; 0: everything in one process."""
    clerks: int = 40
    places: int = 15_000
    bookings: int = 0
    """Requests for a place after a release; 0: as many as the bookers manage."""
    cluster: bool = False
    """Three nodes, PostgreSQL, Redis and nginx; otherwise one process and SQLite."""


class Outcome(msgspec.Struct, frozen=True):
    """Everything that a run came to."""

    wanted: Wanted
    halls: tuple[str, ...]
    nodes: int
    """That serve these halls."""
    comparison: Comparison
    shown: Shown
    audit: str
    locust_said: str
    """Empty, or why Locust itself failed."""
    shortcomings: tuple[str, ...] = ()
    """Why the run proves nothing, or what was too late or broken, whatever the log says."""
    sale: Sale | None = None
    """The release minute, if there was one."""

    @property
    def holds(self) -> bool:
        """Tell whether every promise was kept."""
        return not (self.comparison.findings or self.locust_said or self.shortcomings)


def run(wanted: Wanted, out: Path) -> Outcome:
    """Let the crowd in; histories, Locust's tables and the report's figures go to ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    crowded = is_crowded()
    grounds = in_cluster if wanted.cluster else in_one_process
    ahead_s = SHAPES[wanted.shape].release_at * wanted.seconds
    with grounds(out, clerks=wanted.clerks, places=wanted.places, ahead_s=ahead_s) as ground:
        release_s = ground.places[0].release_ms / 1_000
        time.sleep(max(0.0, release_s - ahead_s - time.time()))
        said = _locust(wanted, ground.places, out)
        say("what everybody was told beside the logs, and their audit")
        return _outcome(
            wanted, ground, out, said, answer_s=BUSY_ANSWER_S if crowded else ANSWER_S, is_sale=bool(release_s)
        )


def _outcome(wanted: Wanted, ground: Ground, out: Path, said: str, *, answer_s: float, is_sale: bool) -> Outcome:
    """Hold what the crowd was told in each hall against the hall's log, and judge the run as a whole."""
    operations: list[Operation] = []
    rings: list[Rang] = []
    troubles: list[Trouble] = []
    comparisons: list[Comparison] = []
    for place in ground.places:
        folder = out / place.hall
        history, seen = merged(folder, "history"), rings_of(merged(folder, "rings"))
        operations += operations_of(history)
        rings += seen
        troubles += troubles_of(merged(folder, "troubles"))
        comparisons.append(compared_with_log(history, seen, ground.opened, f"{place.hall}/{place.today}"))
    return Outcome(
        wanted,
        tuple(place.hall for place in ground.places),
        len({place.node for place in ground.places}),
        summed(comparisons),
        shown(operations, rings),
        ground.audit(),
        said,
        tuple(shortcomings(operations, troubles, people=wanted.people, answer_s=answer_s)),
        sale_of(operations, offered=wanted.bookings, places=ground.places[0].places) if is_sale else None,
    )


def _locust(wanted: Wanted, places: Sequence[Place], out: Path) -> str:
    """Run Locust to its end; return why it failed, or nothing."""
    cut_every_s = STORM_S if wanted.shape == "storm" else 0.0
    told = [
        msgspec.structs.replace(
            one,
            workers=max(1, wanted.workers),
            cut_every_s=cut_every_s,
            bookings=wanted.bookings if one.release_ms else 0,
        )
        for one in places
    ]
    file = out / "places.json"
    file.write_bytes(msgspec.json.encode(told))
    file.chmod(0o600)
    environment = {
        # libev gives up the whole process when a socket is closed under a greenlet that waits for it; libuv does not.
        **os.environ, "GEVENT_LOOP": "libuv", FILE: str(file),
        VARIABLE: msgspec.json.encode(Run(wanted.shape, wanted.people, wanted.seconds)).decode(),
    }  # fmt: skip
    words = [sys.executable, "-m", "locust", "-f", PEOPLE_FILE, "--headless", "--only-summary", "--stop-timeout",
             str(STOPS_S), "--csv", str(out / "locust"), "--exit-code-on-error", "0"]  # fmt: skip
    if wanted.workers:
        words += ["--processes", str(wanted.workers)]
    status = _status_of(words, environment, wanted, out / "locust.log")
    file.unlink()
    if status:
        return f"Locust ended with status {status}: {_last_lines(out / 'locust.log')}"
    # Its status is 0 all the same.
    return "Locust lost its workers" if LOST in (out / "locust.log").read_text(errors="replace") else ""


def _status_of(words: Sequence[str], environment: Mapping[str, str], wanted: Wanted, log: Path) -> int:
    """Run Locust until it and all its workers have ended; return its status."""
    alive, held = os.pipe()
    with log.open("wb") as out:
        child = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, pass_fds=(held,)
        )
    os.close(held)
    status = _ended(child, wanted)
    # It may end before its workers, who still write their histories: each holds the other end of the pipe.
    select.select([alive], [], [], STOPS_S)
    os.close(alive)
    return status


def _ended(child: "subprocess.Popen[bytes]", wanted: Wanted) -> int:
    began_s, seconds = time.monotonic(), Progress(f"seconds of {SHAPES[wanted.shape].name}", round(wanted.seconds))
    try:
        while child.poll() is None and (passed_s := time.monotonic() - began_s) < wanted.seconds + OVER_S:
            seconds.at(min(int(passed_s), round(wanted.seconds)))
            time.sleep(0.2)
    finally:
        # It takes too long, or this command is interrupted.
        if child.poll() is None:
            child.terminate()
            child.wait(STOPS_S)
    return child.returncode


def _last_lines(log: Path) -> str:
    lines: Sequence[str] = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return " / ".join(lines[-5:])

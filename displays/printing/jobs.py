"""Print jobs: one id, one slip, whatever is retried.

Laws: a job id is printed at most once; asking again gives the first answer, waiting for it if the job is still on its
way; the same id with another slip is refused. With a journal this holds over a restart too: a job that had begun when
the power went is answered as INTERRUPTED, since nobody knows how much of it came out; the kiosk then offers a reprint
under a new id.
"""

import hashlib
import os
import threading
from collections import OrderedDict
from pathlib import Path

import msgspec

from displays.printing.printers import Printer, PrintResult
from displays.printing.slip import Slip

REMEMBERED_JOBS = 2_000
"""A busy kiosk prints 600 slips a day; a retry comes within seconds."""
LONGEST_QUEUE = 4
"""Jobs waiting for one printer; a fifth is refused, as a person would have left long before it is printed."""
LONGEST_WAIT_S = 60.0
"""How long a job waits for its turn or a retry for the first answer."""


class JobStatistics(msgspec.Struct, frozen=True):
    """Counts since the start."""

    printed: int
    failed: int
    repeated: int
    waiting: int


class JobIdReused(Exception):
    """The same job id came with another slip."""


class Jobs:
    """Runs jobs on one printer, in order, and remembers what became of them."""

    def __init__(self, printer: Printer, *, journal: Path | None = None) -> None:
        self._printer = printer
        self._journal = journal
        self._jobs: OrderedDict[str, _Job] = _replayed(journal)
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._printed = self._failed = self._repeated = self._waiting = 0

    def run(self, job_id: str, slip: Slip) -> PrintResult:
        """Print the slip, or answer as the first time; JobIdReused if the id belongs to another slip."""
        job, is_new, refused = self._admit(job_id, _digest(slip))
        if refused is not None:
            return refused
        if not is_new:
            job.done.wait(LONGEST_WAIT_S)
            return job.result or PrintResult(printed=False, reason="BUSY")
        # Whatever goes wrong, a retry must find an answer and not hang.
        result = PrintResult(printed=False, reason="PRINTER_ERROR")
        try:
            result = self._print(job_id, job, slip)
        finally:
            self._settle(job, result)
        self._write(job_id, job)
        return result

    def statistics(self) -> JobStatistics:
        """Return the counts."""
        with self._lock:
            return JobStatistics(self._printed, self._failed, self._repeated, self._waiting)

    def _admit(self, job_id: str, digest: str) -> tuple["_Job", bool, PrintResult | None]:
        with self._lock:
            known = self._jobs.get(job_id)
            if known is not None:
                if known.digest != digest:
                    raise JobIdReused(job_id)
                self._repeated += 1
                return known, False, None
            job = _Job(digest)
            if self._waiting >= LONGEST_QUEUE:
                # Not remembered: nothing was begun, so the same id may come again.
                return job, True, PrintResult(printed=False, reason="BUSY")
            self._jobs[job_id] = job
            self._waiting += 1
            _forget_oldest(self._jobs)
            return job, True, None

    def _print(self, job_id: str, job: "_Job", slip: Slip) -> PrintResult:
        if not self._turn.acquire(timeout=LONGEST_WAIT_S):
            return PrintResult(printed=False, reason="BUSY")
        try:
            self._write(job_id, job)
            return self._printer.print_slip(slip)
        finally:
            self._turn.release()

    def _settle(self, job: "_Job", result: PrintResult) -> None:
        with self._lock:
            job.result = result
            self._waiting -= 1
            self._printed += result.printed
            self._failed += not result.printed
        job.done.set()

    def _write(self, job_id: str, job: "_Job") -> None:
        if self._journal is None:
            return
        entry = _Entry(job_id, job.digest, job.result)
        with self._lock, self._journal.open("ab") as file:
            file.write(msgspec.json.encode(entry) + b"\n")
            file.flush()
            os.fsync(file.fileno())


class _Job:
    def __init__(self, digest: str, result: PrintResult | None = None) -> None:
        self.digest = digest
        self.result = result
        self.done = threading.Event()


class _Entry(msgspec.Struct, frozen=True):
    """A line of the journal; without a result the job had only begun."""

    job: str
    digest: str
    result: PrintResult | None


def _digest(slip: Slip) -> str:
    return hashlib.sha256(msgspec.json.encode(slip)).hexdigest()


def _forget_oldest(jobs: OrderedDict[str, _Job]) -> None:
    while len(jobs) > REMEMBERED_JOBS:
        jobs.popitem(last=False)


def _replayed(journal: Path | None) -> OrderedDict[str, _Job]:
    """Read the journal and write it anew, shortened to what is remembered."""
    jobs: OrderedDict[str, _Job] = OrderedDict()
    if journal is None:
        return jobs
    for entry in _entries(journal):
        job = _Job(entry.digest, entry.result or PrintResult(printed=False, reason="INTERRUPTED"))
        job.done.set()
        jobs[entry.job] = job
    _forget_oldest(jobs)
    lines = [msgspec.json.encode(_Entry(job_id, job.digest, job.result)) + b"\n" for job_id, job in jobs.items()]
    fresh = journal.with_name(f"{journal.name}.new")
    fresh.write_bytes(b"".join(lines))
    fresh.replace(journal)
    return jobs


def _entries(journal: Path) -> list[_Entry]:
    if not journal.exists():
        journal.parent.mkdir(parents=True, exist_ok=True)
        return []
    entries = []
    for line in journal.read_bytes().splitlines():
        try:
            entries.append(msgspec.json.decode(line, type=_Entry))
        except msgspec.DecodeError:
            continue  # the power went in the middle of a line; its job left an earlier line or never began
    return entries

"""The studio's desk: takes jobs, runs each in a worker process of its own, remembers results; the hall goes first.

Laws: a manager has one job at a time and the house few; a cancelled, lost or late job leaves no process; a server that
stops ends its workers, and a server that dies takes them with it.
"""

import asyncio
import contextlib
import secrets
import sys
import time
from pathlib import Path
from typing import Final

import msgspec
import structlog

from hall.ids import HallId, Ms
from server.pulse import Pace, Pulse
from server.studio.asks import AnyNote, Failed, Progressed, Work
from server.studio.failures import failed
from server.studio.store import Job, StudioStore
from server.studio.theatre import Theatre

JOBS_IN_HOUSE: Final = 2
"""Two workers leave the live halls a core on the smallest computer that is sold for this."""
SECONDS: Final = 900
"""A quarter of an hour: sizing a large hall takes some minutes."""
MEGABYTES: Final = 2_048
"""A fit of half a year of a large hall takes 1.2 GB."""
LINE_BYTES: Final = 64 * 1024 * 1024
"""The longest note of a worker; the ground of a hall with 5,000 items measures 4 MB."""
END_S: Final = 5.0
"""A worker that was told to end and has not after this is killed."""
ERROR_BYTES: Final = 4_096
BEFORE_S: Final = 300.0
"""What a job is compared with: the five minutes before it."""
PACES_KEPT: Final = 200
DAYS_KEPT: Final = 10
"""Days to be watched; one of a large hall takes 10 MB of disk."""


class StudioBusy(Exception):
    """No job can begin now; ``code`` says whose jobs are in the way."""

    def __init__(self, code: str, job: str = "") -> None:
        """Remember the job of the same manager, if it is that."""
        super().__init__(code)
        self.code, self.job = code, job


class _Running:
    """A job with its process."""

    def __init__(self, job: Job, before: Pace) -> None:
        self.job = job
        self.before = before
        self.began = time.perf_counter()
        self.progress: Progressed | None = None
        self.process: asyncio.subprocess.Process | None = None
        self.task: asyncio.Task[None] | None = None
        self.why: Failed | None = None

    def paces(self, pulse: Pulse) -> dict[str, Pace]:
        return {"before": self.before, "during": pulse.pace(time.perf_counter() - self.began)}


class StudioDesk:
    """All jobs of this server."""

    def __init__(
        self, store: StudioStore, folder: Path, pulse: Pulse, theatre: Theatre, *, is_shared: bool = False
    ) -> None:
        """``folder`` is where days to be watched are written; ``is_shared`` says that other nodes run jobs, too."""
        self.store = store
        self.is_shared = is_shared
        self.pulse, self.theatre = pulse, theatre
        self.seconds = SECONDS
        self.megabytes = MEGABYTES
        self.most = JOBS_IN_HOUSE
        self.days = folder / "studio"
        self._running: dict[str, _Running] = {}
        self._paces: dict[str, dict[str, Pace]] = {}
        self._log = structlog.get_logger("studio")

    async def start(self) -> None:
        """End what an earlier server left unfinished."""
        note, now_ms = failed("STUDIO_SERVER_STOPPED"), _now_ms()
        # What another node runs is not ours to end; nothing runs longer than its limit and the time to end it.
        before_ms = now_ms - int(1_000 * (self.seconds + 2 * END_S)) if self.is_shared else now_ms + 1
        await asyncio.to_thread(self.store.break_off, note, at_ms=now_ms, begun_before_ms=before_ms)

    async def stop(self) -> None:
        """End all workers, and put away the days that play."""
        await self.theatre.stop()
        for one in list(self._running.values()):
            self._give_up(one, failed("STUDIO_SERVER_STOPPED"))
        tasks = [one.task for one in self._running.values() if one.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def running(self) -> int:
        """How many jobs run now."""
        return len(self._running)

    def job_of(self, actor: str) -> Job | None:
        """Return the job of somebody that runs, in whichever hall; None if there is none."""
        return next((one.job for one in self._running.values() if one.job.actor == actor), None)

    @staticmethod
    def new_id() -> str:
        """Return an id that nobody guesses."""
        return secrets.token_hex(8)

    def pace_of(self, job: str) -> dict[str, Pace] | None:
        """Return how fast the live halls answered in the minutes before a job and while it ran; None if unknown."""
        running = self._running.get(job)
        return running.paces(self.pulse) if running is not None else self._paces.get(job)

    def day_file(self, job: str) -> Path:
        """Return where the day of a job is, or would be."""
        return self.days / f"{job}.jsonl"

    async def begin(self, hall: HallId, actor: str, work: Work) -> Job:
        """Begin a job; raises StudioBusy."""
        mine = self.job_of(actor)
        if mine is not None:
            raise StudioBusy("STUDIO_YOURS_RUNS", mine.id)
        if len(self._running) >= self.most:
            raise StudioBusy("STUDIO_BUSY")
        job = Job(
            id=self.new_id(),
            hall=hall,
            kind=str(type(work.ask).__struct_config__.tag),
            actor=actor,
            state="running",
            at_ms=_now_ms(),
            ask=work.ask,
        )
        running = self._running[job.id] = _Running(job, self.pulse.pace(BEFORE_S))
        try:
            await asyncio.to_thread(self.store.add, job)
        except BaseException:
            del self._running[job.id]
            raise
        if job.kind == "day":
            await asyncio.to_thread(self._make_room)
            work = msgspec.structs.replace(work, day_file=str(self.day_file(job.id)))
        running.task = asyncio.create_task(self._run(running, work), name=f"studio {job.id}")
        return job

    def progress(self, job: str) -> Progressed | None:
        """Return how far a running job is."""
        running = self._running.get(job)
        return running.progress if running is not None else None

    async def cancel(self, hall: HallId, job: str) -> None:
        """End a job if it still runs, and wait until its process is gone."""
        running = self._running.get(job)
        if running is not None and running.job.hall == hall and running.task is not None:
            self._give_up(running, failed("STUDIO_CANCELLED"))
            await asyncio.wait([running.task])

    # ---- inside ----

    def _make_room(self) -> None:
        """Forget the oldest days to be watched; their seeds make them again."""
        self.days.mkdir(parents=True, exist_ok=True)
        known = sorted(self.days.glob("*.jsonl"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        for old in known[: max(0, len(known) - DAYS_KEPT + 1)]:
            old.unlink(missing_ok=True)

    def _give_up(self, running: _Running, why: Failed) -> None:
        running.why = running.why or why
        if running.process is not None:
            with contextlib.suppress(ProcessLookupError):
                running.process.terminate()

    async def _run(self, running: _Running, work: Work) -> None:
        note: AnyNote = failed("STUDIO_KILLED")
        try:
            async with asyncio.timeout(self.seconds):
                note = await self._note_of(running, work)
        except TimeoutError:
            note = failed("STUDIO_TOO_LONG", seconds=self.seconds)
        except OSError as error:
            self._log.exception("studio.worker", job=running.job.id, reason=str(error))
        finally:
            await _ended(running.process)
            try:
                end = running.why if running.why is not None else note
                await asyncio.to_thread(self.store.end, running.job.id, end, at_ms=_now_ms())
            finally:
                self._paces[running.job.id] = running.paces(self.pulse)
                if len(self._paces) > PACES_KEPT:
                    del self._paces[next(iter(self._paces))]
                del self._running[running.job.id]

    async def _note_of(self, running: _Running, work: Work) -> AnyNote:
        """Start the process and follow it to its last note."""
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "server.studio.worker")
        process = running.process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=pipe, limit=LINE_BYTES
        )
        if running.why is not None:
            return running.why
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        said = asyncio.create_task(_tail(process.stderr))
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(msgspec.json.encode(work) + b"\n")
                await process.stdin.drain()
            async for line in process.stdout:
                note: AnyNote = msgspec.json.decode(line, type=AnyNote)
                if not isinstance(note, Progressed):
                    return note
                running.progress = note
        finally:
            await _ended(process)
            if (words := await said) and running.why is None:
                self._log.warning("studio.worker", job=running.job.id, said=words)
        return failed("STUDIO_KILLED")


async def _ended(process: asyncio.subprocess.Process | None) -> None:
    """Wait until a process is gone, and see to it that it goes. Its standard input stays open until then."""
    if process is None or process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(END_S):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _tail(stream: asyncio.StreamReader) -> str:
    """Return the end of what a process said on standard error."""
    said = b""
    while more := await stream.read(ERROR_BYTES):
        said = (said + more)[-ERROR_BYTES:]
    return said.decode(errors="replace")


def _now_ms() -> Ms:
    """Return the computer's time: jobs are no part of a hall's day, whose clock a demo may turn."""
    return time.time_ns() // 1_000_000

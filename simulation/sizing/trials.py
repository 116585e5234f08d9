"""Staffings tried on simulated days: on this computer's cores or a cluster, remembered, counted, and stopped when asked.

Laws:
- the same staffing and days give the same rows, wherever they run and whatever ran before;
- what a memory file holds is not simulated again: a sizing that was stopped goes on from there;
- a memory file belongs to one hall, target and seed; another one is refused;
- a memory file knows how long each run took, and each piece: what is told of time is of all runs.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import joblib
import msgspec
import numpy as np
from joblib.externals.loky.process_executor import BrokenProcessPool

from simulation.experiment import CHUNK, IsCancelled, Machine, ignore_keys, where
from simulation.intervals import Floats
from simulation.journal import Kept, kept_in
from simulation.people import People
from simulation.setting import Roster, Setting
from simulation.sizing.groups import Frame, Numbers, frame_of
from simulation.sizing.measure import Layout, lived
from simulation.sizing.pool import Crowd, crowd_of, passed
from simulation.sizing.target import Target
from simulation.stops import born_deaf
from simulation.twin import Twin

PEOPLE_KEPT: Final = 60
"""Days whose people a process keeps: drawing them takes a fifth of a day's time, and a large day's take some megabytes."""
CROWDS_KEPT: Final = 1_000


class Stopped(Exception):
    """Somebody asked to stop."""


class Progress(msgspec.Struct, frozen=True):
    """How far a sizing is; ``done`` and ``total`` count simulated days, ``total`` is an estimate until the last stage."""

    stage: str
    """``search`` or ``confirm``."""
    done: int
    total: int
    left_s: float | None


Tell = Callable[[Progress], None]


class Hall:
    """A twin kept ready for one hall and target, whose staffing changes."""

    def __init__(self, setting: Setting, target: Target) -> None:
        self.setting = setting
        self.frame: Frame = frame_of(setting)
        self.layout = Layout(setting, self.frame, target)
        self.twin = Twin(setting)
        self._people: dict[int, People] = {}
        self._crowds: dict[int, Crowd] = {}

    def people(self, number: int) -> People:
        """Return a day's people, drawn once."""
        if number not in self._people:
            if len(self._people) >= PEOPLE_KEPT:
                self._people.pop(next(iter(self._people)))
            self._people[number] = self.twin.people(number)
        return self._people[number]

    def lived(self, roster: Roster, number: int) -> Floats:
        """Return a day's row by the hall's own rules."""
        self.twin.setting = msgspec.structs.replace(self.setting, roster=roster)
        return lived(self.twin, self.layout, number, self.people(number))

    def passed(self, roster: Roster, number: int) -> Floats:
        """Return a day's row by the recursion."""
        if number not in self._crowds:
            if len(self._crowds) >= CROWDS_KEPT:
                self._crowds.pop(next(iter(self._crowds)))
            self._crowds[number] = crowd_of(self.setting, self.twin.people(number), self.layout)
        setting = msgspec.structs.replace(self.setting, roster=roster)
        return passed(setting, self.layout, self.twin.day(number), self._crowds[number])


class Trials:
    """Tries staffings of one hall."""

    def __init__(
        self, setting: Setting, target: Target, *, machine: Machine, memory: Path | Kept | None = None,
        tell: Tell | None = None, is_cancelled: IsCancelled | None = None,
    ) -> None:  # fmt: skip
        self.hall = Hall(setting, target)
        self.stage = "search"
        self.ahead = 0
        """Days that are still to be simulated, as far as anybody knows."""
        self.done = 0
        self.quick = False
        """The recursion stands for the twin in :meth:`sums`."""
        self._setting, self._target, self._machine = setting, target, machine
        self._began = time.monotonic()
        self._memory = _Memory(memory, setting, target)
        self._tell, self._is_cancelled = tell, is_cancelled
        self._pace_s: dict[bool, float] = {}

    def sums(self, numbers: Numbers, days: range) -> Floats:
        """Return the summed rows of a staffing on some days, by the recursion where it stands for the twin."""
        roster = self.hall.frame.roster(numbers, self._setting.roster)
        key = _key(roster, days, quick=self.quick)
        if self.quick and key not in self._memory.rows:
            began = time.monotonic()
            rows = np.array([self.hall.passed(roster, day) for day in days])
            took_s = time.monotonic() - began
            self._memory.add(key, rows.sum(axis=0, keepdims=True), days=len(days), took_s=took_s, at_s=self.now_s)
            self._count(len(days), took_s, quick=True)
        if self.quick:
            return np.asarray(self._memory.rows[key][0], dtype=np.float64)
        return np.asarray(self.rows(roster, days).sum(axis=0), dtype=np.float64)

    def rows(self, roster: Roster, days: range) -> Floats:
        """Return the rows of a roster on some days by the hall's own rules; raises Stopped between chunks."""
        key = _key(roster, days, quick=False)
        if key not in self._memory.rows:
            chunks = [days[start : start + CHUNK] for start in range(0, len(days), CHUNK)]
            parts: dict[int, Floats] = {}
            began = last = time.monotonic()
            for number, part in self._run(roster, chunks):
                parts[number] = part
                now = time.monotonic()
                self._count(len(part), now - last, quick=False)
                last = now
            every = np.concatenate([parts[number] for number in range(len(chunks))])
            self._memory.add(key, every, days=len(days), took_s=time.monotonic() - began, at_s=self.now_s)
        return self._memory.rows[key]

    @property
    def now_s(self) -> float:
        """How long this run has taken so far."""
        return time.monotonic() - self._began

    @property
    def done_before(self) -> int:
        """How many days earlier runs have simulated."""
        return self._memory.earlier_days

    @property
    def runs(self) -> int:
        """How many runs there were, this one included."""
        return len(self._memory.earlier_s) + 1

    @property
    def earlier_s(self) -> float:
        """How long the runs before this one took."""
        return sum(self._memory.earlier_s.values())

    def took_s(self, roster: Roster, days: range) -> float:
        """Return how long some rows took, in whichever run they were simulated."""
        return self._memory.took_s.get(_key(roster, days, quick=False), 0.0)

    def close(self) -> None:
        """Remember how long this run took."""
        self._memory.close(at_s=self.now_s)

    def _run(self, roster: Roster, chunks: Sequence[range]) -> Iterator[tuple[int, Floats]]:
        if self._machine.jobs == 1 and not self._machine.dask:
            for number, days in enumerate(chunks):
                yield number, np.array([self.hall.lived(roster, day) for day in days])
            return
        facts = msgspec.json.encode((self._setting, self._target))
        work = (joblib.delayed(_chunk)(number, facts, roster, days) for number, days in enumerate(chunks))
        jobs = -1 if self._machine.dask else self._machine.jobs
        try:
            with where(self._machine):
                pool = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
                with born_deaf():
                    found = pool(work)
                yield from found
        except BrokenProcessPool:
            # Whoever ends the command by its process group ends the workers, too, some of them while they read their work.
            if self._is_cancelled is not None and self._is_cancelled():
                raise Stopped from None
            raise

    def _count(self, days: int, seconds: float, *, quick: bool) -> None:
        """Tell how far it is; raises Stopped."""
        self.done += days
        self.ahead = max(0, self.ahead - days)
        before = self._pace_s.get(quick, seconds / days)
        self._pace_s[quick] = 0.8 * before + 0.2 * seconds / days
        if self._tell is not None:
            self._tell(Progress(self.stage, self.done, self.done + self.ahead, self.ahead * self._pace_s[quick]))
        if self._is_cancelled is not None and self._is_cancelled():
            raise Stopped


_READY: dict[bytes, Hall] = {}
"""The hall that this process met last."""


def _chunk(number: int, facts: bytes, roster: Roster, days: range) -> tuple[int, Floats]:
    ignore_keys()
    if facts not in _READY:
        _READY.clear()
        _READY[facts] = Hall(*msgspec.json.decode(facts, type=tuple[Setting, Target]))
    hall = _READY[facts]
    return number, np.array([hall.lived(roster, day) for day in days])


# ---- memory ----


class _Line(msgspec.Struct):
    key: str
    """Empty: the end of a run."""
    rows: list[list[float]]
    days: int = 0
    took_s: float = 0.0
    run: int = 0
    at_s: float = 0.0
    """Since the run began."""


class _Heading(msgspec.Struct):
    sizing: str


def _key(roster: Roster, days: range, *, quick: bool) -> str:
    content = msgspec.json.encode((roster, days.start, days.stop, quick))
    return hashlib.sha256(content).hexdigest()[:24]


class _Memory:
    """Rows by staffing and days; with a file they outlive the process. A torn last line is left out."""

    def __init__(self, where: Path | Kept | None, setting: Setting, target: Target) -> None:
        self.rows: dict[str, Floats] = {}
        self.took_s: dict[str, float] = {}
        self.earlier_days = 0
        self.earlier_s: dict[int, float] = {}
        """By run."""
        self._kept = kept_in(where) if where is not None else None
        if self._kept is None:
            return
        heading = msgspec.json.encode(_Heading(hashlib.sha256(msgspec.json.encode((setting, target))).hexdigest()))
        for line in self._kept.read(heading):
            one = msgspec.json.decode(line, type=_Line)
            self.earlier_s[one.run] = max(self.earlier_s.get(one.run, 0.0), one.at_s)
            self.earlier_days += one.days
            if one.key:
                self.rows[one.key] = np.array(one.rows, dtype=np.float64)
                self.took_s[one.key] = one.took_s

    def add(self, key: str, rows: Floats, *, days: int, took_s: float, at_s: float) -> None:
        """Remember rows, and when in the run they were known."""
        self.rows[key], self.took_s[key] = rows, took_s
        self._write(_Line(key, rows.tolist(), days, took_s, len(self.earlier_s), at_s))

    def close(self, *, at_s: float) -> None:
        """Remember how long the run took."""
        self._write(_Line("", [], 0, 0.0, len(self.earlier_s), at_s))

    def _write(self, line: _Line) -> None:
        if self._kept is not None:
            self._kept.add(msgspec.json.encode(line))

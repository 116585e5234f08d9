"""Many simulated days of one plan or of several: the same people for every plan, on local cores or on a cluster.

Laws:
- the same setting and days give the same bytes, alone, on two cores or on a cluster: each day draws its own chance, and
  tables are put together in the order of the days;
- a run can be cancelled between chunks, and resumed from its progress file: what was finished is not done again;
- a progress file belongs to one setting; another one is refused.
"""

import hashlib
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import joblib
import msgspec
import numpy as np

from simulation.errors import SweepCancelled
from simulation.journal import Journal, Kept, kept_in
from simulation.results import Share
from simulation.setting import Setting
from simulation.stops import born_deaf
from simulation.table import WIDTH, Days, days_of, joined
from simulation.twin import Twin
from simulation.waits import BINS, SLOTS, Waits

CHUNK: Final = 5
"""Days of a piece of work: making a twin ready costs about as much as one day of a hall."""


class Progress(msgspec.Struct, frozen=True):
    """How far a run is; ``left_s`` is None until something is done."""

    done: int
    total: int
    left_s: float | None


class Machine(msgspec.Struct, frozen=True):
    """Where days run: so many local processes, or the Dask cluster at an address."""

    jobs: int = 1
    dask: str = ""


Tell = Callable[[Progress], None]
IsCancelled = Callable[[], bool]


def simulate(
    setting: Setting,
    days: Sequence[int],
    *,
    machine: Machine | None = None,
    tell: Tell | None = None,
    is_cancelled: IsCancelled | None = None,
    progress_file: Path | Kept | None = None,
) -> Days:
    """Simulate these days (numbers of replications) of a plan; raises SweepCancelled and CheckpointMismatch."""
    return compare([setting], days, machine=machine, tell=tell, is_cancelled=is_cancelled, progress_file=progress_file)[
        0
    ]


def compare(
    settings: Sequence[Setting],
    days: Sequence[int],
    *,
    machine: Machine | None = None,
    tell: Tell | None = None,
    is_cancelled: IsCancelled | None = None,
    progress_file: Path | Kept | None = None,
) -> list[Days]:
    """Simulate the same days under several plans; the tables stand in the order of the plans."""
    chunks = [
        (plan, tuple(days[start : start + CHUNK]))
        for start in range(0, len(days), CHUNK)
        for plan in range(len(settings))
    ]
    done = _Progress(progress_file, _name(settings, days)) if progress_file is not None else None
    parts: dict[int, Days] = dict(done.read()) if done is not None else {}
    left = [number for number in range(len(chunks)) if number not in parts]
    began, wanted = time.monotonic(), len(days) * len(settings)
    for finished, (number, part) in enumerate(_run(settings, chunks, left, machine or Machine()), start=1):
        parts[number] = part
        if done is not None:
            done.add(number, part)
        so_far = sum(len(chunks[one][1]) for one in parts)
        if tell is not None:
            tell(Progress(so_far, wanted, (time.monotonic() - began) / finished * (len(left) - finished)))
        if is_cancelled is not None and finished < len(left) and is_cancelled():
            raise SweepCancelled(done=so_far, wanted=wanted)
    return [
        joined([parts[number] for number, (plan, _) in enumerate(chunks) if plan == one])
        for one in range(len(settings))
    ]


def until_sure(
    setting: Setting,
    half_width: Callable[[Days], float],
    *,
    wanted: float,
    most_days: int,
    least_days: int = 0,
    machine: Machine | None = None,
    tell: Tell | None = None,
    is_cancelled: IsCancelled | None = None,
    progress_file: Path | None = None,
) -> Days:
    """Simulate blocks of days until a figure's interval is as short as wanted, or so many days are done.

    At least four blocks of strata are run: an interval of fewer is seldom right about its own length. Where there is no figure
    after them, as of days on which nobody came, more would bring none. The progress file has a part for each round, since how
    many days it takes follows from the rounds before. Raises SweepCancelled and CheckpointMismatch.
    """
    journal = None if progress_file is None else Journal(progress_file, _heading_of_rounds(setting))
    block = max(setting.strata, CHUNK)
    step = -(-block // setting.strata) * setting.strata
    upto = min(most_days, max(4 * step, -(-least_days // step) * step))
    found = None
    while True:
        first = found.count if found is not None else 0
        more = simulate(
            setting, range(first, upto), machine=machine, tell=_counted_on(tell, first), is_cancelled=is_cancelled,
            progress_file=None if journal is None else journal.part(),
        )  # fmt: skip
        found = more if found is None else joined([found, more])
        width = half_width(found)
        if found.count >= most_days or width <= wanted or math.isnan(width):
            return found
        # Intervals shrink with the root of the days; no more than twice as many at a time.
        need = found.count * min(2.0, max(1.1, (width / wanted) ** 2)) if width > 0 else 2 * found.count
        upto = min(most_days, -(-int(need) // step) * step)


def _counted_on(tell: Tell | None, before: int) -> Tell | None:
    """Tell a round's progress with the days of the rounds before."""
    if tell is None:
        return None
    return lambda now: tell(Progress(before + now.done, before + now.total, now.left_s))


# ---- running ----


def _run(
    settings: Sequence[Setting], chunks: Sequence[tuple[int, tuple[int, ...]]], left: Sequence[int], machine: Machine
) -> Iterator[tuple[int, Days]]:
    """Yield the chunks as they are done."""
    if machine.jobs == 1 and not machine.dask:
        twins = [Twin(setting) for setting in settings]
        for number in left:
            plan, days = chunks[number]
            yield number, days_of([twins[plan].run(day) for day in days])
        return
    encoded = [msgspec.json.encode(setting) for setting in settings]
    work = (joblib.delayed(_chunk)(number, encoded[chunks[number][0]], chunks[number][1]) for number in left)
    with where(machine):
        pool = joblib.Parallel(n_jobs=-1 if machine.dask else machine.jobs, return_as="generator_unordered")
        with born_deaf():
            found = pool(work)
        yield from found


@contextmanager
def where(machine: Machine) -> Iterator[None]:
    """Let joblib work where a machine says."""
    if not machine.dask:
        yield
        return
    from distributed import Client

    client = Client(machine.dask)  # type: ignore[no-untyped-call]  # distributed ships no types of it
    with client, joblib.parallel_config(backend="dask"):
        yield


_READY: dict[bytes, Twin] = {}
"""The twin that this process made last: a worker meets the same plan many times."""


def _chunk(number: int, encoded: bytes, days: tuple[int, ...]) -> tuple[int, Days]:
    ignore_keys()
    if encoded not in _READY:
        _READY.clear()
        _READY[encoded] = Twin(msgspec.json.decode(encoded, type=Setting))
    twin = _READY[encoded]
    return number, days_of([twin.run(day) for day in days])


def ignore_keys() -> None:
    """Let a worker process leave a key that stops the command to the command, which ends it."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def workers_ended(jobs: int) -> Iterator[None]:
    """End this computer's worker processes whatever happens inside: they would stay for a while in case of more work."""
    try:
        yield
    finally:
        if jobs > 1:
            from joblib.externals.loky import reusable_executor

            # Not by asking for it: that would end it under the lock which its own thread may need to hand out more work.
            executor = reusable_executor._executor
            if executor is not None:
                executor.shutdown(wait=True, kill_workers=True)


# ---- progress files ----


def _name(settings: Sequence[Setting], days: Sequence[int]) -> str:
    """Return what a progress file belongs to."""
    content = msgspec.json.encode([list(settings), list(days), WIDTH, BINS])
    return hashlib.sha256(content).hexdigest()


def _heading_of_rounds(setting: Setting) -> bytes:
    """Return what a progress file of several rounds belongs to, however many days they come to."""
    return msgspec.json.encode({"until_sure": _name([setting], ())})


class _Line(msgspec.Struct):
    number: int
    first: int
    rows: list[list[float]]
    waits: list[tuple[int, int]]
    """(place, count) where any waited."""
    by_class: dict[str, Share]
    by_theme: dict[str, Share]


class _Heading(msgspec.Struct):
    experiment: str


class _Progress:
    """A line for each finished chunk."""

    def __init__(self, where: Path | Kept, name: str) -> None:
        self._kept, self._name = kept_in(where), name

    def read(self) -> Iterator[tuple[int, Days]]:
        """Yield what was finished, or begin; raises CheckpointMismatch."""
        for line in self._kept.read(msgspec.json.encode(_Heading(self._name))):
            one = msgspec.json.decode(line, type=_Line)
            yield one.number, _days(one)

    def add(self, number: int, part: Days) -> None:
        """Remember a finished chunk."""
        flat = part.waits.counts.reshape(-1)
        places = np.flatnonzero(flat)
        line = _Line(
            number, part.first, part.rows.tolist(), [(int(place), int(flat[place])) for place in places],
            part.by_class, part.by_theme,
        )  # fmt: skip
        self._kept.add(msgspec.json.encode(line))


def _days(line: _Line) -> Days:
    counts = np.zeros(SLOTS * BINS, dtype=np.int64)
    for place, count in line.waits:
        counts[place] = count
    rows = np.array(line.rows, dtype=np.float64).reshape(len(line.rows), WIDTH)
    return Days(line.first, rows, Waits(counts.reshape(SLOTS, BINS)), line.by_class, line.by_theme)

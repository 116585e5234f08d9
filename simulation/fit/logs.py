"""Where a fit's days come from: files with one JSON object per line, and ledgers that a live hall keeps.

The simulation knows no ledger. Whoever keeps one offers a reader as an entry point of the group ``onewindow.logs``: a
function of the path that returns None if it is nothing of its own, or the days as :class:`StoredDay`. What it raises as
:class:`FitError` reaches people as it is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

import msgspec

from hall.errors import HallError
from hall.events import Commit, commit_decoder
from hall.figures import Figures
from hall.policy import Plan, plan_hash
from hall.state import HallDay
from simulation.fit.errors import (
    DayTwice,
    LedgerUnreadable,
    LogBroken,
    LogEmpty,
    LogMissing,
    LogUnreadable,
    NoLogs,
    OtherHall,
)
from simulation.fit.notes import DayNotes
from simulation.fit.observations import DayObserved, fold_into, observed
from simulation.log import LogHeading

GROUP: Final = "onewindow.logs"


class Wanted(msgspec.Struct, frozen=True):
    """Which days are asked for; empty is any. Dates are ISO, both ends included."""

    hall: str = ""
    first: str = ""
    last: str = ""

    def has(self, hall: str, date: str) -> bool:
        """Return whether a day is among them."""
        return (not self.hall or hall == self.hall) and self.first <= date and (not self.last or date <= self.last)


class StoredDay(msgspec.Struct, frozen=True):
    """One hall-day of a ledger: its name for people, its commits in order, its plans by the names the log gives them."""

    label: str
    commits: Iterable[Commit]
    plans: dict[str, Plan]


class Seen(msgspec.Struct, frozen=True):
    """What the logs of a hall show, by date; ``plan`` is that of the last day."""

    hall: str
    plan: Plan
    days: tuple[DayObserved, ...]


Reader = Callable[[Path, Wanted], Iterator[StoredDay] | None]


def read_days(paths: Sequence[Path], wanted: Wanted) -> Seen:
    """Read and fold the days of one hall; raises FitError where they cannot be a fit's ground."""
    found: dict[str, tuple[str, Plan, DayObserved]] = {}
    first_hall = wanted.hall
    for label, plan, day in _days(paths, wanted):
        first_hall = first_hall or plan.hall
        if plan.hall != first_hall:
            if wanted.hall:
                continue
            raise OtherHall(file=label, hall=plan.hall, wanted=first_hall)
        if not wanted.has(plan.hall, day.date):
            continue
        if day.date in found:
            raise DayTwice(date=day.date, file=f"{found[day.date][0]}, {label}")
        found[day.date] = (label, plan, day)
    if not found:
        raise NoLogs(where=", ".join(map(str, paths)) or "–")
    days = tuple(found[date][2] for date in sorted(found))
    return Seen(first_hall, found[max(found)][1], days)


def _days(paths: Sequence[Path], wanted: Wanted) -> Iterator[tuple[str, Plan, DayObserved]]:
    for path in paths:
        if not path.exists():
            raise LogMissing(file=str(path))
        if path.is_file() and path.suffix not in (".db", ".sqlite"):
            yield _day_of_file(path)
        elif (stored := _stored(path, wanted)) is not None:
            # A server's folder holds other files too; its days are those of the ledger.
            yield from map(_day_of_ledger, stored)
        elif path.is_dir() and (files := sorted(path.glob("*.jsonl"))):
            yield from _days(files, wanted)
        elif entry_points(group=GROUP):
            raise NoLogs(where=str(path))
        else:
            raise LedgerUnreadable(file=str(path), why="no reader of ledgers is installed")


def _day_of_file(path: Path) -> tuple[str, Plan, DayObserved]:
    heading, commits = read_rows(path)
    figures, notes = fold_day(path.name, commits, {plan_hash(plan): plan for plan in heading.plans})
    state = figures.fold.state
    hold_against(heading, path.name, rows=len(commits), state=state)
    return path.name, state.plan, observed(figures, notes)


def read_rows(path: Path) -> tuple[LogHeading, list[Commit]]:
    """Read the file of one day; raises LogEmpty, and LogUnreadable with the line that is no row."""
    lines = path.read_bytes().splitlines()
    if not lines:
        raise LogEmpty(file=path.name)
    commits: list[Commit] = []
    heading = None
    try:
        heading = msgspec.json.decode(lines[0], type=LogHeading)
        commits.extend(map(commit_decoder.decode, lines[1:]))
    except msgspec.MsgspecError as error:
        line = 1 if heading is None else len(commits) + 2
        raise LogUnreadable(file=path.name, line=line, why=str(error)) from error
    if not commits:
        raise LogEmpty(file=path.name)
    return heading, commits


def hold_against(heading: LogHeading, file: str, *, rows: int, state: HallDay) -> None:
    """Hold a folded day against its file's heading: rows cut off at the end would not show otherwise; raises LogBroken."""
    if rows != heading.commits:
        raise LogBroken(file=file, row=rows + 1, why=f"{heading.commits} rows were written")
    if heading.fingerprint and state.fingerprint() != heading.fingerprint:
        raise LogBroken(file=file, row=rows, why="the state at the end is another one")


def fold_day(label: str, commits: Iterable[Commit], plans: Mapping[str, Plan]) -> tuple[Figures, DayNotes]:
    """Fold a day; ``plans`` by the names that the log gives them. Raises LogBroken and LogEmpty, which name ``label``."""
    figures = Figures(())
    for name, plan in plans.items():
        figures.learn(plan, name=name)
    state = figures.fold.state
    try:
        notes = fold_into(figures, commits)
    except HallError as error:
        raise LogBroken(file=label, row=state.seq + 1, why=str(error)) from error
    if not state.is_open:
        raise LogEmpty(file=label)
    return figures, notes


def _stored(path: Path, wanted: Wanted) -> Iterator[StoredDay] | None:
    """Return the days that a reader of ledgers finds at a path; None: none of them knows it."""
    for entry in entry_points(group=GROUP):
        reader: Reader = entry.load()
        if (stored := reader(path, wanted)) is not None:
            return stored
    return None


def _day_of_ledger(one: StoredDay) -> tuple[str, Plan, DayObserved]:
    folded, notes = fold_day(one.label, one.commits, one.plans)
    return one.label, folded.fold.state.plan, observed(folded, notes)

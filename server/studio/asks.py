"""What a manager can ask of the studio, and what a worker process is told: one vocabulary for page, server and worker.

Numbers are bounded here only against nonsense that would cost memory. What a scenario may say is checked where scenarios
are checked, in the worker, so that a manager and a scenario file get the same sentences.
"""

from typing import Annotated, Any, Final, Literal

import msgspec

from hall.opening import Calendar
from hall.policy import Plan

MOST_DAYS: Final = 400
"""Simulated days of one plan: intervals of the promise are below a point by then."""
SLOTS_A_DAY: Final = 60
"""Half-hours until six in the morning of the next day, the latest that a hall may close."""

Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$", max_length=16)]
Date = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", max_length=10)]
Words = Annotated[str, msgspec.Meta(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]
Code = Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
TimeText = Annotated[str, msgspec.Meta(max_length=12)]
Number = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]
Days = Annotated[int, msgspec.Meta(ge=4, le=MOST_DAYS)]
Seed = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
Percent = Annotated[float, msgspec.Meta(ge=1, le=99.9)]
Minutes = Annotated[float, msgspec.Meta(ge=0.5, le=240)]
"""Of a wait; the twin tells no longer ones apart."""
Open = Annotated[int, msgspec.Meta(ge=-9_999, le=9_999)]


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many of some windows are open in each half-hour from the plan's first on; windows open in this order."""

    windows: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=1_000)]
    open: Annotated[tuple[Open, ...], msgspec.Meta(max_length=SLOTS_A_DAY)]


class Skill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What some windows serve in this plan instead of what the settings say."""

    windows: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=1_000)]
    themes: Annotated[tuple[Code, ...], msgspec.Meta(max_length=200)] = ()
    items: Annotated[tuple[Code, ...], msgspec.Meta(max_length=2_000)] = ()
    everything: bool = False


class Stated(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many come in new hours, as a range that a manager states; nobody, unless something is stated."""

    low: Number = 0
    high: Number = 0
    is_percent: bool = True
    """Percent of the day's visits (of an ordinary day's where the hall is closed else); or visits."""


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who comes in one of the new hours of a date, as ``17:00-20:00``."""

    hours: TimeText
    moved: Stated = Stated()
    induced: Stated = Stated()


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A plan as it was drawn. Without groups the windows are open as they usually were; without hours, as set."""

    name: Words = ""
    date: Date
    start: TimeText = "00:00"
    groups: Annotated[tuple[Group, ...], msgspec.Meta(max_length=60)] = ()
    skills: Annotated[tuple[Skill, ...], msgspec.Meta(max_length=60)] = ()
    hours: Annotated[tuple[TimeText, ...], msgspec.Meta(max_length=6)] = ()
    """Opening times as ``09:00-12:00``."""
    at_close: Literal["serve", "stop"] = "serve"
    stop_before_min: Number | None = None
    """Numbers are given out until so many minutes before closing; None: as the rules of the hall say."""
    target_min: Number | None = None
    """The promise: called within so many minutes; None: as the rules of the hall say."""
    demand_pct: Number = 100
    """Visits against the ground's, as the manager expects them."""
    moved: Stated = Stated()
    """Who comes in hours that are new instead of those of before."""
    induced: Stated = Stated()
    """Who comes in addition because of new hours."""
    blocks: Annotated[tuple[Block, ...], msgspec.Meta(max_length=12)] = ()
    """The same for each of the new hours, instead of for all of them together."""
    cost_per_hour: Annotated[float, msgspec.Meta(ge=0, le=1e6)] | None = None
    """What an hour of an open window costs, as the manager states it."""


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """Root of what can be asked."""


class LogAsk(Ask, frozen=True, tag="log"):
    """Learn from the hall's own log, both dates included."""

    first: Date
    last: Date


class StatedAsk(Ask, frozen=True, tag="stated"):
    """Take so many visits a day and the settings' service times, for a hall without a log."""

    visits: Number


class FileAsk(Ask, frozen=True, tag="file"):
    """Take the demand of a scenario file (TOML)."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=60_000)]


class RunAsk(Ask, frozen=True, tag="run"):
    """Simulate a plan beside the windows as they usually are open."""

    ground: Id
    draft: Draft
    days: Days = 40
    seed: Seed = 1


class SizeAsk(Ask, frozen=True, tag="size"):
    """Find the fewest windows that keep a promise; at least one of ``kept_pct``, ``p50_min`` and ``p90_min``."""

    ground: Id
    draft: Draft
    kept_pct: Percent | None = 90
    """Called within the promise, in every hour."""
    p50_min: Minutes | None = None
    """Half of the called wait no longer, in every hour."""
    p90_min: Minutes | None = None
    """Nine in ten of the called wait no longer, in every hour."""
    booked_pct: Percent | None = None
    """Of the booked visitors: called within ``booked_min`` of their slot, or of a later arrival."""
    booked_min: Minutes = 10
    use_pct: Annotated[float, msgspec.Meta(ge=10, le=100)] | None = None
    """Windows are not to be busy for more than this share."""
    days: Days = 40
    seed: Seed = 1


class CompareAsk(Ask, frozen=True, tag="compare"):
    """Hold saved plans against the first of them, on the same people."""

    plans: Annotated[tuple[Id, ...], msgspec.Meta(min_length=2, max_length=5)]
    days: Days = 40
    seed: Seed = 1


class DayAsk(Ask, frozen=True, tag="day"):
    """Simulate one day to be watched."""

    ground: Id
    draft: Draft
    seed: Seed = 1


AnyAsk = LogAsk | StatedAsk | FileAsk | RunAsk | SizeAsk | CompareAsk | DayAsk


class Begin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request for a job."""

    ask: AnyAsk


class Saved(msgspec.Struct, frozen=True):
    """A saved plan with what it rests on, for a comparison."""

    name: str
    ground: str
    draft: Draft


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """All that a worker process is told, as one line of JSON on its standard input."""

    hall: str
    data: str
    """The server's data folder, read only."""
    ask: AnyAsk
    plan: Plan
    """The hall as it is set now."""
    calendar: Calendar
    ground: msgspec.Raw = msgspec.Raw(b"null")
    """What the job of the ground kept."""
    saved: tuple[Saved, ...] = ()
    day_file: str = ""
    """Where a day to be watched goes."""
    seconds: int
    megabytes: int
    """Limits of the process."""


class Note(msgspec.Struct, frozen=True, kw_only=True, tag_field="t"):
    """Root of the lines that a worker says on its standard output."""


class Progressed(Note, frozen=True, tag="progress"):
    """How far it is; ``left_s`` is None until something is done."""

    done: int
    total: int
    left_s: float | None = None
    stage: str = ""


class Done(Note, frozen=True, tag="done"):
    """The result, and what is to be kept for jobs that build on it."""

    result: dict[str, Any]
    kept: msgspec.Raw = msgspec.Raw(b"null")


class FaultLine(msgspec.Struct, frozen=True):
    """One thing that is wrong, where (the field of the draft, the line of a file), in both languages."""

    code: str
    field: str
    line: int
    """0 where there is no file."""
    zh: str
    en: str


class Failed(Note, frozen=True, tag="failed"):
    """Why there is no result."""

    code: str
    zh: str
    en: str
    faults: tuple[FaultLine, ...] = ()


AnyNote = Progressed | Done | Failed

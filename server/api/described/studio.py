"""What is answered about jobs, plans and simulated days of the studio (protocol, section 9)."""

from typing import Any, Literal

import msgspec

from hall.ids import Ms
from hall.opening import DayKind
from server.api.described.studio_results import Side
from server.pulse import Pace
from server.studio.asks import AnyAsk, Draft, FaultLine


class DateAhead(msgspec.Struct, frozen=True):
    """A date as the live hall would open it; weekdays count from Monday, which is 1."""

    date: str
    weekday: int
    kind: DayKind
    name: str
    hours: list[str]
    like: int
    """The weekday whose visits and windows it has."""


class JobProgress(msgspec.Struct, frozen=True):
    """How far a job is; the remaining time is not known at first."""

    done: int
    total: int
    left_s: float | None
    stage: str


class JobFailure(msgspec.Struct, frozen=True):
    """Why a job has no result, in both languages, with the faults of its plan or file."""

    code: str
    zh: str
    en: str
    faults: list[FaultLine]


class Paces(msgspec.Struct, frozen=True):
    """How fast the live halls answered in the minutes before a job and while it ran."""

    before: Pace
    during: Pace


class JobBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A job without its result; ``ended_ms`` is 0 while it runs."""

    id: str
    kind: Literal["log", "stated", "file", "run", "size", "compare", "day"]
    state: Literal["running", "done", "failed"]
    mine: bool
    at_ms: Ms
    ended_ms: Ms
    ask: AnyAsk
    progress: JobProgress | None
    pace: Paces | None
    failure: JobFailure | None


class JobWhole(JobBrief, frozen=True, kw_only=True):
    """A job with its result, which it has when it is done; what that is depends on what was asked."""

    result: Any


class JobTold(msgspec.Struct, frozen=True):
    """A job that begins or ends."""

    job: JobBrief


class JobShown(msgspec.Struct, frozen=True):
    """A job."""

    job: JobWhole


class PlanKept(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that a manager kept, with its figures of then."""

    id: str
    hall: str
    name: str
    ground: str
    actor: str
    at_ms: Ms
    draft: Draft
    side: Side


class PlanAnswered(msgspec.Struct, frozen=True):
    """A plan that was kept."""

    plan: PlanKept


class StudioLimits(msgspec.Struct, frozen=True):
    """Jobs in the house, and how long and large one may grow."""

    jobs: int
    seconds: int
    megabytes: int


class YoursRunning(msgspec.Struct, frozen=True):
    """The job of the asking account that runs, in whichever hall."""

    job: str
    hall: str


class Overview(msgspec.Struct, frozen=True):
    """The days ahead, jobs, kept plans, and how fast the live halls answered in the last minute."""

    today: str
    ahead: list[DateAhead]
    jobs: list[JobBrief]
    plans: list[PlanKept]
    running: int
    yours: YoursRunning | None
    limits: StudioLimits
    pace: Pace


class Playing(msgspec.Struct, frozen=True):
    """A simulated day as it plays; ``speed`` is so many of its seconds in a real one."""

    simulated: Literal[True]
    hall: str
    date: str
    first_ms: Ms
    last_ms: Ms
    at_ms: Ms
    speed: float

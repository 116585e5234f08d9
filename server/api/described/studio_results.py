"""Results of the studio's jobs (protocol, section 9). Counts are of a day, shares in percent unless said otherwise."""

from typing import Literal

import msgspec

from hall.catalog import Text, WindowKind
from hall.ids import Ms
from hall.opening import DayKind
from server.studio.asks import Draft, Group


class Band(msgspec.Struct, frozen=True):
    """A figure with its 95 % interval; null where nothing is known."""

    value: float | None
    low: float | None
    high: float | None


class Estimate(Band, frozen=True):
    """A figure of independent days with its 95 % interval; ``blocks`` is how many it rests on."""

    blocks: int


class Basis(msgspec.Struct, frozen=True):
    """On what a figure rests."""

    about: str
    basis: Literal["fitted", "assumed", "published"]
    zh: str
    en: str


class Doubt(msgspec.Struct, frozen=True):
    """What is not known or assumed."""

    about: str
    zh: str
    en: str


# ---- plans ----


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The figures by which plans are compared."""

    visitors: Estimate
    kept_pct: Estimate
    mean_wait_min: Estimate
    p50_min: Band
    p90_min: Band
    longest_min: Estimate
    left: Estimate
    turned_away: Estimate
    use_pct: Estimate
    window_hours: Estimate


class Figures(Compared, frozen=True, kw_only=True):
    """The figures of a plan; ``cost`` where an hour's cost is stated."""

    no_shows: Estimate
    cost: Estimate | None


class HalfHour(msgspec.Struct, frozen=True):
    """People who came in a half-hour, how they waited, and how many waited in the mean."""

    time: str
    at_min: int
    called: float
    kept_pct: float | None
    p50: Band
    p90: Band
    queue: float


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One plan: figures, half-hours and windows; ``by_class`` and ``by_theme`` tell the promise kept in percent."""

    name: str
    figures: Figures
    last_out: str
    worst: str
    by_class: dict[str, float | None]
    by_theme: dict[str, float | None]
    slots: list[HalfHour]
    start_min: int
    groups: list[Group]


class Changes(Compared, frozen=True, kw_only=True):
    """By how much a plan differs, for the same people; ``cost`` where an hour's cost is stated."""

    last_out_min: Estimate
    cost: Estimate | msgspec.UnsetType = msgspec.UNSET


class Opening(msgspec.Struct, frozen=True):
    """When the hall opens on the date as it is set, in the plan, and which of the plan's times are new."""

    kind: DayKind
    name: str
    as_set: list[str]
    hours: list[str]
    new: list[str]


class Simulated(msgspec.Struct, frozen=True, kw_only=True):
    """What every simulation says of itself."""

    date: str
    days: int
    seed: int
    version: str
    target_min: float
    draft: Draft
    basis: list[Basis]


class RunResult(Simulated, frozen=True, kw_only=True):
    """A plan beside the day as it is set (null where the hall is closed then), and its low end where a range is stated."""

    current: Side | None
    low: Side | None
    plan: Side
    change: Changes
    low_change: Changes
    opening: Opening
    same_people: bool


class Requirement(msgspec.Struct, frozen=True):
    """A requirement and what fresh days say of it; shares from 0 to 1."""

    kind: Literal["hour", "theme", "booked", "use"]
    name: str
    within_min: float
    wanted: float
    found: Estimate
    at_most: bool
    a_day: float


class Sizing(msgspec.Struct, frozen=True):
    """How surely the fewest windows hold what is asked, on fresh days; ``worst`` is a share from 0 to 1."""

    kept_pct: float | None
    held: bool
    sure: bool
    days: int
    window_hours: float
    worst_hour: str
    worst: Estimate
    within_min: float
    tells: Requirement | None
    day: list[Requirement]


class SizedResult(RunResult, frozen=True, kw_only=True):
    """The fewest windows that keep a promise, as any other plan."""

    sized: Sizing


class ComparedPlan(Side, frozen=True, kw_only=True):
    """A kept plan and its difference from the first (null for the first), at both ends where a range is stated."""

    change: Changes | None
    low: Side | None
    low_change: Changes | None


class ComparedResult(Simulated, frozen=True, kw_only=True):
    """Kept plans held against the first of them."""

    plans: list[ComparedPlan]
    same_people: bool


class DayResult(Simulated, frozen=True, kw_only=True):
    """A day that can be watched."""

    visits: int
    first_ms: Ms
    last_ms: Ms
    opens_ms: Ms


# ---- grounds ----


class GroundGroup(msgspec.Struct, frozen=True):
    """Windows that stand in one area and serve the same."""

    windows: list[str]
    labels: list[str]
    area: Text | None
    kind: WindowKind
    themes: list[Text]
    everything: bool


class GroundWeekday(msgspec.Struct, frozen=True):
    """A weekday: its hours, the windows of each group as they usually are open, and the visits expected."""

    hours: list[str]
    start_min: int
    open: list[list[int]]
    visits: float
    days: int


class Rate(msgspec.Struct, frozen=True):
    """People per hour in a half-hour, with the interval."""

    at_min: int
    value: float
    low: float
    high: float


class Parameter(msgspec.Struct, frozen=True):
    """A figure of a fit as people read it."""

    zh: str
    en: str
    value: str
    interval: str
    n: str


class ServiceTime(msgspec.Struct, frozen=True):
    """The service of an item: its mean with the interval, and how much of it is the item's own record."""

    item: str
    name: Text | None
    mean_min: float
    low_min: float
    high_min: float
    n: int
    own_pct: float


class Fit(msgspec.Struct, frozen=True):
    """What was learnt from the hall's log."""

    first: str
    last: str
    days: int
    visits: int
    refused: int
    rates: list[Rate]
    parameters: list[Parameter]
    services: list[ServiceTime]


class WaitCheck(msgspec.Struct, frozen=True):
    """A quantile of a day's waits in minutes, as seen and as the fit foretells it."""

    date: str
    quantile: float
    seen: float
    low: float
    middle: float
    high: float
    inside: bool


class FitChecks(msgspec.Struct, frozen=True):
    """How the fit foretells days that it has not seen."""

    arrivals_inside_pct: float
    poisson_inside_pct: float
    arrivals_bias_pct: float
    services_inside_pct: float
    services_bias_pct: float
    waits_inside: int
    waits: list[WaitCheck]


class GroundResult(msgspec.Struct, frozen=True, kw_only=True):
    """What simulated days rest on; ``fit`` and ``checks`` of a hall's log, weekdays from 1, which is Monday."""

    basis: Literal["log", "stated", "file"]
    groups: list[GroundGroup]
    target_min: float
    stop_before_min: float
    themes: dict[str, Text]
    weekdays: dict[str, GroundWeekday]
    fit: Fit | None
    checks: FitChecks | None
    doubts: list[Doubt]

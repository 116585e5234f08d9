"""The rules of a hall that differ from hall to hall: data with a version, named in every commit of the log.

Defaults are the ones most halls start with; each constant says where it comes from. A plan joins catalog, hours and
policy; plans are stored once, under the hash of their content.
"""

import hashlib
from typing import Literal

import msgspec

from hall.booking import Booking, faults_of_booking
from hall.catalog import Catalog, Text, faults_of
from hall.ids import HallId, ItemCode, Ms, ThemeCode
from hall.opening import WeekHours, faults_of_hours

MAX_DIGITS = 6
"""More digits than people read from a slip."""


class Series(msgspec.Struct, frozen=True):
    """Numbers of one prefix for some themes; a full band ``first..last`` widens by a digit (A999 → A1000)."""

    prefix: str
    themes: tuple[ThemeCode, ...] = ()
    """Empty: every theme that no other series names."""
    classes: tuple[str, ...] = ()
    """Not empty: only tickets of these classes (a series of their own for, say, the priority lane)."""
    first: int = 1
    last: int = 999
    digits: int = 3

    @property
    def counter(self) -> str:
        """The key of the counter of this band."""
        return f"{self.prefix}:{self.first}"

    @property
    def widened_counter(self) -> str:
        """The key of the counter that all full bands of a prefix share."""
        return f"{self.prefix}+"


class Quota(msgspec.Struct, frozen=True):
    """Most numbers given out for an item or a theme in each half of the day; None is without limit."""

    item: ItemCode = ""
    theme: ThemeCode = ""
    morning: int | None = None
    afternoon: int | None = None


class VisitorClass(msgspec.Struct, frozen=True):
    """A class of visitors: its lane (0 is called first) and the credit that moves its due time ahead."""

    code: str
    name: Text
    lane: int = 1
    credit_ms: Ms = 0


class Issuing(msgspec.Struct, frozen=True):
    """When and how numbers are given out."""

    before_open_ms: Ms = 30 * 60_000
    """People queue at the door; they get numbers half an hour before opening."""
    stop_before_close_ms: Ms = 0
    in_breaks: bool = True
    """Give numbers in the lunch break too."""
    remote: bool = True
    """Phones may take numbers from outside."""
    one_open_per_person: bool = True
    max_items: int = 20
    max_quantity: int = 99
    half_day_min: int = 12 * 60 + 30
    """Where the afternoon begins for quotas, in minutes after local midnight."""


class Calling(msgspec.Struct, frozen=True):
    """How people are called."""

    idle: Literal["at_once", "on_key"] = "at_once"
    """Nobody waits at call next: the next arrival is called at once, or the clerk presses again."""
    recall_cooldown_ms: Ms = 20_000
    recall_limit: int = 3
    """Calls in all, the first included."""
    miss_calls: int = 2
    miss_ms: Ms = 30_000
    """Least time since the first call before the clerk may report a miss."""
    start_implied: bool = True
    """The first item action starts the service."""
    undo_ms: Ms = 30_000
    ring_limit_ms: Ms = 60_000
    """A screen that comes back rings only calls younger than this."""
    recent: int = 40
    """Calls that boards remember."""


class MissedRule(msgspec.Struct, frozen=True):
    """What becomes of people who did not come."""

    rejoin: Literal["after_k", "end", "void"] = "after_k"
    places: int = 3
    limit: int = 2
    timeout_ms: Ms = 60 * 60_000
    """A missed ticket is abandoned after this."""


class DelayRule(msgspec.Struct, frozen=True):
    """People may let others pass ("ask for more time")."""

    max_places: int = 10
    limit: int = 2


class HoldRule(msgspec.Struct, frozen=True):
    """Parked people (挂起)."""

    per_window: int = 3
    reasons: tuple[str, ...] = ("fetch_copy", "fill_form", "wait_system", "other")


class Warnings(msgspec.Struct, frozen=True):
    """When somebody should look."""

    wait_warn_ms: Ms = 20 * 60_000
    wait_alarm_ms: Ms = 30 * 60_000
    idle_others_wait_ms: Ms = 3 * 60_000
    no_clerk_ms: Ms = 5 * 60_000
    promise_ms: Ms = 15 * 60_000
    """The promise reported as kept or not: called within 15 minutes (districts publish a mean wait of that)."""
    near_places: int = 3
    """The phone says "go now" at this many people ahead."""


class Policy(msgspec.Struct, frozen=True):
    """All rules of a hall; ``version`` is for people, the plan's hash is the name."""

    version: str
    series: tuple[Series, ...] = (Series("A"),)
    quotas: tuple[Quota, ...] = ()
    classes: tuple[VisitorClass, ...] = (
        VisitorClass("ordinary", Text("普通", "Ordinary")),
        VisitorClass("booked", Text("预约", "Booked"), credit_ms=10 * 60_000),
        VisitorClass("elder", Text("长者", "Elder"), credit_ms=15 * 60_000),
        VisitorClass("priority", Text("绿色通道", "Priority lane"), lane=0),
    )
    issuing: Issuing = Issuing()
    calling: Calling = Calling()
    missed: MissedRule = MissedRule()
    delay: DelayRule = DelayRule()
    hold: HoldRule = HoldRule()
    warnings: Warnings = Warnings()
    chosen_reasons: tuple[str, ...] = ("priority_visitor", "returning", "error_made_good", "manager_order", "other")
    end_day_min: int = 23 * 60 + 50
    """When the timer ends the day, in minutes after local midnight (past 1440 for halls open past midnight)."""
    booking: Booking | None = None
    """None: nothing can be booked."""


class Plan(msgspec.Struct, frozen=True):
    """Everything that a hall-day decides by."""

    hall: HallId
    name: Text
    zone: str
    catalog: Catalog
    hours: WeekHours
    policy: Policy


def plan_hash(plan: Plan) -> str:
    """Return the name of a plan in the log: the first 16 hex digits of the SHA-256 of its JSON form.

    Rules of booking that are not there are left out: plans of before keep the names that their logs know.
    """
    form = msgspec.to_builtins(plan)
    if plan.policy.booking is None:
        del form["policy"]["booking"]
    return hashlib.sha256(msgspec.json.encode(form)).hexdigest()[:16]


def faults_of_plan(plan: Plan) -> list[str]:
    """List every contradiction of a plan; an empty list means that a day can be opened with it."""
    faults = faults_of(plan.catalog) + faults_of_hours(plan.hours) + _faults_of_series(plan.policy)
    lanes = {one.code: one.lane for one in plan.policy.classes}
    if len(lanes) != len(plan.policy.classes):
        faults.append("policy: a class is defined twice")
    if "ordinary" not in lanes:
        faults.append("policy: the class 'ordinary' is missing")
    faults += [f"policy: lane of class {code} must be 0 to 9" for code, lane in lanes.items() if not 0 <= lane <= 9]
    faults += _faults_of_numbers(plan.policy) + _faults_of_names(plan)
    if plan.policy.booking is not None:
        faults += faults_of_booking(plan.policy.booking, plan.catalog, lanes)
    serves = [window.serves for window in plan.catalog.windows]
    if not any(one.everything for one in serves):
        themes = frozenset(code for one in serves for code in one.themes)
        items = frozenset(code for one in serves for code in one.items)
        faults += [
            f"item {item.code}: no window serves it"
            for item in plan.catalog.items
            if item.theme not in themes and item.code not in items
        ]
    return faults


def _faults_of_numbers(policy: Policy) -> list[str]:
    """List what would make a rule impossible to follow."""
    calling, missed = policy.calling, policy.missed
    faults = []
    if not 1 <= calling.miss_calls <= calling.recall_limit:
        faults.append(f"policy: a miss needs {calling.miss_calls} calls, only {calling.recall_limit} may be made")
    if calling.recent < 1:
        faults.append("policy: boards must remember at least 1 call")
    if missed.rejoin == "after_k" and missed.places < 1:
        faults.append("policy: who rejoins after others lets at least 1 pass")
    return faults


def _faults_of_names(plan: Plan) -> list[str]:
    """List what series and quotas name and the plan does not have."""
    themes = {one.code for one in plan.catalog.themes}
    items = {one.code for one in plan.catalog.items}
    classes = {one.code for one in plan.policy.classes}
    faults = []
    for one in plan.policy.series:
        faults += [f"policy: series {one.prefix}: unknown theme {code}" for code in one.themes if code not in themes]
        faults += [f"policy: series {one.prefix}: unknown class {code}" for code in one.classes if code not in classes]
    for quota in plan.policy.quotas:
        if quota.item and quota.item not in items:
            faults.append(f"policy: quota: unknown item {quota.item}")
        if quota.theme and quota.theme not in themes:
            faults.append(f"policy: quota: unknown theme {quota.theme}")
    return faults


def _faults_of_series(policy: Policy) -> list[str]:
    faults = []
    if not any(not one.themes and not one.classes for one in policy.series):
        faults.append("policy: one number series without themes and classes is needed")
    faults += [
        f"policy: series {one.prefix} has an impossible band {one.first}–{one.last}"
        for one in policy.series
        if not (1 <= one.digits <= MAX_DIGITS and 0 < one.first <= one.last < 10**one.digits)
    ]
    for number, one in enumerate(policy.series):
        for other in policy.series[number + 1 :]:
            same_prefix = one.prefix == other.prefix
            if same_prefix and one.digits != other.digits:
                faults.append(f"policy: series {one.prefix} has two lengths")
            if not same_prefix and _may_be_mistaken(one.prefix, other.prefix):
                faults.append(f"policy: numbers of series {one.prefix} and {other.prefix} may be equal")
            if same_prefix and one.first <= other.last and other.first <= one.last:
                faults.append(f"policy: bands of series {one.prefix} overlap")
    return faults


def _may_be_mistaken(one: str, other: str) -> bool:
    """Return whether numbers of two prefixes can read the same (A 1001 and A1 001)."""
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) and longer[len(shorter) :].isdecimal()

"""The settings of now, kept at hand: what a day without a log would be like, and when its places come on sale.

In a release minute thousands look at slots each second. What they see here comes from memory: settings are looked at again
once in :data:`KEPT_SECONDS`, by one caller for all, and a day is made anew only when they changed.
"""

import asyncio
import itertools
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, TypeVar

from hall.appointments import grids_of
from hall.booking import rules_for
from hall.capacity import Capacity
from hall.commands import ChangePlan, ChangeSessions, OpenDay
from hall.errors import Refusal, refuse
from hall.ids import TIMER, Actor, CommandId, HallId, Ms
from hall.opening import Calendar
from hall.policy import Plan, plan_hash
from hall.slots import Grids, moment_on, release_day
from hall.state import HallDay
from hall.step import step
from server.config.database import DatabaseUnavailable
from server.config.plans import OpenDayFacts, PlanSource, facts_of_day
from server.outcomes import DayRefused, OutcomeUnknown

KEPT_SECONDS: Final = 1.0
"""Real time for which settings are taken as they were: changes made by this process are seen at once."""

DAYS_LIMIT: Final = 64
"""Dates kept of one hall: twice the 31 that can be asked for at once."""

HALLS_LIMIT: Final = 256
"""Halls whose settings are kept; the one asked for longest ago goes first."""

RELEASES_LIMIT: Final = 5_000
"""Moments of release kept of one hall: rolling slots of 31 days and some groups."""

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass
class Now:
    """The settings of one hall as they are now, with what was worked out from them."""

    plan: Plan
    name: str
    """The plan's hash."""
    calendar: Calendar
    read_at: float
    facts: OrderedDict[str, OpenDayFacts | Refusal] = field(default_factory=OrderedDict)
    days: OrderedDict[str, HallDay | Refusal] = field(default_factory=OrderedDict)
    releases: OrderedDict[tuple[str, str, Ms], Ms | Refusal] = field(default_factory=OrderedDict)
    release_days: OrderedDict[tuple[str, int], str | Refusal] = field(default_factory=OrderedDict)
    number: int = field(default_factory=itertools.count(1).__next__)
    """Tells these settings from all others of this process."""
    capacity: Capacity | None = None
    """What the plan gives to booking, worked out with the first day and shared by all."""

    def facts_of(self, date: str) -> OpenDayFacts | Refusal:
        """Return what opening a business date needs, or refuse a year that is not published."""
        found = self.facts.get(date)
        if found is None:
            found = facts_of_day(self.plan, self.calendar, date)
            _keep(self.facts, date, found, DAYS_LIMIT)
        return found

    def day(self, date: str, at_ms: Ms) -> HallDay | Refusal:
        """Return the day as it would be opened now, without bookings; it is no day of the log and takes no commands."""
        found = self.days.get(date)
        if found is None:
            found = self._opened(date, at_ms)
            _keep(self.days, date, found, DAYS_LIMIT)
        return found

    def release(self, date: str, group: str, slot_ms: Ms) -> Ms | Refusal:
        """Return when a slot comes on sale, or refuse: an unpublished year, an unknown group, no bookings at all."""
        key = (date, group, slot_ms)
        found = self.releases.get(key)
        if found is None:
            found = self._release(date, group, slot_ms)
            _keep(self.releases, key, found, RELEASES_LIMIT)
        return found

    def _opened(self, date: str, at_ms: Ms) -> HallDay | Refusal:
        facts = self.facts_of(date)
        if isinstance(facts, Refusal):
            return facts
        state = HallDay()
        state.plans[self.name] = self.plan
        state.bookings.grids = Grids(self.capacity)
        answer = step(state, open_command(self.plan.hall, facts, plan=self.name, command_id="", at_ms=at_ms))
        if isinstance(answer, Refusal):
            return answer
        self.capacity = grids_of(state).capacity
        return state

    def _release(self, date: str, code: str, slot_ms: Ms) -> Ms | Refusal:
        booking = self.plan.policy.booking
        if booking is None:
            return refuse("BOOKING_OFF")
        group = next((one for one in booking.groups if one.code == code), None)
        if group is None:
            return refuse("UNKNOWN_GROUP", group=code)
        rules = rules_for(booking, group)
        # All slots of a date come on sale on one day, and finding it is the dear part.
        days = (date, rules.release.horizon_days)
        on = self.release_days.get(days)
        if on is None:
            on = release_day(*days, hours=self.plan.hours, calendar=self.calendar, zone=self.plan.zone)
            _keep(self.release_days, days, on, RELEASES_LIMIT)
        return on if isinstance(on, Refusal) else moment_on(on, date, slot_ms, rules, zone=self.plan.zone)


class Outlook:
    """The settings of all halls, as they are now."""

    def __init__(self, plans: PlanSource) -> None:
        """Look at these settings."""
        self._plans = plans
        self._now: OrderedDict[HallId, Now] = OrderedDict()
        self._looking: dict[HallId, asyncio.Task[Now]] = {}

    def at_hand(self, hall: HallId) -> Now | None:
        """Return the settings of a hall without waiting, if they were looked at a moment ago."""
        now = self._now.get(hall)
        return now if now is not None and time.monotonic() - now.read_at < KEPT_SECONDS else None

    async def of(self, hall: HallId) -> Now:
        """Return the settings of a hall, looked at a moment ago at most."""
        return self.at_hand(hall) or await self.fresh(hall)

    async def fresh(self, hall: HallId) -> Now:
        """Look at the settings of a hall; all who ask meanwhile share the look."""
        task = self._looking.get(hall)
        if task is None:
            task = self._looking[hall] = asyncio.create_task(self._look(hall), name=f"settings of {hall}")
            task.add_done_callback(lambda done: self._looked(hall, done))
        return await asyncio.shield(task)

    def forget(self, hall: HallId) -> None:
        """Look again before the next answer: the settings were changed; who looks already does not count."""
        self._now.pop(hall, None)
        self._looking.pop(hall, None)

    async def _look(self, hall: HallId) -> Now:
        before = self._now.get(hall)
        began = time.monotonic()
        try:
            plan, calendar = await asyncio.to_thread(lambda: (self._plans.plan_of(hall), self._plans.calendar_of(hall)))
        except DatabaseUnavailable as failure:
            if before is None:
                raise OutcomeUnknown(str(failure)) from failure
            # What was known a moment ago serves until the settings can be read again.
            return before
        # A source gives the same object as long as nothing has changed.
        if before is not None and before.plan is plan and before.calendar is calendar:
            before.read_at = began
            return before
        return Now(plan, await asyncio.to_thread(plan_hash, plan), calendar, began)

    def _looked(self, hall: HallId, done: asyncio.Task[Now]) -> None:
        if self._looking.get(hall) is not done:
            return
        del self._looking[hall]
        if not done.cancelled() and done.exception() is None:
            _keep(self._now, hall, done.result(), HALLS_LIMIT)


def check_open(facts: OpenDayFacts | Refusal) -> None:
    """Raise DayRefused for a date that cannot be booked: its year is not published, or the hall is closed."""
    if isinstance(facts, Refusal):
        raise DayRefused(facts)
    if not facts.sessions:
        raise DayRefused(Refusal("CLOSED_THAT_DAY", {"date": facts.date}))


def open_command(hall: HallId, facts: OpenDayFacts, *, plan: str, command_id: str, at_ms: Ms = 0) -> OpenDay:
    """Return the command that begins a business date."""
    return OpenDay(
        command_id=command_id, at_ms=at_ms, actor=TIMER, hall=hall, date=facts.date, kind=facts.kind,
        sessions=facts.sessions, plan=plan, half_day_ms=facts.half_day_ms, end_day_ms=facts.end_day_ms,
        next_open_ms=facts.next_open_ms,
    )  # fmt: skip


def plan_command(now: Now, date: str, *, command_id: CommandId, actor: Actor) -> ChangePlan:
    """Return the command that lets an open day go by the settings of now; an unpublished year leaves its moments."""
    facts = now.facts_of(date)
    moments = None if isinstance(facts, Refusal) else facts.moments
    return ChangePlan(command_id=command_id, at_ms=0, actor=actor, plan=now.name, moments=moments)


def hours_command(facts: OpenDayFacts, *, command_id: CommandId, actor: Actor) -> ChangeSessions:
    """Return the command that lets an open day open and end at the times of the settings."""
    return ChangeSessions(
        command_id=command_id, at_ms=0, actor=actor, sessions=facts.sessions, reason="settings",
        end_day_ms=facts.end_day_ms,
    )  # fmt: skip


def _keep(kept: OrderedDict[_K, _V], key: _K, value: _V, limit: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > limit:
        kept.popitem(last=False)

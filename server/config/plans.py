"""Plans and opening days made from settings: what the runner of a hall-day starts from.

One plan object per state of the settings: halls are asked for often and changed seldom.
"""

from collections import OrderedDict
from threading import Lock
from typing import Final, Protocol, TypeVar

import msgspec

from hall.errors import Refusal
from hall.ids import HallId, Ms
from hall.opening import DAY_MINUTES, Calendar, DayKind, DayMoments, Session, hours_on, local_ms, next_opening
from hall.policy import Plan
from server.config.holidays import calendar_of_hall, calendar_version
from server.config.sections import HallFacts, UnknownHall, plan_from
from server.config.store import Store

PLANS_KEPT: Final = 512
"""Plans in memory; a plan shares its sections with those of other halls, so 512 of them are some megabytes."""


Kept = TypeVar("Kept")


class OpenDayFacts(msgspec.Struct, frozen=True):
    """What `hall.commands.OpenDay` needs to know of a business date."""

    date: str
    kind: DayKind
    name: str
    sessions: tuple[Session, ...]
    half_day_ms: Ms
    end_day_ms: Ms
    next_open_ms: Ms | None

    @property
    def moments(self) -> DayMoments:
        """What an open day is told again when settings change."""
        return DayMoments(self.half_day_ms, self.end_day_ms, self.next_open_ms)


class PlanSource(Protocol):
    """Where the runner gets halls and their plans from. Unknown halls raise ``server.config.sections.UnknownHall``."""

    def halls(self) -> tuple[HallFacts, ...]:
        """Return every hall."""
        ...

    def plan_of(self, hall: HallId) -> Plan:
        """Return the plan of a hall as it is set now."""
        ...

    def calendar_of(self, hall: HallId) -> Calendar:
        """Return the special days that count for a hall."""
        ...

    def open_day_facts(self, hall: HallId, date: str) -> OpenDayFacts | Refusal:
        """Return what opening this business date (ISO) needs, or refuse a year that is not published."""
        ...


class StoredPlans:
    """Plans from the settings database."""

    def __init__(self, store: Store) -> None:
        """Remember the store; nothing is read before it is asked for."""
        self.store = store
        self._plans: OrderedDict[HallId, tuple[tuple[str, ...], Plan]] = OrderedDict()
        self._calendars: OrderedDict[HallId, tuple[str, Calendar]] = OrderedDict()
        self._lock = Lock()

    def halls(self) -> tuple[HallFacts, ...]:
        """Return every hall."""
        return self.store.halls()

    def plan_of(self, hall: HallId) -> Plan:
        """Return the plan of a hall as it is set now."""
        versions = self.store.versions(hall)
        with self._lock:
            kept = self._plans.get(hall)
        if kept is not None and kept[0] == versions:
            return kept[1]
        plan = plan_from(self.store.hall(hall), self.store.sections(hall))
        with self._lock:
            _keep(self._plans, hall, (versions, plan))
        return plan

    def calendar_of(self, hall: HallId) -> Calendar:
        """Return the special days that count for a hall."""
        version = calendar_version(self.store.database, hall)
        with self._lock:
            kept = self._calendars.get(hall)
        if kept is not None and kept[0] == version:
            return kept[1]
        calendar = calendar_of_hall(self.store.database, hall)
        with self._lock:
            _keep(self._calendars, hall, (version, calendar))
        return calendar

    def open_day_facts(self, hall: HallId, date: str) -> OpenDayFacts | Refusal:
        """Return what opening this business date (ISO) needs, or refuse a year that is not published."""
        return facts_of_day(self.plan_of(hall), self.calendar_of(hall), date)


class FixedPlans:
    """Plans from memory, with one calendar for all: for tests, demos and halls without a database."""

    def __init__(self, plans: dict[HallId, Plan], *, calendar: Calendar) -> None:
        """Remember plans and calendar."""
        self.plans = plans
        self.calendar = calendar

    def halls(self) -> tuple[HallFacts, ...]:
        """Return every hall, as district halls without parents."""
        return tuple(
            HallFacts(code=plan.hall, name=plan.name, level="district", zone=plan.zone) for plan in self.plans.values()
        )

    def plan_of(self, hall: HallId) -> Plan:
        """Return the plan of a hall."""
        if hall not in self.plans:
            raise UnknownHall(hall)
        return self.plans[hall]

    def calendar_of(self, hall: HallId) -> Calendar:
        """Return the one calendar."""
        return self.calendar

    def open_day_facts(self, hall: HallId, date: str) -> OpenDayFacts | Refusal:
        """Return what opening this business date (ISO) needs, or refuse a year that is not published."""
        return facts_of_day(self.plan_of(hall), self.calendar, date)


def facts_of_day(plan: Plan, calendar: Calendar, date: str) -> OpenDayFacts | Refusal:
    """Resolve a business date into moments; a day without sessions is a day on which the hall stays closed.

    A hall that is open past midnight keeps its day until it closes, whatever the time at which days end by themselves.
    """
    found = hours_on(date, hours=plan.hours, calendar=calendar, zone=plan.zone)
    if isinstance(found, Refusal):
        return found
    end_ms = local_ms(date, plan.policy.end_day_min, plan.zone)
    last_ms = found.sessions[-1].close_ms if found.sessions else 0
    return OpenDayFacts(
        date=date,
        kind=found.kind,
        name=found.name,
        sessions=found.sessions,
        half_day_ms=local_ms(date, plan.policy.issuing.half_day_min, plan.zone),
        end_day_ms=max(end_ms, last_ms) if last_ms > local_ms(date, DAY_MINUTES, plan.zone) else end_ms,
        next_open_ms=next_opening(date, hours=plan.hours, calendar=calendar, zone=plan.zone),
    )


def _keep(kept: OrderedDict[HallId, Kept], hall: HallId, one: Kept) -> None:
    kept[hall] = one
    kept.move_to_end(hall)
    if len(kept) > PLANS_KEPT:
        kept.popitem(last=False)

"""What one hall-day's log shows of its people, as plain numbers; no names, no pseudonyms.

Waits, walks and services are those of :mod:`hall.figures`. Somebody who was called and did not come is seen only then, so
of their patience the log says no more than that it was shorter than the wait, or that they would not have come anyway.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from hall.events import Commit
from hall.figures import Figures, Visit, figures_of
from hall.ids import MINUTE_MS, Ms
from hall.policy import Plan
from hall.state import HallDay

_Key = TypeVar("_Key", str, int)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Leaving(msgspec.Struct, frozen=True, gc=False):
    """How long somebody waited, and how it ended: gave up openly, did not come when called, or came."""

    wait_ms: Ms
    end: str
    """``gave_up``, ``absent`` or ``came``."""


class DayObserved(msgspec.Struct, frozen=True):
    """One day. Times in ms; arrivals in minutes after local midnight."""

    date: str
    arrivals: tuple[float, ...]
    """Walk-ins only: bookings are made, they do not happen."""
    services: tuple[tuple[str, int, Ms], ...]
    """(item, quantity, service) of visits with this single entry."""
    walks: tuple[Ms, ...]
    leavings: tuple[Leaving, ...]
    booked: int
    """Bookings whose visitors were expected and whose day is over for them."""
    no_shows: int
    """Of these, who never checked in."""
    offsets: tuple[Ms, ...]
    """Check-in less slot of those who came; negative is early."""
    classes: dict[str, int]
    channels: dict[str, int]
    items: dict[str, int]
    """Visits by their first item."""
    entries: dict[int, int]
    """Visits by the number of their items."""


def observed_log(commits: Iterable[Commit], plans: Iterable[Plan]) -> DayObserved:
    """Fold a day's log and return what it shows."""
    return observed(figures_of(commits, plans))


def observed(figures: Figures) -> DayObserved:
    """Return what a folded day shows of its people."""
    state = figures.fold.state
    local = ZoneInfo(state.plan.zone)
    midnight = datetime.fromisoformat(f"{state.date}T00:00:00").replace(tzinfo=local)
    midnight_ms = (midnight - _EPOCH) // timedelta(milliseconds=1)
    visits = [one for one in figures.visits() if not one.is_merged]
    of_ticket = state.bookings.of_ticket
    walk_ins = [one for one in visits if one.ticket not in of_ticket]
    alone = [one for one in visits if one.service_ms is not None and len(one.items) == 1]
    absent, offsets = _booked(state)
    return DayObserved(
        date=state.date,
        arrivals=tuple([(one.arrived_ms - midnight_ms) / MINUTE_MS for one in walk_ins]),
        services=tuple([(*one.items[0], one.service_ms) for one in alone if one.service_ms is not None]),
        walks=tuple([one.walk_ms for one in visits if one.walk_ms is not None and one.calls == 1 and not one.misses]),
        leavings=tuple([found for one in walk_ins if (found := _leaving(one)) is not None]),
        booked=absent + len(offsets),
        no_shows=absent,
        offsets=tuple(offsets),
        classes=_counted(one.klass for one in walk_ins),
        channels=_counted(one.channel for one in walk_ins),
        items=_counted(one.items[0][0] for one in visits if one.items),
        entries=_counted(len(one.items) for one in visits),
    )


def _leaving(visit: Visit) -> Leaving | None:
    """Say how a wait ended; None for those who wait still or were sent away at closing."""
    if visit.wait_ms is not None:
        return Leaving(visit.wait_ms, "absent" if visit.misses else "came")
    if visit.state == "CANCELLED":
        return Leaving(visit.left_ms - visit.arrived_ms, "gave_up")
    return None


def _booked(state: HallDay) -> tuple[int, list[Ms]]:
    """Return how many booked visitors never came, and by how much those who came missed their slot."""
    every = state.bookings.appointments.values()
    absent = sum(1 for one in every if one.state == "NO_SHOW" and not one.ticket)
    return absent, [one.checked_in_ms - one.slot_ms for one in every if one.ticket]


def _counted(keys: Iterable[_Key]) -> dict[_Key, int]:
    counts: dict[_Key, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items()))

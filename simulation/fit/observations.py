"""What one hall-day's log shows of its people, as plain numbers; no names, no pseudonyms.

Waits, walks and services are those of :mod:`hall.figures`. Somebody who was called and did not come is seen only then, so
of their patience the log says no more than that it was shorter than the wait, or that they would not have come anyway.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypedDict, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from hall.events import Commit
from hall.figures import Figures, Visit
from hall.ids import MINUTE_MS, Ms
from hall.policy import Plan
from hall.state import HallDay
from simulation.fit.notes import DayNotes

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
    """Visits by their first item, whole packages left out."""
    entries: dict[int, int]
    """Visits by the number of their items, whole packages left out."""
    opens_min: int = 0
    """From the first to the last moment of the day's sessions, in minutes after local midnight."""
    closes_min: int = 0
    kind: str = "ordinary"
    waits: tuple[tuple[float, Ms], ...] = ()
    """(arrival in minutes after local midnight, wait) of everybody who was called, the booked among them."""
    packages: dict[str, int] = {}
    """Visits for a whole package (一件事)."""
    quantities: dict[int, int] = {}
    """Visits by the number of cases of their first item, packages left out."""
    called: int = 0
    recalled: int = 0
    """Of the called: came, but not at the first call."""
    missed: int = 0
    """Of the called: missed it altogether, at least once."""
    rejoined: int = 0
    """Of these, who came back to the line."""
    returns: tuple[Ms, ...] = ()
    gaps: tuple[Ms, ...] = ()
    refused: int = 0
    spans: tuple[tuple[str, float, float], ...] = ()
    """(window, from, to) for which windows were open, in minutes after local midnight."""


def observed_log(commits: Iterable[Commit], plans: Iterable[Plan]) -> DayObserved:
    """Fold a day's log and return what it shows; raises BrokenLog where its rows contradict the rules."""
    figures = Figures(plans)
    return observed(figures, fold_into(figures, commits))


def fold_into(figures: Figures, commits: Iterable[Commit]) -> DayNotes:
    """Fold a day's log into its figures and return the notes beside them; raises BrokenLog."""
    notes = DayNotes()
    for commit in commits:
        figures.add(commit)
        notes.note(commit, figures.fold)
    notes.end(figures.fold.state.at_ms)
    return notes


def observed(figures: Figures, notes: DayNotes) -> DayObserved:
    """Return what a folded day shows of its people."""
    state = figures.fold.state
    local = ZoneInfo(state.plan.zone)
    midnight = datetime.fromisoformat(f"{state.date}T00:00:00").replace(tzinfo=local)
    midnight_ms = (midnight - _EPOCH) // timedelta(milliseconds=1)
    visits = [one for one in figures.visits() if not one.is_merged]
    walk_ins = [one for one in visits if one.ticket not in state.bookings.of_ticket]

    def minute(at_ms: Ms) -> float:
        return (at_ms - midnight_ms) / MINUTE_MS

    absent, offsets = _booked(state)
    return DayObserved(
        date=state.date,
        kind=state.kind,
        opens_min=round(minute(state.sessions[0].open_ms)) if state.sessions else 0,
        closes_min=round(minute(state.sessions[-1].close_ms)) if state.sessions else 0,
        arrivals=tuple([minute(one.arrived_ms) for one in walk_ins]),
        services=_services(visits),
        walks=tuple([one.walk_ms for one in visits if one.walk_ms is not None and _came_at_once(one)]),
        leavings=tuple([found for one in walk_ins if (found := _leaving(one)) is not None]),
        waits=tuple([(minute(one.arrived_ms), one.wait_ms) for one in visits if one.wait_ms is not None]),
        booked=absent + len(offsets),
        no_shows=absent,
        offsets=tuple(offsets),
        classes=_counted(one.klass for one in walk_ins),
        channels=_counted(one.channel for one in walk_ins),
        **_wants(visits, {package.items: package.code for package in state.plan.catalog.packages}),
        called=sum(one.wait_ms is not None for one in visits),
        recalled=sum(one.walk_ms is not None and one.recalls > 0 and not one.misses for one in visits),
        missed=sum(one.misses > 0 for one in visits),
        rejoined=sum(one.misses > 0 and state.tickets[one.ticket].rejoins > 0 for one in visits),
        returns=tuple(notes.returns),
        gaps=tuple(notes.gaps),
        refused=notes.refused,
        spans=tuple([(code, minute(start), minute(end)) for code, start, end in sorted(notes.spans)]),
    )


class _Wants(TypedDict):
    items: dict[str, int]
    entries: dict[int, int]
    packages: dict[str, int]
    quantities: dict[int, int]


def _wants(visits: list[Visit], packages: Mapping[tuple[str, ...], str]) -> _Wants:
    """Count what visits were for; whole packages apart."""
    wanted = [one.items for one in visits if one.items]
    named = [packages.get(tuple([code for code, _ in items])) for items in wanted]
    single = [items for items, package in zip(wanted, named, strict=True) if package is None]
    return {
        "items": _counted(items[0][0] for items in single),
        "entries": _counted(len(items) for items in single),
        "packages": _counted(package for package in named if package is not None),
        "quantities": _counted(items[0][1] for items in single),
    }


def _services(visits: list[Visit]) -> tuple[tuple[str, int, Ms], ...]:
    return tuple([(*one.items[0], one.service_ms) for one in visits if one.service_ms and one.is_single])


def _came_at_once(visit: Visit) -> bool:
    return visit.calls == 1 and not visit.misses and not visit.recalls


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

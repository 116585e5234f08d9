"""The figures of a hall-day, and the only definition of each; for real and for simulated logs alike.

- **wait**: from the first arrival to the first call that stands. Undone and withdrawn calls never happened; recalls, misses,
  holds and transfers later change nothing. A ticket that was split off after its parent was called, or that goes on from
  another hall, begins to wait when it is made here: the time before is in the other ticket's figures. A booked visitor who is
  early begins to wait when the slot begins.
- **walk**: from a call (not from its last recall) to the start of service; the sum over a visit's calls.
- **service**: from the start to the finish, transfer or hold; the sum over the visit, for visits that are done and whose
  start was told before the finish. Of an item: visits with this single entry, divided by its quantity.
- **items** of a visit: what it was for, without what was referred or replaced by a transfer, unless nothing else is left.
- **hold**: parked by a clerk; neither waiting nor service.
- **overtakes**: a ticket is overtaken when one with a later arrival is called by a window whose own items the waiting one
  has, and the call stands. Not counted: who let others pass or missed a call; who comes back from a hold. Calls of a chosen
  one, classes with an earlier lane or more credit, and transfers are counted apart. Who goes on from another hall, and who was
  early for a booking, arrives here when the wait begins; who took over the place of a ticket that was merged or split goes by
  that one's arrival, class and transfers.
- **promise kept**: the share of waits within the promise of the plan in force (``warnings.promise_ms``). Whoever
  waits longer than the promise without a call, or left after that, counts as not kept; who left earlier does not count.
- **told**: the share of tickets with a told wait whose wait is at most the told P80; who was not called counts as soon as the
  time passed is longer.
- **wait** of a window: the waits that ended at it, by the first call that stands, wherever service was later.
- a **window** that the plan no longer has keeps the figures of the time it was open today.
- **use** of a window: time with a ticket (called or served), in percent of the time open (neither closed nor paused).
- **taken, done, …**: a merged ticket counts as taken and as merged, not as cancelled.

Percentiles are nearest-rank (:func:`percentile`). Hours are those of the arrival, in the hall's zone. All times are whole
milliseconds; shares are percent with one decimal.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

import msgspec

from hall.dayfold import Call, DayFold, PassedBy, spent
from hall.events import Commit
from hall.figures_booked import booked_figures
from hall.ids import Ms, TicketId
from hall.policy import Plan
from hall.state import FINAL_STATES, Ticket, entries_here

DEFINITION = "hall.figures/4"
"""Changes whenever a figure would come out differently for the same log."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Spread(TypedDict):
    """How times spread; without any, all but ``n`` are None."""

    n: int
    p50_ms: Ms | None
    p80_ms: Ms | None
    p90_ms: Ms | None
    mean_ms: Ms | None
    max_ms: Ms | None


class Visit(msgspec.Struct, frozen=True, gc=False):
    """The figures of one ticket; None where it has no such time (yet)."""

    ticket: TicketId
    number: str
    klass: str
    channel: str
    state: str
    items: tuple[tuple[str, int], ...]
    """What it was for: without items referred elsewhere, or replaced by another one, unless nothing else is left."""
    is_single: bool
    """One item is all that its ticket ever had, so its service is that of this item."""
    arrived_ms: Ms
    """Where its wait begins."""
    left_ms: Ms
    """Without a call: until when it has waited."""
    called_ms: Ms | None
    wait_ms: Ms | None
    walk_ms: Ms | None
    service_ms: Ms | None
    hold_ms: Ms | None
    finished_ms: Ms | None
    first_window: str
    """Where its wait ended, or empty."""
    window: str
    """Where it was called last, or empty."""
    told_p50_ms: Ms | None
    told_p80_ms: Ms | None
    calls: int
    recalls: int
    misses: int
    is_merged: bool
    ratings: tuple[tuple[int, str, str], ...]
    """(entry, item, level)."""


def percentile(times: list[Ms], percent: int) -> Ms:
    """Return the nearest-rank percentile of ascending times: the smallest that ``percent`` % do not exceed."""
    assert times, "no percentile of nothing"
    assert 0 < percent <= 100
    return times[-(-len(times) * percent // 100) - 1]


def spread_of(times: Iterable[Ms]) -> Spread:
    """Return how times spread; the mean is rounded down."""
    known = sorted(times)
    if not known:
        return Spread(n=0, p50_ms=None, p80_ms=None, p90_ms=None, mean_ms=None, max_ms=None)
    p50, p80, p90 = (percentile(known, percent) for percent in (50, 80, 90))
    return Spread(n=len(known), p50_ms=p50, p80_ms=p80, p90_ms=p90, mean_ms=sum(known) // len(known), max_ms=known[-1])


def percent(part: int, whole: int) -> float | None:
    """Return a share in percent with one decimal, None of nothing."""
    return round(1_000 * part / whole) / 10 if whole else None


class Figures:
    """Folds a day's commits one by one; :meth:`report` may be asked at any time and equals that of a fresh fold."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        """Begin before the first commit."""
        self.fold = DayFold(plans)

    @property
    def seq(self) -> int:
        """The seq of the last commit that is in it."""
        return self.fold.state.seq

    def learn(self, plan: Plan, *, name: str = "") -> None:
        """Make a plan known before a commit that names it; ``name`` is the log's, if it is not today's hash."""
        self.fold.learn(plan, name=name)

    def add(self, commit: Commit) -> None:
        """Fold the next commit; raises BrokenLog if it is not the next."""
        self.fold.add(commit)

    def visits(self, *, after: int = -1) -> list[Visit]:
        """Return the figures of every ticket that a row after this one touched, in the order of their numbers' issue."""
        return [_visit(self.fold, ticket) for ticket in self.fold.state.tickets.values() if ticket.touched > after]

    def report(self, *, rebuilt_ms: Ms = 0) -> dict[str, object]:
        """Return the figures in the form of section 7 of ``docs/protocol.md``; before the day is opened all are empty.

        ``rebuilt_ms``: the moment of asking, which the hall cannot know.
        """
        state = self.fold.state
        visits = self.visits()
        overtaken = _overtaken(self.fold.calls)
        return {
            "date": state.date,
            "final": state.is_ended,
            "rebuilt_ms": rebuilt_ms,
            "definition": DEFINITION,
            "totals": self._totals(visits, overtaken),
            **_spreads(visits),
            "hold": spread_of(one.hold_ms for one in visits if one.hold_ms is not None),
            "by_item": self._by_item(visits),
            "by_hour": self._by_hour(visits),
            "by_window": self._by_window(visits),
            "by_class": _by_class(visits, overtaken),
            "told": _told(visits),
            **({"booked": booked} if (booked := booked_figures(self.fold)) is not None else {}),
        }

    # ---- parts of the report ----

    def _totals(self, visits: list[Visit], overtaken: dict[PassedBy, dict[TicketId, int]]) -> dict[str, object]:
        def in_state(name: str) -> int:
            return sum(one.state == name and not one.is_merged for one in visits)

        rated: dict[str, int] = {}
        for visit in visits:
            for _, _, level in visit.ratings:
                rated[level] = rated.get(level, 0) + 1
        return {
            "taken": len(visits),
            "done": in_state("DONE"),
            "cancelled": in_state("CANCELLED"),
            "abandoned": in_state("ABANDONED"),
            "expired": in_state("EXPIRED"),
            "merged": sum(one.is_merged for one in visits),
            "missed": sum(one.misses for one in visits),
            "recalls": sum(one.recalls for one in visits),
            "overtakes": sum(overtaken["order"].values()),
            "overtakes_class": sum(overtaken["class"].values()),
            "overtakes_chosen": sum(overtaken["chosen"].values()),
            "overtakes_transfer": sum(overtaken["transfer"].values()),
            "promise_kept_pct": self._promise_kept(visits),
            "rated": dict(sorted(rated.items())),
        }

    def _promise_kept(self, visits: list[Visit]) -> float | None:
        state = self.fold.state
        promise_ms = state.plan.policy.warnings.promise_ms if state.is_open else 0
        return percent(*_kept([(one, promise_ms) for one in visits]))

    def _by_item(self, visits: list[Visit]) -> dict[str, object]:
        groups: dict[str, list[Visit]] = {}
        for visit in visits:
            for code in dict.fromkeys(code for code, _ in visit.items):
                groups.setdefault(code, []).append(visit)
        items = self.fold.state.index.items
        return {
            code: {
                "name": {"zh": items[code].name.zh, "en": items[code].name.en}
                if code in items
                else {"zh": code, "en": code},
                "n": len(group),
                "wait": _waits(group),
                "service": spread_of(
                    one.service_ms // one.items[0][1] for one in group if one.service_ms is not None and one.is_single
                ),
            }
            for code, group in sorted(groups.items())
        }

    def _by_hour(self, visits: list[Visit]) -> dict[str, object]:
        state = self.fold.state
        if not state.is_open:
            return {}
        hour = _hours(state.plan.zone)
        taken = _grouped(visits, lambda one: hour(one.arrived_ms))
        called = _grouped(visits, lambda one: hour(one.called_ms) if one.called_ms is not None else "")
        return {
            name: {
                "taken": len(taken.get(name, ())),
                "called": len(called.get(name, ())),
                "wait": _waits(taken.get(name, [])),
            }
            for name in sorted({*taken, *called} - {""})
        }

    def _by_window(self, visits: list[Visit]) -> dict[str, object]:
        state = self.fold.state
        called = _grouped(visits, lambda one: one.first_window)
        done = _grouped([one for one in visits if one.state == "DONE"], lambda one: one.window)
        rows: dict[str, object] = {}
        for code, time in self.fold.desk_times.items():
            open_ms, busy_ms = spent(time, state.at_ms)
            if code not in state.desks and not open_ms:
                continue
            group = done.get(code, [])
            rows[code] = {
                "label": time.label,
                "done": len(group),
                "busy_ms": busy_ms,
                "open_ms": open_ms,
                "use_pct": percent(min(busy_ms, open_ms), open_ms),
                "wait": _waits(called.get(code, [])),
                "service": spread_of(one.service_ms for one in group if one.service_ms is not None),
            }
        return rows


def figures_of(commits: Iterable[Commit], plans: Iterable[Plan]) -> Figures:
    """Fold a whole day."""
    figures = Figures(plans)
    for commit in commits:
        figures.add(commit)
    return figures


# ---- one ticket ----


def _visit(fold: DayFold, ticket: Ticket) -> Visit:
    calls = [call for call in fold.calls_of.get(ticket.id, ()) if call.stands]
    arrived_ms = fold.began[ticket.id]
    called_ms = calls[0].at_ms if calls else None
    is_final = ticket.state in FINAL_STATES
    told = ticket.told
    return Visit(
        ticket=ticket.id,
        number=ticket.number,
        klass=ticket.klass,
        channel=ticket.channel,
        state=ticket.state,
        items=tuple([(entry.item, entry.quantity) for entry in entries_here(ticket)]),
        is_single=len(ticket.entries) == 1,
        arrived_ms=arrived_ms,
        left_ms=ticket.finished_ms if is_final else fold.state.at_ms,
        called_ms=called_ms,
        wait_ms=called_ms - arrived_ms if called_ms is not None else None,
        walk_ms=ticket.walk_ms if ticket.started_ms else None,
        service_ms=ticket.service_ms if ticket.state == "DONE" and ticket.service_ms else None,
        hold_ms=ticket.hold_ms or None,
        finished_ms=ticket.finished_ms if is_final else None,
        first_window=calls[0].window if calls else "",
        window=calls[-1].window if calls else "",
        told_p50_ms=told.p50_ms if told is not None else None,
        told_p80_ms=told.p80_ms if told is not None else None,
        calls=len(calls),
        recalls=sum(call.recalls for call in calls),
        misses=ticket.misses,
        is_merged=ticket.state == "CANCELLED" and ticket.linked in fold.state.tickets,
        ratings=tuple([(index, one.item, one.rating) for index, one in enumerate(ticket.entries) if one.rating]),
    )


# ---- many tickets ----


def _waits(visits: list[Visit]) -> Spread:
    return spread_of(one.wait_ms for one in visits if one.wait_ms is not None)


def _spreads(visits: list[Visit]) -> dict[str, object]:
    return {
        "wait": _waits(visits),
        "service": spread_of(one.service_ms for one in visits if one.service_ms is not None),
        "walk": spread_of(one.walk_ms for one in visits if one.walk_ms is not None),
    }


def _by_class(visits: list[Visit], overtaken: dict[PassedBy, dict[TicketId, int]]) -> dict[str, object]:
    passed = overtaken["order"]
    return {
        klass: {
            "n": len(group),
            "wait": _waits(group),
            "overtakes": sum(passed.get(one.ticket, 0) for one in group),
        }
        for klass, group in sorted(_grouped(visits, lambda one: one.klass).items())
    }


def _told(visits: list[Visit]) -> dict[str, object]:
    within, counted = _kept([(one, one.told_p80_ms) for one in visits if one.told_p80_ms is not None])
    return {"n": counted, "within_p80_pct": percent(within, counted)}


def _kept(limits: list[tuple[Visit, Ms]]) -> tuple[int, int]:
    """Return how many waits kept their limit, and how many count: those called, and those who passed it uncalled."""
    kept = counted = 0
    for visit, limit_ms in limits:
        if visit.wait_ms is not None:
            counted += 1
            kept += visit.wait_ms <= limit_ms
        else:
            counted += not visit.is_merged and visit.left_ms - visit.arrived_ms > limit_ms
    return kept, counted


def _overtaken(calls: list[Call]) -> dict[PassedBy, dict[TicketId, int]]:
    """Count how often each ticket was passed, by reason."""
    counts: dict[PassedBy, dict[TicketId, int]] = {"order": {}, "class": {}, "chosen": {}, "transfer": {}}
    for call in calls:
        if call.stands:
            for passed in call.passed:
                by = counts[passed.by]
                by[passed.ticket] = by.get(passed.ticket, 0) + 1
    return counts


def _grouped(visits: list[Visit], key: Callable[[Visit], str]) -> dict[str, list[Visit]]:
    groups: dict[str, list[Visit]] = {}
    for visit in visits:
        groups.setdefault(key(visit), []).append(visit)
    return groups


def _hours(zone: str) -> Callable[[Ms], str]:
    """Return a function that gives the local hour of a moment, as two digits."""
    local = ZoneInfo(zone)
    return lambda at_ms: f"{(_EPOCH + timedelta(milliseconds=at_ms)).astimezone(local).hour:02}"

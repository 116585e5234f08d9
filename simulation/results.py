"""What a simulated day leaves behind: small sums that add up over days, and a histogram of waits by half-hour of arrival.

Waits are those of :mod:`hall.figures`: from the arrival (of a booked visitor who is early: from the slot) to the first call;
a promise counts as broken, too, for whoever left or was sent home after waiting longer than it, and does not count for who
left earlier.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from hall.figures import percentile
from hall.ids import MINUTE_MS, Ms, TicketId
from hall.state import FINAL_STATES, HallDay, Ticket
from simulation.demand import Day
from simulation.waits import BINS, SLOT_MIN, SLOTS, Waits, Whole, bins_of


class Share(msgspec.Struct, frozen=True):
    """Called, their waits together, and how many of those who count kept the promise."""

    called: int = 0
    wait_ms: Ms = 0
    kept: int = 0
    counted: int = 0

    def __add__(self, other: "Share") -> "Share":
        """Return both together."""
        return Share(
            self.called + other.called,
            self.wait_ms + other.wait_ms,
            self.kept + other.kept,
            self.counted + other.counted,
        )


class DayResult(msgspec.Struct, frozen=True, kw_only=True):
    """One simulated day."""

    number: int
    date: str
    weekday: int
    factor: float
    """Of the day's demand."""
    expected: float
    """Mean number of visitors over all chance."""
    came: int
    """Visitors who came to the hall, turned away or not."""
    taken: int
    done: int
    left: int
    """Gave the number back."""
    abandoned: int
    expired: int
    turned_away: int
    booked: int
    no_shows: int
    """Appointments that were missed: also by who then came too late and took a number."""
    absent: int
    """Visitors who were expected and did not come at all."""
    misses: int
    all: Share
    by_class: dict[str, Share]
    by_theme: dict[str, Share]
    slot_taken: tuple[int, ...]
    slot_called: tuple[int, ...]
    slot_wait_ms: tuple[int, ...]
    slot_kept: tuple[int, ...]
    slot_counted: tuple[int, ...]
    slot_waiting_ms: tuple[int, ...]
    """Time that people waited in each half-hour, until the first call or until they left: divided by the half-hour, the queue."""
    slot_over_ms: tuple[int, ...]
    """Time of windows past the planned end of their work, by half-hour."""
    slot_over: tuple[int, ...]
    """Windows with such time."""
    p50_ms: Ms
    """Waits of the called; nearest rank, as in :mod:`hall.figures`, and 0 on a day on which nobody was called."""
    p90_ms: Ms
    longest_ms: Ms
    service_ms: Ms
    """Time of service at all windows."""
    busy_ms: Ms
    """Time with a ticket, walks included."""
    planned_ms: Ms
    """Planned time of all windows."""
    last_out_min: int
    """When the last visitor was done, in minutes after local midnight; 0 if nobody came."""


def result_of(
    state: HallDay, day: Day, *, target_ms: Ms, began: dict[TicketId, Ms], over: Sequence[tuple[Ms, Ms]],
    facts: dict[str, float],
) -> tuple[DayResult, Waits]:  # fmt: skip
    """Sum a day up from its final state; ``began``: where a wait begins later than the arrival; ``over``: work past its
    planned end; ``facts``: what the hall does not know.
    """
    tickets = list(state.tickets.values())
    waits = _Waited(state, tickets, began, target_ms)
    slots = np.clip((waits.arrived_ms - day.midnight_ms) // (SLOT_MIN * MINUTE_MS), 0, SLOTS - 1)
    places = (slots * BINS + bins_of(waits.waited_ms))[waits.called]
    spread = np.bincount(places, minlength=SLOTS * BINS).reshape(SLOTS, BINS).astype(np.int64)
    past = _over(over, day)
    return _day_result(state, day, tickets, waits, slots, past, facts), Waits(spread)


def _over(over: Sequence[tuple[Ms, Ms]], day: Day) -> Whole:
    """Return time and number of windows past their planned work, by half-hour (2 × :data:`SLOTS`)."""
    ends = np.array(over, dtype=np.int64).reshape(-1, 2)
    inside = _inside(ends[:, 0], ends[:, 1], day)
    return np.stack([inside.sum(axis=0), (inside > 0).sum(axis=0)])


def _inside(start_ms: Whole, end_ms: Whole, day: Day) -> Whole:
    """Return how long each stretch of time lasts within each half-hour (stretches × :data:`SLOTS`)."""
    starts = day.midnight_ms + np.arange(SLOTS, dtype=np.int64) * (SLOT_MIN * MINUTE_MS)
    until = np.minimum(end_ms[:, None], starts + SLOT_MIN * MINUTE_MS)
    return np.asarray(np.maximum(until - np.maximum(start_ms[:, None], starts), 0), dtype=np.int64)


def _day_result(
    state: HallDay, day: Day, tickets: list[Ticket], waits: "_Waited", slots: Whole, past: Whole,
    facts: dict[str, float],
) -> DayResult:  # fmt: skip
    totals = state.totals
    theme = {code: item.theme for code, item in state.index.items.items()}
    service_ms = sum(one.service_ms for one in tickets)
    return DayResult(
        number=day.number,
        date=day.date,
        weekday=day.weekday,
        factor=facts["factor"],
        expected=facts["expected"],
        came=int(facts["came"]),
        taken=len(tickets),
        done=totals["DONE"],
        left=totals["CANCELLED"],
        abandoned=totals["ABANDONED"],
        expired=totals["EXPIRED"],
        turned_away=int(facts["turned_away"]),
        booked=int(facts["booked"]),
        no_shows=_no_shows(state) or int(facts["absent"]),
        absent=int(facts["absent"]),
        misses=sum(one.misses for one in tickets),
        all=waits.share(slice(None)),
        by_class=waits.shares_by([one.klass for one in tickets]),
        by_theme=waits.shares_by([theme[one.entries[0].item] for one in tickets]),
        **waits.by_slot(slots),
        slot_waiting_ms=waits.by_clock(day),
        **{name: tuple(own.tolist()) for name, own in zip(("slot_over_ms", "slot_over"), past, strict=True)},
        p50_ms=waits.percentile(50),
        p90_ms=waits.percentile(90),
        longest_ms=waits.percentile(100),
        service_ms=service_ms,
        busy_ms=service_ms + sum(one.walk_ms for one in tickets),
        planned_ms=int(facts["planned_ms"]),
        last_out_min=_last_out_min(tickets, day),
    )


def _last_out_min(tickets: list[Ticket], day: Day) -> int:
    last_ms = max((one.finished_ms for one in tickets if one.started_ms), default=0)
    return (last_ms - day.midnight_ms) // MINUTE_MS if last_ms else 0


def _no_shows(state: HallDay) -> int:
    return sum(one.state == "NO_SHOW" for one in state.bookings.appointments.values())


class _Waited:
    """The waits of a day's tickets as columns."""

    def __init__(self, state: HallDay, tickets: list[Ticket], began: dict[TicketId, Ms], target_ms: Ms) -> None:
        arrived = [one.arrived_ms for one in tickets]
        if began:
            arrived = [began.get(one.id, one.arrived_ms) for one in tickets]
        self.arrived_ms = np.array(arrived, dtype=np.int64)
        first = np.array([one.first_called_ms for one in tickets], dtype=np.int64)
        ends = [one.finished_ms if one.state in FINAL_STATES else state.at_ms for one in tickets]
        self.called = first > 0
        self.waited_ms = np.where(self.called, first, np.array(ends, dtype=np.int64)) - self.arrived_ms
        within = self.waited_ms <= target_ms
        self.kept = self.called & within
        self.counted = self.called | ~within

    def share(self, chosen: slice | Whole) -> Share:
        """Sum some of them up."""
        called = self.called[chosen]
        waited = int(self.waited_ms[chosen][called].sum())
        return Share(int(called.sum()), waited, int(self.kept[chosen].sum()), int(self.counted[chosen].sum()))

    def percentile(self, percent: int) -> Ms:
        """Return the wait that so many percent of the called do not exceed; 0 if nobody was called."""
        waited = np.sort(self.waited_ms[self.called]).tolist()
        return percentile(waited, percent) if waited else 0

    def by_slot(self, slots: Whole) -> dict[str, tuple[int, ...]]:
        """Return the columns of a day by half-hour, by the names of :class:`DayResult`."""
        return {
            "slot_taken": _by_slot(slots),
            "slot_called": _by_slot(slots[self.called]),
            "slot_wait_ms": _by_slot(slots[self.called], self.waited_ms[self.called]),
            "slot_kept": _by_slot(slots[self.kept]),
            "slot_counted": _by_slot(slots[self.counted]),
        }

    def by_clock(self, day: Day) -> tuple[int, ...]:
        """Return the time waited in each half-hour, of the called and of who left."""
        return tuple(_inside(self.arrived_ms, self.arrived_ms + self.waited_ms, day).sum(axis=0).tolist())

    def shares_by(self, names: list[str]) -> dict[str, Share]:
        """Sum up by a name of each."""
        groups: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            groups.setdefault(name, []).append(place)
        return {name: self.share(np.array(places)) for name, places in sorted(groups.items())}


def _by_slot(slots: Whole, weights: Whole | None = None) -> tuple[int, ...]:
    found = np.bincount(slots, weights, minlength=SLOTS)
    return tuple(np.rint(found).astype(np.int64).tolist())

"""What today's visits taught about how long things take, shrunk towards what the catalog says.

Few visits move an expectation little, many replace it: the configured value counts as a number of visits (its weight).
"""

import math
from collections.abc import Mapping
from itertools import pairwise

import msgspec

from hall.catalog import Item
from hall.ids import Ms
from hall.state import HallDay, Ticket, entries_here

ITEM_WEIGHT = 12
"""The configured time of an item counts as much as this many visits of today."""
HALL_WEIGHT = 20
"""The same for the tempo of the whole hall, and for the shares of classes."""
STEP_WEIGHT = 20
"""The same for walks and gaps."""
WALK_MS: Ms = 30_000
"""From the call to the seat: an assumption, no district publishes it."""
GAP_MS: Ms = 5_000
"""From a finish to the next call while people wait: "finish and next" is one key."""
LONGEST_GAP_MS: Ms = 5 * 60_000
"""A longer one is a pause that nobody entered, and not the rule."""
ABSENT_MS: Ms = 60_000
"""What a person who does not come costs a window: two calls and at least 30 s by the usual rule, then the key."""
DEFAULT_SERVICE_MS: Ms = 600_000
DEFAULT_CV_PCT = 80


class ClassShare(msgspec.Struct, frozen=True):
    """A class of visitors and its share of today's tickets."""

    lane: int
    credit_ms: Ms
    permille: int


class Experience(msgspec.Struct, frozen=True):
    """Expectations for visits; without today's visits, those of the catalog."""

    unit_ms: dict[str, Ms] = {}
    """Service time of one unit of an item."""
    walk_ms: Ms = WALK_MS
    gap_ms: Ms = GAP_MS
    absent_permille: int = 0
    absent_ms: Ms = ABSENT_MS
    classes: tuple[ClassShare, ...] = ()

    def expect(self, entries: tuple[tuple[str, int], ...], items: Mapping[str, Item]) -> tuple[Ms, int]:
        """Return mean (ms) and coefficient of variation (percent, in steps of 5) of a visit with these (item, quantity).

        Units count as independent: their means and variances add up.
        """
        mean = 0
        variance = 0.0
        for code, quantity in entries:
            item = items.get(code)
            unit = self.unit_ms.get(code, item.service_ms if item is not None else DEFAULT_SERVICE_MS)
            cv_pct = item.service_cv_pct if item is not None else DEFAULT_CV_PCT
            mean += quantity * unit
            variance += quantity * (unit * cv_pct / 100) ** 2
        if mean == 0:
            return DEFAULT_SERVICE_MS, DEFAULT_CV_PCT
        return mean, 5 * max(1, round(20 * math.sqrt(variance) / mean))


def experience_of(state: HallDay) -> Experience:
    """Learn from today's finished visits: a look worth taking about once a minute, not for every ticket (about 1 ms)."""
    items = state.index.items
    done = [ticket for ticket in state.tickets.values() if ticket.state == "DONE" and ticket.service_ms > 0]
    tempo = _tempo(done, items)
    sums: dict[str, tuple[int, int]] = {}
    for ticket in done:
        if len(ticket.entries) == 1:
            entry = ticket.entries[0]
            total, count = sums.get(entry.item, (0, 0))
            sums[entry.item] = (total + ticket.service_ms, count + entry.quantity)
    unit_ms = {}
    for code, item in items.items():
        total, count = sums.get(code, (0, 0))
        unit_ms[code] = (ITEM_WEIGHT * item.service_ms * tempo // 1_000 + total) // (ITEM_WEIGHT + count)
    return Experience(
        unit_ms=unit_ms,
        walk_ms=_shrunk([ticket.walk_ms for ticket in done if ticket.calls == 1], WALK_MS),
        gap_ms=_shrunk(_gaps(done), GAP_MS),
        absent_permille=_absent_permille(state),
        classes=_classes(state),
    )


def _tempo(done: list[Ticket], items: Mapping[str, Item]) -> int:
    """How long visits take compared with what the catalog says, in permille, shrunk towards 1000."""
    took = expected = 0
    for ticket in done:
        took += ticket.service_ms
        expected += sum(items[one.item].service_ms * one.quantity for one in entries_here(ticket) if one.item in items)
    weight = HALL_WEIGHT * expected // max(1, len(done))
    return 1_000 * (weight + took) // (weight + expected) if expected else 1_000


def _gaps(done: list[Ticket]) -> list[Ms]:
    """The times from a finish to the call of somebody who waited already."""
    by_window: dict[str, list[Ticket]] = {}
    for ticket in done:
        if ticket.calls == 1:
            by_window.setdefault(ticket.window, []).append(ticket)
    gaps = []
    for visits in by_window.values():
        visits.sort(key=lambda ticket: (ticket.called_ms, ticket.order))
        for before, after in pairwise(visits):
            gap = after.called_ms - before.finished_ms
            if after.waiting_since_ms <= before.finished_ms and 0 <= gap <= LONGEST_GAP_MS:
                gaps.append(gap)
    return gaps


def _shrunk(seen: list[Ms], assumed: Ms) -> Ms:
    return (STEP_WEIGHT * assumed + sum(seen)) // (STEP_WEIGHT + len(seen))


def _absent_permille(state: HallDay) -> int:
    calls = misses = 0
    for ticket in state.tickets.values():
        calls += ticket.calls
        misses += ticket.misses
    return 1_000 * misses // (calls + STEP_WEIGHT)


def _classes(state: HallDay) -> tuple[ClassShare, ...]:
    counts: dict[str, int] = {}
    for ticket in state.tickets.values():
        counts[ticket.klass] = counts.get(ticket.klass, 0) + 1
    taken = len(state.tickets) + HALL_WEIGHT
    known = [one for code in sorted(counts) if (one := state.class_of(code)) is not None]
    return tuple([ClassShare(one.lane, one.credit_ms, 1_000 * counts[one.code] // taken) for one in known])

"""The few figures that the demo prints at the end of its day, from the replayed log."""

import msgspec

from hall.feed import theme_of
from hall.ids import Ms
from hall.policy import Plan
from hall.state import HallDay, Ticket
from server.ledger.port import Ledger
from server.replay import replayed


class Waits(msgspec.Struct, frozen=True):
    """How long people waited until they were first called."""

    n: int = 0
    p50_ms: Ms = 0
    p80_ms: Ms = 0
    p90_ms: Ms = 0
    max_ms: Ms = 0


class DayFigures(msgspec.Struct, frozen=True):
    """A day in figures."""

    tickets: int
    done: int
    misses: int
    abandoned: int
    cancelled: int
    expired: int
    rated: int
    promise_kept_pct: int
    """Of those who were called: first called within the time that the hall promises."""
    waits: Waits
    by_theme: dict[str, Waits]


async def figures_of_day(ledger: Ledger, stream: str) -> DayFigures:
    """Replay a day and return its figures."""
    state, plans = HallDay(), dict[str, Plan]()
    async for _ in replayed(ledger, stream, state, plans=plans):
        pass
    return figures_of(state)


def figures_of(state: HallDay) -> DayFigures:
    """Return the figures of a day as its state tells them."""
    tickets = list(state.tickets.values())
    called = [one for one in tickets if one.first_called_ms]
    promise_ms = state.plan.policy.warnings.promise_ms
    kept = sum(_wait_ms(one) <= promise_ms for one in called)
    by_theme: dict[str, list[Ms]] = {}
    for one in called:
        by_theme.setdefault(theme_of(state, one), []).append(_wait_ms(one))
    return DayFigures(
        tickets=len(tickets),
        done=state.totals["DONE"],
        misses=sum(one.misses for one in tickets),
        abandoned=state.totals["ABANDONED"],
        cancelled=state.totals["CANCELLED"],
        expired=state.totals["EXPIRED"],
        rated=sum(bool(entry.rating) for one in tickets for entry in one.entries),
        promise_kept_pct=100 * kept // len(called) if called else 100,
        waits=_waits([_wait_ms(one) for one in called]),
        by_theme={theme: _waits(found) for theme, found in sorted(by_theme.items())},
    )


def _wait_ms(ticket: Ticket) -> Ms:
    return ticket.first_called_ms - ticket.arrived_ms


def _waits(lengths: list[Ms]) -> Waits:
    """Return quantiles by the nearest rank."""
    if not lengths:
        return Waits()
    lengths = sorted(lengths)
    last = len(lengths) - 1
    p50, p80, p90 = (lengths[min(last, len(lengths) * percent // 100)] for percent in (50, 80, 90))
    return Waits(len(lengths), p50, p80, p90, lengths[-1])

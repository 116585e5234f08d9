"""The figures that the demo prints at the end of its day: those of :mod:`hall.figures`, and their waits by theme."""

from typing import Any

from hall.feed import theme_of
from hall.figures import Figures, Spread, spread_of
from hall.ids import Ms
from hall.policy import Plan
from server.ledger.chain import verified
from server.ledger.port import Ledger
from server.replay import decoded, learn_named

Report = dict[str, Any]


async def figures_of_day(ledger: Ledger, stream: str) -> Report:
    """Fold a stored day; return its report with ``by_theme`` added: the spread of waits of each theme."""
    figures = Figures(())
    plans: dict[str, Plan] = {}
    async for row in verified(ledger.read(stream)):
        commit = decoded(row)
        await learn_named(ledger, commit, plans=plans)
        for name, plan in plans.items():
            figures.learn(plan, name=name)
        figures.add(commit)
    return {**figures.report(), "by_theme": _by_theme(figures)}


def _by_theme(figures: Figures) -> dict[str, Spread]:
    state = figures.fold.state
    waits: dict[str, list[Ms]] = {}
    for visit in figures.visits():
        if visit.wait_ms is not None:
            waits.setdefault(theme_of(state, state.tickets[visit.ticket]), []).append(visit.wait_ms)
    return {theme: spread_of(found) for theme, found in sorted(waits.items())}

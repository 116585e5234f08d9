"""Days drawn from known parameters, so that fits can be held against the truth."""

import numpy as np

from simulation.fit.counts import Counts
from simulation.fit.observations import DayObserved, Leaving

PROFILE = np.array([4, 9, 14, 16, 13, 9, 7, 8, 12, 14, 11, 6, 3], dtype=np.float64)
"""Expected people in each half-hour of a Wednesday."""
LEVELS = {0: 1.15, 1: 1.05, 2: 1.0, 3: 0.95, 4: 0.85}
FIRST_MIN = 510
SLOT_MIN = 30


def counts_of(days: int, *, day_cv: float, slot_cv: float, seed: int, scale: float = 4.0) -> Counts:
    """Draw the counts of some workdays from Monday, 2026-09-07 on."""
    chance = np.random.default_rng(seed)
    first = np.datetime64("2026-09-07")
    dates = [str(day) for day in np.arange(first, first + 7 * days) if np.is_busday(day)][:days]
    rows = []
    for number in range(days):
        mu = PROFILE * scale * LEVELS[number % 5]
        factor = chance.gamma(1 / day_cv**2, day_cv**2) if day_cv else 1.0
        slots = chance.gamma(1 / slot_cv**2, slot_cv**2, len(mu)) if slot_cv else np.ones(len(mu))
        rows.append(chance.poisson(mu * factor * slots))
    return Counts(dates, np.array(rows, dtype=np.float64), first_min=FIRST_MIN, slot_min=SLOT_MIN)


def day_of(date: str, **seen: object) -> DayObserved:
    """Make a day that shows only what is named."""
    empty: dict[str, object] = {
        "arrivals": (), "services": (), "walks": (), "leavings": (), "booked": 0, "no_shows": 0, "offsets": (),
        "classes": {}, "channels": {}, "items": {}, "entries": {},
    }  # fmt: skip
    return DayObserved(date=date, **{**empty, **seen})  # type: ignore[arg-type]  # the fields of a day by name


def leavings_of(
    count: int, *, patience_min: float, absent: float, gives_back: float, chance: np.random.Generator
) -> tuple[Leaving, ...]:
    """Draw how people's waits end, for waits of 1 to 40 minutes."""
    found = []
    for _ in range(count):
        wait, patience = chance.uniform(1, 40), chance.exponential(patience_min)
        if chance.random() < absent:
            found.append(Leaving(round(wait * 60_000), "absent"))
        elif patience > wait:
            found.append(Leaving(round(wait * 60_000), "came"))
        elif chance.random() < gives_back:
            found.append(Leaving(round(patience * 60_000), "gave_up"))
        else:
            found.append(Leaving(round(wait * 60_000), "absent"))
    return tuple(found)

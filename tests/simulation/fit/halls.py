"""A small hall with known parameters, and logs of its simulated days, so that a fit can be held against the truth."""

from datetime import date, timedelta
from pathlib import Path

import msgspec

from hall.booking import Booking, BookingGroup, BookingRules, Limits, Release
from hall.catalog import Item, Serves, Text
from hall.ids import MINUTE_MS
from hall.opening import Calendar
from hall.policy import Issuing, Plan, Policy, Series
from simulation.log import LogSink
from simulation.setting import Behaviour, Booked, Demand, Mix, Piece, ServiceTimes, Setting
from simulation.twin import Twin
from tests.simulation.settings import plan_of, setting_of

FIRST_DAY = date(2026, 11, 23)
RATES = (20.0, 38.0, 30.0, 16.0, 24.0, 30.0, 20.0, 10.0)
"""People per hour from 09:00 on."""
BY_WEEKDAY = (1.2, 1.05, 1.0, 0.9, 0.85, 1.0, 1.0)
SHARES = {"card": 0.4, "permit": 0.25, "licence": 0.2, "tax": 0.1, "rare": 0.05}
TIMES = {"card": (5, 0.5), "permit": (8, 0.6), "licence": (14, 0.7), "tax": (10, 0.6), "rare": (20, 0.6)}
THEMES = {"card": "people", "permit": "people", "licence": "business", "tax": "business", "rare": "business"}
BEHAVIOUR = Behaviour(
    walk_ms=30_000, walk_cv=0.5, patience_ms=60 * MINUTE_MS, patience_law="exponential", gives_back=0.6, missed=0.08,
    late=0.5, rejoins=0.6, return_ms=8 * MINUTE_MS, gap_ms=20_000,
)  # fmt: skip
BOOKED = Booked(share=0.2, no_show=0.15, punctual_mean_ms=-2 * MINUTE_MS, punctual_sd_ms=3 * MINUTE_MS)


def booking() -> Booking:
    """Return rules under which nobody is turned away."""
    free = Limits()
    rules = BookingRules(
        release=Release(horizon_days=10), person=free, phone=free, device=free, lead_ms=0, same_item_once=False
    )
    return Booking((BookingGroup("main", Text("综合", "General"), slot_ms=30 * MINUTE_MS, places=12),), rules)


def plan(windows: int = 6, *, booked: bool = True) -> Plan:
    """Return a hall of two themes, open from nine to five."""
    items = [Item(code, Text(code, code), theme, 10 * MINUTE_MS, 80) for code, theme in THEMES.items()]
    policy = Policy(
        "1", (Series("A", last=99_999, digits=5),), issuing=Issuing(before_open_ms=0),
        booking=booking() if booked else None,
    )  # fmt: skip
    return plan_of(windows, policy=policy, hours=(540, 1020), items=items, serves=[Serves(everything=True)] * windows)


def hall(days: int = 20, *, seed: int = 1, windows: int = 6, booked: bool = True) -> Setting:
    """Return the true hall on so many workdays."""
    dates = [FIRST_DAY + timedelta(days=number) for number in range(7 * days)]
    workdays = [day.isoformat() for day in dates if day.isoweekday() < 6][:days]
    return setting_of(
        plan(windows, booked=booked),
        per_hour=0,
        demand=Demand(
            pieces=tuple(Piece(540 + 60 * n, 600 + 60 * n, rate) for n, rate in enumerate(RATES)),
            by_weekday=BY_WEEKDAY, day_cv=0.1, slot_cv=0.12, remote_share=0.2,
            classes=(("ordinary", 0.9), ("elder", 0.1)),
        ),
        mix=Mix(items=tuple(SHARES.items()), two_items=0.12, many_units=0.05, units_max=6),
        service=ServiceTimes(
            of_items=tuple((code, mean * MINUTE_MS, cv) for code, (mean, cv) in TIMES.items()), more_units=0.35
        ),
        behaviour=BEHAVIOUR,
        booked=BOOKED if booked else None,
        dates=tuple(workdays),
        calendar=Calendar((2026, 2027)),
        seed=seed,
    )  # fmt: skip


def write_logs(folder: Path, known: Setting) -> Path:
    """Simulate every date of a setting once and write its log."""
    folder.mkdir(exist_ok=True)
    twin = Twin(known)
    for number, day in enumerate(known.dates):
        sink = LogSink()
        world = twin.world(number, log=sink)
        world.run()
        sink.fingerprint = world.state.fingerprint()
        sink.write(folder / f"{day}.jsonl", known.plan)
    return folder


def other(known: Setting, **facts: object) -> Setting:
    """Return a setting with some facts changed."""
    return msgspec.structs.replace(known, **facts)

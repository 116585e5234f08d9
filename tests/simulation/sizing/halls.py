"""Small halls to be sized: a morning at windows alike, and one of two themes with some rules of the hall at work."""

from pathlib import Path
from typing import Final

import msgspec

from hall.catalog import Item, Serves, Text
from hall.ids import MINUTE_MS
from simulation.setting import Behaviour, Booked, Demand, Mix, Piece, Setting
from tests.simulation.settings import plan_of, setting_of

MORNING = (9 * 60, 12 * 60)


def morning(windows: int = 12, **facts: object) -> Setting:
    """Three hours of one item, forty an hour at the peak: load 6.7."""
    pieces = (Piece(540, 600, 24.0), Piece(600, 660, 40.0), Piece(660, 720, 20.0))
    demand = Demand(pieces=pieces, door=6.0, day_cv=0.08)
    plan = plan_of(windows, hours=MORNING)
    known = {"demand": demand, "behaviour": Behaviour(walk_ms=20_000, gap_ms=5_000), "strata": 4, **facts}
    return setting_of(plan, per_hour=0, **known)  # type: ignore[arg-type]  # facts by name


def two_themes(windows: int = 12, **facts: object) -> Setting:
    """Half of the windows serve one theme and half the other; some book, some miss a call, some lose patience."""
    items = [
        Item("card", Text("办卡", "Card"), "people", 8 * MINUTE_MS, 60),
        Item("tax", Text("办税", "Tax"), "business", 12 * MINUTE_MS, 60),
    ]
    serves = [Serves(themes=("people",))] * (windows // 2) + [Serves(themes=("business",))] * (windows - windows // 2)
    behaviour = Behaviour(walk_ms=20_000, missed=0.05, patience_ms=60 * MINUTE_MS)
    known = {
        "mix": Mix(items=(("card", 0.6), ("tax", 0.4))),
        "behaviour": behaviour,
        "booked": Booked(share=0.2, no_show=0.1),
        "demand": Demand(pieces=(Piece(*MORNING, 26.0),), day_cv=0.05),
        "strata": 4,
        **facts,
    }
    return setting_of(plan_of(windows, hours=MORNING, items=items, serves=serves), per_hour=0, **known)  # type: ignore[arg-type]  # facts by name


SMALL: Final = """
name = { zh = "两个主题", en = "Two themes" }
strata = 4

[hall]
plan = "small.plan.json"

[days]
dates = ["2026-11-24"]

[demand]
visits = 60
until = "12:00"
by_time = { "9" = 0.4, "10" = 0.4, "11" = 0.2 }

[mix]
themes = { people = 0.6, business = 0.4 }

[[staffing.shifts]]
windows = ["all"]
"""


def small_scenario(folder: Path) -> Path:
    """Write the hall of two themes as a scenario file, for commands that run in processes of their own."""
    (folder / "small.plan.json").write_bytes(msgspec.json.encode(two_themes(windows=8).plan))
    path = folder / "small.toml"
    path.write_text(SMALL, "utf-8")
    return path

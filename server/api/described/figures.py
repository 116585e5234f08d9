"""The figures of a hall-day (protocol, section 7; ``hall.figures`` defines each)."""

import msgspec

from hall.figures import Spread
from hall.ids import Ms
from server.api.described.shown import Texts


class Totals(msgspec.Struct, frozen=True):
    """Counts of the day; ``rated`` by level."""

    taken: int
    done: int
    cancelled: int
    abandoned: int
    expired: int
    merged: int
    missed: int
    recalls: int
    overtakes: int
    overtakes_class: int
    overtakes_chosen: int
    overtakes_transfer: int
    promise_kept_pct: float | None
    rated: dict[str, int]


class ItemFigures(msgspec.Struct, frozen=True):
    """Of an item: tickets with it, their waits, and the service of one unit."""

    name: Texts
    n: int
    wait: Spread
    service: Spread


class HourFigures(msgspec.Struct, frozen=True):
    """Of an hour of the hall's clock."""

    taken: int
    called: int
    wait: Spread


class WindowFigures(msgspec.Struct, frozen=True):
    """Of a window; ``wait`` is of the tickets first called to it."""

    label: str
    done: int
    busy_ms: Ms
    open_ms: Ms
    use_pct: float | None
    wait: Spread
    service: Spread


class ClassFigures(msgspec.Struct, frozen=True):
    """Of a class of visitors."""

    n: int
    wait: Spread
    overtakes: int


class ToldFigures(msgspec.Struct, frozen=True):
    """How many told waits were kept."""

    n: int
    within_p80_pct: float | None


class OnTime(msgspec.Struct, frozen=True):
    """Booked visitors who were called in time."""

    n: int
    kept: int
    pct: float | None


class Goal(msgspec.Struct, frozen=True):
    """What the rules promise to booked visitors."""

    on_time_ms: Ms
    on_time_pct: int


class WalkInsPassed(msgspec.Struct, frozen=True):
    """Walk-ins whom bookings passed; no one by more than the bound."""

    n: int
    times: int
    most: int
    bound: int | None


class BookedCounts(msgspec.Struct, frozen=True, kw_only=True):
    """A day's booked visits by what became of them."""

    expected: int
    checked_in: int
    early: int
    in_grace: int
    late: int
    no_show: int
    cancelled: int
    held: int
    waitlisted: int
    offered: int
    not_due: int


class BookedFigures(BookedCounts, frozen=True, kw_only=True):
    """Of a day with bookings."""

    made: int
    excused: int
    on_time: OnTime
    goal: Goal | None
    walk_ins_passed: WalkInsPassed


class DayFigures(msgspec.Struct, frozen=True):
    """The figures of a hall-day; ``booked`` only on days with bookings."""

    date: str
    final: bool
    rebuilt_ms: Ms
    definition: str
    totals: Totals
    wait: Spread
    service: Spread
    walk: Spread
    hold: Spread
    by_item: dict[str, ItemFigures]
    by_hour: dict[str, HourFigures]
    by_window: dict[str, WindowFigures]
    by_class: dict[str, ClassFigures]
    told: ToldFigures
    booked: BookedFigures | msgspec.UnsetType = msgspec.UNSET

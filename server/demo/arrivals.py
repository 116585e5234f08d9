"""The visitors of a demo day, drawn beforehand from a seed: when they come, for what, how they behave, who books.

Arrivals are over-dispersed: Poisson within a half-hour, times a factor of the half-hour and one of the day, never
plain Poisson. The same seed and hall give the same people.
"""

import math
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from hall.ids import MINUTE_MS, Ms
from server.demo.demand import DOOR_SHARE, SLOT_CV, Expected, Habits
from server.demo.views import HallFacts

SLOT_MS: Final = 30 * MINUTE_MS
VISITORS_LIMIT: Final = 20_000
"""More than any hall of the districts has in a day; a preset that asks for more is cut here."""
DOOR_MS: Final = 10 * MINUTE_MS
"""The door queue gets its numbers in the last minutes before opening, the hall gives them out half an hour before."""
UNITS_MAX: Final = 12
LEVELS: Final = ("very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied")
LEVEL_SHARES: Final = (0.72, 0.19, 0.06, 0.02, 0.01)
"""Assumed; districts report satisfaction of 98 % and more."""

Turn = Literal["comes", "late", "rejoins", "never"]
"""What a visitor does when called: comes, comes at the second call, misses it and comes back later, is gone."""


CheckInBy = Literal["code", "qr", "phone"]
BOOKED_EARLY_MS: Final = 8 * MINUTE_MS
"""Assumed: the booked come so long before their slot on average, with the preset's spread around it."""


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """What a booked visitor does before the visit."""

    comes: bool = True
    """False: booked, and does not come."""
    before_ms: Ms = BOOKED_EARLY_MS
    """Comes so long before the slot; negative: after it."""
    by: CheckInBy = "code"
    then: Literal["", "lapses", "cancels", "moves"] = ""
    """What becomes of the booking before the visit."""


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """One person of the day, as decided beforehand."""

    at_ms: Ms
    """Comes then, or wishes to (the booked)."""
    items: tuple[tuple[str, int], ...]
    klass: str = "ordinary"
    channel: Literal["kiosk", "phone", "desk"] = "kiosk"
    turn: Turn = "comes"
    walk_ms: Ms = 25_000
    patience_ms: Ms
    cancels_after_ms: Ms | None = None
    delays_after_ms: Ms | None = None
    slip_fails: bool = False
    level: str = ""
    """The rating that they give, or empty."""
    family: bool = False
    """Took a second number by mistake; the guide merges it."""
    asks_for_lane: bool = False
    """An elder whom the guide moves to the priority lane."""
    booking: Booking | None = None
    """None: comes without."""
    books_again: bool = False
    """After the visit, for a day to come."""


def visitors(hall: HallFacts, expected: Expected, *, seed: int) -> list[Visitor]:
    """Return the day's visitors in the order of their arrival."""
    chance = np.random.default_rng(seed)
    moments = _moments(hall, expected, chance)
    chooser = _Chooser(hall, expected, chance)
    return [chooser.visitor(at_ms) for at_ms in moments]


def _moments(hall: HallFacts, expected: Expected, chance: np.random.Generator) -> list[Ms]:
    demand, zone = expected.demand, ZoneInfo(hall.zone)
    # Visits are expected, not bookings: who books and does not come is drawn beside them.
    total = expected.visits * (1 + demand.booked_share * demand.no_show_share / (1 - demand.no_show_share))
    day_factor = _factor(chance, demand.day_factor_cv_pct / 100)
    moments: list[Ms] = []
    for session in hall.sessions:
        for start_ms in range(session.open_ms, session.close_ms, SLOT_MS):
            end_ms = min(start_ms + SLOT_MS, session.close_ms)
            hour = str(datetime.fromtimestamp(start_ms / 1000, zone).hour)
            share = demand.by_hour.get(hour, 0.0) * (end_ms - start_ms) / (60 * MINUTE_MS)
            count = chance.poisson(total * share * day_factor * _factor(chance, SLOT_CV))
            moments += [int(one) for one in chance.uniform(start_ms, end_ms, count)]
    for session in hall.sessions[:1]:
        at_door = chance.poisson(total * DOOR_SHARE * day_factor)
        moments += [int(one) for one in chance.uniform(session.open_ms - DOOR_MS, session.open_ms, at_door)]
    return sorted(moments)[:VISITORS_LIMIT]


def _factor(chance: np.random.Generator, cv: float) -> float:
    """Draw a gamma factor of mean 1 and this coefficient of variation."""
    return float(chance.gamma(1 / cv**2, cv**2)) if cv > 0 else 1.0


class _Chooser:
    """Draws what a visitor wants and how they behave."""

    def __init__(self, hall: HallFacts, expected: Expected, chance: np.random.Generator) -> None:
        self._demand = expected.demand
        self._habits = Habits()
        self._chance = chance
        self._theme = {item.code: item.theme for item in hall.items if item.windows}
        self._codes = [code for code in self._theme if expected.items.get(code, 0) > 0]
        self._shares = np.array([expected.items[code] for code in self._codes])
        self._shares /= self._shares.sum()
        self._by_theme: dict[str, list[str]] = {}
        for code in self._codes:
            self._by_theme.setdefault(self._theme[code], []).append(code)
        known = {one.code for one in hall.classes}
        self._classes = {code: share for code, share in self._demand.by_class.items() if code in known}
        self._packages = [package.items for package in hall.packages if package.items]

    def visitor(self, at_ms: Ms) -> Visitor:
        """Draw one."""
        demand, habits, chance = self._demand, self._habits, self._chance
        klass = self._pick(self._classes)
        booking = self._booking(klass)
        phone = booking.by == "phone" if booking is not None else chance.random() < demand.remote_share
        cancels = chance.random() < habits.cancel_share * (3 if phone else 1)
        return Visitor(
            at_ms=at_ms,
            items=self._wanted(),
            klass=klass,
            channel="phone" if phone else "desk" if klass == "priority" else "kiosk",
            turn=self._turn(),
            walk_ms=max(3_000, int(_lognormal(chance, demand.walk_ms, demand.walk_cv_pct / 100))),
            patience_ms=int(_lognormal(chance, demand.patience_ms, 0.5)),
            cancels_after_ms=int(chance.uniform(2, 20) * MINUTE_MS) if cancels else None,
            delays_after_ms=int(chance.uniform(1, 6) * MINUTE_MS) if chance.random() < habits.delay_share else None,
            slip_fails=not phone and chance.random() < habits.slip_fails_share,
            level=str(chance.choice(LEVELS, p=LEVEL_SHARES)) if chance.random() < demand.rated_share else "",
            family=booking is None and chance.random() < habits.family_share,
            asks_for_lane=klass == "elder" and chance.random() < habits.reclass_share,
            booking=booking,
            books_again=chance.random() < habits.books_again_share,
        )

    def _booking(self, klass: str) -> Booking | None:
        """Draw whether and how an ordinary visitor books; the other classes come as they are."""
        demand, habits, chance = self._demand, self._habits, self._chance
        share = demand.booked_share / self._classes.get("ordinary", 1.0)
        if klass != "ordinary" or chance.random() >= share:
            return None
        draw, on_paper = chance.random(), chance.random() < habits.books_on_paper_share
        lapses, cancels = habits.booking_lapses_share, habits.booking_cancel_share
        moves = lapses + cancels + habits.booking_move_share
        return Booking(
            comes=chance.random() >= demand.no_show_share,
            before_ms=int(chance.normal(BOOKED_EARLY_MS, demand.punctual_sd_ms)),
            by="code" if on_paper else "qr" if chance.random() < 0.5 else "phone",
            then="lapses"
            if draw < lapses
            else "cancels"
            if draw < lapses + cancels
            else "moves"
            if draw < moves
            else "",
        )

    def _turn(self) -> Turn:
        chance, habits = self._chance, self._habits
        if chance.random() >= self._demand.missed_share * 2:
            return "comes"
        if chance.random() < habits.late_share:
            return "late"
        return "rejoins" if chance.random() < habits.rejoin_share else "never"

    def _wanted(self) -> tuple[tuple[str, int], ...]:
        chance = self._chance
        if self._packages and chance.random() < self._demand.package_share:
            return tuple((code, 1) for code in self._packages[int(chance.integers(len(self._packages)))])
        first = str(chance.choice(self._codes, p=self._shares))
        more = self._more_items()
        others = [code for code in self._by_theme[self._theme[first]] if code != first]
        second = [str(one) for one in chance.choice(others, size=min(more, len(others)), replace=False)] if more else []
        units = int(chance.integers(2, UNITS_MAX + 1)) if chance.random() < self._habits.many_units_share else 1
        return ((first, units), *((code, 1) for code in second))

    def _more_items(self) -> int:
        draw, demand = self._chance.random(), self._demand
        if draw < demand.three_items_share:
            return 2
        return 1 if draw < demand.three_items_share + demand.two_items_share else 0

    def _pick(self, shares: dict[str, float]) -> str:
        total = math.fsum(shares.values())
        return str(self._chance.choice(list(shares), p=[share / total for share in shares.values()]))


def _lognormal(chance: np.random.Generator, mean: float, cv: float) -> float:
    """Draw with this mean and coefficient of variation."""
    sigma2 = math.log(1 + cv * cv)
    return float(chance.lognormal(math.log(mean) - sigma2 / 2, math.sqrt(sigma2)))

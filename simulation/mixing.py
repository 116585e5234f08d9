"""What visitors want: items, packages, quantities, and the service time of each item of a visit."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from hall.commands import WantedItem
from hall.ids import Ms
from hall.policy import Plan
from simulation.setting import Mix, ServiceTimes
from simulation.variates import Draws, Floats, lognormal_factors, picks, whole_ms

Places = NDArray[np.int64]
DRAWN_ITEMS = 3
"""The most items of a visit that is no package; part of the streams: another number changes every result."""


class Wants(msgspec.Struct):
    """What each visitor wants and how long each item takes."""

    items: list[tuple[WantedItem, ...]]
    service_ms: list[tuple[Ms, ...]]


class Mixer:
    """The item mix of a scenario, made ready once for all days."""

    def __init__(self, plan: Plan, mix: Mix, service: ServiceTimes) -> None:
        """Work out shares, times and packages."""
        of_item = {code: (mean, cv) for code, mean, cv in service.of_items}
        self._mix = mix
        self._service = service
        known = {item.code: item for item in plan.catalog.items}
        self._codes = [code for code, _ in mix.items]
        extra = [code for package in plan.catalog.packages for code in package.items]
        self._codes += [code for code in dict.fromkeys(extra) if code not in set(self._codes)]
        self._number = {code: number for number, code in enumerate(self._codes)}
        self._shares = np.array([share for _, share in mix.items])
        times = [of_item.get(code, (known[code].service_ms, known[code].service_cv_pct / 100)) for code in self._codes]
        self._means = np.array([mean for mean, _ in times]) * service.factor
        self._cvs = np.array([cv for _, cv in times])
        online = dict(mix.online)
        self._in_person = 1 - np.array([online.get(code, 0.0) for code in self._codes])
        self._wanted = [(WantedItem(code),) for code in self._codes]
        packages = [package for package in plan.catalog.packages if package.items]
        weights = dict(mix.package_weights) or {package.code: 1.0 for package in packages}
        self._packages = [package.items for package in packages if weights.get(package.code, 0.0) > 0]
        self._package_weights = np.array([w for package in packages if (w := weights.get(package.code, 0.0)) > 0])
        self._siblings = self._siblings_of({code: item.theme for code, item in known.items()})

    @property
    def in_person(self) -> float:
        """The share of all visitors who come to the hall."""
        weights = self._shares / self._shares.sum()
        return float(weights @ self._in_person[: len(weights)])

    @property
    def mean_ms(self) -> float:
        """The mean service time of a first item, over all who come."""
        weights = self._shares * self._in_person[: len(self._shares)]
        return float(weights @ self._means[: len(weights)] / weights.sum())

    def _siblings_of(self, theme: dict[str, str]) -> list[list[int]]:
        by_theme: dict[str, list[int]] = {}
        for number in range(len(self._shares)):
            by_theme.setdefault(theme[self._codes[number]], []).append(number)
        return [[one for one in by_theme[theme[self._codes[number]]] if one != number]
                if self._mix.two_items or self._mix.three_items else []
                for number in range(len(self._shares))]  # fmt: skip

    def first_items(self, draws: Draws, count: int) -> Places:
        """Draw what each visitor comes for first."""
        return picks(draws.uniform("item", count), self._shares)

    def comes_in_person(self, first: Places, uniform: Floats) -> NDArray[np.bool_]:
        """Return who still comes, now that some items can be filed online."""
        return np.asarray(uniform < self._in_person[first], dtype=np.bool_)

    def visits(self, first: Places, draws: Draws) -> Wants:
        """Complete the visits: more items, packages, quantities, times."""
        count = len(first)
        chance = _Chance(draws, count, is_exponential=self._service.law == "exponential")
        single = whole_ms(self._means[first] * self._factors(chance.of_first, self._cvs[first]), least=1)
        wants = Wants([self._wanted[one] for one in first.tolist()], [(one,) for one in single])
        more = draws.uniform("more_items", (count, 4))
        units = draws.uniform("quantity", (count, 2))
        mix = self._mix
        special = (more[:, 0] < mix.two_items + mix.three_items) | (units[:, 0] < mix.many_units)
        if self._packages:
            special |= more[:, 1] < mix.packages
        for place in np.flatnonzero(special).tolist():
            entries = self._entries(int(first[place]), more[place], units[place])
            wants.items[place] = tuple(WantedItem(self._codes[one], quantity) for one, quantity in entries)
            wants.service_ms[place] = tuple(
                self._time(one, quantity, chance.of(place, slot)) for slot, (one, quantity) in enumerate(entries)
            )
        return wants

    def _entries(self, first: int, more: Floats, units: Floats) -> list[tuple[int, int]]:
        mix = self._mix
        if self._packages and more[1] < mix.packages:
            package = self._packages[int(picks(more[2:3], self._package_weights)[0])]
            return [(self._number[code], 1) for code in package]
        quantity = 1
        if units[0] < mix.many_units:
            quantity = 2 + int(units[1] * (mix.units_max - 1))
        entries = [(first, quantity)]
        others = self._siblings[first]
        wanted = 2 if more[0] < mix.three_items else 1 if more[0] < mix.two_items + mix.three_items else 0
        if others and wanted:
            second = int(more[2] * len(others))
            entries.append((others[second], 1))
            if wanted > 1 and len(others) > 1:
                third = (second + 1 + int(more[3] * (len(others) - 1))) % len(others)
                entries.append((others[third], 1))
        return entries

    def _time(self, number: int, quantity: int, chance: float) -> Ms:
        factor = float(self._factors(np.array([chance]), self._cvs[[number]])[0])
        mean = float(self._means[number]) * (1 + self._service.more_units * (quantity - 1))
        return max(1, round(mean * factor))

    def _factors(self, chance: Floats, cvs: Floats) -> Floats:
        if self._service.law == "fixed":
            return np.ones(len(chance))
        return chance if self._service.law == "exponential" else lognormal_factors(chance, cvs)


class _Chance:
    """What decides how long each item of each visit takes.

    The first items of all visits stand side by side in one stream. Each further one, of a long package, has a stream by its
    place in the package, drawn when somebody takes so long a one: the longest package of the catalogue changes nobody's time.
    """

    def __init__(self, draws: Draws, count: int, *, is_exponential: bool) -> None:
        self._draw = draws.exponential if is_exponential else draws.normal
        self._count = count
        self._side_by_side = self._draw("service", (count, DRAWN_ITEMS))
        self._further: dict[int, Floats] = {}

    @property
    def of_first(self) -> Floats:
        """Return that of each visit's first item."""
        found: Floats = self._side_by_side[:, 0]
        return found

    def of(self, place: int, slot: int) -> float:
        """Return that of one item of one visit."""
        if slot < DRAWN_ITEMS:
            return float(self._side_by_side[place, slot])
        if slot not in self._further:
            self._further[slot] = self._draw("more_services", self._count, part=slot)
        return float(self._further[slot][place])

"""What a plan gives to booking: which group an item belongs to, what a place stands for, how many a slot has.

Worked out once for a plan and shared by all days that it holds on: it looks at every item and window.
"""

from hall.booking import BookingGroup, groups_by_item
from hall.catalog import items_of
from hall.ids import ItemCode, Ms
from hall.policy import Plan

DEFAULT_UNIT_MS: Ms = 600_000
"""Service time of a place where a group has no items: as for an item of which nothing is known."""


class Capacity:
    """The booking groups of a plan by their items and windows; of a hall that takes no bookings, empty."""

    __slots__ = ("_times", "_windows", "of_item", "plan", "service_ms")

    def __init__(self, plan: Plan) -> None:
        """Look at every item and every window once."""
        self.plan = plan
        booking, catalog = plan.policy.booking, plan.catalog
        self.of_item: dict[ItemCode, str] = {} if booking is None else groups_by_item(booking, catalog)
        self.service_ms: dict[ItemCode, Ms] = {item.code: item.service_ms for item in catalog.items}
        self._times: dict[str, list[Ms]] = {}
        for code, group in self.of_item.items():
            self._times.setdefault(group, []).append(self.service_ms[code])
        self._windows: dict[str, int] = dict.fromkeys(self._times, 0)
        for window in catalog.windows:
            served = items_of(window.serves, catalog)
            groups = {group for code, group in self.of_item.items() if code in served}
            for group in self._windows:
                self._windows[group] += group in groups

    def unit_ms(self, group: BookingGroup) -> Ms:
        """Return the service time that one place of a group stands for."""
        if group.unit_ms:
            return group.unit_ms
        times = self._times.get(group.code)
        return max(1, sum(times) // len(times)) if times else DEFAULT_UNIT_MS

    def windows(self, group: BookingGroup) -> int:
        """Return how many windows are planned for a group."""
        return group.windows or self._windows.get(group.code, 0)

    def places(self, group: BookingGroup, *, fewer: int = 0) -> int:
        """Return the places of each slot as planned, with so many windows fewer.

        Derived: windows × slot ÷ unit, less the walk-ins' share, and more by those who are expected not to come.
        """
        windows = self.windows(group)
        left = max(0, windows - fewer)
        if group.places is not None:
            return group.places * left // windows if fewer and windows else group.places
        sold_pct = 100 - group.walk_in_pct
        return left * group.slot_ms * sold_pct // (self.unit_ms(group) * (100 - group.no_show_pct))

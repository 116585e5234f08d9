"""Who may serve whom: items, themes and windows of a plan, worked out once as bits.

A thousand items collapse into a few signatures: pairs (windows whose own items they are, windows that may help).
"""

from collections.abc import Sequence

from hall.catalog import Item, Serves, Window, items_of
from hall.policy import Plan, Series, VisitorClass

Bits = int
Signature = tuple[Bits, Bits]
NOBODY: Signature = (0, 0)


class PlanIndex:
    """Look-ups made from a plan and from what its windows serve today."""

    __slots__ = ("_by_items", "areas", "classes", "items", "number_series", "quotas", "signatures")

    def __init__(self, plan: Plan, windows: Sequence[Window]) -> None:
        """Work out all look-ups; ``windows`` are the plan's with today's changes, in the plan's order."""
        catalog = plan.catalog
        self.items: dict[str, Item] = {item.code: item for item in catalog.items}
        self.classes: dict[str, VisitorClass] = {one.code: one for one in plan.policy.classes}
        self.areas: dict[str, Bits] = {area.code: 0 for area in catalog.areas}
        for number, window in enumerate(windows):
            self.areas[window.area] |= 1 << number
        self.signatures: dict[str, Signature] = _signatures(plan, windows)
        self.quotas: dict[str, tuple[int, ...]] = _quotas(plan)
        self.number_series: dict[tuple[str, str], Series] = _series(plan)
        self._by_items: dict[tuple[str, ...], Signature] = {}

    @classmethod
    def empty(cls) -> "PlanIndex":
        """Return the index of a hall without anything, before the day is opened."""
        index = cls.__new__(cls)
        index.items, index.classes, index.areas, index.signatures = {}, {}, {}, {}
        index.quotas, index.number_series, index._by_items = {}, {}, {}
        return index

    def signature(self, items: tuple[str, ...]) -> Signature:
        """Return who may serve all these items together, or, where nobody can, who serves the first of them."""
        found = self._by_items.get(items)
        if found is None:
            found = self._by_items[items] = self._intersect(items)
        return found

    def _intersect(self, items: tuple[str, ...]) -> Signature:
        primary, helpers = self.signatures.get(items[0], NOBODY) if items else NOBODY
        own, able = primary, primary | helpers
        for code in items[1:]:
            also, help_too = self.signatures.get(code, NOBODY)
            own &= also
            able &= also | help_too
        return (own, able & ~own) if own else (primary, helpers)


def rank_of(serves: Serves, plan: Plan) -> int:
    """Return how many items a window serves: the fewer, the more specialised."""
    return len(items_of(serves, plan.catalog))


def _signatures(plan: Plan, windows: Sequence[Window]) -> dict[str, Signature]:
    own, help_too = ({item.code: 0 for item in plan.catalog.items} for _ in range(2))
    of: dict[Serves, list[Bits]] = {}
    for number, window in enumerate(windows):
        for place, serves in enumerate((window.serves, window.helps)):
            of.setdefault(serves, [0, 0])[place] |= 1 << number
    # Many windows serve the same: each kind of service is looked up once, for all of them.
    for serves, (primary, helpers) in of.items():
        for code in items_of(serves, plan.catalog):
            own[code] |= primary
            help_too[code] |= helpers
    return {code: (bits, help_too[code] & ~bits) for code, bits in own.items()}


def _quotas(plan: Plan) -> dict[str, tuple[int, ...]]:
    quotas = plan.policy.quotas
    if not quotas:
        return {}
    return {
        item.code: tuple(
            number for number, quota in enumerate(quotas) if quota.item == item.code or quota.theme == item.theme
        )
        for item in plan.catalog.items
    }


def _series(plan: Plan) -> dict[tuple[str, str], Series]:
    """Map (theme, class) to its series: one that names the class, else the theme, else the open one."""
    found = {}
    for theme in plan.catalog.themes:
        for one in plan.policy.classes:
            found[theme.code, one.code] = max(
                (series for series in plan.policy.series if _fits(series, theme.code, one.code)),
                key=lambda series: (bool(series.classes), bool(series.themes)),
            )
    return found


def _fits(series: Series, theme: str, klass: str) -> bool:
    return (not series.themes or theme in series.themes) and (not series.classes or klass in series.classes)

"""What a hall is: areas, themes, items, packages, windows. Plain data, no rules.

A plan (:mod:`hall.policy`) joins a catalog with opening hours and a policy; its content hash is its name in the log.
"""

from typing import Literal

import msgspec

from hall.ids import AreaCode, ItemCode, Ms, ThemeCode, WindowCode

WindowKind = Literal["comprehensive", "themed", "specialised"]
"""综合窗口 (every item of the hall), 主题窗口, 专窗."""


class Text(msgspec.Struct, frozen=True):
    """A text for people in both languages."""

    zh: str
    en: str = ""


class Area(msgspec.Struct, frozen=True):
    """A part of the hall with its own board and sound (区域)."""

    code: AreaCode
    name: Text


class Theme(msgspec.Struct, frozen=True):
    """A group of items that belong together for citizens (主题)."""

    code: ThemeCode
    name: Text


class Item(msgspec.Struct, frozen=True):
    """A matter that citizens come for (事项). ``service_ms`` and ``service_cv_pct`` describe one unit's service time."""

    code: ItemCode
    name: Text
    theme: ThemeCode
    service_ms: Ms = 600_000
    service_cv_pct: int = 80
    keywords: str = ""
    """Other words to find it by, pinyin and its initials included, separated by spaces."""


class Package(msgspec.Struct, frozen=True):
    """Linked items for one occasion of life, taken with one ticket (一件事)."""

    code: str
    name: Text
    items: tuple[ItemCode, ...]


class Serves(msgspec.Struct, frozen=True):
    """A set of items, told by themes, by single items, or all."""

    themes: tuple[ThemeCode, ...] = ()
    items: tuple[ItemCode, ...] = ()
    everything: bool = False


class HelpRule(msgspec.Struct, frozen=True):
    """When a window helps with items that are not its own.

    ``idle``: when nothing of its own waits. ``waited``: as soon as a ticket of them waited ``after_ms``.
    """

    when: Literal["idle", "waited"] = "idle"
    after_ms: Ms = 600_000


class Window(msgspec.Struct, frozen=True):
    """A counter with one seat for a clerk (窗口)."""

    code: WindowCode
    label: str
    area: AreaCode
    kind: WindowKind = "comprehensive"
    serves: Serves = Serves(everything=True)
    helps: Serves = Serves()
    help_rule: HelpRule = HelpRule()


class Catalog(msgspec.Struct, frozen=True):
    """Everything that can be asked for in a hall, and where."""

    areas: tuple[Area, ...]
    themes: tuple[Theme, ...]
    items: tuple[Item, ...]
    windows: tuple[Window, ...]
    packages: tuple[Package, ...] = ()


def items_of(serves: Serves, catalog: Catalog) -> frozenset[ItemCode]:
    """Return the codes of all items that ``serves`` names; unknown codes are ignored here (see ``faults_of``)."""
    if serves.everything:
        return frozenset([item.code for item in catalog.items])
    if not serves.themes and not serves.items:
        return frozenset()
    themes = frozenset(serves.themes)
    named = frozenset(serves.items)
    return frozenset([item.code for item in catalog.items if item.theme in themes or item.code in named])


def faults_of(catalog: Catalog) -> list[str]:
    """List every contradiction inside a catalog, in the words of its codes."""
    areas = {area.code for area in catalog.areas}
    themes = {theme.code for theme in catalog.themes}
    items = {item.code for item in catalog.items}
    served = {item.theme for item in catalog.items}
    faults = _doubles("area", [area.code for area in catalog.areas])
    faults += _doubles("theme", [theme.code for theme in catalog.themes])
    faults += _doubles("item", [item.code for item in catalog.items])
    faults += _doubles("window", [window.code for window in catalog.windows])
    faults += [f"item {item.code}: unknown theme {item.theme}" for item in catalog.items if item.theme not in themes]
    for window in catalog.windows:
        if window.area not in areas:
            faults.append(f"window {window.code}: unknown area {window.area}")
        faults += faults_of_serves(f"window {window.code}", window.serves, themes, items)
        faults += faults_of_serves(f"window {window.code} helps", window.helps, themes, items)
        if not _serves_something(window.serves, served, items):
            faults.append(f"window {window.code}: serves nothing")
    for package in catalog.packages:
        faults += [f"package {package.code}: unknown item {code}" for code in package.items if code not in items]
    return faults


def _serves_something(serves: Serves, themes: set[ThemeCode], items: set[ItemCode]) -> bool:
    """Tell whether some item is served; ``themes`` are those that have items."""
    if serves.everything:
        return bool(items)
    return not themes.isdisjoint(serves.themes) or not items.isdisjoint(serves.items)


def faults_of_serves(where: str, serves: Serves, themes: set[ThemeCode], items: set[ItemCode]) -> list[str]:
    """List the unknown codes of one ``Serves``."""
    unknown = [f"{where}: unknown theme {code}" for code in serves.themes if code not in themes]
    return unknown + [f"{where}: unknown item {code}" for code in serves.items if code not in items]


def _doubles(kind: str, codes: list[str]) -> list[str]:
    seen: set[str] = set()
    doubles: set[str] = set()
    for code in codes:
        (doubles if code in seen else seen).add(code)
    return [f"{kind} {code}: defined twice" for code in sorted(doubles)]

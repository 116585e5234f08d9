"""The sections of a hall's settings as values, and the errors that changing them can end with.

ConfigError
├── UnknownHall · UnknownTemplate   no such row
│   · UnknownParent · UnknownRevision
├── AlreadyExists                   a hall or template of that code is there
│   ├── HallExists
│   └── TemplateExists
├── WrongLevel                      a hall of this level cannot stand below its parent
├── NoTemplate                      the hall belongs to no template that it could follow
├── NetworkFull                     there are as many halls or templates as may be
├── VersionConflict                 somebody else changed the section first (``current`` is the version now)
└── InvalidSettings                 the change contradicts itself or another section (every fault listed)
"""

from typing import Final

import msgspec

from hall.catalog import Area, Catalog, Item, Package, Text, Theme, Window
from hall.ids import Actor, HallId, Ms
from hall.opening import WeekHours
from hall.policy import Plan, Policy
from server.config.faults import Fault
from server.config.tables import HallKind, Level, Section, Voice


class ItemsSection(msgspec.Struct, frozen=True):
    """What can be asked for: themes, items, packages."""

    themes: tuple[Theme, ...]
    items: tuple[Item, ...]
    packages: tuple[Package, ...] = ()


class WindowsSection(msgspec.Struct, frozen=True):
    """Where it is served: areas and windows."""

    areas: tuple[Area, ...]
    windows: tuple[Window, ...]


Content = ItemsSection | WindowsSection | WeekHours | Policy


class Sections(msgspec.Struct, frozen=True):
    """All four sections of a template or a hall."""

    items: ItemsSection
    windows: WindowsSection
    hours: WeekHours
    policy: Policy


CONTENT_TYPES: Final[dict[Section, type[Content]]] = {
    "items": ItemsSection,
    "windows": WindowsSection,
    "hours": WeekHours,
    "policy": Policy,
}


class Position(msgspec.Struct, frozen=True):
    """Where a hall stands, in degrees of WGS 84; east and north are positive."""

    lat: float
    lon: float


class HallFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A hall as a unit of its network."""

    code: HallId
    name: Text
    level: Level
    kind: HallKind = "general"
    parent: HallId | None = None
    zone: str = "Asia/Shanghai"
    template: str | None = None
    voice: Voice = "browser"
    training: bool = False
    """Training mode: everything works, figures are marked as practice."""
    position: Position | None = None
    """None: nobody entered it; citizens then see no distance."""


class By(msgspec.Struct, frozen=True):
    """Who changes settings, and when."""

    actor: Actor
    at_ms: Ms


class ConfigError(Exception):
    """Root of what changing settings can end with."""


class UnknownHall(ConfigError):
    """There is no hall of this code."""


class UnknownTemplate(ConfigError):
    """There is no template of this code."""


class UnknownParent(ConfigError):
    """There is no hall of this code that another could stand below."""


class UnknownRevision(ConfigError):
    """The hall has no change of this number, or it is no longer kept."""


class AlreadyExists(ConfigError):
    """A hall or template of this code is there already."""


class HallExists(AlreadyExists):
    """A hall of this code is there already."""


class TemplateExists(AlreadyExists):
    """A template of this code is there already."""


class WrongLevel(ConfigError):
    """A hall of this level cannot stand below its parent."""

    def __init__(self, level: Level, parent_level: Level) -> None:
        """Remember both levels."""
        super().__init__(f"a {level} hall cannot stand below a {parent_level} hall")
        self.level, self.parent_level = level, parent_level


class NoTemplate(ConfigError):
    """The hall belongs to no template."""


class NetworkFull(ConfigError):
    """There are as many as may be."""

    def __init__(self, most: int) -> None:
        """Remember how many may be."""
        super().__init__(f"there are {most} already")
        self.most = most


class VersionConflict(ConfigError):
    """The section is not any more what the change started from."""

    def __init__(self, current: str) -> None:
        """Remember the version now."""
        super().__init__(f"the version now is {current}")
        self.current = current


class InvalidSettings(ConfigError):
    """The change contradicts itself or another section; nothing was saved."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Remember all faults."""
        super().__init__("; ".join(f"{fault.where}: {fault.en}" for fault in faults[:20]))
        self.faults = faults


def plan_from(facts: HallFacts, sections: Sections) -> Plan:
    """Join the sections of a hall into the plan that its days are decided by."""
    catalog = Catalog(
        areas=sections.windows.areas,
        themes=sections.items.themes,
        items=sections.items.items,
        windows=sections.windows.windows,
        packages=sections.items.packages,
    )
    return Plan(facts.code, facts.name, facts.zone, catalog, sections.hours, sections.policy)

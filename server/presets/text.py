"""The form of a preset's text (TOML): each table is read strictly, an unknown word is an error."""

from typing import Literal

import msgspec

from hall.policy import Policy
from server.config.tables import HallKind, Level, Voice
from server.presets.booking_text import BookingText

Audience = Literal["legal", "natural", "convenience"]
"""法人, 自然人, 便民."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A theme or an area."""

    code: str
    zh: str
    en: str


class Name(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in both languages; ``{n}`` and ``{parent}`` are filled in."""

    zh: str
    en: str


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A figure that the district published: its own claim, with the source."""

    fact: str
    value: int
    zh: str
    en: str
    source: str


class ItemLine(msgspec.Struct, frozen=True, array_like=True):
    """``[code, Chinese, English, audience, minutes at the window]``."""

    code: str
    zh: str
    en: str
    audience: Audience
    minutes: int


class ExtraLine(msgspec.Struct, frozen=True, array_like=True):
    """``[code, Chinese, English, theme, minutes]``: an item of this preset alone, named by hand."""

    code: str
    zh: str
    en: str
    theme: str
    minutes: int


class ProcedureLine(msgspec.Struct, frozen=True, array_like=True):
    """``[code, Chinese, English, share of the subject's minutes in per cent]``."""

    code: str
    zh: str
    en: str
    minutes_pct: int


class Department(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A department with the items named by hand and the subjects that procedures multiply."""

    code: str
    name: Name
    theme: str
    named: tuple[ItemLine, ...]
    subjects: tuple[ItemLine, ...]


class CatalogueText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`catalogue.toml`."""

    assumed: bool
    service_cv_pct: int
    procedures: tuple[ProcedureLine, ...]
    departments: tuple[Department, ...]


class ItemsText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which items a hall handles: how many, of which departments, in which themes."""

    departments: int | tuple[str, ...]
    """The first so many of the catalogue, or these."""
    themes: tuple[Part, ...]
    theme_by: Literal["department", "audience", "one"]
    count: dict[Literal["all", "legal", "natural", "convenience"], int]
    specialised_subjects: int = 0
    generated: Literal["department × procedure"] | None = None
    extra: tuple[ExtraLine, ...] = ()
    assumed: bool = False


class PackageText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Linked items (一件事)."""

    code: str
    zh: str
    en: str
    items: tuple[str, ...]


class WindowsText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A group of windows, numbered on from the group before."""

    area: str
    kind: Literal["comprehensive", "themed", "specialised"]
    count: int = 0
    themes: tuple[str, ...] = ()
    departments: dict[str, int] = {}
    """Specialised windows: how many for the items that each department keeps to itself."""
    helps: tuple[str, ...] = ()
    help_when: Literal["idle", "waited"] = "idle"
    help_after_min: int = 10


class HoursText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Weekly hours as ``"08:30-12:00"``; ``makeup`` left out: as on a weekday."""

    monday_to_friday: tuple[str, ...]
    saturday: tuple[str, ...] = ()
    sunday: tuple[str, ...] = ()
    holiday: tuple[str, ...] = ()
    makeup: tuple[str, ...] | None = None
    assumed: bool = False


class PolicyText(Policy, frozen=True, forbid_unknown_fields=True):
    """Rules that differ from the defaults of ``hall.policy``."""

    assumed: bool = False


class Use(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which tables make a template."""

    items: str
    windows: str
    hours: str
    policy: str
    booking: str | None = None
    """None: nothing can be booked."""


class TemplateText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings that all halls of a kind share."""

    name: Name
    level: Level
    use: Use
    kind: HallKind = "general"


class HallsText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Halls of one template: named one by one, or counted; ``parents`` spreads them over the halls of a template."""

    template: str
    code: str
    names: tuple[tuple[str, str], ...] = ()
    name: Name | None = None
    count: int = 0
    parent: str | None = None
    parents: str | None = None


class Demand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who comes when, and how long it takes: all of it assumed. Shares are of 1; hours are local, ``"9"`` is 9:00–9:59."""

    note: str
    visits_per_day: dict[str, int]
    """Visits on a working day of average demand, by template."""
    by_hour: dict[str, float]
    by_weekday: dict[str, float]
    """Factor of each weekday, ``"1"`` is Monday."""
    by_theme: dict[str, float]
    day_factor_cv_pct: int
    booked_share: float
    no_show_share: float
    """Of the booked."""
    remote_share: float
    """Of the walk-ins: numbers taken by phone."""
    by_class: dict[str, float]
    two_items_share: float
    three_items_share: float
    package_share: float
    named_share: float
    """Of a theme's visits: those for the items named by hand; the others share the rest."""
    walk_ms: int
    walk_cv_pct: int
    patience_ms: int
    """Mean time after which a person who still waits leaves."""
    punctual_sd_ms: int
    """Spread of booked arrivals around their slot."""
    missed_share: float
    """Of calls: nobody comes at once."""
    rated_share: float


class Assumptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything of a preset that nobody published."""

    demand: Demand


class PresetText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One preset."""

    code: str
    name: Name
    zone: str
    published: tuple[Published, ...]
    catalogues: dict[str, ItemsText]
    packages: dict[str, tuple[PackageText, ...]] = {}
    areas: dict[str, tuple[Part, ...]]
    windows: dict[str, tuple[WindowsText, ...]]
    hours: dict[str, HoursText]
    policies: dict[str, PolicyText]
    bookings: dict[str, BookingText] = {}
    templates: dict[str, TemplateText]
    halls: tuple[HallsText, ...]
    assumptions: Assumptions
    voice: Voice = "browser"
    training: bool = False

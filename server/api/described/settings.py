"""What is answered about settings, templates and calendars (protocol, section "Settings")."""

from typing import Any, Literal

import msgspec

from hall.catalog import Text
from hall.opening import SpecialDay
from server.api.described.shown import Texts
from server.api.settings_bodies import HallContent
from server.config.calendar_edits import ImportedDays, ImportedYear
from server.config.faults import Fault
from server.config.revisions import Revision
from server.config.tables import HallKind, Level, Section
from server.config.templates import TemplateFacts
from server.presets.text import Published


class HallSettings(msgspec.Struct, frozen=True):
    """What a hall says of itself, and where it stands in the network."""

    version: str
    hall: str
    level: Level
    kind: HallKind
    parent: str | None
    template: str | None
    template_name: Texts | None
    content: HallContent


class CalendarContent(msgspec.Struct, frozen=True):
    """Special days: the years whose notice is known, those of all halls, and the hall's own."""

    years: list[int]
    shared: list[SpecialDay]
    own: list[SpecialDay]


class CalendarSettings(msgspec.Struct, frozen=True):
    """The calendar of a hall."""

    version: str
    content: CalendarContent


class SectionSettings(msgspec.Struct, frozen=True):
    """Items, windows, hours or policy; ``follows`` is the template that they come from."""

    version: str
    follows: str | None
    follows_name: Texts | None
    content: dict[str, Any]


class TemplateSection(msgspec.Struct, frozen=True):
    """One section of a template."""

    version: str
    content: dict[str, Any]


class DayTold(msgspec.Struct, frozen=True, kw_only=True):
    """What the open day said: changed, unchanged, later, or the code of a refusal with its sentence."""

    day: str
    day_refusal: Texts | None


class SettingsSaved(DayTold, frozen=True, kw_only=True):
    """The new version, and what the open day said."""

    version: str


class TemplateAssigned(SettingsSaved, frozen=True, kw_only=True):
    """The sections that are others now."""

    changed: list[Section]


class ImportedCounts(msgspec.Struct, frozen=True):
    """What a workbook held."""

    items: int
    windows: int
    days: int


class WorkbookImported(DayTold, frozen=True, kw_only=True):
    """A workbook that was taken over, or only checked."""

    imported: ImportedCounts
    checked_only: bool


class HallDaysImported(DayTold, frozen=True, kw_only=True):
    """Special days of a hall that were taken over, or only checked."""

    imported: ImportedDays
    checked_only: bool


class YearImported(msgspec.Struct, frozen=True):
    """A notice that was taken over, or only checked; ``days`` is what each hall's open day said."""

    imported: ImportedYear
    checked_only: bool
    days: dict[str, str]


class CalendarSaved(msgspec.Struct, frozen=True):
    """The new version of the calendar, and what each hall's open day said."""

    version: str
    days: dict[str, str]


class RevisionContent(Revision, frozen=True, kw_only=True):
    """A change, and the section as it left it; null where it was no section, or only a note."""

    content: Any


class Revisions(msgspec.Struct, frozen=True):
    """Who changed which settings when, newest first."""

    revisions: list[Revision]


class HallAdded(msgspec.Struct, frozen=True):
    """A hall that was added; ``day`` tells whether it is open already (changed) or opens later."""

    version: str
    hall: str
    level: Level
    parent: str | None
    zone: str
    template: str | None
    day: Literal["changed", "later"]


class NetworkHall(msgspec.Struct, frozen=True):
    """A hall of the network; of others than the caller's own, version, template and what it follows are null."""

    hall: str
    name: Texts
    level: Level
    kind: HallKind
    parent: str | None
    served: bool
    yours: bool
    version: str | None
    template: str | None
    follows: dict[Section, str | None] | None


class TemplateNamed(msgspec.Struct, frozen=True):
    """A template by code and name."""

    code: str
    name: Texts


class Network(msgspec.Struct, frozen=True):
    """All halls with their parents, and all templates."""

    halls: list[NetworkHall]
    templates: list[TemplateNamed]


class TemplateMade(msgspec.Struct, frozen=True):
    """A template that was made."""

    code: str


class Templates(msgspec.Struct, frozen=True):
    """All templates."""

    templates: list[TemplateFacts]


class Pushed(msgspec.Struct, frozen=True):
    """What a push did, and what each hall's open day said."""

    changes: dict[str, list[Section]]
    keeps: dict[str, list[Section]]
    faults: dict[str, list[Fault]]
    days: dict[str, str]


class Preset(msgspec.Struct, frozen=True):
    """A district that halls can be made from, with its published figures."""

    code: str
    name: Text
    halls: int
    published: list[Published]


class Presets(msgspec.Struct, frozen=True):
    """All presets."""

    presets: list[Preset]

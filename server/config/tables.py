"""Tables of the settings database.

A *sheet* is one section of settings (items, windows, hours or policy) with a version. A template owns four sheets; a hall
reads, per section, either its template's sheet or one of its own. So 135 halls of three levels share a dozen sheets, and a
change of a template reaches every hall that follows it.
"""

from typing import Literal

from sqlalchemy import BigInteger, CheckConstraint, Column, Text, UniqueConstraint
from sqlmodel import Field

from server.config.database import ConfigTable

Level = Literal["district", "street", "community"]
"""区, 街道 (or town 镇), 社区 (or village 村)."""
HallKind = Literal["general", "special", "sub"]
"""A hall of the network, a special hall of one subject (专业大厅), a sub-hall run by another authority (分厅)."""
Section = Literal["items", "windows", "hours", "policy"]
SECTIONS: tuple[Section, ...] = ("items", "windows", "hours", "policy")
Voice = Literal["browser", "silent"]
"""Screens speak calls, or stay silent and only phones are told (静音模式)."""

CODE = 40
"""Longest code (``hall.ids.CODE_PATTERN``)."""
NAME = 200
"""Longest name in characters: the longest official item name seen is under 120."""


class TemplateRow(ConfigTable, table=True):
    """Settings that many halls share (模板)."""

    __tablename__ = "template"

    code: str = Field(primary_key=True, max_length=CODE)
    name_zh: str = Field(max_length=NAME)
    name_en: str = Field(default="", max_length=NAME)


class HallRow(ConfigTable, table=True):
    """A hall, one unit of the network (大厅)."""

    __tablename__ = "hall"
    __table_args__ = (
        CheckConstraint("level IN ('district', 'street', 'community')", name="level"),
        CheckConstraint("kind IN ('general', 'special', 'sub')", name="kind"),
        CheckConstraint("voice IN ('browser', 'silent')", name="voice"),
    )

    code: str = Field(primary_key=True, max_length=CODE)
    level: str = Field(max_length=10)
    kind: str = Field(default="general", max_length=10)
    parent: str | None = Field(default=None, foreign_key="hall.code", max_length=CODE, index=True)
    zone: str = Field(max_length=60)
    name_zh: str = Field(max_length=NAME)
    name_en: str = Field(default="", max_length=NAME)
    template: str | None = Field(default=None, foreign_key="template.code", max_length=CODE, index=True)
    voice: str = Field(default="browser", max_length=10)
    training: bool = False
    position: int = 0
    """Its place in lists."""
    lat: float | None = None
    lon: float | None = None
    version: int = 1


class SheetRow(ConfigTable, table=True):
    """One section of settings with its version; owned by a template or by a hall."""

    __tablename__ = "sheet"
    __table_args__ = (
        UniqueConstraint("template", "section"),
        UniqueConstraint("hall", "section"),
        CheckConstraint("section IN ('items', 'windows', 'hours', 'policy')", name="section"),
        CheckConstraint("(template IS NULL) <> (hall IS NULL)", name="owner"),
    )

    id: int | None = Field(default=None, primary_key=True)
    section: str = Field(max_length=10)
    template: str | None = Field(default=None, foreign_key="template.code", max_length=CODE)
    hall: str | None = Field(default=None, foreign_key="hall.code", max_length=CODE)
    version: int = 1
    own_makeup: bool = False
    """Hours only: make-up workdays have hours of their own."""


class HallSheetRow(ConfigTable, table=True):
    """Which sheet a hall reads for a section."""

    __tablename__ = "hall_sheet"

    hall: str = Field(primary_key=True, foreign_key="hall.code", max_length=CODE)
    section: str = Field(primary_key=True, max_length=10)
    sheet: int = Field(foreign_key="sheet.id", index=True)


class SheetPart(ConfigTable):
    """A row of a sheet, in the sheet's order."""

    sheet: int = Field(primary_key=True, foreign_key="sheet.id")
    position: int = Field(primary_key=True)


class NamedPart(SheetPart):
    """A row with a code and a name in both languages."""

    code: str = Field(max_length=CODE)
    name_zh: str = Field(max_length=NAME)
    name_en: str = Field(default="", max_length=NAME)


class ThemeRow(NamedPart, table=True):
    """A theme (主题)."""

    __tablename__ = "theme"
    __table_args__ = (UniqueConstraint("sheet", "code"),)


class AreaRow(NamedPart, table=True):
    """An area of the hall (区域)."""

    __tablename__ = "area"
    __table_args__ = (UniqueConstraint("sheet", "code"),)


class ItemRow(NamedPart, table=True):
    """An item (事项)."""

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("sheet", "code"),)

    theme: str = Field(max_length=CODE)
    service_ms: int = Field(sa_type=BigInteger)
    service_cv_pct: int
    keywords: str = Field(default="", max_length=1000)


class PackageRow(NamedPart, table=True):
    """A package of linked items (一件事)."""

    __tablename__ = "package"
    __table_args__ = (UniqueConstraint("sheet", "code"),)

    items: str = Field(sa_column=Column(Text, nullable=False))
    """Codes of its items, separated by spaces: a code holds no space."""


class WindowRow(SheetPart, table=True):
    """A window and what it serves and helps with (窗口)."""

    __tablename__ = "window"
    __table_args__ = (UniqueConstraint("sheet", "code"),)

    code: str = Field(max_length=CODE)
    label: str = Field(max_length=NAME)
    area: str = Field(max_length=CODE)
    kind: str = Field(max_length=20)
    help_when: str = Field(max_length=10)
    help_after_ms: int = Field(sa_type=BigInteger)


class WindowTaskRow(SheetPart, table=True):
    """One theme or item that a window serves or helps with; an empty code of kind ``everything`` is all of them."""

    __tablename__ = "window_task"

    window: str = Field(max_length=CODE)
    relation: str = Field(max_length=10)
    """``serves`` or ``helps``."""
    kind: str = Field(max_length=10)
    """``theme``, ``item`` or ``everything``."""
    code: str = Field(default="", max_length=CODE)


class WeekSpanRow(SheetPart, table=True):
    """One opening span: days 0 to 6 from Monday, 7 holidays, 8 make-up workdays."""

    __tablename__ = "week_span"

    day: int
    from_min: int
    to_min: int


class PolicyVersionRow(ConfigTable, table=True):
    """A version of a policy sheet; older ones stay, because a hall's log names them."""

    __tablename__ = "policy_version"

    sheet: int = Field(primary_key=True, foreign_key="sheet.id")
    version: int = Field(primary_key=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
    """JSON of ``hall.policy.Policy``, checked before it is stored."""


class RevisionRow(ConfigTable, table=True):
    """Who changed which settings when, and to what."""

    __tablename__ = "setting_revision"

    id: int | None = Field(default=None, primary_key=True)
    hall: str | None = Field(default=None, max_length=CODE, index=True)
    template: str | None = Field(default=None, max_length=CODE, index=True)
    section: str = Field(max_length=10)
    version: int
    at_ms: int = Field(sa_type=BigInteger)
    actor: str = Field(max_length=120)
    body: str = Field(sa_column=Column(Text, nullable=False))
    """JSON of the section after the change."""


class CalendarYearRow(ConfigTable, table=True):
    """A year whose public holidays have been published; a year without a row is not."""

    __tablename__ = "calendar_year"

    year: int = Field(primary_key=True)
    source: str = Field(max_length=NAME)


class CalendarDayRow(ConfigTable, table=True):
    """A date that is not as its weekday says, for all halls (empty ``hall``) or for one."""

    __tablename__ = "calendar_day"

    hall: str = Field(default="", primary_key=True, max_length=CODE)
    date: str = Field(primary_key=True, max_length=10)
    kind: str = Field(max_length=10)
    name: str = Field(default="", max_length=NAME)
    spans: str = Field(default="[]", sa_column=Column(Text, nullable=False))
    """JSON of ``tuple[hall.opening.Span, ...]``; only for kind ``special``."""


class CalendarVersionRow(ConfigTable, table=True):
    """Version of the special days of one hall, or (empty ``hall``) of all halls."""

    __tablename__ = "calendar_version"

    hall: str = Field(default="", primary_key=True, max_length=CODE)
    version: int = 1

"""Settings of halls and templates: read, checked, saved.

Laws: nothing is saved unless the whole plan of every hall it reaches is free of faults; a change names the version it
started from and loses against one that was quicker; what was saved is in the revisions, with who and when.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import Final, cast

import msgspec
from sqlmodel import Session, col, select

from hall.catalog import Text
from hall.ids import HallId
from server.config.bounds import faults_of_content, faults_of_facts, faults_of_settings
from server.config.database import Database
from server.config.faults import Fault
from server.config.revisions import record
from server.config.sections import (
    By,
    Content,
    HallExists,
    HallFacts,
    InvalidSettings,
    Position,
    Sections,
    TemplateExists,
    UnknownHall,
    UnknownTemplate,
    VersionConflict,
    plan_from,
)
from server.config.sheets import read_sheet, write_sheet
from server.config.tables import (
    SECTIONS,
    HallKind,
    HallRow,
    HallSheetRow,
    Level,
    Section,
    SheetRow,
    TemplateRow,
    Voice,
)

CACHED_SHEETS: Final = 1_024
"""Sheets kept in memory; a district of 135 halls has some dozens, the oldest goes first."""


class Loaded(msgspec.Struct, frozen=True):
    """A section as it stands: its content, its version, and the template that the hall follows in it."""

    content: Content
    version: str
    follows: str | None


class Store:
    """Settings of all halls of one database."""

    def __init__(self, database: Database) -> None:
        """Remember the database; nothing is read before it is asked for."""
        self.database = database
        self._sheets: OrderedDict[tuple[int, int], Content] = OrderedDict()
        self._lock = Lock()

    # ---- reading ----

    def halls(self) -> tuple[HallFacts, ...]:
        """Return every hall, parents before their halls."""
        with self.database.read() as session:
            rows = session.exec(select(HallRow).order_by(col(HallRow.position), col(HallRow.code))).all()
        return tuple(facts_of(row) for row in rows)

    def hall(self, code: HallId) -> HallFacts:
        """Return one hall."""
        with self.database.read() as session:
            return facts_of(hall_row(session, code))

    def facts_version(self, code: HallId) -> str:
        """Return the version of a hall's own facts."""
        with self.database.read() as session:
            return f"h.{hall_row(session, code).version}"

    def load(self, code: HallId, section: Section) -> Loaded:
        """Return one section of a hall."""
        with self.database.read() as session:
            hall_row(session, code)
            sheet = hall_sheets(session, code)[section]
            return Loaded(self.content(session, sheet), version_of(sheet), sheet.template)

    def sections(self, code: HallId) -> Sections:
        """Return all sections of a hall."""
        with self.database.read() as session:
            hall_row(session, code)
            return self.joined(session, hall_sheets(session, code))

    def versions(self, code: HallId) -> tuple[str, ...]:
        """Return what changes whenever any setting of the hall does: a key for plans made from them."""
        with self.database.read() as session:
            row = hall_row(session, code)
            sheets = hall_sheets(session, code)
            return (f"h.{row.version}", *(version_of(sheets[section]) for section in SECTIONS))

    def section_versions(self, code: HallId) -> dict[Section, str]:
        """Return the version of each section of a hall."""
        with self.database.read() as session:
            hall_row(session, code)
            return {section: version_of(sheet) for section, sheet in hall_sheets(session, code).items()}

    # ---- changing ----

    def save(
        self, code: HallId, changes: Mapping[Section, Content], *, expected: Mapping[Section, str], by: By
    ) -> None:
        """Give a hall these sections, all or none; from then on it does not follow its template in them.

        ``expected`` holds the versions that the change started from; a section that it does not name is not compared.
        """
        raise_if_any(fault for content in changes.values() for fault in faults_of_content(content))
        with self.database.write() as session:
            facts = facts_of(hall_row(session, code))
            sheets = hall_sheets(session, code)
            compare_versions(sheets, expected)
            changed = {
                section: one for section, one in changes.items() if self.content(session, sheets[section]) != one
            }
            raise_if_any(faults_of_settings(plan_from(facts, self.joined(session, sheets, changed))))
            for section, content in changed.items():
                save_own(session, code, section, content, by)

    def save_facts(self, facts: HallFacts, *, expected: str, by: By) -> None:
        """Change a hall's own facts; its place in the network stays as it is, and so does its template."""
        raise_if_any(faults_of_facts(facts))
        with self.database.write() as session:
            row = hall_row(session, facts.code)
            if expected != f"h.{row.version}":
                raise VersionConflict(f"h.{row.version}")
            row.name_zh, row.name_en, row.zone = facts.name.zh, facts.name.en, facts.zone
            row.voice, row.training = facts.voice, facts.training
            row.lat, row.lon = _degrees(facts)
            row.version += 1
            session.add(row)
            record(session, "hall", facts_of(row), version=row.version, by=by, hall=row.code)

    def add_template(self, code: str, *, name: Text, sections: Sections, by: By) -> None:
        """Add settings that halls can follow."""
        with self.database.write() as session:
            if session.get(TemplateRow, code):
                raise TemplateExists(code)
            contents = {section: cast(Content, getattr(sections, section)) for section in SECTIONS}
            raise_if_any(fault for content in contents.values() for fault in faults_of_content(content))
            facts = HallFacts(code=code, name=name, level="district")
            raise_if_any([*faults_of_facts(facts), *faults_of_settings(plan_from(facts, sections))])
            session.add(TemplateRow(code=code, name_zh=name.zh, name_en=name.en))
            session.flush()
            for section, content in contents.items():
                sheet = SheetRow(section=section, template=code)
                session.add(sheet)
                session.flush()
                write_sheet(session, sheet, content)
                record(session, section, content, version=1, by=by, template=code)

    def add_halls(self, halls: Sequence[HallFacts], *, by: By) -> None:
        """Add halls that follow their templates; parents stand before their halls."""
        raise_if_any(fault for facts in halls for fault in faults_of_facts(facts))
        with self.database.write() as session:
            there = set(session.exec(select(HallRow.code)).all())
            sheets = {one: template_sheets(session, one) for one in {str(facts.template) for facts in halls}}
            for facts in halls:
                if facts.code in there:
                    raise HallExists(facts.code)
                if facts.parent is not None and facts.parent not in there:
                    raise UnknownHall(facts.parent)
                there.add(facts.code)
                session.add(row_of(facts, position=len(there)))
                own = sheets[str(facts.template)]
                session.flush()
                session.add_all(HallSheetRow(hall=facts.code, section=one, sheet=_id(own[one])) for one in SECTIONS)
                record(session, "hall", facts, version=1, by=by, hall=facts.code)

    # ---- shared with templates ----

    def content(self, session: Session, sheet: SheetRow) -> Content:
        """Return what a sheet holds, from memory if this version has been read before."""
        key = (_id(sheet), sheet.version)
        with self._lock:
            if key in self._sheets:
                self._sheets.move_to_end(key)
                return self._sheets[key]
        content = read_sheet(session, sheet)
        with self._lock:
            self._sheets[key] = content
            if len(self._sheets) > CACHED_SHEETS:
                self._sheets.popitem(last=False)
        return content

    def joined(
        self, session: Session, sheets: Mapping[Section, SheetRow], changes: Mapping[Section, Content] | None = None
    ) -> Sections:
        """Return the sections of these sheets, with changes in place of what they hold."""
        contents = {one: (changes or {}).get(one) or self.content(session, sheets[one]) for one in SECTIONS}
        return Sections(**contents)  # type: ignore[arg-type]  # each section has its own type, which the next line holds


def save_own(session: Session, hall: HallId, section: Section, content: Content, by: By) -> None:
    """Give a hall a section of its own: a new sheet, or the next version of the one that it had."""
    own = session.exec(select(SheetRow).where(SheetRow.hall == hall, SheetRow.section == section)).first()
    if own is None:
        own = SheetRow(section=section, hall=hall)
    else:
        own.version += 1
    session.add(own)
    session.flush()
    write_sheet(session, own, content)
    link = session.get(HallSheetRow, (hall, section)) or HallSheetRow(hall=hall, section=section, sheet=_id(own))
    link.sheet = _id(own)
    session.add(link)
    record(session, section, content, version=own.version, by=by, hall=hall)


def facts_of(row: HallRow) -> HallFacts:
    """Return a hall's row as a value."""
    return HallFacts(
        code=row.code,
        name=Text(row.name_zh, row.name_en),
        level=cast(Level, row.level),
        kind=cast(HallKind, row.kind),
        parent=row.parent,
        zone=row.zone,
        template=row.template,
        voice=cast(Voice, row.voice),
        training=row.training,
        position=None if row.lat is None or row.lon is None else Position(row.lat, row.lon),
    )


def hall_row(session: Session, code: HallId) -> HallRow:
    """Return the row of a hall, or raise."""
    row = session.get(HallRow, code)
    if row is None:
        raise UnknownHall(code)
    return row


def hall_sheets(session: Session, code: HallId) -> dict[Section, SheetRow]:
    """Return the four sheets that a hall reads."""
    found = session.exec(
        select(SheetRow)
        .join(HallSheetRow, col(HallSheetRow.sheet) == col(SheetRow.id))
        .where(HallSheetRow.hall == code)
    ).all()
    return {cast(Section, sheet.section): sheet for sheet in found}


def template_sheets(session: Session, code: str) -> dict[Section, SheetRow]:
    """Return the four sheets of a template, or raise."""
    found = session.exec(select(SheetRow).where(SheetRow.template == code)).all()
    if not found:
        raise UnknownTemplate(code)
    return {cast(Section, sheet.section): sheet for sheet in found}


def version_of(sheet: SheetRow) -> str:
    """Return the version of a section: it changes with every change, and when the hall follows another sheet."""
    return f"{_id(sheet)}.{sheet.version}"


def compare_versions(sheets: Mapping[Section, SheetRow], expected: Mapping[Section, str]) -> None:
    """Raise unless every named section is still what the change started from."""
    for section, version in expected.items():
        if version != version_of(sheets[section]):
            raise VersionConflict(version_of(sheets[section]))


def raise_if_any(faults: Iterable[Fault]) -> None:
    """Raise all faults together."""
    if found := tuple(faults):
        raise InvalidSettings(found)


def _degrees(facts: HallFacts) -> tuple[float | None, float | None]:
    return (None, None) if facts.position is None else (facts.position.lat, facts.position.lon)


def row_of(facts: HallFacts, *, position: int) -> HallRow:
    """Return the row of a new hall; ``position`` is its place in lists."""
    lat, lon = _degrees(facts)
    return HallRow(
        code=facts.code,
        level=facts.level,
        kind=facts.kind,
        parent=facts.parent,
        zone=facts.zone,
        name_zh=facts.name.zh,
        name_en=facts.name.en,
        template=facts.template,
        voice=facts.voice,
        training=facts.training,
        position=position,
        lat=lat,
        lon=lon,
    )


def _id(sheet: SheetRow) -> int:
    assert sheet.id is not None, "the sheet has been flushed"
    return sheet.id

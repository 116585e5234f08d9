"""Templates: settings pushed to many halls at once (模板下发), after showing which halls change and what stands against it.

A hall follows its template section by section. A push changes the template's own sheets, so that every hall that follows
changes with it; halls with settings of their own keep them unless they are named in ``taking_over``.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import cast

import msgspec
from sqlmodel import Session, col, select

from hall.catalog import Text
from hall.ids import HallId
from server.config.bounds import faults_of_content, faults_of_settings
from server.config.faults import Fault
from server.config.revisions import record
from server.config.sections import By, Content, NoTemplate, Sections, UnknownHall, plan_from
from server.config.sheets import write_sheet
from server.config.store import (
    Loaded,
    Store,
    compare_versions,
    facts_of,
    hall_row,
    hall_sheets,
    raise_if_any,
    template_sheets,
    version_of,
)
from server.config.tables import SECTIONS, HallRow, HallSheetRow, Section, SheetRow, TemplateRow


class TemplateFacts(msgspec.Struct, frozen=True):
    """A template and the versions of its sections."""

    code: str
    name: Text
    versions: dict[Section, str]


class Preview(msgspec.Struct, frozen=True):
    """What a push would do."""

    changes: dict[HallId, tuple[Section, ...]]
    """Halls that would change, and in which sections."""
    keeps: dict[HallId, tuple[Section, ...]]
    """Halls of the template that would keep settings of their own."""
    faults: dict[HallId, tuple[Fault, ...]]
    """Halls whose plan would contradict itself; with any of them nothing can be pushed."""


def templates(store: Store) -> tuple[TemplateFacts, ...]:
    """List all templates."""
    with store.database.read() as session:
        rows = session.exec(select(TemplateRow).order_by(col(TemplateRow.code))).all()
        return tuple(
            TemplateFacts(
                row.code,
                Text(row.name_zh, row.name_en),
                {section: version_of(sheet) for section, sheet in template_sheets(session, row.code).items()},
            )
            for row in rows
        )


def template_name(store: Store, code: str | None) -> Text | None:
    """Return what people call a template; no template has no name."""
    if code is None:
        return None
    with store.database.read() as session:
        row = session.get(TemplateRow, code)
        return None if row is None else Text(row.name_zh, row.name_en)


def sections_of_template(store: Store, code: str) -> Sections:
    """Return all sections of a template."""
    with store.database.read() as session:
        return store.joined(session, template_sheets(session, code))


def load_template(store: Store, code: str, section: Section) -> Loaded:
    """Return one section of a template."""
    with store.database.read() as session:
        sheet = template_sheets(session, code)[section]
        return Loaded(store.content(session, sheet), version_of(sheet), code)


def halls_of(store: Store, code: str) -> tuple[HallId, ...]:
    """Return the halls that belong to a template, whether they follow it or not."""
    with store.database.read() as session:
        template_sheets(session, code)
        return tuple(session.exec(select(HallRow.code).where(HallRow.template == code).order_by(col(HallRow.position))))


def preview(
    store: Store, code: str, changes: Mapping[Section, Content], *, taking_over: Collection[HallId] = ()
) -> Preview:
    """Say what a push of these sections would do; nothing changes."""
    with store.database.read() as session:
        return _preview(store, session, code, changes, taking_over)


def push(
    store: Store,
    code: str,
    changes: Mapping[Section, Content],
    *,
    expected: Mapping[Section, str],
    by: By,
    taking_over: Collection[HallId] = (),
) -> Preview:
    """Change a template, and with it the halls that follow it; nothing is saved if any of them would be at fault."""
    raise_if_any(fault for content in changes.values() for fault in faults_of_content(content))
    with store.database.write() as session:
        sheets = template_sheets(session, code)
        compare_versions(sheets, expected)
        found = _preview(store, session, code, changes, taking_over)
        raise_if_any(_told_by_hall(found.faults))
        for section, content in changes.items():
            sheet = sheets[section]
            if store.content(session, sheet) != content:
                sheet.version += 1
                session.add(sheet)
                session.flush()
                write_sheet(session, sheet, content)
                record(session, section, content, version=sheet.version, by=by, template=code)
        for hall in taking_over:
            follow(session, hall, {section: sheets[section] for section in changes}, by)
        return found


def follow_template(store: Store, hall: HallId, sections: Collection[Section], *, by: By) -> None:
    """Let a hall follow its template again in these sections; what it had of its own stays in the revisions."""
    with store.database.write() as session:
        row = hall_row(session, hall)
        if row.template is None:
            raise NoTemplate(hall)
        own, shared = hall_sheets(session, hall), template_sheets(session, row.template)
        chosen = {section: (shared if section in sections else own)[section] for section in SECTIONS}
        raise_if_any(faults_of_settings(plan_from(facts_of(row), store.joined(session, chosen))))
        follow(session, hall, {section: shared[section] for section in sections}, by)


def _preview(
    store: Store, session: Session, code: str, changes: Mapping[Section, Content], taking_over: Collection[HallId]
) -> Preview:
    shared = template_sheets(session, code)
    really = {section: one for section, one in changes.items() if store.content(session, shared[section]) != one}
    rows = session.exec(select(HallRow).where(HallRow.template == code).order_by(col(HallRow.position))).all()
    if strangers := set(taking_over) - {row.code for row in rows}:
        raise UnknownHall(min(strangers))
    found = Preview({}, {}, {})
    checked: dict[tuple[str, ...], tuple[Fault, ...]] = {}
    for row in rows:
        sheets = hall_sheets(session, row.code)
        own = {section for section in changes if sheets[section].id != shared[section].id}
        taken = own if row.code in taking_over else set()
        changed = tuple(one for one in SECTIONS if one in taken or (one in really and one not in own))
        if own - taken:
            found.keeps[row.code] = tuple(one for one in SECTIONS if one in own)
        if not changed:
            continue
        found.changes[row.code] = changed
        # Halls that read the same sheets have the same faults; 135 halls are three checks.
        key = tuple(version_of(sheets[one]) for one in SECTIONS) + changed
        if key not in checked:
            after = store.joined(session, sheets, {one: changes[one] for one in changed})
            checked[key] = tuple(faults_of_settings(plan_from(facts_of(row), after)))
        if checked[key]:
            found.faults[row.code] = checked[key]
    return found


def follow(session: Session, hall: HallId, sheets: Mapping[Section, SheetRow], by: By) -> None:
    """Let a hall read these sheets of a template; those that it reads already are no change."""
    for section, sheet in sheets.items():
        link = session.get_one(HallSheetRow, (hall, section))
        if link.sheet == sheet.id:
            continue
        link.sheet = cast(int, sheet.id)
        session.add(link)
        note = Text("恢复使用模板", f"follows template {sheet.template} again")
        record(session, section, note, version=sheet.version, by=by, hall=hall)


def _told_by_hall(faults: Mapping[HallId, Iterable[Fault]]) -> Iterable[Fault]:
    for hall, found in faults.items():
        for fault in found:
            yield Fault(f"{hall}: {fault.where}", fault.zh, fault.en)

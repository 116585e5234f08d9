"""The network of halls as it grows: a hall added, a template made from a hall, a hall given another template or none.

Laws: a hall stands below one of a higher level, and its plan is free of faults before it is there; whatever a hall stops
following it keeps as its own, so that leaving a template changes nothing else.
"""

from collections.abc import Collection
from typing import Final, cast

import msgspec
from sqlmodel import Session, col, func, select

from hall.catalog import Text
from hall.ids import HallId
from server.config.bounds import faults_of_facts, faults_of_settings
from server.config.faults import Fault
from server.config.revisions import record
from server.config.sections import (
    By,
    HallExists,
    HallFacts,
    NetworkFull,
    UnknownHall,
    UnknownParent,
    VersionConflict,
    WrongLevel,
    plan_from,
)
from server.config.store import (
    Store,
    facts_of,
    hall_row,
    hall_sheets,
    raise_if_any,
    row_of,
    save_own,
    template_sheets,
)
from server.config.tables import (
    SECTIONS,
    HallKind,
    HallRow,
    HallSheetRow,
    Level,
    Section,
    SheetRow,
    TemplateRow,
)
from server.config.templates import follow

HALLS_MAX: Final = 500
"""Four times the largest district's network (135 halls); plans of 512 are kept in memory."""
TEMPLATES_MAX: Final = 100
"""Templates are lists that a person reads; the presets have 14 at most."""
ZONE: Final = "Asia/Shanghai"
LEVELS: Final[tuple[Level, ...]] = ("district", "street", "community")
"""From the top of the network down."""


class NewHall(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hall to be added; its settings come from a template that it follows, or are a copy of those of another hall."""

    hall: HallId
    name: Text
    level: Level | None = None
    """None: the level below its parent's, or ``district`` without one."""
    kind: HallKind = "general"
    parent: HallId | None = None
    zone: str | None = None
    """None: that of the hall that it is like, of its parent, or ``ZONE``."""
    template: str | None = None
    like: HallId | None = None


class Member(msgspec.Struct, frozen=True):
    """A hall of the network, with the template that it follows in each section (None: its own settings)."""

    facts: HallFacts
    version: str
    follows: dict[Section, str | None]


def members(store: Store) -> tuple[Member, ...]:
    """Return all halls in the order of the settings."""
    with store.database.read() as session:
        rows = session.exec(select(HallRow).order_by(col(HallRow.position), col(HallRow.code))).all()
        sheets = session.exec(
            select(HallSheetRow.hall, HallSheetRow.section, SheetRow.template).join(
                SheetRow, col(HallSheetRow.sheet) == col(SheetRow.id)
            )
        ).all()
    follows: dict[HallId, dict[Section, str | None]] = {}
    for hall, section, template in sheets:
        follows.setdefault(hall, {})[cast(Section, section)] = template
    return tuple(
        Member(facts_of(row), f"h.{row.version}", {one: follows[row.code][one] for one in SECTIONS}) for row in rows
    )


def add_hall(store: Store, new: NewHall, *, by: By) -> HallFacts:
    """Add a hall and return it as it is now.

    Raises ``InvalidSettings``, ``HallExists``, ``UnknownParent``, ``WrongLevel``, ``UnknownTemplate``, ``UnknownHall`` (the
    one that it should be like) and ``NetworkFull``; then nothing is saved.
    """
    with store.database.write() as session:
        if session.get(HallRow, new.hall) is not None:
            raise HallExists(new.hall)
        count = session.exec(select(func.count()).select_from(HallRow)).one()
        if count >= HALLS_MAX:
            raise NetworkFull(HALLS_MAX)
        facts = _facts_of_new(session, new)
        raise_if_any([*faults_of_facts(facts), *_faults_of_source(new)])
        sheets = hall_sheets(session, new.like) if new.like is not None else template_sheets(session, str(new.template))
        raise_if_any(faults_of_settings(plan_from(facts, store.joined(session, sheets))))
        session.add(row_of(facts, position=count + 1))
        session.flush()
        for section in SECTIONS:
            if new.like is None:
                session.add(HallSheetRow(hall=facts.code, section=section, sheet=cast(int, sheets[section].id)))
            else:
                save_own(session, facts.code, section, store.content(session, sheets[section]), by)
        record(session, "hall", facts, version=1, by=by, hall=facts.code)
        return facts


def make_template(store: Store, code: str, *, name: Text, hall: HallId, by: By) -> None:
    """Make a template of what a hall is set to now; raises as :meth:`Store.add_template`, ``UnknownHall``, ``NetworkFull``."""
    with store.database.read() as session:
        if session.exec(select(func.count()).select_from(TemplateRow)).one() >= TEMPLATES_MAX:
            raise NetworkFull(TEMPLATES_MAX)
    store.add_template(code, name=name, sections=store.sections(hall), by=by)


def assign_template(
    store: Store,
    hall: HallId,
    template: str | None,
    *,
    sections: Collection[Section],
    expected: str,
    by: By,
) -> tuple[Section, ...]:
    """Put a hall under a template and let it follow that in ``sections``; None: under none. Return what changed.

    In every other section it keeps what it has: its own settings, or what it followed until now as its own. ``expected`` is
    the version of the hall's own facts.
    """
    with store.database.write() as session:
        row = hall_row(session, hall)
        if expected != f"h.{row.version}":
            raise VersionConflict(f"h.{row.version}")
        shared = {} if template is None else template_sheets(session, template)
        followed = {one: shared[one] for one in SECTIONS if template is not None and one in sections}
        sheets = hall_sheets(session, hall)
        after = store.joined(session, {**sheets, **followed})
        raise_if_any(faults_of_settings(plan_from(facts_of(row), after)))
        kept = {one: sheets[one] for one in SECTIONS if one not in followed and sheets[one].template is not None}
        changed = [one for one in SECTIONS if one in kept or (one in followed and followed[one].id != sheets[one].id)]
        for section, sheet in kept.items():
            save_own(session, hall, section, store.content(session, sheet), by)
        follow(session, hall, followed, by)
        if row.template != template or changed:
            row.template = template
            row.version += 1
            session.add(row)
            record(session, "hall", facts_of(row), version=row.version, by=by, hall=hall)
        return tuple(changed)


def may_stand_below(level: Level, kind: HallKind, parent: Level) -> bool:
    """Tell whether a hall may have a parent of this level: a higher one, or the district's own hall for its special halls."""
    if level == parent == "district":
        return kind != "general"
    return LEVELS.index(parent) < LEVELS.index(level)


def _facts_of_new(session: Session, new: NewHall) -> HallFacts:
    parent = session.get(HallRow, new.parent) if new.parent is not None else None
    if parent is None and new.parent is not None:
        raise UnknownParent(new.parent)
    model = session.get(HallRow, new.like) if new.like is not None else None
    if model is None and new.like is not None:
        raise UnknownHall(new.like)
    above = None if parent is None else facts_of(parent)
    like = None if model is None else facts_of(model)
    level = new.level or ("district" if above is None else _below(above.level))
    if above is not None and not may_stand_below(level, new.kind, above.level):
        raise WrongLevel(level, above.level)
    nearest = like or above
    return HallFacts(
        code=new.hall,
        name=new.name,
        level=level,
        kind=new.kind,
        parent=new.parent,
        zone=new.zone or (ZONE if nearest is None else nearest.zone),
        template=new.template,
        voice="browser" if like is None else like.voice,
    )


def _below(level: Level) -> Level:
    """Return the next level down; below the lowest there is none, and it is refused as the same."""
    return LEVELS[min(LEVELS.index(level) + 1, len(LEVELS) - 1)]


def _faults_of_source(new: NewHall) -> list[Fault]:
    if (new.template is None) != (new.like is None):
        return []
    return [
        Fault("template", "须选一个模板，或一个参照大厅，二者取一", "either a template or a hall to be like is needed")
    ]

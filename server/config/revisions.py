"""Who changed which settings when: the body of every change is kept, the newest first to be asked for."""

from typing import Final

import msgspec
from sqlalchemy import delete
from sqlmodel import Session, col, select

from hall.catalog import Text
from server.config.sections import CONTENT_TYPES, By, Content, UnknownRevision
from server.config.tables import SECTIONS, RevisionRow

KEPT: Final = 50
"""Revisions kept of one section of one owner: a section of 5,000 items takes 1 MB, and nobody looks back further."""


class Revision(msgspec.Struct, frozen=True):
    """One change, without its body."""

    id: int
    section: str
    version: int
    at_ms: int
    actor: str
    note: Text | None = None
    """What was done instead of a new content: the hall follows its template again."""


def record(
    session: Session,
    section: str,
    content: msgspec.Struct,
    *,
    version: int,
    by: By,
    hall: str | None = None,
    template: str | None = None,
) -> None:
    """Keep a change beside the change itself, in the same transaction; revisions beyond the limit go."""
    body = msgspec.json.encode(content).decode()
    row = RevisionRow(
        hall=hall, template=template, section=section, version=version, at_ms=by.at_ms, actor=by.actor, body=body
    )
    session.add(row)
    if version > KEPT:
        same = (col(RevisionRow.hall) == hall, col(RevisionRow.template) == template)
        session.execute(
            delete(RevisionRow).where(
                *same, col(RevisionRow.section) == section, col(RevisionRow.version) <= version - KEPT
            )
        )


def revisions_of(session: Session, hall: str, *, limit: int = KEPT) -> list[Revision]:
    """List the changes of one hall, newest first."""
    found = session.exec(
        select(RevisionRow).where(RevisionRow.hall == hall).order_by(col(RevisionRow.id).desc()).limit(limit)
    ).all()
    return [_told(row) for row in found]


def content_at(session: Session, hall: str, number: int) -> tuple[Revision, Content | None]:
    """Return one change of a hall with the section after it; None where it was no section, or only a note."""
    row = session.get(RevisionRow, number)
    if row is None or row.hall != hall:
        raise UnknownRevision(str(number))
    told = _told(row)
    section = next((one for one in SECTIONS if one == row.section), None)
    if section is None or told.note is not None:
        return told, None
    return told, msgspec.json.decode(row.body, type=CONTENT_TYPES[section])


def _told(row: RevisionRow) -> Revision:
    # No section begins as a text in two languages does.
    is_note = row.body.startswith('{"zh":')
    note = msgspec.json.decode(row.body, type=Text) if is_note else None
    return Revision(row.id or 0, row.section, row.version, row.at_ms, row.actor, note)

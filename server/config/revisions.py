"""Who changed which settings when: the body of every change is kept, the newest first to be asked for."""

from typing import Final

import msgspec
from sqlalchemy import delete
from sqlmodel import Session, col, select

from server.config.sections import By
from server.config.tables import RevisionRow

KEPT: Final = 50
"""Revisions kept of one section of one owner: a section of 5,000 items takes 1 MB, and nobody looks back further."""


class Revision(msgspec.Struct, frozen=True):
    """One change, without its body."""

    id: int
    section: str
    version: int
    at_ms: int
    actor: str


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
    return [Revision(row.id or 0, row.section, row.version, row.at_ms, row.actor) for row in found]

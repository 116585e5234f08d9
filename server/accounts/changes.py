"""What was done to accounts: kept beside the change itself, in the same transaction, the newest first to be asked for."""

from typing import Final, Literal

import msgspec
from sqlmodel import Session, col, delete, select

from server.accounts.tables import AccountChangeRow
from server.config.database import Database

KEPT: Final = 10_000
"""Changes kept: a district of 3,000 accounts has some years of them in 1 MB."""

By = tuple[str, int]
"""Who changes an account (``admin:wang``, ``command:account``), and when in milliseconds."""
What = Literal[
    "made", "changed", "enabled", "disabled", "unlinked", "password_set", "password_changed", "password_by_command"
]
"""``password_set``: by somebody else, on a page; ``password_changed``: by its owner."""


class AccountChange(msgspec.Struct, frozen=True):
    """One change of an account."""

    at_ms: int
    account: str
    actor: str
    what: What


def note(session: Session, account: str, what: What, by: By) -> None:
    """Keep a change; the oldest beyond the limit go."""
    actor, at_ms = by
    row = AccountChangeRow(at_ms=at_ms, account=account, actor=actor, what=what)
    session.add(row)
    session.flush()
    assert row.id is not None, "the row has been flushed"
    session.exec(delete(AccountChangeRow).where(col(AccountChangeRow.id) <= row.id - KEPT))


def changes_of(database: Database, limit: int) -> list[AccountChange]:
    """Return the changes of all accounts, newest first; blocks."""
    newest = select(AccountChangeRow).order_by(col(AccountChangeRow.id).desc()).limit(limit)
    with database.read() as session:
        rows = session.exec(newest)
        return [AccountChange(row.at_ms, row.account, row.actor, msgspec.convert(row.what, What)) for row in rows]

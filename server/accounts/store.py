"""Reads and writes accounts, sessions and devices. Every function here blocks: call it in a thread."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Select, Update, bindparam, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, delete, select

from hall.ids import CODE_PATTERN
from server.accounts.changes import AccountChange, By, What, changes_of, note
from server.accounts.provider import Person
from server.accounts.tables import AccountRow, DeviceRow, RevealRow, SessionRow
from server.config.database import ConfigTable, Database

NO_PASSWORD: Final = ""
"""No password has this hash: the account signs in at its provider only."""

BY_PROVIDER: Final = "command:provider"
"""Who makes and changes the accounts of people who sign in elsewhere."""
AT_THE_START: Final = "command:start"
"""Who makes the accounts that a data folder begins with."""
_NAME: Final = re.compile(CODE_PATTERN)
NAMED: Final = 500
"""Most tokens that a question names."""


class Account(msgspec.Struct, frozen=True):
    """A person who signs in."""

    account: str
    name: str
    role: str
    halls: tuple[str, ...]
    disabled: bool = False
    linked: bool = False
    """Signs in at the identity provider."""
    has_password: bool = True
    temporary: bool = False
    """Somebody else chose the password."""


class Device(msgspec.Struct, frozen=True):
    """A kiosk, board or strip of a hall."""

    id: str
    hall: str
    name: str
    kind: str
    area: str = ""
    window: str = ""
    revoked: bool = False
    last_seen_ms: int = 0


class DeviceRights(msgspec.Struct, frozen=True):
    """What a device may do follows from this."""

    id: str
    hall: str
    kind: str
    window: str


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account to be made; the password is hashed already."""

    account: str
    name: str
    role: str
    halls: tuple[str, ...]
    password_hash: str
    subject: str = ""


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """What an account is to become; without a hash its password stays, and so do its sessions."""

    name: str
    role: str
    halls: tuple[str, ...]
    password_hash: str | None = None
    is_enabled: bool = False
    is_unlinked: bool = False


class Signed(msgspec.Struct, frozen=True):
    """A session: whose, until when at most, and when it was used last as far as is written down (0: never)."""

    account: Account
    expires_ms: int
    seen_ms: int


class Reveal(msgspec.Struct, frozen=True):
    """One look of somebody on the staff at contact data; ``what`` names the fields, never their values."""

    at_ms: int
    hall: str
    actor: str
    subject: str
    what: str
    reason: str


class AccountStore:
    """The three tables, behind plain records."""

    def __init__(self, database: Database) -> None:
        """Use the settings database."""
        self._database = database

    def is_empty(self) -> bool:
        """Tell whether nobody can sign in yet."""
        with self._database.read() as session:
            return session.exec(select(AccountRow.account).limit(1)).first() is None

    def accounts(self) -> list[Account]:
        """Return all accounts by name."""
        with self._database.read() as session:
            return [_account(row) for row in session.exec(select(AccountRow).order_by(AccountRow.account))]

    def find(self, account: str) -> tuple[Account, str] | None:
        """Return an account with its password hash; what can be no account's name is not looked for."""
        if not _NAME.fullmatch(account):
            return None
        with self._database.read() as session:
            row = session.get(AccountRow, account)
            return None if row is None else (_account(row), row.password_hash)

    def add_accounts(
        self, news: list[NewAccount], *, now_ms: int, replace: bool = False, actor: str = AT_THE_START
    ) -> bool:
        """Add all of them, or none if one exists already; ``replace`` overwrites instead."""
        with self._database.write() as session:
            if not replace and any(session.get(AccountRow, new.account) for new in news):
                return False
            for new in news:
                values = msgspec.structs.asdict(new) | {"halls": ",".join(new.halls)}
                session.merge(AccountRow(**values, created_ms=now_ms))
                note(session, new.account, "made", (actor, now_ms))
            return True

    def set_password(
        self,
        account: str,
        password_hash: str,
        *,
        by: By,
        what: What,
        is_temporary: bool = False,
        proved: str | None = None,
        keeps: str = "",
    ) -> int | None:
        """Replace a password, end all sessions but the one that ``keeps`` names, and return how many ended.

        None if the account has no password to replace, or not the one that was ``proved`` any more.
        """
        with self._database.write() as session:
            row = session.get(AccountRow, account)
            if row is None or row.password_hash == NO_PASSWORD or proved not in (None, row.password_hash):
                return None
            row.password_hash, row.temporary = password_hash, is_temporary
            session.add(row)
            note(session, account, what, by)
            return _end_sessions(session, account, keeps=keeps)

    def amend(self, account: str, wanted: Amendment, *, by: By) -> Account:
        """Change an account that is there, write down what was changed, and return it."""
        with self._database.write() as session:
            row = session.get_one(AccountRow, account)
            before, now = (row.name, row.role, row.halls), (wanted.name, wanted.role, ",".join(wanted.halls))
            row.name, row.role, row.halls = now
            done: dict[What, bool] = {
                "password_by_command": wanted.password_hash is not None,
                "changed": before != now,
                "enabled": wanted.is_enabled and row.disabled,
                "unlinked": wanted.is_unlinked and row.subject != "",
            }
            if wanted.password_hash is not None:
                row.password_hash, row.temporary = wanted.password_hash, False
                _end_sessions(session, account)
            row.disabled = row.disabled and not wanted.is_enabled
            row.subject = "" if wanted.is_unlinked else row.subject
            session.add(row)
            for what in (one for one, is_done in done.items() if is_done):
                note(session, account, what, by)
            return _account(row)

    def provide(self, person: Person, *, now_ms: int) -> Account | None:
        """Make the account of a person whom a provider vouches for, or bring it up to date; None if the name is taken."""
        with self._database.write() as session:
            row = session.exec(select(AccountRow).where(AccountRow.subject == person.subject)).first()
            if row is None:
                if session.get(AccountRow, person.account) is not None:
                    return None
                row = AccountRow(
                    account=person.account, name="", role="", password_hash=NO_PASSWORD, subject=person.subject,
                    created_ms=now_ms,
                )  # fmt: skip
                note(session, person.account, "made", (BY_PROVIDER, now_ms))
            before, now = (row.name, row.role, row.halls), (person.name, person.role, ",".join(person.halls))
            if before[1] and before != now:
                note(session, row.account, "changed", (BY_PROVIDER, now_ms))
            row.name, row.role, row.halls = now
            session.add(row)
            return _account(row)

    def disable(self, account: str, *, disabled: bool, by: By) -> bool:
        """Let an account sign in no more, and end its sessions; or let it again. False if there is none."""
        with self._database.write() as session:
            row = session.get(AccountRow, account)
            if row is None:
                return False
            if row.disabled != disabled:
                note(session, account, "disabled" if disabled else "enabled", by)
            row.disabled = disabled
            session.add(row)
            if disabled:
                _end_sessions(session, account)
            return True

    def add_session(
        self, token_hash: str, account: str, *, expires_ms: int, now_ms: int, proved: str | None = None
    ) -> bool:
        """Remember a sign-in, and forget those that have ended.

        False if the account was disabled meanwhile, or has another password than the one that was ``proved``.
        """
        with self._database.write() as session:
            row = session.get(AccountRow, account)
            if row is None or row.disabled or proved not in (None, row.password_hash):
                return False
            session.exec(delete(SessionRow).where(col(SessionRow.expires_ms) <= now_ms))
            session.add(SessionRow(token_hash=token_hash, account=account, expires_ms=expires_ms, seen_ms=now_ms))
            return True

    def end_session(self, token_hash: str) -> None:
        """Forget a sign-in."""
        with self._database.write() as session:
            session.exec(delete(SessionRow).where(col(SessionRow.token_hash) == token_hash))

    def session(self, token_hash: str) -> Signed | None:
        """Return who signed in, and until when."""
        with self._database.read() as session:
            row = session.get(SessionRow, token_hash)
            account = session.get(AccountRow, row.account) if row else None
            return None if row is None or account is None else Signed(_account(account), row.expires_ms, row.seen_ms)

    def sessions_of(self, tokens: Collection[str]) -> dict[str, Signed]:
        """Return those of these tokens that are sessions of accounts that may sign in."""
        found = {}
        for token, expires_ms, seen_ms, *account in self._among(_SESSIONS, tokens):
            found[token] = Signed(_account_of(*account), expires_ms, seen_ms)
        return found

    def saw_sessions(self, seen: dict[str, int]) -> None:
        """Note when sessions were last used."""
        self._saw(_SAW_SESSION, seen)

    def devices_of(self, tokens: Collection[str]) -> dict[str, DeviceRights]:
        """Return those of these tokens that are devices which are not revoked."""
        return {token: DeviceRights(*device) for token, *device in self._among(_DEVICES, tokens)}

    def _among(self, query: Select[Any], tokens: Collection[str]) -> Iterator[Sequence[Any]]:
        """Yield the rows of these tokens, the query's first column; of many all rows are read, which costs less than naming them.

        Plain columns: a district has thousands of screens, objects of the tables cost ten times as much, and this is asked
        once a second.
        """
        wanted = frozenset(tokens)
        if len(wanted) <= NAMED:
            query = query.where(query.selected_columns[0].in_(wanted))
        with self._database.read() as session:
            rows = session.connection().execute(query).fetchall()
        return (row for row in rows if row[0] in wanted)

    def devices(self, hall: str | None = None) -> list[Device]:
        """Return the devices of a hall, or all, by name."""
        query = _WHOLE_DEVICES if hall is None else _WHOLE_DEVICES.where(_D.hall == hall)
        with self._database.read() as session:
            return [Device(*row) for row in session.connection().execute(query)]

    def add_device(self, device: Device, token_hash: str, *, now_ms: int) -> None:
        """Add a device, or replace the one of the same id."""
        with self._database.write() as session:
            values = msgspec.structs.asdict(device)
            values["device"] = values.pop("id")
            session.merge(DeviceRow(**values, token_hash=token_hash, created_ms=now_ms))

    def device_of_token(self, token_hash: str) -> Device | None:
        """Return the device that holds a token, revoked or not."""
        with self._database.read() as session:
            row = session.exec(select(DeviceRow).where(DeviceRow.token_hash == token_hash)).first()
            return None if row is None else _device(row)

    def revoke_device(self, hall: str, device: str) -> Device | None:
        """Withdraw a device's token for good; None if the hall has no such device."""
        with self._database.write() as session:
            row = session.get(DeviceRow, device)
            if row is None or row.hall != hall:
                return None
            row.revoked = True
            session.add(row)
            return _device(row)

    def note_reveal(self, reveal: Reveal) -> None:
        """Write a look down, durably."""
        with self._database.write() as session:
            session.add(RevealRow(**msgspec.structs.asdict(reveal)))

    def reveals(self, hall: str, limit: int) -> list[Reveal]:
        """Return the looks in a hall, newest first."""
        query = select(RevealRow).where(RevealRow.hall == hall).order_by(col(RevealRow.id).desc()).limit(limit)
        with self._database.read() as session:
            return [
                Reveal(row.at_ms, row.hall, row.actor, row.subject, row.what, row.reason) for row in session.exec(query)
            ]

    def changes(self, limit: int) -> list[AccountChange]:
        """Return what was done to accounts, newest first."""
        return changes_of(self._database, limit)

    def saw_devices(self, seen: dict[str, int]) -> None:
        """Note when devices were last heard of."""
        self._saw(_SAW_DEVICE, seen)

    def _saw(self, statement: Update, seen: dict[str, int]) -> None:
        if seen:
            with self._database.write() as session:
                session.connection().execute(statement, [{"of": name, "at": at_ms} for name, at_ms in seen.items()])


_D, _S, _A = (ConfigTable.metadata.tables[name].c for name in ("devices", "sessions", "accounts"))
_DEVICES: Final = columns(_D.token_hash, _D.device, _D.hall, _D.kind, _D.window).where(_D.revoked.is_(False))
_WHOLE_DEVICES: Final = columns(*(_D[name] for name in ("device", *Device.__struct_fields__[1:]))).order_by(_D.device)
_SESSIONS: Final = (
    columns(
        _S.token_hash,
        _S.expires_ms,
        _S.seen_ms,
        _A.account,
        _A.name,
        _A.role,
        _A.halls,
        _A.disabled,
        _A.subject,
        _A.password_hash,
        _A.temporary,
    )
    .where(_S.account == _A.account)
    .where(_A.disabled.is_(False))
)
_SAW_SESSION: Final = update(SessionRow).where(_S.token_hash == bindparam("of")).values(seen_ms=bindparam("at"))
_SAW_DEVICE: Final = update(DeviceRow).where(_D.device == bindparam("of")).values(last_seen_ms=bindparam("at"))


def _account(row: AccountRow) -> Account:
    return _account_of(
        row.account, row.name, row.role, row.halls, row.disabled, row.subject, row.password_hash, row.temporary
    )


def _account_of(
    account: str, name: str, role: str, halls: str, disabled: bool, subject: str, password_hash: str, temporary: bool
) -> Account:
    scope = tuple([one for one in halls.split(",") if one])
    return Account(account, name, role, scope, disabled, subject != "", password_hash != NO_PASSWORD, temporary)


def _end_sessions(session: Session, account: str, *, keeps: str = "") -> int:
    """End the sessions of an account, but the one of this token, and return how many there were."""
    others = delete(SessionRow).where(col(SessionRow.account) == account, col(SessionRow.token_hash) != keeps)
    return int(session.exec(others).rowcount)


def _device(row: DeviceRow) -> Device:
    return Device(row.device, row.hall, row.name, row.kind, row.area, row.window, row.revoked, row.last_seen_ms)

"""`onewindow account`: make an account in a data folder or database, or change of one what is asked for, and say what was done."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from hall.ids import CODE_PATTERN
from server.accounts.first import SHORTEST, is_weak
from server.accounts.passwords import Passwords
from server.accounts.provider import HALL_SCOPE
from server.accounts.store import Account, AccountStore, Amendment, NewAccount
from server.config.database import Database
from server.migrations.upgrade import upgrade

ACTOR: Final = "command:account"
NEEDED: Final = "{} 需要密码，否则无法登录 / needs a password: there would be no way to sign in"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to become of an account; what is empty stays as it is."""

    name: str = ""
    role: str = ""
    halls: str = ""
    """Codes separated by commas."""
    is_enabled: bool = False
    is_unlinked: bool = False
    keeps_password: bool = False


def checked(account: str, wanted: Wanted) -> tuple[str, ...]:
    """Return the halls that are wanted; raise ValueError for a name or a hall that cannot be."""
    if not re.fullmatch(CODE_PATTERN, account):
        raise ValueError(
            "账号名为 1 至 40 个字母、数字、点、短横或下划线 / "
            "an account's name is 1 to 40 letters, digits, dots, dashes or underscores"
        )
    return _halls(wanted.halls)


def settle(place: Path | str, account: str, wanted: Wanted, *, ask: Callable[[], str]) -> list[str]:
    """Make or change an account and return what was done, in lines; ``ask`` is asked for the password.

    A new account is an administrator of every hall unless told otherwise. Raises ValueError for what cannot be.
    """
    halls = checked(account, wanted)
    password_hash = None if wanted.keeps_password else _hash(ask())
    if isinstance(place, Path):
        place.mkdir(parents=True, exist_ok=True)
    database = Database(place)
    try:
        upgrade(database)
        return _settled(AccountStore(database), account, wanted, halls=halls, password_hash=password_hash)
    finally:
        database.close()


def _settled(
    store: AccountStore, account: str, wanted: Wanted, *, halls: tuple[str, ...], password_hash: str | None
) -> list[str]:
    at_ms = time.time_ns() // 1_000_000
    found = store.find(account)
    if found is None:
        if password_hash is None:
            raise ValueError(NEEDED.format(account))
        new = NewAccount(
            account=account, name=wanted.name or account, role=wanted.role or "admin", halls=halls or ("*",),
            password_hash=password_hash,
        )  # fmt: skip
        store.add_accounts([new], now_ms=at_ms, actor=ACTOR)
        done = ["made"]
    else:
        before = found[0]
        if wanted.is_unlinked and password_hash is None and not before.has_password:
            raise ValueError(NEEDED.format(account))
        amendment = Amendment(
            name=wanted.name or before.name, role=wanted.role or before.role, halls=halls or before.halls,
            password_hash=password_hash, is_enabled=wanted.is_enabled, is_unlinked=wanted.is_unlinked,
        )  # fmt: skip
        done = list(_done(before, store.amend(account, amendment, by=(ACTOR, at_ms)), amendment))
    now = store.find(account)
    assert now is not None, "it was there a moment ago"
    return [
        f"{account} ({now[0].role}, halls {', '.join(now[0].halls)}): {', '.join(done) or 'nothing changed'}",
        _way_in(now[0]),
    ]


def _done(before: Account, now: Account, amendment: Amendment) -> Iterator[str]:
    if amendment.password_hash is not None:
        yield "new password"
    if before.name != now.name:
        yield f"name {before.name} → {now.name}"
    if before.role != now.role:
        yield f"role {before.role} → {now.role}"
    if before.halls != now.halls:
        yield f"halls {', '.join(before.halls)} → {', '.join(now.halls)}"
    if before.disabled and not now.disabled:
        yield "enabled"
    if before.linked and not now.linked:
        yield "no longer bound to the identity provider"


def _way_in(one: Account) -> str:
    if one.disabled:
        return f"{one.account} is disabled and cannot sign in: --enable lets it"
    if not one.linked:
        return f"{one.account} can sign in"
    if one.has_password:
        return f"{one.account} can sign in, also at the identity provider: --unlink ends that"
    return f"{one.account} signs in at the identity provider"


def _halls(written: str) -> tuple[str, ...]:
    halls: Sequence[str] = [one.strip() for one in written.split(",")] if written else ()
    for one in halls:
        if not HALL_SCOPE.fullmatch(one):
            raise ValueError(f"{one!r} 不是大厅代码 / is no hall's code; a trailing * covers all that begin so")
    return tuple(halls)


def _hash(password: str) -> str:
    if is_weak(password):
        raise ValueError(
            f"密码至少 {SHORTEST} 个字符，且不能全为空格 / "
            f"a password has at least {SHORTEST} characters, not all of them blanks"
        )
    return Passwords().hash_now(password)

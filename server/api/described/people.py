"""What is answered to operators and about people who sign in (protocol, sections 2 and 4)."""

import msgspec

from hall.ids import Ms
from server.accounts.changes import AccountChange
from server.accounts.store import Account, Reveal
from server.api.described.shown import Texts


class StorageHealth(msgspec.Struct, frozen=True):
    """Whether the log can be written."""

    ok: bool
    backend: str
    reason: str


class PartHealth(msgspec.Struct, frozen=True):
    """Whether a part works."""

    ok: bool
    backend: str


class Health(msgspec.Struct, frozen=True):
    """Whether this server lives and is ready for work."""

    live: bool
    ready: bool
    reason: str
    ledger: StorageHealth
    bus: PartHealth
    rates: PartHealth
    halls: int
    halls_shut: dict[str, str]
    halls_stopped: list[str]
    links_waiting: int
    version: str


class Person(msgspec.Struct, frozen=True):
    """Who is signed in; of a device, its name."""

    account: str
    name: str
    role: str
    halls: list[str]
    has_password: bool
    """There is a password here to change; who signs in at a provider only has none."""
    temporary: bool
    """Somebody else chose the password: nothing is allowed but to choose another."""


class SignedIn(msgspec.Struct, frozen=True):
    """A session: its token for programs, and whose it is."""

    token: str
    account: str
    name: str
    role: str
    halls: list[str]
    has_password: bool
    temporary: bool
    expires_ms: Ms


class SignInElsewhere(msgspec.Struct, frozen=True):
    """Whether people may sign in at an identity provider, and what it is called."""

    enabled: bool
    name: Texts | None


class Accounts(msgspec.Struct, frozen=True):
    """All accounts."""

    accounts: list[Account]


class StaffNamed(msgspec.Struct, frozen=True):
    """Somebody who works in the hall."""

    account: str
    name: str


class Staff(msgspec.Struct, frozen=True):
    """Everybody who works in the hall."""

    staff: list[StaffNamed]


class AccountMade(msgspec.Struct, frozen=True):
    """An account that was made."""

    account: str


class AccountSwitched(msgspec.Struct, frozen=True):
    """An account that may sign in, or not any more."""

    account: str
    disabled: bool


class PasswordSet(msgspec.Struct, frozen=True):
    """An account with a temporary password, which is told this once if the server made it."""

    account: str
    password: str | None
    sessions_ended: int


class PasswordChanged(msgspec.Struct, frozen=True):
    """An account whose owner changed the password, and how many other sessions it ended."""

    account: str
    sessions_ended: int


class AccountChanges(msgspec.Struct, frozen=True):
    """Who did what to which account, newest first."""

    changes: list[AccountChange]


class Reveals(msgspec.Struct, frozen=True):
    """Who was shown whose contact data, newest first."""

    reveals: list[Reveal]


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing but that it was done."""

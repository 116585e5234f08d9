"""Accounts and their changes, sessions, devices and reveals, in the settings database. Passwords and tokens are kept as hashes only."""

from sqlalchemy import BigInteger, false, text
from sqlmodel import Field

from server.config.database import ConfigTable


class AccountRow(ConfigTable, table=True):
    """A person who signs in.

    `halls` are codes separated by commas, a trailing `*` covers every hall that begins so.

    `subject` is the provider and its name for the person where somebody signs in elsewhere, else empty.
    """

    __tablename__ = "accounts"

    account: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=80)
    role: str = Field(max_length=16)
    halls: str = Field(default="", max_length=2000)
    password_hash: str = Field(max_length=200)
    subject: str = Field(default="", index=True, max_length=400, sa_column_kwargs={"server_default": text("''")})
    disabled: bool = False
    temporary: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Somebody else chose the password: its owner must choose another before anything else."""
    created_ms: int = Field(sa_type=BigInteger)


class SessionRow(ConfigTable, table=True):
    """One signed-in browser or program, under the SHA-256 of its token."""

    __tablename__ = "sessions"

    token_hash: str = Field(primary_key=True, max_length=64)
    account: str = Field(foreign_key="accounts.account", index=True, max_length=40)
    expires_ms: int = Field(sa_type=BigInteger)
    seen_ms: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class DeviceRow(ConfigTable, table=True):
    """A kiosk, board or strip of one hall, under the SHA-256 of its token."""

    __tablename__ = "devices"

    device: str = Field(primary_key=True, max_length=40)
    token_hash: str = Field(unique=True, max_length=64)
    hall: str = Field(index=True, max_length=40)
    name: str = Field(max_length=80)
    kind: str = Field(max_length=16)
    area: str = Field(default="", max_length=40)
    window: str = Field(default="", max_length=40)
    revoked: bool = False
    created_ms: int = Field(sa_type=BigInteger)
    last_seen_ms: int = Field(default=0, sa_type=BigInteger)


class RevealRow(ConfigTable, table=True):
    """One look of somebody on the staff at contact data: who, when, of which booking, why. Never what was shown."""

    __tablename__ = "reveals"

    id: int | None = Field(default=None, primary_key=True)
    at_ms: int = Field(sa_type=BigInteger)
    hall: str = Field(index=True, max_length=40)
    actor: str = Field(max_length=60)
    subject: str = Field(max_length=40)
    what: str = Field(max_length=40)
    reason: str = Field(max_length=200)


class AccountChangeRow(ConfigTable, table=True):
    """What was done to an account: who, when, what. Never a password, nor its hash."""

    __tablename__ = "account_change"

    id: int | None = Field(default=None, primary_key=True)
    at_ms: int = Field(sa_type=BigInteger)
    account: str = Field(max_length=40)
    actor: str = Field(max_length=120)
    what: str = Field(max_length=20)

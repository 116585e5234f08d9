"""`oidc.toml` of a data folder: the identity provider whose people may sign in, and what its claims mean here.

BadProvider    the file says something that cannot be meant; the message names the place in it
"""

import hashlib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from hall.ids import CODE_PATTERN
from server.accounts.authorise import ACCOUNT_ROLES, AccountRole

FILE_NAME: Final = "oidc.toml"
FROM_ENVIRONMENT: Final = "env:"
"""``client_secret = "env:OIDC_SECRET"``: the value stands in that environment variable, not in the file."""
LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
SCOPE: Final = re.compile(CODE_PATTERN)
HALL_SCOPE: Final = re.compile(r"\*|[A-Za-z0-9][A-Za-z0-9._-]{0,38}\*?")
HALLS_LIMIT: Final = 100
"""As many as an account may name."""
VALUES_LIMIT: Final = 1_000
"""More values in one claim than a directory gives a person groups are not looked through."""
NAME_CHARS: Final = 80
EVERY_HALL_ROLES: Final = frozenset({"admin", "auditor"})
"""Roles that cover all halls where the provider names none; all others need halls."""


class BadProvider(Exception):
    """The file of the identity provider cannot be used."""


class ButtonName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the provider is called on the sign-in page."""

    zh: str = "统一身份认证登录"
    en: str = "Sign in with your organisation"


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the file says. Claims may lie inside others: ``realm_access.roles``."""

    issuer: str
    client_id: str
    redirect: str
    """Our own address at which the provider ends: ``https://hall.example/api/oidc/callback``."""
    client_secret: str = ""
    """Empty for a public client; the exchange is protected by PKCE in both cases."""
    scopes: tuple[str, ...] = ("openid", "profile")
    name: ButtonName = ButtonName()
    account_claim: str = "preferred_username"
    name_claim: str = "name"
    role_claim: str = "roles"
    halls_claim: str = "halls"
    roles: dict[str, str] = {}
    """Value of the claim → role; where several fit, the first of the file counts."""
    halls: dict[str, tuple[str, ...]] = {}
    """Value of the claim → halls; without any entry the values themselves are the codes of halls."""


class Person(msgspec.Struct, frozen=True):
    """Somebody whom the provider vouches for, as an account of ours."""

    subject: str
    account: str
    name: str
    role: AccountRole
    halls: tuple[str, ...]


def load_provider(path: Path) -> Provider | None:
    """Read the file; without one nobody signs in elsewhere. Raises :class:`BadProvider`."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadProvider(f"{path.name} 无法读取 / cannot be read: {error}") from error
    try:
        return provider_of(raw)
    except BadProvider as error:
        raise BadProvider(f"{path.name}: {error}") from error


def provider_of(raw: Mapping[str, Any]) -> Provider:
    """Return what a parsed file says; raises :class:`BadProvider`."""
    try:
        provider = msgspec.convert(raw, Provider)
    except msgspec.ValidationError as error:
        raise BadProvider(f"内容有误 / its content cannot be used: {error}") from error
    for field in ("issuer", "redirect"):
        if not is_safe_address(getattr(provider, field)):
            raise BadProvider(f"{field} 应为 https 地址 / is an https address - at `$.{field}`")
    if "openid" not in provider.scopes or not all(SCOPE.fullmatch(one) for one in provider.scopes):
        raise BadProvider("scopes 是单词，其中须有 openid / scopes are words, `openid` among them - at `$.scopes`")
    if not provider.roles:
        raise BadProvider("至少一个值须对应一种角色 / at least one value must mean a role - at `$.roles`")
    for value, role in provider.roles.items():
        if role not in ACCOUNT_ROLES:
            raise BadProvider(
                f"{role!r} 不是角色 / is no role; there are {', '.join(ACCOUNT_ROLES)} - at `$.roles.{value}`"
            )
    for value, halls in provider.halls.items():
        if not halls or not all(HALL_SCOPE.fullmatch(one) for one in halls):
            raise BadProvider(f"大厅写成代码、* 或代码加 * / halls are codes, `*` or `code*` - at `$.halls.{value}`")
    return msgspec.structs.replace(provider, client_secret=_secret(provider.client_secret))


def is_safe_address(address: str) -> bool:
    """Tell whether an address is https, or http on this computer."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOCAL_HOSTS))


def person_of(provider: Provider, claims: Mapping[str, Any]) -> Person | None:
    """Return whom the claims describe, or None where they give no role, or a role without a hall."""
    subject = f"{provider.issuer}|{claims['sub']}"[:400]
    values = _texts(_claim(claims, provider.role_claim))
    role = next((role for value, role in provider.roles.items() if value in values), None)
    if role is None:
        return None
    halls = _halls(provider, claims) or (("*",) if role in EVERY_HALL_ROLES else ())
    if not halls:
        return None
    wanted = _first(_claim(claims, provider.account_claim))
    account = (
        wanted if re.fullmatch(CODE_PATTERN, wanted) else f"oidc-{hashlib.sha256(subject.encode()).hexdigest()[:16]}"
    )
    shown = "".join(one for one in _first(_claim(claims, provider.name_claim)) if one.isprintable())
    return Person(subject, account, shown[:NAME_CHARS] or account, msgspec.convert(role, AccountRole), halls)


def _halls(provider: Provider, claims: Mapping[str, Any]) -> tuple[str, ...]:
    values = _texts(_claim(claims, provider.halls_claim))
    if provider.halls:
        found = [hall for value in values for hall in provider.halls.get(value, ())]
    else:
        # Never a star from outside: the file alone may say that somebody covers more than one hall at once.
        found = [value for value in values if re.fullmatch(CODE_PATTERN, value)]
    return tuple(dict.fromkeys(found))[:HALLS_LIMIT]


def _claim(claims: Mapping[str, Any], path: str) -> object:
    if path in claims:
        return claims[path]
    found: object = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return value.split()
    return [one for one in value[:VALUES_LIMIT] if isinstance(one, str)] if isinstance(value, list) else []


def _first(value: object) -> str:
    return value if isinstance(value, str) else ""


def _secret(said: str) -> str:
    if not said.startswith(FROM_ENVIRONMENT):
        return said
    name = said.removeprefix(FROM_ENVIRONMENT)
    if name not in os.environ:
        raise BadProvider(f"没有设置环境变量 / the environment variable {name} is not set - at `$.client_secret`")
    return os.environ[name]

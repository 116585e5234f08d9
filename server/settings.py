"""What one server process is told at its start. Every limit of the edge stands here, with its reason."""

import os
import re
from pathlib import Path
from typing import Final

import msgspec

YES: Final = frozenset({"1", "true", "yes", "on"})
NO: Final = frozenset({"0", "false", "no", "off", ""})
PREFIX: Final = "ONEWINDOW_"
"""Environment variables are this and a field's name in capitals: ``ONEWINDOW_SOCKETS_TOTAL=8000``."""


class Limits(msgspec.Struct, frozen=True):
    """Caps of the edge; a hall behind one router is one address, so the per-address ones fit 500 devices."""

    body_bytes: int = 64 * 1024
    """The longest ordinary request stays below 20 KB."""
    import_bytes: int = 5 * 1024 * 1024
    """A workbook with 2,000 items measures 0.3 MB."""
    settings_bytes: int = 2 * 1024 * 1024
    """A section with 5,000 items measures 1.2 MB."""
    large_total: int = 8
    """Requests under way whose body may be larger than an ordinary one: they bound the memory for bodies to 40 MB."""
    body_ms: int = 10_000
    """A body that takes longer than this is given up (408)."""
    slow_body_ms: int = 1_000
    """From here on a body counts as slow."""
    slow_per_address: int = 64
    slow_total: int = 256
    headers_ms: int = 10_000
    """A connection that has not finished a request's head by then is cut."""
    requests_per_address: int = 256
    """Requests under way at once; beyond: 429."""
    requests_total: int = 2_048
    connections_per_address: int = 8_192
    """Open TCP connections; beyond: cut at once."""
    connections_total: int = 16_384
    sockets_per_address: int = 4_096
    """Open live feeds; beyond: 429 before they are accepted."""
    sockets_total: int = 8_192
    screens_per_ticket: int = 32
    """Open live feeds of one ticket; beyond: 429. A family looks on, and whoever holds the secret cannot make each heartbeat
    of one view the work of thousands."""
    frame_bytes: int = 64 * 1024
    logins_per_minute: int = 10
    """Failed attempts of one account, and three times as many of one address."""
    changes_per_address: int = 6_000
    """Changes in a minute of people without a token; a hall's citizens, and many phones outside, share one address."""
    changes_per_device: int = 3_000
    """Changes in a minute of one kiosk, which needs a second for each; a stolen token does not fill the log."""
    changes_per_account: int = 3_000
    changes_per_person: int = 60
    """Numbers, bookings and places on the waitlist in a minute for one ID or phone number."""
    guesses_per_address: int = 60
    """Wrong secrets and check-in codes in a minute; then right ones have to wait as well."""
    session_ms: int = 12 * 3_600_000
    """A session ends after a long working day; halls with extended hours close after 11 to 12 hours."""
    session_idle_ms: int = 2 * 3_600_000
    """A session ends when it was not used for so long; an open live feed is use, a closed browser is not."""


UNHURRIED: Final = Limits(
    changes_per_address=10**9,
    changes_per_device=10**9,
    changes_per_account=10**9,
    changes_per_person=10**9,
    guesses_per_address=10**9,
)
"""For a day that runs sixty times as fast, with all its people on one computer."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the data lie, where the server listens, and who may look."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    public_screens: bool = False
    """Boards and strips open without a device token (the demo, or a hall that trusts its network)."""
    secure_cookie: bool = False
    """The cookie only over https; for a server behind a proxy that ends TLS."""
    proxies: tuple[str, ...] = ()
    """Addresses whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed."""
    origins: tuple[str, ...] = ()
    """Foreign origins (``https://host``) whose pages may open live feeds and change things."""
    log_json: bool = False
    database_url: str = ""
    """``postgresql://user:password@host:port/database`` for several nodes; empty: files of the data folder, one node."""
    redis_url: str = ""
    """``redis://host:port/0``, through which nodes tell each other that logs have grown; empty: they only look."""
    messages: Path | None = None
    """The file of messages; without it, ``messages.toml`` of the data folder."""
    oidc: Path | None = None
    """The file of the identity provider; without it, ``oidc.toml`` of the data folder, if there is one."""
    limits: Limits = Limits()


class BadVariable(Exception):
    """An environment variable does not hold what it should."""

    def __init__(self, field: str, value: str, *, wanted: tuple[str, str]) -> None:
        """Name the variable and what it may hold."""
        zh, en = wanted
        shown = value[:60]
        super().__init__(f"{PREFIX}{field.upper()} 的值是 {shown!r}，应为{zh} / is {shown!r}; it must be {en}")


def from_environment(settings: Settings) -> Settings:
    """Return ``settings`` with every field that an environment variable names replaced by it; raise BadVariable."""
    limits = {name: _limit(name, value) for name, value in _named(Limits.__struct_fields__)}
    changes: dict[str, object] = {}
    if limits:
        changes["limits"] = msgspec.structs.replace(settings.limits, **limits)
    for name, value in _named(("public_screens", "secure_cookie", "log_json")):
        changes[name] = _switch(name, value)
    for name, value in _named(("origins", "proxies")):
        changes[name] = tuple(one.strip() for one in value.split(",") if one.strip())
    for name, value in _named(("messages", "oidc")):
        changes[name] = Path(value) if value else None
    return msgspec.structs.replace(settings, **changes)


def _limit(name: str, value: str) -> int:
    if re.fullmatch(r"[0-9]{1,12}", value.strip()) is None or int(value) == 0:
        raise BadVariable(name, value, wanted=("从 1 起的整数", "a whole number from 1 on"))
    return int(value)


def _switch(name: str, value: str) -> bool:
    if (said := value.strip().lower()) not in YES | NO:
        raise BadVariable(name, value, wanted=(" 1 或 0", "1 or 0"))
    return said in YES


def _named(fields: tuple[str, ...]) -> list[tuple[str, str]]:
    found = ((name, os.environ.get(PREFIX + name.upper())) for name in fields)
    return [(name, value) for name, value in found if value is not None]

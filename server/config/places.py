"""Where each store of the server is: a file of the data folder, or a schema of one PostgreSQL database for all nodes."""

from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

DRIVER: Final = "postgresql+psycopg"
CONNECT_SECONDS: Final = 3
"""How long connecting may take; on a local network it takes milliseconds."""
LOCK_MS: Final = 15_000
"""How long a writer waits for the one before it, as with a file."""
FROZEN_MS: Final = 30_000
"""A node that stopped in the middle of a change loses it after this."""


def is_address(place: object) -> bool:
    """Say whether a store is in PostgreSQL."""
    return isinstance(place, str) and place.startswith("postgresql")


def is_readable(address: str) -> bool:
    """Say whether an address can be taken apart; why not is not said, since it would repeat parts of it."""
    try:
        make_url(address)
    except (ArgumentError, ValueError):
        return False
    return True


def place_of(data: Path, database_url: str, store: str) -> Path | str:
    """Return the folder, or the address of a store's schema: ``config``, ``contacts``, ``outbox``, ``reports``."""
    return sync_address(database_url, store) if database_url else data


def sync_address(database_url: str, schema: str) -> str:
    """Return the address of a schema for SQLAlchemy's synchronous engine."""
    settings = {"search_path": schema, "lock_timeout": LOCK_MS, "idle_in_transaction_session_timeout": FROZEN_MS}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    url = make_url(database_url).set(drivername=DRIVER)
    url = url.update_query_dict(
        {"options": options, "connect_timeout": str(CONNECT_SECONDS), "application_name": "onewindow"}
    )
    return url.render_as_string(hide_password=False)


def schema_of(address: str) -> str:
    """Return the schema that an address of :func:`sync_address` names."""
    options = make_url(address).query.get("options", "")
    assert isinstance(options, str), "an address names its options once"
    return next(word.partition("=")[2] for word in options.split() if word.startswith("search_path="))

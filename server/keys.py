"""What is derived from the server's key: secrets of tickets and pseudonyms of persons. And ids of tickets, from chance.

A ticket's secret is never stored: it is computed from the key whenever it is compared. Losing the key file makes every
open link of the day invalid and people unrecognisable across days; leaking it opens tickets. So it lies beside the
data, readable for the server's user only, and belongs into backups.
"""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from hall.ids import TicketId

FILE_NAME: Final = "server.key"
KEY_BYTES: Final = 32
SECRET_BYTES: Final = 16
"""128 bits: guessing is hopeless, and the QR code of the slip stays small."""
PSEUDONYM_BYTES: Final = 16
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without I, L, O, U: can be read aloud and typed."""
RANDOM_CHARS: Final = 10
"""50 bits beside the date: two equal ids in a district's day have a chance of 1 in 10⁶ years, and would be refused."""


class ServerKey:
    """One secret key, for all halls of a data folder."""

    def __init__(self, key: bytes) -> None:
        """Use these bytes."""
        assert len(key) == KEY_BYTES, len(key)
        self._key = key

    def ticket_secret(self, hall: str, date: str, ticket: TicketId) -> str:
        """Return the secret of a ticket: 22 characters that fit into an address."""
        return _base64(self._derive(b"ticket", f"{hall}/{date}/{ticket}")[:SECRET_BYTES])

    def opens(self, secret: str, *, hall: str, date: str, ticket: TicketId) -> bool:
        """Compare a secret, in a time that does not depend on how much of it is right."""
        expected = self.ticket_secret(hall, date, ticket)
        return hmac.compare_digest(secret.encode("utf-8", "replace"), expected.encode())

    def pseudonym(self, person: str) -> str:
        """Return what stands for an ID or phone number in the log; spaces, dashes and case do not matter."""
        plain = "".join(char for char in person if char.isalnum()).upper()
        return _base64(self._derive(b"person", plain)[:PSEUDONYM_BYTES]) if plain else ""

    def linked_ticket(self, hall: str, command_id: str, *, date: str) -> TicketId:
        """Return the id of the ticket that a transfer makes in another hall: the same for every retry."""
        drawn = self._derive(b"linked", f"{hall}/{command_id}")[:RANDOM_CHARS]
        return _day_of(date) + "".join(CROCKFORD[byte % len(CROCKFORD)] for byte in drawn)

    def contact_key(self) -> bytes:
        """Return the key that contact data are encrypted under: 32 bytes."""
        return self._derive(b"contacts", "")

    def _derive(self, purpose: bytes, text: str) -> bytes:
        return hmac.digest(self._key, purpose + b"\0" + text.encode(), hashlib.sha256)


def load_key(folder: Path) -> ServerKey:
    """Read the key of a data folder, or make it."""
    path = folder / FILE_NAME
    try:
        return ServerKey(path.read_bytes())
    except FileNotFoundError:
        pass
    folder.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return ServerKey(path.read_bytes())


def new_ticket_id(date: str) -> TicketId:
    """Return an id that names its business date: ``261123-`` and ten random characters."""
    return _day_of(date) + "".join(secrets.choice(CROCKFORD) for _ in range(RANDOM_CHARS))


def date_of_ticket(ticket: TicketId) -> str | None:
    """Return the business date that an id names, or None if it is not one of ours."""
    day, _, rest = ticket.partition("-")
    if len(day) != 6 or not day.isascii() or not day.isdigit() or len(rest) != RANDOM_CHARS:
        return None
    return f"20{day[:2]}-{day[2:4]}-{day[4:]}"


def _day_of(date: str) -> str:
    return f"{date[2:4]}{date[5:7]}{date[8:10]}-"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

"""What is derived from the server's key: secrets of tickets and bookings, check-in codes, pseudonyms. And ids.

A secret is never stored: it is computed from the key whenever it is compared, and so can be told again to a retry. The log
holds a keyed digest of a check-in code, never the code. Losing the key file makes every open link of the day invalid and
people unrecognisable across days; leaking it opens tickets. So it lies beside the data, readable for the server's user
only, and belongs into backups.
"""

import base64
import hmac
import os
import secrets
from datetime import date as calendar_date
from pathlib import Path
from typing import Final

from hall.booking_commands import AppointmentId
from hall.ids import TicketId

FILE_NAME: Final = "server.key"
KEY_BYTES: Final = 32
SECRET_BYTES: Final = 16
"""128 bits: guessing is hopeless, and the QR code of the slip stays small."""
PSEUDONYM_BYTES: Final = 16
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without I, L, O, U: can be read aloud and typed."""
_CHOSEN: Final = bytes([ord(CROCKFORD[byte % len(CROCKFORD)]) for byte in range(256)])
"""Thirty-two characters: five bits of each byte choose one, all alike."""
RANDOM_CHARS: Final = 10
"""50 bits beside the date: two equal ids in a district's day have a chance of 1 in 10⁶ years, and would be refused."""
DRAWN_AHEAD: Final = 100
"""Ids whose chance is drawn at once."""
CODE_CHARS: Final = 8
"""A check-in code has 40 bits: 10,000 bookings of a day share one by chance once in 20,000 days, and are refused then."""
BOOKING_MARK: Final = "B"
"""Ids of bookings begin so, so that none is ever taken for a ticket's."""
MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
"""Letters that people read or type for digits; no code holds them."""
PSEUDONYM_CHARS: Final = 22
"""16 bytes in base 64."""


class BadKey(Exception):
    """The file of the key holds something else."""

    def __init__(self, path: Path) -> None:
        """Remember which file."""
        super().__init__(f"{path} 已损坏，请从备份恢复 / {path} is damaged: restore it from a backup")


class ServerKey:
    """One secret key, for all halls of a data folder."""

    def __init__(self, key: bytes) -> None:
        """Use these bytes."""
        assert len(key) == KEY_BYTES, len(key)
        # A copy of what has taken the key in is a fourth of the work of taking it in each time.
        self._keyed = hmac.new(key, digestmod="sha256")

    def ticket_secret(self, hall: str, date: str, ticket: TicketId) -> str:
        """Return the secret of a ticket: 22 characters that fit into an address."""
        return to_base64(self._derive(b"ticket", f"{hall}/{date}/{ticket}")[:SECRET_BYTES])

    def opens(self, secret: str, *, hall: str, date: str, ticket: TicketId) -> bool:
        """Compare a secret, in a time that does not depend on how much of it is right."""
        expected = self.ticket_secret(hall, date, ticket)
        return hmac.compare_digest(secret.encode("utf-8", "replace"), expected.encode())

    def pseudonym(self, person: str) -> str:
        """Return what stands for an ID or phone number in the log; spaces, dashes and case do not matter."""
        plain = "".join(char for char in person if char.isalnum()).upper()
        return to_base64(self._derive(b"person", plain)[:PSEUDONYM_BYTES]) if plain else ""

    def linked_ticket(self, hall: str, command_id: str, *, date: str) -> TicketId:
        """Return the id of the ticket that a transfer makes in another hall: the same for every retry."""
        drawn = self._derive(b"linked", f"{hall}/{command_id}")[:RANDOM_CHARS]
        return _day_of(date) + _crockford(drawn)

    # ---- booked visits ----

    def appointment_id(self, hall: str, command_id: str, *, date: str) -> AppointmentId:
        """Return the id of the booking that a command makes: the same for every retry, and it names its business date."""
        drawn = self._derive(b"appointment", f"{hall}/{date}/{command_id}")[:RANDOM_CHARS]
        return BOOKING_MARK + _day_of(date) + _crockford(drawn)

    def appointment_secret(self, hall: str, date: str, appointment: AppointmentId) -> str:
        """Return the secret of a booking: 22 characters that fit into an address."""
        return to_base64(self._derive(b"booking", f"{hall}/{date}/{appointment}")[:SECRET_BYTES])

    def opens_appointment(self, secret: str, *, hall: str, date: str, appointment: AppointmentId) -> bool:
        """Compare a secret, in a time that does not depend on how much of it is right."""
        expected = self.appointment_secret(hall, date, appointment)
        return hmac.compare_digest(secret.encode("utf-8", "replace"), expected.encode())

    def check_in_code(self, hall: str, date: str, appointment: AppointmentId) -> str:
        """Return what the visitor shows or types to check in (签到码)."""
        return _crockford(self._derive(b"code", f"{hall}/{date}/{appointment}")[:CODE_CHARS])

    def code_digest(self, code: str) -> str:
        """Return what stands for a check-in code in the log; case, spaces and misread letters do not matter."""
        plain = "".join(char for char in code.upper() if char.isalnum()).translate(MISREAD)
        return to_base64(self._derive(b"code digest", plain)[:PSEUDONYM_BYTES]) if plain else ""

    def feed_token(self, person: str) -> str:
        """Return what opens the calendar feed of a person, who is named by the pseudonym."""
        return person + to_base64(self._derive(b"feed", person)[:SECRET_BYTES])

    def person_of_feed(self, token: str) -> str | None:
        """Return the pseudonym of the person whose feed a token opens, or None if it opens none."""
        person = token[:PSEUDONYM_CHARS]
        is_ours = hmac.compare_digest(
            token.encode("utf-8", "replace"), self.feed_token(person).encode("utf-8", "replace")
        )
        return person if is_ours else None

    def mark(self) -> str:
        """Return what tells this key from others without telling what it is."""
        return self._derive(b"mark", "").hex()[:16]

    def contact_key(self) -> bytes:
        """Return the key that contact data are encrypted under: 32 bytes."""
        return self._derive(b"contacts", "")

    def sign_in_key(self) -> bytes:
        """Return the key that seals what a browser carries to an identity provider and back: 32 bytes."""
        return self._derive(b"sign-in", "")

    def _derive(self, purpose: bytes, text: str) -> bytes:
        derived = self._keyed.copy()
        derived.update(purpose + b"\0" + text.encode("utf-8", "replace"))
        return derived.digest()


def load_key(folder: Path) -> ServerKey:
    """Read the key of a data folder, or make it; raise BadKey."""
    path = folder / FILE_NAME
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        pass
    else:
        if len(found) != KEY_BYTES:
            raise BadKey(path)
        return ServerKey(found)
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
    return _day_of(date) + _crockford(_drawn())


_reserve: list[bytes] = []
"""Drawn ahead from the system's source: a question to it for each number costs more than the number's id."""


def _drawn() -> bytes:
    """Return random bytes for one id; taking them out of the reserve is one step, so no two threads get the same."""
    while True:
        try:
            return _reserve.pop()
        except IndexError:
            drawn = secrets.token_bytes(RANDOM_CHARS * DRAWN_AHEAD)
            _reserve.extend(drawn[start : start + RANDOM_CHARS] for start in range(0, len(drawn), RANDOM_CHARS))


def date_of_ticket(ticket: TicketId) -> str | None:
    """Return the business date that an id names, or None if it is not one of ours."""
    day, _, rest = ticket.partition("-")
    if len(day) != 6 or not day.isascii() or not day.isdigit() or len(rest) != RANDOM_CHARS:
        return None
    return f"20{day[:2]}-{day[2:4]}-{day[4:]}"


def date_of_appointment(appointment: AppointmentId) -> str | None:
    """Return the business date that a booking's id names, or None if it is not one of ours."""
    found = date_of_ticket(appointment[1:]) if appointment.startswith(BOOKING_MARK) else None
    return found if found is not None and is_date(found) else None


def is_date(text: str) -> bool:
    """Tell whether a text of the form 2026-11-23 names a day of the calendar."""
    try:
        calendar_date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _crockford(drawn: bytes) -> str:
    return drawn.translate(_CHOSEN).decode()


def _day_of(date: str) -> str:
    return f"{date[2:4]}{date[5:7]}{date[8:10]}-"


def to_base64(data: bytes) -> str:
    """Return bytes as text that fits into an address."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64(text: str) -> bytes | None:
    """Return the bytes of such a text, or None if it is none."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) if text.isascii() else None
    except ValueError:
        return None

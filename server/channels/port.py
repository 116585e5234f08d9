"""What a channel is: one message goes in, one of three answers comes out.

Laws:
- a message carries its key, and the channel hands it to the gateway, which shows a message with a known key once;
- :class:`Sent` means that the gateway took it, :class:`Refused` that it never will, :class:`Later` everything else, a
  silence included: then it may have arrived, and the same key makes the repeat harmless;
- no answer, error or log line holds a name, a phone number, a secret or an address of the gateway.
"""

from collections.abc import Mapping
from typing import Literal, Protocol

import msgspec

from hall.ids import Ms

Need = Literal["", "phone", "openid"]
"""What of the contact data a channel cannot do without."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it goes out. Its text form is its key alone: the rest is personal."""

    key: str
    """Idempotency key: hall-day, place in the log, kind, booking."""
    kind: str
    hall: str
    date: str
    appointment: str
    version: int
    language: Literal["zh", "en"]
    title: str
    text: str
    facts: Mapping[str, str]
    """What templates of gateways are filled with; the names stand in the documentation of messages."""
    at_ms: Ms
    """When what it tells of happened."""
    name: str = ""
    phone: str = ""
    openid: str = ""

    def __repr__(self) -> str:
        return f"Envelope({self.key})"


class Sent(msgspec.Struct, frozen=True):
    """The gateway took the message; ``note`` says if it did so with a reservation."""

    note: str = ""


class Refused(msgspec.Struct, frozen=True):
    """The gateway will never take it; ``reason`` is a code."""

    reason: str


class Later(msgspec.Struct, frozen=True):
    """The gateway did not take it now; ``reason`` is a code."""

    reason: str


Answer = Sent | Refused | Later


class Channel(Protocol):
    """A way to visitors."""

    @property
    def needs(self) -> Need:
        """What must be known of a visitor."""
        ...

    async def send(self, envelope: Envelope) -> Answer:
        """Hand a message over; never raises for anything that a gateway can do."""
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...


STORED_ONLY = "STORED_ONLY"


class LogChannel:
    """Tells nobody: messages are only stored, where managers see them. What a hall has before it sets up a gateway."""

    needs: Need = ""

    async def send(self, envelope: Envelope) -> Answer:
        """Take it, and say that nobody was told."""
        return Sent(STORED_ONLY)

    async def close(self) -> None:
        """Nothing is open."""

"""The names of things: what an identifier looks like and how long it may be.

Identifiers are plain strings made outside (by a client or by the server); the hall only compares them.
A number (A001) is a label for people and never a key.
"""

HallId = str
WindowCode = str
ItemCode = str
ThemeCode = str
AreaCode = str
TicketId = str
CommandId = str
Actor = str
"""Who did it, as ``role:name``: ``clerk:wang``, ``device:kiosk-1``, ``citizen:``, ``timer:``."""

Ms = int
"""Milliseconds: since the epoch (UTC) for moments (``…_at_ms``, ``…_ms`` of events), a length otherwise."""

CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$"
"""Codes of halls, windows, items, themes and areas: they appear in addresses, so no slash and no space."""

COMMAND_ID_PATTERN = r"^[A-Za-z0-9._:-]{8,64}$"
"""Made by the client once per intended act; a UUID fits."""

TICKET_ID_PATTERN = r"^[A-Za-z0-9-]{8,40}$"

TIMER: Actor = "timer:"

MINUTE_MS: Ms = 60_000
DAY_MS: Ms = 86_400_000


def role_of(actor: Actor) -> str:
    """Return the role part of an actor (``clerk`` of ``clerk:wang``)."""
    return actor.partition(":")[0]

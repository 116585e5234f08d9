"""The hash chain: each row's hash covers the row and the hash before it, so that one flipped byte is found and named.

What a chain alone cannot show is a tail that was cut off; therefore the audit prints the head's hash and a backup's
manifest keeps the heads, to be compared with later ones.
"""

import hashlib
from collections.abc import AsyncIterator

import msgspec

from hall.ids import Ms
from server.ledger.port import GENESIS, BrokenChain, Row

_encode = msgspec.json.Encoder().encode


def seal(previous: str, *, stream: str, version: int, at_ms: Ms, command_id: str, actor: str, body: bytes) -> Row:
    """Return the row with its hash, given the hash of the row before (``GENESIS`` for the first)."""
    link = _link(previous, (stream, version, at_ms, command_id, actor), body)
    return Row(stream, version, at_ms, command_id, actor, body, link)


def hash_of(previous: str, row: Row) -> str:
    """Return the hash that a row must have after ``previous``."""
    return _link(previous, (row.stream, row.version, row.at_ms, row.command_id, row.actor), row.body)


async def verified(rows: AsyncIterator[Row], *, previous: str = GENESIS, version: int = 0) -> AsyncIterator[Row]:
    """Pass the rows of one stream on, whole or after a row that is known, and raise :class:`BrokenChain` at a bad one."""
    async for row in rows:
        version += 1
        check_link(row, previous=previous, version=version)
        previous = row.hash
        yield row


def check_link(row: Row, *, previous: str, version: int) -> None:
    """Raise :class:`BrokenChain` unless this is row ``version`` and follows the row whose hash is ``previous``."""
    if row.version != version:
        raise BrokenChain(row.stream, version, f"is missing (found row {row.version} in its place)")
    if row.hash != hash_of(previous, row):
        raise BrokenChain(row.stream, version, "does not have the hash of its content and the row before")


def _link(previous: str, columns: tuple[str, int, int, str, str], body: bytes) -> str:
    # The columns as a JSON array: two different rows can never give the same bytes, as a plain join could.
    return hashlib.sha256(previous.encode() + _encode(columns) + b"\n" + body).hexdigest()

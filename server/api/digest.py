"""What a request asked for, as a short hash: the same command id with another digest is refused."""

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec

LENGTH: Final = 32
"""128 bits: no two different requests of a command id meet by chance."""
NOT_MEANT: Final = frozenset({"command_id", "secret"})
"""They prove something, they ask for nothing."""

_encode = msgspec.json.Encoder(order="sorted").encode


def digest_of(operation: str, *, ids: tuple[str, ...], actor: str, body: Mapping[str, object]) -> str:
    """Return the digest of an operation on these things with this body, asked by this actor."""
    meant = {name: value for name, value in body.items() if name not in NOT_MEANT}
    return hashlib.sha256(_encode([operation, ids, actor, meant])).hexdigest()[:LENGTH]

"""Passwords (argon2, in a thread, two at a time) and tokens (random, kept as SHA-256)."""

import asyncio
import hashlib
import secrets
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

AT_ONCE: Final = 2
"""One verification takes about 0.2 s of a core and 64 MB; two leave the rest of the machine to the halls."""
WAITING: Final = 32
"""More verifications than this in line are refused: they would wait longer than a person does."""

SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""What a password that is read aloud or copied by hand is made of: no l and 1, no i, no o and 0."""


class Passwords:
    """Hashes and verifies passwords without holding up the event loop."""

    def __init__(self) -> None:
        self._hash = PasswordHash((Argon2Hasher(),))
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    @property
    def is_crowded(self) -> bool:
        """Tell whether another verification would have to wait too long."""
        return self._waiting >= WAITING

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Compare; without a hash the same time is spent, so that the answer's delay names no accounts."""
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(self._matches, password, password_hash)
        finally:
            self._waiting -= 1

    async def hash(self, password: str) -> str:
        """Return the argon2 hash of a new password."""
        async with self._turn:
            return await asyncio.to_thread(self._hash.hash, password)

    def hash_now(self, password: str) -> str:
        """Return the argon2 hash, for commands that run without an event loop."""
        return self._hash.hash(password)

    def _matches(self, password: str, password_hash: str | None) -> bool:
        if password_hash:
            try:
                return self._hash.verify(password, password_hash)
            except UnknownHashError:
                # Nothing that a password could have made: none fits.
                return False
        # Hashing takes what verifying takes, and needs nothing that a start would have to prepare.
        self._hash.hash(password)
        return False


def new_password() -> str:
    """Return a password for the moment: three groups of four signs that nobody confuses (59 random bits)."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(3))


def new_token() -> str:
    """Return 256 random bits for a session or a device."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is kept of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()

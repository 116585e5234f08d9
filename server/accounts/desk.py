"""The front desk: who is behind a token, signing in and out, devices. Tokens that were seen are remembered in memory."""

import asyncio
from collections import OrderedDict
from typing import Final

import msgspec

from server.accounts.authorise import Caller, Role
from server.accounts.passwords import Passwords, new_token, token_hash
from server.accounts.store import Account, AccountStore, Device, NewAccount
from server.accounts.throttle import Throttle
from server.problems import Problem

SESSION_MS: Final = 12 * 3_600_000
"""A long working day; halls with extended hours close after 11 to 12 hours."""
REMEMBERED: Final = 20_000
"""Tokens kept in memory (some 200 bytes each)."""
TRUST_MS: Final = 30_000
"""Another node's sign-out or revocation is noticed after this."""
TOKEN_LENGTH: Final = 64
"""Ours have 43 characters; what is much longer is not looked up."""


class SignedIn(msgspec.Struct, frozen=True):
    """The answer to a successful sign-in."""

    token: str
    account: Account
    expires_ms: int


class _Known(msgspec.Struct, frozen=True):
    caller: Caller | None
    code: str
    until_ms: int


class FrontDesk:
    """Turns tokens into callers."""

    def __init__(self, store: AccountStore, throttle: Throttle) -> None:
        """Work on the accounts of a store."""
        self.store = store
        self.passwords = Passwords()
        self._throttle = throttle
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def caller(self, token: str, *, now_ms: int) -> Caller:
        """Return who holds a token; raises ``SESSION_EXPIRED`` or ``DEVICE_REVOKED``."""
        if len(token) > TOKEN_LENGTH or not token.isascii():
            raise Problem("SESSION_EXPIRED")
        name = token_hash(token)
        known = self._known.get(name)
        if known is None or known.until_ms <= now_ms:
            known = await asyncio.to_thread(self._look_up, name, now_ms)
            self._remember(name, known)
        if known.caller is None:
            raise Problem(known.code)
        return known.caller

    async def sign_in(self, account: str, password: str, *, address: str, now_ms: int) -> SignedIn:
        """Check a password and begin a session; raises ``TOO_MANY`` or ``WRONG_PASSWORD``."""
        if self.passwords.is_crowded or not self._throttle.allows(account, address, now_ms=now_ms):
            raise Problem("TOO_MANY")
        self._throttle.began(account, address, now_ms=now_ms)
        found = await asyncio.to_thread(self.store.find, account)
        is_right = await self.passwords.verify(password, found[1] if found else None)
        if found is None or not is_right or found[0].disabled:
            raise Problem("WRONG_PASSWORD")
        self._throttle.succeeded(account, address)
        token, expires_ms = new_token(), now_ms + SESSION_MS
        await asyncio.to_thread(
            self.store.add_session, token_hash(token), account, expires_ms=expires_ms, now_ms=now_ms
        )
        return SignedIn(token, found[0], expires_ms)

    async def sign_out(self, token: str) -> None:
        """End a session; unknown ones are ended already."""
        name = token_hash(token)
        await asyncio.to_thread(self.store.end_session, name)
        self._known.pop(name, None)

    async def add_account(self, new: NewAccount, *, now_ms: int) -> None:
        """Make an account; raises ``ACCOUNT_EXISTS``."""
        if not await asyncio.to_thread(self.store.add_accounts, [new], now_ms=now_ms):
            raise Problem("ACCOUNT_EXISTS")

    async def add_device(self, device: Device, *, now_ms: int) -> str:
        """Make a device and return its token, which is told this once."""
        token = new_token()
        await asyncio.to_thread(self.store.add_device, device, token_hash(token), now_ms=now_ms)
        return token

    async def revoke_device(self, hall: str, device: str) -> None:
        """Withdraw a device's token; raises ``UNKNOWN_DEVICE``."""
        if await asyncio.to_thread(self.store.revoke_device, hall, device) is None:
            raise Problem("UNKNOWN_DEVICE")
        stale = [name for name, known in self._known.items() if known.caller and known.caller.name == device]
        for name in stale:
            del self._known[name]

    def _look_up(self, name: str, now_ms: int) -> _Known:
        device = self.store.device_of_token(name)
        if device is not None:
            caller = Caller("device", device.id, (device.hall,), device.window, device.kind)
            return _Known(None if device.revoked else caller, "DEVICE_REVOKED", now_ms + TRUST_MS)
        found = self.store.session(name)
        if found is None or found[1] <= now_ms or found[0].disabled:
            return _Known(None, "SESSION_EXPIRED", now_ms + TRUST_MS)
        account, expires_ms = found
        caller = Caller(_role(account), account.account, account.halls)
        return _Known(caller, "", min(expires_ms, now_ms + TRUST_MS))

    def _remember(self, name: str, known: _Known) -> None:
        self._known[name] = known
        self._known.move_to_end(name)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _role(account: Account) -> Role:
    role: Role = msgspec.convert(account.role, Role)
    return role

"""The front desk: who is behind a token, signing in and out, devices. Tokens that were seen are remembered in memory.

Laws:
1. A session ends at its absolute lifetime, when it was idle too long, at sign-out, when its account is disabled, and
   when its account gets another password, but for the session that changed its own.
2. A device's token ends when the device is revoked.
3. What ends takes its open feeds with it: at once on the node that was told, within :data:`WATCH_S` on the others.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from server.accounts.authorise import Caller, Role
from server.accounts.changes import By
from server.accounts.feeds import WITHOUT_TOKEN, OpenFeeds
from server.accounts.passwords import Passwords, new_token, token_hash
from server.accounts.provider import Person
from server.accounts.rates import Rates
from server.accounts.store import Account, AccountStore, Device, DeviceRights, NewAccount, Signed
from server.config.database import DatabaseUnavailable
from server.problems import Problem

if TYPE_CHECKING:
    from server.accounts.oidc import Oidc

log = structlog.get_logger(__name__)

REMEMBERED: Final = 20_000
"""Tokens kept in memory (some 200 bytes each)."""
TRUST_MS: Final = 30_000
"""A token in memory is looked up again after this, even if the watch below cannot read."""
WATCH_S: Final = 1.0
"""How often all tokens in use are compared with the database: another node's sign-out is noticed within it."""
NOTE_MS: Final = 60_000
"""How often it is written down when sessions were last used; what a restart forgets."""
TOKEN_LENGTH: Final = 64
"""Ours have 43 characters; what is much longer is not looked up."""


class Terms(msgspec.Struct, frozen=True):
    """How long sessions last."""

    lifetime_ms: int
    idle_ms: int


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

    def __init__(self, store: AccountStore, terms: Terms, rates: Rates, oidc: "Oidc | None") -> None:
        """Work on the accounts of a store, and with an identity provider if there is one."""
        self.rates = rates
        self.oidc = oidc
        self.store = store
        self.passwords = Passwords()
        self.feeds = OpenFeeds()
        self.terms = terms
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._seen: dict[str, int] = {}
        self._noted_ms = 0

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
        if known.caller.role != "device":
            self._seen[name] = now_ms
        return known.caller

    async def sign_in(self, account: str, password: str, *, address: str, now_ms: int) -> SignedIn:
        """Check a password and begin a session; raises ``TOO_MANY`` or ``WRONG_PASSWORD``."""
        if self.passwords.is_crowded:
            raise Problem("TOO_MANY")
        with self.rates.sign_in(account, address):
            found = await asyncio.to_thread(self.store.find, account)
            is_right = await self.passwords.verify(password, found[1] if found else None)
            if found is None or not is_right or found[0].disabled:
                raise Problem("WRONG_PASSWORD")
        signed = await self.begin(found[0], now_ms=now_ms, proved=found[1])
        if signed is None:
            raise Problem("WRONG_PASSWORD")
        return signed

    async def vouched_for(self, person: Person, *, now_ms: int) -> SignedIn:
        """Begin a session of somebody whom a provider vouches for; raises ``NO_ROLE_HERE`` or ``ACCOUNT_EXISTS``."""
        account = await asyncio.to_thread(self.store.provide, person, now_ms=now_ms)
        if account is None:
            # Somebody else has the name here; only an administrator can tell who is who.
            raise Problem("ACCOUNT_EXISTS")
        if account.disabled:
            raise Problem("NO_ROLE_HERE")
        signed = await self.begin(account, now_ms=now_ms)
        if signed is None:
            raise Problem("NO_ROLE_HERE")
        return signed

    async def begin(self, account: Account, *, now_ms: int, proved: str | None = None) -> SignedIn | None:
        """Begin a session of somebody whose identity is proved, under a token that nobody has seen before.

        None if the account was disabled, or its password changed, since the proof.
        """
        token, expires_ms = new_token(), now_ms + self.terms.lifetime_ms
        is_begun = await asyncio.to_thread(
            self.store.add_session, token_hash(token), account.account, expires_ms=expires_ms, now_ms=now_ms,
            proved=proved,
        )  # fmt: skip
        return SignedIn(token, account, expires_ms) if is_begun else None

    async def sign_out(self, token: str) -> None:
        """End a session with its feeds; unknown ones are ended already."""
        name = token_hash(token)
        await asyncio.to_thread(self.store.end_session, name)
        self._known.pop(name, None)
        self.feeds.end_token(name)

    async def add_account(self, new: NewAccount, password: str, *, by: By) -> None:
        """Make an account with this password; raises ``ACCOUNT_EXISTS``."""
        if await asyncio.to_thread(self.store.find, new.account) is not None:
            raise Problem("ACCOUNT_EXISTS")
        new = msgspec.structs.replace(new, password_hash=await self.passwords.hash(password))
        # Another creation may have been quicker during the hash: the write looks again.
        if not await asyncio.to_thread(self.store.add_accounts, [new], actor=by[0], now_ms=by[1]):
            raise Problem("ACCOUNT_EXISTS")

    async def set_password(self, account: str, password: str, *, by: By) -> int:
        """Give an account a password that its owner must change, end its sessions, and return how many there were.

        Raises ``UNKNOWN_ACCOUNT`` or ``SIGNS_IN_ELSEWHERE``.
        """
        found = await asyncio.to_thread(self.store.find, account)
        if found is None:
            raise Problem("UNKNOWN_ACCOUNT")
        if found[0].linked or not found[0].has_password:
            raise Problem("SIGNS_IN_ELSEWHERE")
        made = await self.passwords.hash(password)
        ended = await asyncio.to_thread(
            self.store.set_password, account, made, by=by, what="password_set", is_temporary=True
        )
        if ended is None:
            raise Problem("SIGNS_IN_ELSEWHERE")
        self._forget(account)
        return ended

    async def change_password(
        self, caller: Caller, old: str, new: str, *, token: str, address: str, now_ms: int
    ) -> int:
        """Replace somebody's own password, end their other sessions, and return how many there were.

        Raises ``SIGNS_IN_ELSEWHERE``, ``TOO_MANY``, ``OLD_PASSWORD_WRONG`` or ``PASSWORD_SAME``.
        """
        account, keeps = caller.name, token_hash(token)
        found = await asyncio.to_thread(self.store.find, account)
        if found is None or not found[0].has_password:
            raise Problem("SIGNS_IN_ELSEWHERE")
        if self.passwords.is_crowded:
            raise Problem("TOO_MANY")
        with self.rates.sign_in(account, address):
            if not await self.passwords.verify(old, found[1]):
                raise Problem("OLD_PASSWORD_WRONG")
        if new == old:
            raise Problem("PASSWORD_SAME")
        ended = await asyncio.to_thread(
            self.store.set_password, account, await self.passwords.hash(new), by=(caller.actor, now_ms),
            what="password_changed", proved=found[1], keeps=keeps,
        )  # fmt: skip
        if ended is None:
            raise Problem("OLD_PASSWORD_WRONG")
        # What is remembered of this session, too: its rights may be others now.
        self._forget(account, but=keeps)
        return ended

    async def disable(self, account: str, *, disabled: bool, by: By) -> None:
        """Disable an account, with its sessions and feeds, or enable it again; raises ``UNKNOWN_ACCOUNT``."""
        if not await asyncio.to_thread(self.store.disable, account, disabled=disabled, by=by):
            raise Problem("UNKNOWN_ACCOUNT")
        if disabled:
            self._forget(account)

    async def add_device(self, device: Device, *, now_ms: int) -> str:
        """Make a device and return its token, which is told this once."""
        token = new_token()
        await asyncio.to_thread(self.store.add_device, device, token_hash(token), now_ms=now_ms)
        return token

    async def revoke_device(self, hall: str, device: str) -> None:
        """Withdraw a device's token and end its feeds; raises ``UNKNOWN_DEVICE``."""
        if await asyncio.to_thread(self.store.revoke_device, hall, device) is None:
            raise Problem("UNKNOWN_DEVICE")
        self._forget(device)

    # ---- what ends elsewhere, or by time ----

    async def watch(self, clock_ms: Callable[[], int]) -> None:
        """Compare all tokens in use with the database once a second, until cancelled."""
        while True:
            await asyncio.sleep(WATCH_S)
            try:
                await self.look_after(now_ms=clock_ms())
            except DatabaseUnavailable as failure:
                log.warning("tokens_not_compared", reason=str(failure))

    async def look_after(self, *, now_ms: int) -> None:
        """Forget tokens that have ended and end their feeds; write down now and then when sessions were used."""
        watching = self.feeds.tokens()
        known = [(name, one) for name, one in self._known.items() if one.caller is not None]
        if not watching and not known:
            return
        self._seen.update((name, now_ms) for name in watching if self._is_session(name))
        # Only what was in use before the read: a token that is born during it is in the database, but not in the answer.
        used = {*watching, *(name for name, _ in known)}
        live = await asyncio.to_thread(self._live, used, dict(self._seen), now_ms)
        for name, one in known:
            if live.get(name) != one.caller and self._known.get(name) is one:
                del self._known[name]
        self.feeds.end_unless(watching, live)
        if now_ms - self._noted_ms >= NOTE_MS:
            self._noted_ms, seen, self._seen = now_ms, self._seen, {}
            await asyncio.to_thread(self.store.saw_sessions, seen)

    def _live(self, used: set[str], seen: dict[str, int], now_ms: int) -> dict[str, Caller]:
        live = {name: _caller_of_device(one) for name, one in self.store.devices_of(used).items()}
        for name, signed in self.store.sessions_of(used - live.keys()).items():
            if self._is_live(signed, seen.get(name, 0), now_ms):
                live[name] = caller_of(signed.account)
        return live

    def _look_up(self, name: str, now_ms: int) -> _Known:
        device = self.store.device_of_token(name)
        if device is not None:
            caller = None if device.revoked else _caller_of_device(device)
            return _Known(caller, "DEVICE_REVOKED", now_ms + TRUST_MS)
        found = self.store.session(name)
        if found is None or not self._is_live(found, self._seen.get(name, 0), now_ms):
            return _Known(None, "SESSION_EXPIRED", now_ms + TRUST_MS)
        return _Known(caller_of(found.account), "", min(found.expires_ms, now_ms + TRUST_MS))

    def _is_live(self, signed: Signed, seen_ms: int, now_ms: int) -> bool:
        used_ms = max(signed.seen_ms, seen_ms)
        is_idle = used_ms > 0 and used_ms + self.terms.idle_ms <= now_ms
        return not signed.account.disabled and signed.expires_ms > now_ms and not is_idle

    def _is_session(self, name: str) -> bool:
        known = self._known.get(name)
        return known is not None and known.caller is not None and known.caller.role != "device"

    def _forget(self, subject: str, *, but: str = WITHOUT_TOKEN) -> None:
        """Forget all tokens of an account or device, and end their feeds but those of one token."""
        for name in [name for name, one in self._known.items() if one.caller and one.caller.name == subject]:
            del self._known[name]
        self.feeds.end_caller(subject, but=but)

    def _remember(self, name: str, known: _Known) -> None:
        self._known[name] = known
        self._known.move_to_end(name)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def caller_of(account: Account) -> Caller:
    """Return an account as the table of rights knows it."""
    role: Role = msgspec.convert(account.role, Role)
    return Caller(role, account.account, account.halls, is_temporary=account.temporary)


def _caller_of_device(device: Device | DeviceRights) -> Caller:
    return Caller("device", device.id, (device.hall,), device.window, device.kind)

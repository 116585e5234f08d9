"""Signing in at an identity provider (OpenID Connect): authorization code with PKCE, addresses by discovery.

Laws:
1. What a sign-in needs on its way back (state, nonce, verifier) travels sealed in the browser's own cookie: nothing is kept
   here, any node may receive the return, and a return in another browser is worth nothing.
2. A token counts only if it is signed by the provider's published keys with an asymmetric algorithm, is meant for us, is
   new, and answers our nonce.
3. An account of ours is bound to issuer and subject, never to a name: nobody takes over an account by being called so.
"""

import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import httpx
import msgspec
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from server.accounts.provider import Person, Provider, is_safe_address, person_of
from server.keys import from_base64, to_base64
from server.problems import Problem

log = structlog.get_logger(__name__)

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures by a private key of the provider; never ``none``, never a shared secret."""
WAY_MS: Final = 10 * 60_000
"""A person may take so long at the provider (password, second factor)."""
LEEWAY_S: Final = 60
"""How far the clocks of the two may differ."""
TIMEOUT_S: Final = 5.0
"""For each question to the provider; a command's answer comes within 10 s."""
ANSWER_BYTES: Final = 256 * 1024
"""Metadata and keys measure a few kilobytes."""
FRESH_S: Final = 3_600.0
"""Metadata and keys are read again after this."""
KEYS_REST_S: Final = 30.0
"""An unknown key is looked for at most so often: tokens from outside must not make us ask without end."""
AT_ONCE: Final = 16
"""Sign-ins under way with the provider; beyond: ``TOO_MANY``."""
NONCE_BYTES: Final = 12
CODE_CHARS: Final = 2_048
PURPOSE: Final = b"onewindow oidc 1"
_METADATA: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Way(msgspec.Struct, frozen=True):
    """What a sign-in needs when it comes back."""

    state: str
    nonce: str
    verifier: str
    then: str
    until_ms: int


class Departure(msgspec.Struct, frozen=True):
    """Where the browser goes, and what it carries."""

    address: str
    sealed: str


class Arrival(msgspec.Struct, frozen=True):
    """Who came back, and to which page they want."""

    person: Person
    then: str


class Oidc:
    """One provider, as the server talks to it."""

    def __init__(self, provider: Provider, key: bytes) -> None:
        """Use a provider; ``key`` seals what the browser carries."""
        self.provider = provider
        self._seal = AESGCM(key)
        self._metadata: tuple[float, dict[str, str]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._under_way = 0

    async def depart(self, *, then: str, now_ms: int) -> Departure:
        """Begin a sign-in; raises ``PROVIDER_AWAY`` or ``TOO_MANY``."""
        metadata = await self._guarded(self._described)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        way = Way(state, nonce, verifier, then, now_ms + WAY_MS)
        async with self._client() as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=way.state, nonce=way.nonce, code_verifier=way.verifier
            )
        drawn = secrets.token_bytes(NONCE_BYTES)
        sealed = drawn + self._seal.encrypt(drawn, msgspec.json.encode(way), PURPOSE)
        return Departure(str(address), to_base64(sealed))

    async def arrive(self, *, state: str, code: str, issuer: str, sealed: str, now_ms: int) -> Arrival:
        """End a sign-in; raises ``SIGN_IN_STALE``, ``SIGN_IN_REFUSED``, ``NO_ROLE_HERE``, ``PROVIDER_AWAY``, ``TOO_MANY``."""
        way = self._opened(sealed)
        if way is None or way.until_ms <= now_ms or not secrets.compare_digest(way.state.encode(), state.encode()):
            raise Problem("SIGN_IN_STALE")
        if (issuer and issuer != self.provider.issuer) or not 0 < len(code) <= CODE_CHARS:
            raise Problem("SIGN_IN_REFUSED")
        claims = await self._guarded(lambda: self._exchanged(code, way))
        person = person_of(self.provider, claims)
        if person is None:
            raise Problem("NO_ROLE_HERE")
        return Arrival(person, way.then)

    def _opened(self, sealed: str) -> Way | None:
        data = from_base64(sealed)
        if data is None or len(data) <= NONCE_BYTES:
            return None
        try:
            return msgspec.json.decode(self._seal.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], PURPOSE), type=Way)
        except InvalidTag:
            return None

    async def _exchanged(self, code: str, way: Way) -> Mapping[str, Any]:
        metadata = await self._described()
        async with self._client() as client:
            token = await client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=way.verifier)
        signed = token.get("id_token")
        if not isinstance(signed, str):
            raise Problem("SIGN_IN_REFUSED")
        decoded = await self._verified(signed)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {"iss": {"essential": True, "value": self.provider.issuer}, "aud": {"essential": True, "value": self.provider.client_id}},
            {"nonce": way.nonce, "client_id": self.provider.client_id, "access_token": token.get("access_token")},
        )  # fmt: skip
        claims.validate(leeway=LEEWAY_S)
        if not isinstance(claims.get("sub"), str):
            raise Problem("SIGN_IN_REFUSED")
        return dict(claims)

    async def _verified(self, signed: str) -> jwt.Token:
        try:
            return jwt.decode(signed, await self._published(FRESH_S), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # Perhaps signed with a key that was published since we looked.
            return jwt.decode(signed, await self._published(KEYS_REST_S), algorithms=ALGORITHMS)

    # ---- questions to the provider ----

    async def _guarded(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Ask the provider within the limits; whatever fails is told in our words, and logged without what it holds."""
        if self._under_way >= AT_ONCE:
            raise Problem("TOO_MANY")
        self._under_way += 1
        try:
            return await ask()
        except httpx.HTTPError as failure:
            log.warning("provider_away", issuer=self.provider.issuer, reason=type(failure).__name__)
            raise Problem("PROVIDER_AWAY") from failure
        except (OAuthError, JoseError, ValueError) as failure:
            log.warning("sign_in_refused", issuer=self.provider.issuer, reason=type(failure).__name__)
            raise Problem("SIGN_IN_REFUSED") from failure
        finally:
            self._under_way -= 1

    async def _described(self) -> dict[str, str]:
        """Return the provider's metadata; its addresses must be as safe as its own."""
        if self._metadata is not None and time.monotonic() - self._metadata[0] < FRESH_S:
            return self._metadata[1]
        found = await self._read(self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
        addresses = {name: str(found.get(name, "")) for name in _METADATA}
        if found.get("issuer") != self.provider.issuer or not all(map(is_safe_address, addresses.values())):
            raise ValueError("the metadata are not those of the issuer")
        self._metadata = (time.monotonic(), addresses)
        return addresses

    async def _published(self, age_s: float) -> KeySet:
        """Return the provider's keys, read again if what we have is as old as this."""
        if self._keys is not None and time.monotonic() - self._keys[0] < age_s:
            return self._keys[1]
        found = await self._read((await self._described())["jwks_uri"])
        keys = KeySet.import_key_set({"keys": [one for one in found.get("keys", ()) if isinstance(one, dict)]})
        self._keys = (time.monotonic(), keys)
        return keys

    async def _read(self, address: str) -> dict[str, Any]:
        body = b""
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client,
            client.stream("GET", address) as answer,
        ):
            answer.raise_for_status()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > ANSWER_BYTES:
                    raise ValueError("the provider's answer is too large")
        found = msgspec.json.decode(body)
        if not isinstance(found, dict):
            raise ValueError("the provider's answer is no object")
        return found

    def _client(self) -> Any:
        wants = self.provider
        return AsyncOAuth2Client(
            wants.client_id,
            wants.client_secret or None,
            token_endpoint_auth_method="client_secret_basic" if wants.client_secret else "none",
            scope=" ".join(wants.scopes),
            redirect_uri=wants.redirect,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
        )

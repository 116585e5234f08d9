"""One HTTP exchange with a gateway, in bounds: time, connections, size of the answer. Redirects are not followed."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from server.channels.port import Later, Refused

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS: Final = 2.0
TIMEOUT_SECONDS: Final = 5.0
"""A gateway that does not answer by then is asked again with the same key."""
CONNECTIONS: Final = 8
"""Most connections to one gateway at a time, as many as messages are sent at once."""
ANSWER_BYTES: Final = 64 * 1024
"""More is no answer to a message."""
TRY_AGAIN: Final = frozenset({408, 409, 425, 429})
"""4xx that do not speak of the message: too slow, the same key is under way, too early, too many."""

Reply = dict[str, Any]


class Gateway:
    """A connection pool to one gateway."""

    def __init__(self, *, timeout_s: float = TIMEOUT_SECONDS) -> None:
        """Open nothing yet."""
        self._timeout_s = timeout_s
        self._client: httpx.AsyncClient | None = None

    async def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> bytes | Refused | Later:
        """Post a body; return the body of a 2xx answer, or what another outcome means for the message."""
        # Loaded by the first message: a hall without a gateway starts without it.
        import httpx

        try:
            async with (
                # The client's limit is for each read; a gateway that answers a byte at a time meets this one.
                asyncio.timeout(2 * self._timeout_s),
                self._opened().stream("POST", url, content=body, headers=dict(headers)) as response,
            ):
                if not response.is_success:
                    return _meaning(response.status_code)
                return await _bounded(response)
        except httpx.ConnectError:
            return Later("UNREACHABLE")
        except (TimeoutError, httpx.TimeoutException):
            return Later("TIMEOUT")
        except httpx.HTTPError:
            return Later("BROKEN_ANSWER")

    async def close(self) -> None:
        """Give the connections back."""
        if self._client is not None:
            await self._client.aclose()

    def _opened(self) -> "httpx.AsyncClient":
        import httpx

        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=httpx.Timeout(self._timeout_s, connect=min(CONNECT_SECONDS, self._timeout_s)),
                limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
                follow_redirects=False,
                # What the environment says of proxies is meant for people's browsers.
                trust_env=False,
            )
        return self._client


def parsed(body: bytes) -> Reply | Later:
    """Return a JSON object, or say that the gateway's answer is none."""
    try:
        return msgspec.json.decode(body, type=Reply)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Later("BROKEN_ANSWER")


def _meaning(status: int) -> Refused | Later:
    if 400 <= status < 500 and status not in TRY_AGAIN:
        return Refused(f"HTTP_{status}")
    return Later(f"HTTP_{status}")


async def _bounded(response: "httpx.Response") -> bytes | Later:
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > ANSWER_BYTES:
            return Later("BROKEN_ANSWER")
    return body

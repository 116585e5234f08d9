"""Template messages of a WeChat official account (微信模板消息).

The account's interface: an access token from ``/cgi-bin/stable_token`` (posted, so that the account's secret is in no
address), then ``/cgi-bin/message/template/send``. The token is fetched once and kept until shortly before it ends; an answer
that calls it invalid fetches another and sends once more. ``client_msg_id`` makes a repeat invisible to the visitor.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable
from typing import Final

import msgspec

from server.channels.gateway import Gateway, Reply, parsed
from server.channels.port import Answer, Envelope, Later, Need, Refused, Sent

PUBLIC_API: Final = "https://api.weixin.qq.com"
EARLY_S: Final = 300
"""A token is fetched anew so long before its end; WeChat keeps the old one valid for five minutes beside the new one."""
BAD_TOKEN: Final = frozenset({40001, 40014, 42001})
"""Invalid credential, invalid token, token expired."""
BUSY: Final = frozenset({-1, 45009, 45011})
"""System busy, daily quota used, called too often."""
REASONS: Final = {40003: "UNKNOWN_OPENID", 43004: "NOT_SUBSCRIBED", 43101: "NOT_SUBSCRIBED", 40037: "BAD_TEMPLATE", 47003: "BAD_TEMPLATE"}  # fmt: skip
JSON: Final = {"content-type": "application/json; charset=UTF-8"}


class WeChatTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A template of the account and which fact fills which of its fields (``thing1 = "hall"``)."""

    id: str
    fields: dict[str, str]


class WeChatSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="wechat"):
    """The official account and its templates, by kind of message."""

    appid: str
    secret: str
    templates: dict[str, WeChatTemplate]
    page: str = ""
    """Address that a tap on the message opens; the same for everybody, it carries no secret."""
    url: str = PUBLIC_API


class WeChatChannel:
    """Sends to people who follow the account; their openid must be known."""

    needs: Need = "openid"

    def __init__(
        self,
        settings: WeChatSettings,
        gateway: Gateway | None = None,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Use an account; no token is fetched before the first message."""
        self._settings = settings
        self._gateway = gateway or Gateway()
        self._monotonic_s = monotonic_s
        self._token = ""
        self._token_ends_s = 0.0
        self._fetching = asyncio.Lock()

    async def send(self, envelope: Envelope) -> Answer:
        """Send the kind's template; with a token that has just become invalid, once more with another."""
        template = self._settings.templates.get(envelope.kind)
        if template is None:
            return Refused("NO_TEMPLATE")
        answer: Answer = Later("BAD_TOKEN")
        for _ in range(2):
            token = await self._valid_token()
            if not isinstance(token, str):
                return token
            reply = await self._post(token, envelope, template)
            if isinstance(reply, Refused | Later):
                return reply
            code = reply.get("errcode", 0)
            if not isinstance(code, int):
                return Later("BROKEN_ANSWER")
            if code not in BAD_TOKEN:
                return _answer_of(code)
            self._forget(token)
        return answer

    async def close(self) -> None:
        """Give the connections back."""
        await self._gateway.close()

    async def _valid_token(self) -> str | Refused | Later:
        """Return the token, fetching it if there is none; whoever needs one meanwhile waits for that answer."""
        async with self._fetching:
            if self._token and self._monotonic_s() < self._token_ends_s:
                return self._token
            asked = {
                "grant_type": "client_credential",
                "appid": self._settings.appid,
                "secret": self._settings.secret,
            }
            body = await self._gateway.post(
                f"{self._settings.url}/cgi-bin/stable_token", body=msgspec.json.encode(asked), headers=JSON
            )
            reply = parsed(body) if isinstance(body, bytes) else body
            if isinstance(reply, Refused | Later):
                # Whatever is wrong here is wrong for every message, so none is given up for it.
                return Later(reply.reason)
            token, lasts_s = reply.get("access_token"), reply.get("expires_in")
            if not isinstance(token, str) or not isinstance(lasts_s, int):
                code = reply.get("errcode")
                return Later(f"TOKEN_{code}" if isinstance(code, int) else "TOKEN_MISSING")
            self._token, self._token_ends_s = token, self._monotonic_s() + max(1, lasts_s - EARLY_S)
            return token

    def _forget(self, token: str) -> None:
        if self._token == token:
            self._token = ""

    async def _post(self, token: str, envelope: Envelope, template: WeChatTemplate) -> Reply | Refused | Later:
        message = {
            "touser": envelope.openid,
            "template_id": template.id,
            "client_msg_id": short_key(envelope.key),
            "data": {field: {"value": envelope.facts.get(fact, "")} for field, fact in template.fields.items()},
        }
        if self._settings.page:
            message["url"] = self._settings.page
        body = await self._gateway.post(
            f"{self._settings.url}/cgi-bin/message/template/send?access_token={token}",
            body=msgspec.json.encode(message),
            headers=JSON,
        )
        return parsed(body) if isinstance(body, bytes) else body


def short_key(key: str) -> str:
    """Return a key in 32 characters, for gateways that take no longer ones."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _answer_of(code: int) -> Answer:
    if code == 0:
        return Sent()
    if code in BUSY:
        return Later(f"WECHAT_{code}")
    return Refused(REASONS.get(code, f"WECHAT_{code}"))

"""Text messages through an SMS gateway (短信网关): one configurable HTTP adapter, since no two gateways are alike.

A message is posted as a form or as JSON: fixed parameters of the account, the phone number, the template with its facts (or the
whole text), and the message's key. It is signed by HMAC-SHA256 over the sorted parameters (``a=1&b=2``) where the gateway
wants that.
"""

import hashlib
import hmac
import re
import time
from base64 import b64encode
from collections.abc import Callable
from typing import Any, Final, Literal
from urllib.parse import urlencode

import msgspec

from server.channels.gateway import Gateway, parsed
from server.channels.port import Answer, Envelope, Later, Need, Refused, Sent

KEY_HEADER: Final = "idempotency-key"
CONTENT_TYPES: Final = {
    "form": "application/x-www-form-urlencoded; charset=UTF-8",
    "json": "application/json; charset=UTF-8",
}

CODE: Final = re.compile(r"(?!.*[0-9]{7})[A-Za-z0-9._-]{1,40}")
"""Codes are shown to managers and logged: a text, or anything as long as a phone number, is not repeated."""


class SmsTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text that the gateway has approved, in one or both languages, and the facts that fill it."""

    zh: str
    en: str = ""
    """Empty: the Chinese one is sent to everybody."""
    facts: dict[str, str] = {}
    """Parameter of the template to our fact (``time = "when"``)."""


class SmsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="sms"):
    """The gateway, and under which names it wants what; an empty name leaves that out."""

    url: str
    format: Literal["form", "json"] = "form"
    fixed: dict[str, str] = {}
    """Account, signature shown to the visitor (短信签名), region: whatever is always the same."""
    headers: dict[str, str] = {}
    phone_field: str = "phone"
    template_field: str = "template"
    facts_field: str = "params"
    text_field: str = ""
    """Set: the gateway takes whole texts, and no templates are needed."""
    key_field: str = "request_id"
    templates: dict[str, SmsTemplate] = {}
    secret: str = ""
    """Set: parameters are signed."""
    signature_field: str = "signature"
    timestamp_field: str = "timestamp"
    answer_field: str = "code"
    sent_values: tuple[str, ...] = ("0", "OK", "ok", "200")
    later_values: tuple[str, ...] = ()
    """Codes that mean: not now. Every other code means: never."""


class SmsChannel:
    """Sends to phone numbers."""

    needs: Need = "phone"

    def __init__(
        self, settings: SmsSettings, gateway: Gateway | None = None, *, wall_s: Callable[[], float] = time.time
    ) -> None:
        """Use a gateway; ``wall_s`` dates the signatures."""
        self._settings = settings
        self._gateway = gateway or Gateway()
        self._wall_s = wall_s

    async def send(self, envelope: Envelope) -> Answer:
        """Post one text message and read the gateway's code."""
        wants = self._settings
        if not wants.text_field and envelope.kind not in wants.templates:
            return Refused("NO_TEMPLATE")
        params = self._params(envelope)
        body = urlencode(params).encode() if wants.format == "form" else msgspec.json.encode(params)
        headers = {**wants.headers, "content-type": CONTENT_TYPES[wants.format], KEY_HEADER: envelope.key}
        reply = await self._gateway.post(wants.url, body=body, headers=headers)
        return reply if isinstance(reply, Refused | Later) else self._answer_of(reply)

    async def close(self) -> None:
        """Give the connections back."""
        await self._gateway.close()

    def _params(self, envelope: Envelope) -> dict[str, str]:
        wants = self._settings
        params = {**wants.fixed, wants.phone_field: envelope.phone, wants.key_field: envelope.key}
        if wants.text_field:
            params[wants.text_field] = envelope.text
        else:
            template = wants.templates[envelope.kind]
            is_english = envelope.language == "en" and template.en
            params[wants.template_field] = template.en if is_english else template.zh
            facts = {name: envelope.facts.get(fact, "") for name, fact in template.facts.items()}
            params[wants.facts_field] = msgspec.json.encode(facts).decode()
        params.pop("", None)
        if wants.secret:
            params[wants.timestamp_field] = str(int(self._wall_s()))
            params[wants.signature_field] = signature(params, wants.secret)
        return params

    def _answer_of(self, body: bytes) -> Answer:
        wants = self._settings
        if not wants.answer_field:
            return Sent()
        reply = parsed(body)
        if isinstance(reply, Later):
            return reply
        code: Any = reply.get(wants.answer_field)
        if not isinstance(code, str | int) or isinstance(code, bool):
            return Later("BROKEN_ANSWER")
        if str(code) in wants.sent_values:
            return Sent()
        reason = f"SMS_{code}" if CODE.fullmatch(str(code)) else "SMS_OTHER"
        return Later(reason) if str(code) in wants.later_values else Refused(reason)


def signature(params: dict[str, str], secret: str) -> str:
    """Return the base 64 of the HMAC-SHA256 over the parameters in the order of their names."""
    text = "&".join(f"{name}={params[name]}" for name in sorted(params))
    return b64encode(hmac.digest(secret.encode(), text.encode(), hashlib.sha256)).decode()

"""Messages as events to another program: CloudEvents 1.0 in structured JSON, signed by Standard Webhooks.

Sources: CloudEvents specification 1.0.2, JSON event format and HTTP protocol binding (structured content mode);
Standard Webhooks specification 1.0 (headers ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``).
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec
from standardwebhooks import Webhook

from server.channels.gateway import Gateway
from server.channels.port import Answer, Envelope, Later, Need, Refused, Sent

CONTENT_TYPE: Final = "application/cloudevents+json; charset=UTF-8"


class WebhookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="webhook"):
    """Where events go; ``secret`` is the shared one (``whsec_`` and base 64 of 24 to 64 bytes)."""

    url: str
    secret: str
    with_contact: bool = True
    """Whether name, phone and WeChat id are in the event; without them the receiver must know the booking itself."""


class WebhookChannel:
    """Posts each message as one signed event."""

    needs: Need = ""

    def __init__(
        self, settings: WebhookSettings, gateway: Gateway | None = None, *, wall_s: Callable[[], float] = time.time
    ) -> None:
        """Use a receiver; ``wall_s`` dates the signatures, by the computer's time and not by a demo's."""
        self._settings = settings
        self._signer = Webhook(settings.secret)
        self._gateway = gateway or Gateway()
        self._wall_s = wall_s

    async def send(self, envelope: Envelope) -> Answer:
        """Post the event; any 2xx means that it was taken."""
        body = msgspec.json.encode(event_of(envelope, with_contact=self._settings.with_contact))
        signed_at = datetime.fromtimestamp(int(self._wall_s()), UTC)
        headers = {
            "content-type": CONTENT_TYPE,
            "webhook-id": envelope.key,
            "webhook-timestamp": str(int(signed_at.timestamp())),
            "webhook-signature": self._signer.sign(envelope.key, signed_at, body.decode()),
        }
        reply = await self._gateway.post(self._settings.url, body=body, headers=headers)
        return reply if isinstance(reply, Refused | Later) else Sent()

    async def close(self) -> None:
        """Give the connections back."""
        await self._gateway.close()


def event_of(envelope: Envelope, *, with_contact: bool) -> dict[str, object]:
    """Return the CloudEvent of a message."""
    data: dict[str, object] = {
        "hall": envelope.hall,
        "date": envelope.date,
        "appointment": envelope.appointment,
        "version": envelope.version,
        "kind": envelope.kind,
        "language": envelope.language,
        "title": envelope.title,
        "text": envelope.text,
        "facts": envelope.facts,
    }
    if with_contact:
        data["to"] = {"name": envelope.name, "phone": envelope.phone, "openid": envelope.openid}
    return {
        "specversion": "1.0",
        "id": envelope.key,
        "source": f"/halls/{envelope.hall}/days/{envelope.date}",
        "type": f"onewindow.message.{envelope.kind}",
        "subject": envelope.appointment,
        "time": datetime.fromtimestamp(envelope.at_ms / 1000, UTC).isoformat(timespec="milliseconds"),
        "datacontenttype": "application/json",
        "data": data,
    }

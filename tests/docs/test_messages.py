"""What `docs/messages.md` shows is taken by the server, and its receiver believes what the server signs."""

import tomllib
from typing import Any

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from server.outbox.configuration import channels_of, configuration_of
from server.outbox.kinds import KINDS
from server.outbox.rules import MessageRules, Rules
from server.outbox.texts import FACTS
from tests.docs.documents import ROOT, blocks, inline
from tests.support.gateway import gateway_running
from tests.support.messages import SECRET, message_day, outbox_of, webhook_to

DOCUMENT = ROOT / "docs/messages.md"


def test_the_file_of_the_document_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WECHAT_SECRET", "SMS_SECRET"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    (example,) = blocks(DOCUMENT, "toml")

    configuration = configuration_of(tomllib.loads(example))

    assert set(channels_of(configuration)) == {"log", "wechat", "sms", "events"}
    assert configuration.rules.of("longgang").use == ("events",)
    assert configuration.rules.of("futian").near_ms == 600_000


def test_the_document_names_every_kind_of_message_and_every_fact() -> None:
    words = set(inline(DOCUMENT))

    assert set(KINDS) <= words
    assert set(FACTS) <= words


async def test_the_receiver_of_the_document_believes_the_hall_and_nobody_else(tmp_path: Any) -> None:
    (example,) = blocks(DOCUMENT, "python")
    names: dict[str, Any] = {}
    exec(compile(example, str(DOCUMENT), "exec"), names)
    with gateway_running() as gateway:
        channels, rules = {"hook": webhook_to(gateway.url)}, Rules(MessageRules(use=("hook",)))
        async with message_day(tmp_path) as day, outbox_of(day, channels=channels, rules=rules) as outbox:
            booked = day.hall.book("p1", slot=2)
            await day.know(booked)
            await day.at(outbox, day.hall.now)
        (request,) = gateway.of_kind("confirmation")

    _, kind, facts = names["received"](SECRET, request.headers, request.body)

    assert kind == "onewindow.message.confirmation"
    assert facts["hall"]
    with pytest.raises(WebhookVerificationError):
        names["received"](SECRET, request.headers, request.body + b" ")

"""`messages.toml` of a data folder: which channels there are, and when messages go out. Read once, at the start.

BadMessages    the file says something that cannot be meant; the message names the place in it
"""

import os
import re
import tomllib
from binascii import Error as Base64Error
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from hall.ids import MINUTE_MS
from server.channels.port import Channel, LogChannel
from server.channels.sms import SmsChannel, SmsSettings
from server.channels.webhook import WebhookChannel, WebhookSettings
from server.channels.wechat import WeChatChannel, WeChatSettings
from server.contacts.book import KEEP_DAYS
from server.outbox.kinds import KINDS
from server.outbox.rules import MessageRules, Rules
from server.outbox.texts import FACTS

FILE_NAME: Final = "messages.toml"
FROM_ENVIRONMENT: Final = "env:"
"""``secret = "env:SMS_SECRET"``: the value stands in that environment variable, not in the file."""
LOG: Final = "log"
CHANNELS_LIMIT: Final = 20
NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE: Final = re.compile(r"[ -~]*")
TIME: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")

ChannelSettings = WebhookSettings | WeChatSettings | SmsSettings


class BadMessages(Exception):
    """The file of messages cannot be used."""


class _Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    reminder_at: str | None = None
    soon_minutes: int | None = None
    near_minutes: int | None = None
    quiet: str | None = None
    use: tuple[str, ...] | None = None


class _File(_Times, frozen=True, forbid_unknown_fields=True, kw_only=True):
    contact_days: int = KEEP_DAYS
    channels: dict[str, ChannelSettings] = {}
    halls: dict[str, _Times] = {}


class Configuration(msgspec.Struct, frozen=True):
    """What the file says."""

    rules: Rules = Rules()
    channels: Mapping[str, ChannelSettings] = {}
    contact_days: int = KEEP_DAYS


def load_configuration(path: Path) -> Configuration:
    """Read the file; without one, messages are only stored. Raises :class:`BadMessages`."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Configuration()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadMessages(f"{path.name} 无法读取 / cannot be read: {error}") from error
    try:
        return configuration_of(raw)
    except BadMessages as error:
        raise BadMessages(f"{path.name}: {error}") from error


def configuration_of(raw: Mapping[str, Any]) -> Configuration:
    """Return what a parsed file says; raises :class:`BadMessages`."""
    try:
        file = msgspec.convert(_with_environment(raw, "$"), _File)
    except msgspec.ValidationError as error:
        raise BadMessages(f"内容有误 / its content cannot be used: {error}") from error
    _check_channels(file)
    if not 1 <= file.contact_days <= 3_650:
        raise BadMessages("contact_days 应为 1 至 3650 / is 1 to 3650")
    usual = MessageRules(use=tuple(file.channels) or (LOG,))
    house = _rules(file, usual, file, where="the file")
    halls = {code: _rules(part, house, file, where=f"halls.{code}") for code, part in file.halls.items()}
    return Configuration(Rules(house, halls), file.channels, file.contact_days)


def channels_of(configuration: Configuration) -> dict[str, Channel]:
    """Make the channels; nothing is connected before the first message."""
    made: dict[str, Channel] = {LOG: LogChannel()}
    for name, settings in configuration.channels.items():
        match settings:
            case WebhookSettings():
                made[name] = WebhookChannel(settings)
            case WeChatSettings():
                made[name] = WeChatChannel(settings)
            case SmsSettings():
                made[name] = SmsChannel(settings)
    return made


def _with_environment(value: Any, where: str) -> Any:
    if isinstance(value, dict):
        return {name: _with_environment(one, f"{where}.{name}") for name, one in value.items()}
    if isinstance(value, str) and value.startswith(FROM_ENVIRONMENT):
        name = value.removeprefix(FROM_ENVIRONMENT)
        if name not in os.environ:
            raise BadMessages(f"没有设置环境变量 / the environment variable {name} is not set - at `{where}`")
        return os.environ[name]
    return value


def _rules(part: _Times, usual: MessageRules, file: _File, *, where: str) -> MessageRules:
    changes: dict[str, object] = {}
    if part.reminder_at is not None:
        changes["reminder_min"] = _minute(part.reminder_at, f"reminder_at of {where}")
    if part.soon_minutes is not None:
        changes["soon_ms"] = _between(part.soon_minutes, 30, 1_440, f"soon_minutes of {where}") * MINUTE_MS
    if part.near_minutes is not None:
        changes["near_ms"] = _between(part.near_minutes, 1, 120, f"near_minutes of {where}") * MINUTE_MS
    if part.quiet is not None:
        changes["quiet_from_min"], changes["quiet_to_min"] = _quiet(part.quiet, where)
    if part.use is not None:
        unknown = [name for name in part.use if name not in {*file.channels, LOG}]
        if unknown or not part.use:
            raise BadMessages(
                f"use of {where}: 须列出已有的渠道 / it names channels that there are; "
                f"unknown: {', '.join(unknown) or 'none'}"
            )
        changes["use"] = part.use
    return msgspec.structs.replace(usual, **changes)


def _quiet(text: str, where: str) -> tuple[int, int]:
    if not text:
        return (0, 0)
    start, dash, end = text.partition("-")
    if not dash:
        raise BadMessages(
            f"quiet of {where}: 写成 21:00-07:30 或留空 / it looks like 21:00-07:30, or is empty, not {text!r}"
        )
    return _minute(start, f"quiet of {where}"), _minute(end, f"quiet of {where}")


def _minute(text: str, where: str) -> int:
    found = TIME.fullmatch(text.strip())
    if found is None:
        raise BadMessages(f"{where}: 时刻写成 18:00 / a time of day looks like 18:00, not {text!r}")
    return int(found[1]) * 60 + int(found[2])


def _between(value: int, least: int, most: int, where: str) -> int:
    if not least <= value <= most:
        raise BadMessages(f"{where}: 应为 {least} 至 {most} / it is {least} to {most}, not {value}")
    return value


def _check_channels(file: _File) -> None:
    if len(file.channels) > CHANNELS_LIMIT:
        raise BadMessages(f"渠道超过 {CHANNELS_LIMIT} 个 / more than {CHANNELS_LIMIT} channels")
    for name, settings in file.channels.items():
        where = f"channels.{name}"
        if NAME.fullmatch(name) is None or name == LOG:
            raise BadMessages(
                f"{where}: 名称由小写字母、数字、- 和 _ 组成，且不能是 {LOG} / "
                f"a name is small letters, digits, - and _, and not {LOG}"
            )
        _check_address(settings.url, where)
        if isinstance(settings, WebhookSettings):
            _check_secret(settings.secret, where)
        else:
            _check_templates(settings, where)
        if isinstance(settings, SmsSettings):
            _check_headers(settings.headers, where)


def _check_address(url: str, where: str) -> None:
    try:
        address = urlsplit(url)
        is_good = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise BadMessages(f"{where}.url 应为 http 或 https 地址 / must be an http or https address")


def _check_headers(headers: Mapping[str, str], where: str) -> None:
    for name, value in headers.items():
        if HEADER_NAME.fullmatch(name) is None or HEADER_VALUE.fullmatch(value) is None:
            raise BadMessages(
                f"{where}.headers: {name!r} 不是请求头，或其值不是 ASCII 字符 / "
                "is no header, or its value is not plain ASCII"
            )


def _check_secret(secret: str, where: str) -> None:
    try:
        Webhook(secret)
    except (Base64Error, EmptyWebhookSecretError, RuntimeError) as error:
        raise BadMessages(f"{where}.secret 应为 whsec_ 加 base 64 / is not whsec_ and base 64") from error


def _check_templates(settings: WeChatSettings | SmsSettings, where: str) -> None:
    for kind, template in settings.templates.items():
        if kind not in KINDS:
            raise BadMessages(
                f"{where}.templates.{kind}: 没有这种消息 / there is no such kind of message; kinds are {', '.join(KINDS)}"
            )
        facts = template.facts if isinstance(settings, SmsSettings) else template.fields  # type: ignore[union-attr]
        for name, fact in facts.items():
            if fact not in FACTS:
                raise BadMessages(
                    f"{where}.templates.{kind}.{name}: 没有这个字段 / there is no fact {fact}; "
                    f"facts are {', '.join(FACTS)}"
                )

"""When messages go out: data of a house, other for a hall where that says so. Times of day are minutes after local midnight."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from hall.ids import MINUTE_MS, Ms
from hall.opening import local_ms


class MessageRules(msgspec.Struct, frozen=True):
    """The rules of one hall; the figures are customs of real halls (assumptions, each can be set)."""

    reminder_min: int = 18 * 60
    """Time of the reminder on the day before."""
    soon_ms: Ms = 120 * MINUTE_MS
    """The second reminder goes out so long before the slot."""
    near_ms: Ms = 10 * MINUTE_MS
    """Who waits is told when the estimate (P50) falls to this."""
    quiet_from_min: int = 21 * 60
    quiet_to_min: int = 7 * 60 + 30
    """Equal to ``quiet_from_min``: no quiet hours."""
    use: tuple[str, ...] = ("log",)
    """Names of channels; the first that can reach the visitor takes the message."""


class Rules(msgspec.Struct, frozen=True):
    """The rules of all halls."""

    house: MessageRules = MessageRules()
    halls: Mapping[str, MessageRules] = {}

    def of(self, hall: str) -> MessageRules:
        """Return the rules of a hall."""
        return self.halls.get(hall, self.house)


def quiet_until(rules: MessageRules, zone: str, at_ms: Ms) -> Ms | None:
    """Return when the quiet hours that a moment lies in are over; None outside of them."""
    start, end = rules.quiet_from_min, rules.quiet_to_min
    local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    if start < end:
        return local_ms(local.date().isoformat(), end, zone) if start <= minute < end else None
    if start == end or end <= minute < start:
        return None
    day = local.date() + timedelta(days=minute >= start)
    return local_ms(day.isoformat(), end, zone)

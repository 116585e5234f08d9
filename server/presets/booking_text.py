"""The form of booking rules in a preset's text: minutes and days as people write them; an unknown word is an error."""

from typing import Literal

import msgspec

from hall.booking import BookingRules, Limits, NoShowRule
from hall.ids import MINUTE_MS

DEFAULTS = BookingRules()


class LimitsText(Limits, frozen=True, forbid_unknown_fields=True):
    """Most bookings of one person, phone or device."""


class NoShowText(NoShowRule, frozen=True, forbid_unknown_fields=True):
    """So many no-shows within so many days close booking for so many days."""


class RulesText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How bookings are made, changed and used; what is left out is as in ``hall.booking``."""

    days_ahead: int = DEFAULTS.release.horizon_days
    """Open days before the visit on which its places come on sale."""
    release: Literal["daily", "rolling"] = DEFAULTS.release.kind
    release_at: str = "08:00"
    lead_min: int = DEFAULTS.lead_ms // MINUTE_MS
    hold_min: int = DEFAULTS.hold_ms // MINUTE_MS
    cancel_before_min: int = DEFAULTS.cancel_before_ms // MINUTE_MS
    move_before_min: int = DEFAULTS.move_before_ms // MINUTE_MS
    max_moves: int = DEFAULTS.max_moves
    early_min: int = DEFAULTS.early_ms // MINUTE_MS
    grace_min: int = DEFAULTS.grace_ms // MINUTE_MS
    absent_min: int = DEFAULTS.absent_ms // MINUTE_MS
    offer_min: int = DEFAULTS.offer_ms // MINUTE_MS
    max_waitlist: int = DEFAULTS.max_waitlist
    person: LimitsText = LimitsText(open=2, day=1, week=2, month=6)
    no_shows: tuple[NoShowText, ...] = (NoShowText(),)
    max_passed: int = DEFAULTS.fairness.max_passed
    on_time_min: int = DEFAULTS.fairness.on_time_ms // MINUTE_MS
    on_time_pct: int = DEFAULTS.fairness.on_time_pct


class GroupText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Items that share places; ``each_department``: one group for the items that each department keeps to itself."""

    code: str
    zh: str
    en: str
    themes: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    each_department: bool = False
    slot_min: int = 30
    places: int | None = None
    windows: int = 0
    unit_min: int = 0
    walk_in_pct: int = 50
    no_show_pct: int = 10
    rules: RulesText | None = None


class BookingText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All rules of booking of a template."""

    groups: tuple[GroupText, ...]
    rules: RulesText = RulesText()
    credit_min: int = 20
    """The booked stand in line as if they had come so long before their slot; ``max_passed`` bounds whom they pass."""
    assumed: bool = False

"""The rules of booked visits (预约): data of a policy, per hall and group of items.

Figures come from real halls: book 1–5 workdays ahead; 1 a day, 2 a week, 6 a month; cancel until 2 h before; two
no-shows in 180 days close booking for 180 days. Every hall sets its own.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from hall.catalog import Catalog, Text
from hall.ids import MINUTE_MS, ItemCode, Ms, ThemeCode
from hall.roots import BookingChannel

MIN_SLOT_MS: Ms = 5 * MINUTE_MS
MAX_SLOT_MS: Ms = 240 * MINUTE_MS


class ChannelLimit(msgspec.Struct, frozen=True):
    """Most places of each slot that one channel may sell."""

    channel: BookingChannel
    places: int


class Limits(msgspec.Struct, frozen=True):
    """Most bookings of one person, phone or device; None is without limit."""

    open: int | None = None
    """Not yet used, held places and waitlist included."""
    day: int | None = None
    week: int | None = None
    month: int | None = None


class NoShowRule(msgspec.Struct, frozen=True):
    """So many no-shows (爽约) within so many days close booking for so many days."""

    count: int = 2
    within_days: int = 180
    ban_days: int = 180


class Release(msgspec.Struct, frozen=True):
    """When places come on sale (放号), counted in open days before the visit."""

    horizon_days: int = 5
    kind: Literal["daily", "rolling"] = "daily"
    """``daily``: a whole date at one time of day; ``rolling``: each slot at its own time of day."""
    release_min: int = 8 * 60
    """Time of the daily release, in minutes after local midnight."""


class Fairness(msgspec.Struct, frozen=True):
    """The guarantees for both kinds of visitors; ``figures`` reports how far they were kept."""

    max_passed: int = 5
    """No walk-in is passed by more bookings than this."""
    on_time_ms: Ms = 10 * MINUTE_MS
    on_time_pct: int = 95
    """So many of the booked visitors are to be called within ``on_time_ms`` of their slot."""


class BookingRules(msgspec.Struct, frozen=True):
    """How bookings are made, changed and used."""

    release: Release = Release()
    lead_ms: Ms = 30 * MINUTE_MS
    """The last booking is made this long before the slot."""
    hold_ms: Ms = 5 * MINUTE_MS
    """A place is held this long while the form is filled (占号)."""
    max_held: int = 2
    """Places that one person, phone or device holds at a time."""
    cancel_before_ms: Ms = 120 * MINUTE_MS
    move_before_ms: Ms = 120 * MINUTE_MS
    max_moves: int = 2
    early_ms: Ms = 60 * MINUTE_MS
    """How long before the slot one may check in (签到)."""
    grace_ms: Ms = 10 * MINUTE_MS
    """Who comes up to this late keeps the booked order."""
    absent_ms: Ms = 30 * MINUTE_MS
    """Who has not come by then is a no-show; at least ``grace_ms``."""
    offer_ms: Ms = 15 * MINUTE_MS
    """How long a place is offered to one person of the waitlist (候补) alone."""
    max_waitlist: int = 100
    """Zero: no waitlist."""
    person: Limits = Limits(open=2, day=1, week=2, month=6)
    phone: Limits = Limits(open=4, day=2, week=4, month=12)
    """A family shares a phone."""
    device: Limits = Limits(open=4, day=4, week=8, month=24)
    same_item_once: bool = True
    no_shows: tuple[NoShowRule, ...] = (NoShowRule(),)
    klass: str = "booked"
    late_klass: str = "ordinary"
    """Class of who comes later than the grace."""
    fairness: Fairness = Fairness()


class BookingGroup(msgspec.Struct, frozen=True):
    """Items that share places (预约组); of a group without themes and items: all that no other group names."""

    code: str
    name: Text
    themes: tuple[ThemeCode, ...] = ()
    items: tuple[ItemCode, ...] = ()
    slot_ms: Ms = 30 * MINUTE_MS
    places: int | None = None
    """Places of each slot, all channels together; None: worked out from the windows planned."""
    channels: tuple[ChannelLimit, ...] = ()
    windows: int = 0
    """Windows planned for it; 0: all that serve some of it."""
    unit_ms: Ms = 0
    """Service time that one place stands for; 0: the mean of its items."""
    walk_in_pct: int = 50
    """Share of the windows' time that is kept for walk-ins."""
    no_show_pct: int = 10
    """Share of the booked that is expected not to come; an assumption until a hall's own log says otherwise."""
    rules: BookingRules | None = None
    """None: the hall's."""


class Booking(msgspec.Struct, frozen=True):
    """All rules of booking in a hall."""

    groups: tuple[BookingGroup, ...]
    rules: BookingRules = BookingRules()


def rules_for(booking: Booking, group: BookingGroup) -> BookingRules:
    """Return the rules of a group: its own, or the hall's."""
    return booking.rules if group.rules is None else group.rules


def groups_by_item(booking: Booking, catalog: Catalog) -> dict[ItemCode, str]:
    """Map each item that can be booked to its group: one that names the item, else the theme, else the open one."""
    naming: dict[ItemCode, list[tuple[int, BookingGroup]]] = {}
    of_theme: dict[ThemeCode, str] = {}
    open_to_all = next((group.code for group in booking.groups if not (group.items or group.themes)), None)
    for number, group in enumerate(booking.groups):
        for code in group.items:
            naming.setdefault(code, []).append((number, group))
        for theme in group.themes:
            of_theme.setdefault(theme, group.code)
    found: dict[ItemCode, str] = {}
    for item in catalog.items:
        named = naming.get(item.code)
        if named is not None:
            found[item.code] = max((item.theme in group.themes, -number, group.code) for number, group in named)[2]
            continue
        code_of = of_theme.get(item.theme, open_to_all)
        if code_of is not None:
            found[item.code] = code_of
    return found


def faults_of_booking(booking: Booking, catalog: Catalog, lanes: dict[str, int]) -> list[str]:
    """List every contradiction of the booking rules; ``lanes`` are those of the policy's classes."""
    themes = {theme.code for theme in catalog.themes}
    items = {item.code for item in catalog.items}
    codes = [group.code for group in booking.groups]
    faults = [f"booking: group {code} is defined twice" for code in sorted({c for c in codes if codes.count(c) > 1})]
    if sum(not (group.themes or group.items) for group in booking.groups) > 1:
        faults.append("booking: two groups take every item")
    faults += _faults_of_rules("booking", booking.rules, lanes)
    for group in booking.groups:
        where = f"booking group {group.code}"
        faults += [f"{where}: unknown theme {code}" for code in group.themes if code not in themes]
        faults += [f"{where}: unknown item {code}" for code in group.items if code not in items]
        faults += _faults_of_group(where, group)
        if group.rules is not None:
            faults += _faults_of_rules(where, group.rules, lanes)
    return faults


def _faults_of_group(where: str, group: BookingGroup) -> Iterable[str]:
    if not MIN_SLOT_MS <= group.slot_ms <= MAX_SLOT_MS or group.slot_ms % MINUTE_MS:
        yield f"{where}: a slot lasts 5 to 240 whole minutes"
    if not 0 <= group.walk_in_pct <= 100 or not 0 <= group.no_show_pct <= 90:
        yield f"{where}: shares are 0 to 100 % for walk-ins, 0 to 90 % for no-shows"
    named = [one.channel for one in group.channels]
    if len(set(named)) != len(named):
        yield f"{where}: a channel is limited twice"


def _faults_of_rules(where: str, rules: BookingRules, lanes: dict[str, int]) -> Iterable[str]:
    yield from (f"{where}: unknown class {one}" for one in (rules.klass, rules.late_klass) if one not in lanes)
    if lanes.get(rules.klass) != lanes.get("ordinary"):
        yield f"{where}: booked visitors and walk-ins must share a lane, or nothing bounds who passes whom"
    if rules.absent_ms < rules.grace_ms:
        yield f"{where}: nobody is absent before the grace is over"
    if any(min(one.count, one.within_days, one.ban_days) < 1 for one in rules.no_shows):
        yield f"{where}: a no-show rule counts from 1"

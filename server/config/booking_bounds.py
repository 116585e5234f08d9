"""Limits of booking rules, each fault at the field it stands in; what needs items and themes is left to the plan's own check.

Laws: no rule can be met by nobody (a slot without length, a limit of none), and none outlasts what a log or a screen can hold.
"""

from collections.abc import Iterator
from typing import Final

from hall.booking import MAX_SLOT_MS, MIN_SLOT_MS, BookingGroup, BookingRules, Limits, NoShowRule
from hall.ids import DAY_MS, MINUTE_MS
from hall.policy import Policy
from server.config.faults import Fault

HOUR_MS: Final = 60 * MINUTE_MS
PLACES_MAX: Final = 10_000
"""Places of one slot: more than the people that any hall holds."""
WINDOWS_MAX: Final = 500
DAYS_AHEAD_MAX: Final = 90
"""Halls open 1 to 5 workdays ahead; a quarter of a year is beyond any published calendar's use."""
HOLD_MAX_MS: Final = HOUR_MS
LEAD_MAX_MS: Final = 30 * DAY_MS
COUNT_MAX: Final = 1_000
WITHIN_MAX_DAYS: Final = 3_660

RANGES: Final[tuple[tuple[str, int, int], ...]] = (
    ("lead_ms", 0, LEAD_MAX_MS),
    ("hold_ms", MINUTE_MS, HOLD_MAX_MS),
    ("max_held", 1, COUNT_MAX),
    ("cancel_before_ms", 0, LEAD_MAX_MS),
    ("move_before_ms", 0, LEAD_MAX_MS),
    ("max_moves", 0, COUNT_MAX),
    ("early_ms", 0, DAY_MS),
    ("grace_ms", 0, DAY_MS),
    ("absent_ms", 0, DAY_MS),
    ("offer_ms", MINUTE_MS, DAY_MS),
    ("max_waitlist", 0, PLACES_MAX),
)
"""Least and most of the numbers of ``BookingRules``."""


def faults_of_booking_rules(policy: Policy) -> Iterator[Fault]:
    """List what is out of bounds in the booking rules of a policy; without any there is nothing to say."""
    if policy.booking is None:
        return
    if not policy.booking.groups:
        yield Fault("policy.booking.groups", "至少要有一个预约组", "at least one booking group is needed")
    yield from _faults_of_rules("policy.booking.rules", policy.booking.rules, policy)
    yield from _faults_of_groups(policy.booking.groups)
    for number, group in enumerate(policy.booking.groups):
        if group.rules is not None:
            yield from _faults_of_rules(f"policy.booking.groups[{number}].rules", group.rules, policy)


def _faults_of_groups(groups: tuple[BookingGroup, ...]) -> Iterator[Fault]:
    seen: set[str] = set()
    open_group = ""
    for number, group in enumerate(groups):
        where = f"policy.booking.groups[{number}]"
        if group.code in seen:
            yield Fault(f"{where}.code", f"预约组 {group.code[:40]} 重复", f"group {group.code[:40]} is there twice")
        seen.add(group.code)
        if not (group.themes or group.items):
            if open_group:
                yield Fault(
                    where, f"预约组 {open_group} 已包含全部事项", f"group {open_group} takes every item already"
                )
            open_group = group.code[:40]
        yield from _faults_of_group(where, group)


def _faults_of_group(where: str, group: BookingGroup) -> Iterator[Fault]:
    if not MIN_SLOT_MS <= group.slot_ms <= MAX_SLOT_MS or group.slot_ms % MINUTE_MS:
        yield Fault(f"{where}.slot_ms", "时段须为 5 到 240 个整分钟", "a slot lasts 5 to 240 whole minutes")
    yield from _between(f"{where}.places", group.places or 0, 0, PLACES_MAX)
    yield from _between(f"{where}.windows", group.windows, 0, WINDOWS_MAX)
    if group.unit_ms:
        yield from _between(f"{where}.unit_ms", group.unit_ms, MINUTE_MS, MAX_SLOT_MS)
    yield from _between(f"{where}.walk_in_pct", group.walk_in_pct, 0, 100)
    yield from _between(f"{where}.no_show_pct", group.no_show_pct, 0, 90)
    channels: set[str] = set()
    for number, one in enumerate(group.channels):
        yield from _between(f"{where}.channels[{number}].places", one.places, 0, PLACES_MAX)
        if one.channel in channels:
            zh, en = f"渠道 {one.channel} 重复", f"channel {one.channel} is limited twice"
            yield Fault(f"{where}.channels[{number}].channel", zh, en)
        channels.add(one.channel)


def _faults_of_rules(where: str, rules: BookingRules, policy: Policy) -> Iterator[Fault]:
    yield from _between(f"{where}.release.horizon_days", rules.release.horizon_days, 0, DAYS_AHEAD_MAX)
    yield from _between(f"{where}.release.release_min", rules.release.release_min, 0, 1_439)
    for name, least, most in RANGES:
        yield from _between(f"{where}.{name}", getattr(rules, name), least, most)
    if rules.absent_ms < rules.grace_ms:
        zh, en = "爽约时限不能早于迟到宽限", "nobody is absent before the grace is over"
        yield Fault(f"{where}.absent_ms", zh, en)
    for name in ("person", "phone", "device"):
        yield from _faults_of_limits(f"{where}.{name}", getattr(rules, name))
    for number, one in enumerate(rules.no_shows):
        yield from _faults_of_no_show(f"{where}.no_shows[{number}]", one)
    yield from _between(f"{where}.fairness.max_passed", rules.fairness.max_passed, 0, COUNT_MAX)
    yield from _between(f"{where}.fairness.on_time_ms", rules.fairness.on_time_ms, MINUTE_MS, DAY_MS)
    yield from _between(f"{where}.fairness.on_time_pct", rules.fairness.on_time_pct, 0, 100)
    yield from _faults_of_classes(where, rules, policy)


def _faults_of_classes(where: str, rules: BookingRules, policy: Policy) -> Iterator[Fault]:
    lanes = {one.code: one.lane for one in policy.classes}
    for name in ("klass", "late_klass"):
        code = getattr(rules, name)
        if code not in lanes:
            yield Fault(f"{where}.{name}", f"没有人群类别 {code[:40]}", f"unknown class {code[:40]}")
    if rules.klass in lanes and lanes[rules.klass] != lanes.get("ordinary"):
        zh = "预约和现场取号须在同一通道，否则无法保证谁先谁后"
        en = "booked visitors and walk-ins must share a lane, or nothing bounds who passes whom"
        yield Fault(f"{where}.klass", zh, en)


def _faults_of_limits(where: str, limits: Limits) -> Iterator[Fault]:
    for name in ("open", "day", "week", "month"):
        most = getattr(limits, name)
        if most is not None:
            yield from _between(f"{where}.{name}", most, 1, COUNT_MAX)


def _faults_of_no_show(where: str, rule: NoShowRule) -> Iterator[Fault]:
    yield from _between(f"{where}.count", rule.count, 1, COUNT_MAX)
    yield from _between(f"{where}.within_days", rule.within_days, 1, WITHIN_MAX_DAYS)
    yield from _between(f"{where}.ban_days", rule.ban_days, 1, WITHIN_MAX_DAYS)


def _between(where: str, number: int, least: int, most: int) -> Iterator[Fault]:
    if not least <= number <= most:
        yield Fault(where, f"须在 {least} 到 {most} 之间", f"must be between {least} and {most}")

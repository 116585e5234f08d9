"""Booking rules of a preset, made from its text for the items that its halls handle."""

from collections.abc import Iterator

import msgspec

from hall.booking import Booking, BookingGroup, BookingRules, Fairness, Limits, NoShowRule, Release
from hall.catalog import Text
from hall.ids import MINUTE_MS
from hall.policy import VisitorClass
from server.presets.booking_text import BookingText, GroupText, RulesText
from server.presets.items import SPECIALISED, Made


def booking_of(text: BookingText, made: tuple[Made, ...], departments: dict[str, Text]) -> Booking:
    """Return the rules that a text means for these items; ``departments`` are their names."""
    groups: list[BookingGroup] = []
    for group in text.groups:
        groups += _by_department(group, made, departments) if group.each_department else [_group(group)]
    return Booking(tuple(groups), _rules(text.rules))


def with_credit(classes: tuple[VisitorClass, ...], text: BookingText) -> tuple[VisitorClass, ...]:
    """Return the classes of visitors with the credit that a text gives to the booked."""
    credit_ms = text.credit_min * MINUTE_MS
    return tuple(
        msgspec.structs.replace(one, credit_ms=credit_ms) if one.code == BookingRules().klass else one
        for one in classes
    )


def _by_department(text: GroupText, made: tuple[Made, ...], departments: dict[str, Text]) -> Iterator[BookingGroup]:
    own: dict[str, list[str]] = {}
    for one in made:
        if one.item.theme == SPECIALISED:
            own.setdefault(one.department, []).append(one.item.code)
    shared = _group(text)
    for department, items in own.items():
        code, name = f"{text.code}-{department}", departments[department]
        yield msgspec.structs.replace(
            shared, code=code, name=Text(f"{text.zh}（{name.zh}）", f"{text.en}: {name.en}"), items=tuple(items)
        )


def _group(text: GroupText) -> BookingGroup:
    return BookingGroup(
        code=text.code,
        name=Text(text.zh, text.en),
        themes=text.themes,
        items=text.items,
        slot_ms=text.slot_min * MINUTE_MS,
        places=text.places,
        windows=text.windows,
        unit_ms=text.unit_min * MINUTE_MS,
        walk_in_pct=text.walk_in_pct,
        no_show_pct=text.no_show_pct,
        rules=None if text.rules is None else _rules(text.rules),
    )


def _rules(text: RulesText) -> BookingRules:
    hour, minute = text.release_at.split(":")
    return BookingRules(
        release=Release(text.days_ahead, text.release, int(hour) * 60 + int(minute)),
        lead_ms=text.lead_min * MINUTE_MS,
        hold_ms=text.hold_min * MINUTE_MS,
        cancel_before_ms=text.cancel_before_min * MINUTE_MS,
        move_before_ms=text.move_before_min * MINUTE_MS,
        max_moves=text.max_moves,
        early_ms=text.early_min * MINUTE_MS,
        grace_ms=text.grace_min * MINUTE_MS,
        absent_ms=text.absent_min * MINUTE_MS,
        offer_ms=text.offer_min * MINUTE_MS,
        max_waitlist=text.max_waitlist,
        person=Limits(text.person.open, text.person.day, text.person.week, text.person.month),
        no_shows=tuple(NoShowRule(one.count, one.within_days, one.ban_days) for one in text.no_shows),
        fairness=Fairness(text.max_passed, text.on_time_min * MINUTE_MS, text.on_time_pct),
    )

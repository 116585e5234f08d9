"""From a message and the state of its day to the words that go out. Pure."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from hall.appointments import grids_of
from hall.bookings import Appointment
from hall.catalog import Text
from hall.commands import Told
from hall.ids import MINUTE_MS, Ms
from hall.state import HallDay
from server.channels.port import Envelope
from server.contacts.book import Contact
from server.ledger.port import hall_and_date
from server.outbox.plan import Message, key_of, ticket_of
from server.outbox.texts import MONTHS, NO_SHOW_RULE, TEXTS, TITLES, WEEKDAYS

Language = Literal["zh", "en"]
CodeOf = Callable[[str, str, str], str]
"""Gives the check-in code of (hall, date, booking)."""


def envelope_of(message: Message, state: HallDay, contact: Contact, *, told: Told | None, code_of: CodeOf) -> Envelope:
    """Return the message as it goes out, in the visitor's language."""
    hall, day = hall_and_date(message.stream)
    language: Language = "en" if contact.language == "en" else "zh"
    facts = facts_of(message, state, language, told=told, code_of=code_of)
    english = language == "en"
    facts["title"] = TITLES[message.kind][english].format_map(facts)
    facts["text"] = TEXTS[message.kind][english].format_map(facts)
    return Envelope(
        key=key_of(message), kind=message.kind, hall=hall, date=day, appointment=message.appointment,
        version=message.version, language=language, title=facts["title"], text=facts["text"], facts=facts,
        at_ms=message.at_ms, name=contact.name, phone=contact.phone, openid=contact.openid,
    )  # fmt: skip


def facts_of(
    message: Message, state: HallDay, language: Language, *, told: Told | None, code_of: CodeOf
) -> dict[str, str]:
    """Return what templates may say of a booking now; what does not apply is empty."""
    hall, day = hall_and_date(message.stream)
    one = state.bookings.appointments.get(message.appointment)
    ticket = state.tickets.get(ticket_of(state, message.appointment))
    zone = state.plan.zone
    entries = (
        one.entries
        if one is not None
        else ()
        if ticket is None
        else tuple((e.item, e.quantity) for e in ticket.entries)
    )
    slot_ms = 0 if one is None else one.slot_ms or one.from_ms
    return {
        "hall": _in(language, state.plan.name),
        "items": _items(state, entries, language),
        "when": f"{_day(slot_ms, zone, language)}{_gap(language)}{_time(slot_ms, zone)}" if slot_ms else "",
        "day": _day(slot_ms, zone, language) if slot_ms else "",
        "time": _time(slot_ms, zone) if slot_ms else "",
        "code": code_of(hall, day, one.id) if one is not None else "",
        "until": _time(one.deadline_ms, zone) if one is not None and one.state == "OFFERED" else "",
        "minutes": str(max(1, -(-told.p50_ms // MINUTE_MS))) if told is not None else "",
        "number": ticket.number if ticket is not None else "",
        "rule": _rule(state, one, language) if one is not None else "",
    }


def _rule(state: HallDay, one: Appointment, language: Language) -> str:
    grid = grids_of(state).groups.get(one.group)
    rules = grid.rules.no_shows if grid is not None else ()
    template = NO_SHOW_RULE[language == "en"]
    return "".join(template.format(days=rule.within_days, count=rule.count, ban=rule.ban_days) for rule in rules)


def _items(state: HallDay, entries: tuple[tuple[str, int], ...], language: Language) -> str:
    names = []
    for code, quantity in entries:
        item = state.index.items.get(code)
        name = _in(language, item.name) if item is not None else code
        names.append(f"{name}×{quantity}" if quantity > 1 else name)
    return ("、" if language == "zh" else ", ").join(names)


def _in(language: Language, text: Text) -> str:
    return text.en or text.zh if language == "en" else text.zh


def _gap(language: Language) -> str:
    return "" if language == "zh" else ", "


def _day(at_ms: Ms, zone: str, language: Language) -> str:
    local = _local(at_ms, zone)
    if language == "zh":
        return f"{local.month}月{local.day}日（周{WEEKDAYS[0][local.weekday()]}）"
    return f"{WEEKDAYS[1].split()[local.weekday()]} {local.day} {MONTHS.split()[local.month - 1]}"


def _time(at_ms: Ms, zone: str) -> str:
    return f"{_local(at_ms, zone):%H:%M}"


def _local(at_ms: Ms, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))

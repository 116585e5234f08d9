"""What the log says that visitors must be told: a commit and the state after it give messages. Pure: no clock, no chance.

Laws:
- messages are a function of the log and the rules: planned again, they are the same, under the same keys;
- a message speaks of one version of a booking; :func:`fault_of` says whether that is still true, and is asked again at
  the moment of sending, so that no reminder ever goes out for an old time;
- each message has an end, after which it would be pointless.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

import msgspec

from hall import booking_events as bev
from hall import events as ev
from hall.bookings import Appointment
from hall.events import AnyEvent, Commit
from hall.ids import DAY_MS, MINUTE_MS, TIMER, Ms, TicketId, role_of
from hall.opening import local_ms
from hall.state import HallDay
from server.ledger.port import hall_and_date, stream_name
from server.outbox.kinds import KINDS, KindName
from server.outbox.rules import MessageRules

NEWS_MS: Ms = DAY_MS
"""News older than a day (the server was off, or its file of messages was lost) is not told any more."""
NO_SHOW_NEWS_MS: Ms = 3 * DAY_MS
"""It has consequences, so it is told after a weekend too."""
LAST_REMINDER_MS: Ms = 15 * MINUTE_MS
"""A reminder that could not go out until so long before the slot finds the visitor on the way, or not at all."""
TOO_SOON_MS: Ms = 15 * MINUTE_MS
"""Who books shortly before a reminder would be due has just read the time in the confirmation."""
SETTLED_MS: Ms = 10_000
"""A move from another day is confirmed when the old place is given up: until then it may still be taken back."""
UNDO_MS: Ms = MINUTE_MS
"""A missed call can be undone for 30 s; then the no-show is told."""
NEAR_MS: Ms = 30 * MINUTE_MS


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell about one booking; its key is :func:`key_of`."""

    stream: str
    seq: int
    """Place of the commit that it tells of; of ``near``: of the one by which this wait began."""
    kind: KindName
    appointment: str
    """The booking; of ``near`` also a ticket that has none."""
    version: int
    at_ms: Ms
    due_ms: Ms
    end_ms: Ms


def key_of(message: Message) -> str:
    """Return the id of a message: hall-day, seq, kind (law S14), and the booking, since one commit may cancel many."""
    hall, day = hall_and_date(message.stream)
    return f"{hall}~{day}~{message.seq}~{message.kind}~{message.appointment}"


def parsed_key(key: str) -> tuple[str, int, str, str] | None:
    """Return stream, seq, kind and booking of a key, or None if it is none."""
    parts = key.split("~")
    if len(parts) != 5 or not parts[2].isascii() or not parts[2].isdigit() or len(parts[2]) > 18:
        return None
    hall, day, seq, kind, appointment = parts
    return stream_name(hall, day), int(seq), kind, appointment


def planned(stream: str, commit: Commit, state: HallDay, rules: MessageRules) -> list[Message]:
    """Return the messages of a commit; ``state`` is the one after it."""
    return [one for event in commit.events for one in _of_event(event, stream, commit, state, rules)]


def fault_of(message: Message, state: HallDay, since: Mapping[TicketId, int]) -> str:
    """Return why a message is no longer true, as a code; empty while it is. ``since``: see :func:`note_waits`."""
    one = state.bookings.appointments.get(message.appointment)
    if message.kind == "near":
        return _fault_of_near(message, state, since, one)
    if one is None or one.state not in KINDS[message.kind].needs:
        return one.state if one is not None else "UNKNOWN_BOOKING"
    if one.version != message.version:
        return "SUPERSEDED"
    if message.kind == "no_show" and one.is_excused:
        return "EXCUSED"
    return ""


def note_waits(since: dict[TicketId, int], commit: Commit) -> None:
    """Keep, for each ticket, the seq by which its present wait began: taken, due, rejoined, sent elsewhere."""
    for event in commit.events:
        match event:
            case ev.TicketTaken() | ev.TicketRequeued() | ev.TicketTransferred() | bev.TicketEligible():
                since[event.ticket] = commit.seq
            case ev.TicketSplit():
                since[event.child] = commit.seq
            case _:
                pass


def near_message(stream: str, state: HallDay, since: Mapping[TicketId, int], *, subject: str, at_ms: Ms) -> Message:
    """Return the message that somebody's turn is near; ``subject`` is the booking, or the ticket that has none."""
    ticket = ticket_of(state, subject)
    return Message(
        stream=stream, seq=since.get(ticket, 0), kind="near", appointment=subject, version=0,
        at_ms=at_ms, due_ms=at_ms, end_ms=at_ms + NEAR_MS,
    )  # fmt: skip


def ticket_of(state: HallDay, subject: str) -> TicketId:
    """Return the ticket of a booking; what is no booking is a ticket itself."""
    one = state.bookings.appointments.get(subject)
    return one.ticket if one is not None else subject


# ---- what each event brings ----


def _of_event(event: AnyEvent, stream: str, commit: Commit, state: HallDay, rules: MessageRules) -> Iterator[Message]:
    if not isinstance(event, _TOLD):
        return
    one = state.bookings.appointments[event.appointment]
    make = _Maker(stream, commit, one, state.plan.zone, rules)
    match event:
        case bev.BookingConfirmed() | bev.OfferAccepted():
            yield make.news("confirmation", end_ms=one.slot_ms)
            yield from make.reminders()
        case bev.BookingMovedIn():
            yield make.news("confirmation", end_ms=one.slot_ms, after_ms=SETTLED_MS)
            yield from make.reminders()
        case bev.BookingRescheduled():
            # Who chose another time for a visit that the hall could not keep has moved it, at no cost.
            is_chosen = event.by == "visitor" or role_of(commit.actor) == "citizen"
            yield make.news("moved" if is_chosen else "moved_by_hall", end_ms=one.slot_ms)
            yield from make.reminders()
        case bev.BookingCancelled() if event.by == "hall" and not _is_taken_back(commit, one):
            yield make.news("cancelled")
        case bev.BookingAffected():
            yield make.news("affected", end_ms=one.slot_ms)
        case bev.SlotOffered():
            yield make.news("offer", end_ms=event.until_ms)
        case bev.BookingExpired() if one.code:
            # A held place that ran out has no code: nobody has confirmed anything yet.
            yield make.news("offer_expired" if one.slot_ms else "waitlist_expired")
        case bev.BookingNoShow():
            after_ms = UNDO_MS if event.cause == "missed" else 0
            yield make.news("no_show", lasts_ms=NO_SHOW_NEWS_MS, after_ms=after_ms)
        case _:
            pass


_TOLD: Final = (
    bev.BookingConfirmed, bev.OfferAccepted, bev.BookingMovedIn, bev.BookingRescheduled, bev.BookingCancelled,
    bev.BookingAffected, bev.SlotOffered, bev.BookingExpired, bev.BookingNoShow,
)  # fmt: skip


class _Maker:
    """Makes the messages of one commit about one booking."""

    def __init__(self, stream: str, commit: Commit, one: Appointment, zone: str, rules: MessageRules) -> None:
        self._stream, self._commit, self._one, self._zone, self._rules = stream, commit, one, zone, rules

    def news(self, kind: KindName, *, end_ms: Ms | None = None, lasts_ms: Ms = NEWS_MS, after_ms: Ms = 0) -> Message:
        at_ms = self._commit.at_ms
        last_ms = at_ms + lasts_ms
        return self._message(kind, due_ms=at_ms + after_ms, end_ms=last_ms if end_ms is None else min(end_ms, last_ms))

    def reminders(self) -> Iterator[Message]:
        slot_ms, rules = self._one.slot_ms, self._rules
        soon_ms = slot_ms - rules.soon_ms
        _, day = hall_and_date(self._stream)
        before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        day_ms = local_ms(before, rules.reminder_min, self._zone)
        if day_ms >= self._commit.at_ms + TOO_SOON_MS and day_ms < soon_ms:
            yield self._message("reminder_day", due_ms=day_ms, end_ms=soon_ms)
        if soon_ms >= self._commit.at_ms + TOO_SOON_MS:
            yield self._message("reminder_soon", due_ms=soon_ms, end_ms=slot_ms - LAST_REMINDER_MS)

    def _message(self, kind: KindName, *, due_ms: Ms, end_ms: Ms) -> Message:
        return Message(
            stream=self._stream, seq=self._commit.seq, kind=kind, appointment=self._one.id,
            version=self._one.version, at_ms=self._commit.at_ms, due_ms=due_ms, end_ms=end_ms,
        )  # fmt: skip


def _is_taken_back(commit: Commit, one: Appointment) -> bool:
    """Return whether a move from another day was taken back: the visitor keeps the old place and is told nothing."""
    return commit.actor == TIMER and one.source is not None and one.reason != "day_ended"


def _fault_of_near(message: Message, state: HallDay, since: Mapping[TicketId, int], one: Appointment | None) -> str:
    if one is not None and one.state != "CHECKED_IN":
        return one.state
    ticket = state.tickets.get(ticket_of(state, message.appointment))
    if ticket is None:
        return "UNKNOWN_TICKET"
    if ticket.state != "WAITING":
        return ticket.state
    return "" if since.get(ticket.id, 0) == message.seq else "SUPERSEDED"

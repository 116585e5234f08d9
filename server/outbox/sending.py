"""One look at one message: is it still true, may it go out now, by which channel, and what became of it.

Laws:
- before a message goes out the log is read to its end, and the message must still be true there (else it is ``void``);
- it is marked ``sent`` only after the gateway took it: killed in between, it goes out again under the same key, which the
  gateway shows once;
- a message that fails while others of its channel succeed is given up after :data:`STRIKES`; a channel that fails as a
  whole rests (:mod:`server.outbox.breaker`), and costs its messages nothing but time.
"""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import structlog

from hall.commands import Told
from hall.ids import Ms
from hall.state import HallDay
from server.channels.port import Answer, Channel, Envelope, Later, Refused, Sent
from server.clock import Clock
from server.config.database import DatabaseUnavailable
from server.contacts.book import Contact, Contacts, ContactUnreadable
from server.ledger.port import hall_and_date, stream_name
from server.outbox.breaker import Breaker, spread
from server.outbox.compose import CodeOf, envelope_of
from server.outbox.days import Day, DayUnreadable
from server.outbox.kinds import KINDS
from server.outbox.plan import fault_of, ticket_of
from server.outbox.rules import Rules, quiet_until
from server.outbox.store import Entry, State

log = structlog.get_logger(__name__)

STRIKES: Final = 12
"""Attempts of one message that may fail while its channel works: with the rests between them, a minute and a half."""
FIRST_WAIT_S: Final = 1.0
LONGEST_WAIT_S: Final = 10.0
TROUBLE_S: Final = 5.0
"""Rest after a day or a file could not be read."""

Look = Callable[[str], Awaitable[Day]]
"""Gives a hall-day with all that its log holds now; raises DayUnreadable or DatabaseUnavailable."""
WaitOf = Callable[[HallDay, str], Told | None]
"""Gives the wait of a ticket that waits."""


@dataclass(frozen=True)
class Ready:
    """A message that may go out now."""

    channel: str
    envelope: Envelope


@dataclass
class Sender:
    """Judges and sends; used by one outbox."""

    clock: Clock
    rules: Rules
    contacts: Contacts
    channels: Mapping[str, Channel]
    wait_of: WaitOf
    code_of: CodeOf
    breakers: dict[str, Breaker] = field(init=False)

    def __post_init__(self) -> None:
        """Trust every channel."""
        self.breakers = {name: Breaker() for name in self.channels}

    @property
    def rest_s(self) -> float:
        """Return the seconds until any channel may be asked again; 0 while one may. Nothing needs to be judged before."""
        used = {name for rules in (self.rules.house, *self.rules.halls.values()) for name in rules.use}
        breakers = [self.breakers[name] for name in used]
        return min(one.rest_s for one in breakers) if all(one.lets_nobody_in for one in breakers) else 0.0

    async def judged(self, entry: Entry, look: Look) -> Entry | Ready:
        """Return the message as it may go out now, or its fate; ``look`` is called with nobody else at the days."""
        try:
            day = await look(entry.stream)
            fate = self._fate(entry, day)
            if fate is None and entry.kind == "confirmation" and await _is_moving(entry, day, look):
                fate = self._later(entry, TROUBLE_S, "MOVING")
            return fate if fate is not None else await self._ready(entry, day.state)
        except DayUnreadable:
            return self._later(entry, TROUBLE_S, "UNREADABLE_LOG")
        except ContactUnreadable:
            return self._ended(entry, "failed", "CONTACT_UNREADABLE")
        except DatabaseUnavailable:
            return self._later(entry, TROUBLE_S, entry.reason)
        except Exception as error:
            # Ours, and of this message: all others go on. Its text may be personal, so only its name is told.
            log.error("message_fault", stream=entry.stream, seq=entry.seq, kind=entry.kind, fault=type(error).__name__)
            return self._ended(entry, "failed", "FAULT")

    async def sent(self, entry: Entry, ready: Ready) -> Entry:
        """Send, and return what became of it."""
        breaker = self.breakers[ready.channel]
        permit = breaker.enter()
        if permit == "rest":
            return self._later(entry, breaker.rest_s, entry.reason)
        answer: Answer = Later("BROKEN_ANSWER")
        try:
            answer = await self.channels[ready.channel].send(ready.envelope)
        except Exception as error:
            log.error("channel_fault", channel=ready.channel, kind=entry.kind, fault=type(error).__name__)
            answer = Later("FAULT")
        finally:
            # Also if sending was given up: a probe that never ends would keep the channel at rest for ever.
            if isinstance(answer, Later):
                breaker.failed()
            else:
                breaker.worked()
        tried = msgspec.structs.replace(entry, attempts=entry.attempts + 1, channel=ready.channel)
        return self._fate_of_answer(tried, answer, strikes=permit == "open")

    def voids(self, entries: Sequence[Entry], day: Day) -> list[Entry]:
        """Return those of the open messages that are no longer true, as void."""
        faults = [(one, fault_of(one, day.state, day.since)) for one in entries]
        return [self._ended(one, "void", fault) for one, fault in faults if fault]

    # ---- before ----

    def _fate(self, entry: Entry, day: Day) -> Entry | None:
        fault = fault_of(entry, day.state, day.since)
        if fault:
            return self._ended(entry, "void", fault)
        now_ms = self.clock.now_ms()
        if now_ms >= entry.end_ms:
            # The reason of the last attempt says more than that it is late.
            return (
                self._ended(entry, "failed", entry.reason) if entry.attempts else self._ended(entry, "void", "TOO_LATE")
            )
        if KINDS[entry.kind].at_night == "goes":
            return None
        rules = self.rules.of(hall_and_date(entry.stream)[0])
        until_ms = quiet_until(rules, day.state.plan.zone, now_ms)
        if until_ms is None:
            return None
        if until_ms >= entry.end_ms:
            return self._ended(entry, "void", "QUIET_HOURS")
        return msgspec.structs.replace(entry, state="quiet", next_ms=until_ms, reason="QUIET_HOURS")

    async def _ready(self, entry: Entry, state: HallDay) -> Entry | Ready:
        contact = await self._contact_of(entry, state) or Contact()
        name = self._channel_for(entry, contact)
        if name is None:
            return self._ended(entry, "void", "NO_CONTACT")
        told = self.wait_of(state, ticket_of(state, entry.appointment)) if entry.kind == "near" else None
        return Ready(name, envelope_of(entry, state, contact, told=told, code_of=self.code_of))

    def _channel_for(self, entry: Entry, contact: Contact) -> str | None:
        for name in self.rules.of(hall_and_date(entry.stream)[0]).use:
            needs = self.channels[name].needs
            if not needs or (contact.phone if needs == "phone" else contact.openid):
                return name
        return None

    async def _contact_of(self, entry: Entry, state: HallDay) -> Contact | None:
        """Return how to reach the visitor; of a booking that moved here, also what was given for the earlier place."""
        for stream, appointment in places_of(entry.stream, entry.appointment, state):
            contact = await self.contacts.of(stream, appointment)
            if contact is not None:
                return contact
        return None

    # ---- after ----

    def _fate_of_answer(self, tried: Entry, answer: Answer, *, strikes: bool) -> Entry:
        match answer:
            case Sent(note):
                now_ms = self.clock.now_ms()
                return self._ended(msgspec.structs.replace(tried, sent_ms=now_ms), "sent", note)
            case Refused(reason):
                return self._ended(tried, "failed", reason)
            case Later(reason):
                struck = msgspec.structs.replace(tried, strikes=tried.strikes + strikes)
                if struck.strikes >= STRIKES:
                    return self._ended(struck, "failed", reason)
                wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(struck.strikes, 10) / 2)
                return self._later(struck, spread(wait_s, random.random()), reason)

    def _later(self, entry: Entry, seconds: float, reason: str) -> Entry:
        next_ms: Ms = self.clock.now_ms() + round(seconds * 1_000 * self.clock.speed)
        return msgspec.structs.replace(entry, state="waiting", next_ms=next_ms, reason=reason)

    def _ended(self, entry: Entry, state: State, reason: str) -> Entry:
        log.info(
            "message_ended", state=state, stream=entry.stream, seq=entry.seq, kind=entry.kind,
            appointment=entry.appointment, channel=entry.channel, attempts=entry.attempts, reason=reason,
        )  # fmt: skip
        return msgspec.structs.replace(entry, state=state, reason=reason)


async def _is_moving(entry: Entry, day: Day, look: Look) -> bool:
    """Return whether a booking came from elsewhere and may still be taken back: its old place is not given up yet."""
    source = day.state.bookings.appointments[entry.appointment].source
    if source is None:
        return False
    there = (await look(stream_name(source.hall, source.date))).state.bookings.appointments
    return source.appointment in there and there[source.appointment].state != "RESCHEDULED"


def places_of(stream: str, appointment: str, state: HallDay) -> list[tuple[str, str]]:
    """List where contact data of a booking may lie: here, then at the place that it moved from."""
    places = [(stream, appointment)]
    one = state.bookings.appointments.get(appointment)
    if one is not None and one.source is not None:
        places.append((stream_name(one.source.hall, one.source.date), one.source.appointment))
    return places

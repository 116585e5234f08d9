"""Who books: holds a place, confirms it, moves it to another day or hall, gives it up, or comes and checks in."""

from dataclasses import dataclass, field
from typing import Any

from hall import booking_commands as bcmd
from hall import commands as cmd
from hall.booking_commands import Booker, BookerFacts, BookingPlace
from hall.ids import HallId, Ms
from server.ledger.port import hall_and_date
from tests.dst import door
from tests.dst.clients import Client
from tests.support.booked_days import day, slot_ms

DAYS_AHEAD = 3
SLOTS = (1, 2, 3)
"""Slots that are booked, few, so that places run out; the first begins soon after the simulation does."""
RETURN_MS: Ms = 3_000
Facts = dict[str, Any]


@dataclass
class Visitor(Client):
    """Books under few names, so that the limits of a person are met."""

    halls: tuple[HallId, ...] = ()
    _booked: list[BookingPlace] = field(default_factory=list)

    async def step(self) -> None:
        """Book, or do something with a booking."""
        if not self._booked or self.chance.random() < 0.45:
            await self._book()
            return
        place = self._booked.pop(self.chance.randrange(len(self._booked)))
        draw = self.chance.random()
        if draw < 0.35:
            await self._move(place)
        elif draw < 0.7:
            await self._on(place, bcmd.CancelBooking, reason="changed_mind", return_delay_ms=RETURN_MS)
        else:
            await self._check_in(place)

    async def _book(self) -> None:
        hall, number = self.chance.choice(self.halls), self.chance.randrange(DAYS_AHEAD)
        date, start = day(number), slot_ms(number, self.chance.choice(SLOTS))
        booker = Booker(person=f"person-{self.chance.randrange(5)}")
        place = BookingPlace(hall, date, f"booking-{self.name}-{self._number}")
        if self.chance.random() < 0.15:
            await self._queue_up(place, start, booker)
        elif (
            await self._hold(place, start, booker)
            and self.chance.random() < 0.85
            and await self._confirm(place, booker)
        ):
            self._booked.append(place)

    async def _hold(self, place: BookingPlace, start: Ms, booker: Booker) -> bool:
        key = self.key()

        def make(facts: BookerFacts, release_ms: Ms | None) -> cmd.AnyCommand:
            return bcmd.HoldSlot(
                command_id=key, at_ms=0, actor="citizen:", appointment=place.appointment,
                items=(cmd.WantedItem("id-card"),), slot_ms=start, booker=booker, facts=facts, release_ms=release_ms,
                return_delay_ms=RETURN_MS,
            )  # fmt: skip

        return await self._sold("HoldSlot", key, place, start, booker, make)

    async def _queue_up(self, place: BookingPlace, start: Ms, booker: Booker) -> None:
        key = self.key()

        def make(facts: BookerFacts, release_ms: Ms | None) -> cmd.AnyCommand:
            return bcmd.JoinWaitlist(
                command_id=key, at_ms=0, actor="citizen:", appointment=place.appointment,
                items=(cmd.WantedItem("id-card"),), from_ms=start, to_ms=start + 3_600_000, booker=booker,
                code=f"code-{place.appointment}", facts=facts, release_ms=release_ms,
            )  # fmt: skip

        if await self._sold("JoinWaitlist", key, place, start, booker, make):
            self._booked.append(place)

    async def _confirm(self, place: BookingPlace, booker: Booker) -> bool:
        key = self.key()

        def make(facts: BookerFacts, _: Ms | None) -> cmd.AnyCommand:
            return bcmd.ConfirmBooking(
                command_id=key, at_ms=0, actor="citizen:", appointment=place.appointment, booker=booker,
                code=f"code-{place.appointment}", facts=facts,
            )  # fmt: skip

        return await self._sold("ConfirmBooking", key, place, 0, booker, make)

    async def _sold(
        self, op: str, key: str, place: BookingPlace, start: Ms, booker: Booker, make: door.MakeSale
    ) -> bool:
        at = start or slot_ms(0, 1)
        reply = await self.ask(op, key, lambda node: door.sale(node, place.hall, place.date, key, at, booker, make))
        return reply is not None and reply.kind == "ok"

    async def _move(self, place: BookingPlace) -> None:
        key, hall, number = self.key(), self.chance.choice(self.halls), self.chance.randrange(DAYS_AHEAD)
        start = slot_ms(number, self.chance.choice(SLOTS))
        reply = await self.ask("Move", key, lambda node: door.move(node, key, place, hall, day(number), start))
        if reply is not None and reply.kind == "ok":
            there, date = hall_and_date(reply.stream)
            self._booked.append(BookingPlace(there, date, f"moved-{key}"))
        else:
            self._booked.append(place)

    async def _check_in(self, place: BookingPlace) -> None:
        key = self.key()
        command = bcmd.CheckIn(
            command_id=key, at_ms=0, actor="device:kiosk", appointment=place.appointment, ticket=f"ticket-{key}",
            hall=place.hall, date=place.date,
        )  # fmt: skip
        await self.ask("CheckIn", key, lambda node: door.command(node, place.hall, command))

    async def _on(self, place: BookingPlace, make: Any, **facts: Any) -> None:
        key = self.key()
        command = make(command_id=key, at_ms=0, actor="citizen:", appointment=place.appointment, **facts)
        await self.ask(make.__name__, key, lambda node: door.on_day(node, place.hall, place.date, command))

"""Visitors who book: they look for a slot, hold it, book, change their mind or not, and check in when they come.

Like everybody they know only what the server answers: free slots, their own booking, its code.
"""

from collections.abc import Iterable
from datetime import date as Date
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec

from hall.ids import MINUTE_MS, Ms
from server.demo.arrivals import Booking, Visitor
from server.demo.citizens import Citizen, Hall
from server.demo.client import Answer
from server.demo.views import AppointmentView, DaySlots, Reply, Shown, Slots, TicketView

FILLS_FORM_MS: Final = (10_000, 50_000)
THINKS_AGAIN_MS: Final = (2 * MINUTE_MS, 6 * MINUTE_MS)
"""Before a booking is moved or cancelled."""
NEAR_MS: Final = 150 * MINUTE_MS
"""A slot further from the wished time than this is none: they queue for a place, or come without booking."""
LOOKS_FOR_OFFER_MS: Final = 5 * MINUTE_MS
"""Who stands on the waitlist looks so often whether a place is offered."""
GIVES_UP_BEFORE_MS: Final = 45 * MINUTE_MS
"""… until so long before the wished time, and then comes without booking."""
CHECK_IN_EARLIEST_MS: Final = 50 * MINUTE_MS
AHEAD_DAYS: Final = 9
"""Days among which the next visit is chosen: five workdays and the weekend between them."""
TRIES: Final = 3
"""Slots that somebody tries when others are quicker."""


class BookedCitizen(Citizen):
    """A visitor who books before the visit."""

    def __init__(self, hall: Hall, visitor: Visitor, *, number: int, seed: int, date: str) -> None:
        """Know what the visitor is like, and the date that is booked for."""
        super().__init__(hall, visitor, number=number, seed=seed)
        assert visitor.booking is not None, "who comes without booking is a plain citizen"
        self._plan: Booking = visitor.booking
        self._date = date
        self._booked: AppointmentView | None = None
        self._check_in = ""
        self._secret = ""
        self._has_cancelled = False
        self.has_settled = False
        """Has booked, or waits for a place, or comes without."""

    async def visit(self) -> None:
        """Book, and live through the visit when its time has come."""
        await self._book()
        self.has_settled = True
        if self._booked is not None and self._plan.then in ("cancels", "moves"):
            await self._change_mind()
        if not self._plan.comes or self._has_cancelled:
            return
        await self._hall.pace.until(self._comes_at_ms())
        await super().visit()

    def _comes_at_ms(self) -> Ms:
        """Return when they come: around their slot, or when they wished to where they have none."""
        if self._booked is None or self._booked.slot_ms is None:
            return self._visitor.at_ms
        return self._booked.slot_ms - min(self._plan.before_ms, CHECK_IN_EARLIEST_MS)

    # ---- booking ----

    async def _book(self) -> None:
        day = await day_slots(self._hall, self._visitor.items, self._date)
        for slot_ms in _nearest(day, self._visitor.at_ms)[:TRIES]:
            held = await self._of_booking("book.hold", "/appointments", self._wish() | {"slot_ms": slot_ms})
            if held.is_ok:
                await self._fill_form(held.reply)
                return
            if held.reply.code != "SLOT_FULL":
                return
        if day is not None and day.waitlist:
            await self._queue()

    async def _fill_form(self, held: Reply) -> None:
        if held.appointment is None or self._plan.then == "lapses":
            return
        await self._hall.pace.sleep(self._chance.randint(*FILLS_FORM_MS))
        path = f"/appointments/{held.appointment.id}/confirm"
        booked = await self._of_booking("book.confirm", path, self._person() | {"secret": held.secret})
        if booked.is_ok and booked.reply.appointment is not None:
            self._keep(booked.reply.appointment, held.secret, booked.reply.check_in)

    async def _queue(self) -> None:
        """Stand on the waitlist until a place is offered, or it is time to come without."""
        at_ms = self._visitor.at_ms
        wish = {"from_ms": max(0, at_ms - NEAR_MS), "to_ms": at_ms + NEAR_MS}
        queued = await self._of_booking("book.queue", "/waitlist", self._wish() | self._person() | wish)
        self.has_settled = True
        if not queued.is_ok or queued.reply.appointment is None:
            return
        name, secret, code = queued.reply.appointment.id, queued.reply.secret, queued.reply.check_in
        while self._hall.pace.now_ms() < at_ms - GIVES_UP_BEFORE_MS:
            await self._hall.pace.sleep(LOOKS_FOR_OFFER_MS)
            shown = await self._shown(name, secret)
            if shown is not None and shown.state == "OFFERED":
                body = {"accepts": True, "secret": secret}
                taken = await self._of_booking("book.accept", f"/appointments/{name}/offer", body)
                if taken.is_ok and taken.reply.appointment is not None:
                    self._keep(taken.reply.appointment, secret, code)
                return
        await self._of_booking("book.cancel", f"/appointments/{name}/cancel", {"secret": secret})

    async def _change_mind(self) -> None:
        """Give the booking back, or take another slot."""
        await self._hall.pace.sleep(self._chance.randint(*THINKS_AGAIN_MS))
        booked = self._booked
        assert booked is not None, "only what was booked can be changed"
        path = f"/appointments/{booked.id}"
        if self._plan.then == "cancels":
            gone = await self._of_booking("book.cancel", f"{path}/cancel", {"secret": self._secret})
            self._has_cancelled = gone.is_ok
            return
        day = await day_slots(self._hall, self._visitor.items, self._date)
        others = [one for one in _nearest(day, self._visitor.at_ms) if one != booked.slot_ms]
        if others:
            body = {"secret": self._secret, "date": self._date, "slot_ms": self._chance.choice(others)}
            moved = await self._of_booking("book.move", f"{path}/reschedule", body)
            if moved.is_ok and moved.reply.appointment is not None:
                self._booked = moved.reply.appointment

    def _keep(self, booked: AppointmentView, secret: str, check_in: str) -> None:
        self._booked, self._secret, self._check_in = booked, secret, check_in

    def _wish(self) -> dict[str, object]:
        return {"date": self._date, "items": wanted(self._visitor.items), **person(self.who)}

    def _person(self) -> dict[str, object]:
        return {**person(self.who), "name": "演示访客", "language": "zh"}

    # ---- coming ----

    async def _take(self) -> TicketView | None:
        """Check in; who has no booking, or comes after it has lapsed, takes a number like everybody."""
        if self._booked is not None:
            answer = await self._checks_in(self._booked)
            if answer.is_ok:
                return answer.reply.ticket
        return await super()._take()

    async def _checks_in(self, booked: AppointmentView) -> Answer:
        match self._plan.by:
            case "phone":
                return await self._of_booking(
                    "check-in", f"/appointments/{booked.id}/check-in", {"secret": self._secret}
                )
            case "qr":
                text = f"OW1:{self._hall.code}:{self._date}:{self._check_in}"
                return await self._of_booking("check-in", "/check-in", {"qr": text}, token=self._device())
            case "code":
                return await self._of_booking("check-in", "/check-in", {"code": self._check_in}, token=self._device())

    async def _shown(self, name: str, secret: str) -> AppointmentView | None:
        content = await self._hall.client.ask(f"{self._hall.path}/appointments/{name}", params={"secret": secret})
        return None if content is None else msgspec.json.decode(content, type=Shown).appointment

    async def _of_booking(self, op: str, path: str, body: dict[str, object], *, token: str = "") -> Answer:
        return await self._hall.client.change(op, f"{self._hall.path}{path}", body, who=self.who, token=token)


async def book_again(hall: Hall, visitor: Visitor, *, who: str, today: str, fills_ms: Ms) -> None:
    """Book a visit for the same on the first day to come that has a place."""
    first = Date.fromisoformat(today) + timedelta(days=1)
    last = first + timedelta(days=AHEAD_DAYS - 1)
    for day in await _days(hall, visitor.items, first.isoformat(), last.isoformat()):
        free = [slot.start_ms for slot in day.slots if slot.fits]
        if not free:
            continue
        body = {"date": day.date, "items": wanted(visitor.items), "slot_ms": free[0], **person(who)}
        held = await hall.client.change("book.hold", f"{hall.path}/appointments", body, who=who, date=day.date)
        if held.is_ok and held.reply.appointment is not None:
            await hall.pace.sleep(fills_ms)
            path = f"{hall.path}/appointments/{held.reply.appointment.id}/confirm"
            form = {**person(who), "secret": held.reply.secret}
            await hall.client.change("book.confirm", path, form, who=who, date=day.date)
        return


async def day_slots(hall: Hall, items: tuple[tuple[str, int], ...], date: str) -> DaySlots | None:
    """Return what a date sells for a visit, or None if that cannot be told."""
    found = await _days(hall, items, date, date)
    return found[0] if found else None


async def _days(hall: Hall, items: tuple[tuple[str, int], ...], first: str, last: str) -> tuple[DaySlots, ...]:
    named = [("item", f"{code}:{quantity}") for code, quantity in items]
    query = urlencode([*named, ("from", first), ("to", last)])
    content = await hall.client.ask(f"{hall.path}/slots?{query}")
    return () if content is None else msgspec.json.decode(content, type=Slots).days


def wanted(items: Iterable[tuple[str, int]]) -> list[dict[str, object]]:
    """Return the items of a visit as requests name them."""
    return [{"code": code, "quantity": quantity} for code, quantity in items]


def person(who: str) -> dict[str, object]:
    """Return who books, made up from the visitor's number: an ID, a telephone, a browser."""
    number = int(who.rpartition("-")[2])
    return {"person": f"demo-id-{number:06d}", "phone": f"1380{number:07d}", "device": f"demo-browser-{number:06d}"}


def _nearest(day: DaySlots | None, at_ms: Ms) -> list[Ms]:
    """Return the free slots near a moment, the nearest first, of two equally near the earlier."""
    free = [slot.start_ms for slot in day.slots if slot.fits] if day is not None else []
    return sorted((one for one in free if abs(one - at_ms) <= NEAR_MS), key=lambda one: (abs(one - at_ms), one))

"""Booked visits (预约): hold, confirm, move, cancel, queue, take an offer, erase (protocol, section 8).

Whoever makes a booking gets its secret; the log has pseudonyms and a digest of the check-in code. Contact data lie apart and
are durable before the booking that they belong to.
"""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from hall.booking_commands import (
    AnswerOffer,
    Appeal,
    Booker,
    BookerFacts,
    CancelBooking,
    ConfirmBooking,
    HoldSlot,
    JoinWaitlist,
)
from hall.commands import AnyCommand
from hall.ids import Ms
from server.accounts.authorise import Caller
from server.api import bodies_booking as bodies
from server.api.access import address_of, allow, caller_of, check
from server.api.booking import (
    actor_of,
    booker_of,
    booking_holder,
    code_of,
    day_of_booking,
    return_delay_ms,
    seen_booking,
    shown,
    wanted_of,
    who_holds,
    without_names,
)
from server.api.booking_contact import erase_booking, forget_unless_booked, remember
from server.api.bounds import Code, CommandBody, Secret, TicketKey
from server.api.describe import NOT_CHANGED, PROBLEMS
from server.api.house import House, house_of
from server.api.messages import messages_of
from server.api.moving import moved
from server.api.sale import Sale, sold
from server.api.submit import Asked, Json, answer_of, answered, asked_of, granted, reply, submit
from server.api.tagged import tagged
from server.api.tickets import channel_of, with_secret
from server.ledger.port import hall_and_date, stream_name
from server.outbox.sending import places_of
from server.outcomes import Outcome
from server.problems import Problem
from server.runner import HallRunner

router = APIRouter(prefix="/api/halls/{hall}", tags=["appointments"], responses=PROBLEMS)

Change = CancelBooking | AnswerOffer | Appeal
"""Commands on a booking that need no facts from elsewhere."""

# ---- making ----


@router.post("/appointments", status_code=201)
async def hold(request: Request, hall: Code, body: bodies.HoldBody) -> Response:
    """Hold a place while the form is filled (占号)."""
    house, caller = house_of(request), await caller_of(request)
    asked, said = _to_make(house, caller, "hold", hall, body)
    booker = who_holds(house, caller, said, address=address_of(request))
    name = house.key.appointment_id(hall, body.command_id, date=body.date)
    items, delay_ms = wanted_of(body.items), return_delay_ms()

    def make(facts: BookerFacts, release_ms: Ms | None) -> AnyCommand:
        return HoldSlot(
            command_id=body.command_id, at_ms=0, actor=actor_of(caller), appointment=name, items=items,
            slot_ms=body.slot_ms, channel=_channel(body, caller), booker=booker, facts=facts, release_ms=release_ms,
            return_delay_ms=delay_ms,
        )  # fmt: skip

    sale = Sale(date=body.date, items=items, slot_ms=body.slot_ms, booker=booker, make=make)
    outcome = await sold(house, asked, sale)
    return reply(_with_secret(house, answer_of(outcome), hall, body.date), status=201)


@router.post("/waitlist", status_code=201)
async def join_waitlist(request: Request, hall: Code, body: bodies.WaitlistBody) -> Response:
    """Queue for a full day (候补)."""
    house, caller = house_of(request), await caller_of(request)
    asked, booker = _to_make(house, caller, "waitlist", hall, body)
    name = house.key.appointment_id(hall, body.command_id, date=body.date)
    items = wanted_of(body.items)
    digest = house.key.code_digest(house.key.check_in_code(hall, body.date, name))

    def make(facts: BookerFacts, release_ms: Ms | None) -> AnyCommand:
        return JoinWaitlist(
            command_id=body.command_id, at_ms=0, actor=actor_of(caller), appointment=name, items=items,
            from_ms=body.from_ms, to_ms=body.to_ms, channel=_channel(body, caller), booker=booker, code=digest,
            facts=facts, release_ms=release_ms,
        )  # fmt: skip

    prepare = partial(remember, house, stream_name(hall, body.date), name, booker.person, body)
    sale = Sale(date=body.date, items=items, slot_ms=body.from_ms, booker=booker, make=make, prepare=prepare)
    try:
        outcome = await sold(house, asked, sale)
    except Problem:
        await forget_unless_booked(house, hall, name)
        raise
    answer = _with_secret(house, answer_of(outcome), hall, body.date)
    return reply({**answer, "code": house.key.check_in_code(hall, body.date, name)}, status=201)


@router.post("/appointments/{appointment}/confirm")
async def confirm(request: Request, hall: Code, appointment: TicketKey, body: bodies.ConfirmBody) -> Response:
    """Book the held place (预约)."""
    house = house_of(request)
    caller = await _holder(request, "confirm", hall, appointment, body.secret)
    said = booker_of(house, body)
    asked = asked_of(caller, "appointment.confirm", hall=hall, ids=(appointment,), body=without_names(body, said))
    runner = await day_of_booking(house, hall, appointment)
    outcome = await answered(runner, asked)
    if outcome is None:
        outcome = await _confirmed(house, runner, appointment, body, asked)
    secret = house.key.appointment_secret(hall, runner.date, appointment)
    return reply(
        {
            **answer_of(outcome),
            "code": house.key.check_in_code(hall, runner.date, appointment),
            "calendar": f"/api/halls/{hall}/appointments/{appointment}/calendar.ics?secret={secret}",
            "feed": f"/api/people/{house.key.feed_token(said.person)}/calendar.ics",
        }
    )


async def _confirmed(
    house: House, runner: HallRunner, appointment: str, body: bodies.ConfirmBody, asked: Asked
) -> Outcome:
    held = runner.view_state().bookings.appointments[appointment].booker
    said = booker_of(house, body)
    booker = Booker(said.person, said.phone or held.phone, said.device or held.device)
    digest = house.key.code_digest(house.key.check_in_code(runner.hall, runner.date, appointment))

    def make(facts: BookerFacts) -> AnyCommand:
        return ConfirmBooking(
            command_id=body.command_id, at_ms=0, actor=actor_of(asked.caller), appointment=appointment, booker=booker,
            code=digest, facts=facts,
        )  # fmt: skip

    if runner.view_state().bookings.appointments[appointment].state == "SLOT_HELD":
        # What is known of how to reach somebody stays as it is if there is nothing to book any more.
        await remember(house, runner.stream, appointment, booker.person, body)
    try:
        return granted(
            await house.halls.bookers.submit_guarded(
                runner, make, command_id=body.command_id, digest=asked.digest, booker=booker
            )
        )
    except Problem:
        await forget_unless_booked(house, runner.hall, appointment)
        raise


# ---- changing ----


@router.post("/appointments/{appointment}/reschedule")
async def reschedule(request: Request, hall: Code, appointment: TicketKey, body: bodies.RescheduleBody) -> Response:
    """Move to another slot, day or hall (改期); the old place is given back only when the new one is sure."""
    caller = await _holder(request, "reschedule", hall, appointment, body.secret)
    asked = asked_of(caller, "appointment.reschedule", hall=hall, ids=(appointment,), body=body)
    return reply(await moved(house_of(request), asked, appointment, body))


@router.post("/appointments/{appointment}/cancel")
async def cancel(request: Request, hall: Code, appointment: TicketKey, body: bodies.CancelBody) -> Response:
    """Give up a booking, a held place, an offer or a place on the waitlist (取消)."""
    caller = await _holder(request, "cancel", hall, appointment, body.secret)
    command = CancelBooking(**_common(caller, body, appointment), reason=body.reason, return_delay_ms=return_delay_ms())
    return reply(await _changed(request, caller, "cancel", hall, command, body))


@router.post("/appointments/{appointment}/offer")
async def offer(request: Request, hall: Code, appointment: TicketKey, body: bodies.OfferBody) -> Response:
    """Take the place that the waitlist offers, or let it go to the next."""
    caller = await _holder(request, "offer", hall, appointment, body.secret)
    command = AnswerOffer(**_common(caller, body, appointment), accepts=body.accepts)
    return reply(await _changed(request, caller, "offer", hall, command, body))


@router.post("/appointments/{appointment}/appeal")
async def appeal(request: Request, hall: Code, appointment: TicketKey, body: bodies.AppealBody) -> Response:
    """Excuse a no-show (申诉)."""
    caller = await allow(request, "appointment.appeal", hall)
    command = Appeal(**_common(caller, body, appointment), reason=body.reason)
    return reply(await _changed(request, caller, "appeal", hall, command, body))


@router.post("/appointments/{appointment}/erase")
async def erase(request: Request, hall: Code, appointment: TicketKey, body: bodies.EraseBody) -> Response:
    """Let name and phone of a booking go, also beside the one that it moved from; the log has none and stays whole."""
    house = house_of(request)
    await _holder(request, "erase", hall, appointment, body.secret)
    state = await seen_booking(house, hall, appointment)
    places = [
        (*hall_and_date(stream), name) for stream, name in places_of(stream_name(hall, state.date), appointment, state)
    ]
    return reply({"erased": sum([await erase_booking(house, *place) for place in places])})


# ---- reading ----


@router.get("/appointments/{appointment}", responses=NOT_CHANGED)
async def show(
    request: Request, hall: Code, appointment: TicketKey, secret: Annotated[Secret, Query()] = ""
) -> Response:
    """Return a booking with its messages and, to its holder and to staff, its check-in code."""
    house = house_of(request)
    caller = await _holder(request, "read", hall, appointment, secret)
    state = await seen_booking(house, hall, appointment)
    code = None if caller.role == "auditor" else code_of(house, state, appointment)
    messages = await messages_of(house, hall, state.date, appointment)
    view = shown(state, appointment)
    if caller.role == "citizen" and view["ticket"] is not None:
        # Who checked in at the kiosk goes on with the number on the phone.
        view = with_secret(house, view, hall=hall, date=state.date)
    return tagged(request, {"appointment": view, "code": code, "seq": state.seq, "messages": messages})


# ---- shared ----


async def _holder(request: Request, operation: str, hall: str, appointment: str, secret: str) -> Caller:
    return await booking_holder(request, f"appointment.{operation}", hall=hall, appointment=appointment, secret=secret)


def _to_make(
    house: House, caller: Caller, operation: str, hall: str, body: bodies.HoldBody | bodies.WaitlistBody
) -> tuple[Asked, Booker]:
    """Check the right to sell through a channel; return what is asked, as pseudonyms, and who books."""
    check(caller, f"booking.make.{_channel(body, caller)}", hall)
    booker = booker_of(house, body)
    return asked_of(caller, operation, hall=hall, body=without_names(body, booker)), booker


def _channel(body: bodies.HoldBody | bodies.WaitlistBody, caller: Caller) -> bodies.Channel:
    return body.channel or channel_of(caller)


def _common(caller: Caller, body: CommandBody, appointment: str) -> Json:
    return {"command_id": body.command_id, "at_ms": 0, "actor": actor_of(caller), "appointment": appointment}


async def _changed(
    request: Request, caller: Caller, operation: str, hall: str, command: Change, body: CommandBody
) -> Json:
    named = command.appointment
    asked = asked_of(caller, f"appointment.{operation}", hall=hall, ids=(named,), body=body)
    runner = await day_of_booking(house_of(request), hall, named)
    return answer_of(await submit(runner, command, asked))


def _with_secret(house: House, answer: Json, hall: str, date: str) -> Json:
    """Add the booking's secret, which is told to whoever made it and never stored."""
    return {**answer, "secret": house.key.appointment_secret(hall, date, answer["appointment"]["id"])}

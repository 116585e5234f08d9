"""Moving a booking (改期): to another slot of its day in one step; to another day or hall by taking the new place first."""

from typing import cast

from hall.booking_commands import BookingPlace, MoveIn, RescheduleBooking
from hall.commands import WantedItem
from hall.errors import Refusal
from hall.roots import BookingChannel
from hall.state import HallDay
from server.api.access import check
from server.api.bodies_booking import RescheduleBody
from server.api.booking import actor_of, day_of_booking, look, real_date, return_delay_ms, would_refuse
from server.api.booking_contact import carry, erase_booking, forget_unless_booked
from server.api.house import House
from server.api.sale import released_at
from server.api.submit import Asked, Json, answer_of, granted, submit
from server.ledger.port import stream_name
from server.moves import Move
from server.outcomes import Outcome
from server.problems import problem_of
from server.runner import HallRunner


async def moved(house: House, asked: Asked, appointment: str, body: RescheduleBody) -> Json:
    """Move a booking; return it, or the new one with its secret and code."""
    runner = await day_of_booking(house, asked.hall, appointment)
    to_hall = body.to_hall or asked.hall
    if (to_hall, real_date(body.date)) == (asked.hall, runner.date):
        return await _within_day(house, runner, asked, appointment, body)
    return await _elsewhere(house, runner, asked, appointment, body, to_hall)


async def _within_day(house: House, runner: HallRunner, asked: Asked, appointment: str, body: RescheduleBody) -> Json:
    state = runner.view_state()
    items = tuple([WantedItem(code, count) for code, count in state.bookings.appointments[appointment].entries])
    command = RescheduleBooking(
        command_id=body.command_id, at_ms=0, actor=actor_of(asked.caller), appointment=appointment,
        slot_ms=body.slot_ms, release_ms=await released_at(house, state, items, body.slot_ms),
        return_delay_ms=return_delay_ms(),
    )  # fmt: skip
    return answer_of(await submit(runner, command, asked))


async def _elsewhere(
    house: House, runner: HallRunner, asked: Asked, appointment: str, body: RescheduleBody, to_hall: str
) -> Json:
    check(asked.caller, "appointment.reschedule", to_hall)
    name = house.key.appointment_id(to_hall, body.command_id, date=body.date)
    code = house.key.check_in_code(to_hall, body.date, name)
    move = Move(
        source=BookingPlace(asked.hall, runner.date, appointment), hall=to_hall, date=body.date, slot_ms=body.slot_ms,
        appointment=name, code=house.key.code_digest(code), command_id=body.command_id, digest=asked.digest,
        actor=actor_of(asked.caller),
    )  # fmt: skip
    await _refuse_early(house, runner.view_state(), move)
    outcome = await _with_contact(house, runner, move)
    return {
        **answer_of(outcome),
        "secret": house.key.appointment_secret(to_hall, body.date, name),
        "code": code,
        "moved_from": {"hall": asked.hall, "date": runner.date, "appointment": appointment},
    }


async def _with_contact(house: House, runner: HallRunner, move: Move) -> Outcome:
    """Move, with the contact data beside the new booking before it is made, and beside one of the two afterwards."""
    one = runner.view_state().bookings.appointments[move.source.appointment]
    stream = stream_name(move.hall, move.date)
    await carry(house, runner.stream, one.id, to_stream=stream, to=move.appointment, person=one.booker.person)
    said = await house.halls.moves.move(move)
    if isinstance(said, Refusal) or said.refusal is not None:
        await forget_unless_booked(house, move.hall, move.appointment)
    if isinstance(said, Refusal):
        raise problem_of(said, seq=None)
    granted(said)
    await erase_booking(house, move.source.hall, move.source.date, one.id)
    return said


async def _refuse_early(house: House, here: HallDay, move: Move) -> None:
    """Refuse what the new day would refuse before its log begins."""
    there = await look(house, move.hall, move.date)
    if isinstance(there, Refusal):
        raise problem_of(there, seq=None)
    if move.date in house.halls.days_begun(move.hall) or there.is_ended:
        return
    one = here.bookings.appointments[move.source.appointment]
    items = tuple([WantedItem(code, count) for code, count in one.entries])
    command = MoveIn(
        command_id=move.command_id, at_ms=0, actor=move.actor, appointment=move.appointment, source=move.source,
        items=items, slot_ms=move.slot_ms, channel=cast(BookingChannel, one.channel), booker=one.booker, code=move.code, moves=0,
        release_ms=await released_at(house, there, items, move.slot_ms),
    )  # fmt: skip
    refusal = would_refuse(there, command, at_ms=house.clock.now_ms())
    if refusal is not None:
        raise problem_of(refusal, seq=None)

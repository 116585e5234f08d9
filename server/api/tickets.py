"""Tickets: what citizens, kiosks and staff do with them (protocol, section 3)."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response

from hall.feed import View
from hall.feed_staff import render, staff_ticket
from hall.state import HallDay, Ticket
from server.accounts.authorise import Caller
from server.api import bodies
from server.api.access import allow, caller_of, check, holder
from server.api.bounds import Code, CommandBody, MaybeDay, Number, Secret, TicketKey
from server.api.describe import PROBLEMS
from server.api.house import House, house_of
from server.api.onward import onward
from server.api.submit import (
    Json,
    answer_of,
    answered,
    asked_of,
    command_of,
    day_named,
    day_of_ticket,
    reply,
    submit,
    today_of,
)
from server.api.transfer import transfer
from server.keys import date_of_ticket, new_ticket_id
from server.problems import Problem

router = APIRouter(prefix="/api/halls/{hall}/tickets", tags=["tickets"], responses=PROBLEMS)

Channel = Literal["kiosk", "phone", "desk"]
STAFF: Final = frozenset({"clerk", "guide", "manager", "network", "admin"})
TAGS: Final[Mapping[str, str]] = {"print-result": "ticket.report-slip"}
"""Operations of the address whose command is named otherwise; all others are ``ticket.`` and the operation."""
FOUND_LIMIT: Final = 50
"""A number is unique per series and day; more hits than this cannot be."""


@router.post("", status_code=201)
async def take(request: Request, hall: Code, body: bodies.TakeBody) -> Response:
    """Take a number (取号)."""
    house = house_of(request)
    caller = await caller_of(request)
    channel = body.channel or channel_of(caller)
    check(caller, f"ticket.take.{channel}", hall)
    runner = today_of(request, hall)
    person = house.key.pseudonym(body.person)
    house.desk.rates.concerns(person)
    asked = asked_of(caller, "take", hall=hall, body=body, person=person, channel=channel)
    command = command_of("ticket.take", asked, ticket=new_ticket_id(runner.date))
    answer = answer_of(await submit(runner, command, asked))
    return reply(with_secret(house, answer, hall=hall, date=runner.date), status=201)


@router.get("/{ticket}")
async def show(request: Request, hall: Code, ticket: TicketKey, secret: Annotated[Secret, Query()] = "") -> Response:
    """Return a ticket as its page shows it."""
    house = house_of(request)
    await holder(request, "ticket.read", hall=hall, ticket=ticket, secret=secret)
    runner = await day_of_ticket(house, hall, ticket)
    state = runner.view_state()
    view = View("ticket", ticket)
    shown = render(state, view)
    if shown is None:
        raise Problem("UNKNOWN_TICKET")
    return reply({"ticket": shown, "live": house.hub.live_facts(hall, view), "seq": state.seq})


@router.get("")
async def find(
    request: Request, hall: Code, number: Annotated[Number, Query()], date: Annotated[MaybeDay, Query()] = ""
) -> Response:
    """Return the tickets of a number, of today or of a date of the past, for staff."""
    await allow(request, "tickets.find", hall)
    state = (await day_named(request, hall, date)).view_state()
    found = _numbered(state, number)[:FOUND_LIMIT]
    return reply({"tickets": [staff_ticket(state, one) for one in found], "seq": state.seq})


@router.get("/{ticket}/linked")
async def linked(request: Request, hall: Code, ticket: TicketKey, secret: Annotated[Secret, Query()] = "") -> Response:
    """Return where a visit went on in another hall: the hall, the number there, and for its holder the new page."""
    house = house_of(request)
    caller = await holder(request, "ticket.read", hall=hall, ticket=ticket, secret=secret)
    known = (await day_of_ticket(house, hall, ticket)).view_state().tickets.get(ticket)
    if known is None:
        raise Problem("UNKNOWN_TICKET")
    found = await onward(house, hall, known)
    if found is not None and found["ticket"] is not None and caller.role == "citizen":
        # The new secret goes only to who has shown the old one.
        date = date_of_ticket(known.linked) or ""
        found = with_secret(house, found, hall=known.linked_hall, date=date)
    return reply({"linked": found})


# ---- by the holder, a device or staff ----


@router.post("/{ticket}/cancel")
async def cancel(request: Request, hall: Code, ticket: TicketKey, body: bodies.CancelBody) -> Response:
    """Give the number back (退号)."""
    return await _by_holder(request, "cancel", hall, ticket, body)


@router.post("/{ticket}/rejoin")
async def rejoin(request: Request, hall: Code, ticket: TicketKey, body: bodies.HolderBody) -> Response:
    """Come back after a miss (过号重排)."""
    return await _by_holder(request, "rejoin", hall, ticket, body)


@router.post("/rejoin")
async def rejoin_by_number(request: Request, hall: Code, body: bodies.NumberBody) -> Response:
    """Come back after a miss with nothing but the number of a paper slip (kiosk, staff)."""
    caller = await allow(request, "ticket.rejoin.number", hall)
    runner = today_of(request, hall)
    asked = asked_of(caller, "rejoin-number", hall=hall, body=body)
    outcome = await answered(runner, asked)
    if outcome is None:
        found = _numbered(runner.view_state(), body.number)
        if not found:
            raise Problem("UNKNOWN_TICKET")
        ticket = min(found, key=lambda one: one.state != "MISSED")
        outcome = await submit(runner, command_of("ticket.rejoin", asked, ticket=ticket.id), asked)
    return reply(answer_of(outcome))


@router.post("/{ticket}/delay")
async def delay(request: Request, hall: Code, ticket: TicketKey, body: bodies.DelayBody) -> Response:
    """Let some people pass."""
    return await _by_holder(request, "delay", hall, ticket, body)


@router.post("/{ticket}/rate")
async def rate(request: Request, hall: Code, ticket: TicketKey, body: bodies.RateBody) -> Response:
    """Rate one item of the visit (好差评)."""
    return await _by_holder(request, "rate", hall, ticket, body)


@router.post("/{ticket}/print-result")
async def print_result(request: Request, hall: Code, ticket: TicketKey, body: bodies.SlipBody) -> Response:
    """Say whether the slip came out (出票结果)."""
    return await _by_holder(request, "print-result", hall, ticket, body)


# ---- by staff ----


@router.post("/{ticket}/add-items")
async def add_items(request: Request, hall: Code, ticket: TicketKey, body: bodies.AddItemsBody) -> Response:
    """Do more in the same visit (加办)."""
    return await _by_staff(request, "add-items", hall, ticket, body)


@router.post("/{ticket}/split")
async def split(request: Request, hall: Code, ticket: TicketKey, body: bodies.SplitBody) -> Response:
    """Give some entries to a new ticket (拆分)."""
    return await _by_staff(request, "split", hall, ticket, body, child=new_ticket_id(today_of(request, hall).date))


@router.post("/{ticket}/merge")
async def merge(request: Request, hall: Code, ticket: TicketKey, body: bodies.MergeBody) -> Response:
    """Take another ticket's items over (并号)."""
    return await _by_staff(request, "merge", hall, ticket, body)


@router.post("/{ticket}/reprint")
async def reprint(request: Request, hall: Code, ticket: TicketKey) -> Response:
    """Return what a new slip needs: the ticket with its secret and page. The hall hears of it by the print result."""
    house = house_of(request)
    await allow(request, "ticket.reprint", hall)
    runner = await day_of_ticket(house, hall, ticket)
    state = runner.view_state()
    shown = render(state, View("ticket", ticket))
    if shown is None:
        raise Problem("UNKNOWN_TICKET")
    return reply(with_secret(house, {"ticket": shown, "seq": state.seq}, hall=hall, date=runner.date))


@router.post("/{ticket}/transfer")
async def transfer_ticket(request: Request, hall: Code, ticket: TicketKey, body: bodies.TransferBody) -> Response:
    """Send a ticket elsewhere (转移)."""
    caller = await allow(request, "ticket.transfer", hall)
    house = house_of(request)
    runner = await day_of_ticket(house, hall, ticket)
    asked = asked_of(caller, "transfer", hall=hall, ids=(ticket,), body=body)
    return reply(answer_of(await transfer(house, runner, ticket, body, asked)))


@router.post("/{ticket}/withdraw-call")
async def withdraw_call(request: Request, hall: Code, ticket: TicketKey, body: bodies.ReasonBody) -> Response:
    """Take a call back; the ticket returns to its place."""
    return await _by_staff(request, "withdraw-call", hall, ticket, body)


@router.post("/{ticket}/item-result")
async def item_result(request: Request, hall: Code, ticket: TicketKey, body: bodies.ItemResultBody) -> Response:
    """Say how an item ended, materials owed (容缺) included."""
    return await _by_staff(request, "item-result", hall, ticket, body)


@router.post("/{ticket}/reclass")
async def reclass(request: Request, hall: Code, ticket: TicketKey, body: bodies.ReclassBody) -> Response:
    """Change the class of somebody who waits."""
    return await _by_staff(request, "reclass", hall, ticket, body)


@router.post("/{ticket}/abandon")
async def abandon(request: Request, hall: Code, ticket: TicketKey, body: bodies.ReasonBody) -> Response:
    """Give a missed person up (弃号)."""
    return await _by_staff(request, "abandon", hall, ticket, body)


@router.post("/{ticket}/correct")
async def correct(request: Request, hall: Code, ticket: TicketKey, body: bodies.CorrectBody) -> Response:
    """Correct what a final ticket says (更正)."""
    return await _by_staff(request, "correct", hall, ticket, body)


def _numbered(state: HallDay, number: str) -> list[Ticket]:
    wanted = number.strip().upper()
    return [one for one in state.tickets.values() if one.number == wanted]


def channel_of(caller: Caller) -> Channel:
    """Return the channel that goes without saying: by who asks."""
    if caller.role == "device":
        return "kiosk"
    return "desk" if caller.role in STAFF else "phone"


def with_secret(house: House, answer: Json, *, hall: str, date: str) -> Json:
    """Add the ticket's secret and page; neither is ever stored."""
    ticket = answer["ticket"]
    secret = house.key.ticket_secret(hall, date, ticket["id"])
    page = f"/t/{hall}/{ticket['id']}#{secret}"
    return {**answer, "ticket": {**ticket, "secret": secret, "page": page}}


async def _by_holder(request: Request, operation: str, hall: str, ticket: str, body: bodies.HolderBody) -> Response:
    caller = await holder(request, f"ticket.{operation}", hall=hall, ticket=ticket, secret=body.secret)
    return await _change(request, caller, operation, hall, ticket, body)


async def _by_staff(
    request: Request, operation: str, hall: str, ticket: str, body: CommandBody, **made: str
) -> Response:
    caller = await allow(request, f"ticket.{operation}", hall)
    return await _change(request, caller, operation, hall, ticket, body, **made)


async def _change(
    request: Request, caller: Caller, operation: str, hall: str, ticket: str, body: CommandBody, **made: str
) -> Response:
    house = house_of(request)
    runner = await day_of_ticket(house, hall, ticket)
    asked = asked_of(caller, operation, hall=hall, ids=(ticket,), body=body)
    tag = TAGS.get(operation, f"ticket.{operation}")
    return reply(answer_of(await submit(runner, command_of(tag, asked, ticket=ticket, **made), asked)))

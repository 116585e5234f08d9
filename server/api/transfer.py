"""Transfers: inside a hall one command; to another hall the visit goes on under a linked ticket (:mod:`server.links`).

The other hall is asked beforehand whether it would take the visitor, since the linked ticket is sent after this hall has
let go. Its id is derived from the command id, so that a retry means the same ticket.
"""

from typing import Final

from hall.commands import Origin, TakeTicket, WantedItem
from hall.decide import decide
from hall.errors import Refusal
from hall.ids import TicketId, WindowCode
from hall.state import HallDay, open_items
from server.api.bodies import TransferBody, WindowBody
from server.api.house import House
from server.api.submit import Asked, command_of, submit
from server.links import class_there
from server.outcomes import Outcome
from server.problems import problem_of
from server.runner import HallRunner

STILL_HERE: Final = ("WAITING", "CALLED", "SERVING")
"""A ticket that has left already is a retry: it gets its first answer, whatever the other hall says now."""


async def transfer(
    house: House,
    runner: HallRunner,
    ticket: TicketId,
    body: TransferBody | WindowBody,
    asked: Asked,
    *,
    at_window: WindowCode = "",
) -> Outcome:
    """Send a ticket to an item, a window, an area or another hall; ``at_window``: if it is still there."""
    ids = {"ticket": ticket, "at_window": at_window}
    if not body.to_hall or body.to_hall == runner.hall:
        return await submit(runner, command_of("ticket.transfer", asked, **ids), asked)
    there = house.halls.today(body.to_hall)
    linked = house.key.linked_ticket(runner.hall, body.command_id, date=there.date)
    refusal = _would_refuse(runner.view_state(), there.view_state(), ticket, at_ms=house.clock.now_ms())
    if refusal is not None:
        raise problem_of(refusal, seq=None)
    return await submit(runner, command_of("ticket.transfer", asked, **ids, linked=linked), asked)


def _would_refuse(here: HallDay, there: HallDay, ticket: TicketId, *, at_ms: int) -> Refusal | None:
    known = here.tickets.get(ticket)
    if known is None or known.state not in STILL_HERE:
        return None
    command = TakeTicket(
        command_id="",
        at_ms=max(at_ms, there.at_ms),
        actor="",
        ticket="",
        items=tuple(WantedItem(code) for code in open_items(known)),
        klass=class_there(there, known.klass),
        channel="desk",
        origin=Origin(here.hall, ticket, known.arrived_ms),
    )
    decision = decide(there, command)
    return decision if isinstance(decision, Refusal) else None

"""Windows: what clerks, guides and managers do there (protocol, section 4)."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec
from fastapi import APIRouter, Request, Response

from hall.commands import AnyCommand
from hall.feed import desk_view
from server.accounts.authorise import Caller
from server.api.access import allow
from server.api.bodies import WindowBody
from server.api.bounds import Code
from server.api.describe import PROBLEMS
from server.api.house import house_of
from server.api.submit import Asked, Json, answer_of, answered, asked_of, command_of, invalid, reply, submit, today_of
from server.api.transfer import transfer
from server.outcomes import Outcome
from server.problems import Problem
from server.runner import HallRunner

router = APIRouter(prefix="/api/halls/{hall}/windows", tags=["windows"], responses=PROBLEMS)

Operation = Literal[
    "open", "close", "pause", "drain", "call-next", "call", "recall", "start", "miss", "finish", "finish-and-next",
    "miss-and-next", "hold", "resume", "transfer", "item-result", "add-items", "withdraw-call", "serve", "undo",
]  # fmt: skip
ON_TICKET: Final = frozenset({"transfer", "item-result", "add-items", "withdraw-call"})
"""These are about the window's current ticket."""
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "call": ("ticket",),
    "resume": ("ticket",),
    "item-result": ("result",),
    "serve": ("serves",),
}
"""Fields that an operation cannot do without."""
FINISHED: Final = ("", "done", None)
"""What finishing may say of entries that are still open."""
AND_NEXT: Final[Mapping[str, str]] = {"finish-and-next": "finish", "miss-and-next": "miss"}


@router.post("/{window}/{operation}")
async def act(request: Request, hall: Code, window: Code, operation: Operation, body: WindowBody) -> Response:
    """Do something at a window; a window's commands come from the clerk who is signed in there."""
    caller = await allow(request, "window.serve" if operation == "serve" else "window.work", hall)
    runner = today_of(request, hall)
    if not runner.view_state().is_open:
        raise Problem("DAY_NOT_OPEN")
    if window not in runner.view_state().desks:
        raise Problem("UNKNOWN_WINDOW", facts={"window": window})
    for field in NEEDED.get(operation, ()):
        if getattr(body, field) in (None, ""):
            raise invalid(field, "needed for this operation")
    if AND_NEXT.get(operation, operation) == "finish" and body.result not in FINISHED:
        raise invalid("result", "a visit that is finished is done; other results are of its items")
    asked = asked_of(caller, f"window.{operation}", hall=hall, ids=(window,), body=body)
    if operation in ON_TICKET:
        outcome = await _on_ticket(request, runner, window, operation, body, asked)
    else:
        outcome = await submit(runner, _command(operation, window, asked), asked)
    return reply(_shaped(runner, window, outcome))


def _command(operation: str, window: str, asked: Asked) -> AnyCommand:
    word = AND_NEXT.get(operation, operation)
    if word != operation:
        asked = msgspec.structs.replace(asked, body={**asked.body, "and_next": True})
    return command_of(f"window.{word}", asked, window=window)


async def _on_ticket(
    request: Request, runner: HallRunner, window: str, operation: str, body: WindowBody, asked: Asked
) -> Outcome:
    """Act on the ticket at the window, which must be the one that the body names, if it names one."""
    first = await answered(runner, asked)
    if first is not None:
        # The ticket may have left the window since; a repeat gets the first answer all the same (S7).
        return first
    ticket = body.ticket or _ticket_at(runner, window, asked.caller)
    if operation == "transfer":
        return await transfer(house_of(request), runner, ticket, body, asked, at_window=window)
    return await submit(runner, command_of(f"ticket.{operation}", asked, ticket=ticket, at_window=window), asked)


def _ticket_at(runner: HallRunner, window: str, caller: Caller) -> str:
    """Return the window's ticket; only who sits there (or leads) acts on it, so that no other window's is meant."""
    desk = runner.view_state().desks[window]
    if caller.role == "clerk" and desk.clerk != caller.actor:
        raise Problem("NOT_SIGNED_IN", facts={"window": desk.label})
    if desk.ticket is None:
        raise Problem("NO_TICKET", facts={"window": desk.label})
    return desk.ticket.id


def _shaped(runner: HallRunner, window: str, outcome: Outcome) -> Json:
    """Return the stored answer; those to commands on a ticket get the window beside it."""
    answer = answer_of(outcome)
    return answer if "window" in answer else {**answer, "window": desk_view(runner.view_state().desks[window])}

"""The day of a hall: stop and resume issuing, other opening times, the end (protocol, section 4)."""

from fastapi import APIRouter, Request, Response

from server.api.access import allow
from server.api.bodies import IssuingBody, SessionsBody
from server.api.bounds import Code, CommandBody
from server.api.describe import PROBLEMS
from server.api.submit import answer_of, asked_of, command_of, reply, submit, today_of

router = APIRouter(prefix="/api/halls/{hall}/day", tags=["day"], responses=PROBLEMS)


@router.post("/stop-issuing")
async def stop_issuing(request: Request, hall: Code, body: IssuingBody) -> Response:
    """Give out no more numbers, for some items or for all."""
    return await _change(request, hall, body, tag="day.set-issuing", issuing=False)


@router.post("/resume-issuing")
async def resume_issuing(request: Request, hall: Code, body: IssuingBody) -> Response:
    """Give out numbers again."""
    return await _change(request, hall, body, tag="day.set-issuing", issuing=True)


@router.post("/sessions")
async def sessions(request: Request, hall: Code, body: SessionsBody) -> Response:
    """Open longer, shorter or at other times today."""
    return await _change(request, hall, body, tag="day.change-sessions")


@router.post("/end")
async def end(request: Request, hall: Code, body: CommandBody) -> Response:
    """End the day (日终): who waits or missed expires, the others are listed for a person."""
    return await _change(request, hall, body, tag="day.end")


async def _change(request: Request, hall: str, body: CommandBody, *, tag: str, issuing: bool | None = None) -> Response:
    caller = await allow(request, "day.lead", hall)
    asked = asked_of(caller, f"{tag}/{issuing}", hall=hall, body=body)
    if issuing is not None:
        asked.body["issuing"] = issuing
    runner = today_of(request, hall)
    return reply(answer_of(await submit(runner, command_of(tag, asked), asked)))

"""The figures of a hall-day (protocol, section 7)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from server.api.access import allow
from server.api.bounds import Code, MaybeDay
from server.api.describe import PROBLEMS
from server.api.house import house_of
from server.api.submit import real_date, reply, today_of
from server.problems import Problem
from server.projector import FiguresUnavailable

router = APIRouter(prefix="/api/halls/{hall}/figures", tags=["figures"], responses=PROBLEMS)


@router.get("")
async def figures(request: Request, hall: Code, date: Annotated[MaybeDay, Query()] = "") -> Response:
    """Return the figures of a business date, of today if none is named."""
    await allow(request, "figures.read", hall)
    wanted = real_date(date) if date else today_of(request, hall).date
    try:
        report = await house_of(request).projector.figures_of(hall, wanted)
    except FiguresUnavailable as error:
        raise Problem("NOT_READY") from error
    if report is None:
        raise Problem("UNKNOWN_DAY", facts={"date": wanted})
    return reply(report)

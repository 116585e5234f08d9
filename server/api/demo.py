"""What a demo tells its visitors: accounts to sign in with, pages to open, how far the day is. Only in demo mode."""

import asyncio

from fastapi import APIRouter, Request, Response

from server.api.describe import PROBLEMS
from server.api.house import house_of
from server.problems import Problem

router = APIRouter(tags=["demo"], responses=PROBLEMS)

FILE_NAME = "demo.json"
"""In the data folder; whoever runs the demo replaces it as a whole, once a second."""


@router.get("/api/demo")
async def show(request: Request) -> Response:
    """Return accounts, links and the day's progress; 404 unless this is a demo."""
    settings = house_of(request).settings
    if not settings.demo:
        raise Problem("NOT_FOUND")
    try:
        content = await asyncio.to_thread((settings.data / FILE_NAME).read_bytes)
    except FileNotFoundError:
        raise Problem("NOT_READY") from None
    return Response(content, media_type="application/json", headers={"cache-control": "no-store"})

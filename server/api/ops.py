"""For operators: health and metrics. Both hold counts only."""

import msgspec
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from server.api.describe import PROBLEMS
from server.api.house import House, house_of
from server.api.submit import Json
from server.metrics import exposition

router = APIRouter(tags=["operation"], responses=PROBLEMS)

NO_HALLS = "no halls: run onewindow init"
REASONS_TOLD = 3
"""Of days that stopped; a database that became another one stops all of them for one reason."""


@router.get("/health")
async def health(request: Request) -> Response:
    """Say whether this server lives and is ready for work: 200, or 503 with what is wrong."""
    document = await _health(house_of(request))
    status = 200 if document["ready"] else 503
    return Response(msgspec.json.encode(document), status_code=status, media_type="application/json")


@router.get("/metrics", responses={200: {"content": {CONTENT_TYPE_LATEST: {}}}}, response_class=Response)
async def metrics(request: Request) -> Response:
    """Return the counts in the text form of Prometheus."""
    house = house_of(request)
    parts = {
        "edge": house.edge.statistics(),
        "doors": house.doors.statistics(),
        "rates": house.desk.rates.statistics(),
        "hub": house.hub.statistics(),
        "ledger": house.ledger.statistics(),
        "outbox": house.outbox.statistics(),
        "contacts": house.contacts.statistics(),
    }
    return Response(exposition(parts, house.halls.statistics()), media_type=CONTENT_TYPE_LATEST)


async def _health(house: House) -> Json:
    storage = await house.ledger.health()
    bus = house.bus.statistics()
    rates = house.desk.rates.statistics()
    halls = house.halls.statistics()
    stopped = [day for day in (*halls.days, *halls.ahead.days) if not day.running]
    has_halls = bool(halls.days or halls.shut)
    return {
        "live": True,
        "ready": storage.ok and has_halls and not halls.shut and not stopped,
        "reason": "; ".join(day.stopped for day in stopped[:REASONS_TOLD]) if has_halls else NO_HALLS,
        "ledger": {"ok": storage.ok, "backend": house.ledger.statistics().backend, "reason": storage.reason},
        "bus": {"ok": bus.healthy, "backend": bus.backend},
        "rates": {"ok": rates.healthy, "backend": rates.backend},
        "halls": len(halls.days),
        "halls_shut": halls.shut,
        "halls_stopped": [day.stream for day in stopped],
        "links_waiting": halls.links_waiting,
        "version": house.version,
    }

"""What anybody may know of the halls, and what staff may look up (protocol, sections 3 and 4)."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from hall.catalog import items_of
from hall.feed import View, text_view
from hall.feed_staff import render
from hall.ids import Ms
from hall.opening import session_at
from hall.state import HallDay, waiting_count
from server.api.access import allow, holder
from server.api.bounds import SAFE_INTEGER, Code, MaybeDay, Secret, TicketKey
from server.api.describe import PROBLEMS
from server.api.house import House, house_of
from server.api.submit import Json, day_named, day_of_ticket, reply, today_of
from server.api.why import calls_of, passed_of
from server.config.sections import HallFacts
from server.problems import Problem

router = APIRouter(prefix="/api/halls", tags=["halls"], responses=PROBLEMS)

Limit = Annotated[int, Query(ge=1, le=500)]
Before = Annotated[int | None, Query(ge=0, le=SAFE_INTEGER)]
OPEN_STATES = ("IDLE", "CALLING", "SERVING")


@router.get("/{hall}/waits")
async def waits(request: Request, hall: Code) -> Response:
    """Say what a person would be told now, before taking a number."""
    return reply(house_of(request).waits.table(today_of(request, hall).view_state()))


@router.get("/{hall}/state")
async def state_of(request: Request, hall: Code) -> Response:
    """Return the board's state with the hash of everything that is true."""
    house = house_of(request)
    state = today_of(request, hall).view_state()
    live = house.hub.live_facts(hall, View("board"))
    return reply(
        {
            "seq": state.seq,
            "at_ms": house.clock.now_ms(),
            "date": state.date,
            "hash": state.fingerprint(),
            "view": render(state, View("board")) or {},
            "live": live or {},
        }
    )


@router.get("")
async def list_halls(request: Request) -> Response:
    """List all halls."""
    house = house_of(request)
    now_ms = house.clock.now_ms()
    shown = []
    for facts in await asyncio.to_thread(house.halls.plans.halls):
        day = house.halls.day_of(facts.code)
        if day is None:
            continue
        state = day.view_state()
        shown.append(
            {
                **_facts_of(facts),
                "open": _is_open(state, now_ms),
                "waiting": waiting_count(state),
                "windows_open": sum(desk.state in OPEN_STATES for desk in state.desks.values()),
            }
        )
    return reply({"halls": shown})


@router.get("/{hall}")
async def show_hall(request: Request, hall: Code) -> Response:
    """Return everything that kiosks and phones need to know of a hall."""
    house = house_of(request)
    state = today_of(request, hall).view_state()
    if not state.is_open:
        raise Problem("NOT_READY")
    facts = await asyncio.to_thread(house.halls.plans.halls)
    mine = next(one for one in facts if one.code == hall)
    set_up = {"training": mine.training, "voice": mine.voice}
    return reply({**_hall(house, state), **set_up, **_taking(house, state)})


@router.get("/{hall}/calls")
async def calls(
    request: Request, hall: Code, limit: Limit = 50, before: Before = None, date: Annotated[MaybeDay, Query()] = ""
) -> Response:
    """List calls with their rule and the candidates, newest first, for staff: of today, or of a date of the past."""
    await allow(request, "calls.read", hall)
    runner = await day_named(request, hall, date)
    return reply(await calls_of(house_of(request), runner, limit=limit, before=before))


@router.get("/{hall}/tickets/{ticket}/why")
async def why(request: Request, hall: Code, ticket: TicketKey, secret: Annotated[Secret, Query()] = "") -> Response:
    """Say who was called before this ticket, and by which rule."""
    house = house_of(request)
    await holder(request, "ticket.why", hall=hall, ticket=ticket, secret=secret)
    runner = await day_of_ticket(house, hall, ticket)
    if ticket not in runner.view_state().tickets:
        raise Problem("UNKNOWN_TICKET")
    return reply(await passed_of(house, runner, ticket))


def _facts_of(facts: HallFacts) -> Json:
    return {"hall": facts.code, "name": text_view(facts.name), "level": facts.level, "parent": facts.parent}


def _is_open(state: HallDay, now_ms: Ms) -> bool:
    return session_at(state.sessions, now_ms) is not None and not state.is_ended


def _hall(house: House, state: HallDay) -> Json:
    plan, now_ms = state.plan, house.clock.now_ms()
    policy = plan.policy
    upcoming = [session.open_ms for session in state.sessions if session.open_ms > now_ms]
    return {
        "hall": state.hall,
        "name": text_view(plan.name),
        "zone": plan.zone,
        "date": state.date,
        "kind": state.kind,
        "sessions": [{"open_ms": one.open_ms, "close_ms": one.close_ms} for one in state.sessions],
        "next_open_ms": upcoming[0] if upcoming else state.next_open_ms,
        "open": _is_open(state, now_ms),
        "issuing": state.issuing and not state.is_ended,
        "remote": policy.issuing.remote,
        "bookable": policy.booking is not None,
        "one_per_person": policy.issuing.one_open_per_person,
        "rejoin": policy.missed.rejoin != "void",
        "policy_version": policy.version,
        **_catalog(state),
        "classes": [{"code": one.code, "name": text_view(one.name), "lane": one.lane} for one in policy.classes],
        "limits": {
            "max_items": policy.issuing.max_items,
            "max_quantity": policy.issuing.max_quantity,
            "delay_places": policy.delay.max_places,
        },
        "at_ms": now_ms,
        "speed": house.clock.speed,
        "demo": house.settings.demo,
    }


def _taking(house: House, state: HallDay) -> Json:
    """Say whether a number would be given now for any item, and if not, by which refusal."""
    table = house.waits.table(state)
    refused = [table["refused"].get(code) for code in table["items"]]
    is_taking = None in refused
    return {"taking": is_taking, "refusal": None if is_taking or not refused else refused[0]}


def _catalog(state: HallDay) -> Json:
    catalog = state.plan.catalog
    labels: dict[str, list[str]] = {item.code: [] for item in catalog.items}
    for desk in state.desks.values():
        for code in items_of(desk.serves, catalog):
            labels[code].append(desk.label)
    return {
        "areas": [{"code": one.code, "name": text_view(one.name)} for one in catalog.areas],
        "themes": [{"code": one.code, "name": text_view(one.name)} for one in catalog.themes],
        "items": [
            {
                "code": item.code,
                "name": text_view(item.name),
                "theme": item.theme,
                "keywords": item.keywords,
                "windows": labels[item.code],
                "service_ms": item.service_ms,
            }
            for item in catalog.items
        ],
        "packages": [
            {"code": one.code, "name": text_view(one.name), "items": list(one.items)} for one in catalog.packages
        ],
        "windows": [_window(state, code) for code in state.desks],
    }


def _window(state: HallDay, code: str) -> Json:
    desk = state.desks[code]
    return {
        "code": desk.code,
        "label": desk.label,
        "area": desk.area,
        "kind": desk.kind,
        "themes": list(desk.serves.themes),
        "state": desk.state,
    }

"""Settings of halls over HTTP (protocol, section 4): read, change, import; templates pushed to many halls; presets.

Every section is `{"version": …, "content": …}`; `version` is the ETag, too. A change names the version it started from,
in the body or as `If-Match`; if somebody was quicker the answer is 409 `SETTINGS_CHANGED` with the version of now.
A change that contradicts itself or another section is 422 with every fault, and nothing is saved.
"""

import asyncio
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from hall.catalog import Text
from hall.feed import text_view
from hall.ids import HallId
from server.api import network, settings_calendar, settings_network
from server.api.bounds import Code
from server.api.describe import PROBLEMS
from server.api.house import house_of
from server.api.settings_bodies import (
    ContentBody,
    DaysContent,
    FollowBody,
    HallContent,
    body_as,
    content_as,
    content_of,
)
from server.api.settings_day import Said, check_zone, on_change
from server.api.settings_desk import SettingsRoute, by, done, expected_of, reader, uploaded, versioned, writer
from server.api.submit import reply
from server.config import holidays, templates
from server.config.revisions import revisions_of
from server.config.sections import CONTENT_TYPES, HallFacts
from server.config.store import Loaded, Store
from server.config.tables import Section
from server.importer import import_file, template
from server.workbook_apart import read_apart

router = APIRouter(tags=["settings"], responses=PROBLEMS, route_class=SettingsRoute)
router.include_router(network.router)
router.include_router(settings_network.router)
router.include_router(settings_calendar.router)

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# ---- one hall ----


@router.get("/api/halls/{hall}/settings/hall")
async def read_hall(request: Request, hall: Code) -> Response:
    """Return what a hall says of itself."""
    store = await reader(request, hall)
    facts, version, called = await done(lambda: _facts_told(store, hall))
    own = {"name": facts.name, "zone": facts.zone, "voice": facts.voice, "training": facts.training}
    own["position"] = facts.position
    fixed = {"hall": facts.code, "level": facts.level, "kind": facts.kind, "parent": facts.parent}
    return versioned(version, {**fixed, "template": facts.template, "template_name": _shown(called), "content": own})


@router.put("/api/halls/{hall}/settings/hall")
async def change_hall(request: Request, hall: Code) -> Response:
    """Change a hall's name, zone, voice, training mode or position."""
    caller, store = await writer(request, hall)
    body = await body_as(request, ContentBody)
    content = content_as(body.content, HallContent)
    before = await done(lambda: store.hall(hall))
    facts = msgspec.structs.replace(
        before, name=content.name, zone=content.zone, voice=content.voice, training=content.training,
        position=content.position,
    )  # fmt: skip
    expected = expected_of(request, body.version)
    is_moved = facts.zone != before.zone
    if is_moved:
        check_zone(house_of(request), hall, facts.zone)
    await done(lambda: store.save_facts(facts, expected=expected, by=by(caller)))
    house_of(request).hub.learn_voices({hall: facts.voice})
    said = await on_change(house_of(request), hall, actor=caller.actor, hours=is_moved)
    return versioned(await done(lambda: store.facts_version(hall)), said.fields())


@router.get("/api/halls/{hall}/settings/calendar")
async def read_calendar(request: Request, hall: Code) -> Response:
    """Return public holidays, the years whose notice is known, and the hall's own special days."""
    store = await reader(request, hall)
    found = await done(lambda: holidays.hall_calendar(store.database, hall))
    content = {"years": found.years, "shared": found.shared, "own": found.own}
    return versioned(found.version, {"content": content})


@router.put("/api/halls/{hall}/settings/calendar")
async def change_calendar(request: Request, hall: Code) -> Response:
    """Replace the hall's own special days; holidays of all halls stay."""
    caller, store = await writer(request, hall)
    body = await body_as(request, ContentBody)
    own = content_as(
        {name: body.content[name] for name in body.content if name not in {"years", "shared"}}, DaysContent
    )
    expected = expected_of(request, body.version)
    await done(lambda: holidays.save_hall_days(store.database, hall, own.own, expected=expected, by=by(caller)))
    said = await on_change(house_of(request), hall, actor=caller.actor, hours=True)
    return versioned(await done(lambda: holidays.calendar_version(store.database, hall)), said.fields())


@router.get(
    "/api/halls/{hall}/settings/template.xlsx", responses={200: {"content": {XLSX: {}}}}, response_class=Response
)
async def empty_workbook(request: Request, hall: Code) -> Response:
    """Return a workbook to fill in."""
    store = await reader(request, hall)
    await done(lambda: store.hall(hall))
    name = {"content-disposition": 'attachment; filename="onewindow-settings.xlsx"'}
    return Response(await asyncio.to_thread(template), media_type=XLSX, headers=name)


@router.post("/api/halls/{hall}/settings/import")
async def import_workbook(request: Request, hall: Code, check_only: bool = False) -> Response:
    """Take over items, windows and hours from a workbook, all or nothing; every bad cell is told."""
    caller, store = await writer(request, hall)
    data = await uploaded(request)

    def save() -> dict[str, int]:
        facts, versions, current = store.hall(hall), store.section_versions(hall), store.sections(hall)
        found = import_file(data, facts=facts, current=current, reader=read_apart)
        if not check_only:
            store.save(hall, found.changes, expected=versions, by=by(caller))
        return {"items": found.items, "windows": found.windows, "days": found.days}

    counts = await done(save)
    is_moved = counts["days"] > 0
    said = Said() if check_only else await on_change(house_of(request), hall, actor=caller.actor, hours=is_moved)
    return reply({"imported": counts, "checked_only": check_only, **said.fields()})


@router.get("/api/halls/{hall}/settings/revisions")
async def read_revisions(request: Request, hall: Code) -> Response:
    """Return who changed which settings when, newest first."""
    store = await reader(request, hall)

    def read() -> list[dict[str, Any]]:
        with store.database.read() as session:
            return [msgspec.structs.asdict(one) for one in revisions_of(session, hall)]

    return reply({"revisions": await done(read)})


@router.post("/api/halls/{hall}/settings/follow")
async def follow(request: Request, hall: Code) -> Response:
    """Give up own sections and follow the hall's template again."""
    caller, store = await writer(request, hall)
    body = await body_as(request, FollowBody)
    await done(lambda: templates.follow_template(store, hall, body.sections, by=by(caller)))
    said = await on_change(house_of(request), hall, actor=caller.actor, hours="hours" in body.sections)
    return reply(said.fields())


@router.get("/api/halls/{hall}/settings/{section}")
async def read_section(request: Request, hall: Code, section: Section) -> Response:
    """Return items, windows, hours or policy of a hall; `follows` names the template they come from."""
    store = await reader(request, hall)
    loaded, called = await done(lambda: _section_told(store, hall, section))
    content = content_of(loaded.content)
    return versioned(loaded.version, {"follows": loaded.follows, "follows_name": _shown(called), "content": content})


def _facts_told(store: Store, hall: HallId) -> tuple[HallFacts, str, Text | None]:
    facts = store.hall(hall)
    return facts, store.facts_version(hall), templates.template_name(store, facts.template)


def _section_told(store: Store, hall: HallId, section: Section) -> tuple[Loaded, Text | None]:
    loaded = store.load(hall, section)
    return loaded, templates.template_name(store, loaded.follows)


def _shown(name: Text | None) -> dict[str, str] | None:
    return None if name is None else text_view(name)


@router.put("/api/halls/{hall}/settings/{section}")
async def change_section(request: Request, hall: Code, section: Section) -> Response:
    """Replace items, windows, hours or policy of a hall; it does not follow its template in them any more."""
    caller, store = await writer(request, hall)
    body = await body_as(request, ContentBody)
    content = content_as(body.content, CONTENT_TYPES[section])
    expected = {section: expected_of(request, body.version)}
    await done(lambda: store.save(hall, {section: content}, expected=expected, by=by(caller)))
    said = await on_change(house_of(request), hall, actor=caller.actor, hours=section == "hours")
    return versioned((await done(lambda: store.load(hall, section))).version, said.fields())

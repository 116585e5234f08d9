"""Settings of many halls at once: templates with a preview before the push, public holidays, presets."""

from functools import cache
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Request, Response

from server.api.access import allow
from server.api.bounds import Code
from server.api.describe import PROBLEMS
from server.api.house import house_of
from server.api.settings_bodies import PushBody, YearBody, body_as, content_as, content_of
from server.api.settings_day import tell_days
from server.api.settings_desk import SettingsRoute, by, check_all, done, expected_of, store_of, versioned
from server.api.submit import Json, reply
from server.config import holidays, templates
from server.config.sections import CONTENT_TYPES
from server.config.tables import Section
from server.presets.loader import PRESETS, load_preset

router = APIRouter(responses=PROBLEMS, route_class=SettingsRoute)

Year = Annotated[int, Path(ge=holidays.FIRST_YEAR, le=holidays.LAST_YEAR)]


@router.get("/api/presets")
async def list_presets(request: Request) -> Response:
    """List the presets with their published figures and sources."""
    await allow(request, "settings.read")
    return reply({"presets": await done(lambda: [_preset(name) for name in PRESETS])})


@router.get("/api/templates")
async def list_templates(request: Request) -> Response:
    """List the templates with the versions of their sections."""
    await allow(request, "settings.read")
    store = store_of(house_of(request))
    return reply({"templates": msgspec.to_builtins(await done(lambda: templates.templates(store)))})


@router.get("/api/templates/{code}/{section}")
async def read_template(request: Request, code: Code, section: Section) -> Response:
    """Return one section of a template."""
    await allow(request, "settings.read")
    store = store_of(house_of(request))
    loaded = await done(lambda: templates.load_template(store, code, section))
    return versioned(loaded.version, {"content": content_of(loaded.content)})


@router.post("/api/templates/{code}/{section}/preview")
async def preview_push(request: Request, code: Code, section: Section) -> Response:
    """Say which halls a push would change, which keep their own, and what stands against it; nothing changes."""
    await allow(request, "settings.read")
    body = await body_as(request, PushBody)
    content = content_as(body.content, CONTENT_TYPES[section])
    store = store_of(house_of(request))
    found = await done(lambda: templates.preview(store, code, {section: content}, taking_over=body.taking_over))
    return reply(_told(found))


@router.put("/api/templates/{code}/{section}")
async def push(request: Request, code: Code, section: Section) -> Response:
    """Change a template and every hall that follows it; the caller needs the right in all of them."""
    caller = await allow(request, "settings.write")
    body = await body_as(request, PushBody)
    content = content_as(body.content, CONTENT_TYPES[section])
    house = house_of(request)
    store, version = store_of(house), expected_of(request, body.version)
    check_all(caller, await done(lambda: templates.halls_of(store, code)))
    found = await done(
        lambda: templates.push(
            store, code, {section: content}, expected={section: version}, by=by(caller), taking_over=body.taking_over
        )
    )
    days = await tell_days(house, found.changes, actor=caller.actor, hours=section == "hours")
    return reply({**_told(found), "days": days})


@router.put("/api/calendar/{year}")
async def publish_year(request: Request, year: Year) -> Response:
    """Enter the notice of a year's public holidays for all halls."""
    caller = await allow(request, "calendar.write")
    body = await body_as(request, YearBody)
    house = house_of(request)
    database, version = store_of(house).database, expected_of(request, body.version)
    check_all(caller, house.halls.codes())
    await done(
        lambda: holidays.publish_year(database, year, body.days, source=body.source, expected=version, by=by(caller))
    )
    days = await tell_days(house, house.halls.codes(), actor=caller.actor, hours=True)
    return reply({"version": await done(lambda: holidays.calendar_version(database, "")), "days": days})


def _told(found: templates.Preview) -> Json:
    return {"changes": found.changes, "keeps": found.keeps, "faults": found.faults}


@cache
def _preset(name: str) -> Json:
    """Return what is told of a preset; reading one costs seconds of a core, and it changes with the program only."""
    preset = load_preset(name)
    published = [msgspec.structs.asdict(one) for one in preset.published]
    return {"code": preset.code, "name": preset.name, "halls": len(preset.halls), "published": published}

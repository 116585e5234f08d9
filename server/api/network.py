"""The network of halls over HTTP: who belongs to whom, a hall added, a template made or assigned, a change looked at again.

A hall that is added is served before the answer is given; nobody has an account in it, and it has no device, until they are
made as for any other hall.
"""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Request, Response

from hall.catalog import Text
from hall.feed import text_view
from hall.ids import HallId
from server.accounts.authorise import may
from server.api.access import allow, check
from server.api.bounds import SAFE_INTEGER, Code
from server.api.describe import PROBLEMS
from server.api.house import house_of
from server.api.settings_bodies import body_as, content_of
from server.api.settings_day import on_change
from server.api.settings_desk import SettingsRoute, by, done, expected_of, reader, store_of, versioned
from server.api.submit import Json, reply
from server.config.network import Member, NewHall, add_hall, assign_template, make_template, members
from server.config.revisions import content_at
from server.config.tables import SECTIONS, Section
from server.config.templates import templates

router = APIRouter(responses=PROBLEMS, route_class=SettingsRoute)

Number = Annotated[int, Path(ge=1, le=SAFE_INTEGER)]
CREATED = 201


class NewTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A template to be made of what a hall is set to now."""

    code: str
    name: Text
    hall: HallId = msgspec.field(name="from")


class TemplateBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The template that a hall belongs to from now on, and the sections in which it follows that; null: none."""

    version: str
    template: str | None
    sections: tuple[Section, ...] = SECTIONS


@router.get("/api/network")
async def read_network(request: Request) -> Response:
    """Return all halls with their parents, and for those of the caller the template of each section; and all templates."""
    caller = await allow(request, "settings.read")
    house = house_of(request)
    store = store_of(house)
    halls, shared = await done(lambda: (members(store), templates(store)))
    served = set(house.halls.codes())
    told = [
        _told(one, is_yours=may(caller, "settings.read", hall=one.facts.code), is_served=one.facts.code in served)
        for one in halls
    ]
    return reply({"halls": told, "templates": [{"code": one.code, "name": text_view(one.name)} for one in shared]})


@router.post("/api/halls", status_code=CREATED)
async def add(request: Request) -> Response:
    """Add a hall that follows a template or is a copy of another hall, and serve it."""
    caller = await allow(request, "halls.write")
    new = await body_as(request, NewHall)
    check(caller, "halls.write", new.hall)
    if new.like is not None:
        check(caller, "settings.read", new.like)
    house = house_of(request)
    store = store_of(house)
    facts = await done(lambda: add_hall(store, new, by=by(caller)))
    await house.newcomers.welcome()
    day = house.halls.day_of(facts.code)
    is_open = day is not None and day.view_state().is_open
    content: Json = {"hall": facts.code, "level": facts.level, "parent": facts.parent, "zone": facts.zone}
    content |= {"template": facts.template, "day": "changed" if is_open else "later"}
    answer = versioned(await done(lambda: store.facts_version(facts.code)), content)
    answer.status_code = CREATED
    return answer


@router.post("/api/templates", status_code=CREATED)
async def add_template(request: Request) -> Response:
    """Make a template of what a hall is set to now; no hall follows it yet."""
    caller = await allow(request, "templates.write")
    new = await body_as(request, NewTemplate)
    check(caller, "templates.write", new.hall)
    store = store_of(house_of(request))
    await done(lambda: make_template(store, new.code, name=new.name, hall=new.hall, by=by(caller)))
    return reply({"code": new.code}, status=CREATED)


@router.put("/api/halls/{hall}/settings/template")
async def assign(request: Request, hall: Code) -> Response:
    """Put a hall under a template, which it follows in the named sections; null: it keeps all that it has as its own."""
    caller = await allow(request, "halls.write", hall)
    body = await body_as(request, TemplateBody)
    house = house_of(request)
    store, expected = store_of(house), expected_of(request, body.version)
    changed = await done(
        lambda: assign_template(
            store, hall, body.template, sections=body.sections, expected=expected, by=by(caller)
        )
    )  # fmt: skip
    said = await on_change(house, hall, actor=caller.actor, hours="hours" in changed)
    return versioned(await done(lambda: store.facts_version(hall)), {"changed": changed, **said.fields()})


@router.get("/api/halls/{hall}/settings/revisions/{revision}")
async def read_revision(request: Request, hall: Code, revision: Number) -> Response:
    """Return a section as one of the hall's changes left it, to be looked at or saved again."""
    store = await reader(request, hall)

    def read() -> dict[str, Any]:
        with store.database.read() as session:
            told, content = content_at(session, hall, revision)
        return msgspec.structs.asdict(told) | {"content": None if content is None else content_of(content)}

    return reply(await done(read))


def _told(one: Member, *, is_yours: bool, is_served: bool) -> Json:
    facts = one.facts
    own: Json = {"version": one.version, "template": facts.template, "follows": one.follows}
    return {
        "hall": facts.code,
        "name": text_view(facts.name),
        "level": facts.level,
        "kind": facts.kind,
        "parent": facts.parent,
        "served": is_served,
        "yours": is_yours,
        **(own if is_yours else dict.fromkeys(own)),
    }

"""What all settings routes share: who may, where settings are kept, versions, and errors as problems."""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Final, TypeVar

import msgspec
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import UploadFile

from hall.ids import HallId
from server.accounts.authorise import Caller
from server.api.access import allow, check
from server.api.house import House, house_of, wall_ms
from server.api.settings_bodies import problem_of_faults
from server.api.submit import Json, invalid, reply
from server.config.database import DatabaseUnavailable
from server.config.plans import StoredPlans
from server.config.problems import CODES, facts_of_error
from server.config.sections import By, ConfigError, InvalidSettings, VersionConflict
from server.config.store import Store
from server.importer import ImportFaults
from server.problems import MEDIA_TYPE, Problem

Result = TypeVar("Result")

CONFLICT: Final = 409
CHANGED: Final = {"zh": "设置已被他人修改，请刷新后再试", "en": "Somebody else changed these settings; load them again"}


class SettingsChanged(Exception):
    """Somebody was quicker; ``current`` is the version of now."""

    def __init__(self, current: str) -> None:
        """Remember the version."""
        super().__init__(current)
        self.current = current


class SettingsRoute(APIRoute):
    """A route that answers 409 to a change that came too late."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with that one error told."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except SettingsChanged as error:
                return settings_changed(error)

        return told


async def reader(request: Request, hall: HallId) -> Store:
    """Return the store if the caller may read this hall's settings."""
    await allow(request, "settings.read", hall)
    return store_of(house_of(request))


async def writer(request: Request, hall: HallId) -> tuple[Caller, Store]:
    """Return the caller and the store if they may change this hall's settings."""
    caller = await allow(request, "settings.write", hall)
    return caller, store_of(house_of(request))


def check_all(caller: Caller, halls: Collection[HallId]) -> None:
    """Refuse a change of many halls to whoever has not the right in all of them."""
    for hall in halls:
        check(caller, "settings.write", hall)


def store_of(house: House) -> Store:
    """Return where settings are kept: the store that the halls' plans come from, so that both read it once."""
    plans = house.halls.plans
    return plans.store if isinstance(plans, StoredPlans) else Store(house.database)


async def done(work: Callable[[], Result]) -> Result:
    """Do something with the settings database in a thread; what it can end with becomes a problem."""
    try:
        return await asyncio.to_thread(work)
    except (InvalidSettings, ImportFaults) as error:
        raise problem_of_faults(error.faults) from error
    except VersionConflict as error:
        raise SettingsChanged(error.current) from error
    except DatabaseUnavailable as error:
        raise Problem("STORAGE_FULL") from error
    except ConfigError as error:
        raise Problem(CODES[type(error)], facts=facts_of_error(error)) from error


def by(caller: Caller) -> By:
    """Return who changes settings now."""
    return By(caller.actor, wall_ms())


def expected_of(request: Request, version: str) -> str:
    """Return the version that a change started from: `If-Match` goes before the body's."""
    named = request.headers.get("if-match", "").removeprefix("W/").strip('"') or version
    if not named:
        raise invalid("version", "the version that the change started from is needed")
    return named[:40]


def versioned(version: str, document: Json) -> Response:
    """Return JSON with its version, as field and as ETag."""
    answer = reply({"version": version, **document})
    answer.headers["etag"] = f'"{version}"'
    return answer


def settings_changed(error: SettingsChanged) -> Response:
    """Return the problem of a change that came too late."""
    document = {
        "type": "about:blank",
        "status": CONFLICT,
        "code": "SETTINGS_CHANGED",
        "title": CHANGED,
        "detail": CHANGED["en"],
        "facts": {"version": error.current},
    }
    return Response(msgspec.json.encode(document), status_code=CONFLICT, media_type=MEDIA_TYPE)


async def uploaded(request: Request) -> bytes:
    """Return the file of an upload: the body itself, or the first file of a form."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1, max_fields=4) as form:
        for value in form.values():
            if isinstance(value, UploadFile):
                return await value.read()
    raise invalid("file", "a file is needed")

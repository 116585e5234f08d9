"""What operations take that read their body themselves: the structs that they convert it to, or a file."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from server.api.described.limits import DATE
from server.api.network import NewTemplate, TemplateBody
from server.api.settings_bodies import ContentBody, DayBody, DaysContent, FollowBody, HallContent, PushBody, YearBody
from server.api.studio import KeepBody, SpeedBody
from server.config.calendar_file import ENTRIES_MAX
from server.config.network import NewHall
from server.config.sections import CONTENT_TYPES
from server.config.tables import NAME
from server.settings import Limits
from server.studio.asks import Begin

SECTIONS: Final = tuple(CONTENT_TYPES.values())
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON: Final = "application/json"
CALENDARS: Final = ("text/calendar", JSON)
_FILE: Final[dict[str, Any]] = {"type": "string", "format": "binary", "maxLength": Limits().import_bytes}

_LISTED: Final[dict[str, Any]] = {
    "type": "object",
    "description": "A day as lists of holidays on the net write it.",
    "properties": {
        "date": {"type": "string", **DATE},
        "isOffDay": {"type": "boolean"},
        "name": {"type": "string", "maxLength": NAME},
    },
    "required": ["date", "isOffDay"],
}
_DAYS: Final[dict[str, Any]] = {
    "type": "array",
    "maxItems": ENTRIES_MAX,
    "items": {"anyOf": [{"$ref": "#/components/schemas/SpecialDay"}, _LISTED]},
}
_DOCUMENT: Final[dict[str, Any]] = {
    "anyOf": [
        {
            "type": "object",
            "properties": {"source": {"type": "string", "maxLength": NAME}, "days": _DAYS},
            "required": ["days"],
        },
        _DAYS,
    ]
}
"""Days to import, with the name of their notice or without."""


class Takes(msgspec.Struct, frozen=True):
    """A body in JSON; ``contents``: what its field ``content`` may be, each read strictly."""

    kind: type
    contents: tuple[type, ...] = ()


class TakesFile(msgspec.Struct, frozen=True):
    """A file as the whole body, in one of these types, or in a form."""

    types: tuple[str, ...]


BODIES: Final[Mapping[str, Takes | TakesFile]] = {
    "PUT /api/halls/{hall}/settings/hall": Takes(ContentBody, (HallContent,)),
    "PUT /api/halls/{hall}/settings/calendar": Takes(ContentBody, (DaysContent,)),
    "PUT /api/halls/{hall}/settings/{section}": Takes(ContentBody, SECTIONS),
    "POST /api/halls": Takes(NewHall),
    "POST /api/templates": Takes(NewTemplate),
    "PUT /api/halls/{hall}/settings/template": Takes(TemplateBody),
    "POST /api/halls/{hall}/settings/follow": Takes(FollowBody),
    "POST /api/halls/{hall}/settings/import": TakesFile((XLSX,)),
    "POST /api/halls/{hall}/settings/calendar/import": TakesFile(CALENDARS),
    "PUT /api/halls/{hall}/settings/calendar/days/{date}": Takes(DayBody),
    "PUT /api/templates/{code}/{section}": Takes(PushBody, SECTIONS),
    "POST /api/templates/{code}/{section}/preview": Takes(PushBody, SECTIONS),
    "PUT /api/calendar/{year}": Takes(YearBody),
    "PUT /api/calendar/days/{date}": Takes(DayBody),
    "POST /api/calendar/import": TakesFile(CALENDARS),
    "POST /api/halls/{hall}/studio/jobs": Takes(Begin),
    "POST /api/halls/{hall}/studio/plans": Takes(KeepBody),
    "POST /api/halls/{hall}/studio/days/{job}/speed": Takes(SpeedBody),
}
"""By operation, as in the table of rights."""


def content_of(
    taken: Takes | TakesFile, refs: Mapping[type, dict[str, Any]], made: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the ``content`` of a request body; ``made`` are the components that ``refs`` lead to."""
    if isinstance(taken, TakesFile):
        form = {"type": "object", "properties": {"file": _FILE}, "required": ["file"]}
        return {
            **{one: {"schema": _DOCUMENT if one == JSON else _FILE} for one in taken.types},
            "multipart/form-data": {"schema": form},
        }
    return {JSON: {"schema": shape_of(taken.kind, taken.contents, refs, made)}}


def shape_of(
    kind: type, contents: tuple[type, ...], refs: Mapping[type, dict[str, Any]], made: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the schema of a struct whose field ``content`` is one of these, or as its type says."""
    if not contents:
        return refs[kind]
    whole = made[kind.__name__]
    choice = [refs[one] for one in contents]
    content = choice[0] if len(choice) == 1 else {"anyOf": choice}
    return {**whole, "properties": {**whole["properties"], "content": content}}

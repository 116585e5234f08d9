"""The whole description: FastAPI's, with the bodies and answers of the tables."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from hall.opening import SpecialDay
from server.api.described.bodies import BODIES, Takes, content_of
from server.api.described.limits import bound
from server.api.settings_bodies import HallContent
from server.config.sections import CONTENT_TYPES

Schema = dict[str, Any]
PLACE: Final = "#/components/schemas/"
STRICT: Final = (*CONTENT_TYPES.values(), HallContent, SpecialDay)
"""Contents in which an unknown field is a fault wherever it stands. A calendar sent back as read brings more than it takes."""


def completed(document: Schema) -> Schema:
    """Return FastAPI's description with what it does not see; every operation of the tables must be in it."""
    refs, made = _schemas_of_bodies()
    bodies = {operation: content_of(taken, refs, made) for operation, taken in BODIES.items()}
    for operation, content in bodies.items():
        _route(document, operation)["requestBody"] = {"required": True, "content": content}
    _add(document, {name: made[name] for name in _reached(bodies, made)})
    return document


def named(shape: object) -> Iterator[str]:
    """Yield the components that a schema names itself."""
    if isinstance(shape, dict):
        if isinstance(ref := shape.get("$ref"), str):
            yield ref.removeprefix(PLACE)
        for part in shape.values():
            yield from named(part)
    elif isinstance(shape, list):
        for part in shape:
            yield from named(part)


def _schemas_of_bodies() -> tuple[dict[type, Schema], dict[str, Schema]]:
    """Return a reference to each struct of a body, and the components that they lead to, with their bounds."""
    taken = [one for one in BODIES.values() if isinstance(one, Takes)]
    kinds = list(dict.fromkeys(kind for one in taken for kind in (one.kind, *one.contents)))
    refs, made = _schemas(kinds)
    for name, schema in made.items():
        bound(name, schema)
    for name in _reached([{"$ref": f"{PLACE}{kind.__name__}"} for kind in STRICT], made):
        made[name]["additionalProperties"] = False
    return refs, made


def _schemas(kinds: list[type]) -> tuple[dict[type, Schema], dict[str, Schema]]:
    found, made = msgspec.json.schema_components(kinds, ref_template=f"{PLACE}{{name}}")
    return dict(zip(kinds, found, strict=True)), made


def _route(document: Schema, operation: str) -> Schema:
    method, _, path = operation.partition(" ")
    found: Schema = document["paths"][path][method.lower()]
    return found


def _add(document: Schema, made: dict[str, Schema]) -> None:
    known = document.setdefault("components", {}).setdefault("schemas", {})
    assert known.keys().isdisjoint(made), "two types have one name"
    known.update(made)


def _reached(shape: object, made: dict[str, Schema]) -> list[str]:
    """Return the components that a schema leads to, however far."""
    names: list[str] = []
    waiting = list(named(shape))
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.append(name)
            waiting += named(made[name])
    return names

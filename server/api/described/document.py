"""The whole description: FastAPI's, with the bodies and answers of the tables."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from hall.opening import SpecialDay
from server.api.described.answers import ANSWERS, MAY_BE, MAY_BE_EMPTY, Answers
from server.api.described.bodies import BODIES, Takes, content_of, shape_of
from server.api.described.limits import bound
from server.api.described.measures import measured
from server.api.described.parameters import explain
from server.api.described.shown import ProblemDetails
from server.api.settings_bodies import HallContent
from server.config.sections import CONTENT_TYPES

Schema = dict[str, Any]
JSON: Final = "application/json"
DONE: Final = "Done"
PLACE: Final = "#/components/schemas/"
STRICT: Final = (*CONTENT_TYPES.values(), HallContent, SpecialDay)
"""Contents in which an unknown field is a fault wherever it stands. A calendar sent back as read brings more than it takes."""


def completed(document: Schema) -> Schema:
    """Return FastAPI's description with what it does not see; every operation of the tables must be in it."""
    refs, made = _schemas()
    for operation, taken in BODIES.items():
        route = _route(document, operation)
        route["requestBody"] = {"required": True, "content": content_of(taken, refs, made)}
    for operation, answer in ANSWERS.items():
        schema = shape_of(answer.kind, answer.contents, refs, made)
        _answer(_route(document, operation)["responses"], answer, schema)
    explain(_operations(document))
    _add(document, {name: made[name] for name in _reached(document["paths"], made)})
    return document


def _operations(document: Schema) -> Iterator[tuple[str, Schema]]:
    for path, routes in document["paths"].items():
        for method, route in routes.items():
            yield f"{method.upper()} {path}", route


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


def _schemas() -> tuple[dict[type, Schema], dict[str, Schema]]:
    """Return a reference to each struct of the tables, and the components that they lead to."""
    taken = [one for one in BODIES.values() if isinstance(one, Takes)]
    of_bodies = list(dict.fromkeys(kind for one in taken for kind in (one.kind, *one.contents)))
    of_fields = [kind for kinds in MAY_BE.values() for kind in kinds]
    of_answers = [one.kind for one in ANSWERS.values()]
    kinds = list(dict.fromkeys([*of_bodies, *of_fields, *of_answers, ProblemDetails]))
    found, made = msgspec.json.schema_components(kinds, ref_template=f"{PLACE}{{name}}")
    refs = dict(zip(kinds, found, strict=True))
    for name in _reached([refs[kind] for kind in of_bodies], made):
        bound(name, made[name])
    for name in _reached([{"$ref": f"{PLACE}{kind.__name__}"} for kind in STRICT], made):
        made[name]["additionalProperties"] = False
    for (name, field), choices in MAY_BE.items():
        made[name]["properties"][field] = {"anyOf": [*(refs[kind] for kind in choices), {"type": "null"}]}
    for name, field in MAY_BE_EMPTY:
        shapes = made[name]["properties"]
        shapes[field] = {"anyOf": [shapes[field], {"type": "object", "maxProperties": 0}]}
    for name, schema in made.items():
        measured(name, schema)
    return refs, made


def _answer(responses: Schema, answer: Answers, schema: Schema) -> None:
    """Tell what is answered instead of what FastAPI supposes."""
    for status in [one for one in responses if one.startswith("2")]:
        del responses[status]
    responses[str(answer.status)] = {"description": DONE, "content": {JSON: {"schema": schema}}}
    for other in answer.also:
        responses[str(other)]["content"] |= {JSON: {"schema": schema}}


def _route(document: Schema, operation: str) -> Schema:
    method, _, path = operation.partition(" ")
    found: Schema = document["paths"][path][method.lower()]
    return found


def _add(document: Schema, made: dict[str, Schema]) -> None:
    known = document.setdefault("components", {}).setdefault("schemas", {})
    assert known.keys().isdisjoint(made), "two types have one name"
    known.update(made)


def _reached(shape: object, made: dict[str, Schema]) -> list[str]:
    """Return those of ``made`` that a schema leads to, however far."""
    names: list[str] = []
    waiting = list(named(shape))
    while waiting:
        name = waiting.pop()
        if name in made and name not in names:
            names.append(name)
            waiting += named(made[name])
    return names

"""Whatever goes in or comes out has a bound, numbers say in what they are measured, and every parameter says what it is."""

from collections.abc import Iterator
from typing import Any

import pytest

from server.api.described import measures, parameters
from tests.support.described import Described
from tests.support.server import Served

Schema = dict[str, Any]
NEEDED = {
    "string": {"maxLength"},
    "integer": {"minimum", "maximum"},
    "number": {"minimum", "maximum"},
    "array": {"maxItems"},
}
CHECKED_ITSELF = {"enum", "const"}
"""What has few values needs no bound."""


@pytest.fixture(scope="module")
def described(served: Served) -> Described:
    return Described.of(served.client())


def test_every_parameter_has_a_bound_and_says_what_it_is(described: Described):
    faults = []
    for operation, route in described.operations():
        for one in route.get("parameters", []):
            faults += [f"{operation} {one['name']}{where}" for where in _loose(one["schema"])]
            faults += [] if one.get("description") else [f"{operation} {one['name']} says nothing"]

    assert faults == []


def test_every_field_of_a_body_has_a_bound(described: Described):
    assert [f"{name}{where}" for name, schema in described.taken().items() for where in _loose(schema)] == []


def test_every_field_of_an_answer_has_a_bound(described: Described):
    assert [f"{name}{where}" for name, schema in described.told().items() for where in _loose(schema)] == []


def test_every_object_of_an_answer_says_what_it_is(described: Described):
    assert [name for name, schema in described.told().items() if not schema.get("description")] == []


def test_every_measured_number_of_an_answer_says_its_unit(described: Described):
    """Milliseconds, minutes, percent, days: by the name of the field, and in words."""
    silent = [
        f"{name}.{field}"
        for name, schema in described.told().items()
        for field, shape in schema.get("properties", {}).items()
        if measures.unit_of(field) and _is_number(shape) and not shape.get("description")
    ]

    assert silent == []


def test_whatever_is_said_of_parameters_and_measures_is_of_ones_that_there_are(described: Described):
    """A parameter or field that is renamed does not leave its words behind."""
    schemas = described.document["components"]["schemas"]
    there = {
        (operation, one["name"]) for operation, route in described.operations() for one in route.get("parameters", [])
    }

    assert set(parameters.MEANS) - {name for _, name in there} == set()
    assert set(parameters.ELSEWHERE) - there == set()
    assert [one for one in measures.OWN if one[1] not in schemas[one[0]]["properties"]] == []


@pytest.mark.parametrize(
    "loose",
    [
        {"type": "string"}, {"type": "integer", "minimum": 0}, {"type": "array", "maxItems": 1, "items": {"type": "string"}},
        {"anyOf": [{"type": "number"}, {"type": "null"}]}, {"properties": {"x": {"type": ["object", "array"]}}},
        {"type": "object", "additionalProperties": {"type": "string"}},
    ],
)  # fmt: skip
def test_a_field_without_a_bound_is_found(loose: Schema):
    """What holds the others."""
    assert list(_loose(loose)) != []


def _loose(schema: Schema, where: str = "") -> Iterator[str]:
    """Yield where a text, number or list has no bound; what a name stands for is looked at under that name."""
    kinds = schema.get("type", [])
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if NEEDED.get(kind, set()) - set(schema) and not CHECKED_ITSELF & set(schema):
            yield f"{where}: {kind}"
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _loose(choice, where)
    for name, part in schema.get("properties", {}).items():
        yield from _loose(part, f"{where}.{name}")
    for name in ("items", "additionalProperties"):
        if isinstance(part := schema.get(name), dict):
            yield from _loose(part, f"{where}[]")


def _is_number(shape: Schema) -> bool:
    return any(one.get("type") in ("integer", "number") for one in shape.get("anyOf", [shape]))

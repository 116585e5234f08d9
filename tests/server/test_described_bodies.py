"""What takes a body says so in the description of the API, and what it says is what is taken."""

import inspect

import pytest
from fastapi.routing import APIRoute

from server.api.described.bodies import BODIES
from server.api.described.limits import OWN
from tests.support.described import Described
from tests.support.server import Served, routes_of

READS = ("body_as(", "uploaded(", "request.body(", "request.json(", "request.form(")
"""How an endpoint reads a body itself."""


@pytest.fixture(scope="module")
def described(served: Served) -> Described:
    return Described.of(served.client())


def test_no_operation_that_takes_a_body_lacks_its_description(served: Served, described: Described):
    """Fields that FastAPI checks, and bodies that an endpoint reads itself."""
    said = {operation for operation, route in described.operations() if "requestBody" in route}
    routes = [one for one in routes_of(served) if isinstance(one, APIRoute) and one.include_in_schema]
    takes = {
        f"{method} {one.path}"
        for one in routes
        for method in one.methods or ()
        if one.body_field is not None or any(word in inspect.getsource(one.endpoint) for word in READS)
    }

    assert len(routes) > 100
    assert takes - said == set()
    assert said - takes == set()
    assert set(BODIES) <= takes


def test_every_field_of_a_body_in_json_has_a_type(described: Described):
    """A body that says nothing of a field would take anything."""
    loose = [
        f"{name}.{field}"
        for name, schema in described.taken().items()
        for field, shape in schema.get("properties", {}).items()
        if not {"type", "enum", "const", "anyOf", "$ref"} & set(shape)
    ]

    assert loose == []


def test_every_bound_that_is_written_down_is_of_a_field_that_there_is(described: Described):
    """A field that is renamed does not leave its bound behind."""
    schemas = described.document["components"]["schemas"]

    assert [one for one in OWN if one[1] not in schemas[one[0]]["properties"]] == []

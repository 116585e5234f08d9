"""The described bodies of settings: what a server gives fits them, and what does not fit them is refused."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.server.config.test_settings_api import HALL, SECTIONS, open_halls, who
from tests.support.described import Described

OWN_DAY = {"date": "2026-12-24", "kind": "special", "name": "长晚", "spans": [{"from_min": 540, "to_min": 1200}]}
PLACE = {"lat": 23.72, "lon": 114.69}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server with the halls of Yuancheng."""
    with open_halls(tmp_path_factory.mktemp("data")) as client:
        yield client


@pytest.fixture(scope="module")
def described(app: TestClient) -> Described:
    return Described(app.get("/openapi.json").json())


@pytest.mark.parametrize("section", SECTIONS)
def test_what_is_read_fits_the_described_body_and_is_taken(app: TestClient, described: Described, section: str):
    body = _read(app, section)

    assert described.faults(_schema(described, section), body) == []
    assert _put(app, section, body) == 200


@pytest.mark.parametrize("section", SECTIONS)
def test_what_is_beyond_a_described_bound_is_refused(app: TestClient, described: Described, section: str):
    """Each number and text by one, and each object by one field: the description says no, and the server does."""
    body = _read(app, section)
    tried = list(_beyond(described, _schema(described, section), body["content"]))

    let_in, unsaid = [], []
    for where, content in tried:
        changed = {**body, "content": content}
        if _put(app, section, changed) != 422:
            let_in.append(where)
        if not described.faults(_schema(described, section), changed):
            unsaid.append(where)

    assert let_in == []
    assert unsaid == []
    assert len(tried) >= 4


def _read(app: TestClient, section: str) -> dict[str, Any]:
    read = app.get(f"/api/halls/{HALL}/settings/{section}", headers=who("manager")).json()
    more = {"calendar": {"own": [OWN_DAY]}, "hall": {"position": PLACE}}.get(section, {})
    return {"version": read["version"], "content": {**read["content"], **more}}


def _put(app: TestClient, section: str, body: dict[str, Any]) -> int:
    return app.put(f"/api/halls/{HALL}/settings/{section}", json=body, headers=who("manager")).status_code


def _schema(described: Described, section: str) -> dict[str, Any]:
    named = section if section in {"hall", "calendar"} else "{section}"
    return described.body_of(f"PUT /api/halls/{{hall}}/settings/{named}")


def _beyond(
    described: Described, schema: dict[str, Any], content: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the content with one thing changed to what its bound does not let in."""
    for path in _paths(content):
        # What comes along from other sections is left out of a change.
        if path[:1] in (["years"], ["shared"]):
            continue
        shape = described.part(schema, ["content", *path])
        for bad in _bad(_at(content, path), shape):
            changed = copy.deepcopy(content)
            _at(changed, path[:-1])[path[-1]] = bad
            yield "/".join(map(str, path)), changed


def _bad(value: object, shape: dict[str, Any]) -> Iterator[Any]:
    match value:
        case bool():
            yield "yes"
        case int() | float():
            yield from (shape["minimum"] - 1, shape["maximum"] + 1)
        case str() if "enum" in shape:
            yield "nonsense"
        case str():
            yield "x" * (shape["maxLength"] + 1)
        case dict():
            yield {**value, "nonsense": 1}


def _paths(value: object) -> Iterator[list[Any]]:
    """Yield where something stands; of lists only the first entry, its fellows are the same."""
    parts: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list) and value:
        parts = [(0, value[0])]
    for name, part in parts:
        yield [name]
        yield from ([name, *rest] for rest in _paths(part))


def _at(value: Any, path: list[Any]) -> Any:
    for one in path:
        value = value[one]
    return value

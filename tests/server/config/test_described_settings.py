"""The described bodies of settings: what a server gives fits them, and what does not fit them is refused, as described."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from server.import_sheets import HOURS
from tests.server.config.test_importer import GOOD, workbook
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
    return Described.of(app)


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


def test_every_described_answer_about_settings_is_what_its_description_says(tmp_path: Path):
    """All of them asked for once, each object closed: a field that nobody describes is a lie as well."""
    with open_halls(tmp_path) as app:
        described = Described.of(app)
        described.watch(app)
        _ask_for_everything(app)

    assert described.lies == []
    assert described.unasked("settings") == set()
    assert described.invented("settings") == set()
    assert len(described.answered) > 24


def _ask_for_everything(app: TestClient) -> None:
    _change_sections(app)

    def ask(method: str, path: str, *, as_: str = "network", **more: Any) -> Any:
        answer = app.request(method, path, headers=who(as_), **more)
        assert answer.is_success, answer.text
        return answer.json()

    settings = f"/api/halls/{HALL}/settings"
    opening = {"date": "2026-12-25", "kind": "special", "name": "长晚", "spans": [{"from_min": 540, "to_min": 1200}]}
    ask("POST", f"{settings}/import?check_only=true", content=workbook({HOURS: GOOD[HOURS]}))
    ask("POST", f"{settings}/calendar/import", json={"days": [opening]})
    ask("GET", f"{settings}/policy")
    ask("GET", f"{settings}/revisions")
    ask("POST", f"{settings}/follow", json={"sections": ["policy"]})
    day = {"kind": "holiday", "name": "闭馆"}
    for where, change in ((f"{settings}/calendar", f"{settings}/calendar"), (f"{settings}/calendar", "/api/calendar")):
        version = ask("GET", where)["version"]
        version = ask("PUT", f"{change}/days/2026-12-28", json={"version": version, **day})["version"]
        ask("DELETE", f"{change}/days/2026-12-28?version={version}")
    notice = [{"date": "2027-10-01", "kind": "holiday", "name": "国庆节"}]
    ask("POST", "/api/calendar/import?check_only=true", json={"source": "通知", "days": notice})
    version = ask("GET", f"{settings}/calendar")["version"]
    ask("PUT", "/api/calendar/2027", json={"version": version, "days": notice, "source": "通知"})
    ask("GET", "/api/presets")
    code = ask("GET", "/api/templates")["templates"][0]["code"]
    read = ask("GET", f"/api/templates/{code}/hours")
    ask("POST", f"/api/templates/{code}/hours/preview", json=read)
    ask("PUT", f"/api/templates/{code}/hours", json=read)
    version = ask("GET", f"{settings}/hall")["version"]
    ask("PUT", f"{settings}/template", json={"version": version, "template": code, "sections": ["hours"]})
    for one in ask("GET", f"{settings}/revisions")["revisions"]:
        ask("GET", f"{settings}/revisions/{one['id']}")
    new = {"name": {"zh": "新"}, "level": "district", "template": code}
    ask("POST", "/api/halls", json={"hall": "yuancheng-n1", **new, "kind": "special"})
    ask("POST", "/api/templates", json={"code": "own", "name": {"zh": "自"}, "from": HALL})
    for name in ("network", "manager"):
        ask("GET", "/api/network", as_=name)


def _change_sections(app: TestClient) -> None:
    """Every section saved, too late and wrong; and numbers of a theme limited."""
    for section in SECTIONS:
        read = _read(app, section)
        for tried in (read, read, {**read, "content": {"nonsense": 1}}):
            _put(app, section, tried)
    read, theme = _read(app, "policy"), _read(app, "items")["content"]["themes"][0]["code"]
    _put(app, "policy", {**read, "content": {**read["content"], "quotas": [{"theme": theme, "morning": 50}]}})


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

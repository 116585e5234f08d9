"""The network over HTTP: halls added and served at once, templates made and assigned, changes looked at again."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.server.config.test_settings_api import house, open_halls, who

STREET = "yuancheng-s01"
NEW = {"name": {"zh": "新社区", "en": "New Community"}, "parent": STREET, "template": "community"}
SECTIONS = ["items", "windows", "hours", "policy"]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server with the halls of Yuancheng, on a Monday at ten."""
    with open_halls(tmp_path_factory.mktemp("data")) as client:
        yield client


def test_a_hall_that_is_added_is_open_before_the_answer(app: TestClient):
    """It is in the list of halls, shows its page's facts, and nobody has a device in it."""
    answer = _add(app, hall="yuancheng-n1")

    shown = app.get("/api/halls/yuancheng-n1")
    listed = [one for one in app.get("/api/halls").json()["halls"] if one["hall"] == "yuancheng-n1"]
    assert answer.status_code == 201, answer.text
    assert answer.json() == {
        "version": "h.1", "hall": "yuancheng-n1", "level": "community", "parent": STREET, "zone": "Asia/Shanghai",
        "template": "community", "day": "changed",
    }  # fmt: skip
    assert (shown.status_code, shown.json()["issuing"], listed[0]["parent"]) == (200, True, STREET)
    assert app.get("/api/halls/yuancheng-n1/devices", headers=who("network")).json() == {"devices": []}


def test_a_hall_that_was_added_hears_of_pushes(app: TestClient):
    """A push to its template names it among the halls that change."""
    _add(app, hall="yuancheng-n2")
    path = "/api/templates/community/policy"
    read = app.get(path, headers=who("network")).json()
    body = {"version": read["version"], "content": read["content"] | {"version": "pushed to new"}}

    pushed = app.put(path, json=body, headers=who("network"))

    assert pushed.json()["days"]["yuancheng-n2"] == "changed"
    assert house(app).halls.today("yuancheng-n2").view_state().plan.policy.version == "pushed to new"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"hall": STREET}, 409, "HALL_EXISTS"),
        ({"parent": "nowhere"}, 404, "UNKNOWN_PARENT"),
        ({"template": "nothing"}, 404, "UNKNOWN_TEMPLATE"),
        ({"template": None, "like": "yuancheng-nowhere"}, 404, "UNKNOWN_HALL"),
        ({"level": "street"}, 409, "WRONG_LEVEL"),
        ({"level": "province"}, 422, "INVALID_INPUT"),
        ({"template": None}, 422, "INVALID_INPUT"),
        ({"zone": "Mars/Base"}, 422, "INVALID_INPUT"),
        ({"hall": "yuancheng new"}, 422, "INVALID_INPUT"),
        ({"name": "x"}, 422, "INVALID_INPUT"),
        ({"color": "red"}, 422, "INVALID_INPUT"),
        ({"hall": "longgang"}, 403, "FORBIDDEN"),
        ({"template": None, "like": "longgang"}, 403, "FORBIDDEN"),
    ],
)
def test_a_hall_that_cannot_be_added_is_told_why(app: TestClient, change: dict[str, Any], status: int, code: str):
    """A stable code, a sentence in both languages, and no hall."""
    answer = _add(app, **{"hall": "yuancheng-bad"} | change)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert set(answer.json()["title"]) == {"zh", "en"}
    assert "–" not in answer.json()["title"]["en"]
    assert app.get("/api/halls/yuancheng-bad").status_code == 404


@pytest.mark.parametrize(("name", "status"), [("", 401), ("clerk", 403), ("manager", 403), ("auditor", 403)])
def test_only_planners_of_the_network_make_halls_and_templates(app: TestClient, name: str, status: int):
    """A manager has one hall; an auditor changes nothing."""
    template = {"code": "own", "name": {"zh": "自"}, "from": "yuancheng-c001"}

    assert _add(app, hall="yuancheng-c001x", as_=name).status_code == status
    assert app.post("/api/templates", json=template, headers=who(name)).status_code == status
    assigned = {"version": "h.1", "template": None}
    path = "/api/halls/yuancheng-c001/settings/template"
    assert app.put(path, json=assigned, headers=who(name)).status_code == status


def test_a_template_is_made_of_a_hall_and_assigned_to_another(app: TestClient):
    """The other's open day goes by it at once, in the sections that were named."""
    made = app.post(
        "/api/templates", json={"code": "evening", "name": {"zh": "夜间"}, "from": STREET}, headers=who("network")
    )
    again = app.post(
        "/api/templates", json={"code": "evening", "name": {"zh": "夜间"}, "from": STREET}, headers=who("network")
    )
    answer = _assign(app, "yuancheng-s02", "evening", sections=["hours"])

    network = app.get("/api/network", headers=who("network")).json()
    hall = next(one for one in network["halls"] if one["hall"] == "yuancheng-s02")
    assert (made.status_code, again.json()["code"]) == (201, "TEMPLATE_EXISTS")
    assert answer.status_code == 200, answer.text
    assert answer.json()["changed"] == SECTIONS
    assert (hall["template"], hall["follows"]["hours"], hall["follows"]["items"]) == ("evening", "evening", None)
    assert "evening" in [one["code"] for one in network["templates"]]


def test_settings_name_the_template_as_people_know_it(app: TestClient):
    """Its code and both names, of the hall and of each section that follows; a section of its own follows nothing."""
    name = {"zh": "村居服务点", "en": "Village counter"}
    settings = "/api/halls/yuancheng-s05/settings"
    _assign(app, "yuancheng-s05", "community", sections=["hours"])

    hall, hours, items = (
        app.get(f"{settings}/{part}", headers=who("network")).json() for part in ("hall", "hours", "items")
    )

    assert (hall["template"], hall["template_name"]) == ("community", name)
    assert (hours["follows"], hours["follows_name"]) == ("community", name)
    assert (items["follows"], items["follows_name"]) == (None, None)


def test_a_hall_goes_back_to_settings_of_its_own(app: TestClient):
    """What it has stays; there is then no template to follow, and an older version loses."""
    answer = _assign(app, "yuancheng-s03", None)
    follow = app.post(
        "/api/halls/yuancheng-s03/settings/follow", json={"sections": ["hours"]}, headers=who("network")
    )  # fmt: skip
    stale = app.put(
        "/api/halls/yuancheng-s03/settings/template", json={"version": "h.1", "template": None}, headers=who("network")
    )

    assert (answer.status_code, answer.json()["day"]) == (200, "unchanged"), answer.text
    assert (follow.status_code, follow.json()["code"]) == (409, "NO_TEMPLATE")
    assert (stale.status_code, stale.json()["code"]) == (409, "SETTINGS_CHANGED")


def test_an_older_state_of_a_section_is_read_and_saved_again(app: TestClient):
    """What a change left can be sent back as it is, under the version of now."""
    path = "/api/halls/yuancheng-s04/settings"
    first = {"days": [[{"from_min": 540, "to_min": 1000}]] * 7, "holiday": [], "makeup": None}
    for content in (first, first | {"holiday": [{"from_min": 600, "to_min": 660}]}):
        version = app.get(f"{path}/hours", headers=who("network")).json()["version"]
        app.put(f"{path}/hours", json={"version": version, "content": content}, headers=who("network"))
    revisions = app.get(f"{path}/revisions", headers=who("network")).json()["revisions"]

    old = app.get(f"{path}/revisions/{revisions[1]['id']}", headers=who("auditor")).json()
    now = app.get(f"{path}/hours", headers=who("network")).json()
    restored = app.put(
        f"{path}/hours", json={"version": now["version"], "content": old["content"]}, headers=who("network")
    )
    foreign = app.get(f"/api/halls/{STREET}/settings/revisions/{revisions[1]['id']}", headers=who("network"))

    assert (old["section"], old["content"]) == ("hours", first)
    assert restored.status_code == 200, restored.text
    assert app.get(f"{path}/hours", headers=who("network")).json()["content"] == first
    assert (foreign.status_code, foreign.json()["code"]) == (404, "UNKNOWN_REVISION")


def test_the_network_is_shown_with_the_settings_of_the_own_halls_only(app: TestClient):
    """A manager sees where every hall stands, and what his own follows."""
    halls = {one["hall"]: one for one in app.get("/api/network", headers=who("manager")).json()["halls"]}

    own, other = halls["yuancheng-c001"], halls["yuancheng"]
    assert (own["yours"], own["template"], own["level"]) == (True, "community", "community")
    assert (other["yours"], other["template"], other["follows"], other["version"]) == (False, None, None, None)
    assert (other["level"], other["parent"], other["served"]) == ("district", None, True)


def _add(app: TestClient, *, as_: str = "network", **change: Any) -> Any:
    return app.post("/api/halls", json=NEW | change, headers=who(as_))


def _assign(app: TestClient, hall: str, template: str | None, **more: Any) -> Any:
    path = f"/api/halls/{hall}/settings"
    version = app.get(f"{path}/hall", headers=who("network")).json()["version"]
    body = {"version": version, "template": template, **more}
    return app.put(f"{path}/template", json=body, headers=who("network"))

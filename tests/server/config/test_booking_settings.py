"""Rules of booked visits as settings: read, changed, pushed to many halls; every fault is told at its field."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from server.app import Instead, create_app
from server.config.bounds import faults_of_content
from server.config.sections import CONTENT_TYPES
from server.presets.install import init_preset
from server.presets.loader import load_preset
from server.settings import Limits, Settings
from tests.server.config.test_settings_api import AT_MS, DISTRICT, _add_people, who
from tests.support.live import HandClock

TOWN = "yuancheng-s01"
GROUP = {"code": "general", "name": {"zh": "综合", "en": "General"}}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server with the halls of Yuancheng, on a Monday at ten."""
    folder: Path = tmp_path_factory.mktemp("data")
    init_preset(folder, "yuancheng")
    _add_people(folder)
    made = create_app(Settings(data=folder, limits=Limits(body_bytes=2**21)), Instead(clock=HandClock(AT_MS)))
    with TestClient(made, raise_server_exceptions=False) as client:
        yield client


def test_rules_of_booking_are_read_and_changed_as_part_of_the_policy(app: TestClient):
    """A manager halves the places and takes the waitlist away; what is read back is what was sent."""
    rules = {"max_waitlist": 0, "person": {"open": 1, "day": 1, "week": 1, "month": 2}}
    booking = {"groups": [GROUP | {"places": 4, "walk_in_pct": 80}], "rules": rules}

    answer = _put(app, booking)

    read = _read(app)["content"]["booking"]
    assert answer.status_code == 200, answer.text
    assert (read["groups"][0]["places"], read["rules"]["max_waitlist"]) == (4, 0)
    assert read["rules"]["person"] == rules["person"]


def test_booking_is_switched_off_and_on_again(app: TestClient):
    """Null means that nothing can be booked."""
    assert _put(app, None).status_code == 200
    assert _read(app)["content"]["booking"] is None
    assert _put(app, {"groups": [GROUP]}).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"groups": []}, "policy.booking.groups"),
        ({"groups": [GROUP, GROUP]}, "policy.booking.groups[1].code"),
        ({"groups": [GROUP, GROUP | {"code": "other"}]}, "policy.booking.groups[1]"),
        ({"groups": [GROUP | {"code": "no good"}]}, "policy.booking.groups[0].code"),
        ({"groups": [GROUP | {"name": {"zh": ""}}]}, "policy.booking.groups[0].name.zh"),
        ({"groups": [GROUP | {"slot_ms": 90_001}]}, "policy.booking.groups[0].slot_ms"),
        ({"groups": [GROUP | {"places": -1}]}, "policy.booking.groups[0].places"),
        ({"groups": [GROUP | {"places": 2**62}]}, "policy.booking.groups[0].places"),
        ({"groups": [GROUP | {"unit_ms": 1}]}, "policy.booking.groups[0].unit_ms"),
        ({"groups": [GROUP | {"walk_in_pct": 101}]}, "policy.booking.groups[0].walk_in_pct"),
        ({"groups": [GROUP | {"no_show_pct": 100}]}, "policy.booking.groups[0].no_show_pct"),
        (
            {"groups": [GROUP | {"channels": [{"channel": "desk", "places": 1}, {"channel": "desk", "places": 2}]}]},
            "policy.booking.groups[0].channels[1].channel",
        ),
        (
            {"groups": [GROUP | {"rules": {"no_shows": [{"count": 0}]}}]},
            "policy.booking.groups[0].rules.no_shows[0].count",
        ),
        ({"groups": [GROUP], "rules": {"release": {"horizon_days": 91}}}, "policy.booking.rules.release.horizon_days"),
        ({"groups": [GROUP], "rules": {"release": {"release_min": 1440}}}, "policy.booking.rules.release.release_min"),
        ({"groups": [GROUP], "rules": {"hold_ms": 0}}, "policy.booking.rules.hold_ms"),
        ({"groups": [GROUP], "rules": {"max_held": 0}}, "policy.booking.rules.max_held"),
        ({"groups": [GROUP], "rules": {"absent_ms": 0}}, "policy.booking.rules.absent_ms"),
        ({"groups": [GROUP], "rules": {"person": {"day": 0}}}, "policy.booking.rules.person.day"),
        ({"groups": [GROUP], "rules": {"klass": "nobody"}}, "policy.booking.rules.klass"),
        ({"groups": [GROUP], "rules": {"klass": "priority"}}, "policy.booking.rules.klass"),
        ({"groups": [GROUP], "rules": {"fairness": {"on_time_pct": 101}}}, "policy.booking.rules.fairness.on_time_pct"),
        ({"groups": [GROUP | {"themes": ["nothing"]}]}, "booking group general"),
        ({"groups": [GROUP | {"items": ["nothing"]}]}, "booking group general"),
        ({"groups": [GROUP | {"slots": 3}]}, "content.booking.groups[0].slots"),
        ({"groups": [GROUP | {"channels": [{"channel": "fax", "places": 1}]}]}, "content.booking.groups[0].channels"),
        ({"groups": [GROUP], "rules": {"release": {"kind": "weekly"}}}, "content.booking.rules.release.kind"),
    ],
)
def test_rules_of_booking_that_are_wrong_are_told_by_field(app: TestClient, change: dict[str, Any], field: str):
    """422 with the field and a sentence in both languages; nothing is saved."""
    before = _read(app)

    answer = _put(app, change)

    errors = answer.json()["errors"]
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT"), answer.text
    assert any(one["field"].startswith(field) for one in errors), errors
    assert _read(app) == before


def test_faults_of_rules_are_told_in_chinese_too(app: TestClient):
    """Who sets a hall up reads Chinese first."""
    answer = _put(app, {"groups": [GROUP | {"themes": ["nothing"], "slot_ms": 60_000}]})

    assert "时段须为 5 到 240 个整分钟" in answer.text
    assert "没有主题 nothing" in _put(app, {"groups": [GROUP | {"themes": ["nothing"]}]}).text


def test_a_template_pushes_rules_of_booking_to_its_halls(app: TestClient):
    """The preview names the halls; after the push each of them sells by the new rules."""
    path = "/api/templates/street/policy"
    read = app.get(path, headers=who("network")).json()
    changed = read["content"] | {"booking": {"groups": [GROUP | {"places": 3}]}}
    body = {"version": read["version"], "content": changed}

    preview = app.post(f"{path}/preview", json=body, headers=who("network"))
    pushed = app.put(path, json=body, headers=who("network"))

    assert TOWN in preview.json()["changes"]
    assert pushed.status_code == 200, pushed.text
    policy = app.get(f"/api/halls/{TOWN}/settings/policy", headers=who("network")).json()
    assert policy["content"]["booking"]["groups"][0]["places"] == 3


def test_a_push_of_impossible_rules_changes_no_hall(app: TestClient):
    """All or nothing, with the field."""
    path = "/api/templates/district/policy"
    read = app.get(path, headers=who("network")).json()
    changed = read["content"] | {"booking": {"groups": [GROUP | {"slot_ms": 1}]}}

    answer = app.put(path, json={"version": read["version"], "content": changed}, headers=who("network"))

    assert answer.status_code == 422
    assert app.get(path, headers=who("network")).json() == read


def test_the_presets_rules_are_within_the_bounds_of_settings():
    """What `init` enters could have been entered by hand."""
    for template in load_preset("futian").templates.values():
        assert isinstance(template.sections.policy, CONTENT_TYPES["policy"])
        assert faults_of_content(template.sections.policy) == []


def _read(app: TestClient) -> Any:
    return app.get(f"/api/halls/{DISTRICT}/settings/policy", headers=who("network")).json()


def _put(app: TestClient, booking: dict[str, Any] | None) -> Any:
    read = _read(app)
    content = read["content"] | {"booking": booking}
    body = {"version": read["version"], "content": content}
    return app.put(f"/api/halls/{DISTRICT}/settings/policy", json=body, headers=who("network"))

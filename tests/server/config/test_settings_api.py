"""Settings over HTTP: read, changed under a version, imported, pushed; the open day goes by them at once."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from hall.feed import View
from hall.ids import DAY_MS
from hall.link import NOTHING
from hall.opening import local_ms
from server.accounts.passwords import token_hash
from server.accounts.store import AccountStore, NewAccount
from server.api import settings as settings_api
from server.api.house import wall_ms
from server.app import Instead, create_app
from server.config.database import Database
from server.importer import template
from server.presets.install import init_preset
from server.settings import Limits, Settings
from tests.server.config.test_importer import GOOD, workbook
from tests.server.test_hub import MemoryPipe
from tests.support.live import HandClock

HALL = "yuancheng-c001"
DISTRICT = "yuancheng"
AT_MS = local_ms("2026-11-23", 600, "Asia/Shanghai")
PEOPLE = {
    "manager": ("manager", (HALL,)),
    "network": ("network", ("yuancheng*",)),
    "auditor": ("auditor", ("*",)),
    "clerk": ("clerk", (HALL,)),
    "stranger": ("manager", ("longgang",)),
}
SECTIONS = ("items", "windows", "hours", "policy", "hall", "calendar")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server with the halls of Yuancheng, on a Monday at ten."""
    with open_halls(tmp_path_factory.mktemp("data")) as client:
        yield client


@contextmanager
def open_halls(folder: Path) -> Iterator[TestClient]:
    init_preset(folder, "yuancheng")
    _add_people(folder)
    made = create_app(Settings(data=folder, limits=Limits(body_bytes=2**21)), Instead(clock=HandClock(AT_MS)))
    _serve_settings(made)
    with TestClient(made, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("section", SECTIONS)
def test_what_is_read_can_be_sent_back_as_it_is(app: TestClient, section: str):
    """Version in the body and as ETag; the same content changes nothing of the plan."""
    path = f"/api/halls/{HALL}/settings/{section}"
    read = app.get(path, headers=who("manager"))

    answer = app.put(path, json=read.json(), headers=who("manager"))

    assert read.status_code == 200, read.text
    assert read.headers["etag"] == f'"{read.json()["version"]}"'
    assert answer.status_code == 200, answer.text
    assert answer.json()["day"] == "unchanged"


def test_a_change_reaches_the_open_day(app: TestClient):
    """The hall-day knows the new plan and the new opening times as soon as the change is answered."""
    hours = {"days": [[{"from_min": 510, "to_min": 1200}]] * 7, "holiday": [], "makeup": None}

    answer = put(app, "hours", hours)

    state = house(app).halls.today(HALL).view_state()
    assert answer.json()["day"] == "changed"
    assert state.plan.hours.days[0][0].to_min == 1200
    assert state.sessions[0].close_ms == local_ms("2026-11-23", 1200, "Asia/Shanghai")
    assert app.get(f"/api/halls/{HALL}/settings/hours", headers=who("auditor")).json()["follows"] is None


def test_a_holiday_of_tomorrow_reaches_the_kiosks_of_the_open_day(app: TestClient):
    """It is in no plan and moves no opening time of today, but the next opening that is told."""
    before = app.get(f"/api/halls/{HALL}").json()["next_open_ms"]
    path = f"/api/halls/{HALL}/settings/calendar"
    read = app.get(path, headers=who("manager")).json()
    own = [*read["content"]["own"], {"date": "2026-11-24", "kind": "holiday", "name": "盘点"}]

    answer = app.put(path, headers=who("manager"), json={"version": read["version"], "content": {"own": own}})

    assert answer.json()["day"] == "changed", answer.text
    after = app.get(f"/api/halls/{HALL}").json()["next_open_ms"]
    assert after - before == DAY_MS
    back = {"version": answer.json()["version"], "content": {"own": read["content"]["own"]}}
    assert app.put(path, headers=who("manager"), json=back).json()["day"] == "changed"


def test_what_the_open_day_cannot_take_over_is_saved_and_told_in_both_languages(app: TestClient):
    """A window at which somebody sits stays today; without it the day goes by the settings once it is closed."""
    before = app.get(f"/api/halls/{HALL}/settings/windows", headers=who("manager")).json()["content"]
    more = [*before["windows"], {**before["windows"][0], "code": "W99", "label": "99"}]
    put(app, "windows", {**before, "windows": more})
    act(app, "open", "command-open-99")

    refused = put(app, "windows", before).json()
    act(app, "close", "command-close-99")
    taken = put(app, "windows", before).json()

    assert (refused["day"], taken["day"], taken["day_refusal"]) == ("PLAN_INVALID", "changed", None)
    assert refused["day_refusal"]["zh"] == "设置有误：窗口 W99 正在使用"
    assert "window W99 is in use" in refused["day_refusal"]["en"]
    assert "W99" not in house(app).halls.today(HALL).view_state().desks


def test_a_hall_says_where_it_stands(app: TestClient):
    """Nobody published where the preset's halls stand; who knows enters it, and impossible degrees are refused."""
    path = f"/api/halls/{HALL}/settings/hall"
    read = app.get(path, headers=who("manager")).json()
    content = read["content"]

    bad = app.put(
        path, json={**read, "content": {**content, "position": {"lat": 91, "lon": 0}}}, headers=who("manager")
    )
    good = app.put(
        path, json={**read, "content": {**content, "position": {"lat": 23.72, "lon": 114.69}}}, headers=who("manager")
    )

    assert content["position"] is None
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "position")
    assert good.status_code == 200, good.text
    assert app.get(path, headers=who("manager")).json()["content"]["position"] == {"lat": 23.72, "lon": 114.69}


def test_a_hall_that_is_silenced_says_so_to_screens_at_once(tmp_path: Path):
    """In its description, and in the greeting of every feed."""
    with open_halls(tmp_path) as app:
        path = f"/api/halls/{HALL}/settings/hall"
        read = app.get(path, headers=who("manager")).json()
        voices = [_voices(app)]
        for voice in ("silent", "browser"):
            content = {**read["content"], "voice": voice}
            read = app.put(path, json={**read, "content": content}, headers=who("manager")).json()
            read["content"] = content
            voices.append(_voices(app))

    assert voices == [("browser", "browser"), ("silent", "silent"), ("browser", "browser")]


def _voices(app: TestClient) -> tuple[str, str]:
    """Return what the hall's description and a new board's greeting say."""
    described = app.get(f"/api/halls/{HALL}").json()["voice"]
    pipe, hub = MemoryPipe(), house(app).hub
    screen = hub.join(pipe, HALL, View("board"), since=NOTHING)
    assert screen is not None
    hub.leave(HALL, screen)
    hello = pipe.frames[0]
    return described, json.loads(hello[hello.index(b"{") :])["voice"]


def test_a_zone_of_another_date_waits_until_the_open_day_has_ended(tmp_path: Path):
    """On a Monday at ten in Shenzhen it is still Sunday in Honolulu, and Monday in Tokyo."""
    with open_halls(tmp_path) as app:
        path = f"/api/halls/{HALL}/settings/hall"
        before = app.get(path, headers=who("manager")).json()

        refused = app.put(path, json=_in_zone(before, "Pacific/Honolulu"), headers=who("manager"))
        kept = app.get(path, headers=who("manager")).json()
        same_date = app.put(path, json=_in_zone(before, "Asia/Tokyo"), headers=who("manager"))
        ended = app.post(f"/api/halls/{HALL}/day/end", json={"command_id": "end-of-day"}, headers=who("manager"))
        now = app.get(path, headers=who("manager")).json()
        after = app.put(path, json=_in_zone(now, "Pacific/Honolulu"), headers=who("manager"))

    assert (refused.status_code, refused.json()["code"]) == (409, "ZONE_MOVES_DATE")
    assert refused.json()["facts"] == {"date": "2026-11-22"}
    assert kept == before
    assert same_date.status_code == 200, same_date.text
    assert ended.status_code == 200, ended.text
    assert after.status_code == 200, after.text


def test_a_change_from_an_older_version_is_a_conflict(app: TestClient):
    """409 with the version of now; `If-Match` counts as the body's version does."""
    path = f"/api/halls/{HALL}/settings/policy"
    read = app.get(path, headers=who("manager")).json()
    changed = read["content"] | {"version": "v2"}

    first = app.put(
        path, json={"version": "", "content": changed}, headers=who("manager") | {"if-match": f'"{read["version"]}"'}
    )
    second = app.put(path, json={"version": read["version"], "content": changed}, headers=who("manager"))

    assert first.status_code == 200, first.text
    assert (second.status_code, second.json()["code"]) == (409, "SETTINGS_CHANGED")
    assert second.json()["facts"]["version"] == first.json()["version"]
    assert set(second.json()["title"]) == {"zh", "en"}


@pytest.mark.parametrize(
    ("section", "change", "field"),
    [
        ("items", {"items": []}, "window"),
        ("items", {"itmes": []}, "content.itmes"),
        (
            "items",
            {"items": [{"code": "a", "name": {"zh": "x", "de": "y"}, "theme": "general"}]},
            "content.items[0].name.de",
        ),
        ("windows", {"windows": [{}]}, "content.windows[0]"),
        ("hours", {"days": [[{"from_min": 2**63, "to_min": 5}]] * 7}, "hours"),
        ("hours", {"days": []}, "hours"),
        ("policy", {"version": "x" * 10_000}, "policy.version"),
        ("policy", {"end_day_min": 2**70}, "policy.end_day_min"),
        ("hall", {"zone": "Mars/Base"}, "zone"),
        ("hall", {"voice": "loud"}, "content.voice"),
        ("calendar", {"own": [{"date": "2026-02-30", "kind": "holiday"}]}, "days[0].date"),
    ],
)
def test_settings_that_are_wrong_are_told_by_field(app: TestClient, section: str, change: dict[str, Any], field: str):
    """422 with every fault; nothing is saved."""
    path = f"/api/halls/{DISTRICT}/settings/{section}"
    read = app.get(path, headers=who("network")).json()

    answer = app.put(path, json=read | {"content": read["content"] | change}, headers=who("network"))

    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT"), answer.text
    assert any(error["field"].startswith(field) for error in answer.json()["errors"]), answer.json()["errors"][:3]
    assert app.get(path, headers=who("network")).json() == read


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"version": 1, "content": {}}', b'{"content": {}}', b"[" * 50_000, b"\xff"]
)
@pytest.mark.parametrize("section", SECTIONS)
def test_a_body_that_is_no_settings_is_told(app: TestClient, section: str, body: bytes):
    """400 or 422, whatever comes."""
    answer = app.put(f"/api/halls/{HALL}/settings/{section}", content=body, headers=who("manager"))

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("name", "reads", "writes"), [("", 401, 401), ("clerk", 403, 403), ("stranger", 403, 403), ("auditor", 200, 403)]
)
def test_roles_are_held_to_the_table_of_rights(app: TestClient, name: str, reads: int, writes: int):
    """Managers write in their halls, auditors read, nobody else does either."""
    for section in SECTIONS:
        path = f"/api/halls/{HALL}/settings/{section}"
        assert app.get(path, headers=who(name)).status_code == reads
        assert app.put(path, json={"version": "1", "content": {}}, headers=who(name)).status_code == writes
    for path in (f"/api/halls/{HALL}/settings/import", f"/api/halls/{HALL}/settings/follow"):
        assert app.post(path, content=b"", headers=who(name)).status_code == writes


def test_an_unknown_hall_is_not_found(app: TestClient):
    """The network's own codes only."""
    answer = app.get("/api/halls/yuancheng-nowhere/settings/items", headers=who("network"))

    assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_HALL")


def test_a_good_workbook_is_checked_then_taken_over(app: TestClient):
    """As a body or as a form; checking alone changes nothing."""
    path = "/api/halls/yuancheng-c002/settings/import"
    before = app.get("/api/halls/yuancheng-c002/settings/items", headers=who("network")).json()

    checked = app.post(path, params={"check_only": True}, content=workbook(GOOD), headers=who("network"))
    assert checked.json()["imported"] == {"items": 3, "windows": 3, "days": 3}
    assert app.get("/api/halls/yuancheng-c002/settings/items", headers=who("network")).json() == before

    taken = app.post(path, files={"file": ("设置.xlsx", workbook(GOOD))}, headers=who("network"))
    assert (taken.status_code, taken.json()["day"]) == (200, "changed"), taken.text
    plan = house(app).halls.today("yuancheng-c002").view_state().plan
    assert [item.code for item in plan.catalog.items] == ["id-card", "licence", "101"]


def test_a_bad_workbook_is_told_by_cell(app: TestClient):
    """The template itself holds nothing to import; text is no workbook."""
    path = f"/api/halls/{HALL}/settings/import"

    empty, text = (app.post(path, content=data, headers=who("manager")) for data in (template(), b"text"))

    assert [error["field"] for error in empty.json()["errors"]] == ["file"]
    assert (text.status_code, text.json()["code"]) == (422, "INVALID_INPUT")


def test_the_template_is_a_workbook(app: TestClient):
    """A spreadsheet program opens it by its type and name."""
    answer = app.get(f"/api/halls/{HALL}/settings/template.xlsx", headers=who("manager"))

    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"
    assert answer.headers["content-disposition"].endswith('.xlsx"')


def test_a_template_is_previewed_and_pushed_to_all_halls(app: TestClient):
    """Fourteen counters change; one manager's right in one hall is not enough."""
    path = "/api/templates/community/policy"
    read = app.get(path, headers=who("network")).json()
    body = {"version": read["version"], "content": read["content"] | {"version": "pushed"}}

    preview = app.post(f"{path}/preview", json=body, headers=who("network")).json()
    refused = app.put(path, json=body, headers=who("manager"))
    pushed = app.put(path, json=body, headers=who("network"))

    assert refused.status_code == 403
    assert pushed.status_code == 200, pushed.text
    assert pushed.json()["changes"] == preview["changes"]
    assert set(pushed.json()["days"].values()) == {"changed"}
    assert house(app).halls.today("yuancheng-c014").view_state().plan.policy.version == "pushed"
    assert app.put(path, json=body, headers=who("network")).status_code == 409


def test_a_years_notice_is_entered_for_all_halls(app: TestClient):
    """By the network's planners, not by one hall's manager."""
    version = app.get(f"/api/halls/{DISTRICT}/settings/calendar", headers=who("network")).json()["version"]
    body = {"version": version, "days": [{"date": "2027-01-01", "kind": "holiday", "name": "元旦"}], "source": "通知"}

    assert app.put("/api/calendar/2027", json=body, headers=who("manager")).status_code == 403
    assert app.put("/api/calendar/1027", json=body, headers=who("network")).status_code == 422
    assert app.put("/api/calendar/2027", json=body, headers=who("network")).status_code == 200
    years = app.get(f"/api/halls/{HALL}/settings/calendar", headers=who("manager")).json()["content"]["years"]
    assert 2027 in years


def test_a_notice_is_taken_over_from_a_file(app: TestClient):
    """Checked first, then for all halls; a manager of one hall may not, and a bad entry is named."""
    listed = [{"date": f"2028-{day}", "kind": "holiday", "name": "x"} for day in ("01-01", "10-01", "10-02")]
    path, body = "/api/calendar/import", {"source": "通知", "days": listed}

    checked = app.post(path, params={"check_only": True}, json=body, headers=who("network"))
    assert (checked.status_code, checked.json()["imported"]["holidays"]) == (200, 3), checked.text
    assert 2028 not in _years(app)
    assert app.post(path, json=body, headers=who("manager")).status_code == 403
    bad = app.post(
        path, json=body | {"days": [*listed, {"date": "2028-02-30", "kind": "holiday"}]}, headers=who("network")
    )
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "days[3].date")
    assert app.post(path, files={"file": ("n.json", json.dumps(body))}, headers=who("network")).status_code == 200
    assert 2028 in _years(app)


def test_a_halls_special_days_are_taken_over_from_a_file_and_edited_one_by_one(app: TestClient):
    """The open day hears of it at once; each edit names the version it started from."""
    path = f"/api/halls/{HALL}/settings/calendar"
    opening = {"date": "2026-11-23", "kind": "special", "name": "延时", "spans": [{"from_min": 510, "to_min": 1260}]}

    taken = app.post(f"{path}/import", json={"days": [opening]}, headers=who("manager"))
    assert (taken.status_code, taken.json()["day"]) == (200, "changed"), taken.text
    assert house(app).halls.today(HALL).view_state().sessions[0].close_ms == local_ms(
        "2026-11-23", 1260, "Asia/Shanghai"
    )

    read = app.get(path, headers=who("manager")).json()
    day = {"version": read["version"], "kind": "holiday", "name": "设备检修"}
    entered = app.put(f"{path}/days/2026-12-24", json=day, headers=who("manager"))
    assert entered.status_code == 200, entered.text
    assert app.put(f"{path}/days/2026-12-25", json=day, headers=who("manager")).status_code == 409
    assert app.put(f"{path}/days/2026-12-25", json=day, headers=who("auditor")).status_code == 403
    assert app.delete(f"{path}/days/2026-12-24", headers=who("manager")).status_code == 422
    dropped = app.delete(
        f"{path}/days/2026-12-24", params={"version": entered.json()["version"]}, headers=who("manager")
    )
    assert dropped.status_code == 200, dropped.text
    assert [one["date"] for one in app.get(path, headers=who("manager")).json()["content"]["own"]] == ["2026-11-23"]


def test_a_single_public_holiday_is_corrected_for_all_halls(app: TestClient):
    """By planners only; a day that is not there, a year that nobody published and a date that is none are told."""
    path = "/api/calendar/days"
    version = app.get(f"/api/halls/{HALL}/settings/calendar", headers=who("network")).json()["version"]
    body = {"version": version, "kind": "holiday", "name": "临时放假"}

    assert app.put(f"{path}/2026-12-31", json=body, headers=who("manager")).status_code == 403
    assert app.put(f"{path}/2026-12-31", json=body, headers=who("network")).status_code == 200
    assert app.put(f"{path}/2026-12-30", json=body, headers=who("network")).status_code == 409
    assert app.put(f"{path}/2099-12-31", json=body, headers=who("network")).status_code == 422
    assert app.put(f"{path}/2026-02-30", json=body, headers=who("network")).status_code == 422
    version = app.get(f"/api/halls/{HALL}/settings/calendar", headers=who("network")).json()["version"]
    assert app.delete(f"{path}/2026-12-31", headers=who("network") | {"if-match": version}).status_code == 200


def test_a_hall_follows_its_template_again_and_revisions_say_who_changed_what(app: TestClient):
    """Own hours are given up; the log of changes names the account."""
    put(app, "hours", {"days": [[{"from_min": 520, "to_min": 1100}]] * 7})

    answer = app.post(f"/api/halls/{HALL}/settings/follow", json={"sections": ["hours"]}, headers=who("manager"))

    assert answer.status_code == 200, answer.text
    revisions = app.get(f"/api/halls/{HALL}/settings/revisions", headers=who("manager")).json()["revisions"]
    assert revisions[0]["actor"] == "manager:manager"
    assert revisions[0]["section"] == "hours"


def test_presets_are_listed_with_their_sources(app: TestClient):
    """A planner sees what was published, by whom."""
    presets = app.get("/api/presets", headers=who("network")).json()["presets"]

    assert {one["code"]: one["halls"] for one in presets}["baoan"] == 135
    assert all(claim["source"] for one in presets for claim in one["published"])


def put(app: TestClient, section: str, content: dict[str, Any]) -> Any:
    path = f"/api/halls/{HALL}/settings/{section}"
    version = app.get(path, headers=who("manager")).json()["version"]
    answer = app.put(path, json={"version": version, "content": content}, headers=who("manager"))
    assert answer.status_code == 200, answer.text
    return answer


def act(app: TestClient, what: str, command_id: str) -> None:
    path = f"/api/halls/{HALL}/windows/W99/{what}"
    answer = app.post(path, json={"command_id": command_id}, headers=who("clerk"))
    assert answer.status_code == 200, answer.text


def _in_zone(read: dict[str, Any], zone: str) -> dict[str, Any]:
    return {"version": read["version"], "content": {**read["content"], "zone": zone}}


def _years(app: TestClient) -> list[int]:
    found = app.get(f"/api/halls/{HALL}/settings/calendar", headers=who("manager")).json()["content"]["years"]
    assert isinstance(found, list)
    return found


def who(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer token-of-{name}"} if name else {}


def house(app: TestClient) -> Any:
    return app.app.state.house  # type: ignore[attr-defined]  # the client types its application as a bare callable


def _serve_settings(app: FastAPI) -> None:
    """Add the routes unless the application has them; pages catch every address, so settings go before them."""
    if "/api/presets" not in app.openapi()["paths"]:
        before = len(app.router.routes)
        app.include_router(settings_api.router)
        app.router.routes[:] = app.router.routes[before:] + app.router.routes[:before]
    app.openapi_schema = None


def _add_people(folder: Path) -> None:
    database = Database(folder)
    store = AccountStore(database)
    accounts = [
        NewAccount(account=name, name=name, role=role, halls=halls, password_hash="not a hash")
        for name, (role, halls) in PEOPLE.items()
    ]
    store.add_accounts(accounts, now_ms=0, replace=True)
    for name in PEOPLE:
        store.add_session(token_hash(f"token-of-{name}"), name, expires_ms=wall_ms() + 3_600_000, now_ms=0)
    database.close()

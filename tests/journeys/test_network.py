"""A network manager adds a hall, pushes settings to many, lets a hall leave its template and come back, and restores."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from server.presets.install import init_preset
from tests.journeys.test_visit import sign_in
from tests.support.browser import Eyes, seen, violations
from tests.support.journey import RunningClock, add_planner
from tests.support.server import Served, serving

DISTRICT = "yuancheng"
STREET = "yuancheng-s01"
NEW = "yuancheng-n1"
HOURS = {"days": [[{"from_min": 480, "to_min": 1260}]] * 7, "holiday": [], "makeup": None}
PUSHED_MS = 60_000
"""Twenty halls that hear of new hours one after the other, on a busy machine."""

pytestmark = [pytest.mark.browser]


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Served]:
    """The halls of Yuancheng on a Monday at nine."""
    init_preset(tmp_path, DISTRICT)
    add_planner(tmp_path)
    with serving(tmp_path, clock=RunningClock(), people=False, is_stored=True) as served:
        yield served


@pytest.fixture
def planner(network: Served, eyes: Eyes) -> Page:
    """The network's page, signed in."""
    page = eyes.open(f"{network.url}/manager?hall={DISTRICT}#network", "desk")
    sign_in(page, "planner")
    expect(seen(page, "network-tree")).to_be_visible()
    return page


def test_a_network_manager_adds_a_hall_from_a_template_and_its_kiosk_opens(network: Served, planner: Page, eyes: Eyes):
    """A code that is taken is told in the dialog, which keeps what was entered; the new hall then stands in the tree."""
    seen(planner, "add-hall").click()
    seen(planner, "ask-code").fill(STREET)
    seen(planner, "ask-zh").fill("新社区便民点")
    seen(planner, "dialog-hall").locator(".hit", has_text=STREET).locator("input").check()
    seen(planner, "ask-template-community").check()
    assert violations(planner) == []
    seen(planner, "ask-ok").click()
    expect(seen(planner, "dialog-hall")).to_contain_text(f"大厅编码 {STREET} 已被使用")
    seen(planner, "ask-code").fill(NEW)
    seen(planner, "ask-ok").click()

    expect(seen(planner, "hall-added")).to_contain_text("新社区便民点 已添加")
    expect(seen(planner, f"row-{NEW}")).to_contain_text("社区")
    expect(seen(planner, "follows").locator("td", has_text="村居服务点").first).to_contain_text("community")
    expect(seen(planner, f"hall-{NEW}").locator("xpath=..").locator(".code")).to_have_text(NEW)
    assert violations(planner) == []
    kiosk = eyes.open(f"{network.url}/kiosk?hall={NEW}", "kiosk")
    expect(seen(kiosk, "item").first).to_be_visible()
    expect(seen(kiosk, "page-next")).to_be_in_viewport(ratio=1)


def test_a_push_is_previewed_told_hall_by_hall_and_taken_back_in_one(network: Served, planner: Page):
    """A hall with hours of its own keeps them unless it is ticked; afterwards it leaves, follows again, and is restored."""
    _save_hours(network, "yuancheng-s01")
    _save_hours(network, "yuancheng-s02", days=[[{"from_min": 600, "to_min": 900}]] * 7)

    seen(planner, "template-street").click()
    expect(seen(planner, "template-halls")).to_be_visible()
    seen(planner, "push-from").select_option("yuancheng-s01")
    seen(planner, "push-preview").click()
    expect(seen(planner, "effect-yuancheng-s02")).to_contain_text("自行维护，保持不变")
    expect(seen(planner, "effect-yuancheng-s03")).to_contain_text("将更改")
    seen(planner, "take-yuancheng-s01").check()
    expect(seen(planner, "effect-yuancheng-s01")).to_contain_text("将更改")
    assert violations(planner) == []
    seen(planner, "push-run").click()
    expect(seen(planner, "effect-yuancheng-s03")).to_contain_text("已生效", timeout=PUSHED_MS)
    expect(seen(planner, "effect-yuancheng-s02")).to_contain_text("自行维护，保持不变")
    assert _hours(network, "yuancheng-s03")["content"]["days"] == HOURS["days"]
    assert _hours(network, "yuancheng-s01")["follows"] == "street"

    seen(planner, "hall-yuancheng-s01").click()
    seen(planner, "leave-template").click()
    seen(planner, "confirm-yes").click()
    expect(seen(planner, "row-yuancheng-s01")).to_contain_text("自行维护")
    assert _hours(network, "yuancheng-s01")["follows"] is None
    seen(planner, "follow-template").click()
    seen(planner, "ask-template-street").check()
    seen(planner, "ask-ok").click()
    expect(seen(planner, "row-yuancheng-s01")).to_contain_text("镇街大厅")
    assert violations(planner) == []

    seen(planner, "hall-yuancheng-s02").click()
    _save_hours(network, "yuancheng-s02")
    seen(planner, "hall-yuancheng-s03").click()
    seen(planner, "hall-yuancheng-s02").click()
    expect(seen(planner, "revisions").locator("tbody tr")).to_have_count(3)
    seen(planner, "revisions").locator("tbody tr").nth(1).locator("button").click()
    seen(planner, "confirm-yes").click()
    expect(seen(planner, "revisions").locator("tbody tr")).to_have_count(4)
    assert _hours(network, "yuancheng-s02")["content"]["days"][0] == [{"from_min": 600, "to_min": 900}]


def test_a_section_of_its_own_follows_the_template_again_from_the_settings(network: Served, planner: Page):
    """The settings say that it is the hall's own, and offer the way back."""
    _save_hours(network, DISTRICT)

    seen(planner, "tab-settings").click()
    expect(seen(planner, "follow-again")).to_be_visible()
    assert violations(planner) == []
    seen(planner, "follow-again").click()
    seen(planner, "confirm-yes").click()

    expect(seen(planner, "follow-again")).to_have_count(0)
    hours = _hours(network, DISTRICT)
    assert hours["follows"] == "district"
    expect(planner.locator("ow-settings")).to_contain_text(f"沿用模板 {hours['follows_name']['zh']}")


def _hours(network: Served, hall: str) -> Any:
    return network.client("planner").get(f"/api/halls/{hall}/settings/hours").json()


def _save_hours(network: Served, hall: str, **change: Any) -> None:
    body = {"version": _hours(network, hall)["version"], "content": HOURS | change}
    answer = network.client("planner").put(f"/api/halls/{hall}/settings/hours", json=body)
    assert answer.status_code == 200, answer.text

"""Settings that two people change at once, that somebody leaves unsaved, and whose bounds are told before saving."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from server.presets.install import init_preset
from tests.journeys.test_visit import sign_in
from tests.support.browser import Eyes, seen
from tests.support.journey import RunningClock, add_people, page_address
from tests.support.server import HALL, Served, serving

WIDER = "() => document.documentElement.scrollWidth - innerWidth"
"""By how much a page is wider than its window."""

pytestmark = [pytest.mark.browser]


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Served]:
    """A hall of a preset, with settings that can be changed."""
    add_people(tmp_path)
    init_preset(tmp_path, "longgang", hall=HALL)
    with serving(tmp_path, clock=RunningClock(), is_stored=True) as served:
        yield served


def settings(hall: Served, eyes: Eyes, part: str) -> Page:
    """Return a part of the settings, as the manager sees it."""
    page = eyes.open(hall.url + page_address("manager") + f"#settings/{part}", "desk")
    sign_in(page, "boss")
    expect(seen(page, "settings-state")).to_be_visible()
    return page


def change(page: Page, field: str, value: str) -> None:
    """Write a value into a field and leave it."""
    page.locator(f"#{field}").fill(value)
    page.locator(f"#{field}").press("Tab")


def test_who_was_slower_loads_what_the_other_saved_and_can_save_then(stored: Served, eyes: Eyes):
    """Discarding alone would bring back what both began with, and every later save would be refused."""
    quick, slow = (settings(stored, eyes, "policy") for _ in range(2))
    for page, most in ((quick, "5"), (slow, "7")):
        change(page, "calling-recall_limit", most)
        seen(page, "settings-save").click()
        expect(seen(page, "toast").first).to_be_visible()

    expect(seen(slow, "settings-state")).to_contain_text("他人已先保存")
    expect(seen(slow, "settings-save")).to_be_disabled()
    seen(slow, "settings-reset").click()
    expect(slow.locator("#calling-recall_limit")).to_have_value("5")
    change(slow, "calling-recall_limit", "7")
    seen(slow, "settings-save").click()
    expect(seen(slow, "settings-state")).to_contain_text("版本")
    expect(seen(slow, "settings-save")).to_be_disabled()


def test_unsaved_settings_are_not_lost_by_going_to_another_part(stored: Served, eyes: Eyes):
    page = settings(stored, eyes, "policy")
    change(page, "calling-recall_limit", "5")

    seen(page, "tab-devices").click()
    seen(page, "confirm-no").click()
    expect(page.locator("#calling-recall_limit")).to_have_value("5")
    assert page.url.endswith("#settings/policy")

    seen(page, "tab-devices").click()
    seen(page, "confirm-yes").click()
    expect(seen(page, "devices")).to_be_visible()


def test_bounds_of_rules_are_told_and_what_is_beyond_them_is_not_kept(stored: Served, eyes: Eyes):
    """What the fields show is what would be saved."""
    page = settings(stored, eyes, "policy")
    expect(page.locator(".rule", has=page.locator("#calling-recall_limit"))).to_contain_text("1–20")

    change(page, "calling-recall_limit", "21")
    expect(seen(page, "toast").last).to_have_text("最多呼叫次数：须在 1 到 20 之间")
    expect(page.locator("#calling-recall_limit")).to_have_value("3")
    change(page, "issuing-half_day_min", "99:99")
    expect(seen(page, "toast").last).to_have_text("下午从：请写成 12:30 的形式")
    expect(page.locator("#issuing-half_day_min")).to_have_value("12:30")
    expect(seen(page, "settings-save")).to_be_disabled()


def test_a_question_tells_the_bounds_of_its_numbers_and_goes_to_what_is_wrong(stored: Served, eyes: Eyes):
    page = settings(stored, eyes, "items")
    seen(page, "add-item").click()
    for name, value in {"zh": "新事项", "code": "new-1", "minutes": "9999"}.items():
        seen(page, f"ask-{name}").fill(value)
    seen(page, "ask-ok").click()

    expect(seen(page, "dialog-item").locator(".wrong")).to_contain_text("填 1 到 480")
    expect(seen(page, "ask-minutes")).to_be_focused()
    seen(page, "ask-minutes").fill("480")
    seen(page, "ask-ok").click()
    expect(seen(page, "dialog-item")).to_have_count(0)


def test_a_fault_that_the_server_finds_names_the_entry_it_is_about(stored: Served, eyes: Eyes):
    page = settings(stored, eyes, "items")
    seen(page, "add-item").click()
    for name, value in {"zh": "新事项", "code": "no blanks"}.items():
        seen(page, f"ask-{name}").fill(value)
    seen(page, "ask-ok").click()
    seen(page, "settings-save").click()

    expect(page.locator(".faults li")).to_contain_text("新事项 · code")


def test_a_workbook_that_was_mended_since_must_be_chosen_again_and_then_is_read(
    stored: Served, eyes: Eyes, tmp_path: Path
):
    """The browser cannot read the changed file any more; that is not the network's fault."""
    workbook = tmp_path / "hall.xlsx"
    workbook.write_bytes(b"not yet a workbook")
    page = eyes.open(stored.url + page_address("manager") + "#settings/import", "desk")
    sign_in(page, "boss")
    seen(page, "import-file").set_input_files(workbook)
    told = page.locator("ow-import [role=status]")
    seen(page, "import-check").click()
    expect(told).not_to_be_empty()

    template = stored.client("boss").get(f"/api/halls/{HALL}/settings/template.xlsx").content
    workbook.write_bytes(template)
    seen(page, "import-check").click()
    expect(told).to_contain_text("文件已改动，请重新选择")
    expect(seen(page, "import-check")).to_be_disabled()
    seen(page, "import-file").set_input_files(workbook)
    seen(page, "import-check").click()
    expect(told).to_contain_text("表格里没有可导入的内容")


def test_no_part_of_the_manager_s_page_is_wider_than_a_phone(stored: Served, eyes: Eyes):
    page = eyes.open(stored.url + page_address("manager"), "phone")
    sign_in(page, "boss")
    expect(seen(page, "total-taken")).to_be_visible()
    for part in ("calls", "devices"):
        seen(page, f"tab-{part}").click()
        expect(page.locator(f"ow-{part} table").first).to_be_visible()
        assert page.evaluate(WIDER) == 0, part
    seen(page, "tab-settings").click()
    for part in ("hours", "calendar", "windows", "items", "policy", "hall"):
        seen(page, f"part-{part}").click()
        expect(page.locator(f"ow-{part}-form")).to_be_visible()
        assert page.evaluate(WIDER) == 0, part

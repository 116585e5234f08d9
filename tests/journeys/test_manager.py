"""The manager's day: windows, issuing, figures, a question about the order, and a board enrolled and revoked."""

import re

import pytest
from playwright.sync_api import Page, expect

from server.ledger.port import LedgerHealth
from tests.journeys.test_visit import sign_in, take_at_kiosk
from tests.support.browser import Eyes, holds, seen
from tests.support.journey import page_address
from tests.support.server import HALL, Served, token_of

SAID_MS = 15_000
"""A refused screen tries a few times before it says so."""

pytestmark = [pytest.mark.browser]


@pytest.fixture
def manager(hall: Served, eyes: Eyes) -> Page:
    """The manager's page, signed in."""
    page = eyes.open(hall.url + page_address("manager"), "desk")
    sign_in(page, "boss")
    expect(seen(page, "total-taken")).to_be_visible()
    return page


def act_at(manager: Page, window: str, act: str) -> None:
    """Open a window's panel and press one of its buttons."""
    seen(manager, f"tile-{window}").click()
    seen(manager, act).click()


def state_of(manager: Page, window: str) -> str | None:
    """Return the state that a window's tile shows."""
    return seen(manager, f"tile-{window}").locator("[data-state]").get_attribute("data-state")


def test_a_manager_opens_changes_and_closes_a_window(manager: Page):
    """The tile shows each change as it comes back from the hall."""
    assert state_of(manager, "W03") == "CLOSED"
    expect(seen(manager, "alarm-NO_CLERK")).to_contain_text("大厅已开放，所有窗口均无人")

    act_at(manager, "W03", "act-open")
    holds(manager, lambda: state_of(manager, "W03") in {"IDLE", "CALLING"}, "the window is open")
    expect(seen(manager, "alarm-NO_CLERK")).to_have_count(0)

    act_at(manager, "W03", "act-serve")
    dialog = seen(manager, "dialog-serve")
    dialog.locator("[data-testid=ask-range-some]").check()
    dialog.locator("label", has_text="税务").first.locator("input").check()
    seen(manager, "ask-ok").click()
    expect(seen(manager, "tile-W03").locator(".serves")).to_have_text("税务")

    act_at(manager, "W03", "act-close")
    seen(manager, "ask-ok").click()
    holds(manager, lambda: state_of(manager, "W03") == "CLOSED", "the window is closed")


def test_a_manager_hands_over_the_visit_that_was_asked_about_and_no_other(hall: Served, manager: Page):
    """While the question is open the clerk ends that visit and begins the next, which stays where it is."""
    first, second = hall.take("id-card"), hall.take("id-card")
    for step in ("open", "call-next", "start"):
        assert hall.call(f"windows/W01/{step}", who="c01").status_code == 200
    holds(manager, lambda: state_of(manager, "W01") == "SERVING", "the first is served")
    act_at(manager, "W01", "act-close")
    seen(manager, "dialog-close").get_by_role("checkbox").check()
    for step in ("finish-and-next", "start"):
        assert hall.call(f"windows/W01/{step}", who="c01").status_code == 200
    seen(manager, "ask-ok").click()

    expect(manager.get_by_text(f"{first['number']} 不在本窗口")).to_be_visible()
    tickets = [
        hall.client("guide").get(f"/api/halls/{HALL}/tickets?number={one['number']}").json()["tickets"][0]
        for one in (first, second)
    ]
    assert [one["state"] for one in tickets] == ["DONE", "SERVING"]
    assert hall.call("windows/W01/finish", who="c01").status_code == 200
    assert hall.call("windows/W01/close", who="c01").status_code == 200


def test_what_is_degraded_stands_above_the_page_and_goes_when_it_is_over(hall: Served, manager: Page):
    """A disk that is full is no alarm among others."""
    healthy = hall.house.ledger.health

    async def failing() -> LedgerHealth:
        return LedgerHealth(ok=False, reason="disk is full")

    hall.house.ledger.health = failing  # type: ignore[method-assign]
    expect(seen(manager, "degraded-LEDGER_FAILS")).to_contain_text("数据无法写入")
    assert "LEDGER_FAILS" not in seen(manager, "alarms").inner_html()

    hall.house.ledger.health = healthy  # type: ignore[method-assign]
    expect(seen(manager, "degraded")).to_have_count(0)


def test_stopping_to_issue_is_told_at_the_kiosk_in_words_and_resuming_opens_it_again(
    hall: Served, manager: Page, eyes: Eyes
):
    """The kiosk says that no numbers are given out today, instead of failing after the last touch."""
    kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk")), "kiosk")
    expect(seen(kiosk, "item").first).to_be_visible()

    seen(manager, "stop-issuing").click()
    seen(manager, "ask-ok").click()
    expect(seen(kiosk, "closed")).to_contain_text("今日已停止取号")

    seen(manager, "resume-issuing").click()
    expect(seen(kiosk, "item").first).to_be_visible()
    number, _ = take_at_kiosk(kiosk, "id-card")
    assert number == "A001"


def test_items_stopped_one_by_one_are_named_and_resumed_one_by_one_or_together(hall: Served, manager: Page, eyes: Eyes):
    """The kiosk offers the others meanwhile; after "resume all" nothing is stopped."""
    kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk")), "kiosk")
    id_card = kiosk.locator("[data-testid=item][data-code=id-card]")
    expect(id_card).to_have_attribute("aria-disabled", "false")

    def stop(*names: str) -> None:
        seen(manager, "stop-issuing").click()
        dialog = seen(manager, "dialog-stop-issuing")
        dialog.locator("[data-testid=ask-which-some]").check()
        for name in names:
            dialog.locator("label", has_text=name).first.locator("input").check()
        seen(manager, "ask-ok").click()

    stop("身份证", "发票")
    stopped = seen(manager, "stopped-items")
    expect(stopped.locator("li")).to_have_text([re.compile("身份证"), re.compile("发票")])
    expect(id_card).to_have_attribute("aria-disabled", "true")

    seen(manager, "resume-id-card").click()
    expect(stopped.locator("li")).to_have_text([re.compile("发票")])
    expect(id_card).to_have_attribute("aria-disabled", "false")

    stop("身份证")
    expect(stopped.locator("li")).to_have_count(2)
    expect(seen(manager, "resume-issuing")).to_have_text("全部恢复取号")
    seen(manager, "resume-issuing").click()
    expect(stopped).to_have_count(0)
    expect(id_card).to_have_attribute("aria-disabled", "false")


def test_tables_of_a_day_on_which_nobody_came_say_so(hall: Served, manager: Page):
    """By hour, by item and by class there is nothing to list; with the first number there is."""
    seen(manager, "tab-figures").click()
    by_item = seen(manager, "by-item")
    expect(by_item.locator("[data-testid=nobody]")).to_have_text("没有人取号")
    expect(manager.locator("ow-figures [data-testid=nobody]")).to_have_count(3)

    hall.take()
    seen(manager, "tab-calls").click()
    seen(manager, "tab-figures").click()
    expect(by_item.locator("tbody tr")).to_have_count(1)
    expect(manager.locator("ow-figures [data-testid=nobody]")).to_have_count(0)


def test_figures_and_the_reason_of_a_call_are_there_the_same_day(hall: Served, manager: Page):
    """Today's chart and table hold the visits of the morning; the calls say why each came when it came."""
    hall.call("windows/W01/open", who="c01")
    numbers = [hall.take()["number"] for _ in range(3)]
    for operation, body in (("call-next", {}), ("start", {}), ("finish", {"result": "done"})):
        assert hall.call(f"windows/W01/{operation}", body, who="c01").status_code == 200

    def taken_at_nine() -> str:
        seen(manager, "tab-calls").click()
        seen(manager, "tab-figures").click()
        row = manager.locator("ow-figures tr", has=manager.locator("td", has_text="09:00")).first
        return row.locator("td").nth(1).text_content() or "" if row.count() else ""

    holds(manager, lambda: taken_at_nine() == "3", "the figures of the hour")
    expect(manager.locator("[data-chart=hour] canvas")).to_be_visible()
    by_window = seen(manager, "by-window")
    by_window.locator("summary").click()
    expect(by_window.locator("tbody tr").first.locator("td").first).to_have_text("1")
    expect(by_window.locator("tbody tr").first.locator("td").nth(3)).to_have_text("0.0")

    seen(manager, "tab-calls").click()
    expect(seen(manager, "calls").locator("tbody tr")).to_have_count(1)
    seen(manager, "passed-number").fill(numbers[0])
    seen(manager, "passed-find").click()
    answer = seen(manager, "passed")
    expect(answer).to_contain_text(f"叫到 {numbers[0]} 的原因：顺呼")
    expect(seen(manager, "called")).to_have_count(1)
    seen(manager, "passed-number").fill(numbers[2])
    seen(manager, "passed-find").click()
    expect(answer).to_contain_text(numbers[2])

    seen(manager, "calls-date").fill("2026-11-20")
    expect(seen(manager, "toast").last).to_contain_text("没有 2026-11-20 的记录")
    expect(seen(manager, "calls").locator("tbody tr")).to_have_count(0)
    seen(manager, "calls-date").fill("2026-11-23")
    expect(seen(manager, "calls").locator("tbody tr")).to_have_count(1)
    expect(seen(manager, "calls-older")).to_have_count(0)


def test_a_board_is_enrolled_with_a_key_told_once_and_says_so_when_it_is_revoked(manager: Page, eyes: Eyes):
    """The link works on another machine; revoking cuts the board at once, and it does not look true any more."""
    seen(manager, "tab-devices").click()
    seen(manager, "enrol").click()
    seen(manager, "ask-name").fill("南门屏")
    seen(manager, "ask-kind-board").check()
    seen(manager, "ask-ok").click()
    link = seen(manager, "token-link").inner_text()
    manager.keyboard.press("Escape")
    expect(seen(manager, "token-link")).to_have_count(0)
    assert link.split("device=")[1] not in manager.content()

    board = eyes.open(link + "&voice=silent", "board")
    expect(board.locator("[data-link=live]")).to_have_count(1)
    row = seen(manager, "devices").locator("tr", has_text="南门屏")
    expect(row).to_contain_text("在线")

    row.locator("button").click()
    seen(manager, "confirm-yes").click()
    expect(row).to_contain_text("已吊销")
    expect(board.locator("[data-link=live]")).to_have_count(0)
    expect(board.locator("[data-link=refused]")).to_have_count(1, timeout=SAID_MS)

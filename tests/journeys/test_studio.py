"""A manager plans tomorrow: what the log says, a drawn plan beside today's, the fewest windows, a workbook, a day to watch."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, Route, expect

from hall.opening import Calendar, SpecialDay
from tests.journeys.test_visit import sign_in
from tests.support.browser import Eyes, holds, seen, violations
from tests.support.journey import RunningClock, add_people, page_address
from tests.support.past_days import HALL, fill, past_setting
from tests.support.server import Served, serving, token_of

JOB_MS = 240_000
"""A fit of two weeks takes some seconds alone; worker processes yield to whatever else a test machine does."""
BEYOND = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""Pixels of the page beside its window."""
WINDOWS = 5
CLOSED = "2026-11-25"
CALENDAR = Calendar((2026,), (SpecialDay(CLOSED, "holiday", "纪念日"),))
BUSY = 0.4
"""A small hall: a sizing of it takes seconds."""

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Served]:
    plan = fill(tmp_path, past_setting(windows=WINDOWS, busy=BUSY))
    add_people(tmp_path)
    with serving(tmp_path, plans={HALL: plan}, clock=RunningClock(), calendar=CALENDAR) as served:
        yield served


@pytest.fixture
def page(hall: Served, eyes: Eyes) -> Page:
    """The studio's page, signed in."""
    page = eyes.open(hall.url + page_address("studio"), "desk")
    sign_in(page, "boss")
    expect(seen(page, "ground")).to_be_visible()
    return page


def finished(page: Page) -> None:
    """Wait until no job of the page runs."""
    expect(seen(page, "running")).to_have_count(0, timeout=JOB_MS)


def number(text: str) -> float:
    found = re.search(r"[\d,]+(?:\.\d+)?", text)
    assert found, text
    return float(found[0].replace(",", ""))


def test_a_manager_plans_tomorrow_and_watches_it(hall: Served, page: Page, eyes: Eyes):
    """From the log to a plan that is sized, compared, exported and watched; each result says on what it rests."""
    seen(page, "learn").click()
    expect(seen(page, "ground-said")).to_contain_text("2026-11-09 至 2026-11-20 的日志，10 天", timeout=JOB_MS)
    expect(seen(page, "date")).to_have_value("2026-11-24")
    seen(page, "fit").locator("summary").click()
    expect(seen(page, "fit").locator("[data-chart=rates] canvas")).to_be_visible()

    draw_by_keys_and_mouse(page)
    seen(page, "days").select_option("10")
    seen(page, "run").click()
    expect(seen(page, "verdict")).to_contain_text("更低", timeout=JOB_MS)
    expect(page.locator("[data-chart=p90] canvas")).to_be_visible()
    expect(seen(page, "basis")).to_contain_text("由日志得出")
    keep(page, "少开窗口")

    seen(page, "share").fill("75")
    expect(seen(page, "p90")).to_be_hidden()
    seen(page, "more-wants").locator("summary").click()
    seen(page, "p90").fill("60")
    seen(page, "size").click()
    expect(seen(page, "sized")).to_contain_text("最差的小时", timeout=JOB_MS)
    assert number(seen(page, "window-hours").inner_text()) < WINDOWS * 8
    assert number(seen(page, "card-kept_pct").inner_text()) > 75
    check_workbook(page)
    keep(page, "最省")

    for box in page.locator("[data-testid^=choose-]").all():
        box.check()
    seen(page, "compare").click()
    expect(seen(page, "result-compared")).to_contain_text("少开窗口", timeout=JOB_MS)

    check_widths(page)
    watch(hall, page, eyes)
    assert violations(page) == []
    page.evaluate("document.documentElement.toggleAttribute('data-large', true)")
    assert violations(page) == []


def draw_by_keys_and_mouse(page: Page) -> None:
    """A column answers to keys, a stroke sets several."""
    column = page.locator("[role=slider]").first
    column.focus()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    expect(column).to_have_attribute("aria-valuenow", str(WINDOWS - 2))
    canvas = seen(page, "canvas").bounding_box()
    assert canvas is not None
    page.mouse.move(canvas["x"] + 5, canvas["y"] + 0.8 * canvas["height"])
    page.mouse.down()
    page.mouse.move(canvas["x"] + canvas["width"] - 5, canvas["y"] + 0.8 * canvas["height"], steps=30)
    page.mouse.up()
    expect(page.locator("[role=slider]").last).to_have_attribute("aria-valuenow", "1")
    assert number(seen(page, "window-hours").inner_text()) == 1 * 8


def check_widths(page: Page) -> None:
    """In a narrower window nothing stands out, pictures that were drawn in a wider one neither."""
    size = page.viewport_size
    assert size is not None
    for width in (1024, 390):
        page.set_viewport_size({"width": width, "height": size["height"]})
        holds(page, lambda: page.evaluate(BEYOND) <= 0, f"a page that is {width} px wide")
    page.set_viewport_size(size)


def keep(page: Page, name: str) -> None:
    finished(page)
    seen(page, "plan-name").fill(name)
    seen(page, "keep").click()
    expect(seen(page, "plans")).to_contain_text(name)


def check_workbook(page: Page) -> None:
    """The workbook that a person downloads holds what the page shows."""
    with page.expect_download() as download:
        seen(page, "export-run").click()
    book = load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    rows = {row[0]: row for row in book["摘要 Summary"].iter_rows(values_only=True)}
    shown = number(seen(page, "card-kept_pct").inner_text())
    assert rows["承诺时间内叫号 Called in time (%)"][4] == pytest.approx(shown, abs=0.06)
    assert rows["日期 Date"][1] == "2026-11-24"


def watch(hall: Served, page: Page, eyes: Eyes) -> None:
    """The simulated day plays on the board, marked; the live hall's board shows nothing of it."""
    live = eyes.open(f"{hall.url}{page_address('board')}&device={token_of('board')}", "board")
    expect(seen(live, "board")).to_be_visible()
    before = hall.seq()

    seen(page, "watch").click()
    expect(seen(page, "watching")).to_contain_text("模拟", timeout=JOB_MS)
    seen(page, "speed").select_option("300")
    board = page.frame_locator("[data-testid=board-frame]")
    expect(board.locator("[data-testid=simulated]")).to_contain_text("不是真实叫号")
    expect(board.locator("[data-testid=recent]").first).to_be_visible(timeout=JOB_MS)

    assert seen(live, "recent").count() == 0
    assert seen(live, "simulated").count() == 0
    assert hall.seq() == before


def test_a_job_survives_a_reload_and_a_bad_scenario_is_told_at_its_place(hall: Served, page: Page):
    """Nothing is lost by a reload, and nothing changes by a scenario that contradicts itself.

    A second page takes the running job up and may cancel it, which is no failure; a job that a stopped server left is
    told, and begins again.
    """
    seen(page, "from-file").check()
    seen(page, "file-text").fill("[demand]\nvisits = -3\n[staffing]\n")
    seen(page, "learn").click()
    expect(seen(page, "failure")).to_have_attribute("data-code", "SCENARIO_INVALID", timeout=JOB_MS)
    expect(seen(page, "failure")).to_contain_text("第 1 行")

    seen(page, "from-stated").check()
    seen(page, "visits").fill("-20")
    seen(page, "learn").click()
    expect(seen(page, "failure")).to_contain_text("不能为负数", timeout=JOB_MS)
    seen(page, "visits").fill("200")
    seen(page, "learn").click()
    expect(seen(page, "ground-said")).to_contain_text("假设", timeout=JOB_MS)

    seen(page, "hours").fill("17:00-09:00")
    seen(page, "run").click()
    expect(seen(page, "failure")).to_contain_text("开放时间: 关门早于开门：17:00-09:00", timeout=JOB_MS)
    expect(seen(page, "result-run")).to_have_count(0)

    seen(page, "hours").fill("09:00-17:00")
    seen(page, "days").select_option("200")
    seen(page, "run").click()
    expect(seen(page, "running").locator("progress")).to_be_visible()
    holds(page, lambda: "剩" in seen(page, "running").inner_text(), "the remaining time", seconds=JOB_MS / 1000)
    page.route("**/studio", one_more_runs)
    page.reload()
    expect(seen(page, "running")).to_be_visible()
    expect(seen(page, "others")).to_contain_text("另有 1 个任务")
    page.unroute("**/studio")
    take_up_in_a_second_page(hall, page)


def take_up_in_a_second_page(hall: Served, page: Page) -> None:
    """A job is shown, and cancelled, by whichever page its manager opens; then nothing has failed."""
    second = page.context.new_page()
    second.goto(hall.url + page_address("studio"))
    expect(seen(second, "running").locator("progress")).to_be_visible()
    seen(second, "cancel").click()
    for one in (second, page):
        expect(seen(one, "cancelled")).to_contain_text("推演方案：已取消")
        expect(seen(one, "failure")).to_have_count(0)
    finished(page)
    begin_what_was_left(page, second)


def begin_what_was_left(page: Page, second: Page) -> None:
    """After a restart the page tells what was left and begins it again; a page that is refused a job shows the one that runs."""
    second.route("**/studio", nothing_runs)
    second.reload()
    expect(seen(second, "run")).to_be_enabled()
    page.route("**/studio", stopped)
    page.reload()
    expect(seen(page, "left-behind")).to_contain_text("推演方案")
    expect(seen(page, "left-behind")).to_contain_text("服务中途停止")
    assert violations(page) == []
    page.unroute("**/studio")
    seen(page, "again").click()
    expect(seen(page, "running")).to_be_visible()
    expect(seen(page, "left-behind")).to_have_count(0)

    second.unroute("**/studio")
    seen(second, "run").click()
    expect(seen(second, "running")).to_be_visible()
    seen(second, "cancel").click()
    finished(second)
    second.close()


def stopped(route: Route) -> None:
    """Answer as if a server that stopped, and not somebody, had ended the newest job."""
    answer = route.fetch()
    told = answer.json()
    newest = told["jobs"][0]
    newest["failure"] = {**newest["failure"], "code": "STUDIO_SERVER_STOPPED"}
    route.fulfill(response=answer, json=told)


def nothing_runs(route: Route) -> None:
    """Answer as before the newest job was begun."""
    answer = route.fetch()
    told = answer.json()
    route.fulfill(response=answer, json={**told, "jobs": [one for one in told["jobs"] if one["state"] != "running"]})


def one_more_runs(route: Route) -> None:
    """Answer as if somebody else's job ran beside those that do."""
    answer = route.fetch()
    told = answer.json()
    route.fulfill(response=answer, json={**told, "running": told["running"] + 1})


def test_a_lost_link_is_told_and_no_result_is_missed_by_it(page: Page):
    """Whoever is cut off just when a job ends sees what it brought once the server answers again."""
    seen(page, "from-stated").check()
    seen(page, "visits").fill("100")
    seen(page, "learn").click()
    expect(seen(page, "ground-said")).to_contain_text("假设", timeout=JOB_MS)
    seen(page, "days").select_option("10")
    seen(page, "run").click()
    expect(seen(page, "verdict")).to_be_visible(timeout=JOB_MS)
    finished(page)

    page.route("**/studio/days/*", lambda route: route.abort())
    seen(page, "watch").click()
    expect(seen(page, "lost")).to_contain_text("正在重试", timeout=JOB_MS)
    page.unroute("**/studio/days/*")
    expect(seen(page, "watching")).to_contain_text("模拟", timeout=JOB_MS)
    expect(seen(page, "lost")).to_have_count(0)
    finished(page)


def test_a_closed_date_says_so_and_new_hours_bring_those_whom_the_manager_states(page: Page):
    """Nobody is assumed to come in new hours until a range is stated; both its ends are shown, and called assumed."""
    seen(page, "from-stated").check()
    seen(page, "visits").fill("150")
    seen(page, "learn").click()
    expect(seen(page, "ground-said")).to_contain_text("假设", timeout=JOB_MS)

    at(page, "date", CLOSED)
    expect(seen(page, "date-rests")).to_contain_text("纪念日：大厅不开放")
    seen(page, "run").click()
    expect(page.locator("[data-fault=STUDIO_CLOSED_DATE]")).to_contain_text("纪念日", timeout=JOB_MS)
    finished(page)
    seen(page, "days").select_option("10")
    at(page, "hours", "09:00-12:00")
    at(page, "moved-high", "40")
    seen(page, "run").click()
    expect(seen(page, "verdict")).to_contain_text("没有现行可比", timeout=JOB_MS)
    assert number(seen(page, "card-window_hours").inner_text()) == WINDOWS * 3
    finished(page)

    at(page, "date", "2026-11-24")
    expect(seen(page, "coming")).to_have_count(0)
    at(page, "hours", "09:00-20:00")
    expect(seen(page, "coming")).to_contain_text("17:00–20:00")
    at(page, "moved-high", "")
    expect(seen(page, "coming-assumed")).to_contain_text("没有人")
    expect(page.locator("[role=slider]").last).to_have_attribute("aria-valuenow", str(WINDOWS))
    at(page, "moved-high", "10")
    seen(page, "induced-unit").select_option("visits")
    at(page, "induced-low", "10")
    at(page, "induced-high", "30")
    seen(page, "run").click()
    expect(seen(page, "result-hours")).to_contain_text("因此新增 10–30 人次", timeout=JOB_MS)
    expect(seen(page, "figures")).to_contain_text("方案（少来）")
    expect(seen(page, "basis")).to_contain_text("新增时段 17:00-20:00（管理者填写）")
    compare_at_both_ends(page)
    assert violations(page) == []


def compare_at_both_ends(page: Page) -> None:
    """Keep the evening, and a plan with a morning beside it of which another range is stated; hold one against the other."""
    keep(page, "夜间")

    at(page, "hours", "08:00-20:00")
    seen(page, "apart").check()
    at(page, "moved-17:00-20:00-high", "10")
    seen(page, "induced-17:00-20:00-unit").select_option("visits")
    at(page, "induced-17:00-20:00-low", "10")
    at(page, "induced-17:00-20:00-high", "30")
    at(page, "induced-08:00-09:00-high", "5")
    seen(page, "run").click()
    expect(seen(page, "result-hours")).to_contain_text("08:00–09:00 因此新增 5 %", timeout=JOB_MS)
    keep(page, "早晚")

    for box in page.locator("[data-testid^=choose-]").all():
        box.check()
    expect(seen(page, "base")).to_have_count(1)
    seen(page, "compare").click()
    expect(seen(page, "ends")).to_contain_text("少来与少来比", timeout=JOB_MS)
    expect(seen(page, "told").locator("li")).to_have_count(1)
    expect(seen(page, "ends-picture").locator("[role=img]")).to_have_count(4)


def test_a_manager_asks_for_what_the_booked_are_promised_and_sees_it_in_the_result(tmp_path: Path, eyes: Eyes):
    """The fields are there where people book; what was reached stands beside what was wanted, in the answer itself."""
    plan = fill(tmp_path, past_setting(windows=WINDOWS, busy=BUSY, booked=True))
    add_people(tmp_path)
    with serving(tmp_path, plans={HALL: plan}, clock=RunningClock(), calendar=CALENDAR) as hall:
        page = eyes.open(hall.url + page_address("studio"), "desk")
        sign_in(page, "boss")
        # At once: what is begun while the page still asks what there was stays the page's job.
        seen(page, "learn").click()
        expect(seen(page, "ground-said")).to_contain_text("10 天", timeout=JOB_MS)
        seen(page, "days").select_option("10")
        seen(page, "more-wants").locator("summary").click()
        at(page, "booked", "80")
        at(page, "bookedWithin", "12")
        at(page, "share", "75")
        seen(page, "size").click()
        sized = seen(page, "sized")
        expect(sized).to_contain_text("预约者在预约时刻后 12 分钟内叫到", timeout=JOB_MS)
        expect(sized).to_contain_text("要求 ≥ 80.0 %")

        finished(page)
        page.reload()
        expect(seen(page, "sized")).to_contain_text("要求 ≥ 80.0 %")
        check_widths(page)
        assert violations(page) == []


def at(page: Page, field: str, value: str) -> None:
    """Type into a field and leave it."""
    seen(page, field).fill(value)
    seen(page, field).press("Tab")

"""Every page of the real preset, in both sizes: no serious finding of axe-core, nothing foreign, nothing broken.

That no page loads from elsewhere, breaks the content policy or throws is checked by ``eyes`` at the end of every journey.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_visit import press, sign_in
from tests.support.browser import Eyes, seen, violations
from tests.support.journey import RunningClock, add_people, page_address, preset_plan
from tests.support.server import HALL, Served, serving, token_of

PARTS: Final = ("overview", "bookings", "figures", "calls", "devices", "settings")
SETTINGS: Final = ("hours", "items", "windows", "policy", "booking", "hall", "calendar", "import")
SETTLED_MS: Final = 200
"""A dialog or a list has been drawn by then; findings are about what people look at, not about the moment before."""
CALLED: Final = 12
"""Calls on the boards while they are looked at: enough for every kind of line."""

pytestmark = [pytest.mark.browser]


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The preset of Longgang in the middle of a day: people wait, are called, served, held and missed."""
    folder = tmp_path_factory.mktemp("preset")
    plan = preset_plan(folder)
    add_people(folder, clerks=CALLED + 2)
    with serving(folder, plans={HALL: plan}, clock=RunningClock()) as served:
        windows = [window.code for window in plan.catalog.windows]
        for n in range(1, CALLED + 1):
            assert served.call(f"windows/{windows[n]}/open", who=f"c{n + 1:02}").status_code == 200
        for item in plan.catalog.items[: 3 * CALLED]:
            served.call("tickets", {"items": [{"code": item.code}]}, who="kiosk")
        for n in range(1, CALLED + 1):
            served.call(f"windows/{windows[n]}/call-next", who=f"c{n + 1:02}")
        yield served


@pytest.fixture(params=["standard", "large"])
def large(request: pytest.FixtureRequest) -> str:
    """The query's word for the size of the page."""
    return "1" if request.param == "large" else "0"


def assert_sound(page: Page) -> None:
    """No finding that keeps people out."""
    page.wait_for_timeout(SETTLED_MS)
    assert violations(page) == []


def first_item(hall: Served) -> str:
    """Return an item that the first window serves."""
    plan = hall.house.halls.today(HALL).view_state().plan
    assert plan is not None
    return plan.catalog.items[0].code


def enlarge_kiosk(kiosk: Page, large: str) -> None:
    """The kiosk forgets its size with each visitor, so a visitor's finger sets it."""
    if large == "1":
        seen(kiosk, "large").click()
        expect(kiosk.locator("html[data-large]")).to_have_count(1)


@pytest.mark.parametrize("page", ["start", "board", "area", "strip", "take"])
def test_pages_that_one_only_looks_at_keep_nobody_out(hall: Served, eyes: Eyes, page: str, large: str):
    plan = hall.house.halls.today(HALL).view_state().plan
    area, window = plan.catalog.areas[0].code, plan.catalog.windows[1].code
    board = token_of("board")
    address, size, ready = {
        "start": (f"/?large={large}", "desk", "main"),
        "board": (page_address("board", device=board, voice="silent", large=large), "board", "[data-testid=recent]"),
        "area": (page_address("area", device=board, area=area, large=large), "board", "[data-link=live]"),
        "strip": (page_address("strip", device=board, window=window, large=large), "strip", "[data-state=CALLING]"),
        "take": (page_address("phone", large=large), "phone", "[data-testid=item]"),
    }[page]

    opened = eyes.open(hall.url + address, size)

    expect(opened.locator(ready).first).to_be_attached()
    assert_sound(opened)


def test_a_screen_whose_address_lacks_its_place_lets_people_choose_it(hall: Served, eyes: Eyes, large: str):
    """The only hall is taken at once; of its areas and windows somebody chooses one, and the screen is there."""
    for page, field in (("area", "area"), ("strip", "window")):
        screen = eyes.open(f"{hall.url}/{page}?device={token_of('board')}&large={large}", "desk")

        expect(screen.locator(f"[data-testid=choose][data-field={field}]")).to_be_visible()
        assert_sound(screen)
        seen(screen, "choice").first.click()
        expect(screen.locator("[data-link=live], [data-state=CLOSED]").first).to_be_attached()
        assert f"hall={HALL}" in screen.url
        assert f"&{field}=" in screen.url


def test_of_several_halls_one_is_chosen_and_an_unknown_one_is_said(tmp_path: Path, eyes: Eyes):
    with serving(tmp_path) as served:
        kiosk = eyes.open(f"{served.url}/kiosk?device={token_of('kiosk')}", "kiosk")
        expect(seen(kiosk, "choice")).to_have_count(2)
        kiosk.locator(f"a[href*='hall={HALL}']").click()
        expect(seen(kiosk, "choice")).to_have_count(0)
        expect(kiosk.locator("ow-kiosk")).to_be_attached()

        strip = eyes.open(f"{served.url}/strip?hall=nowhere", "desk")
        expect(strip.locator("[role=alert]")).to_be_visible()
        expect(seen(strip, "choice")).to_have_count(2)


def test_the_kiosk_keeps_nobody_out_from_the_first_touch_to_the_number(hall: Served, eyes: Eyes, large: str):
    kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk")), "kiosk")
    expect(seen(kiosk, "theme").first).to_be_visible()
    enlarge_kiosk(kiosk, large)
    assert_sound(kiosk)

    seen(kiosk, "search").click()
    assert_sound(kiosk)
    seen(kiosk, "home").click()
    seen(kiosk, "theme").first.click()
    expect(seen(kiosk, "item").first).to_be_visible()
    assert_sound(kiosk)
    seen(kiosk, "item").first.click()
    expect(seen(kiosk, "take")).to_be_visible()
    assert_sound(kiosk)
    seen(kiosk, "take").click()
    expect(seen(kiosk, "number")).to_be_visible()
    assert_sound(kiosk)


@pytest.mark.parametrize("size", ["kiosk", "board"])
def test_what_is_chosen_covers_nothing_of_what_can_be_added(hall: Served, eyes: Eyes, size: str, large: str):
    """Upright and lying: a page that is higher than its room would have its last tiles under the bar of the basket."""
    kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk"), large=large), size)
    if large == "1":
        seen(kiosk, "large").click()
    seen(kiosk, "theme").first.click()
    seen(kiosk, "item").first.click()
    seen(kiosk, "add").click()
    expect(seen(kiosk, "basket-bar")).to_be_visible()
    assert_whole(kiosk)

    seen(kiosk, "theme").first.click()
    expect(seen(kiosk, "item").first).to_be_visible()
    assert_whole(kiosk)

    seen(kiosk, "back").click()
    seen(kiosk, "search").click()
    seen(kiosk, "query").fill("dj")
    expect(seen(kiosk, "page-next")).to_be_visible()
    assert_whole(kiosk)


def assert_whole(kiosk: Page) -> None:
    """Everything of the screen stands in its room, without scrolling."""
    kiosk.wait_for_timeout(SETTLED_MS)
    room = kiosk.locator("main").first
    assert room.evaluate("(main) => main.scrollHeight - main.clientHeight") <= 1


def test_the_page_of_a_ticket_keeps_nobody_out(hall: Served, eyes: Eyes, large: str):
    ticket = hall.take(first_item(hall))
    phone = eyes.open(f"{hall.url}/t/{HALL}/{ticket['id']}?large={large}#{ticket['secret']}", "phone")
    expect(seen(phone, "number")).to_have_text(ticket["number"])
    assert_sound(phone)


def test_the_clerk_page_keeps_nobody_out_from_the_sign_in_to_the_dialogs(hall: Served, eyes: Eyes, large: str):
    clerk = eyes.open(hall.url + page_address("clerk", large=large), "desk")
    expect(seen(clerk, "sign-in")).to_be_visible()
    assert_sound(clerk)
    sign_in(clerk, "c01")
    window = hall.house.halls.today(HALL).view_state().plan.catalog.windows[0].code
    expect(seen(clerk, f"window-{window}")).to_be_visible()
    assert_sound(clerk)

    seen(clerk, f"window-{window}").click()
    expect(seen(clerk, "key-next")).to_be_visible()
    hall.take(first_item(hall))
    if seen(clerk, "current-number").count() == 0:
        press(clerk, "n", "next")
    expect(seen(clerk, "current-number")).to_be_visible()
    assert_sound(clerk)
    press(clerk, "t", "transfer")
    expect(seen(clerk, "dialog-transfer")).to_be_visible()
    assert_sound(clerk)
    clerk.keyboard.press("Escape")
    finish(clerk)


def finish(clerk: Page) -> None:
    """Leave the window as it was found."""
    press(clerk, "s", "start")
    press(clerk, "f", "finish")
    seen(clerk, "close").click()
    seen(clerk, "ask-ok").click()
    expect(seen(clerk, "sign-out")).to_be_visible()


def test_every_part_of_the_manager_page_keeps_nobody_out(hall: Served, eyes: Eyes, large: str):
    manager = eyes.open(hall.url + page_address("manager", large=large), "desk")
    assert_sound(manager)
    sign_in(manager, "boss")
    expect(seen(manager, "total-taken")).to_be_visible()
    ready = {
        "overview": "windows",
        "bookings": "booking-calendar",
        "figures": "by-item",
        "calls": "calls",
        "devices": "devices",
        "settings": "part-items",
    }
    for part in PARTS:
        seen(manager, f"tab-{part}").click()
        expect(seen(manager, ready[part])).to_be_visible()
        assert_sound(manager)
    # Where the system chooses the colours every border is drawn alike.
    manager.emulate_media(forced_colors="active")
    ground = "(tab) => getComputedStyle(tab).backgroundColor"
    assert seen(manager, "tab-settings").evaluate(ground) != seen(manager, "tab-overview").evaluate(ground)


def test_every_part_of_the_settings_keeps_nobody_out(hall: Served, eyes: Eyes, large: str):
    manager = eyes.open(hall.url + page_address("manager", large=large) + "#settings", "desk")
    sign_in(manager, "boss")
    for part in SETTINGS:
        seen(manager, f"part-{part}").click()
        expect(seen(manager, f"part-{part}")).to_have_attribute("aria-current", "page")
        assert_sound(manager)

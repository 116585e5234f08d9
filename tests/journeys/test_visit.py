"""One visit from the kiosk to the rating, as everybody sees it: visitor, clerk, boards, strip and phone."""

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Eyes, announced, holds, seen
from tests.support.journey import PASSWORD, page_address
from tests.support.server import HALL, Served, token_of

OVERLAPS: Final = """(said) => {
  const boxes = (root) => [...root.querySelectorAll("*")].flatMap((one) => [one, ...(one.shadowRoot ? boxes(one.shadowRoot) : [])]);
  const note = said.getBoundingClientRect();
  return boxes(document).filter((one) => ["number", "ahead", "wait", "tale"].includes(one.dataset.testid)).filter((one) => {
    const box = one.getBoundingClientRect();
    return box.top < note.bottom && note.top < box.bottom;
  }).map((one) => one.dataset.testid);
}"""
"""Which of the things that people come back to the page for stand where the message stands."""

OUTSIDE: Final = """(part) => {
  const text = document.createRange();
  text.selectNodeContents(part);
  const edges = [part.getBoundingClientRect(), ...text.getClientRects()].map((box) => Math.round(box.right));
  const card = part.closest(".hero");
  const most = card ? Math.round(card.getBoundingClientRect().right) : innerWidth;
  return edges.filter((right) => right > most);
}"""
"""Right edges of a part or its text that stand outside its card, or outside the phone."""

pytestmark = [pytest.mark.browser]


def take_at_kiosk(kiosk: Page, *items: str) -> tuple[str, str]:
    """Choose items and take the number; return the number and the address in the QR code."""
    for place, item in enumerate(items):
        if place:
            seen(kiosk, "add").click()
        kiosk.locator(f"[data-testid=item][data-code='{item}']").click()
    seen(kiosk, "take").click()
    number = seen(kiosk, "number").inner_text()
    address = seen(kiosk, "qr").get_attribute("data-url")
    assert address
    return number, address


def sign_in(page: Page, account: str) -> None:
    """Sign in as a person does."""
    seen(page, "account").fill(account)
    seen(page, "password").fill(PASSWORD)
    seen(page, "sign-in").click()


def press(clerk: Page, key: str, action: str) -> None:
    """Press a key of the console once its button offers it."""
    expect(seen(clerk, f"key-{action}")).to_be_enabled()
    clerk.keyboard.press(key)


def assert_shown_everywhere(number: str, *, board: Page, area: Page, strip: Page, phone: Page) -> None:
    """The call of a number to window 1 stands on every screen of its place, and on no other area's board."""
    call = f"[data-testid=highlight][data-number='{number}'][data-window='1']"
    expect(board.locator(call)).to_be_visible()
    expect(area.locator(call)).to_be_visible()
    expect(seen(strip, "strip")).to_have_attribute("data-number", number)
    expect(seen(strip, "strip")).to_have_attribute("data-state", "CALLING")
    expect(seen(phone, "ticket")).to_have_attribute("data-state", "CALLED")
    expect(seen(phone, "tale")).to_have_attribute("data-window", "1")


def test_a_visit_is_seen_by_everybody_from_the_number_to_the_rating(hall: Served, eyes: Eyes):
    """Take, call, recall, miss, rejoin, call again, serve two items, owe a paper, finish, rate: all read from pages."""
    kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk")), "kiosk")
    board = eyes.open(hall.url + page_address("board", device=token_of("board"), voice="silent"), "board")
    area = eyes.open(hall.url + page_address("area", device=token_of("board"), area="a1", voice="silent"), "board")
    strip = eyes.open(hall.url + page_address("strip", device=token_of("strip"), window="W01", voice="zh"), "strip")
    clerk = eyes.open(hall.url + page_address("clerk"), "desk")
    screens = {"board": board, "area": area, "strip": strip}

    number, address = take_at_kiosk(kiosk, "id-card", "residence")
    phone = eyes.open(address, "phone")
    expect(seen(phone, "number")).to_have_text(number)
    expect(seen(phone, "ticket")).to_have_attribute("data-state", "WAITING")
    expect(seen(board, "waiting-total").locator("b")).to_have_text("1")

    sign_in(clerk, "c01")
    seen(clerk, "window-W01").click()
    press(clerk, "n", "next")
    expect(seen(clerk, "current-number")).to_have_text(number)
    assert_shown_everywhere(number, **screens, phone=phone)
    expect(seen(clerk, "shown")).to_have_class("good")

    press(clerk, "r", "recall")
    for screen in (board, area):
        holds(screen, lambda page=screen: len(announced(page)) == 2, "the recall rings again")
    expect(phone.locator(".hero")).to_have_attribute("data-ring", str(announced(board)[1]["key"].split(":")[1]))

    press(clerk, "m", "miss")
    expect(seen(phone, "ticket")).to_have_attribute("data-state", "MISSED")
    expect(board.locator(f"[data-testid=recent][data-number='{number}']")).to_have_class("missed")
    expect(seen(strip, "strip")).to_have_attribute("data-number", "")
    seen(phone, "rejoin").click()
    expect(seen(phone, "ticket")).to_have_attribute("data-state", "WAITING")

    press(clerk, "n", "next")
    assert_shown_everywhere(number, **screens, phone=phone)
    assert [one["number"] for one in announced(board)] == [number] * 3

    serve_and_rate(clerk, phone, strip, number)


def serve_and_rate(clerk: Page, phone: Page, strip: Page, number: str) -> None:
    """The second half: one item done, one with materials owed, finished, rated."""
    press(clerk, "s", "start")
    expect(seen(phone, "ticket")).to_have_attribute("data-state", "SERVING")
    expect(seen(strip, "strip")).to_have_attribute("data-state", "SERVING")

    seen(clerk, "result-0-done").click()
    expect(seen(clerk, "result-0-done")).to_have_attribute("aria-pressed", "true")
    seen(clerk, "result-1-supplement_due").click()
    dialog = seen(clerk, "dialog-owed")
    dialog.locator("textarea").fill("户口簿复印件")
    due = seen(clerk, "ask-due_date").input_value()
    seen(clerk, "ask-ok").click()
    owed = phone.locator("[data-testid=item][data-entry='1']")
    expect(owed).to_have_attribute("data-state", "SUPPLEMENT_DUE")
    expect(owed).to_contain_text("户口簿复印件")
    expect(owed).to_contain_text(f"{int(due[5:7])}月{int(due[8:])}日")

    press(clerk, "f", "finish")
    expect(seen(phone, "ticket")).to_have_attribute("data-state", "DONE")
    expect(seen(clerk, "current-number")).to_have_count(0)
    rating = phone.locator("[data-testid=rating][data-entry='0']")
    rating.locator("[data-level=very_satisfied]").check()
    rating.locator("[data-testid=rate-send]").click()
    expect(phone.locator("[data-testid=item][data-entry='0']")).to_contain_text("非常满意")
    expect(seen(phone, "number")).to_have_text(number)


@pytest.mark.parametrize("width", [320, 390])
def test_what_an_act_came_to_is_said_without_covering_number_place_or_call(hall: Served, eyes: Eyes, width: int):
    """A toast lay over the number for six seconds, just when people look whether it is still theirs."""
    ticket = hall.take()
    for _ in range(3):
        hall.take()
    phone = eyes.open(f"{hall.url}/t/{HALL}/{ticket['id']}#{ticket['secret']}", "phone")
    phone.set_viewport_size({"width": width, "height": 568})

    seen(phone, "delay").click()
    phone.locator("[data-places='1']").click()

    said = seen(phone, "said")
    expect(said).to_be_visible()
    assert said.evaluate(OVERLAPS) == []
    assert phone.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    expect(seen(phone, "toast")).to_have_count(0)


def test_the_kiosk_says_before_the_number_is_taken_that_no_window_is_open_yet(hall: Served, eyes: Eyes):
    """The list said so, and the next page named windows 1 to 3 as if they were open."""
    kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk")), "kiosk")
    kiosk.locator("[data-testid=item][data-code=id-card]").click()
    expect(seen(kiosk, "windows")).to_contain_text("现在未开")

    assert hall.call("windows/W01/open", who="c01").status_code == 200

    expect(seen(kiosk, "windows")).not_to_contain_text("现在未开")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_large_text_is_whole_on_the_narrowest_phone(hall: Served, eyes: Eyes, language: str):
    """The number ran out of its card, and the button to take one out of the page."""
    phone = eyes.open(hall.url + page_address("phone", large="1"), "phone")
    phone.set_viewport_size({"width": 320, "height": 640})
    if language == "en":
        phone.get_by_role("button", name="English").click()
    assert seen(phone, "take-number").evaluate(OUTSIDE) == []

    ticket = hall.take()
    hall.call("windows/W01/open", who="c01")
    hall.call("windows/W01/call-next", who="c01")
    phone.goto(f"{hall.url}/t/{HALL}/{ticket['id']}?large=1#{ticket['secret']}")

    expect(seen(phone, "ticket")).to_have_attribute("data-state", "CALLED")
    for part in ("number", "tale", "ticket"):
        assert seen(phone, part).evaluate(OUTSIDE) == []
    assert phone.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

"""What staff think over while the hall goes on: questions about one ticket, cards that stay true, words being written."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_visit import sign_in
from tests.support.browser import Eyes, holds, seen
from tests.support.journey import page_address
from tests.support.server import HALL, Served

pytestmark = [pytest.mark.browser]

ENTER_OF_A_WORD = """(field) => field.dispatchEvent(
  new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true, composed: true, cancelable: true}))"""
"""What an input method sends when somebody takes over the word that they have spelt."""


def at_window(hall: Served, eyes: Eyes) -> Page:
    """Return the console of window 1, where the first of two tickets is served."""
    for operation in ("open", "call-next", "start"):
        if operation == "call-next":
            hall.take()
            hall.take()
        assert hall.call(f"windows/W01/{operation}", who="c01").status_code == 200
    clerk = eyes.open(hall.url + page_address("clerk", window="W01"), "desk")
    sign_in(clerk, "c01")
    expect(seen(clerk, "current-number")).to_have_text("A001")
    return clerk


def states(hall: Served) -> dict[str, str]:
    """Return the state of every number."""
    return {one.number: str(one.state) for one in hall.house.halls.today(HALL).view_state().tickets.values()}


def test_what_was_asked_about_one_ticket_is_not_done_to_the_next(hall: Served, eyes: Eyes):
    """The same clerk's other page has gone on to the next visitor while the question stood open here."""
    clerk = at_window(hall, eyes)
    clerk.keyboard.press("h")
    expect(seen(clerk, "dialog-hold")).to_contain_text("A001")

    for operation in ("finish-and-next", "start"):
        assert hall.call(f"windows/W01/{operation}", who="c01").status_code == 200
    expect(seen(clerk, "current-number")).to_have_text("A002")
    clerk.keyboard.press("1")
    clerk.keyboard.press("Enter")

    expect(seen(clerk, "note")).to_contain_text("A001 已不在本窗口，没有执行")
    assert states(hall) == {"A001": "DONE", "A002": "SERVING"}


def test_items_are_added_by_keys_alone_and_a_word_may_be_spelt_before(hall: Served, eyes: Eyes):
    """Enter takes the first hit, but not while it belongs to the input method; the second Enter confirms."""
    clerk = at_window(hall, eyes)
    clerk.keyboard.press("+")
    search = seen(clerk, "ask-search")
    search.fill("发票")
    search.evaluate(ENTER_OF_A_WORD)
    chosen = seen(clerk, "dialog-add").locator(".hit.on")
    expect(chosen).to_have_count(0)

    search.press("Enter")
    expect(chosen).to_have_count(1)
    search.press("Enter")
    expect(seen(clerk, "now").locator("ol.items li")).to_have_count(2)


def test_the_booking_desk_does_not_open_beneath_the_help(hall: Served, eyes: Eyes):
    clerk = at_window(hall, eyes)
    clerk.keyboard.press("?")
    expect(seen(clerk, "help").locator("dialog")).to_be_visible()
    clerk.keyboard.press("b")
    clerk.keyboard.press("Escape")

    expect(seen(clerk, "help")).to_have_count(0)
    expect(clerk.locator("ow-booking-drawer")).to_have_count(0)


def test_a_guide_s_card_stays_true_and_a_lost_answer_is_told(hall: Served, eyes: Eyes):
    """Somebody else cancels the ticket; then the link is lost while a number is looked for."""
    first, second = hall.take(), hall.take()
    guide = eyes.open(hall.url + page_address("clerk"), "desk")
    sign_in(guide, "boss")
    seen(guide, "to-guide").click()

    def find(number: str) -> None:
        seen(guide, "guide-number").fill(number)
        seen(guide, "guide-find").click()
        expect(seen(guide, "guide-ticket").locator("h2")).to_have_text(number)

    find(first["number"])
    expect(seen(guide, "guide-cancel")).to_have_count(1)
    hall.call(f"tickets/{first['id']}/cancel", {"reason": "other"}, who="guide")
    expect(seen(guide, "guide-cancel")).to_have_count(0)
    expect(seen(guide, "guide-correct")).to_have_count(1)

    find(second["number"])
    seen(guide, "guide-merge").click()
    seen(guide, "ask-number").fill(first["number"])
    guide.context.set_offline(True)
    seen(guide, "ask-ok").click()
    holds(guide, lambda: seen(guide, "toast").count(), "the lost answer is told", seconds=20)
    guide.context.set_offline(False)


def test_a_guide_s_phone_has_room_for_a_number_and_for_the_names_of_queues(hall: Served, eyes: Eyes):
    """A field for a number must show it whole, and no name may stand one character a line."""
    guide = eyes.open(hall.url + page_address("clerk"), "phone")
    sign_in(guide, "boss")
    seen(guide, "to-guide").click()
    field = seen(guide, "guide-number").bounding_box()
    names = [one.bounding_box() for one in seen(guide, "guide-queues").locator("li > span:first-child").all()]

    assert field is not None
    assert field["width"] > 200
    assert names
    assert all(box is not None and box["width"] > 120 for box in names)


def test_the_focus_goes_back_to_where_a_question_was_asked_from(hall: Served, eyes: Eyes):
    """By keys and for screen readers: whoever leaves a dialog goes on where they were, not at the top of the page."""
    page = eyes.open(hall.url + page_address("manager"), "desk")
    sign_in(page, "boss")
    for opener in ("stop-issuing", "change-password"):
        seen(page, opener).click()
        expect(seen(page, "ask-cancel")).to_be_visible()
        seen(page, "ask-cancel").click()
        expect(seen(page, opener)).to_be_focused()

    clerk = at_window(hall, eyes)
    seen(clerk, "key-help").click()
    seen(clerk, "help").locator("button").click()
    expect(seen(clerk, "key-help")).to_be_focused()


def test_a_console_tells_that_the_day_has_ended_and_calls_nobody(hall: Served, eyes: Eyes):
    """It said "press N", and every press was for nothing; closing the window is what is left, by keys too.

    A question without anything to fill in showed Enter beside "close", and Enter left the dialog.
    """
    clerk = at_window(hall, eyes)
    assert hall.call("windows/W01/finish", who="c01").status_code == 200
    assert hall.call("day/end", who="boss").status_code == 200

    expect(seen(clerk, "rest-ended")).to_contain_text("今日业务已结束")
    expect(seen(clerk, "key-next")).to_be_disabled()
    seen(clerk, "close").press("Enter")
    expect(seen(clerk, "ask-ok")).to_be_focused()
    clerk.keyboard.press("Enter")
    expect(seen(clerk, "window-state")).to_have_attribute("value", "CLOSED")
    expect(seen(clerk, "open")).to_have_count(0)

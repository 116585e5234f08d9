"""What staff think over while the hall goes on: questions about one ticket, cards that stay true, words being written."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_visit import sign_in
from tests.support.browser import Eyes, seen
from tests.support.journey import page_address
from tests.support.server import HALL, Served

pytestmark = [pytest.mark.browser]


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

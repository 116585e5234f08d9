"""What a guide does to tickets, and what the guide and the visitor are told of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.test_booking_staff import answer_printed, signed_in
from tests.support.browser import Eyes, seen, violations
from tests.support.journey import RunningClock, add_people, journey_plan, page_address
from tests.support.server import HALL, Served, serving

pytestmark = [pytest.mark.browser]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Served]:
    add_people(tmp_path)
    with serving(tmp_path, plans={HALL: journey_plan()}, clock=RunningClock()) as served:
        yield served


def find(guide: Page, number: str) -> None:
    """Search for a number and wait for its card."""
    seen(guide, "guide-number").fill(number)
    seen(guide, "guide-find").click()
    expect(card(guide, number)).to_be_visible()


def card(guide: Page, number: str) -> Locator:
    """Return the card of a number."""
    return guide.locator(f"[data-testid='guide-ticket'][aria-label='{number}']")


def test_a_split_tells_its_new_number_large_and_prints_its_slip(hall: Served, eyes: Eyes):
    """The dialog says the number, the slip is reported, and the new ticket's card stays on the page."""
    ticket = hall.take("id-card", items=[{"code": "id-card"}, {"code": "residence"}])
    guide = signed_in(hall, eyes, "guide", page_address("clerk"))
    find(guide, ticket["number"])

    seen(guide, "guide-split").click()
    seen(guide, "dialog-split").get_by_role("checkbox").last.check()
    seen(guide, "ask-ok").click()

    expect(seen(guide, "dialog-split-made")).to_be_visible()
    number = seen(guide, "ask-number").inner_text()
    assert number not in ("", ticket["number"])
    assert violations(guide) == []
    guide.keyboard.press("Enter")
    answer_printed(guide)
    expect(card(guide, number)).to_be_visible()
    expect(card(guide, ticket["number"])).to_be_visible()
    child = hall.client("guide").get(f"/api/halls/{HALL}/tickets?number={number}").json()["tickets"][0]
    assert (child["parent"], child["slip"]) == (ticket["id"], "printed")

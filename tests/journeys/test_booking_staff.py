"""Booked visits as staff see them: found and checked in, made at the desk, closed with a preview, excused after no-shows."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from hall.ids import MINUTE_MS, Ms
from tests.support.booked_days import live_until
from tests.support.booked_journey import (
    PERSON,
    TOMORROW,
    TurnedClock,
    at,
    book,
    booked_plan,
)
from tests.support.browser import Eyes, seen, violations
from tests.support.journey import add_people, page_address, until
from tests.support.plans import DATE
from tests.support.server import HALL, Served, serving, token_of

PASSED_S: Final = 20
SCREEN: Final = {"width": 1440, "height": 900}

pytestmark = [pytest.mark.browser]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Served]:
    add_people(tmp_path)
    with serving(tmp_path, plans={HALL: booked_plan()}, clock=TurnedClock()) as served:
        yield served


def signed_in(hall: Served, eyes: Eyes, who: str, address: str) -> Page:
    """Open a page as somebody who has signed in before, on a desk's screen."""
    context = eyes.context(viewport=SCREEN)
    context.add_cookies([{"name": "ow_session", "value": token_of(who), "url": hall.url}])
    page = context.new_page()
    # The browser's print dialog would wait for a person.
    page.add_init_script("window.print = () => undefined")
    page.goto(hall.url + address)
    return page


def search(page: Page, text: str) -> None:
    """Type into the one field and press Enter."""
    seen(page, "booking-search").fill(text)
    seen(page, "booking-search").press("Enter")


def answer_printed(page: Page) -> None:
    """Say that the slip came out."""
    expect(seen(page, "dialog-printed")).to_be_visible()
    page.keyboard.press("Enter")
    expect(seen(page, "dialog-printed")).to_have_count(0)


def test_the_guide_finds_a_booking_by_phone_and_checks_it_in_by_keys_alone(hall: Served, eyes: Eyes):
    book(hall, at(9, 30))
    guide = signed_in(hall, eyes, "guide", page_address("clerk"))
    expect(seen(guide, "booked-expected")).to_have_text("1")

    search(guide, "138 0013 8000")
    expect(seen(guide, "booking")).to_have_attribute("data-state", "BOOKED")
    expect(seen(guide, "booking-check-in")).to_be_focused()
    assert violations(guide) == []
    guide.keyboard.press("Enter")
    answer_printed(guide)

    expect(seen(guide, "booking")).to_have_attribute("data-state", "CHECKED_IN")
    number = seen(guide, "booking-number").inner_text()
    assert [one.number for one in hall.house.halls.today(HALL).view_state().tickets.values()] == [number]
    expect(seen(guide, "booked-checked_in")).to_have_text("1")


def test_a_clerk_books_on_behalf_of_a_visitor_and_tells_the_code(hall: Served, eyes: Eyes):
    clerk = signed_in(hall, eyes, "c01", page_address("clerk"))
    seen(clerk, "window-W01").click()
    expect(seen(clerk, "key-next")).to_be_visible()
    clerk.keyboard.press("b")
    expect(seen(clerk, "booking-search")).to_be_focused()
    seen(clerk, "booking-new").click()
    seen(clerk, "booking-item-search").fill("身份证")
    clerk.keyboard.press("Enter")
    clerk.keyboard.press("Enter")
    seen(clerk, f"day-{TOMORROW}").click()
    assert violations(clerk) == []
    clerk.locator(f"[data-testid=slot][data-start='{at(10, day=1)}']").click()
    seen(clerk, "booking-person").fill("11010519491231002")
    seen(clerk, "booking-confirm").click()
    expect(seen(clerk, "booking-person")).to_have_attribute("aria-invalid", "true")
    assert violations(clerk) == []
    seen(clerk, "booking-person").fill(PERSON)
    clerk.keyboard.press("Enter")

    code = seen(clerk, "booking-code").inner_text().replace(" ", "")
    seen(clerk, "booking-leave").click()
    search(clerk, code)
    expect(seen(clerk, "booking")).to_have_attribute("data-state", "BOOKED")
    found = hall.client("guide").get(f"/api/halls/{HALL}/appointments", params={"code": code}).json()["appointments"]
    assert [(one["date"], one["slot_ms"], one["channel"]) for one in found] == [(TOMORROW, at(10, day=1), "desk")]


def test_leaving_the_sheet_gives_the_held_place_back(hall: Served, eyes: Eyes):
    guide = signed_in(hall, eyes, "guide", page_address("clerk"))
    seen(guide, "booking-new").click()
    seen(guide, "booking-item-search").fill("身份证")
    guide.keyboard.press("Enter")
    guide.keyboard.press("Enter")
    seen(guide, f"day-{TOMORROW}").click()
    guide.locator(f"[data-testid=slot][data-start='{at(10, day=1)}']").click()
    expect(seen(guide, "booking-person")).to_be_focused()

    guide.keyboard.press("Escape")

    expect(seen(guide, "booking-sheet")).to_have_count(0)
    counts = booked_counts(hall, TOMORROW)
    assert (counts["held"], counts["cancelled"]) == (0, 1)


def booked_counts(hall: Served, date: str) -> dict[str, int]:
    """Return the numbers of a day's bookings as the manager reads them."""
    asked = f"/api/halls/{HALL}/bookings/calendar"
    counts: dict[str, int] = (
        hall.client("boss").get(asked, params={"from": date, "to": date}).json()["days"][0]["counts"]
    )
    return counts


def test_a_window_shows_that_its_visitor_is_booked_and_that_an_early_one_waits(hall: Served, eyes: Eyes):
    booked = book(hall, at(9, 30))
    assert hall.call("check-in", {"code": booked["code"]}).status_code == 200
    number = next(iter(hall.house.halls.today(HALL).view_state().tickets.values())).number
    guide = signed_in(hall, eyes, "guide", page_address("clerk"))
    seen(guide, "guide-number").fill(number)
    seen(guide, "guide-find").click()
    expect(seen(guide, "ticket-not-before")).to_contain_text("09:30")

    turn(hall, hours=0.5)
    clerk = signed_in(hall, eyes, "c01", page_address("clerk", window="W01"))
    expect(seen(clerk, "open")).to_be_visible()
    seen(clerk, "open").click()
    expect(seen(clerk, "key-next")).to_be_enabled()
    clerk.keyboard.press("n")

    expect(seen(clerk, "current-number")).to_have_text(number)
    expect(seen(clerk, "ticket-booking")).to_contain_text("09:30")


def test_a_manager_closes_an_afternoon_with_a_preview_and_the_visitor_sees_the_new_slot(hall: Served, eyes: Eyes):
    booked = book(hall, at(14, day=1))
    manager = signed_in(hall, eyes, "boss", page_address("manager") + "#bookings")
    manager.locator(f"[data-testid=calendar-day][data-date='{TOMORROW}']").click()
    expect(seen(manager, "calendar-detail")).to_be_visible()
    assert violations(manager) == []
    seen(manager, "slots-close").click()
    seen(manager, "change-from_time").fill("13:00")
    seen(manager, "change-to_time").fill("18:00")
    seen(manager, "then-move").check()
    seen(manager, "change-preview").click()
    expect(seen(manager, "affected-row")).to_have_count(1)
    assert violations(manager) == []
    before = visible(hall, booked)
    assert before["slot_ms"] == at(14, day=1)

    seen(manager, "change-reason").fill("设备检修")
    manager.keyboard.press("Enter")
    expect(seen(manager, "dialog-close")).to_have_count(0)

    after = visible(hall, booked)
    assert after["state"] == "BOOKED"
    assert not at(13, day=1) <= after["slot_ms"] < at(18, day=1)
    closed = manager.locator(f"[data-testid=heat][data-start='{at(14, day=1)}']")
    expect(closed).to_have_class("closed")


def visible(hall: Served, booked: dict[str, Any]) -> dict[str, Any]:
    """Return a booking as its holder sees it."""
    answer = hall.client().get(f"/api/halls/{HALL}/appointments/{booked['id']}", params={"secret": booked["secret"]})
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()["appointment"]
    return shown


def test_two_no_shows_close_booking_until_a_manager_grants_the_appeal(hall: Served, eyes: Eyes):
    book(hall, at(9, 30))
    book(hall, at(10), item="residence")
    turn(hall, hours=2)
    until(lambda: booked_counts(hall, DATE)["no_show"] == 2, "two no-shows")
    guide = signed_in(hall, eyes, "guide", page_address("clerk"))
    to_person(guide)
    seen(guide, "booking-person").fill(PERSON)
    guide.keyboard.press("Enter")
    expect(seen(guide, "booking-fault")).to_contain_text("爽约")
    expect(seen(guide, "booking-fault")).to_contain_text("2026-12-23")

    manager = signed_in(hall, eyes, "boss", page_address("manager") + "#bookings/no-shows")
    expect(seen(manager, "no-show")).to_have_count(2)
    assert violations(manager) == []
    seen(manager, "appeal").first.click()
    seen(manager, "ask-reason").fill("医院证明")
    manager.keyboard.press("Enter")
    expect(seen(manager, "appeal")).to_have_count(1)

    seen(guide, "booking-confirm").click()
    expect(seen(guide, "booking-code")).to_be_visible()


def to_person(page: Page) -> None:
    """Hold a place of tomorrow at the desk, up to where the visitor is asked for."""
    seen(page, "booking-new").click()
    seen(page, "booking-item-search").fill("身份证")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    seen(page, f"day-{TOMORROW}").click()
    page.locator(f"[data-testid=slot][data-start='{at(10, day=1)}']").click()
    expect(seen(page, "booking-person")).to_be_focused()


def turn(hall: Served, *, hours: float) -> None:
    """Let these hours pass; the number that is taken then makes the pages look at the hall."""
    clock = hall.clock
    assert isinstance(clock, TurnedClock)

    def to(at_ms: Ms) -> None:
        clock.ahead_ms += max(0, at_ms - clock.now_ms())

    passes = live_until(hall.house.halls, clock.now_ms() + round(hours * 60 * MINUTE_MS), to)
    asyncio.run_coroutine_threadsafe(passes, hall.loop).result(PASSED_S)
    hall.take("invoice")

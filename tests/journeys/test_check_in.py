"""Booked visitors at the kiosk: in time by any of their codes, and told in plain words where a code cannot be used here and now."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect

from hall.catalog import Text
from hall.opening import Span
from tests.support.booked_journey import PERSON, TurnedClock, at, book, booked_plan
from tests.support.browser import Eyes, scan, seen, violations
from tests.support.journey import add_devices, add_people, page_address
from tests.support.plans import DATE, small_plan
from tests.support.server import HALL, OTHER_HALL, Served, serving, token_of

OFFICE: Final = (Span(9 * 60, 17 * 60),)
ELSEWHERE: Final = Text("福田大厅", "Futian Hall")

TYPING_MS: Final = 80
"""As a person types."""

pytestmark = [pytest.mark.browser]


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def hall(tmp_path: Path, clock: TurnedClock) -> Iterator[Served]:
    add_people(tmp_path)
    add_devices(tmp_path)
    there = msgspec.structs.replace(small_plan(OTHER_HALL), name=ELSEWHERE)
    with serving(tmp_path, plans={HALL: booked_plan(spans=OFFICE), OTHER_HALL: there}, clock=clock) as served:
        yield served


@pytest.fixture
def kiosk(hall: Served, eyes: Eyes) -> Page:
    """The kiosk, for somebody who reads English."""
    kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk")), "kiosk")
    seen(kiosk, "language").click()
    return kiosk


def refused(kiosk: Page, code: str) -> Locator:
    """Type a code; return what the kiosk says to it."""
    seen(kiosk, "check-in").click()
    seen(kiosk, "arrival").fill(code)
    seen(kiosk, "check-in-go").click()
    return seen(kiosk, "problem")


def test_a_time_of_today_is_told_alone_and_another_day_by_its_name(hall: Served, kiosk: Page) -> None:
    """Nobody at a kiosk reads 2026-11-23 14:30."""
    later, tomorrow = book(hall, at(15, 30)), book(hall, at(9, 30, day=1), person="P-2")

    too_early = refused(kiosk, later["code"])
    expect(too_early).to_contain_text("come from 14:30 on")
    expect(too_early).not_to_contain_text(DATE)
    expect(seen(kiosk, "check-in-go")).to_be_visible()
    seen(kiosk, "home").click()

    other_day = refused(kiosk, tomorrow["code"])
    expect(other_day).to_contain_text("Your booking is for Tue 24 Nov")
    expect(other_day).to_contain_text("您预约的日期是 11月24日 周二")
    expect(other_day).to_contain_text("Please come on that day")
    expect(other_day).to_contain_text("请在预约当天前来")
    assert violations(kiosk) == []


def test_who_takes_a_number_instead_keeps_their_language(hall: Served, kiosk: Page) -> None:
    booked = book(hall, at(11, 30))
    hall.call(f"appointments/{booked['id']}/cancel", {"secret": booked["secret"]})

    expect(refused(kiosk, booked["code"])).to_contain_text("A moved booking has a new code")
    expect(seen(kiosk, "check-in-go")).to_have_count(0)
    seen(kiosk, "take-instead").click()

    expect(seen(kiosk, "kiosk")).to_have_attribute("data-screen", "home")
    expect(kiosk.locator("html")).to_have_attribute("lang", "en")


def test_a_booking_of_another_hall_or_of_a_past_day_says_so(kiosk: Page) -> None:
    scan(kiosk, f"OW1:{OTHER_HALL}:{DATE}:ABCD2345")
    elsewhere = seen(kiosk, "problem")
    expect(elsewhere).to_have_attribute("data-code", "WRONG_HALL")
    expect(elsewhere).to_contain_text(f"Your booking is for {ELSEWHERE.en}")
    expect(elsewhere).to_contain_text("Please go to that hall")

    scan(kiosk, f"OW1:{HALL}:2026-11-20:ABCD2345")
    expect(elsewhere).to_contain_text("Fri 20 Nov")
    expect(elsewhere).to_contain_text("That day is over")


def test_the_code_of_the_bookings_page_checks_in_and_who_is_early_sees_the_slot_only(
    hall: Served, kiosk: Page, clock: TurnedClock
) -> None:
    """People photograph the kiosk's last screen; before the slot nobody is ahead and no wait can be told."""
    booked = book(hall, at(10, 0), person=PERSON)
    clock.ahead_ms = at(9, 50) - at(9)

    scan(kiosk, f"{hall.url}/a/{HALL}/{booked['id']}#{booked['secret']}")

    expect(seen(kiosk, "arrived")).to_contain_text("you are called from 10:00 on")
    expect(seen(kiosk, "number")).to_be_visible()
    expect(seen(kiosk, "ahead")).to_have_count(0)
    expect(seen(kiosk, "windows")).to_have_count(0)


def test_who_checked_in_and_missed_the_call_comes_back_from_the_same_code(
    hall: Served, kiosk: Page, clock: TurnedClock
) -> None:
    """ "Already checked in" alone would leave them waiting for a call that is past."""
    booked = book(hall, at(10, 0))
    clock.ahead_ms = at(10, 1) - at(9)
    number = hall.call("check-in", {"code": booked["code"]}).json()["ticket"]["number"]
    hall.call("windows/W01/open", who="c01")
    hall.call("windows/W01/call-next", who="c01")
    for _ in range(2):
        clock.ahead_ms += at(0, 1) - at(0)
        hall.call("windows/W01/recall", who="c01")
    clock.ahead_ms += at(0, 1) - at(0)
    missed = hall.call("windows/W01/miss", who="c01")
    assert missed.status_code == 200, missed.text

    expect(refused(kiosk, booked["code"])).to_contain_text(number)
    seen(kiosk, "rejoin-instead").click()
    expect(seen(kiosk, "rejoin-number")).to_have_value(number)
    seen(kiosk, "rejoin-go").click()

    expect(seen(kiosk, "kiosk")).to_have_attribute("data-screen", "rejoined")


def test_a_code_can_be_typed_on_a_keyboard_at_once(hall: Served, kiosk: Page, clock: TurnedClock) -> None:
    """The page put the focus on its heading, so that the first key went nowhere."""
    booked = book(hall, at(10, 0))
    clock.ahead_ms = at(9, 50) - at(9)
    seen(kiosk, "check-in").press("Enter")
    expect(seen(kiosk, "arrival")).to_be_focused()

    kiosk.keyboard.type(booked["code"], delay=TYPING_MS)
    kiosk.keyboard.press("Enter")

    expect(seen(kiosk, "number")).to_be_visible()


@pytest.mark.parametrize("size", ["kiosk", "board"])
def test_in_large_text_every_key_and_button_of_arriving_and_booking_is_on_the_glass(
    hall: Served, eyes: Eyes, size: str
) -> None:
    """The keys for 0 and X, or the button that confirms, stood below the edge: who needs large text would not look there."""
    tomorrow = book(hall, at(9, 30, day=1))
    kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk")), size)
    seen(kiosk, "large").click()
    expect(refused(kiosk, tomorrow["code"])).to_be_visible()
    assert_whole(kiosk)

    seen(kiosk, "home").click()
    seen(kiosk, "plan").click()
    seen(kiosk, "item").first.click()
    seen(kiosk, "plan").click()
    kiosk.locator("[data-testid=slot]:not([disabled])").first.click()
    expect(seen(kiosk, "book-confirm")).to_be_visible()
    assert_whole(kiosk)


def assert_whole(kiosk: Page) -> None:
    """Everything of the screen stands in its room, without scrolling."""
    room = kiosk.locator("main").first
    assert room.evaluate("(main) => main.scrollHeight - main.clientHeight") <= 2

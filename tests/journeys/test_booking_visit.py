"""Booked visits as citizens see them: booked on the phone, reminded, moved, checked in at the kiosk, called, rated; and queued for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from hall.opening import Span
from tests.support.booked_journey import HALF_HOUR_MS, PERSON, PHONE, TOMORROW, TurnedClock, at, book, booked_plan
from tests.support.browser import Eyes, seen, violations
from tests.support.gateway import FakeGateway, gateway_running
from tests.support.journey import add_devices, add_people, page_address, until
from tests.support.messages import SECRET
from tests.support.server import HALL, Served, serving, token_of

LOOK_MS: Final = 30_000
"""The outbox looks at the clock every few seconds; a busy machine takes longer."""

OFFICE: Final = (Span(9 * 60, 17 * 60),)

pytestmark = [pytest.mark.browser]


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    with gateway_running() as running:
        yield running


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def hall(tmp_path: Path, gateway: FakeGateway, clock: TurnedClock) -> Iterator[Served]:
    add_people(tmp_path)
    add_devices(tmp_path)
    hook = f'quiet = ""\n[channels.hook]\nkind = "webhook"\nurl = "{gateway.url}/hook"\nsecret = "{SECRET}"\n'
    (tmp_path / "messages.toml").write_text(hook, encoding="utf-8")
    with serving(tmp_path, plans={HALL: booked_plan(spans=OFFICE)}, clock=clock) as served:
        yield served


def choose_slot(phone: Page, date: str, time: str) -> None:
    phone.locator(f"[data-testid='day'][data-date='{date}']").click()
    phone.locator(f"[data-testid='slot'][data-time='{time}']").click()


def choose_item(phone: Page, hall: Served) -> None:
    phone.goto(hall.url + page_address("phone", book="1"))
    phone.locator("[data-testid='item'][data-code='id-card'] .pick").click()
    seen(phone, "next").click()


def fill_in(phone: Page) -> None:
    seen(phone, "field-person").fill(PERSON)
    seen(phone, "field-phone").fill(PHONE)
    seen(phone, "confirm").click()


def state_of(hall: Served, date: str, appointment: str) -> str:
    day = hall.house.halls.live_day(HALL, date)
    assert day is not None
    return day.view_state().bookings.appointments[appointment].state


def test_a_booked_visit_from_the_phone_to_the_rating(
    hall: Served, eyes: Eyes, gateway: FakeGateway, clock: TurnedClock
) -> None:
    """Book → reminder in the gateway → move → check in at the kiosk → called in time → rate."""
    phone = eyes.open(hall.url + page_address("phone", book="1"), "phone")
    choose_item(phone, hall)
    choose_slot(phone, TOMORROW, "09:30")
    expect(seen(phone, "hold")).to_be_visible()
    assert violations(phone) == []
    fill_in(phone)
    expect(seen(phone, "appointment")).to_have_attribute("data-state", "BOOKED")
    code = seen(phone, "code").get_attribute("data-code") or ""
    assert len(code) == 8
    assert violations(phone) == []

    clock.ahead_ms = at(18, 1) - at(9)
    until(lambda: gateway.of_kind("reminder_day"), "the reminder of the day before", seconds=LOOK_MS / 1000)
    seen(phone, "move").click()
    choose_slot(phone, TOMORROW, "10:00")
    seen(phone, "move-confirm").click()
    expect(seen(phone, "when")).to_contain_text("10:00")
    until(lambda: gateway.of_kind("moved"), "the message of the move", seconds=LOOK_MS / 1000)

    number = _checked_in_at_the_kiosk(hall, eyes, clock, code)

    _served(hall, clock, number)
    phone.reload()
    seen(phone, "to-ticket").click()
    rating = phone.locator("[data-testid=rating][data-entry='0']")
    rating.locator("[data-level=very_satisfied]").check()
    rating.locator("[data-testid=rate-send]").click()
    until(lambda: _rated(hall, number), "the visit is rated")


def _checked_in_at_the_kiosk(hall: Served, eyes: Eyes, clock: TurnedClock, code: str) -> str:
    """Come four minutes early on the next day; return the number."""
    clock.ahead_ms = at(9, 56, day=1) - at(9)
    until(lambda: hall.house.halls.today(HALL).date == TOMORROW, "tomorrow has come", seconds=LOOK_MS / 1000)
    kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk")), "kiosk")
    seen(kiosk, "check-in").click()
    seen(kiosk, "arrival").fill(code)
    assert violations(kiosk) == []
    seen(kiosk, "check-in-go").click()
    expect(seen(kiosk, "arrived")).to_have_attribute("data-punctuality", "early")
    assert violations(kiosk) == []
    return seen(kiosk, "number").inner_text()


def _served(hall: Served, clock: TurnedClock, number: str) -> None:
    """Open a window at the slot: the early visitor is called by themselves, and not before."""
    assert not _called(hall, number)
    clock.ahead_ms = at(10, 0, day=1) - at(9)
    hall.call("windows/W01/open", {}, who="c01")
    called = hall.call("windows/W01/call-next", {}, who="c01").json()
    until(lambda: called["ticket"] or _called(hall, number), "the booked visitor is called", seconds=LOOK_MS / 1000)
    assert hall.call("windows/W01/start", {}, who="c01").status_code == 200
    finished = hall.call("windows/W01/finish", {"result": "done"}, who="c01")
    assert finished.status_code == 200, finished.text


def test_a_full_day_is_queued_for_and_the_freed_place_is_offered_to_one(
    hall: Served, eyes: Eyes, clock: TurnedClock
) -> None:
    """Full day → waitlist → somebody cancels → exclusive offer → booked."""
    slots = [at(9, day=1) + number * HALF_HOUR_MS for number in range(16)]
    booked = [book(hall, slot, person=f"P{slot}-{place}") for slot in slots for place in range(4)]
    phone = eyes.open(hall.url + page_address("phone", book="1"), "phone")
    choose_item(phone, hall)
    phone.locator(f"[data-testid='day'][data-date='{TOMORROW}']").click()
    seen(phone, "wait-day").click()
    fill_in(phone)
    expect(seen(phone, "appointment")).to_have_attribute("data-state", "WAITLISTED")
    assert violations(phone) == []

    name, secret = booked[5]["id"], booked[5]["secret"]
    assert hall.call(f"appointments/{name}/cancel", {"secret": secret}).status_code == 200
    clock.ahead_ms = 11 * 60_000
    expect(seen(phone, "appointment")).to_have_attribute("data-state", "OFFERED", timeout=LOOK_MS)
    assert violations(phone) == []
    seen(phone, "accept").click()
    expect(seen(phone, "appointment")).to_have_attribute("data-state", "BOOKED")


def test_a_hold_that_runs_out_is_said_and_taken_anew(hall: Served, eyes: Eyes, clock: TurnedClock) -> None:
    phone = eyes.open(hall.url + page_address("phone", book="1"), "phone")
    choose_item(phone, hall)
    choose_slot(phone, TOMORROW, "09:30")
    expect(seen(phone, "hold")).to_be_visible()
    held = next(iter(hall.house.halls.live_day(HALL, TOMORROW).view_state().bookings.appointments))

    clock.ahead_ms = 6 * 60_000
    until(lambda: state_of(hall, TOMORROW, held) == "EXPIRED", "the hold runs out", seconds=LOOK_MS / 1000)
    fill_in(phone)

    expect(seen(phone, "refusal").or_(seen(phone, "appointment")).first).to_be_visible()


def test_the_kiosk_says_why_a_code_is_not_taken_and_books_another_day(hall: Served, eyes: Eyes) -> None:
    """Tomorrow's booking is refused with its day; then somebody books another day at the kiosk itself."""
    tomorrow = book(hall, at(9, 30, day=1))
    kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk")), "kiosk")
    seen(kiosk, "check-in").click()
    seen(kiosk, "arrival").fill(tomorrow["code"])
    seen(kiosk, "check-in-go").click()
    expect(seen(kiosk, "problem")).to_be_visible()
    assert violations(kiosk) == []

    seen(kiosk, "home").click()
    seen(kiosk, "plan").click()
    kiosk.locator("[data-testid='item'][data-code='id-card']").first.click()
    seen(kiosk, "plan").click()
    choose_slot(kiosk, TOMORROW, "10:30")
    seen(kiosk, "field-person").fill("110105199003070017")
    assert violations(kiosk) == []
    seen(kiosk, "book-confirm").click()
    expect(seen(kiosk, "code")).to_be_visible()
    assert violations(kiosk) == []
    assert state_of(hall, TOMORROW, tomorrow["id"]) == "BOOKED"


def _called(hall: Served, number: str) -> bool:
    return any(one.number == number and one.state in ("CALLED", "SERVING") for one in _tickets(hall))


def _rated(hall: Served, number: str) -> bool:
    return any(one.number == number and any(entry.rating for entry in one.entries) for one in _tickets(hall))


def _tickets(hall: Served) -> list:
    return list(hall.house.halls.today(HALL).view_state().tickets.values())

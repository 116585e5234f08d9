"""One open ticket per person and item: the phone must say who asks, the kiosk and the guide may, and all know them again."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_booking_staff import signed_in
from tests.journeys.test_screens import running
from tests.support.browser import Eyes, seen, violations
from tests.support.journey import page_address
from tests.support.server import Served, token_of

PERSON = "13800138000"

pytestmark = [pytest.mark.browser]


def test_a_person_with_a_number_gets_no_second_one_for_the_same_item_wherever_they_ask(tmp_path: Path, eyes: Eyes):
    with running(tmp_path, windows=1) as hall:
        phone = eyes.open(hall.url + page_address("phone"), "phone")
        number = taken_on_the_phone(phone)

        kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk")), "kiosk")
        kiosk.locator("[data-testid=item][data-code=id-card]").click()
        seen(kiosk, "to-who").click()
        for key in PERSON:
            kiosk.locator(f"ow-kiosk-digits [data-key='{key}']").click()
        assert violations(kiosk) == []
        seen(kiosk, "who-done").click()
        expect(seen(kiosk, "to-who")).to_contain_text("尾号 00")
        seen(kiosk, "take").click()
        expect(seen(kiosk, "problem")).to_contain_text(f"您已有该事项的号 {number}")

        refused_at_the_desk(hall, eyes, number)


def taken_on_the_phone(phone: Page) -> str:
    """Take a number from afar, once the phone number is there and right; return the number."""
    phone.locator("[data-testid=item][data-code=id-card] .pick").click()
    for wrong, said in (("", "请填写手机号"), ("12", "手机号")):
        seen(phone, "field-phone").fill(wrong)
        seen(phone, "take-number").click()
        expect(phone.locator("#phone-fault")).to_contain_text(said)
    assert violations(phone) == []
    seen(phone, "field-phone").fill(f"+86 {PERSON}")
    seen(phone, "take-number").click()
    expect(seen(phone, "ticket")).to_have_attribute("data-state", "WAITING")
    return seen(phone, "number").inner_text()


def refused_at_the_desk(hall: Served, eyes: Eyes, number: str) -> None:
    """Ask a guide for another one."""
    guide = signed_in(hall, eyes, "guide", page_address("clerk"))
    seen(guide, "guide-new").click()
    seen(guide, "dialog-new").get_by_role("checkbox", name="身份证").check()
    seen(guide, "ask-person").fill(PERSON)
    seen(guide, "ask-ok").click()
    expect(seen(guide, "toast").last).to_contain_text(f"您已有该事项的号 {number}")

"""Who comes when all numbers are taken hears from when there are more, and where else to go: at the kiosk and on the phone."""

from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Page, expect

from hall.policy import Quota
from tests.support.booked_journey import PHONE, TurnedClock, booked_plan
from tests.support.browser import Eyes, seen
from tests.support.journey import add_people, page_address
from tests.support.server import HALL, serving, token_of

AGAIN = "12:30 起再放号"
"""Half-day; this hall has no lunch break, so its next opening is tomorrow."""
WAITS = "**/waits*"
"""What the kiosk asks every few seconds: kept from it, so that it hears of the last number by its own attempt."""
ITEM = "[data-testid=item][data-code=id-card]"

pytestmark = [pytest.mark.browser]


def choose_last(page: Page, pick: str) -> None:
    """Choose the item while its last number is there."""
    page.locator(ITEM + pick).click()


def test_a_full_quota_says_when_numbers_come_again_and_offers_another_day(tmp_path: Path, eyes: Eyes):
    plan = booked_plan()
    policy = msgspec.structs.replace(plan.policy, quotas=(Quota(item="id-card", morning=1),))
    add_people(tmp_path)
    with serving(tmp_path, plans={HALL: msgspec.structs.replace(plan, policy=policy)}, clock=TurnedClock()) as hall:
        kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk")), "kiosk")
        phone = eyes.open(hall.url + page_address("phone"), "phone")
        choose_last(kiosk, "")
        choose_last(phone, " .pick")
        kiosk.route(WAITS, lambda route: route.abort())
        hall.take("id-card")

        seen(phone, "field-phone").fill(PHONE)
        seen(phone, "take-number").click()
        expect(seen(phone, "refusal")).to_contain_text(AGAIN)
        expect(seen(phone, "again")).to_have_text(AGAIN)
        assert "book=1&items=id-card" in (seen(phone, "book-instead").get_attribute("href") or "")
        seen(kiosk, "take").click()
        expect(seen(kiosk, "again")).to_contain_text(AGAIN)
        kiosk.unroute(WAITS)
        expect(seen(kiosk, "next-open")).to_have_count(0)
        expect(seen(kiosk, "plan")).to_be_visible()
        expect(seen(kiosk, "chosen")).to_contain_text(AGAIN)
        expect(seen(kiosk, "take")).to_be_disabled()

        phone.reload()
        expect(phone.locator(ITEM)).to_contain_text(AGAIN)
        seen(kiosk, "home").click()
        expect(kiosk.locator(ITEM)).to_contain_text(AGAIN, timeout=20_000)

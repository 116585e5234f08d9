"""Who missed the call and has a paper slip comes back at the kiosk: by the number, or by the slip's QR code."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_screens import running
from tests.support.browser import Eyes, scan, seen, violations
from tests.support.journey import COOLDOWN_MS, page_address
from tests.support.server import Served, token_of

pytestmark = [pytest.mark.browser]


def missed(hall: Served, kiosk: Page) -> dict[str, Any]:
    """Take a number, have it called until it may be missed, and miss it."""
    ticket = hall.take()
    for step in ("call-next", "recall", "miss"):
        answer = hall.call(f"windows/W01/{step}", who="c01")
        assert answer.status_code == 200, answer.text
        kiosk.wait_for_timeout(2 * COOLDOWN_MS)
    return ticket


def test_a_missed_number_rejoins_by_its_digits_or_by_its_slip_and_a_waiting_one_is_told_so(tmp_path: Path, eyes: Eyes):
    with running(tmp_path, windows=1) as hall:
        kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk")), "kiosk")
        seen(kiosk, "rejoin").click()
        expect(seen(kiosk, "rejoin-go")).to_be_disabled()
        assert violations(kiosk) == []

        typed, scanned = missed(hall, kiosk), missed(hall, kiosk)
        for key in typed["number"].lower():
            kiosk.locator(f"ow-kiosk-keyboard [data-key='{key}']").click()
        expect(seen(kiosk, "rejoin-number")).to_have_value(typed["number"])
        seen(kiosk, "rejoin-go").click()
        expect(seen(kiosk, "rejoined")).to_have_text(typed["number"])
        expect(seen(kiosk, "ahead")).to_contain_text("0")
        assert violations(kiosk) == []
        seen(kiosk, "done").click()

        scan(kiosk, f"{hall.url}{scanned['page']}")
        expect(seen(kiosk, "rejoined")).to_have_text(scanned["number"])
        seen(kiosk, "done").click()

        scan(kiosk, f"{hall.url}{scanned['page']}")
        expect(seen(kiosk, "problem")).to_contain_text(f"号票 {scanned['number']} 现在是")

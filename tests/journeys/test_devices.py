"""A device's life: enrolled, used, revoked; what its page says without a token, with a wrong one, and with that of another device."""

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Eyes, seen, violations
from tests.support.journey import page_address
from tests.support.server import Served

PLACES: Final[dict[str, dict[str, str]]] = {"kiosk": {}, "board": {}, "strip": {"window": "W01"}}
TOLD_MS: Final = 20_000
"""A page asks why after two connections that were not greeted."""
SHUT: Final = {
    "": ("缺少登记令牌", "lacks the device's token"),
    "not-a-token": ("没有登记过这台设备", "This device is not enrolled"),
}
REVOKED: Final = ("本设备已停用", "This device was revoked")
ELSEWHERE: Final = ("本设备登记的是别处", "This device is enrolled for another place or use")
LIT: Final = """() => {
  const canvas = document.querySelector("ow-strip").shadowRoot.querySelector("canvas");
  return canvas.toDataURL();
}"""
"""What stands on a strip's panel."""

pytestmark = [pytest.mark.browser]


def enrol(hall: Served, kind: str, **place: str) -> tuple[str, str]:
    """Enrol a device as the manager does; return its name and token."""
    answer = hall.client("boss").post("/api/halls/longgang/devices", json={"name": kind, "kind": kind, **place})
    assert answer.status_code == 201, answer.text
    return answer.json()["device"], answer.json()["token"]


def open_device(hall: Served, eyes: Eyes, kind: str, token: str) -> Page:
    device = {"device": token} if token else {}
    return eyes.open(hall.url + page_address(kind, **PLACES[kind], **device), kind)


def told_why(page: Page, words: tuple[str, str]) -> None:
    """The page says why in both languages, and nobody is told to sign in."""
    banner = seen(page, "refused")
    expect(banner).to_have_count(1, timeout=TOLD_MS)
    for one in words:
        expect(banner).to_contain_text(one)


@pytest.mark.parametrize("kind", PLACES)
def test_a_device_without_a_good_token_says_what_is_wrong_and_offers_nothing(hall: Served, eyes: Eyes, kind: str):
    """A strip that is not enrolled must not say "connecting" for ever, a kiosk must not let people choose first."""
    pages = {token: open_device(hall, eyes, kind, token) for token in SHUT}
    for token, page in pages.items():
        told_why(page, SHUT[token])
        assert violations(page) == []
    if kind == "kiosk":
        expect(seen(pages[""], "shut")).to_be_visible()
        expect(seen(pages[""], "item")).to_have_count(0)
    if kind == "strip":
        expect(seen(pages[""], "words")).to_contain_text("Screen lacks its token")
        assert pages[""].evaluate(LIT) != pages["not-a-token"].evaluate(LIT)


def test_a_kiosk_with_the_token_of_a_board_says_so_instead_of_asking_visitors_to_sign_in(hall: Served, eyes: Eyes):
    _, token = enrol(hall, "board")
    kiosk = open_device(hall, eyes, "kiosk", token)
    seen(kiosk, "item").first.click()
    seen(kiosk, "take").click()
    for words in ELSEWHERE:
        expect(seen(kiosk, "problem")).to_contain_text(words)


@pytest.mark.parametrize("kind", PLACES)
def test_a_device_that_is_revoked_says_so_and_shows_no_old_call(hall: Served, eyes: Eyes, kind: str):
    """The number of before would stand there for ever, and send people to a window that calls others by now."""
    hall.take()
    hall.call("windows/W01/open", who="c01")
    number = hall.call("windows/W01/call-next", who="c01").json()["ticket"]["number"]
    device, token = enrol(hall, kind, **PLACES[kind])
    page = open_device(hall, eyes, kind, token)
    if kind == "kiosk":
        expect(seen(page, "item").first).to_be_visible()
    elif kind == "strip":
        expect(seen(page, "words")).to_contain_text(number)
    else:
        expect(seen(page, "recent").first).to_contain_text(number)

    answer = hall.client("boss").post(f"/api/halls/longgang/devices/{device}/revoke", json={})
    assert answer.status_code == 200, answer.text

    told_why(page, REVOKED)
    if kind == "kiosk":
        expect(seen(page, "shut")).to_be_visible()
    elif kind == "strip":
        expect(seen(page, "words")).to_contain_text("本屏已停用")
    else:
        expect(seen(page, "recent")).to_have_count(0)
        expect(seen(page, "highlight")).to_have_count(0)

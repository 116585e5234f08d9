"""What guides, managers and clerks do to tickets beside calling them, and what everybody is told of it."""

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from hall.ids import DAY_MS
from tests.journeys.test_booking_staff import answer_printed, signed_in
from tests.journeys.test_visit import press
from tests.support.booked_journey import TOMORROW, TurnedClock
from tests.support.browser import Eyes, seen, violations
from tests.support.journey import RunningClock, page_address, until
from tests.support.plans import DATE
from tests.support.server import HALL, OTHER_HALL, Served, serving

OWN_MS: Final = 3_500
"""What changes sooner after a key press counts as that key's doing."""

pytestmark = [pytest.mark.browser]


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


def test_a_clerk_is_told_when_somebody_else_takes_the_call_back(tmp_path: Path, eyes: Eyes):
    """The ticket vanishes from the window: without a word the clerk would wait for nobody, or think that it was lost."""
    with serving(tmp_path, clock=RunningClock()) as served:
        ticket = served.take()
        clerk = signed_in(served, eyes, "clerk01", page_address("clerk", window="W01"))
        seen(clerk, "open").click()
        press(clerk, "n", "next")
        expect(seen(clerk, "current-number")).to_have_text(ticket["number"])
        clerk.wait_for_timeout(OWN_MS)

        served.call(f"tickets/{ticket['id']}/withdraw-call", {"reason": "clerk_gone"}, who="guide")

        expect(seen(clerk, "current-number")).to_have_count(0)
        expect(seen(clerk, "note")).to_contain_text(ticket["number"])


def test_a_visit_that_goes_on_in_another_hall_keeps_its_visitor_told(tmp_path: Path, eyes: Eyes):
    """The clerk reads the number there, large; the phone page of the old ticket shows it and leads to the new one."""
    with serving(tmp_path, clock=RunningClock()) as served:
        ticket = served.take(**{"class": "elder"})
        phone = eyes.open(f"{served.url}/t/{HALL}/{ticket['id']}#{ticket['secret']}", "phone")
        clerk = signed_in(served, eyes, "clerk01", page_address("clerk", window="W01"))
        seen(clerk, "open").click()
        press(clerk, "n", "next")
        press(clerk, "t", "transfer")
        seen(clerk, "ask-where-hall").check()
        seen(clerk, "dialog-transfer").locator(".hit").first.click()
        seen(clerk, "ask-reason-citizen_asks").check()
        seen(clerk, "ask-ok").click()

        expect(seen(clerk, "dialog-linked")).to_be_visible()
        number = seen(clerk, "ask-number").inner_text()
        assert violations(clerk) == []
        expect(seen(phone, "onward-number")).to_have_text(number)
        assert violations(phone) == []
        seen(phone, "onward-page").click()
        expect(seen(phone, "ticket")).to_have_attribute("data-state", "WAITING")
        expect(seen(phone, "number")).to_have_text(number)
        assert f"/t/{OTHER_HALL}/" in phone.url


def test_who_is_at_the_wrong_window_is_sent_to_another_item_in_one_step(hall: Served, eyes: Eyes):
    """The dialog lists the ticket's own item first, says that another is added, and the ticket waits for it."""
    number, clerk, dialog = about_to_transfer(hall, eyes)
    expect(dialog.locator(".hit").first).to_contain_text("身份证")
    expect(dialog.locator(".words")).to_have_count(0)

    dialog.locator(".hit", has_text="发票").click()
    expect(dialog.locator(".words")).to_be_visible()
    seen(clerk, "ask-reason-needs_other_item").check()
    seen(clerk, "ask-ok").click()

    expect(seen(clerk, "current-number")).to_have_count(0)
    shown = hall.client("guide").get(f"/api/halls/{HALL}/tickets?number={number}").json()["tickets"][0]
    assert (shown["state"], shown["to"], [item["code"] for item in shown["items"]]) == (
        "WAITING",
        "invoice",
        ["id-card", "invoice"],
    )


def test_a_clerk_lets_another_item_take_the_place_of_the_wrong_one(hall: Served, eyes: Eyes):
    """Off unless ticked; the wrong item is referred by the same step."""
    number, clerk, dialog = about_to_transfer(hall, eyes)
    expect(dialog.locator("label.check")).to_have_count(0)

    dialog.locator(".hit", has_text="发票").click()
    tick = dialog.locator("label.check", has_text="身份证").locator("input")
    expect(tick).not_to_be_checked()
    tick.check()
    seen(clerk, "ask-reason-needs_other_item").check()
    seen(clerk, "ask-ok").click()

    expect(seen(clerk, "current-number")).to_have_count(0)
    shown = hall.client("guide").get(f"/api/halls/{HALL}/tickets?number={number}").json()["tickets"][0]
    assert [(item["code"], item["state"]) for item in shown["items"]] == [("id-card", "REFERRED"), ("invoice", "OPEN")]


def about_to_transfer(hall: Served, eyes: Eyes) -> tuple[str, Page, Locator]:
    """Call somebody and open the dialog of transfers; return the number, the clerk's page and the dialog."""
    ticket = hall.take("id-card")
    clerk = signed_in(hall, eyes, "c01", page_address("clerk", window="W01"))
    seen(clerk, "open").click()
    press(clerk, "n", "next")
    press(clerk, "t", "transfer")
    return str(ticket["number"]), clerk, seen(clerk, "dialog-transfer")


def finished(hall: Served, clerk: str = "c01") -> str:
    """Serve somebody to the end; return the number."""
    ticket = hall.take("id-card")
    for step in ("open", "call-next", "start", "finish"):
        assert hall.call(f"windows/W01/{step}", who=clerk).status_code == 200
    return str(ticket["number"])


def test_a_manager_corrects_the_result_and_the_end_of_a_visit_that_is_over(hall: Served, eyes: Eyes):
    number = finished(hall)
    manager = signed_in(hall, eyes, "boss", page_address("clerk"))
    seen(manager, "to-guide").click()
    find(manager, number)

    seen(manager, "guide-correct").click()
    seen(manager, "ask-entry-0").check()
    seen(manager, "ask-result-supplement_due").check()
    seen(manager, "ask-due_date").fill("2026-12-01")
    seen(manager, "ask-reason-error_made_good").check()
    assert violations(manager) == []
    seen(manager, "ask-ok").click()
    expect(card(manager, number)).to_contain_text("容缺")
    seen(manager, "guide-correct").click()
    seen(manager, "ask-what-state").check()
    seen(manager, "ask-state-ABANDONED").check()
    seen(manager, "ask-reason-citizen_asks").check()
    seen(manager, "ask-ok").click()
    expect(card(manager, number)).to_contain_text("弃号")

    shown = hall.client("guide").get(f"/api/halls/{HALL}/tickets?number={number}").json()["tickets"][0]
    item = shown["items"][0]
    assert (shown["state"], shown["reason"]) == ("ABANDONED", "citizen_asks")
    assert (item["state"], item["due_date"]) == ("SUPPLEMENT_DUE", "2026-12-01")


def _is_open_on(served: Served, date: str) -> bool:
    today = served.house.halls.today(HALL)
    return today.date == date and today.view_state().is_open


def test_a_manager_corrects_a_visit_of_the_day_before(tmp_path: Path, eyes: Eyes):
    """The card says of which day it is; the same number of today is another ticket, and stays as it is."""
    clock = TurnedClock()
    with serving(tmp_path, clock=clock) as served:
        number = finished(served, clerk="clerk01")
        clock.ahead_ms = DAY_MS
        until(lambda: _is_open_on(served, TOMORROW), "tomorrow has opened", seconds=30)
        assert served.take("id-card")["number"] == number
        manager = signed_in(served, eyes, "manager", page_address("clerk"))
        seen(manager, "to-guide").click()
        find(manager, number)
        expect(card(manager, number)).to_contain_text("等候中")

        seen(manager, "guide-day").fill(DATE)
        find(manager, number)
        expect(card(manager, number)).to_contain_text("11月23日")
        assert violations(manager) == []
        seen(manager, "guide-correct").click()
        seen(manager, "ask-what-state").check()
        seen(manager, "ask-state-ABANDONED").check()
        seen(manager, "ask-reason-citizen_asks").check()
        seen(manager, "ask-ok").click()
        expect(card(manager, number)).to_contain_text("弃号")
        seen(manager, "guide-number").fill("Z999")
        seen(manager, "guide-find").click()
        expect(manager.get_by_text("11月23日 周一 没有号码 Z999")).to_be_visible()

        kept = {
            day: served.client("manager").get(f"/api/halls/{HALL}/tickets?number={number}&date={day}").json()
            for day in (DATE, TOMORROW)
        }
    assert [kept[day]["tickets"][0]["state"] for day in (DATE, TOMORROW)] == ["ABANDONED", "WAITING"]


def test_a_guide_who_may_not_correct_is_not_offered_it(hall: Served, eyes: Eyes):
    number = finished(hall)
    guide = signed_in(hall, eyes, "guide", page_address("clerk"))
    find(guide, number)

    expect(seen(guide, "guide-correct")).to_have_count(0)
    expect(seen(guide, "guide-day")).to_have_count(0)


def test_a_pause_by_mistake_is_undone_by_its_key_and_a_result_offers_none(hall: Served, eyes: Eyes):
    hall.take("id-card")
    clerk = signed_in(hall, eyes, "c01", page_address("clerk", window="W01"))
    seen(clerk, "open").click()
    press(clerk, "p", "pause")
    seen(clerk, "ask-reason-rest").check()
    seen(clerk, "ask-ok").click()
    expect(seen(clerk, "rest-paused")).to_be_visible()

    expect(seen(clerk, "key-undo")).to_contain_text("暂停")
    press(clerk, "u", "undo")
    expect(seen(clerk, "rest-idle")).to_be_visible()
    press(clerk, "n", "next")
    press(clerk, "s", "start")
    expect(seen(clerk, "key-undo")).to_be_enabled()
    seen(clerk, "result-0-done").click()
    expect(seen(clerk, "key-undo")).to_be_disabled()

"""kill -9 in the middle of a day: what was acknowledged is there, and the pages that were open go on by themselves."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_visit import press, sign_in, take_at_kiosk
from tests.support.browser import Eyes, holds, seen
from tests.support.journey import page_address, until
from tests.support.served_process import ServedProcess, process_serving
from tests.support.server import HALL, token_of

TAKERS: Final = 2
BEFORE: Final = 30
"""Answers of the crowd before the kill, and as many after it."""
TRY_S: Final = 0.1
TRIES: Final = 400
BACK_MS: Final = 20_000
"""Tries of a page come 5 s apart at most, and a kiosk asks for its hall every 20 s."""

# Two starts of a process beside five open pages.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


class Crowd:
    """People who take numbers and a clerk at window 2 who serves them, with retries: what they were answered."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.taken: dict[str, dict[str, Any]] = {}
        self.called: dict[str, str] = {}
        self.stopping = threading.Event()

    @property
    def answers(self) -> int:
        return len(self.taken) + len(self.called)

    def take(self, who: int) -> None:
        """Take numbers until stopped."""
        with self._client("kiosk") as client:
            n = 0
            while not self.stopping.wait(TRY_S):
                n += 1
                answer = self._post(client, "tickets", f"crowd-{who}-{n:05d}", {"items": [{"code": "residence"}]})
                if answer is not None:
                    self.taken[answer["ticket"]["id"]] = answer["ticket"]

    def serve(self) -> None:
        """Call, start and finish until stopped; each call is remembered with its window's answer."""
        with self._client("c02") as client:
            self._post(client, "windows/W02/open", "crowd-open-02")
            n = 0
            while not self.stopping.wait(TRY_S):
                n += 1
                answer = self._post(client, "windows/W02/call-next", f"crowd-next-{n:05d}")
                if answer is not None and answer["ticket"]:
                    self.called[answer["ticket"]["id"]] = answer["ticket"]["number"]
                self._post(client, "windows/W02/start", f"crowd-start-{n:05d}")
                self._post(client, "windows/W02/finish", f"crowd-done-{n:05d}", {"result": "done"})

    def _client(self, who: str) -> httpx.Client:
        headers = {"authorization": f"Bearer {token_of(who)}"}
        return httpx.Client(base_url=f"{self.url}/api/halls/{HALL}/", headers=headers, timeout=10)

    def _post(
        self, client: httpx.Client, path: str, command: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any] | None:
        """Send until there is an answer: the same id, so that it is done once. None for a refusal."""
        for _ in range(TRIES):
            try:
                answer = client.post(path, json={"command_id": command, **(body or {})})
            except httpx.TransportError:
                self.stopping.wait(TRY_S)
                continue
            if answer.status_code in {502, 503, 504}:
                self.stopping.wait(TRY_S)
                continue
            found: dict[str, Any] = answer.json()
            return found if answer.is_success else None
        raise AssertionError(f"{command} had no answer")


def open_pages(server: ServedProcess, eyes: Eyes) -> dict[str, Page]:
    """Open one page of each kind, with a mark that a reload would wipe away."""
    kiosk = eyes.open(server.url + page_address("kiosk", device=token_of("kiosk")), "kiosk")
    number, address = take_at_kiosk(kiosk, "id-card")
    seen(kiosk, "done").click()
    clerk = eyes.open(server.url + page_address("clerk"), "desk")
    sign_in(clerk, "c01")
    seen(clerk, "window-W01").click()
    press(clerk, "n", "next")
    manager = eyes.open(server.url + page_address("manager"), "desk")
    sign_in(manager, "boss")
    board = eyes.open(server.url + page_address("board", device=token_of("board"), voice="silent"), "board")
    pages = {"kiosk": kiosk, "phone": eyes.open(address, "phone"), "clerk": clerk, "board": board, "manager": manager}
    expect(seen(pages["phone"], "number")).to_have_text(number)
    expect(seen(clerk, "current-number")).to_have_text(number)
    expect(seen(manager, "total-taken")).to_be_visible()
    for page in pages.values():
        page.evaluate("() => { window.marked = true; }")
    return pages


def test_after_kill_9_nothing_acknowledged_is_missing_and_open_pages_go_on_without_a_reload(tmp_path: Path, eyes: Eyes):
    """S2 and L2, seen from outside: answers of before are true after, and nobody has to press F5."""
    with process_serving(tmp_path) as server, ThreadPoolExecutor(TAKERS + 1) as people:
        pages = open_pages(server, eyes)
        crowd = Crowd(server.url)
        work = [people.submit(crowd.take, who) for who in range(TAKERS)] + [people.submit(crowd.serve)]
        try:
            until(lambda: crowd.answers > BEFORE, "answers before the kill", seconds=30)
            acknowledged, called = dict(crowd.taken), dict(crowd.called)
            server.kill()
            expect(pages["board"].locator("[data-testid=stale][data-stale]")).to_have_count(1)
            server.start()
            until(lambda: crowd.answers > len(acknowledged) + len(called) + BEFORE, "answers after it", seconds=30)
        finally:
            crowd.stopping.set()
        for one in work:
            one.result()

        assert_all_there(server, {**acknowledged, **crowd.taken}, {**called, **crowd.called})
        assert_pages_go_on(server, pages)


def assert_all_there(server: ServedProcess, taken: dict[str, dict[str, Any]], called: dict[str, str]) -> None:
    """Every ticket has the number that was told, and every call that was answered stands in the list of calls."""
    headers = {"authorization": f"Bearer {token_of('boss')}"}
    with httpx.Client(base_url=f"{server.url}/api/halls/{HALL}/", headers=headers, timeout=10) as client:
        for ticket, told in taken.items():
            kept = client.get(f"tickets/{ticket}", params={"secret": told["secret"]}).json()["ticket"]
            assert kept["number"] == told["number"]
        calls = {one["ticket"]: one["window"] for one in client.get("calls", params={"limit": 200}).json()["calls"]}
    assert {ticket: calls.get(ticket) for ticket in called} == dict.fromkeys(called, "W02")
    numbers = [one["number"] for one in taken.values()]
    assert len(set(numbers)) == len(numbers)


def assert_pages_go_on(server: ServedProcess, pages: dict[str, Page]) -> None:
    """Each page shows the truth again and takes part in the day, without a reload."""
    for page in pages.values():
        expect(page.locator("[data-testid=stale][data-stale]")).to_have_count(0, timeout=BACK_MS)
    seq = httpx.get(f"{server.url}/api/halls/{HALL}/state", timeout=10).json()["seq"]
    holds(pages["board"], lambda: int(seen(pages["board"], "board").get_attribute("data-seq") or 0) >= seq, "the seq")

    number, _ = take_at_kiosk(pages["kiosk"], "id-card")
    press(pages["clerk"], "s", "start")
    expect(seen(pages["phone"], "ticket")).to_have_attribute("data-state", "SERVING")
    press(pages["clerk"], "f", "finish")
    expect(seen(pages["phone"], "ticket")).to_have_attribute("data-state", "DONE")
    total = seen(pages["manager"], "total-taken").locator("dd")
    holds(pages["manager"], lambda: int(total.inner_text()) >= int(number[1:]), "the total")
    assert all(page.evaluate("() => window.marked === true") for page in pages.values())

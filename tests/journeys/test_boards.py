"""What stands large on a board is where people go: after a transfer the window of the newest call, never the one before."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_screens import board_at, call_somebody, large, running
from tests.support.browser import Eyes, announced, holds
from tests.support.journey import page_address
from tests.support.server import HALL, token_of

TOLD_MS = 2_500
"""A setting reaches open screens at their beat, once a second."""

BESIDE = """() => {
  const box = (call, part) => call.querySelector(part).getBoundingClientRect();
  return [...document.querySelector("ow-board").shadowRoot.querySelectorAll(".call .number")].map((number) => {
    const call = number.closest(".call"), here = call.getBoundingClientRect();
    const inside = box(call, ".number").left >= here.left && box(call, ".window").right <= here.right;
    const apart = box(call, ".number").right <= box(call, ".window").left || box(call, ".number").bottom <= box(call, ".window").top;
    return inside && apart;
  });
}"""
"""For each call that stands large: do number and window stand whole, and beside or above one another?"""

COLUMNS = """() => {
  const table = document.querySelector("ow-board").shadowRoot.querySelector("table");
  const edges = (cell) => { const range = document.createRange(); range.selectNodeContents(cell); return range.getBoundingClientRect(); };
  const [heads, cells] = ["th", "tbody tr:first-child td"].map((cells) => [...table.querySelectorAll(cells)].map(edges));
  return heads.map((head, n) => Math.min(Math.abs(head.left - cells[n].left), Math.abs(head.right - cells[n].right)));
}"""
"""How far each column's head stands from the edge of what is below it, on the side where they stand closer."""

pytestmark = [pytest.mark.browser]


def test_a_transferred_number_stands_beside_its_new_window_and_leaves_when_that_call_is_withdrawn(
    tmp_path: Path, eyes: Eyes
):
    with running(tmp_path, windows=3) as hall:
        board = board_at(eyes, hall.url)
        number = call_somebody(hall, 1)
        holds(board, lambda: large(board) == {number: "1"}, "the first call stands large")
        assert hall.call("windows/W01/start", who="c01").status_code == 200
        sent = hall.call("windows/W01/transfer", {"to_window": "W02", "reason": "other"}, who="c01")
        assert sent.status_code == 200, sent.text

        called = hall.call("windows/W02/call-next", who="c02").json()["ticket"]
        assert called["number"] == number
        holds(board, lambda: large(board) == {number: "2"}, "the new window stands beside it")
        # Whatever happens next makes the board read all calls again.
        other = call_somebody(hall, 3)
        holds(board, lambda: large(board) == {number: "2", other: "3"}, "it stays beside the new window")

        taken_back = hall.call(f"tickets/{called['id']}/withdraw-call", {"reason": "clerk_gone"}, who="boss")
        assert taken_back.status_code == 200, taken_back.text
        holds(board, lambda: large(board) == {other: "3"}, "nobody is sent back to the window of before")


def test_an_open_board_falls_silent_and_speaks_again_as_its_hall_is_set(tmp_path: Path, eyes: Eyes):
    """Without a reload; a board whose address asks for silence stays silent, and one that asks for speech speaks."""
    with running(tmp_path, windows=3) as hall:
        address = hall.url + page_address("board", device=token_of("board"))
        boards = [eyes.open(address + more, "board") for more in ("", "&voice=silent", "&voice=zh")]
        for board in boards:
            expect(board.locator("[data-link=live]")).to_have_count(1)

        for window, voice in enumerate(("browser", "silent", "browser"), start=1):
            hall.loop.call_soon_threadsafe(hall.house.hub.learn_voices, {HALL: voice})
            boards[0].wait_for_timeout(TOLD_MS)
            number = call_somebody(hall, window)
            said = [said_of(board, number) == "silent" for board in boards]
            assert said == [voice == "silent", True, False], voice


def test_each_head_of_the_recent_calls_stands_over_its_column(tmp_path: Path, eyes: Eyes):
    with running(tmp_path, windows=1) as hall:
        board = board_at(eyes, hall.url)
        call_somebody(hall, 1)
        holds(board, lambda: board.locator("[data-testid=recent]").count() == 1, "the call is recent")

        assert [round(apart) for apart in board.evaluate(COLUMNS)] == [0, 0, 0]


def said_of(board: Page, number: str) -> str:
    """Return how a board announced a number, once it has."""
    holds(board, lambda: any(one["number"] == number for one in announced(board)), f"{number} rings")
    return next(str(one["how"]) for one in announced(board) if one["number"] == number)


@pytest.mark.parametrize("calls", [4, 6, 12])
def test_numbers_of_five_digits_stand_whole_on_wide_and_tall_boards(tmp_path: Path, eyes: Eyes, calls: int):
    with running(tmp_path, windows=calls, digits=5) as hall:
        board = board_at(eyes, hall.url)
        for window in range(1, calls + 1):
            call_somebody(hall, window)
        for width, height in ((1920, 1080), (1080, 1920)):
            board.set_viewport_size({"width": width, "height": height})
            holds(board, lambda: board.evaluate(BESIDE) == [True] * calls, f"{calls} calls stand whole at {width} px")


def test_a_board_whose_address_names_an_area_shows_that_area_only(tmp_path: Path, eyes: Eyes):
    """An area in the address that is quietly left out would show people the calls of all areas."""
    with running(tmp_path, windows=3) as hall:
        here, there = call_somebody(hall, 1), call_somebody(hall, 3)

        boards = [
            eyes.open(hall.url + page_address(page, area="a1", device=token_of("board")), "board")
            for page in ("board", "area")
        ]
        unknown = eyes.open(hall.url + page_address("board", area="a9", device=token_of("board")), "board")

        for board in boards:
            holds(board, lambda board=board: large(board) == {here: "1"}, f"{here} stands there, {there} does not")
            expect(board.locator("h1")).to_contain_text("一区")
        expect(unknown.locator("[data-testid=refused]")).to_contain_text("There is no such area")

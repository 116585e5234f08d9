"""What stands large on a board is where people go: after a transfer the window of the newest call, never the one before."""

from pathlib import Path

import pytest

from tests.journeys.test_screens import board_at, call_somebody, large, running
from tests.support.browser import Eyes, holds

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

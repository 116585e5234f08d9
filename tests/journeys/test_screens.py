"""Boards that lose their link, and boards when all windows call at once: what is on the glass, and what rings."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Eyes, announced, holds, seen
from tests.support.journey import RunningClock, add_people, journey_plan, page_address, until
from tests.support.proxy import Fault, proxied
from tests.support.server import HALL, Served, serving, token_of

STALE_MS = 5_000
"""Law L8: a screen notices a dead link in 5 s and says so."""
AGAIN_MS = 15_000
"""Tries come 5 s apart at most, with jitter; then a frame."""
BEYOND_MS = 2_000
"""So much older than the ring limit is the youngest of the old calls."""
MANY = 16
NODES = """() => {
  const count = (node) => {
    let found = 1 + (node.shadowRoot ? count(node.shadowRoot) : 0);
    for (const child of node.childNodes) found += count(child);
    return found;
  };
  return count(document);
}"""
"""Counts what a page is made of, what one does not see included."""

pytestmark = [pytest.mark.browser]


@contextmanager
def running(folder: Path, *, windows: int, ring_limit_ms: int = 60_000, digits: int = 3) -> Iterator[Served]:
    """A hall whose windows are all open, each with its own clerk."""
    add_people(folder, clerks=windows)
    plan = journey_plan(windows=windows, ring_limit_ms=ring_limit_ms, digits=digits)
    with serving(folder, plans={HALL: plan}, clock=RunningClock()) as served:
        for n in range(1, windows + 1):
            assert served.call(f"windows/W{n:02}/open", who=f"c{n:02}").status_code == 200
        yield served


def call_somebody(hall: Served, window: int) -> str:
    """Take a number and call it to a window that is free; return the number."""
    hall.take()
    answer = hall.call(f"windows/W{window:02}/call-next", who=f"c{window:02}").json()
    number: str = answer["ticket"]["number"]
    return number


def serve_somebody(hall: Served, window: int) -> None:
    """Start and finish whoever is at the window."""
    for operation in ("start", "finish"):
        body = {"result": "done"} if operation == "finish" else {}
        assert hall.call(f"windows/W{window:02}/{operation}", body, who=f"c{window:02}").status_code == 200


def glass(board: Page) -> dict[str, Any]:
    """Return what stands on a board: the recent calls, the windows, the counts."""

    def texts(name: str) -> list[str]:
        return [" ".join(one.split()) for one in seen(board, name).all_inner_texts()]

    return {name: texts(name) for name in ("recent", "window", "waiting-total", "waiting-theme")}


def rung(board: Page) -> list[str]:
    """Return the numbers that a board has rung."""
    return [one["number"] for one in announced(board)]


def board_at(eyes: Eyes, root: str) -> Page:
    """Open a board that rings without sound."""
    page = eyes.open(root + page_address("board", device=token_of("board"), voice="silent"), "board")
    expect(page.locator("[data-link=live]")).to_have_count(1)
    return page


@pytest.mark.parametrize(
    ("fault", "cut_s", "windows"),
    [
        ("reset", 12, 16),
        ("silence", 12, 4),
        pytest.param("silence", 60, 16, marks=[pytest.mark.slow, pytest.mark.timeout(180)]),
    ],
)
def test_a_board_that_lost_its_link_ends_as_if_it_never_had(
    tmp_path: Path, eyes: Eyes, fault: Fault, cut_s: int, windows: int
):
    """It says so within 5 s; then equal glass, no old ring, and the young call that it missed rings once.

    With many windows the missed deltas are shorter than a snapshot: the board gets them as they were made, each with the
    time of then, at which its call was young. With few windows it may get either.
    """
    with running(tmp_path, windows=windows, ring_limit_ms=cut_s * 1000) as hall:
        port = urlsplit(hall.url).port
        assert port
        with proxied(port) as proxy:
            kept, lost = board_at(eyes, hall.url), board_at(eyes, proxy.url)
            before = call_somebody(hall, 1)
            for board in (kept, lost):
                holds(board, lambda page=board: rung(page) == [before], "the first call rings")

            proxy.cut(fault)
            old = [call_somebody(hall, 2)]
            expect(lost.locator("[data-testid=stale][data-stale]")).to_have_count(1, timeout=STALE_MS)
            serve_somebody(hall, 1)
            old.append(call_somebody(hall, 1))
            lost.wait_for_timeout(cut_s * 1000 + BEYOND_MS)
            young = call_somebody(hall, 3)
            holds(kept, lambda: rung(kept) == [before, *old, young], "the board with a link rings all")
            assert rung(lost) == [before]
            proxy.heal()

            expect(lost.locator("[data-testid=stale][data-stale]")).to_have_count(0, timeout=AGAIN_MS)
            holds(
                lost, lambda: rung(lost) == [before, young], "only the young call rings", shown=lambda: announced(lost)
            )
            after = call_somebody(hall, 4)
            holds(lost, lambda: rung(lost) == [before, young, after], "it rings on")
            holds(lost, lambda: glass(lost) == glass(kept), "both boards show the same")
            assert len(glass(kept)["recent"]) == 5


def test_sixteen_calls_of_one_instant_are_all_seen_on_every_board(tmp_path: Path, eyes: Eyes):
    """Nobody's call is lost in the crowd: each number stands large beside its window, and rings once, on both boards."""
    with running(tmp_path, windows=MANY) as hall:
        boards = [board_at(eyes, hall.url) for _ in range(2)]
        for _ in range(MANY):
            hall.take()
        calls: dict[str, str] = {}
        for n in range(1, MANY + 1):
            hall.client(f"c{n:02}")
        start = threading.Barrier(MANY)

        def call_next(n: int) -> None:
            start.wait()
            answer = hall.call(f"windows/W{n:02}/call-next", who=f"c{n:02}").json()
            calls[answer["ticket"]["number"]] = str(n)

        callers = [threading.Thread(target=call_next, args=(n,)) for n in range(1, MANY + 1)]
        for caller in callers:
            caller.start()
        until(lambda: len(calls) == MANY, "sixteen answers", seconds=20)
        for caller in callers:
            caller.join()

        for board in boards:
            holds(board, lambda page=board: large(page) == calls, "every call stands large beside its window")
            holds(board, lambda page=board: sorted(rung(page)) == sorted(calls), "every call rings once")


def test_a_board_has_as_many_nodes_after_a_day_as_after_an_hour(tmp_path: Path, eyes: Eyes):
    """A board runs for weeks: nothing of a call is left in its page when the call is gone from it."""
    with running(tmp_path, windows=3) as hall:
        board = board_at(eyes, hall.url)
        counts = []
        for calls in (20, 10):
            for call in range(calls):
                last = call_somebody(hall, call % 3 + 1)
                serve_somebody(hall, call % 3 + 1)
            holds(board, lambda last=last: rung(board)[-1:] == [last], "the last call has rung")
            holds(board, lambda: "0" in glass(board)["waiting-total"][0], "nobody waits")
            counts.append(board.evaluate(NODES))

    assert counts[0] == counts[1]


def large(board: Page) -> dict[str, str]:
    """Return the calls on the stage: number → window."""
    found = seen(board, "highlight").evaluate_all("(all) => all.map((one) => [one.dataset.number, one.dataset.window])")
    return dict(found)

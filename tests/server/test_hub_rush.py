"""Rushes: many windows call at one instant, and a screen that takes nothing. Counts, no times."""

import asyncio
from collections import Counter

import msgspec
import pytest

from hall.commands import AnyCommand, CallNext, OpenWindow
from hall.feed import View
from hall.feed_staff import render
from hall.link import NOTHING, ClientLink, Ring
from hall.patch import compact
from hall.policy import plan_hash
from hall.state import HallDay
from hall.step import step
from server.hub import Hub
from tests.server.test_hub import MemoryPipe
from tests.support.journey import journey_plan
from tests.support.live import HALL, HandClock, open_day, take
from tests.support.plans import NINE_MS

WINDOWS = 16
BOARDS = 5
BOARD = View("board")


class RushedDay:
    """A hall with sixteen staffed windows and a line before them; every step counts as durable."""

    stream = "longgang/2026-11-23"

    def __init__(self) -> None:
        self._state = HallDay()
        plan = journey_plan(windows=WINDOWS)
        self._state.learn(plan)
        self.do(msgspec.structs.replace(open_day(), plan=plan_hash(plan)))
        for number in range(1, WINDOWS + 1):
            self.do(OpenWindow(command_id=f"o{number}", at_ms=0, actor=f"clerk:c{number}", window=f"W{number:02}"))
        for number in range(3 * WINDOWS):
            self.do(take(number))

    def view_state(self) -> HallDay:
        return self._state

    def do(self, command: AnyCommand) -> None:
        step(self._state, msgspec.structs.replace(command, at_ms=NINE_MS))

    def all_call(self) -> None:
        """Every window calls, within one tick."""
        for number in range(1, WINDOWS + 1):
            self.do(CallNext(command_id=f"c{number}", at_ms=0, actor=f"clerk:c{number}", window=f"W{number:02}"))


@pytest.fixture
def day() -> RushedDay:
    return RushedDay()


@pytest.fixture
def hub(day: RushedDay) -> Hub:
    return Hub(lambda _: day, HandClock(), version="test")


async def test_sixteen_calls_at_one_instant_are_all_seen_and_rung_on_every_board(hub: Hub, day: RushedDay):
    """A board that knows the latest call only loses fifteen of them."""
    boards = [MemoryPipe() for _ in range(BOARDS)]
    for board in boards:
        hub.join(board, HALL, BOARD, since=NOTHING)

    day.all_call()
    hub.moved(HALL)
    await _until(lambda: all("delta" in board.kinds() for board in boards))

    for board in boards:
        link, rings = _watched_by_a_client(board)
        assert Counter(ring.call["window"] for ring in rings) == Counter(list(day.view_state().desks))
        assert link.state == compact(render(day.view_state(), BOARD) or {})


async def test_calls_one_by_one_in_a_rush_lose_nothing_either(hub: Hub, day: RushedDay):
    """Some come alone and some together; which, is a matter of the clock and of no consequence."""
    board = MemoryPipe()
    hub.join(board, HALL, BOARD, since=NOTHING)

    for number in range(1, WINDOWS + 1):
        day.do(CallNext(command_id=f"c{number}", at_ms=0, actor=f"clerk:c{number}", window=f"W{number:02}"))
        hub.moved(HALL)
        await asyncio.sleep(0.003)
    await _until(lambda: _watched_by_a_client(board)[0].seq == day.view_state().seq)

    assert [ring.ring for ring in _watched_by_a_client(board)[1]] == list(range(1, WINDOWS + 1))


async def test_a_screen_that_takes_nothing_costs_the_others_no_frame_and_ends_in_the_true_state(
    hub: Hub, day: RushedDay
):
    """It gets one snapshot when it reads again; the others got every delta meanwhile."""
    stuck, *well = pipes = [MemoryPipe() for _ in range(BOARDS)]
    for pipe in pipes:
        hub.join(pipe, HALL, BOARD, since=NOTHING)
    stuck.is_full = True

    day.all_call()
    hub.moved(HALL)
    await _until(lambda: all("delta" in pipe.kinds() for pipe in well))
    assert (hub.statistics().stuck, stuck.kinds()) == (1, ["hello", "snap"])
    assert len({tuple(pipe.kinds()) for pipe in well}) == 1
    stuck.is_full = False
    stuck.room.set()
    await _until(lambda: hub.statistics().stuck == 0)

    for pipe in pipes:
        assert _watched_by_a_client(pipe)[0].state == compact(render(day.view_state(), BOARD) or {})


def _watched_by_a_client(pipe: MemoryPipe) -> tuple[ClientLink, list[Ring]]:
    """Return a screen's end of the session after all frames, with the rings that it sounded."""
    link = ClientLink()
    link.opened(now_ms=0)
    rings: list[Ring] = []
    for frame in pipe.frames:
        payload = frame[2:] if frame[1] < 126 else frame[4:] if frame[1] == 126 else frame[10:]
        rings += [effect for effect in link.receive(payload, now_ms=0) if isinstance(effect, Ring)]
    return link, rings


async def _until(holds: object) -> None:
    assert callable(holds)
    for _ in range(2_000):
        if holds():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("did not become true in 2 s")

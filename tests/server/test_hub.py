"""The hub with screens in memory: the same bytes for all, nobody waits for a stuck one, calm views stay calm."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
import pytest

from hall.commands import AnyCommand
from hall.feed import View
from hall.link import NOTHING
from hall.state import HallDay
from hall.step import step
from server.hub import BEAT_SLOTS, Hub, tickets_in
from tests.support.live import HALL, HandClock, open_day, take
from tests.support.plans import NINE_MS, small_plan

BOARD, MANAGER = View("board"), View("manager")


class MemoryPipe:
    """Keeps frames; takes none while it is full."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.is_full = False
        self.is_cut = False
        self.room = asyncio.Event()

    def offer(self, frame: bytes) -> bool:
        if not self.is_full:
            self.frames.append(frame)
        return not self.is_full

    async def drained(self) -> None:
        await self.room.wait()

    def cut(self) -> None:
        self.is_cut = True

    def kinds(self) -> list[str]:
        return [_decoded(frame)["t"] for frame in self.frames]


class MemoryDay:
    """A hall-day whose every step counts as durable."""

    stream = "longgang/2026-11-23"

    def __init__(self, *, is_open: bool = True) -> None:
        self._state = HallDay()
        self._state.learn(small_plan())
        if is_open:
            self.do(open_day())

    def view_state(self) -> HallDay:
        return self._state

    def do(self, command: AnyCommand) -> None:
        step(self._state, msgspec.structs.replace(command, at_ms=NINE_MS))


@pytest.fixture
def day() -> MemoryDay:
    return MemoryDay()


@pytest.fixture
def hub(day: MemoryDay) -> Hub:
    return Hub(lambda _: day, HandClock(), version="test")


async def test_all_screens_of_a_view_get_the_same_bytes(hub: Hub, day: MemoryDay):
    """Encoded once: not equal copies, one object."""
    pipes = [MemoryPipe() for _ in range(3)]
    for pipe in pipes:
        hub.join(pipe, HALL, BOARD, since=NOTHING)
    day.do(take(1))
    hub.moved(HALL)
    await _until(lambda: all("delta" in pipe.kinds() for pipe in pipes))

    assert len({id(pipe.frames[-1]) for pipe in pipes}) == 1


async def test_changes_of_one_tick_come_in_one_frame(hub: Hub, day: MemoryDay):
    pipe = MemoryPipe()
    hub.join(pipe, HALL, BOARD, since=NOTHING)
    for number in range(50):
        day.do(take(number))
        hub.moved(HALL)
    await _until(lambda: _last(pipe).get("seq") == day.view_state().seq)

    assert pipe.kinds().count("delta") <= 3


async def test_a_stuck_screen_misses_frames_and_resumes_with_the_whole_state(hub: Hub, day: MemoryDay):
    """The other screen gets its delta at once; the stuck one a snapshot when it takes frames again."""
    stuck, well = MemoryPipe(), MemoryPipe()
    hub.join(stuck, HALL, BOARD, since=NOTHING)
    hub.join(well, HALL, BOARD, since=NOTHING)
    stuck.is_full = True
    day.do(take(1))
    hub.moved(HALL)
    await _until(lambda: "delta" in well.kinds())
    assert hub.statistics().stuck == 1

    stuck.is_full = False
    stuck.room.set()
    await _until(lambda: hub.statistics().stuck == 0)

    assert stuck.kinds() == ["hello", "snap", "snap"]
    assert _last(stuck)["seq"] == day.view_state().seq


async def test_a_screen_that_is_closing_is_not_tried_again_and_again(hub: Hub, day: MemoryDay):
    """It takes nothing and has no backlog either: waiting for room returns at once, and must not become a spin."""
    closing = MemoryPipe()
    hub.join(closing, HALL, BOARD, since=NOTHING)
    closing.is_full = True
    closing.room.set()
    day.do(take(1))
    hub.moved(HALL)
    await _until(lambda: hub.statistics().stuck == 1)
    for _ in range(20):
        await asyncio.sleep(0)

    assert hub.statistics().stalls == 1


async def test_a_screen_that_stays_stuck_is_cut(hub: Hub, day: MemoryDay, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("server.hub.STUCK_S", 0.02)
    pipe = MemoryPipe()
    pipe.is_full = True
    hub.join(pipe, HALL, BOARD, since=NOTHING)
    await _until(lambda: pipe.is_cut)

    assert hub.statistics().cuts == 1


async def test_the_managers_view_follows_calmly(hub: Hub, day: MemoryDay):
    """At most four times a second, however much happens; the board is not held up."""
    board, manager = MemoryPipe(), MemoryPipe()
    hub.join(board, HALL, BOARD, since=NOTHING)
    hub.join(manager, HALL, MANAGER, since=NOTHING)
    day.do(take(1))
    hub.moved(HALL)
    await _until(lambda: "delta" in board.kinds())
    assert "delta" not in manager.kinds()

    await _until(lambda: "delta" in manager.kinds())


async def test_a_ticket_page_is_rendered_at_once_only_if_its_ticket_was_touched(hub: Hub, day: MemoryDay):
    day.do(take(1))
    ticket = next(iter(day.view_state().tickets))
    page = MemoryPipe()
    hub.join(page, HALL, View("ticket", ticket), since=NOTHING)
    hub.moved(HALL)
    await asyncio.sleep(0)
    renders = hub.statistics().renders
    day.do(take(2))
    hub.moved(HALL)

    assert hub.statistics().renders == renders


async def test_beats_of_one_view_are_spread_over_the_second(hub: Hub):
    """Each screen gets its own in its part of the second; the two of one part get the same bytes."""
    pipes = [MemoryPipe() for _ in range(2 * BEAT_SLOTS)]
    for pipe in pipes:
        hub.join(pipe, HALL, BOARD, since=NOTHING)
    async with _beating(hub):
        await _until(lambda: all("beat" in pipe.kinds() for pipe in pipes))

    parts = Counter(id(pipe.frames[pipe.kinds().index("beat")]) for pipe in pipes)
    assert sorted(parts.values()) == [2] * BEAT_SLOTS


async def test_a_screen_that_left_gets_no_beat(hub: Hub):
    gone, there = MemoryPipe(), MemoryPipe()
    screen = hub.join(gone, HALL, BOARD, since=NOTHING)
    assert screen is not None
    hub.join(there, HALL, BOARD, since=NOTHING)
    hub.leave(HALL, screen)
    async with _beating(hub):
        await _until(lambda: there.kinds().count("beat") == 2)

    assert "beat" not in gone.kinds()


async def test_screens_are_greeted_again_when_the_clock_runs_at_another_speed(day: MemoryDay):
    """Once: whoever comes then is greeted with it, too."""
    clock = HandClock()
    hub = Hub(lambda _: day, clock, version="test")
    pipe, other = MemoryPipe(), MemoryPipe()
    hub.join(pipe, HALL, BOARD, since=NOTHING)
    clock.speed = 60.0
    async with _beating(hub):
        await _until(lambda: pipe.kinds().count("beat") == 2)
    hub.join(other, HALL, BOARD, since=NOTHING)

    assert [one["speed"] for one in _hellos(pipe)] == [1, 60]
    assert [one["speed"] for one in _hellos(other)] == [60]


async def test_screens_learn_the_ring_limit_when_the_day_opens():
    """Before, nobody knows the day's plan."""
    day = MemoryDay(is_open=False)
    hub = Hub(lambda _: day, HandClock(), version="test")
    pipe = MemoryPipe()
    hub.join(pipe, HALL, BOARD, since=NOTHING)
    plan = small_plan()
    calling = msgspec.structs.replace(plan.policy.calling, ring_limit_ms=30_000)
    plan = msgspec.structs.replace(plan, policy=msgspec.structs.replace(plan.policy, calling=calling))
    day.do(msgspec.structs.replace(open_day(), plan=day.view_state().learn(plan)))
    async with _beating(hub):
        await _until(lambda: pipe.kinds().count("beat") == 2)

    assert [one["ring_limit_ms"] for one in _hellos(pipe)] == [60_000, 30_000]


async def test_screens_are_greeted_again_when_their_hall_is_silenced(hub: Hub):
    """Within a beat; a hall of which nothing was said speaks, and another hall's setting is not told here."""
    pipe = MemoryPipe()
    hub.join(pipe, HALL, BOARD, since=NOTHING)
    hub.learn_voices({HALL: "silent", "elsewhere": "browser"})
    async with _beating(hub):
        await _until(lambda: len(_hellos(pipe)) == 2)

    assert [one["voice"] for one in _hellos(pipe)] == ["browser", "silent"]


async def test_a_view_that_nobody_watches_is_forgotten(hub: Hub, day: MemoryDay):
    screen = hub.join(MemoryPipe(), HALL, BOARD, since=NOTHING)
    assert screen is not None
    hub.leave(HALL, screen)
    day.do(take(1))
    hub.moved(HALL)

    assert (hub.statistics().views, hub.statistics().renders) == (0, 1)
    assert list(tickets_in([])) == []


@asynccontextmanager
async def _beating(hub: Hub) -> AsyncIterator[None]:
    beat = asyncio.create_task(hub.beat())
    yield
    beat.cancel()
    with suppress(asyncio.CancelledError):
        await beat


def _hellos(pipe: MemoryPipe) -> list[dict[str, Any]]:
    return [frame for frame in map(_decoded, pipe.frames) if frame["t"] == "hello"]


def _decoded(frame: bytes) -> dict[str, Any]:
    payload = frame[2:] if frame[1] < 126 else frame[4:] if frame[1] == 126 else frame[10:]
    decoded: dict[str, Any] = json.loads(payload)
    return decoded


def _last(pipe: MemoryPipe) -> dict[str, Any]:
    return _decoded(pipe.frames[-1])


async def _until(holds: Any) -> None:
    for _ in range(4_000):
        if holds():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("did not become true in 4 s")

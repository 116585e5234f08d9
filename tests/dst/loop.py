"""An event loop on virtual time whose order is drawn from a seed, and the computer around it: its clock and its chance.

Whatever is ready at the same moment runs in an order that the seed shuffles; when nothing is ready, time goes on to the
next timer at once. There are no threads: work for a thread is done on the loop, at a drawn moment.
"""

import asyncio
import itertools
import random
import time
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from contextvars import Context
from heapq import heappop, heappush
from typing import Any, TypeVar

NS_PER_S = 1_000_000_000
THREAD_SECONDS = 0.003
"""The longest that work in a thread takes."""

SPINS_LIMIT = 20_000
"""Rounds of the loop at one moment; a busy one has some hundreds."""

T = TypeVar("T")


class NothingLeft(Exception):
    """Everybody waits and nothing will ever happen."""


class Spinning(Exception):
    """Something is done over and over while no time passes."""


class VirtualLoop(asyncio.BaseEventLoop):
    """The loop of one simulated run."""

    _ready: deque[asyncio.Handle]
    _stopping: bool

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._now = 0.0
        self._spins = 0
        self._chance = random.Random(f"{seed}/loop")
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = itertools.count()
        self.unhandled: list[str] = []
        self.set_exception_handler(self._on_unhandled)

    def time(self) -> float:
        """Return the virtual moment, in seconds from the start."""
        return self._now

    def call_soon(  # type: ignore[override]  # as below
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Let something run at this moment."""
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(  # type: ignore[override]  # the arguments are not matched with the callback here
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Let something run at a later moment."""
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heappush(self._timers, (when, next(self._numbers), timer))
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is passed over when its moment comes."""

    def _run_once(self) -> None:
        """Run what is ready, in an order that the seed shuffles; if nothing is, let time pass to the next timer."""
        timers, ready = self._timers, self._ready
        while timers and timers[0][2].cancelled():
            heappop(timers)
        if not ready and not self._stopping:
            if not timers:
                raise NothingLeft
            self._spins = -1
            self._now = max(self._now, timers[0][0])
        while timers and timers[0][0] <= self._now:
            ready.append(heappop(timers)[2])
        self._spins += 1
        if self._spins > SPINS_LIMIT:
            raise Spinning
        handles = list(ready)
        ready.clear()
        self._chance.shuffle(handles)
        for handle in handles:
            if not handle.cancelled():
                handle._run()

    def run_in_executor(  # type: ignore[override]  # the work's result is not named here
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Do a thread's work on the loop, a moment later."""
        future: asyncio.Future[T] = self.create_future()
        self.call_later(self._chance.uniform(0, THREAD_SECONDS), _do, future, func, args)
        return future

    def _write_to_self(self) -> None:
        """Nobody else has to be woken."""

    def _asyncgen_firstiter_hook(self, agen: Any) -> None:
        """What a crash leaves half read is gone, and is not closed at the whim of the garbage collector."""

    def _asyncgen_finalizer_hook(self, agen: Any) -> None:
        """See above."""

    def _on_unhandled(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self.unhandled.append(f"{context['message']}: {error!r}")


def _do(future: asyncio.Future[T], func: Callable[..., T], args: tuple[Any, ...]) -> None:
    if future.done():
        return
    try:
        future.set_result(func(*args))
    except Exception as error:
        future.set_exception(error)


@contextmanager
def computer(loop: VirtualLoop, seed: int) -> Iterator[None]:
    """Let the whole process live on a loop's time and a seed's chance until the block ends."""
    kept = (time.monotonic, time.monotonic_ns, time.time, time.time_ns, random.SystemRandom)
    chance = random.Random(f"{seed}/system")
    time.monotonic = loop.time
    time.monotonic_ns = lambda: round(loop.time() * NS_PER_S)
    time.time = loop.time
    time.time_ns = lambda: round(loop.time() * NS_PER_S)
    random.SystemRandom = lambda: chance  # type: ignore[misc,assignment]  # stands for the machine's own chance
    try:
        yield
    finally:
        time.monotonic, time.monotonic_ns, time.time, time.time_ns, random.SystemRandom = kept  # type: ignore[misc]


def run(loop: VirtualLoop, main: Coroutine[Any, Any, T]) -> T:
    """Run one coroutine to its end."""
    assert events._get_running_loop() is None, "one simulation at a time"
    try:
        return loop.run_until_complete(main)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()

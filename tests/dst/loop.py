"""An event loop on virtual time whose order is drawn from a seed, and the computer around it: its clock and its chance.

Whatever is ready at the same moment runs in an order that the seed shuffles; when nothing is ready, time goes on to the
next timer at once. There are no threads: work for a thread is done on the loop, at a drawn moment.
"""

import asyncio
import random
import time
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
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

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._now = 0.0
        self._spins = 0
        self._chance = random.Random(f"{seed}/loop")
        self._selector = self
        self.unhandled: list[str] = []
        self.set_exception_handler(self._on_unhandled)

    def time(self) -> float:
        """Return the virtual moment, in seconds from the start."""
        return self._now

    def select(self, timeout: float | None) -> list[Any]:
        """Let time pass to the next timer, and shuffle what is ready."""
        if timeout is None:
            raise NothingLeft
        self._spins = 0 if timeout > 0 else self._spins + 1
        if self._spins > SPINS_LIMIT:
            raise Spinning
        self._now += timeout
        if len(self._ready) > 1:
            ready = list(self._ready)
            self._chance.shuffle(ready)
            self._ready.clear()
            self._ready.extend(ready)
        return []

    def run_in_executor(  # type: ignore[override]  # the work's result is not named here
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Do a thread's work on the loop, a moment later."""
        future: asyncio.Future[T] = self.create_future()
        self.call_later(self._chance.uniform(0, THREAD_SECONDS), _do, future, func, args)
        return future

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no sockets."""

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

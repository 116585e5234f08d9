"""Questions that share their reads: while one is on its way the next ones gather and go as one.

Whoever asks gets an answer that was read after the question, never one that was on its way already.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

Answer = TypeVar("Answer")

KEYS_LIMIT = 2_000
"""Most keys in one question: a node's days in memory, with room; the others go with the next."""


class GroupedReads(Generic[Answer]):
    """Single questions by key, asked together; a key without an answer gets None."""

    def __init__(self, read: Callable[[Sequence[str]], Awaitable[Mapping[str, Answer]]], *, name: str) -> None:
        """Ask through ``read``; ``name`` is that of the task."""
        self._read = read
        self._name = name
        self._waiting: list[tuple[str, asyncio.Future[Answer | None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def of(self, key: str) -> Answer | None:
        """Return the answer for a key; raises what the reading raises."""
        done: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        # Who asked may be gone by the time it fails; the failure is then nobody's.
        done.add_done_callback(lambda future: future.cancelled() or future.exception())
        self._waiting.append((key, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._serve(), name=self._name)
        return await done

    async def _serve(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:KEYS_LIMIT], self._waiting[KEYS_LIMIT:]
            try:
                found = await self._read(sorted({key for key, _ in group}))
            except Exception as error:
                for _, done in group:
                    if not done.done():
                        done.set_exception(error)
                continue
            for key, done in group:
                if not done.done():
                    done.set_result(found.get(key))

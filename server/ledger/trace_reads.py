"""Reading traces for many at once: while one question is on its way the next ones gather and go as one.

In a release minute each booking asks for its booker's traces; one statement for all of them instead of one each.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from server.ledger.port import Trace, Traced

KEYS_LIMIT = 1_000
"""Most keys in one question; the others go with the next, so that the first do not wait for ever."""

Read = Callable[[Sequence[str]], Awaitable[Traced]]
"""Reads versions and traces of these keys of one moment."""


class TraceReads:
    """Questions for traces that share their reads."""

    def __init__(self, read: Read) -> None:
        """Ask through ``read``."""
        self._read = read
        self._waiting: list[tuple[tuple[str, ...], asyncio.Future[Traced]]] = []
        self._task: asyncio.Task[None] | None = None

    async def of(self, keys: Sequence[str]) -> Traced:
        """Return versions and traces of keys; raises what the reading raises."""
        wanted = tuple(sorted(set(keys)))
        if not wanted:
            return {}, ()
        done: asyncio.Future[Traced] = asyncio.get_running_loop().create_future()
        # Who asked may be gone by the time it fails; the failure is then nobody's.
        done.add_done_callback(lambda future: future.cancelled() or future.exception())
        self._waiting.append((wanted, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._serve(), name="reads of traces")
        return await done

    async def _serve(self) -> None:
        while self._waiting:
            group = self._take()
            try:
                found = await self._read(sorted({key for keys, _ in group for key in keys}))
            except Exception as error:
                for _, done in group:
                    if not done.done():
                        done.set_exception(error)
                continue
            _share(found, group)

    def _take(self) -> list[tuple[tuple[str, ...], asyncio.Future[Traced]]]:
        count, number = 0, 0
        while number < len(self._waiting) and count < KEYS_LIMIT:
            count += len(self._waiting[number][0])
            number += 1
        group, self._waiting = self._waiting[:number], self._waiting[number:]
        return group


def _share(found: Traced, group: Sequence[tuple[tuple[str, ...], asyncio.Future[Traced]]]) -> None:
    versions, traces = found
    of_key: dict[str, list[Trace]] = {}
    for trace in traces:
        of_key.setdefault(trace.key, []).append(trace)
    for keys, done in group:
        if not done.done():
            done.set_result(
                ({key: versions[key] for key in keys}, tuple([t for key in keys for t in of_key.get(key, ())]))
            )

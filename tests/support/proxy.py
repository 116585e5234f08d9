"""A TCP proxy between a page and the server, to cut their connection as a network does: with a reset, or in silence."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

CHUNK_BYTES: Final = 65_536
START_SECONDS: Final = 10

Fault = Literal["none", "reset", "silence", "stall"]
"""``reset``: connections break and new ones are refused at once. ``silence``: nothing arrives any more, and nobody says so.
``stall``: the same, but what was on its way arrives after all when it is healed."""


class Proxy:
    """Passes bytes on, unless told not to. Its methods are called from any thread."""

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self._target_port = target_port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._passing = asyncio.Event()
        self._fault: Fault = "none"
        self._stopping = asyncio.Event()

    @property
    def url(self) -> str:
        """Where the server seems to be."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self, fault: Fault = "reset") -> None:
        """Break the connection until it is healed."""
        self._call(lambda: self._set(fault))

    def heal(self) -> None:
        """Let connections pass again; those that were silent break now, as a router forgets them."""
        self._call(lambda: self._set("none"))

    async def serve(self, started: threading.Event) -> None:
        """Run until stopped."""
        self._loop = asyncio.get_running_loop()
        self._passing.set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._stopping.wait()
        server.close()
        self._break_all()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def stop(self) -> None:
        """End ``serve``."""
        self._call(self._stopping.set)

    def _call(self, work: object) -> None:
        assert self._loop is not None
        assert callable(work)
        done = threading.Event()

        def run() -> None:
            work()
            done.set()

        self._loop.call_soon_threadsafe(run)
        assert done.wait(START_SECONDS)

    def _set(self, fault: Fault) -> None:
        was_silent = self._fault == "silence"
        self._fault = fault
        if fault in ("silence", "stall"):
            self._passing.clear()
        else:
            self._passing.set()
        if fault == "reset" or was_silent:
            self._break_all()

    def _break_all(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._fault == "reset":
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            await self._passing.wait()
            out_reader, out_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
            self._open.add(out_writer)
            try:
                await asyncio.gather(self._pump(reader, out_writer), self._pump(out_reader, writer))
            finally:
                self._open.discard(out_writer)
                out_writer.close()
        except OSError:
            return
        finally:
            self._open.discard(writer)
            writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK_BYTES):
                await self._passing.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            writer.transport.abort()
            return
        if writer.can_write_eof():
            writer.write_eof()


@contextmanager
def proxied(target_port: int) -> Iterator[Proxy]:
    """Run a proxy to a port of this machine in a thread of its own."""
    proxy = Proxy(target_port)
    started = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(proxy.serve(started)), name="proxy")
    thread.start()
    try:
        assert started.wait(START_SECONDS), "the proxy did not start"
        yield proxy
    finally:
        proxy.stop()
        thread.join(START_SECONDS)

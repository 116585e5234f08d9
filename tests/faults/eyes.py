"""Screens as the product's own link core drives them, and what they showed: D, to be held against the log (S12, L1, L8)."""

import asyncio
import itertools
import random
import time
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from hall.events import CallRepeated, Commit, TicketCalled
from hall.feed import board_view
from hall.link import ClientLink, Effect, Ring, Send, Stale
from hall.patch import compact
from hall.policy import Plan
from hall.state import HallDay
from hall.step import apply
from tests.support.server import HALL

HASHED_EVERY: Final = 5
"""Every so manieth painted state is kept as a hash; all of them would cost more than the server's work."""
CONNECT_S: Final = 5.0
_encode: Final = msgspec.json.Encoder(order="sorted").encode


class Stood(msgspec.Struct, frozen=True):
    """From this moment on a screen showed the state of this seq, with or without the banner."""

    since_ns: int
    seq: int
    is_stale: bool


class Screen:
    """A board that follows its hall through any number of connections."""

    def __init__(self, name: str, port: int, *, hall: str = HALL) -> None:
        """Follow a hall over a port of this machine."""
        self.name = name
        self._hall = hall
        self.link = ClientLink(now_ms=_now_ms())
        self.painted: list[tuple[int, str]] = []
        """Seq of every painted state, with its hash or an empty text."""
        self.rung: list[tuple[int, str, str]] = []
        """(ring, number, window) of every call that sounded."""
        self.stale_ns: list[int] = []
        """When the banner went up."""
        self.stood: list[Stood] = []
        """What it stood at, from each moment on at which that changed."""
        self.shown_ns: dict[int, int] = {}
        """ring → when it sounded."""
        self._port = port

    async def follow(self) -> None:
        """Live until cancelled."""
        while True:
            try:
                await self._connected()
            except (OSError, WebSocketException, TimeoutError):
                self._note(self.link.tick(now_ms=_now_ms()))
            again = self.link.closed(jitter_permille=random.randrange(1_000))
            await self._wait(again.delay_ms / 1_000)

    async def _wait(self, seconds: float) -> None:
        """Wait before connecting again; the banner goes up meanwhile if it is time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(max(0.0, min(until - time.monotonic(), 0.25)))
            self._note(self.link.tick(now_ms=_now_ms()))

    async def _connected(self) -> None:
        address = f"ws://127.0.0.1:{self._port}/ws/halls/{self._hall}?view=board&since={self.link.seq}"
        async with asyncio.timeout(CONNECT_S):
            feed = await connect(address, ping_interval=None, compression=None, close_timeout=0.1, max_size=None)
        self.link.opened(now_ms=_now_ms())
        try:
            while not self.link.is_stale or self.link.wake_ms > _now_ms():
                await self._hear(feed)
        finally:
            feed.transport.abort()

    async def _hear(self, feed: ClientConnection) -> None:
        try:
            async with asyncio.timeout(max(0.001, (self.link.wake_ms - _now_ms()) / 1_000)):
                frame = await feed.recv()
        except TimeoutError:
            self._note(self.link.tick(now_ms=_now_ms()))
            return
        before = self.link.seq
        effects = self.link.receive(frame, now_ms=_now_ms())
        if self.link.seq != before:
            keep = len(self.painted) % HASHED_EVERY == 0
            self.painted.append((self.link.seq, state_hash(self.link.state) if keep else ""))
        self._note(effects)
        for effect in [*effects, *self.link.painted()]:
            if isinstance(effect, Send):
                await feed.send(effect.frame.decode())

    def _note(self, effects: Iterable[Effect]) -> None:
        if not self.stood or (self.stood[-1].seq, self.stood[-1].is_stale) != (self.link.seq, self.link.is_stale):
            self.stood.append(Stood(time.monotonic_ns(), self.link.seq, self.link.is_stale))
        for effect in effects:
            if isinstance(effect, Stale):
                self.stale_ns.append(time.monotonic_ns())
            elif isinstance(effect, Ring):
                call = effect.call
                self.rung.append((effect.ring, str(call["number"]), str(call["window"])))
                self.shown_ns[effect.ring] = time.monotonic_ns()


class Truth:
    """What screens may have shown, by replaying the log: every ring, and the board at the moments that were kept."""

    def __init__(self, log: Sequence[Commit], plans: Iterable[tuple[str, Plan]], *, wanted: Iterable[int]) -> None:
        """Fold the log once."""
        self.rings: dict[int, tuple[str, str]] = {}
        self.hashes: dict[int, str] = {}
        state, at = HallDay(), set(wanted)
        state.plans.update(plans)
        for commit in log:
            apply(state, commit)
            if any(isinstance(event, TicketCalled | CallRepeated) for event in commit.events):
                self._note_rings(state)
            if commit.seq in at:
                self.hashes[commit.seq] = state_hash(compact(board_view(state)))
        self.last = state_hash(compact(board_view(state)))

    def _note_rings(self, state: HallDay) -> None:
        for record in state.calls.values():
            self.rings.setdefault(record.ring, (record.number, record.window))

    def faults_of(self, screen: Screen) -> list[str]:
        """S12: never back, and nothing that the log does not have."""
        seqs = [seq for seq, _ in screen.painted]
        found = [f"S12: {screen.name} went from seq {a} to {b}" for a, b in itertools.pairwise(seqs) if b <= a]
        found += [
            f"S12: {screen.name} showed another state than the log has at seq {seq}"
            for seq, kept in screen.painted
            if kept and kept != self.hashes.get(seq)
        ]
        found += [
            f"S12: {screen.name} rang {number} at {window}, ring {ring}: not in the log"
            for ring, number, window in screen.rung
            if self.rings.get(ring) != (number, window)
        ]
        rings = [ring for ring, _, _ in screen.rung]
        if len(set(rings)) != len(rings):
            found.append(f"S12: {screen.name} rang a call twice")
        return found


def seqs_from(screen: Screen, since_ns: int) -> set[int]:
    """Return the seqs that a screen stood at from a moment on."""
    return {one.seq for one in _stood_from(screen, since_ns)}


def true_again_s(screen: Screen, truth: Truth, *, head: int, since_ns: int) -> float | None:
    """Return the seconds until a screen showed, without the banner, all that the log had come to at a moment; None if never.

    ``truth`` must know the hashes at ``head`` and at the seqs of :func:`seqs_from`: the last commits of a log may change
    nothing that the board shows.
    """
    for one in _stood_from(screen, since_ns):
        is_whole = one.seq >= head or truth.hashes.get(one.seq, "") == truth.hashes[head]
        if is_whole and not one.is_stale:
            return max(0, one.since_ns - since_ns) / 1e9
    return None


def _stood_from(screen: Screen, since_ns: int) -> list[Stood]:
    before = [one for one in screen.stood if one.since_ns <= since_ns]
    return [*before[-1:], *(one for one in screen.stood if one.since_ns > since_ns)]


def kept_seqs(screens: Iterable[Screen]) -> set[int]:
    """Return the seqs at which a hash was kept."""
    return {seq for screen in screens for seq, kept in screen.painted if kept}


def state_hash(state: object) -> str:
    """Return what two equal states have in common."""
    return f"{hash(_encode(state)):x}"


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000

"""One view of one hall as its screens share it, and one screen that watches it.

Laws:
1. A frame is encoded once and the same bytes go to every screen.
2. Nothing here waits: a screen that does not take a frame at once is stuck, and the others never notice.
3. A stuck screen gets nothing until it has drained; then a snapshot. After :data:`STUCK_S` it is cut.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Final

from hall.feed import View
from hall.ids import Ms
from hall.link import Channel, ServerLink, Terms, live_frame
from server.wire import Pipe, text_frame

STUCK_S: Final = 10.0
"""Law L4: a stuck screen is cut within 10 s."""
RINGS_KEPT: Final = 256
"""As many as a channel keeps deltas: older receipts do not come."""

CALM_MS: Final[Mapping[str, Ms]] = {"manager": 500}
"""Views of the whole hall for a person at a desk follow it this much later. Boards follow at each tick; consoles, strips
and ticket pages at the tick when it is about them, else at their beat."""


class Screen:
    """A connection that watches one view."""

    def __init__(
        self, pipe: Pipe, link: ServerLink, watched: "Watched", *, device: str, kind: str = "", slot: int = 0
    ) -> None:
        """Join a pipe and a session; ``device`` and ``kind`` are those of a registered device, or empty.

        ``slot`` is the part of each second in which it gets its beat.
        """
        self.slot = slot
        self.pipe = pipe
        self.link = link
        self.watched = watched
        self.device = device
        self.kind = kind
        self.joined_seq = watched.channel.seq
        self.is_stuck = False

    def send(self, frames: list[bytes]) -> bool:
        """Write frames (already framed) as far as the connection takes them at once; False means it is stuck now."""
        if self.is_stuck:
            return True
        for frame in frames:
            if not self.pipe.offer(frame):
                self.is_stuck = True
                return False
        return True


class Watched:
    """A view with its channel, its screens, and what they were told last."""

    def __init__(self, view: View, channel: Channel, terms: Terms, *, seen_seq: int, now_ms: Ms, slot: int = 0) -> None:
        """Begin with the state that the channel has; ``slot`` is the part of each second in which its facts are looked at."""
        self.view = view
        self.channel = channel
        self.terms = terms
        self.slot = slot
        self.screens: dict[Screen, None] = {}
        self.seen_seq = seen_seq
        self.rendered_ms = now_ms
        self.live: Mapping[str, object] | None = None
        self.mark: object = None
        self._rings: deque[tuple[int, int]] = deque(maxlen=RINGS_KEPT)
        self._note_ring()

    @property
    def calm_ms(self) -> Ms:
        """How long this view waits from one rendering to the next."""
        return CALM_MS.get(self.view.kind, 0)

    def publish(self, state: Mapping[str, object], *, seq: int, at_ms: Ms, now_ms: Ms) -> bytes | None:
        """Move the channel on; return the frame for all screens if the view shows a change."""
        self.seen_seq, self.rendered_ms = seq, now_ms
        payload = self.channel.publish(state, seq=seq, at_ms=at_ms)
        if payload is None:
            return None
        self._note_ring()
        return text_frame(payload)

    def replace(self, channel: Channel, *, seen_seq: int, now_ms: Ms) -> None:
        """Follow another stream (the next business date)."""
        self.channel = channel
        self.seen_seq, self.rendered_ms = seen_seq, now_ms
        self.live = None
        self._rings.clear()
        self._note_ring()

    def greeting(self, screen: Screen, *, since: int, at_ms: Ms) -> list[bytes]:
        """Return the first frames of a connection."""
        frames = screen.link.greet(since=since, at_ms=at_ms)
        if self.live is not None:
            frames.append(live_frame(self.live, at_ms=at_ms))
        return [text_frame(frame) for frame in frames]

    def receipts(self, ring: int) -> tuple[int, int]:
        """Return on how many of how many screens a ring has been shown, as they confirmed it."""
        since = _first(self._rings, ring)
        # A kiosk follows the board's view for its clock and hours; it shows no calls.
        screens = [screen for screen in self.screens if screen.kind != "kiosk"]
        shown = sum(screen.link.shown_seq >= since for screen in screens) if since is not None else 0
        return shown, len(screens)

    def has_shown(self, screen: Screen) -> bool | None:
        """Return whether a screen confirmed the newest call of this view; None if none came while it was there."""
        seq, ring = self._rings[-1]
        if not ring or seq <= screen.joined_seq or screen.kind == "kiosk":
            return None
        return screen.link.shown_seq >= seq

    def _note_ring(self) -> None:
        ring = newest_ring(self.channel.state)
        if not self._rings or self._rings[-1][1] != ring:
            self._rings.append((self.channel.seq, ring))


def _first(rings: Iterable[tuple[int, int]], wanted: int) -> int | None:
    """Return the seq at which a view first showed this ring or a newer one, as far back as is known."""
    return next((seq for seq, ring in rings if ring >= wanted), None)


def newest_ring(state: Mapping[str, object]) -> int:
    """Return the greatest ring of the calls that a state shows."""
    calls = state.get("calls")
    shown = [*calls.values()] if isinstance(calls, Mapping) else []
    shown.append(state.get("call"))
    rings = [call.get("ring") for call in shown if isinstance(call, Mapping)]
    return max((ring for ring in rings if isinstance(ring, int)), default=0)


def framed(payloads: list[bytes]) -> list[bytes]:
    """Return payloads as WebSocket frames."""
    return [text_frame(payload) for payload in payloads]

"""The display session, for both ends, without input and output: the core says, the shell does, time is an argument.

Laws:
1. A screen never goes back: within a stream its seq only grows, and it changes only by a snapshot or by the delta that follows.
2. After any loss the screen ends in the server's state as soon as one beat and its answer come through.
3. A ring that is young when it arrives sounds exactly once; an old one never; a recall is a new ring.
4. A screen that hears nothing for one and a half beats says so.

Server: one :class:`Channel` for each view of a hall, encoding every frame once; one :class:`ServerLink` for each connection.
Screen: one :class:`ClientLink`, for as long as the screen lives. Frames are those of section 5 of ``docs/protocol.md``.

A *stream* is one numbering of commits (a hall-day's log). Its name is opaque and only compared: when hello names another
one, seq and rings of before mean nothing any more.
"""

from collections import deque
from collections.abc import Mapping
from typing import Literal, assert_never

import msgspec

from hall.ids import Ms
from hall.patch import Json, JsonObject, apply_patch, compact, merge_patch

BEAT_MS: Ms = 1_000
"""A dead link must be noticed within 5 s (law L8): 1 s beats leave room for slow networks."""
STALE_BEATS_PERMILLE = 1_500
"""One and a half beats of silence: one may be late, two may not be missing."""
RECONNECT_MS: tuple[Ms, ...] = (500, 1_000, 2_000)
"""Delays before the 1st, 2nd, … attempt; the last one repeats. With 1.5 s until a silent death is noticed, and with jitter,
screens are true within 5 s (law L1)."""
JITTER_PERMILLE = 250
"""How much longer than scheduled an attempt may wait, so that 1,000 screens do not return in the same instant."""
HISTORY_FRAMES = 256
"""Deltas kept for screens that resume: at the 20 ms tick of a storm 5 s, in an ordinary hall many minutes."""
FRAME_LIMIT_BYTES = 65_536
CLIENT_FRAMES_PER_BEAT = 64
"""A true screen sends one resume or receipt per frame it gets: at the 20 ms tick of a storm up to 50 in a beat, each with a
ring; more is a fault or an attack."""
NOTHING = -1
"""The seq of a screen that has no state yet (0 is a hall-day before its first commit)."""


# ---- frames from the server ----


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="hello"):
    """The first frame of a connection, of another stream on it (a new business date), and when the terms are others."""

    view: str
    seq: int
    at: Ms
    stream: str
    hall: str = ""
    speed: int = 1
    beat_ms: Ms = BEAT_MS
    ring_limit_ms: Ms = 60_000
    version: str = ""
    voice: str = "browser"
    """Whether the hall's screens speak calls (``browser``) or stay ``silent``."""


class Snap(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="snap"):
    """The whole state."""

    seq: int
    at: Ms
    state: msgspec.Raw


class Delta(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="delta"):
    """What leads from the state of ``prev`` to that of ``seq``."""

    prev: int
    seq: int
    at: Ms
    patch: msgspec.Raw


class Live(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="live"):
    """Facts of the moment; replaces those of before."""

    at: Ms
    live: msgspec.Raw


class Beat(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="beat"):
    """The server lives, and a true screen has this seq."""

    seq: int
    at: Ms


class Bye(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="bye"):
    """The server closes; come back after ``retry_ms``."""

    reason: str
    retry_ms: Ms = RECONNECT_MS[0]


# ---- frames from the screen ----


class Resume(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="resume"):
    """Something is missing since this seq."""

    since: int


class Shown(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="shown"):
    """The rings up to this seq have been painted."""

    seq: int


_from_server: dict[str, msgspec.json.Decoder[Hello | Snap | Delta | Live | Beat | Bye]] = {
    "hello": msgspec.json.Decoder(Hello),
    "snap": msgspec.json.Decoder(Snap),
    "delta": msgspec.json.Decoder(Delta),
    "live": msgspec.json.Decoder(Live),
    "beat": msgspec.json.Decoder(Beat),
    "bye": msgspec.json.Decoder(Bye),
}
_from_screen = msgspec.json.Decoder(Resume | Shown)
_encode = msgspec.json.Encoder().encode


# ---- the server's end ----


class Channel:
    """One view of one hall-day, for all its connections: its state, its last deltas, every frame encoded once."""

    def __init__(self, state: Mapping[str, object], *, seq: int, stream: str, history: int = HISTORY_FRAMES) -> None:
        """Begin at a state that the log has at ``seq``."""
        self.state = compact(state)
        self.seq = seq
        self.stream = stream
        self._history: deque[tuple[int, bytes]] = deque(maxlen=history)
        self._snapshot = b""

    def publish(self, state: Mapping[str, object], *, seq: int, at_ms: Ms) -> bytes | None:
        """Move to the state at ``seq``; return the delta for every connection, or None if this view shows no change.

        A view keeps the seq of its last change: a beat tells that one, so commits that it does not show cost nothing.
        """
        assert seq >= self.seq, f"a channel goes forward: {self.seq} → {seq}"
        new = compact(state)
        patch = merge_patch(self.state, new)
        if not patch:
            return None
        assert seq > self.seq, f"two states at seq {seq}"
        frame = _encode(Delta(prev=self.seq, seq=seq, at=at_ms, patch=msgspec.Raw(_encode(patch))))
        self._history.append((self.seq, frame))
        self.state, self.seq, self._snapshot = new, seq, b""
        return frame

    def snapshot(self, at_ms: Ms) -> bytes:
        """Return the whole state as a frame."""
        self._snapshot = self._snapshot or _encode(self.state)
        return _encode(Snap(seq=self.seq, at=at_ms, state=msgspec.Raw(self._snapshot)))

    def beat(self, at_ms: Ms) -> bytes:
        """Return the heartbeat."""
        return _encode(Beat(seq=self.seq, at=at_ms))

    def missing(self, since: int, at_ms: Ms) -> list[bytes]:
        """Return what leads a screen from ``since`` to now: deltas if they are known and shorter, else a snapshot.

        Nothing leads back: a screen that is ahead of this node (its log lags) gets the beat, and says it is stale.
        """
        if since >= self.seq:
            return [self.beat(at_ms)]
        known = [frame for prev, frame in self._history if prev >= since]
        snapshot = self.snapshot(at_ms)
        is_chain = any(prev == since for prev, _ in self._history)
        return known if is_chain and sum(map(len, known)) <= len(snapshot) else [snapshot]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a server says of itself in every hello."""

    hall: str
    view: str
    speed: int = 1
    beat_ms: Ms = BEAT_MS
    ring_limit_ms: Ms = 60_000
    version: str = ""
    voice: str = "browser"


class Refused(msgspec.Struct, frozen=True):
    """The shell closes the connection with this WebSocket code: the screen does not keep to the protocol."""

    code: int
    reason: Literal["too large", "not a frame", "too many", "not sent yet"]


class ServerLink:
    """One connection: what to greet it with, how to answer it, and what it said it has shown."""

    def __init__(self, channel: Channel, terms: Terms) -> None:
        """Serve a channel to one screen."""
        self.channel = channel
        self.shown_seq = NOTHING
        self.last_seen_ms: Ms = 0
        self._terms = terms
        self._beat_began_ms: Ms = 0
        self._frames_in_beat = 0

    def greet(self, *, since: int, at_ms: Ms) -> list[bytes]:
        """Return hello and what the screen misses."""
        return [self._hello(at_ms), *self.channel.missing(since, at_ms)]

    def renew(self, terms: Terms, *, at_ms: Ms) -> list[bytes]:
        """Serve under other terms from now on; return hello."""
        self._terms = terms
        return [self._hello(at_ms)]

    def move(self, channel: Channel, *, at_ms: Ms) -> list[bytes]:
        """Serve another stream from now on (the next business date); return hello and its snapshot."""
        self.channel = channel
        self.shown_seq = NOTHING
        return self.greet(since=NOTHING, at_ms=at_ms)

    def receive(self, frame: bytes | str, *, at_ms: Ms, now_ms: Ms) -> list[bytes] | Refused:
        """Take a frame of the screen; ``at_ms`` is the hall's time, ``now_ms`` a monotonic clock's for the limits."""
        if len(frame) > FRAME_LIMIT_BYTES:
            return Refused(1009, "too large")
        if self._is_flooded(now_ms):
            return Refused(1008, "too many")
        try:
            said = _from_screen.decode(frame)
        except (msgspec.DecodeError, UnicodeError):
            return Refused(1008, "not a frame")
        self.last_seen_ms = at_ms
        if isinstance(said, Resume):
            return self.channel.missing(said.since, at_ms)
        if said.seq > self.channel.seq:
            return Refused(1008, "not sent yet")
        self.shown_seq = max(self.shown_seq, said.seq)
        return []

    def _hello(self, at_ms: Ms) -> bytes:
        terms = self._terms
        hello = Hello(
            view=terms.view,
            seq=self.channel.seq,
            at=at_ms,
            stream=self.channel.stream,
            hall=terms.hall,
            speed=terms.speed,
            beat_ms=terms.beat_ms,
            ring_limit_ms=terms.ring_limit_ms,
            version=terms.version,
            voice=terms.voice,
        )
        return _encode(hello)

    def _is_flooded(self, now_ms: Ms) -> bool:
        if now_ms - self._beat_began_ms >= self._terms.beat_ms:
            self._beat_began_ms, self._frames_in_beat = now_ms, 0
        self._frames_in_beat += 1
        return self._frames_in_beat > CLIENT_FRAMES_PER_BEAT


def live_frame(live: Mapping[str, object], *, at_ms: Ms) -> bytes:
    """Return the frame that replaces the facts of the moment."""
    return _encode(Live(at=at_ms, live=msgspec.Raw(_encode(compact(live)))))


def bye_frame(reason: str, *, retry_ms: Ms) -> bytes:
    """Return the frame that announces the end of the connection."""
    return _encode(Bye(reason=reason, retry_ms=retry_ms))


# ---- the screen's end ----


class Send(msgspec.Struct, frozen=True):
    """Send this frame."""

    frame: bytes


class Paint(msgspec.Struct, frozen=True):
    """Paint the state and ``live`` of the link."""


class Ring(msgspec.Struct, frozen=True):
    """Sound this call (an entry of ``state.calls``, or ``state.call``)."""

    ring: int
    call: JsonObject


class Stale(msgspec.Struct, frozen=True):
    """Say that the screen shows the data of this moment (of the server's clock)."""

    data_of_ms: Ms


class Fresh(msgspec.Struct, frozen=True):
    """Take the banner down."""


class Reconnect(msgspec.Struct, frozen=True):
    """Close what is open, wait, and connect with ``since``."""

    delay_ms: Ms
    since: int


Effect = Send | Paint | Ring | Stale | Fresh | Reconnect


class ClientLink:
    """What a screen knows and what it must do; lives through any number of connections."""

    def __init__(self, *, screen: bool = True, now_ms: Ms = 0) -> None:
        """Begin without a state; only a ``screen`` sends receipts."""
        self.state: JsonObject = {}
        self.live: JsonObject = {}
        self.seq = NOTHING
        self.at_ms: Ms = 0
        self.is_stale = False
        self._screen = screen
        self._stream = ""
        self._beat_ms: Ms = BEAT_MS
        self._ring_limit_ms: Ms = 0
        self._rung = 0
        self._unshown = False
        self._clock_ms: Ms = 0
        self._heard_ms = now_ms
        self._asked_since: int | None = None
        self._attempt = 0
        self._retry_ms: Ms | None = None

    @property
    def wake_ms(self) -> Ms:
        """When to call :meth:`tick` next, on the clock of ``now_ms``."""
        return self._heard_ms + self._beat_ms * STALE_BEATS_PERMILLE // 1_000

    def opened(self, *, now_ms: Ms) -> None:
        """Begin to listen on a new connection."""
        self._heard_ms = now_ms
        self._asked_since = None

    def closed(self, *, jitter_permille: int) -> Reconnect:
        """Say when to connect again; ``jitter_permille`` (0 to 1000) is drawn by the shell."""
        assert 0 <= jitter_permille <= 1_000
        scheduled = RECONNECT_MS[min(self._attempt, len(RECONNECT_MS) - 1)]
        if self._retry_ms is not None:
            scheduled = self._retry_ms
        self._attempt += 1
        self._retry_ms = None
        stretch = jitter_permille * JITTER_PERMILLE // 1_000
        return Reconnect(scheduled * (1_000 + stretch) // 1_000, self.seq)

    def tick(self, *, now_ms: Ms) -> list[Effect]:
        """Notice silence; the shell reconnects after ``Stale`` by :meth:`closed`."""
        if now_ms < self.wake_ms or self.is_stale:
            return []
        self.is_stale = True
        return [Stale(self.at_ms)]

    def painted(self) -> list[Effect]:
        """Confirm what has just been painted, if it carried rings."""
        if not self._unshown:
            return []
        self._unshown = False
        return [Send(_encode(Shown(seq=self.seq)))] if self._screen else []

    def receive(self, frame: bytes | str, *, now_ms: Ms) -> list[Effect]:
        """Take a frame of the server.

        What cannot be read (or what only a later version can read) is passed over: the next beat tells what is missing.
        """
        try:
            decoder = _from_server.get(_kind.decode(frame).t)
            said = None if decoder is None else decoder.decode(frame)
        except (msgspec.DecodeError, UnicodeError):
            return []
        match said:
            case None:
                return []
            case Bye():
                self._retry_ms = said.retry_ms
                return []
            case Hello():
                return self._greet(said, now_ms)
            case Live():
                self._clock_ms = max(self._clock_ms, said.at)
                self.live = msgspec.json.decode(said.live)
                return [Paint()]
            case Beat():
                return self._compare(said, now_ms)
            case Snap():
                return self._replace(said, now_ms)
            case Delta():
                return self._advance(said, now_ms)
            case _:
                assert_never(said)

    def _greet(self, hello: Hello, now_ms: Ms) -> list[Effect]:
        self._heard_ms = now_ms
        self._beat_ms = hello.beat_ms
        self._ring_limit_ms = hello.ring_limit_ms
        if hello.stream == self._stream:
            self._clock_ms = max(self._clock_ms, hello.at)
            return []
        self._stream, self._clock_ms = hello.stream, hello.at
        self.seq, self._rung, self._unshown, self._asked_since = NOTHING, 0, False, None
        return []  # What continues a seq of the former stream does not fit from now on, and is asked for again.

    def _compare(self, beat: Beat, now_ms: Ms) -> list[Effect]:
        self._clock_ms = max(self._clock_ms, beat.at)
        if beat.seq == self.seq:
            self._attempt = 0
            self._asked_since = None
            return self._hear(beat.at, now_ms)
        if beat.seq < self.seq:
            return []  # A node that lags: not a sign of life, so the banner comes if it stays behind.
        if self._asked_since is None:
            self._heard_ms = now_ms  # The link lives; whether the answer comes, the next beat shows.
        self._asked_since = None
        return self._ask()

    def _replace(self, snap: Snap, now_ms: Ms) -> list[Effect]:
        if snap.seq < self.seq:
            return []
        return self._apply(msgspec.json.decode(snap.state), seq=snap.seq, at_ms=snap.at, now_ms=now_ms)

    def _advance(self, delta: Delta, now_ms: Ms) -> list[Effect]:
        if delta.seq <= self.seq:
            return []
        if delta.prev != self.seq:
            return self._ask()
        state = apply_patch(self.state, msgspec.json.decode(delta.patch))
        return self._apply(state, seq=delta.seq, at_ms=delta.at, now_ms=now_ms)

    def _apply(self, state: JsonObject, *, seq: int, at_ms: Ms, now_ms: Ms) -> list[Effect]:
        self.state, self.seq, self._asked_since = state, seq, None
        self._clock_ms = max(self._clock_ms, at_ms)
        rings = self._due_rings(self._clock_ms)
        self._unshown = self._unshown or bool(rings)
        return [*self._hear(at_ms, now_ms), Paint(), *rings]

    def _due_rings(self, at_ms: Ms) -> list[Ring]:
        calls = [call for call in calls_of(self.state) if _number(call, "ring") > self._rung]
        calls.sort(key=lambda call: _number(call, "ring"))
        if calls:
            self._rung = _number(calls[-1], "ring")
        young = [call for call in calls if at_ms - _number(call, "at_ms") <= self._ring_limit_ms]
        return [Ring(_number(call, "ring"), call) for call in young]

    def _hear(self, at_ms: Ms, now_ms: Ms) -> list[Effect]:
        self._heard_ms = now_ms
        self.at_ms = at_ms
        was_stale, self.is_stale = self.is_stale, False
        return [Fresh()] if was_stale else []

    def _ask(self) -> list[Effect]:
        """One question is enough until the next beat: its answer may be on its way."""
        if self._asked_since == self.seq:
            return []
        self._asked_since = self.seq
        return [Send(_encode(Resume(since=self.seq)))]


def calls_of(state: JsonObject) -> list[JsonObject]:
    """Return the calls that a view shows: ``calls`` of boards, ``call`` of a strip or a ticket."""
    many: Json = state.get("calls")
    one: Json = state.get("call")
    found = [*many.values()] if isinstance(many, dict) else []
    return [call for call in [*found, one] if isinstance(call, dict)]


class _Kind(msgspec.Struct):
    t: str


_kind = msgspec.json.Decoder(_Kind)


def _number(call: JsonObject, key: str) -> int:
    value = call.get(key)
    return value if isinstance(value, int) else 0

"""The screens hub: renders what somebody watches, at most once per tick, and hands the same bytes to every screen.

A hall tells the hub by :meth:`Hub.moved` that its durable log has grown; what is not durable is never rendered, so no
screen shows what a power cut could take back. Frames go out by a step that never waits (see :mod:`server.watch`).
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Protocol

import msgspec

from hall.events import Commit
from hall.feed import View
from hall.feed_staff import mark_of, render
from hall.ids import Ms
from hall.link import Channel, Refused, ServerLink, Terms, live_frame
from hall.parts import Parts
from hall.policy import Calling
from hall.state import HallDay
from server.clock import Clock
from server.watch import STUCK_S, Screen, Watched, framed
from server.wire import Pipe, text_frame

TICK_MS: Final = 20
"""Alone, 100 events/s for 1,000 screens fill a core; at 50 frames/s a board still looks immediate."""
TICK_SHARE: Final = 4
LONGEST_TICK_MS: Final = 250
"""After what took x ms to render and send a hall rests 4 x: in a rush its commands keep three quarters of the time."""
BEAT_SLOTS: Final = 10
"""Beats of different screens are spread over the second, so that thousands of them do not make one long pause."""
RECEIPTS_MS: Final = 250
"""Clerks see this often on how many screens their call is shown; each of a thousand screens confirms each call."""
TOLD_AT_ONCE: Final = frozenset({"clerk", "ticket"})
"""Views whose facts of the moment go with what they show; those of the manager's come at the beat."""
SCREEN_KINDS: Final = frozenset({"board", "area", "strip"})
VIEWS_PER_HALL: Final = 20_000
"""More views than a hall has tickets in a day are a fault."""


class Day(Protocol):
    """A live hall-day, as the hub needs it."""

    @property
    def stream(self) -> str:
        """The name of its log."""
        ...

    def view_state(self) -> HallDay:
        """Return what is true as far as the log is durable."""
        ...


class LiveFacts(Protocol):
    """Facts of the moment beside a view's state."""

    def facts(self, hall: str, view: View) -> Mapping[str, object] | None:
        """Return the ``live`` object of a view, or None if it has none."""
        ...


class HubStatistics(msgspec.Struct, frozen=True):
    """What the hub serves now, and counts since the start."""

    screens: int
    views: int
    stuck: int
    frames: int
    renders: int
    stalls: int
    cuts: int


class Presence(msgspec.Struct, frozen=True):
    """What is known of one connected registered screen."""

    device: str
    kind: str
    seq: int
    shown_seq: int
    last_seen_ms: Ms
    has_shown: bool | None = None
    """Whether it confirmed the newest call of its place; None if none was made while it was there."""


class _HallWatch:
    """All watched views of one hall; ``common`` are those that are not pages of single tickets."""

    def __init__(self) -> None:
        self.views: dict[View, Watched] = {}
        self.common: dict[View, Watched] = {}
        self.beats: list[dict[Screen, None]] = [{} for _ in range(BEAT_SLOTS)]
        self.parts = Parts()
        self.stream = ""
        self.timer: asyncio.TimerHandle | None = None
        self.timer_ms: Ms = 0
        self.next_ms: Ms = 0
        self.touched: set[str] = set()
        self.receipts_timer: asyncio.TimerHandle | None = None

    def add(self, watched: Watched) -> None:
        self.views[watched.view] = watched
        if watched.view.kind != "ticket":
            self.common[watched.view] = watched

    def drop(self, watched: Watched) -> None:
        if self.views.get(watched.view) is watched:
            del self.views[watched.view]
            self.common.pop(watched.view, None)


class Hub:
    """All screens of this process."""

    def __init__(self, day_of: Callable[[str], Day | None], clock: Clock, *, version: str) -> None:
        """Watch the halls that ``day_of`` knows; ``live`` is set before the first screen comes."""
        self.live: LiveFacts | None = None
        self._day_of = day_of
        self._clock = clock
        self._version = version
        self._halls: dict[str, _HallWatch] = {}
        self._voices: dict[str, str] = {}
        self._slots = itertools.cycle(range(BEAT_SLOTS))
        self._tasks: set[asyncio.Task[None]] = set()
        self._frames = self._renders = self._stalls = self._cuts = 0

    # ---- screens come and go ----

    def join(self, pipe: Pipe, hall: str, view: View, *, since: int, device: str = "", kind: str = "") -> Screen | None:
        """Greet a screen and keep it up to date until it leaves; None if the hall has no such view now."""
        watch = self._halls.setdefault(hall, _HallWatch())
        slot = next(self._slots)
        watched = watch.views.get(view) or self._open(watch, hall, view, slot)
        if watched is None:
            return None
        day = self._day_of(hall)
        assert day is not None, hall
        self._renew(watched, self._terms(hall, view, day.view_state()))
        link = ServerLink(watched.channel, watched.terms)
        screen = Screen(pipe, link, watched, device=device, kind=kind, slot=slot)
        watched.screens[screen] = None
        watch.beats[screen.slot][screen] = None
        if watched.live is None:
            watched.live = self.live_facts(hall, view)
        self._send(screen, watched.greeting(screen, since=since, at_ms=self._clock.now_ms()))
        return screen

    def leave(self, hall: str, screen: Screen) -> None:
        """Forget a screen; a view that nobody watches is forgotten too."""
        watched = screen.watched
        watched.screens.pop(screen, None)
        self._halls[hall].beats[screen.slot].pop(screen, None)
        if not watched.screens:
            self._halls[hall].drop(watched)

    def receive(self, hall: str, screen: Screen, frame: str | bytes) -> Refused | None:
        """Take what a screen says; a refusal names the code to close with."""
        shown_before = screen.link.shown_seq
        answer = screen.link.receive(frame, at_ms=self._clock.now_ms(), now_ms=_now_ms())
        if isinstance(answer, Refused):
            return answer
        self._send(screen, framed(answer))
        watch = self._halls[hall]
        if screen.link.shown_seq != shown_before and watch.receipts_timer is None:
            loop = asyncio.get_running_loop()
            watch.receipts_timer = loop.call_later(RECEIPTS_MS / 1_000, self._tell_receipts, hall, watch)
        return None

    # ---- halls move ----

    def moved(self, hall: str, tickets: Iterable[str] = ()) -> None:
        """The hall's log has grown, by something about these tickets: render what is due, the rest later. Never waits."""
        watch = self._halls.get(hall)
        if watch is None or not watch.views:
            return
        watch.touched.update(tickets)
        now_ms = _now_ms()
        if now_ms < watch.next_ms:
            self._arm(hall, watch, watch.next_ms, now_ms)
        else:
            self._flush(hall, watch, now_ms)
            took_ms = _now_ms() - now_ms
            watch.next_ms = now_ms + min(LONGEST_TICK_MS, max(TICK_MS, (1 + TICK_SHARE) * took_ms))

    async def beat(self) -> None:
        """Send every screen its heartbeat, and look at every view's facts of the moment, once a second, until cancelled."""
        slot = 0
        loop = asyncio.get_running_loop()
        began = loop.time()
        turn = 0
        while True:
            turn += 1
            await asyncio.sleep(max(0.0, began + turn / BEAT_SLOTS - loop.time()))
            slot = (slot + 1) % BEAT_SLOTS
            for hall, watch in list(self._halls.items()):
                for watched in list(watch.views.values()):
                    if watched.slot == slot:
                        self._look_at(hall, watch, watched)
                self._beat_screens(watch, slot)

    def learn_voices(self, voices: Mapping[str, str]) -> None:
        """Remember whether these halls' screens speak; open screens are told at their beat."""
        self._voices.update(voices)

    # ---- what is known ----

    def presence(self, hall: str) -> list[Presence]:
        """Return the registered screens of a hall that are connected."""
        watch = self._halls.get(hall)
        screens = [one for watched in watch.views.values() for one in watched.screens] if watch else []
        return [
            Presence(
                one.device,
                one.watched.view.kind,
                one.link.channel.seq,
                one.link.shown_seq,
                one.link.last_seen_ms,
                one.watched.has_shown(one),
            )
            for one in screens
            if one.device
        ]

    def receipts(self, hall: str, *, area: str, window: str, ring: int) -> tuple[int, int]:
        """Return on how many of how many connected screens a ring of a window has been shown."""
        views = self._halls[hall].common if hall in self._halls else {}
        found = [views.get(view) for view in (View("board"), View("area", area), View("strip", window))]
        counts = [watched.receipts(ring) for watched in found if watched is not None]
        return sum(shown for shown, _ in counts), sum(total for _, total in counts)

    def screens_of(self, hall: str, view: View) -> int:
        """Return how many screens show a view now."""
        watched = self._halls[hall].views.get(view) if hall in self._halls else None
        return 0 if watched is None else len(watched.screens)

    def live_facts(self, hall: str, view: View) -> Mapping[str, object] | None:
        """Return the facts of the moment of a view, or None if it has none."""
        return None if self.live is None else self.live.facts(hall, view)

    def clerks_linked(self, hall: str) -> frozenset[str]:
        """Return the windows whose clerk console is connected."""
        watch = self._halls.get(hall)
        return frozenset(view.key for view in (watch.common if watch else ()) if view.kind == "clerk")

    def statistics(self) -> HubStatistics:
        """Return the counts."""
        views = [watched for watch in self._halls.values() for watched in watch.views.values()]
        screens = [screen for watched in views for screen in watched.screens]
        stuck = sum(screen.is_stuck for screen in screens)
        return HubStatistics(len(screens), len(views), stuck, self._frames, self._renders, self._stalls, self._cuts)

    def cut_device(self, device: str) -> None:
        """End the connections of a device whose token was withdrawn."""
        for watch in self._halls.values():
            for watched in watch.views.values():
                for screen in [one for one in watched.screens if one.device == device]:
                    screen.pipe.cut()

    # ---- inside ----

    def _open(self, watch: _HallWatch, hall: str, view: View, slot: int) -> Watched | None:
        day = self._day_of(hall)
        if day is None or len(watch.views) >= VIEWS_PER_HALL:
            return None
        self._renders += 1
        watch.stream = watch.stream or day.stream
        state = day.view_state()
        channel = Channel(render(state, view, watch.parts) or {}, seq=state.seq, stream=day.stream)
        terms = self._terms(hall, view, state)
        watched = Watched(view, channel, terms, seen_seq=state.seq, now_ms=_now_ms(), slot=slot)
        watched.mark = mark_of(state, view)
        watch.add(watched)
        return watched

    def _flush(self, hall: str, watch: _HallWatch, now_ms: Ms) -> None:
        """Render what it is about, boards always; what remains follows at its beat."""
        day = self._day_of(hall)
        if day is None:
            return
        touched, watch.touched = watch.touched, set()
        if day.stream != watch.stream:
            self._turn(hall, watch, day)
            return
        state = day.view_state()
        for watched in list(watch.common.values()):
            due_ms = watched.rendered_ms + watched.calm_ms
            if due_ms > now_ms:
                self._arm(hall, watch, due_ms, now_ms)
            elif _is_touched(watched, state):
                self._advance(hall, watch, watched, day)
        for ticket in touched:
            page = watch.views.get(View("ticket", ticket))
            if page is not None:
                self._advance(hall, watch, page, day)

    def _wake(self, hall: str) -> None:
        watch = self._halls[hall]
        watch.timer = None
        self.moved(hall)

    def _advance(self, hall: str, watch: _HallWatch, watched: Watched, day: Day) -> None:
        """Render a view if what it is made of has changed since."""
        state = day.view_state()
        if state.seq == watched.seen_seq:
            return
        mark = mark_of(state, watched.view)
        if mark == watched.mark:
            watched.seen_seq = state.seq
            return
        self._renders += 1
        watched.mark = mark
        view = render(state, watched.view, watch.parts) or {}
        frame = watched.publish(view, seq=state.seq, at_ms=self._clock.now_ms(), now_ms=_now_ms())
        if frame is not None:
            self._send_all(watched, [frame])
            if watched.view.kind in TOLD_AT_ONCE:
                self._update_live(hall, watched)

    def _turn(self, hall: str, watch: _HallWatch, day: Day) -> None:
        """The next business date: every screen gets another stream."""
        watch.stream, watch.parts = day.stream, Parts()
        state = day.view_state()
        for watched in list(watch.views.values()):
            channel = Channel(render(state, watched.view, watch.parts) or {}, seq=state.seq, stream=day.stream)
            watched.mark = mark_of(state, watched.view)
            self._move(watched, channel, _now_ms())

    def _move(self, watched: Watched, channel: Channel, now_ms: Ms) -> None:
        watched.replace(channel, seen_seq=channel.seq, now_ms=now_ms)
        for screen in list(watched.screens):
            self._send(screen, framed(screen.link.move(channel, at_ms=self._clock.now_ms())))

    def _arm(self, hall: str, watch: _HallWatch, due_ms: Ms, now_ms: Ms) -> None:
        """Look at the hall again at this moment, unless that is to happen earlier anyway."""
        if watch.timer is not None and watch.timer_ms <= due_ms:
            return
        if watch.timer is not None:
            watch.timer.cancel()
        delay_s = max(1, due_ms - now_ms) / 1_000
        watch.timer_ms = due_ms
        watch.timer = asyncio.get_running_loop().call_later(delay_s, self._wake, hall)

    def _look_at(self, hall: str, watch: _HallWatch, watched: Watched) -> None:
        day = self._day_of(hall)
        if day is not None and day.stream == watched.channel.stream:
            self._advance(hall, watch, watched, day)
            self._renew(watched, self._terms(hall, watched.view, day.view_state()))
        self._update_live(hall, watched)

    def _beat_screens(self, watch: _HallWatch, slot: int) -> None:
        """Send the screens of this part of the second their heartbeat, encoded once for each view."""
        at_ms = self._clock.now_ms()
        frames: dict[Watched, list[bytes]] = {}
        for screen in list(watch.beats[slot]):
            watched = screen.watched
            if watched not in frames:
                frames[watched] = [text_frame(watched.channel.beat(at_ms))]
            self._send(screen, frames[watched])

    def _terms(self, hall: str, view: View, state: HallDay) -> Terms:
        """Return what is true of the server for a view now; a day that is not open yet has no plan."""
        ring_limit_ms = state.plan.policy.calling.ring_limit_ms if state.is_open else Calling().ring_limit_ms
        speed = max(1, round(self._clock.speed))
        return Terms(
            hall=hall,
            view=view.kind,
            speed=speed,
            ring_limit_ms=ring_limit_ms,
            version=self._version,
            voice=self._voices.get(hall, "browser"),
        )

    def _renew(self, watched: Watched, terms: Terms) -> None:
        """Greet the screens again if the ring limit, the clock's speed or the hall's voice has become another."""
        if terms == watched.terms:
            return
        watched.terms = terms
        for screen in list(watched.screens):
            self._send(screen, framed(screen.link.renew(terms, at_ms=self._clock.now_ms())))

    def _tell_receipts(self, hall: str, watch: _HallWatch) -> None:
        """Tell the clerks whose call was not shown everywhere yet."""
        watch.receipts_timer = None
        for watched in list(watch.common.values()):
            if watched.view.kind == "clerk":
                self._update_live(hall, watched)

    def _update_live(self, hall: str, watched: Watched) -> None:
        facts = self.live_facts(hall, watched.view)
        if facts is not None and facts != watched.live:
            watched.live = facts
            self._send_all(watched, [text_frame(live_frame(facts, at_ms=self._clock.now_ms()))])

    def _send_all(self, watched: Watched, frames: list[bytes]) -> None:
        for screen in list(watched.screens):
            self._send(screen, frames)

    def _send(self, screen: Screen, frames: list[bytes]) -> None:
        self._frames += len(frames)
        if not screen.send(frames):
            self._stalls += 1
            task = asyncio.get_running_loop().create_task(self._unstick(screen))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _unstick(self, screen: Screen) -> None:
        """Wait for one stuck screen on its own, then bring it up to date, or cut it."""
        try:
            async with asyncio.timeout(STUCK_S):
                await screen.pipe.drained()
        except TimeoutError:
            self._cuts += 1
            screen.pipe.cut()
            return
        if screen not in screen.watched.screens:
            return
        watched, at_ms = screen.watched, self._clock.now_ms()
        self._frames += 1
        if not screen.pipe.offer(text_frame(watched.channel.snapshot(at_ms))):
            # Drained, and takes nothing: it is closing. It stays silent until it has left; asking again would be a spin.
            return
        screen.is_stuck = False
        if watched.live is not None:
            self._send(screen, [text_frame(live_frame(watched.live, at_ms=at_ms))])


def tickets_in(commits: Iterable[Commit]) -> Iterator[str]:
    """Return the tickets that commits are about."""
    for commit in commits:
        for one in commit.events:
            for name in ("ticket", "child", "merged"):
                if (ticket := getattr(one, name, "")) != "":
                    yield ticket


def _is_touched(watched: Watched, state: HallDay) -> bool:
    """Tell whether something happened to the window that a view is about; views of the whole hall always are."""
    view = watched.view
    if view.kind not in ("clerk", "strip"):
        return True
    desk = state.desks.get(view.key)
    if desk is None:
        return False
    ticket = desk.ticket
    return desk.touched > watched.seen_seq or (ticket is not None and ticket.touched > watched.seen_seq)


def _now_ms() -> Ms:
    return time.monotonic_ns() // 1_000_000

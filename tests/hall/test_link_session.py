"""The display session against everything at once: both ends, a hall that calls, restarts, and a network that misbehaves."""

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hall import link as ln
from hall.link import Channel, ClientLink, ServerLink
from hall.patch import JsonObject, compact, state_hash
from tests.hall.test_link import LIMIT_MS, TERMS, call, rings, sent


class Session(RuleBasedStateMachine):
    """A hall that calls, a server that restarts, and a network that loses, doubles and swaps.

    Frames never change places with a hello: the two belong to different streams or connections.
    """

    @initialize()
    def begin(self) -> None:
        self.now = 1_000_000
        self.log = 0
        self.calls: dict[int, JsonObject] = {}
        self.ring = 0
        self.day = 1
        self.client = ClientLink(now_ms=self.now)
        self.to_screen: list[bytes] = []
        self.to_server: list[bytes] = []
        self.highest = (1, ln.NOTHING)
        self.clock = 0
        self.seen_ring = 0
        self.sounded: list[tuple[int, int]] = []
        self.restart()

    def state(self) -> JsonObject:
        return {
            "calls": {str(key): dict(one) for key, one in self.calls.items()},
            "filler": "x" * 3_000,
            "day": self.day,
        }

    # -- the hall --

    @rule(number=st.integers(1, 9))
    def call_somebody(self, number: int) -> None:
        self.ring += 1
        self.calls[self.ring] = call(self.ring, self.now, f"A{number:03}")
        self.log += 1

    @precondition(lambda self: self.calls)
    @rule(which=st.integers(0, 9))
    def recall(self, which: int) -> None:
        key = sorted(self.calls)[which % len(self.calls)]
        self.ring += 1
        self.calls[key] = call(self.ring, self.now)
        self.log += 1

    @precondition(lambda self: self.calls)
    @rule(which=st.integers(0, 9))
    def withdraw(self, which: int) -> None:
        del self.calls[sorted(self.calls)[which % len(self.calls)]]
        self.log += 1

    @rule(seconds=st.sampled_from([1, 10, 50, 70]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds * 1_000

    def next_day(self) -> None:
        self.day, self.log, self.ring, self.calls = self.day + 1, 0, 0, {}
        self.channel = Channel(self.state(), seq=0, stream=f"day-{self.day}")
        if self.server is not None:
            self.to_screen += self.server.move(self.channel, at_ms=self.now)

    # -- the server --

    @rule(then_beat=st.booleans())
    def tick(self, *, then_beat: bool) -> None:
        self.flush()
        if then_beat:
            self.beat()

    @rule(what=st.sampled_from(["lose link", "lose link", "reconnect", "reconnect", "restart", "next day"]))
    def disturb(self, what: str) -> None:
        {"lose link": self.disconnect, "reconnect": self.connect, "restart": self.restart, "next day": self.next_day}[
            what
        ]()

    def flush(self) -> None:
        frame = self.channel.publish(self.state(), seq=self.log, at_ms=self.now)
        if frame is not None and self.server is not None:
            self.to_screen.append(frame)

    def beat(self) -> None:
        if self.server is not None:
            self.to_screen.append(self.channel.beat(self.now))

    def restart(self) -> None:
        self.channel = Channel(self.state(), seq=self.log, stream=f"day-{self.day}", history=4)
        self.disconnect()

    def disconnect(self) -> None:
        self.server: ServerLink | None = None
        self.to_screen.clear()
        self.to_server.clear()

    def connect(self) -> None:
        self.disconnect()
        since = self.client.closed(jitter_permille=0).since
        self.server = ServerLink(self.channel, TERMS)
        self.client.opened(now_ms=self.now)
        self.to_screen += self.server.greet(since=since, at_ms=self.now)

    # -- the network --

    @precondition(lambda self: len(self.to_screen) > 1)
    @rule(which=st.integers(0, 9), fault=st.sampled_from(["drop", "double", "swap", "repeat"]))
    def misbehave(self, which: int, fault: str) -> None:
        at = which % (len(self.to_screen) - 1)
        pair = self.to_screen[at : at + 2]
        if any(msgspec.json.decode(frame)["t"] == "hello" for frame in pair):
            return
        first, second = pair
        faults = {"drop": [second], "double": [first, *pair], "swap": [second, first], "repeat": [*pair, first]}
        self.to_screen[at : at + 2] = faults[fault]

    @rule(count=st.integers(1, 4))
    def deliver(self, count: int) -> None:
        for _ in range(min(count, len(self.to_screen))):
            self.receive(self.to_screen.pop(0))

    @rule(lose=st.booleans())
    def answer(self, *, lose: bool) -> None:
        while self.to_server:
            frame = self.to_server.pop(0)
            if self.server is not None and not lose:
                answer = self.server.receive(frame, at_ms=self.now, now_ms=0)
                self.to_screen += answer if isinstance(answer, list) else []

    # -- what is promised --

    def receive(self, frame: bytes) -> None:
        said = msgspec.json.decode(frame)
        if said["t"] == "hello" and said["stream"] != f"day-{self.highest[0]}":
            self.highest, self.clock, self.seen_ring = (int(said["stream"][4:]), ln.NOTHING), 0, 0
        self.clock = max(self.clock, said["at"])
        effects = self.client.receive(frame, now_ms=self.now)
        self.to_server += sent(effects)
        self.to_server += sent(self.client.painted())
        if self.client.seq != ln.NOTHING:
            self.check_rings(rings(effects))

    def check_rings(self, sounded: list[int]) -> None:
        calls = [one for one in ln.calls_of(self.client.state) if one["ring"] > self.seen_ring]
        young = sorted(one["ring"] for one in calls if self.clock - one["at_ms"] <= LIMIT_MS)
        assert sounded == young
        self.seen_ring = max([self.seen_ring, *(one["ring"] for one in calls)])
        self.sounded += [(self.highest[0], ring) for ring in sounded]

    @invariant()
    def never_goes_back(self) -> None:
        now = (self.highest[0], self.client.seq)
        assert now >= self.highest
        self.highest = now

    @invariant()
    def rings_once(self) -> None:
        assert len(set(self.sounded)) == len(self.sounded)

    @rule()
    def heal(self) -> None:
        """Once the network heals the screen is the hall."""
        if self.server is None:
            self.connect()
        for _ in range(3):
            self.flush()
            self.beat()
            while self.to_screen or self.to_server:
                self.deliver(count=4)
                self.answer(lose=False)
        assert state_hash(self.client.state) == state_hash(compact(self.state()))
        assert self.client.seq == self.channel.seq

    def teardown(self) -> None:
        self.heal()


TestSession = Session.TestCase
TestSession.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)

"""The display session: both ends meet in every test, the network between them misbehaves."""

import msgspec

from hall import link as ln
from hall.ids import Ms
from hall.link import Channel, ClientLink, Effect, Paint, Reconnect, Ring, Send, ServerLink, Stale, Terms
from hall.patch import JsonObject, state_hash

LIMIT_MS = 60_000
TERMS = Terms(hall="longgang", view="board", ring_limit_ms=LIMIT_MS)


def call(ring: int, at_ms: Ms, number: str = "A001") -> JsonObject:
    return {"number": number, "window": "W01", "ring": ring, "at_ms": at_ms, "state": "calling"}


def board(*calls: JsonObject, waiting: int = 0) -> JsonObject:
    return {"calls": {str(one["ring"]): one for one in calls}, "waiting": {"total": waiting}, "call": None}


def rings(effects: list[Effect]) -> list[int]:
    return [one.ring for one in effects if isinstance(one, Ring)]


def sent(effects: list[Effect]) -> list[bytes]:
    return [one.frame for one in effects if isinstance(one, Send)]


class Pair:
    """A server's and a screen's end with a perfect wire, and one clock for both."""

    def __init__(self, state: JsonObject | None = None, *, seq: int = 0, screen: bool = True) -> None:
        self.now = 1_000_000
        self.channel = Channel(state or board(), seq=seq, stream="day-1")
        self.server = ServerLink(self.channel, TERMS)
        self.client = ClientLink(screen=screen, now_ms=self.now)

    def connect(self) -> list[Effect]:
        self.client.opened(now_ms=self.now)
        return self.deliver(*self.server.greet(since=self.client.seq, at_ms=self.now))

    def deliver(self, *frames: bytes) -> list[Effect]:
        """Bring frames to the screen, its answers to the server, and so on until all is said."""
        effects = []
        waiting = list(frames)
        while waiting:
            now = self.client.receive(waiting.pop(0), now_ms=self.now)
            effects += now
            for frame in sent(now):
                answer = self.server.receive(frame, at_ms=self.now, now_ms=self.now)
                assert isinstance(answer, list)
                waiting += answer
        return effects

    def publish(self, state: JsonObject) -> bytes:
        frame = self.channel.publish(state, seq=self.channel.seq + 1, at_ms=self.now)
        assert frame is not None
        return frame

    def assert_same(self) -> None:
        assert self.client.seq == self.channel.seq
        assert state_hash(self.client.state) == state_hash(self.channel.state)


# ---- joining ----


def test_a_new_screen_gets_hello_and_a_snapshot() -> None:
    pair = Pair(board(waiting=3), seq=7)

    effects = pair.connect()

    assert Paint() in effects
    pair.assert_same()
    assert pair.client.at_ms == pair.now


def test_a_screen_joins_a_day_on_which_nothing_has_happened() -> None:
    pair = Pair(seq=0)
    pair.connect()
    pair.assert_same()


def test_a_returning_screen_gets_only_the_deltas_that_it_missed() -> None:
    pair = Pair({"long": "x" * 1000})
    pair.connect()
    for waiting in (1, 2, 3):
        pair.publish({"long": "x" * 1000, "waiting": waiting})

    frames = pair.server.greet(since=pair.client.seq, at_ms=pair.now)

    assert [msgspec.json.decode(frame)["t"] for frame in frames] == ["hello", "delta", "delta", "delta"]
    pair.deliver(*frames)
    pair.assert_same()


def test_a_snapshot_is_sent_when_it_is_shorter_than_the_deltas() -> None:
    pair = Pair()
    pair.connect()
    for waiting in range(1, 30):
        pair.publish(board(waiting=waiting))

    frames = pair.server.greet(since=pair.client.seq, at_ms=pair.now)

    assert [msgspec.json.decode(frame)["t"] for frame in frames] == ["hello", "snap"]


def test_a_screen_older_than_the_history_gets_a_snapshot() -> None:
    pair = Pair()
    pair.channel = Channel({"long": "x" * 1000}, seq=0, stream="day-1", history=2)
    pair.server = ServerLink(pair.channel, TERMS)
    pair.connect()
    for waiting in (1, 2, 3):
        pair.publish({"long": "x" * 1000, "waiting": waiting})

    frames = pair.server.greet(since=0, at_ms=pair.now)

    assert [msgspec.json.decode(frame)["t"] for frame in frames] == ["hello", "snap"]


def test_a_screen_that_missed_nothing_gets_a_beat() -> None:
    pair = Pair(seq=4)
    pair.connect()

    frames = pair.server.greet(since=4, at_ms=pair.now)

    assert [msgspec.json.decode(frame)["t"] for frame in frames] == ["hello", "beat"]


# ---- staying true ----


def test_what_a_view_does_not_show_costs_no_frame() -> None:
    pair = Pair(board(waiting=1), seq=3)

    assert pair.channel.publish(board(waiting=1), seq=9, at_ms=pair.now) is None
    assert pair.channel.seq == 3


def test_a_gap_is_noticed_and_filled() -> None:
    pair = Pair()
    pair.connect()
    pair.publish(board(waiting=1))

    pair.deliver(pair.publish(board(waiting=2)))

    pair.assert_same()


def test_one_gap_is_asked_for_once_until_the_next_beat() -> None:
    pair = Pair()
    pair.connect()
    pair.publish(board(waiting=1))
    second, third = pair.publish(board(waiting=2)), pair.publish(board(waiting=3))

    asked = [sent(pair.client.receive(frame, now_ms=pair.now)) for frame in (second, third)]
    again = sent(pair.client.receive(pair.channel.beat(pair.now), now_ms=pair.now))

    assert [len(frames) for frames in asked] == [1, 0]
    assert again == asked[0]


def test_a_lost_last_delta_is_found_by_the_beat() -> None:
    pair = Pair()
    pair.connect()
    pair.publish(board(waiting=1))

    pair.deliver(pair.channel.beat(pair.now))

    pair.assert_same()


def test_an_old_delta_or_snapshot_changes_nothing() -> None:
    pair = Pair()
    old_snapshot = pair.channel.snapshot(pair.now)
    pair.connect()
    first = pair.publish(board(waiting=1))
    pair.deliver(first, first, old_snapshot)
    pair.assert_same()


def test_a_frame_that_cannot_be_read_is_passed_over_and_made_good_by_the_beat() -> None:
    pair = Pair()
    pair.connect()
    frame = pair.publish(board(waiting=1))
    assert pair.deliver(b"", b"{", frame[:-9], b"\xff\xfe", b'{"t":"delta"}', b'{"t":"weather","sun":1}') == []

    pair.deliver(pair.channel.beat(pair.now))

    pair.assert_same()


def test_live_facts_replace_those_of_before_and_leave_the_state_alone() -> None:
    pair = Pair(seq=2)
    pair.connect()
    pair.deliver(ln.live_frame({"p50_ms": 60_000, "alarms": None}, at_ms=pair.now))
    pair.deliver(ln.live_frame({"screens": 4}, at_ms=pair.now))
    assert pair.client.live == {"screens": 4}
    pair.assert_same()


def test_the_next_business_date_begins_on_the_same_connection() -> None:
    """Seq and rings begin anew; the screen takes the lower seq because the stream is another."""
    pair = Pair(board(call(9, 999_000)), seq=500)
    pair.connect()
    tomorrow = Channel(board(call(1, 1_000_000)), seq=2, stream="day-2")
    pair.channel = tomorrow

    effects = pair.deliver(*pair.server.move(tomorrow, at_ms=pair.now))

    assert rings(effects) == [1]
    pair.assert_same()


def test_the_same_seq_of_another_stream_is_not_taken_for_the_same_state() -> None:
    pair = Pair(board(waiting=1), seq=5)
    pair.connect()
    pair.channel = Channel(board(waiting=9), seq=5, stream="day-2")
    pair.server = ServerLink(pair.channel, TERMS)

    pair.connect()

    pair.assert_same()
    assert pair.client.state["waiting"] == {"total": 9}


def test_deltas_of_another_stream_are_not_applied_to_this_one() -> None:
    pair = Pair({"long": "x" * 1000, "day": 1}, seq=5)
    pair.connect()
    pair.channel = Channel({"long": "x" * 1000, "day": 2}, seq=5, stream="day-2")
    pair.server = ServerLink(pair.channel, TERMS)
    pair.publish({"long": "x" * 1000, "day": 2, "waiting": 1})

    pair.connect()

    pair.assert_same()


# ---- rings ----


def test_a_recall_rings_again() -> None:
    pair = Pair()
    pair.connect()
    first = pair.deliver(pair.publish(board(call(1, pair.now))))
    pair.now += 20_000
    again = pair.deliver(pair.publish({"calls": {"1": call(2, pair.now)}}))
    assert (rings(first), rings(again)) == ([1], [2])


def test_a_call_missed_while_away_rings_once_and_old_ones_stay_silent() -> None:
    pair = Pair()
    pair.connect()
    pair.publish(board(call(1, pair.now)))
    pair.now += LIMIT_MS + 1
    pair.publish(board(call(1, pair.now - LIMIT_MS - 1), call(2, pair.now)))
    pair.now += LIMIT_MS

    effects = pair.connect()
    more = pair.deliver(pair.channel.snapshot(pair.now))

    assert rings(effects) == [2]
    assert rings(more) == []


def test_an_old_delta_does_not_ring_after_hello_told_the_time() -> None:
    """A resumed delta carries the moment when it was made; hello tells what time it is now."""
    pair = Pair({"long": "x" * 1000})
    pair.connect()
    pair.publish({"long": "x" * 1000, "call": call(1, pair.now)})
    pair.now += LIMIT_MS + 1

    effects = pair.connect()

    assert rings(effects) == []
    pair.assert_same()


def test_a_hello_on_an_open_connection_brings_another_ring_limit() -> None:
    """As when the day opens, whose plan nobody knew before; the state and its seq stay."""
    pair = Pair()
    pair.connect()
    terms = Terms(hall="longgang", view="board", ring_limit_ms=10_000)
    assert pair.deliver(*pair.server.renew(terms, at_ms=pair.now)) == []
    old, young = call(1, pair.now), call(2, pair.now + 15_000)
    pair.now += 20_000
    assert rings(pair.deliver(pair.publish(board(old, young)))) == [2]


def test_several_young_calls_ring_in_their_order() -> None:
    pair = Pair()
    pair.connect()
    effects = pair.deliver(pair.publish(board(call(3, pair.now), call(1, pair.now), call(2, pair.now))))
    assert rings(effects) == [1, 2, 3]


def test_a_call_without_a_ring_is_silent() -> None:
    pair = Pair()
    pair.connect()
    assert rings(pair.deliver(pair.publish({"call": {"number": "A001", "ring": "x"}}))) == []


# ---- receipts ----


def test_a_screen_confirms_painted_rings_once() -> None:
    pair = Pair()
    pair.connect()
    assert pair.client.painted() == []
    pair.deliver(pair.publish(board(call(1, pair.now))))

    (receipt,) = sent(pair.client.painted())
    pair.server.receive(receipt, at_ms=pair.now, now_ms=pair.now)

    assert pair.server.shown_seq == pair.channel.seq == 1
    assert pair.server.last_seen_ms == pair.now
    assert pair.client.painted() == []


def test_a_page_that_is_no_screen_confirms_nothing() -> None:
    pair = Pair(screen=False)
    pair.connect()
    pair.deliver(pair.publish(board(call(1, pair.now))))
    assert pair.client.painted() == []


# ---- what the server refuses ----


def refusal(frame: bytes | str) -> object:
    pair = Pair()
    return pair.server.receive(frame, at_ms=pair.now, now_ms=pair.now)


def test_the_server_refuses_what_is_no_frame_of_a_screen() -> None:
    not_a_frame = ln.Refused(1008, "not a frame")
    for frame in (
        b"",
        b"[]",
        b"\xff",
        "hello",
        b'{"t":"snap","seq":1}',
        b'{"t":"resume"}',
        b'{"t":"resume","since":"1"}',
    ):
        assert refusal(frame) == not_a_frame, frame
    assert refusal(b'{"t":"shown","seq":1}') == ln.Refused(1008, "not sent yet")
    assert refusal(b" " * 65_537) == ln.Refused(1009, "too large")


def test_a_screen_that_asks_too_often_is_refused_until_the_next_beat() -> None:
    pair = Pair()
    ask = b'{"t":"resume","since":0}'
    for _ in range(ln.CLIENT_FRAMES_PER_BEAT):
        assert isinstance(pair.server.receive(ask, at_ms=pair.now, now_ms=pair.now), list)
    assert pair.server.receive(ask, at_ms=pair.now, now_ms=pair.now) == ln.Refused(1008, "too many")
    later = pair.now + ln.BEAT_MS
    assert isinstance(pair.server.receive(ask, at_ms=later, now_ms=later), list)


# ---- silence ----


def test_after_one_and_a_half_beats_of_silence_the_screen_says_so_once() -> None:
    pair = Pair(seq=1)
    pair.connect()
    heard = pair.now

    assert pair.client.wake_ms == heard + 1_500
    assert pair.client.tick(now_ms=heard + 1_499) == []
    assert pair.client.tick(now_ms=heard + 1_500) == [Stale(heard)]
    assert pair.client.tick(now_ms=heard + 9_000) == []

    pair.now = heard + 9_000
    assert ln.Fresh() in pair.connect()


def test_beats_keep_the_screen_fresh() -> None:
    pair = Pair(seq=1)
    pair.connect()
    for _ in range(5):
        pair.now += 1_000
        assert pair.client.tick(now_ms=pair.now) == []
        assert pair.deliver(pair.channel.beat(pair.now)) == []


def test_a_screen_whose_questions_get_no_answer_becomes_stale_though_beats_arrive() -> None:
    """Law 4 is about the truth, not about the link."""
    pair = Pair()
    pair.connect()
    pair.publish(board(waiting=1))
    said: list[Effect] = []
    for _ in range(4):
        pair.now += 1_000
        said += pair.client.tick(now_ms=pair.now)
        said += pair.client.receive(pair.channel.beat(pair.now), now_ms=pair.now)
    assert any(isinstance(one, Stale) for one in said)


def test_a_node_that_lags_does_not_take_the_screen_back() -> None:
    pair = Pair(board(waiting=5), seq=5)
    pair.connect()
    ahead = pair.client.seq
    pair.channel = Channel(board(waiting=1), seq=1, stream="day-1")
    pair.server = ServerLink(pair.channel, TERMS)

    effects = pair.connect()

    assert pair.client.seq == ahead
    assert sent(effects) == []
    assert pair.client.tick(now_ms=pair.now + 1_500) != []


def test_the_screen_comes_back_after_growing_delays() -> None:
    client = ClientLink()
    plain = [client.closed(jitter_permille=0) for _ in range(6)]
    assert plain == [Reconnect(delay, ln.NOTHING) for delay in (500, 1_000, 2_000, 2_000, 2_000, 2_000)]
    assert client.closed(jitter_permille=1_000) == Reconnect(2_500, ln.NOTHING)


def test_a_true_screen_begins_with_the_first_delay_again() -> None:
    pair = Pair(seq=3)
    pair.client.closed(jitter_permille=0)
    pair.connect()
    pair.deliver(pair.channel.beat(pair.now))
    assert pair.client.closed(jitter_permille=0) == Reconnect(500, 3)


def test_the_server_may_say_when_to_come_back() -> None:
    pair = Pair(seq=3)
    pair.connect()
    pair.deliver(ln.bye_frame("restart", retry_ms=700))
    assert pair.client.closed(jitter_permille=0) == Reconnect(700, 3)
    assert pair.client.closed(jitter_permille=0) == Reconnect(1_000, 3)


def test_a_screen_that_confirms_every_frame_of_a_storm_is_no_flood() -> None:
    """At the 20 ms tick fifty frames come in a beat, each with a ring that the screen says it has shown."""
    pair = Pair()
    shown = b'{"t":"shown","seq":0}'
    for _ in range(50):
        assert pair.server.receive(shown, at_ms=pair.now, now_ms=pair.now) == []

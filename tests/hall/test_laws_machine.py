"""The laws as a Hypothesis state machine: it finds and shrinks what seeded loops only stumble over."""

from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hall import commands as cmd
from hall.errors import Refusal
from hall.state import HallDay
from hall.step import apply, step
from tests.support.crowd import Crowd, crowd_plan
from tests.support.laws import assert_laws

WINDOWS = st.sampled_from([f"W{number}" for number in range(5)])
CLERKS = st.sampled_from(["clerk:1", "clerk:2", "clerk:3", "guide:g", "manager:m"])
ITEMS = st.lists(
    st.builds(cmd.WantedItem, st.sampled_from([f"i{number}" for number in range(9)]), st.integers(1, 3)),
    min_size=1,
    max_size=3,
)
CLASSES = st.sampled_from(["ordinary", "booked", "elder", "priority"])
PLACES = st.sampled_from(["front", "original", "back"])


class HallMachine(RuleBasedStateMachine):
    """A hall and everything that people can do in it, valid or not."""

    @initialize(idle=st.sampled_from(["at_once", "on_key"]))
    def open(self, idle: str) -> None:
        """The day begins."""
        self.crowd = Crowd(1, plan=crowd_plan(idle=idle))
        self.settled = True
        self.number = 0
        self.numbers: dict[str, str] = {}

    def do(self, make: Any, actor: str, after_ms: int = 0, **fields: Any) -> Any:
        """Send one command and remember how it ended."""
        self.number += 1
        self.crowd.at_ms += after_ms
        command = make(command_id=f"machine-{self.number}", at_ms=self.crowd.at_ms, actor=actor, **fields)
        answer = self.crowd.send(command)
        self.settled = not isinstance(answer, Refusal)
        return answer

    @property
    def state(self) -> HallDay:
        """The hall."""
        return self.crowd.state

    def clerk(self, window: str, stranger: str) -> str:
        """Whoever sits there, or a stranger."""
        return self.state.desks[window].clerk or stranger

    @rule(items=ITEMS, klass=CLASSES, person=st.sampled_from(["", "", "p1"]), after_ms=st.integers(0, 90_000))
    def take(self, items: list[cmd.WantedItem], klass: str, person: str, after_ms: int) -> None:
        """Take a number; it never changes and nobody else ever gets it (S1)."""
        ticket = f"ticket-{self.number}"
        self.do(cmd.TakeTicket, "device:k", after_ms, ticket=ticket, items=tuple(items), klass=klass, person=person)
        if ticket in self.state.tickets:
            number = self.state.tickets[ticket].number
            assert number not in self.numbers.values()
            self.numbers[ticket] = number

    @rule(window=WINDOWS, actor=CLERKS)
    def open_window(self, window: str, actor: str) -> None:
        """Sign in."""
        self.do(cmd.OpenWindow, actor, window=window)

    @rule(window=WINDOWS, hand_over=st.booleans(), how=st.sampled_from([cmd.CloseWindow, cmd.PauseWindow]))
    def stop_window(self, window: str, hand_over: bool, how: Any) -> None:
        """Close or pause."""
        self.do(how, self.clerk(window, "manager:m"), window=window, hand_over=hand_over)

    @rule(window=WINDOWS)
    def drain(self, window: str) -> None:
        """Stop calling."""
        self.do(cmd.DrainWindow, self.clerk(window, "manager:m"), window=window)

    @rule(window=WINDOWS, after_ms=st.integers(0, 200_000))
    def call_next(self, window: str, after_ms: int) -> None:
        """Call the next."""
        self.do(cmd.CallNext, self.clerk(window, "clerk:1"), after_ms, window=window)

    @rule(
        window=WINDOWS,
        after_ms=st.integers(0, 40_000),
        how=st.sampled_from([cmd.RecallTicket, cmd.StartService, cmd.UndoLast]),
    )
    def plain(self, window: str, after_ms: int, how: Any) -> None:
        """Recall, start or undo."""
        self.do(how, self.clerk(window, "clerk:1"), after_ms, window=window)

    @rule(
        window=WINDOWS,
        and_next=st.booleans(),
        after_ms=st.integers(0, 60_000),
        how=st.sampled_from([cmd.MissTicket, cmd.FinishTicket]),
    )
    def leave(self, window: str, and_next: bool, after_ms: int, how: Any) -> None:
        """Miss or finish, with or without the next."""
        self.do(how, self.clerk(window, "clerk:1"), after_ms, window=window, and_next=and_next)

    @rule(window=WINDOWS, and_next=st.booleans())
    def hold(self, window: str, and_next: bool) -> None:
        """Park the person."""
        self.do(cmd.HoldTicket, self.clerk(window, "clerk:1"), window=window, reason="other", and_next=and_next)

    @precondition(lambda self: self.state.held)
    @rule(window=WINDOWS, to_line=st.booleans(), place=PLACES, data=st.data())
    def resume(self, window: str, to_line: bool, place: str, data: st.DataObject) -> None:
        """Take a held person back."""
        ticket = data.draw(st.sampled_from(list(self.state.held)))
        self.do(
            cmd.ResumeTicket, self.clerk(window, "clerk:1"), window=window, ticket=ticket, to_line=to_line, place=place
        )

    @precondition(lambda self: self.state.missed)
    @rule(data=st.data(), how=st.sampled_from([cmd.RejoinTicket, cmd.AbandonTicket, cmd.CancelTicket]))
    def missed(self, data: st.DataObject, how: Any) -> None:
        """Rejoin, abandon or cancel."""
        self.do(how, "guide:g", ticket=data.draw(st.sampled_from(list(self.state.missed))))

    @precondition(lambda self: self.state.tickets)
    @rule(
        data=st.data(),
        place=PLACES,
        where=st.sampled_from(
            [{"to_item": "i1"}, {"to_window": "W2"}, {"to_area": "a2"}, {"to_hall": "other", "linked": "L"}]
        ),
    )
    def transfer(self, data: st.DataObject, place: str, where: dict[str, str]) -> None:
        """Send a ticket elsewhere."""
        ticket = data.draw(st.sampled_from(list(self.state.tickets)))
        self.do(cmd.TransferTicket, "guide:g", ticket=ticket, place=place, **where)

    @precondition(lambda self: len(self.state.tickets) > 1)
    @rule(data=st.data(), merge=st.booleans())
    def split_or_merge(self, data: st.DataObject, merge: bool) -> None:
        """Split a ticket or merge two."""
        one, other = (data.draw(st.sampled_from(list(self.state.tickets))) for _ in range(2))
        if merge:
            self.do(cmd.MergeTickets, "guide:g", ticket=one, merged=other)
        else:
            self.do(cmd.SplitTicket, "guide:g", ticket=one, child=f"child-{self.number}", entries=(0,))

    @rule(after_ms=st.integers(0, 4_000_000))
    def tick(self, after_ms: int) -> None:
        """Time passes."""
        self.do(cmd.Tick, "timer:", after_ms)

    @invariant()
    def laws_hold(self) -> None:
        """Every law, after every step."""
        if hasattr(self, "crowd"):
            assert_laws(self.state, settled=self.settled)
            for ticket, number in self.numbers.items():
                assert self.state.tickets[ticket].number == number

    def teardown(self) -> None:
        """The log alone gives the same state and the same decisions (S9, S10, S16)."""
        if not hasattr(self, "crowd"):
            return
        replayed, again = HallDay(), HallDay()
        for state in (replayed, again):
            state.learn(self.crowd.plan)
        for number, commit in enumerate(self.crowd.commits, start=1):
            assert commit.seq == number
            apply(replayed, commit)
            assert step(again, commit.command) == (commit.refusal or commit.events)
        assert replayed.fingerprint() == self.state.fingerprint() == again.fingerprint()


TestHallMachine = HallMachine.TestCase
TestHallMachine.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)

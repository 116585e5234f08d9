"""The laws of bookings in seeded loops: people who hold, book, move, cancel, wait, come early, late or never; closing slots.

To repeat a failure: ``pytest tests/hall/test_booking_laws_in_loops.py -k "seed-7"``.
"""

import random

import pytest

from hall import booking_commands as bcmd
from hall import commands as cmd
from hall import events as ev
from hall.audit import audit
from hall.decide import decide
from hall.errors import Refusal
from hall.events import commit_decoder, commit_encoder
from hall.figures import figures_of
from hall.ids import MINUTE_MS
from hall.state import HallDay
from hall.step import apply, step
from tests.support.booked_crowd import BookedCrowd
from tests.support.booked_hall import BookedHall, booking_rules
from tests.support.booking_laws import assert_booking_laws
from tests.support.laws import assert_laws

COMMANDS = 700


@pytest.mark.parametrize("seed", range(6), ids=lambda seed: f"seed-{seed}")
def test_every_command_keeps_every_law(seed: int) -> None:
    """S6 at every prefix, limits per person, one ticket per booking, nobody called before the slot, the waitlist served."""
    crowd = BookedCrowd(seed)

    for _ in range(COMMANDS):
        answer = crowd.send(crowd.act())

        assert_laws(crowd.state, settled=not isinstance(answer, Refusal))
        assert_booking_laws(crowd.state, settled=not isinstance(answer, Refusal))
    crowd.send(cmd.EndDay(command_id="end-day", at_ms=crowd.at_ms, actor="manager:m"))
    assert_booking_laws(crowd.state)


@pytest.mark.parametrize("seed", range(20, 24), ids=lambda seed: f"seed-{seed}")
def test_the_log_alone_proves_it_and_gives_the_same_state(seed: int) -> None:
    """The auditor finds nothing; replaying gives the same fingerprint, deciding again the same events (S10, S16)."""
    crowd = BookedCrowd(seed)
    for _ in range(COMMANDS):
        crowd.send(crowd.act())
    log = [commit_decoder.decode(commit_encoder.encode(commit)) for commit in crowd.commits]

    replayed, again = HallDay(), HallDay()
    for state in (replayed, again):
        state.learn(crowd.plan)
    for commit in log:
        apply(replayed, commit)
        assert step(again, commit.command) == (commit.refusal or commit.events), commit.seq

    assert list(audit(log, crowd.state.plans)) == []
    assert replayed.fingerprint() == crowd.state.fingerprint() == again.fingerprint()
    assert figures_of(log, [crowd.plan]).report()["booked"] is not None


@pytest.mark.parametrize("seed", range(30, 32), ids=lambda seed: f"seed-{seed}")
def test_a_refusal_changes_nothing_and_decide_never_writes(seed: int) -> None:
    """Deciding leaves the fingerprint; so does a refusal, but for seq and moment."""
    crowd = BookedCrowd(seed, walk_in_share=0.2)

    for _ in range(400):
        command = crowd.act()
        state = crowd.state
        before, at = state.fingerprint(), (state.seq, state.at_ms)
        decided = decide(state, command)
        assert state.fingerprint() == before
        if isinstance(crowd.send(command), Refusal):
            assert isinstance(decided, Refusal)
            after = (state.seq, state.at_ms)
            state.seq, state.at_ms = at
            assert state.fingerprint() == before
            state.seq, state.at_ms = after


@pytest.mark.parametrize("bound", [0, 1, 3])
def test_no_walk_in_is_passed_by_more_bookings_than_the_bound(bound: int) -> None:
    """Fairness: whatever comes when, a walk-in who keeps the place is passed by at most ``max_passed`` bookings."""
    most = max(_most_passed(seed, bound) for seed in range(3))

    assert most == bound, "the bound is kept, and it is what binds"


def _most_passed(seed: int, bound: int) -> int:
    """Return how many bookings passed the unluckiest walk-in of a random day."""
    chance = random.Random(seed)
    rules = booking_rules(max_passed=bound, lead_ms=0, early_ms=60 * MINUTE_MS, grace_ms=20 * MINUTE_MS)
    hall = BookedHall(rules, places=30, credit_ms=15 * MINUTE_MS)
    hall.is_quick = True
    bookings = [hall.book(f"p{number}", slot=1 + number // 15) for number in range(60)]
    hall.to(0)
    hall.open("1", "2", "3")
    chance.shuffle(bookings)
    passed: dict[str, int] = {}
    for number in range(400):
        hall.now += chance.choice((0, 10_000, 50_000))
        hall.tick()
        what = chance.random()
        if what < 0.4:
            hall.arrive(f"W{number:07}", chance.choice(("A", "A2", "B")))
        elif what < 0.7 and bookings:
            hall.try_to(bcmd.CheckIn, appointment=chance.choice(bookings), ticket=f"C{number:07}")
        else:
            hall.serve_next(chance.choice(("1", "2", "3")), passed)
    return max(passed.values(), default=0)


def test_booked_and_walk_in_guarantees_hold_together_on_a_busy_day() -> None:
    """Half of the visitors booked: 95 % of them are called within 10 min of their slot, no walk-in is passed by more than 5."""
    hall = BookedHall(booking_rules(early_ms=30 * MINUTE_MS), places=5, credit_ms=10 * MINUTE_MS)
    hall.is_quick = True
    bookings = [hall.book(f"p{number}", slot=1 + number // 5) for number in range(60)]
    hall.to(0)
    hall.open("1", "2")
    chance = random.Random(1)
    comes = {name: hall.slot_ms(name) + chance.randrange(-12, 8) * MINUTE_MS for name in bookings}

    for minute in range(6 * 60):
        hall.now += MINUTE_MS
        hall.tick()
        for name in [one for one, at in comes.items() if at <= hall.now]:
            hall.try_to(bcmd.CheckIn, appointment=name, ticket=f"C-{name}-x")
            del comes[name]
        if minute % 6 == 0:
            hall.arrive(f"W{minute:07}", "A")
        for desk in hall.state.desks.values():
            if desk.state == "IDLE" or (desk.ticket is not None and hall.now >= desk.ticket.called_ms + 5 * MINUTE_MS):
                hall.serve_next(desk.code, {})

    booked = figures_of(hall.commits, [hall.plan]).report()["booked"]
    assert booked["on_time"]["pct"] >= booked["goal"]["on_time_pct"]  # type: ignore[index]
    assert booked["walk_ins_passed"]["most"] <= booked["walk_ins_passed"]["bound"] == 5  # type: ignore[index]
    assert list(audit(hall.commits, hall.state.plans)) == []
    assert any(isinstance(event, ev.TicketCalled) for commit in hall.commits for event in commit.events)

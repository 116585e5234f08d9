"""Waits that people are told: honest against whole seeded days, sane in every corner."""

from dataclasses import dataclass, field

import msgspec
import pytest

from hall import commands as cmd
from hall import estimate as es
from hall.catalog import HelpRule, Serves
from hall.errors import Refusal
from hall.experience import ABSENT_MS, GAP_MS, WALK_MS, Experience, experience_of
from hall.figures import percentile
from hall.ids import MINUTE_MS, Ms
from hall.opening import Session
from hall.playout import Seat, lognormal, normal_scores, play, rest
from hall.policy import Plan
from hall.state import HallDay
from tests.support.seeded_hall import OPEN_MS, SeededHall, seeded_plan, with_told

TEN_MINUTES_MS = 10 * MINUTE_MS


# ---- calibration ----


@dataclass
class Told:
    """What a day's citizens were told, beside the estimator that halls use today: the day's average so far."""

    averages: dict[str, Ms] = field(default_factory=dict)
    learnt_ms: Ms = 0
    experience: Experience = field(default_factory=Experience)

    def tell(self, state: HallDay, command: cmd.TakeTicket) -> cmd.TakeTicket:
        if command.at_ms >= self.learnt_ms + MINUTE_MS:
            self.experience, self.learnt_ms = experience_of(state), command.at_ms
        items = tuple(one.code for one in command.items)
        place = es.place_for(state, items, klass=command.klass, at_ms=command.at_ms)
        waits = [one.first_called_ms - one.arrived_ms for one in state.tickets.values() if one.first_called_ms]
        self.averages[command.ticket] = sum(waits) // max(1, len(waits))
        return with_told(command, es.wait_range(state, place, at_ms=command.at_ms, experience=self.experience))


def waits_and_told(load: float, seeds: range) -> list[tuple[Ms, Ms, Ms, Ms]]:
    """(real wait, told P50, told P80, today's average) of everybody who was told and called."""
    rows = []
    for seed in seeds:
        told = Told()
        hall = SeededHall(seed, load=load, hours=5, take=told.tell).run()
        for one in hall.state.tickets.values():
            if one.told is not None and one.first_called_ms:
                wait = one.first_called_ms - one.arrived_ms
                rows.append((wait, one.told.p50_ms, one.told.p80_ms, told.averages[one.id]))
    return rows


@pytest.mark.parametrize(("name", "load"), [("light", 0.65), ("busy", 0.95), ("overloaded", 1.2)])
def test_what_is_told_is_calibrated(name: str, load: float, capsys: pytest.CaptureFixture[str]) -> None:
    """Of those told a wait, 70 to 92 % wait at most the P80, about half at most the P50; few are told far too little."""
    rows = waits_and_told(load, range(3))

    told_some = [row for row in rows if row[2] > 0]
    within_p80 = sum(wait <= p80 for wait, _, p80, _ in told_some) / len(told_some)
    within_p50 = sum(wait <= p50 for wait, p50, _, _ in told_some) / len(told_some)
    short_told = sum(wait - p80 >= TEN_MINUTES_MS for wait, _, p80, _ in rows) / len(rows)
    short_average = sum(wait - average >= TEN_MINUTES_MS for wait, _, _, average in rows) / len(rows)
    median = percentile(sorted(row[0] for row in rows), 50)
    with capsys.disabled():
        print(  # noqa: T201
            f"\n  {name}: n {len(rows)}, median wait {median / MINUTE_MS:.1f} min, told a wait {len(told_some) / len(rows):.0%}, "
            f"of them within P80 {within_p80:.0%}, within P50 {within_p50:.0%}; 10+ min too little: P80 {short_told:.1%}, "
            f"today's average {short_average:.1%}"
        )

    assert 0.70 <= within_p80 <= 0.92
    assert 0.35 <= within_p50 <= 0.68
    assert short_told <= 0.03
    assert short_told < short_average


# ---- corners ----


def hall_with(plan: Plan | None = None, *, windows: int = 12, taken: int = 0) -> SeededHall:
    """A hall after its opening: some windows staffed, some numbers taken."""
    hall = SeededHall(1, load=1, plan=plan)
    hall.open_day()
    hall.now = OPEN_MS
    for window in list(hall.state.desks)[:windows]:
        hall._sit_down(window)
    for _ in range(taken):
        take(hall)
    return hall


def take(hall: SeededHall, code: str = "tax", klass: str = "ordinary") -> str:
    ticket = f"ticket-{len(hall.state.tickets):06}"
    hall.now += 1_000
    answer = hall.do(cmd.TakeTicket, actor="device:kiosk-1", ticket=ticket, items=(cmd.WantedItem(code),), klass=klass)
    assert not isinstance(answer, Refusal), answer.en
    return ticket


def told_now(hall: SeededHall, code: str = "tax", klass: str = "ordinary") -> cmd.Told | None:
    return es.wait_range(hall.state, es.place_for(hall.state, (code,), klass=klass, at_ms=hall.now), at_ms=hall.now)


def at(hall: SeededHall, kind: type[cmd.AtWindow], window: str = "W01", **more: object) -> None:
    actor = hall.state.desks[window].clerk or f"clerk:{window}"
    answer = hall.do(kind, actor=actor, window=window, **more)
    assert not isinstance(answer, Refusal), answer.en


def test_nobody_waits_while_a_window_is_idle() -> None:
    assert told_now(hall_with()) == cmd.Told(0, 0, 0)


def test_an_idle_window_that_does_not_ask_needs_its_key() -> None:
    hall = hall_with(windows=0)
    hall.do(cmd.OpenWindow, actor="clerk:W07", window="W07")
    told = told_now(hall)
    assert told.p50_ms == GAP_MS < told.p80_ms < 2 * GAP_MS


def test_more_people_ahead_wait_longer_and_the_same_question_has_the_same_answer() -> None:
    hall = hall_with(taken=12)
    before = 0
    for _ in range(8):
        told = told_now(hall)
        assert told == told_now(hall)
        assert told.p50_ms <= told.p80_ms
        assert told.p80_ms > before
        before = told.p50_ms
        for _ in range(6):
            take(hall)


def test_a_crowd_is_estimated_in_the_same_scale_as_many_people() -> None:
    """The single run with means continues the many runs."""
    hall = hall_with(taken=es.CROWD + 7)
    many = told_now(hall)
    for _ in range(20):
        take(hall)
    crowd = told_now(hall)
    assert many.ahead < es.CROWD < crowd.ahead
    assert many.p50_ms < crowd.p50_ms < many.p50_ms * 1.15
    assert many.p80_ms < crowd.p80_ms * 1.1


def test_people_of_other_windows_do_not_stand_in_the_way() -> None:
    """With themed windows only, those who wait for another theme take nothing from this one."""
    plan = seeded_plan()
    themed = plan.catalog.windows[:6]
    plan = msgspec.structs.replace(plan, catalog=msgspec.structs.replace(plan.catalog, windows=themed))
    hall = hall_with(plan, windows=6)
    for _ in range(20):
        take(hall, "card")
    assert told_now(hall, "tax") == cmd.Told(0, 0, 0)
    assert told_now(hall, "card").ahead == 18


def test_a_waiting_ticket_is_told_what_is_left() -> None:
    hall = hall_with(taken=30)
    last = hall.state.tickets["ticket-000029"]
    told = es.wait_range(hall.state, es.place_of(hall.state, last), at_ms=hall.now)
    assert told.ahead == es.ahead(hall.state, es.place_of(hall.state, last)) == 21
    assert 0 < told.p50_ms < told_now(hall).p50_ms


def test_an_earlier_lane_waits_less() -> None:
    hall = hall_with(taken=30)
    assert told_now(hall, klass="priority").ahead == 0
    assert told_now(hall, klass="priority").p80_ms < told_now(hall).p50_ms
    assert told_now(hall, klass="no such class") == told_now(hall)


def test_who_may_still_overtake_is_counted_in() -> None:
    hall = hall_with(taken=30)
    hall_state, place = hall.state, es.place_for(hall.state, ("tax",), at_ms=hall.now)
    for _ in range(20):
        take(hall, klass="priority")
        take(hall, klass="elder")
    learnt = experience_of(hall_state)
    plain = es.wait_range(hall_state, place, at_ms=hall.now)
    careful = es.wait_range(hall_state, place, at_ms=hall.now, experience=learnt)
    assert [one.permille > 0 for one in learnt.classes] == [True] * 3
    assert careful.p50_ms > plain.p50_ms * 1.3


def test_before_the_opening_the_wait_counts_to_the_opening() -> None:
    hall = hall_with(windows=0)
    hall.now = OPEN_MS - 20 * MINUTE_MS
    hall.state.at_ms = hall.now
    assert told_now(hall) == cmd.Told(0, 20 * MINUTE_MS, told_now(hall).p80_ms)
    for _ in range(40):
        take(hall)
    assert told_now(hall).p50_ms > 25 * MINUTE_MS


def test_a_clerk_who_sits_down_before_the_opening_makes_no_wait_longer() -> None:
    """The others are expected at the opening still; a hall told 42 minutes instead of 10 while its clerks sat down."""
    hall = hall_with(windows=0)
    hall.now = OPEN_MS - 20 * MINUTE_MS
    hall.state.at_ms = hall.now
    for _ in range(40):
        take(hall)
    before = told_now(hall).p80_ms

    hall._sit_down("W01")

    assert told_now(hall).p80_ms <= before
    hall.now = OPEN_MS
    assert told_now(hall).p80_ms > 3 * before, "in the session only who is there counts"


def test_windows_that_are_away_for_lunch_count_beside_those_on_duty() -> None:
    def told(*, back: bool) -> int:
        hall = hall_with()
        for window in list(hall.state.desks)[1:]:
            hall.state.desks[window].done = 5
            at(hall, cmd.CloseWindow, window)
        for _ in range(40):
            take(hall)
        hall.state.sessions = (
            Session(OPEN_MS, hall.now),
            Session(hall.now + 30 * MINUTE_MS, OPEN_MS + 9 * 60 * MINUTE_MS),
        )
        if not back:
            hall.state.sessions = hall.state.sessions[:1]
        return told_now(hall).p80_ms

    assert 30 * MINUTE_MS < told(back=True) < told(back=False) / 2


def test_in_a_session_without_a_window_nobody_can_say() -> None:
    hall = hall_with(windows=0)
    assert told_now(hall) is None


def test_after_the_last_session_the_next_known_opening_counts() -> None:
    hall = hall_with(windows=0)
    hall.now = OPEN_MS + 10 * 60 * MINUTE_MS
    assert told_now(hall) is None
    hall.state.next_open_ms = hall.now + 60 * MINUTE_MS
    assert told_now(hall).p50_ms == 60 * MINUTE_MS


def test_windows_that_worked_today_are_expected_after_a_break() -> None:
    hall = hall_with(windows=1, taken=1)
    hall.now += 20_000
    at(hall, cmd.FinishTicket)
    at(hall, cmd.CloseWindow)
    for _ in range(10):
        take(hall)
    hall.now = OPEN_MS + 9 * 60 * MINUTE_MS
    hall.state.next_open_ms = hall.now + 60 * MINUTE_MS
    one_window = told_now(hall).p50_ms
    hall.state.desks["W01"].done = 0
    assert one_window > told_now(hall).p50_ms


def test_a_paused_window_is_expected_back() -> None:
    hall = hall_with(windows=1)
    at(hall, cmd.PauseWindow)
    paused_ms = hall.now
    assert told_now(hall).p50_ms == es.PAUSE_MS
    hall.now = paused_ms + 2 * es.PAUSE_MS
    assert told_now(hall).p50_ms == es.PAUSE_MS // 3


def test_a_window_that_is_paused_over_lunch_is_expected_at_the_opening() -> None:
    """A counter with one clerk told five minutes at ten past twelve, and opened again at half past two."""
    hall = hall_with(windows=1)
    at(hall, cmd.PauseWindow)
    hall.now += 10 * MINUTE_MS
    hall.state.sessions = (
        Session(OPEN_MS, hall.now - MINUTE_MS),
        Session(hall.now + 140 * MINUTE_MS, OPEN_MS + 9 * 60 * MINUTE_MS),
    )

    assert told_now(hall).p50_ms == 140 * MINUTE_MS
    hall.state.sessions = hall.state.sessions[:1]
    hall.state.next_open_ms = hall.now + 17 * 60 * MINUTE_MS
    assert told_now(hall).p50_ms == es.PAUSE_MS - 10 * MINUTE_MS, "who holds a number is served after the close, too"


def test_a_window_that_helps_counts_only_while_nobody_waits_for_its_own() -> None:
    plan = seeded_plan()
    helps = Serves(themes=("general",))
    first, second = plan.catalog.windows[:2]
    windows = (first, msgspec.structs.replace(second, helps=helps, help_rule=HelpRule("idle")))
    items = tuple(one for one in plan.catalog.items if one.theme != "life")
    catalog = msgspec.structs.replace(plan.catalog, windows=windows, items=items)
    hall = hall_with(msgspec.structs.replace(plan, catalog=catalog), windows=2, taken=6)
    helped = told_now(hall).p50_ms
    take(hall, "card")
    assert told_now(hall).p50_ms > helped * 1.3
    at(hall, cmd.DrainWindow, "W01")
    assert told_now(hall) is not None


def test_a_visit_under_way_is_expected_to_end() -> None:
    """Called, just begun, long overdue: each leaves a finite rest."""
    hall = hall_with(windows=1)
    rests = []
    take(hall)
    rests.append(told_now(hall).p50_ms)
    at(hall, cmd.StartService, hall.state.tickets["ticket-000000"].window)
    for minutes in (2, 20, 600):
        hall.now += minutes * MINUTE_MS
        rests.append(told_now(hall).p50_ms)
    assert all(0 < one < 400 * MINUTE_MS for one in rests)
    assert rests[-1] > rests[1]


def test_several_items_and_quantities_take_longer() -> None:
    expect = Experience().expect
    items = {item.code: item for item in seeded_plan().catalog.items}
    assert expect((("tax", 1),), items) == (6 * MINUTE_MS, 80)
    assert expect((("tax", 12),), items) == (72 * MINUTE_MS, 25)
    assert expect((("tax", 1), ("card", 2)), items)[0] == 14 * MINUTE_MS
    assert expect((("unknown", 1),), items) == (10 * MINUTE_MS, 80)
    assert expect((), items) == (10 * MINUTE_MS, 80)


# ---- what a day teaches ----


def test_without_visits_the_catalog_is_expected() -> None:
    known = experience_of(hall_with().state)
    assert known.unit_ms["tax"] == 6 * MINUTE_MS
    assert (known.walk_ms, known.gap_ms, known.absent_permille, known.absent_ms) == (WALK_MS, GAP_MS, 0, ABSENT_MS)


def test_a_slow_day_is_noticed_and_few_visits_move_little() -> None:
    hall = SeededHall(4, load=0.9, hours=5).run()
    # A visit of two calls says nothing about gaps.
    next(iter(hall.state.tickets.values())).calls = 2
    quick = experience_of(hall.state)
    for ticket in hall.state.tickets.values():
        ticket.service_ms *= 2
    slow = experience_of(hall.state)
    ratios = [slow.unit_ms[code] / quick.unit_ms[code] for code in slow.unit_ms]
    assert all(1.5 < ratio < 2.1 for ratio in ratios)
    assert 20 < quick.absent_permille < 120
    assert 20_000 < quick.walk_ms < 40_000


# ---- playing forward ----


def test_quantiles_keep_the_mean_and_are_ascending() -> None:
    for cv in (5, 80, 150):
        values = lognormal(600_000, cv, 31)
        assert abs(sum(values) / 31 - 600_000) < 10
        assert list(values) == sorted(values)
    assert [round(score, 3) for score in normal_scores(3)] == [-0.967, 0.0, 0.967]


def test_the_rest_of_a_visit_shrinks_first_and_grows_when_it_is_overdue() -> None:
    """A lognormal visit of age 0 has all of it left; one far beyond its table has a part of its age left."""
    means = [sum(rest(600_000, 50, 31, elapsed_ms=minutes * MINUTE_MS)) / 31 for minutes in (0, 5, 300)]
    assert means[1] < means[0]
    assert 0.35 * 300 * MINUTE_MS < means[2] < 0.45 * 300 * MINUTE_MS


def test_one_window_serves_one_after_the_other() -> None:
    """With fixed times the result is arithmetic: free after 10, two visits of 5."""
    assert play([[(10,) * 3]], [Seat((0,), (5,) * 3)] * 2, (0,), seed=1) == [20, 20, 20]


def test_people_sit_down_at_the_window_that_becomes_free_first() -> None:
    pools = [[(10,) * 3], [(12,) * 3, (30,) * 3]]
    seats = [Seat((0, 1), (100,) * 3), Seat((0, 1), (100,) * 3)]
    assert play(pools, seats, (1,), seed=1) == [30, 30, 30]
    assert play(pools, seats, (0,), seed=1) == [110, 110, 110]


def test_windows_that_help_only_who_has_waited_long_promise_nothing() -> None:
    """Three idle windows help after ten minutes: until then a busy own window decides what is told."""
    plan = seeded_plan()
    helping = HelpRule("waited", 10 * MINUTE_MS)
    own, *others = plan.catalog.windows[:4]
    windows = (
        msgspec.structs.replace(own, serves=Serves(themes=("general",)), helps=Serves()),
        *(
            msgspec.structs.replace(
                one, serves=Serves(themes=("firms", "life")), helps=Serves(themes=("general",)), help_rule=helping
            )
            for one in others
        ),
    )
    catalog = msgspec.structs.replace(plan.catalog, windows=windows)
    hall = hall_with(msgspec.structs.replace(plan, catalog=catalog), windows=4, taken=0)
    for _ in range(3):
        hall.do(
            cmd.TakeTicket,
            actor="device:k",
            ticket=f"t-{hall.now}-{len(hall.state.tickets)}",
            items=(cmd.WantedItem("tax"),),
        )
    place = es.place_for(hall.state, ("tax",), at_ms=hall.now)

    told = es.wait_range(hall.state, place, at_ms=hall.now)

    assert told is not None
    assert len(hall.state.asking) == 3
    assert (told.ahead, told.p50_ms > MINUTE_MS) == (2, True)

"""The day: how it begins, what may change while it runs, and how it ends."""

import msgspec
import pytest

from hall import commands as cmd
from hall import events as ev
from hall.catalog import Item, Serves, Text, Window
from hall.errors import BrokenLog, HallError, UnknownEvent
from hall.evolve import evolve
from hall.opening import DayMoments, Session
from hall.policy import Calling, MissedRule, Plan, Policy, Quota, Series, VisitorClass
from hall.state import HallDay
from hall.step import apply, next_deadline
from tests.support.halls import (
    HOUR_MS,
    OPEN_MS,
    Hall,
    Refused,
    assert_called,
    assert_state,
    assert_window,
    plan,
    policy,
    refused,
)

# ---- the beginning ----


def test_nothing_happens_before_the_day_is_open() -> None:
    hall = Hall(opened=False)

    with refused("DAY_NOT_OPEN"):
        hall.take("A")
    assert next_deadline(hall.state) is None
    hall.open_day()
    assert hall.state.is_open
    with refused("DAY_ALREADY_OPEN"):
        hall.open_day()


def test_a_day_needs_a_known_plan_without_contradictions() -> None:
    hall = Hall(opened=False)

    with refused("PLAN_UNKNOWN", plan="no-such-plan"):
        hall.open_day(plan="no-such-plan")
    with refused("PLAN_INVALID", faults="policy: the class 'ordinary' is missing"):
        hall.open_day(plan=hall.state.learn(plan(policy(classes=(VisitorClass("vip", Text("贵宾")),)))))


@pytest.mark.parametrize(
    "sessions",
    [
        (Session(OPEN_MS, OPEN_MS),),
        (Session(OPEN_MS, OPEN_MS + 2), Session(OPEN_MS + 1, OPEN_MS + 3)),
        tuple(Session(OPEN_MS + 2 * number, OPEN_MS + 2 * number + 1) for number in range(13)),
        (Session(-1, OPEN_MS),),
    ],
    ids=["empty", "overlap", "too many", "negative"],
)
def test_opening_times_follow_one_another(sessions: tuple[Session, ...]) -> None:
    hall = Hall(opened=False)

    with refused("SESSIONS_INVALID"):
        hall.open_day(sessions=sessions)


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        (policy(calling=Calling(miss_calls=4)), "policy: a miss needs 4 calls, only 3 may be made"),
        (policy(calling=Calling(recent=0)), "policy: boards must remember at least 1 call"),
        (policy(missed=MissedRule(places=0)), "policy: who rejoins after others lets at least 1 pass"),
        (policy(series=(Series("A", digits=7),)), "policy: series A has an impossible band 1–999"),
        (policy(series=(Series("A"), Series("A1", ("tax",)))), "policy: numbers of series A and A1 may be equal"),
        (policy(series=(Series("A"), Series("B", ("zoo",), ("vip",)))), "policy: series B: unknown class vip"),
        (policy(series=(Series("A"), Series("B", ("zoo",)))), "policy: series B: unknown theme zoo"),
        (policy(quotas=(Quota(item="Z"),)), "policy: quota: unknown item Z"),
        (policy(quotas=(Quota(theme="zoo"),)), "policy: quota: unknown theme zoo"),
    ],
)
def test_rules_that_nobody_could_follow_are_refused(rules: Policy, fault: str) -> None:
    hall = Hall()

    with pytest.raises(Exception, match=fault):
        hall.change_plan(plan(rules))


# ---- changes ----


def with_window(made: Plan, window: Window) -> Plan:
    return plan(made.policy, windows=(*made.catalog.windows, window))


def test_a_window_is_added_and_removed_while_the_hall_is_open() -> None:
    hall = Hall(open="1")
    hall.takes("A", "A")
    more = with_window(hall.plan, Window("5", "五", "a2"))

    hall.change_plan(more)
    hall.open("5")
    hall.call("5")
    assert_called(hall, "A001", window="5")
    with refused("PLAN_INVALID", faults="window 5 is in use"):
        hall.change_plan(hall.plan)
    hall.close("5")
    hall.change_plan(hall.plan)

    assert hall.line("1") == ["A001", "A002"]
    assert "5" not in hall.state.desks


def test_an_asking_window_calls_for_items_that_a_new_plan_gives_it() -> None:
    hall = Hall(open="3")
    hall.call("3")
    hall.take("A")

    hall.change_plan(plan(windows=(Window("1", "一", "a1"), Window("3", "三", "a1"), *hall.plan.catalog.windows[3:])))

    assert_called(hall, "A001", window="3")


def test_what_a_window_serves_today_outlives_a_plan_that_defines_it_as_before() -> None:
    hall = Hall()
    hall.serve("3", Serves(items=("A",)))

    hall.change_plan(plan(policy(version="2")))
    assert hall.desk("3").serves == Serves(items=("A",))
    hall.change_plan(plan(windows=(hall.plan.catalog.windows[0], Window("3", "三", "a1"))))

    assert hall.desk("3").serves == Serves(everything=True)


def test_a_plan_keeps_what_somebody_waits_for() -> None:
    """Items, windows, areas and classes of open tickets; what is final does not count."""
    hall = Hall()
    hall.takes("C", "A2", "A")
    hall.take("A", klass="elder")
    hall.transfer("A001", to_area="a2")
    hall.transfer("A002", to_window="2")
    few = plan(policy(classes=hall.plan.policy.classes[:2]), windows=hall.plan.catalog.windows[:1])
    catalog = few.catalog
    few = plan(few.policy)
    smaller = type(catalog)(catalog.areas[:1], catalog.themes, catalog.items[:4], catalog.windows[:1])
    smaller_plan = msgspec.structs.replace(few, catalog=smaller)

    faults = "area a2 is waited for; class elder waits; item C is waited for; window 2 is waited for"
    with refused("PLAN_INVALID", faults=faults):
        hall.change_plan(smaller_plan)
    for number in ("C001", "A001", "A002", "A003"):
        hall.cancel(number)
    hall.change_plan(smaller_plan)

    assert list(hall.state.desks) == ["1"]
    with refused("PLAN_UNCHANGED"):
        hall.change_plan(smaller_plan)
    with refused("PLAN_UNKNOWN"):
        hall.do(cmd.ChangePlan, plan="nothing", actor="manager:m")


def test_what_stands_against_a_plan_is_told_in_the_language_of_the_reader() -> None:
    hall = Hall(open="1")
    hall.take("C")
    few = plan(windows=hall.plan.catalog.windows[1:])
    items = tuple(one for one in few.catalog.items if one.code != "C")
    smaller = msgspec.structs.replace(few, catalog=msgspec.structs.replace(few.catalog, items=items))

    with pytest.raises(Refused) as caught:
        hall.change_plan(smaller)

    assert caught.value.refusal.zh == "设置有误：事项 C 有人等候; 窗口 1 正在使用"
    assert "item C is waited for; window 1 is in use" in caught.value.refusal.en


def test_a_held_person_whose_windows_the_plan_no_longer_has_is_held_by_the_hall() -> None:
    hall = Hall(open="1 2")
    hall.take("A")
    hall.serves_next("2")
    hall.hold("2")
    hall.choose("1", "A001")
    hall.close("2")
    hall.change_plan(plan(windows=(hall.plan.catalog.windows[0],)))

    hall.undo("1")

    assert_state(hall, "A001", "HELD", window="")


def test_a_new_item_is_taken_at_once() -> None:
    hall = Hall()
    catalog = hall.plan.catalog
    item = Item("D", Text("新事项", "New"), "general")
    more = type(catalog)(catalog.areas, catalog.themes, (*catalog.items, item), catalog.windows)

    hall.change_plan(msgspec.structs.replace(hall.plan, catalog=more))

    assert hall.take("D") == "A001"


def test_a_hall_may_open_longer_shorter_or_not_at_all() -> None:
    hall = Hall()
    with refused("NO_CHANGE"):
        hall.change_sessions((0, 9))
    with refused("SESSIONS_INVALID"):
        hall.change_sessions((3, 2))

    hall.change_sessions((0, 17))
    hall.now = OPEN_MS + 16 * HOUR_MS
    hall.tick()
    assert not hall.state.is_ended
    hall.take("A")
    hall.change_sessions()
    with refused("HALL_CLOSED"):
        hall.take("A")


def moments(*, half: float = 4, end: float = 15, opens: float | None = 24) -> DayMoments:
    """Return moments in hours after 08:30; what is not named is as the day began."""
    next_open_ms = None if opens is None else OPEN_MS + round(opens * HOUR_MS)
    return DayMoments(OPEN_MS + round(half * HOUR_MS), OPEN_MS + round(end * HOUR_MS), next_open_ms)


def test_another_next_opening_takes_effect_although_the_plan_is_the_same() -> None:
    """A holiday of tomorrow is in no plan; whoever comes after the last closing is told the new opening."""
    hall = Hall()
    with refused("PLAN_UNCHANGED"):
        hall.change_plan()
    with refused("PLAN_UNCHANGED"):
        hall.change_plan(moments=moments())

    hall.change_plan(moments=moments(opens=48))

    hall.now = OPEN_MS + 10 * HOUR_MS
    with refused("HALL_CLOSED", next_open_ms=OPEN_MS + 48 * HOUR_MS):
        hall.take("A")
    hall.change_plan(moments=moments(opens=None))
    assert hall.state.next_open_ms is None


def test_the_half_day_moves_and_quotas_are_counted_again() -> None:
    hall = Hall(policy(quotas=(Quota(item="A", morning=1, afternoon=1),)))
    hall.now = OPEN_MS + 2 * HOUR_MS
    hall.take("A")
    with refused("QUOTA_FULL"):
        hall.take("A")

    hall.change_plan(moments=moments(half=1))
    with refused("QUOTA_FULL", limit=1):
        hall.take("A")
    hall.change_plan(moments=moments(half=3))
    hall.now = OPEN_MS + 3 * HOUR_MS

    assert hall.take("A") == "A002"


def test_the_end_of_the_day_moves_but_not_before_the_last_closing() -> None:
    hall = Hall()

    hall.change_plan(moments=moments(end=12))
    assert next_deadline(hall.state) == OPEN_MS + 12 * HOUR_MS
    hall.change_plan(moments=moments(end=5))
    assert next_deadline(hall.state) == OPEN_MS + 9 * HOUR_MS
    hall.change_sessions((0, 4), end_day_ms=OPEN_MS + 5 * HOUR_MS)
    assert next_deadline(hall.state) == OPEN_MS + 5 * HOUR_MS
    hall.change_sessions(end_day_ms=OPEN_MS + 6 * HOUR_MS)

    assert next_deadline(hall.state) == OPEN_MS + 6 * HOUR_MS


def test_an_end_that_would_be_over_already_leaves_the_day_as_it_is() -> None:
    """The end cannot be undone: it comes by its own command, not by saving settings."""
    hall = Hall()
    hall.change_sessions((0, 1))
    hall.now = OPEN_MS + 3 * HOUR_MS

    hall.change_plan(moments=moments(end=2, opens=30))
    hall.tick()

    assert not hall.state.is_ended
    assert hall.state.next_open_ms == OPEN_MS + 30 * HOUR_MS


def test_a_change_that_says_nothing_of_moments_leaves_them() -> None:
    """So do all logs that were written before a change of the plan could name them."""
    hall = Hall()

    hall.change_plan(plan(policy(version="2")))

    assert hall.events == (ev.PlanChanged(hall.state.plan_hash),)
    assert hall.state.next_open_ms == OPEN_MS + 24 * HOUR_MS
    assert next_deadline(hall.state) == OPEN_MS + 15 * HOUR_MS


# ---- the end ----


def crowded() -> Hall:
    """Return a hall with somebody in every open state: A002 called, A003 served, A004 held, A001 missed, A005 waits."""
    hall = Hall(open="1 2")
    hall.takes("A", "A", "A", "A", "A")
    hall.misses_next("1")
    hall.call("1")
    hall.serves_next("2")
    hall.hold("2")
    hall.serves_next("2")
    return hall


def test_the_end_of_the_day_expires_who_waits_or_missed_and_lists_the_others() -> None:
    hall = crowded()

    hall.end_day()

    ended = hall.events[-1]
    assert isinstance(ended, ev.DayEnded)
    assert [hall.state.tickets[one].number for one in ended.unfinished] == ["A002", "A003", "A004"]
    assert [hall.ticket(f"A00{n}").state for n in range(1, 6)] == ["EXPIRED", "CALLED", "HELD", "SERVING", "EXPIRED"]
    with refused("DAY_ENDED"):
        hall.take("A")
    with refused("DAY_ENDED"):
        hall.end_day()
    with refused("DAY_ENDED"):
        hall.change_sessions((0, 1))
    with refused("DAY_ENDED"):
        hall.open("3")
    assert hall.tick() == ()
    assert next_deadline(hall.state) is None


def test_the_timer_ends_the_day() -> None:
    hall = Hall(open="1")
    hall.call("1")
    assert next_deadline(hall.state) == hall.state.end_day_ms
    hall.now = hall.state.end_day_ms

    hall.tick()

    assert hall.state.is_ended
    assert_window(hall, "1", "IDLE", asking=False)
    with refused("DAY_ENDED"):
        hall.call("1")


def test_who_is_still_there_after_the_end_is_served_and_nobody_else_is_called() -> None:
    hall = crowded()
    hall.end_day()

    hall.finish("2", and_next=True)
    assert_window(hall, "2", "IDLE")
    hall.resume("2", "A003")
    hall.start("2")
    hall.pause("2")
    hall.finish("2")
    hall.open("2")
    hall.start("1")
    hall.close("1")
    hall.finish("1")

    assert_window(hall, "1", "CLOSED")
    assert hall.state.totals["DONE"] == 3


@pytest.mark.parametrize("stop", ["withdraw", "close", "pause", "miss"])
def test_a_call_that_ends_without_a_visit_after_the_end_of_the_day_expires(stop: str) -> None:
    """Nobody would ever call it again."""
    hall = crowded()
    hall.wait(20)
    hall.recall("1")
    hall.end_day()
    hall.wait(10)

    {
        "withdraw": lambda: hall.withdraw("A002"),
        "close": lambda: hall.close("1"),
        "pause": lambda: hall.pause("1"),
        "miss": lambda: hall.miss("1"),
    }[stop]()

    assert_state(hall, "A002", "EXPIRED")
    assert isinstance(hall.events[1], ev.TicketExpired)


def test_a_resumed_call_that_ends_after_the_end_of_the_day_is_a_hold_again() -> None:
    hall = crowded()
    hall.end_day()
    hall.finish("2")
    hall.resume("2", "A003")

    hall.withdraw("A003")

    assert_state(hall, "A003", "HELD", window="2")


def test_nobody_is_sent_to_a_line_after_the_end_of_the_day() -> None:
    hall = crowded()
    hall.add("A004", "C")
    hall.end_day()

    with refused("DAY_ENDED"):
        hall.transfer("A004", to_window="1")
    with refused("DAY_ENDED"):
        hall.split("A004", 1)
    with refused("DAY_ENDED"):
        hall.resume("2", "A003", to_line=True)
    with refused("DAY_ENDED"):
        hall.close("2", hand_over=True)
    with refused("DAY_ENDED"):
        hall.pause("2", hand_over=True)
    hall.transfer("A004", to_hall="futian", linked="there")


def test_the_end_of_the_day_touches_who_is_left() -> None:
    """A call from before is not undone into a line that is over."""
    hall = crowded()
    hall.end_day()

    with refused("UNDO_TOUCHED"):
        hall.undo("2")


# ---- the log ----


def test_a_log_that_skips_or_turns_back_is_broken() -> None:
    state = HallDay()
    tick = cmd.Tick(command_id="tick-0001", at_ms=5, actor="timer:")

    def commit(seq: int, at_ms: int) -> ev.Commit:
        return ev.Commit(
            seq=seq, command_id="tick-0001", at_ms=at_ms, actor="timer:", plan="", request="", command=tick
        )

    apply(state, commit(1, 5))
    with pytest.raises(BrokenLog, match="seq 3: S9: follows seq 1"):
        apply(state, commit(3, 5))
    with pytest.raises(BrokenLog, match="seq 2: S11") as caught:
        apply(state, commit(2, 4))
    assert (caught.value.seq, caught.value.law) == (2, "S11")
    assert isinstance(caught.value, HallError)


def test_an_event_of_a_later_version_is_not_passed_over() -> None:
    class TicketFramed(ev.Event, frozen=True, tag="ticket.framed/1"):
        """Somebody framed a ticket."""

    with pytest.raises(UnknownEvent, match="TicketFramed"):
        evolve(HallDay(), TicketFramed())  # type: ignore[arg-type]  # that is the point

"""Every figure, given a log with known answers; and folding by steps equals folding at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hall import commands as cmd
from hall.dayfold import DayFold
from hall.errors import BrokenLog
from hall.figures import Figures, figures_of, percent, percentile, spread_of
from hall.policy import plan_hash
from tests.support.crowd import Crowd
from tests.support.figure_day import MINUTE, day
from tests.support.logs import CLERKS, PLANS, random_log
from tests.support.plans import NINE_MS, small_plan

# ---- one definition ----


def test_percentiles_are_nearest_rank() -> None:
    assert [percentile([10, 20, 30, 40, 50], one) for one in (1, 20, 21, 50, 80, 100)] == [10, 10, 20, 30, 40, 50]
    assert percentile([7], 90) == 7


def test_a_spread_of_nothing_has_no_times() -> None:
    assert spread_of([]) == {"n": 0, "p50_ms": None, "p80_ms": None, "p90_ms": None, "mean_ms": None, "max_ms": None}
    assert percent(0, 0) is None
    assert percent(1, 3) == 33.3


def test_wait_walk_and_service_are_three_things() -> None:
    hall = day("W01")
    ticket = hall.take("a", ("id-card", 2))
    hall.at(cmd.CallNext, after=4 * MINUTE)
    hall.serve(walk=30_000, service=6 * MINUTE)

    visit = hall.visit(ticket)

    assert (visit.wait_ms, visit.walk_ms, visit.service_ms, visit.hold_ms) == (4 * MINUTE, 30_000, 6 * MINUTE, None)
    report = hall.report()
    assert report["by_item"]["id-card"]["service"]["p50_ms"] == 3 * MINUTE
    assert report["by_window"]["W01"] == {
        "label": "1", "done": 1, "busy_ms": 6 * MINUTE + 30_000, "open_ms": 10 * MINUTE + 30_000, "use_pct": 61.9,
        "wait": spread_of([4 * MINUTE]), "service": spread_of([6 * MINUTE]),
    }  # fmt: skip
    assert report["by_hour"]["09"] == {"taken": 1, "called": 1, "wait": spread_of([4 * MINUTE])}


def test_a_recall_does_not_overwrite_the_wait() -> None:
    hall = day("W01")
    ticket = hall.take("a")
    hall.at(cmd.CallNext, after=3 * MINUTE)
    hall.at(cmd.RecallTicket, after=MINUTE)

    assert hall.visit(ticket).wait_ms == 3 * MINUTE
    assert hall.report()["totals"]["recalls"] == 1


def test_an_undone_call_never_happened() -> None:
    hall = day("W01")
    ticket = hall.take("a")
    hall.at(cmd.CallNext, after=MINUTE)
    hall.at(cmd.UndoLast, after=5_000)
    assert hall.visit(ticket).wait_ms is None

    hall.at(cmd.CallNext, after=MINUTE)
    assert hall.visit(ticket).wait_ms == 2 * MINUTE + 5_000
    assert hall.visit(ticket).calls == 1


def test_an_undone_call_is_found_behind_later_calls_of_others() -> None:
    hall = day("W01", "W02")
    first, second = hall.take("a"), hall.take("b")
    hall.at(cmd.CallNext)
    hall.at(cmd.CallNext, "W02")
    hall.at(cmd.UndoLast)
    assert hall.visit(first).wait_ms is None
    assert hall.visit(second).wait_ms == 0


def test_a_call_that_a_pause_takes_back_never_happened() -> None:
    hall = day("W01", "W02")
    ticket = hall.take("a")
    hall.at(cmd.CallNext, after=MINUTE)
    hall.at(cmd.PauseWindow, after=MINUTE)
    hall.at(cmd.CallNext, "W02", after=MINUTE)

    assert hall.visit(ticket).wait_ms == 3 * MINUTE
    assert hall.visit(ticket).window == "W02"


def test_a_hold_is_neither_waiting_nor_service() -> None:
    hall = day("W01")
    ticket = hall.take("a")
    hall.at(cmd.CallNext, after=MINUTE)
    hall.at(cmd.StartService)
    hall.at(cmd.HoldTicket, after=2 * MINUTE, reason="other")
    hall.at(cmd.ResumeTicket, after=10 * MINUTE, ticket=ticket)
    hall.serve(service=3 * MINUTE)

    visit = hall.visit(ticket)

    assert (visit.wait_ms, visit.service_ms, visit.hold_ms) == (MINUTE, 5 * MINUTE, 10 * MINUTE)
    assert hall.report()["hold"]["n"] == 1


def test_a_transfer_keeps_the_first_wait() -> None:
    hall = day("W01", "W02")
    ticket = hall.take("a")
    hall.at(cmd.CallNext, after=MINUTE)
    hall.at(cmd.StartService)
    hall.do(cmd.TransferTicket, after=2 * MINUTE, actor=CLERKS["W01"], ticket=ticket, to_window="W02")
    hall.at(cmd.CallNext, "W02", after=9 * MINUTE)
    hall.serve("W02")
    assert hall.visit(ticket).wait_ms == MINUTE
    assert hall.visit(ticket).service_ms == 7 * MINUTE


def test_a_wait_belongs_to_the_window_of_the_first_call_that_stands() -> None:
    hall = day("W01", "W02")
    ticket = hall.take("a")
    hall.at(cmd.CallNext, after=MINUTE)
    hall.at(cmd.UndoLast, after=5_000)
    hall.at(cmd.CallNext, "W02", after=MINUTE)
    hall.at(cmd.StartService, "W02")
    hall.do(cmd.TransferTicket, after=2 * MINUTE, actor=CLERKS["W02"], ticket=ticket, to_window="W01")
    hall.at(cmd.CallNext, after=MINUTE)
    hall.serve()

    windows = hall.report()["by_window"]

    assert windows["W01"]["wait"] == spread_of([])
    assert windows["W02"]["wait"] == spread_of([2 * MINUTE + 5_000])
    assert (windows["W01"]["done"], windows["W02"]["done"]) == (1, 0)


def test_a_window_that_the_plan_lost_today_keeps_its_figures() -> None:
    """Every wait counts at one window, whatever the plan of the evening says."""
    hall = day("W02")
    hall.take("a")
    hall.at(cmd.CallNext, "W02", after=MINUTE)
    hall.serve("W02")
    hall.at(cmd.CloseWindow, "W02")
    plan = small_plan(version="2")
    windows = tuple(one for one in plan.catalog.windows if one.code == "W01")
    fewer = replace(plan, catalog=replace(plan.catalog, windows=windows))
    hall.do(cmd.ChangePlan, plan=hall.state.learn(fewer))
    report = figures_of(hall.log, [*PLANS.values(), fewer]).report()

    lost = report["by_window"]["W02"]
    assert list(report["by_window"]) == ["W01", "W02"], "W03 was never open"
    assert (lost["label"], lost["done"], lost["open_ms"], lost["busy_ms"]) == ("2", 1, 6 * MINUTE, 5 * MINUTE)
    assert lost["wait"] == report["wait"]


def test_a_part_split_off_at_the_window_begins_to_wait_there() -> None:
    hall = day("W01")
    early = hall.take("early", ("id-card", 1), ("residence", 1))
    hall.do(cmd.SplitTicket, after=MINUTE, ticket=early, child="ticket-child-1", entries=(1,))
    hall.at(cmd.CallNext, after=MINUTE)
    hall.at(cmd.StartService)
    hall.at(cmd.FinishTicket, after=MINUTE)
    late = hall.take("late", ("id-card", 1), ("residence", 1))
    hall.at(cmd.CallNext)
    hall.serve()
    hall.at(cmd.CallNext)
    hall.at(cmd.StartService)
    hall.do(cmd.SplitTicket, after=10 * MINUTE, ticket=late, child="ticket-child-2", entries=(1,))
    began = hall.at_ms

    assert hall.visit("ticket-child-1").arrived_ms == NINE_MS
    assert hall.visit("ticket-child-2").arrived_ms == began


def test_a_visit_from_another_hall_begins_to_wait_here() -> None:
    hall = day("W01")
    origin = cmd.Origin("futian", "ticket-there", NINE_MS - 60 * MINUTE)
    ticket = hall.take("a", after=MINUTE, origin=origin)
    hall.at(cmd.CallNext, after=2 * MINUTE)
    assert hall.visit(ticket).wait_ms == 2 * MINUTE


def test_a_merged_ticket_is_not_cancelled() -> None:
    hall = day("W01")
    kept, merged = hall.take("kept"), hall.take("merged", ("residence", 1))
    gone = hall.take("gone")
    hall.do(cmd.MergeTickets, ticket=kept, merged=merged)
    hall.do(cmd.CancelTicket, ticket=gone)
    totals = hall.report()["totals"]
    assert (totals["taken"], totals["merged"], totals["cancelled"]) == (3, 1, 1)


# ---- promises ----


def test_a_promise_is_kept_broken_or_not_yet_decided() -> None:
    """The plan promises 15 minutes: one called after 1, one after 16, one left after 20, one left at once."""
    hall = day("W01")
    hall.take("a")
    hall.at(cmd.CallNext, after=MINUTE)
    slow, gone, quick = hall.take("slow"), hall.take("gone"), hall.take("quick")
    hall.do(cmd.CancelTicket, after=1_000, ticket=quick)
    hall.serve(service=16 * MINUTE)
    hall.at(cmd.CallNext)
    hall.do(cmd.CancelTicket, after=4 * MINUTE, ticket=gone)
    assert hall.visit(slow).wait_ms > 15 * MINUTE
    assert hall.report()["totals"]["promise_kept_pct"] == 33.3


def test_told_waits_are_compared_with_real_ones() -> None:
    hall = day("W01")
    for name, p80 in (("a", 5), ("b", 1), ("c", 60)):
        hall.take(name, told=cmd.Told(0, MINUTE, p80 * MINUTE))
    hall.at(cmd.CallNext, after=3 * MINUTE)
    told = hall.report()["told"]
    assert told == {"n": 2, "within_p80_pct": 50.0}


def test_an_item_that_another_one_replaced_is_no_item_of_the_visit_and_its_time_is_of_neither() -> None:
    hall = day("W01")
    ticket = hall.take("a", ("id-card", 1))
    hall.at(cmd.CallNext, "W01")
    hall.at(cmd.StartService, "W01")
    hall.do(cmd.TransferTicket, ticket=ticket, to_item="invoice", instead_of="id-card", after=MINUTE)
    hall.at(cmd.CallNext, "W01")
    hall.at(cmd.StartService, "W01")
    hall.at(cmd.FinishTicket, "W01", after=MINUTE)

    by_item = hall.report()["by_item"]
    assert hall.visit(ticket).items == (("invoice", 1),)
    assert (list(by_item), by_item["invoice"]["n"], by_item["invoice"]["service"]["n"]) == (["invoice"], 1, 0)


def test_ratings_are_counted_by_level() -> None:
    hall = day("W01")
    ticket = hall.take("a")
    hall.at(cmd.CallNext)
    hall.serve()
    hall.do(cmd.RateTicket, ticket=ticket, entry=0, level="satisfied")
    assert hall.report()["totals"]["rated"] == {"satisfied": 1}


def test_a_missed_person_counts_as_called_and_missed() -> None:
    hall = day("W01")
    ticket = hall.take("a")
    hall.at(cmd.CallNext, after=MINUTE)
    hall.at(cmd.RecallTicket, after=25_000)
    hall.at(cmd.MissTicket, after=25_000)
    hall.do(cmd.EndDay, actor="timer:")
    report = hall.report()
    assert hall.visit(ticket).wait_ms == MINUTE
    assert (report["final"], report["totals"]["missed"], report["totals"]["expired"]) == (True, 1, 1)


# ---- folding ----


def test_before_the_day_all_figures_are_empty() -> None:
    report = Figures(()).report()
    assert report["totals"]["taken"] == 0
    assert report["by_window"] == report["by_hour"] == {}


def test_a_missing_commit_is_noticed() -> None:
    log = random_log(1, 5)
    with pytest.raises(BrokenLog):
        figures_of(log[1:], PLANS.values())


def test_an_item_that_the_plan_lost_keeps_its_code() -> None:
    hall = day("W01")
    hall.take("a")
    figures = hall.figures()
    del figures.fold.state.index.items["id-card"]
    assert figures.report()["by_item"]["id-card"]["name"] == {"zh": "id-card", "en": "id-card"}


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), cuts=st.sets(st.integers(1, 299), max_size=5))
def test_reports_at_any_moment_equal_those_of_a_fresh_fold(seed: int, cuts: set[int]) -> None:
    """Asking changes nothing; and the wait is what the rules themselves remember of first calls."""
    log = random_log(seed, 300)
    figures = Figures(())
    figures.learn(small_plan(), name=plan_hash(small_plan()))
    for number, commit in enumerate(log):
        if number in cuts:
            assert figures.report() == figures_of(log[:number], PLANS.values()).report()
        figures.add(commit)

    assert figures.seq == len(log)
    assert figures.report() == figures_of(log, PLANS.values()).report()
    for visit in figures.visits():
        assert (visit.called_ms or 0) == figures.fold.state.tickets[visit.ticket].first_called_ms
    for time in figures.fold.desk_times.values():
        assert time.open_ms >= 0


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000))
def test_after_every_commit_each_window_is_known_as_it_is(seed: int) -> None:
    """Only the windows that a commit touched are looked at: no other may have become open or busy."""
    crowd = Crowd(seed)
    fold = DayFold([crowd.plan])
    for _ in range(300):
        crowd.send(crowd.act())
    for commit in crowd.commits:
        fold.add(commit)
        known = {code: (time.is_open, time.is_busy) for code, time in fold.desk_times.items()}
        assert known == {
            code: (desk.state not in ("CLOSED", "PAUSED"), desk.ticket is not None)
            for code, desk in fold.state.desks.items()
        }
